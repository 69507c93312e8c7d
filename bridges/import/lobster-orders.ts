/**
 * The orders of a LOBSTER file that rest at the moment, by id and by price, and which of them a message proves gone.
 * Knows nothing of rows. Called by lobster-writer.
 */
import { CrossingWatch } from './crossing-watch.js';
import type { Resting } from './lobster-scan.js';

/** Prices here are dollars × 10,000, as in the file. */
export class LobsterOrders {
  readonly watch = new CrossingWatch();
  readonly #orders = new Map<number, Resting>();
  readonly #idsAt = { buy: new Map<number, Set<number>>(), sell: new Map<number, Set<number>>() };

  get(id: number): Resting | undefined {
    return this.#orders.get(id);
  }

  add(id: number, order: Resting): void {
    this.#orders.set(id, order);
    this.#changeLevel(order, order.size);
    const ids = this.#idsAt[order.buy ? 'buy' : 'sell'];
    const queue = ids.get(order.price);
    if (queue === undefined) ids.set(order.price, new Set([id]));
    else queue.add(id);
  }

  /** Takes `size` off an order that has at least that. At 0 it rests no longer, but is still known. */
  reduce(id: number, order: Resting, size: number): void {
    order.size -= size;
    this.#changeLevel(order, -size);
    if (order.size === 0) this.#idsAt[order.buy ? 'buy' : 'sell'].get(order.price)?.delete(id);
  }

  /** There is no later message about an order of which nothing is left. */
  forget(id: number): void {
    this.#orders.delete(id);
  }

  #changeLevel(order: Resting, change: number): void {
    const side = order.buy ? this.watch.bids : this.watch.asks;
    side.set(order.price, side.at(order.price) + change);
  }

  /**
   * Ids of the orders at the best price of a side when that price cannot be (see lobster-writer), those that `gone` says
   * yes to; empty when the best price is possible or none of its orders is gone.
   */
  staleAtBest(buy: boolean, impossible: (best: number) => boolean, gone: (id: number) => boolean): number[] {
    const best = buy ? this.watch.bids.best : this.watch.asks.best;
    if (Number.isNaN(best) || !impossible(best)) return [];
    return [...(this.#idsAt[buy ? 'buy' : 'sell'].get(best) ?? [])].filter(gone);
  }
}
