/**
 * Market rows that wait for a strategy's next request, as the tables `rows` and `bars` of the protocol: columns that grow.
 * Knows nothing of frames. Called by the remote strategy.
 */
import type { MarketView } from '../../core/market.js';

/** Room for this many rows to begin with; it doubles. */
const FIRST_CAPACITY = 256;

/** A column goes onto the wire as it is: little-endian, padded with zeros to a multiple of 8 bytes. */
export type WireColumn = Float64Array | Uint16Array | Uint8Array;

/** Rows of any kind but bars. */
export class WaitingRows {
  length = 0;
  #capacity = FIRST_CAPACITY;
  #localNs = new Float64Array(FIRST_CAPACITY);
  #exchangeNs = new Float64Array(FIRST_CAPACITY);
  #price = new Float64Array(FIRST_CAPACITY);
  #qty = new Float64Array(FIRST_CAPACITY);
  #instrument = new Uint16Array(FIRST_CAPACITY);
  #kind = new Uint8Array(FIRST_CAPACITY);
  #side = new Uint8Array(FIRST_CAPACITY);

  /** `instrument`: the peer's index of it. */
  add(row: MarketView, instrument: number): void {
    const at = this.length;
    if (at === this.#capacity) this.#grow();
    this.#localNs[at] = row.localNs;
    this.#exchangeNs[at] = row.exchangeNs;
    this.#price[at] = row.price;
    this.#qty[at] = row.qty;
    this.#instrument[at] = instrument;
    this.#kind[at] = row.kind;
    this.#side[at] = row.side;
    this.length = at + 1;
  }

  /** In the order of the layout; of each the first `length` rows count. */
  get columns(): readonly WireColumn[] {
    return [this.#localNs, this.#exchangeNs, this.#price, this.#qty, this.#instrument, this.#kind, this.#side];
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#localNs = grown(this.#localNs, new Float64Array(this.#capacity));
    this.#exchangeNs = grown(this.#exchangeNs, new Float64Array(this.#capacity));
    this.#price = grown(this.#price, new Float64Array(this.#capacity));
    this.#qty = grown(this.#qty, new Float64Array(this.#capacity));
    this.#instrument = grown(this.#instrument, new Uint16Array(this.#capacity));
    this.#kind = grown(this.#kind, new Uint8Array(this.#capacity));
    this.#side = grown(this.#side, new Uint8Array(this.#capacity));
  }
}

/** Bars that closed. Rare enough for plain arrays. */
export class WaitingBars {
  readonly #rows: number[][] = [];

  get length(): number {
    return this.#rows.length;
  }

  add(bar: MarketView, instrument: number): void {
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
      instrument,
    ]);
  }

  clear(): void {
    this.#rows.length = 0;
  }

  get columns(): readonly WireColumn[] {
    const column = (at: number) => this.#rows.map((row) => row[at]!);
    const numbers = [0, 1, 2, 3, 4, 5, 6].map((at) => Float64Array.from(column(at)));
    return [...numbers, Uint16Array.from(column(7))];
  }
}

function grown<Column extends WireColumn>(old: Column, larger: Column): Column {
  larger.set(old);
  return larger;
}
