/**
 * Runs a run again under each change of its assumptions, one after the other, and says what came of each. Nothing of these runs
 * is kept but their figures. Knows nothing of which changes there are. Called by the `run` command.
 */
import { type StressOutcome, type StressTable, stressOutcome } from '../../analytics/stress.js';
import { type RunSummary, summarise } from '../../analytics/summary.js';
import { prepareRun } from '../run-file/prepare.js';
import type { RunFile } from '../run-file/read.js';
import type { StressedRun } from '../run-file/stress.js';
import { breathe } from './interruption.js';
import { replay } from './run-outcome.js';

export async function runStress(
  file: RunFile,
  summary: RunSummary,
  runs: readonly StressedRun[],
): Promise<StressTable> {
  const outcomes: StressOutcome[] = [stressOutcome('', summary)];
  for (const { change, config } of runs) {
    await breathe();
    const prepared = await prepareRun({ ...file, config: { ...config, record: { ...config.record, journal: false } } });
    try {
      const { result, failure, started } = replay(prepared, change);
      if (!started && failure !== undefined) throw failure;
      outcomes.push(stressOutcome(change, summarise(prepared.recorder.recording, result)));
    } finally {
      prepared.python.close();
    }
  }
  return outcomes;
}
