/**
 * `--stress latency=2x,fees=1.5x,queue=risk-averse`: the same run under worse (or better) assumptions, one by one and all
 * together. Knows nothing of how runs are run. Called by the `run` command.
 */
import { ConfigError } from './config-error.js';
import type { RunConfig } from './schema.js';
import type { DelayConfig } from './venue/delay-config.js';
import type { FeesConfig } from './venue/fees-config.js';
import type { LatencyConfig } from './venue/latency-config.js';
import { type QueueConfig, queue } from './venue/queue-config.js';
import type { VenueConfig } from './venue/venue-config.js';

/** One changed run. */
export interface StressedRun {
  /** As it was asked for: `latency=2x`; several joined by commas. */
  readonly change: string;
  readonly config: RunConfig;
}

type Change = (venue: VenueConfig, place: string) => VenueConfig;

const KINDS = 'latency=2x, fees=1.5x, queue=risk-averse';

/**
 * The run with each change by itself, then, of several, with all of them. Throws {@link ConfigError} for what is not of these
 * forms, or cannot be done to this run.
 */
export function stressedRuns(config: RunConfig, texts: readonly string[]): StressedRun[] {
  const changes = texts.flatMap((text) => text.split(',')).map((text) => text.trim());
  const made = changes.map((text) => ({ text, change: changeOf(text) }));
  const alone = made.map(({ text, change }) => ({ change: text, config: changed(config, [change]) }));
  if (made.length < 2) return alone;
  const all = {
    change: changes.join(','),
    config: changed(
      config,
      made.map(({ change }) => change),
    ),
  };
  return [...alone, all];
}

function changed(config: RunConfig, changes: readonly Change[]): RunConfig {
  const apply = <Venue extends VenueConfig>(venue: Venue, place: string): Venue => {
    let all = venue;
    for (const change of changes) all = { ...all, ...change(all, place) };
    return all;
  };
  return {
    ...config,
    ...(config.venue === undefined ? {} : { venue: apply(config.venue, 'venue') }),
    ...(config.venues === undefined
      ? {}
      : { venues: config.venues.map((venue, index) => apply(venue, `venues.${index}`)) }),
  };
}

function changeOf(text: string): Change {
  const [, name, value] = /^(\w+)=(.+)$/.exec(text) ?? [];
  if (name === 'latency') {
    const factor = factorOf(text, value!);
    return (venue, place) => ({ ...venue, latency: scaledLatency(venue.latency, factor, `${text}: ${place}.latency`) });
  }
  if (name === 'fees') {
    const factor = factorOf(text, value!);
    return (venue, place) => ({ ...venue, fees: scaledFees(venue.fees, factor, `${text}: ${place}.fees`) });
  }
  if (name === 'queue') {
    const model = queueOf(text, value!);
    return (venue) => ({ ...venue, queue: model });
  }
  throw new ConfigError(`--stress ${text}: write one or several of ${KINDS}`);
}

function factorOf(text: string, value: string): number {
  const factor = /^\d+(\.\d+)?x$/.test(value) ? Number(value.slice(0, -1)) : Number.NaN;
  if (factor > 0 && factor <= 1000) return factor;
  throw new ConfigError(`--stress ${text}: "${value}" is no factor above 0, up to 1000x, such as 2x or 1.5x`);
}

function queueOf(text: string, model: string): QueueConfig {
  const parsed = queue.safeParse({ model });
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.');
  const why = field === 'model' ? 'is no queue model' : `needs ${field}, which --set venue.queue can give it`;
  throw new ConfigError(`--stress ${text}: "${model}" ${why}`);
}

function scaledLatency(latency: LatencyConfig, factor: number, place: string): LatencyConfig {
  if ('feed' in latency) {
    const { entry, response, every } = latency.feed;
    return { feed: { entry: entry * factor, response: response * factor, every } };
  }
  if ('table' in latency) throw new ConfigError(`--stress ${place} is a recorded table, which has no factor`);
  return {
    entry: scaledByKind(latency.entry, factor),
    response: scaledByKind(latency.response, factor),
  };
}

function scaledByKind<Delays>(delays: Delays, factor: number): Delays {
  if (typeof delays === 'number' || 'model' in (delays as object)) {
    return scaledDelay(delays as DelayConfig, factor) as Delays;
  }
  const kinds = Object.entries(delays as Readonly<Record<string, DelayConfig>>);
  return Object.fromEntries(kinds.map(([kind, delay]) => [kind, scaledDelay(delay, factor)])) as Delays;
}

/** Every delay that a distribution gives becomes as many times as long; bursts are as frequent as before. */
function scaledDelay(delay: DelayConfig, factor: number): DelayConfig {
  const times = (nanos: number) => Math.round(nanos * factor);
  if (typeof delay === 'number') return times(delay);
  switch (delay.model) {
    case 'uniform':
      return { ...delay, from: times(delay.from), to: times(delay.to) };
    case 'log-normal':
      return { ...delay, median: times(delay.median), floor: times(delay.floor) };
    case 'empirical':
      return { ...delay, values: delay.values.map(times) };
    case 'bursty':
      return { ...delay, delay: scaledDelay(delay.delay, factor) as typeof delay.delay };
  }
}

/** Fees are multiplied, rebates divided: a factor above 1 is never to the strategy's good. */
function scaledFees(fees: FeesConfig, factor: number, place: string): FeesConfig {
  const amount = (fee: number) => (fee < 0 ? fee / factor : fee * factor);
  const rate = (fee: number) => {
    const scaled = amount(fee);
    if (scaled >= 1)
      throw new ConfigError(`--stress ${place}: a rate of ${fee} becomes ${scaled}, more than the value`);
    return scaled;
  };
  const rates = <Rates extends { maker: number; taker: number }>(both: Rates): Rates => ({
    ...both,
    ...{ maker: rate(both.maker), taker: rate(both.taker) },
  });
  if ('sum' in fees) {
    const { within } = fees;
    return {
      sum: fees.sum.map((part) => scaledFees(part, factor, place) as typeof part),
      ...(within === undefined
        ? {}
        : {
            within: {
              ...within,
              ...(within.minimum === undefined ? {} : { minimum: amount(within.minimum) }),
              ...(within.maximum === undefined ? {} : { maximum: amount(within.maximum) }),
              ...(within.maximumRate === undefined ? {} : { maximumRate: rate(within.maximumRate) }),
            },
          }),
    };
  }
  if ('maker' in fees) return rates(fees);
  if ('perQuantity' in fees) {
    const { maker, taker } = fees.perQuantity;
    return { perQuantity: { maker: amount(maker), taker: amount(taker) } };
  }
  if ('flat' in fees) return { flat: amount(fees.flat) };
  if ('tax' in fees) {
    const { sell, buy } = fees.tax;
    return {
      tax: { ...(sell === undefined ? {} : { sell: rate(sell) }), ...(buy === undefined ? {} : { buy: rate(buy) }) },
    };
  }
  return { ...fees, tiers: fees.tiers.map(rates) };
}
