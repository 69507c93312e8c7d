/** What must add up in every run, whatever happens in it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { drawdownOf } from '../../analytics/drawdown.js';
import { RunMeasurements } from '../../analytics/metrics/measurements.js';
import { drawdownSpells } from '../../analytics/metrics/return-drawdowns.js';
import { Recorder } from '../../analytics/recorder.js';
import type { Recording } from '../../analytics/recording.js';
import { walkRoundTrips } from '../../analytics/round-trips.js';
import { summarise } from '../../analytics/summary.js';
import { tradeTable } from '../../analytics/trade-table.js';
import type { Account } from '../../core/account.js';
import { Side } from '../../core/market.js';
import { Simulation } from '../../core/simulation.js';
import { constantLatency, type FeeModel, makerTakerFees, simulatedVenue } from '../../execution/index.js';
import { type MarketShape, randomTape } from '../reference/random-market.js';
import { eager } from './eager-strategy.js';

const shapes = fc.record({
  seed: fc.nat(2 ** 31 - 1),
  rows: fc.constantFrom(300, 1500),
  instruments: fc.integer({ min: 1, max: 3 }),
  stepNs: fc.constantFrom(20, 1e6, 1e9),
  feedNs: fc.constantFrom(0, 2e6),
  blockRows: fc.constantFrom(16, 1000),
});

/** A run of two strategies; `venueFees`: what the venue took of each, added up there. */
function played(shape: MarketShape) {
  const recorder = new Recorder();
  const venueFees = [0, 0];
  const rule = makerTakerFees({ makerRate: -0.0001, takerRate: 0.0005 });
  const fees: FeeModel = {
    fee(instrument, side, priceTicks, qtyLots, maker, strategy, orderId, nowNs) {
      const fee = rule.fee(instrument, side, priceTicks, qtyLots, maker, strategy, orderId, nowNs);
      venueFees[strategy]! += fee;
      return fee;
    },
  };
  const result = new Simulation({
    tapes: [randomTape(shape)],
    strategies: [1, 2].map((each) => ({ name: `s${each}`, strategy: eager(shape.seed + each), capital: { '': 1e4 } })),
    venue: simulatedVenue({ fees, latency: constantLatency({ entryNs: 1e5, responseNs: 1e5 }) }),
    observers: [recorder],
    sampleNs: shape.stepNs * 50,
  }).run();
  return {
    recording: recorder.recording,
    result,
    venueFees,
    accounts: result.strategies.map(({ account }) => account),
  };
}

/** Closes what is open at the account's own marks, which changes no profit. */
function closeAll({ fills, instruments }: Recording, account: Account, strategy: number): void {
  for (const { index } of instruments) {
    const lots = account.positionLots(index);
    if (lots === 0) continue;
    const row = {
      ...{ localNs: 1e15, exchangeNs: 1e15, strategy, instrument: index, side: lots > 0 ? Side.sell : Side.buy },
      ...{ priceTicks: account.markTicks(index), qtyLots: Math.abs(lots), fee: 0 },
    };
    for (const [name, column] of Object.entries(fills)) column.push(row[name as keyof typeof row] ?? Number.NaN);
  }
}

/** The table of trades against the accounts, of which nothing is open any more, and each trade in itself. */
function tradesAddUp(recording: Recording, accounts: readonly Account[]): void {
  const { fills, instruments } = recording;
  const trades = tradeTable(recording);
  const sums = accounts.map(() => ({ gross: 0, fees: 0, net: 0, volume: 0 }));
  for (let row = 0; row < trades.profit.length; row++) {
    const sum = sums[trades.strategy.at(row)]!;
    const { instrument, side, entryLots, entryTicks, exitTicks, openFill, closeFill } = trades;
    const subject = instruments[instrument.at(row)]!;
    const lots = (side.at(row) === Side.buy ? 1 : -1) * entryLots.at(row);
    sum.gross += trades.gross.at(row);
    sum.fees += trades.fees.at(row);
    sum.net += trades.profit.at(row);
    sum.volume += subject.value(entryLots.at(row) * (entryTicks.at(row) + exitTicks.at(row)));
    const volume = subject.value(entryLots.at(row) * entryTicks.at(row));
    expect(trades.gross.at(row)).toBeCloseTo(subject.value(lots * (exitTicks.at(row) - entryTicks.at(row))), 6);
    const net = trades.gross.at(row) - trades.fees.at(row) + trades.flows.at(row);
    expect(Math.abs(trades.profit.at(row) - net)).toBeLessThan(1e-9 * volume);
    // What the venue closed has no last fill.
    if (closeFill.at(row) < 0) continue;
    // Its fills are those of the pair from the first to the last, and they hold what it traded.
    const own: number[] = [];
    for (let fill = openFill.at(row); fill <= closeFill.at(row); fill++) {
      const same = fills.strategy.at(fill) === trades.strategy.at(row);
      if (same && fills.instrument.at(fill) === subject.index) own.push(fill);
    }
    expect(own.length).toBe(trades.trades.at(row));
    expect([fills.localNs.at(own[0]!), fills.localNs.at(own.at(-1)!)]).toEqual([
      trades.openNs.at(row),
      trades.closeNs.at(row),
    ]);
  }
  for (const [strategy, { realised, unrealised, fees, flows, volume }] of accounts.entries()) {
    const { gross, fees: paid, net, volume: traded } = sums[strategy]!;
    const near = 1e-9 * Math.max(1, volume);
    expect(Math.abs(gross - (realised + unrealised)), 'gross').toBeLessThan(near);
    expect(Math.abs(paid - fees), 'fees').toBeLessThan(near);
    expect(Math.abs(net - (realised + unrealised - fees + flows)), 'net').toBeLessThan(near);
    // What was closed at the end is volume that the account has not.
    expect(traded - volume, 'volume').toBeGreaterThan(-near);
  }
}

