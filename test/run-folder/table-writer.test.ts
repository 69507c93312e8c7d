/** Tables of run folders as written: read back by hyparquet and by the project's own reader; cells that do not fit are refused. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, test } from 'vitest';
import type { ColumnForm, ColumnSpec } from '../../bridges/run-folder/column-spec.js';
import { packSnappy, unpackSnappy } from '../../bridges/run-folder/snappy.js';
import { readParquetTable } from '../../bridges/run-folder/table-reader.js';
import { ByteWriter } from '../../bridges/tape/byte-writer.js';
import { type Cell, writeCells } from './cell-table.js';

const folder = mkdtempSync(join(tmpdir(), 'tickwright-table-writer-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'table.parquet');
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Cells as hyparquet has them, by row; times as raw int64. */
async function read(): Promise<Record<string, unknown>[]> {
  const parsers = { timestampFromNanoseconds: (ns: bigint) => ns } as object;
  return parquetReadObjects({ file: await asyncBufferFromFile(path), parsers });
}

const spec = (form: ColumnForm, nullable: boolean, originNs = 0n): ColumnSpec => ({
  ...{ name: 'x', form, nullable, originNs, doc: 'x' },
});

const CASES: [string, ColumnSpec, Cell[]][] = [
  ['times', spec('time', true), [0n, null, 2n ** 60n + 2n ** 10n, -1n, -(2n ** 32n), 2n ** 32n - 1n, LEAST]],
  ['the largest int64', spec('int64', true, MOST), [MOST, null, MOST - 1n, MOST - 2n ** 33n]],
  ['the smallest int64', spec('int64', false, LEAST), [LEAST, LEAST + 1n, LEAST + 2n ** 32n]],
  ['int32', spec('int32', true), [2 ** 31 - 1, null, -(2 ** 31), 0, -1]],
  ['doubles with NaN', spec('double', false), [Number.NaN, -0, 0, Infinity, -Infinity, 5e-324, 1.7976931348623157e308]],
  ['doubles', spec('double', true), [null, -0, 0, Infinity, -Infinity, 0.1]],
  ['texts', spec('text', true), ['', null, 'größer', '買い', '\u{1F680}', 'x'.repeat(300)]],
  ['flags', spec('flag', true), [true, null, false, true]],
];

describe('hyparquet', () => {
  test.each(CASES)('reads %s: once each, and over more than a row group', async (_, column, cells) => {
    for (const rows of [cells.length, 70_000]) {
      writeCells(path, [column], rows, (_column, row) => cells[row % cells.length]!);
      const back = await read();
      expect(back.length).toBe(rows);
      const wrong = back.findIndex(({ x }, row) => !Object.is(x ?? null, cells[row % cells.length]));
      expect(wrong, `row ${wrong}: ${String(back[wrong]?.x)}`).toBe(-1);
    }
  });

  test.each(CASES)('reads a table without rows: %s', async (_, column) => {
    writeCells(path, [column], 0, () => null);
    expect(await read()).toEqual([]);
  });

  test.each(CASES.filter(([, { nullable }]) => nullable))('reads nothing but nulls: %s', async (_, column) => {
    writeCells(path, [column], 20, () => null);
    expect((await read()).map(({ x }) => x ?? null)).toEqual(Array(20).fill(null));
  });

  test.each<[ColumnSpec, Cell[], object]>([
    [spec('double', true), [3, null, 0, 7, null], { null_count: 2n, min_value: -0, max_value: 7 }],
    [spec('text', true), ['m', 'b', null, 'z', 'c'], { null_count: 1n, min_value: 'b', max_value: 'z' }],
  ])('finds the smallest and the largest, and how many are null (%#)', (column, cells, expected) => {
    writeCells(path, [column], cells.length, (_, row) => cells[row]!);
    const bytes = readFileSync(path);
    const { statistics } = parquetMetadata(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    ).row_groups[0]!.columns[0]!.meta_data!;
    expect(statistics).toMatchObject(expected);
  });
});

