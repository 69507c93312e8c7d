/** A market maker lives through every regime: nothing stops, nothing gets lost, and money is what its fills say. */
import { expect, test } from 'vitest';
import { Recorder } from '../../analytics/index.js';
import { type MemoryTape, Side, Simulation, type Stress, syntheticTape } from '../../core/index.js';
import { constantLatency, makerTakerFees, powerQueue, simulatedVenue } from '../../execution/index.js';
import { builtInStrategies } from '../../strategies/index.js';

const S = 1e9;
const STRESS: readonly Stress[] = [
  { kind: 'flash-crash', atNs: 30 * S, forNs: 3 * S, fall: 0.005, recoveryNs: 20 * S },
  { kind: 'halt', atNs: 60 * S, forNs: 20 * S },
  { kind: 'outage', atNs: 90 * S, forNs: 10 * S },
  { kind: 'latency-burst', atNs: 110 * S, forNs: 4 * S },
];

/** What a run's fills come to, against its account. */
function playOver(tape: MemoryTape) {
  const plugin = builtInStrategies().find('market-maker');
  const params = plugin.params.parse({ qty: 0.1, maxPosition: 0.5, toleranceTicks: 1 });
  const recorder = new Recorder();
  const result = new Simulation({
    tapes: [tape],
    strategies: [{ name: 'maker', strategy: plugin.create(params), capital: { '': 1e6 } }],
    venue: simulatedVenue({
      latency: constantLatency({ entryNs: 5e6, responseNs: 5e6 }),
      queue: powerQueue(3),
      fees: makerTakerFees({ makerRate: 0.0001, takerRate: 0.0003 }),
    }),
    observers: [recorder],
  }).run();
  return { recording: recorder.recording, account: result.strategies[0]!.account, hash: result.runHash };
}

test.each([1, 2, 3])('seed %i: positions and money are those of the fills', (seed) => {
  const tape = syntheticTape({
    seed,
    durationNs: 130 * S,
    instruments: 2,
    rowsPerSecond: 300,
    correlation: 0.6,
    stress: STRESS,
  });
  const { recording, account, hash } = playOver(tape);
  const { fills, instruments } = recording;
  const lots = instruments.map(() => 0);
  const money = instruments.map(() => 0);
  let fees = 0;
  for (let row = 0; row < fills.localNs.length; row++) {
    const index = fills.instrument.at(row);
    const signed = (fills.side.at(row) === Side.buy ? 1 : -1) * fills.qtyLots.at(row);
    lots[index]! += signed;
    money[index]! -= signed * fills.priceTicks.at(row);
    fees += fills.fee.at(row);
    const atNs = fills.exchangeNs.at(row);
    expect(atNs > 60 * S + 2 && atNs < 80 * S, `fill at ${atNs} ns, in the halt`).toBe(false);
  }
  expect(fills.localNs.length).toBeGreaterThan(20);
  expect(instruments.map(({ index }) => account.positionLots(index))).toEqual(lots);
  const gross = instruments.reduce(
    (sum, subject) =>
      sum + subject.value(money[subject.index]! + lots[subject.index]! * account.markTicks(subject.index)),
    0,
  );
  expect(account.realised + account.unrealised).toBeCloseTo(gross, 6);
  expect(account.fees).toBeCloseTo(fees, 6);
  expect(playOver(tape).hash).toBe(hash);
});
