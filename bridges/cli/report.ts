/**
 * `tickwright report`: makes a run folder's report anew and prints its figures. Knows nothing of reports' content.
 * Called by the program.
 */
import { Command } from 'commander';
import { formatOrderEnds, formatSummary } from '../../analytics/summary-table.js';
import { readRunFolder, rewriteReport } from '../run-folder.js';
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
  await print(json ? `${JSON.stringify(summary, null, 2)}\n` : formatSummary(summary) + formatOrderEnds(summary));
  remark(`report: ${path}`);
}
