/**
 * The distinct values of a column's group of rows, and each row's place among them: a hash table over words of 32 bits, so that no
 * value becomes an object. Knows nothing of what the words mean. Called by the chunk encoder.
 */
import { ROW_GROUP_ROWS } from '../tape/tape-layout.js';

/** A power of two, twice the most values there are. */
const SLOTS = 2 * ROW_GROUP_ROWS;
/** When three in four of so many first values are distinct, a list of distinct ones is not worth looking for. */
const FIRST = 4096;

export class Distinct {
  /** By value in the order they were given: its place among the distinct ones. */
  readonly places = new Uint16Array(ROW_GROUP_ROWS);
  /** The index at which each distinct value first stood, in the order of their places. */
  readonly firsts = new Int32Array(ROW_GROUP_ROWS);
  count = 0;
  /** Place + 1 by slot; 0 = free. */
  readonly #slots = new Int32Array(SLOTS);

  /**
   * Looks through up to 65,536 values of `width` (1 or 2) words each. Returns false, with nothing of use, once there are more than
   * `most` distinct ones, or when early ones promise that.
   */
  find(words: Int32Array, width: number, values: number, most: number): boolean {
    this.#slots.fill(0);
    this.count = 0;
    for (let from = 0; from < values; from += FIRST) {
      if (!this.#some(words, width, from, Math.min(values, from + FIRST), most)) return false;
      if (most < values && this.count > 0.75 * (from + FIRST)) return false;
    }
    return true;
  }

  #some(words: Int32Array, width: number, from: number, to: number, most: number): boolean {
    const slots = this.#slots;
    const { places, firsts } = this;
    const second = width - 1;
    let count = this.count;
    for (let index = from; index < to; index++) {
      const low = words[index * width]!;
      const high = words[index * width + second]!;
      let slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
      slot = (slot ^ (slot >>> 15)) & (SLOTS - 1);
      for (;;) {
        const place = slots[slot]! - 1;
        if (place < 0) {
          if (count === most) return false;
          firsts[count] = index;
          places[index] = count;
          slots[slot] = ++count;
          break;
        }
        const at = firsts[place]! * width;
        if (words[at] === low && words[at + second] === high) {
          places[index] = place;
          break;
        }
        slot = (slot + 1) & (SLOTS - 1);
      }
    }
    this.count = count;
    return true;
  }
}
