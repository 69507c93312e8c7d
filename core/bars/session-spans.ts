/**
 * Sessions of an exchange's calendar as the spans that bars may not leave. Knows nothing of bars. Called by the maker of builders.
 */
import { sessionCalendar } from '../session-calendar.js';
import { DAY } from '../time.js';
import type { SessionSpan } from './bar-options.js';

/** Times of a run are exact this far from its origin (2^53 ns), and a session may have begun before it. */
const BEFORE_NS = BigInt(10 * DAY);
const AFTER_NS = 2n ** 53n;

/**
 * Those around a run that begins at `originNs`, as far as its times go; a break ends one and begins another. Throws `RangeError`
 * for a calendar that there is not, or that does not speak of the origin.
 */
export function sessionSpans(name: string, originNs: bigint): SessionSpan[] {
  const calendar = sessionCalendar(name);
  const from = later(calendar.firstNs, originNs - BEFORE_NS);
  const until = earlier(calendar.untilNs, originNs + AFTER_NS);
  // Refuses an origin of which it does not speak.
  calendar.sessions(originNs, 0, 0);
  const { length, openNs, breakStartNs, breakEndNs, closeNs } = calendar.sessions(from, 0, Number(until - from));
  const at = (times: Float64Array, row: number) => from + BigInt(times[row]!);
  return Array.from({ length }, (_, row): SessionSpan[] => {
    const [open, close] = [at(openNs, row), at(closeNs, row)];
    if (Number.isNaN(breakStartNs[row]!)) return [{ openNs: open, closeNs: close }];
    return [
      { openNs: open, closeNs: at(breakStartNs, row) },
      { openNs: at(breakEndNs, row), closeNs: close },
    ];
  }).flat();
}

const later = (a: bigint, b: bigint) => (a > b ? a : b);
const earlier = (a: bigint, b: bigint) => (a < b ? a : b);
