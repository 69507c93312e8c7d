/**
 * What a tape's footer tells, as plain data for people and for JSON: no row is read.
 * Knows nothing of terminals. Called by the command line (`inspect`) and by reports.
 */
import { KIND_NAMES } from '../../core/market.js';
import type { Correction } from '../../core/tape.js';
import { formatEpoch } from '../../core/time.js';
import { openTape } from './tape-file.js';
import { FORMAT_VERSION, PhysicalType } from './tape-layout.js';
import type { TimeRange } from './tape-metadata.js';

export interface TapeSummary {
  readonly file: string;
  readonly formatVersion: number;
  /** SHA-256 as {@link TapeFile.verify} checks it. */
  readonly hash: string;
  readonly fileBytes: number;
  readonly rows: number;
  readonly bytesPerRow: number;
  readonly rowGroups: number;
  readonly instruments: readonly InstrumentSummary[];
  /** Rows of each kind over all instruments; kinds without rows are left out. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Absent in a tape without rows. */
  readonly exchangeTime: TimeSummary | undefined;
  readonly localTime: TimeSummary | undefined;
  /** Rows per second of market time (from the first exchange time to the last local time). */
  readonly rowsPerSecond: number | undefined;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly encoding: string }[];
  readonly corrections: readonly Correction[];
  readonly provenance: Readonly<Record<string, string>>;
}

export interface InstrumentSummary {
  readonly symbol: string;
  readonly tick: string;
  readonly lot: string;
  readonly rows: number;
  readonly kinds: Readonly<Record<string, number>>;
}

export interface TimeSummary {
  /** ISO 8601, UTC, nine decimals. */
  readonly first: string;
  readonly last: string;
  /** Int64 ns since 1970 UTC, as text, since JSON's numbers end at 2^53. */
  readonly firstNs: string;
  readonly lastNs: string;
}

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [PhysicalType.int32]: 'INT32',
  [PhysicalType.int64]: 'INT64',
  [PhysicalType.double]: 'DOUBLE',
  [PhysicalType.byteArray]: 'STRING',
};

/**
 * Throws {@link TapeError} as `openTape` does. `rows` are rows of the file; the counts by kind take a row that stands
 * twice (once for each side) as one.
 */
export function tapeSummary(file: string): TapeSummary {
  const tape = openTape(file, { worker: false });
  const { info, footer, metadata, size } = tape;
  const { exchangeNs, localNs } = metadata;
  const spanNs = exchangeNs && localNs ? Number(localNs[1] - exchangeNs[0]) : 0;
  return {
    file,
    formatVersion: FORMAT_VERSION,
    hash: footer.sha256,
    fileBytes: size,
    rows: info.rows,
    bytesPerRow: info.rows === 0 ? 0 : size / info.rows,
    rowGroups: footer.groups,
    instruments: info.instruments.map(({ symbol, tick, lot }, index) => {
      const counts = info.counts[index]!;
      return { symbol, tick, lot, rows: counts.reduce((sum, n) => sum + n, 0), kinds: byName(counts) };
    }),
    kinds: byName(KIND_NAMES.map((_, kind) => info.counts.reduce((sum, counts) => sum + counts[kind]!, 0))),
    exchangeTime: timeSummary(exchangeNs),
    localTime: timeSummary(localNs),
    rowsPerSecond: spanNs > 0 ? info.rows / (spanNs / 1e9) : undefined,
    columns: footer.columns.map(({ name, type, meaning }, index) => ({
      name,
      type: meaning === 'time' ? 'TIMESTAMP(NANOS)' : meaning === 'uint8' ? 'UINT8' : TYPE_NAMES[type]!,
      encoding: footer.encodings[index]!,
    })),
    corrections: info.corrections,
    provenance: info.provenance,
  };
}

function byName(counts: readonly number[]): Record<string, number> {
  return Object.fromEntries(counts.flatMap((rows, kind) => (rows > 0 ? [[KIND_NAMES[kind]!, rows]] : [])));
}

function timeSummary(range: TimeRange | undefined): TimeSummary | undefined {
  if (range === undefined) return undefined;
  const [least, most] = range;
  return { first: formatEpoch(least), last: formatEpoch(most), firstNs: String(least), lastNs: String(most) };
}
