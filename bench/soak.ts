/**
 * `bench soak`: a day of market time and more through the market maker, made as it is read, with nothing recorded: the
 * memory held at the end against that after the first tenth. Knows nothing of how memory is read. Called by main.
 */
import { inFreshProcess } from './fresh-process.js';
import { millions, rounded } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';
import type { SoakAnswer, SoakJob } from './soak-run.js';

/** Most growth from the first tenth to the end, as a fraction. */
const MOST_GROWTH = 0.05;
/** Asked of the seeded market, which comes out some 8 % above it: 24 h are some 190 M rows. */
const ROWS_PER_SECOND = 2_000;

export async function soak({ rows, rounds, instruments = [3] }: BenchOptions): Promise<BenchReport> {
  const results = [];
  for (const count of instruments) {
    const job = { rows, instruments: count, rowsPerSecond: ROWS_PER_SECOND };
    for (let round = 0; round < rounds; round++) {
      const alone = await inFreshProcess<SoakAnswer>('soak-run', { ...job, collect: false } satisfies SoakJob);
      const collecting: SoakJob = { ...job, collect: true };
      const collected = await inFreshProcess<SoakAnswer>('soak-run', collecting, ['--expose-gc']);
      if (alone.runHash !== collected.runHash) throw new Error('the two runs of the soak came to different ends');
      results.push(rowOf(count, { ...alone, heap: collected.heap }));
    }
  }
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return {
    title: 'soak: the market maker over a market that is made while it is read',
    rows: results,
    heads: ['rows', 'market time', 'rows/s, making included', 'memory', 'MB in each tenth', 'growth', 'target'],
    table: results.flatMap((row) =>
      (['rss', 'heap'] as const).map((kind) => [
        kind === 'rss' ? millions(row.rows) : '',
        kind === 'rss' ? `${row.marketHours.toFixed(1)} h` : '',
        kind === 'rss' ? millions(row.rowsPerSecond) : '',
        kind,
        row[kind].map(megabytes).join(' '),
        `${(row[`${kind}Growth`] * 100).toFixed(1)} %`,
        `${row[`${kind}Growth`] <= MOST_GROWTH ? 'within' : 'OVER'} ${MOST_GROWTH * 100} %`,
      ]),
    ),
    notes: [
      '"rss": the most that was resident at the end of any block of 65,536 rows, in a run left alone, without pages of',
      'files (Node itself), which come and go. "heap": what is alive, in a second run that collects after each tenth.',
    ],
  };
}

function rowOf(instruments: number, soaked: SoakAnswer) {
  const growth = (values: readonly number[]) => values.at(-1)! / values[0]! - 1;
  return {
    workload: 'soak',
    instruments,
    ...soaked,
    rowsPerSecond: rounded((soaked.rows / soaked.wallMs) * 1000),
    rssGrowth: growth(soaked.rss),
    heapGrowth: growth(soaked.heap),
  };
}
