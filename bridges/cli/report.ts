/**
 * `tickwright report`: makes a run folder's report anew and prints its figures. Knows nothing of reports' content.
 * Called by the program.
 */
import { Command } from 'commander';
import { formatStress } from '../../analytics/stress.js';
import { formatOrderEnds, formatSummary } from '../../analytics/summary-table.js';
import { readRunFolder, readStress, rewriteReport } from '../run-folder.js';
import { whileWriting } from './interruption.js';
import { print, remark } from './terminal.js';

export function reportCommand(): Command {
  return new Command('report')
    .description('Make the report of a run folder anew and print the figures.')
    .argument('<folder>', 'run folder')
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', '\nExample:\n  tickwright report runs/touch')
    .action(report);
}

async function report(folder: string, { json = false }: { json?: boolean }): Promise<void> {
  const path = await whileWriting(() => rewriteReport(folder));
  const { summary } = await readRunFolder(folder, { tables: [] });
  const stress = readStress(folder);
  const text = () =>
    formatSummary(summary) + formatOrderEnds(summary) + (stress === undefined ? '' : formatStress(stress));
  await print(json ? `${JSON.stringify({ ...summary, stress }, null, 2)}\n` : text());
  remark(`report: ${path}`);
}
