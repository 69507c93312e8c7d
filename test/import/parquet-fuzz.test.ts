/**
 * Bytes that are no Parquet, in as many ways as there are: every truncation of the footer, changes at random. Each is a refusal
 * in one line that names the file, or a tape whose times and numbers are whole; never another error, a hang, or the end of the
 * process: DuckDB is native code. `FUZZ=100000` makes more changes.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type CsvMapping, readMapping } from '../../bridges/import/csv-mapping.js';
import { DuckDbSource } from '../../bridges/import/duckdb-source.js';
import { ImportError } from '../../bridges/import/input-file.js';
import { MappedRows } from '../../bridges/import/mapped-rows.js';
import { readParquet } from '../../bridges/import/parquet.js';
import { MemoryTape } from '../../core/index.js';
import { RandomSource } from '../../core/random.js';
import { parquetOf } from './parquet-writer.js';
import { expectSoundRows } from './sound-rows.js';
import { FIXTURES } from './tape-rows.js';

const ROUNDS = Number(process.env.FUZZ ?? 600);
const SEED = Number(process.env.SEED ?? 6);
const path = join(mkdtempSync(join(tmpdir(), 'tickwright-parquet-fuzz-')), 'fuzz.parquet');
const mapping = await readMapping(join(FIXTURES, 'trades-parquet.mapping.yaml'));
const fixture = readFileSync(join(FIXTURES, 'trades.parquet'));
/** Nanoseconds marked as UTC, of which a copy is read; texts in pages without a codec; several row groups. */
const SEEDS: [Buffer, CsvMapping][] = [
  [fixture, mapping],
  [
    readFileSync(
      await parquetOf(
        `select make_timestamp(1709251200000000 + range * 1000) as time, 'ABCUSD' as pair, (100 + range * 0.25)::varchar as price,
           case when range % 3 < 2 then range::double / 4 end as size, ['buy', 'sell', 'a side of more than twelve'][1 + range % 3] as taker
         from range(300) where range % 3 < 2`,
        { options: ', codec uncompressed, row_group_size 2048' },
      ),
    ),
    { ...mapping, exchangeTime: { column: 'time', unit: 'iso', zone: 'UTC' } },
  ],
  [
    readFileSync(
      await parquetOf(
        `select 1709251200000 + range as time, ['ABCUSD', 'XYZUSD'][1 + range % 2] as pair, (100 + range * 0.25)::decimal(18, 2) as price,
           range % 10 as size, range % 2 = 0 as taker from range(5000)`,
        { options: ', codec snappy, row_group_size 2048' },
      ),
    ),
    {
      ...{ ...mapping, exchangeTime: { column: 'time', unit: 'ms' } },
      trades: { price: 'price', quantity: 'size', side: { column: 'taker', buy: ['true'], sell: ['false'], none: [] } },
    },
  ],
];

/** One for all: opening it takes longer than reading a small file. */
let source = await DuckDbSource.open('parquet', { memory: '128MB' });

/** What becomes of these bytes: the refusal, or how many rows there are. */
async function outcome(bytes: Buffer, given: CsvMapping): Promise<string | number> {
  writeFileSync(path, bytes);
  try {
    const fields = source.fields();
    const rows = new MappedRows(given, fields, {});
    const fact = await readParquet(path, { source, fields, rows }, () => {});
    const { columns, info } = rows.finish({ importer: 'parquet', version: '1', files: [fact] });
    new MemoryTape(columns, info);
    expectSoundRows(columns);
    return columns.length;
  } catch (cause) {
    if (!(cause instanceof ImportError)) throw cause;
    if (cause.message.includes('\n')) throw new Error(`more than one line: ${cause.message}`, { cause });
    // What the rows of all files are together is no matter of one.
    const named = [path, 'fuzz.parquet: ', 'times '].some((start) => cause.message.startsWith(start));
    if (!named) throw new Error(`it does not name the file: ${cause.message}`, { cause });
    if (/FATAL|INTERNAL|invalidated/.test(cause.message)) {
      source.close();
      source = await DuckDbSource.open('parquet', { memory: '128MB' });
    }
    return cause.message;
  }
}

/** The bytes with one to four things done to them, every other time in the footer. */
function changed(source: Buffer, roll: (most: number) => number): Buffer {
  const bytes = Buffer.from(source);
  const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  for (let times = 1 + roll(4); times > 0; times--) {
    const from = roll(2) === 0 ? footer : 0;
    const at = from + roll(bytes.length - from);
    const way = roll(5);
    if (way === 0) bytes[at] = roll(256);
    else if (way === 1) bytes[at]! ^= 1 << roll(8);
    else if (way === 2) bytes.fill(roll(2) * 255, at, Math.min(bytes.length, at + 1 + roll(8)));
    else if (way === 3) bytes.copyWithin(at, roll(bytes.length), roll(bytes.length));
    else bytes.copyWithin(at, at + 1 + roll(3));
  }
  return roll(12) === 0 ? bytes.subarray(0, roll(bytes.length)) : bytes;
}

it('files as they are are read', async () => {
  expect(await outcome(...SEEDS[0]!)).toBe(5);
  expect(await outcome(...SEEDS[1]!)).toBe(200);
  expect(await outcome(...SEEDS[2]!)).toBe(5_000);
});

it('a file cut off anywhere is refused', async () => {
  for (let length = 0; length < fixture.length; length += length < fixture.length - 60 ? 97 : 1) {
    expect(await outcome(fixture.subarray(0, length), mapping), `${length} bytes`).toBeTypeOf('string');
  }
});

it(`${ROUNDS} files changed at random (seed ${SEED}) are refused or tapes`, async () => {
  const random = new RandomSource(SEED).stream('parquet');
  const roll = (most: number) => Math.floor(random.uniform() * most);
  const tally = { refused: 0, read: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const [source, given] = SEEDS[roll(SEEDS.length)]!;
    const found = await outcome(changed(source, roll), given);
    tally[typeof found === 'string' ? 'refused' : 'read']++;
  }
  expect(tally.refused + tally.read).toBe(ROUNDS);
  expect(Math.min(tally.refused, tally.read)).toBeGreaterThan(ROUNDS / 20);
}, 36_000_000);
