/**
 * Where the market stood a while after each fill: read off the venue's book at exactly that time, as a lookout of the exchange
 * lane. Knows nothing of the table but where its own columns are. Called by the recorder.
 *
 * A look costs a call between two rows, and nothing is scheduled; while no fill is younger than the longest horizon there is
 * none. All horizons are constant, so what is due for one of them comes in the order of the fills.
 */
import type { Book } from '../core/book/book.js';
import type { Lookout } from '../core/lookout.js';
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

/**
 * A fill is added when it happens at the venue, and gets its row in the table when its strategy hears of it; what was seen in
 * between is kept until then. Fills are added with times that never decrease.
 */
export class MarkoutRecorder implements Lookout {
  nextNs: Nanos = Number.POSITIVE_INFINITY;
  readonly #books: readonly Book[];
  readonly #fills: TableWriter;
  readonly #firstColumn: number;
  /** By fill, from the first that is not done with: when, where, its row (−1 = none yet), and what was seen by horizon. */
  #fillNs: Nanos[] = [];
  #instrument: number[] = [];
  #row: number[] = [];
  #seen: number[] = [];
  /** By horizon: the first fill that was not looked at yet, and when that is due. */
  readonly #next = new Float64Array(HORIZONS);
  readonly #dueNs = new Float64Array(HORIZONS).fill(Number.POSITIVE_INFINITY);
  /** Fills that are done with. */
  #done = 0;

  /** `firstColumn`: where the columns of the horizons begin in the table of fills. */
  constructor(venueBooks: readonly Book[], fills: TableWriter, firstColumn: number) {
    this.#books = venueBooks;
    this.#fills = fills;
    this.#firstColumn = firstColumn;
  }

  /** A fill of this moment at the venue; returns its number. */
  add(instrument: number, fillNs: Nanos): number {
    const fill = this.#done + this.#fillNs.length;
    this.#fillNs.push(fillNs);
    this.#instrument.push(instrument);
    this.#row.push(-1);
    for (let horizon = 0; horizon < HORIZONS; horizon++) {
      this.#seen.push(Number.NaN);
      if (this.#next[horizon] === fill) this.#dueNs[horizon] = fillNs + MARKOUT_HORIZONS_NS[horizon]!;
    }
    this.nextNs = Math.min(this.nextNs, fillNs + MARKOUT_HORIZONS_NS[0]!);
    return fill;
  }

  /**
   * A fill gets its row, the one that was begun last, with what was seen so far from `at` on in its cells; −1 = nobody saw it at
   * the venue.
   */
  tell(fill: number, at: number): void {
    const fills = this.#fills;
    const first = (fill - this.#done) * HORIZONS;
    if (fill >= 0) this.#row[fill - this.#done] = fills.rows - 1;
    for (let horizon = 0; horizon < HORIZONS; horizon++) {
      fills.cells[at + horizon] = fill < 0 ? Number.NaN : this.#seen[first + horizon]!;
    }
  }

  look(beforeNs: Nanos): void {
    let nextNs = Number.POSITIVE_INFINITY;
    for (let horizon = 0; horizon < HORIZONS; horizon++) {
      if (this.#dueNs[horizon]! < beforeNs) this.#see(horizon, beforeNs);
      if (this.#dueNs[horizon]! < nextNs) nextNs = this.#dueNs[horizon]!;
    }
    this.nextNs = nextNs;
    if (this.#next[HORIZONS - 1]! - this.#done >= 4096) this.#forget();
  }

  #see(horizon: number, beforeNs: Nanos): void {
    const lengthNs = MARKOUT_HORIZONS_NS[horizon]!;
    const fills = this.#fillNs.length;
    let at = this.#next[horizon]! - this.#done;
    for (; at < fills && this.#fillNs[at]! + lengthNs < beforeNs; at++) {
      const mid = this.#books[this.#instrument[at]!]!.midTicks;
      const row = this.#row[at]!;
      if (row >= 0) this.#fills.set(this.#firstColumn + horizon, row, mid);
      else this.#seen[at * HORIZONS + horizon] = mid;
    }
    this.#next[horizon] = this.#done + at;
    this.#dueNs[horizon] = at < fills ? this.#fillNs[at]! + lengthNs : Number.POSITIVE_INFINITY;
  }

  /** Fills at the front that have all their numbers in the table. */
  #forget(): void {
    const seen = this.#next[HORIZONS - 1]! - this.#done;
    const waiting = this.#row.indexOf(-1);
    const gone = waiting < 0 ? seen : Math.min(seen, waiting);
    this.#fillNs = this.#fillNs.slice(gone);
    this.#instrument = this.#instrument.slice(gone);
    this.#row = this.#row.slice(gone);
    this.#seen = this.#seen.slice(gone * HORIZONS);
    this.#done += gone;
  }
}
