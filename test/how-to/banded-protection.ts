/** A price protection of one's own: the cheaper the instrument, the further an order may go, in bands of prices. */
import { Side } from 'tickwright/core';
import type { PriceProtection } from 'tickwright/execution';

export interface Band {
  /** The band begins at this best price, ticks (its amount, where prices are below 0). */
  readonly fromTicks: number;
  /** How far from the best price an order may go, as a fraction of it. */
  readonly fraction: number;
}

/** Bands from low to high, the first from 0. Throws `RangeError` naming the band. */
export function bandedProtection(bands: readonly Band[]): PriceProtection {
  bands.forEach(({ fromTicks, fraction }, at) => {
    const from = at === 0 ? fromTicks === 0 : fromTicks > bands[at - 1]!.fromTicks;
    if (!from || !(fraction >= 0 && fraction < 1)) {
      throw new RangeError(`bandedProtection: band ${at} (from ${fromTicks}, fraction ${fraction}) is none`);
    }
  });
  if (bands.length === 0) throw new RangeError('bandedProtection: there are no bands');
  return new BandedProtection(bands);
}

class BandedProtection implements PriceProtection {
  readonly #bands: readonly Band[];

  constructor(bands: readonly Band[]) {
    this.#bands = bands;
  }

  limitTicks(side: Side, oppositeBestTicks: number): number {
    const amount = Math.abs(oppositeBestTicks);
    let at = this.#bands.length - 1;
    while (this.#bands[at]!.fromTicks > amount) at--;
    // Towards the best price, so that no fill is worse than was said.
    const distance = Math.floor(amount * this.#bands[at]!.fraction);
    return side === Side.buy ? oppositeBestTicks + distance : oppositeBestTicks - distance;
  }
}
