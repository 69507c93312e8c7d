/**
 * How orders moved up in line between coming to rest and filling: of a bounded sample of orders, at a bounded number of moments each.
 * Knows nothing of queue models. Called by the recorder.
 */
import type { Order } from '../core/order.js';
import type { Nanos } from '../core/time.js';
import type { Recording } from './recording.js';

/** Moments kept at most; when there are more, half of the orders are given up. */
const MOST_ROWS = 65_536;
/** An order is heard of again when a fifth less is ahead of it. */
const STEP = 0.8;
/** Room for as many at first; a power of 2, as the most is. */
const FIRST_ROWS = 1024;
/** Cells of a row, and where the order's number stands among them. */
const WIDTH = 5;
const ORDER_ID = 3;

/**
 * An order is followed from the moment it comes to stand in line, whenever the lots ahead of it are a fifth less than at the last
 * moment kept, and when none are left. Each moment is exact, by the venue's queue model; between two of them the lots ahead were
 * between the two (the second one not yet reached).
 *
 * While there are no more than 65,536 moments all orders are followed, then half of them, a quarter … : which ones depends on
 * their number alone, scrambled, so that they are no sort of order more than another. Memory: 2.6 MB at most.
 */
export class QueueTrail {
  /** An order is followed when its scrambled number is below this, of 2^32. */
  #below = 2 ** 32;
  /** Moments one behind the other, each with the cells of its row in the order of the table's columns. */
  #cells = new Float64Array(FIRST_ROWS * WIDTH);
  #end = 0;

  /** As `MatchListener.onQueue`. */
  add({ id, strategy, instrument }: Order, aheadLots: number, exchangeNs: Nanos): number {
    // First, because it may give up this order too.
    if (this.#end === this.#cells.length) this.#makeRoom();
    if (scrambled(id) >= this.#below || Number.isNaN(aheadLots)) return Number.NEGATIVE_INFINITY;
    const cells = this.#cells;
    let at = this.#end;
    cells[at++] = exchangeNs;
    cells[at++] = strategy;
    cells[at++] = instrument.index;
    cells[at++] = id;
    cells[at++] = aheadLots;
    this.#end = at;
    if (aheadLots <= 0) return Number.NEGATIVE_INFINITY;
    return aheadLots < 1 ? 0 : STEP * aheadLots;
  }

  /** All moments so far, in place of what the table holds. */
  writeInto(table: Recording['trail']): void {
    for (const [place, column] of Object.values(table).entries()) {
      column.truncate(0);
      column.append(this.#cells, place, WIDTH, this.#end / WIDTH);
    }
  }

  #makeRoom(): void {
    const old = this.#cells;
    if (old.length < MOST_ROWS * WIDTH) {
      this.#cells = new Float64Array(2 * old.length);
      this.#cells.set(old);
    } else while (this.#end === old.length) this.#giveUpHalf();
  }

  #giveUpHalf(): void {
    this.#below /= 2;
    const cells = this.#cells;
    const end = this.#end;
    this.#end = 0;
    for (let at = 0; at < end; at += WIDTH) {
      if (scrambled(cells[at + ORDER_ID]!) >= this.#below) continue;
      cells.copyWithin(this.#end, at, at + WIDTH);
      this.#end += WIDTH;
    }
  }
}

/** Fibonacci hashing: neighbours land far apart. D. Knuth, The Art of Computer Programming 3, 6.4. */
function scrambled(id: number): number {
  return Math.imul(id, 0x9e3779b1) >>> 0;
}
