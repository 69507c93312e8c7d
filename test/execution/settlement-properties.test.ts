/** Settlement makes no money: properties over random histories, marks held constant. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, Kind, OrderType, Side, Status } from '../../core/index.js';
import { rateMargin, tieredMargin } from '../../execution/margin.js';
import { DividendRestater, SplitRestater } from '../../execution/order-restater.js';
import { Desk } from './settlement-desk.js';

const INSTRUMENTS = [
  { symbol: 'SHARE', tick: '0.01', lot: '1' },
  { symbol: 'FUT', tick: '0.25', lot: '1', multiplier: '50' },
];
const instrument = fc.nat(1);
const step = fc.oneof(
  fc.record({ what: fc.constant('fill' as const), instrument, lots: fc.integer({ min: -500, max: 500 }) }),
  fc.record({
    what: fc.constant('funding' as const),
    rate: fc.double({ min: -0.01, max: 0.01, noNaN: true }),
  }),
  fc.record({ what: fc.constant('dividend' as const), instrument, cash: fc.double({ min: 0, max: 3, noNaN: true }) }),
  fc.record({
    what: fc.constant('split' as const),
    instrument,
    ratio: fc.constantFrom(2, 3, 0.5, 1.5, 0.1, 1 / 3, 1.05),
  }),
  fc.record({ what: fc.constant('day' as const) }),
  fc.record({ what: fc.constant('delisted' as const), instrument }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const history = fc.record({
  prices: fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 100_000 })),
  recorded: fc.boolean(),
  steps: fc.array(step, { maxLength: 30 }),
});

/** Takes one step; `lots` of strategy 0, the opposite of strategy 1. */
function take(desk: Desk, each: Step): void {
  switch (each.what) {
    case 'fill':
      if (each.lots === 0) return;
      for (const [strategy, lots] of [each.lots, -each.lots].entries()) {
        if (strategy < desk.strategies.length) {
          desk.fill(strategy, each.instrument, lots, desk.halfTicks[each.instrument]! / 2);
        }
      }
      return;
    case 'funding':
      // Only the contract pays it.
      desk.row(Kind.funding, 1, each.rate);
      return;
    case 'dividend':
      desk.row(Kind.dividend, each.instrument, each.cash);
      return;
    case 'split':
      desk.row(Kind.split, each.instrument, each.ratio);
      // The market opens where it closed, in new units.
      desk.halfTicks[each.instrument]! /= each.ratio;
      return;
    case 'day':
      desk.runTo(desk.nowNs + DAY);
      return;
    case 'delisted':
      desk.row(Kind.status, each.instrument, Status.delisted);
  }
}

/** How large the sums are that rounding is a part of. */
function sizeOf(desk: Desk): number {
  const positions = desk.instruments.map((at, i) =>
    Math.abs(at.notional(desk.halfTicks[i]! / 2, desk.accounts[0]!.positionLots(i))),
  );
  return positions.reduce((sum, each) => sum + each, 1e4) + desk.accounts[0]!.volume;
}

