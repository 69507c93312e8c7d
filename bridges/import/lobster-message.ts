/**
 * One line of a LOBSTER message file: `time,type,order id,size,price,direction`.
 * Knows nothing of orders or rows. Called by lobster.
 */

/** The second column. */
export const LobsterType = {
  add: 1,
  /** Part of an order is cancelled. */
  cancel: 2,
  /** All that is left of an order is cancelled. */
  remove: 3,
  /** A visible order is executed. */
  execute: 4,
  /** A hidden order is executed. */
  hidden: 5,
  /** A cross (auction) trade; newer files only. */
  cross: 6,
  halt: 7,
} as const;

/** A line in numbers. The reader reuses one: copy what you keep. */
export interface LobsterMessage {
  /** Whole seconds after midnight, and ns (rounded up, it may be a whole second). */
  readonly seconds: number;
  readonly nanos: number;
  /** The time had more than 9 decimals, as when LOBSTER printed a double, and was rounded to the ns. */
  readonly rounded: boolean;
  readonly type: number;
  readonly orderId: number;
  /** Shares. */
  readonly size: number;
  /** Dollars × 10,000. */
  readonly price: number;
  /** Direction 1: the resting order buys. */
  readonly buy: boolean;
}

const FIELDS = ['time', 'type', 'order id', 'size', 'price', 'direction'] as const;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const SECONDS_A_DAY = 86_400;

/** Reads lines straight from the bytes; numbers never pass through a double that could round them. */
export class LobsterMessageReader {
  readonly #message = { seconds: 0, nanos: 0, rounded: false, type: 0, orderId: 0, size: 0, price: 0, buy: false };
  #at = 0;

  /** Throws `RangeError` naming field and value. */
  read(bytes: Buffer, start: number, end: number): LobsterMessage {
    const message = this.#message;
    this.#at = start;
    this.#time(bytes, end);
    message.type = this.#integer(bytes, end, 1);
    message.orderId = this.#integer(bytes, end, 2);
    message.size = this.#integer(bytes, end, 3);
    message.price = this.#integer(bytes, end, 4);
    const direction = this.#integer(bytes, end, 5);
    if (this.#at <= end) throw new RangeError(`there are more than the ${FIELDS.length} fields ${FIELDS.join(', ')}`);
    message.buy = direction === 1;
    if (message.type === LobsterType.halt) return message;
    if (!(message.type >= 1 && message.type < LobsterType.halt)) {
      throw new RangeError(`type is ${message.type}, none of 1 to 7`);
    }
    if (direction !== 1 && direction !== -1) throw new RangeError(`direction is ${direction}, neither 1 nor -1`);
    if (message.size <= 0) throw new RangeError(`size is ${message.size}, not above 0`);
    if (message.price <= 0) throw new RangeError(`price is ${message.price}, not above 0`);
    if (message.type <= LobsterType.execute && message.orderId <= 0) {
      throw new RangeError(`order id is ${message.orderId}, not above 0`);
    }
    return message;
  }

  #time(bytes: Buffer, end: number): void {
    let seconds = 0;
    let nanos = 0;
    let decimals = -1;
    const start = this.#at;
    let at = start;
    for (; at < end && bytes[at] !== COMMA; at++) {
      const digit = bytes[at]! - ZERO;
      if (bytes[at] === POINT && decimals < 0) decimals = 0;
      else if (!(digit >= 0 && digit <= 9)) throw fault(bytes, start, end, 0);
      else if (decimals < 0) seconds = seconds * 10 + digit;
      else {
        if (decimals < 9) nanos = nanos * 10 + digit;
        // The tenth decimal alone decides whether to round up; a carry into the seconds is left to the caller's sum.
        else if (decimals === 9 && digit >= 5) nanos++;
        decimals++;
      }
    }
    if (at === start || at === end || !(seconds < SECONDS_A_DAY)) throw fault(bytes, start, end, 0);
    for (let digit = Math.max(decimals, 0); digit < 9; digit++) nanos *= 10;
    this.#message.seconds = seconds;
    this.#message.nanos = nanos;
    this.#message.rounded = decimals > 9;
    this.#at = at + 1;
  }

  #integer(bytes: Buffer, end: number, field: number): number {
    const start = this.#at;
    if (start > end) throw new RangeError(`${FIELDS[field]} is missing: a line has ${FIELDS.length} fields`);
    let at = bytes[start] === MINUS ? start + 1 : start;
    const first = at;
    let value = 0;
    for (; at < end && bytes[at] !== COMMA; at++) {
      const digit = bytes[at]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) throw fault(bytes, start, end, field);
      value = value * 10 + digit;
    }
    if (at === first || value > Number.MAX_SAFE_INTEGER) throw fault(bytes, start, end, field);
    this.#at = at + 1;
    return first > start ? -value : value;
  }
}

function fault(bytes: Buffer, start: number, end: number, field: number): RangeError {
  const comma = bytes.indexOf(COMMA, start);
  const text = bytes.toString('utf8', start, Math.min(comma < 0 ? end : Math.min(comma, end), start + 40));
  const expected = field === 0 ? 'seconds after midnight' : 'a whole number';
  return new RangeError(`${FIELDS[field]} is ${JSON.stringify(text)} where ${expected} was expected`);
}
