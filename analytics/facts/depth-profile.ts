/**
 * What rests at the best levels in the mean, looked at once a second. Knows nothing of rows. Called by the stylised facts of an
 * instrument.
 */
import type { LevelBook } from '../../core/book/levels.js';
import { Side } from '../../core/market.js';
import { type Nanos, SECOND } from '../../core/time.js';

/** Levels from the touch on. */
export const DEPTH_LEVELS = 10;

export interface DepthFacts {
  /** Looks at the book, a second apart. */
  readonly samples: number;
  /** Mean lots at the best, second … level of a side; a level that is not there counts 0. `NaN` without samples. */
  readonly bidLots: readonly number[];
  readonly askLots: readonly number[];
}

export class DepthProfile {
  /** When the book is looked at next; `Infinity` before {@link DepthProfile.begin}. */
  nextNs: Nanos = Number.POSITIVE_INFINITY;
  #samples = 0;
  readonly #bids = new Float64Array(DEPTH_LEVELS);
  readonly #asks = new Float64Array(DEPTH_LEVELS);
  readonly #ticks = new Int32Array(DEPTH_LEVELS);
  readonly #lots = new Float64Array(DEPTH_LEVELS);

  /** A second after this is the first look. */
  begin(timeNs: Nanos): void {
    this.nextNs = timeNs + SECOND;
  }

  /** The book stood as it is up to `timeNs`: takes the looks before that. */
  stood(book: LevelBook, timeNs: Nanos): void {
    if (!(this.nextNs < timeNs)) return;
    const looks = Math.ceil((timeNs - this.nextNs) / SECOND);
    this.nextNs += looks * SECOND;
    this.#samples += looks;
    this.#add(book, Side.buy, this.#bids, looks);
    this.#add(book, Side.sell, this.#asks, looks);
  }

  #add(book: LevelBook, side: Side, sums: Float64Array, looks: number): void {
    const found = book.levelsInto(side, DEPTH_LEVELS, this.#ticks, this.#lots);
    for (let level = 0; level < found; level++) sums[level]! += looks * this.#lots[level]!;
  }

  facts(): DepthFacts {
    const mean = (sums: Float64Array) => Array.from(sums, (sum) => sum / this.#samples);
    return { samples: this.#samples, bidLots: mean(this.#bids), askLots: mean(this.#asks) };
  }
}
