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
import { duration } from '../../../strategies/parameter.js';
import { bars, barsOf } from './bars-config.js';
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
  dayEnd: duration.optional(),
  bars: bars.optional(),
  settlement: settlement.optional(),
});
export type VenueConfig = z.output<typeof venue>;

/** `name` tells the random streams of several venues apart. Throws `RangeError` for what the models refuse. */
export function venueOf(config: VenueConfig, sources: LatencySources, name?: string): VenueFactory {
  const { latency: model, gateway: implied } = latencyModelOf(config.latency, sources);
  const { matching, consumption, protection: distance } = config;
  const base: SimulatedVenueOptions = config.like === 'hftbacktest' ? HFTBACKTEST_RULES : {};
  return simulatedVenue({
    ...base,
    latency: model,
    gateway: config.gateway === undefined ? (implied ?? gatewayOf(undefined)) : gatewayOf(config.gateway),
    overtaking: config.overtaking,
    queue: queueOf(config.queue),
    fees: feesOf(config.fees),
    ...(matching === undefined ? {} : { matching: matching === 'whole' ? noPartialFill : partialFill }),
    ...(consumption === undefined ? {} : { consumption: CONSUMPTION[consumption] }),
    ...(distance === undefined ? {} : { protection: priceProtection(distance) }),
    rules: { ...base.rules, ...rulesOf(config) },
    ...(config.bars === undefined ? {} : { bars: barsOf(config.bars) }),
    ...(config.settlement === undefined ? {} : { settlement: settlementOf(config.settlement) }),
    ...(name === undefined ? {} : { name }),
  });
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
