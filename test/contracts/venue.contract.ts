/**
 * What every Venue must do, as a suite: called once for each venue. The desk stops a run on illegal answers, so random
 * strategies on random markets try whether there are any. Contract: core/venue.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Instrument,
  LevelBook,
  type OrderEvent,
  OrderEventKind,
  RandomSource,
  Schedule,
  Simulation,
  type SimulationOptions,
  type VenueFactory,
} from '../../core/index.js';
import { PlainRun } from '../reference/plain-run.js';
import { marketShapes, randomTape, specsOf } from '../reference/random-market.js';
import { type Log, randomStrategy } from '../reference/random-strategy.js';

/** `make` gives a fresh factory: models may hold state of a run. `answers`: whether every request is answered. */
export function venueContract(name: string, make: () => VenueFactory, { answers }: { answers: boolean }): void {
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
          // Requests sent from onStop go nowhere, so they are left out.
          strategy: {
            ...randomStrategy({ seed: seed + index, activity: 0.5, deaf: false, actions: 60 }, log),
            onStop: () => {},
          },
        })),
        venue: make(),
        observers: [{ onOrderEvent: seen }],
      }) satisfies SimulationOptions;

    it('is born idle, with promises that are times ≥ 0 and a watch that lets nothing through', () => {
      const instruments = specsOf(3).map((spec, index) => new Instrument(spec, index));
      const venue = make()({
        instruments,
        books: instruments.map((instrument) => new LevelBook(instrument)),
        schedule: new Schedule(),
        random: new RandomSource(1),
        answers: { answer: () => expect.fail('an answer without a request') },
      });
      expect(venue.working).toBe(0);
      for (const leastNs of [venue.leastEntryNs, venue.leastResponseNs]) {
        expect(leastNs).toBeGreaterThanOrEqual(0);
        expect(leastNs).toBeLessThan(Infinity);
      }
      for (const { index } of instruments) {
        expect(venue.watch.trades[index]).toBe(0);
        expect([1, 2].some((side) => venue.watch.level(index, side as 1 | 2, 100))).toBe(false);
      }
    });

    it('answers legally, every request once and in order, and never before its promise', () => {
      fc.assert(
        fc.property(marketShapes, seeds, (market, seed) => {
          const waiting: OrderEvent['order'][][] = [[], []];
          let promise = { entryNs: 0, responseNs: 0 };
          const answered = new Set<OrderEvent['order']>();
          const seen = ({ kind, order, localNs, exchangeNs }: OrderEvent) => {
            const { submitted, modifyRequested, cancelRequested, filled, expired } = OrderEventKind;
            const own = waiting[order.strategy]!;
            if (kind === submitted || kind === modifyRequested || kind === cancelRequested) own.push(order);
            if (Number.isNaN(exchangeNs)) return;
            expect(localNs).toBeGreaterThanOrEqual(exchangeNs + promise.responseNs);
            const first = !answered.has(order);
            answered.add(order);
            if (first) expect(exchangeNs).toBeGreaterThanOrEqual(order.sentNs + promise.entryNs);
            // Later fills and what ends an order by its own terms reply to nothing.
            if (first || (kind !== filled && kind !== expired)) expect(own.shift()).toBe(order);
          };
          const options = setUp(market, seed, [], seen);
          const venue: VenueFactory = (environment) => {
            const made = options.venue(environment);
            promise = { entryNs: made.leastEntryNs, responseNs: made.leastResponseNs };
            return made;
          };
          new Simulation({ ...options, venue }).run();
          if (answers) expect(waiting).toEqual([[], []]);
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
