/**
 * Runs a prepared simulation with a progress bar, keeps it in a run folder and prints what came of it.
 * Knows nothing of where the run was described. Called by the `run` and `demo` commands.
 */
import { resolve } from 'node:path';
import { formatStress, type StressTable } from '../../analytics/stress.js';
import type { RunSummary } from '../../analytics/summary.js';
import { formatOrderEnds, formatSummary } from '../../analytics/summary-table.js';
import { RunError, type RunResult } from '../../core/simulation.js';
import type { PreparedRun } from '../run-file/prepare.js';
import { addStress, writeRunFolder } from '../run-folder.js';
import { whileWriting } from './interruption.js';
import { RunProgress } from './run-progress.js';
import { print, remark } from './terminal.js';

export interface OutcomeOptions {
  readonly run: PreparedRun;
  readonly folder: string;
  /** What was run, for the manifest. */
  readonly config: unknown;
  readonly seed: number;
  readonly overwrite: boolean;
  /** Print JSON rather than a table. */
  readonly json: boolean;
  /** Reruns the run under other assumptions, once its folder is there; what came of them belongs to the outcome. */
  readonly stress?: ((summary: RunSummary) => Promise<StressTable>) | undefined;
}

/** Throws `RunError` for a run that failed, after its folder was written (if it came as far as its first event). */
export async function runAndKeep({
  run,
  folder,
  config,
  seed,
  overwrite,
  json,
  stress,
}: OutcomeOptions): Promise<void> {
  const startedAt = new Date();
  const { recorder, tapes, python, sessions } = run;
  try {
    const { result, failure, started } = replay(run, 'replay');
    if (!started && failure !== undefined) throw failure;
    const { journal } = python;
    const content = { recorder, result, config, seed, tapes, startedAt, overwrite, journal, sessions };
    const summary = await whileWriting(() => writeRunFolder(folder, content));
    // The run is kept, whatever becomes of what follows.
    const table = failure === undefined ? await stress?.(summary) : undefined;
    if (table !== undefined) await whileWriting(() => addStress(folder, table));
    await tell(summary, failure, folder, json, table);
    if (failure !== undefined) throw failure;
  } finally {
    python.close();
  }
}

async function tell(
  summary: RunSummary,
  failure: RunError | undefined,
  folder: string,
  json: boolean,
  stress: StressTable | undefined,
): Promise<void> {
  if (json) await print(`${JSON.stringify({ ...summary, folder: resolve(folder), stress }, null, 2)}\n`);
  else
    await print(formatSummary(summary) + formatOrderEnds(summary) + (stress === undefined ? '' : formatStress(stress)));
  remark(`run folder: ${folder}${failure === undefined ? '' : ' (what was recorded until the failure)'}`);
}

/** Runs it; a failed run gives what there was until then. */
export function replay(
  { simulation, recorder }: Pick<PreparedRun, 'simulation' | 'recorder'>,
  title: string,
): { result: RunResult; failure?: RunError; started: boolean } {
  let started = false;
  simulation.events.once('started', () => {
    started = true;
  });
  const progress = new RunProgress(title, recorder);
  // The first rows are read before there is a recording.
  simulation.events.on('progress', (told) => {
    if (started) progress.update(told);
  });
  try {
    return { result: simulation.run(), started };
  } catch (error) {
    if (error instanceof RunError) return { result: error.result, failure: error, started };
    throw error;
  } finally {
    progress.end();
  }
}
