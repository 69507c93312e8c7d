/**
 * `tickwright bars`: bars of a tape as a tape of their own. Knows nothing of how bars are built. Called by the program.
 */
import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { TapeBars, type TapeBarsOptions } from '../../core/bars/tape-bars.js';
import { ConfigError, within } from '../run-file/config-error.js';
import { openTape, type TapeFile } from '../tape/tape-file.js';
import { TapeWriter } from '../tape/tape-writer.js';
import { factsOf, factsText } from './inspect.js';
import { breathe, whileWriting } from './interruption.js';
import { decimalText, list, wholeNumber } from './option-values.js';
import { packageVersion } from './package-version.js';
import { grouped, ProgressBar, print } from './terminal.js';

/** Options that say which bars, and how a rule spells them. */
const KINDS = {
  ticks: 'ticks',
  volume: 'volume',
  value: 'value',
  renko: 'renko',
  tickImbalance: 'tick-imbalance',
  volumeImbalance: 'volume-imbalance',
  valueImbalance: 'value-imbalance',
  tickRuns: 'tick-runs',
  volumeRuns: 'volume-runs',
  valueRuns: 'value-runs',
} as const;

type Options = Partial<Record<keyof typeof KINDS, string | number>> &
  Omit<TapeBarsOptions, 'bars' | 'onBars' | 'sessions'> & {
    readonly sessions?: string;
    readonly every?: string;
    readonly out: string;
    readonly json?: boolean;
  };

export function barsCommand(): Command {
  const count = wholeNumber(1);
  return new Command('bars')
    .description('Build bars from the trades, mids or smaller bars of a tape: a tape of their own.')
    .argument('<tape>', 'tape file')
    .option('--every <duration>', 'time bars, such as 1s, 15m, 4h, 1d')
    .option('--ticks <trades>', 'bars of so many trades', count)
    .option('--volume <quantity>', 'bars of at least this quantity', decimalText)
    .option('--value <money>', 'bars of at least this value, price × quantity × multiplier', decimalText)
    .option('--tick-imbalance <trades>', 'imbalance bars, with this many trades expected in the first', count)
    .option('--volume-imbalance <trades>', 'the same, by quantity', count)
    .option('--value-imbalance <trades>', 'the same, by price × quantity', count)
    .option('--tick-runs <trades>', 'run bars, with this many trades expected in the first', count)
    .option('--volume-runs <trades>', 'the same, by quantity', count)
    .option('--value-runs <trades>', 'the same, by price × quantity', count)
    .option('--renko <size>', 'Renko bricks of this size of price', decimalText)
    .addOption(
      new Option('--from <what>', 'default: trades where the tape has any, else bars').choices([
        'trades',
        'mid',
        'bars',
      ]),
    )
    .option('--bars-of <duration>', 'how long the tape’s own bars are, where it does not say')
    .addOption(new Option('--clock <clock>', 'whose time counts').choices(['exchange', 'local']).default('exchange'))
    .addOption(
      new Option('--empty <what>', 'time bars without a trade: none, or flat at the last close').choices([
        'none',
        'flat',
      ]),
    )
    .addOption(
      new Option('--signs <how>', 'who took, for imbalances and runs; default: tick-rule').choices([
        'tick-rule',
        'aggressor',
      ]),
    )
    .option('--span <bars>', 'of the moving averages of imbalances and runs; default: 20', count)
    .option('--expected-ticks-within <least,most>', 'bounds of the expected number of trades', bounds)
    .option('--sessions <calendar>', 'no bar beyond the sessions of this exchange, such as XNYS')
    .option('--instruments <symbols>', 'these alone, separated by commas', list)
    .requiredOption('-o, --out <tape>', 'the tape to write (Parquet)')
    .option('--json', 'print what is on the tape as JSON')
    .addHelpText(
      'after',
      `
Example:
  tickwright bars btc.parquet --every 1m --out btc-1m.parquet
  tickwright bars btc-1m.parquet --every 15m --out btc-15m.parquet
  tickwright bars btc.parquet --volume 100 --out btc-volume.parquet`,
    )
    .action(bars);
}

function bounds(text: string): readonly [number, number] {
  const [least, most, ...rest] = text.split(',').map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (rest.length === 0 && least !== undefined && most !== undefined && least >= 1 && most >= least)
    return [least, most];
  throw new InvalidArgumentError('Allowed: two whole numbers above 0, the smaller one first, such as 10,1000.');
}

/** Which bars, as one text; exactly one option says so. */
function barsOf(options: Options): string {
  const said: string[] = options.every === undefined ? [] : [options.every];
  for (const [name, kind] of Object.entries(KINDS)) {
    const size = options[name as keyof typeof KINDS];
    if (size !== undefined) said.push(`${size} ${kind}`);
  }
  if (said.length === 1) return said[0]!;
  const names = ['every', ...Object.keys(KINDS)].map(
    (name) => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`,
  );
  throw new ConfigError(
    `say which bars with one of ${names.join(', ')}; there ${said.length === 0 ? 'is none' : `are ${said.length}`}`,
  );
}

async function bars(path: string, options: Options): Promise<void> {
  const { out, json } = options;
  const tape = openTape(path);
  await whileWriting(() => write(tape, path, barsOf(options), options));
  const facts = factsOf(openTape(out));
  await print(json ? `${JSON.stringify(facts, null, 2)}\n` : factsText(facts));
}

async function write(tape: TapeFile, path: string, bars: string, options: Options): Promise<void> {
  const {
    out,
    from,
    barsOf,
    clock = 'exchange',
    empty,
    signs,
    span,
    expectedTicksWithin,
    sessions,
    instruments,
  } = options;
  const { info } = tape;
  const shape = { empty, signs, span, expectedTicksWithin, sessions };
  const given = Object.fromEntries(
    Object.entries({ from, barsOf, instruments, ...shape }).filter(([, v]) => v !== undefined),
  );
  let writer: TapeWriter | undefined;
  const maker = within(
    path,
    () => new TapeBars(info, { bars, clock, ...given, onBars: (block) => writer!.append(block) }),
  );
  writer = new TapeWriter(out, {
    ...{ instruments: maker.instruments, originNs: info.originNs },
    columns: { bars: true, value: true },
    corrections: info.corrections.map((before) => ({ ...before, note: `on the tape before: ${before.note}` })),
    provenance: {
      ...{ importer: 'tickwright bars', importerVersion: packageVersion() },
      ...{ bars: maker.name, from: maker.from, clock },
      ...Object.fromEntries(
        Object.entries(shape).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
      ),
      file1: `${basename(path)}, ${tape.size} bytes, sha256 ${info.hash}`,
      ...Object.fromEntries(Object.entries(info.provenance).map(([name, value]) => [`source.${name}`, value])),
    },
  });
  try {
    await pour(tape, path, maker);
    writer.finish({ corrections: maker.finish() });
  } finally {
    writer.abort();
  }
}

async function pour(tape: TapeFile, path: string, maker: TapeBars): Promise<void> {
  const reader = tape.open(tape.info.originNs);
  const bar = new ProgressBar('bars');
  let done = 0;
  try {
    for (let block = reader.next(); block !== undefined; block = reader.next()) {
      maker.take(block);
      done += block.length;
      reader.release(block);
      bar.update(done / tape.info.rows, `${grouped(done)} rows`);
      await breathe();
    }
  } catch (error) {
    if (error instanceof RangeError) throw new Error(`${path}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    bar.end();
    reader.close();
  }
}
