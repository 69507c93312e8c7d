/**
 * Wall-clock times of a time zone → seconds since 1970 UTC. The zone is always named, never the machine's own.
 * Knows nothing of files. Called by the lobster and csv importers.
 */
import { parseDate } from '../../core/time.js';

const QUARTER_HOUR_SECONDS = 900;
const DAY_SECONDS = 86_400;

/** One IANA zone such as `America/New_York`; its rules are those of the running Node (ICU). */
export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  /** Offsets by quarter hour of wall-clock time: daylight saving only ever begins and ends on one. */
  readonly #offsets = new Map<number, number>();

  /** Throws `RangeError` naming a zone that does not exist. */
  constructor(name: string) {
    this.name = name;
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        calendar: 'gregory',
        numberingSystem: 'latn',
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      throw new RangeError(`there is no time zone "${name}": write it as in America/New_York, Europe/Berlin, UTC`);
    }
  }

  /**
   * Seconds since 1970 UTC of a wall-clock time, itself given as if it were UTC. Throws `RangeError` for a time that the
   * clock skipped or showed twice (the hour when daylight saving begins or ends): it cannot be known which was meant.
   */
  toUtc(wallSeconds: number): number {
    const quarter = Math.floor(wallSeconds / QUARTER_HOUR_SECONDS);
    let offset = this.#offsets.get(quarter);
    if (offset === undefined) {
      offset = this.#offsetAt(quarter * QUARTER_HOUR_SECONDS);
      this.#offsets.set(quarter, offset);
    }
    return wallSeconds - offset;
  }

  #offsetAt(wallSeconds: number): number {
    const before = this.#offsetOfUtc(wallSeconds - DAY_SECONDS);
    const after = this.#offsetOfUtc(wallSeconds + DAY_SECONDS);
    const fits = [...new Set([before, after])].filter((offset) => this.#offsetOfUtc(wallSeconds - offset) === offset);
    if (fits.length === 1) return fits[0]!;
    const wall = new Date(wallSeconds * 1000).toISOString().slice(0, 16);
    const reason = fits.length === 0 ? 'was skipped' : 'came twice';
    throw new RangeError(`${wall} ${reason} in ${this.name} (daylight saving): give times with their UTC offset`);
  }

  /** Seconds that the zone's clock is ahead of UTC at an instant. */
  #offsetOfUtc(utcSeconds: number): number {
    const part: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(utcSeconds * 1000)) part[type] = Number(value);
    const wall = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
    return wall / 1000 - utcSeconds;
  }
}

/** `2012-06-21` → seconds of its midnight as if it were UTC. Throws `RangeError` for a day that is not in the calendar. */
export function dateSeconds(date: string): number {
  return parseDate(date) * DAY_SECONDS;
}
