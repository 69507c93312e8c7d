/**
 * `tickwright import hftbacktest`: event arrays. Called by `import`.
 */
import { Command, Option } from 'commander';
import { importHftbacktest } from '../../import/hftbacktest.js';
import { HFT_TIME_UNITS } from '../../import/hftbacktest-event.js';
import { decimalText } from '../option-values.js';
import { negativeLatency, offLotLevels, terms } from './import-options.js';
import { keep } from './import-run.js';
import { ownOptions, target } from './import-target.js';

export function hftbacktest(): Command {
  return terms(target(new Command('hftbacktest')))
    .description('Event arrays of hftbacktest, .npz and .npy, of versions 2 and 1.')
    .argument('<files...>', 'arrays of one instrument in order of time')
    .requiredOption('--symbol <symbol>', 'the instrument’s name on the tape')
    .requiredOption('--tick <size>', 'price step, e.g. 0.1', decimalText)
    .requiredOption('--lot <size>', 'quantity step, e.g. 0.001', decimalText)
    .option('--orders', 'the arrays are order by order (L3)')
    .addOption(
      new Option('--time-unit <unit>', 'of the times; version 2: ns by default, version 1: must be given').choices(
        HFT_TIME_UNITS,
      ),
    )
    .addOption(offLotLevels('refuse'))
    .addOption(negativeLatency())
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import hftbacktest btcusdt_20240808.npz --symbol BTCUSDT --tick 0.1 --lot 0.001 --out btc.parquet',
    )
    .action(async (files: readonly string[], options, command: Command) => {
      await keep(command, {
        files,
        load: (some, watched) => importHftbacktest({ files: some, ...ownOptions(options), ...watched }),
      });
    });
}
