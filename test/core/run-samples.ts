/**
 * A small, plain market and the shortest way to run something over it. Called by the tests of the engine's behaviour.
 */
import {
  codeOf,
  Flag,
  Kind,
  MemoryTape,
  type Observer,
  type RunResult,
  Side,
  Simulation,
  type SimulationOptions,
  type Strategy,
  TapeBuilder,
} from '../../core/index.js';
import { constantLatency, simulatedVenue } from '../../execution/index.js';

export const SPEC = { symbol: 'X', tick: '0.1', lot: '0.01' };
export const ORIGIN_NS = 1_700_000_000_000_000_000n;

/** Time between two rows, and the feed's latency, ns. */
export const STEP_NS = 100;
export const FEED_NS = 10;

/**
 * A quiet market at 100 / 102 in which every row is a message of its own: bids, asks and trades in turn, quantities
 * 10 to 14.
 */
export function quietRows(count: number): TapeBuilder {
  const builder = new TapeBuilder();
  for (let row = 0; row < count; row++) {
    const timeNs = row * STEP_NS;
    const side = row % 2 === 0 ? Side.buy : Side.sell;
    const kind = row % 3 === 2 ? Kind.trade : Kind.depth;
    const tick = side === Side.buy ? 100 : 102;
    builder.add(timeNs, timeNs + FEED_NS, codeOf(kind, side), Flag.last, 0, tick, 10 + (row % 5));
  }
  return builder;
}

export function quietTape(count: number, blockRows = 65_536): MemoryTape {
  const info = { instruments: [SPEC], originNs: ORIGIN_NS, provenance: {}, corrections: [] };
  return new MemoryTape(quietRows(count).build().columns, info, { blockRows });
}

/** Runs strategies named s0, s1, … over a quiet market of 60 rows with 5 ns of latency each way. */
export function runOf(
  strategies: readonly Strategy[],
  observers: readonly Observer[] = [],
  options: Partial<SimulationOptions> = {},
): RunResult {
  return new Simulation({
    tapes: [quietTape(60)],
    strategies: strategies.map((strategy, index) => ({ name: `s${index}`, strategy })),
    venue: simulatedVenue({ latency: constantLatency({ entryNs: 5, responseNs: 5 }) }),
    observers,
    ...options,
  }).run();
}
