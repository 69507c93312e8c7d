/**
 * How far a market order may go from the best price it found. Knows nothing of books or orders. Called by a venue when an
 * order without a limit arrives.
 * contract: PriceProtection.
 */
import { Side } from '../core/market.js';
import { wholeBelow } from './whole-numbers.js';

/**
 * Decides the worst price of an order that has none.
 *
 * Called once for each market order (and stop that became one) with the opposite best at that moment, in ticks; where there
 * is none the venue refuses the order instead of asking. Must not allocate. Returns whole ticks at or beyond the best, or
 * ±Infinity for no limit; what is left there expires. Read {@link priceProtection} first.
 * Conformance: test/contracts/price-protection.contract.ts.
 * One of your own: docs/how-to/price-protection.md.
 */
export interface PriceProtection {
  limitTicks(side: Side, oppositeBestTicks: number): number;
}

/** Market orders take what there is, at any price: the do-nothing model. */
export const noPriceProtection: PriceProtection = {
  limitTicks: (side) => (side === Side.buy ? Infinity : -Infinity),
};

/**
 * A buy fills at most `ticks` above the ask it found (NautilusTrader's protection points), or at most `bps` basis points of it,
 * rounded to the tick nearer to the ask, so that no fill is worse than was said; a sell likewise below the bid.
 * Throws `RangeError` unless ticks is a whole number ≥ 0, or 0 ≤ bps < 10 000.
 */
export function priceProtection(distance: { ticks: number } | { bps: number }): PriceProtection {
  if ('ticks' in distance) {
    const { ticks } = distance;
    if (!(Number.isSafeInteger(ticks) && ticks >= 0)) {
      throw new RangeError(`price protection: ticks ${ticks} is not a whole number ≥ 0`);
    }
    return new Distance(ticks, 0);
  }
  if (!(distance.bps >= 0 && distance.bps < 10_000)) {
    throw new RangeError(`price protection: bps ${distance.bps} is not at least 0 and below 10000`);
  }
  return new Distance(0, distance.bps);
}

class Distance implements PriceProtection {
  readonly #ticks: number;
  readonly #bps: number;

  constructor(ticks: number, bps: number) {
    this.#ticks = ticks;
    this.#bps = bps;
  }

  limitTicks(side: Side, oppositeBestTicks: number): number {
    const distance = this.#ticks + wholeBelow((Math.abs(oppositeBestTicks) * this.#bps) / 10_000);
    return side === Side.buy ? oppositeBestTicks + distance : oppositeBestTicks - distance;
  }
}
