/**
 * Sample autocorrelation of a series that comes value by value, at chosen lags, in memory of the largest lag.
 * Knows nothing of what the values are. Called by the stylised facts of an instrument.
 */

/** One lag of a correlogram. */
export interface LagFact {
  readonly lag: number;
  /** −1 … 1; `NaN` where the series is not longer than the lag or never changes. */
  readonly value: number;
}

export class Autocorrelation {
  count = 0;
  readonly #lags: readonly number[];
  readonly #reach: number;
  /** The first and the last values, as many as the largest lag. */
  readonly #first: Float64Array;
  readonly #recent: Float64Array;
  /** Σ x(t)·x(t−lag), by lag. */
  readonly #products: Float64Array;
  #sum = 0;
  #squares = 0;

  /** `lags`: whole numbers ≥ 1, ascending. */
  constructor(lags: readonly number[]) {
    this.#lags = lags;
    this.#reach = lags.at(-1)!;
    this.#first = new Float64Array(this.#reach);
    this.#recent = new Float64Array(this.#reach);
    this.#products = new Float64Array(lags.length);
  }

  add(value: number): void {
    const at = this.count++;
    const reach = this.#reach;
    for (let each = 0; each < this.#lags.length; each++) {
      const lag = this.#lags[each]!;
      if (lag > at) break;
      this.#products[each]! += value * this.#recent[(at - lag) % reach]!;
    }
    if (at < reach) this.#first[at] = value;
    this.#recent[at % reach] = value;
    this.#sum += value;
    this.#squares += value * value;
  }

  /**
   * r(k) = Σ (x(t) − x̄)(x(t−k) − x̄) / Σ (x(t) − x̄)², the sum above over t = k+1 … N, the one below over all t.
   * Source: G. E. P. Box, G. M. Jenkins, "Time Series Analysis", 1976, formula 2.1.11.
   */
  lags(): LagFact[] {
    const { count } = this;
    const mean = this.#sum / count;
    const spread = this.#squares - count * mean * mean;
    // Below this share of the squares the difference is rounding.
    const flat = !(spread > 1e-12 * this.#squares);
    let [headSum, tailSum, head] = [0, 0, 0];
    return this.#lags.map((lag, each) => {
      if (lag >= count || flat) return { lag, value: Number.NaN };
      for (; head < lag; head++) {
        headSum += this.#first[head]!;
        tailSum += this.#recent[(count - 1 - head) % this.#reach]!;
      }
      const both = 2 * this.#sum - headSum - tailSum;
      return { lag, value: (this.#products[each]! - mean * both + (count - lag) * mean * mean) / spread };
    });
  }
}
