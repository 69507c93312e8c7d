/** An impact of one's own: half a spread always, and beyond a free share of the volume so many ticks for each further percent. */
import type { ImpactModel } from 'tickwright/execution';

export interface HalfSpreadOptions {
  /** What crossing costs any order, in ticks; halves are allowed. */
  readonly halfSpreadTicks: number;
  /** Share of the volume (a fraction) that is free beside it. */
  readonly freeShare: number;
  readonly ticksPerPercent: number;
}

export function halfSpreadImpact(options: HalfSpreadOptions): ImpactModel {
  for (const [name, value] of Object.entries(options)) {
    if (!(value >= 0 && value < Infinity))
      throw new RangeError(`halfSpreadImpact: ${name} ${value} is not a number ≥ 0`);
  }
  return new HalfSpread(options);
}

// A class rather than closures over `options`: it is called for every fill.
class HalfSpread implements ImpactModel {
  readonly #halfSpreadTicks: number;
  readonly #freeShare: number;
  readonly #ticksPerShare: number;

  constructor({ halfSpreadTicks, freeShare, ticksPerPercent }: HalfSpreadOptions) {
    this.#halfSpreadTicks = halfSpreadTicks;
    this.#freeShare = freeShare;
    this.#ticksPerShare = ticksPerPercent * 100;
  }

  /** Without volume there is no share of it: nothing fills. Volatility is not asked for. */
  canPrice(volumeLots: number): boolean {
    return volumeLots > 0 && volumeLots < Infinity;
  }

  /** Not rounded: ImpactPricer rounds against us, once. */
  slippageTicks(_side: number, qtyLots: number, _priceTicks: number, volumeLots: number): number {
    const beyond = Math.max(0, qtyLots / volumeLots - this.#freeShare);
    return this.#halfSpreadTicks + beyond * this.#ticksPerShare;
  }
}