describe('over any history at constant marks', () => {
  test('equity changes by exactly the cash that was paid, a split changes nothing, and strategies know as much as the venue', () => {
    fc.assert(
      fc.property(history, ({ prices, recorded, steps }) => {
        const rates = { borrowRate: 0.1, interestRate: 0.03, debitRate: 0.08, dividendTaxRate: 0.2 };
        const desk = new Desk({
          instruments: INSTRUMENTS,
          account: { capital: { '': 10_000 } },
          settlement: { ...rates, contracts: ['FUT'] },
        });
        for (const i of [0, 1]) {
          desk.halfTicks[i] = 2 * prices[i]!;
          if (recorded) desk.row(Kind.mark, i, Number.NaN, prices[i]!);
        }
        for (const each of steps) {
          const before = desk.equity(0);
          const told = desk.told.length;
          take(desk, each);
          const paid = desk.told
            .slice(told)
            .filter(({ kind }) => kind !== 'split')
            .reduce((sum, { amount, fee }) => sum + amount - fee, 0);
          expect(Math.abs(desk.equity(0) - before - paid)).toBeLessThanOrEqual(1e-10 * sizeOf(desk));
        }
        const [venue, twin] = [desk.accounts[0]!, desk.twins[0]!];
        desk.halfTicks.forEach((each, i) => {
          twin.mark(i, each);
          expect(twin.positionLots(i)).toBe(venue.positionLots(i));
        });
        expect(twin.cash).toBe(venue.cash);
        expect(Math.abs(twin.equity - desk.equity(0))).toBeLessThanOrEqual(1e-10 * sizeOf(desk));
        expect(desk.settlement.openPositions).toBe([0, 1].filter((i) => venue.positionLots(i) !== 0).length);
      }),
      { numRuns: 500 },
    );
  });

  test('two opposite accounts pay each other: funding, dividends, splits and closings sum to nothing', () => {
    fc.assert(
      fc.property(history, ({ prices, steps }) => {
        const desk = new Desk({ instruments: INSTRUMENTS, strategies: 2 });
        for (const i of [0, 1]) desk.halfTicks[i] = 2 * prices[i]!;
        for (const each of steps) {
          take(desk, each);
          for (const kind of ['funding', 'dividend', 'split'] as const) {
            const all = [...desk.amounts(kind, 0), ...desk.amounts(kind, 1)];
            expect(all.reduce((sum, amount) => sum + amount, 0)).toBeCloseTo(0, 6);
          }
          for (const i of [0, 1]) {
            expect(desk.accounts[0]!.positionLots(i) + desk.accounts[1]!.positionLots(i)).toBe(0);
          }
          expect(Math.abs(desk.equity(0) + desk.equity(1))).toBeLessThanOrEqual(1e-10 * sizeOf(desk));
        }
      }),
    );
  });
});

