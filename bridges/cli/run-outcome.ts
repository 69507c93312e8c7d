/**
 * Runs a prepared simulation with a progress bar, keeps it in a run folder and prints what came of it.
 * Knows nothing of where the run was described. Called by the `run` and `demo` commands.
 */
import { resolve } from 'node:path';
import type { RunSummary } from '../../analytics/summary.js';
import { formatOrderEnds, formatSummary } from '../../analytics/summary-table.js';
import { RunError, type RunResult } from '../../core/simulation.js';
import type { PreparedRun } from '../run-file/prepare.js';
import { writeRunFolder } from '../run-folder.js';
import { whileWriting } from './interruption.js';
import { grouped, ProgressBar, print, remark } from './terminal.js';

export interface OutcomeOptions {
  readonly run: PreparedRun;
  readonly folder: string;
  /** What was run, for the manifest. */
  readonly config: unknown;
  readonly seed: number;
  readonly overwrite: boolean;
  /** Print JSON rather than a table. */
  readonly json: boolean;
}

/** Throws `RunError` for a run that failed, after its folder was written (if it came as far as its first event). */
export async function runAndKeep({ run, folder, config, seed, overwrite, json }: OutcomeOptions): Promise<void> {
  const startedAt = new Date();
  const { recorder, tapes, python } = run;
  try {
    const { result, failure, started } = replay(run);
    if (!started && failure !== undefined) throw failure;
    const { journal } = python;
    const content = { recorder, result, config, seed, tapes, startedAt, overwrite, journal };
    const summary = await whileWriting(() => writeRunFolder(folder, content));
    await tell(summary, failure, folder, json);
    if (failure !== undefined) throw failure;
  } finally {
    python.close();
  }
}

async function tell(summary: RunSummary, failure: RunError | undefined, folder: string, json: boolean): Promise<void> {
  if (json) await print(`${JSON.stringify({ ...summary, folder: resolve(folder) }, null, 2)}\n`);
  else await print(formatSummary(summary) + formatOrderEnds(summary));
  remark(`run folder: ${folder}${failure === undefined ? '' : ' (what was recorded until the failure)'}`);
}

/** Runs it; a failed run gives what there was until then. */
function replay({ simulation }: PreparedRun): { result: RunResult; failure?: RunError; started: boolean } {
  let started = false;
  simulation.events.once('started', () => {
    started = true;
  });
  const bar = new ProgressBar('replay');
  const began = performance.now();
  simulation.events.on('progress', ({ rows, totalRows }) => {
    const rowsPerSecond = Math.round((rows / (performance.now() - began)) * 1000);
    bar.update(rows / totalRows, `${grouped(rows)} rows, ${grouped(rowsPerSecond)} a second`);
  });
  try {
    return { result: simulation.run(), started };
  } catch (error) {
    if (error instanceof RunError) return { result: error.result, failure: error, started };
    throw error;
  } finally {
    bar.end();
  }
}
