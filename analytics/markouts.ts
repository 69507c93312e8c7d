/**
 * Where the market stood at each fill and a while after: read off the venue's book at exactly those times, as a match listener and
 * a lookout of the exchange lane. Knows nothing of the table but where its own columns are. Called by the recorder.
 *
 * A look costs a call between two rows, and nothing is scheduled; while no fill is younger than the longest horizon there is
 * none. All horizons are constant, so what is due for one of them comes in the order of the fills: each horizon goes through the
 * columns of a ring by itself, one place after the other, which stays in the cache where a record for each fill would not.
 */
import type { Book } from '../core/book/book.js';
import type { Lookout } from '../core/lookout.js';
import type { MatchEvent } from '../core/match-event.js';
import { MILLISECOND, type Nanos, SECOND } from '../core/time.js';
import type { TableWriter } from './table-writer.js';

/** How long after a fill the market is looked at; index = column of the table. */
export const MARKOUT_HORIZONS_NS: readonly Nanos[] = [
  MILLISECOND,
  10 * MILLISECOND,
  100 * MILLISECOND,
  SECOND,
  5 * SECOND,
  10 * SECOND,
  60 * SECOND,
];

/** Names of the columns in the recording, as the horizons. */
export const MARKOUT_COLUMNS = [
  'mid1msTicks',
  'mid10msTicks',
  'mid100msTicks',
  'mid1sTicks',
  'mid5sTicks',
  'mid10sTicks',
  'mid60sTicks',
] as const;

const HORIZONS = MARKOUT_HORIZONS_NS.length;

/** The first columns of the table of fills that are written here; those of the horizons follow. */
const QUOTES = 3;
/** Numbers kept of a fill: a plane each. */
const PLANES = QUOTES + HORIZONS;
/** Fills in the ring at first, a power of 2. */
const CAPACITY = 256;
/** As many are moved to the table at once. */
const BATCH = 64;

/**
 * A fill is added when it happens at the venue, and gets its row in the table when its strategy hears of it; mids go to the table
 * when all are seen. Fills are added with times that never decrease, and heard of in that order by each strategy and instrument.
 */
export class MarkoutRecorder implements Lookout {
  nextNs: Nanos = Number.POSITIVE_INFINITY;
  readonly #books: readonly Book[];
  readonly #fills: TableWriter;
  readonly #firstColumn: number;
  // The ring: fill n stands at n & (capacity − 1) of each column, and of each plane of `#seen`.
  #capacity = CAPACITY;
  #fillNs = new Float64Array(CAPACITY);
  #instrument = new Int32Array(CAPACITY);
  /** Row in the table; −1 = its strategy has not heard of it. */
  #row = new Int32Array(CAPACITY);
  /** The next fill of its pair that the strategy has not heard of; −1 = none yet. */
  #following = new Float64Array(CAPACITY);
  /** Place in line and the venue's quotes, then the mid after each horizon, which means something once `#next` is past the fill. */
  #seen = new Float64Array(PLANES * CAPACITY);
  /** Fills added, and those of them that have left the ring. */
  #added = 0;
  #done = 0;
  /** By pair of strategy and instrument: the first and the last fill that its strategy has not heard of; −1 = none. */
  readonly #first: Float64Array;
  readonly #last: Float64Array;
  /** By horizon: the first fill that was not looked at yet, and when that is due. */
  readonly #next = new Float64Array(HORIZONS);
  readonly #dueNs = new Float64Array(HORIZONS).fill(Number.POSITIVE_INFINITY);

  /** `firstColumn`: where its columns begin in the table of fills: place in line, the venue's quotes, the horizons. */
  constructor(venueBooks: readonly Book[], pairs: number, fills: TableWriter, firstColumn: number) {
    this.#books = venueBooks;
    this.#fills = fills;
    this.#firstColumn = firstColumn;
    this.#first = new Float64Array(pairs).fill(-1);
    this.#last = new Float64Array(pairs).fill(-1);
  }

