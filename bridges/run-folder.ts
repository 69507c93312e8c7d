/**
 * The folder a run leaves behind: written whole or not at all, read back with checks, its report made anew.
 * Knows nothing of how a run is made. Called by the command line and by programs that keep runs.
 *
 * `summary.json` figures · `orders.parquet` `fills.parquet` `equity.parquet` `positions.parquet` `trades.parquet` and, if any,
 * `order_terms.parquet` `entries.parquet` `queue_trail.parquet` `account_events.parquet` `candles.parquet` `metrics.parquet` what
 * happened · `log.txt` what strategies said · `bridge.journal` what strategies in Python answered · `manifest.json` what ran, on
 * which data · `report.html` to look
 * at · `stress.json` how it goes under stress, if that was asked for. Equal runs give equal bytes, but for the clock's times
 * in the manifest and the versions in manifest and report.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import { runSessions } from '../analytics/metrics/run-sessions.js';
import type { Recorder } from '../analytics/recorder.js';
import { Recording } from '../analytics/recording.js';
import { renderReportPage } from '../analytics/report/page.js';
import { buildReport } from '../analytics/report/report.js';
import type { StressTable } from '../analytics/stress.js';
import { type RunSummary, summarise } from '../analytics/summary.js';
import { type TradeTable, tradeTable } from '../analytics/trade-table.js';
import { Instrument, instrumentSpec } from '../core/instrument.js';
import type { SessionCalendar } from '../core/session-calendar.js';
import type { RunResult } from '../core/simulation.js';
import type { TapeInfo } from '../core/tape.js';
import { formatEpoch, toEpoch } from '../core/time.js';
import { JOURNAL_FILE, type JournalWriter } from './python/journal.js';
import {
  jsonText,
  manifestSchema,
  RUN_FORMAT,
  RUN_VERSION,
  type RunManifest,
  stressSchema,
  summarySchema,
  type TapeRecord,
} from './run-folder/manifest.js';
import { checkRunFolder, placeFolder, RunFolderError, replaceFile } from './run-folder/placement.js';
import { pageParts } from './run-folder/report-assets.js';
import {
  readTable,
  rowsOf,
  SPARSE_TABLES,
  TABLE_FILES,
  TABLE_NAMES,
  type TableName,
  writeTable,
} from './run-folder/tables.js';
import { TRADES_FILE, writeTrades } from './run-folder/trades-file.js';

export { RunFolderError, type RunManifest };

const SUMMARY = 'summary.json';
const MANIFEST = 'manifest.json';
const REPORT = 'report.html';
const LOG = 'log.txt';
const STRESS = 'stress.json';
/** Every file a run folder may hold. */
export const RUN_FOLDER_FILES: readonly string[] = [
  SUMMARY,
  MANIFEST,
  REPORT,
  LOG,
  STRESS,
  JOURNAL_FILE,
  ...Object.values(TABLE_FILES),
  TRADES_FILE,
];

export interface RunFolderContent {
  /** The observer of the run. */
  readonly recorder: Recorder;
  readonly result: RunResult;
  /** The whole resolved configuration; kept as JSON. */
  readonly config: unknown;
  readonly seed: string | number;
  /** The tapes replayed, with the path each was given by, where there was one. */
  readonly tapes: readonly (TapeInfo & { readonly path?: string | undefined })[];
  /** When the run began, by the machine's clock; only the manifest shows it. */
  readonly startedAt?: Date;
  /** Give up the run that the folder holds. Default false: refuse. */
  readonly overwrite?: boolean;
  /** What strategies in Python answered; left out where there were none. */
  readonly journal?: JournalWriter | undefined;
  /** The exchange by whose sessions returns are measured. */
  readonly sessions?: SessionCalendar | undefined;
}

/** Refuses a folder that {@link writeRunFolder} would refuse; call it before a long run. Throws {@link RunFolderError}. */
export function checkRunFolderTarget(folder: string, { overwrite = false }: { overwrite?: boolean } = {}): void {
  checkRunFolder(folder, RUN_FOLDER_FILES, overwrite);
}

