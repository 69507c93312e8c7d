/**
 * What a tape says of itself: the JSON text under the key `tickwright` in the file's metadata, checked on the way in.
 * Knows nothing of Parquet. Called by the tape writer and by the tape file.
 */
import { z } from 'zod';
import { Instrument, instrumentSpec } from '../../core/instrument.js';
import { type ColumnSet, KIND_NAMES } from '../../core/market.js';
import type { TapeInfo } from '../../core/tape.js';
import { instrumentFields } from '../instrument-fields.js';
import { TapeError } from './tape-error.js';
import { FORMAT_VERSION, MAX_INSTRUMENTS } from './tape-layout.js';

export const INT64_MIN = -(2n ** 63n);
export const INT64_MAX = 2n ** 63n - 1n;

const int64 = z
  .string()
  .regex(/^-?\d{1,19}$/, 'is not an int64 written as text')
  .transform((text) => BigInt(text))
  .refine((value) => value >= INT64_MIN && value <= INT64_MAX, 'is beyond int64');
const count = z.int().nonnegative();

const metadataSchema = z.strictObject({
  version: z.literal(FORMAT_VERSION),
  originNs: int64,
  rows: count,
  /** Smallest and largest times, int64 as text; absent in a tape without rows. */
  exchangeNs: z.tuple([int64, int64]).optional(),
  localNs: z.tuple([int64, int64]).optional(),
  instruments: z.array(z.strictObject(instrumentFields)).min(1).max(MAX_INSTRUMENTS),
  /** For each instrument, rows by kind name; kinds without rows are left out. */
  counts: z.array(z.record(z.string(), count)),
  corrections: z.array(z.strictObject({ name: z.string(), count, note: z.string() })),
  provenance: z.record(z.string(), z.string()),
});

/** A pair of times, int64 ns since 1970 UTC. */
export type TimeRange = readonly [least: bigint, most: bigint];

export interface TapeMetadata {
  readonly info: TapeInfo;
  /** Absent in a tape without rows. */
  readonly exchangeNs: TimeRange | undefined;
  readonly localNs: TimeRange | undefined;
}

/** Writes the text; the key's order is fixed, so that equal tapes are equal bytes. */
export function metadataText({ info, exchangeNs, localNs }: TapeMetadata): string {
  return JSON.stringify({
    version: FORMAT_VERSION,
    originNs: String(info.originNs),
    rows: info.rows,
    exchangeNs: exchangeNs?.map(String),
    localNs: localNs?.map(String),
    instruments: info.instruments.map(instrumentSpec),
    counts: info.counts.map((kinds) =>
      Object.fromEntries(kinds.flatMap((n, kind) => (n > 0 ? [[KIND_NAMES[kind], n]] : []))),
    ),
    corrections: info.corrections.map(({ name, count, note }) => ({ name, count, note })),
    provenance: info.provenance,
  });
}

/** Reads and checks the text. Throws {@link TapeError} naming the field; the caller adds the file. */
export function parseMetadata(text: string, columns: ColumnSet, hash: string): TapeMetadata {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new TapeError('its "tickwright" metadata is no JSON');
  }
  const version = (json as { version?: unknown } | null)?.version;
  if (version !== FORMAT_VERSION) {
    throw new TapeError(
      `its tape format version is ${JSON.stringify(version)}, this tickwright reads ${FORMAT_VERSION}: ` +
        'use the tickwright that wrote it, or import the data again',
    );
  }
  const result = metadataSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new TapeError(`its "tickwright" metadata is wrong at ${issue.path.join('.') || 'the top'}: ${issue.message}`);
  }
  const { originNs, rows, exchangeNs, localNs, instruments, counts, corrections, provenance } = result.data;
  checkInstruments(instruments);
  if (counts.length !== instruments.length) {
    throw new TapeError(`its metadata counts ${counts.length} instruments but lists ${instruments.length}`);
  }
  return {
    info: { instruments, originNs, rows, columns, provenance, corrections, counts: counts.map(kindCounts), hash },
    exchangeNs,
    localNs,
  };
}

/** Refuses a list of instruments that a tape cannot name its rows with. Throws {@link TapeError}. */
export function checkInstruments(instruments: TapeInfo['instruments']): void {
  if (instruments.length === 0 || instruments.length > MAX_INSTRUMENTS) {
    throw new TapeError(`${instruments.length} instruments: a tape has 1 to ${MAX_INSTRUMENTS}`);
  }
  const symbols = new Set<string>();
  instruments.forEach((spec, index) => {
    try {
      new Instrument(spec, index);
    } catch (error) {
      throw new TapeError((error as Error).message);
    }
    if (Buffer.from(spec.symbol).toString() !== spec.symbol) {
      throw new TapeError(`instrument ${JSON.stringify(spec.symbol)} holds half a character and cannot be written`);
    }
    if (symbols.has(spec.symbol)) throw new TapeError(`instrument ${JSON.stringify(spec.symbol)} is listed twice`);
    symbols.add(spec.symbol);
  });
}

function kindCounts(byName: Readonly<Record<string, number>>): number[] {
  const counts = new Array<number>(KIND_NAMES.length).fill(0);
  for (const [name, rows] of Object.entries(byName)) {
    const kind = name === '' ? -1 : KIND_NAMES.indexOf(name);
    if (kind < 0) throw new TapeError(`its metadata counts rows of the kind ${JSON.stringify(name)}, which is unknown`);
    counts[kind] = rows;
  }
  return counts;
}
