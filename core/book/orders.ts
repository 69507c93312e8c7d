/**
 * A level-3 book: every resting order as a slot in columns, queued first in first out at its price, ids found by open
 * addressing; the price levels are kept beside it as a level-2 book. Knows nothing of events. Called by the lanes.
 */
import type { Instrument } from '../instrument.js';
import { Side } from '../market.js';
import { LevelBook } from './levels.js';

const NONE = -1;

export class OrderBook {
  /** The same book by price level. Both sides may cross: an auction's book does. */
  readonly levels: LevelBook;
  /** Cancels, modifies and executions that named an order the book does not hold; they changed nothing. */
  unknown = 0;
  /** Adds that named an order the book already held; they replaced it. */
  replaced = 0;
  /** What the last change did to its level, for who follows queues: side, price, lots before and after. */
  changedSide: Side = Side.none;
  changedTick = 0;
  changedBefore = 0;
  changedAfter = 0;

  #capacity = 1024;
  #used = 0;
  #free = NONE;
  #id = new Float64Array(this.#capacity);
  #side = new Uint8Array(this.#capacity);
  #tick = new Int32Array(this.#capacity);
  #lots = new Float64Array(this.#capacity);
  /** Neighbours in the queue of the same price; `#next` also chains free slots. */
  #next = new Int32Array(this.#capacity);
  #previous = new Int32Array(this.#capacity);
  /** First and last order at a price, keyed tick × 2 + (1 for asks). */
  readonly #queues = new Map<number, { head: number; tail: number }>();
  /** id → slot + 1, linear probing; 0 = empty. Twice as long as the columns. */
  #table = new Int32Array(this.#capacity * 2);
  #size = 0;

  constructor(instrument: Instrument) {
    this.levels = new LevelBook(instrument, { uncross: false });
  }

  /** Orders resting now. */
  get size(): number {
    return this.#size;
  }

  /** A new order joins the end of the queue at its price. */
  add(id: number, side: Side, tick: number, lots: number): void {
    if (this.#find(id) >= 0) {
      this.replaced++;
      this.reduce(id, Number.POSITIVE_INFINITY);
    }
    const slot = this.#takeSlot();
    this.#id[slot] = id;
    this.#side[slot] = side;
    this.#tick[slot] = tick;
    this.#lots[slot] = lots;
    this.#insert(id, slot);
    this.#append(slot, side, tick);
    this.#changeLevel(side, tick, lots);
  }