/**
 * Writes the folder beside and renames it into place; failed runs are written too. Returns the summary it wrote.
 * Throws {@link RunFolderError} when the folder holds something else or cannot be written, `RangeError` where the calendar does not
 * speak of the run's time.
 */
export function writeRunFolder(folder: string, content: RunFolderContent): RunSummary {
  const { recording } = content.recorder;
  const { result, sessions } = content;
  const metricOptions =
    sessions === undefined ? {} : { sessions: runSessions(sessions, recording.originNs, result.startNs, result.endNs) };
  const summary = summarise(recording, result, { metricOptions });
  const trades = tradeTable(recording);
  const manifest = manifestOf(recording, trades, content);
  const page = reportPage(recording, summary, manifest);
  placeFolder(folder, RUN_FOLDER_FILES, content.overwrite ?? false, (path) => {
    writeFileSync(join(path, SUMMARY), jsonText(summary));
    writeFileSync(join(path, MANIFEST), jsonText(manifest));
    for (const table of tablesOf(recording)) writeTable(join(path, TABLE_FILES[table]), recording, table);
    writeTrades(join(path, TRADES_FILE), recording, trades);
    writeFileSync(join(path, LOG), logText(recording));
    content.journal?.copyTo(join(path, JOURNAL_FILE));
    writeFileSync(join(path, REPORT), page);
  });
  return summary;
}

/** What a run folder holds. */
export interface RunFolder {
  readonly summary: RunSummary;
  readonly manifest: RunManifest;
  /** The tables that were asked for; the others are empty. The log is not read back. */
  readonly recording: Recording;
}

/**
 * Reads a run folder, by default with all tables and their columns; those that `leaveOut` names in a table stay empty. Throws
 * {@link RunFolderError} naming file, place and value.
 */
export async function readRunFolder(
  folder: string,
  {
    tables = TABLE_NAMES,
    leaveOut = {},
  }: { tables?: readonly TableName[]; leaveOut?: Readonly<Partial<Record<TableName, readonly string[]>>> } = {},
): Promise<RunFolder> {
  const manifest = readJson(folder, MANIFEST, manifestSchema);
  const summary: RunSummary = readJson(folder, SUMMARY, summarySchema);
  const recording = new Recording({
    originNs: BigInt(manifest.originNs),
    instruments: instrumentsOf(folder, manifest),
    strategies: manifest.strategies,
    sampleNs: manifest.sampleNs,
    currency: manifest.currency,
  });
  for (const table of tables) {
    const rows = manifest.tables[table];
    if (rows === undefined) continue;
    try {
      readTable(join(folder, TABLE_FILES[table]), recording, table, leaveOut[table]);
    } catch (error) {
      throw new RunFolderError(`run folder: ${oneLine(error)}`, { cause: error });
    }
    if (rowsOf(recording, table) !== rows) {
      throw new RunFolderError(
        `run folder: ${join(folder, TABLE_FILES[table])} has ${rowsOf(recording, table)} rows, the manifest says ${rows}`,
      );
    }
  }
  return { summary, manifest, recording };
}

/** Columns that no report looks at: a third of what there is to read of large runs. */
const NOT_IN_REPORTS = {
  orders: ['time_in_force', 'post_only', 'tag', 'bid_ticks', 'ask_ticks', 'detail'],
  fills: ['leaves_lots'],
  equity: ['cash', 'equity', 'capital'],
};

/** Makes `report.html` anew from the folder's other files; returns its path. Throws {@link RunFolderError}. */
export async function rewriteReport(folder: string): Promise<string> {
  const { summary, manifest, recording } = await readRunFolder(folder, {
    tables: TABLE_NAMES.filter((table) => table !== 'terms'),
    leaveOut: NOT_IN_REPORTS,
  });
  const path = join(folder, REPORT);
  replaceFile(path, reportPage(recording, summary, manifest, readStress(folder)));
  return path;
}

/** Adds to a run folder how the run goes under other assumptions, and makes its report anew. Throws {@link RunFolderError}. */
export async function addStress(folder: string, stress: StressTable): Promise<void> {
  replaceFile(join(folder, STRESS), jsonText(stress));
  await rewriteReport(folder);
}

