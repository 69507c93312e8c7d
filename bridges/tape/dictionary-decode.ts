/**
 * RLE_DICTIONARY, reading: the places in a column's dictionary become codes in a typed array.
 * Knows nothing of columns or files. Called by the row group decoder.
 *
 * Reads what dictionary-encode writes: 1, 2, 4, 8 or 16 bits a place, runs that start at multiples of eight rows. Throws
 * {@link TapeError} saying what is wrong; the caller adds the place.
 */
import { TapeError } from './tape-error.js';

/** Where reading stands. */
const cursor = { at: 0, end: 0 };

/**
 * ORs `codes[place]` into `out` for `rows` rows of the page in `bytes[start..end)`. Four rows at a time: what one byte
 * (or half a byte, or two) of places means for four bytes of `out` is looked up in a table made once a page.
 */
export function orCodes(
  bytes: Uint8Array,
  start: number,
  end: number,
  rows: number,
  codes: readonly number[],
  out: Uint8Array,
): void {
  const width = openPage(bytes, start, end, codes.length);
  if (width > 8) throw new TapeError(`places of ${width} bits are none of a tape's`);
  const quads = new Uint32Array(out.buffer, out.byteOffset, out.length >> 2);
  const table = width === 8 ? undefined : quadTable(width, codes);
  const beyond = beyondTable(width, codes.length);
  for (let row = 0; row < rows; ) {
    const head = readHead(bytes);
    if ((head & 1) === 0) {
      const code = codeAt(codes, readPlace(bytes, width));
      const to = runEnd(row, head >>> 1, rows);
      if (code !== 0) orRun(code, out, quads, row, to);
      row = to;
      continue;
    }
    const to = packedEnd(row, head >>> 1, width, rows);
    const whole = row + ((to - row) & ~3);
    const at = cursor.at;
    if (beyond !== undefined) checkPlaces(bytes, at, (head >>> 1) * width, beyond, codes.length);
    if (table === undefined) orBytes(bytes, at, codes, out, row, to);
    else {
      orQuads(bytes, at, width, table, quads, row >> 2, whole >> 2);
      orTail(bytes, at, width, codes, out, row, whole, to);
    }
    cursor.at += (head >>> 1) * width;
    row = to;
  }
  finish();
}

/**
 * Sets `out` to `codes[place]` for `rows` rows of the page in `bytes[start..end)`. Where there is no such place it is
 * 65,535, which the caller must refuse later (the order check does: no tape has so many instruments).
 */
export function setCodes(
  bytes: Uint8Array,
  start: number,
  end: number,
  rows: number,
  codes: readonly number[],
  out: Uint16Array,
): void {
  const width = openPage(bytes, start, end, codes.length);
  const table = new Uint16Array(2 ** width).fill(65_535);
  table.set(codes);
  for (let row = 0; row < rows; ) {
    const head = readHead(bytes);
    if ((head & 1) === 0) {
      const to = runEnd(row, head >>> 1, rows);
      out.fill(codeAt(codes, readPlace(bytes, width)), row, to);
      row = to;
      continue;
    }
    const to = packedEnd(row, head >>> 1, width, rows);
    let p = cursor.at;
    if (width === 16) {
      for (let i = row; i < to; i++, p += 2) out[i] = table[bytes[p]! | (bytes[p + 1]! << 8)]!;
    } else if (width === 8) {
      for (let i = row; i < to; i++) out[i] = table[bytes[p++]!]!;
    } else {
      const mask = 2 ** width - 1;
      const perByte = 8 / width;
      for (let i = row; i < to; i += perByte) {
        const byte = bytes[p++]!;
        for (let k = 0; k < perByte && i + k < to; k++) out[i + k] = table[(byte >> (k * width)) & mask]!;
      }
    }
    cursor.at += (head >>> 1) * width;
    row = to;
  }
  finish();
}

/** For every value of a byte (of half a byte at 1 bit, of a byte's pair at 4 bits) the codes of its rows, as bytes. */
function quadTable(width: number, codes: readonly number[]): Uint32Array {
  const perEntry = width === 4 ? 2 : 4;
  const table = new Uint32Array(width === 1 ? 16 : 256);
  const mask = 2 ** width - 1;
  for (let value = 0; value < table.length; value++) {
    for (let k = 0; k < perEntry; k++) {
      table[value]! |= (codes[(value >> (k * width)) & mask] ?? 0) << (k * 8);
    }
  }
  return table;
}

