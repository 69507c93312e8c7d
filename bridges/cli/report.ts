/**
 * `tickwright report`: makes a run folder's report anew and prints its figures, or prints the journey of an order. Knows nothing of reports' content.
 * Called by the program.
 */
import { Command, Option } from 'commander';
import { formatJourney } from '../../analytics/journey-text.js';
import { formatStress } from '../../analytics/stress.js';
import { formatOrderEnds, formatSummary } from '../../analytics/summary-table.js';
import { ConfigError } from '../run-file/config-error.js';
import { readRunFolder, readStress, rewriteReport } from '../run-folder.js';
import { whileWriting } from './interruption.js';
import { wholeNumber } from './option-values.js';
import { print, remark } from './terminal.js';

export function reportCommand(): Command {
  return new Command('report')
    .description('Make the report of a run folder anew and print the figures.')
    .argument('<folder>', 'run folder')
    .option('--json', 'print the figures as JSON')
    .addOption(
      new Option('--order <number>', 'print the journey of this order instead, and leave the report as it is')
        .argParser(wholeNumber(1))
        .conflicts('json'),
    )
    .addHelpText('after', '\nExample:\n  tickwright report runs/touch\n  tickwright report runs/touch --order 17')
    .action(report);
}

interface Options {
  readonly json?: boolean;
  readonly order?: number;
}

async function report(folder: string, { json = false, order }: Options): Promise<void> {
  if (order !== undefined) return printJourney(folder, order);
  const path = await whileWriting(() => rewriteReport(folder));
  const { summary } = await readRunFolder(folder, { tables: [] });
  const stress = readStress(folder);
  const text = () =>
    formatSummary(summary) + formatOrderEnds(summary) + (stress === undefined ? '' : formatStress(stress));
  await print(json ? `${JSON.stringify({ ...summary, stress }, null, 2)}\n` : text());
  remark(`report: ${path}`);
}

async function printJourney(folder: string, order: number): Promise<void> {
  const { recording } = await readRunFolder(folder, { tables: ['orders', 'fills', 'entries', 'trail'] });
  let text: string;
  try {
    text = formatJourney(recording, order);
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError(error.message);
    throw error;
  }
  await print(text);
}
