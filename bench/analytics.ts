/**
 * `analytics`: what recording costs a replay, and what the report of a run with a million fills takes.
 * Knows nothing of how either is measured. Called by main.
 */
import path from 'node:path';
import type { AnalyticsJob, RecordingAnswer, ReportAnswer } from './analytics-run.js';
import { makeSyntheticTape, scratchFolder } from './bench-tapes.js';
import { inFreshProcess } from './fresh-process.js';
import { median } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

const FILLS = 1_000_000;
const TURNS = 5;

export async function analytics({ rows, rounds, instruments = [1] }: BenchOptions): Promise<BenchReport> {
  const run = <Answer>(job: AnalyticsJob) => inFreshProcess<Answer>('analytics-run', job);
  const results: object[] = [];
  const table: string[][] = [];
  for (const count of instruments) {
    const tape = makeSyntheticTape(rows, count);
    const answers: RecordingAnswer[] = [];
    for (let round = 0; round < rounds; round++) {
      answers.push(await run<RecordingAnswer>({ measure: 'recording', file: tape.file, turns: TURNS }));
    }
    const of = (key: keyof RecordingAnswer) => median(answers.map((each) => each[key]));
    const costPercent = 100 * (of('ratio') - 1);
    results.push({
      measure: 'recording',
      tape: tape.name,
      bareMs: of('bareMs'),
      recordedMs: of('recordedMs'),
      costPercent,
    });
    table.push([
      ...[`recording, ${tape.name}`, `${of('bareMs').toFixed(0)} → ${of('recordedMs').toFixed(0)} ms`],
      ...[`${costPercent.toFixed(1)} % of the replay, ${of('orderEvents')} order events`, '≤ 5 %'],
    ]);
  }
  const folder = path.join(scratchFolder(), 'many-fills');
  await run({ measure: 'folder', folder, fills: FILLS });
  const jobs: [string, AnalyticsJob][] = [
    ['report of a recording', { measure: 'page', fills: FILLS }],
    ['report of a run folder', { measure: 'report', folder }],
  ];
  for (const [name, job] of jobs) {
    const reports: ReportAnswer[] = [];
    for (let round = 0; round < rounds; round++) reports.push(await run<ReportAnswer>(job));
    const wallMs = median(reports.map((each) => each.wallMs));
    const peakMb = median(reports.map((each) => each.peakRss)) / 1e6;
    const { pageBytes } = reports[0]!;
    results.push({ measure: job.measure, fills: FILLS, wallMs, peakMb, pageBytes });
    table.push([
      ...[`${name}, ${FILLS} fills`, `${(wallMs / 1000).toFixed(2)} s`],
      ...[`${peakMb.toFixed(0)} MB at most; page of ${(pageBytes / 1e6).toFixed(2)} MB`, '< 5 s, < 600 MB'],
    ]);
  }
  return {
    title: 'What recording costs a market maker’s replay; what a report of a million fills takes',
    rows: results,
    heads: ['what', 'measured', '', 'wanted'],
    table,
    notes: [
      '',
      `Medians of ${rounds} fresh processes. Recording: ${TURNS} turns of a replay without and one with a recorder (samples every`,
      'second), the ratio within each turn. Reports: of 3 million order events and 1 million fills in memory, as a run leaves them;',
      'and made anew from the run folder, which is read for it.',
    ],
  };
}
