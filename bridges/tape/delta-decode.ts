/**
 * DELTA_BINARY_PACKED, reading: straight into typed arrays, int64 summed in doubles, nothing allocated per value.
 * Knows nothing of columns or files. Called by the row group decoder.
 *
 * Reads what delta-encode writes: 128 values a block, four runs, widths of whole bytes. Throws {@link TapeError} saying
 * what is wrong; the caller adds the place.
 */
import { TapeError } from './tape-error.js';

const BLOCK = 128;
const RUN = 32;
const RUNS = BLOCK / RUN;
const LIMIT = Number.MAX_SAFE_INTEGER;

/** Where reading stands; one for both kinds of number, so that no object is made per page. */
const cursor = { at: 0, end: 0 };

/**
 * Reads `rows` int64 numbers into `out` as `number − origin + shift`. `number − origin` must stay within ±2^53, where it
 * is exact; the one addition of `shift` is the only step that may round.
 */
export function decodeDelta64(
  bytes: Uint8Array,
  start: number,
  end: number,
  rows: number,
  origin: bigint,
  shift: number,
  out: Float64Array,
): void {
  let sum = exact(readHeader(bytes, start, end, rows) - origin);
  out[0] = sum + shift;
  let row = 1;
  while (row < rows) {
    const least = readStep(bytes);
    const widthsAt = cursor.at;
    let at = widthsAt + RUNS;
    for (let run = 0; run < RUNS && row < rows; run++) {
      const width = bytes[widthsAt + run]!;
      if (at + width * (RUN / 8) > end) throw new TapeError('the numbers end too early');
      const count = Math.min(RUN, rows - row);
      if (width === 0) sum = sumSteady(sum, least, shift, out, row, count);
      else if (width === 8) sum = sum8(bytes, at, sum, least, shift, out, row, count);
      else if (width === 16) sum = sum16(bytes, at, sum, least, shift, out, row, count);
      else if (width === 24) sum = sum24(bytes, at, sum, least, shift, out, row, count);
      else if (width === 32) sum = sum32(bytes, at, sum, least, shift, out, row, count);
      else sum = sumWide(bytes, at, width, sum, least, shift, out, row, count);
      if (!(Math.abs(sum) <= LIMIT)) throw new TapeError('the numbers go beyond 2^53');
      row += count;
      at += width * (RUN / 8);
    }
    cursor.at = at;
  }
  finish();
}

/** Reads `rows` int32 numbers; sums wrap around at 2^32, as the format has it. */
export function decodeDelta32(bytes: Uint8Array, start: number, end: number, rows: number, out: Int32Array): void {
  let sum = exact(readHeader(bytes, start, end, rows)) | 0;
  out[0] = sum;
  let row = 1;
  while (row < rows) {
    const least = readStep(bytes) | 0;
    const widthsAt = cursor.at;
    let at = widthsAt + RUNS;
    for (let run = 0; run < RUNS && row < rows; run++) {
      const width = bytes[widthsAt + run]!;
      if (at + width * (RUN / 8) > end) throw new TapeError('the numbers end too early');
      const stop = Math.min(row + RUN, rows);
      let p = at;
      if (width === 8) {
        for (; row < stop; row++) out[row] = sum = (sum + least + bytes[p++]!) | 0;
      } else if (width === 16) {
        for (; row < stop; row++, p += 2) out[row] = sum = (sum + least + (bytes[p]! | (bytes[p + 1]! << 8))) | 0;
      } else if (width === 24) {
        for (; row < stop; row++, p += 3)
          out[row] = sum = (sum + least + (bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16))) | 0;
      } else if (width === 32) {
        for (; row < stop; row++, p += 4)
          out[row] = sum =
            (sum + least + (bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24))) | 0;
      } else if (width === 0) {
        for (; row < stop; row++) out[row] = sum = (sum + least) | 0;
      } else throw new TapeError(`a width of ${width} bits is none of a tape's`);
      at += width * (RUN / 8);
    }
    cursor.at = at;
  }
  finish();
}

// One loop for each width, so that each is compiled for its own and stays free of branches.

function sumSteady(from: number, step: number, shift: number, out: Float64Array, row: number, count: number): number {
  let sum = from;
  for (let i = row; i < row + count; i++) {
    sum += step;
    out[i] = sum + shift;
  }
  return sum;
}

