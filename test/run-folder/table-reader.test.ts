/** Tables of run folders read back: against hyparquet's own reader; damaged and hostile ones are refused, or read, and nothing else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { afterAll, describe, expect, test } from 'vitest';
import type { ColumnForm, ColumnSpec } from '../../bridges/run-folder/column-spec.js';
import { unpackSnappy } from '../../bridges/run-folder/snappy.js';
import { Codec } from '../../bridges/run-folder/table-footer.js';
import { readPage } from '../../bridges/run-folder/table-page.js';
import { readParquetTable } from '../../bridges/run-folder/table-reader.js';
import { ThriftWriter } from '../../bridges/tape/thrift.js';
import { RandomSource } from '../../core/random.js';
import { type Cell, writeCells } from './cell-table.js';

const folder = mkdtempSync(join(tmpdir(), 'tickwright-table-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'table.parquet');
const ORIGIN_NS = 1_723_161_257_298_000_001n;

function column(name: string, form: ColumnForm, nullable = false): ColumnSpec {
  return { name, form, nullable, doc: name, ...(form === 'time' && { originNs: ORIGIN_NS }) };
}

/** Cells as objects, one a row: what the reader must not make. */
function readRows(columns: readonly ColumnSpec[], file = path): Cell[][] {
  const rows: Cell[][] = [];
  readParquetTable(file, columns, (index, { first, rows: count, numbers, texts }) => {
    const { form, originNs = 0n } = columns[index]!;
    for (let i = 0; i < count; i++) {
      rows[first + i] ??= [];
      const number = numbers[i]!;
      let cell: Cell = number;
      if (Number.isNaN(number)) cell = null;
      else if (form === 'time' || form === 'int64') cell = BigInt(number) + originNs;
      else if (form === 'text') cell = texts[number]!;
      else if (form === 'flag') cell = number === 1;
      rows[first + i]!.push(cell);
    }
  });
  return rows;
}

const SOME_TEXTS = ['', 'buy', 'sell', 'größer', '"\n', '買い', '\u{1F680}'];

/** Cells that make the writer choose each of its encodings. */
function cellOf(form: ColumnForm, few: boolean, draw: () => number, row: number): Cell {
  const whole = (span: number) => Math.floor(span * draw());
  if (form === 'time') return ORIGIN_NS + BigInt(few ? whole(5) * 1e9 : whole(2 ** 53) - 2 ** 52);
  if (form === 'int64') return BigInt(few ? whole(3) - 1 : whole(2 ** 53) - 2 ** 52);
  if (form === 'int32') return few ? whole(40) - 20 : whole(2 ** 32) - 2 ** 31;
  if (form === 'double') return few ? whole(7) / 4 : draw() * 10 ** (whole(600) - 300);
  if (form === 'flag') return few ? row % 100 < 50 : draw() < 0.5;
  return few ? SOME_TEXTS[whole(SOME_TEXTS.length)]! : `text ${whole(1e9)}`;
}

const FORMS: readonly ColumnForm[] = ['time', 'int32', 'int64', 'double', 'text', 'flag'];

/** Every form, of few values and of many, with nulls and without, and all null. */
const COLUMNS = FORMS.flatMap((form) =>
  [false, true].flatMap((few) =>
    [0, 0.3, 1].map((nulls) => ({
      ...column(`${form} ${few ? 'few' : 'many'} ${nulls}`, form, nulls > 0),
      ...{ few, nulls },
    })),
  ),
);

function write(rows: number, seed: number): Cell[][] {
  const stream = new RandomSource(seed).stream('cells');
  const draw = () => stream.uniform();
  const cells = Array.from({ length: rows }, (_, row) =>
    COLUMNS.map(({ form, few, nulls }) => (draw() < nulls ? null : cellOf(form, few, draw, row))),
  );
  writeCells(path, COLUMNS, rows, (index, row) => cells[row]![index]!);
  return cells;
}

