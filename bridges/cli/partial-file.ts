/**
 * A file that appears whole or not at all: written beside its place, then renamed; gone when the program ends before.
 * Knows nothing of what is in it. Called by commands that write files of their own.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export class PartialFile {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: number;
  #done = false;
  readonly #atExit = () => rmSync(this.#partial, { force: true });

  /** Throws `Error` of one line where the folder is missing or cannot be written to. */
  constructor(path: string) {
    this.#path = resolve(path);
    this.#partial = `${this.#path}.${process.pid}.partial`;
    try {
      this.#file = openSync(this.#partial, 'wx');
    } catch (cause) {
      throw new Error(`${path}: cannot be written: ${reasonText(cause as NodeJS.ErrnoException, this.#path)}`, {
        cause,
      });
    }
    process.on('exit', this.#atExit);
  }

  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) from += writeSync(this.#file, bytes, from);
  }

  /** Puts the file in its place, over one that is there. */
  finish(): void {
    this.#done = true;
    fsyncSync(this.#file);
    closeSync(this.#file);
    process.off('exit', this.#atExit);
    try {
      renameSync(this.#partial, this.#path);
    } catch (cause) {
      rmSync(this.#partial, { force: true });
      throw new Error(`${this.#path}: cannot be written: ${(cause as Error).message}`, { cause });
    }
  }

  /** Takes away what was written; does nothing after `finish`. */
  discard(): void {
    if (this.#done) return;
    this.#done = true;
    closeSync(this.#file);
    process.off('exit', this.#atExit);
    rmSync(this.#partial, { force: true });
  }
}

function reasonText(cause: NodeJS.ErrnoException, path: string): string {
  const texts: Record<string, string> = {
    ENOENT: `the folder ${dirname(path)} is not there`,
    ENOTDIR: `${dirname(path)} is not a folder`,
    EACCES: `no permission to write to ${dirname(path)}`,
    EROFS: `${dirname(path)} is on a read-only file system`,
    ENOSPC: 'the disk is full',
  };
  return texts[cause.code ?? ''] ?? cause.message;
}
