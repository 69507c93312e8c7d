import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CsvWriter, unitOf } from '../../bridges/cli/csv-writer.js';
import { formatUnits, parseDecimal } from '../../core/decimal.js';

const decimals = fc
  .tuple(fc.integer({ min: 1, max: 999_999 }), fc.integer({ min: 0, max: 18 }))
  .map(([digits, scale]) => ({ digits: BigInt(digits), scale }));

test('cells are the exact decimals of formatUnits, whatever the unit and the count', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger(), { minLength: 1, maxLength: 5 }), decimals, (counts, decimal) => {
      const writer = new CsvWriter(counts.length);
      for (const count of counts) writer.units(count, unitOf(decimal));
      writer.endRow();
      expect(String(writer.take())).toBe(`${counts.map((count) => formatUnits(count, decimal)).join(',')}\n`);
    }),
    { numRuns: 2000 },
  );
});

test('times are the exact int64 of seconds and nanoseconds', () => {
  const seconds = fc.integer({ min: -9_000_000_000, max: 9_000_000_000 });
  fc.assert(
    fc.property(seconds, fc.nat({ max: Number.MAX_SAFE_INTEGER }), (whole, nanos) => {
      const writer = new CsvWriter(1);
      writer.time(whole, nanos);
      expect(String(writer.take())).toBe(String(BigInt(whole) * 1_000_000_000n + BigInt(nanos)));
    }),
    { numRuns: 2000 },
  );
});

test('empty cells, texts and rows are separated as CSV is', () => {
  const writer = new CsvWriter(3);
  writer.text('a');
  writer.empty();
  writer.units(5, unitOf(parseDecimal('0.1')));
  writer.endRow();
  writer.empty();
  writer.empty();
  writer.endRow();
  expect(String(writer.take())).toBe('a,,0.5\n,\n');
});
