/**
 * Finds stretches in which a stream said nothing. Knows nothing of what it says. Called by the check of a tape.
 */
import type { Nanos } from '../../core/time.js';
import { Spans } from './spans.js';

/** One stream of an instrument: its trades, its book, its quotes, its bars. */
export class Silences {
  rows = 0;
  readonly gaps = new Spans();
  /** Silences that were no gaps because the instrument was halted, in auction or closed for a part of them. */
  excused = 0;
  #lastNs: Nanos = Number.NaN;
  /** Bars: the shortest step between two so far. */
  #stepNs: Nanos = Number.POSITIVE_INFINITY;

  /**
   * `shutNs`: when the instrument was last known not to trade. A silence longer than `limitNs` is a gap; one that a halt falls
   * into counts from the end of the halt.
   */
  add(timeNs: Nanos, row: number, limitNs: Nanos, shutNs: Nanos): void {
    this.rows++;
    const silentNs = timeNs - this.#lastNs;
    if (silentNs > limitNs) this.#found(timeNs, row, limitNs, shutNs);
    this.#lastNs = timeNs;
  }

  /** Bars have a step of their own: more than one and a half times the shortest one before is a gap. */
  addBar(timeNs: Nanos, row: number, shutNs: Nanos): void {
    const stepNs = timeNs - this.#lastNs;
    this.add(timeNs, row, 1.5 * this.#stepNs, shutNs);
    if (stepNs > 0 && stepNs < this.#stepNs) this.#stepNs = stepNs;
  }

  #found(timeNs: Nanos, row: number, limitNs: Nanos, shutNs: Nanos): void {
    const fromNs = Math.max(this.#lastNs, shutNs);
    if (timeNs - fromNs > limitNs) this.gaps.add(fromNs, timeNs, row);
    else this.excused++;
  }
}
