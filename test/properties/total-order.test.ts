/**
 * The total order (time, rank, sequence): the schedule keeps it, and the engine with all its lookahead does what a plain
 * reference does that takes one event at a time.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareOrder, type Observer, ORDER_EVENT_NAMES, Rank, Schedule, Simulation } from '../../core/index.js';
import {
  constantLatency,
  HFTBACKTEST_RULES,
  type LatencyModel,
  levelOneQueue,
  logQueue,
  makerTakerFees,
  orderQueue,
  powerQueue,
  proRataQueue,
  riskAverseQueue,
  simulatedVenue,
} from '../../execution/index.js';
import { ORDER_AT_EQUAL_TIME, PlainRun } from '../reference/plain-run.js';
import { marketShapes, randomTape } from '../reference/random-market.js';
import { type Log, randomStrategy } from '../reference/random-strategy.js';

describe('the ranks', () => {
  it('stand in the order that the reference has', () => {
    expect(Object.entries(Rank).sort(([, a], [, b]) => a - b)).toEqual(
      ORDER_AT_EQUAL_TIME.map((name, rank) => [name, rank]),
    );
  });

  it('compare by time, then rank, then sequence, as a strict total order', () => {
    const key = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3));
    fc.assert(
      fc.property(key, key, key, (a, b, c) => {
        const [ab, ba, bc, ac] = [
          compareOrder(...a, ...b),
          compareOrder(...b, ...a),
          compareOrder(...b, ...c),
          compareOrder(...a, ...c),
        ];
        expect(Math.sign(ab)).toBe(-Math.sign(ba) + 0);
        expect(ab === 0).toBe(a.join() === b.join());
        if (ab < 0 && bc < 0) expect(ac).toBeLessThan(0);
        const text = (each: readonly number[]) => each.join();
        if (ab < 0) expect(text(a) < text(b)).toBe(true);
      }),
    );
  });
});

describe('the schedule', () => {
  const add = fc.record({ timeNs: fc.nat(6), rank: fc.integer({ min: 0, max: 5 }), keeps: fc.boolean() });
  /** Adds something, takes the earliest, or takes the earliest and adds from within its handler. */
  const step = fc.oneof(
    fc.record({ add }),
    fc.constant({ take: true as const }),
    fc.record({ take: fc.constant(true as const), add }),
  );

  it('gives things in the order (time, rank, sequence), also while more is added', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const schedule = new Schedule();
        let waiting: { timeNs: number; rank: number; keeps: boolean; id: number }[] = [];
        let added = 0;
        const fired: number[] = [];
        let within: (() => void) | undefined;
        const handler = {
          fire(payload: number, timeNs: number) {
            fired.push(payload, timeNs);
            within?.();
          },
        };
        const insert = ({ timeNs, rank, keeps }: { timeNs: number; rank: number; keeps: boolean }) => {
          schedule.add(timeNs, rank as Rank, handler, added, keeps);
          waiting.push({ timeNs, rank, keeps, id: added++ });
        };
        for (const each of steps) {
          // A stable sort of what waits, in the order in which it was added.
          waiting = waiting
            .toSorted((a, b) => a.id - b.id)
            .toSorted((a, b) => a.rank - b.rank)
            .toSorted((a, b) => a.timeNs - b.timeNs);
          if ('take' in each && waiting.length > 0) {
            const head = waiting.shift()!;
            within = 'add' in each ? () => insert(each.add) : undefined;
            schedule.fireHead();
            expect(fired.splice(0)).toEqual([head.id, head.timeNs]);
          } else if ('add' in each) insert(each.add);
          const least = Math.min(...waiting.map(({ timeNs }) => timeNs));
          expect(schedule.headNs).toBe(least);
          const atHead = waiting.filter(({ timeNs }) => timeNs === least);
          if (atHead.length > 0) expect(schedule.headRank).toBe(Math.min(...atHead.map(({ rank }) => rank)));
          expect(schedule.pending).toBe(waiting.filter(({ keeps }) => keeps).length);
          expect(schedule.added).toBe(added);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** A latency that wavers, but never below what it promises. */
function waveringLatency(leastNs: number, spreadNs: number): LatencyModel {
  return {
    leastEntryNs: leastNs,
    leastResponseNs: leastNs,
    entryNs: (_kind, _sentNs, random) => leastNs + random.integer(spreadNs + 1),
    responseNs: (_kind, _answeredNs, random) => leastNs + random.integer(spreadNs + 1),
  };
}

const venueShapes = fc.record({
  latencyNs: fc.constantFrom(0, 0, 1, 3, 10),
  spreadNs: fc.constantFrom(0, 0, 1, 6),
  queue: fc.constantFrom(
    riskAverseQueue,
    () => powerQueue(2),
    logQueue,
    () => orderQueue({ otherwise: riskAverseQueue() }),
    () => levelOneQueue(),
    () => proRataQueue(),
  ),
  /** The venue as it comes, rather than as hftbacktest's. */
  realistic: fc.boolean(),
});
const strategyShapes = fc.record({
  seed: fc.nat(2 ** 31 - 1),
  activity: fc.constantFrom(0, 0.2, 0.5, 0.7),
  deaf: fc.boolean(),
  actions: fc.constantFrom(0, 30, 200),
  special: fc.boolean(),
});
const runShapes = fc.record({
  market: marketShapes,
  venue: venueShapes,
  strategies: fc.array(strategyShapes, { minLength: 0, maxLength: 3 }),
  sampleNs: fc.constantFrom(0, 1, 7),
});

/** A fresh setup of everything with state, and the log that the run writes. */
function setUp({ market, venue, strategies, sampleNs }: typeof runShapes extends fc.Arbitrary<infer T> ? T : never) {
  const log: Log = [];
  const observer: Observer = {
    onSample: (nowNs) => log.push(`${nowNs} sample`),
    onOrderEvent: ({ kind, order, localNs, exchangeNs }) =>
      log.push(`${localNs} event ${ORDER_EVENT_NAMES[kind]} ${order.strategy}/${order.id} ${exchangeNs}`),
  };
  const { latencyNs, spreadNs, queue, realistic } = venue;
  const latency =
    spreadNs === 0
      ? constantLatency({ entryNs: latencyNs, responseNs: latencyNs })
      : waveringLatency(latencyNs, spreadNs);
  return {
    log,
    options: {
      tapes: [randomTape(market)],
      strategies: strategies.map((shape, index) => ({
        name: `s${index}`,
        strategy: randomStrategy(shape, log),
        ...(shape.seed % 3 === 0 ? { instruments: ['I0'] } : {}),
      })),
      venue: simulatedVenue({
        ...(realistic ? {} : HFTBACKTEST_RULES),
        latency,
        queue: queue(),
        fees: makerTakerFees({ makerRate: 0.0001, takerRate: 0.0005 }),
      }),
      observers: [observer],
      sampleNs,
    },
  };
}

describe('the engine', () => {
  it('does the same as a reference that takes one event at a time', () => {
    let fills = 0;
    let events = 0;
    fc.assert(
      fc.property(runShapes, (shape) => {
        const ours = setUp(shape);
        const plain = setUp(shape);
        const result = new Simulation(ours.options).run();
        const expected = new PlainRun(plain.options).run();
        expect(ours.log).toEqual(plain.log);
        const { runHash, orderEvents, fills: filled, endNs } = result;
        expect({ runHash, orderEvents, fills: filled, endNs }).toEqual(expected);
        fills += filled;
        events += ours.log.length;
      }),
      { numRuns: 600 },
    );
    // The random runs must have been about something.
    expect(fills).toBeGreaterThan(1_000);
    expect(events).toBeGreaterThan(30_000);
  });
});
