/**
 * A level-3 book: every resting order as a slot in columns, with the moment it joined the queue of its price as a
 * sequence number; the price levels are kept beside it as a level-2 book. Knows nothing of events. Called by the lanes.
 *
 * There are no queues in it: who is ahead of whom is a comparison of two sequence numbers, and nothing else is asked on
 * the hot path. Linked queues by price cost 55 ns a row, almost as much as all the rest.
 */
import type { Instrument } from '../instrument.js';
import { Side } from '../market.js';
import { SlotTable } from '../slot-table.js';
import { LevelBook } from './levels.js';

export class OrderBook {
  /** The same book by price level. Both sides may cross: an auction's book does. */
  readonly levels: LevelBook;
  /** Cancels, modifies and executions that named an order the book does not hold; they changed nothing. */
  unknown = 0;
  /** Adds that named an order the book already held; they replaced it. */
  replaced = 0;
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

  #capacity = 1024;
  #used = 0;
  readonly #free: number[] = [];
  #id = new Float64Array(this.#capacity);
  /** `Side.none`: the slot is free. */
  #side = new Uint8Array(this.#capacity);
  #tick = new Int32Array(this.#capacity);
  #lots = new Float64Array(this.#capacity);
  #sequence = new Float64Array(this.#capacity);
  readonly #slots = new SlotTable();

  constructor(instrument: Instrument) {
    this.levels = new LevelBook(instrument, { uncross: false });
  }

  /** Orders resting now. */
  get size(): number {
    return this.#slots.size;
  }

  /** A new order joins the end of the queue at its price. */
  add(id: number, side: Side, tick: number, lots: number): void {
    if (this.#slots.get(id) >= 0) {
      this.replaced++;
      this.reduce(id, Number.POSITIVE_INFINITY);
    }
    const slot = this.#free.pop() ?? this.#newSlot();
    const sequence = this.nextSequence++;
    this.#id[slot] = id;
    this.#side[slot] = side;
    this.#tick[slot] = tick;
    this.#lots[slot] = lots;
    this.#sequence[slot] = sequence;
    this.#slots.add(id, slot);
    this.#changeLevel(slot, side, tick, lots);
  }

  /** Takes `lots` off an order (all of it at most); at 0 it is gone. Returns the lots taken; 0 for an unknown order. */
  reduce(id: number, lots: number): number {
    const slot = this.#slots.get(id);
    if (slot < 0) {
      this.unknown++;
      return 0;
    }
    const left = this.#lots[slot]!;
    const taken = Math.min(lots, left);
    const side = this.#side[slot] as Side;
    this.#changeLevel(slot, side, this.#tick[slot]!, -taken);
    if (taken < left) {
      this.#lots[slot] = left - taken;
    } else {
      this.#slots.delete(id);
      this.#side[slot] = Side.none;
      this.#free.push(slot);
    }
    return taken;
  }

  /** Less at the same price keeps an order's place; it then returns true. Everything else is for remove-and-add. */
  shrink(id: number, tick: number, lots: number): boolean {
    const slot = this.#slots.get(id);
    if (slot < 0 || this.#tick[slot] !== tick || lots <= 0 || lots > this.#lots[slot]!) return false;
    const change = lots - this.#lots[slot]!;
    this.#lots[slot] = lots;
    this.#changeLevel(slot, this.#side[slot] as Side, tick, change);
    return true;
  }

  has(id: number): boolean {
    return this.#slots.get(id) >= 0;
  }

  /** Lots left of an order; 0 when it is not here. */
  lotsOf(id: number): number {
    const slot = this.#slots.get(id);
    return slot < 0 ? 0 : this.#lots[slot]!;
  }

  sideOf(id: number): Side {
    const slot = this.#slots.get(id);
    return slot < 0 ? Side.none : (this.#side[slot] as Side);
  }

  /** Since when an order stands in its queue, see {@link OrderBook.nextSequence}; 0 when it is not here. */
  sequenceOf(id: number): number {
    const slot = this.#slots.get(id);
    return slot < 0 ? 0 : this.#sequence[slot]!;
  }

  /** The ids queued at a price, first in line first. Looks through all orders; for readers off the hot path. */
  queueAt(side: Side, tick: number): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#used; slot++) {
      if (this.#side[slot] === side && this.#tick[slot] === tick) slots.push(slot);
    }
    slots.sort((a, b) => this.#sequence[a]! - this.#sequence[b]!);
    return slots.map((slot) => this.#id[slot]!);
  }

  #changeLevel(slot: number, side: Side, tick: number, change: number): void {
    const before = this.levels.lotsAt(side, tick);
    this.levels.set(side, tick, before + change);
    this.changedSide = side;
    this.changedTick = tick;
    this.changedBefore = before;
    this.changedAfter = before + change;
    this.changedId = this.#id[slot]!;
    this.changedSequence = this.#sequence[slot]!;
  }

  #newSlot(): number {
    if (this.#used === this.#capacity) {
      const capacity = this.#capacity * 2;
      this.#id = grown(this.#id, new Float64Array(capacity));
      this.#side = grown(this.#side, new Uint8Array(capacity));
      this.#tick = grown(this.#tick, new Int32Array(capacity));
      this.#lots = grown(this.#lots, new Float64Array(capacity));
      this.#sequence = grown(this.#sequence, new Float64Array(capacity));
      this.#capacity = capacity;
    }
    return this.#used++;
  }
}

function grown<Column extends { set(from: Column): void }>(old: Column, larger: Column): Column {
  larger.set(old);
  return larger;
}
