/**
 * What a strategy had resting in the market over time, as it knew it: its best bid and its best offer in each instrument.
 * Knows nothing of charts. Called by the report.
 */
import { Side } from '../../core/market.js';
import { OrderEventKind, OrderType } from '../../core/order.js';
import type { Recording, Series } from '../recording.js';

/** Best price of one side of one pair: the live orders, and how their best price went. */
class QuoteSide {
  readonly timeNs: number[] = [];
  readonly ticks: number[] = [];
  readonly #sign: number;
  readonly #live = new Map<number, number>();
  #best = Number.NaN;

  /** `sign`: 1 where higher is better. */
  constructor(sign: number) {
    this.#sign = sign;
  }

  set(order: number, priceTicks: number, nowNs: number): void {
    const before = this.#live.get(order);
    if (before === priceTicks) return;
    this.#live.set(order, priceTicks);
    if (before === this.#best) this.#search();
    else if (!(this.#sign * (priceTicks - this.#best) <= 0)) this.#best = priceTicks;
    this.#note(nowNs);
  }

  remove(order: number, nowNs: number): void {
    const before = this.#live.get(order);
    if (before === undefined) return;
    this.#live.delete(order);
    if (before !== this.#best) return;
    this.#search();
    this.#note(nowNs);
  }

  #search(): void {
    this.#best = Number.NaN;
    for (const price of this.#live.values()) if (!(this.#sign * (price - this.#best) <= 0)) this.#best = price;
  }

  #note(nowNs: number): void {
    const last = this.ticks.length - 1;
    if (last >= 0 && Object.is(this.ticks[last], this.#best)) return;
    if (last >= 0 && this.timeNs[last] === nowNs) this.ticks[last] = this.#best;
    else {
      this.timeNs.push(nowNs);
      this.ticks.push(this.#best);
    }
  }
}

/** From the answer that an order works until it is filled or gone; what was never accepted was no quote. */
export class OwnQuotes {
  readonly #sides = new Map<number, QuoteSide>();

  constructor({ orders, instruments }: Recording) {
    const { accepted, modified, restated, filled, cancelled, expired, rejected, triggered } = OrderEventKind;
    for (let row = 0; row < orders.localNs.length; row++) {
      const kind = orders.kind.at(row);
      if (kind === OrderEventKind.submitted || orders.type.at(row) !== OrderType.limit) continue;
      const buys = orders.side.at(row) === Side.buy;
      const pair = orders.strategy.at(row) * instruments.length + orders.instrument.at(row);
      const key = 2 * pair + (buys ? 0 : 1);
      let side = this.#sides.get(key);
      if (side === undefined) {
        side = new QuoteSide(buys ? 1 : -1);
        this.#sides.set(key, side);
      }
      const nowNs = orders.localNs.at(row);
      const id = orders.orderId.at(row);
      const ended = kind === cancelled || kind === expired || kind === rejected;
      if (ended || (kind === filled && orders.leavesLots.at(row) <= 0)) side.remove(id, nowNs);
      else if (kind === accepted || kind === modified || kind === restated || kind === triggered) {
        side.set(id, orders.priceTicks.at(row), nowNs);
      }
    }
  }

  /** In ticks; `NaN` where there was none. `undefined` if never. So for `ask`. */
  bid(pair: number): Series | undefined {
    return this.#series(2 * pair);
  }

  ask(pair: number): Series | undefined {
    return this.#series(2 * pair + 1);
  }

  #series(key: number): Series | undefined {
    const side = this.#sides.get(key);
    return side && { timeNs: Float64Array.from(side.timeNs), value: Float64Array.from(side.ticks) };
  }
}
