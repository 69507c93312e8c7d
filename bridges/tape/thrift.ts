/**
 * Thrift's compact protocol, the part that Parquet's footer and page headers use: a writer, and a reader that never
 * trusts a length. Knows nothing of Parquet. Called by parquet-page and parquet-footer.
 * Specification: github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { ByteWriter } from './byte-writer.js';
import { TapeError } from './tape-error.js';

/** Field types on the wire; a boolean's value is its type. */
export const ThriftType = {
  true: 1,
  false: 2,
  byte: 3,
  int16: 4,
  int32: 5,
  int64: 6,
  binary: 8,
  list: 9,
  struct: 12,
} as const;

/** Writes structs field by field; ids must ascend within a struct. */
export class ThriftWriter {
  readonly out: ByteWriter;
  #last = 0;
  readonly #outer: number[] = [];

  constructor(out = new ByteWriter()) {
    this.out = out;
  }

  int32(id: number, value: number): void {
    this.#field(id, ThriftType.int32);
    this.out.zigzag(BigInt(value));
  }

  int16(id: number, value: number): void {
    this.#field(id, ThriftType.int16);
    this.out.zigzag(BigInt(value));
  }

  int64(id: number, value: number | bigint): void {
    this.#field(id, ThriftType.int64);
    this.out.zigzag(BigInt(value));
  }

  /** An 8-bit integer. */
  int8(id: number, value: number): void {
    this.#field(id, ThriftType.byte);
    this.out.byte(value);
  }

  boolean(id: number, value: boolean): void {
    this.#field(id, value ? ThriftType.true : ThriftType.false);
  }

  /** Bytes or UTF-8 text. Returns where the bytes stand in {@link out}. */
  binary(id: number, value: string | Uint8Array): number {
    this.#field(id, ThriftType.binary);
    return this.#bytes(value);
  }

  struct(id: number, body: () => void): void {
    this.#field(id, ThriftType.struct);
    this.#body(body);
  }

  structs<T>(id: number, items: readonly T[], body: (item: T, index: number) => void): void {
    this.#listHead(id, items.length, ThriftType.struct);
    items.forEach((item, index) => {
      this.#body(() => body(item, index));
    });
  }

  int32s(id: number, values: readonly number[]): void {
    this.#listHead(id, values.length, ThriftType.int32);
    for (const value of values) this.out.zigzag(BigInt(value));
  }

  texts(id: number, values: readonly string[]): void {
    this.#listHead(id, values.length, ThriftType.binary);
    for (const value of values) this.#bytes(value);
  }

  /** Ends the outermost struct. */
  end(): void {
    this.out.byte(0);
    this.#last = 0;
  }

  #field(id: number, type: number): void {
    this.out.byte(((id - this.#last) << 4) | type);
    this.#last = id;
  }

  #listHead(id: number, count: number, type: number): void {
    this.#field(id, ThriftType.list);
    if (count < 15) this.out.byte((count << 4) | type);
    else {
      this.out.byte(0xf0 | type);
      this.out.varint(count);
    }
  }

  #body(body: () => void): void {
    this.#outer.push(this.#last);
    this.#last = 0;
    body();
    this.out.byte(0);
    this.#last = this.#outer.pop()!;
  }

  #bytes(value: string | Uint8Array): number {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    this.out.varint(bytes.length);
    const at = this.out.length;
    this.out.append(bytes);
    return at;
  }
}

/**
 * Walks structs in `bytes` from `at` to `end`. Throws {@link TapeError} with the byte's offset (`base` + position) for
 * anything that is not well formed; allocates nothing that the bytes themselves do not pay for.
 */
