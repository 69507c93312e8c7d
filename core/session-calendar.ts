/**
 * When a named exchange trades: its sessions as exact times, with breaks, early closes and holidays. Reads no clock and no time
 * zones of the machine; knows nothing of tapes. Called by the run file, the report, the command line and users.
 *
 * A session is named by a day of the exchange's clock; one that opens in the evening by the day after, on which it closes. It is the
 * time of continuous trading, [open, close); auctions before and after are not in it. Where the hours come from, and what they do not know: docs/sessions.md.
 */
import { EXCHANGE_DATA, type ExchangeData } from './session-calendar/exchange-data.js';
import { HourRules, type SessionTable } from './session-calendar/hour-rules.js';
import { formatDate, formatEpoch, type Nanos, parseDate, toEpoch } from './time.js';

/** One session, for people. Times are int64 ns since 1970 UTC. */
export interface ExchangeSession {
  /** The day that names it, as in `2024-07-03`. */
  readonly date: string;
  readonly openNs: bigint;
  readonly closeNs: bigint;
  /** When trading rests in between; `null` where it does not. */
  readonly break: { readonly startNs: bigint; readonly endNs: bigint } | null;
  /** Whether it closes earlier than on other days. */
  readonly earlyClose: boolean;
}

/** Sessions in order of time, a row each. Times are ns since a run's origin, as on tapes: exact within 104 days of it. */
export interface SessionColumns {
  readonly length: number;
  /** The day that names it, days since 1970. */
  readonly day: Int32Array;
  readonly openNs: Float64Array;
  readonly closeNs: Float64Array;
  /** `NaN` where there is no break. */
  readonly breakStartNs: Float64Array;
  readonly breakEndNs: Float64Array;
}

const SECOND_NS = 1_000_000_000n;

/** Names that {@link sessionCalendar} knows. */
export const SESSION_CALENDARS: readonly string[] = EXCHANGE_DATA.flatMap(({ names }) => names);

const calendars = new Map<string, SessionCalendar>();

/** The calendar of that name, one of {@link SESSION_CALENDARS}. Throws `RangeError` naming those that there are. */
export function sessionCalendar(name: string): SessionCalendar {
  let calendar = calendars.get(name);
  if (calendar === undefined) {
    const data = EXCHANGE_DATA.find(({ names }) => names.includes(name));
    if (data === undefined) {
      throw new RangeError(`there is no calendar "${name}": the names are ${SESSION_CALENDARS.join(', ')}`);
    }
    calendar = new SessionCalendar(name, data);
    calendars.set(name, calendar);
  }
  return calendar;
}

/** Use {@link sessionCalendar}. */
export class SessionCalendar {
  readonly name: string;
  /** IANA's name of the zone whose clock the exchange goes by. */
  readonly timeZone: string;
  /** First and last day that the calendar speaks of; it refuses to answer for others. */
  readonly firstDate: string;
  readonly lastDate: string;
  /** Times from this one on, and before the other, can be asked for. Int64 ns since 1970 UTC. */
  readonly firstNs: bigint;
  readonly untilNs: bigint;
  readonly #rules: HourRules;
  #table: SessionTable | undefined;

