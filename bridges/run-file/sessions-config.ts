/**
 * The calendar that a run file names: known, and speaking of all of the run's time. Knows nothing of what is measured by it.
 * Called by the run file's schema and when a run is prepared.
 */
import { z } from 'zod';
import { SESSION_CALENDARS, type SessionCalendar, sessionCalendar } from '../../core/session-calendar.js';
import { formatEpoch } from '../../core/time.js';
import { ConfigError } from './config-error.js';

export const sessionsName = z.enum(SESSION_CALENDARS as [string, ...string[]]);

/** A run may end later than its last row, by the answers on their way. */
const MARGIN_NS = 86_400_000_000_000n;

/**
 * Better known before a long run than after it: `lastNs` is the last time on the tapes where that is known. Throws
 * {@link ConfigError} naming the time that the calendar does not speak of.
 */
export function calendarOf(name: string, originNs: bigint, lastNs: bigint, path: string): SessionCalendar {
  const calendar = sessionCalendar(name);
  const { firstDate, lastDate, firstNs, untilNs } = calendar;
  for (const [time, known] of [
    [originNs, originNs >= firstNs && originNs <= untilNs - MARGIN_NS],
    [lastNs, lastNs <= untilNs - MARGIN_NS],
  ] as const) {
    if (!known) {
      throw new ConfigError(
        `${path}: sessions: ${name} speaks of ${firstDate} to ${lastDate}, the run holds ${formatEpoch(time)}: leave it out`,
      );
    }
  }
  return calendar;
}
