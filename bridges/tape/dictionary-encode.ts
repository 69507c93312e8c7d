/**
 * RLE_DICTIONARY, writing: which of a column's codes occur, and each row's place among them, as runs of one value or as
 * packed bits. Knows nothing of columns. Called by the row group encoder, and by that of the run folder's tables.
 *
 * Places are 1, 2, 4, 8 or 16 bits wide, never odd widths, and every run but the last covers a multiple of eight rows:
 * any Parquet reader takes that, and ours then reads whole bytes.
 */
import type { ByteWriter } from './byte-writer.js';

/** Eight-row groups of one value from which a run is worth its header (and the reader's turn). */
const MIN_RUN_GROUPS = 16;

const places = new Uint16Array(65_536);

/**
 * Appends the data page of `codes[0..rows)` (bit width, then the runs) to `out` and returns the codes that occur, in
 * ascending order: the dictionary. Codes are below `codeCount` ≤ 65,536; `mask` and `shift` cut them out of a byte.
 */
export function encodeDictionary(
  codes: Uint8Array | Uint16Array,
  mask: number,
  shift: number,
  rows: number,
  codeCount: number,
  out: ByteWriter,
): number[] {
  const occurs = new Uint8Array(mask + 1);
  for (let row = 0; row < rows; row++) occurs[codes[row]! & mask] = 1;
  const used: number[] = [];
  const placeOf = new Uint16Array(mask + 1);
  for (let code = 0; code < codeCount; code++) {
    if (occurs[code << shift] === 1) placeOf[code << shift] = used.push(code) - 1;
  }
  const width = widthOf(used.length);
  out.byte(width);
  if (used.length === 1 && rows >> 3 >= MIN_RUN_GROUPS) {
    // The commonest case, without looking at the rows: one run of the first place.
    out.varint(rows * 2);
    out.byte(0);
    return used;
  }
  for (let row = 0; row < rows; row++) places[row] = placeOf[codes[row]! & mask]!;
  encodeRuns(places, rows, width, out);
  return used;
}

/** Bits that a place in a dictionary of `count` ≤ 65,536 values takes. */
export function widthOf(count: number): number {
  return count <= 2 ? 1 : count <= 4 ? 2 : count <= 16 ? 4 : count <= 256 ? 8 : 16;
}

/** Appends `places[0..rows)`, below 2^`width`, as runs: repeated where long enough, else packed. `width`: 1, 2, 4, 8 or 16. */
export function encodeRuns(places: Uint16Array, rows: number, width: number, out: ByteWriter): void {
  const wholeGroups = rows >> 3;
  let packedFrom = 0;
  let group = 0;
  while (group < wholeGroups) {
    const value = places[group * 8]!;
    let row = group * 8;
    while (row < rows && places[row] === value) row++;
    const same = (row >> 3) - group;
    if (same < MIN_RUN_GROUPS) {
      group += Math.max(1, same);
      continue;
    }
    encodePacked(places, packedFrom, group * 8, width, out);
    const to = row === rows ? rows : (group + same) * 8;
    out.varint((to - group * 8) * 2);
    out.byte(value & 255);
    if (width === 16) out.byte(value >> 8);
    packedFrom = to;
    group += same;
  }
  encodePacked(places, packedFrom, rows, width, out);
}

/** Writes rows [from, to) in groups of eight, the last one filled with zeros. */
function encodePacked(places: Uint16Array, from: number, to: number, width: number, out: ByteWriter): void {
  if (to <= from) return;
  const groups = Math.ceil((to - from) / 8);
  out.varint(groups * 2 + 1);
  out.reserve(groups * width);
  const { bytes } = out;
  const end = out.length + groups * width;
  let at = out.length;
  if (width === 16) {
    for (let row = from; row < to; row++) {
      bytes[at++] = places[row]! & 255;
      bytes[at++] = places[row]! >> 8;
    }
  } else if (width === 8) {
    for (let row = from; row < to; row++) bytes[at++] = places[row]!;
  } else at = packBits(places, bytes, at, from, to, width);
  bytes.fill(0, at, end);
  out.length = end;
}

/** Packs rows [from, to) in 1, 2 or 4 bits each, and returns where that ends. */
function packBits(
  places: Uint16Array,
  bytes: Uint8Array,
  start: number,
  from: number,
  to: number,
  width: number,
): number {
  let at = start;
  const perByte = 8 / width;
  const whole = from + Math.floor((to - from) / perByte) * perByte;
  let row = from;
  if (width === 1) {
    for (; row < whole; row += 8) {
      bytes[at++] =
        places[row]! |
        (places[row + 1]! << 1) |
        (places[row + 2]! << 2) |
        (places[row + 3]! << 3) |
        (places[row + 4]! << 4) |
        (places[row + 5]! << 5) |
        (places[row + 6]! << 6) |
        (places[row + 7]! << 7);
    }
  } else if (width === 2) {
    for (; row < whole; row += 4) {
      bytes[at++] = places[row]! | (places[row + 1]! << 2) | (places[row + 2]! << 4) | (places[row + 3]! << 6);
    }
  } else for (; row < whole; row += 2) bytes[at++] = places[row]! | (places[row + 1]! << 4);
  if (row === to) return at;
  let byte = 0;
  for (let k = 0; row + k < to; k++) byte |= places[row + k]! << (k * width);
  bytes[at++] = byte;
  return at;
}
