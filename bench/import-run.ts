/**
 * One import, measured in a process of its own. A script; started by import with a job, answers with time and memory.
 */
import path from 'node:path';
import { importDatabento, readDbnMetadata } from '../bridges/import/databento.js';
import { DatabentoReader } from '../bridges/import/databento-reader.js';
import { DbnStream } from '../bridges/import/dbn-stream.js';
import { readPieces } from '../bridges/import/input-file.js';
import { writeTape } from '../bridges/tape/tape-writer.js';
import { scratchFolder } from './bench-tapes.js';
import { answer, jobOf } from './fresh-process.js';

export interface ImportJob {
  readonly file: string;
  readonly stage: 'decode' | 'rows' | 'whole';
}

export interface ImportAnswer {
  readonly records: number;
  readonly seconds: number;
  /** Of all threads together. */
  readonly cpuSeconds: number;
  /** Bytes. */
  readonly peakRss: number;
}

const TICK = '0.25';
const { file, stage } = jobOf<ImportJob>();

/** Reads the file through a stream and returns how many records there were. */
async function read(stream: DbnStream): Promise<number> {
  await readPieces(file, { take: (piece) => stream.push(piece), place: () => stream.place, unit: 'that' });
  stream.end();
  return stream.records;
}

async function run(): Promise<number> {
  if (stage === 'decode') return read(new DbnStream({ begin() {}, attach() {}, record() {} }));
  if (stage === 'rows') return read(new DbnStream(new DatabentoReader({ tick: TICK }, [await readDbnMetadata(file)])));
  const { columns, info } = await importDatabento({ files: [file], tick: TICK });
  writeTape(path.join(scratchFolder(), 'imported.parquet'), columns, info);
  // Each record of the seeded file is one row, and none of them stands twice.
  return columns.length;
}

const before = process.cpuUsage();
const start = performance.now();
const records = await run();
const seconds = (performance.now() - start) / 1e3;
const { user, system } = process.cpuUsage(before);
answer({
  ...{ records, seconds, cpuSeconds: (user + system) / 1e6 },
  peakRss: process.resourceUsage().maxRSS * 1024,
} satisfies ImportAnswer);
