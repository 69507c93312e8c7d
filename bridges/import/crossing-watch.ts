/**
 * Keeps the bare levels of one instrument while it is imported, to count how often bid and ask cross and what a clear
 * removes. Knows nothing of files or vendors. Called by the importers; core/book/levels.ts is the book that is replayed
 * (it resolves crossings, so it cannot count them).
 */
import { basename } from 'node:path';
import { Side } from '../../core/index.js';
import type { CorrectionTally } from './correction-tally.js';

/** Ticks walked one by one towards the next best before all levels are looked at. */
const STEPS = 512;

/** One side's levels: lots by ticks, and the best of them. `towards` is +1 for asks, −1 for bids. */
class BareSide {
  readonly #lots = new Map<number, number>();
  readonly #towards: 1 | -1;
  best = Number.NaN;

  constructor(towards: 1 | -1) {
    this.#towards = towards;
  }

  at(ticks: number): number {
    return this.#lots.get(ticks) ?? 0;
  }

  set(ticks: number, lots: number): void {
    if (lots > 0) {
      this.#lots.set(ticks, lots);
      if (!((ticks - this.best) * this.#towards >= 0)) this.best = ticks;
    } else if (this.#lots.delete(ticks) && ticks === this.best) this.#findBest();
  }

  /** Removes the levels from the best to `ticks` inclusive. */
  clear(ticks: number): void {
    for (const price of this.#lots.keys()) if ((ticks - price) * this.#towards >= 0) this.#lots.delete(price);
    this.best = Number.NaN;
    if (this.#lots.size > 0) this.#scan();
  }

  #findBest(): void {
    if (this.#lots.size === 0) {
      this.best = Number.NaN;
      return;
    }
    let ticks = this.best;
    for (let step = 0; step < STEPS; step++) {
      ticks += this.#towards;
      if (this.#lots.has(ticks)) {
        this.best = ticks;
        return;
      }
    }
    this.#scan();
  }

  #scan(): void {
    let best = this.#towards * Infinity;
    for (const price of this.#lots.keys()) if ((price - best) * this.#towards < 0) best = price;
    this.best = best;
  }
}

/** Both sides of one instrument. */
export class CrossingWatch {
  readonly bids = new BareSide(-1);
  readonly asks = new BareSide(1);

  side(which: Side): BareSide {
    return which === Side.buy ? this.bids : this.asks;
  }

  /** True when the best bid stands at or above the best ask. */
  get crossed(): boolean {
    return this.bids.best >= this.asks.best;
  }

  /** A message of the book is over, received at this line. */
  count(tally: CorrectionTally, at: { readonly path: string; readonly line: number }): void {
    if (!this.crossed) return;
    tally.count(
      'crossed-book',
      `after depth messages, in the order received, the best bid was not below the best ask; the rows were kept ` +
        `(first: bid ${this.bids.best} ticks, ask ${this.asks.best} ticks, ${basename(at.path)}:${at.line})`,
    );
  }
}