  /** A fill of this moment at the venue, of a pair of strategy and instrument. */
  add(pair: number, { order, exchangeNs, aheadLots, bidTicks, askTicks }: MatchEvent): void {
    if (this.#added - this.#done === this.#capacity) this.#grow();
    const capacity = this.#capacity;
    const fill = this.#added++;
    const at = fill & (capacity - 1);
    this.#fillNs[at] = exchangeNs;
    this.#instrument[at] = order.instrument.index;
    this.#row[at] = -1;
    this.#following[at] = -1;
    const seen = this.#seen;
    seen[at] = aheadLots;
    seen[at + capacity] = bidTicks;
    seen[at + 2 * capacity] = askTicks;
    const next = this.#next;
    for (let horizon = 0; horizon < HORIZONS; horizon++) {
      if (next[horizon] === fill) this.#dueNs[horizon] = exchangeNs + MARKOUT_HORIZONS_NS[horizon]!;
    }
    if (this.#dueNs[0]! < this.nextNs) this.nextNs = this.#dueNs[0]!;
    const last = this.#last[pair]!;
    if (this.#first[pair]! < 0) this.#first[pair] = fill;
    else this.#following[last & (capacity - 1)] = fill;
    this.#last[pair] = fill;
  }

  /**
   * The strategy of a pair has heard of a fill, whose row was begun last: writes what is known of it into the row's cells from `to`
   * on; `NaN` where nobody saw it at the venue.
   */
  tell(pair: number, to: number): void {
    const { cells } = this.#fills;
    const fill = this.#first[pair]!;
    if (fill < 0) {
      for (let plane = 0; plane < PLANES; plane++) cells[to + plane] = Number.NaN;
      return;
    }
    const at = fill & (this.#capacity - 1);
    this.#row[at] = this.#fills.rows - 1;
    this.#first[pair] = this.#following[at]!;
    for (let plane = 0; plane < QUOTES; plane++) cells[to + plane] = this.#seen[plane * this.#capacity + at]!;
    for (let horizon = 0; horizon < HORIZONS; horizon++) cells[to + QUOTES + horizon] = this.#midAfter(fill, horizon);
  }

  look(beforeNs: Nanos): void {
    const dueNs = this.#dueNs;
    let nextNs = Number.POSITIVE_INFINITY;
    for (let horizon = 0; horizon < HORIZONS; horizon++) {
      if (dueNs[horizon]! < beforeNs) this.#see(horizon, beforeNs);
      if (dueNs[horizon]! < nextNs) nextNs = dueNs[horizon]!;
    }
    this.nextNs = nextNs;
    if (this.#next[HORIZONS - 1]! - this.#done >= BATCH) this.#settle();
  }

  /** Writes into the table what was seen of all fills that have their row there. */
  flush(): void {
    this.#settle();
    this.#write(this.#done, this.#added);
  }

  #see(horizon: number, beforeNs: Nanos): void {
    const fillNs = this.#fillNs;
    const mask = this.#capacity - 1;
    const plane = (QUOTES + horizon) * this.#capacity;
    const lengthNs = MARKOUT_HORIZONS_NS[horizon]!;
    let dueNs = this.#dueNs[horizon]!;
    let fill = this.#next[horizon]!;
    while (dueNs < beforeNs) {
      const at = fill & mask;
      this.#seen[plane + at] = this.#books[this.#instrument[at]!]!.midTicks;
      fill++;
      dueNs = fill < this.#added ? fillNs[fill & mask]! + lengthNs : Number.POSITIVE_INFINITY;
    }
    this.#next[horizon] = fill;
    this.#dueNs[horizon] = dueNs;
  }

  /** Fills at the front that were heard of and have all their mids leave the ring. */
  #settle(): void {
    const seen = this.#next[HORIZONS - 1]!;
    let end = this.#done;
    while (end < seen && this.#row[end & (this.#capacity - 1)]! >= 0) end++;
    this.#write(this.#done, end);
    this.#done = end;
  }

  /** Mids of fills [from, to), as far as they have a row. */
  #write(from: number, to: number): void {
    const mask = this.#capacity - 1;
    for (let horizon = 0; horizon < HORIZONS; horizon++) {
      const column = this.#firstColumn + QUOTES + horizon;
      for (let fill = from; fill < to; fill++) {
        const row = this.#row[fill & mask]!;
        if (row >= 0) this.#fills.set(column, row, this.#midAfter(fill, horizon));
      }
    }
  }

  /** `NaN` = not seen yet. */
  #midAfter(fill: number, horizon: number): number {
    if (fill >= this.#next[horizon]!) return Number.NaN;
    return this.#seen[(QUOTES + horizon) * this.#capacity + (fill & (this.#capacity - 1))]!;
  }

  /** Makes room for twice as many. */
  #grow(): void {
    const old = this.#capacity;
    const capacity = 2 * old;
    const [fillNs, instrument, row, following, seen] = [
      new Float64Array(capacity),
      new Int32Array(capacity),
      new Int32Array(capacity),
      new Float64Array(capacity),
      new Float64Array(PLANES * capacity),
    ];
    for (let fill = this.#done; fill < this.#added; fill++) {
      const from = fill & (old - 1);
      const to = fill & (capacity - 1);
      fillNs[to] = this.#fillNs[from]!;
      instrument[to] = this.#instrument[from]!;
      row[to] = this.#row[from]!;
      following[to] = this.#following[from]!;
      for (let plane = 0; plane < PLANES; plane++) seen[plane * capacity + to] = this.#seen[plane * old + from]!;
    }
    this.#capacity = capacity;
    this.#fillNs = fillNs;
    this.#instrument = instrument;
    this.#row = row;
    this.#following = following;
    this.#seen = seen;
  }
}
