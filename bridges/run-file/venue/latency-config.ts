/**
 * How a run file names the way to a venue and back, and the venue's front door. Knows nothing of venues otherwise.
 * Called by the venue's config.
 */
import { z } from 'zod';
import type { TapeSource } from '../../../core/tape.js';
import {
  type Gateway,
  openGateway,
  randomlyOverloaded,
  recordedGateway,
  throttledGateway,
} from '../../../execution/gateway.js';
import { constantLatency, type LatencyModel, latencyOf } from '../../../execution/latency.js';
import { feedProportionalTable, type LatencyTable, recordedLatency } from '../../../execution/latency-table.js';
import { period } from '../../../strategies/parameter.js';
import { type DelayConfig, delay, delayOf } from './delay-config.js';

const entry = z.union([delay, z.strictObject({ submit: delay, modify: delay, cancel: delay })], {
  error: 'a delay, or one each for submit, modify and cancel',
});
const response = z.union([delay, z.strictObject({ submit: delay, modify: delay, cancel: delay, fill: delay })], {
  error: 'a delay, or one each for submit, modify, cancel and fill',
});
const factor = z.number({ error: 'a number ≥ 0' }).min(0);

/** From the strategy to the venue and back. */
export const latency = z.union(
  [
    z.strictObject({ entry, response }),
    /** As recorded: a CSV of request, exchange and response time in ns since 1970; exchange time 0 = refused. */
    z.strictObject({ table: z.string().min(1), refused: z.enum(['at-gateway', 'left-out']).optional() }),
    /** So many times the latency of the feed. */
    z.strictObject({ feed: z.strictObject({ entry: factor, response: factor, every: period.default(1e9) }) }),
  ],
  { error: '{ entry, response }, { table } or { feed: { entry, response } }' },
);
export type LatencyConfig = z.output<typeof latency>;

export const gateway = z.union(
  [
    z.strictObject({
      requests: z.int({ error: 'a whole number above 0' }).min(1),
      per: period,
      cancelsFree: z.boolean().default(false),
      refusedCount: z.boolean().default(false),
    }),
    z.strictObject({
      probability: z.number({ error: 'a number from 0 to 1' }).min(0).max(1),
      episodes: z.strictObject({ every: period, lasting: period }).optional(),
    }),
  ],
  { error: '{ requests, per } or { probability }' },
);
export type GatewayConfig = z.output<typeof gateway>;

/** What a latency is made of besides its config. */
export interface LatencySources {
  /** The market that the venue's instruments are part of, for a latency in proportion to its feed's. */
  readonly tape: TapeSource;
  /** The run's origin, ns since 1970. */
  readonly originNs: bigint;
  readTable(path: string): LatencyTable;
}

/** A latency, and the gateway that its recording implies. */
export function latencyModelOf(
  config: LatencyConfig,
  sources: LatencySources,
): { latency: LatencyModel; gateway?: Gateway } {
  if ('feed' in config) {
    const { entry: entryFactor, response: responseFactor, every } = config.feed;
    const { tape, originNs } = sources;
    const table = feedProportionalTable(tape, { entryFactor, responseFactor, everyNs: every, originNs });
    return { latency: recordedLatency(table) };
  }
  if ('table' in config) {
    const table = sources.readTable(config.table);
    if (config.refused === undefined) return { latency: recordedLatency(table) };
    if (config.refused === 'left-out') return { latency: recordedLatency(table, { refusedRows: 'leftOut' }) };
    return { latency: recordedLatency(table, { refusedRows: 'atGateway' }), gateway: recordedGateway(table) };
  }
  // Constants are the most frequent and the fastest.
  if (typeof config.entry === 'number' && typeof config.response === 'number') {
    return { latency: constantLatency({ entryNs: config.entry, responseNs: config.response }) };
  }
  const entries = perKind(config.entry);
  const responses = perKind(config.response);
  return { latency: latencyOf({ entry: entries, response: responses } as Parameters<typeof latencyOf>[0]) };
}

function perKind(config: DelayConfig | Readonly<Record<string, DelayConfig>>) {
  if (typeof config === 'number' || 'model' in config) return delayOf(config as DelayConfig);
  return Object.fromEntries(Object.entries(config).map(([kind, each]) => [kind, delayOf(each)]));
}

export function gatewayOf(config: GatewayConfig | undefined): Gateway {
  if (config === undefined) return openGateway;
  if ('requests' in config) {
    const { requests, per, cancelsFree, refusedCount } = config;
    return throttledGateway({ requests, perNs: per, cancelsFree, refusedCount });
  }
  const { probability, episodes } = config;
  if (episodes === undefined) return randomlyOverloaded({ probability });
  return randomlyOverloaded({ probability, episodes: { everyNs: episodes.every, lastingNs: episodes.lasting } });
}
