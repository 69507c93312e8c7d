/**
 * The first of two passes over a LOBSTER file: what must be known of the whole file before its rows can be written.
 * Knows nothing of rows. Called by lobster.
 */
import { type LobsterMessage, LobsterType } from './lobster-message.js';

/** An order as the importer follows it. */
export interface Resting {
  /** Dollars × 10,000. */
  readonly price: number;
  readonly buy: boolean;
  /** Shares left. */
  size: number;
}

/** First pass: which orders were there before the file begins, whether all prices are cents, whether there are halts. */
export class OrderScan {
  /** Size that is later removed of orders that the file does not add, by id. */
  readonly before = new Map<number, Resting>();
  offCent = 0;
  halts = 0;
  /** Id of the first order that the file adds; without any, all recovered orders were there at the start. */
  firstAdded = Infinity;
  /** Number of the last message about each order, from 1; later ones there are none. The writer takes out what is over. */
  readonly lastTouch = new Map<number, number>();
  /** Those of {@link OrderScan.before} that the file adds later. */
  readonly #addedLater = new Set<number>();
  #messages = 0;

  take({ type, orderId, size, price, buy }: LobsterMessage): void {
    this.#messages++;
    if (type === LobsterType.halt) {
      this.halts++;
      return;
    }
    if (price % 100 !== 0) this.offCent++;
    if (type === LobsterType.hidden || type === LobsterType.cross) return;
    const known = this.lastTouch.has(orderId);
    this.lastTouch.set(orderId, this.#messages);
    const order = this.before.get(orderId);
    if (type === LobsterType.add) {
      if (this.firstAdded === Infinity) this.firstAdded = orderId;
      if (order !== undefined) this.#addedLater.add(orderId);
    } else if (order === undefined) {
      if (!known) this.before.set(orderId, { price, buy, size });
    } else if (!this.#addedLater.has(orderId)) order.size += size;
  }
}
