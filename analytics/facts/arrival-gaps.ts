/**
 * Times from one event to the next. Knows nothing of what happens. Called by the stylised facts of an instrument.
 */
import type { Nanos } from '../../core/time.js';
import { type Bucket, LogHistogram } from '../quality/log-histogram.js';

/** Inter-arrival times, ns; `NaN` where there were no two events. */
export interface GapFacts {
  readonly events: number;
  readonly meanNs: Nanos;
  /** Nearest rank, at most 1.6 % off. */
  readonly medianNs: Nanos;
  readonly p99Ns: Nanos;
  /** Standard deviation by mean: 1 for a Poisson process, more where events cluster. */
  readonly variation: number;
  /** Four buckets to a doubling. */
  readonly histogram: readonly Bucket[];
}

export class ArrivalGaps {
  events = 0;
  readonly #histogram = new LogHistogram();
  #lastNs: Nanos = Number.NaN;
  // Welford's running mean and sum of squared distances from it: squares of ns would not be exact.
  #mean = 0;
  #distances = 0;

  /** Times never decrease. */
  add(timeNs: Nanos): void {
    if (this.events++ > 0) {
      const gapNs = timeNs - this.#lastNs;
      this.#histogram.add(gapNs);
      const off = gapNs - this.#mean;
      this.#mean += off / this.#histogram.count;
      this.#distances += off * (gapNs - this.#mean);
    }
    this.#lastNs = timeNs;
  }

  facts(): GapFacts {
    const histogram = this.#histogram;
    const meanNs = histogram.count > 0 ? this.#mean : Number.NaN;
    return {
      events: this.events,
      meanNs,
      medianNs: histogram.quantile(0.5),
      p99Ns: histogram.quantile(0.99),
      variation: Math.sqrt(this.#distances / histogram.count) / meanNs,
      histogram: histogram.buckets(4),
    };
  }
}