describe('a liquidation', () => {
  const tiers = tieredMargin([
    { fromValue: 0, initialRate: 0.05, maintenanceRate: 0.02 },
    { fromValue: 20_000, initialRate: 0.2, maintenanceRate: 0.1 },
  ]);
  const model = fc.constantFrom(rateMargin({ initialRate: 0.1, maintenanceRate: 0.05 }), tiers);
  const coin = { symbol: 'COIN', tick: '1', lot: '1' };

  test('on a deep market closes the fewest lots that are enough, as trying one after the other finds them', () => {
    const lots = fc.integer({ min: -300, max: 300 }).filter((each) => each !== 0);
    const move = fc.integer({ min: -30, max: 30 });
    fc.assert(
      fc.property(model, lots, move, fc.constantFrom(0, 0.002), (margin, held, moved, liquidationFeeRate) => {
        const capital = 3_000;
        const desk = new Desk({
          instruments: [coin],
          account: { capital: { '': capital } },
          settlement: { margin, liquidationFeeRate },
        });
        desk.quote(0, 100);
        desk.fill(0, 0, held, 100);
        // What the opening fill did already is not what is asked here.
        if (desk.told.length > 0) return;
        const priceTicks = 100 + moved;
        desk.quote(0, priceTicks);
        const equity = capital + held * moved;
        const at = desk.instruments[0]!;
        const enough = (closed: number, slack: number) => {
          const left = held - Math.sign(held) * closed;
          return equity - closed * priceTicks * liquidationFeeRate >= margin.maintenance(at, left, priceTicks) + slack;
        };
        const fewest = (slack: number) => {
          let closed = 0;
          while (closed < Math.abs(held) && !enough(closed, slack)) closed++;
          return closed;
        };
        // Where equity is exactly the margin, as after 50 of 208 lots at 89, the last bit of a double decides.
        const closed = Math.abs(held - desk.accounts[0]!.positionLots(0));
        expect(closed).toBeGreaterThanOrEqual(fewest(-1e-9));
        expect(closed).toBeLessThanOrEqual(fewest(1e-9));
        expect(desk.accounts[0]!.positionLots(0) * held > 0).toBe(closed < Math.abs(held));
        expect(desk.settlement.bankrupt(0)).toBe(
          closed === Math.abs(held) && equity - closed * priceTicks * liquidationFeeRate < 0,
        );
      }),
      { numRuns: 500, examples: [[rateMargin({ initialRate: 0.1, maintenanceRate: 0.05 }), 208, -11, 0.002]] },
    );
  });

  test('on any book ends with enough margin, with nothing held, or waiting for a book that is empty', () => {
    const levels = fc.array(fc.tuple(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 80 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        model,
        fc.array(fc.integer({ min: -200, max: 200 }), { minLength: 2, maxLength: 2 }),
        levels,
        levels,
        (margin, held, down, up) => {
          const desk = new Desk({
            instruments: [coin, { ...coin, symbol: 'OTHER' }],
            account: { capital: { '': 2_500 } },
            settlement: { margin, liquidationFeeRate: 0.001 },
          });
          for (const i of [0, 1]) {
            desk.quote(i, 100);
            if (held[i] !== 0) desk.fill(0, i, held[i]!, 100);
          }
          for (const i of [0, 1]) {
            desk.bids[i] = down
              .map(([distance, qty]) => [110 - distance, qty] as [number, number])
              .sort((a, b) => b[0] - a[0]);
            desk.asks[i] = up
              .map(([distance, qty]) => [110 + distance, qty] as [number, number])
              .sort((a, b) => a[0] - b[0]);
            desk.halfTicks[i] = 220;
          }
          for (const i of [0, 1]) desk.settlement.onTrade(i, 110, 0);
          const account = desk.accounts[0]!;
          const needed = [0, 1].reduce(
            (sum, i) => sum + margin.maintenance(desk.instruments[i]!, account.positionLots(i), 110),
            0,
          );
          const bears = desk.equity(0) >= needed;
          const stuck = [0, 1].every((i) => {
            const lots = account.positionLots(i);
            return lots === 0 || (lots > 0 ? desk.bids[i]! : desk.asks[i]!).length === 0;
          });
          expect(bears || stuck).toBe(true);
          expect(desk.settlement.wantsDepth).toBe(!bears && desk.settlement.openPositions > 0);
          // Whatever was closed, only towards 0.
          for (const i of [0, 1]) {
            const lots = account.positionLots(i);
            expect(Math.abs(lots) <= Math.abs(held[i]!) && lots * held[i]! >= 0).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a restated order', () => {
  const type = fc.constantFrom(...Object.values(OrderType));
  const side = fc.constantFrom(Side.buy, Side.sell);
  const ticks = fc.integer({ min: 1, max: 1e6 });

  test('is within a tick and a lot of the exact one, never worse in price, never more', () => {
    const ratio = fc.constantFrom(2, 3, 1.5, 7 / 5, 0.25, 1 / 3);
    fc.assert(
      fc.property(
        type,
        side,
        ticks,
        ticks,
        fc.integer({ min: 10, max: 1e6 }),
        ratio,
        (of, on, price, stop, lots, times) => {
          const restater = new SplitRestater();
          restater.prepare(times, false);
          if (!restater.restate(of, on, price, stop, lots)) {
            // Only where nothing is left of a price or of the quantity.
            expect(Math.min(price, stop) / times < 1 || lots * times < 1).toBe(true);
            return;
          }
          const off = restater.priceTicks - price / times;
          expect(on === Side.buy ? -off : off).toBeGreaterThanOrEqual(-1e-6);
          expect(Math.abs(off)).toBeLessThan(1);
          expect(Math.abs(restater.stopTicks - stop / times)).toBeLessThan(1);
          expect(lots * times - restater.leavesLots).toBeGreaterThanOrEqual(-1e-3);
          expect(lots * times - restater.leavesLots).toBeLessThan(1);
        },
      ),
    );
  });

  test('after a dividend keeps its distance from the market, or its price, as its side says', () => {
    fc.assert(
      fc.property(type, side, ticks, fc.integer({ min: 4, max: 4e6 }), (of, on, price, quarters) => {
        const dividend = quarters / 4;
        const restater = new DividendRestater();
        restater.prepare(dividend);
        const stays = restater.restate(of, on, price, Number.NaN, 7);
        const stops = [OrderType.stop, OrderType.stopLimit, OrderType.trailingStop].includes(of as 2);
        const moves = on === Side.buy ? !stops : stops;
        const expected = moves ? Math.floor(price - dividend) : price;
        expect(stays).toBe(expected > 0);
        if (stays) expect(restater.priceTicks).toBe(expected);
        expect(restater.leavesLots).toBe(7);
      }),
    );
  });
});
