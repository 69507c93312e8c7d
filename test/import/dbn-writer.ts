/**
 * Makes DBN bytes of rows, versions 1 to 3, field by field as the format's documentation lists them; it shares nothing with the
 * importer. Called by the databento tests and by the import bench's twin of them.
 */

export type Version = 1 | 2 | 3;
export const NO_PRICE = 2n ** 63n - 1n;
export const NO_TIME = 2n ** 64n - 1n;

export const SCHEMAS = [
  ...['mbo', 'mbp-1', 'mbp-10', 'tbbo', 'trades', 'ohlcv-1s', 'ohlcv-1m', 'ohlcv-1h', 'ohlcv-1d', 'definition'],
  ...['statistics', 'status', 'imbalance', 'ohlcv-eod', 'cmbp-1', 'cbbo-1s', 'cbbo-1m', 'tcbbo', 'bbo-1s', 'bbo-1m'],
];

export interface Head {
  readonly version?: Version;
  readonly schema?: string | undefined;
  readonly start?: bigint;
  readonly end?: bigint;
  readonly stypeIn?: number;
  readonly stypeOut?: number;
  readonly tsOut?: boolean;
  readonly notFound?: readonly string[];
  readonly partial?: readonly string[];
  /** [symbol, [first day, day after the last, id][]], days as 20240508. */
  readonly mappings?: readonly (readonly [string, readonly (readonly [number, number, string])[]])[];
}

/** Appends numbers and texts of fixed length. */
class Bytes {
  readonly #parts: Buffer[] = [];

