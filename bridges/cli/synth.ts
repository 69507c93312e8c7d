/**
 * `tickwright synth`: a seeded synthetic market as a tape file. Knows nothing of how it is made. Called by the program.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { formatFacts } from '../../analytics/facts/facts-figures.js';
import { renderFactsPage } from '../../analytics/facts/facts-page.js';
import { FEED_DETAILS, type FeedDetail } from '../../core/synthetic/flow-parameters.js';
import type { Stress } from '../../core/synthetic/stress-plan.js';
import type { TapeInfo } from '../../core/tape.js';
import { HOUR, SECOND } from '../../core/time.js';
import { ConfigError, within } from '../run-file/config-error.js';
import { replaceFile } from '../run-folder/placement.js';
import { pageParts } from '../run-folder/report-assets.js';
import { openTape } from '../tape/tape-file.js';
import { readCorrelation } from './correlation-option.js';
import { factsOf } from './inspect.js';
import { whileWriting } from './interruption.js';
import { duration, optionText, wholeNumber } from './option-values.js';
import { stressOption } from './stress-option.js';
import { addRateOptions, givenRate, makeFromFile, makeOrders, type RateOptions } from './synth-flow.js';
import { makeLike } from './synth-like.js';
import { writeSyntheticTape } from './synthetic-tape.js';
import { grouped, print, remark } from './terminal.js';

interface Options extends RateOptions {
  readonly out: string;
  readonly seed: number;
  readonly hours?: number;
  readonly rows?: number;
  readonly flow?: 'market' | 'zero-intelligence' | 'hawkes';
  readonly parameters?: string;
  readonly like?: string;
  readonly instrument?: string;
  readonly parametersOut?: string;
  readonly html?: string;
  readonly detail?: FeedDetail;
  readonly instruments?: number;
  readonly rowsPerSecond?: number;
  readonly depthTicks?: number;
  readonly correlation?: string;
  readonly lead?: number;
  readonly stress?: readonly Stress[];
  readonly json?: boolean;
}

const INSTRUMENTS = 3;
/** Options that orders at random have not. */
const OTHERS = ['rows', 'instruments', 'rowsPerSecond', 'depthTicks', 'correlation', 'lead'] as const;
/** A year of days. */
const MOST_HOURS = 8_784;

export function synthCommand(): Command {
  const command = new Command('synth')
    .description('Make a seeded synthetic market: a tape.')
    .requiredOption('-o, --out <file>', 'tape to write')
    .option('--seed <number>', 'the same seed and options give the same tape on every machine', wholeNumber(0), 1)
    .option('--hours <number>', 'market time, such as 6.5', hours)
    .option('--rows <number>', 'rows of the tape; with --hours, whichever comes first', wholeNumber(1, 1e10))
    .addOption(
      new Option(
        '--flow <kind>',
        'level-2 depth and trades of a market with news (market, the default), or orders that come at random',
      ).choices(['market', 'zero-intelligence', 'hawkes']),
    )
    .option('--parameters <file>', 'orders that come at random as this file says (YAML or JSON)')
    .option('--like <tape>', 'orders that come at random as on this tape; prints the facts of both beside each other')
    .option('--instrument <symbol>', 'with --like: of which instrument; may be left out where there is only one')
    .option('--parameters-out <file>', 'with --like: write what was found as a file for --parameters')
    .option('--html <file>', 'with --like: write the page of `facts` of both')
    .addOption(
      new Option('--detail <what>', 'of orders at random; default: orders, or what file or tape say').choices(
        FEED_DETAILS,
      ),
    )
    .option('--instruments <number>', `how many; default: ${INSTRUMENTS}`, wholeNumber(1, 10_000))
    .option('--rows-per-second <number>', 'mean rows of all instruments in a second', wholeNumber(1, 1e9))
    .option('--depth-ticks <number>', 'how far the books reach from the touch', wholeNumber(16, 4_096))
    .option('--correlation <number|file>', 'of the returns of all pairs of instruments, or a file with a matrix')
    .option('--lead <duration>', 'how much later than the one before each instrument follows what is common', duration)
    .option(
      '--stress <regime>',
      'flash-crash, halt, outage or latency-burst @TIME/LENGTH[,name=value…]; may be given again',
      stressOption,
    )
    .option('--json', 'print what `inspect` says of the tape as JSON');
  return addRateOptions(command)
    .addHelpText(
      'after',
      '\nExample:\n  tickwright synth --out market.parquet --seed 7 --hours 0.5 --instruments 2\n  tickwright synth --out like.parquet --like aapl.parquet --parameters-out aapl.yaml',
    )
    .action(synth);
}