describe('a table', () => {
  test.each([1, 2, 7, 8, 9, 16, 17, 1000, 66_000])('of %i rows comes back as it was', { timeout: 60_000 }, (rows) => {
    const cells = write(rows, rows);
    const back = readRows(COLUMNS);
    expect(back.length).toBe(rows);
    for (const [row, expected] of cells.entries()) {
      const wrong = COLUMNS.find((_, index) => !Object.is(back[row]![index], expected[index]));
      if (wrong !== undefined) expect(back[row], `row ${row}, ${wrong.name}`).toEqual(expected);
    }
  });

  test('without rows has none', () => {
    write(0, 1);
    expect(readRows(COLUMNS)).toEqual([]);
  });

  test('reads as hyparquet reads it, of columns in any order', async () => {
    write(3000, 4);
    const wanted = [...COLUMNS].reverse().filter(({ form }) => form !== 'time');
    const objects = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
    const theirs = objects.map((object) => wanted.map(({ name }) => (object[name] as Cell | undefined) ?? null));
    expect(readRows(wanted)).toEqual(theirs);
  });

  test('of whole numbers beyond 2^53, or times that far from the origin, is refused with the column and the rows', () => {
    const wide = [column('n', 'int64')];
    writeCells(path, wide, 3, (_, row) => 2n ** 53n - 2n + BigInt(row));
    expect(() => readRows(wide)).toThrow(
      /column n, rows 0 to 2: value 2 lies more than 2\^53 away from 0 \(page at byte \d+\)$/,
    );
    const time = [column('t', 'time')];
    writeCells(path, time, 1, () => ORIGIN_NS - 2n ** 53n);
    expect(() => readRows(time)).toThrow(
      "column t, rows 0 to 0: value 0 lies more than 2^53 away from the run's origin",
    );
  });

  test('with nulls where there must be a value, or of another form, is refused with the place', () => {
    writeCells(path, [column('n', 'double', true)], 3, (_, row) => (row === 2 ? null : 1));
    expect(() => readRows([column('n', 'double')])).toThrow('column n, row 2: there is no value');
    expect(() => readRows([column('n', 'text')])).toThrow('column n is of type double, not of type text');
    expect(() => readRows([column('m', 'text')])).toThrow('column m is missing');
  });
});

test('a table that another program wrote anew is refused with the column', async () => {
  writeCells(path, [column('t', 'time'), column('n', 'double')], 3, (index, row) =>
    index === 0 ? ORIGIN_NS + BigInt(row) : row,
  );
  const other = join(folder, 'other.parquet');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`copy (select * from '${path}') to '${other}' (format parquet)`);
  // DuckDB makes microseconds of such times: read as nanoseconds they would be wrong.
  expect(() => readRows([column('t', 'time'), column('n', 'double')], other)).toThrow(
    /other\.parquet: column t, rows 0 to 2: a page of kind 0 is none of a run folder's \(byte \d+\)$/,
  );
});

/** What reading a damaged file came to: one line that names the file, or nothing. */
function complaintOf(bytes: Uint8Array): string | undefined {
  const file = join(folder, 'damaged.parquet');
  writeFileSync(file, bytes);
  const before = process.memoryUsage().arrayBuffers;
  try {
    readParquetTable(file, COLUMNS, (_, { rows, numbers, texts }) => {
      if (rows > numbers.length) throw new TypeError(`${rows} rows of ${numbers.length}`);
      if (texts.length > 0)
        for (let i = 0; i < rows; i++) if (numbers[i]! >= texts.length) throw new TypeError('no such text');
    });
  } catch (error) {
    expect(error, String((error as Error).stack)).not.toBeInstanceOf(TypeError);
    expect((error as Error).cause, 'no accident').not.toBeInstanceOf(TypeError);
    const { message } = error as Error;
    expect(message.startsWith(`${file}: `), message).toBe(true);
    return message;
  } finally {
    expect(process.memoryUsage().arrayBuffers - before, 'nothing large is allocated').toBeLessThan(200e6);
  }
  return undefined;
}

describe('a damaged table', () => {
  test('is refused or read, wherever bytes are flipped', { timeout: 120_000 }, () => {
    write(40, 11);
    const good = readFileSync(path);
    let refused = 0;
    let placed = 0;
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(good.length - 1), bits: fc.integer({ min: 1, max: 255 }) }), {
          minLength: 1,
          maxLength: 4,
        }),
        (flips) => {
          const bytes = Buffer.from(good);
          for (const { at, bits } of flips) bytes[at]! ^= bits;
          const complaint = complaintOf(bytes);
          if (complaint !== undefined) refused++;
          if (/: column .+, rows? \d/.test(complaint ?? '')) placed++;
        },
      ),
      { numRuns: 6000 },
    );
    expect(refused, 'most flips are seen').toBeGreaterThan(1000);
    expect(placed, 'many by column and rows').toBeGreaterThan(300);
  });

  test('that ends anywhere before its end is refused', () => {
    write(10, 12);
    const good = readFileSync(path);
    for (let end = 0; end < good.length; end += 7) expect(complaintOf(good.subarray(0, end)), `${end}`).toBeDefined();
  });

  test('of noise between the right marks is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (noise) => {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(noise.length);
        expect(complaintOf(Buffer.concat([Buffer.from('PAR1'), noise, length, Buffer.from('PAR1')]))).toBeDefined();
      }),
      { numRuns: 3000 },
    );
  });

  test('says which column and which rows are damaged', () => {
    const plain = [column('a', 'double'), column('b', 'double')];
    writeCells(path, plain, 70_000, (index, row) => index + Math.sin(row));
    const bytes = readFileSync(path);
    // The last page before the footer is that of the second column in the second group of rows; so its header begins.
    const at = bytes.lastIndexOf(
      Buffer.from([0x15, 0x06, 0x15]),
      bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8),
    );
    bytes[at]! ^= 0x0f;
    writeFileSync(path, bytes);
    expect(() => readRows(plain)).toThrow(/table\.parquet: column b, rows 65536 to 69999: .*\(byte \d+\)$/);
  });
});

