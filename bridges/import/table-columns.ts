/**
 * One column of a table as DuckDB hands it out, a chunk at a time: its bytes → numbers, texts and times of its type, exactly.
 * Knows nothing of mappings, nulls or rows. Called by table-fields.
 *
 * Layouts are those of DuckDB's vectors: https://duckdb.org/docs/stable/clients/c/vector (little-endian).
 */
import { formatDecimal } from '../../core/index.js';
import type { DecimalReader } from './decimal-reader.js';
import type { TimestampReader } from './timestamp-reader.js';

const WORD = 2 ** 32;
/** High words below this make numbers within 2^53. */
const EXACT_HIGH = 2 ** 21;

export interface TableColumn {
  /** Bytes of a value in a chunk. */
  readonly width: number;
  /** Takes the values of the next chunk, borrowed until the one after it. */
  attach(bytes: Uint8Array): void;
  /** As a text file would have it. */
  text(row: number): string;
  /** In units of the reader; `NaN` where it is no whole number of them. */
  units(row: number, reader: DecimalReader): number;
  /** False where only its text may be a time. Throws `RangeError` for what is none. */
  readTime(row: number, reader: TimestampReader): boolean;
  /** Why `units` gave `NaN`, where the text does not say it. */
  fault?(row: number, reader: DecimalReader): string | undefined;
}

/** Whole numbers and decimals of 1 to 16 bytes. */
export class WholeColumn implements TableColumn {
  readonly width: number;
  readonly #signed: boolean;
  readonly #scale: number;
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** `scale`: decimal places of a DECIMAL. */
  constructor(width: number, signed: boolean, scale = 0) {
    this.width = width;
    this.#signed = signed;
    this.#scale = scale;
  }

  attach(bytes: Uint8Array): void {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** `NaN` beyond ±2^53. */
  #number(row: number): number {
    const view = this.#view;
    const at = row * this.width;
    if (this.width === 1) return this.#signed ? view.getInt8(at) : view.getUint8(at);
    if (this.width === 2) return this.#signed ? view.getInt16(at, true) : view.getUint16(at, true);
    if (this.width === 4) return this.#signed ? view.getInt32(at, true) : view.getUint32(at, true);
    const high = this.#signed ? view.getInt32(at + 4, true) : view.getUint32(at + 4, true);
    if (high >= EXACT_HIGH || high < -EXACT_HIGH) return Number.NaN;
    const sign = high < 0 ? -1 : 0;
    if (this.width === 16 && (view.getInt32(at + 8, true) !== sign || view.getInt32(at + 12, true) !== sign)) {
      return Number.NaN;
    }
    return high * WORD + view.getUint32(at, true);
  }

