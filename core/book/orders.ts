/**
 * A level-3 book: every resting order as a record in one table, with the moment it joined the queue of its price as a
 * sequence number; the price levels are kept beside it as a level-2 book. Knows nothing of events. Called by the lanes.
 *
 * There are no queues in it: who is ahead of whom is a comparison of two sequence numbers, and nothing else is asked on
 * the hot path. Linked queues by price cost 55 ns a row, almost as much as all the rest.
 */
import type { Instrument } from '../instrument.js';
import { Side } from '../market.js';
import { placeOf } from '../slot-table.js';
import { LevelBook } from './levels.js';

/** Doubles of a record, half a cache line: the order's id at 0, then … */
const RECORD = 4;
const LOTS = 1;
/** … tick × 2, + 1 for asks … */
const PRICE = 2;
/** … and its sequence; 0 = the record is empty. */
const SEQUENCE = 3;
const NONE = -1;
const FIRST_BITS = 10;

export class OrderBook {
  /** The same book by price level. Both sides may cross: an auction's book does. */
  readonly levels: LevelBook;
  /** Cancels, modifies and executions that named an order the book does not hold; they changed nothing. */
  unknown = 0;
  /** Adds that named an order the book already held; they replaced it. */
  replaced = 0;
  /** Orders resting now. Read freely; only the book writes. */
  size = 0;
  /** What the next order to join a queue gets; of two orders at a price, the one with the smaller number is ahead. */
  nextSequence = 1;
  /** What the last change did to its level, for who follows queues: side, price, lots before and after. */
  changedSide: Side = Side.none;
  changedTick = 0;
  changedBefore = 0;
  changedAfter = 0;
  /** The order it did that by, and since when that stands in its queue; of an added order, its own. */
  changedId = 0;
  changedSequence = 0;

  /** Records by id, open addressing, linear probing; at least half are empty. */
  #orders = new Float64Array(RECORD << FIRST_BITS);
  #shift = 32 - FIRST_BITS;

  constructor(instrument: Instrument) {
    this.levels = new LevelBook(instrument, { uncross: false });
  }

