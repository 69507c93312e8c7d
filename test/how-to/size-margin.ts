/** A margin model of one's own: the larger the position, the more of its value is tied up, with the square root of its size. */
import type { Instrument } from 'tickwright/core';
import type { MarginModel } from 'tickwright/execution';

export interface SizeMarginOptions {
  /** Fraction of the value that any position ties up, and what of it is to be kept. */
  readonly initialRate: number;
  readonly maintenanceRate: number;
  /** The fraction is at least this × √quantity, and × `kept` to be kept. */
  readonly perRootQty: number;
  readonly kept: number;
}

export function sizeMargin(options: SizeMarginOptions): MarginModel {
  for (const [name, value] of Object.entries(options)) {
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`sizeMargin: ${name} ${value} is not a number ≥ 0`);
  }
  const { initialRate, maintenanceRate, kept } = options;
  // The venue relies on it: what may be opened can be kept.
  if (maintenanceRate > initialRate || kept > 1) {
    throw new RangeError(
      `sizeMargin: maintenanceRate ${maintenanceRate} or kept ${kept} asks for more than the initial`,
    );
  }
  return new SizeMargin(options);
}

class SizeMargin implements MarginModel {
  readonly #options: SizeMarginOptions;

  constructor(options: SizeMarginOptions) {
    this.#options = options;
  }

  initial(instrument: Instrument, positionLots: number, priceTicks: number): number {
    return this.#of(instrument, positionLots, priceTicks, this.#options.initialRate, this.#options.perRootQty);
  }

  maintenance(instrument: Instrument, positionLots: number, priceTicks: number): number {
    const { maintenanceRate, perRootQty, kept } = this.#options;
    return this.#of(instrument, positionLots, priceTicks, maintenanceRate, perRootQty * kept);
  }

  /** `notional` knows multipliers and inverse contracts; a short position's is below 0, and so may a price be. */
  #of(instrument: Instrument, positionLots: number, priceTicks: number, rate: number, perRootQty: number): number {
    if (positionLots === 0) return 0;
    const value = Math.abs(instrument.notional(priceTicks, positionLots));
    return value * Math.max(rate, perRootQty * Math.sqrt(Math.abs(instrument.qty(positionLots))));
  }
}
