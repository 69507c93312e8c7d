/**
 * `tickwright import csv`: any CSV, by a mapping. Called by `import`.
 */
import { Command } from 'commander';
import { importCsv } from '../../import/csv.js';
import { isJoined, readMapping } from '../../import/csv-mapping.js';
import { keep } from './import-run.js';
import { target } from './import-target.js';

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
    .action(async (files: readonly string[], options, command: Command) => {
      const mapping = await readMapping(options.mapping);
      await keep(command, {
        files,
        ...(!isJoined(mapping) && { steps: files.map((file) => [file]) }),
        load: (some, watched) => importCsv({ files: some, mapping, ...watched }),
      });
    });
}
