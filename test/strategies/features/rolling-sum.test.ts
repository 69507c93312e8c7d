/** Rolling sums against sums made anew: exact for whole numbers, as good as exact for others, 0 when empty, no drift. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RollingSum } from '../../../strategies/index.js';

interface Step {
  /** `undefined`: only read. */
  readonly term: number | undefined;
  readonly waitNs: number;
}

/** What the sum says after each step, beside the terms that lie in its window. */
function play(spanNs: number, steps: readonly Step[]): { found: number; terms: number[] }[] {
  const sum = new RollingSum(spanNs);
  const all: { term: number; ns: number }[] = [];
  let ns = 0;
  return steps.map(({ term, waitNs }) => {
    ns += waitNs;
    if (term !== undefined) {
      sum.add(term, ns);
      all.push({ term, ns });
    }
    const terms = all.filter((each) => each.ns > ns - spanNs && each.ns <= ns).map((each) => each.term);
    return { found: sum.at(ns), terms };
  });
}

const stepsOf = (terms: fc.Arbitrary<number>) =>
  fc.array(
    fc.record({ term: fc.option(terms, { nil: undefined, freq: 5 }), waitNs: fc.constantFrom(0, 0, 1, 2, 3, 30) }),
    { maxLength: 120 },
  );

describe('a rolling sum', () => {
  it('of whole numbers is exact, also beyond 2^53', () => {
    const whole = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.maxSafeInteger());
    fc.assert(
      fc.property(fc.constantFrom(1, 5, 40, 200), stepsOf(whole), (spanNs, steps) => {
        for (const { found, terms } of play(spanNs, steps)) {
          const exact = terms.reduce((sum, term) => sum + BigInt(term), 0n);
          expect(found + 0).toBe(Number(exact));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of other numbers keeps no trace of what has left it', () => {
    const sum = new RollingSum(10);
    // A billion billion times larger than what comes after it.
    sum.add(1e6, 0);
    let ns = 1;
    for (; ns < 200_000; ns++) sum.add(1e-12 / 3, ns);
    // Nine terms: 199 991 to 199 999.
    expect(sum.at(ns)).toBeCloseTo(9e-12 / 3, 27);
    expect(sum.at(ns + 10)).toBe(0);
    sum.add(0.1, ns + 10);
    expect(sum.at(ns + 10)).toBe(0.1);
  });

  it('of any numbers is as good as exact, and exactly 0 when its window is empty', () => {
    const any = fc.double({ noNaN: true, min: -1e30, max: 1e30 });
    fc.assert(
      fc.property(fc.constantFrom(1, 5, 40, 200), stepsOf(any), (spanNs, steps) => {
        for (const { found, terms } of play(spanNs, [...steps, { term: undefined, waitNs: 200 }])) {
          const plain = terms.reduce((sum, term) => sum + term, 0);
          if (terms.length === 0) expect(found + 0).toBe(0);
          // The plain sum is the one that rounds at every step.
          else expect(Math.abs(found - plain)).toBeLessThanOrEqual(120 * 2 ** -52 * 1e30);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps its window also where nobody reads it', () => {
    const sum = new RollingSum(1000);
    for (let ns = 0; ns < 100_000; ns++) sum.add(ns, ns);
    expect(sum.at(99_999)).toBe((1000 * (99_000 + 99_999)) / 2);
  });
});
