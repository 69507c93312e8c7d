/**
 * A file's bytes piece by piece, and how those of each packing come out. Knows nothing of files that are refused, or of what is in them.
 * Called by input-file.
 */
import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { crc32, createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib';
import type { ZipEntry } from './zip-entry.js';
import { ZstdError, ZstdUnpacker } from './zstd-stream.js';

/** The file's bytes; while one piece is worked on, the next is being read. */
export async function* tap(
  handle: FileHandle,
  size: number,
  onChunk: (chunk: Buffer, read: number) => void,
): AsyncGenerator<Buffer> {
  let read = 0;
  let next = nextPart(handle, read, size);
  for (;;) {
    const part = await next;
    if (part.length === 0) return;
    read += part.length;
    next = nextPart(handle, read, size);
    onChunk(part, read);
    yield part;
  }
}

function nextPart(handle: FileHandle, at: number, size: number): Promise<Buffer> {
  // A buffer of its own each time: the decompressor may still hold the one before. Small for small files, and for the end.
  const chunk = Buffer.allocUnsafe(Math.min(256 * 1024, Math.max(4096, size - at)));
  const part = handle.read(chunk, 0, chunk.length, at).then(({ bytesRead }) => chunk.subarray(0, bytesRead));
  // It may never be asked for, where the rest of the file is not wanted.
  part.catch(() => {});
  return part;
}

/** How the bytes of each packing come out. */
export const UNPACKED = {
  plain: (source: AsyncIterable<Buffer>) => source,
  gzip: gunzip,
  zstd: unpackZstd,
} as const;

function gunzip(source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return through(source, createGunzip({ chunkSize: 256 * 1024 }));
}

/** The unpacked data of the entry; all of the archive is read, as its hash is of all. Throws `RangeError` where damaged. */
export async function* unzip(source: AsyncIterable<Buffer>, entry: ZipEntry): AsyncGenerator<Buffer> {
  const packed = cut(source, entry.from, entry.to);
  const inflater = entry.deflated ? createInflateRaw({ chunkSize: 256 * 1024 }) : undefined;
  let sum = 0;
  let bytes = 0;
  for await (const chunk of inflater === undefined ? packed : through(packed, inflater)) {
    sum = crc32(chunk, sum);
    bytes += chunk.length;
    yield chunk;
  }
  // An inflater stops at the end of the deflated data, wherever that is.
  const used = inflater?.bytesWritten ?? entry.to - entry.from;
  if (sum !== entry.crc32 || bytes !== entry.unpackedBytes || used !== entry.to - entry.from) {
    throw new RangeError('the zip data is damaged: what it unpacks to has another checksum or size than it should');
  }
}

/** The bytes from `from` to `to` of all that the source gives. */
async function* cut(source: AsyncIterable<Buffer>, from: number, to: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of source) {
    const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
    at += chunk.length;
    if (part.length > 0) yield part;
  }
}

function through(source: AsyncIterable<Buffer>, unpacked: Gunzip | InflateRaw): AsyncIterable<Buffer> {
  // The callback is needed for `pipeline` to hand errors of the source on to the reader of `unpacked`.
  pipeline(Readable.from(source, { objectMode: false }), unpacked, () => {});
  return unpacked;
}

async function* unpackZstd(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unpacker = await ZstdUnpacker.create();
  try {
    for await (const chunk of source) yield* unpacker.unpack(chunk);
    if (!unpacker.whole) throw new ZstdError(CUT_OFF);
  } finally {
    unpacker.close();
  }
}

export const CUT_OFF = 'cut off';
