/**
 * New local times for a tape whose clocks drifted or stood apart. Knows nothing of files. Called by the repair of a tape.
 *
 * All rows get local + shift − slope × (local − first local), rounded up to whole ns: a function that never decreases, so the
 * order of the rows stays as it is. The slope is that of the clocks' drift (see clock-drift.ts), taken over all rows but
 * those of snapshots, as in the check.
 */
import type { Nanos } from '../../core/time.js';
import { LowerHull } from './clock-drift.js';
import type { FixPlan } from './fixes.js';

/** How local times change. */
export interface LocalChange {
  /** ns that a clock lost in each ns; 0: none. */
  readonly slope: number;
  /** The first local time. */
  readonly fromNs: Nanos;
  readonly shiftNs: Nanos;
}

/** Takes the local times in order, and says how they change. */
export class LocalClock {
  readonly #hull = new LowerHull();
  #leastNs: Nanos = Number.POSITIVE_INFINITY;
  #fromNs: Nanos = Number.NaN;

  add(exchangeNs: Nanos, localNs: Nanos): void {
    const delayNs = localNs - exchangeNs;
    this.#hull.add(localNs, delayNs);
    if (delayNs < this.#leastNs) this.#leastNs = delayNs;
    if (Number.isNaN(this.#fromNs)) this.#fromNs = localNs;
  }

  /** `undefined` where nothing changes. */
  change({ clockDrift, leastDelayNs }: FixPlan): LocalChange | undefined {
    const line = clockDrift ? this.#hull.line() : undefined;
    const fromNs = this.#fromNs;
    if (Number.isNaN(fromNs) || (line === undefined && leastDelayNs === undefined)) return undefined;
    // Without the slope, the least delay is what the line says at the first time: it touches the delays at two corners.
    const leastNs = line === undefined ? this.#leastNs : line.interceptNs + line.slope * fromNs;
    const wantedNs = leastDelayNs ?? this.#leastNs;
    return { slope: line?.slope ?? 0, fromNs, shiftNs: wantedNs - leastNs };
  }
}

/** Not before the exchange time, as the least delay wanted is not below 0. (Rows of snapshots may be: the writer refuses them.) */
export function changedLocal({ slope, fromNs, shiftNs }: LocalChange, localNs: Nanos): Nanos {
  // The change is rounded, not the sum: whole numbers stay exact. The thousandth is more than all rounding errors.
  return slope === 0 ? localNs + shiftNs : localNs + Math.ceil(shiftNs - slope * (localNs - fromNs) + 0.001);
}
