/**
 * `tickwright calibrate`: the fitted queue model fitted to a user's own data, judged, and written as parameters for run
 * files. Knows nothing of fitting. Called by the program.
 */
import { Command, Option } from 'commander';
import { formatEpoch } from '../../core/time.js';
import { FITTED_QUEUE_PARAMETER_NAMES } from '../../execution/fitted-queue.js';
import { type Calibration, calibrate } from '../calibrate/calibration.js';
import { fidelityHeads, fidelityLine } from '../calibrate/fidelity-table.js';
import { openTape, type TapeFile } from '../tape/tape-file.js';
import { instrumentOf } from './book.js';
import { breathe, whileWriting } from './interruption.js';
import { numberAbove } from './option-values.js';
import { PartialFile } from './partial-file.js';
import { alignColumns, ProgressBar, print, remark } from './terminal.js';

interface Options {
  readonly instrument?: string;
  readonly split: number;
  readonly fills?: string;
  readonly ownOrders: 'shown' | 'not-shown';
  readonly out?: string;
  readonly json?: boolean;
}

export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description('Fit the fitted queue model to an order by order tape, or to own orders on any tape, and judge it.')
    .argument('<tape>', 'tape file')
    .option('--instrument <symbol>', 'which one; may be left out where the tape has only one')
    .option(
      '--split <share>',
      'fit to this share of the tape’s time and judge on the rest; 1: all, for both',
      numberAbove(0, 1),
      0.5,
    )
    .option('--fills <file>', 'CSV of own orders to fit to: side,price,qty,joined,ended,filled[,first_fill]')
    .addOption(
      new Option('--own-orders <how>', 'with --fills: whether the tape, recorded live, shows them')
        .choices(['shown', 'not-shown'])
        .default('shown'),
    )
    .option('--out <file>', 'write the parameters to this file (YAML, what a run file has under venue.queue)')
    .option('--json', 'print parameters and figures as JSON')
    .addHelpText(
      'after',
      `
Times in --fills are exchange times: ISO 8601 in UTC or ns since 1970.

Example:
  tickwright calibrate goog.parquet --out queue.yaml
  tickwright calibrate btc.parquet --fills my-orders.csv --split 0.7 --out queue.yaml`,
    )
    .action(run);
}

async function run(path: string, { instrument, split, fills, ownOrders, out, json }: Options): Promise<void> {
  const tape = openTape(path);
  const index = instrumentOf(tape.info, instrument, path);
  await whileWriting(async () => {
    // Better known before the work than after it that nothing can be written.
    const file = out === undefined ? undefined : new PartialFile(out);
    try {
      const calibration = await calibrated(tape, index, split, fills, ownOrders);
      const text = parametersText(calibration, tape, index);
      file?.write(Buffer.from(text));
      file?.finish();
      await print(json ? jsonText(calibration) : `${tableText(calibration)}\n\n${text}`);
    } finally {
      file?.discard();
    }
  });
  if (out !== undefined) remark(`${out}: written`);
}

async function calibrated(
  tape: TapeFile,
  instrument: number,
  split: number,
  fills: string | undefined,
  ownOrders: Options['ownOrders'],
): Promise<Calibration> {
  const bar = new ProgressBar('calibrate');
  try {
    return await calibrate({
      ...{ tape, instrument, split },
      ...(fills !== undefined && { fills: { path: fills, shown: ownOrders === 'shown' } }),
      onProgress: (fraction) => {
        bar.update(fraction);
        return breathe();
      },
    });
  } finally {
    bar.end();
  }
}

/** YAML that stands under `venue.queue` of a run file. */
function parametersText(
  { parameters, source }: Calibration,
  { info, metadata, file }: TapeFile,
  index: number,
): string {
  const [first] = metadata.exchangeNs!;
  const lines = [
    `# venue.queue of a run file. Fitted by tickwright calibrate to ${source}.`,
    `# Instrument ${info.instruments[index]!.symbol}, ${formatEpoch(first)}, tape ${file}`,
    '# usualLots are lots of this instrument.',
    'model: fitted',
    ...FITTED_QUEUE_PARAMETER_NAMES.map((name) => `${name}: ${parameters[name]}`),
  ];
  return `${lines.map((line) => line.replace(/\p{Cc}/gu, '\ufffd')).join('\n')}\n`;
}

function tableText({ judged, ahead, notes }: Calibration): string {
  const table = [fidelityHeads('lots', ahead), ...judged.map((tally) => fidelityLine(tally, ahead))];
  return `${alignColumns(table)}\n${notes.join('\n')}`;
}

function jsonText({ parameters, judged, notes }: Calibration): string {
  const models = judged.map(({ name, orders, filled, predicted, hits, filledLots, predictedLots, wrongLots }) => ({
    ...{ name, orders, filled, predicted, hits, filledLots, predictedLots, wrongLots },
  }));
  return `${JSON.stringify({ parameters, models, notes }, null, 2)}\n`;
}
