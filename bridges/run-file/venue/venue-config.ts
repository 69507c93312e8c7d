/**
 * How a run file describes a venue: the way to it, its models, its rules. Called by the run file's schema and preparation.
 */
import { z } from 'zod';
import { SelfTrade } from '../../../core/order.js';
import type { VenueFactory } from '../../../core/venue.js';
import { consumedUntilUpdated, hftbacktestConsumption, neverReused } from '../../../execution/consumption.js';
import { noPartialFill, partialFill } from '../../../execution/matching.js';
import { priceProtection } from '../../../execution/price-protection.js';
import { HFTBACKTEST_RULES, type SimulatedVenueOptions, simulatedVenue } from '../../../execution/simulated-venue.js';
import type { VenueRules } from '../../../execution/venue-rules.js';
import { within } from '../config-error.js';
import { bars, barsOf } from './bars-config.js';
import { timeOfDay } from './delay-config.js';
import { fees, feesOf } from './fees-config.js';
import { gateway, gatewayOf, type LatencySources, latency, latencyModelOf } from './latency-config.js';
import { queue, queueOf } from './queue-config.js';
import { settlement, settlementOf } from './settlement-config.js';

const CONSUMPTION = {
  'until-updated': consumedUntilUpdated,
  'never-reused': neverReused,
  unlimited: hftbacktestConsumption,
} as const;

const SELF_TRADE = {
  allow: SelfTrade.allow,
  'cancel-new': SelfTrade.cancelNew,
  'cancel-old': SelfTrade.cancelOld,
  'cancel-both': SelfTrade.cancelBoth,
  decrement: SelfTrade.decrement,
} as const;

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): [Name, ...Name[]] {
  return Object.keys(table) as [Name, ...Name[]];
}

const protection = z.union(
  [z.strictObject({ ticks: z.int().min(0) }), z.strictObject({ bps: z.number().min(0).lt(10_000) })],
  { error: '{ ticks } or { bps }' },
);

export const venue = z.strictObject({
  latency,
  /** Whether a strategy's requests may overtake each other. */
  overtaking: z.boolean().default(false),
  gateway: gateway.optional(),
  queue,
  fees,
  /** `hftbacktest`: orders fill whole, the market is never used up, own orders do not know of each other. */
  like: z.enum(['hftbacktest']).optional(),
  matching: z.enum(['partial', 'whole']).optional(),
  consumption: z.enum(namesOf(CONSUMPTION)).optional(),
  protection: protection.optional(),
  ownOrders: z.enum(['match', 'ignore']).optional(),
  ownVolume: z.enum(['shared', 'each']).optional(),
  selfTrade: z.enum(namesOf(SELF_TRADE)).optional(),
  whileHalted: z.enum(['rest', 'reject']).optional(),
  /** When the venue's day ends where the tape has no close: time since midnight UTC. */
  dayEnd: timeOfDay.optional(),
  bars: bars.optional(),
  settlement: settlement.optional(),
});
export type VenueConfig = z.output<typeof venue>;

/**
 * `place`: where the config stands, for messages. `name` tells the random streams of several venues apart. Throws
 * `ConfigError` for what the models refuse; the factory does, too, for what they refuse once they know the instruments.
 */
export function venueOf(config: VenueConfig, sources: LatencySources, place: string, name?: string): VenueFactory {
  const { matching, consumption, protection: distance } = config;
  const at = <T>(field: string, make: () => T) => within(`${place}.${field}`, make);
  const { latency: model, gateway: implied } = at('latency', () => latencyModelOf(config.latency, sources));
  const gate = at('gateway', () => gatewayOf(config.gateway));
  const symbols = sources.tape.info.instruments.map(({ symbol }) => symbol);
  const base: SimulatedVenueOptions = config.like === 'hftbacktest' ? HFTBACKTEST_RULES : {};
  const options: SimulatedVenueOptions = {
    ...base,
    latency: model,
    gateway: config.gateway === undefined ? (implied ?? gate) : gate,
    overtaking: config.overtaking,
    queue: at('queue', () => queueOf(config.queue)),
    fees: at('fees', () => feesOf(config.fees)),
    ...(matching === undefined ? {} : { matching: matching === 'whole' ? noPartialFill : partialFill }),
    ...(consumption === undefined ? {} : { consumption: CONSUMPTION[consumption] }),
    ...(distance === undefined ? {} : { protection: at('protection', () => priceProtection(distance)) }),
    rules: { ...base.rules, ...rulesOf(config) },
    ...(config.bars === undefined ? {} : { bars: at('bars', () => barsOf(config.bars!)) }),
    ...(config.settlement === undefined
      ? {}
      : { settlement: at('settlement', () => settlementOf(config.settlement!, symbols)) }),
    ...(name === undefined ? {} : { name }),
  };
  const make = within(place, () => simulatedVenue(options));
  return (environment) => within(place, () => make(environment));
}

function rulesOf({ ownOrders, ownVolume, selfTrade, whileHalted, dayEnd }: VenueConfig): VenueRules {
  return {
    ...(ownOrders === undefined ? {} : { ownOrders }),
    ...(ownVolume === undefined ? {} : { ownVolume }),
    ...(selfTrade === undefined ? {} : { selfTrade: SELF_TRADE[selfTrade] }),
    ...(whileHalted === undefined ? {} : { whileHalted }),
    ...(dayEnd === undefined ? {} : { dayEndNs: dayEnd }),
  };
}
