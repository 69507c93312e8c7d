/**
 * `tickwright import binance-archive`: files of data.binance.vision. Called by `import`.
 */
import { Command } from 'commander';
import { importBinanceArchive } from '../../import/binance-archive.js';
import { orderedFiles } from '../../import/binance-archive-name.js';
import { decimalText } from '../option-values.js';
import { localFrom, terms } from './import-options.js';
import { keep } from './import-run.js';
import { ownOptions, target } from './import-target.js';

export function binanceArchive(): Command {
  return terms(target(new Command('binance-archive')))
    .description(
      'Files of data.binance.vision, spot or futures: trades, aggTrades, bookTicker, klines, fundingRate; zip or CSV.',
    )
    .argument('<files...>', 'files of one symbol, of any kinds and days, named as the archive names them')
    .requiredOption('--tick <size>', 'price step, e.g. 0.1', decimalText)
    .requiredOption('--lot <size>', 'quantity step, e.g. 0.001', decimalText)
    .requiredOption('--local-from <text>', 'when rows are seen: "exchange", or "exchange + 5ms"', localFrom)
    .option('--symbol <symbol>', 'the instrument’s name on the tape; default: from the files’ names')
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import binance-archive BTCUSDT-trades-2024-03-*.zip --tick 0.1 --lot 0.001 --local-from "exchange + 5ms" --out btc.parquet',
    )
    .action(async (files: readonly string[], options, command: Command) => {
      await keep(command, {
        files,
        // A file is a kind and a day or month by the venue's clock: nothing in it depends on another.
        steps: orderedFiles(files).map(({ path }) => [path]),
        load: (some, watched) => importBinanceArchive({ files: some, ...ownOptions(options), ...watched }),
      });
    });
}
