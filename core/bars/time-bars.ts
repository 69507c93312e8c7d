/**
 * Bars on a grid of times. Knows nothing of where rows come from. Made by bar-kinds.ts.
 *
 * A bar is of [start, end): what comes at its end is in the next one. The grid counts from 1970, or from the opening of the
 * session. The first bar begins where hearing began, if that is inside an interval of the grid: its `startNs` says so.
 */
import type { Side } from '../market.js';
import type { Nanos } from '../time.js';
import { BarBuilder, type BarBuilderSetup } from './bar-builder.js';

export class TimeBars extends BarBuilder {
  protected running = false;
  readonly #everyNs: Nanos;
  readonly #flat: boolean;
  readonly #sessioned: boolean;
  /** How far the origin is into an interval of the grid of 1970. */
  readonly #phaseNs: Nanos;
  /** End of the interval at hand. */
  #endNs: Nanos = 0.5;
  #lastClose = 0;
  /** The mid that stands; `NaN` without one, and where bars are of trades. */
  #standing = Number.NaN;

  constructor(setup: BarBuilderSetup, everyNs: Nanos, empty: 'none' | 'flat') {
    super(setup);
    this.#everyNs = everyNs;
    this.#flat = empty === 'flat';
    this.#sessioned = setup.sessions !== undefined;
    const every = BigInt(everyNs);
    this.#phaseNs = Number(((setup.originNs % every) + every) % every);
  }

  /** Where nothing traded there is nothing to tell. */
  override get dueNs(): Nanos {
    return this.bar.priced || this.#flat ? super.dueNs : Number.POSITIVE_INFINITY;
  }

  override settle(timeNs: Nanos): void {
    super.settle(timeNs);
    if (!this.running && timeNs >= this.openNs) this.fromNs = Math.max(this.fromNs, this.#gridStart(timeNs));
  }

  /**
   * A smaller bar of [startNs, endNs); false where it does not lie inside one of these bars, which is then in a state of no use.
   * Prices and quantity as in {@link Bar.include}. Outside the sessions it is counted.
   */
  include(
    { startNs, endNs }: { readonly startNs: Nanos; readonly endNs: Nanos },
    open: number,
    high: number,
    low: number,
    close: number,
    lots: number,
    vwapTicks: number,
  ): boolean {
    if (startNs >= this.nextNs) this.advance(startNs);
    if (startNs < this.openNs) {
      this.outsideTrades++;
      this.outsideLots += lots;
      return endNs <= this.openNs;
    }
    if (startNs < this.fromNs) return false;
    if (!this.running) this.#seek(startNs);
    this.bar.include(open, high, low, close, lots, vwapTicks);
    return endNs <= this.#endNs;
  }

  finish(): void {
    if (!this.running || !this.bar.priced) return;
    this.leaveUnfinished();
    this.emit(this.#endNs);
    this.running = false;
  }

  protected take(ticks: number, lots: number, _side: Side, timeNs: Nanos): void {
    if (!this.running) this.#seek(timeNs);
    this.bar.trade(ticks, lots);
  }

  protected takeMid(ticks: number, timeNs: Nanos): void {
    if (Number.isNaN(ticks) || this.outside(timeNs)) {
      this.#standing = Number.NaN;
      return;
    }
    if (!this.running) this.#seek(timeNs);
    if (ticks === this.#standing) return;
    this.#standing = ticks;
    this.bar.price(ticks);
    this.bar.trades++;
  }

  protected pass(timeNs: Nanos): void {
    while (this.running && timeNs >= this.#endNs) {
      this.#endInterval();
      if (this.running && !this.#flat && Number.isNaN(this.#standing)) this.#skip(timeNs);
    }
  }

  protected cutShort(timeNs: Nanos): void {
    this.#standing = Number.NaN;
    if (!this.running) return;
    if (this.bar.trades > 0 || (this.bar.priced && timeNs > this.bar.startNs)) {
      this.bar.cut = true;
      this.emit(timeNs);
    }
    this.running = false;
    this.nextNs = this.closeNs;
  }

  /** The interval that holds a time becomes the one at hand. */
  #seek(timeNs: Nanos): void {
    const startNs = this.#gridStart(timeNs);
    this.#enter(startNs);
    this.fromNs = Math.max(startNs, this.fromNs);
    this.bar.begin(this.fromNs);
    this.running = true;
  }

  #gridStart(timeNs: Nanos): Nanos {
    const every = this.#everyNs;
    const fromNs = this.#sessioned ? this.openNs : -this.#phaseNs;
    return fromNs + Math.floor((timeNs - fromNs) / every) * every;
  }

  #enter(startNs: Nanos): void {
    this.#endNs = Math.min(startNs + this.#everyNs, this.closeNs);
    this.nextNs = this.#endNs;
  }

  #endInterval(): void {
    const { bar } = this;
    const endNs = this.#endNs;
    if (bar.priced) {
      this.#lastClose = bar.closeTicks;
      // The last one of a session may be shorter than the others.
      bar.cut = endNs === this.closeNs && (endNs - this.openNs) % this.#everyNs !== 0;
      this.emit(endNs);
    } else {
      this.empty++;
      if (this.#flat) {
        bar.price(this.#lastClose);
        this.emit(endNs);
      }
    }
    this.fromNs = endNs;
    if (endNs >= this.closeNs) {
      this.running = false;
      return;
    }
    this.#enter(endNs);
    bar.begin(endNs);
    if (!Number.isNaN(this.#standing)) bar.price(this.#standing);
  }

  /** Whole intervals without a trade, at once: a gap may have millions. */
  #skip(timeNs: Nanos): void {
    const every = this.#everyNs;
    const intervals = Math.floor((Math.min(timeNs, this.closeNs) - this.bar.startNs) / every);
    if (!(intervals > 0)) return;
    this.empty += intervals;
    this.fromNs = this.bar.startNs + intervals * every;
    this.bar.begin(this.fromNs);
    this.#enter(this.fromNs);
    if (this.fromNs >= this.closeNs) this.running = false;
  }
}
