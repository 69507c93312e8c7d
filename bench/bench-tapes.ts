/**
 * The tapes that the benches replay: made once by the parent, written as tape files into a folder that is gone with the
 * process, read by its children. Knows nothing of workloads. Called by the benches.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { remark } from '../bridges/cli/terminal.js';
import { importBinanceCapture } from '../bridges/import/binance-capture.js';
import { openTape } from '../bridges/tape/tape-file.js';
import { writeTape } from '../bridges/tape/tape-writer.js';
import { allocateColumns, type Columns } from '../core/market.js';
import { type SyntheticOptions, syntheticBlocks, syntheticInfo } from '../core/synthetic.js';
import { MemoryTape } from '../core/tape.js';
import { copyRows } from '../core/tape-builder.js';

/** Rows of a block of a tape in memory; the tape file's row groups have as many. */
export const BLOCK_ROWS = 65_536;

/** 345 s of BTCUSDT futures, recorded (see ../shared/truth/README.md); a clone does not have it. */
const CAPTURE = new URL('../../../shared/truth/binance-raw/usdm_btcusdt_20240808.gz', import.meta.url);

/** A tape file and how tables call it. */
export interface BenchTape {
  readonly name: string;
  readonly file: string;
  readonly instruments: number;
  readonly rows: number;
}

let folder: string | undefined;

/** A folder of this process, removed when it ends. */
export function scratchFolder(): string {
  if (folder !== undefined) return folder;
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tickwright-bench-'));
  const made = folder;
  process.on('exit', () => fs.rmSync(made, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      remark(`ended by ${signal}; nothing is printed of what was measured until now`);
      process.exit(1);
    });
  }
  return folder;
}

/** Rows of one instrument in a second of market time, about as many as the BTCUSDT capture has. */
const ROWS_PER_INSTRUMENT_SECOND = 1_350;

/** A seeded market of `instruments` with feed latency, some `rows` rows. */
export function makeSyntheticTape(rows: number, instruments: number): BenchTape {
  const name = `synthetic-${instruments}`;
  const rowsPerSecond = ROWS_PER_INSTRUMENT_SECOND * instruments;
  const options: SyntheticOptions = { seed: 1, rows, instruments, rowsPerSecond, blockRows: BLOCK_ROWS };
  const file = path.join(scratchFolder(), `${name}-${rows}.parquet`);
  remark(`making ${name}: ${rows} rows`);
  const info = writeTape(file, syntheticBlocks(options), syntheticInfo(options));
  return { name, file, instruments, rows: info.rows };
}

/** The capture one time after the other until there are `rows`; `undefined`, said aloud, where it is absent. */
export async function makeCaptureTape(rows: number): Promise<BenchTape | undefined> {
  if (!fs.existsSync(CAPTURE)) {
    remark('SKIPPED: the BTCUSDT capture (../shared/truth) is not on this machine, only seeded tapes are measured');
    return undefined;
  }
  const files = [CAPTURE.pathname];
  const { columns, info } = await importBinanceCapture({ files, symbol: 'BTCUSDT', tick: '0.1', lot: '0.001' });
  const file = path.join(scratchFolder(), `btcusdt-${rows}.parquet`);
  const repeats = Math.ceil(rows / columns.length);
  remark(`making btcusdt: ${columns.length} rows, ${repeats} times`);
  const written = writeTape(file, repeated(columns, repeats), info);
  return { name: 'btcusdt', file, instruments: 1, rows: written.rows };
}

/** The rows `times` times, each time a second after the end of the last. */
function* repeated(columns: Columns, times: number): Generator<Columns> {
  let last = 0;
  for (let row = 0; row < columns.length; row++) last = Math.max(last, columns.localNs[row]!);
  const block = allocateColumns(columns.length);
  for (let time = 0; time < times; time++) {
    copyRows(columns, 0, columns.length, block, 0);
    block.length = columns.length;
    const shiftNs = time * (last + 1e9);
    for (let row = 0; row < block.length; row++) {
      block.exchangeNs[row]! += shiftNs;
      block.localNs[row]! += shiftNs;
    }
    yield block;
  }
}

/** The seeded tapes over 1, 10 and 100 instruments and the capture, or what `instruments` leaves of them. */
export async function makeReplayTapes(rows: number, instruments?: readonly number[]): Promise<BenchTape[]> {
  const tapes = (instruments ?? [1, 10, 100]).map((count) => makeSyntheticTape(rows, count));
  const capture = instruments === undefined ? await makeCaptureTape(rows) : undefined;
  return capture === undefined ? tapes : [...tapes, capture];
}

/** All rows of a tape file in memory: as whole columns, and as a tape in blocks of {@link BLOCK_ROWS}. */
export function loadTape(file: string): { readonly columns: Columns; readonly tape: MemoryTape } {
  const source = openTape(file, { worker: false });
  const columns = allocateColumns(source.info.rows);
  const reader = source.open(source.info.originNs);
  for (let block = reader.next(); block !== undefined; block = reader.next()) {
    copyRows(block, 0, block.length, columns, columns.length);
    columns.length += block.length;
    reader.release(block);
  }
  reader.close();
  return { columns, tape: new MemoryTape(columns, source.info, { blockRows: BLOCK_ROWS }) };
}
