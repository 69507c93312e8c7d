/**
 * One import, measured in a process of its own. A script; started by import and import-dbn with a job, answers with time and memory.
 */
import path from 'node:path';
import { importBinanceArchive } from '../bridges/import/binance-archive.js';
import { importCsv } from '../bridges/import/csv.js';
import type { CsvMappingInput } from '../bridges/import/csv-mapping.js';
import { importDatabento, readDbnMetadata } from '../bridges/import/databento.js';
import { DatabentoReader } from '../bridges/import/databento-reader.js';
import { DbnStream } from '../bridges/import/dbn-stream.js';
import { readPieces } from '../bridges/import/input-file.js';
import { importParquet } from '../bridges/import/parquet.js';
import type { ImportedTape, RowKeeping } from '../bridges/import/row-collector.js';
import { Scratch } from '../bridges/import/rows/scratch.js';
import { importTardis } from '../bridges/import/tardis.js';
import { TapeWriter } from '../bridges/tape/tape-writer.js';
import { allocateColumns, codeOf, Kind, Side } from '../core/market.js';
import { scratchFolder } from './bench-tapes.js';
import { answer, jobOf } from './fresh-process.js';

export type ImportFormat = 'databento' | 'binance-archive' | 'csv' | 'parquet' | 'tardis';

export interface ImportJob {
  readonly format: ImportFormat;
  readonly file: string;
  /** Databento alone: `decode` cuts records; `floor` writes a row of ready columns for each, too; `rows` makes rows in memory. */
  readonly stage: 'decode' | 'floor' | 'rows' | 'whole';
}

export interface ImportAnswer {
  /** Records or lines of the seeded file, each of which is one row. */
  readonly records: number;
  readonly seconds: number;
  /** Of a whole import: until all rows were read. */
  readonly readSeconds: number;
  /** Of all threads together. */
  readonly cpuSeconds: number;
  /** Bytes. */
  readonly peakRss: number;
}

const TICK = '0.25';
const MAPPING: CsvMappingInput = {
  symbol: { constant: 'BTCUSDT' },
  instruments: { BTCUSDT: { tick: '0.1', lot: '0.001' } },
  exchangeTime: { column: 'time', unit: 'ms' },
  localFrom: 'exchange + 5ms',
  trades: { price: 'price', quantity: 'qty', side: { column: 'is_buyer_maker', buy: ['false'], sell: ['true'] } },
};
const { format, file, stage } = jobOf<ImportJob>();
const OUT = path.join(scratchFolder(), 'imported.parquet');

const IMPORTS: Readonly<Record<ImportFormat, (keeping: RowKeeping) => Promise<ImportedTape>>> = {
  databento: (keeping) => importDatabento({ files: [file], tick: TICK, ...keeping }),
  'binance-archive': (keeping) =>
    importBinanceArchive({ files: [file], tick: '0.1', lot: '0.001', localFrom: 'exchange + 5ms', ...keeping }),
  csv: (keeping) => importCsv({ files: [file], mapping: MAPPING, ...keeping }),
  parquet: (keeping) => importParquet({ files: [file], mapping: MAPPING, ...keeping }),
  tardis: (keeping) => importTardis({ files: [file], tick: '0.5', lot: '10', ...keeping }),
};

/** Reads the file through a stream and returns how many records there were. */
async function read(stream: DbnStream): Promise<number> {
  await readPieces(file, { take: (piece) => stream.push(piece), place: () => stream.place, unit: 'that' });
  stream.end();
  return stream.records;
}

/** Decoding, and a tape of as many rows that are ready: what no importer can go below. */
async function floor(): Promise<number> {
  const columns = allocateColumns(8_192, { orderId: true });
  columns.length = 8_192;
  const writer = new TapeWriter(OUT, {
    instruments: [{ symbol: 'A', tick: TICK, lot: '1' }],
    originNs: 1_715_160_600_000_000_000n,
  });
  let nanos = 0;
  const row = () => {
    const at = records++ % columns.length;
    nanos += 2_000 + ((records * 7_919) % 200_000);
    columns.exchangeNs[at] = nanos;
    columns.localNs[at] = nanos + 90_000;
    columns.code[at] = codeOf(
      records % 2 === 0 ? Kind.orderAdd : Kind.orderCancel,
      records % 3 === 0 ? Side.buy : Side.sell,
    );
    columns.flags[at] = 1;
    columns.priceTicks[at] = 19_200 + ((records * 31) % 160) - 80;
    columns.qtyLots[at] = 1 + (records % 10);
    columns.orderId![at] = records - ((records * 17) % 1_000);
    if (at === columns.length - 1) writer.append(columns);
  };
  let records = 0;
  await read(new DbnStream({ begin() {}, attach() {}, record: row }));
  writer.finish();
  return records;
}

let readSeconds = 0;

async function run(): Promise<number> {
  if (stage === 'decode') return read(new DbnStream({ begin() {}, attach() {}, record() {} }));
  if (stage === 'floor') return floor();
  if (stage === 'rows') return read(new DbnStream(new DatabentoReader({ tick: TICK }, [await readDbnMetadata(file)])));
  const scratch = new Scratch(OUT);
  const tape = await IMPORTS[format]({ scratch });
  readSeconds = (performance.now() - start) / 1e3;
  const { rows } = await tape.writeTo(OUT);
  scratch.close();
  // Each record of the seeded files is one row, and none of them stands twice.
  return rows;
}

const before = process.cpuUsage();
const start = performance.now();
const records = await run();
const seconds = (performance.now() - start) / 1e3;
const { user, system } = process.cpuUsage(before);
answer({
  ...{ records, seconds, readSeconds, cpuSeconds: (user + system) / 1e6 },
  peakRss: process.resourceUsage().maxRSS * 1024,
} satisfies ImportAnswer);
