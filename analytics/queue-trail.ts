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
  #exchangeNs: Nanos[] = [];
  #strategy: number[] = [];
  #instrument: number[] = [];
  #orderId: number[] = [];
  #aheadLots: number[] = [];

  /** As `MatchListener.onQueue`. */
  add({ id, strategy, instrument }: Order, aheadLots: number, exchangeNs: Nanos): number {
    if (scrambled(id) >= this.#below || Number.isNaN(aheadLots)) return Number.NEGATIVE_INFINITY;
    this.#exchangeNs.push(exchangeNs);
    this.#strategy.push(strategy);
    this.#instrument.push(instrument.index);
    this.#orderId.push(id);
    this.#aheadLots.push(aheadLots);
    if (this.#orderId.length > MOST_ROWS) this.#giveUpHalf();
    if (aheadLots <= 0) return Number.NEGATIVE_INFINITY;
    return aheadLots < 1 ? 0 : STEP * aheadLots;
  }

  /** All moments so far, in place of what the table holds. */
  writeInto(table: Recording['trail']): void {
    const cells = {
      ...{ exchangeNs: this.#exchangeNs, strategy: this.#strategy, instrument: this.#instrument },
      ...{ orderId: this.#orderId, aheadLots: this.#aheadLots },
    };
    for (const [name, values] of Object.entries(cells) as [keyof typeof cells, number[]][]) {
      table[name].truncate(0);
      for (const value of values) table[name].push(value);
    }
  }

  #giveUpHalf(): void {
    this.#below /= 2;
    const ids = this.#orderId;
    const kept = (_: number, row: number) => scrambled(ids[row]!) < this.#below;
    this.#exchangeNs = this.#exchangeNs.filter(kept);
    this.#strategy = this.#strategy.filter(kept);
    this.#instrument = this.#instrument.filter(kept);
    this.#aheadLots = this.#aheadLots.filter(kept);
    this.#orderId = ids.filter(kept);
  }
}

/** Fibonacci hashing: neighbours land far apart. D. Knuth, The Art of Computer Programming 3, 6.4. */
function scrambled(id: number): number {
  return Math.imul(id, 0x9e3779b1) >>> 0;
}
