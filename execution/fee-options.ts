/**
 * What all fee models ask of their options. Knows nothing of fees. Called by their factories.
 */

/** Checks a rate: throws `RangeError` naming model, option and value outside (−1, 1). */
export function rateOf(model: string, name: string, rate: number): number {
  if (!(Math.abs(rate) < 1)) throw new RangeError(`${model}: ${name} ${rate} is not a fraction between −1 and 1`);
  return rate;
}

/** Checks an amount: throws `RangeError` naming model, option and value unless it is finite. */
export function amountOf(model: string, name: string, amount: number): number {
  if (!Number.isFinite(amount)) throw new RangeError(`${model}: ${name} ${amount} is not a number`);
  return amount;
}