function orQuads(
  bytes: Uint8Array,
  at: number,
  width: number,
  table: Uint32Array,
  quads: Uint32Array,
  from: number,
  to: number,
): void {
  let p = at;
  if (width === 2) {
    for (let quad = from; quad < to; quad++) quads[quad]! |= table[bytes[p++]!]!;
  } else if (width === 4) {
    for (let quad = from; quad < to; quad++, p += 2) quads[quad]! |= table[bytes[p]!]! | (table[bytes[p + 1]!]! << 16);
  } else {
    let quad = from;
    for (; quad + 1 < to; quad += 2) {
      const byte = bytes[p++]!;
      quads[quad]! |= table[byte & 15]!;
      quads[quad + 1]! |= table[byte >> 4]!;
    }
    if (quad < to) quads[quad]! |= table[bytes[p]! & 15]!;
  }
}

/** The last one to three rows of a page. */
function orTail(
  bytes: Uint8Array,
  at: number,
  width: number,
  codes: readonly number[],
  out: Uint8Array,
  row: number,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const bit = (i - row) * width;
    out[i]! |= codes[(bytes[at + (bit >> 3)]! >> (bit & 7)) & (2 ** width - 1)]!;
  }
}

function orBytes(bytes: Uint8Array, at: number, codes: readonly number[], out: Uint8Array, from: number, to: number) {
  let p = at;
  for (let i = from; i < to; i++) out[i]! |= codes[bytes[p++]!]!;
}

/** For every value of a byte of packed places: 1 where one is beyond the dictionary. `undefined` when none can be. */
function beyondTable(width: number, entries: number): Uint8Array | undefined {
  if (entries === 2 ** width) return undefined;
  const mask = 2 ** width - 1;
  const beyond = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    for (let bit = 0; bit < 8; bit += width) if (((byte >> bit) & mask) >= entries) beyond[byte] = 1;
  }
  return beyond;
}

/** Refuses packed places beyond the dictionary, before anything is looked up with them. */
function checkPlaces(bytes: Uint8Array, at: number, count: number, beyond: Uint8Array, entries: number): void {
  let found = 0;
  for (let i = at; i < at + count; i++) found |= beyond[bytes[i]!]!;
  if (found !== 0) throw new TapeError(`a place is beyond the dictionary of ${entries}`);
}

/** ORs one code into rows [from, to); `from` is a multiple of four. */
function orRun(code: number, out: Uint8Array, quads: Uint32Array, from: number, to: number): void {
  const four = (code * 0x01010101) | 0;
  for (let quad = from >> 2; quad < to >> 2; quad++) quads[quad]! |= four;
  for (let i = to & ~3; i < to; i++) out[i]! |= code;
}

function codeAt(codes: readonly number[], place: number): number {
  const code = codes[place];
  if (code === undefined) throw new TapeError(`place ${place} is beyond the dictionary of ${codes.length}`);
  return code;
}

/** Reads the bit width and checks that the dictionary fits it. */
function openPage(bytes: Uint8Array, start: number, end: number, entries: number): number {
  const width = start < end ? bytes[start]! : 0;
  if (width !== 1 && width !== 2 && width !== 4 && width !== 8 && width !== 16) {
    throw new TapeError(`places of ${width} bits are none of a tape's`);
  }
  if (entries > 2 ** width) throw new TapeError(`a dictionary of ${entries} does not fit ${width} bits`);
  cursor.at = start + 1;
  cursor.end = end;
  return width;
}

/** A run's head: the lowest bit tells packed from repeated, the rest how many groups or rows. */
function readHead(bytes: Uint8Array): number {
  let value = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    if (cursor.at >= cursor.end) throw new TapeError('the runs end too early');
    const byte = bytes[cursor.at++]!;
    value |= (byte & 127) << shift;
    if (byte < 128) {
      if (value >>> 1 === 0) throw new TapeError('a run is empty');
      return value;
    }
  }
  throw new TapeError('a run is too long');
}

function readPlace(bytes: Uint8Array, width: number): number {
  const size = width === 16 ? 2 : 1;
  if (cursor.at + size > cursor.end) throw new TapeError('the runs end too early');
  const place = size === 2 ? bytes[cursor.at]! | (bytes[cursor.at + 1]! << 8) : bytes[cursor.at]!;
  cursor.at += size;
  return place;
}

function runEnd(row: number, count: number, rows: number): number {
  if (row + count > rows) throw new TapeError(`the runs hold more than ${rows} rows`);
  if (row + count < rows && (count & 7) !== 0) throw new TapeError(`a run of ${count} rows is none of a tape's`);
  return row + count;
}

function packedEnd(row: number, groups: number, width: number, rows: number): number {
  if (cursor.at + groups * width > cursor.end) throw new TapeError('the runs end too early');
  if (row + (groups - 1) * 8 >= rows) throw new TapeError(`the runs hold more than ${rows} rows`);
  return Math.min(row + groups * 8, rows);
}

function finish(): void {
  if (cursor.at !== cursor.end) throw new TapeError(`${cursor.end - cursor.at} bytes are left over`);
}