describe('a page that lies', () => {
  /** A data page's header, with ten bytes behind it. */
  function headed(plain: number, values: number, nulls: number, rows = values): Uint8Array {
    const thrift = new ThriftWriter();
    thrift.int32(1, 3);
    thrift.int32(2, plain);
    thrift.int32(3, 10);
    thrift.struct(8, () => {
      for (const [index, value] of [values, nulls, rows, 0, 0, 0].entries()) thrift.int32(index + 1, value);
    });
    thrift.end();
    thrift.out.append(new Uint8Array(10));
    return thrift.out.written();
  }
  const open = (bytes: Uint8Array, codec: number = Codec.snappy) => readPage(bytes, 0, bytes.length, 0, codec);

  test.each([
    ['of its size when unpacked', headed(2 ** 31 - 1, 5, 0)],
    ['of a size below none', headed(-1, 5, 0)],
    ['of its nulls', headed(40, 5, 6)],
    ['of its rows', headed(40, 5, 0, 6)],
  ])('%s is refused before anything is made for it', (_, bytes) => {
    expect(() => open(bytes)).toThrow(/^its page header is damaged \(byte \d+\)$/);
  });

  test('is told from one that does not', () => {
    expect(open(headed(40, 5, 2))).toMatchObject({ values: 5, nulls: 2, plainBytes: 40, compressed: true });
    expect(() => open(headed(40, 5, 2), Codec.none), 'nothing is smaller without compression').toThrow('is damaged');
    expect(open(headed(10, 5, 2), Codec.none)).toMatchObject({ compressed: false });
  });
});

describe('Snappy', () => {
  test('unpacks what hyparquet-writer packs', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 70_000 })), { maxLength: 20 }), (runs) => {
        const bytes = Buffer.concat(
          runs.map(([byte, count]) => Buffer.alloc(count % (byte + 50), byte % 7 === 0 ? 'abcdefg' : byte)),
        );
        const out = new Uint8Array(bytes.length);
        unpackSnappy(snappyCompress(bytes), out);
        expect(Buffer.from(out).equals(bytes)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, number[], number, string]>([
    ['another length', [3, 0x08, 1, 2, 3], 2, 'holds 3 bytes where there should be 2'],
    ['no length', [], 0, 'has no length'],
    [
      'a literal of negative length, at which hyparquet never ends',
      [4, 0xfc, 0xf9, 0xff, 0xff, 0xff, 1, 2, 3],
      4,
      'runs past its end',
    ],
    ['a literal that is cut off', [4, 0x0c, 1, 2], 4, 'runs past its end'],
    ['a copy from before the beginning', [8, 0x0c, 1, 2, 3, 4, 0x01, 5], 8, 'copies what there is not'],
    ['a copy of nothing', [8, 0x0c, 1, 2, 3, 4, 0x01, 0], 8, 'copies what there is not'],
    ['a copy beyond the end', [7, 0x0c, 1, 2, 3, 4, 0x01, 1], 7, 'copies what there is not'],
    ['a copy without its distance', [8, 0x0c, 1, 2, 3, 4, 0x02, 1], 8, 'ends too early'],
    ['too few bytes', [5, 0x0c, 1, 2, 3, 4], 5, 'ends too early'],
  ])('refuses %s', (_, bytes, length, why) => {
    expect(() => unpackSnappy(Uint8Array.from(bytes), new Uint8Array(length))).toThrow(why);
  });

  test('repeats what it copies over its own end', () => {
    const out = new Uint8Array(8);
    unpackSnappy(Uint8Array.of(8, 0x04, 1, 2, 0x09, 2), out);
    expect([...out]).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
  });
});
