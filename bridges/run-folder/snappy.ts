/**
 * Snappy, unpacking: for bytes that nobody vouches for. Knows nothing of Parquet. Called by the pages of tables.
 *
 * Our own because hyparquet's never ends where a literal says that its length is negative, and copies long literals byte by byte.
 * Format: github.com/google/snappy, `format_description.txt`.
 */

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
