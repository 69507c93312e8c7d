/**
 * `bench disk`: the market maker straight from tape files, its rate as a part of the rate from memory, and the most
 * memory it ever held, for a tape of `--rows` and one ten times as long. Knows nothing of decoding. Called by main.
 */
import { type BenchTape, makeReplayTapes, makeSyntheticTape } from './bench-tapes.js';
import { inFreshProcess } from './fresh-process.js';
import type { RunAnswer, RunJob } from './measured-run.js';
import { median, millions, rounded } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

/** Least part of the rate from memory, and most memory. */
const LEAST_PART = 0.8;
const MOST_BYTES = 300e6;

/** The long tape: as many times the rows, over as many instruments. */
const LONGER = 10;
const LONG_INSTRUMENTS = 10;

interface Pair {
  readonly memory?: RunAnswer;
  readonly disk: RunAnswer;
}

export async function disk({ rows, rounds, instruments }: BenchOptions): Promise<BenchReport> {
  const tapes = await makeReplayTapes(rows, instruments);
  const pairs = new Map<BenchTape, Pair[]>(tapes.map((tape) => [tape, []]));
  for (let round = 0; round < rounds; round++) {
    for (const tape of tapes) {
      const job = { file: tape.file, workload: 'quoting', warmups: 2, runs: 3 } as const;
      const memory = await inFreshProcess<RunAnswer>('measured-run', { ...job, from: 'memory' } satisfies RunJob);
      const disk = await inFreshProcess<RunAnswer>('measured-run', { ...job, from: 'disk' } satisfies RunJob);
      pairs.get(tape)!.push({ memory, disk });
    }
  }
  const long = makeSyntheticTape(rows * LONGER, LONG_INSTRUMENTS);
  const job: RunJob = { file: long.file, workload: 'quoting', from: 'disk', warmups: 0, runs: 1 };
  pairs.set(long, [{ disk: await inFreshProcess<RunAnswer>('measured-run', job) }]);
  const results = [...pairs].map(([tape, measured]) => rowOf(tape, measured));
  return {
    title: `disk: the market maker from tape files, decoded on a worker; medians of ${rounds} rounds of fresh processes`,
    rows: results,
    heads: ['tape', 'rows', 'rows/s', 'of memory', 'target', 'CPU ns a row', 'peak RSS', 'target'],
    table: results.map((row) => [
      row.tape,
      String(row.rows),
      millions(row.rowsPerSecond),
      row.partOfMemory === null ? '' : row.partOfMemory.toFixed(2),
      row.partOfMemory === null ? '' : `${row.partOfMemory >= LEAST_PART ? 'within' : 'UNDER'} ${LEAST_PART}`,
      row.cpuNsPerRow.toFixed(1),
      `${(row.peakRss / 1e6).toFixed(0)} MB`,
      `${row.peakRss < MOST_BYTES ? 'within' : 'OVER'} ${MOST_BYTES / 1e6} MB`,
    ]),
    notes: ['CPU time is that of both threads. Peak RSS is the whole process, all of its replays, with Node itself.'],
  };
}

function rowOf(tape: BenchTape, pairs: readonly Pair[]) {
  const outcome = JSON.stringify(pairs[0]!.disk.outcome);
  for (const { memory, disk } of pairs) {
    if (
      JSON.stringify(disk.outcome) !== outcome ||
      (memory !== undefined && JSON.stringify(memory.outcome) !== outcome)
    ) {
      throw new Error(`${tape.name}: the run from the file and the run from memory came to different ends`);
    }
  }
  const parts = pairs.flatMap(({ memory, disk }) => (memory === undefined ? [] : [memory.wallMs / disk.wallMs]));
  return {
    workload: 'disk',
    tape: tape.name,
    instruments: tape.instruments,
    rows: tape.rows,
    rowsPerSecond: rounded((tape.rows / median(pairs.map((pair) => pair.disk.wallMs))) * 1000),
    partOfMemory: parts.length === 0 ? null : rounded(median(parts)),
    cpuNsPerRow: rounded((median(pairs.map((pair) => pair.disk.cpuMs)) / tape.rows) * 1e6),
    peakRss: Math.max(...pairs.map((pair) => pair.disk.peakRss)),
    runHash: pairs[0]!.disk.outcome.runHash,
  };
}
