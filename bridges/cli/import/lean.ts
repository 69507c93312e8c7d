/**
 * `tickwright import lean`: folders of QuantConnect LEAN. Called by `import`.
 */
import { Command } from 'commander';
import { importLean } from '../../import/lean.js';
import { orderedLeanFiles, readLeanPath } from '../../import/lean-path.js';
import { decimalText } from '../option-values.js';
import { localFrom, terms } from './import-options.js';
import { keep } from './import-run.js';
import { ownOptions, target } from './import-target.js';

export function lean(): Command {
  return terms(target(new Command('lean')))
    .description('QuantConnect LEAN data (zip or CSV in their folders): bars, quote bars and ticks of one security.')
    .argument('<files...>', 'files of one resolution, such as equity/usa/minute/spy/20131007_trade.zip')
    .requiredOption('--time-zone <zone>', 'of the times in the files: America/New_York for US equities, UTC for crypto')
    .requiredOption('--tick <size>', 'price step, e.g. 0.01', decimalText)
    .requiredOption('--lot <size>', 'quantity step, e.g. 1', decimalText)
    .requiredOption('--local-from <text>', 'when rows are seen: "exchange", or "exchange + 5ms"', localFrom)
    .option('--symbol <symbol>', 'the instrument’s name on the tape; default: the ticker')
    .option('--factor-file <file>', 'splits and dividends, e.g. equity/usa/factor_files/spy.csv')
    .option('--map-file <file>', 'tickers and delisting, e.g. equity/usa/map_files/spy.csv')
    .option('--from <day>', 'first day, e.g. 2014-06-02')
    .option('--to <day>', 'last day')
    .option('--quote-size <quantity>', 'of quotes that have none (forex)', decimalText)
    .option('--delivery <month>', 'of futures: which contract of an archive, e.g. 201406')
    .option('--exchange <name>', 'ticks of this exchange alone, as the files call it')
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import lean data/equity/usa/minute/spy/201310*_trade.zip --time-zone America/New_York --tick 0.0001 --lot 1 --local-from exchange --out spy.parquet',
    )
    .action(async (files: readonly string[], options, command: Command) => {
      const { ticker } = readLeanPath(files[0]!);
      await keep(command, {
        files,
        ...(options.factorFile === undefined && options.mapFile === undefined && { steps: daysOf(files) }),
        // Files of different securities have the same names.
        optionsOf: () => ({ ticker }),
        load: (some, watched) => importLean({ files: some, ...ownOptions(options), ...watched }),
      });
    });
}

/** Trades and quotes of a day go together. Splits, dividends and delistings lie between days: with them nothing is torn apart. */
function daysOf(files: readonly string[]): string[][] {
  const days = new Map<string, string[]>();
  for (const { path, day } of orderedLeanFiles(files)) {
    const own = days.get(String(day));
    if (own === undefined) days.set(String(day), [path]);
    else own.push(path);
  }
  return [...days.values()];
}
