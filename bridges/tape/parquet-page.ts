/**
 * A page's header: what kind of page, how many bytes and values, its encoding, and the CRC-32 that guards its bytes.
 * Knows nothing of what the values mean. Called by the row group encoder and decoder.
 */
import zlib from 'node:zlib';
import type { ByteWriter } from './byte-writer.js';
import { Encoding } from './tape-layout.js';
import { ThriftReader, ThriftWriter } from './thrift.js';

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;

export interface PageHeader {
  readonly dictionary: boolean;
  readonly values: number;
  readonly encoding: number;
  /** Where the page's bytes start and end in the bytes it was read from. */
  readonly start: number;
  readonly end: number;
}

/** CRC-32 (ISO-HDLC, as gzip) of some bytes. */
export const crc32 = (bytes: Uint8Array): number => zlib.crc32(bytes);

/** Writes header and bytes of one page; returns how many bytes both take. */
export function writePage(out: ByteWriter, page: Uint8Array, dictionary: boolean, values: number, encoding: Encoding) {
  const before = out.length;
  const thrift = new ThriftWriter(out);
  thrift.int32(1, dictionary ? DICTIONARY_PAGE : DATA_PAGE);
  thrift.int32(2, page.length);
  thrift.int32(3, page.length);
  thrift.int32(4, crc32(page) | 0);
  thrift.struct(dictionary ? 7 : 5, () => {
    thrift.int32(1, values);
    thrift.int32(2, encoding);
    if (!dictionary) {
      // Required columns have no levels; the format wants their encodings named all the same.
      thrift.int32(3, Encoding.rle);
      thrift.int32(4, Encoding.rle);
    }
  });
  thrift.end();
  out.append(page);
  return out.length - before;
}

/**
 * Reads the header at `at` and checks the page's bytes, which must end by `end`. `base`: the offset of `bytes[0]` in the
 * file, for messages. Every field must be there and no other, so that no flipped bit of a header goes unseen.
 */
export function readPage(bytes: Uint8Array, at: number, end: number, base: number): PageHeader {
  const thrift = new ThriftReader(bytes, at, end, base);
  let type = -1;
  let size = -1;
  let stored = -1;
  let crc: number | undefined;
  let values = -1;
  let encoding = -1;
  let levels = 0;
  let body = 0;
  for (let id = thrift.nextField(0); id !== 0; id = thrift.nextField(id)) {
    if (id === 1) type = thrift.integer();
    else if (id === 2) size = thrift.integer();
    else if (id === 3) stored = thrift.integer();
    else if (id === 4) crc = thrift.integer();
    else if (id === 5 || id === 7) {
      thrift.struct();
      body = id;
      for (let inner = thrift.nextField(0); inner !== 0; inner = thrift.nextField(inner)) {
        if (inner === 1) values = thrift.integer();
        else if (inner === 2) encoding = thrift.integer();
        else if (id === 5 && (inner === 3 || inner === 4) && thrift.integer() === Encoding.rle) levels++;
        else throw thrift.fault(`page header: field ${inner} is none of a tape's`);
      }
    } else throw thrift.fault(`page header: field ${id} is none of a tape's`);
  }
  const dictionary = type === DICTIONARY_PAGE;
  const whole =
    (dictionary || type === DATA_PAGE) &&
    body === (dictionary ? 7 : 5) &&
    levels === (dictionary ? 0 : 2) &&
    size >= 0 &&
    stored === size &&
    crc !== undefined &&
    values >= 0 &&
    encoding >= 0;
  if (!whole) throw thrift.fault('page header: it is damaged');
  if (size > end - thrift.at) throw thrift.fault(`page of ${size} bytes runs past its column's end`);
  const start = thrift.at;
  if (crc32(bytes.subarray(start, start + size)) !== crc! >>> 0) {
    throw thrift.fault(`page of ${size} bytes does not match its checksum: the file is damaged`);
  }
  return { dictionary, values, encoding, start, end: start + size };
}
