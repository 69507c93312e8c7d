/** Fields of CSV rows, read from bytes, against the same fields in quotes, which are read from texts. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CsvColumns } from '../../bridges/import/csv-columns.js';
import { DecimalReader } from '../../bridges/import/decimal-reader.js';
import { TimestampReader } from '../../bridges/import/timestamp-reader.js';

const field = fc.oneof(
  fc.integer().map(String),
  fc.tuple(fc.nat(99_999), fc.nat(999)).map(([whole, rest]) => `${whole}.${rest}`),
  fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String),
  fc.constantFrom('', ' ', '1e5', '-0', '-1.5', ' 7 ', '+3', '.5', '5.', 'NaN', 'ä', '١', '12:30', '\u00a01'),
  fc.string({ maxLength: 6 }).filter((text) => !/[",\n\r]/.test(text)),
);
const decimal = new DecimalReader('0.001');
const time = new TimestampReader('ms');

/** Everything that can be asked of a row's fields. */
function answers(columns: CsvColumns, line: string, width: number): unknown[] {
  const bytes = Buffer.from(`xx${line}yy`);
  expect(columns.split(bytes, 2, bytes.length - 2, ',')).toBe(width);
  return Array.from({ length: width }, (_, slot) => {
    const text = columns.text(slot);
    let read: string;
    try {
      if (!columns.readTime(slot, time)) time.read(text);
      read = `${time.seconds} ${time.nanos}`;
    } catch (cause) {
      read = (cause as Error).message;
    }
    return [text, columns.isEmpty(slot), columns.units(slot, decimal), read];
  });
}

it('say the same either way, whatever stands in them', () => {
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), (fields) => {
      const columns = new CsvColumns();
      for (let place = 0; place < fields.length; place++) columns.want(place, 'field');
      columns.split(Buffer.from('x'), 0, 1, ',');
      columns.resolve(false, fields.length);
      const plain = answers(columns, fields.join(','), fields.length);
      const quoted = answers(columns, fields.map((text) => `"${text}"`).join(','), fields.length);
      expect(plain).toEqual(quoted);
    }),
    { numRuns: 3_000 },
  );
});

it('are told apart in rows of any width, and by separators beyond ASCII', () => {
  const columns = new CsvColumns();
  for (const width of [1, 2, 1_023, 1_024, 1_025, 5_000]) {
    const line = Buffer.from(Array.from({ length: width }, (_, at) => at).join(','));
    expect(columns.split(line, 0, line.length, ',')).toBe(width);
  }
  const line = Buffer.from('a§b§c');
  expect(columns.split(line, 0, line.length, '§')).toBe(3);
});
