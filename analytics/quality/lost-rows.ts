/**
 * Rows that happened at the venue and never reached the machine, and spells of that. Knows nothing of what rows say. Called by
 * the check of a tape. Rows of one instrument; those of snapshots take no part, except that they are received.
 *
 * A row for the exchange's side alone waits for its local twin. It is lost when a row that happened later was received before
 * that; where the twin comes after all, it is no longer counted. What still waits when the tape ends is on its way, unless it
 * has waited for longer than a spell needs.
 */
import type { Nanos } from '../../core/time.js';
import { Spans } from './spans.js';

/** Times that wait at most; beyond that the oldest counts as lost. A power of two. */
const WAITING = 65_536;

export class LostRows {
  rows = 0;
  /** From the first row lost to the next one received, if that is longer than the limit. */
  readonly spells = new Spans();
  readonly #limitNs: Nanos;
  /** Rows by exchange time, the oldest first: a ring by absolute places. */
  readonly #times = new Float64Array(WAITING);
  readonly #counts = new Int32Array(WAITING);
  #first = 0;
  #end = 0;
  /** When the first row of those that are being lost happened; `NaN` = none. */
  #fromNs: Nanos = Number.NaN;
  /** When any row was first lost, and the latest that was received. */
  #everNs: Nanos = Number.POSITIVE_INFINITY;
  #newestNs: Nanos = Number.NEGATIVE_INFINITY;

  constructor(limitNs: Nanos) {
    this.#limitNs = limitNs;
  }

  /** A row for the exchange's side alone, in order of exchange time. */
  happened(timeNs: Nanos): void {
    const newest = (this.#end - 1) & (WAITING - 1);
    if (this.#end > this.#first && this.#times[newest] === timeNs) {
      this.#counts[newest]!++;
      return;
    }
    if (this.#end - this.#first === WAITING) this.#lose();
    const at = this.#end++ & (WAITING - 1);
    this.#times[at] = timeNs;
    this.#counts[at] = 1;
  }

  /** A row that was received, in order of local time. `twin`: it stands for the local side alone, and is of no snapshot. */
  received(exchangeNs: Nanos, localNs: Nanos, twin: boolean, row: number): void {
    while (this.#first < this.#end && this.#times[this.#first & (WAITING - 1)]! < exchangeNs) this.#lose();
    if (twin) this.#meet(exchangeNs);
    if (exchangeNs > this.#newestNs) this.#newestNs = exchangeNs;
    this.#closeSpell(localNs, row);
  }

  #meet(exchangeNs: Nanos): void {
    const at = this.#first & (WAITING - 1);
    if (this.#first < this.#end && this.#times[at] === exchangeNs) this.#counts[at]!--;
    else if (this.rows > 0 && exchangeNs >= this.#everNs && exchangeNs < this.#newestNs) this.rows--;
  }

  #lose(): void {
    const at = this.#first++ & (WAITING - 1);
    const count = this.#counts[at]!;
    if (count === 0) return;
    this.rows += count;
    const timeNs = this.#times[at]!;
    if (Number.isNaN(this.#fromNs)) this.#fromNs = timeNs;
    if (timeNs < this.#everNs) this.#everNs = timeNs;
  }

  #closeSpell(localNs: Nanos, row: number): void {
    if (Number.isNaN(this.#fromNs)) return;
    if (localNs - this.#fromNs > this.#limitNs) this.spells.add(this.#fromNs, localNs, row);
    this.#fromNs = Number.NaN;
  }

  /** Call once, with the last exchange time of the tape. */
  finish(endNs: Nanos): void {
    const oldest = Number.isNaN(this.#fromNs) ? this.#times[this.#first & (WAITING - 1)]! : this.#fromNs;
    if (this.#first === this.#end || !(endNs - oldest > this.#limitNs)) return;
    while (this.#first < this.#end) this.#lose();
    this.#closeSpell(endNs, 0);
  }
}
