/**
 * Falls of compounded returns, and of money, from their highest point so far. Knows nothing of runs.
 * Called by the ratios, the list of metrics and the report.
 */
import type { Nanos } from '../../core/time.js';
import type { Series } from '../recording.js';

/** Largest fall as a fraction of the peak before it, ≤ 0; growth starts at 1. `NaN` without returns. */
export function maxReturnDrawdown(returns: Float64Array): number {
  if (returns.length === 0) return Number.NaN;
  let growth = 1;
  let peak = 1;
  let largest = 0;
  for (const value of returns) {
    if (!Number.isNaN(value)) growth *= 1 + value;
    if (growth > peak) peak = growth;
    largest = Math.min(largest, growth / peak - 1);
  }
  return largest;
}

/** One fall from a peak, until the curve stood there again. */
export interface DrawdownSpell {
  readonly peakNs: Nanos;
  readonly troughNs: Nanos;
  /** `undefined` = not by the end of the curve. */
  readonly recoveryNs: Nanos | undefined;
  /** Deepest fall in the unit of the curve, > 0. */
  readonly amount: number;
  /** Time from the peak to the recovery, or to the last value. */
  readonly lengthNs: Nanos;
}

/**
 * All falls of a curve in order of time; the first peak is `start` at `startNs`. Values that are `NaN` are left out. The same
 * peaks as `drawdownOf`: a value equal to the peak ends a fall.
 */
export function drawdownSpells({ timeNs, value }: Series, start: number, startNs: Nanos): DrawdownSpell[] {
  const spells: DrawdownSpell[] = [];
  let peak = start;
  let peakNs = startNs;
  let low = start;
  let troughNs = startNs;
  let lastNs = startNs;
  const close = (recoveryNs: Nanos | undefined) => {
    if (low < peak) {
      spells.push({ peakNs, troughNs, recoveryNs, amount: peak - low, lengthNs: (recoveryNs ?? lastNs) - peakNs });
    }
  };
  for (let i = 0; i < value.length; i++) {
    const now = value[i]!;
    if (Number.isNaN(now)) continue;
    lastNs = timeNs[i]!;
    if (now >= peak) {
      close(lastNs);
      peak = now;
      low = now;
      peakNs = lastNs;
    } else if (now < low) {
      low = now;
      troughNs = lastNs;
    }
  }
  close(undefined);
  return spells;
}
