/**
 * What every Delay must do, as a suite: called once for each. Contract: core/delay.ts.
 */
import { describe, expect, it } from 'vitest';
import { type Delay, RandomSource, type ShapedDelay } from '../../core/index.js';

const DRAWS = 4_000;

/** The first draws of a run: messages some microseconds apart, now and then an hour. */
export function drawsOf(
  delay: Delay,
  { seed = 5, count = DRAWS, prepared = delay.forRun?.() ?? delay } = {},
): number[] {
  const random = new RandomSource(seed).stream('delay');
  let nowNs = 0;
  return Array.from({ length: count }, (_, step) => {
    nowNs += step % 500 === 499 ? 3.6e12 : (step * 37) % 10_000;
    return prepared.drawNs(nowNs, random);
  });
}

export function delayContract(name: string, make: () => Delay): void {
  describe(`${name} keeps the contract of a delay`, () => {
    it('gives whole, finite nanoseconds, never less than it promises', () => {
      const delay = make();
      expect(delay.leastNs).toBeGreaterThanOrEqual(0);
      expect(delay.leastNs).toBeLessThan(Infinity);
      const draws = drawsOf(delay);
      expect(draws.filter((drawn) => !Number.isSafeInteger(drawn))).toEqual([]);
      expect(Math.min(...draws)).toBeGreaterThanOrEqual(delay.leastNs);
      expect(delay.forRun?.().leastNs ?? delay.leastNs).toBe(delay.leastNs);
    });

    it('gives the same draws for the same seed, whatever it was used for before', () => {
      const delay = make();
      const draws = drawsOf(delay);
      expect(drawsOf(make())).toEqual(draws);
      drawsOf(delay, { seed: 6 });
      expect(drawsOf(delay)).toEqual(draws);
    });

    const shaped = make() as ShapedDelay;
    if (typeof shaped.atNormal !== 'function') return;

    it('never decreases with the normal number that drives it, and keeps its promise at its ends', () => {
      const at = [-1e3, -9.3, -6, -3, -1, -1e-9, 0, 1e-9, 1, 3, 6, 9.3].map((z) => shaped.atNormal(z));
      expect(at).toEqual(at.toSorted((a, b) => a - b));
      expect(at.filter((drawn) => !Number.isSafeInteger(drawn) || drawn < shaped.leastNs)).toEqual([]);
    });
  });
}
