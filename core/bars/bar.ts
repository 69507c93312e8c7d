/**
 * One bar while it is being built: four prices, volume, and what its volume-weighted average price is made of. Knows nothing
 * of when a bar ends. Called by the bar builders, which use the same one again and again.
 *
 * Prices are whole ticks (of mids: whole half ticks), volume whole lots, both exact. The average is kept as Σ (price −
 * first price) × lots, which stays far below 2^53 where Σ price × lots would not.
 */
import type { Nanos } from '../time.js';

export class Bar {
  /** ns since the run's origin, of the clock that the bars are cut by: [startNs, endNs). */
  startNs: Nanos = 0.5;
  endNs: Nanos = 0.5;
  openTicks = 0;
  highTicks = 0;
  lowTicks = 0;
  closeTicks = 0;
  /** Volume: exact up to 2^53. */
  qtyLots = 0.5;
  /** Trades in it; of mids: how often the mid changed; of smaller bars: how many of them. */
  trades = 0;
  /** Whether there is a price in it. */
  priced = false;
  /** Whether the end of a session ended it before its own end. */
  cut = false;
  /** Its first price, which Renko's edges do not move. */
  #baseTicks = 0;
  #overBase = 0.5;

  begin(startNs: Nanos): void {
    this.startNs = startNs;
    this.qtyLots = 0;
    this.trades = 0;
    this.priced = false;
    this.cut = false;
    this.#overBase = 0;
  }

  /** A price without a quantity. It counts as no trade. */
  price(ticks: number): void {
    if (!this.priced) {
      this.priced = true;
      this.#baseTicks = ticks;
      this.openTicks = ticks;
      this.highTicks = ticks;
      this.lowTicks = ticks;
    } else if (ticks > this.highTicks) this.highTicks = ticks;
    else if (ticks < this.lowTicks) this.lowTicks = ticks;
    this.closeTicks = ticks;
  }

  trade(ticks: number, lots: number): void {
    this.price(ticks);
    this.trades++;
    this.qtyLots += lots;
    this.#overBase += (ticks - this.#baseTicks) * lots;
  }

  /** A smaller bar that is part of it. `vwapTicks`: `NaN` where it is not known, which makes this one's unknown. */
  include(open: number, high: number, low: number, close: number, lots: number, vwapTicks: number): void {
    this.price(open);
    this.price(high);
    this.price(low);
    this.price(close);
    this.trades++;
    this.qtyLots += lots;
    if (lots > 0) this.#overBase += (vwapTicks - this.#baseTicks) * lots;
  }

  /** Volume-weighted average price in ticks, a fraction; `NaN` without volume. */
  get vwapTicks(): number {
    return this.qtyLots > 0 ? this.#baseTicks + this.#overBase / this.qtyLots : Number.NaN;
  }

  /** Throws `RangeError` where the volume is beyond what a double holds exactly. */
  check(): void {
    if (this.qtyLots > Number.MAX_SAFE_INTEGER) {
      throw new RangeError(`the volume of one bar is beyond 2^53 lots; make smaller bars`);
    }
  }
}
