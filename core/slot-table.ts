/**
 * Order id → slot, by open addressing in two typed arrays: what comes and goes leaves nothing behind, and no lookup
 * makes an object. Several times faster than a Map. Knows nothing of what the slots hold. Called by the venue's own orders;
 * the order book, whose records are such a table themselves, calls {@link placeOf}.
 */
const NONE = -1;
const SMALLEST_BITS = 4;

export class SlotTable {
  /** Number of ids. */
  size = 0;
  #ids = new Float64Array(1 << SMALLEST_BITS);
  /** Slot + 1 of the id at the same place; 0 = empty. At least half of the places are. */
  #slots = new Int32Array(1 << SMALLEST_BITS);
  #shift = 32 - SMALLEST_BITS;

  /** The slot of an id (a safe integer); −1 when it has none. */
  get(id: number): number {
    const slots = this.#slots;
    const ids = this.#ids;
    const mask = slots.length - 1;
    for (let at = placeOf(id, this.#shift); ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) return NONE;
      if (ids[at] === id) return slot - 1;
    }
  }

  /** Gives a slot ≥ 0 to an id that has none. */
  add(id: number, slot: number): void {
    if (++this.size * 2 > this.#slots.length) this.#grow();
    this.#put(id, slot + 1);
  }

  /** Takes the slot from an id that has one. Without tombstones: what follows in the run moves back over the hole. */
  delete(id: number): void {
    const slots = this.#slots;
    const ids = this.#ids;
    const mask = slots.length - 1;
    let hole = placeOf(id, this.#shift);
    while (ids[hole] !== id || slots[hole] === 0) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = placeOf(ids[at]!, this.#shift);
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        slots[hole] = slots[at]!;
        ids[hole] = ids[at]!;
        hole = at;
      }
    }
    slots[hole] = 0;
    this.size--;
  }

  #put(id: number, entry: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = placeOf(id, this.#shift);
    while (slots[at] !== 0) at = (at + 1) & mask;
    slots[at] = entry;
    this.#ids[at] = id;
  }

  #grow(): void {
    const ids = this.#ids;
    const slots = this.#slots;
    this.#ids = new Float64Array(slots.length * 2);
    this.#slots = new Int32Array(slots.length * 2);
    this.#shift--;
    for (let at = 0; at < slots.length; at++) if (slots[at] !== 0) this.#put(ids[at]!, slots[at]!);
  }
}

/**
 * The place of an id among 2^(32 − shift): Fibonacci hashing of the low 32 bits mixed with the high ones, because venue
 * ids are often consecutive.
 */
export function placeOf(id: number, shift: number): number {
  const low = id | 0;
  if (low === id) return Math.imul(low, 0x9e3779b1) >>> shift;
  const high = (id / 4294967296) | 0;
  return Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> shift;
}
