/**
 * `bench import-dbn`: records a second of a seeded Databento file of market data by order, plain and zstd: cut into records, made rows,
 * and imported whole with its tape written, beside a floor; and the most memory of each.
 * Knows nothing of the format beyond what the seeded file takes. Called by main.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { remark } from '../bridges/cli/terminal.js';
import { RandomSource } from '../core/random.js';
import { scratchFolder } from './bench-tapes.js';
import { inFreshProcess } from './fresh-process.js';
import type { ImportAnswer, ImportJob } from './import-run.js';
import { median, millions, rounded } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

const STAGES = ['decode', 'floor', 'rows', 'whole'] as const;
/** Records a second, of a whole import, and bytes that it may take. */
const TARGET = 5e6;
const MEMORY_TARGET = 300e6;
/** Rows in memory are measured up to so many. */
const MOST_IN_MEMORY = 10e6;
const MBO_BYTES = 56;
const RESTING = 1_000;

export async function importDbn({ rows, rounds }: BenchOptions): Promise<BenchReport> {
  const plain = path.join(scratchFolder(), 'seeded.mbo.dbn');
  remark(`making ${rows} records`);
  writeSeededMbo(plain, rows);
  const { size } = fs.statSync(plain);
  const files = [plain];
  const packed = `${plain}.zst`;
  if (spawnSync('zstd', ['-q', '-3', plain, '-o', packed]).status === 0) files.push(packed);
  else remark('SKIPPED: zstd: there is no program zstd here that packs the file');
  const results = [];
  for (const file of files) {
    for (const stage of STAGES) {
      if (stage === 'rows' && rows > MOST_IN_MEMORY) continue;
      const answers: ImportAnswer[] = [];
      for (let round = 0; round < rounds; round++) {
        answers.push(
          await inFreshProcess<ImportAnswer>('import-run', { format: 'databento', file, stage } satisfies ImportJob),
        );
      }
      const rate = (seconds: (answer: ImportAnswer) => number) =>
        rounded(median(answers.map((answer) => answer.records / seconds(answer))));
      results.push({
        ...{ format: file === packed ? 'dbn.zst' : 'dbn', stage, records: answers[0]!.records },
        recordsPerSecond: rate(({ seconds }) => seconds),
        recordsPerCpuSecond: rate(({ cpuSeconds }) => cpuSeconds),
        peakRss: Math.max(...answers.map(({ peakRss }) => peakRss)),
      });
    }
  }
  return {
    title: `import: Databento mbo, medians of ${rounds} rounds of fresh processes`,
    rows: results,
    heads: ['format', 'stage', 'records', 'records/s', 'by CPU', 'target', 'peak RSS'],
    table: results.map(({ format, stage, records, recordsPerSecond, recordsPerCpuSecond, peakRss }) => [
      ...[format, stage, String(records), millions(recordsPerSecond), millions(recordsPerCpuSecond)],
      stage !== 'whole' ? '' : `${recordsPerSecond >= TARGET ? 'within' : 'UNDER'} ${millions(TARGET)}`,
      `${(peakRss / 1e6).toFixed(0)} MB${stage === 'whole' && peakRss > MEMORY_TARGET ? ' OVER 300 MB' : ''}`,
    ]),
    notes: [
      `${(size / 1e9).toFixed(2)} GB of records.`,
      'decode: unpacked, hashed and cut into checked records; floor: and a tape of as many ready rows written; rows: made rows in memory;',
      'whole: as `tickwright import` does it, the tape written: rows in order go to it while others are read.',
    ],
  };
}

/** Adds, cancels and modifications of some 1,000 resting orders of one instrument, as version 1 has them. */
function writeSeededMbo(file: string, records: number): void {
  const random = new RandomSource(1).stream('dbn');
  const upTo = (count: number) => Math.floor(random.uniform() * count);
  const out = fs.openSync(file, 'w');
  fs.writeSync(out, head());
  const orders = new Int32Array(RESTING * 4);
  const ticks = new Int32Array(RESTING * 4);
  const lots = new Int32Array(RESTING * 4);
  let resting = 0;
  let next = 0;
  let timeNs = 1_715_160_600_000_000_000n;
  const block = Buffer.alloc(MBO_BYTES * 4096);
  for (let done = 0; done < records; ) {
    const count = Math.min(4096, records - done);
    for (let at = 0; at < count; at++) {
      timeNs += BigInt(2_000 + upTo(200_000));
      const adds = resting < RESTING || (resting < orders.length && random.uniform() < 0.48);
      const changes = !adds && random.uniform() < 0.1;
      const place = adds ? resting++ : upTo(resting);
      if (adds) {
        orders[place] = next++;
        ticks[place] = 19_200 + (next % 2 === 0 ? -1 : 1) * (1 + upTo(80));
      }
      // A modification always changes something, and a cancel takes all.
      if (adds || changes) lots[place] = 1 + ((lots[place]! + 1 + upTo(8)) % 10);
      const action = adds ? 'A' : changes ? 'M' : 'C';
      writeRecord(block, at * MBO_BYTES, timeNs, orders[place]!, ticks[place]!, lots[place]!, action);
      if (adds || changes) continue;
      resting--;
      orders[place] = orders[resting]!;
      ticks[place] = ticks[resting]!;
      lots[place] = lots[resting]!;
    }
    fs.writeSync(out, block, 0, count * MBO_BYTES);
    done += count;
  }
  fs.closeSync(out);
}

function writeRecord(
  block: Buffer,
  at: number,
  timeNs: bigint,
  order: number,
  tick: number,
  lots: number,
  action: string,
): void {
  block.writeUInt32LE(0x0001_a0_0e, at);
  block.writeUInt32LE(42, at + 4);
  block.writeBigUInt64LE(timeNs, at + 8);
  block.writeBigUInt64LE(6_412_777_000_000n + BigInt(order), at + 16);
  block.writeBigInt64LE(BigInt(tick) * 250_000_000n, at + 24);
  block.writeUInt32LE(lots, at + 32);
  block.writeUInt8(0x80, at + 36);
  block.write(action, at + 38, 'latin1');
  block.write(tick < 19_200 ? 'B' : 'A', at + 39, 'latin1');
  block.writeBigUInt64LE(timeNs + 90_000n, at + 40);
}

/** Metadata without symbols: dataset, schema mbo, times, ids out. */
function head(): Buffer {
  const bytes = Buffer.alloc(8 + 100 + 5 * 4);
  bytes.write('DBN\u0001', 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('SEEDED', 8, 'latin1');
  return bytes;
}
