/**
 * Price ticks of one book side, best first, each with a whole number: a sorted map in chunks, so that every operation
 * takes logarithmic time and a handful of ticks lie in one short array. Knows nothing of orders. Called by the working
 * orders (number = own level) and the watch keeper (number = how often a tick is held).
 *
 * Chunks rather than a tree or a hash table with a heap: own prices come and go at the best end, where a chunk is a
 * stack, and walks and the worst price are wanted as well.
 */
import { Side } from '../core/market.js';

const CHUNK = 64;
const NONE = -1;

/** Ascending keys; a better price is a larger key. */
class Chunk {
  readonly keys = new Int32Array(CHUNK);
  readonly values = new Int32Array(CHUNK);
  length = 0;

  /** The first place whose key is at least `key`. */
  place(key: number): number {
    const { keys } = this;
    let from = 0;
    let to = this.length;
    // Most of what is asked lies near the best price.
    if (to === 0 || keys[to - 1]! < key) return to;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (keys[middle]! < key) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  insert(at: number, key: number, value: number): void {
    const { keys, values } = this;
    for (let i = this.length++; i > at; i--) {
      keys[i] = keys[i - 1]!;
      values[i] = values[i - 1]!;
    }
    keys[at] = key;
    values[at] = value;
  }

  delete(at: number): void {
    const { keys, values } = this;
    const last = --this.length;
    for (let i = at; i < last; i++) {
      keys[i] = keys[i + 1]!;
      values[i] = values[i + 1]!;
    }
  }

  /** Hands the upper half to a chunk of its own. */
  split(): Chunk {
    const upper = new Chunk();
    const half = CHUNK >> 1;
    upper.keys.set(this.keys.subarray(half));
    upper.values.set(this.values.subarray(half));
    upper.length = CHUNK - half;
    this.length = half;
    return upper;
  }
}

export class TickLadder {
  /** 0 for bids; −1 for asks, whose keys are `~tick`, so that a lower price is the larger key. */
  readonly #flip: number;
  /** Never empty: the last chunk stays when it has nothing left. All but an only one hold something. */
  readonly #chunks = [new Chunk()];

  constructor(side: Side) {
    this.#flip = side === Side.buy ? 0 : -1;
  }

  /** The best tick (highest bid, lowest ask); `NaN` when there is none. */
  get best(): number {
    const chunk = this.#chunks[this.#chunks.length - 1]!;
    return chunk.length === 0 ? Number.NaN : chunk.keys[chunk.length - 1]! ^ this.#flip;
  }

  /** The number at the best tick; −1 when there is none. */
  get atBest(): number {
    const chunk = this.#chunks[this.#chunks.length - 1]!;
    return chunk.length === 0 ? NONE : chunk.values[chunk.length - 1]!;
  }

  /** The worst tick; `NaN` when there is none. */
  get worst(): number {
    const chunk = this.#chunks[0]!;
    return chunk.length === 0 ? Number.NaN : chunk.keys[0]! ^ this.#flip;
  }

  /** The number that stands at `tick`; −1 when there is none. */
  get(tick: number): number {
    const key = tick ^ this.#flip;
    const chunk = this.#chunks[this.#chunkOf(key)]!;
    const at = chunk.place(key);
    return at < chunk.length && chunk.keys[at] === key ? chunk.values[at]! : NONE;
  }

  /** Puts a number ≥ 0 at `tick`, in place of the one that stood there. */
  set(tick: number, value: number): void {
    const key = tick ^ this.#flip;
    const chunks = this.#chunks;
    let index = this.#chunkOf(key);
    let chunk = chunks[index]!;
    let at = chunk.place(key);
    if (at < chunk.length && chunk.keys[at] === key) {
      chunk.values[at] = value;
      return;
    }
    if (chunk.length === CHUNK) {
      const upper = chunk.split();
      chunks.splice(++index, 0, upper);
      if (at > chunk.length) {
        at -= chunk.length;
        chunk = upper;
      }
    }
    chunk.insert(at, key, value);
  }

  /** Takes `tick` out; returns whether it was there. */
  delete(tick: number): boolean {
    const key = tick ^ this.#flip;
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index]!;
    const at = chunk.place(key);
    if (at === chunk.length || chunk.keys[at] !== key) return false;
    chunk.delete(at);
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(index, 1);
    return true;
  }

  /** The best tick that is worse than `tick`, which need not be there; `NaN` at the end. */
  worseThan(tick: number): number {
    const key = tick ^ this.#flip;
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index]!;
    const at = chunk.place(key);
    if (at > 0) return chunk.keys[at - 1]! ^ this.#flip;
    // The chunk begins with `key` (or is the first): what is worse ends the chunk below.
    if (index === 0) return Number.NaN;
    const lower = this.#chunks[index - 1]!;
    return lower.keys[lower.length - 1]! ^ this.#flip;
  }

  /** The last chunk whose least key is at most `key`, or the first: where `key` is or belongs. */
  #chunkOf(key: number): number {
    const chunks = this.#chunks;
    const last = chunks.length - 1;
    if (last === 0 || chunks[last]!.keys[0]! <= key) return last;
    let from = 0;
    let to = last - 1;
    while (from < to) {
      const middle = (from + to + 1) >>> 1;
      if (chunks[middle]!.keys[0]! <= key) from = middle;
      else to = middle - 1;
    }
    return from;
  }
}
