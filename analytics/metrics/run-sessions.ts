/**
 * The sessions of an exchange that a run passes through, as periods of returns. Knows nothing of profits.
 * Called by the run folder and by users; read by the measurements.
 */
import type { SessionCalendar } from '../../core/session-calendar.js';
import type { Nanos } from '../../core/time.js';

export interface RunSessions {
  /** Name of the calendar. */
  readonly calendar: string;
  /** How many sessions a year usually has. */
  readonly perYear: number;
  /** The day that names each session, days since 1970. */
  readonly day: Int32Array;
  /** Where the period of each ends, ns since the run's origin, rising. */
  readonly endNs: Float64Array;
}

/**
 * A period ends with the close of its session, and so holds the night before it; the first one begins with the run, the last one
 * ends with it, so that nothing of the run is in none. Without any session in the run there are no periods. Times are ns since
 * `originNs`. Throws `RangeError` where the calendar does not speak of all of the run's time.
 */
export function runSessions(calendar: SessionCalendar, originNs: bigint, startNs: Nanos, endNs: Nanos): RunSessions {
  const { name, sessionsPerYear: perYear } = calendar;
  // A run that failed before its first event has no time.
  if (!(startNs <= endNs)) return { calendar: name, perYear, day: new Int32Array(0), endNs: new Float64Array(0) };
  const { length, day, closeNs } = calendar.sessions(originNs, startNs, endNs + 1);
  if (length > 0) closeNs[length - 1] = Math.max(closeNs[length - 1]!, endNs);
  return { calendar: name, perYear, day, endNs: closeNs };
}
