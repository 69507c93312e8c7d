/**
 * `bench import`: rows a second from vendor files to columns in memory, seeded trades and depth in gzip;
 * the same trades by the mapping of `import csv`. Knows nothing of runs. Called by main.
 *
 * Each round is a whole import on this process's threads, after one that does not count; writing the tape is not in it.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { importBinanceArchive } from '../bridges/import/binance-archive.js';
import { importCsv } from '../bridges/import/csv.js';
import type { CsvMappingInput } from '../bridges/import/csv-mapping.js';
import type { ImportedTape } from '../bridges/import/row-collector.js';
import { importTardis } from '../bridges/import/tardis.js';
import { RandomSource } from '../core/random.js';
import { median, millions, rounded } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

const DAY_MS = Date.UTC(2024, 2, 1);
const ARCHIVE = 'BTCUSDT-trades-2024-03-01.csv.gz';
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

const MAPPING: CsvMappingInput = {
  symbol: { constant: 'BTCUSDT' },
  instruments: { BTCUSDT: { tick: '0.1', lot: '0.001' } },
  exchangeTime: { column: 'time', unit: 'ms' },
  localFrom: 'exchange + 5ms',
  trades: { price: 'price', quantity: 'qty', side: { column: 'is_buyer_maker', buy: ['false'], sell: ['true'] } },
};

interface Case {
  readonly name: string;
  readonly file: string;
  readonly load: (file: string) => Promise<ImportedTape>;
}

const CASES: readonly Case[] = [
  {
    name: 'binance-archive, trades',
    file: ARCHIVE,
    load: (file) => importBinanceArchive({ files: [file], tick: '0.1', lot: '0.001', localFrom: 'exchange + 5ms' }),
  },
  { name: 'csv, the same trades', file: ARCHIVE, load: (file) => importCsv({ files: [file], mapping: MAPPING }) },
  {
    name: 'tardis, trades',
    file: TARDIS_TRADES,
    load: (file) => importTardis({ files: [file], tick: '0.5', lot: '10' }),
  },
  {
    name: 'tardis, depth',
    file: TARDIS_BOOK,
    load: (file) => importTardis({ files: [file], tick: '0.5', lot: '10' }),
  },
];

/** The columns of one file at a time, about 40 bytes a row, are in memory. */
export async function importing({ rows, rounds }: BenchOptions): Promise<BenchReport> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tickwright-bench-'));
  try {
    const sizes = makeFiles(folder, rows);
    const results = [];
    for (const { name, file, load } of CASES) {
      const rates: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        const start = performance.now();
        const { columns } = await load(path.join(folder, file));
        const seconds = (performance.now() - start) / 1000;
        if (columns.length < rows) throw new Error(`${name}: ${columns.length} of ${rows} rows were imported`);
        if (round > 0) rates.push(rows / seconds);
      }
      const lineBytes = sizes.get(file)! / rows;
      const rate = median(rates);
      results.push({ name, rows, rowsPerSecond: rate, textBytesPerSecond: rate * lineBytes, best: Math.max(...rates) });
    }
    return {
      title: `import: rows a second from one .csv.gz of ${rows} lines, median of ${rounds}`,
      rows: results,
      heads: ['format', 'rows/s', 'MB/s of text', 'best round'],
      table: results.map(({ name, rowsPerSecond, textBytesPerSecond, best }) => [
        name,
        millions(rowsPerSecond),
        String(rounded(textBytesPerSecond / 1e6)),
        millions(best),
      ]),
      notes: ['', 'Unpacking runs on a second thread; the tape is not written.'],
    };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
