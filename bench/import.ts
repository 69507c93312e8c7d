/**
 * `bench import`: rows a second from vendor files to tapes, seeded trades and depth in gzip; the same trades by the mapping of
 * `import csv`, and from Parquet by the same; and the most memory of each. Knows nothing of runs. Called by main.
 */
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { remark } from '../bridges/cli/terminal.js';
import { RandomSource } from '../core/random.js';
import { scratchFolder } from './bench-tapes.js';
import { inFreshProcess } from './fresh-process.js';
import type { ImportAnswer, ImportFormat, ImportJob } from './import-run.js';
import { median, millions, rounded } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

const DAY_MS = Date.UTC(2024, 2, 1);
const ARCHIVE = 'BTCUSDT-trades-2024-03-01.csv.gz';
const PARQUET = 'BTCUSDT-trades-2024-03-01.parquet';
const TARDIS_TRADES = 'deribit_trades_2024-03-01_BTC.csv.gz';
const TARDIS_BOOK = 'deribit_incremental_book_L2_2024-03-01_BTC.csv.gz';
/** Lines are made and packed in parts, as gzip allows, so that no text grows beyond a string. */
const PART = 200_000;

/** Writes a gzip file of `rows` lines behind a header; returns its size when unpacked. */
function writeLines(file: string, header: string, rows: number, lineOf: (row: number) => string): number {
  const handle = fs.openSync(file, 'w');
  let bytes = 0;
  for (let from = 0; from < rows; from += PART) {
    const lines = Array.from({ length: Math.min(PART, rows - from) }, (_, at) => `${lineOf(from + at)}\n`);
    const text = (from === 0 ? `${header}\n` : '') + lines.join('');
    bytes += text.length;
    fs.writeSync(handle, gzipSync(text));
  }
  fs.closeSync(handle);
  return bytes;
}

/** Prices walk, times advance, quantities vary: as wide and as compressible as the real ones. */
function makeFiles(folder: string, rows: number): Map<string, number> {
  const random = new RandomSource(1).stream('import');
  const below = (most: number) => Math.floor(random.uniform() * most);
  const stepUs = Math.max(1, Math.floor((86_000_000_000 / rows) * 2));
  let us = 0;
  let ticks = 620_000;
  const next = () => {
    us += below(stepUs);
    ticks += below(3) - 1;
  };
  const sizes = new Map<string, number>();
  const write = (name: string, header: string, lineOf: (row: number) => string) => {
    us = 0;
    sizes.set(name, writeLines(path.join(folder, name), header, rows, lineOf));
  };
  const microseconds = () => `deribit,BTC,${DAY_MS * 1000 + us},${DAY_MS * 1000 + us + 5_000}`;
  write(ARCHIVE, 'id,price,qty,quote_qty,time,is_buyer_maker', (row) => {
    next();
    const lots = 1 + below(2_000);
    const quote = ((ticks * lots) / 1e4).toFixed(4);
    const time = DAY_MS + Math.floor(us / 1000);
    return `${5e9 + row},${(ticks / 10).toFixed(1)},${(lots / 1000).toFixed(3)},${quote},${time},${below(2) === 0}`;
  });
  if (rows > LARGE) return sizes;
  const head = 'exchange,symbol,timestamp,local_timestamp';
  write(TARDIS_TRADES, `${head},id,side,price,amount`, (row) => {
    next();
    return `${microseconds()},${9e7 + row},${below(2) === 0 ? 'buy' : 'sell'},${ticks / 2},${10 * (1 + below(900))}`;
  });
  write(TARDIS_BOOK, `${head},is_snapshot,side,price,amount`, (row) => {
    if (row % 8 === 0) next();
    const bid = below(2) === 0;
    const price = (ticks + (bid ? -1 - below(900) : below(900))) / 2;
    return `${microseconds()},${row < 2_000},${bid ? 'bid' : 'ask'},${price},${10 * below(900)}`;
  });
  return sizes;
}

/** The archive's trades in Parquet: a DECIMAL, a DOUBLE, an integer and a boolean each. */
async function makeParquet(folder: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB', threads: '2' });
  const connection = await instance.connect();
  await connection.run(
    `copy (select id, price::decimal(12, 1) as price, qty::double as qty, time, is_buyer_maker
      from read_csv('${path.join(folder, ARCHIVE)}', types = {price: varchar, time: bigint}))
      to '${path.join(folder, PARQUET)}' (format parquet, codec zstd)`,
  );
  connection.closeSync();
  instance.closeSync();
}

const CASES: readonly { readonly name: string; readonly format: ImportFormat; readonly file: string }[] = [
  { name: 'binance-archive, trades', format: 'binance-archive', file: ARCHIVE },
  { name: 'csv, the same trades', format: 'csv', file: ARCHIVE },
  { name: 'parquet, the same trades', format: 'parquet', file: PARQUET },
  { name: 'tardis, trades', format: 'tardis', file: TARDIS_TRADES },
  { name: 'tardis, depth', format: 'tardis', file: TARDIS_BOOK },
];
/** Rows a second of trades, and bytes that an import may take. */
const TARGET = 2.5e6;
/** Of more rows than this the trades of the archive alone are made: it takes minutes. */
const LARGE = 20e6;
const MEMORY_TARGET = 300e6;

export async function importing({ rows, rounds }: BenchOptions): Promise<BenchReport> {
  remark(`making files of ${rows} lines`);
  const sizes = makeFiles(scratchFolder(), rows);
  if (rows <= LARGE) await makeParquet(scratchFolder());
  const results = [];
  for (const { name, format, file } of rows > LARGE ? CASES.slice(0, 1) : CASES) {
    const job: ImportJob = { format, file: path.join(scratchFolder(), file), stage: 'whole' };
    const answers: ImportAnswer[] = [];
    for (let round = 0; round < rounds; round++) answers.push(await inFreshProcess<ImportAnswer>('import-run', job));
    for (const { records } of answers) {
      if (records < rows) throw new Error(`${name}: ${records} of ${rows} rows were imported`);
    }
    const rate = (seconds: (answer: ImportAnswer) => number) =>
      rounded(median(answers.map((one) => rows / seconds(one))));
    results.push({
      ...{ name, rows, textBytes: sizes.get(file) ?? sizes.get(ARCHIVE)! },
      rowsPerSecond: rate(({ seconds }) => seconds),
      readRowsPerSecond: rate(({ readSeconds }) => readSeconds),
      rowsPerCpuSecond: rate(({ cpuSeconds }) => cpuSeconds),
      peakRss: Math.max(...answers.map(({ peakRss }) => peakRss)),
    });
  }
  return {
    title: `import: one .csv.gz of ${rows} lines to a tape, medians of ${rounds} fresh processes`,
    rows: results,
    heads: ['format', 'text', 'rows/s', 'of reading', 'by CPU', 'target', 'peak RSS'],
    table: results.map(({ name, textBytes, rowsPerSecond, readRowsPerSecond, rowsPerCpuSecond, peakRss }) => [
      ...[name, `${(textBytes / 1e9).toFixed(2)} GB`, millions(rowsPerSecond), millions(readRowsPerSecond)],
      millions(rowsPerCpuSecond),
      `${rowsPerSecond >= TARGET ? 'within' : 'UNDER'} ${millions(TARGET)}`,
      `${(peakRss / 1e6).toFixed(0)} MB${peakRss > MEMORY_TARGET ? ' OVER 300 MB' : ''}`,
    ]),
    notes: ['', 'As `tickwright import` does it, the tape written: rows in order go to it while others are read.'],
  };
}
