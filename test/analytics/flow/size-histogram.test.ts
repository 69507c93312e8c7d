/** Sizes put into a table: their mean is kept, round lots keep their size and share, and the table stays short. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SizeHistogram } from '../../../analytics/flow/size-histogram.js';
import { meanLots } from '../../../core/index.js';

function histogramOf(sizes: readonly number[]): SizeHistogram {
  const histogram = new SizeHistogram();
  for (const size of sizes) histogram.add(size);
  return histogram;
}

test('the mean is that of the sizes within a rounding of each row, whatever they are', () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 1_000_000 }), fc.constant(2 ** 40));
  fc.assert(
    fc.property(fc.array(size, { minLength: 1, maxLength: 400 }), (sizes) => {
      const table = histogramOf(sizes).table();
      const mean = sizes.reduce((sum, each) => sum + each, 0) / sizes.length;
      expect(Math.abs(meanLots(table) - mean)).toBeLessThan(0.5 + 1e-5 * mean);
      expect(table.lots).toEqual(table.lots.toSorted((a, b) => a - b));
      expect(Math.min(...table.lots)).toBeGreaterThanOrEqual(Math.min(...sizes));
      expect(Math.max(...table.lots)).toBeLessThanOrEqual(Math.max(...sizes));
      expect(table.lots.length).toBeLessThan(300);
    }),
  );
});

test('what stands out keeps its size and its share', () => {
  const sizes = Array.from({ length: 10_000 }, (_, at) => (at % 2 === 0 ? 100 : at % 5 === 0 ? 500 : 1 + (at % 97)));
  const { lots, shares } = histogramOf(sizes).table();
  expect(shares[lots.indexOf(100)]).toBeCloseTo(0.5, 6);
  expect(shares[lots.indexOf(500)]).toBeCloseTo(0.1, 6);
});

test('histograms put together are that of all sizes', () => {
  const [first, second] = [
    [1, 5, 700, 700],
    [3, 5, 90_000],
  ];
  const together = histogramOf(first!);
  together.merge(histogramOf(second!));
  expect(together.table()).toEqual(histogramOf([...first!, ...second!]).table());
});
