/**
 * Reads a file, plain, gzip, zstd or alone in a zip, in pieces or line by line without ever holding the whole of it, and says
 * what file it was. Knows nothing of what is in it. Called by the importers.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { OneLineError } from '../one-line-error.js';
import { findScript } from '../tape/worker-script.js';
import { readAhead } from './read-ahead.js';
import { PLACE } from './read-ring.js';
import { CUT_OFF, tap, UNPACKED, unzip } from './unpacking.js';
import { findZipEntry, type ZipEntry } from './zip-entry.js';
import { ZstdError } from './zstd-stream.js';

/** Something in an input file that cannot be imported. The message starts with file and line and fits one line. */
export class ImportError extends OneLineError {
  override readonly name = 'ImportError';
}

/** Which file it was that a tape came from. */
export interface InputFact {
  /** File name without folders. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Hex SHA-256 of the file as it lies on disk (compressed, if it is). */
  readonly sha256: string;
  /** 0 of files without lines. */
  readonly lines: number;
}

/** How far an importer has come; bytes as on disk, `file` counts from 0. */
export interface ImportProgress {
  readonly file: number;
  readonly files: number;
  readonly path: string;
  readonly bytesRead: number;
  readonly bytesTotal: number;
}
export type OnProgress = (progress: ImportProgress) => void;

/**
 * Called for each line, which is `bytes` from `start` to `end` without its line end. The bytes are borrowed for the call.
 * `line` counts from 1. A `RangeError` thrown here comes out as an {@link ImportError} with file and line.
 */
export type OnLine = (bytes: Buffer, start: number, end: number, line: number) => void;

/** Longest line in bytes; a capture's snapshot of 5,000 levels has about 150 kB. */
const LONGEST_LINE = 64 * 1024 * 1024;
const NEWLINE = 10;
const RETURN = 13;

/**
 * Reads the whole file. Throws {@link ImportError} when it is missing, no file, compressed in another way, damaged or
 * truncated, and where `onLine` refuses a line.
 */
export async function readLines(
  path: string,
  onLine: OnLine,
  onBytes: (read: number, total: number) => void = () => {},
  entry?: PieceReading['entry'],
): Promise<InputFact> {
  const splitter = new LineSplitter(path, onLine);
  const place = () => `${path}:${splitter.lines + 1}`;
  const take = (bytes: Buffer) => splitter.push(bytes);
  const fact = await readPieces(path, { take, onBytes, place, unit: 'this line', entry });
  splitter.end();
  return { ...fact, lines: splitter.lines };
}

/** How {@link readPieces} hands a file on. */
export interface PieceReading {
  /** Takes the next bytes, unpacked; they are borrowed for the call. */
  readonly take: (bytes: Buffer) => void;
  /** Asked after each piece: the rest need not be read. */
  readonly enough?: () => boolean;
  readonly onBytes?: (read: number, total: number) => void;
  /** Path and place that has been reached, for errors of the packing. */
  readonly place: () => string;
  /** What stands at that place: `this line`. */
  readonly unit: string;
  /** Which file of a zip archive it is, by its name, where there may be several. Default: there is one. */
  readonly entry?: ((name: string) => boolean) | undefined;
  /** A word about a packing that is known here, by the first four bytes in hex; else the usual one. */
  readonly refusal?: (magic: string) => string | undefined;
  /** Read and unpack on a second thread. Default: files from 16 MB on, which pay for starting one. */
  readonly ahead?: boolean;
}

const AHEAD_BYTES = 16 * 2 ** 20;

/**
 * Reads a file piece by piece, unpacked by what its first bytes say. Throws {@link ImportError} when it is missing, no file,
 * compressed in another way, damaged or truncated. The hash is of the whole file only if all of it was read.
 */
export async function readPieces(path: string, reading: PieceReading): Promise<InputFact> {
  const handle = await openInput(path);
  try {
    const { size } = await handle.stat();
    const packing = await packingOf(handle, path, reading.refusal);
    // Functions cannot be asked on the other thread.
    const possible = reading.entry === undefined && reading.enough === undefined;
    const script = possible && (reading.ahead ?? size >= AHEAD_BYTES) ? findScript('read-worker') : undefined;
    if (script !== undefined) return await pieces(script, path, size, reading);
    const entry = packing === 'zip' ? await zipEntry(handle, size, path, reading.entry) : undefined;
    const hash = createHash('sha256');
    const tapped = tap(handle, size, (chunk, read) => {
      hash.update(chunk);
      reading.onBytes?.(read, size);
    });
    try {
      for await (const chunk of entry === undefined
        ? UNPACKED[packing as keyof typeof UNPACKED](tapped)
        : unzip(tapped, entry)) {
        reading.take(chunk);
        if (reading.enough?.() === true) break;
      }
    } catch (cause) {
      throw readError(path, reading, packing, cause);
    }
    return { name: basename(path), sizeBytes: size, sha256: hash.digest('hex'), lines: 0 };
  } finally {
    await handle.close();
  }
}

