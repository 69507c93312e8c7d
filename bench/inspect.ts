/**
 * `bench inspect`: how long `tickwright inspect` takes for a tape of 10 GB, whole and its opening alone, and how much of the file that
 * reads. The tape has one row group again and again, and where the rows would be the file is a hole: a read of rows would show in the
 * bytes, and in zeros that are no row group. Knows nothing of what is printed. Called by main.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { remark } from '../bridges/cli/terminal.js';
import { footerBytes, MAGIC } from '../bridges/tape/footer-write.js';
import { placedAt, type RowGroup, RowGroupEncoder } from '../bridges/tape/row-group-encode.js';
import { metadataText } from '../bridges/tape/tape-metadata.js';
import { KIND_NAMES, Kind } from '../core/market.js';
import { syntheticBlocks, syntheticInfo } from '../core/synthetic.js';
import { BLOCK_ROWS, scratchFolder } from './bench-tapes.js';
import { inFreshProcess } from './fresh-process.js';
import type { OpenAnswer, OpenJob } from './inspect-run.js';
import { median } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

const BYTES = 10e9;
/** Seconds for the whole command. */
const TARGET = 1;
const MAIN = fileURLToPath(new URL('../bridges/cli/main.js', import.meta.url));

export async function inspecting({ rounds }: BenchOptions): Promise<BenchReport> {
  const file = path.join(scratchFolder(), 'large.parquet');
  remark('making a tape of 10 GB, most of it a hole');
  const groups = writeLargeTape(file);
  const { size } = fs.statSync(file);
  const opened: OpenAnswer[] = [];
  const whole: number[] = [];
  const start: number[] = [];
  for (let round = 0; round < rounds; round++) {
    start.push(secondsOf(['-e', '0']));
    whole.push(secondsOf([MAIN, 'inspect', file]));
    opened.push(await inFreshProcess<OpenAnswer>('inspect-run', { file } satisfies OpenJob));
  }
  const result = {
    ...{ bytes: size, groups, bytesRead: opened[0]!.bytesRead },
    ...{ openSeconds: median(opened.map(({ seconds }) => seconds)), wholeSeconds: median(whole) },
    nodeSeconds: median(start),
  };
  const shown = (seconds: number) => `${(seconds * 1e3).toFixed(0)} ms`;
  return {
    title: `inspect: a tape of ${(size / 1e9).toFixed(1)} GB, medians of ${rounds} fresh processes`,
    rows: [result],
    heads: ['row groups', 'whole command', 'target', 'of it Node alone', 'opening', 'bytes read'],
    table: [
      [
        ...[String(groups), shown(result.wholeSeconds)],
        ...[`${result.wholeSeconds < TARGET ? 'within' : 'OVER'} ${TARGET} s`, shown(result.nodeSeconds)],
        ...[shown(result.openSeconds), `${(result.bytesRead / 1e6).toFixed(2)} MB`],
      ],
    ],
    notes: ['', 'Bytes read: of the tape, counted where they are read.'],
  };
}

/** Seconds that a Node process takes from its start to its end. Throws where it fails. */
function secondsOf(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with code ${status}:\n${stderr}`);
  return (performance.now() - start) / 1e3;
}

/** Writes the tape's two ends; returns how many row groups it has. */
function writeLargeTape(file: string): number {
  const options = { seed: 1, rows: BLOCK_ROWS, instruments: 10, rowsPerSecond: 13_500, blockRows: BLOCK_ROWS };
  const { instruments, originNs } = syntheticInfo(options);
  const [block] = syntheticBlocks(options);
  const { group } = new RowGroupEncoder(
    instruments.map(({ symbol }) => symbol),
    originNs,
  ).encode(block!);
  const groups: RowGroup[] = [];
  let at = MAGIC.length;
  for (; at < BYTES; at += group.bytes) groups.push(placedAt(group, at));
  const rows = groups.length * group.rows;
  // Which kinds they are is not looked at; their number must be right.
  const counts = instruments.map((_, index) =>
    KIND_NAMES.map((_, kind) => (index === 0 && kind === Kind.trade ? rows : 0)),
  );
  const columns = { orderId: false, bars: false, value: false };
  const info = { instruments, originNs, rows, columns, provenance: {}, corrections: [], counts };
  const range = [originNs, originNs + BigInt(block!.localNs[block!.length - 1]!)] as const;
  const text = metadataText({ info, exchangeNs: range, localNs: range });
  // The seal of rows that are not there is never compared.
  const { bytes } = footerBytes(groups, columns, rows, text, createHash('sha256'));
  const descriptor = fs.openSync(file, 'w');
  fs.writeSync(descriptor, MAGIC, 0);
  fs.writeSync(descriptor, bytes, 0, bytes.length, at);
  fs.closeSync(descriptor);
  return groups.length;
}
