/**
 * The kinds of market event, how a tape row is laid out in columns, and the reused view that handlers get.
 * Knows nothing of files, venues or strategies. Called by tapes, lanes, importers and strategies.
 */
import type { Instrument } from './instrument.js';
import type { Nanos } from './time.js';

/** What a tape row says. The numbers are in-memory codes (4 bits); files store the names. */
export const Kind = {
  /** A trade printed. side = aggressor (buy, sell or none); price, quantity. Changes no book by itself. */
  trade: 1,
  /** A price level of one side now holds `quantity` (0 = gone). side = buy for bids, sell for asks. */
  depth: 2,
  /** All levels of one side from the best to `price` inclusive are gone. A snapshot is clears followed by depths. */
  depthClear: 3,
  /** Best quote of one side (level-1 data): price and quantity; quantity 0 = this side is empty. */
  quote: 4,
  /** A resting order appeared (order by order data): side, price, quantity, order id. */
  orderAdd: 5,
  /** A resting order now has this price and quantity. Less quantity at the same price keeps its place in the queue. */
  orderModify: 6,
  /** `quantity` of a resting order was cancelled; when nothing is left it is gone. */
  orderCancel: 7,
  /** `quantity` of a resting order was executed at `price`. side = the resting order's; also counts as a trade. */
  orderExecute: 8,
  /** A bar closed: price = close, quantity = volume, and open, high, low; value = volume-weighted average price, 0 = not known. */
  bar: 9,
  /** Funding of a perpetual contract: value = rate as a fraction, applied at this time. */
  funding: 10,
  /** Trading status changed: value = a {@link Status} code. */
  status: 11,
  /** Anything else, known to its strategy: value, price, quantity as the importer's documentation says. */
  custom: 12,
  /** A split: value = new units per old one (2 = two for one, 0.1 = one for ten), applied at this time. */
  split: 13,
  /** A dividend: value = cash per unit in the quote currency, for who holds a position at this time. */
  dividend: 14,
  /** The venue's mark or settlement price: price. Margin and expiry are reckoned by it where it is recorded. */
  mark: 15,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Kind names by code, as files and printouts spell them; index 0 is unused. */
export const KIND_NAMES: readonly string[] = ['', ...Object.keys(Kind)];

export const Side = { none: 0, buy: 1, sell: 2 } as const;
export type Side = (typeof Side)[keyof typeof Side];
export const SIDE_NAMES = ['none', 'buy', 'sell'] as const;

/** Values of a status row. */
export const Status = { open: 0, halt: 1, auction: 2, close: 3, delisted: 4 } as const;

/**
 * The `code` column packs what the loops branch on into one byte:
 * bits 0–3 kind, bits 4–5 side, bit 6 seen at the exchange, bit 7 seen locally.
 */
export const CODE_KIND = 0b0000_1111;
export const CODE_SIDE_SHIFT = 4;
export const CODE_EXCHANGE = 0b0100_0000;
export const CODE_LOCAL = 0b1000_0000;

/** Packs a code byte; seen by both sides unless said otherwise. */
export function codeOf(kind: Kind, side: Side, seen: number = CODE_EXCHANGE | CODE_LOCAL): number {
  return kind | (side << CODE_SIDE_SHIFT) | seen;
}

/** The `flags` column. */
export const Flag = {
  /** Last row of one message of the feed (one depth update, one quote): the book is whole again after it. */
  last: 1,
  /** Part of a snapshot rather than of a change. */
  snapshot: 2,
  /** The execution was of a hidden order: it moved no visible level. */
  hidden: 4,
} as const;

/**
 * A run of tape rows as columns; all columns have the same length ≥ `length`.
 *
 * Rows stand so that the exchange times of rows seen at the exchange never decrease, nor do the local times of rows
 * seen locally: both sides walk the same rows in the same direction. Where the two orders disagree the row stands twice,
 * once for each side.
 */
export interface Columns {
  /** Rows in use. */
  length: number;
  /** When it happened at the venue, ns since the run's origin. */
  readonly exchangeNs: Float64Array;
  /** When our machine saw it, ns since the run's origin; ≥ exchangeNs. */
  readonly localNs: Float64Array;
  /** {@link codeOf} */
  readonly code: Uint8Array;
  /** {@link Flag} bits */
  readonly flags: Uint8Array;
  /** Index into the tape's instruments. */
  readonly instrument: Uint16Array;
  readonly priceTicks: Int32Array;
  /** Whole lots in a double: exact to 2^53. */
  readonly qtyLots: Float64Array;
  /** Order by order data only: the venue's order id, exact to 2^53. */
  readonly orderId?: Float64Array | undefined;
  /** Bars only. */
  readonly openTicks?: Int32Array | undefined;
  readonly highTicks?: Int32Array | undefined;
  readonly lowTicks?: Int32Array | undefined;
  /** Funding rate, status code, custom value. */
  readonly value?: Float64Array | undefined;
}

/** Which optional columns a tape has. */
export interface ColumnSet {
  readonly orderId?: boolean;
  readonly bars?: boolean;
  readonly value?: boolean;
}

/** Fresh columns for up to `capacity` rows; `shared` puts them where a worker thread can see them. */
export function allocateColumns(capacity: number, set: ColumnSet = {}, shared = false): Columns {
  const buffer = (bytes: number) => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  const f64 = () => new Float64Array(buffer(capacity * 8));
  const i32 = () => new Int32Array(buffer(capacity * 4));
  return {
    length: 0,
    exchangeNs: f64(),
    localNs: f64(),
    code: new Uint8Array(buffer(capacity)),
    flags: new Uint8Array(buffer(capacity)),
    instrument: new Uint16Array(buffer(capacity * 2)),
    priceTicks: i32(),
    qtyLots: f64(),
    orderId: set.orderId ? f64() : undefined,
    openTicks: set.bars ? i32() : undefined,
    highTicks: set.bars ? i32() : undefined,
    lowTicks: set.bars ? i32() : undefined,
    value: set.value ? f64() : undefined,
  };
}

/**
 * One tape row as a strategy's handler sees it. There is one view per run: it is borrowed for the length of the call
 * and shows another row afterwards, so copy the numbers you want to keep.
 */
export class MarketView {
  #columns: Columns;
  #row = 0;
  readonly #instruments: readonly Instrument[];

  constructor(instruments: readonly Instrument[]) {
    this.#columns = allocateColumns(0);
    this.#instruments = instruments;
  }

  /** The engine points the view at a block; not for handlers. */
  attach(columns: Columns): void {
    this.#columns = columns;
  }

  /** The engine moves the view to a row; not for handlers. */
  moveTo(row: number): void {
    this.#row = row;
  }

  get instrument(): Instrument {
    return this.#instruments[this.#columns.instrument[this.#row]!]!;
  }
  get kind(): Kind {
    return (this.#columns.code[this.#row]! & CODE_KIND) as Kind;
  }
  /** Aggressor for trades; the book's side for everything else. */
  get side(): Side {
    return ((this.#columns.code[this.#row]! >> CODE_SIDE_SHIFT) & 3) as Side;
  }
  get flags(): number {
    return this.#columns.flags[this.#row]!;
  }
  /** When it happened at the venue, ns since the run's origin. */
  get exchangeNs(): Nanos {
    return this.#columns.exchangeNs[this.#row]!;
  }
  /** When this machine saw it = now. */
  get localNs(): Nanos {
    return this.#columns.localNs[this.#row]!;
  }
  /** Price in ticks; a bar's close. */
  get priceTicks(): number {
    return this.#columns.priceTicks[this.#row]!;
  }
  /** Quantity in lots; a bar's volume. */
  get qtyLots(): number {
    return this.#columns.qtyLots[this.#row]!;
  }
  /** Decimal price, nearest double. */
  get price(): number {
    return this.instrument.price(this.priceTicks);
  }
  /** Decimal quantity, nearest double. */
  get qty(): number {
    return this.instrument.qty(this.qtyLots);
  }
  /** The venue's order id, `NaN` where the tape has none. */
  get orderId(): number {
    return this.#columns.orderId?.[this.#row] ?? Number.NaN;
  }
  /** Bars: ticks; `NaN` where the tape has no bars. */
  get openTicks(): number {
    return this.#columns.openTicks?.[this.#row] ?? Number.NaN;
  }
  get highTicks(): number {
    return this.#columns.highTicks?.[this.#row] ?? Number.NaN;
  }
  get lowTicks(): number {
    return this.#columns.lowTicks?.[this.#row] ?? Number.NaN;
  }
  /** Funding rate, status code, custom value; `NaN` where the tape has none. */
  get value(): number {
    return this.#columns.value?.[this.#row] ?? Number.NaN;
  }
  /** Bars: volume-weighted average price, decimal; `NaN` where it is not known. */
  get vwap(): number {
    return this.kind === Kind.bar ? this.value || Number.NaN : Number.NaN;
  }
  /** Bars built in the run: as they were asked for (`1m`), or the name they were given; empty for rows of the tape. */
  get series(): string {
    return '';
  }
  /** Bars built in the run: when it began, by the clock that it is cut by; `NaN` for rows of the tape. */
  get startNs(): Nanos {
    return Number.NaN;
  }
  /** Bars built in the run: when it ended, by the same clock; `NaN` for rows of the tape. */
  get endNs(): Nanos {
    return Number.NaN;
  }
  /** Bars built in the run: how many trades it has; of mids: how often the mid changed. `NaN` for rows of the tape. */
  get trades(): number {
    return Number.NaN;
  }
}