  /** Takes `lots` off an order (all of it at most); at 0 it is gone. Returns the lots taken; 0 for an unknown order. */
  reduce(id: number, lots: number): number {
    const slot = this.#find(id);
    if (slot < 0) {
      this.unknown++;
      return 0;
    }
    const taken = Math.min(lots, this.#lots[slot]!);
    const side = this.#side[slot] as Side;
    const tick = this.#tick[slot]!;
    this.#lots[slot]! -= taken;
    if (this.#lots[slot] === 0) this.#remove(slot, side, tick);
    this.#changeLevel(side, tick, -taken);
    return taken;
  }

  /** Less at the same price keeps an order's place; it then returns true. Everything else is for remove-and-add. */
  shrink(id: number, tick: number, lots: number): boolean {
    const slot = this.#find(id);
    if (slot < 0 || this.#tick[slot] !== tick || lots <= 0 || lots > this.#lots[slot]!) return false;
    const change = lots - this.#lots[slot]!;
    this.#lots[slot] = lots;
    this.#changeLevel(this.#side[slot] as Side, tick, change);
    return true;
  }

  has(id: number): boolean {
    return this.#find(id) >= 0;
  }

  /** Lots left of an order; 0 when it is not here. */
  lotsOf(id: number): number {
    const slot = this.#find(id);
    return slot < 0 ? 0 : this.#lots[slot]!;
  }

  sideOf(id: number): Side {
    const slot = this.#find(id);
    return slot < 0 ? Side.none : (this.#side[slot] as Side);
  }

  /** The ids queued at a price, first in line first. Allocates; for readers off the hot path. */
  queueAt(side: Side, tick: number): number[] {
    const ids: number[] = [];
    for (let slot = this.#queues.get(queueKey(side, tick))?.head ?? NONE; slot !== NONE; slot = this.#next[slot]!) {
      ids.push(this.#id[slot]!);
    }
    return ids;
  }

  #changeLevel(side: Side, tick: number, change: number): void {
    const before = this.levels.lotsAt(side, tick);
    this.levels.set(side, tick, before + change);
    this.changedSide = side;
    this.changedTick = tick;
    this.changedBefore = before;
    this.changedAfter = before + change;
  }

  #append(slot: number, side: Side, tick: number): void {
    const key = queueKey(side, tick);
    const queue = this.#queues.get(key);
    this.#next[slot] = NONE;
    if (queue === undefined) {
      this.#previous[slot] = NONE;
      this.#queues.set(key, { head: slot, tail: slot });
    } else {
      this.#previous[slot] = queue.tail;
      this.#next[queue.tail] = slot;
      queue.tail = slot;
    }
  }

  #remove(slot: number, side: Side, tick: number): void {
    const key = queueKey(side, tick);
    const queue = this.#queues.get(key)!;
    const next = this.#next[slot]!;
    const previous = this.#previous[slot]!;
    if (next === NONE) queue.tail = previous;
    else this.#previous[next] = previous;
    if (previous === NONE) queue.head = next;
    else this.#next[previous] = next;
    if (queue.head === NONE) this.#queues.delete(key);
    this.#erase(this.#id[slot]!);
    this.#next[slot] = this.#free;
    this.#free = slot;
  }

  #takeSlot(): number {
    if (this.#free !== NONE) {
      const slot = this.#free;
      this.#free = this.#next[slot]!;
      return slot;
    }
    if (this.#used === this.#capacity) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    this.#id = grown(this.#id, new Float64Array(capacity));
    this.#lots = grown(this.#lots, new Float64Array(capacity));
    this.#side = grown(this.#side, new Uint8Array(capacity));
    this.#tick = grown(this.#tick, new Int32Array(capacity));
    this.#next = grown(this.#next, new Int32Array(capacity));
    this.#previous = grown(this.#previous, new Int32Array(capacity));
    this.#capacity = capacity;
    const old = this.#table;
    this.#table = new Int32Array(capacity * 2);
    this.#size = 0;
    for (const entry of old) if (entry !== 0) this.#insert(this.#id[entry - 1]!, entry - 1);
  }

  #home(id: number): number {
    // Fibonacci hashing of the low 32 bits mixed with the high ones: venue ids are often consecutive.
    const low = id | 0;
    const high = (id / 4294967296) | 0;
    return (Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 0) % this.#table.length;
  }

  #find(id: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    for (let at = this.#home(id); ; at = (at + 1) & mask) {
      const entry = table[at]!;
      if (entry === 0) return -1;
      if (this.#id[entry - 1] === id) return entry - 1;
    }
  }

  #insert(id: number, slot: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let at = this.#home(id);
    while (table[at] !== 0) at = (at + 1) & mask;
    table[at] = slot + 1;
    this.#size++;
  }

  /** Linear probing without tombstones: what follows in the run moves back over the hole. */
  #erase(id: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let hole = this.#home(id);
    while (this.#id[table[hole]! - 1] !== id) hole = (hole + 1) & mask;
    this.#size--;
    for (let at = (hole + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const home = this.#home(this.#id[table[at]! - 1]!);
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = table[at]!;
        hole = at;
      }
    }
    table[hole] = 0;
  }
}

function queueKey(side: Side, tick: number): number {
  return tick * 2 + (side === Side.sell ? 1 : 0);
}

function grown<Column extends { set(from: Column): void }>(old: Column, larger: Column): Column {
  larger.set(old);
  return larger;
}
