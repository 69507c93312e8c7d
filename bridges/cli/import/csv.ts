/**
 * `tickwright import csv`: any CSV, by a mapping. Called by `import`.
 */
import { Command } from 'commander';
import { importCsv } from '../../import/csv.js';
import { readMapping } from '../../import/csv-mapping.js';
import { keep, target } from './import-target.js';

export function csv(): Command {
  return target(new Command('csv'))
    .description(
      'Any CSV of trades, quotes, depth, bars, funding, status, splits, dividends or marks, plain or gzip, as a mapping file describes it.',
    )
    .argument('<files...>', 'CSV files in order of time')
    .requiredOption('--mapping <file>', 'YAML or JSON: which column is what, units, time formats, instruments')
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import csv trades_*.csv.gz --mapping trades.yaml --out trades.parquet',
    )
    .action(async (files: readonly string[], options) => {
      const mapping = await readMapping(options.mapping);
      await keep(options, files, (watched) => importCsv({ files, mapping, ...watched }));
    });
}
