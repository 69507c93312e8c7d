/**
 * The sum of what came within the last so many nanoseconds: exact in time, without drift.
 * Knows nothing of what is summed. Called by features over time windows.
 *
 * Its window at time t is (t − span, t]. The sum is kept in double-double arithmetic and begins anew when the window is empty:
 * sums of whole numbers are exact (rounded once where they exceed 2^53), those of others are off by less than 2^−100 of the
 * largest sum since.
 */
import type { Nanos } from '../../core/time.js';
import { WideSums } from '../../core/wide-sums.js';
import { TimedRing } from './timed-ring.js';

export class RollingSum {
  readonly #spanNs: Nanos;
  readonly #terms = new TimedRing();
  readonly #sum = new WideSums(1);

  constructor(spanNs: Nanos) {
    this.#spanNs = spanNs;
  }

  /** `term`: finite. `nowNs` never falls from one call of any method to the next. */
  add(term: number, nowNs: Nanos): void {
    // Here too, so that a window that nobody reads does not grow for ever.
    this.#expire(nowNs);
    this.#terms.push(term, nowNs);
    this.#sum.add(0, term);
  }

  /** 0 when there is nothing in the window. */
  at(nowNs: Nanos): number {
    this.#expire(nowNs);
    return this.#sum.value(0);
  }

  #expire(nowNs: Nanos): void {
    const terms = this.#terms;
    const endNs = nowNs - this.#spanNs;
    while (terms.length > 0 && terms.timeNs(0) <= endNs) {
      this.#sum.add(0, -terms.value(0));
      terms.dropFirst();
      // The second time takes away what the first one left in the lower half.
      if (terms.length === 0) for (let half = 0; half < 2; half++) this.#sum.add(0, -this.#sum.value(0));
    }
  }
}