export class ThriftReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  /** Type of the field that {@link nextField} came to. */
  type = 0;
  readonly #base: number;

  constructor(bytes: Uint8Array, at: number, end: number, base: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.#base = base;
  }

  /** The next field's id, or 0 at the struct's end. `last` is the id before it (0 at the start). */
  nextField(last: number): number {
    const head = this.#byte();
    this.type = head & 15;
    if (head === 0) return 0;
    const id = head >> 4 === 0 ? this.#zigzag() : last + (head >> 4);
    if (id <= last) throw this.fault(`field ${id} stands after field ${last}`);
    return id;
  }

  /** A whole number; int64 beyond 2^53 is refused. */
  integer(): number {
    if (this.type === ThriftType.byte) return (this.#byte() << 24) >> 24;
    if (this.type !== ThriftType.int32 && this.type !== ThriftType.int64) throw this.fault('an integer was expected');
    return this.#zigzag();
  }

  boolean(): boolean {
    if (this.type !== ThriftType.true && this.type !== ThriftType.false) throw this.fault('a boolean was expected');
    return this.type === ThriftType.true;
  }

  /** A view of the bytes; {@link at} is then behind them. */
  binary(): Uint8Array {
    if (this.type !== ThriftType.binary) throw this.fault('text was expected');
    const length = this.#varint();
    if (length > this.end - this.at) throw this.fault(`text of ${length} bytes runs past the end`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text(): string {
    const bytes = this.binary();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  }

  struct(): void {
    if (this.type !== ThriftType.struct) throw this.fault('a structure was expected');
  }

  /** Starts a list and returns its length; {@link type} is then the elements' type. */
  list(): number {
    if (this.type !== ThriftType.list) throw this.fault('a list was expected');
    const head = this.#byte();
    this.type = head & 15;
    const count = head >> 4 === 15 ? this.#varint() : head >> 4;
    // Every element takes at least one byte, so a longer list is a lie.
    if (count > this.end - this.at) throw this.fault(`a list of ${count} runs past the end`);
    return count;
  }

  /** Passes over the field {@link nextField} came to. */
  skip(depth = 0): void {
    if (depth > 32) throw this.fault('structures are nested too deep');
    const type = this.type;
    if (type === ThriftType.true || type === ThriftType.false) return;
    if (type === ThriftType.byte) this.#byte();
    else if (type === ThriftType.int16 || type === ThriftType.int32 || type === ThriftType.int64) this.#pass();
    else if (type === 7) this.#advance(8);
    else if (type === ThriftType.binary) this.binary();
    else if (type === ThriftType.struct) {
      for (let id = this.nextField(0); id !== 0; id = this.nextField(id)) this.skip(depth + 1);
    } else if (type === ThriftType.list || type === 10) {
      this.type = ThriftType.list;
      const count = this.list();
      const element = this.type;
      for (let i = 0; i < count; i++) {
        // A boolean in a list takes a byte, unlike a boolean field.
        this.type = element === ThriftType.true || element === ThriftType.false ? ThriftType.byte : element;
        this.skip(depth + 1);
      }
    } else throw this.fault(`type ${type} is unknown`);
  }

  fault(what: string): TapeError {
    return new TapeError(`${what} (byte ${this.#base + this.at})`);
  }

  #byte(): number {
    if (this.at >= this.end) throw this.fault('it ends too early');
    return this.bytes[this.at++]!;
  }

  #advance(count: number): void {
    if (count > this.end - this.at) throw this.fault('it ends too early');
    this.at += count;
  }

  #pass(): void {
    for (let length = 1; this.#byte() >= 128; length++) if (length >= 10) throw this.fault('a number is too long');
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
      if (scale > 2 ** 50) throw this.fault('a number is too long');
    }
    if (value > Number.MAX_SAFE_INTEGER) throw this.fault('a number is too large');
    return value;
  }

  /** The sign is the lowest bit; the rest is gathered apart, so that no double beyond 2^53 appears on the way. */
  #zigzag(): number {
    const first = this.#byte();
    let size = (first & 126) / 2;
    let scale = 64;
    for (let byte = first; byte >= 128; scale *= 128) {
      byte = this.#byte();
      size += (byte & 127) * scale;
      if (scale > 2 ** 50) throw this.fault('a number is too long');
    }
    if (size > Number.MAX_SAFE_INTEGER) throw this.fault('a number is too large');
    return first & 1 ? -size - 1 : size;
  }
}
