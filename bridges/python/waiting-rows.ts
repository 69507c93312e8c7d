/**
 * Market rows that wait for a strategy's next request, as the tables `rows` and `bars` of the protocol: columns that grow.
 * Knows nothing of frames. Called by the remote strategy.
 */
import type { MarketView } from '../../core/market.js';

/** Room for this many rows to begin with; it doubles. */
const FIRST_CAPACITY = 256;

/** A column goes onto the wire as it is: little-endian, padded with zeros to a multiple of 8 bytes. */
export type WireColumn = Float64Array | Int32Array | Uint16Array | Uint8Array;

/** The columns of the table `rows`, in its order. */
export const ROW_COLUMNS = ['local', 'exchange', 'px', 'qty', 'inst', 'kind', 'side'] as const;
export type RowColumn = (typeof ROW_COLUMNS)[number];

/** Rows of any kind but bars; of each as many columns as are wanted. */
export class WaitingRows {
  length = 0;
  #capacity = FIRST_CAPACITY;
  /** `undefined` where nobody wants it. */
  #localNs: Float64Array | undefined;
  #exchangeNs: Float64Array | undefined;
  #price: Float64Array | undefined;
  #qty: Float64Array | undefined;
  #instrument: Uint16Array | undefined;
  #kind: Uint8Array | undefined;
  #side: Uint8Array | undefined;

  constructor(wanted: readonly RowColumn[] = ROW_COLUMNS) {
    const numbers = (name: RowColumn) => (wanted.includes(name) ? new Float64Array(FIRST_CAPACITY) : undefined);
    this.#localNs = numbers('local');
    this.#exchangeNs = numbers('exchange');
    this.#price = numbers('px');
    this.#qty = numbers('qty');
    this.#instrument = wanted.includes('inst') ? new Uint16Array(FIRST_CAPACITY) : undefined;
    this.#kind = wanted.includes('kind') ? new Uint8Array(FIRST_CAPACITY) : undefined;
    this.#side = wanted.includes('side') ? new Uint8Array(FIRST_CAPACITY) : undefined;
  }

  /** `instrument`: the peer's index of it. */
  add(row: MarketView, instrument: number): void {
    const at = this.length;
    if (at === this.#capacity) this.#grow();
    if (this.#localNs !== undefined) this.#localNs[at] = row.localNs;
    if (this.#exchangeNs !== undefined) this.#exchangeNs[at] = row.exchangeNs;
    if (this.#price !== undefined) this.#price[at] = row.price;
    if (this.#qty !== undefined) this.#qty[at] = row.qty;
    if (this.#instrument !== undefined) this.#instrument[at] = instrument;
    if (this.#kind !== undefined) this.#kind[at] = row.kind;
    if (this.#side !== undefined) this.#side[at] = row.side;
    this.length = at + 1;
  }

  /** Those that are wanted, in the order of the layout; of each the first `length` rows count. */
  get columns(): readonly WireColumn[] {
    const all = [this.#localNs, this.#exchangeNs, this.#price, this.#qty, this.#instrument, this.#kind, this.#side];
    return all.filter((column) => column !== undefined);
  }

  #grow(): void {
    this.#capacity *= 2;
    const numbers = (old: Float64Array | undefined) => old && grown(old, new Float64Array(this.#capacity));
    const bytes = (old: Uint8Array | undefined) => old && grown(old, new Uint8Array(this.#capacity));
    this.#localNs = numbers(this.#localNs);
    this.#exchangeNs = numbers(this.#exchangeNs);
    this.#price = numbers(this.#price);
    this.#qty = numbers(this.#qty);
    this.#instrument = this.#instrument && grown(this.#instrument, new Uint16Array(this.#capacity));
    this.#kind = bytes(this.#kind);
    this.#side = bytes(this.#side);
  }
}

/** Bars that closed. Rare enough for plain arrays. */
export class WaitingBars {
  readonly #rows: number[][] = [];

  get length(): number {
    return this.#rows.length;
  }

  /** `instrument`: the peer's index of it; `series`: 0 for bars of the tape, else the place of what it was asked for as. */
  add(bar: MarketView, instrument: number, series: number): void {
    const price = (ticks: number) => bar.instrument.price(ticks);
    const { openTicks, highTicks, lowTicks } = bar;
    this.#rows.push([
      bar.localNs,
      bar.exchangeNs,
      price(openTicks),
      price(highTicks),
      price(lowTicks),
      bar.price,
      bar.qty,
      bar.vwap,
      bar.trades,
      bar.startNs,
      bar.endNs,
      instrument,
      series,
    ]);
  }

  clear(): void {
    this.#rows.length = 0;
  }

  get columns(): readonly WireColumn[] {
    const column = (at: number) => this.#rows.map((row) => row[at]!);
    const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((at) => Float64Array.from(column(at)));
    return [...numbers, Uint16Array.from(column(11)), Uint16Array.from(column(12))];
  }
}

function grown<Column extends WireColumn>(old: Column, larger: Column): Column {
  larger.set(old);
  return larger;
}