  #integer(row: number): bigint {
    const number = this.#number(row);
    if (!Number.isNaN(number)) return BigInt(number);
    const at = row * this.width;
    const top = this.width === 16 ? at + 8 : at;
    const high = this.#signed ? this.#view.getBigInt64(top, true) : this.#view.getBigUint64(top, true);
    return this.width === 16 ? (high << 64n) | this.#view.getBigUint64(at, true) : high;
  }

  text(row: number): string {
    return formatDecimal({ digits: this.#integer(row), scale: this.#scale });
  }

  units(row: number, reader: DecimalReader): number {
    const number = this.#number(row);
    return Number.isNaN(number) ? reader.units(this.text(row)) : reader.unitsOfScaled(number, this.#scale);
  }

  readTime(row: number, reader: TimestampReader): boolean {
    if (this.#scale > 0 || this.width === 16) return false;
    if (this.width === 8) {
      const at = row * 8 + 4;
      const high = this.#signed ? this.#view.getInt32(at, true) : this.#view.getUint32(at, true);
      return reader.readWords(high, this.#view.getUint32(row * 8, true));
    }
    const number = this.#number(row);
    return reader.readWords(number < 0 ? -1 : 0, number < 0 ? number + WORD : number);
  }
}

/** DOUBLE and FLOAT. */
export class RealColumn implements TableColumn {
  readonly width: 4 | 8;
  #values: Float32Array | Float64Array = new Float64Array(0);

  constructor(width: 4 | 8) {
    this.width = width;
  }

  attach({ buffer, byteOffset, byteLength }: Uint8Array): void {
    const count = byteLength / this.width;
    this.#values =
      this.width === 4 ? new Float32Array(buffer, byteOffset, count) : new Float64Array(buffer, byteOffset, count);
  }

  /** The shortest decimal that reads as the same number. */
  text(row: number): string {
    const value = this.#values[row]!;
    if (this.width === 8 || !Number.isFinite(value)) return String(value);
    for (let digits = 1; ; digits++) {
      const text = value.toPrecision(digits);
      if (digits === 9 || Math.fround(Number(text)) === value) return String(Number(text));
    }
  }

  units(row: number, reader: DecimalReader): number {
    const value = this.#values[row]!;
    return this.width === 8 ? reader.unitsOfDouble(value) : reader.unitsOfFloat(value);
  }

  fault(row: number, reader: DecimalReader): string | undefined {
    const text = this.text(row);
    // The text alone is a multiple; but another one has the same float.
    return Number.isNaN(reader.units(text))
      ? undefined
      : `${text} is of 32 bits, too coarse to tell from the next: give DOUBLE or DECIMAL`;
  }

  /** Its text may be one, but for what has lost digits. */
  readTime(row: number): boolean {
    const value = this.#values[row]!;
    if (Math.abs(value) < (this.width === 8 ? 2 ** 53 : 2 ** 24)) return false;
    throw new RangeError(`${this.text(row)} of ${this.width * 8} bits is no exact time: it has lost digits`);
  }
}

export class BooleanColumn implements TableColumn {
  readonly width = 1;
  #bytes: Uint8Array = new Uint8Array(0);

  attach(bytes: Uint8Array): void {
    this.#bytes = bytes;
  }

  text(row: number): string {
    return this.#bytes[row] === 0 ? 'false' : 'true';
  }

  units(): number {
    return Number.NaN;
  }

  readTime(): boolean {
    return false;
  }
}

/** Bytes at a pointer that stands in a buffer, which DuckDB's bindings read. */
export type PointerReader = (buffer: ArrayBuffer, offset: number, bytes: number) => Uint8Array;

/** Up to so many bytes stand in the vector itself. */
const INLINE = 12;
/** Six bits of a hash. */
const CACHE = 64;

/** VARCHAR: a length, then the bytes themselves or, from 13 on, four of them and a pointer. */
export class TextColumn implements TableColumn {
  readonly width = 16;
  readonly #read: PointerReader;
  #bytes: Buffer = Buffer.alloc(0);
  #words: Int32Array = new Int32Array(0);
  /** Short texts by a hash of their words, as sides and symbols come again and again. */
  readonly #known: string[] = new Array<string>(CACHE).fill('');
  readonly #knownWords = new Int32Array(4 * CACHE);

  constructor(read: PointerReader) {
    this.#read = read;
  }

  attach({ buffer, byteOffset, byteLength }: Uint8Array): void {
    this.#bytes = Buffer.from(buffer, byteOffset, byteLength);
    this.#words = new Int32Array(buffer, byteOffset, byteLength / 4);
  }

  text(row: number): string {
    const at = row * 4;
    const words = this.#words;
    if (words[at]! > INLINE || words[at]! < 0) return this.#long(row).trim();
    const a = words[at]!;
    const b = words[at + 1]!;
    const c = words[at + 2]!;
    const d = words[at + 3]!;
    const slot = Math.imul(a + Math.imul(b, 31) + Math.imul(c, 961) + Math.imul(d, 29_791), 0x9e3779b1) >>> 26;
    const known = this.#knownWords;
    const place = slot * 4;
    if (known[place] === a && known[place + 1] === b && known[place + 2] === c && known[place + 3] === d) {
      return this.#known[slot]!;
    }
    known.set(words.subarray(at, at + 4), place);
    const text = this.#bytes.toString('utf8', row * 16 + 4, row * 16 + 4 + a).trim();
    this.#known[slot] = text;
    return text;
  }

  #long(row: number): string {
    const length = this.#words[row * 4]! >>> 0;
    const { buffer, byteOffset } = this.#bytes;
    const bytes = this.#read(buffer as ArrayBuffer, byteOffset + row * 16 + 8, length);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }

  units(row: number, reader: DecimalReader): number {
    const length = this.#words[row * 4]!;
    const start = row * 16 + 4;
    const units = length > 0 && length <= INLINE ? reader.unitsAt(this.#bytes, start, start + length) : Number.NaN;
    return Number.isNaN(units) ? reader.units(this.text(row)) : units;
  }

  readTime(row: number, reader: TimestampReader): boolean {
    const length = this.#words[row * 4]!;
    const start = row * 16 + 4;
    return length > 0 && length <= INLINE && reader.readDigits(this.#bytes, start, start + length);
  }
}
