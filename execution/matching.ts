/**
 * How much fills, and at which price. Knows nothing of queues, latency or fees. Called by the simulated venue.
 * contract: MatchingModel.
 */

import type { LevelBook } from '../core/book/levels.js';
import { NO_ASK, NO_BID } from '../core/book/levels.js';
import { Side } from '../core/market.js';

/** Takes the fills of an order that takes liquidity. */
export type FillSink = (priceTicks: number, qtyLots: number) => void;

/**
 * Decides what an order gets.
 *
 * `take` is called when an order arrives that reaches the opposite side of the book; `restingLots` when the queue model
 * says that trades have reached a resting order (when the market moves through it, it fills whole without being asked).
 * Must not allocate or change the book. Prices in ticks, quantities in lots. Read {@link noPartialFill} first.
 * Conformance: test/contracts/matching.contract.ts.
 */
export interface MatchingModel {
  /** Lots that could fill at once within the limit (±Infinity for market orders): what fill-or-kill asks first. */
  availableLots(book: LevelBook, side: Side, limitTicks: number, qtyLots: number): number;
  /** Fills what it can of an arriving order, best price first; the sum never exceeds `qtyLots`. */
  take(book: LevelBook, side: Side, limitTicks: number, qtyLots: number, fill: FillSink): void;
  /** Lots of a resting order that fill, 0 to `leavesLots`, when `reachedLots` > 0 have traded past it. */
  restingLots(leavesLots: number, reachedLots: number): number;
}

/**
 * hftbacktest's `NoPartialFillExchange`: an order fills whole or not at all. A taker gets its whole quantity at the
 * opposite best price, whatever is displayed there; a resting order fills whole as soon as a lot has reached it.
 * Unrealistic for orders that are large against the book.
 */
export const noPartialFill: MatchingModel = {
  availableLots: (book, side, limitTicks, qtyLots) => (reaches(book, side, limitTicks) ? qtyLots : 0),
  take(book, side, limitTicks, qtyLots, fill) {
    if (reaches(book, side, limitTicks)) fill(side === Side.buy ? book.ask : book.bid, qtyLots);
  },
  restingLots: (leavesLots, reachedLots) => (reachedLots > 0 ? leavesLots : 0),
};

/** Whether an order with this limit would trade at once. */
export function reaches(book: LevelBook, side: Side, limitTicks: number): boolean {
  return side === Side.buy
    ? book.ask !== NO_ASK && limitTicks >= book.ask
    : book.bid !== NO_BID && limitTicks <= book.bid;
}
