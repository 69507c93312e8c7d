/**
 * How far profit (equity without capital) fell from its highest point so far, and for how long. Knows nothing of runs or files.
 * Called by the summary and the report.
 */
import type { Nanos } from '../core/time.js';
import type { Series } from './recording.js';

/** Money and market time; all zero and `undefined` where equity never fell. */
export interface Drawdown {
  /** Largest fall from an earlier peak, in the currency of the series, ≥ 0. */
  readonly amount: number;
  /** When the peak before the largest fall was reached. */
  readonly peakNs: Nanos | undefined;
  /** When the largest fall was deepest. */
  readonly troughNs: Nanos | undefined;
  /** When equity first stood at that peak again; `undefined` when it never did. */
  readonly recoveryNs: Nanos | undefined;
  /** Longest time from a peak until equity stood there again, or until the last sample. */
  readonly longestNs: Nanos;
}

/**
 * Fall from the running peak at every sample: max(0, P₁ … Pₜ) − Pₜ ≥ 0, `NaN` where profit is. The first peak is the
 * profit of 0 that every run starts with.
 */
export function drawdownSeries({ timeNs, value }: Series): Series {
  let peak = 0;
  const fall = value.map((equity) => {
    if (equity > peak) peak = equity;
    return peak - equity;
  });
  return { timeNs, value: fall };
}

/** Largest and longest drawdown of sampled profit; `startNs` is when it was 0, the first peak. */
export function drawdownOf({ timeNs, value }: Series, startNs: Nanos): Drawdown {
  let peak = 0;
  let peakNs = startNs;
  let largest: Drawdown = {
    amount: 0,
    peakNs: undefined,
    troughNs: undefined,
    recoveryNs: undefined,
    longestNs: 0,
  };
  let longestNs = 0;
  let under = false;
  for (let i = 0; i < value.length; i++) {
    const equity = value[i]!;
    const now = timeNs[i]!;
    if (equity >= peak) {
      if (under) longestNs = Math.max(longestNs, now - peakNs);
      if (under && largest.peakNs === peakNs) largest = { ...largest, recoveryNs: now };
      under = false;
      peak = equity;
      peakNs = now;
    } else if (equity < peak) {
      under = true;
      if (peak - equity > largest.amount) {
        largest = { amount: peak - equity, peakNs, troughNs: now, recoveryNs: undefined, longestNs: 0 };
      }
    }
  }
  if (under) longestNs = Math.max(longestNs, timeNs[timeNs.length - 1]! - peakNs);
  return { ...largest, longestNs };
}
