/**
 * What a bench is asked and what it gives back, and how that is printed: a table for people, or JSON.
 * Knows nothing of any bench. Called by main.
 */
import os from 'node:os';
import { alignColumns, print } from '../bridges/cli/terminal.js';

export interface BenchOptions {
  /** Tape rows wanted. */
  readonly rows: number;
  /** Rounds of fresh processes. */
  readonly rounds: number;
  /** Seeded tapes over as many instruments each; all tapes, the capture too, when left out. */
  readonly instruments?: readonly number[];
}

export interface BenchReport {
  readonly title: string;
  /** One object for each thing measured: what `--json` prints. */
  readonly rows: readonly object[];
  readonly heads: readonly string[];
  readonly table: readonly (readonly string[])[];
  /** Lines below the table: how it was measured, what was checked. */
  readonly notes?: readonly string[];
}

export async function printReport(report: BenchReport, json: boolean): Promise<void> {
  if (json) {
    await print(`${JSON.stringify(report.rows, null, 2)}\n`);
    return;
  }
  const machine = `${os.cpus()[0]?.model ?? 'unknown CPU'} × ${os.availableParallelism()}, Node ${process.versions.node}`;
  const lines = [report.title, machine, '', alignColumns([report.heads, ...report.table]), ...(report.notes ?? [])];
  await print(`${lines.join('\n').trimEnd()}\n`);
}
