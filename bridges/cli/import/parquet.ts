/**
 * `tickwright import parquet` and `import sql`: Parquet files, and what a SELECT of DuckDB answers, by the mapping of `import csv`.
 * Called by `import`.
 */
import { Command } from 'commander';
import { isJoined, readMapping } from '../../import/csv-mapping.js';
import { ImportError } from '../../import/input-file.js';
import { importParquet } from '../../import/parquet.js';
import { filesOfSql, importSql } from '../../import/sql.js';
import { keep } from './import-run.js';
import { target } from './import-target.js';

export function parquet(): Command {
  return mapped(new Command('parquet'))
    .description(
      'Any Parquet files of trades, quotes, depth, bars and so on, as a mapping file describes them. Needs DuckDB.',
    )
    .argument('<files...>', 'Parquet files in order of time')
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import parquet trades_*.parquet --mapping trades.yaml --out tape.parquet',
    )
    .action(async (files: readonly string[], options, command: Command) => {
      const mapping = await readMapping(options.mapping);
      const { memory } = options;
      await keep(command, {
        files,
        ...(!isJoined(mapping) && { steps: files.map((file) => [file]) }),
        load: (some, watched) => importParquet({ files: some, mapping, memory, ...watched }),
      });
    });
}

export function sql(): Command {
  return mapped(new Command('sql'))
    .description(
      'What a SELECT answers over files of Parquet, CSV or JSON, in its order, as a mapping file describes it. Needs DuckDB.',
    )
    .requiredOption('--sql <select>', 'one SELECT; nothing else is run')
    .addHelpText(
      'after',
      `\nExample:\n  tickwright import sql --sql "select * from 'trades/*.parquet' order by time" --mapping trades.yaml --out tape.parquet`,
    )
    .action(async ({ sql, memory, ...options }, command: Command) => {
      const mapping = await readMapping(options.mapping);
      const files = await filesOfSql(sql);
      if (files.length === 0 && options.catalog !== undefined) {
        throw new ImportError(
          'sql: reads no file, by which the catalogue could know it: import it with --out, and add that',
        );
      }
      await keep(command, { files, load: (_, watched) => importSql({ sql, mapping, memory, ...watched }) });
    });
}

function mapped(command: Command): Command {
  return target(command)
    .requiredOption('--mapping <file>', 'YAML or JSON, as of import csv: which column is what, units, instruments')
    .option('--memory <size>', 'what DuckDB may take, e.g. 1GB; default: 512MB');
}
