/**
 * Snappy, packing, and unpacking bytes that nobody vouches for. Knows nothing of Parquet. Called by the pages of tables.
 *
 * Our own because Node.js has none, and hyparquet's never ends where a literal says that its length is negative, and
 * copies long literals byte by byte.
 * Format: github.com/google/snappy, `format_description.txt`.
 */
import type { ByteWriter } from '../tape/byte-writer.js';

/** From here on a copy by the machine is faster than a loop. */
const LONG = 32;

/** Unpacks into `out`, which must be as long as the bytes say. Throws `Error` where they are not well formed. */
export function unpackSnappy(bytes: Uint8Array, out: Uint8Array): void {
  const end = bytes.length;
  let at = 0;
  let length = 0;
  for (let scale = 1, byte = 128; byte >= 128; scale *= 128) {
    if (at >= end || at === 5) throw fault('has no length');
    byte = bytes[at++]!;
    length += (byte & 127) * scale;
  }
  if (length !== out.length) throw fault(`holds ${length} bytes where there should be ${out.length}`);
  let to = 0;
  while (at < end) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let size = tag >> 2;
      if (size >= 60) {
        const extra = size - 59;
        size = littleEndian(bytes, at, extra);
        at += extra;
      }
      size++;
      if (size > end - at || size > length - to) throw fault('runs past its end');
      if (size >= LONG) out.set(bytes.subarray(at, at + size), to);
      else for (let i = 0; i < size; i++) out[to + i] = bytes[at + i]!;
      at += size;
      to += size;
      continue;
    }
    const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const extra = kind === 3 ? 4 : kind;
    const back = littleEndian(bytes, at, extra) + (kind === 1 ? (tag >> 5) * 256 : 0);
    at += extra;
    if (back === 0 || back > to || size > length - to) throw fault('copies what there is not');
    // A copy may overlap with what it writes: it repeats it.
    for (let i = to; i < to + size; i++) out[i] = out[i - back]!;
    to += size;
  }
  if (to !== length) throw fault('ends too early');
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  if (at + count > bytes.length) throw fault('ends too early');
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}

function fault(what: string): Error {
  return new Error(`its compressed part ${what}`);
}

/** Slots of the table of four bytes that were seen: at most 64 kB lie between what is copied and where from. */
const HASH_BITS = 14;
const FARTHEST = 65_535;
const seen = new Int32Array(1 << HASH_BITS);

/** Appends what `source` holds (below 2^24 bytes), packed: four bytes and more that stood within the last 64 kB become a copy. */
export function packSnappy(source: ByteWriter, out: ByteWriter): void {
  const { bytes, view, length } = source;
  // What nothing can be done for takes a few bytes more than it has.
  out.reserve(length + (length >> 6) + 16);
  out.varint(length);
  seen.fill(-1 - FARTHEST);
  let literalFrom = 0;
  let misses = 0;
  for (let at = 0; at + 4 <= length; ) {
    const four = view.getInt32(at, true);
    const slot = Math.imul(four, 0x1e35a7bd) >>> (32 - HASH_BITS);
    const from = seen[slot]!;
    seen[slot] = at;
    if (at - from > FARTHEST || view.getInt32(from, true) !== four) {
      // Bytes that hold nothing twice are gone over in wider and wider steps.
      at += 1 + (misses++ >> 5);
      continue;
    }
    let end = at + 4;
    for (let back = from + 4; end < length && bytes[end] === bytes[back]; back++) end++;
    putLiteral(bytes, literalFrom, at, out);
    putCopy(at - from, end - at, out);
    literalFrom = end;
    at = end;
    misses = 0;
  }
  putLiteral(bytes, literalFrom, length, out);
}

function putLiteral(source: Uint8Array, from: number, to: number, out: ByteWriter): void {
  if (to === from) return;
  const count = to - from;
  out.reserve(count + 4);
  const { bytes } = out;
  let at = out.length;
  const size = count - 1;
  if (size < 60) bytes[at++] = size << 2;
  else {
    const extra = size < 2 ** 8 ? 1 : size < 2 ** 16 ? 2 : 3;
    bytes[at++] = (59 + extra) << 2;
    for (let i = 0; i < extra; i++) bytes[at++] = (size >> (8 * i)) & 255;
  }
  if (count >= LONG) bytes.set(source.subarray(from, to), at);
  else for (let i = 0; i < count; i++) bytes[at + i] = source[from + i]!;
  out.length = at + count;
}

/** In copies of at most 64 bytes, the last one of four at least. */
function putCopy(back: number, count: number, out: ByteWriter): void {
  out.reserve(3 * ((count >> 5) + 2));
  const { bytes } = out;
  let at = out.length;
  let left = count;
  while (left > 0) {
    const size = left > 67 ? 64 : left > 64 ? 60 : left;
    if (size < 12 && back < 2048) {
      bytes[at++] = 1 | ((size - 4) << 2) | ((back >> 8) << 5);
      bytes[at++] = back & 255;
    } else {
      bytes[at++] = 2 | ((size - 1) << 2);
      bytes[at++] = back & 255;
      bytes[at++] = back >> 8;
    }
    left -= size;
  }
  out.length = at;
}
