/**
 * A page of a run folder's Parquet tables, reading and writing: its header, its bytes as they were before compression, and runs of small
 * numbers. Knows nothing of files or of what columns mean. Called by the chunk decoder and the chunk encoder.
 *
 * There are dictionary pages, and data pages of version 2. Reading never trusts a length. Throws `Error` saying what
 * is wrong; the caller adds the place.
 */
import type { ByteWriter } from '../tape/byte-writer.js';
import { ThriftReader, ThriftWriter } from '../tape/thrift.js';
import { unpackSnappy } from './snappy.js';
import { Codec } from './table-footer.js';

export const Encoding = { plain: 0, runs: 3, dictionary: 8 } as const;

const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;
/** Snappy copies at most 64 bytes with three. A page that is said to shrink more is not believed, so nobody allocates for it. */
const MOST_GROWTH = 64 / 3;

export interface Page {
  readonly dictionary: boolean;
  readonly values: number;
  /** How many of them are null. */
  readonly nulls: number;
  readonly encoding: number;
  /** The definition levels, which stand first and are never compressed, are as long. */
  readonly levelBytes: number;
  /** Where its bytes stand in those it was read from. */
  readonly start: number;
  readonly end: number;
  /** Length of its values without compression. */
  readonly plainBytes: number;
  readonly compressed: boolean;
}

/** Reads the header at `at`; the page must end by `end`. `base`: offset of `bytes[0]` in the file, for messages. */
export function readPage(bytes: Uint8Array, at: number, end: number, base: number, codec: number): Page {
  const thrift = new ThriftReader(bytes, at, end, base);
  let [kind, plain, stored, body] = [-1, -1, -1, 0];
  let [values, nulls, rows, encoding, levelBytes, repetitionBytes] = [-1, 0, -1, -1, 0, 0];
  let compressed = codec !== Codec.none;
  for (let id = thrift.nextField(0); id !== 0; id = thrift.nextField(id)) {
    if (id === 1) kind = thrift.integer();
    else if (id === 2) plain = thrift.integer();
    else if (id === 3) stored = thrift.integer();
    else if (id === 7 || id === 8) {
      thrift.struct();
      body = id;
      for (let inner = thrift.nextField(0); inner !== 0; inner = thrift.nextField(inner)) {
        if (inner === 1) values = thrift.integer();
        else if (inner === (id === 7 ? 2 : 4)) encoding = thrift.integer();
        else if (id === 8 && inner === 2) nulls = thrift.integer();
        else if (id === 8 && inner === 3) rows = thrift.integer();
        else if (id === 8 && inner === 5) levelBytes = thrift.integer();
        else if (id === 8 && inner === 6) repetitionBytes = thrift.integer();
        else if (id === 8 && inner === 7) compressed = thrift.boolean() && compressed;
        else thrift.skip();
      }
    } else thrift.skip();
  }
  const dictionary = kind === DICTIONARY_PAGE && body === 7;
  if (!dictionary && !(kind === DATA_PAGE_V2 && body === 8)) {
    throw thrift.fault(`a page of kind ${kind} is none of a run folder's`);
  }
  const start = thrift.at;
  const plainBytes = plain - levelBytes;
  const storedBytes = stored - levelBytes;
  if (stored > end - start) throw thrift.fault(`a page of ${stored} bytes runs past its column's end`);
  const sound =
    values >= 0 &&
    nulls >= 0 &&
    nulls <= values &&
    (dictionary || rows === values) &&
    levelBytes >= 0 &&
    repetitionBytes === 0 &&
    storedBytes >= 0 &&
    (compressed ? plainBytes >= 0 && plainBytes <= MOST_GROWTH * storedBytes : plainBytes === storedBytes);
  if (!sound) throw thrift.fault('its page header is damaged');
  return { dictionary, values, nulls, encoding, levelBytes, start, end: start + stored, plainBytes, compressed };
}

/** Memory that pages are unpacked into one after the other; begins at a multiple of eight bytes. */
export class PageBytes {
  #bytes = new Uint8Array(0);

