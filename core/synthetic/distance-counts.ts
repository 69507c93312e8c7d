/**
 * How many orders of one side stand at each range of distances from the best price of the other side, kept up to date while
 * orders come and go and that price moves; and draws of one of them at a rate by distance. Knows nothing of time. Called by the
 * order market.
 */
import { Side } from '../market.js';
import type { RandomStream } from '../random.js';
import type { ByDistance } from './flow-parameters.js';
import type { RestingOrders } from './resting-orders.js';

export class DistanceCounts {
  /** Best price of the other side, from which distances are reckoned. */
  #from: number;
  readonly #orders: RestingOrders;
  /** Towards greater distances: −1 for bids, 1 for asks. */
  readonly #away: number;
  /** Bounds of the ranges; the last has none. */
  readonly #to: Int32Array;
  readonly #rates: Float64Array;
  readonly #counts: Int32Array;
  /** By distance up to the last bound: which range. */
  readonly #range: Uint16Array;

  /** `from`: best price of the other side. No orders stand yet. */
  constructor(orders: RestingOrders, side: Side, { to, values }: ByDistance, from: number) {
    this.#orders = orders;
    this.#away = side === Side.buy ? -1 : 1;
    this.#to = Int32Array.from(to);
    this.#to[to.length - 1] = 2 ** 31 - 1;
    this.#rates = Float64Array.from(values);
    this.#counts = new Int32Array(to.length);
    this.#range = new Uint16Array((to.at(-2) ?? 0) + 1);
    for (let range = 0, distance = 1; distance < this.#range.length; distance++) {
      while (distance > this.#to[range]!) range++;
      this.#range[distance] = range;
    }
    this.#from = from;
  }

  /** One order more (1) or less (−1) at a price. */
  change(tick: number, by: number): void {
    const distance = this.#away * (tick - this.#from);
    this.#counts[distance < this.#range.length ? this.#range[distance]! : this.#counts.length - 1]! += by;
  }

  /** The best price of the other side is another one; the orders that stand are the same. */
  move(from: number): void {
    if (from === this.#from) return;
    const orders = this.#orders.orders;
    const counts = this.#counts;
    const away = this.#away;
    // Positive when everything has come to stand farther away.
    const farther = away * (this.#from - from);
    for (let range = 0; range + 1 < counts.length; range++) {
      // Prices that were within the bound and are beyond it now, or the other way round.
      const within = farther > 0 ? this.#from : from;
      const bound = this.#to[range]!;
      const nearest = Math.max(1, bound - Math.abs(farther) + 1);
      let crossed = 0;
      for (let distance = nearest; distance <= bound; distance++) crossed += orders[within + away * distance] ?? 0;
      if (farther < 0) crossed = -crossed;
      counts[range]! -= crossed;
      counts[range + 1]! += crossed;
    }
    this.#from = from;
  }

  /** Sum of the rates of all orders. */
  get rate(): number {
    let sum = 0;
    for (let range = 0; range < this.#counts.length; range++) sum += this.#counts[range]! * this.#rates[range]!;
    return sum;
  }

  /** The slot of an order, each as likely as its rate says. Some order must have a rate. */
  draw(random: RandomStream): number {
    const counts = this.#counts;
    let left = random.uniform() * this.rate;
    let range = -1;
    for (let each = 0; each < counts.length; each++) {
      if (counts[each] === 0) continue;
      range = each;
      left -= counts[each]! * this.#rates[each]!;
      if (left < 0) break;
    }
    let ahead = random.integer(counts[range]!);
    const orders = this.#orders.orders;
    let tick = this.#from + this.#away * (range === 0 ? 1 : this.#to[range - 1]! + 1);
    for (; ahead >= orders[tick]!; tick += this.#away) ahead -= orders[tick]!;
    return this.#orders.slotAt(tick, ahead);
  }
}
