/**
 * Where bytes wait while a tape is made: in memory, or in scratch files beside the tape (or in a folder of choice).
 * Knows nothing of rows. Called by the command line, which opens it, and by row-file and row-ordering.
 *
 * A scratch file loses its name as soon as it is open, where the system can do that (all but Windows): whatever ends the process,
 * the room is free again. Elsewhere it is removed at the end, and what a killed process left is removed by `removeLeftovers`.
 */
import fs from 'node:fs';
import path from 'node:path';
import { ImportError } from '../input-file.js';

/** Bytes that are written once, changed here and there, and read again. */
export interface ByteStore {
  write(bytes: Uint8Array, at: number): void;
  /** Fills `bytes` from `at` on; all of it was written before. */
  read(bytes: Uint8Array, at: number): void;
  /** Gives the room back. */
  release(): void;
}

/** In memory, in chunks of one size; no write and no read crosses from one to the next. */
export class MemoryBytes implements ByteStore {
  readonly #chunkBytes: number;
  readonly #chunks: Uint8Array[] = [];

  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes;
  }

  write(bytes: Uint8Array, at: number): void {
    const chunk = Math.floor(at / this.#chunkBytes);
    this.#chunks[chunk] ??= new Uint8Array(this.#chunkBytes);
    this.#chunks[chunk].set(bytes, at % this.#chunkBytes);
  }

  read(bytes: Uint8Array, at: number): void {
    const from = at % this.#chunkBytes;
    bytes.set(this.#chunks[Math.floor(at / this.#chunkBytes)]!.subarray(from, from + bytes.length));
  }

  release(): void {
    this.#chunks.length = 0;
  }
}

/** Names of this process that are still there, for the end of it. */
const named = new Set<string>();
let opened = 0;

/** The scratch files of one import. */
export class Scratch {
  /** The tape that is made. */
  readonly target: string;
  readonly #folder: string;
  readonly #atClose: (() => void)[] = [];
  readonly #files: ScratchFile[] = [];
  readonly #places: string[] = [];
  /** Rows that have gone into it so far, for the progress. */
  rows = 0;

  /** `target`: the tape that is made. `folder`: where the files lie; default: beside it. */
  constructor(target: string, folder: string = path.dirname(target)) {
    this.target = target;
    this.#folder = folder;
  }

  /** A new, empty file. Throws {@link ImportError} where none can be made. */
  open(): ByteStore {
    const file = new ScratchFile(this.#nextName(), this.#folder);
    this.#files.push(file);
    return file;
  }

  /** A name that nothing has, for a file or a folder that others make and that is removed with the rest. */
  place(): string {
    const name = this.#nextName();
    named.add(name);
    this.#places.push(name);
    return name;
  }

  #nextName(): string {
    if (opened === 0) process.on('exit', () => removeAll(named));
    return path.join(this.#folder, `${path.basename(this.target)}.scratch-${process.pid}-${opened++}`);
  }

  /** Something else to do when it is closed. */
  atClose(act: () => void): void {
    this.#atClose.push(act);
  }

  /** Removes all of them. */
  close(): void {
    for (const act of this.#atClose) act();
    for (const file of this.#files) file.release();
    removeAll(this.#places);
    for (const name of this.#places) named.delete(name);
  }
}

function removeAll(names: Iterable<string>): void {
  for (const name of names) fs.rmSync(name, { force: true, recursive: true });
}

class ScratchFile implements ByteStore {
  readonly #name: string;
  readonly #folder: string;
  #descriptor: number | undefined;

  constructor(name: string, folder: string) {
    this.#name = name;
    this.#folder = folder;
    try {
      this.#descriptor = fs.openSync(name, 'wx+');
    } catch (cause) {
      throw this.#fault(cause as NodeJS.ErrnoException, 0);
    }
    named.add(name);
    this.#unname();
  }

  #unname(): void {
    try {
      fs.unlinkSync(this.#name);
      named.delete(this.#name);
    } catch {
      // Windows keeps the name of an open file; `release` tries again.
    }
  }

  write(bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length; ) {
      try {
        done += fs.writeSync(this.#descriptor!, bytes, done, bytes.length - done, at + done);
      } catch (cause) {
        throw this.#fault(cause as NodeJS.ErrnoException, at + done);
      }
    }
  }

  read(bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length; ) {
      const read = fs.readSync(this.#descriptor!, bytes, done, bytes.length - done, at + done);
      if (read === 0)
        throw new ImportError(`${this.#name}: the scratch file ends at byte ${at + done}: it was cut off`);
      done += read;
    }
  }

  release(): void {
    if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor);
    this.#descriptor = undefined;
    if (named.has(this.#name)) this.#unname();
  }

  #fault({ code, message }: NodeJS.ErrnoException, at: number): ImportError {
    const full = code === 'ENOSPC' || code === 'EFBIG' || code === 'EDQUOT';
    if (!full) return new ImportError(`${this.#folder}: no scratch file can be written there: ${message}`);
    return new ImportError(
      `${this.#folder}: there is no room for the rows of this import (${code} after ${at} bytes): ` +
        'make some 60 bytes for each row, or name a folder on another disk (--scratch)',
    );
  }
}

/**
 * Removes what killed processes left behind of a tape: `<target>.tmp-<process>-<number>` beside it and
 * `<target>.scratch-<process>-<number>` beside it or in `folder`. What belongs to a living process stays. Returns the names removed.
 */
export function removeLeftovers(target: string, folder: string = path.dirname(target)): string[] {
  const removed: string[] = [];
  const prefix = `${path.basename(target)}.`;
  for (const place of new Set([path.resolve(path.dirname(target)), path.resolve(folder)])) {
    const entries = fs.existsSync(place) ? fs.readdirSync(place) : [];
    for (const entry of entries) {
      const match = entry.startsWith(prefix) ? /^(?:tmp|scratch)-(\d+)-\d+$/.exec(entry.slice(prefix.length)) : null;
      if (match === null || lives(Number(match[1]))) continue;
      fs.rmSync(path.join(place, entry), { force: true, recursive: true });
      removed.push(path.join(place, entry));
    }
  }
  return removed;
}

function lives(id: number): boolean {
  // Where processes are numbered anew (containers), an earlier one had this number.
  if (id === process.pid) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (cause) {
    // EPERM: it lives, and is somebody else's.
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
