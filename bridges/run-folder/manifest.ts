/**
 * The manifest of a run folder: what ran, on which data, with which versions. Written by us, read with suspicion.
 * Knows nothing of folders. Called by the run folder.
 */
import { z } from 'zod';
import { CONTRACTS } from '../../core/instrument.js';

/** `format` and `version` of the manifest; a folder is a run folder when its manifest names this format. */
export const RUN_FORMAT = 'tickwright-run';
export const RUN_VERSION = 1;

const instrumentSchema = z.object({
  symbol: z.string(),
  tick: z.string(),
  lot: z.string(),
  /** Contract terms, left out where they are the usual ones. */
  contract: z.enum(CONTRACTS).exactOptional(),
  multiplier: z.string().exactOptional(),
  base: z.string().exactOptional(),
  quote: z.string().exactOptional(),
  expiry: z.string().exactOptional(),
});

const tapeSchema = z.object({
  /** As it was given. */
  path: z.string().optional(),
  /** Hex SHA-256 of its content where it is known. */
  hash: z.string().optional(),
  rows: z.number().int().nonnegative(),
  instruments: z.array(instrumentSchema),
  provenance: z.record(z.string(), z.string()),
  corrections: z.array(z.object({ name: z.string(), count: z.number(), note: z.string() })),
});

const int64Text = z.string().regex(/^-?\d{1,19}$/, 'is not an int64 in digits');

export const manifestSchema = z.object({
  format: z.literal(RUN_FORMAT),
  version: z.literal(RUN_VERSION),
  status: z.enum(['completed', 'failed']),
  /** Who failed, when (ns since the origin) and how. */
  failure: z
    .object({
      strategy: z.string(),
      handler: z.string(),
      timeNs: z.number().nullable(),
      message: z.string(),
      stack: z.string(),
    })
    .optional(),
  runHash: z.string(),
  /** The whole resolved configuration, defaults included. */
  config: z.json(),
  seed: z.union([z.string(), z.number()]),
  versions: z.object({ tickwright: z.string(), node: z.string() }),
  /** ISO 8601 by the machine's clock; the only values of the folder that differ between equal runs. */
  createdAt: z.string(),
  startedAt: z.string().optional(),
  /** Int64 ns since 1970 UTC that run-relative times count from, as text. */
  originNs: int64Text,
  startNs: z.number().nullable(),
  endNs: z.number().nullable(),
  /** Market time between samples of equity and positions. */
  sampleNs: z.number().nonnegative(),
  instruments: z.array(instrumentSchema),
  strategies: z.array(z.string()),
  tapes: z.array(tapeSchema),
  /** Rows of each table in the folder. */
  tables: z.record(z.string(), z.number().int().nonnegative()),
  logLines: z.number().int().nonnegative(),
  /** Log lines beyond the recorder's limit, not kept. */
  droppedLogLines: z.number().int().nonnegative(),
});

export type RunManifest = z.infer<typeof manifestSchema>;
export type TapeRecord = z.infer<typeof tapeSchema>;

const amount = z.number().nullable();
const instant = z.string().nullable();
const count = z.number().int().nonnegative();

export const summarySchema = z.object({
  status: z.enum(['completed', 'failed']),
  failure: z.object({ strategy: z.string(), handler: z.string(), time: instant, message: z.string() }).optional(),
  runHash: z.string(),
  start: instant,
  end: instant,
  durationNs: amount,
  rows: count,
  orderEvents: count,
  fills: count,
  unknownOrders: count,
  crossedLevels: count,
  strategies: z.array(
    z.object({
      name: z.string(),
      profit: amount,
      realised: z.number(),
      unrealised: amount,
      fees: z.number(),
      cash: z.number(),
      volume: z.number(),
      trades: count,
      makerShare: amount,
      orders: z.object({ sent: count, filled: count, cancelled: count, rejected: count, expired: count }),
      fillRatio: amount,
      drawdown: z.object({
        amount: z.number(),
        peak: instant,
        trough: instant,
        recovery: instant,
        longestNs: z.number(),
      }),
      sharpe: amount,
      roundTrips: count,
      winRate: amount,
      instruments: z.array(
        z.object({
          symbol: z.string(),
          orderEvents: count,
          trades: count,
          position: z.number(),
          positionLots: z.number(),
          realised: z.number(),
          unrealised: amount,
          fees: z.number(),
          volume: z.number(),
        }),
      ),
    }),
  ),
});

/** JSON that loses nothing: bigint as digits; what JSON has no word for as text (`Infinity`, `[function name]`). */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, plain, 2)}\n`;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'function') return `[function ${value.name}]`;
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  return value;
}