async function synth(options: Options): Promise<void> {
  const { out, seed, like, json = false } = options;
  if (like !== undefined) return synthLike({ ...options, like });
  const odd = (['instrument', 'parametersOut', 'html'] as const).find((name) => options[name] !== undefined);
  if (odd !== undefined) throw new ConfigError(`synth: ${optionText(odd)} goes with --like`);
  const info = await whileWriting(() => make(options));
  sayMade(out, info, seed);
  if (json) await print(`${JSON.stringify(factsOf(openTape(out)), null, 2)}\n`);
}

/** The table, or everything as JSON. */
async function synthLike(options: Options & { readonly like: string }): Promise<void> {
  const { out, seed, like, hours: time, html, json = false } = options;
  const odd = (['flow', 'parameters'] as const).find((name) => options[name] !== undefined);
  if (odd !== undefined) throw new ConfigError(`synth: --${odd} does not go with --like`);
  refuseOthers(options, '--like');
  const { info, calibration, facts } = await whileWriting(() => makeLike(options, time && Math.round(time * HOUR)));
  sayMade(out, info, seed);
  if (html !== undefined) {
    await whileWriting(() => replaceFile(html, renderFactsPage(facts, pageParts('check'))));
    remark(`page: ${html}`);
  }
  const plain = { tape: factsOf(openTape(out)), like, calibration, facts: facts.map((each) => each.facts) };
  await print(json ? `${JSON.stringify(plain, null, 2)}\n` : formatFacts(facts));
}

function sayMade(out: string, { rows, instruments, corrections }: TapeInfo, seed: number): void {
  const count = `${grouped(instruments.length)} ${instruments.length === 1 ? 'instrument' : 'instruments'}`;
  remark(`market: ${out} (${grouped(rows)} rows, ${count}, seed ${seed})`);
  for (const { name, note } of corrections) remark(`${name}: ${note}`);
}

async function make(options: Options): Promise<TapeInfo> {
  const { flow = 'market', parameters } = options;
  if (parameters !== undefined && options.flow !== undefined) {
    throw new ConfigError('synth: --flow does not go with --parameters');
  }
  if (parameters !== undefined) return makeFromFile(options, parameters, durationNs(options, '--parameters'));
  return flow === 'market' ? makeMarket(options) : makeOrders(options, durationNs(options, `--flow ${flow}`), flow);
}

async function makeMarket(options: Options): Promise<TapeInfo> {
  const { out, seed, hours: time, rows, instruments = INSTRUMENTS, rowsPerSecond, depthTicks, detail } = options;
  const { stress, lead } = options;
  if (detail !== undefined) throw new ConfigError('synth: --detail is for --flow zero-intelligence and hawkes');
  const rate = givenRate(options);
  if (rate !== undefined) throw new ConfigError(`synth: ${rate} is for --flow zero-intelligence and hawkes`);
  if (time === undefined && rows === undefined) throw new ConfigError('synth: give --hours or --rows, or both');
  const correlation = options.correlation === undefined ? undefined : await readCorrelation(options.correlation);
  const all = {
    ...{ seed, instruments },
    ...(rows !== undefined && { rows }),
    ...(time !== undefined && { durationNs: Math.round(time * HOUR) }),
    ...(rowsPerSecond !== undefined && { rowsPerSecond }),
    ...(depthTicks !== undefined && { depthTicks }),
    ...(correlation !== undefined && { correlation }),
    ...(lead !== undefined && { leadNs: lead }),
    ...(stress !== undefined && { stress }),
  };
  return within('synth', () => writeSyntheticTape(out, all));
}

/** What orders at random run for. `what` asks for it in messages. */
function durationNs(options: Options, what: string): number {
  refuseOthers(options, what);
  if (options.hours === undefined) throw new ConfigError(`synth: ${what} needs --hours`);
  return Math.round(options.hours * HOUR);
}

function refuseOthers(options: Options, what: string): void {
  const odd = OTHERS.find((name) => options[name] !== undefined);
  if (odd !== undefined) throw new ConfigError(`synth: ${what} has no ${optionText(odd)}`);
}

/** Hours with a fraction, at least a second of them. */
function hours(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value * HOUR >= SECOND && value <= MOST_HOURS) return value;
  throw new InvalidArgumentError(`Allowed: a number of hours such as 6.5, from a second to ${MOST_HOURS}.`);
}
