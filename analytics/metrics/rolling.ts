/**
 * Any measure over a window that moves along a series, and the usual ones. Knows nothing of runs.
 * Called by the report and by users.
 */
import { beta } from './benchmark.js';
import { annualVolatility, sharpe } from './ratios.js';

/**
 * `measure` of each `window` values in a row; the first is of values 0 … window − 1, so there are window − 1 fewer of them.
 * Throws `RangeError` for a window that is no whole number from 1 on.
 */
export function rolling(
  values: Float64Array,
  window: number,
  measure: (part: Float64Array, from: number) => number,
): Float64Array {
  if (!(Number.isInteger(window) && window >= 1))
    throw new RangeError(`rolling window ${window} is no count from 1 on`);
  const out = new Float64Array(Math.max(0, values.length - window + 1));
  for (let from = 0; from < out.length; from++) out[from] = measure(values.subarray(from, from + window), from);
  return out;
}

export function rollingSharpe(returns: Float64Array, window: number, periodsPerYear: number): Float64Array {
  return rolling(returns, window, (part) => sharpe(part, periodsPerYear));
}

export function rollingVolatility(returns: Float64Array, window: number, periodsPerYear: number): Float64Array {
  return rolling(returns, window, (part) => annualVolatility(part, periodsPerYear));
}

/** Pairs as in {@link beta}. */
export function rollingBeta(returns: Float64Array, benchmark: Float64Array, window: number): Float64Array {
  return rolling(returns, window, (part, from) => beta(part, benchmark.subarray(from, from + window)));
}