/** The pieces of a file from the other thread. */
async function pieces(script: URL, path: string, size: number, reading: PieceReading): Promise<InputFact> {
  const { take, unit } = reading;
  const outcome = await readAhead(script, path, { take, unit, onBytes: (read) => reading.onBytes?.(read, size) });
  if ('sha256' in outcome) return { name: basename(path), sizeBytes: size, sha256: outcome.sha256, lines: 0 };
  const { failure, refused } = outcome;
  throw refused ? new ImportError(failure.replace(PLACE, reading.place)) : new Error(`${path}: ${failure}`);
}

async function openInput(path: string): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    if ((await handle.stat()).isFile()) return handle;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new ImportError(`${path}: there is no such file`);
    if (code === 'EACCES') throw new ImportError(`${path}: it may not be read (no permission)`);
    throw new ImportError(`${path}: ${message}`);
  }
  await handle.close();
  throw new ImportError(`${path}: is a folder or a device, not a file`);
}

type Packing = 'gzip' | 'zstd' | 'zip' | 'plain';

/** By the first bytes, whatever the name says. */
async function packingOf(handle: FileHandle, path: string, refusal: PieceReading['refusal']): Promise<Packing> {
  const head = Buffer.alloc(4);
  const { bytesRead } = await handle.read(head, 0, 4, 0);
  if (bytesRead === 0) throw new ImportError(`${path}: the file is empty`);
  const magic = head.subarray(0, bytesRead).toString('hex');
  if (magic.startsWith('1f8b')) return 'gzip';
  const word = refusal?.(magic);
  if (word !== undefined) throw new ImportError(`${path}: ${word}`);
  if (magic === '28b52ffd') return 'zstd';
  if (magic === '504b0304') return 'zip';
  const other = OTHER_MAGIC.find(([start]) => magic.startsWith(start));
  if (other !== undefined) {
    throw new ImportError(`${path}: is ${other[1]}, not plain, gzip, zstd or zip; unpack it first`);
  }
  return 'plain';
}

const OTHER_MAGIC: readonly (readonly [string, string])[] = [
  ['504b0506', 'an empty zip archive'],
  ['425a68', 'bzip2-compressed'],
  ['fd377a58', 'xz-compressed'],
  ['50415231', 'a Parquet file'],
  ['fffe', 'UTF-16 text'],
  ['feff', 'UTF-16 text'],
];

async function zipEntry(
  handle: FileHandle,
  size: number,
  path: string,
  wanted: PieceReading['entry'],
): Promise<ZipEntry> {
  try {
    return await findZipEntry(handle, size, wanted);
  } catch (cause) {
    throw cause instanceof RangeError ? new ImportError(`${path}: ${cause.message}`) : cause;
  }
}

function readError(path: string, { place, unit }: PieceReading, packing: Packing, cause: unknown): unknown {
  if (cause instanceof ImportError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  if (packing === 'zip' && cause instanceof RangeError && code === undefined) {
    return new ImportError(`${path}: ${message}`);
  }
  if (code === 'Z_BUF_ERROR' || message === CUT_OFF) {
    return new ImportError(`${place()}: the ${packing} data ends in the middle of ${unit}: the file was cut off`);
  }
  if (code?.startsWith('Z_') || cause instanceof ZstdError) {
    return new ImportError(`${place()}: the ${packing} data is damaged from about here on (${message})`);
  }
  return code === undefined ? cause : new ImportError(`${path}: ${message}`);
}

/** Cuts chunks into lines; a line that spans chunks is put together first. */
class LineSplitter {
  lines = 0;
  readonly #path: string;
  readonly #onLine: OnLine;
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(path: string, onLine: OnLine) {
    this.#path = path;
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let start = 0;
    let end = chunk.indexOf(NEWLINE);
    if (end >= 0 && this.#restBytes > 0) {
      this.#rest.push(chunk.subarray(0, end));
      const line = Buffer.concat(this.#rest);
      this.#forget();
      this.#give(line, 0, line.length);
      start = end + 1;
      end = chunk.indexOf(NEWLINE, start);
    }
    while (end >= 0) {
      this.#give(chunk, start, end);
      start = end + 1;
      end = chunk.indexOf(NEWLINE, start);
    }
    if (start === chunk.length) return;
    this.#rest.push(Buffer.from(chunk.subarray(start)));
    this.#restBytes += chunk.length - start;
    if (this.#restBytes > LONGEST_LINE) {
      throw new ImportError(
        `${this.#path}:${this.lines + 1}: no line end within ${LONGEST_LINE} bytes: not a text file`,
      );
    }
  }

  end(): void {
    if (this.#restBytes === 0) return;
    const line = Buffer.concat(this.#rest);
    this.#forget();
    this.#give(line, 0, line.length, ' (the last line has no line end: the file may have been cut off)');
  }

  #forget(): void {
    this.#rest = [];
    this.#restBytes = 0;
  }

  #give(bytes: Buffer, start: number, end: number, hint = ''): void {
    this.lines++;
    const last = end > start && bytes[end - 1] === RETURN ? end - 1 : end;
    try {
      this.#onLine(bytes, start, last, this.lines);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new ImportError(`${this.#path}:${this.lines}: ${cause.message}${hint}`);
    }
  }
}
