/**
 * The orders of one remote strategy by the peer's own ids, and what has to be told of them in the next request.
 * Knows nothing of frames. Called by the remote strategy and by the operations.
 *
 * Every order is kept for as long as the run lasts, because the peer may name it for as long: a recorder keeps more of each.
 */
import { type Order, type OrderEvent, OrderEventKind, type Reason } from '../../core/order.js';
import type { Nanos } from '../../core/time.js';
import { Event } from './wire-layout.js';

export class OwnOrders {
  /** By the peer's id − 1. */
  readonly #orders: Order[] = [];
  /** The peer's id by the engine's. */
  readonly #ids = new Map<number, number>();
  readonly #waiting: unknown[];

  /** `waiting`: events for the next request. */
  constructor(waiting: unknown[]) {
    this.#waiting = waiting;
  }

  /** The only id that a new order may have. */
  get nextId(): number {
    return this.#orders.length + 1;
  }

  get(id: number): Order | undefined {
    return this.#orders[id - 1];
  }

  /** A new order, at the next id. One that was refused at once rides in the next request. */
  add(order: Order, nowNs: Nanos): void {
    this.#orders.push(order);
    this.#ids.set(order.id, this.#orders.length);
    if (order.finished) this.tellAtOnce(order, OrderEventKind.rejected, order.reason, nowNs);
  }

  /** An answer of the venue. */
  tell(event: OrderEvent): void {
    const { order, kind, priceTicks, qtyLots, leavesLots, maker, fee, reason, localNs, exchangeNs } = event;
    this.#push(order, kind, priceTicks, qtyLots, leavesLots, maker, fee, reason, localNs, exchangeNs);
  }

  /** What was refused before it left: strategies in TypeScript see it in what the call returns. */
  tellAtOnce(order: Order, kind: OrderEventKind, reason: Reason, nowNs: Nanos): void {
    const { priceTicks, qtyLots, leavesLots } = order;
    this.#push(order, kind, priceTicks, qtyLots, leavesLots, false, 0, reason, nowNs, Number.NaN);
  }

  #push(
    order: Order,
    kind: OrderEventKind,
    priceTicks: number,
    qtyLots: number,
    leavesLots: number,
    maker: boolean,
    fee: number,
    reason: Reason,
    localNs: Nanos,
    exchangeNs: Nanos,
  ): void {
    const id = this.#ids.get(order.id);
    if (id === undefined) throw new Error(`order ${order.id} is not of this strategy`);
    const detail = reason === 0 ? '' : order.detail;
    const { status, filledLots } = order;
    this.#waiting.push([
      Event.order,
      id,
      kind,
      status,
      finiteOrNil(priceTicks),
      finiteOrNil(qtyLots),
      leavesLots,
      filledLots,
      maker,
      fee,
      reason,
      detail,
      localNs,
      finiteOrNil(exchangeNs),
    ]);
  }
}

/** `NaN` stands for "none" in the engine and is nil on the wire. */
export function finiteOrNil(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
