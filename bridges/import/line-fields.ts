/**
 * The fields of a comma-separated line as byte ranges, read as numbers without a text for each: for importers of formats that
 * never quote. Any other format goes through delimited-line.
 * Knows nothing of files, vendors or rows. Called by the importers of archives.
 */
import { MAX_PRICE_TICKS } from '../../core/index.js';
import type { DecimalReader } from './decimal-reader.js';

const COMMA = 44;
const ZERO = 48;
/** The most fields that are told apart; a snapshot of 100 levels a side has 404. */
const MOST_FIELDS = 4_096;
/** 2^53 has 16 digits. */
const MOST_DIGITS = 16;

/** The line at hand. Every method that reads a field throws `RangeError` with the field's name and its text. */
export class LineFields {
  bytes: Buffer = Buffer.alloc(0);
  count = 0;
  /** Field `n` lies from `starts[n]` to `starts[n + 1] - 1`. */
  readonly starts = new Int32Array(MOST_FIELDS + 1);

  /** Takes a line, which is borrowed until the next. Throws `RangeError` unless it has `expected` fields (0: any number). */
  split(bytes: Buffer, start: number, end: number, expected: number): void {
    const { starts } = this;
    let count = 0;
    starts[0] = start;
    for (let at = start; at < end; at++) if (bytes[at] === COMMA && count < MOST_FIELDS - 1) starts[++count] = at + 1;
    starts[++count] = end + 1;
    this.bytes = bytes;
    this.count = count;
    if (expected === 0 || count === expected) return;
    throw new RangeError(`there are ${count} fields where ${expected} were expected`);
  }

  text(place: number): string {
    return this.bytes.toString('utf8', this.starts[place], this.starts[place + 1]! - 1);
  }

  isEmpty(place: number): boolean {
    return this.starts[place]! === this.starts[place + 1]! - 1;
  }

  /** True where the field is exactly these ASCII characters. */
  is(place: number, word: Uint8Array): boolean {
    const start = this.starts[place]!;
    if (this.starts[place + 1]! - 1 - start !== word.length) return false;
    for (let at = 0; at < word.length; at++) if (this.bytes[start + at] !== word[at]) return false;
    return true;
  }

  /** A whole number from 0 to 2^53 − 1. */
  integer(place: number, name: string): number {
    const { bytes } = this;
    const start = this.starts[place]!;
    const end = this.starts[place + 1]! - 1;
    if (end === start || end - start > MOST_DIGITS) throw this.#noInteger(place, name);
    // In two parts that int32 holds, which takes half the time of one double.
    const split = Math.max(start, end - 9);
    let high = 0;
    let low = 0;
    for (let at = start; at < split; at++) {
      const digit = bytes[at]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) throw this.#noInteger(place, name);
      high = high * 10 + digit;
    }
    for (let at = split; at < end; at++) {
      const digit = bytes[at]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) throw this.#noInteger(place, name);
      low = low * 10 + digit;
    }
    const number = high * 1e9 + low;
    if (number > Number.MAX_SAFE_INTEGER) throw this.#noInteger(place, name);
    return number;
  }

  #noInteger(place: number, name: string): RangeError {
    return new RangeError(`${name} is ${brief(this.text(place))} where a whole number from 0 to 2^53 was expected`);
  }

  /** `true` or `false`, the first letter in either case. */
  boolean(place: number, name: string): boolean {
    if (this.is(place, WORDS.true) || this.is(place, WORDS.True)) return true;
    if (this.is(place, WORDS.false) || this.is(place, WORDS.False)) return false;
    throw new RangeError(`${name} is ${brief(this.text(place))} where true or false was expected`);
  }

  /** A price in ticks, which may be negative. */
  ticks(place: number, name: string, reader: DecimalReader): number {
    const ticks = reader.unitsAt(this.bytes, this.starts[place]!, this.starts[place + 1]! - 1);
    if (Math.abs(ticks) <= MAX_PRICE_TICKS) return ticks;
    const text = this.text(place);
    if (Number.isNaN(ticks)) throw offStep(`${name}: price ${reader.fault(text)} (the tick)`, 'tick', text, reader);
    throw new RangeError(`${name}: price ${text} is beyond ${MAX_PRICE_TICKS} ticks`);
  }

  /** A quantity in lots, 0 or more. */
  lots(place: number, name: string, reader: DecimalReader): number {
    const lots = reader.unitsAt(this.bytes, this.starts[place]!, this.starts[place + 1]! - 1);
    if (lots >= 0) return lots;
    const text = this.text(place);
    if (Number.isNaN(lots)) throw offStep(`${name}: quantity ${reader.fault(text)} (the lot)`, 'lot', text, reader);
    throw new RangeError(`${name}: quantity ${text} is negative`);
  }
}

const WORDS = {
  true: Buffer.from('true'),
  True: Buffer.from('True'),
  false: Buffer.from('false'),
  False: Buffer.from('False'),
} as const;

function offStep(message: string, step: 'tick' | 'lot', text: string, reader: DecimalReader): RangeError {
  // What has no nearest step either is no number, and no step would fit it.
  return Number.isNaN(reader.nearest(text)) ? new RangeError(message) : new StepError(message, step);
}

/** A number off the tick or the lot. */
export class StepError extends RangeError {
  readonly step: 'tick' | 'lot';

  constructor(message: string, step: 'tick' | 'lot') {
    super(message);
    this.step = step;
  }
}

/** A text in quotes, for messages: cut where it is long. */
export function brief(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 37)}...` : text);
}
