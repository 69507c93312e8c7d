/**
 * Mean, spread, skew and kurtosis of numbers, one at a time or of a whole series. Knows nothing of what they measure.
 * Called by the other metrics.
 *
 * Numbers that are `NaN` are left out everywhere. One pass in O(1) memory, without the cancellation of Σx² − (Σx)²:
 * P. Pébay, "Formulas for Robust, One-Pass Parallel Computation of Covariances and Arbitrary-Order Statistical Moments",
 * Sandia report SAND2008-6212 (2008); for mean and variance this is Welford's way (Technometrics 4, 1962).
 */

export class Moments {
  count = 0;
  mean = 0;
  #m2 = 0;
  #m3 = 0;
  #m4 = 0;

  add(value: number): void {
    if (Number.isNaN(value)) return;
    const n = ++this.count;
    const delta = value - this.mean;
    const step = delta / n;
    const term = delta * step * (n - 1);
    const m2 = this.#m2;
    this.mean += step;
    this.#m4 += term * step * step * (n * n - 3 * n + 3) + 6 * step * step * m2 - 4 * step * this.#m3;
    this.#m3 += term * step * (n - 2) - 3 * step * m2;
    this.#m2 += term;
  }

  /** Σ(x − mean)² / (n − 1); `NaN` for fewer than two. */
  get variance(): number {
    return this.count < 2 ? Number.NaN : this.#m2 / (this.count - 1);
  }

  /** Standard deviation, dividing by n − 1. */
  get deviation(): number {
    return Math.sqrt(this.variance);
  }

  /** m₃ / m₂^1.5 with central moments that divide by n (g₁, not corrected for bias); `NaN` where nothing varies. */
  get skew(): number {
    return this.#m2 > 0 ? (Math.sqrt(this.count) * this.#m3) / this.#m2 ** 1.5 : Number.NaN;
  }

  /** m₄ / m₂² likewise: 3 for the normal distribution (not the excess over it). */
  get kurtosis(): number {
    return this.#m2 > 0 ? (this.count * this.#m4) / (this.#m2 * this.#m2) : Number.NaN;
  }
}

export function momentsOf(values: Iterable<number>): Moments {
  const moments = new Moments();
  for (const value of values) moments.add(value);
  return moments;
}
