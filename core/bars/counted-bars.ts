/**
 * Bars that end with a trade: as many trades, lots or ticks × lots, imbalances and runs. Knows nothing of the rule that ends
 * them but its answer. Made by bar-kinds.ts. contract: ClosingRule.
 */
import type { Side } from '../market.js';
import type { Nanos } from '../time.js';
import { BarBuilder, type BarBuilderSetup } from './bar-builder.js';

/**
 * Decides with which trade a bar ends. Called once for each trade of a bar, on the hot path; must not allocate.
 * Read {@link SumRule} first, then {@link file://./imbalance-rule.ts}.
 */
export interface ClosingRule {
  /** A trade of the bar at hand: whether it is its last one. */
  takes(ticks: number, lots: number, side: Side): boolean;
  /** The bar is over. `whole`: by this rule rather than by a session's end. */
  ended(whole: boolean): void;
  /** How often an expectation was kept within its bounds. */
  readonly bounded: number;
}

/** So many trades, lots, or ticks × lots (their size without sign), at least. */
export class SumRule implements ClosingRule {
  readonly bounded = 0;
  readonly #of: 'ticks' | 'volume' | 'value';
  readonly #size: number;
  #sum = 0;

  constructor(of: 'ticks' | 'volume' | 'value', size: number) {
    this.#of = of;
    this.#size = size;
  }

  takes(ticks: number, lots: number): boolean {
    this.#sum += this.#of === 'ticks' ? 1 : this.#of === 'volume' ? lots : Math.abs(ticks) * lots;
    return this.#sum >= this.#size;
  }

  ended(): void {
    this.#sum = 0;
  }
}

export class CountedBars extends BarBuilder {
  protected running = false;
  readonly #rule: ClosingRule;
  #standing = Number.NaN;

  constructor(setup: BarBuilderSetup, rule: ClosingRule) {
    super(setup);
    this.#rule = rule;
  }

  finish(): void {
    if (!this.running) return;
    this.leaveUnfinished();
    this.running = false;
  }

  protected take(ticks: number, lots: number, side: Side, timeNs: Nanos): void {
    if (!this.running) this.#begin(timeNs);
    this.bar.trade(ticks, lots);
    if (this.#rule.takes(ticks, lots, side)) this.#end(timeNs, true);
  }

  protected takeMid(ticks: number, timeNs: Nanos): void {
    if (Number.isNaN(ticks) || this.outside(timeNs)) {
      this.#standing = Number.NaN;
      return;
    }
    if (ticks === this.#standing) return;
    if (!this.running) {
      this.#begin(timeNs);
      // The bar opens with the mid that stood when it began.
      if (!Number.isNaN(this.#standing)) this.bar.price(this.#standing);
    }
    this.#standing = ticks;
    this.bar.price(ticks);
    this.bar.trades++;
    if (this.#rule.takes(ticks, 0, 0)) this.#end(timeNs, true);
  }

  protected pass(): void {}

  protected cutShort(timeNs: Nanos): void {
    if (this.running) this.#end(timeNs, false);
    this.#standing = Number.NaN;
  }

  #begin(timeNs: Nanos): void {
    this.running = true;
    this.bar.begin(timeNs);
  }

  #end(timeNs: Nanos, whole: boolean): void {
    this.running = false;
    this.bar.cut = !whole;
    this.#rule.ended(whole);
    this.bounded = this.#rule.bounded;
    this.emit(timeNs);
  }
}
