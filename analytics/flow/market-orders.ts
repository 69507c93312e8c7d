/**
 * Trades put together to market orders: those after each other of one exchange time and one aggressor. Knows nothing of books beyond
 * what stood where they traded. Called by the calibration of a flow.
 */
import type { Side } from '../../core/market.js';
import type { Nanos } from '../../core/time.js';
import { SizeHistogram } from './size-histogram.js';

export class MarketOrders {
  readonly sizes = new SizeHistogram();
  /** How often an order that had emptied a price went on to the next one, and how often it did not. */
  wentOn = 0;
  stopped = 0;
  #timeNs: Nanos = Number.NaN;
  #aggressor: Side | -1 = -1;
  #lots = 0;
  #tick = 0;
  #lotsHere = 0;
  #stoodHere = 0;

  /** `stood`: lots at the price before this trade. Returns whether a new market order begins. */
  trade(timeNs: Nanos, aggressor: Side, tick: number, lots: number, stood: number): boolean {
    const begins = timeNs !== this.#timeNs || aggressor !== this.#aggressor;
    if (begins) {
      this.end();
      this.#timeNs = timeNs;
      this.#aggressor = aggressor;
    } else if (tick !== this.#tick) this.wentOn++;
    if (begins || tick !== this.#tick) {
      this.#tick = tick;
      this.#lotsHere = 0;
      this.#stoodHere = stood;
    }
    this.#lots += lots;
    this.#lotsHere += lots;
    return begins;
  }

  /** No more trades come of the one that is open. */
  end(): void {
    if (this.#lots > 0) {
      this.sizes.add(this.#lots);
      if (this.#lotsHere >= this.#stoodHere && this.#stoodHere > 0) this.stopped++;
    }
    this.#lots = 0;
    this.#aggressor = -1;
  }
}
