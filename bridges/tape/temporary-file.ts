/**
 * A file that appears whole or not at all: written beside its place, synced, then renamed into it.
 * Knows nothing of tapes. Called by the tape writer.
 */
import fs from 'node:fs';
import path from 'node:path';
import { TapeError } from './tape-error.js';

let temporaries = 0;
/** Files to remove when the process ends in the middle of one. */
const unfinished = new Set<string>();

/** Ends with `publish` or `discard`; what a killed process leaves behind is called `<target>.tmp-<process>-<number>`. */
export class TemporaryFile {
  readonly #target: string;
  /** Where it is until it is published. */
  readonly path: string;
  #descriptor: number | undefined;

  constructor(target: string) {
    this.#target = target;
    this.path = `${target}.tmp-${process.pid}-${temporaries++}`;
    if (fs.statSync(target, { throwIfNoEntry: false })?.isDirectory()) throw new TapeError('it is a folder');
    if (unfinished.size === 0 && temporaries === 1) {
      process.on('exit', () => {
        for (const file of unfinished) fs.rmSync(file, { force: true });
      });
    }
    this.#descriptor = fs.openSync(this.path, 'wx');
    unfinished.add(this.path);
  }

  /** The descriptor; throws when the file is done with. */
  requireOpen(): number {
    if (this.#descriptor === undefined) throw new TapeError('it is finished or was given up already');
    return this.#descriptor;
  }

  write(bytes: Uint8Array): void {
    const descriptor = this.requireOpen();
    for (let at = 0; at < bytes.length; ) at += fs.writeSync(descriptor, bytes, at);
  }

  publish(): void {
    const descriptor = this.requireOpen();
    fs.fsyncSync(descriptor);
    fs.closeSync(descriptor);
    this.#descriptor = undefined;
    fs.renameSync(this.path, this.#target);
    unfinished.delete(this.path);
    syncFolder(path.dirname(this.#target));
  }

  discard(): void {
    if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor);
    this.#descriptor = undefined;
    if (unfinished.delete(this.path)) fs.rmSync(this.path, { force: true });
  }
}

/** Makes the new name survive a power cut. Not every system can sync a folder; the file itself is safe by then. */
function syncFolder(folder: string): void {
  try {
    const descriptor = fs.openSync(folder, 'r');
    try {
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  } catch {
    // As said above.
  }
}
