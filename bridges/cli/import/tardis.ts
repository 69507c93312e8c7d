/**
 * `tickwright import tardis`: CSV files of Tardis.dev. Called by `import`.
 */
import { Command, Option } from 'commander';
import { importTardis } from '../../import/tardis.js';
import { readTardisInstruments } from '../../import/tardis-instruments.js';
import { orderedTardisFiles, TARDIS_KINDS, type TardisKind } from '../../import/tardis-kind.js';
import { decimalText } from '../option-values.js';
import { negativeLatency, terms } from './import-options.js';
import { keep } from './import-run.js';
import { ownOptions, target } from './import-target.js';

export function tardis(): Command {
  return terms(target(new Command('tardis')))
    .description(
      'CSV files of Tardis.dev: trades, incremental_book_L2, book_snapshot_N, quotes, book_ticker, derivative_ticker, liquidations.',
    )
    .argument('<files...>', 'files of any kinds and symbols, those of one kind in order of time')
    .option('--tick <size>', 'price step of the one symbol, e.g. 0.1', decimalText)
    .option('--lot <size>', 'quantity step of the one symbol, e.g. 0.001', decimalText)
    .option('--symbol <symbol>', 'the instrument’s name on the tape; default: as in the files')
    .option('--instruments <file>', 'several symbols instead: YAML or JSON with tick and lot of each')
    .addOption(new Option('--other-symbols <what>', 'symbols that it does not list').choices(['refuse', 'drop']))
    .addOption(new Option('--type <kind>', 'what files are whose names do not say it').choices(TARDIS_KINDS))
    .addOption(negativeLatency())
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import tardis deribit_trades_2020-04-01_BTC-PERPETUAL.csv.gz --tick 0.5 --lot 10 --out btc.parquet',
    )
    .action(async (files: readonly string[], { instruments: table, ...options }, command: Command) => {
      const instruments = table === undefined ? undefined : await readTardisInstruments(table);
      await keep(command, {
        files,
        ...(options.negativeLatency === 'refuse' && { steps: stepsOf(files, options.type) }),
        load: (some, watched) =>
          importTardis({
            ...{ files: some, ...ownOptions(options) },
            ...(instruments !== undefined && { instruments }),
            ...watched,
          }),
      });
    });
}

/** Each file is a day that begins with all of its book. But funding at the end of a day shows on the next: tickers stay together. */
function stepsOf(files: readonly string[], type: TardisKind | undefined): string[][] {
  const kept = orderedTardisFiles(files, type);
  const tickers = kept.filter(({ kind }) => kind === 'derivative_ticker').map(({ path }) => path);
  const others = kept.filter(({ kind }) => kind !== 'derivative_ticker').map(({ path }) => [path]);
  return tickers.length === 0 ? others : [...others, tickers];
}
