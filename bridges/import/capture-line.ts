/**
 * Lines of raw captures: `local_ns {json}`, as hftbacktest's collector writes them, files in order of time.
 * Knows nothing of venues. Called by the importers of captures.
 */
import { brief, type Fields, isObject } from './capture-fields.js';
import type { LinePlace } from './capture-numbers.js';
import type { RowCollector } from './row-collector.js';

const SPACE = 32;
const ZERO = 48;
/** Digits of the local time: ns since 1970, from 2001 to 2262. */
const LOCAL_DIGITS = 19;

/** The line at hand. */
export class CaptureLine implements LinePlace {
  path = '';
  line = 0;
  /** When it was received, ns of the collector. */
  localNs = 0;
  readonly #collector: RowCollector;
  #firstOfFile = false;

  constructor(collector: RowCollector) {
    this.#collector = collector;
  }

  beginFile(path: string): void {
    this.path = path;
    this.#firstOfFile = true;
  }

  /** Its message; `undefined` for an empty line, which is counted. Throws `RangeError`. */
  read(bytes: Buffer, start: number, end: number, line: number): Fields | undefined {
    this.line = line;
    if (end === start) {
      this.#collector.tally.count('blank-lines', 'empty lines were left out');
      return undefined;
    }
    const local = this.#localTime(bytes, start, end);
    if (this.#firstOfFile && local < this.localNs) {
      throw new RangeError(`${this.path} begins before the file given before it ends: give the files in order of time`);
    }
    this.#firstOfFile = false;
    this.localNs = local;
    let message: unknown;
    try {
      message = JSON.parse(bytes.toString('utf8', start + LOCAL_DIGITS + 1, end));
    } catch (cause) {
      throw new RangeError(`after the local time there is no whole JSON message: ${(cause as Error).message}`);
    }
    if (!isObject(message)) throw new RangeError(`the message is ${brief(message)} where a JSON object was expected`);
    return message;
  }

  #localTime(bytes: Buffer, start: number, end: number): number {
    let seconds = 0;
    let nanos = 0;
    for (let at = start; at < start + LOCAL_DIGITS; at++) {
      const digit = at < end ? bytes[at]! - ZERO : -1;
      if (!(digit >= 0 && digit <= 9)) throw new RangeError(localFault(bytes, start, end));
      if (at < start + 10) seconds = seconds * 10 + digit;
      else nanos = nanos * 10 + digit;
    }
    if (bytes[start + LOCAL_DIGITS] !== SPACE) throw new RangeError(localFault(bytes, start, end));
    return this.#collector.time(seconds, nanos);
  }
}

/** Messages of kinds that are not imported, counted by name. */
export class PassedOver {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  countIn({ tally }: RowCollector): void {
    const kinds = [...this.#counts];
    const total = kinds.reduce((sum, [, count]) => sum + count, 0);
    const names = kinds.map(([name, count]) => `${name} ${count}`).join(', ');
    tally.count('unknown-kind', `messages of kinds that are not imported were left out: ${names}`, total);
  }
}

function localFault(bytes: Buffer, start: number, end: number): string {
  const head = bytes.toString('utf8', start, Math.min(end, start + 24));
  return `the line begins with ${JSON.stringify(head)}, not with a local time of ${LOCAL_DIGITS} digits (ns since 1970) and a space`;
}
