/**
 * Imbalance and run bars: a bar ends when trading is more one-sided than was to be expected. Knows nothing of bars. Made by
 * bar-kinds.ts.
 *
 * López de Prado (2018), Advances in Financial Machine Learning, 2.3.2. Of trade t: sign b (see TradeSigns; 0 while it is not
 * known, which counts as a trade and adds nothing), weight w = 1 (tick), lots (volume) or ticks × lots (value), and T the number
 * of trades of a bar. A bar ends with the first trade at which
 *
 *   imbalance  |Σ b w| ≥ E[T] |E[b w]|
 *   runs       max(Σ_{b=1} w, Σ_{b=−1} w) ≥ E[T] max(P E[w | b=1], (1 − P) E[w | b=−1]),  P = P[b=1]
 *
 * For weight 1 these are the book's tick bars, E[b w] = 2 P − 1. Expectations are those known when the bar began:
 *
 *   E[T]        moves by α_T = 2 / (span + 1) towards T at the end of each bar that ended by this rule; starts at `expectedTicks`
 *   the others  move by α = 2 / (span × expectedTicks + 1) with every trade; P and E[w | ±] with trades of known sign, of theirs
 *
 * The first bar is the start of these others: it ends after exactly `expectedTicks` trades, and they begin as the plain means of
 * that bar. (The book says only that they are exponentially weighted averages "from prior bars"; it leaves the start open.) A bar
 * that a session's end cuts short moves the averages over trades and not E[T]; if it is the first one, another is the start.
 *
 * E[T] and the bars feed on each other: with long one-sided stretches they can run away to ever larger or to single-trade
 * bars. `expectedTicksWithin` bounds E[T], and how often it had to is counted.
 */
import type { Side } from '../market.js';
import type { Weight } from './bar-rule.js';
import type { ClosingRule } from './counted-bars.js';
import { TradeSigns } from './trade-signs.js';

export interface ImbalanceOptions {
  readonly of: Weight;
  readonly expectedTicks: number;
  readonly signs: 'tick-rule' | 'aggressor';
  readonly span: number;
  readonly within: readonly [least: number, most: number];
}

/** What the two rules share: signs, weights, the expected number of trades, the first bar. */
abstract class ExpectedRule implements ClosingRule {
  bounded = 0;
  /** By which averages over trades move. */
  protected readonly alpha: number;
  /** The first bar has not ended yet. */
  protected warming = true;
  protected expectedTicks: number;
  readonly #options: ImbalanceOptions;
  readonly #signs: TradeSigns;
  #ticks = 0;
  /** At which the bar at hand ends. */
  #threshold = 0.5;

  constructor(options: ImbalanceOptions) {
    this.#options = options;
    this.#signs = new TradeSigns(options.signs);
    this.expectedTicks = options.expectedTicks;
    this.alpha = 2 / (options.span * options.expectedTicks + 1);
  }

  takes(ticks: number, lots: number, side: Side): boolean {
    const { of, expectedTicks } = this.#options;
    const sign = this.#signs.of(ticks, side);
    const weight = of === 'tick' ? 1 : of === 'volume' ? lots : Math.abs(ticks) * lots;
    this.#ticks++;
    const sum = this.sum(sign, weight);
    return this.warming ? this.#ticks >= expectedTicks : sum >= this.#threshold;
  }

  ended(whole: boolean): void {
    if (whole && this.warming) {
      this.warming = false;
      this.begin(this.#ticks);
      // Once, whatever the bounds make of the start.
      this.#bound();
    } else if (whole) {
      this.expectedTicks += (2 / (this.#options.span + 1)) * (this.#ticks - this.expectedTicks);
      this.#bound();
    }
    this.#ticks = 0;
    this.clear();
    this.#threshold = this.expectedTicks * this.expectedPart();
  }

  /** Adds a trade and moves the averages; the sum that is held against the threshold. */
  protected abstract sum(sign: number, weight: number): number;
  /** The means of the first bar, of so many trades, become the averages. */
  protected abstract begin(ticks: number): void;
  /** A new bar's sums. */
  protected abstract clear(): void;
  /** The threshold over E[T]. */
  protected abstract expectedPart(): number;

  #bound(): void {
    const [least, most] = this.#options.within;
    const bounded = Math.min(most, Math.max(least, this.expectedTicks));
    if (bounded !== this.expectedTicks) this.bounded++;
    this.expectedTicks = bounded;
  }
}

export class ImbalanceRule extends ExpectedRule {
  /** E[b w]. */
  #mean = 0.5;
  #theta = 0;

  protected sum(sign: number, weight: number): number {
    const signed = sign * weight;
    this.#theta += signed;
    if (!this.warming) this.#mean += this.alpha * (signed - this.#mean);
    return Math.abs(this.#theta);
  }

  protected begin(ticks: number): void {
    this.#mean = this.#theta / ticks;
  }

  protected clear(): void {
    this.#theta = 0;
  }

  protected expectedPart(): number {
    return Math.abs(this.#mean);
  }
}

export class RunRule extends ExpectedRule {
  /** P[b=1], E[w | b=1], E[w | b=−1]; `NaN` until there was such a trade. */
  #buys = Number.NaN;
  #bought = Number.NaN;
  #sold = Number.NaN;
  #buyCount = 0;
  #sellCount = 0;
  #up = 0;
  #down = 0;

  protected sum(sign: number, weight: number): number {
    if (sign > 0) {
      this.#up += weight;
      this.#buyCount++;
    } else if (sign < 0) {
      this.#down += weight;
      this.#sellCount++;
    }
    if (!this.warming && sign !== 0) {
      this.#buys = this.#moved(this.#buys, sign > 0 ? 1 : 0);
      if (sign > 0) this.#bought = this.#moved(this.#bought, weight);
      else this.#sold = this.#moved(this.#sold, weight);
    }
    return Math.max(this.#up, this.#down);
  }

  protected begin(): void {
    this.#buys = this.#buyCount / (this.#buyCount + this.#sellCount);
    this.#bought = this.#up / this.#buyCount;
    this.#sold = this.#down / this.#sellCount;
  }

  protected clear(): void {
    this.#up = 0;
    this.#down = 0;
    this.#buyCount = 0;
    this.#sellCount = 0;
  }

  /** A side that never traded adds nothing. */
  protected expectedPart(): number {
    const buys = Number.isNaN(this.#bought) ? 0 : this.#buys * this.#bought;
    const sells = Number.isNaN(this.#sold) ? 0 : (1 - this.#buys) * this.#sold;
    return Math.max(buys, sells);
  }

  /** The first value where there was none. */
  #moved(average: number, value: number): number {
    return Number.isNaN(average) ? value : average + this.alpha * (value - average);
  }
}
