/**
 * `tickwright book`: the book of one instrument as CSV. Knows nothing of how books are kept. Called by the program.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { TapeInfo } from '../../core/tape.js';
import { ConfigError } from '../run-file/config-error.js';
import { nearestName } from '../run-file/nearest-name.js';
import { openTape } from '../tape/tape-file.js';
import { BookPrinter } from './book-printer.js';
import { breathe, whileWriting } from './interruption.js';
import { period, wholeNumber } from './option-values.js';
import { PartialFile } from './partial-file.js';
import { grouped, ProgressBar, print, remark } from './terminal.js';

interface Options {
  readonly instrument?: string;
  readonly levels: number;
  readonly clock: 'exchange' | 'local';
  /** ns; 0: each message. */
  readonly every: number;
  readonly out?: string;
}

export function bookCommand(): Command {
  return new Command('book')
    .description('Rebuild the order book of one instrument and print it as CSV, prices and sizes exact.')
    .argument('<tape>', 'tape file')
    .option('--instrument <symbol>', 'which one; may be left out where the tape has only one')
    .option('--levels <number>', 'levels of each side', wholeNumber(1, 10_000), 1)
    .addOption(
      new Option('--clock <clock>', 'the book as the exchange had it, or as it was known locally')
        .choices(['exchange', 'local'])
        .default('exchange'),
    )
    .option('--every <step>', '"event": after each message; or a length of time such as 100ms: on that grid', step, 0)
    .option('--out <file>', 'write to this file rather than to stdout')
    .addHelpText(
      'after',
      `
Columns: time_ns,ask_price_1,ask_size_1,bid_price_1,bid_size_1,…; empty where there is no level.

Example:
  tickwright book btc.parquet --levels 5 --every 100ms --out book.csv`,
    )
    .action(book);
}

/** Nanoseconds; 0 for `event`, the default. */
function step(text: string): number {
  if (text === 'event') return 0;
  try {
    return period(text);
  } catch {
    throw new InvalidArgumentError('Allowed: event, or a duration above 0 such as 100ms.');
  }
}

async function book(path: string, { instrument, levels, clock, every, out }: Options): Promise<void> {
  const tape = openTape(path);
  const printer = new BookPrinter(tape.info, {
    instrument: instrumentOf(tape.info, instrument, path),
    levels,
    clock,
    everyNs: every === 0 ? undefined : every,
  });
  if (out === undefined) return pour(tape.open(tape.info.originNs), tape.info.rows, printer, print);
  await whileWriting(async () => {
    const file = new PartialFile(out);
    try {
      await pour(tape.open(tape.info.originNs), tape.info.rows, printer, async (bytes) => file.write(bytes));
      file.finish();
    } finally {
      file.discard();
    }
  });
  remark(`${out}: ${grouped(printer.printed)} rows`);
}

async function pour(
  reader: ReturnType<ReturnType<typeof openTape>['open']>,
  rows: number,
  printer: BookPrinter,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const bar = new ProgressBar('book');
  let done = 0;
  try {
    await write(printer.header());
    for (let block = reader.next(); block !== undefined; block = reader.next()) {
      for (const piece of printer.print(block)) await write(piece);
      done += block.length;
      reader.release(block);
      bar.update(done / rows, `${grouped(done)} rows`);
      await breathe();
    }
    await write(printer.end());
  } finally {
    bar.end();
    reader.close();
  }
}

/** Its index on the tape. Throws `ConfigError` where the tape has it not, or has several and none is named. */
export function instrumentOf({ instruments }: TapeInfo, symbol: string | undefined, path: string): number {
  const symbols = instruments.map((each) => each.symbol);
  const some =
    symbols.length > 10 ? `${symbols.slice(0, 10).join(', ')} and ${symbols.length - 10} more` : symbols.join(', ');
  if (symbol === undefined) {
    if (symbols.length === 1) return 0;
    throw new ConfigError(`${path}: has ${symbols.length} instruments, say which with --instrument: ${some}`);
  }
  const index = symbols.indexOf(symbol);
  if (index >= 0) return index;
  const nearest = nearestName(symbol, symbols);
  const hint = nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
  throw new ConfigError(`${path}: instrument "${symbol}" is not on the tape${hint}; there are: ${some}`);
}
