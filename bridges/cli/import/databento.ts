/**
 * `tickwright import databento`: DBN files. Called by `import`.
 */
import { Command, Option } from 'commander';
import { importDatabento } from '../../import/databento.js';
import { collect, decimalText, list, wholeNumber } from '../option-values.js';
import { keep } from './import-run.js';
import { target } from './import-target.js';

export function databento(): Command {
  return target(new Command('databento'))
    .description(
      'Databento DBN files: mbo, mbp-1, mbp-10, tbbo, trades, bbo, ohlcv, status, statistics; plain or zstd.',
    )
    .argument('<files...>', 'DBN files: consecutive days in order of time, or several schemas of one time')
    .option('--definition <file>', 'definitions: ticks, multipliers, currencies, expiries; may be given again', collect)
    .option('--symbols <names>', 'these alone, separated by commas; symbols or instrument ids', list)
    .option('--publisher <id>', 'this one alone (number of a venue and feed)', wholeNumber(1, 65_535))
    .option('--tick <size>', 'price step where no definition has one, e.g. 0.25', decimalText)
    .option('--lot <size>', 'quantity step, a whole number; default: 1', decimalText)
    .addOption(
      new Option('--off-tick-prints <what>', 'trades off the tick, such as hidden ones at the midpoint')
        .choices(['refuse', 'drop'])
        .default('refuse'),
    )
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import databento glbx-mdp3-20240508.mbo.dbn.zst --definition glbx-mdp3-20240508.definition.dbn.zst --out es.parquet',
    )
    .action(async (files: readonly string[], options, command: Command) => {
      const { definition, symbols, publisher, tick, lot, offTickPrints } = options;
      await keep(command, {
        ...{ files, besides: definition ?? [] },
        load: (some, watched) =>
          importDatabento({
            ...{ files: some, offTickPrints, ...watched },
            ...(definition !== undefined && { definitions: definition }),
            ...(symbols !== undefined && { symbols }),
            ...(publisher !== undefined && { publisher }),
            ...(tick !== undefined && { tick }),
            ...(lot !== undefined && { lot }),
          }),
      });
    });
}
