/**
 * Returns of a price that changes at any time, over intervals of one length: the price at a point of the grid is the last one
 * that was set at or before it. Knows nothing of books. Called by the stylised facts of an instrument.
 */
import { type Nanos, SECOND } from '../../core/time.js';

export class PriceGrid {
  readonly stepNs: Nanos;
  /** Returns so far. */
  count = 0;
  /** Sum of squared returns, basis points². */
  squares = 0;
  /** The next point of the grid whose price is not settled yet; `Infinity` before the first price. */
  nextNs: Nanos = Number.POSITIVE_INFINITY;
  readonly #took: ((returnBps: number) => void) | undefined;
  #log = Number.NaN;

  /** `took` hears of each return in order, those of 0 too. */
  constructor(stepNs: Nanos, took?: (returnBps: number) => void) {
    this.stepNs = stepNs;
    this.#took = took;
  }

  /** The first price, at which the grid begins. */
  begin(timeNs: Nanos, log: number): void {
    this.#log = log;
    this.nextNs = timeNs + this.stepNs;
  }

  /** The price with natural logarithm `log` stood up to `timeNs`: settles the points before that. */
  stood(log: number, timeNs: Nanos): void {
    if (!(this.nextNs < timeNs)) return;
    const returnBps = 1e4 * (log - this.#log);
    this.#log = log;
    this.squares += returnBps * returnBps;
    const points = Math.ceil((timeNs - this.nextNs) / this.stepNs);
    this.count += points;
    this.nextNs += points * this.stepNs;
    if (this.#took === undefined) return;
    this.#took(returnBps);
    for (let quiet = 1; quiet < points; quiet++) this.#took(0);
  }

  /**
   * √(Σ r² / time), in basis points per √second: the same at all intervals where the price is a random walk. `NaN` without returns.
   * Source: T. Andersen, T. Bollerslev, F. Diebold, P. Labys, "Great Realizations", Risk 13, 2000 (volatility signature).
   */
  get bpsPerRootSecond(): number {
    return Math.sqrt(this.squares / ((this.count * this.stepNs) / SECOND));
  }
}