  #number(size: number, write: (buffer: Buffer) => void): this {
    const part = Buffer.alloc(size);
    write(part);
    this.#parts.push(part);
    return this;
  }
  u8(value: number): this {
    return this.#number(1, (part) => part.writeUInt8(value));
  }
  u16(value: number): this {
    return this.#number(2, (part) => part.writeUInt16LE(value));
  }
  u32(value: number): this {
    return this.#number(4, (part) => part.writeUInt32LE(value));
  }
  u64(value: bigint): this {
    return this.#number(8, (part) => part.writeBigUInt64LE(value));
  }
  i64(value: bigint): this {
    return this.#number(8, (part) => part.writeBigInt64LE(value));
  }
  char(letter: string): this {
    return this.u8(letter.charCodeAt(0));
  }
  text(value: string, length: number): this {
    const part = Buffer.alloc(length);
    part.write(value, 'utf8');
    this.#parts.push(part);
    return this;
  }
  zeros(length: number): this {
    this.#parts.push(Buffer.alloc(length));
    return this;
  }
  raw(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }
  get length(): number {
    return this.#parts.reduce((sum, part) => sum + part.length, 0);
  }
  done(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** A whole file. */
export function dbn(head: Head, records: readonly Buffer[]): Buffer {
  const version = head.version ?? 3;
  const symbolBytes = version === 1 ? 22 : 71;
  const schema = head.schema === undefined ? 0xffff : SCHEMAS.indexOf(head.schema);
  const fields = new Bytes()
    .text('TEST.SET', 16)
    .u16(schema)
    .u64(head.start ?? DAY)
    .u64(head.end ?? DAY + 86_400n * SECOND);
  fields.u64(0n);
  if (version === 1) fields.u64(BigInt(records.length));
  fields
    .u8(head.stypeIn ?? 1)
    .u8(head.stypeOut ?? 0)
    .u8(head.tsOut ? 1 : 0);
  if (version > 1) fields.u16(symbolBytes);
  fields.zeros(100 - fields.length).u32(0);
  const mappings = head.mappings ?? [['ABC', [[20240508, 20240509, '42']]]];
  for (const list of [mappings.map(([symbol]) => symbol), head.partial ?? [], head.notFound ?? []]) {
    fields.u32(list.length);
    for (const symbol of list) fields.text(symbol, symbolBytes);
  }
  fields.u32(mappings.length);
  for (const [symbol, intervals] of mappings) {
    fields.text(symbol, symbolBytes).u32(intervals.length);
    for (const [start, end, to] of intervals) fields.u32(start).u32(end).text(to, symbolBytes);
  }
  // Databento pads the metadata of version 3 to whole 8 bytes.
  if (version === 3) fields.zeros((8 - (fields.length % 8)) % 8);
  const prelude = new Bytes().text('DBN', 3).u8(version).u32(fields.length).done();
  return Buffer.concat([prelude, fields.done(), ...records]);
}

export const SECOND = 1_000_000_000n;
/** 2024-05-08, ns. */
export const DAY = 1_715_126_400n * SECOND;
/** 09:30:00 on it. */
export const OPEN = DAY + 34_200n * SECOND;

export interface Common {
  readonly id?: number;
  readonly publisher?: number;
  /** ns after 09:30. */
  readonly event?: number | bigint;
  /** ns after the event. */
  readonly delay?: number;
  readonly recv?: bigint;
  readonly flags?: number;
  /** In 1e-9, or a decimal number. */
  readonly price?: bigint | number;
  readonly size?: number;
  readonly action?: string;
  readonly side?: string;
  readonly sequence?: number;
  /** A send time at the end. */
  readonly tsOut?: bigint;
}

const units = (price: bigint | number) => (typeof price === 'bigint' ? price : BigInt(Math.round(price * 1e9)));
const eventOf = ({ event = 0 }: Common) => (typeof event === 'bigint' ? event : OPEN + BigInt(event));
const recvOf = (common: Common) => common.recv ?? eventOf(common) + BigInt(common.delay ?? 1000);

/** Header, body, and a send time where there is one. */
function record(rtype: number, common: Common, body: Bytes): Buffer {
  if (common.tsOut !== undefined) body.u64(common.tsOut);
  const words = (16 + body.length) / 4;
  const head = new Bytes()
    .u8(words)
    .u8(rtype)
    .u16(common.publisher ?? 1)
    .u32(common.id ?? 42)
    .u64(eventOf(common));
  return head.raw(body.done()).done();
}

export interface Order extends Common {
  readonly order?: bigint | number;
}

export function mbo(order: Order): Buffer {
  const body = new Bytes().u64(BigInt(order.order ?? 1)).i64(units(order.price ?? 100));
  body
    .u32(order.size ?? 1)
    .u8(order.flags ?? 0x80)
    .u8(0)
    .char(order.action ?? 'A')
    .char(order.side ?? 'B');
  return record(
    0xa0,
    order,
    body
      .u64(recvOf(order))
      .u32(0)
      .u32(order.sequence ?? 0),
  );
}

/** Bid price, bid size, ask price, ask size; "no price" as `undefined`. */
export type Level = readonly [number | undefined, number, number | undefined, number];

/** `rtype`: 0x00 trade without levels, 0x01 mbp-1, 0x0a mbp-10, 0xc3 bbo-1s … */
export function priced(rtype: number, levels: readonly Level[], common: Common): Buffer {
  const body = new Bytes().i64(units(common.price ?? 100)).u32(common.size ?? 1);
  body
    .char(common.action ?? 'A')
    .char(common.side ?? 'B')
    .u8(common.flags ?? 0x80)
    .u8(0);
  body
    .u64(recvOf(common))
    .u32(0)
    .u32(common.sequence ?? 0);
  const count = rtype === 0x00 ? 0 : rtype === 0x0a ? 10 : 1;
  for (let at = 0; at < count; at++) {
    const [bid, bidSize, ask, askSize] = levels[at] ?? [undefined, 0, undefined, 0];
    body.i64(bid === undefined ? NO_PRICE : units(bid)).i64(ask === undefined ? NO_PRICE : units(ask));
    body.u32(bidSize).u32(askSize).u32(1).u32(1);
  }
  return record(rtype, common, body);
}

export function bar(rtype: number, prices: readonly number[], volume: bigint, common: Common): Buffer {
  const body = new Bytes();
  for (const price of prices) body.i64(units(price));
  return record(rtype, common, body.u64(volume));
}

export function status(action: number, common: Common, trading = '~'): Buffer {
  const body = new Bytes().u64(recvOf(common)).u16(action).u16(0).u16(0).char(trading).char('~').char('~');
  return record(0x12, common, body.zeros(7));
}

export function statistic(version: Version, type: number, common: Common, update = 1): Buffer {
  const body = new Bytes()
    .u64(recvOf(common))
    .u64(NO_TIME)
    .i64(units(common.price ?? NO_PRICE));
  if (version === 3) body.i64(2n ** 63n - 1n);
  else body.u32(2 ** 31 - 1);
  body.u32(0).u32(0).u16(type).u16(0).u8(update).u8(0);
  return record(0x18, common, body.zeros(version === 3 ? 18 : 6));
}

export interface Definition extends Common {
  readonly symbol?: string;
  readonly tick?: bigint;
  readonly expiration?: bigint;
  readonly unitQuantity?: bigint;
  readonly currency?: string;
  readonly instrumentClass?: string;
  readonly update?: string;
}

/** The fields in the order of each version; what is not asked for is zero. */
export function definition(version: Version, given: Definition): Buffer {
  const { symbol = 'ABC', tick = 250_000_000n, expiration = NO_TIME, unitQuantity = NO_PRICE } = given;
  const { currency = 'USD', instrumentClass = 'F', update = 'A' } = given;
  const body = new Bytes().u64(recvOf(given)).i64(tick).i64(SECOND).u64(expiration).u64(NO_TIME);
  body.zeros(24); // price limits, largest variation
  if (version < 3) body.zeros(8); // reference price
  body.i64(unitQuantity).zeros(16); // amount of the tick, price ratio
  if (version > 1) body.zeros(8); // strike
  if (version === 3) {
    body.zeros(8 + 16 + 10 * 4); // raw id, leg price and delta, ten numbers
    body.zeros(3 * 4 + 6 * 4 + 4 * 2 + 2 * 2); // contract numbers, leg numbers, short numbers
  } else body.zeros(version === 1 ? 16 * 4 + 5 * 2 : 14 * 4 + 5 * 2);
  body
    .text(currency, 4)
    .text(currency, 4)
    .zeros(6)
    .text(symbol, version === 1 ? 22 : 71);
  body.zeros(21 + 5 + (version === 3 ? 11 : 7) + 7 + 7 + 31 + 21 + 4);
  if (version === 3) body.zeros(71); // symbol of the leg
  body.char(instrumentClass);
  if (version === 1) body.zeros(2 + 8 + 6 + 7);
  else if (version === 2) body.zeros(7);
  else body.zeros(5);
  body.char(update);
  return record(0x13, given, body.zeros({ 1: 10, 2: 17, 3: 26 }[version]));
}

export function liveMapping(version: Version, symbol: string, common: Common): Buffer {
  const length = version === 1 ? 22 : 71;
  const body = new Bytes();
  if (version > 1) body.u8(1);
  body.text(symbol, length);
  if (version > 1) body.u8(1);
  body.text(symbol, length);
  if (version === 1) body.zeros(4);
  return record(0x16, common, body.u64(OPEN).u64(NO_TIME));
}

/** A message of the gateway: 0x15 of an error, 0x17 of anything else. */
export function message(version: Version, rtype: number, text: string, common: Common = {}): Buffer {
  const body = new Bytes();
  if (version === 1) body.text(text, 64);
  else body.text(text, 302).u8(0).u8(0);
  return record(rtype, common, body);
}

export function imbalance(common: Common): Buffer {
  return record(0x14, common, new Bytes().u64(recvOf(common)).zeros(88));
}
