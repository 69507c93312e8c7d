/**
 * `bench bars`: rows a second of building bars, inside a replay beside the same replay without them, and of a tape by itself.
 * Knows nothing of how a pass is measured. Called by main.
 */
import type { BarsAnswer, BarsJob } from './bars-run.js';
import { makeReplayTapes } from './bench-tapes.js';
import { inFreshProcess } from './fresh-process.js';
import { median, millions, rounded } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

const JOBS: readonly Omit<BarsJob, 'file'>[] = [
  { where: 'replay', bars: 'none' },
  { where: 'run', bars: '1s' },
  { where: 'run', bars: '100 ticks' },
  { where: 'run', bars: '100 volume-imbalance' },
  { where: 'tape', bars: '1s' },
  { where: 'tape', bars: '100 ticks' },
  { where: 'tape', bars: '100 volume-imbalance' },
];

export async function bars({ rows, rounds, instruments }: BenchOptions): Promise<BenchReport> {
  const results: {
    tape: string;
    where: string;
    bars: string;
    rowsPerSecond: number;
    replays: number;
    count: number;
  }[] = [];
  for (const tape of await makeReplayTapes(rows, instruments ?? [1, 100])) {
    const answers = JOBS.map((): BarsAnswer[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [at, job] of JOBS.entries()) {
        answers[at]!.push(await inFreshProcess<BarsAnswer>('bars-run', { ...job, file: tape.file } satisfies BarsJob));
      }
    }
    for (const [at, { where, bars }] of JOBS.entries()) {
      const own = answers[at]!;
      results.push({
        ...{ tape: tape.name, where, bars, count: own[0]!.bars },
        rowsPerSecond: rounded(median(own.map((one) => one.rows / one.seconds))),
        // Within a round, so that what else the machine does hits both alike.
        replays: rounded(median(own.map((one, round) => one.seconds / answers[0]![round]!.seconds))),
      });
    }
  }
  return {
    title: `bars: medians of ${rounds} rounds of fresh processes, each the median of 3 passes after 2 to warm up`,
    rows: results,
    heads: ['tape', 'where', 'bars', 'rows/s', '× replay', 'bars made'],
    table: results.map(({ tape, where, bars, rowsPerSecond, replays, count }) => {
      return [tape, where, bars, millions(rowsPerSecond), `${replays.toFixed(2)} ×`, String(count)];
    }),
    notes: [
      'replay: a strategy that hears of trades; run: the same with bars; tape: bars of the tape in memory, no run',
    ],
  };
}
