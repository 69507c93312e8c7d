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
/** Largest difference of each run of the block. */
const largest = new Float64Array(RUNS);

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
  const least = measureRuns(count);
  let most = largest[0]!;
  for (let run = 1; run * RUN < count; run++) if (largest[run]! > most) most = largest[run]!;
  if (most - least > MAX_EXACT || most > MAX_EXACT || least < -MAX_EXACT) return false;
  out.zigzag(BigInt(least));
  // A value is written as a whole word, of which the next one takes back what it does not need.
  out.reserve(RUNS + BLOCK * 8 + 8);
  const { bytes } = out;
  const widthsAt = out.length;
  let at = widthsAt + RUNS;
  for (let run = 0; run < RUNS; run++) {
    const from = run * RUN;
    if (from >= count) {
      bytes[widthsAt + run] = 0;
      continue;
    }
    const to = Math.min(from + RUN, count);
    const width = bytesFor(largest[run]! - least);
    bytes[widthsAt + run] = width * 8;
    if (width === 0) continue;
    if (width === 1) packBytes(bytes, at, from, to, least);
    else if (width <= 4) packWords(out.view, at, width, from, to, least);
    else packWide(out.view, at, width, from, to, least);
    at += (to - from) * width;
    // A run is always full on disk; what is beyond the last value is zero.
    const padding = (from + RUN - to) * width;
    if (padding > 0) bytes.fill(0, at, at + padding);
    at += padding;
  }
  out.length = at;
  return true;
}

/** The smallest of the first `count` differences; {@link largest} has the largest of each run. */
function measureRuns(count: number): number {
  let least = differences[0]!;
  for (let run = 0; run * RUN < count; run++) {
    const from = run * RUN;
    const to = Math.min(from + RUN, count);
    let most = differences[from]!;
    for (let i = from; i < to; i++) {
      const difference = differences[i]!;
      if (difference < least) least = difference;
      if (difference > most) most = difference;
    }
    largest[run] = most;
  }
  return least;
}

function packBytes(bytes: Uint8Array, start: number, from: number, to: number, least: number): void {
  for (let i = from; i < to; i++) bytes[start + i - from] = (differences[i]! - least) | 0;
}

function packWords(view: DataView, start: number, width: number, from: number, to: number, least: number): void {
  let at = start;
  for (let i = from; i < to; i++) {
    view.setUint32(at, (differences[i]! - least) >>> 0, true);
    at += width;
  }
}

function packWide(view: DataView, start: number, width: number, from: number, to: number, least: number): void {
  let at = start;
  for (let i = from; i < to; i++) {
    const value = differences[i]! - least;
    const high = Math.floor(value / 2 ** 32);
    view.setUint32(at, value - high * 2 ** 32, true);
    view.setUint32(at + 4, high, true);
    at += width;
  }
}

function bytesFor(span: number): number {
  if (span < 2 ** 32) return span < 2 ** 16 ? (span < 2 ** 8 ? (span < 1 ? 0 : 1) : 2) : span < 2 ** 24 ? 3 : 4;
  return span < 2 ** 40 ? 5 : span < 2 ** 48 ? 6 : 7;
}