  constructor(name: string, data: ExchangeData) {
    this.name = name;
    this.timeZone = data.timeZone;
    this.firstDate = data.first;
    this.lastDate = data.last;
    this.#rules = new HourRules(data);
    this.firstNs = BigInt(this.#rules.utcSeconds(parseDate(data.first), 0)) * SECOND_NS;
    // Sessions that open the day before begin to be unknown when that of the day after the last one would open.
    const after = parseDate(data.last) + 1;
    const [open] = this.#rules.regularOn(after);
    this.untilNs = BigInt(this.#rules.utcSeconds(after, Math.min(0, open))) * SECOND_NS;
  }

  /**
   * How many sessions a year usually has: the middle one of the counts of all whole years that the calendar speaks of, the larger
   * one of two. 252 for XNYS.
   */
  get sessionsPerYear(): number {
    const counts = new Map<string, number>();
    for (const day of this.#sessions.day) {
      const year = formatDate(day).slice(0, 4);
      counts.set(year, (counts.get(year) ?? 0) + 1);
    }
    if (!this.firstDate.endsWith('-01-01')) counts.delete(this.firstDate.slice(0, 4));
    const sorted = Uint16Array.from(counts.values()).sort();
    return sorted[sorted.length >> 1]!;
  }

  /**
   * Sessions of the days `first` to `last`, both included, as in `2024-07-03`. Throws `RangeError` for what is no day, the wrong
   * way round, or beyond what the calendar speaks of.
   */
  sessionsOfDays(first: string, last: string): ExchangeSession[] {
    const [from, to] = this.#daysBetween(first, last);
    const { day, seconds, early } = this.#sessions;
    const out: ExchangeSession[] = [];
    for (let row = firstAtLeast(day.length, (at) => day[at]! >= from); row < day.length && day[row]! <= to; row++) {
      const [openNs, startNs, endNs, closeNs] = Array.from(seconds.subarray(4 * row, 4 * row + 4), (value) =>
        Number.isNaN(value) ? undefined : BigInt(value) * SECOND_NS,
      );
      out.push({
        date: formatDate(day[row]!),
        openNs: openNs!,
        closeNs: closeNs!,
        break: startNs === undefined ? null : { startNs, endNs: endNs! },
        earlyClose: early[row] === 1,
      });
    }
    return out;
  }

  /** Days from `first` to `last` that are closed though their day of the week has sessions: holidays. Throws as above. */
  closedDays(first: string, last: string): string[] {
    const [from, to] = this.#daysBetween(first, last);
    return this.#rules.closedBetween(from, to).map(formatDate);
  }

  /**
   * Sessions of which any moment lies in [`fromNs`, `toNs`), times in ns since `originNs` (int64 ns since 1970 UTC). Throws
   * `RangeError` where the calendar does not speak of all of that time.
   */
  sessions(originNs: bigint, fromNs: Nanos, toNs: Nanos): SessionColumns {
    if (!(Number.isFinite(fromNs) && Number.isFinite(toNs) && fromNs <= toNs)) {
      throw new RangeError(`calendar ${this.name}: from ${fromNs} to ${toNs} ns is no stretch of time`);
    }
    const [from, to] = [toEpoch(originNs, fromNs), toEpoch(originNs, toNs)];
    for (const time of [from, to]) {
      if (time < this.firstNs || time > this.untilNs) {
        throw new RangeError(`calendar ${this.name} ${this.#span}, not of ${formatEpoch(time)}`);
      }
    }
    const { day, seconds } = this.#sessions;
    const cell = (row: number, column: number) => BigInt(seconds[4 * row + column]!) * SECOND_NS;
    const first = firstAtLeast(day.length, (row) => cell(row, 3) > from);
    const after = firstAtLeast(day.length, (row) => cell(row, 0) >= to);
    const end = from === to ? first : Math.max(first, after);
    const column = (which: number) =>
      Float64Array.from({ length: end - first }, (_, row) => {
        const value = seconds[4 * (first + row) + which]!;
        return Number.isNaN(value) ? Number.NaN : Number(BigInt(value) * SECOND_NS - originNs);
      });
    return {
      length: end - first,
      day: day.slice(first, end),
      ...{ openNs: column(0), breakStartNs: column(1), breakEndNs: column(2), closeNs: column(3) },
    };
  }

  get #sessions(): SessionTable {
    this.#table ??= this.#rules.allSessions();
    return this.#table;
  }

  get #span(): string {
    return `speaks of ${this.firstDate} to ${this.lastDate} (${this.timeZone})`;
  }

  #daysBetween(first: string, last: string): [from: number, to: number] {
    const days: [number, number] = [parseDate(first), parseDate(last)];
    for (const [index, date] of [first, last].entries()) {
      if (days[index]! < parseDate(this.firstDate) || days[index]! > parseDate(this.lastDate)) {
        throw new RangeError(`calendar ${this.name} ${this.#span}, not of ${date}`);
      }
    }
    if (days[0] > days[1]) throw new RangeError(`calendar ${this.name}: ${first} is after ${last}`);
    return days;
  }
}

/** The least index for which `reached`, which stays true once it is; `length` where it never is. */
function firstAtLeast(length: number, reached: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
