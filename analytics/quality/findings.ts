/**
 * What the check of a tape finds, as data. Knows nothing of how things are found or shown. Called by the check, and by all
 * that shows or counts what it found.
 */
import type { InstrumentSpec } from '../../core/instrument.js';
import type { Correction } from '../../core/tape.js';
import type { Nanos } from '../../core/time.js';
import type { BookSource } from './book-watch.js';
import type { LatencyFindings } from './latency-watch.js';
import type { Spike } from './price-spikes.js';
import type { Span } from './spans.js';
import type { StreamName } from './streams.js';
import type { TimeBins } from './time-bins.js';

/** Times are ns since the tape's origin, rows places on the tape from 0. */
export interface SpanFindings {
  readonly count: number;
  readonly totalNs: Nanos;
  readonly longestNs: Nanos;
  /** The longest hundred at most. */
  readonly longest: readonly Span[];
}

export interface StreamFindings {
  readonly name: StreamName;
  readonly rows: number;
  readonly gaps: SpanFindings;
  /** Silences during a halt, an auction or a close. */
  readonly excused: number;
}

export interface InstrumentFindings {
  readonly instrument: InstrumentSpec;
  /** Rows seen at the exchange, each once. */
  readonly rows: number;
  readonly streams: readonly StreamFindings[];
  readonly book: BookSource;
  readonly rowsBeforeSnapshot: number;
  readonly snapshotRows: number;
  /** Rows that name an order which does not rest, and adds of one that does. */
  readonly unknownOrders: number;
  readonly replacedOrders: number;
  /** From the first book with both sides to the end of the tape; `NaN` if there never was one. */
  readonly bookNs: Nanos;
  readonly crossed: SpanFindings;
  /** Messages of the book after which it was crossed. */
  readonly crossedMessages: number;
  readonly locked: SpanFindings;
  readonly crossedWhileShut: SpanFindings;
  readonly stale: SpanFindings;
  readonly staleTrades: number;
  readonly latency: LatencyFindings;
  /** Rows that happened at the venue and never reached the machine, snapshots apart. */
  readonly lostRows: number;
  /** Spells of that, longer than the least gap: from the first row lost to the next one received. */
  readonly outages: SpanFindings;
  /** Rows of messages that repeat the one before, trades apart from the rest. */
  readonly duplicateRows: number;
  readonly duplicateTrades: number;
  readonly spikes: number;
  /** The hundred largest at most. */
  readonly largestSpikes: readonly Spike[];
  readonly zeroSizes: number;
  readonly lowPrices: number;
  readonly halts: SpanFindings;
  readonly tradesWhileShut: number;
  /** Where sessions were given. */
  readonly sessions?: SessionFindings;
  /** For the first instruments of a tape, see `pictures` of the options. */
  readonly pictures?: InstrumentPictures;
}

/** Rows and times against the sessions of an exchange; snapshots and status rows take no part. */
export interface SessionFindings {
  /** Rows outside all sessions, or in a break. */
  readonly outside: number;
  /** Sessions without a row. */
  readonly missed: number;
  /** The longest wait from an open to the first row of its session, and from the last row to the close. */
  readonly latestOpenNs: Nanos;
  readonly earliestEndNs: Nanos;
}

export interface InstrumentPictures {
  readonly rows: TimeBins;
  readonly leastLatency: TimeBins;
  readonly mostLatency: TimeBins;
  readonly crossed: TimeBins;
  readonly leastPrice: TimeBins;
  readonly mostPrice: TimeBins;
  /** In ticks, where the book had both sides; below 0 where it was crossed. */
  readonly leastSpread: TimeBins;
  readonly mostSpread: TimeBins;
}

export interface QualityFindings {
  readonly originNs: bigint;
  readonly rows: number;
  /** The last exchange or local time, ns since the origin. */
  readonly endNs: Nanos;
  /** In the order of the tape; those without rows are left out. */
  readonly instruments: readonly InstrumentFindings[];
  /** What importers and repairs did before: the tape says so itself. */
  readonly corrections: readonly Correction[];
}
