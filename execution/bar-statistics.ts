/**
 * What the last bars of each instrument traded and how much they moved: the market that impact models ask about. Knows
 * nothing of orders or models. Called by a venue, with each bar after its orders have met it, so that a fill knows only of
 * bars before its own.
 */

/** Volume and volatility per bar over the last `bars` bars. Allocates only when it is made. */
export class BarStatistics {
  readonly #bars: number;
  /** Rings by instrument: the last `bars` volumes, and the last `bars` returns from close to close. */
  readonly #volume: Float64Array;
  readonly #return: Float64Array;
  readonly #lastClose: Float64Array;
  readonly #seen: Float64Array;

  /** Throws `RangeError` unless `bars`, the length of the window, is a whole number ≥ 2. */
  constructor(instruments: number, bars: number) {
    if (!(Number.isSafeInteger(bars) && bars >= 2)) {
      throw new RangeError(`bar statistics: a window of ${bars} bars is not a whole number ≥ 2`);
    }
    this.#bars = bars;
    this.#volume = new Float64Array(instruments * bars);
    this.#return = new Float64Array(instruments * bars);
    this.#lastClose = new Float64Array(instruments).fill(Number.NaN);
    this.#seen = new Float64Array(instruments);
  }

  add(instrument: number, closeTicks: number, volumeLots: number): void {
    const at = instrument * this.#bars + (this.#seen[instrument]! % this.#bars);
    const last = this.#lastClose[instrument]!;
    this.#volume[at] = volumeLots;
    // Of a price at 0 or below there is no return: nothing is known until it has left the window.
    this.#return[at] = last > 0 && closeTicks > 0 ? closeTicks / last - 1 : Number.NaN;
    this.#lastClose[instrument] = closeTicks;
    this.#seen[instrument]!++;
  }

  /** Mean volume of a bar in lots; NaN until the window is full. */
  volumeLots(instrument: number): number {
    return this.#seen[instrument]! < this.#bars ? Number.NaN : this.#mean(this.#volume, instrument);
  }

  /**
   * Standard deviation (of a sample: n − 1) of the returns from close to close of a bar, as a fraction; NaN until there are
   * as many returns as the window has bars, which takes one bar more.
   */
  sigma(instrument: number): number {
    if (this.#seen[instrument]! <= this.#bars) return Number.NaN;
    const mean = this.#mean(this.#return, instrument);
    const start = instrument * this.#bars;
    let squares = 0;
    for (let i = start; i < start + this.#bars; i++) squares += (this.#return[i]! - mean) ** 2;
    return Math.sqrt(squares / (this.#bars - 1));
  }

  #mean(column: Float64Array, instrument: number): number {
    const start = instrument * this.#bars;
    let sum = 0;
    for (let i = start; i < start + this.#bars; i++) sum += column[i]!;
    return sum / this.#bars;
  }
}
