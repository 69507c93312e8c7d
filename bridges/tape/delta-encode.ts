/**
 * DELTA_BINARY_PACKED, writing: blocks of 128 differences in four runs of 32, each run as wide as its largest difference
 * needs, in whole bytes. Knows nothing of columns. Called by the row group encoder.
 *
 * Whole bytes cost about a fifth more than exact widths (FORMAT.md has the measurement) and let the reader work without
 * shifting bits; any Parquet reader takes either.
 */
import type { ByteWriter } from './byte-writer.js';

const BLOCK = 128;
const RUN = 32;
const RUNS = BLOCK / RUN;
/** Differences, and what they lie above the block's smallest, that a double holds exactly. */
const MAX_EXACT = Number.MAX_SAFE_INTEGER;

const differences = new Float64Array(BLOCK);

/**
 * Appends whole numbers below 2^53, the first one as `first` (an int64, so that times may count from another origin).
 * Returns false, with nothing appended, when a difference is beyond 2^53 or two of a block lie that far apart: write them
 * PLAIN.
 */
export function encodeDelta64(values: Float64Array, rows: number, first: bigint, out: ByteWriter): boolean {
  const before = out.length;
  header(rows, first, out);
  for (let start = 1; start < rows; start += BLOCK) {
    const count = Math.min(BLOCK, rows - start);
    for (let i = 0; i < count; i++) differences[i] = values[start + i]! - values[start + i - 1]!;
    if (!packBlock(count, out)) {
      out.length = before;
      return false;
    }
  }
  return true;
}

/** Appends int32 numbers; differences wrap around at 2^32, as the format has it. */
export function encodeDelta32(values: Int32Array, rows: number, out: ByteWriter): void {
  header(rows, BigInt(values[0]!), out);
  for (let start = 1; start < rows; start += BLOCK) {
    const count = Math.min(BLOCK, rows - start);
    for (let i = 0; i < count; i++) differences[i] = (values[start + i]! - values[start + i - 1]!) | 0;
    packBlock(count, out);
  }
}

function header(rows: number, first: bigint, out: ByteWriter): void {
  out.varint(BLOCK);
  out.varint(RUNS);
  out.varint(rows);
  out.zigzag(first);
}

/** Packs the first `count` of {@link differences}. */
function packBlock(count: number, out: ByteWriter): boolean {
  let least = differences[0]!;
  let most = least;
  for (let i = 1; i < count; i++) {
    const difference = differences[i]!;
    if (difference < least) least = difference;
    else if (difference > most) most = difference;
  }
  if (most - least > MAX_EXACT || most > MAX_EXACT || least < -MAX_EXACT) return false;
  out.zigzag(BigInt(least));
  out.reserve(RUNS + BLOCK * 8);
  const { bytes } = out;
  const widthsAt = out.length;
  let at = widthsAt + RUNS;
  for (let run = 0; run < RUNS; run++) {
    const from = run * RUN;
    const to = Math.min(from + RUN, count);
    let largest = least;
    for (let i = from; i < to; i++) if (differences[i]! > largest) largest = differences[i]!;
    const width = bytesFor(largest - least);
    bytes[widthsAt + run] = width * 8;
    if (width === 0) continue;
    if (width <= 4) at = packInt32(bytes, at, width, from, to, least);
    else at = packWide(bytes, at, width, from, to, least);
    // A run is always full on disk; what is beyond the last value is zero.
    const padding = (from + RUN - to) * width;
    bytes.fill(0, at, at + padding);
    at += padding;
  }
  out.length = at;
  return true;
}

function packInt32(bytes: Uint8Array, start: number, width: number, from: number, to: number, least: number): number {
  let at = start;
  for (let i = from; i < to; i++) {
    const value = (differences[i]! - least) >>> 0;
    bytes[at++] = value;
    if (width > 1) bytes[at++] = value >>> 8;
    if (width > 2) bytes[at++] = value >>> 16;
    if (width > 3) bytes[at++] = value >>> 24;
  }
  return at;
}

function packWide(bytes: Uint8Array, start: number, width: number, from: number, to: number, least: number): number {
  let at = start;
  for (let i = from; i < to; i++) {
    let rest = differences[i]! - least;
    for (let k = 0; k < width; k++) {
      bytes[at++] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
  return at;
}

function bytesFor(largest: number): number {
  let width = 0;
  for (let limit = 1; largest >= limit; limit *= 256) width++;
  return width;
}
