/**
 * The manifest of a run folder: what ran, on which data, with which versions. Written by us, read with suspicion.
 * Knows nothing of folders. Called by the run folder.
 */
import { z } from 'zod';
import { instrumentFields } from '../instrument-fields.js';

/** `format` and `version` of the manifest; a folder is a run folder when its manifest names this format. */
export const RUN_FORMAT = 'tickwright-run';
export const RUN_VERSION = 1;

const instrumentSchema = z.object(instrumentFields);

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
  /** What the accounts are kept in; '' = the run's one unnamed currency. */
  currency: z.string().default(''),
  tapes: z.array(tapeSchema),
  /** Rows of each table in the folder. */
  tables: z.record(z.string(), z.number().int().nonnegative()),
  logLines: z.number().int().nonnegative(),
  /** Log lines beyond the recorder's limit, not kept. */
  droppedLogLines: z.number().int().nonnegative(),
  /** Texts of refusals beyond the recorder's limit, not kept. */
  droppedDetails: z.number().int().nonnegative().default(0),
});

export type RunManifest = z.infer<typeof manifestSchema>;
export type TapeRecord = z.infer<typeof tapeSchema>;

const amount = z.number().nullable();
const instant = z.string().nullable();
const count = z.number().int().nonnegative();

/** Folders of before this was counted have nothing to count: so for all that has a default below. */
const closing = z.object({ count, value: z.number(), fees: z.number() });
const closings = z
  .object({ expiry: closing, delisting: closing, liquidation: closing })
  .default(() => ({ expiry: none(), delisting: none(), liquidation: none() }));
const flow = z.number().default(0);
const flows = z
  .object({ total: flow, funding: flow, borrow: flow, interest: flow, dividend: flow, split: flow })
  .prefault({});
const orderEnd = z.object({
  end: z.enum(['cancelled', 'rejected', 'expired']),
  reason: z.string(),
  orders: count,
  unfilled: count,
});

const tripGroup = z.object({
  ...{ name: z.string(), trips: count, profit: z.number() },
  ...{ winRate: amount, payoff: amount, profitFactor: amount, expectancy: amount },
  ...{ meanAdverse: amount, meanFavourable: amount, meanHoldingNs: amount },
});
const tripGroups = z.object({
  strategy: tripGroup,
  ...{ side: z.array(tripGroup), hour: z.array(tripGroup), instrument: z.array(tripGroup) },
});

export const summarySchema = z.object({
  status: z.enum(['completed', 'failed']),
  failure: z.object({ strategy: z.string(), handler: z.string(), time: instant, message: z.string() }).optional(),
  runHash: z.string(),
  start: instant,
  end: instant,
  durationNs: amount,
  currency: z.string().default(''),
  rows: count,
  orderEvents: count,
  fills: count,
  unknownOrders: count,
  crossedLevels: count,
  sessions: z.object({ calendar: z.string(), perYear: z.number() }).optional(),
  strategies: z.array(
    z.object({
      name: z.string(),
      profit: amount,
      realised: z.number(),
      unrealised: amount,
      fees: z.number(),
      flows,
      cash: z.number(),
      volume: z.number(),
      trades: count,
      closings,
      makerShare: amount,
      orders: z.object({
        ...{ sent: count, filled: count, cancelled: count, rejected: count, expired: count },
        ends: z.array(orderEnd).default(() => []),
        selfTradesPrevented: count.default(0),
      }),
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
      tripGroups: tripGroups.optional(),
      metrics: z.record(z.string(), amount).default(() => ({})),
      sessions: z
        .array(
          z.object({
            session: z.iso.date(),
            end: z.iso.datetime({ precision: 9 }),
            profit: z.number(),
            return: amount,
          }),
        )
        .optional(),
      instruments: z.array(
        z.object({
          symbol: z.string(),
          currency: z.string().default(''),
          orderEvents: count,
          trades: count,
          closings: count.default(0),
          position: z.number(),
          positionLots: z.number(),
          realised: z.number(),
          unrealised: amount,
          fees: z.number(),
          flows: flow,
          volume: z.number(),
        }),
      ),
    }),
  ),
});

/** `stress.json`: the run as it is, then each change. */
export const stressSchema = z.array(
  z.object({
    change: z.string(),
    failure: z.string().exactOptional(),
    strategies: z.array(
      z.object({
        ...{ name: z.string(), profit: amount, fees: z.number(), trades: count },
        ...{ fillRatio: amount, drawdown: z.number() },
      }),
    ),
  }),
);

function none() {
  return { count: 0, value: 0, fees: 0 };
}

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