  /** A new order joins the end of the queue at its price. */
  add(id: number, side: Side, tick: number, lots: number): void {
    if ((this.size + 1) * 2 * RECORD > this.#orders.length) this.#grow();
    const orders = this.#orders;
    const mask = orders.length - 1;
    let at = placeOf(id, this.#shift) * RECORD;
    while (orders[at + SEQUENCE] !== 0) {
      if (orders[at] === id) {
        this.replaced++;
        this.reduce(id, Number.POSITIVE_INFINITY);
        this.add(id, side, tick, lots);
        return;
      }
      at = (at + RECORD) & mask;
    }
    const sequence = this.nextSequence++;
    orders[at] = id;
    orders[at + LOTS] = lots;
    orders[at + PRICE] = tick * 2 + (side === Side.sell ? 1 : 0);
    orders[at + SEQUENCE] = sequence;
    this.size++;
    this.#changeLevel(side, tick, lots, id, sequence);
  }

  /** Takes `lots` off an order (all of it at most); at 0 it is gone. Returns the lots taken; 0 for an unknown order. */
  reduce(id: number, lots: number): number {
    const at = this.#find(id);
    if (at === NONE) {
      this.unknown++;
      return 0;
    }
    const orders = this.#orders;
    const left = orders[at + LOTS]!;
    const price = orders[at + PRICE]!;
    const sequence = orders[at + SEQUENCE]!;
    const taken = Math.min(lots, left);
    if (taken < left) orders[at + LOTS] = left - taken;
    else this.#erase(at);
    this.#changeLevel(sideOf(price), tickOf(price), -taken, id, sequence);
    return taken;
  }

  /** Less at the same price keeps an order's place; it then returns true. Everything else is for remove-and-add. */
  shrink(id: number, tick: number, lots: number): boolean {
    const at = this.#find(id);
    if (at === NONE) return false;
    const orders = this.#orders;
    const price = orders[at + PRICE]!;
    const left = orders[at + LOTS]!;
    if (tickOf(price) !== tick || lots <= 0 || lots > left) return false;
    orders[at + LOTS] = lots;
    this.#changeLevel(sideOf(price), tick, lots - left, id, orders[at + SEQUENCE]!);
    return true;
  }

  has(id: number): boolean {
    return this.#find(id) !== NONE;
  }

  /** Lots left of an order; 0 when it is not here. */
  lotsOf(id: number): number {
    const at = this.#find(id);
    return at === NONE ? 0 : this.#orders[at + LOTS]!;
  }

  sideOf(id: number): Side {
    const at = this.#find(id);
    return at === NONE ? Side.none : sideOf(this.#orders[at + PRICE]!);
  }

  /** Since when an order stands in its queue, see {@link OrderBook.nextSequence}; 0 when it is not here. */
  sequenceOf(id: number): number {
    const at = this.#find(id);
    return at === NONE ? 0 : this.#orders[at + SEQUENCE]!;
  }

  /** The ids queued at a price, first in line first. Looks through all orders; for readers off the hot path. */
  queueAt(side: Side, tick: number): number[] {
    const orders = this.#orders;
    const queue: number[] = [];
    for (let at = 0; at < orders.length; at += RECORD) {
      const price = orders[at + PRICE]!;
      if (orders[at + SEQUENCE] !== 0 && tickOf(price) === tick && sideOf(price) === side) queue.push(at);
    }
    queue.sort((a, b) => orders[a + SEQUENCE]! - orders[b + SEQUENCE]!);
    return queue.map((at) => orders[at]!);
  }

  /** All orders in the order they joined their queues: added so to an empty book they make the same one. Off the hot path. */
  resting(): { readonly id: number; readonly side: Side; readonly tick: number; readonly lots: number }[] {
    const orders = this.#orders;
    const places: number[] = [];
    for (let at = 0; at < orders.length; at += RECORD) if (orders[at + SEQUENCE] !== 0) places.push(at);
    places.sort((a, b) => orders[a + SEQUENCE]! - orders[b + SEQUENCE]!);
    return places.map((at) => {
      const price = orders[at + PRICE]!;
      return { id: orders[at]!, side: sideOf(price), tick: tickOf(price), lots: orders[at + LOTS]! };
    });
  }

  #changeLevel(side: Side, tick: number, change: number, id: number, sequence: number): void {
    const before = this.levels.add(side, tick, change);
    this.changedSide = side;
    this.changedTick = tick;
    this.changedBefore = before;
    this.changedAfter = before + change;
    this.changedId = id;
    this.changedSequence = sequence;
  }

  /** Where an order's record begins. */
  #find(id: number): number {
    const orders = this.#orders;
    const mask = orders.length - 1;
    for (let at = placeOf(id, this.#shift) * RECORD; ; at = (at + RECORD) & mask) {
      if (orders[at + SEQUENCE] === 0) return NONE;
      if (orders[at] === id) return at;
    }
  }

  /** Without tombstones: what follows in the run moves back over the hole. */
  #erase(at: number): void {
    const orders = this.#orders;
    const mask = orders.length - 1;
    let hole = at;
    for (let next = (at + RECORD) & mask; orders[next + SEQUENCE] !== 0; next = (next + RECORD) & mask) {
      const home = placeOf(orders[next]!, this.#shift) * RECORD;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      orders[hole] = orders[next]!;
      orders[hole + LOTS] = orders[next + LOTS]!;
      orders[hole + PRICE] = orders[next + PRICE]!;
      orders[hole + SEQUENCE] = orders[next + SEQUENCE]!;
      hole = next;
    }
    orders[hole + SEQUENCE] = 0;
    this.size--;
  }

  #grow(): void {
    const old = this.#orders;
    const orders = new Float64Array(old.length * 2);
    const mask = orders.length - 1;
    this.#orders = orders;
    this.#shift--;
    for (let from = 0; from < old.length; from += RECORD) {
      if (old[from + SEQUENCE] === 0) continue;
      let at = placeOf(old[from]!, this.#shift) * RECORD;
      while (orders[at + SEQUENCE] !== 0) at = (at + RECORD) & mask;
      for (let field = 0; field < RECORD; field++) orders[at + field] = old[from + field]!;
    }
  }
}

function sideOf(price: number): Side {
  return (price & 1) === 0 ? Side.buy : Side.sell;
}

function tickOf(price: number): number {
  return (price - (price & 1)) / 2;
}
