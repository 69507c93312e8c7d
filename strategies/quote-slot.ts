/**
 * A place for one resting order of one side: keeps it where it is wanted, or takes it away, one request at a time.
 * Knows nothing of why a price is wanted. Called by quoting strategies.
 */
import type { Instrument } from '../core/instrument.js';
import type { Side } from '../core/market.js';
import { type Order, OrderStatus } from '../core/order.js';
import type { StrategyContext } from '../core/strategy.js';

export class QuoteSlot {
  readonly #instrument: Instrument;
  readonly #side: Side;
  #order: Order | undefined;

  constructor(instrument: Instrument, side: Side) {
    this.#instrument = instrument;
    this.#side = side;
  }

  /** There is no order in the slot, not even one that is on its way out. */
  get empty(): boolean {
    return this.#order === undefined;
  }

  /**
   * Forgets a finished order; cancels a working one that is further than `toleranceTicks` from `priceTicks` (`NaN`: from
   * any price). An order with a request on its way is left alone, and the slot is taken until the answer comes.
   */
  keep(context: StrategyContext, priceTicks: number, toleranceTicks = 0): void {
    const order = this.#order;
    if (order === undefined) return;
    if (order.finished) this.#order = undefined;
    else if (order.status !== OrderStatus.pending && !order.requestPending) {
      // Written so that NaN cancels.
      if (!(Math.abs(order.priceTicks - priceTicks) <= toleranceTicks)) context.cancel(order);
    }
  }

  /** Sends a post-only limit order into the slot, which must be empty. */
  place(context: StrategyContext, priceTicks: number, qtyLots: number): void {
    this.#order = context.submit({
      instrument: this.#instrument,
      side: this.#side,
      priceTicks,
      qtyLots,
      postOnly: true,
    });
  }
}
