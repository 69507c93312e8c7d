/**
 * The books in their plainest form, as slow twins: maps, searched whenever something is asked. Written from the meaning of
 * the tape's kinds alone (core/market.ts); nothing here is shared with core/book.
 */
import { Kind, Side } from '../../core/index.js';

/** One row of a tape, as far as books care. */
export interface PlainRow {
  readonly kind: number;
  readonly side: number;
  readonly flags: number;
  readonly priceTicks: number;
  readonly qtyLots: number;
  readonly orderId: number;
}

/** L2: lots by price. A level that arrives removes what it crosses on the other side, as the replayed book does. */
export class PlainLevels {
  readonly bids = new Map<number, number>();
  readonly asks = new Map<number, number>();
  /** Levels removed because the other side came to their price or beyond. */
  crossed = 0;

  apply({ kind, side, priceTicks, qtyLots }: PlainRow): void {
    const own = side === Side.buy ? this.bids : this.asks;
    const other = side === Side.buy ? this.asks : this.bids;
    // In front of a price: better than or equal to it, seen from its own side.
    const sign = side === Side.buy ? 1 : -1;
    if (kind === Kind.depth) {
      if (qtyLots === 0) own.delete(priceTicks);
      else {
        own.set(priceTicks, qtyLots);
        for (const ticks of [...other.keys()])
          if (sign * (priceTicks - ticks) >= 0) this.crossed += +other.delete(ticks);
      }
    } else if (kind === Kind.depthClear) {
      for (const ticks of [...own.keys()]) if (sign * (ticks - priceTicks) >= 0) own.delete(ticks);
    }
  }

  get bestBid(): [ticks: number, lots: number] {
    return best(this.bids, Math.max);
  }

  get bestAsk(): [ticks: number, lots: number] {
    return best(this.asks, Math.min);
  }
}

/** L3: orders by id, in the order they joined their price. */
export class PlainOrders {
  readonly orders = new Map<number, { side: number; priceTicks: number; lots: number }>();

  apply({ kind, side, priceTicks, qtyLots, orderId }: PlainRow): void {
    if (kind === Kind.orderAdd) this.orders.set(orderId, { side, priceTicks, lots: qtyLots });
    if (kind !== Kind.orderCancel && kind !== Kind.orderExecute) return;
    const order = this.orders.get(orderId);
    if (order === undefined) throw new Error(`order ${orderId} does not rest`);
    order.lots -= qtyLots;
    if (order.lots < 0) throw new Error(`order ${orderId} has ${order.lots} lots left`);
    if (order.lots === 0) this.orders.delete(orderId);
  }

  levels(side: number): Map<number, number> {
    const levels = new Map<number, number>();
    for (const order of this.orders.values()) {
      if (order.side === side) levels.set(order.priceTicks, (levels.get(order.priceTicks) ?? 0) + order.lots);
    }
    return levels;
  }

  get bestBid(): [ticks: number, lots: number] {
    return best(this.levels(Side.buy), Math.max);
  }

  get bestAsk(): [ticks: number, lots: number] {
    return best(this.levels(Side.sell), Math.min);
  }
}

function best(levels: Map<number, number>, pick: (...ticks: number[]) => number): [number, number] {
  if (levels.size === 0) return [Number.NaN, 0];
  let ticks = Number.NaN;
  for (const price of levels.keys()) ticks = Number.isNaN(ticks) ? price : pick(ticks, price);
  return [ticks, levels.get(ticks)!];
}
