/**
 * Opens one tape in a process of its own and says how long that took and how much of it was read. A script; started by inspect.
 */
import fs from 'node:fs';
import { openTape } from '../bridges/tape/tape-file.js';
import { answer, jobOf } from './fresh-process.js';

export interface OpenJob {
  readonly file: string;
}

export interface OpenAnswer {
  readonly seconds: number;
  /** Of the tape. */
  readonly bytesRead: number;
}

const { file } = jobOf<OpenJob>();
const readSync = fs.readSync;
let bytesRead = 0;
fs.readSync = (...args: unknown[]) => {
  const read = (readSync as (...args: unknown[]) => number)(...args);
  bytesRead += read;
  return read;
};
const start = performance.now();
openTape(file);
answer({ seconds: (performance.now() - start) / 1e3, bytesRead } satisfies OpenAnswer);
