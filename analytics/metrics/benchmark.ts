/**
 * A strategy's returns against a benchmark's. Knows nothing of what the benchmark is. Called by the list of metrics and by users.
 *
 * Both series are of the same periods, pair by pair; pairs with a `NaN` are left out. `riskFree` per period.
 */
import { annualReturn } from './returns.js';

/** The slope of returns on benchmark returns: cov(r, b) / var(b). `NaN` for fewer than two pairs or a benchmark that stands still. */
export function beta(returns: Float64Array, benchmark: Float64Array, riskFree = 0): number {
  if (returns.length < 1 || benchmark.length < 2) return Number.NaN;
  let count = 0;
  let returnMean = 0;
  let mean = 0;
  let covariance = 0;
  let variance = 0;
  for (let i = 0; i < returns.length; i++) {
    const [x, y] = [benchmark[i]! - riskFree, returns[i]! - riskFree];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    count++;
    const distance = x - mean;
    mean += distance / count;
    returnMean += (y - returnMean) / count;
    variance += distance * (x - mean);
    covariance += distance * (y - returnMean);
  }
  return variance / count < 1e-30 || count < 1 ? Number.NaN : covariance / variance;
}

/**
 * What the benchmark does not explain, annualised: (1 + mean(r − riskFree − β (b − riskFree)))^periodsPerYear − 1.
 * Source: M. C. Jensen, "The Performance of Mutual Funds in the Period 1945–1964", Journal of Finance 23 (1968), 389–416.
 */
export function alpha(
  returns: Float64Array,
  benchmark: Float64Array,
  periodsPerYear: number,
  riskFree = 0,
  slope = beta(returns, benchmark, riskFree),
): number {
  if (returns.length < 2) return Number.NaN;
  let count = 0;
  let sum = 0;
  for (let i = 0; i < returns.length; i++) {
    const value = returns[i]! - riskFree - slope * (benchmark[i]! - riskFree);
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  return (1 + sum / count) ** periodsPerYear - 1;
}

/** Which periods count: those in which the benchmark rose, or fell. */
export type MarketPhase = 'up' | 'down';

/** The pairs of one phase. */
export function ofPhase(
  returns: Float64Array,
  benchmark: Float64Array,
  phase: MarketPhase,
): [returns: Float64Array, benchmark: Float64Array] {
  const counts = (at: number) => (phase === 'up' ? benchmark[at]! > 0 : benchmark[at]! < 0);
  return [returns.filter((_, at) => counts(at)), benchmark.filter((_, at) => counts(at))];
}

/**
 * Compound annual return ÷ the benchmark's; of one phase, over its periods alone: 1.2 up and 0.8 down gains more than the
 * market and loses less. Source: Morningstar's capture ratios; numbers as empyrical's.
 */
export function capture(
  returns: Float64Array,
  benchmark: Float64Array,
  periodsPerYear: number,
  phase?: MarketPhase,
): number {
  const [own, other] = phase === undefined ? [returns, benchmark] : ofPhase(returns, benchmark, phase);
  return annualReturn(own, periodsPerYear) / annualReturn(other, periodsPerYear);
}

/** Up capture ÷ down capture. */
export function captureRatio(returns: Float64Array, benchmark: Float64Array, periodsPerYear: number): number {
  return capture(returns, benchmark, periodsPerYear, 'up') / capture(returns, benchmark, periodsPerYear, 'down');
}

/**
 * How much more a strategy loses in the worst and best periods of the benchmark than in the middle one; below 0 = it is fragile.
 * Source: N. N. Taleb et al., "A New Heuristic Measure of Fragility and Tail Risks", IMF working paper 12/216 (2012), as in
 * empyrical.
 */
export function betaFragility(returns: Float64Array, benchmark: Float64Array): number {
  if (returns.length < 3) return Number.NaN;
  const pairs = Array.from(returns, (value, at) => [value, benchmark[at]!] as const)
    .filter(([value, other]) => !Number.isNaN(value + other))
    .sort((a, b) => a[1] - b[1]);
  if (pairs.length === 0) return Number.NaN;
  // Half to even, as numpy rounds.
  const half = pairs.length / 2;
  const middle = Number.isInteger(half) || Math.floor(half) % 2 === 0 ? Math.floor(half) : Math.ceil(half);
  const [start, mid, end] = [pairs[0]!, pairs[middle]!, pairs[pairs.length - 1]!];
  const range = end[1] - start[1];
  const startWeight = range === 0 ? 0.5 : (mid[1] - start[1]) / range;
  const endWeight = range === 0 ? 0.5 : (end[1] - mid[1]) / range;
  return startWeight * start[0] + endWeight * end[0] - mid[0];
}
