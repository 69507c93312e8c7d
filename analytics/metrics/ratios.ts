/**
 * Return per unit of risk, by what is called risk. Knows nothing of runs. Called by the list of metrics and by users.
 *
 * `returns` are of equal periods, fractions; `NaN` ones are left out. `periodsPerYear`: by which factor they are annualised, by its
 * root for deviations; that assumes independent periods. `NaN` where there is no such number; a ratio over no risk at all is
 * infinite, as a division is.
 */
import { momentsOf } from './moments.js';
import { maxReturnDrawdown } from './return-drawdowns.js';
import { annualReturn } from './returns.js';

/** Standard deviation × √periodsPerYear, dividing by n − 1. */
export function annualVolatility(returns: Float64Array, periodsPerYear: number): number {
  return momentsOf(returns).deviation * Math.sqrt(periodsPerYear);
}

/**
 * √(mean(min(0, r − required)²)) × √periodsPerYear: all periods are in the mean, those above `required` with 0.
 * Source: F. Sortino and R. van der Meer, "Downside Risk", Journal of Portfolio Management 17 (1991), 27–31.
 */
export function downsideDeviation(
  returns: Float64Array,
  periodsPerYear: number,
  required: number | Float64Array = 0,
): number {
  let count = 0;
  let sum = 0;
  for (let i = 0; i < returns.length; i++) {
    const excess = returns[i]! - (typeof required === 'number' ? required : required[i]!);
    if (Number.isNaN(excess)) continue;
    count++;
    if (excess < 0) sum += excess * excess;
  }
  return count === 0 ? Number.NaN : Math.sqrt(sum / count) * Math.sqrt(periodsPerYear);
}

/**
 * mean(r − riskFree) / sd(r − riskFree) × √periodsPerYear. `riskFree` per period.
 * Source: W. F. Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21 (1994), 49–58.
 */
export function sharpe(returns: Float64Array, periodsPerYear: number, riskFree: number | Float64Array = 0): number {
  const { count, mean, deviation } = momentsOf(less(returns, riskFree));
  return count < 2 ? Number.NaN : (mean / deviation) * Math.sqrt(periodsPerYear);
}

/**
 * mean(r − required) × periodsPerYear / downsideDeviation. `required` per period; the minimum acceptable return.
 * Source: as {@link downsideDeviation}.
 */
export function sortino(returns: Float64Array, periodsPerYear: number, required: number | Float64Array = 0): number {
  const { count, mean } = momentsOf(less(returns, required));
  return count < 2 ? Number.NaN : (mean * periodsPerYear) / downsideDeviation(returns, periodsPerYear, required);
}

/** Mean of the returns above a benchmark's ÷ their deviation, not annualised: Sharpe's ratio of a differential return. */
export function informationRatio(returns: Float64Array, benchmark: Float64Array): number {
  const { count, mean, deviation } = momentsOf(less(returns, benchmark));
  return count < 2 ? Number.NaN : mean / deviation;
}

/**
 * Compound annual return ÷ largest drawdown as a positive fraction; `NaN` where equity never fell.
 * Source: T. W. Young, "Calmar Ratio: A Smoother Tool", Futures 20 (October 1991), 40.
 */
export function calmar(returns: Float64Array, periodsPerYear: number): number {
  const drawdown = maxReturnDrawdown(returns);
  return drawdown < 0 ? annualReturn(returns, periodsPerYear) / -drawdown : Number.NaN;
}

/**
 * Σ of what returns are above a threshold ÷ Σ of what they are below it; `NaN` where none is below. `required` per year, turned
 * into (1 + required)^(1 / periodsPerYear) − 1 a period; `riskFree` per period.
 * Source: C. Keating and W. Shadwick, "A Universal Performance Measure", Journal of Performance Measurement 6 (2002), 59–84.
 */
export function omega(
  returns: Float64Array,
  periodsPerYear: number,
  required = 0,
  riskFree: number | Float64Array = 0,
): number {
  if (returns.length < 2 || required <= -1) return Number.NaN;
  const threshold = (1 + required) ** (1 / periodsPerYear) - 1;
  let above = 0;
  let below = 0;
  for (const value of less(returns, riskFree)) {
    const excess = value - threshold;
    if (excess > 0) above += excess;
    else if (excess < 0) below -= excess;
  }
  return below > 0 ? above / below : Number.NaN;
}

/** r² of a straight line through the logarithm of compounded growth against the number of the period: 1 = steady growth. */
export function stability(returns: Float64Array): number {
  const known = returns.filter((value) => !Number.isNaN(value));
  if (returns.length < 2) return Number.NaN;
  let sum = 0;
  const log = known.map((value) => {
    sum += Math.log1p(value);
    return sum;
  });
  const x = (known.length - 1) / 2;
  const y = momentsOf(log).mean;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < log.length; i++) {
    xy += (i - x) * (log[i]! - y);
    xx += (i - x) ** 2;
    yy += (log[i]! - y) ** 2;
  }
  return (xy * xy) / (xx * yy);
}

function less(returns: Float64Array, other: number | Float64Array): Float64Array {
  return returns.map((value, i) => value - (typeof other === 'number' ? other : other[i]!));
}
