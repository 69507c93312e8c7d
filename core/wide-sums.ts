/**
 * A column of sums in double-double arithmetic: two doubles each, together good for some 32 digits. For quotients, which
 * no unit makes whole, and sums that are taken apart again. Knows nothing of money. Called by the account for inverse
 * contracts and by fee tiers for volume.
 *
 * Error-free transformations of Dekker (1971) and Knuth (TAOCP 2, 4.2.2). Adding the negative of all terms gives exactly
 * the negative sum.
 */

/** 2^27 + 1: splits a double into two halves of 26 bits whose products are exact. */
const SPLITTER = 134_217_729;

export class WideSums {
  readonly #high: Float64Array;
  readonly #low: Float64Array;

  constructor(length: number) {
    this.#high = new Float64Array(length);
    this.#low = new Float64Array(length);
  }

  add(index: number, value: number): void {
    this.#add(index, value, 0);
  }

  /** Adds numerator / denominator; both below 2^53, the denominator not 0. */
  addQuotient(index: number, numerator: number, denominator: number): void {
    const quotient = numerator / denominator;
    // What is left over, numerator − quotient × denominator, is exact.
    const product = quotient * denominator;
    const remainder = numerator - product - productError(quotient, denominator, product);
    this.#add(index, quotient, remainder / denominator);
  }

  #add(index: number, high: number, low: number): void {
    const before = this.#high[index]!;
    const sum = before + high;
    const part = sum - before;
    const error = before - (sum - part) + (high - part) + this.#low[index]! + low;
    const total = sum + error;
    this.#high[index] = total;
    this.#low[index] = sum - total + error;
  }

  /** The nearest double of the sum. */
  value(index: number): number {
    return this.#high[index]!;
  }
}

/** a × b − product, exact, where product is a × b rounded. */
function productError(a: number, b: number, product: number): number {
  const aSplit = SPLITTER * a;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = SPLITTER * b;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}
