/**
 * What every ConsumptionModel must do, as a suite: called once for each model. Contract: execution/consumption.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument, RandomSource, Side } from '../../core/index.js';
import type { ConsumptionModel, ModelRun } from '../../execution/index.js';

const INSTRUMENTS = ['X', 'Y'].map((symbol, index) => new Instrument({ symbol, tick: '1', lot: '1' }, index));
const SIDES = [Side.buy, Side.sell] as const;
/** Neighbours, prices of 0 and below, and the ends of what a tick can be. */
const TICKS = [-(2 ** 31) + 2, -2, -1, 0, 1, 2, 2 ** 31 - 2];

const place = fc.record({
  instrument: fc.nat(1),
  side: fc.constantFrom(...SIDES),
  tick: fc.constantFrom(...TICKS),
});
type Place = typeof place extends fc.Arbitrary<infer T> ? T : never;

/** What happens at a place: we take lots, as often as more than is displayed, or the level is recorded. */
const happening = fc.record({
  at: place,
  what: fc.oneof(
    fc.record({ tookLots: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ beforeLots: fc.integer({ min: 0, max: 12 }), afterLots: fc.integer({ min: 0, max: 12 }) }),
  ),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;
const stories = fc.array(happening, { maxLength: 30, size: 'max' });

const runOf = (): ModelRun => ({ instruments: INSTRUMENTS, random: new RandomSource(7), streamPrefix: 'venue' });

function apply(model: ConsumptionModel, { at: { instrument, side, tick }, what }: Happening): void {
  if ('tookLots' in what) model.took(instrument, side, tick, what.tookLots);
  // The venue tells of no level that nothing is taken of.
  else if (takenOf(model, { instrument, side, tick }) > 0) {
    model.levelChanged(instrument, side, tick, what.beforeLots, what.afterLots);
  }
}

const takenOf = (model: ConsumptionModel, { instrument, side, tick }: Place, displayedLots = Infinity): number =>
  model.takenLots(instrument, side, tick, displayedLots);

const PLACES: readonly Place[] = INSTRUMENTS.flatMap((_, instrument) =>
  SIDES.flatMap((side) => TICKS.map((tick) => ({ instrument, side, tick }))),
);
const allOf = (model: ConsumptionModel) => PLACES.map((at) => [takenOf(model, at), takenOf(model, at, 5)]);
const isSame = (a: Place, b: Place) => a.instrument === b.instrument && a.side === b.side && a.tick === b.tick;

export function consumptionContract(name: string, make: () => ConsumptionModel): void {
  const fresh = (model = make()): ConsumptionModel => model.forRun?.(runOf()) ?? model;

  describe(`${name} keeps the contract of a consumption model`, () => {
    it('has taken whole lots, 0 to what is displayed, and of levels that nobody took from nothing', () => {
      fc.assert(
        fc.property(stories, fc.integer({ min: 0, max: 20 }), (story, displayedLots) => {
          const model = fresh();
          const touched: Place[] = [];
          for (const each of story) {
            apply(model, each);
            if ('tookLots' in each.what) touched.push(each.at);
            const taken = takenOf(model, each.at, displayedLots);
            expect(Number.isSafeInteger(taken) && taken >= 0 && taken <= displayedLots).toBe(true);
          }
          const untouched = PLACES.filter((at) => !touched.some((other) => isSame(at, other)));
          expect(untouched.filter((at) => takenOf(model, at) !== 0)).toEqual([]);
        }),
      );
    });

    it('says the same of any quantity: all that is taken, or all that is displayed', () => {
      fc.assert(
        fc.property(stories, place, fc.nat(20), (story, at, displayedLots) => {
          const model = fresh();
          for (const each of story) apply(model, each);
          const all = takenOf(model, at);
          expect(Number.isSafeInteger(all)).toBe(true);
          expect(takenOf(model, at, displayedLots)).toBe(Math.min(all, displayedLots));
        }),
      );
    });

    it('has no more taken after a row of the level than before, and no more than is then displayed', () => {
      fc.assert(
        fc.property(stories, place, fc.nat(12), fc.nat(12), (story, at, beforeLots, afterLots) => {
          const model = fresh();
          for (const each of story) apply(model, each);
          const before = takenOf(model, at);
          apply(model, { at, what: { beforeLots, afterLots } });
          expect(takenOf(model, at)).toBeLessThanOrEqual(before);
          if (before > 0) expect(takenOf(model, at)).toBeLessThanOrEqual(afterLots);
        }),
      );
    });

    it('keeps levels apart: what happens at one changes no other', () => {
      fc.assert(
        fc.property(stories, happening, (story, last) => {
          const model = fresh();
          for (const each of story) apply(model, each);
          const others = PLACES.filter((at) => !isSame(at, last.at));
          const before = others.map((at) => takenOf(model, at));
          apply(model, last);
          expect(others.map((at) => takenOf(model, at))).toEqual(before);
        }),
      );
    });

    it('changes nothing when it is asked', () => {
      fc.assert(
        fc.property(stories, (story) => {
          const [asked, quiet] = [fresh(), fresh()];
          for (const each of story) {
            allOf(asked);
            apply(asked, each);
            apply(quiet, each);
          }
          expect(allOf(asked)).toEqual(allOf(quiet));
        }),
      );
    });

    it('begins each run with nothing taken, also when one object serves two runs at a time', () => {
      fc.assert(
        fc.property(stories, stories, (story, other) => {
          const model = make();
          const [one, two] = [fresh(model), fresh(model)];
          const alone = fresh();
          story.forEach((each, index) => {
            apply(one, each);
            if (other[index] !== undefined) apply(two, other[index]);
            apply(alone, each);
          });
          expect(allOf(one)).toEqual(allOf(alone));
          expect(
            allOf(fresh(model))
              .flat()
              .every((lots) => lots === 0),
          ).toBe(true);
        }),
      );
    });
  });
}
