/**
 * What every Venue must do, as a suite: called once for each venue. The desk stops a run on illegal answers, so random
 * strategies on random markets try whether there are any. Contract: core/venue.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Account,
  Instrument,
  Kind,
  LevelBook,
  type OrderEvent,
  OrderEventKind,
  RandomSource,
  Schedule,
  Simulation,
  type SimulationOptions,
  type Strategy,
  type VenueFactory,
  Watch,
} from '../../core/index.js';
import { PlainRun } from '../reference/plain-run.js';
import { marketShapes, randomTape, specsOf } from '../reference/random-market.js';
import { type Log, randomStrategy } from '../reference/random-strategy.js';
import { withRandomTerms } from '../reference/random-terms.js';

/** Of a tape with rows of depth and trades alone, by kind. */
const COUNTS = Array.from({ length: 16 }, (_, kind) => (kind === Kind.depth || kind === Kind.trade ? 9 : 0));

const REQUESTS: readonly OrderEventKind[] = [
  OrderEventKind.submitted,
  OrderEventKind.modifyRequested,
  OrderEventKind.cancelRequested,
];
/** Beyond the first answer: later fills, and what comes of an order's own terms or a rule, reply to nothing. */
const UNASKED: readonly OrderEventKind[] = [
  OrderEventKind.filled,
  OrderEventKind.expired,
  OrderEventKind.triggered,
  OrderEventKind.restated,
];

/**
 * Of three, one sends limits and markets alone, which is what most venues know best; one orders of all kinds; one orders with
 * several terms at once, late members of groups and children of orders long ended.
 */
function randomlyActing(seed: number, log: Log): Strategy {
  const strategy = randomStrategy({ seed, activity: 0.5, deaf: false, actions: 60, special: seed % 3 === 1 }, log);
  // Requests sent from onStop go nowhere, so they are left out.
  const active = { ...strategy, onStop: () => {} };
  return seed % 3 === 2 ? withRandomTerms(active, seed) : active;
}

export interface VenueSuite {
  /** Whether every request is answered. */
  readonly answers: boolean;
  /** Whose requests are answered in the order in which they were sent. Default `strategy`. */
  readonly inOrder?: 'strategy' | 'strategy and instrument';
}

/** `make` gives a fresh factory: models may hold state of a run. */
export function venueContract(name: string, make: () => VenueFactory, suite: VenueSuite): void {
  const { answers, inOrder = 'strategy' } = suite;
  const seeds = fc.nat(2 ** 31 - 1);

  describe(`${name} keeps the contract of a venue`, () => {
    const setUp = (
      market: Parameters<typeof randomTape>[0],
      seed: number,
      log: Log,
      seen: (event: OrderEvent) => void,
    ) =>
      ({
        tapes: [randomTape(market)],
        strategies: [0, 1].map((index) => ({
          name: `s${index}`,
          strategy: randomlyActing(seed + index, log),
        })),
        venue: make(),
        observers: [{ onOrderEvent: seen }],
      }) satisfies SimulationOptions;

    it('is born idle, with promises that are times ≥ 0 and a watch that lets nothing through', () => {
      const instruments = specsOf(3).map((spec, index) => new Instrument(spec, index));
      const watch = new Watch(instruments.length);
      const schedule = new Schedule();
      const venue = make()({
        originNs: 0n,
        instruments,
        strategies: ['s0', 's1'],
        accounts: ['s0', 's1'].map(() => new Account(instruments)),
        counts: instruments.map(() => COUNTS),
        watch,
        books: instruments.map((instrument) => new LevelBook(instrument)),
        orderBooks: instruments.map(() => undefined),
        schedule,
        random: new RandomSource(1),
        answers: {
          answer: () => expect.fail('an answer without a request'),
          settle: () => expect.fail('an account event without a position'),
        },
      });
      expect(venue.working).toBe(0);
      for (const leastNs of [venue.leastEntryNs, venue.leastResponseNs]) {
        expect(leastNs).toBeGreaterThanOrEqual(0);
        expect(leastNs).toBeLessThan(Infinity);
      }
      for (const { index } of instruments) {
        expect(watch.trades[index]).toBe(0);
        expect([1, 2].some((side) => watch.level(index, side as 1 | 2, 100))).toBe(false);
      }
    });

    it('answers legally, every request once and in order, and never before its promise', () => {
      fc.assert(
        fc.property(marketShapes, seeds, (market, seed) => {
          /** What was sent and not answered yet, oldest first. */
          const waiting = new Map<string, OrderEvent['order'][]>();
          let promise = { entryNs: 0, responseNs: 0 };
          const answered = new Set<OrderEvent['order']>();
          const seen = ({ kind, order, localNs, exchangeNs }: OrderEvent) => {
            const line = inOrder === 'strategy' ? `${order.strategy}` : `${order.strategy}/${order.instrument.index}`;
            const own = waiting.get(line) ?? [];
            waiting.set(line, own);
            if (REQUESTS.includes(kind)) own.push(order);
            if (Number.isNaN(exchangeNs)) return;
            expect(localNs).toBeGreaterThanOrEqual(exchangeNs + promise.responseNs);
            const first = !answered.has(order);
            answered.add(order);
            if (first) expect(exchangeNs).toBeGreaterThanOrEqual(order.sentNs + promise.entryNs);
            if (first || !UNASKED.includes(kind)) expect(own.shift()).toBe(order);
          };
          const options = setUp(market, seed, [], seen);
          const venue: VenueFactory = (environment) => {
            const made = options.venue(environment);
            promise = { entryNs: made.leastEntryNs, responseNs: made.leastResponseNs };
            return made;
          };
          new Simulation({ ...options, venue }).run();
          if (answers) expect([...waiting.values()].flat()).toEqual([]);
          else expect(answered.size).toBe(0);
        }),
        { numRuns: 40 },
      );
    });

    it('loses nothing by its watch and its promises: a run without filter and lookahead is the same', () => {
      fc.assert(
        fc.property(marketShapes, seeds, (market, seed) => {
          const [ours, plain]: Log[] = [[], []];
          const result = new Simulation(setUp(market, seed, ours, () => {})).run();
          expect(result.runHash).toBe(new PlainRun(setUp(market, seed, plain, () => {})).run().runHash);
          expect(ours).toEqual(plain);
        }),
        { numRuns: 40 },
      );
    });
  });
}
