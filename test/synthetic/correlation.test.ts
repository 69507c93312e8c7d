/** Correlated synthetic instruments: mids come out correlated as was asked, by a plain computation. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { factorShares, type SyntheticOptions, syntheticBlocks, syntheticInfo } from '../../core/index.js';
import { plainCorrelation, sampledMids } from '../reference/plain-mids.js';

const S = 1e9;
const STEP = S / 10;

function midsOf(options: Partial<SyntheticOptions>): number[][] {
  const all = { seed: 1, durationNs: 2 * 3600 * S, instruments: 2, rowsPerSecond: 60, depthTicks: 100, ...options };
  const info = syntheticInfo(all);
  const counts = info.counts.map((kinds) => kinds.map((_, kind) => (kind === 2 ? 1 : 0)));
  return sampledMids(syntheticBlocks(all), { ...info, counts }, STEP);
}

describe.each([0.6, -0.4, 0.9])('correlation %d', (correlation) => {
  test.each([1, 2])('comes out, seed %i', (seed) => {
    const [one, other] = midsOf({ seed, correlation });
    // Some 7,200 returns over 1 s and 720 over 10 s: standard errors (1 − ρ²)/√n of at most 0.01 and 0.031; tails are fat.
    expect(Math.abs(plainCorrelation(one!, other!, 10) - correlation)).toBeLessThan(0.05);
    expect(Math.abs(plainCorrelation(one!, other!, 100) - correlation)).toBeLessThan(0.08);
  });
});

test('without it there is none, and it changes nothing of a market that does not ask', () => {
  const [one, other] = midsOf({ seed: 4 });
  expect(Math.abs(plainCorrelation(one!, other!, 10))).toBeLessThan(0.05);
});

test('a matrix is had pair by pair', () => {
  const matrix = [
    [1, 0.8, -0.3],
    [0.8, 1, 0],
    [-0.3, 0, 1],
  ];
  const mids = midsOf({ seed: 5, instruments: 3, correlation: matrix });
  for (const [i, j] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    // The third instrument is thin and quoted wide: over 1 s its mid is still on its way.
    expect(Math.abs(plainCorrelation(mids[i]!, mids[j]!, 100) - matrix[i]![j]!), `${i} ${j}`).toBeLessThan(0.1);
  }
});

test('who follows does so a lead later, and over times that are long against it as if there were none', () => {
  const [leader, follower] = midsOf({ seed: 6, correlation: 0.7, leadNs: 2 * S });
  const late = (points: number) => plainCorrelation(leader!, follower!, 10, points);
  expect(Math.abs(late(20) - 0.7)).toBeLessThan(0.06);
  for (const points of [0, 10, 30, 40]) expect(Math.abs(late(points)), `${points}`).toBeLessThan(0.06);
  expect(plainCorrelation(leader!, follower!, 600)).toBeGreaterThan(0.55);
});

test('factor shares make the matrix again', () => {
  const entry = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), fc.array(entry, { minLength: 36, maxLength: 36 }), (count, numbers) => {
      // Rows of a random matrix, made as long as 1: their products are correlations; half of it the unit matrix.
      const rows = Array.from({ length: count }, (_, i) => numbers.slice(6 * i, 6 * i + 6));
      const unit = rows.map((row) => row.map((each) => each / (Math.hypot(...row) || 1)));
      const matrix = unit.map((a, i) =>
        unit.map((b, j) => (i === j ? 1 : 0.5 * a.reduce((sum, each, k) => sum + each * b[k]!, 0))),
      );
      const { own, loadings } = factorShares(matrix, count);
      for (const [i, row] of matrix.entries()) {
        for (const [j, value] of row.entries()) {
          const common = loadings[i]!.reduce((sum, each, k) => sum + each * (loadings[j]![k] ?? 0), 0);
          expect(common + (i === j ? own * own : 0)).toBeCloseTo(value, 6);
        }
      }
      // As much of one's own as there can be: at least the half that was put in.
      expect(own * own).toBeGreaterThan(0.4999);
    }),
    { seed: 12 },
  );
});

test('what is no correlation is refused with the number', () => {
  const refused = (correlation: SyntheticOptions['correlation'], more: Partial<SyntheticOptions> = {}) => {
    const options = { seed: 1, rows: 100, instruments: 3, ...more, ...(correlation !== undefined && { correlation }) };
    return () => syntheticInfo(options);
  };
  expect(refused(0.5)).not.toThrow();
  expect(refused(-0.4)).not.toThrow();
  expect(refused(1)).toThrow('correlation 1 of 3 instruments is not above -0.5 and below 1');
  expect(refused(-0.5)).toThrow('correlation -0.5 of 3 instruments is not above -0.5');
  expect(refused(Number.NaN)).toThrow('correlation NaN');
  expect(refused([[1]])).toThrow('correlation: 1 rows for 3 instruments');
  expect(
    refused([
      [1, 0, 0],
      [0, 1],
      [0, 0, 1],
    ]),
  ).toThrow('row 2 has 2 numbers for 3 instruments');
  expect(
    refused([
      [1, 0, 0.5],
      [0, 1, 0],
      [0, 0, 1],
    ]),
  ).toThrow('row 1, column 3 is 0.5, but 0 the other way');
  expect(
    refused([
      [1, 0, 2],
      [0, 1, 0],
      [2, 0, 1],
    ]),
  ).toThrow('2 in row 1 is not from -1 to 1');
  expect(
    refused([
      [1, 0, 0],
      [0, 0.9, 0],
      [0, 0, 1],
    ]),
  ).toThrow('0.9 on the diagonal of row 2 is not 1');
  const odd = [
    [1, 0.9, -0.9],
    [0.9, 1, 0.9],
    [-0.9, 0.9, 1],
  ];
  expect(refused(odd)).toThrow('not positive definite');
  expect(refused(undefined, { leadNs: 5 })).toThrow('leadNs 5 is not possible without correlation');
  expect(refused(0.5, { leadNs: -1 })).toThrow('leadNs -1 is not whole ns from 0');
});
