/**
 * Orders that rest, first in first out by price. Prices are whole steps. Knows nothing of time or chance. Called by the order
 * market. Columns with slots and links; nothing is made for an order.
 */
import { Side } from '../market.js';

const NONE = -1;

export class RestingOrders {
  /** Orders that rest, on each side by its code. */
  readonly count = [0, 0, 0];
  /** Lots and orders by tick. */
  readonly lots: Float64Array;
  readonly orders: Int32Array;
  /** Best ticks; meaningless while a side is empty. */
  bid = 0;
  ask = 0;
  /** By slot. */
  ticks = new Int32Array(1_024);
  qty = new Float64Array(1_024);
  ids = new Float64Array(1_024);
  #next = new Int32Array(1_024);
  #before = new Int32Array(1_024);
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  readonly #free: number[] = [];
  #used = 0;

  /** Ticks 1 … `ticks` − 1 have room. */
  constructor(ticks: number) {
    this.lots = new Float64Array(ticks);
    this.orders = new Int32Array(ticks);
    this.#first = new Int32Array(ticks).fill(NONE);
    this.#last = new Int32Array(ticks).fill(NONE);
  }

  /** The order at the head of the line at a tick. */
  firstAt(tick: number): number {
    return this.#first[tick]!;
  }

  /** The order behind so many others at a tick. */
  slotAt(tick: number, ahead: number): number {
    let slot = this.#first[tick]!;
    for (let passed = 0; passed < ahead; passed++) slot = this.#next[slot]!;
    return slot;
  }

  add(side: Side, tick: number, lots: number, id: number): void {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.ticks.length) this.#grow();
    this.ticks[slot] = tick;
    this.qty[slot] = lots;
    this.ids[slot] = id;
    const last = this.#last[tick]!;
    this.#before[slot] = last;
    this.#next[slot] = NONE;
    if (last === NONE) this.#first[tick] = slot;
    else this.#next[last] = slot;
    this.#last[tick] = slot;
    this.lots[tick]! += lots;
    this.orders[tick]!++;
    if (this.count[side]!++ === 0 || (side === Side.buy ? tick > this.bid : tick < this.ask)) {
      if (side === Side.buy) this.bid = tick;
      else this.ask = tick;
    }
  }

  /** Takes lots from an order; without any left it is gone. */
  reduce(side: Side, slot: number, lots: number): void {
    const tick = this.ticks[slot]!;
    this.lots[tick]! -= lots;
    this.qty[slot]! -= lots;
    if (this.qty[slot]! > 0) return;
    const [next, before] = [this.#next[slot]!, this.#before[slot]!];
    if (before === NONE) this.#first[tick] = next;
    else this.#next[before] = next;
    if (next === NONE) this.#last[tick] = before;
    else this.#before[next] = before;
    this.orders[tick]!--;
    this.#free.push(slot);
    if (--this.count[side]! === 0) return;
    if (side === Side.buy) while (this.lots[this.bid] === 0) this.bid--;
    else while (this.lots[this.ask] === 0) this.ask++;
  }

  #grow(): void {
    const size = 2 * this.ticks.length;
    const larger = <T extends Int32Array | Float64Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    this.ticks = larger(this.ticks, new Int32Array(size));
    this.qty = larger(this.qty, new Float64Array(size));
    this.ids = larger(this.ids, new Float64Array(size));
    this.#next = larger(this.#next, new Int32Array(size));
    this.#before = larger(this.#before, new Int32Array(size));
  }
}
