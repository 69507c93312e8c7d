/**
 * For how long each spread stood. Knows nothing of books. Called by the stylised facts of an instrument.
 */
import type { Nanos } from '../../core/time.js';

/** How a spread is spread out over time; ticks. `NaN` where none ever stood. */
export interface SpreadFacts {
  /** Weighted by time, as all of these. */
  readonly meanTicks: number;
  /** The smallest spread that was not exceeded for half, and for 95 %, of the time. */
  readonly medianTicks: number;
  readonly p95Ticks: number;
  /** Share of the time of each spread, ascending; they add up to 1. */
  readonly shares: readonly { readonly ticks: number; readonly share: number }[];
  /** How long one stood. */
  readonly standingNs: Nanos;
  /** How long, since the first, a side was missing or the book crossed. */
  readonly missingNs: Nanos;
}

export class SpreadTimes {
  readonly #times = new Map<number, Nanos>();
  #ticks = Number.NaN;
  #sinceNs: Nanos = Number.NaN;
  #missingNs: Nanos = 0;

  /** From `timeNs` on the spread is `ticks`; `NaN` = there is none. */
  set(ticks: number, timeNs: Nanos): void {
    if (Object.is(ticks, this.#ticks)) return;
    this.#settle(timeNs);
    this.#ticks = ticks;
    this.#sinceNs = timeNs;
  }

  #settle(timeNs: Nanos): void {
    const stoodNs = timeNs - this.#sinceNs;
    if (Number.isNaN(stoodNs)) return;
    if (Number.isNaN(this.#ticks)) this.#missingNs += stoodNs;
    else if (stoodNs > 0) this.#times.set(this.#ticks, (this.#times.get(this.#ticks) ?? 0) + stoodNs);
  }

  /** Call once, with the end of the tape. */
  finish(endNs: Nanos): SpreadFacts {
    this.#settle(endNs);
    const times = [...this.#times].toSorted(([a], [b]) => a - b);
    const standingNs = times.reduce((sum, [, time]) => sum + time, 0);
    const quantile = (q: number) => {
      let passed = 0;
      for (const [ticks, time] of times) {
        passed += time;
        if (passed >= q * standingNs) return ticks;
      }
      return Number.NaN;
    };
    return {
      meanTicks: times.reduce((sum, [ticks, time]) => sum + ticks * time, 0) / standingNs,
      medianTicks: quantile(0.5),
      p95Ticks: quantile(0.95),
      shares: times.map(([ticks, time]) => ({ ticks, share: time / standingNs })),
      ...{ standingNs, missingNs: this.#missingNs },
    };
  }
}
