/**
 * The resting orders of one instrument while market data by order is imported: what each message is about, and what it changes.
 * Knows nothing of rows or files. Called by dbn-order-rows and itch-rows.
 */
import { Side } from '../../core/index.js';
import { SlotTable } from '../../core/slot-table.js';

const WORD = 2 ** 32;
/** Upper words of ids that a double holds exactly. */
const EXACT_HIGH = 2 ** 21;
const FIRST_SLOTS = 64;

/** Orders as columns by slot. Slots are used again, so those of ended orders hold what comes next. */
export class RestingOrders {
  /** The order's id on the tape. */
  id = new Float64Array(FIRST_SLOTS);
  /** Displayed lots. 0: all of it was executed, but the book has yet to say so. */
  lots = new Float64Array(FIRST_SLOTS);
  /** Lots that fills took and the book has yet to confirm; stays 0 where an execution is both. */
  executed = new Float64Array(FIRST_SLOTS);
  ticks = new Int32Array(FIRST_SLOTS);
  /** `Side.none` of slots that are free. */
  side = new Uint8Array(FIRST_SLOTS);
  /** The words of the venue's id. */
  high = new Uint32Array(FIRST_SLOTS);
  low = new Uint32Array(FIRST_SLOTS);
  readonly #slots = new SlotTable();
  #free: number[] = [];
  #used = 0;
  /** Numbers of resting orders whose ids are beyond 2^53, by upper and lower word. */
  readonly #numbers = new Map<number, Map<number, number>>();
  /** How many ids got a number of their own. */
  renumbered = 0;

  /** −1: there is no such order. */
  slotOf(high: number, low: number): number {
    if (high < EXACT_HIGH) return this.#slots.get(high * WORD + low);
    const number = this.#numbers.get(high)?.get(low);
    return number === undefined ? -1 : this.#slots.get(number);
  }

  /**
   * A new order; returns its slot. On the tape it has its own id, or, where a double cannot hold that, −1, −2, … in the order of
   * their coming.
   */
  add(high: number, low: number, side: Side, ticks: number, lots: number): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot === this.lots.length) this.#grow();
    const id = high < EXACT_HIGH ? high * WORD + low : this.#number(high, low);
    this.#slots.add(id, slot);
    this.id[slot] = id;
    this.high[slot] = high;
    this.low[slot] = low;
    this.side[slot] = side;
    this.ticks[slot] = ticks;
    this.lots[slot] = lots;
    this.executed[slot] = 0;
    return slot;
  }

  #number(high: number, low: number): number {
    let lows = this.#numbers.get(high);
    if (lows === undefined) {
      lows = new Map();
      this.#numbers.set(high, lows);
    }
    const id = -++this.renumbered;
    lows.set(low, id);
    return id;
  }

  remove(slot: number): void {
    const id = this.id[slot]!;
    this.#slots.delete(id);
    this.side[slot] = Side.none;
    this.#free.push(slot);
    if (id >= 0) return;
    const high = this.high[slot]!;
    const lows = this.#numbers.get(high)!;
    lows.delete(this.low[slot]!);
    if (lows.size === 0) this.#numbers.delete(high);
  }

  /** Slots of all orders. */
  all(): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#used; slot++) if (this.side[slot] !== Side.none) slots.push(slot);
    return slots;
  }

  #grow(): void {
    const wider = <Column extends Float64Array | Int32Array | Uint32Array | Uint8Array>(
      column: Column,
      made: Column,
    ): Column => {
      made.set(column);
      return made;
    };
    const slots = this.lots.length * 2;
    this.id = wider(this.id, new Float64Array(slots));
    this.lots = wider(this.lots, new Float64Array(slots));
    this.executed = wider(this.executed, new Float64Array(slots));
    this.high = wider(this.high, new Uint32Array(slots));
    this.low = wider(this.low, new Uint32Array(slots));
    this.ticks = wider(this.ticks, new Int32Array(slots));
    this.side = wider(this.side, new Uint8Array(slots));
  }
}
