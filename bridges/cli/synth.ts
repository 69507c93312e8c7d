/**
 * `tickwright synth`: a seeded synthetic market as a tape file. Knows nothing of how it is made. Called by the program.
 */
import { Command, InvalidArgumentError } from 'commander';
import { HOUR, SECOND } from '../../core/time.js';
import { ConfigError } from '../run-file/config-error.js';
import { openTape } from '../tape/tape-file.js';
import { factsOf } from './inspect.js';
import { whileWriting } from './interruption.js';
import { wholeNumber } from './option-values.js';
import { writeSyntheticTape } from './synthetic-tape.js';
import { grouped, print, remark } from './terminal.js';

interface Options {
  readonly out: string;
  readonly seed: number;
  readonly hours?: number;
  readonly rows?: number;
  readonly instruments: number;
  readonly rowsPerSecond?: number;
  readonly depthTicks?: number;
  readonly json?: boolean;
}

/** A year of days. */
const MOST_HOURS = 8_784;

export function synthCommand(): Command {
  return new Command('synth')
    .description('Make a seeded synthetic market, with level-2 depth and trades: a tape.')
    .requiredOption('-o, --out <file>', 'tape to write')
    .option('--seed <number>', 'the same seed and options give the same tape on every machine', wholeNumber(0), 1)
    .option('--hours <number>', 'market time, such as 6.5', hours)
    .option('--rows <number>', 'rows of the tape; with --hours, whichever comes first', wholeNumber(1, 1e10))
    .option('--instruments <number>', 'how many', wholeNumber(1, 10_000), 3)
    .option('--rows-per-second <number>', 'mean rows of all instruments in a second', wholeNumber(1, 1e9))
    .option('--depth-ticks <number>', 'how far the books reach from the touch', wholeNumber(16, 4_096))
    .option('--json', 'print what `inspect` says of the tape as JSON')
    .addHelpText('after', '\nExample:\n  tickwright synth --out market.parquet --seed 7 --hours 0.5 --instruments 2')
    .action(synth);
}

async function synth({ out, hours: time, json = false, ...rest }: Options): Promise<void> {
  if (time === undefined && rest.rows === undefined) throw new ConfigError('synth: give --hours or --rows, or both');
  const durationNs = time === undefined ? undefined : Math.round(time * HOUR);
  const info = await whileWriting(() =>
    writeSyntheticTape(out, { ...rest, ...(durationNs !== undefined && { durationNs }) }),
  );
  remark(`market: ${out} (${grouped(info.rows)} rows, ${rest.instruments} instruments, seed ${rest.seed})`);
  if (json) await print(`${JSON.stringify(factsOf(openTape(out)), null, 2)}\n`);
}

/** Hours with a fraction, at least a second of them. */
function hours(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value * HOUR >= SECOND && value <= MOST_HOURS) return value;
  throw new InvalidArgumentError(`Allowed: a number of hours such as 6.5, from a second to ${MOST_HOURS}.`);
}
