/**
 * One measurement of analytics in a process of its own: replays with and without a recorder, taking turns; or a report made anew from
 * a run folder; or that folder. A script. Started by the analytics bench.
 */
import { existsSync, statSync } from 'node:fs';
import { Recorder } from '../analytics/recorder.js';
import { renderReportPage } from '../analytics/report/page.js';
import { buildReport } from '../analytics/report/report.js';
import { summarise } from '../analytics/summary.js';
import { pageParts } from '../bridges/run-folder/report-assets.js';
import { rewriteReport, writeRunFolder } from '../bridges/run-folder.js';
import { SECOND } from '../core/time.js';
import { loadTape } from './bench-tapes.js';
import { answer, jobOf } from './fresh-process.js';
import { manyFills } from './many-fills.js';
import { median } from './median.js';
import { simulationOf, strategyOf } from './workloads.js';

export type AnalyticsJob =
  | { readonly measure: 'recording'; readonly file: string; readonly turns: number }
  | { readonly measure: 'folder'; readonly folder: string; readonly fills: number }
  | { readonly measure: 'report'; readonly folder: string }
  | { readonly measure: 'page'; readonly fills: number };

export interface RecordingAnswer {
  /** Medians of `run()`. */
  readonly bareMs: number;
  readonly recordedMs: number;
  /** Median of recorded ÷ bare of each turn. */
  readonly ratio: number;
  readonly orderEvents: number;
  readonly fills: number;
}

export interface ReportAnswer {
  /** From the folder, or from the recording of a run that is over, to the page. */
  readonly wallMs: number;
  /** Most memory that the process ever held, bytes. */
  readonly peakRss: number;
  readonly pageBytes: number;
}

function recording(file: string, turns: number): RecordingAnswer {
  const { tape } = loadTape(file);
  let outcome = { orderEvents: 0, fills: 0 };
  const replay = (recorded: boolean): number => {
    const strategy = strategyOf('quoting')!;
    const simulation = simulationOf(tape, { quoting: strategy }, recorded ? [new Recorder()] : [], SECOND);
    const start = performance.now();
    const { orderEvents, fills } = simulation.run();
    outcome = { orderEvents, fills };
    return performance.now() - start;
  };
  // Both forms are compiled before anything counts.
  for (let i = 0; i < 2; i++) for (const recorded of [false, true]) replay(recorded);
  const bare: number[] = [];
  const withRecorder: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const first = turn % 2 === 0;
    for (const recorded of [first, !first]) (recorded ? withRecorder : bare).push(replay(recorded));
  }
  const ratios = bare.map((ms, turn) => withRecorder[turn]! / ms);
  return { bareMs: median(bare), recordedMs: median(withRecorder), ratio: median(ratios), ...outcome };
}

async function report(folder: string): Promise<ReportAnswer> {
  const start = performance.now();
  const page = await rewriteReport(folder);
  const wallMs = performance.now() - start;
  return { wallMs, peakRss: process.resourceUsage().maxRSS * 1024, pageBytes: statSync(page).size };
}

/** Without the summary, which a run makes before. */
function page(fills: number): ReportAnswer {
  const { recorder, result } = manyFills(fills);
  const { recording } = recorder;
  const summary = summarise(recording, result);
  const start = performance.now();
  const { startNs, endNs } = result;
  const description = {
    ...{
      config: null,
      seed: 1,
      versions: {},
      sampleNs: recording.sampleNs,
      startNs,
      endNs,
      droppedLogLines: 0,
      tapes: [],
    },
  };
  const text = renderReportPage(buildReport(recording, summary, description), pageParts('main'));
  const wallMs = performance.now() - start;
  return { wallMs, peakRss: process.resourceUsage().maxRSS * 1024, pageBytes: text.length };
}

const job = jobOf<AnalyticsJob>();
if (job.measure === 'recording') answer(recording(job.file, job.turns));
else if (job.measure === 'page') answer(page(job.fills));
else if (job.measure === 'report') answer(await report(job.folder));
else {
  const { recorder, result } = manyFills(job.fills);
  writeRunFolder(job.folder, { recorder, result, config: null, seed: 1, tapes: [], overwrite: existsSync(job.folder) });
  answer({});
}
