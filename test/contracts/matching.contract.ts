/**
 * What every MatchingModel must do, as a suite: called once for each model. Contract: execution/matching.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument, LevelBook, RandomSource, Side } from '../../core/index.js';
import { BookSide } from '../../execution/book-side.js';
import { hftbacktestConsumption, type MatchingModel, type ModelRun, neverReused } from '../../execution/index.js';

const instrument = new Instrument({ symbol: 'X', tick: '1', lot: '1' }, 0);
const runOf = (seed = 1): ModelRun => ({
  instruments: [instrument],
  random: new RandomSource(seed),
  streamPrefix: 'venue',
});

const level = fc.record({ away: fc.integer({ min: 1, max: 30 }), lots: fc.integer({ min: 1, max: 9 }) });
const quantity = fc.integer({ min: 1, max: 80 });
/** An order that arrives: at 100 and a distance, or at any price. More levels than the view loads at a time. */
const arrival = fc.record({
  levels: fc.array(level, { maxLength: 24 }),
  /** Lots of the first levels that we took before, and what a trade took that the book does not show yet. */
  taken: fc.array(fc.nat(9), { maxLength: 4 }),
  skipLots: fc.oneof(fc.constant(0), fc.nat(12)),
  side: fc.constantFrom(Side.buy, Side.sell),
  limit: fc.oneof(fc.integer({ min: -2, max: 32 }), fc.constant('any price' as const)),
  qtyLots: quantity,
});
type Arrival = typeof arrival extends fc.Arbitrary<infer T> ? T : never;

/** A resting order that a trade reached, or that the market came through with so many lots. */
const reach = fc.record({ leavesLots: quantity, lots: fc.nat(80), through: fc.boolean() });
type Reach = typeof reach extends fc.Arbitrary<infer T> ? T : never;

/** Takers count prices from 100 on, in the direction that is worse for them. */
function scene({ levels, taken, skipLots, side, limit }: Arrival) {
  const sign = side === Side.buy ? 1 : -1;
  const otherSide = side === Side.buy ? Side.sell : Side.buy;
  const book = new LevelBook(instrument);
  for (const { away, lots } of levels) book.set(otherSide, 100 + sign * away, lots);
  const consumption = taken.length === 0 ? hftbacktestConsumption : neverReused.forRun!(runOf());
  taken.forEach((lots, at) => {
    if (lots > 0) consumption.took(0, otherSide, 100 + sign * (at + 1), lots);
  });
  const other = new BookSide(consumption);
  other.point(book, otherSide, skipLots);
  return { other, sign, limitTicks: limit === 'any price' ? sign * Infinity : 100 + sign * limit };
}

function levelsOf(other: BookSide): [tick: number, lots: number][] {
  const found: [number, number][] = [];
  for (let at = 0; other.has(at); at++) found.push([other.tick(at), other.lots(at)]);
  return found;
}

function fillsOf(model: MatchingModel, given: Arrival) {
  const { other, sign, limitTicks } = scene(given);
  const before = levelsOf(other);
  const fills: [tick: number, lots: number][] = [];
  const available = model.availableLots(other, limitTicks, given.qtyLots);
  model.take(other, limitTicks, given.qtyLots, { take: (tick, lots) => fills.push([tick, lots]) });
  const total = fills.reduce((sum, [, lots]) => sum + lots, 0);
  const reachable = before.some(([tick]) => sign * (limitTicks - tick) >= 0);
  return { fills, total, available, sign, limitTicks, before, after: levelsOf(other), reachable };
}

function restingOf(model: MatchingModel, { leavesLots, lots, through }: Reach): number {
  return through ? model.passedLots(leavesLots, lots) : model.restingLots(leavesLots, lots + 1);
}

export function matchingContract(name: string, make: () => MatchingModel): void {
  const fresh = (seed = 1): MatchingModel => {
    const model = make();
    return model.forRun?.(runOf(seed)) ?? model;
  };

  describe(`${name} keeps the contract of a matching model`, () => {
    it('takes whole lots, best price first, within limit and quantity, and nothing where nothing is in reach', () => {
      fc.assert(
        fc.property(arrival, (given) => {
          const { fills, total, sign, limitTicks, reachable } = fillsOf(fresh(), given);
          expect(fills.filter(([, lots]) => !(Number.isSafeInteger(lots) && lots > 0))).toEqual([]);
          expect(fills.filter(([tick]) => !Number.isSafeInteger(tick))).toEqual([]);
          expect(total).toBeLessThanOrEqual(given.qtyLots);
          expect(fills.every(([tick]) => sign * (limitTicks - tick) >= 0)).toBe(true);
          expect(fills.every(([tick], at) => at === 0 || sign * (tick - fills[at - 1]![0]) > 0)).toBe(true);
          if (!reachable) expect(fills).toEqual([]);
        }),
      );
    });

    it('gives what it said was available: fill-or-kill relies on it', () => {
      fc.assert(
        fc.property(arrival, (given) => {
          const { total, available } = fillsOf(fresh(), given);
          expect(total >= given.qtyLots).toBe(available >= given.qtyLots);
        }),
      );
    });

    it('changes nothing of what it reads', () => {
      fc.assert(
        fc.property(arrival, (given) => {
          const { before, after } = fillsOf(fresh(), given);
          expect(after).toEqual(before);
        }),
      );
    });

    it('fills a resting order by whole lots, 0 to what is left of it', () => {
      fc.assert(
        fc.property(reach, (given) => {
          const lots = restingOf(fresh(), given);
          expect(Number.isSafeInteger(lots) && lots >= 0 && lots <= given.leavesLots).toBe(true);
        }),
      );
    });

    it('does alike in every run of one seed, also when one object serves two runs at a time', () => {
      fc.assert(
        fc.property(fc.array(fc.oneof(arrival, reach), { maxLength: 12 }), fc.nat(99), (story, seed) => {
          const model = make();
          const told = (own: MatchingModel, each: Arrival | Reach) =>
            'levels' in each ? fillsOf(own, each).fills : restingOf(own, each);
          const alone = fresh(seed);
          const expected = story.map((each) => told(alone, each));
          const [one, two] = [model.forRun?.(runOf(seed)) ?? model, model.forRun?.(runOf(seed)) ?? model];
          const together = story.map((each) => [told(one, each), told(two, each)]);
          expect(together).toEqual(expected.map((each) => [each, each]));
        }),
      );
    });
  });
}
