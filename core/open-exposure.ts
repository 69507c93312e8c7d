/**
 * What is on its way to or at the venue, by strategy, instrument and side: lots that may still fill, kept as orders are sent
 * and answered. Knows nothing of limits, prices or accounts. Called by the risk desk.
 */
import { Side } from './market.js';
import { type Order, OrderEventKind } from './order.js';

/** Changes of one order that were sent and not answered yet. */
interface ChangesPending {
  count: number;
  /** The largest total quantity that any of them asks for. */
  mostLots: number;
}

/**
 * Columns by strategy × instrument. *Open* is Σ leaves of orders that are not finished, as their strategy knows them. What may
 * fill is more while changes to a larger quantity are on their way: the venue may have made them already. Such a change
 * counts from when it is sent until every change of its order is answered, as a refused one cannot be told from a made one
 * before.
 */
export class OpenExposure {
  readonly #instruments: number;
  readonly #openBuys: Float64Array;
  readonly #openSells: Float64Array;
  /** What may fill, of orders that can open a position, and of those that only reduce one. */
  readonly #buys: Float64Array;
  readonly #sells: Float64Array;
  readonly #reduceBuys: Float64Array;
  readonly #reduceSells: Float64Array;
  /** By order id. */
  readonly #changes = new Map<number, ChangesPending>();

  constructor(strategies: number, instruments: number) {
    const size = strategies * instruments;
    this.#instruments = instruments;
    this.#openBuys = new Float64Array(size);
    this.#openSells = new Float64Array(size);
    this.#buys = new Float64Array(size);
    this.#sells = new Float64Array(size);
    this.#reduceBuys = new Float64Array(size);
    this.#reduceSells = new Float64Array(size);
  }

  /** Σ leaves of orders not finished, reduce-only ones included. */
  openLots(strategy: number, instrument: number, side: Side): number {
    return (side === Side.buy ? this.#openBuys : this.#openSells)[strategy * this.#instruments + instrument]!;
  }

  /** What may still fill of one side's orders that are not reduce-only. */
  mayFillLots(strategy: number, instrument: number, side: Side): number {
    return (side === Side.buy ? this.#buys : this.#sells)[strategy * this.#instruments + instrument]!;
  }

  /** What may still fill of one side's reduce-only orders, if there is a position to reduce. */
  mayReduceLots(strategy: number, instrument: number, side: Side): number {
    return (side === Side.buy ? this.#reduceBuys : this.#reduceSells)[strategy * this.#instruments + instrument]!;
  }

  /** By how much a change to a total of `qtyLots` raises what may fill of an order; 0 where it does not. */
  addedBy(order: Order, qtyLots: number): number {
    return Math.max(0, qtyLots - order.filledLots - this.#mayFill(order, order.leavesLots, order.filledLots));
  }

  sent(order: Order): void {
    this.#addOpen(order, order.leavesLots);
    this.#addMayFill(order, order.leavesLots);
  }

  changeSent(order: Order, qtyLots: number): void {
    const added = this.addedBy(order, qtyLots);
    const changes = this.#changes.get(order.id);
    if (changes === undefined) this.#changes.set(order.id, { count: 1, mostLots: qtyLots });
    else {
      changes.count++;
      changes.mostLots = Math.max(changes.mostLots, qtyLots);
    }
    this.#addMayFill(order, added);
  }

  /** An answer was applied to the order; it had `leavesBefore` left. */
  answered(order: Order, kind: OrderEventKind, leavesBefore: number): void {
    const filled = kind === OrderEventKind.filled ? leavesBefore - order.leavesLots : 0;
    const before = this.#mayFill(order, leavesBefore, order.filledLots - filled);
    const changes = this.#changes.get(order.id);
    if (changes !== undefined) {
      if (kind === OrderEventKind.modified || kind === OrderEventKind.modifyRejected) changes.count--;
      if (changes.count === 0 || order.finished) this.#changes.delete(order.id);
    }
    const after = order.finished ? 0 : this.#mayFill(order, order.leavesLots, order.filledLots);
    this.#addOpen(order, order.leavesLots - leavesBefore);
    this.#addMayFill(order, after - before);
  }

  #mayFill(order: Order, leavesLots: number, filledLots: number): number {
    const changes = this.#changes.get(order.id);
    return changes === undefined ? leavesLots : Math.max(leavesLots, changes.mostLots - filledLots);
  }

  #addOpen(order: Order, lots: number): void {
    const at = order.strategy * this.#instruments + order.instrument.index;
    (order.side === Side.buy ? this.#openBuys : this.#openSells)[at]! += lots;
  }

  #addMayFill(order: Order, lots: number): void {
    const at = order.strategy * this.#instruments + order.instrument.index;
    const buys = order.side === Side.buy;
    if (order.terms.reduceOnly) (buys ? this.#reduceBuys : this.#reduceSells)[at]! += lots;
    else (buys ? this.#buys : this.#sells)[at]! += lots;
  }
}
