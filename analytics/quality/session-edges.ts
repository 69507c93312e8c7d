/**
 * One instrument's rows against the sessions of an exchange: rows outside, and how much of each session has none at its ends.
 * Knows nothing of calendars. Called by the check of a tape.
 */
import type { SessionColumns } from '../../core/session-calendar.js';
import type { Nanos } from '../../core/time.js';

export class SessionEdges {
  /** Rows outside all sessions, or in a break. */
  outside = 0;
  /** Sessions without a row. */
  missed = 0;
  /** The longest wait from an open to the first row, and from the last row to a close. */
  latestOpenNs: Nanos = 0;
  earliestEndNs: Nanos = 0;
  readonly #sessions: SessionColumns;
  #session = 0;
  #firstNs: Nanos = Number.NaN;
  #lastNs: Nanos = Number.NaN;

  constructor(sessions: SessionColumns) {
    this.#sessions = sessions;
  }

  /** Rows in the order of their exchange times. */
  add(timeNs: Nanos): void {
    const { length, openNs, closeNs, breakStartNs, breakEndNs } = this.#sessions;
    while (this.#session < length && timeNs >= closeNs[this.#session]!) this.#close();
    const at = this.#session;
    // A break of NaN holds no time.
    if (at === length || timeNs < openNs[at]! || (timeNs >= breakStartNs[at]! && timeNs < breakEndNs[at]!)) {
      this.outside++;
      return;
    }
    if (Number.isNaN(this.#firstNs)) this.#firstNs = timeNs;
    this.#lastNs = timeNs;
  }

  /** No row comes any more. */
  finish(): void {
    while (this.#session < this.#sessions.length) this.#close();
  }

  #close(): void {
    const at = this.#session++;
    if (Number.isNaN(this.#firstNs)) this.missed++;
    else {
      this.latestOpenNs = Math.max(this.latestOpenNs, this.#firstNs - this.#sessions.openNs[at]!);
      this.earliestEndNs = Math.max(this.earliestEndNs, this.#sessions.closeNs[at]! - this.#lastNs);
    }
    this.#firstNs = Number.NaN;
  }
}