function sum8(
  bytes: Uint8Array,
  at: number,
  from: number,
  least: number,
  shift: number,
  out: Float64Array,
  row: number,
  count: number,
): number {
  let sum = from;
  for (let i = 0; i < count; i++) {
    sum += least + bytes[at + i]!;
    out[row + i] = sum + shift;
  }
  return sum;
}

function sum16(
  bytes: Uint8Array,
  at: number,
  from: number,
  least: number,
  shift: number,
  out: Float64Array,
  row: number,
  count: number,
): number {
  let sum = from;
  for (let i = 0, p = at; i < count; i++, p += 2) {
    sum += least + (bytes[p]! | (bytes[p + 1]! << 8));
    out[row + i] = sum + shift;
  }
  return sum;
}

function sum24(
  bytes: Uint8Array,
  at: number,
  from: number,
  least: number,
  shift: number,
  out: Float64Array,
  row: number,
  count: number,
): number {
  let sum = from;
  for (let i = 0, p = at; i < count; i++, p += 3) {
    sum += least + (bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16));
    out[row + i] = sum + shift;
  }
  return sum;
}

function sum32(
  bytes: Uint8Array,
  at: number,
  from: number,
  least: number,
  shift: number,
  out: Float64Array,
  row: number,
  count: number,
): number {
  let sum = from;
  for (let i = 0, p = at; i < count; i++, p += 4) {
    sum += least + ((bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24)) >>> 0);
    out[row + i] = sum + shift;
  }
  return sum;
}

/** 40, 48 and 56 bits: gaps of more than four seconds, very large quantities. */
function sumWide(
  bytes: Uint8Array,
  at: number,
  width: number,
  from: number,
  least: number,
  shift: number,
  out: Float64Array,
  row: number,
  count: number,
): number {
  if (width !== 40 && width !== 48 && width !== 56) throw new TapeError(`a width of ${width} bits is none of a tape's`);
  const size = width / 8;
  let sum = from;
  let p = at;
  for (let i = 0; i < count; i++, p += size) {
    let stored = 0;
    for (let k = size - 1; k >= 0; k--) stored = stored * 256 + bytes[p + k]!;
    sum += least + stored;
    out[row + i] = sum + shift;
  }
  return sum;
}

function readHeader(bytes: Uint8Array, start: number, end: number, rows: number): bigint {
  cursor.at = start;
  cursor.end = end;
  const block = readVarint(bytes);
  const runs = readVarint(bytes);
  const total = readVarint(bytes);
  if (block !== BigInt(BLOCK) || runs !== BigInt(RUNS)) {
    throw new TapeError(`blocks of ${block} values in ${runs} runs are none of a tape's`);
  }
  if (total !== BigInt(rows)) throw new TapeError(`it holds ${total} numbers where ${rows} were expected`);
  return readZigzag(bytes);
}

function readVarint(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (cursor.at >= cursor.end) throw new TapeError('the numbers end too early');
    const byte = bytes[cursor.at++]!;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asUintN(64, value);
  }
  throw new TapeError('a number is too long');
}

/** A zigzag number within ±2^53, without a BigInt. The sign is the lowest bit; the rest is gathered apart from it. */
function readStep(bytes: Uint8Array): number {
  const { end } = cursor;
  let at = cursor.at;
  const first = at < end ? bytes[at++]! : 0;
  let size = (first & 126) / 2;
  let scale = 64;
  for (let byte = first; byte >= 128; scale *= 128) {
    if (at >= end || scale > 2 ** 50) throw new TapeError('a step is too long or ends too early');
    byte = bytes[at++]!;
    size += (byte & 127) * scale;
  }
  if (size > LIMIT) throw new TapeError('a step goes beyond 2^53');
  cursor.at = at;
  return first & 1 ? -size - 1 : size;
}

function readZigzag(bytes: Uint8Array): bigint {
  const value = readVarint(bytes);
  return (value >> 1n) ^ -(value & 1n);
}

function exact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new TapeError(`${value} lies more than 2^53 away from its origin`);
  return number;
}

function finish(): void {
  if (cursor.at !== cursor.end) throw new TapeError(`${cursor.end - cursor.at} bytes are left over`);
}
