/**
 * Times as text files write them → whole seconds since 1970 UTC and ns, digit by digit, nothing rounded.
 * Knows nothing of columns or files. Called by the importers that read by a mapping.
 */
import { Zone } from './zoned-time.js';

/** How a column writes times: a count since 1970 UTC in a unit, or ISO 8601 text. */
export const TIME_UNITS = ['s', 'ms', 'us', 'ns', 'iso'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** Decimal places of the second that one unit makes. */
const PLACES = { s: 0, ms: 3, us: 6, ns: 9 } as const;

/** ns of the last of so many decimal places of the second. */
const NANOS: Readonly<Record<number, number>> = { 0: 1e9, 3: 1e6, 6: 1e3, 9: 1 };
/** An int64 has 19. */
const MOST_DIGITS = 19;
const ZERO = 48;
const WORD = 2 ** 32;
/** High words below this make numbers within 2^53. */
const EXACT_HIGH = 2 ** 21;

const ISO =
  /^(\d{4})([-/.]?)(\d{2})\2(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9})0*)?)?)?\s?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/;

/** Reads one column's times; the result is in `seconds` and `nanos` until the next call. */
export class TimestampReader {
  seconds = 0;
  nanos = 0;
  readonly #unit: TimeUnit;
  readonly #zone: Zone | undefined;

  /** `zone`: an IANA name for ISO text that has no UTC offset of its own. Throws `RangeError` for an unknown zone. */
  constructor(unit: TimeUnit, zone?: string) {
    this.#unit = unit;
    this.#zone = zone === undefined ? undefined : new Zone(zone);
  }

  /** Throws `RangeError` saying what is wrong with the text. */
  read(text: string): void {
    if (this.#unit === 'iso') {
      this.#iso(text);
      return;
    }
    const bytes = Buffer.from(text);
    if (!this.readDigits(bytes, 0, bytes.length)) this.#count(text, PLACES[this.#unit]);
  }

  /**
   * The same of bytes that are digits alone, as most files have them, in an eighth of the time. False, with nothing read, where they
   * are not, and for ISO text.
   */
  readDigits(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#unit === 'iso') return false;
    const places = PLACES[this.#unit];
    const length = end - start;
    if (length === 0 || length > MOST_DIGITS) return false;
    const split = end - places;
    let seconds = 0;
    let rest = 0;
    for (let at = start; at < end; at++) {
      const digit = bytes[at]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) return false;
      if (at < split) seconds = seconds * 10 + digit;
      else rest = rest * 10 + digit;
    }
    this.seconds = seconds;
    this.nanos = rest * NANOS[places]!;
    return true;
  }

  /**
   * The same of an int64 that counts the reader's unit, in two words. False, with nothing read, for ISO text and for what
   * lies more than 136 years from 1970.
   */
  readWords(high: number, low: number): boolean {
    if (this.#unit === 'iso') return false;
    return this.readInstant(high, low, NANOS[PLACES[this.#unit]]!);
  }

  /** An int64 that counts `nanosOfUnit` ns since 1970 UTC, in two words, `low` from 0 to 2^32. False as above. */
  readInstant(high: number, low: number, nanosOfUnit: number): boolean {
    const perSecond = 1e9 / nanosOfUnit;
    const top = high * WORD;
    let seconds = Math.floor((top + low) / perSecond);
    if (Math.abs(seconds) >= WORD || (nanosOfUnit > 1 && Math.abs(high) >= EXACT_HIGH)) return false;
    // Both products are exact, being multiples of 512 or within 2^53; so is what they differ by.
    let rest = top - seconds * perSecond + low;
    if (rest < 0) {
      seconds--;
      rest += perSecond;
    } else if (rest >= perSecond) {
      seconds++;
      rest -= perSecond;
    }
    this.seconds = seconds;
    this.nanos = rest * nanosOfUnit;
    return true;
  }

  /** Takes what was read last as the wall clock of the column's zone; `text` says what it was, for the message without a zone. */
  fromWall(text: () => string): void {
    this.seconds = this.#inZone(this.seconds, this.#zone === undefined ? text() : '');
  }

  /** Whether its times are those of a calendar, not counts. */
  get isCalendar(): boolean {
    return this.#unit === 'iso';
  }

  /** `1723161255.03`, `1723161255030`, …: the last `places` digits before the point belong to the second. */
  #count(text: string, places: number): void {
    const match = /^(-?)(\d{1,19})(?:\.(\d*))?$/.exec(text);
    if (match === null) {
      const hint = /[eE]/.test(text) ? ' (written with an exponent it has lost digits)' : '';
      throw new RangeError(`"${text}" is not a time in ${this.#unit} since 1970${hint}`);
    }
    const fraction = (match[3] ?? '').replace(/0+$/, '');
    if (fraction.length > 9 - places) throw new RangeError(`"${text}" is finer than 1 ns`);
    const digits = match[2]! + fraction.padEnd(9 - places, '0');
    this.seconds = Number(digits.slice(0, -9));
    this.nanos = Number(digits.slice(-9));
    if (match[1] === '') return;
    this.seconds = this.nanos === 0 ? 0 - this.seconds : -this.seconds - 1;
    if (this.nanos !== 0) this.nanos = 1e9 - this.nanos;
  }

  #iso(text: string): void {
    const match = ISO.exec(text);
    if (match === null) throw new RangeError(`"${text}" is not an ISO 8601 time such as 2024-08-08T23:54:16.298Z`);
    const [, year, , month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
    const days = Date.UTC(Number(year), Number(month) - 1, Number(day)) / 86_400_000;
    const date = new Date(days * 86_400_000);
    const calendar = date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
    if (!calendar || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
      throw new RangeError(`"${text}" is no time of the calendar`);
    }
    const wall = days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
    this.seconds = offset === undefined ? this.#inZone(wall, text) : wall - offsetSeconds(offset);
    this.nanos = Number(fraction.padEnd(9, '0'));
  }

  #inZone(wall: number, text: string): number {
    if (this.#zone === undefined) {
      throw new RangeError(`"${text}" has no UTC offset and the mapping names no zone for it (zone: America/New_York)`);
    }
    return this.#zone.toUtc(wall);
  }
}

/** `Z`, `+02`, `+0200`, `-05:30` → seconds ahead of UTC. */
function offsetSeconds(offset: string): number {
  if (offset === 'Z' || offset === 'UTC') return 0;
  const size = Number(offset.slice(1, 3)) * 3600 + Number(offset.slice(3).replace(':', '') || 0) * 60;
  return offset.startsWith('-') ? -size : size;
}