it('profit splits, trips sum to the account’s result, fees are the venue’s, markouts fit together', () => {
  let fills = 0;
  let trips = 0;
  let spells = 0;
  fc.assert(
    fc.property(shapes, (shape) => {
      const { recording, result, accounts, venueFees } = played(shape);
      const { startNs, endNs } = result;
      const { strategies } = summarise(recording, result);
      const run = new RunMeasurements({ recording, accounts, startNs, endNs });
      for (const [strategy, account] of accounts.entries()) {
        const measured = run.of(strategy);
        const { metrics, profit, trades } = strategies[strategy]!;
        const close = (value: number, wanted: number, what: string) =>
          expect(Math.abs(value - wanted), `${what}: ${value}, not ${wanted}`).toBeLessThan(
            1e-9 * Math.max(1, account.volume, Math.abs(account.flows)),
          );
        fills += trades;
        // What is earned comes from somewhere.
        const { capture, inventory, fees, flows } = measured.split;
        close(capture + inventory - fees + flows, profit!, 'split');
        close(capture + inventory, account.realised + account.unrealised, 'capture and inventory');
        // Every trip is once in each way of telling them apart.
        const { strategy: all, ...ways } = strategies[strategy]!.tripGroups!;
        expect(all.trips).toBe(metrics.trips);
        for (const [way, groups] of Object.entries(ways)) {
          expect(
            groups.reduce((sum, group) => sum + group.trips, 0),
            way,
          ).toBe(all.trips);
          close(
            groups.reduce((sum, group) => sum + group.profit, 0),
            all.profit,
            way,
          );
        }
        close(metrics.totalReturn! * 1e4, profit!, 'return');
        // Fees of the recording, the account and the venue.
        let recorded = 0;
        for (let row = 0; row < recording.fills.localNs.length; row++) {
          if (recording.fills.strategy.at(row) === strategy) recorded += recording.fills.fee.at(row);
        }
        close(fees, venueFees[strategy]!, 'fees');
        close(recorded, venueFees[strategy]!, 'recorded fees');
        // What fills cost is spread and impact; markouts are capture and what the mid did.
        const costs = measured.fillCosts;
        close(costs.takerSpread + costs.takerImpact, -costs.takerCapture, 'spread and impact');
        close(costs.capture, costs.makerCapture + costs.takerCapture, 'maker and taker');
        for (const sum of costs.markouts) {
          if (sum.fills === costs.fills) close(sum.fromPrice - sum.fromMid, costs.capture, 'markout');
        }
        // All falls hold the largest.
        const falls = drawdownSpells(measured.profit, 0, startNs);
        spells += falls.length;
        close(Math.max(0, ...falls.map(({ amount }) => amount)), drawdownOf(measured.profit, startNs).amount, 'fall');
      }
      for (const [strategy, account] of accounts.entries()) closeAll(recording, account, strategy);
      const sums = [0, 0];
      walkRoundTrips(recording, (trip) => {
        trips++;
        sums[trip.strategy]! += trip.profit;
        expect(trip.worst).toBeLessThanOrEqual(trip.profit);
        expect(trip.best).toBeGreaterThanOrEqual(trip.profit);
        expect(trip.worst).toBeLessThanOrEqual(0);
        expect(trip.closeNs).toBeGreaterThanOrEqual(trip.openNs);
      });
      tradesAddUp(recording, accounts);
      for (const [strategy, { profit }] of strategies.entries()) {
        const { volume } = accounts[strategy]!;
        expect(Math.abs(sums[strategy]! - profit!), `trips of ${strategy}`).toBeLessThan(1e-9 * Math.max(1, volume));
      }
    }),
    { numRuns: 80 },
  );
  expect(fills).toBeGreaterThan(300);
  expect(trips).toBeGreaterThan(60);
  expect(spells).toBeGreaterThan(30);
}, 60_000);
