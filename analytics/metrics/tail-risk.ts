/**
 * What the worst periods cost. Knows nothing of runs. Called by the list of metrics and by users.
 *
 * Historical, from the returns as they were: no distribution is assumed, and nothing worse than the worst period is foreseen.
 */

/** The value below which a share `at` (0 … 1) lies, straight between neighbours (numpy's default); NaN left out. */
export function quantile(values: Float64Array | readonly number[], at: number): number {
  return sortedQuantile(rising(values), at);
}

/** The values that are numbers, in rising order. */
export function rising(values: Float64Array | readonly number[]): Float64Array {
  const known = Float64Array.from(values).sort();
  // NaN is sorted behind everything.
  let count = known.length;
  while (count > 0 && Number.isNaN(known[count - 1]!)) count--;
  return known.subarray(0, count);
}

/** The same of values that stand in rising order. */
export function sortedQuantile(sorted: Float64Array, at: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = (sorted.length - 1) * at;
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (place - low);
}

/**
 * Value at risk: the return that a share `cutoff` of periods fell short of; negative = a loss.
 * Source: P. Jorion, "Value at Risk" (1996); historical simulation.
 */
export function valueAtRisk(returns: Float64Array, cutoff = 0.05): number {
  return quantile(returns, cutoff);
}

/**
 * Conditional value at risk (expected shortfall): the mean of the worst ⌊(n − 1) × cutoff⌋ + 1 returns.
 * Source: R. T. Rockafellar and S. Uryasev, "Optimization of Conditional Value-at-Risk", Journal of Risk 2 (2000), 21–41;
 * which periods count as worst, as in empyrical.
 */
export function conditionalValueAtRisk(returns: Float64Array, cutoff = 0.05): number {
  const known = rising(returns);
  const count = Math.floor((known.length - 1) * cutoff) + 1;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += known[i]!;
  return known.length === 0 ? Number.NaN : sum / count;
}

/** |95 % quantile| ÷ |5 % quantile|: above 1, the good tail is the longer one. Source: empyrical. */
export function tailRatio(returns: Float64Array): number {
  return Math.abs(quantile(returns, 0.95)) / Math.abs(quantile(returns, 0.05));
}