  /** The values of a page without compression, valid until the next one. */
  of(bytes: Uint8Array, { start, end, levelBytes, plainBytes, compressed }: Page): Uint8Array {
    if (this.#bytes.length < plainBytes) this.#bytes = new Uint8Array(plainBytes + (plainBytes >> 1));
    const out = this.#bytes.subarray(0, plainBytes);
    const stored = bytes.subarray(start + levelBytes, end);
    if (compressed) unpackSnappy(stored, out);
    else out.set(stored);
    return out;
  }
}

/**
 * Reads `count` numbers of `width` bits (0 to 24) from runs of equal ones and packed ones, which is how Parquet keeps places in a
 * dictionary, levels and flags. They must end at `end`.
 */
export function readRuns(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  count: number,
  out: Int32Array,
): void {
  if (width > 24) throw new Error(`numbers of ${width} bits are none of a run folder's`);
  const mask = 2 ** width - 1;
  let at = start;
  for (let row = 0; row < count; ) {
    let head = 0;
    for (let shift = 0, byte = 128; byte >= 128; shift += 7) {
      if (at >= end || shift > 21) throw new Error('its runs end too early');
      byte = bytes[at++]!;
      head |= (byte & 127) << shift;
    }
    const packed = (head & 1) === 1;
    const values = packed ? (head >>> 1) * 8 : head >>> 1;
    const size = packed ? (head >>> 1) * width : (width + 7) >> 3;
    // The last packed run is filled up to a multiple of eight.
    if (values === 0 || row + values >= count + (packed ? 8 : 1)) throw new Error(`its runs hold not ${count} values`);
    if (at + size > end) throw new Error('its runs end too early');
    const to = Math.min(count, row + values);
    if (packed) unpackBits(bytes, at, width, mask, out, row, to);
    else {
      let value = 0;
      for (let i = 0; i < size; i++) value |= bytes[at + i]! << (8 * i);
      if (value > mask) throw new Error(`a run of ${value} does not fit ${width} bits`);
      out.fill(value, row, to);
    }
    at += size;
    row = to;
  }
  if (at !== end) throw new Error(`${end - at} bytes are left over behind its runs`);
}

function unpackBits(
  bytes: Uint8Array,
  start: number,
  width: number,
  mask: number,
  out: Int32Array,
  from: number,
  to: number,
): void {
  let at = start;
  let bits = 0;
  let held = 0;
  for (let row = from; row < to; row++) {
    for (; held < width; held += 8) bits |= bytes[at++]! << held;
    out[row] = bits & mask;
    bits >>>= width;
    held -= width;
  }
}

/** Appends a dictionary of `values` plain values; `stored` as it is to stand there, `plainBytes` long without compression. */
export function writeDictionaryPage(out: ByteWriter, stored: ByteWriter, plainBytes: number, values: number): void {
  const thrift = pageHead(out, DICTIONARY_PAGE, plainBytes, stored.length);
  thrift.struct(7, () => {
    thrift.int32(1, values);
    thrift.int32(2, Encoding.plain);
  });
  thrift.end();
  out.append(stored.written());
}

/** Appends a data page: the levels, which are never compressed, then the values as they are to stand there. */
export function writeDataPage(
  out: ByteWriter,
  levels: ByteWriter,
  stored: ByteWriter,
  plainBytes: number,
  { values, nulls, encoding, compressed }: Pick<Page, 'values' | 'nulls' | 'encoding' | 'compressed'>,
): void {
  const thrift = pageHead(out, DATA_PAGE_V2, levels.length + plainBytes, levels.length + stored.length);
  thrift.struct(8, () => {
    thrift.int32(1, values);
    thrift.int32(2, nulls);
    thrift.int32(3, values);
    thrift.int32(4, encoding);
    thrift.int32(5, levels.length);
    thrift.int32(6, 0);
    thrift.boolean(7, compressed);
  });
  thrift.end();
  out.append(levels.written());
  out.append(stored.written());
}

function pageHead(out: ByteWriter, kind: number, plainBytes: number, storedBytes: number): ThriftWriter {
  const thrift = new ThriftWriter(out);
  thrift.int32(1, kind);
  thrift.int32(2, plainBytes);
  thrift.int32(3, storedBytes);
  return thrift;
}