test.each<[ColumnSpec, Cell, string]>([
  [spec('int64', false), 0.5, 'row 1: 0.5 does not fit int64'],
  [spec('time', true, MOST), MOST + 1n, 'does not fit time'],
  [spec('int32', true), 2 ** 31, 'row 1: 2147483648'],
  [spec('text', false), null, 'row 1: there must be a value'],
])('a cell that does not fit is refused with file, column, row and value', (column, cell, message) => {
  const first = column.form === 'text' ? 'a' : column.form === 'time' ? MOST : 0;
  const write = () => writeCells(path, [column], 2, (_, row) => (row === 0 ? first : cell));
  expect(write).toThrow(`${path}: column x, row 1: `);
  expect(write).toThrow(message);
});

test('any column comes back through our own reader', () => {
  const cellsOf: Readonly<Record<string, fc.Arbitrary<Cell>>> = {
    int64: fc.maxSafeInteger().map(BigInt),
    int32: fc.integer(),
    double: fc.double({ noNaN: true }),
    text: fc.string({ unit: 'grapheme' }),
    flag: fc.boolean(),
  };
  const columns = fc
    .constantFrom(...Object.keys(cellsOf))
    .chain((form) =>
      fc.tuple(fc.constant(form as ColumnForm), fc.array(fc.option(cellsOf[form]!), { maxLength: 300 })),
    );
  fc.assert(
    fc.property(columns, ([form, cells]) => {
      const column = spec(form, true);
      writeCells(path, [column], cells.length, (_, row) => cells[row]!);
      const back: Cell[] = [];
      readParquetTable(path, [column], (_, { rows, numbers, texts }) => {
        for (const number of numbers.subarray(0, rows)) {
          const some = form === 'text' ? texts[number]! : form === 'flag' ? number === 1 : number;
          back.push(Number.isNaN(number) ? null : form === 'int64' ? BigInt(number) : some);
        }
      });
      expect(back).toEqual(cells);
    }),
    { numRuns: 500 },
  );
});

test('a table that hyparquet-writer wrote, as run folders had them before, is read as it was', () => {
  const originNs = 1_723_161_257_298_000_001n;
  const wanted: Readonly<Record<string, (row: number) => number | string>> = {
    ...{ time: (row) => 1000 * row, int32: (row) => row - 50, int64: (row) => 0 - row * 4294967297 },
    ...{ double: (row) => row / 7, text: (row) => ['buy', 'größer', ''][row % 3]!, flag: (row) => 1 - (row % 2) },
  };
  const columns = Object.keys(wanted).flatMap((form) =>
    [false, true].map((nullable) => ({
      ...spec(form as ColumnForm, nullable, form === 'time' ? originNs : 0n),
      name: nullable ? `${form} or null` : form,
    })),
  );
  const fixture = new URL('../fixtures/run-folder/table-before-own-writer.parquet', import.meta.url).pathname;
  let cells = 0;
  readParquetTable(fixture, columns, (index, { first, rows, numbers, texts }) => {
    const { form, nullable } = columns[index]!;
    for (let row = 0; row < rows; row++, cells++) {
      const none = nullable && (first + row) % 3 === 1;
      const cell = form === 'text' ? texts[numbers[row]!] : numbers[row]! + 0;
      expect(cell, `${form} ${row}`).toEqual(
        none ? (form === 'text' ? undefined : Number.NaN) : wanted[form]!(first + row),
      );
    }
  });
  expect(cells).toBe(1200);
});

test('what Snappy packs it unpacks', () => {
  const pieces = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 4000 })));
  fc.assert(
    fc.property(pieces, (some) => {
      const source = new ByteWriter();
      for (const [piece, times] of some) for (let i = 0; i < times; i++) source.append(piece);
      const packed = new ByteWriter();
      packSnappy(source, packed);
      const out = new Uint8Array(source.length);
      unpackSnappy(packed.written(), out);
      expect(Buffer.compare(out, source.written())).toBe(0);
    }),
    { numRuns: 100 },
  );
});
