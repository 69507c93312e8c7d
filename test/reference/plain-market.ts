/**
 * The book of one instrument from any kind of rows, as a slow twin: maps and sums made anew whenever something is asked.
 * Written from the meaning of the kinds (core/market.ts). Called by the property tests.
 */
import { Kind, Side } from '../../core/index.js';
import { PlainLevels, type PlainRow } from './plain-books.js';

export class PlainMarket {
  readonly #from: 'orders' | 'levels' | 'quotes' | 'nothing';
  readonly #levels = new PlainLevels();
  readonly #orders = new Map<number, { side: number; tick: number; lots: number }>();

  /** `kinds`: all kinds that the instrument has on the tape; they decide what its book is made of. */
  constructor(kinds: ReadonlySet<number>) {
    this.#from = kinds.has(Kind.orderAdd)
      ? 'orders'
      : kinds.has(Kind.depth)
        ? 'levels'
        : kinds.has(Kind.quote)
          ? 'quotes'
          : 'nothing';
  }

  apply(row: PlainRow): void {
    const { kind, side, priceTicks, qtyLots } = row;
    if (this.#from === 'orders') this.#applyOrder(row);
    else if (kind === Kind.quote && this.#from === 'quotes') {
      (side === Side.buy ? this.#levels.bids : this.#levels.asks).clear();
      this.#levels.apply({ ...row, kind: Kind.depth, priceTicks, qtyLots });
    } else if (kind !== Kind.quote) this.#levels.apply(row);
  }

  #applyOrder({ kind, side, priceTicks: tick, qtyLots, orderId }: PlainRow): void {
    const known = this.#orders.get(orderId);
    if (kind === Kind.orderAdd) this.#orders.set(orderId, { side, tick, lots: qtyLots });
    else if (kind === Kind.orderModify) {
      const shrinks = known !== undefined && known.tick === tick && qtyLots > 0 && qtyLots <= known.lots;
      this.#orders.set(orderId, { side: shrinks ? known.side : side, tick, lots: qtyLots });
    } else if ((kind === Kind.orderCancel || kind === Kind.orderExecute) && known !== undefined) {
      known.lots -= qtyLots;
      if (known.lots <= 0) this.#orders.delete(orderId);
    }
  }

  /** `lots@tick`, best first. */
  side(side: Side): string[] {
    const sums = new Map<number, number>();
    if (this.#from === 'orders') {
      for (const order of this.#orders.values()) {
        if (order.side === side) sums.set(order.tick, (sums.get(order.tick) ?? 0) + order.lots);
      }
    } else for (const [tick, lots] of side === Side.buy ? this.#levels.bids : this.#levels.asks) sums.set(tick, lots);
    const sorted = [...sums].sort(([a], [b]) => (side === Side.buy ? b - a : a - b));
    return sorted.map(([tick, lots]) => `${lots}@${tick}`);
  }
}
