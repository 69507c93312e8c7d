/** Puts checksums of a changed tape right again, so that what lies behind them is tried. Called by tests of damage. */
import zlib from 'node:zlib';
import { CRC32_KEY } from '../../bridges/tape/footer-write.js';

/** The footer's, which stands as text behind its key. */
export function sealFooter(bytes: Buffer): Buffer {
  const length = bytes.readUInt32LE(bytes.length - 8);
  const footer = bytes.subarray(bytes.length - 8 - length, bytes.length - 8);
  // Behind the key stand the value's field head and its length.
  const at = footer.lastIndexOf(CRC32_KEY) + CRC32_KEY.length + 2;
  footer.fill('0', at, at + 8);
  footer.write(zlib.crc32(footer).toString(16).padStart(8, '0'), at, 'latin1');
  return bytes;
}

/** Those of a page whose header begins at `at` and whose bytes are `start` to `end`; `false` where the header's has another length. */
export function sealPage(bytes: Buffer, at: number, start: number, end: number, crcBefore: number): boolean {
  const before = zigzag(crcBefore);
  const after = zigzag(zlib.crc32(bytes.subarray(start, end)));
  const place = bytes.subarray(at, start).indexOf(before);
  if (place < 0 || before.length !== after.length) return false;
  after.copy(bytes, at + place);
  return true;
}

/** An int32 as Thrift's compact protocol writes it. */
function zigzag(unsigned: number): Buffer {
  const value = unsigned | 0;
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  const bytes: number[] = [];
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
