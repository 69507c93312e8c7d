/**
 * One side of a venue's book as it can still be taken: what is displayed less what we took before, best price first.
 * Knows nothing of orders. Called by the matching engine, which points it at a book, and by matching models, which read it.
 */
import type { LevelBook } from '../core/book/levels.js';
import { Side } from '../core/market.js';
import type { ConsumptionModel } from './consumption.js';

const FIRST_LEVELS = 8;

export class BookSide {
  /** Of the book: `Side.sell` for asks, which buys take. */
  side: Side = Side.sell;
  #book!: LevelBook;
  readonly #consumption: ConsumptionModel;
  /** Lots at the front that are skipped: a trade took them, and the book has not heard of it yet. */
  #skipLots = 0;
  #ticks = new Int32Array(FIRST_LEVELS);
  #lots = new Float64Array(FIRST_LEVELS);
  /** Levels loaded so far; `#count` of them have lots. */
  #loaded = 0;
  #count = 0;
  #ended = false;

  constructor(consumption: ConsumptionModel) {
    this.#consumption = consumption;
  }

  /** Starts anew at the best level of a book's side; the best `skipLots` lots do not count. */
  point(book: LevelBook, side: Side, skipLots = 0): void {
    this.#book = book;
    this.side = side;
    this.#skipLots = skipLots;
    this.#loaded = 0;
    this.#count = 0;
    this.#ended = false;
  }

  /** Whether there is an n-th best level, from 0. */
  has(level: number): boolean {
    while (level >= this.#count && !this.#ended) this.#load();
    return level < this.#count;
  }

  /** Price of a level that is there. */
  tick(level: number): number {
    return this.#ticks[level]!;
  }

  /** Lots > 0 that can be had at a level that is there. */
  lots(level: number): number {
    return this.#lots[level]!;
  }

  /** Whether a level that is there is within a limit: at or below it for asks, at or above it for bids. */
  within(level: number, limitTicks: number): boolean {
    return this.side === Side.sell ? this.#ticks[level]! <= limitTicks : this.#ticks[level]! >= limitTicks;
  }

  /** Loads more levels: twice as many as so far, from the best on, because books give no others. */
  #load(): void {
    const wanted = this.#loaded === 0 ? FIRST_LEVELS : this.#loaded * 2;
    if (this.#ticks.length < wanted) {
      this.#ticks = new Int32Array(wanted);
      this.#lots = new Float64Array(wanted);
    }
    const found = this.#book.levelsInto(this.side, wanted, this.#ticks, this.#lots);
    this.#loaded = wanted;
    this.#ended = found < wanted;
    const instrument = this.#book.instrument.index;
    let skip = this.#skipLots;
    let count = 0;
    for (let i = 0; i < found; i++) {
      const tick = this.#ticks[i]!;
      const displayed = this.#lots[i]!;
      let lots = displayed - this.#consumption.takenLots(instrument, this.side, tick, displayed);
      if (skip > 0) {
        const skipped = Math.min(skip, lots);
        skip -= skipped;
        lots -= skipped;
      }
      if (lots <= 0) continue;
      this.#ticks[count] = tick;
      this.#lots[count] = lots;
      count++;
    }
    this.#count = count;
  }
}
