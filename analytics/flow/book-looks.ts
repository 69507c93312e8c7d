/**
 * How many lots stand at each distance from the best price of the other side, over time: looks at the book at even times, farther
 * apart the longer the tape is, so that their number stays within bounds. Knows nothing of rows. Called by the calibration of a flow.
 */
import type { LevelBook } from '../../core/book/levels.js';
import { NO_ASK, NO_BID } from '../../core/book/levels.js';
import { Side } from '../../core/market.js';
import { MILLISECOND, type Nanos, SECOND } from '../../core/time.js';
import type { DistanceFigures } from './distance-figures.js';

/** Looks are this far apart at first, and twice as far after so many. */
const FIRST_STEP_NS = 10 * MILLISECOND;
const LOOKS_TO_DOUBLE = 4_000;
/** How far looks see, in price steps; orders farther away are left out everywhere. */
export const SEEN_STEPS = 4_096;

export class BookLooks {
  /** When the next look is due; `Infinity` before {@link BookLooks.begin}. */
  nextNs: Nanos = Number.POSITIVE_INFINITY;
  /** Seconds with both sides there, as looks saw them. */
  seconds = 0;
  #stepNs = FIRST_STEP_NS;
  #looks = 0;

  begin(timeNs: Nanos): void {
    this.nextNs = timeNs + this.#stepNs;
  }

  /** The book, whose prices are multiples of `stepTicks`, stood as it is up to `timeNs`: takes the looks before that. */
  stood(book: LevelBook, stepTicks: number, timeNs: Nanos, figures: DistanceFigures): void {
    if (!(this.nextNs < timeNs)) return;
    const steps = Math.ceil((timeNs - this.nextNs) / this.#stepNs);
    const seconds = (steps * this.#stepNs) / SECOND;
    this.nextNs += steps * this.#stepNs;
    if (++this.#looks % LOOKS_TO_DOUBLE === 0) this.#stepNs *= 2;
    const { bid, ask } = book;
    if (bid === NO_BID || ask === NO_ASK || bid >= ask) return;
    this.seconds += seconds;
    for (let distance = ask - bid; distance <= SEEN_STEPS * stepTicks; distance += stepTicks) {
      const bidLots = book.lotsAt(Side.buy, ask - distance);
      if (bidLots > 0) figures.stood(distance, bidLots, seconds);
      const askLots = book.lotsAt(Side.sell, bid + distance);
      if (askLots > 0) figures.stood(distance, askLots, seconds);
    }
  }
}
