/**
 * The part of `tickwright synth` that makes a market of orders: by a few rates on the command line, or by all parameters of a
 * file. Knows nothing of how it is made. Called by the command.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { FeedDetail, FlowParameters } from '../../core/synthetic/flow-parameters.js';
import type { Stress } from '../../core/synthetic/stress-plan.js';
import type { ZeroIntelligenceOptions } from '../../core/synthetic/zero-intelligence.js';
import type { TapeInfo } from '../../core/tape.js';
import { readFlowFile } from '../flow-file.js';
import { ConfigError, within } from '../run-file/config-error.js';
import { numberAbove, optionText, wholeNumber } from './option-values.js';
import { writeOrderMarketTape, writeZeroIntelligenceTape } from './synthetic-tape.js';

/** What makes up the flow on the command line, of each side. */
export interface RateOptions {
  readonly marketRate?: number;
  readonly limitRate?: number;
  readonly cancelRate?: number;
  readonly orderLots?: number;
  readonly reachTicks?: number;
}

export interface FlowOptions extends RateOptions {
  readonly out: string;
  readonly seed: number;
  readonly detail?: FeedDetail;
  readonly stress?: readonly Stress[];
}

const RATES = ['marketRate', 'limitRate', 'cancelRate', 'orderLots', 'reachTicks'] as const;

/** Of `--flow hawkes`: what one market buy, market sell, limit buy, limit sell (columns) brings about of each (rows). */
const EXCITEMENT = [
  [0.4, 0, 0, 0],
  [0, 0.4, 0, 0],
  [0.2, 0.2, 0.5, 0.1],
  [0.2, 0.2, 0.1, 0.5],
];

export function addRateOptions(command: Command): Command {
  return command
    .option(
      '--market-rate <number>',
      'market orders of each side a second that nothing brings about',
      numberAbove(0, 1e6),
    )
    .option(
      '--limit-rate <number>',
      'limit orders of each side a second that nothing brings about',
      numberAbove(0, 1e6),
    )
    .option('--cancel-rate <number>', 'cancellations a second of each order that stands', numberAbove(0, 1e6))
    .option('--order-lots <number>', 'mean lots of an order', wholeNumber(1, 10_000))
    .option('--reach-ticks <number>', 'how far limit orders stand from the opposite touch', wholeNumber(1, 10_000));
}

/** The name of a rate that was given, as it is spelled. */
export function givenRate(options: RateOptions): string | undefined {
  const name = RATES.find((each) => options[each] !== undefined);
  return name && optionText(name);
}

/** `--flow zero-intelligence` and `hawkes`. */
export function makeOrders(options: FlowOptions, durationNs: number, flow: 'zero-intelligence' | 'hawkes'): TapeInfo {
  const { out, seed, stress, detail = 'orders' } = options;
  const given = RATES.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]] as const]));
  // With what is brought about, some 22 limit orders a second of each side: the books are about as deep as without.
  const excited = { branching: EXCITEMENT, limitRate: 8 };
  const all: ZeroIntelligenceOptions = {
    ...{ seed, durationNs, detail, stress },
    ...(flow === 'hawkes' && excited),
    ...Object.fromEntries(given),
  };
  return within('synth', () => writeZeroIntelligenceTape(out, all));
}

/** `--parameters`. */
export async function makeFromFile(options: FlowOptions, path: string, durationNs: number): Promise<TapeInfo> {
  const flow = await readFlowFile(path);
  return makeFlow(options, flow, durationNs, { parameters: basename(path) });
}

/** A market of the parameters; `--detail` says it otherwise than they do. `about` goes to the tape's provenance. */
export function makeFlow(
  { out, seed, stress, detail = undefined, ...rates }: FlowOptions,
  parameters: FlowParameters,
  durationNs: number,
  about: Readonly<Record<string, string>>,
): TapeInfo {
  const rate = givenRate(rates);
  if (rate !== undefined)
    throw new ConfigError(`synth: ${rate} does not go with parameters of a file or of a tape; change it in the file`);
  const { feed } = parameters;
  const other = detail !== undefined && detail !== feed.detail;
  // Order by order everything comes at once.
  const flow = other
    ? { ...parameters, feed: { ...feed, detail, ...(detail === 'orders' && { everyNs: 0 }) } }
    : parameters;
  const provenance = {
    ...{ source: 'order market', seed: String(seed), durationNs: String(durationNs) },
    ...{ detail: flow.feed.detail, ...about },
    parametersSha256: createHash('sha256').update(JSON.stringify(parameters)).digest('hex'),
  };
  return within('synth', () => writeOrderMarketTape(out, { seed, durationNs, flow, stress }, provenance));
}
