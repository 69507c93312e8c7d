/**
 * Where a catalogue's days begin and end: at midnight UTC, or between the sessions of an exchange.
 * Knows nothing of tapes. Called by whatever splits tapes and by whoever asks a catalogue for a range.
 */
import { sessionCalendar } from '../../core/session-calendar.js';
import { formatDate, formatEpoch, parseDate, parseEpoch } from '../../core/time.js';

/** The setting for days that begin at midnight UTC. */
export const UTC_DAYS = 'utc';

const DAY_NS = 86_400_000_000_000n;

export interface CatalogDay {
  /** As in `2024-07-03`. */
  readonly day: string;
  /** Int64 ns since 1970 UTC: the first moment of the day, and of the one after it. */
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/**
 * `utc`, or the name of a session calendar (`XNYS`, `CMES` …): its days then begin half way between the close of one session and
 * the open of the next, and a weekend is shared out so between Friday and Monday.
 */
export class DayClock {
  readonly name: string;
  readonly #days: readonly CatalogDay[] | undefined;

  /** Throws `RangeError` naming the calendars that there are. */
  constructor(name: string) {
    this.name = name;
    this.#days = name === UTC_DAYS ? undefined : sessionDays(name);
  }

  /** The day that a time lies in. Throws `RangeError` where the calendar does not speak of it. */
  at(epochNs: bigint): CatalogDay {
    if (this.#days === undefined) {
      const days = (epochNs - (((epochNs % DAY_NS) + DAY_NS) % DAY_NS)) / DAY_NS;
      return { day: formatDate(Number(days)), startNs: days * DAY_NS, endNs: (days + 1n) * DAY_NS };
    }
    const found = this.#days.find(({ startNs, endNs }) => startNs <= epochNs && epochNs < endNs);
    if (found !== undefined) return found;
    throw new RangeError(`the days of calendar ${this.name} do not reach to ${formatEpoch(epochNs)}`);
  }

  /** The day of that name. Throws `RangeError` where there is none: no day, or no session of the calendar. */
  named(day: string): CatalogDay {
    const number = parseDate(day);
    if (this.#days === undefined) {
      return { day, startNs: BigInt(number) * DAY_NS, endNs: BigInt(number + 1) * DAY_NS };
    }
    const found = this.#days.find((each) => each.day === day);
    if (found !== undefined) return found;
    throw new RangeError(`calendar ${this.name} has no session on ${day}`);
  }

  /** Beginning of a range: a day's first moment (of the next session's day, where it is closed), or a time in UTC. */
  from(text: string): bigint {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return parseEpoch(text);
    parseDate(text);
    return (this.#days?.find((each) => each.day >= text) ?? this.named(text)).startNs;
  }

  /** End of a range, which no longer belongs to it: of a day, the moment after its last; or a time in UTC. */
  to(text: string): bigint {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return parseEpoch(text);
    parseDate(text);
    return (this.#days?.findLast((each) => each.day <= text) ?? this.named(text)).endNs;
  }
}

function sessionDays(name: string): CatalogDay[] {
  const calendar = sessionCalendar(name);
  const sessions = calendar.sessionsOfDays(calendar.firstDate, calendar.lastDate);
  const edges = sessions.slice(1).map(({ openNs }, before) => (sessions[before]!.closeNs + openNs) / 2n);
  return sessions.map(({ date }, index) => ({
    day: date,
    startNs: edges[index - 1] ?? calendar.firstNs,
    endNs: edges[index] ?? calendar.untilNs,
  }));
}