/** How the run went under other assumptions, if that was asked for. Throws {@link RunFolderError}. */
export function readStress(folder: string): StressTable | undefined {
  return existsSync(join(folder, STRESS)) ? readJson(folder, STRESS, stressSchema) : undefined;
}

function manifestOf(recording: Recording, trades: TradeTable, content: RunFolderContent): RunManifest {
  const { result, config, seed, tapes, startedAt } = content;
  const { failure } = result;
  return {
    format: RUN_FORMAT,
    version: RUN_VERSION,
    status: failure === undefined ? 'completed' : 'failed',
    ...(failure && { failure: { ...failure, timeNs: finite(failure.timeNs) } }),
    runHash: result.runHash,
    config: JSON.parse(jsonText(config ?? null)),
    seed,
    versions: { tickwright: ownVersion(), node: process.versions.node },
    createdAt: new Date().toISOString(),
    ...(startedAt && { startedAt: startedAt.toISOString() }),
    originNs: String(recording.originNs),
    startNs: finite(result.startNs),
    endNs: finite(result.endNs),
    sampleNs: recording.sampleNs,
    instruments: recording.instruments.map(instrumentSpec),
    strategies: [...recording.strategies],
    currency: recording.currency,
    tapes: tapes.map(tapeRecord),
    tables: {
      ...Object.fromEntries(tablesOf(recording).map((table) => [table, rowsOf(recording, table)])),
      trades: trades.strategy.length,
    },
    logLines: recording.log.length,
    droppedLogLines: recording.droppedLogLines,
    droppedDetails: recording.droppedDetails,
  };
}

function tapeRecord(tape: RunFolderContent['tapes'][number]): TapeRecord {
  return {
    ...(tape.path !== undefined && { path: tape.path }),
    ...(tape.hash !== undefined && { hash: tape.hash }),
    rows: tape.rows,
    instruments: tape.instruments.map(instrumentSpec),
    provenance: { ...tape.provenance },
    corrections: tape.corrections.map(({ name, count, note }) => ({ name, count, note })),
  };
}

/** Every table but empty ones of what few runs have. */
function tablesOf(recording: Recording): TableName[] {
  return TABLE_NAMES.filter((table) => !SPARSE_TABLES.includes(table) || rowsOf(recording, table) > 0);
}

function reportPage(recording: Recording, summary: RunSummary, manifest: RunManifest, stress?: StressTable): string {
  return renderReportPage(buildReport(recording, summary, { ...manifest, stress }), pageParts('main'));
}

/** One line a message: time, strategy, text; control characters written as escapes, so that a message stays one line. */
function logText(recording: Recording): string {
  const { log, droppedLogLines, originNs, strategies } = recording;
  const lines = log.map(({ localNs, strategy, message }) => {
    const text = `${strategies[strategy]} ${message}`.replace(/[\\\p{Cc}]/gu, visible);
    return `${formatEpoch(toEpoch(originNs, localNs))} ${text}\n`;
  });
  if (droppedLogLines > 0)
    lines.push(`… ${droppedLogLines} more lines were not kept: the recorder's limit is ${log.length}\n`);
  return lines.join('');
}

function visible(sign: string): string {
  if (sign === '\\') return '\\\\';
  return sign === '\n' ? '\\n' : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function instrumentsOf(folder: string, { instruments }: RunManifest): Instrument[] {
  try {
    return instruments.map((spec, index) => new Instrument(spec, index));
  } catch (error) {
    throw new RunFolderError(`${join(folder, MANIFEST)}: field instruments: ${oneLine(error)}`, { cause: error });
  }
}

function readJson<T>(folder: string, name: string, schema: ZodType<T>): T {
  const path = join(folder, name);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new RunFolderError(`"${folder}" is no run folder: it has no ${name}`, { cause: error });
    }
    throw new RunFolderError(`${path} cannot be read: ${oneLine(error)}`, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new RunFolderError(`${path}: field ${issue.path.join('.') || '(top)'}: ${issue.message}`);
}

function ownVersion(): string {
  const own: unknown = createRequire(import.meta.url)('tickwright/package.json');
  return String((own as { version?: unknown }).version);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
