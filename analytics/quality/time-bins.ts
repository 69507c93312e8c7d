/**
 * A figure over a time whose end is not known yet: a fixed number of bins that get twice as wide when the time runs over.
 * Knows nothing of the figure. Called by the checks, for the pictures of their page.
 */
import type { Nanos } from '../../core/time.js';

const BINS = 512;
const FIRST_WIDTH: Nanos = 1e6;

/** How values of one bin, and two bins that become one, are put together. */
export type Fold = 'sum' | 'least' | 'most';

const EMPTY: Readonly<Record<Fold, number>> = {
  sum: 0,
  least: Number.POSITIVE_INFINITY,
  most: Number.NEGATIVE_INFINITY,
};

/** Times are ns since the tape's origin, ≥ 0. */
export class TimeBins {
  widthNs: Nanos = FIRST_WIDTH;
  /** Bins without a value hold 0, ∞ or −∞, as the fold has it. */
  readonly values = new Float64Array(BINS);
  readonly #fold: Fold;

  constructor(fold: Fold) {
    this.#fold = fold;
    this.values.fill(EMPTY[fold]);
  }

  add(timeNs: Nanos, value: number): void {
    let bin = Math.floor(timeNs / this.widthNs);
    while (bin >= BINS) {
      this.#widen();
      bin = Math.floor(timeNs / this.widthNs);
    }
    this.values[bin] = this.#together(this.values[bin]!, value);
  }

  /** `lengthNs` of something, as shares of the bins that it spans; for sums. */
  addSpan(fromNs: Nanos, toNs: Nanos): void {
    while (Math.floor(toNs / this.widthNs) >= BINS) this.#widen();
    for (let at = fromNs; at < toNs; ) {
      const bin = Math.floor(at / this.widthNs);
      const end = Math.min(toNs, (bin + 1) * this.widthNs);
      this.values[bin]! += end - at;
      at = end;
    }
  }

  /** Makes the bins at least so wide (a width that another's bins have). */
  widenTo(widthNs: Nanos): void {
    while (this.widthNs < widthNs) this.#widen();
  }

  #together(a: number, b: number): number {
    if (this.#fold === 'sum') return a + b;
    return this.#fold === 'least' ? Math.min(a, b) : Math.max(a, b);
  }

  #widen(): void {
    const { values } = this;
    for (let bin = 0; bin < BINS / 2; bin++) values[bin] = this.#together(values[2 * bin]!, values[2 * bin + 1]!);
    values.fill(EMPTY[this.#fold], BINS / 2);
    this.widthNs *= 2;
  }
}
