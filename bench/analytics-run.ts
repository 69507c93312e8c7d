/**
 * One measurement of analytics in a process of its own: replays with and without a recorder, taking turns; or a report made anew from
 * a run folder; or that folder. A script. Started by the analytics bench.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Table } from '../analytics/column.js';
import { Recorder } from '../analytics/recorder.js';
import { Recording } from '../analytics/recording.js';
import { renderReportPage } from '../analytics/report/page.js';
import { buildReport } from '../analytics/report/report.js';
import { summarise } from '../analytics/summary.js';
import { TableWriter } from '../analytics/table-writer.js';
import { tradeTable } from '../analytics/trade-table.js';
import { pageParts } from '../bridges/run-folder/report-assets.js';
import { TABLE_FILES, TABLE_NAMES, writeTable } from '../bridges/run-folder/tables.js';
import { TRADES_FILE, writeTrades } from '../bridges/run-folder/trades-file.js';
import { rewriteReport, writeRunFolder } from '../bridges/run-folder.js';
import { SECOND } from '../core/time.js';
import { loadTape } from './bench-tapes.js';
import { answer, jobOf } from './fresh-process.js';
import { manyFills } from './many-fills.js';
import { median } from './median.js';
import { type EngineWorkload, simulationOf, strategyOf } from './workloads.js';

export type AnalyticsJob =
  | {
      readonly measure: 'recording';
      readonly file: string;
      readonly workload: EngineWorkload;
      readonly turns: number;
    }
  | { readonly measure: 'folder'; readonly folder: string; readonly fills: number }
  | { readonly measure: 'write'; readonly folder: string; readonly fills: number }
  | { readonly measure: 'report'; readonly folder: string }
  | { readonly measure: 'page'; readonly fills: number };

export interface RecordingAnswer {
  /** Medians of `run()`, CPU time of all threads of the process: what else the machine does counts least there. */
  readonly bareMs: number;
  readonly recordedMs: number;
  /** Median of recorded ÷ bare of each turn, and the same by the clock on the wall. */
  readonly ratio: number;
  readonly wallRatio: number;
  /** Median time of writing as many cells of the same types into fresh columns, ÷ bare: no recorder can cost less. */
  readonly floor: number;
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

export interface WriteAnswer {
  /** CPU time of writing all tables, trades among them, of a recording in memory. */
  readonly cpuMs: number;
  /** Most memory that the process ever held, the recording among it, bytes. */
  readonly peakRss: number;
  readonly fileBytes: number;
}

/** Replays of both forms before anything counts: V8 goes on compiling until about the eighth. */
const WARMUPS = 6;

function recording(file: string, workload: EngineWorkload, turns: number): RecordingAnswer {
  const { tape } = loadTape(file);
  let outcome = { orderEvents: 0, fills: 0 };
  let recorder = new Recorder();
  const replay = (recorded: boolean): Times => {
    if (recorded) recorder = new Recorder();
    const strategies = { [workload]: strategyOf(workload)! };
    const simulation = simulationOf(tape, strategies, recorded ? [recorder] : [], SECOND);
    return timed(() => {
      const { orderEvents, fills } = simulation.run();
      outcome = { orderEvents, fills };
    });
  };
  for (let i = 0; i < WARMUPS; i++) for (const recorded of [false, true]) replay(recorded);
  const bare: Times[] = [];
  const withRecorder: Times[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const first = turn % 2 === 0;
    for (const recorded of [first, !first]) (recorded ? withRecorder : bare).push(replay(recorded));
  }
  const floors = Array.from({ length: turns }, () => timed(() => writeAsMuch(recorder.recording)).cpuMs);
  const bareMs = median(bare.map(({ cpuMs }) => cpuMs));
  return {
    bareMs,
    recordedMs: median(withRecorder.map(({ cpuMs }) => cpuMs)),
    ratio: median(bare.map(({ cpuMs }, turn) => withRecorder[turn]!.cpuMs / cpuMs)),
    wallRatio: median(bare.map(({ wallMs }, turn) => withRecorder[turn]!.wallMs / wallMs)),
    floor: median(floors) / bareMs,
    ...outcome,
  };
}

interface Times {
  readonly cpuMs: number;
  readonly wallMs: number;
}

function timed(work: () => void): Times {
  const cpu = process.cpuUsage();
  const start = performance.now();
  work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1000, wallMs };
}

/** Appends rows of what one block of memory holds to tables like those of `recording`, as long as they are. */
function writeAsMuch({ orders, fills, entries, equity, positions }: Recording): void {
  const empty = new Recording({ originNs: 0n, instruments: [], strategies: [], sampleNs: 0 });
  const pairs: [Table, Table][] = [
    [orders, empty.orders],
    [fills, empty.fills],
    [entries, empty.entries],
    [equity, empty.equity],
    [positions, empty.positions],
  ];
  for (const [from, to] of pairs) {
    const rows = Object.values(from)[0]!.length;
    const writer = new TableWriter(to);
    const width = Object.keys(to).length;
    for (let row = 0; row < rows; row++) {
      const at = writer.next();
      for (let cell = 0; cell < width; cell++) writer.cells[at + cell] = row;
    }
    writer.flush();
  }
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

function write(folder: string, fills: number): WriteAnswer {
  const { recorder } = manyFills(fills);
  const { recording } = recorder;
  const trades = tradeTable(recording);
  mkdirSync(folder, { recursive: true });
  const { cpuMs } = timed(() => {
    for (const table of TABLE_NAMES) writeTable(path.join(folder, TABLE_FILES[table]), recording, table);
    writeTrades(path.join(folder, TRADES_FILE), recording, trades);
  });
  const files = [...Object.values(TABLE_FILES), TRADES_FILE];
  const fileBytes = files.reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0);
  return { cpuMs, peakRss: process.resourceUsage().maxRSS * 1024, fileBytes };
}

const job = jobOf<AnalyticsJob>();
if (job.measure === 'recording') answer(recording(job.file, job.workload, job.turns));
else if (job.measure === 'write') answer(write(job.folder, job.fills));
else if (job.measure === 'page') answer(page(job.fills));
else if (job.measure === 'report') answer(await report(job.folder));
else {
  const { recorder, result } = manyFills(job.fills);
  writeRunFolder(job.folder, { recorder, result, config: null, seed: 1, tapes: [], overwrite: existsSync(job.folder) });
  answer({});
}
