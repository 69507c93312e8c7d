/**
 * What every BarPath must do, as a suite: called once for each model. Contract: execution/bar-path.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument, RandomSource, Side } from '../../core/index.js';
import { BarMatcher, type BarPath, type ModelRun } from '../../execution/index.js';

/** Four prices as a bar: any sign, ties and flat bars among them. */
export const anyBar = fc
  .tuple(
    fc.oneof(fc.constant(0), fc.integer({ min: -1e9, max: 1e9 })),
    fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }),
  )
  .map(([base, [a, b, c, d]]) => {
    const prices = [base + a!, base + b!, base + c!, base + d!];
    return { open: prices[0]!, close: prices[1]!, high: Math.max(...prices), low: Math.min(...prices) };
  });

const runOf = (seed: number): ModelRun => ({
  instruments: [new Instrument({ symbol: 'X', tick: '1', lot: '1' }, 0)],
  random: new RandomSource(seed),
  streamPrefix: 'venue',
});

/** What a model makes of a bar; the array is longer than it may use, to see what it touches. */
function pointsOf(
  model: BarPath,
  { open, high, low, close }: { open: number; high: number; low: number; close: number },
) {
  const into = new Int32Array(5).fill(77);
  const points = model.path(open, high, low, close, into);
  expect(into[4], 'only the first four may be written').toBe(77);
  return [...into.slice(0, points)];
}

/** `extremes: false` for a model that says that the market was never at the high or the low. */
export function barPathContract(name: string, make: () => BarPath, { extremes }: { extremes: boolean }): void {
  const fresh = (seed = 1): BarPath => {
    const model = make();
    return model.forRun?.(runOf(seed)) ?? model;
  };

  describe(`${name} keeps the contract of a bar path`, () => {
    it('starts at the open, ends at the close, stays in the bar', () => {
      fc.assert(
        fc.property(fc.array(anyBar, { minLength: 1, maxLength: 8 }), (bars) => {
          const model = fresh();
          for (const bar of bars) {
            const points = pointsOf(model, bar);
            expect(points.length).toBeGreaterThanOrEqual(1);
            expect(points.length).toBeLessThanOrEqual(4);
            if (points.length > 1) expect(points[0]).toBe(bar.open);
            expect(points.at(-1)).toBe(bar.close);
            expect(points.every((point) => bar.low <= point && point <= bar.high)).toBe(true);
            if (extremes) expect(points).toEqual(expect.arrayContaining([bar.low, bar.high]));
          }
        }),
      );
    });

    it('gives the same for the same bars in every run of one seed, also when one object serves two runs', () => {
      const model = make();
      const bars = fc.sample(anyBar, { seed: 1, numRuns: 50 });
      const inOneRun = () => {
        const used = model.forRun?.(runOf(3)) ?? model;
        return bars.map((bar) => pointsOf(used, bar));
      };
      expect(inOneRun()).toEqual(inOneRun());
    });

    it('is taken by the bar matcher, and no plain limit fills outside the bar or worse than its price', () => {
      fc.assert(
        fc.property(
          anyBar,
          fc.constantFrom(Side.buy, Side.sell),
          fc.integer({ min: -2, max: 11 }),
          (bar, side, above) => {
            const matcher = new BarMatcher({ path: fresh(), limit: 'touched', maxVolumeShare: 1 });
            matcher.begin(bar.open, bar.high, bar.low, bar.close, 10);
            const limit = bar.low + above;
            const reached = matcher.reachLimit(side, limit, 0) < Infinity;
            const touched = side === Side.buy ? bar.low <= limit : bar.high >= limit;
            if (extremes) expect(reached).toBe(touched);
            if (!reached) return;
            expect(touched).toBe(true);
            expect(matcher.fillTicks).toBeGreaterThanOrEqual(bar.low);
            expect(matcher.fillTicks).toBeLessThanOrEqual(bar.high);
            expect(side === Side.buy ? limit - matcher.fillTicks : matcher.fillTicks - limit).toBeGreaterThanOrEqual(0);
          },
        ),
      );
    });
  });
}
