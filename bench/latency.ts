/**
 * `bench latency`: how long the engine takes per event. Knows nothing of clocks; see latency-run.ts for what is timed.
 * Called by main.
 */
import { makeReplayTapes } from './bench-tapes.js';
import { inFreshProcess } from './fresh-process.js';
import type { LatencyAnswer, LatencyJob } from './latency-run.js';
import { median, rounded } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

const MOST_P99_NS = 10_000;
const MOST_P9999_NS = 100_000;

export async function latency({ rows, rounds, instruments }: BenchOptions): Promise<BenchReport> {
  const tapes = await makeReplayTapes(rows, instruments);
  const measured = tapes.flatMap((tape) =>
    (['quoting', 'everyEvent'] as const).map((workload) => ({ tape, workload, answers: [] as LatencyAnswer[] })),
  );
  for (let round = 0; round < rounds; round++) {
    for (const { tape, workload, answers } of measured) {
      const job: LatencyJob = { file: tape.file, workload, warmups: 2 };
      answers.push(await inFreshProcess<LatencyAnswer>('latency-run', job));
    }
  }
  const results = measured.map(({ tape, workload, answers }) => {
    const of = (key: keyof LatencyAnswer) => rounded(median(answers.map((each) => each[key])));
    return {
      workload: `latency-${workload}`,
      tape: tape.name,
      instruments: tape.instruments,
      events: answers[0]!.events,
      p50Ns: of('p50Ns'),
      p99Ns: of('p99Ns'),
      p9999Ns: of('p9999Ns'),
      longestNs: of('longestNs'),
      leastLongestNs: rounded(Math.min(...answers.map((each) => each.longestNs))),
      longestGcNs: of('longestGcNs'),
      takenAway: of('takenAway'),
      clockNs: of('clockNs'),
    };
  });
  const micros = (nanos: number) => `${(nanos / 1000).toFixed(2)} µs`;
  const millis = (nanos: number) => `${(nanos / 1e6).toFixed(2)} ms`;
  return {
    title: `latency: time per local event; medians of ${rounds} fresh processes, measured in the third run of each`,
    rows: results,
    heads: ['tape', 'workload', 'p50', 'p99', 'p99.99', 'target', 'longest', 'best of all', 'longest GC', 'taken away'],
    table: results.map((row) => [
      row.tape,
      row.workload.slice('latency-'.length),
      micros(row.p50Ns),
      micros(row.p99Ns),
      micros(row.p9999Ns),
      row.p99Ns < MOST_P99_NS && row.p9999Ns < MOST_P9999_NS ? 'within 10 / 100 µs' : 'OVER 10 / 100 µs',
      millis(row.longestNs),
      millis(row.leastLongestNs),
      millis(row.longestGcNs),
      `${row.takenAway} ×`,
    ]),
    notes: [
      'An event is a depth change or trade as it reaches the strategies; its time is everything since the one before it:',
      'the row on both sides, timers, requests, answers, garbage collection. One reading of the clock',
      `(${median(results.map((row) => row.clockNs)).toFixed(0)} ns) is taken off. "taken away": how often the system ran something else meanwhile;`,
      'such a break counts in full. "longest" is the median of the processes\' longest, "best of all" the least of them.',
    ],
  };
}
