/**
 * How much fills, and at which price. Knows nothing of queues, latency or fees. Called by the matching engine.
 * contract: MatchingModel.
 */
import type { BookSide } from './book-side.js';
import type { ModelRun } from './model-run.js';

/** Takes the fills of an order that takes liquidity. */
export interface FillSink {
  /** Each price once, best first. Throws `RangeError` for more lots than are left of the order. */
  take(priceTicks: number, qtyLots: number): void;
}

/**
 * Decides what an order gets.
 *
 * `take` is called when an order arrives that reaches the other side of the book, and `availableLots` before it when the
 * order is to fill whole or not at all: both must mean the same. `restingLots` is called when the queue model says that a
 * trade at its price has reached a resting order; `passedLots` when the market moves through a resting order's price. On the
 * hot path: must not allocate. Prices in whole ticks (of either sign), quantities in whole lots above 0; `other` is borrowed
 * for the length of the call, and what own orders took of it before is no longer in it. A fill of more than is left of an
 * order stops the run. A model that draws or remembers implements `forRun`. Read {@link partialFill} first.
 * Conformance: test/contracts/matching.contract.ts; one of your own: docs/how-to/matching-model.md.
 */
export interface MatchingModel {
  /** Lots that could fill at once within the limit (±Infinity for none): what fill-or-kill asks first. */
  availableLots(other: BookSide, limitTicks: number, qtyLots: number): number;
  /** Fills what it can of an arriving order, best price first; the sum never exceeds `qtyLots`. */
  take(other: BookSide, limitTicks: number, qtyLots: number, sink: FillSink): void;
  /** Lots of a resting order that fill, 0 to `leavesLots`, when `reachedLots` > 0 have traded past it. */
  restingLots(leavesLots: number, reachedLots: number): number;
  /**
   * Lots of a resting order that fill, 0 to `leavesLots`, when `offeredLots` ≥ 0 (not yet given to other own orders) came
   * through its price: a trade beyond it, or a level of the other side at or beyond it.
   */
  passedLots(leavesLots: number, offeredLots: number): number;
  forRun?(run: ModelRun): MatchingModel;
}

/**
 * Orders fill as far as there is something to fill them: takers walk the displayed book level by level, resting orders get
 * what a trade or a crossing level brings and no more. Needs depth; knows nothing of hidden liquidity, nor that others
 * react. As NautilusTrader's matching on book data; hftbacktest's `PartialFillExchange` fills what a good-till-cancelled
 * taker has left at its limit at once, where here it rests.
 */
export const partialFill: MatchingModel = {
  availableLots(other, limitTicks, qtyLots) {
    let lots = 0;
    for (let level = 0; lots < qtyLots && other.has(level) && other.within(level, limitTicks); level++) {
      lots += other.lots(level);
    }
    return lots;
  },
  take(other, limitTicks, qtyLots, sink) {
    let left = qtyLots;
    for (let level = 0; left > 0 && other.has(level) && other.within(level, limitTicks); level++) {
      const lots = Math.min(left, other.lots(level));
      left -= lots;
      sink.take(other.tick(level), lots);
    }
  },
  restingLots: (leavesLots, reachedLots) => Math.min(leavesLots, reachedLots),
  passedLots: (leavesLots, offeredLots) => Math.min(leavesLots, offeredLots),
};

/**
 * hftbacktest's `NoPartialFillExchange`: an order fills whole or not at all. A taker gets its whole quantity at the
 * opposite best price, whatever is displayed there; a resting order fills whole as soon as a lot has reached it.
 * Unrealistic for orders that are large against the book.
 */
export const noPartialFill: MatchingModel = {
  availableLots: (other, limitTicks, qtyLots) => (other.has(0) && other.within(0, limitTicks) ? qtyLots : 0),
  take(other, limitTicks, qtyLots, sink) {
    if (other.has(0) && other.within(0, limitTicks)) sink.take(other.tick(0), qtyLots);
  },
  restingLots: (leavesLots, reachedLots) => (reachedLots > 0 ? leavesLots : 0),
  passedLots: (leavesLots) => leavesLots,
};

/** Nothing ever fills: the do-nothing model. */
export const neverFills: MatchingModel = {
  availableLots: () => 0,
  take() {},
  restingLots: () => 0,
  passedLots: () => 0,
};
