/**
 * How the data of one calendar become sessions: texts into rules, rules into times. Knows nothing of who asks.
 * Called by the session calendar.
 */
import { parseDate } from '../time.js';
import type { ExchangeData } from './exchange-data.js';

const DAY_SECONDS = 86_400;

/** Every session of a calendar. Times are seconds since 1970 UTC: all hours of the data are whole minutes. */
export interface SessionTable {
  readonly day: Int32Array;
  /** Open, start and end of the break (`NaN` without one), close: four cells a session. */
  readonly seconds: Float64Array;
  /** 1 where it closes earlier than the regular hours of its day say. */
  readonly early: Uint8Array;
}

/** Seconds of open, start and end of the break, close, since midnight of the session's day by the exchange's clock. */
export type Hours = readonly [open: number, breakStart: number, breakEnd: number, close: number];

/** The rules of one calendar, read from the data. Days are days since 1970. */
export class HourRules {
  readonly #data: ExchangeData;
  readonly #regular: readonly (readonly [since: number, hours: Hours])[];
  readonly #special = new Map<number, Hours>();
  readonly #closed: ReadonlySet<number>;
  readonly #offsets: readonly (readonly [since: number, minutes: number])[];

  constructor(data: ExchangeData) {
    this.#data = data;
    this.#regular = linesOf(data.regular).map((line) => [parseDate(line.slice(0, 10)), hoursOf(line.slice(11))]);
    for (const line of linesOf(data.special)) {
      const [hours, days] = line.split(' | ');
      for (const day of daysOf(days!)) this.#special.set(day, hoursOf(hours!));
    }
    this.#closed = new Set(linesOf(data.closed).flatMap(daysOf));
    this.#offsets = [...data.utcOffsets.matchAll(/(\S+) (-?\d+)/g)].map(([, since, minutes]) => [
      parseDate(since!),
      Number(minutes),
    ]);
  }

  regularOn(day: number): Hours {
    return lastSince(this.#regular, day);
  }

  /** Seconds since 1970 UTC of a wall-clock time, seconds since midnight of a day, before it too. */
  utcSeconds(day: number, seconds: number): number {
    const wall = day * DAY_SECONDS + seconds;
    return wall - 60 * lastSince(this.#offsets, Math.floor(wall / DAY_SECONDS));
  }

  closedBetween(first: number, last: number): number[] {
    return [...this.#closed].filter((day) => day >= first && day <= last);
  }

  allSessions(): SessionTable {
    const { first, last, weekdays } = this.#data;
    const days: number[] = [];
    const seconds: number[] = [];
    const early: number[] = [];
    for (let day = parseDate(first); day <= parseDate(last); day++) {
      if (!weekdays.includes(weekdayOf(day)) || this.#closed.has(day)) continue;
      const regular = this.regularOn(day);
      const hours = this.#special.get(day) ?? regular;
      days.push(day);
      for (const time of hours) seconds.push(this.utcSeconds(day, time));
      early.push(hours[3] < regular[3] ? 1 : 0);
    }
    return { day: Int32Array.from(days), seconds: Float64Array.from(seconds), early: Uint8Array.from(early) };
  }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** `2024: 0101 0115` → days. */
function daysOf(line: string): number[] {
  const [year, days] = line.split(': ');
  return days!.split(' ').map((day) => parseDate(`${year}-${day.slice(0, 2)}-${day.slice(2)}`));
}

/** `09:30-12:00 13:00-16:00`, `yesterday 17:00-17:00`, `00:00-24:00`. */
function hoursOf(text: string): Hours {
  const times = [...text.matchAll(/(yesterday )?(\d\d):(\d\d)/g)].map(
    ([, before, hours, minutes]) =>
      3600 * Number(hours) + 60 * Number(minutes) - (before === undefined ? 0 : DAY_SECONDS),
  );
  const [open, second, third, fourth] = times;
  return fourth === undefined ? [open!, Number.NaN, Number.NaN, second!] : [open!, second!, third!, fourth];
}

/** What holds on a day, of values that each hold from a day on. */
function lastSince<T>(values: readonly (readonly [since: number, value: T])[], day: number): T {
  let at = values.length - 1;
  while (at > 0 && values[at]![0] > day) at--;
  return values[at]![1];
}

/** 1 = Monday. 1970 began on a Thursday. */
function weekdayOf(day: number): number {
  return ((day + 3) % 7) + 1;
}
