/**
 * `analytics`: what recording costs a replay, and what the report of a run with a million fills takes.
 * Knows nothing of how either is measured. Called by main.
 */
import path from 'node:path';
import type { AnalyticsJob, RecordingAnswer, ReportAnswer, WriteAnswer } from './analytics-run.js';
import { makeCaptureTape, makeSyntheticTape, scratchFolder } from './bench-tapes.js';
import { inFreshProcess } from './fresh-process.js';
import { median } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

const FILLS = 1_000_000;
const TURNS = 11;

/** A market maker with patience; one order and cancel in 1,024 events, which is more like most strategies. */
const WORKLOADS = ['quoting', 'everyEvent'] as const;

export async function analytics({ rows, rounds, instruments }: BenchOptions): Promise<BenchReport> {
  const run = <Answer>(job: AnalyticsJob) => inFreshProcess<Answer>('analytics-run', job);
  const results: object[] = [];
  const table: string[][] = [];
  const tapes = (instruments ?? [1]).map((count) => makeSyntheticTape(rows, count));
  const capture = instruments === undefined ? await makeCaptureTape(rows) : undefined;
  for (const tape of capture === undefined ? tapes : [capture, ...tapes]) {
    for (const workload of WORKLOADS) {
      const answers: RecordingAnswer[] = [];
      for (let round = 0; round < rounds; round++) {
        const job: AnalyticsJob = { measure: 'recording', file: tape.file, workload, turns: TURNS };
        answers.push(await run<RecordingAnswer>(job));
      }
      const of = (key: keyof RecordingAnswer) => median(answers.map((each) => each[key]));
      const [cost, wallCost] = [100 * (of('ratio') - 1), 100 * (of('wallRatio') - 1)];
      const [bareMs, recordedMs, floor] = [of('bareMs'), of('recordedMs'), 100 * of('floor')];
      results.push({
        ...{ measure: 'recording', tape: tape.name, workload, bareMs, recordedMs },
        ...{ costPercent: cost, wallCostPercent: wallCost, floorPercent: floor, orderEvents: of('orderEvents') },
      });
      table.push([
        ...[`recording, ${tape.name}, ${workload}`, `${bareMs.toFixed(0)} → ${recordedMs.toFixed(0)} ms`],
        `${cost.toFixed(1)} % (wall ${wallCost.toFixed(1)} %), floor ${floor.toFixed(1)} %, ${of('orderEvents')} order events`,
        '≤ 5 %',
      ]);
    }
  }
  const folder = path.join(scratchFolder(), 'many-fills');
  await run({ measure: 'folder', folder, fills: FILLS });
  const writes: WriteAnswer[] = [];
  const written = path.join(scratchFolder(), 'many-fills-tables');
  for (let round = 0; round < rounds; round++) {
    writes.push(await run<WriteAnswer>({ measure: 'write', folder: written, fills: FILLS }));
  }
  const cpuMs = median(writes.map((each) => each.cpuMs));
  const writePeakMb = median(writes.map((each) => each.peakRss)) / 1e6;
  const { fileBytes } = writes[0]!;
  results.push({ measure: 'write', fills: FILLS, cpuMs, peakMb: writePeakMb, fileBytes });
  table.push([
    ...[`tables of a run folder, ${FILLS} fills`, `${(cpuMs / 1000).toFixed(2)} s of CPU`],
    ...[`${writePeakMb.toFixed(0)} MB at most; files of ${(fileBytes / 1e6).toFixed(0)} MB`, '< 5 s, < 600 MB'],
  ]);
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
      'second), in CPU time of all threads, the ratio within each turn; all of it is in the replay, nothing is left for later. Floor:',
      'as many cells appended to fresh columns. Reports: of 3 million order events and 1 million fills in memory, as a run leaves',
      'them; and made anew from the run folder, which is read for it.',
    ],
  };
}
