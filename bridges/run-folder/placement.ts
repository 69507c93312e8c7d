/**
 * Where a run folder goes: refuses what must not be overwritten, and puts a folder in place whole or not at all.
 * Knows nothing of what is in the folder beyond its file names. Called by the run folder.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { OneLineError } from '../one-line-error.js';
import { RUN_FORMAT } from './manifest.js';

/** A run folder could not be written or read; the message is one line for people. */
export class RunFolderError extends OneLineError {
  override readonly name = 'RunFolderError';
}

/**
 * Whether a run may be written to `folder`: it does not exist, is empty, or is a run folder that `overwrite` gives up.
 * Creates the folder's parents. Call it before a long run, so that a bad folder is known at once. Throws
 * {@link RunFolderError}.
 */
export function checkRunFolder(folder: string, ownFiles: readonly string[], overwrite: boolean): void {
  guarded(folder, () => {
    const target = placeOf(folder);
    mkdirSync(dirname(target), { recursive: true });
    // A folder made and taken away again shows that this place can be written.
    const beside = makeBeside(target);
    rmdirSync(beside);
    if (!existsSync(target)) return;
    refuseUnlessFree(folder, target, ownFiles, overwrite);
    if (readdirSync(target).length > 0) return;
    // A mount point cannot be replaced; better known now than after the run.
    renameSync(target, beside);
    renameSync(beside, target);
  });
}

/**
 * Fills a new folder beside `folder` with `fill`, then renames it into place. When anything fails, nothing is left
 * behind and a run folder that was there stays as it was. Throws {@link RunFolderError}.
 */
export function placeFolder(
  folder: string,
  ownFiles: readonly string[],
  overwrite: boolean,
  fill: (path: string) => void,
): void {
  checkRunFolder(folder, ownFiles, overwrite);
  guarded(folder, () => {
    const target = placeOf(folder);
    const beside = makeBeside(target);
    try {
      fill(beside);
      putInPlace(beside, target);
    } finally {
      rmSync(beside, { recursive: true, force: true });
    }
  });
}

/** Writes a file of a run folder beside, then renames it into place. Throws {@link RunFolderError}. */
export function replaceFile(path: string, text: string): void {
  guarded(dirname(path), () => {
    const beside = join(dirname(path), `.${basename(path)}.partial-${process.pid}`);
    try {
      writeFileSync(beside, text);
      renameSync(beside, path);
    } finally {
      rmSync(beside, { force: true });
    }
  });
}

function putInPlace(beside: string, target: string): void {
  if (!existsSync(target)) {
    renameSync(beside, target);
    return;
  }
  const old = `${beside}.old`;
  renameSync(target, old);
  try {
    renameSync(beside, target);
  } catch (error) {
    renameSync(old, target);
    throw error;
  }
  rmSync(old, { recursive: true });
}

function refuseUnlessFree(folder: string, target: string, ownFiles: readonly string[], overwrite: boolean): void {
  if (!statSync(target).isDirectory()) throw new RunFolderError(`run folder "${folder}" is a file; give a folder`);
  const entries = readdirSync(target);
  if (entries.length === 0) return;
  if (!isRunFolder(target)) {
    throw new RunFolderError(
      `run folder "${folder}" holds other files (${listed(entries)}) and is no tickwright run; give another folder`,
    );
  }
  const foreign = entries.filter((entry) => !ownFiles.includes(entry));
  if (overwrite && foreign.length > 0) {
    throw new RunFolderError(
      `run folder "${folder}" also holds files that are not the run's (${listed(foreign)}); move them or give another folder`,
    );
  }
  if (!overwrite) {
    throw new RunFolderError(
      `run folder "${folder}" already holds a run; give another folder, or overwrite it (option overwrite)`,
    );
  }
}

function isRunFolder(target: string): boolean {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'format' in manifest && manifest.format === RUN_FORMAT;
  } catch {
    return false;
  }
}

/** The absolute path; through a link to what it points at, so that the link stays. */
function placeOf(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : resolve(folder);
}

/** A new empty folder: hidden, in the same file system, and telling by its name what it is to become. */
function makeBeside(target: string): string {
  for (let attempt = 0; ; attempt++) {
    const path = join(dirname(target), `.${basename(target)}.partial-${process.pid}-${attempt}`);
    if (existsSync(path)) continue;
    mkdirSync(path);
    return path;
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

const SYSTEM_FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file',
  ENOENT: 'the path cannot be created',
  EBUSY: 'it is a mount point; give a folder inside it',
  EXDEV: 'it is a mount point; give a folder inside it',
  ENAMETOOLONG: 'the name is too long',
};

/** Turns what the file system throws into one line that names the folder. */
function guarded(folder: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof RunFolderError) throw error;
    throw new RunFolderError(`run folder "${folder}" cannot be written: ${SYSTEM_FAULTS[code] ?? code} (${code})`, {
      cause: error,
    });
  }
}
