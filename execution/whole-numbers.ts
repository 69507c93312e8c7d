/**
 * From a product of decimals to whole ticks and lots. Knows nothing of prices or orders. Called by the models for bars,
 * impact and price protection.
 *
 * Rates are decimals that a double holds only nearly: 0.29 × 100 lots is 28.999999999999996. A result that lies within
 * 10⁻⁹ (relative, at least absolute) of a whole number therefore counts as that number; everything else is rounded in the
 * direction that the name says.
 */

const NEAR = 1e-9;

/** The whole number at or below. */
export function wholeBelow(value: number): number {
  const nearest = Math.round(value);
  return isNear(value, nearest) ? nearest : Math.floor(value);
}

/** The whole number at or above. */
export function wholeAbove(value: number): number {
  const nearest = Math.round(value);
  return isNear(value, nearest) ? nearest : Math.ceil(value);
}

function isNear(value: number, nearest: number): boolean {
  return Math.abs(value - nearest) <= NEAR * Math.max(1, Math.abs(value));
}
