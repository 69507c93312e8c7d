/**
 * `tickwright serve-tape`: what the Python package starts to read a tape into arrays.
 * Knows nothing of frames. Called by the program; not meant for people, so its help does not list it.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { ParentChannel } from '../python/parent-channel.js';
import { streamTape, type TapeStreamOptions } from '../python/tape-stream.js';
import { openTape } from '../tape/tape-file.js';
import { wholeNumber } from './option-values.js';
import { tellingThePeer } from './told-peer.js';

interface Options {
  readonly columns?: readonly string[];
  readonly clock: TapeStreamOptions['clock'];
  readonly from?: bigint;
  readonly rows?: number;
}

export function serveTapeCommand(): Command {
  return new Command('serve-tape')
    .description(
      'Stream a tape’s columns to the Python process that started this, on the descriptors of TICKWRIGHT_FDS.',
    )
    .argument('<tape>', 'tape file')
    .option('--columns <names>', 'which, with commas between them; default all', (text) => text.split(','))
    .addOption(
      new Option('--clock <clock>', 'each event once, in the order of this clock')
        .choices(['exchange', 'local'])
        .default('local'),
    )
    .option('--from <time>', 'rows from this time on by that clock, ns since 1970 UTC', epochNs)
    .option('--rows <number>', 'at most so many rows', wholeNumber(0))
    .addHelpText('after', '\nExample (in Python, which starts this):\n  columns = tickwright.tape("btc.parquet")')
    .action(serve);
}

function epochNs(text: string): bigint {
  if (/^-?\d{1,19}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('Allowed: whole nanoseconds since 1970 UTC.');
}

async function serve(path: string, { columns, clock, from, rows }: Options): Promise<void> {
  const channel = new ParentChannel();
  await tellingThePeer(channel, async () => {
    streamTape(channel, openTape(path), { columns, clock, fromNs: from, rows });
  });
}
