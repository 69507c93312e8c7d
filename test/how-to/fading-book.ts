/** A matching model of one's own: when an order arrives, part of what it saw is gone, because others saw it as well. */
import type { BookSide, FillSink, MatchingModel } from 'tickwright/execution';

/** `share`: how much of each displayed level is still there, 0 < share ≤ 1; fractions of a lot are not. */
export function fadingBook({ share }: { readonly share: number }): MatchingModel {
  if (!(share > 0 && share <= 1)) throw new RangeError(`fadingBook: share ${share} is not above 0 and at most 1`);
  return new FadingBook(share);
}

/** A class, and its methods allocate nothing: they are called for every order that takes and every trade that reaches one. */
class FadingBook implements MatchingModel {
  readonly #share: number;

  constructor(share: number) {
    this.#share = share;
  }

  /** The same sum as `take` will fill: fill-or-kill relies on it. */
  availableLots(other: BookSide, limitTicks: number, qtyLots: number): number {
    let lots = 0;
    for (let level = 0; lots < qtyLots && other.has(level) && other.within(level, limitTicks); level++) {
      lots += this.#stillThere(other.lots(level));
    }
    return lots;
  }

  take(other: BookSide, limitTicks: number, qtyLots: number, sink: FillSink): void {
    let left = qtyLots;
    for (let level = 0; left > 0 && other.has(level) && other.within(level, limitTicks); level++) {
      const lots = Math.min(left, this.#stillThere(other.lots(level)));
      left -= lots;
      if (lots > 0) sink.take(other.tick(level), lots);
    }
  }

  /** A trade has been: nobody else had it. */
  restingLots(leavesLots: number, reachedLots: number): number {
    return Math.min(leavesLots, reachedLots);
  }

  /** A level that comes within reach of a resting order is in reach of others, too. */
  passedLots(leavesLots: number, offeredLots: number): number {
    return Math.min(leavesLots, this.#stillThere(offeredLots));
  }

  #stillThere(lots: number): number {
    return Math.floor(lots * this.#share);
  }
}
