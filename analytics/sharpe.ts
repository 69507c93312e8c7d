/**
 * Profit per unit of its own fluctuation. Knows nothing of runs or files. Called by the summary.
 */
import { DAY, type Nanos } from '../core/time.js';
import type { Series } from './recording.js';

/** Markets of a replay are taken to be open all year round. */
export const YEAR_NS: Nanos = 365 * DAY;

/**
 * Annualised Sharpe ratio of sampled equity: mean(ΔE) / sd(ΔE) × √(year / sampleNs), where ΔE is the change of equity
 * in money from one sample to the next and sd divides by n − 1.
 *
 * Assumptions: no capital is given, so money takes the place of a return (the ratio is the same for any constant
 * capital); no risk-free rate; changes are independent, so that their variance grows with time (at short samples
 * they are not, and the figure flatters or punishes: compare runs of equal `sampleNs` only); 365 days of 24 hours. From
 * minutes of market time it says little, however large it is.
 * Samples that are not exactly `sampleNs` after the one before, the last of a run for instance, are left out.
 * No number (`undefined`) with fewer than two changes or when equity never changed.
 * Source: W. F. Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21 (1994), 49–58.
 */
export function sharpeRatio({ timeNs, value }: Series, sampleNs: Nanos): number | undefined {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (let i = 1; i < value.length; i++) {
    const change = value[i]! - value[i - 1]!;
    if (timeNs[i]! - timeNs[i - 1]! !== sampleNs || Number.isNaN(change)) continue;
    // B. P. Welford, Technometrics 4 (1962): mean and sum of squared deviations in one pass.
    count++;
    const distance = change - mean;
    mean += distance / count;
    squares += distance * (change - mean);
  }
  if (count < 2 || !(squares > 0)) return undefined;
  return (mean / Math.sqrt(squares / (count - 1))) * Math.sqrt(YEAR_NS / sampleNs);
}
