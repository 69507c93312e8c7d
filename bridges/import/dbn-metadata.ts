/**
 * The metadata at the head of a DBN file: version, dataset, schema, time range, and which symbol had which instrument id when.
 * Knows nothing of records. Called by dbn-stream.
 */
import { DBN_VERSIONS, type DbnVersion, NO_SCHEMA, SCHEMA_NAMES } from './dbn-layout.js';

/** From a UTC day (inclusive) to a UTC day (exclusive) `from` was `to`; days as seconds since 1970. */
export interface DbnMapping {
  readonly from: string;
  readonly to: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

export interface DbnMetadata {
  readonly version: DbnVersion;
  /** Databento's code of venue and feed, `GLBX.MDP3`. */
  readonly dataset: string;
  /** Place in `SCHEMA_NAMES`; `undefined`: records of several schemas. */
  readonly schema: number | undefined;
  /** Times asked for, ns since 1970; `undefined` where the end is open. */
  readonly startNs: bigint;
  readonly endNs: bigint | undefined;
  readonly stypeIn: number;
  readonly stypeOut: number;
  /** Whether each record ends with the time at which it was sent. */
  readonly tsOut: boolean;
  /** Symbols that Databento resolved in part, or not at all. */
  readonly partial: readonly string[];
  readonly notFound: readonly string[];
  readonly mappings: readonly DbnMapping[];
}

/** `DBN`, version, length of the rest. */
export const PRELUDE_BYTES = 8;
/** More than the mappings of every symbol of every dataset take. */
const MOST_BYTES = 1 << 29;
const FIXED_BYTES = 100;
const V1_SYMBOL_BYTES = 22;
const LONGEST_SYMBOL_BYTES = 1024;
const NO_TIME = 2n ** 64n - 1n;

/** Bytes of the metadata after the prelude. Throws `RangeError` when `bytes` do not begin a DBN file of a version read here. */
export function metadataLength(bytes: Buffer): number {
  if (bytes.toString('latin1', 0, 3) !== 'DBN') {
    const found = JSON.stringify(bytes.toString('latin1', 0, 4));
    throw new RangeError(
      `the data begins with ${found}, not with DBN and a version: it is no DBN, or records without their metadata`,
    );
  }
  const version = bytes[3]!;
  if (!(DBN_VERSIONS as readonly number[]).includes(version)) {
    throw new RangeError(`DBN version ${version} is none of ${DBN_VERSIONS.join(', ')}`);
  }
  const length = bytes.readUInt32LE(4);
  if (length < FIXED_BYTES || length > MOST_BYTES) {
    throw new RangeError(`metadata length ${length} is not from ${FIXED_BYTES} to ${MOST_BYTES}`);
  }
  return length;
}

/** Reads prelude and metadata. Throws `RangeError` naming the field and what is wrong with it. */
export function readMetadata(bytes: Buffer): DbnMetadata {
  const version = bytes[3]! as DbnVersion;
  const fields = new Fields(bytes, PRELUDE_BYTES);
  const dataset = fields.text(16, 'dataset');
  const schema = fields.u16('schema');
  if (schema !== NO_SCHEMA && schema >= SCHEMA_NAMES.length)
    throw new RangeError(`metadata: schema ${schema} is unknown`);
  const startNs = fields.u64('start');
  const endNs = fields.u64('end');
  fields.u64('limit');
  if (version === 1) fields.u64('record count');
  const stypeIn = fields.u8('stype_in');
  const stypeOut = fields.u8('stype_out');
  const tsOut = fields.u8('ts_out');
  if (tsOut > 1) throw new RangeError(`metadata: ts_out is ${tsOut}, neither 0 nor 1`);
  const symbolBytes = version === 1 ? V1_SYMBOL_BYTES : fields.u16('symbol length');
  if (symbolBytes === 0 || symbolBytes > LONGEST_SYMBOL_BYTES) {
    throw new RangeError(`metadata: symbol length ${symbolBytes} is not from 1 to ${LONGEST_SYMBOL_BYTES}`);
  }
  fields.skip(PRELUDE_BYTES + FIXED_BYTES, 'reserved bytes');
  const definitions = fields.u32('schema definitions');
  if (definitions !== 0)
    throw new RangeError(`metadata: ${definitions} bytes of schema definitions, which no version read here has`);
  fields.symbols(symbolBytes, 'symbols');
  const partial = fields.symbols(symbolBytes, 'partial symbols');
  const notFound = fields.symbols(symbolBytes, 'symbols not found');
  const mappings = readMappings(fields, symbolBytes);
  return {
    ...{ version, dataset, startNs, stypeIn, stypeOut, partial, notFound, mappings, tsOut: tsOut === 1 },
    schema: schema === NO_SCHEMA ? undefined : schema,
    endNs: endNs === NO_TIME || endNs === 0n ? undefined : endNs,
  };
}

function readMappings(fields: Fields, symbolBytes: number): DbnMapping[] {
  const mappings: DbnMapping[] = [];
  const count = fields.count(symbolBytes + 4, 'symbol mappings');
  for (let at = 0; at < count; at++) {
    const from = fields.text(symbolBytes, `symbol mapping ${at + 1}`);
    const intervals = fields.count(symbolBytes + 8, `intervals of ${JSON.stringify(from)}`);
    for (let interval = 0; interval < intervals; interval++) {
      const what = `interval ${interval + 1} of ${JSON.stringify(from)}`;
      const startSeconds = daySeconds(fields.u32(what), what);
      const endSeconds = daySeconds(fields.u32(what), what);
      const to = fields.text(symbolBytes, what);
      // Empty: there was no such symbol then.
      if (to !== '') mappings.push({ from, to, startSeconds, endSeconds });
    }
  }
  return mappings;
}

/** 20240508 → seconds. */
function daySeconds(day: number, what: string): number {
  const [year, month, date] = [Math.floor(day / 10_000), Math.floor(day / 100) % 100, day % 100];
  const time = new Date(Date.UTC(year, month - 1, date));
  if (year < 1970 || year > 9999 || time.getUTCMonth() + 1 !== month || time.getUTCDate() !== date) {
    throw new RangeError(`metadata: ${what}: ${day} is no day of the calendar`);
  }
  return time.getTime() / 1000;
}

/** Reads one field after the other; what would go beyond the end is a `RangeError` that names the field. */
class Fields {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  #take(length: number, what: string): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) {
      throw new RangeError(`metadata: ${what} goes beyond the metadata's ${this.#bytes.length - PRELUDE_BYTES} bytes`);
    }
    this.#at += length;
    return at;
  }

  u8(what: string): number {
    return this.#bytes[this.#take(1, what)]!;
  }
  u16(what: string): number {
    return this.#bytes.readUInt16LE(this.#take(2, what));
  }
  u32(what: string): number {
    return this.#bytes.readUInt32LE(this.#take(4, what));
  }
  u64(what: string): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8, what));
  }

  skip(to: number, what: string): void {
    this.#take(to - this.#at, what);
  }

  text(length: number, what: string): string {
    return textOf(this.#bytes, this.#take(length, what), length, `metadata: ${what}`);
  }

  /** A number of things that take `each` bytes at least. */
  count(each: number, what: string): number {
    const count = this.u32(what);
    const room = Math.floor((this.#bytes.length - this.#at) / each);
    if (count > room) throw new RangeError(`metadata: ${count} ${what}, but there is room for ${room}`);
    return count;
  }

  symbols(length: number, what: string): string[] {
    return Array.from({ length: this.count(length, what) }, () => this.text(length, what));
  }
}

const CONTROL = /\p{Cc}/u;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Text of fixed length, padded with zero bytes. Throws `RangeError` for what is no text. */
export function textOf(bytes: Uint8Array, at: number, length: number, what: string): string {
  let end = at;
  while (end < at + length && bytes[end] !== 0) end++;
  let text: string | undefined;
  try {
    text = utf8.decode(bytes.subarray(at, end));
  } catch {
    text = undefined;
  }
  if (text !== undefined && !CONTROL.test(text)) return text;
  throw new RangeError(`${what}: ${Buffer.from(bytes.subarray(at, end)).toString('hex')} (hex) is no text`);
}
