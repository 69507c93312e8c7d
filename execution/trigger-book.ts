/**
 * Orders that wait for a price: stops, if-touched and trailing orders of one venue, by instrument.
 * Knows nothing of fills. Called by the matching engine with every price that could set one off.
 *
 * A waiting order rises (goes off at or above its price) or falls (at or below). Prices of one kind come from trades, of the
 * other from quotes: the ask moves buys, the bid moves sells.
 */
import { Side } from '../core/market.js';
import type { TriggerBy } from '../core/order.js';
import type { SpecialOrder } from './special-order.js';

/** Waiting orders of one instrument, direction and kind of price, the first to go off last, so that taking it is a pop. */
class Line {
  readonly orders: SpecialOrder[] = [];
  readonly #rising: boolean;

  constructor(rising: boolean) {
    this.#rising = rising;
  }

  /** Whether a goes off before b: nearer price first, then who has waited longer. */
  #before(a: SpecialOrder, b: SpecialOrder): boolean {
    if (a.stopTicks !== b.stopTicks) return this.#rising ? a.stopTicks < b.stopTicks : a.stopTicks > b.stopTicks;
    return a.turn < b.turn;
  }

  add(order: SpecialOrder): void {
    const { orders } = this;
    let low = 0;
    let high = orders.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#before(orders[middle]!, order)) high = middle;
      else low = middle + 1;
    }
    orders.splice(low, 0, order);
  }

  remove(order: SpecialOrder): void {
    const at = this.orders.indexOf(order);
    if (at >= 0) this.orders.splice(at, 1);
  }

  /** The next that a price sets off, taken out; `undefined` when there is none. */
  due(priceTicks: number): SpecialOrder | undefined {
    const order = this.orders.at(-1);
    if (order === undefined) return undefined;
    if (this.#rising ? priceTicks < order.stopTicks : priceTicks > order.stopTicks) return undefined;
    return this.orders.pop();
  }
}

export class TriggerBook {
  /** By instrument × 8 + (4 for quotes) + (2 for sells) + (1 for falling). */
  readonly #lines: (Line | undefined)[] = [];
  /** Trailing orders by instrument × 2 + (1 for quotes): each price may move their stops. */
  readonly #trailing: (SpecialOrder[] | undefined)[] = [];
  #size = 0;
  #turn = 0;

  /** Number of orders waiting. */
  get size(): number {
    return this.#size;
  }

  add(order: SpecialOrder): void {
    order.turn = this.#turn++;
    this.#insert(order);
    this.#size++;
    if (!order.trails) return;
    const at = order.instrument * 2 + order.triggerBy;
    const trailing = this.#trailing[at];
    if (trailing === undefined) this.#trailing[at] = [order];
    else trailing.push(order);
  }

  remove(order: SpecialOrder): void {
    this.#lines[lineOf(order)]?.remove(order);
    this.#leave(order);
  }

  /** Whether orders of the instrument wait for prices of this kind. */
  waits(instrument: number, triggerBy: TriggerBy): boolean {
    const first = instrument * 8 + triggerBy * 4;
    for (let line = first; line < first + 4; line++) {
      const orders = this.#lines[line]?.orders;
      if (orders !== undefined && orders.length > 0) return true;
    }
    return false;
  }

  /** The next order of a side that a price of this kind sets off, rising ones first, taken out. */
  due(instrument: number, triggerBy: TriggerBy, side: Side, priceTicks: number): SpecialOrder | undefined {
    const line = instrument * 8 + triggerBy * 4 + (side === Side.sell ? 2 : 0);
    const order = this.#lines[line]?.due(priceTicks) ?? this.#lines[line + 1]?.due(priceTicks);
    if (order !== undefined) this.#leave(order);
    return order;
  }

  /** Moves the stops of a side's trailing orders after a price that set none of them off. */
  trail(instrument: number, triggerBy: TriggerBy, side: Side, priceTicks: number): void {
    const trailing = this.#trailing[instrument * 2 + triggerBy];
    if (trailing === undefined) return;
    for (const order of trailing) {
      if (order.side !== side) continue;
      const stop = order.trailedTo(priceTicks);
      if (stop === order.stopTicks) continue;
      this.#lines[lineOf(order)]?.remove(order);
      order.stopTicks = stop;
      this.#insert(order);
    }
  }

  #insert(order: SpecialOrder): void {
    const at = lineOf(order);
    let line = this.#lines[at];
    if (line === undefined) {
      line = new Line(order.rising);
      this.#lines[at] = line;
    }
    line.add(order);
  }

  #leave(order: SpecialOrder): void {
    this.#size--;
    if (!order.trails) return;
    const trailing = this.#trailing[order.instrument * 2 + order.triggerBy]!;
    trailing.splice(trailing.indexOf(order), 1);
  }
}

function lineOf(order: SpecialOrder): number {
  return order.instrument * 8 + order.triggerBy * 4 + (order.side === Side.sell ? 2 : 0) + (order.rising ? 0 : 1);
}
