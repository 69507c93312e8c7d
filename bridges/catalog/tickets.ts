/**
 * Which processes work on a catalogue, and which of them may change it: a ticket is a file that says whose it is, the lock is a
 * second name of one. A killed process leaves both behind; whoever comes next sees that it is gone.
 * Knows nothing of what is in a catalogue. Called by its writers and readers.
 *
 * Node has no file locks. Two names for one file (`link`) are made by one process alone, so taking over a dead holder's lock is
 * itself such a name, one for each dead holder; only who has it may take the lock's name away, and looks again before doing so.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CatalogError } from './catalog-error.js';

/** Folder inside the catalogue. */
export const WORK_FOLDER = '.catalog';
const LOCK = 'lock';
/** How long one waits for another that is changing the catalogue, which takes milliseconds. */
const WAIT_MS = 60_000;
const RETRY_MS = 20;
/** A ticket that is being written for longer than this belongs to nobody. */
const UNFINISHED_MS = 60_000;

interface Holder {
  readonly nonce: string;
  readonly pid: number;
  readonly host: string;
  /** When the process began, as the system tells: another one may get the same number later. */
  readonly begun: string;
}

/** Open tickets of this process, taken away when it ends. */
const open = new Set<string>();
let watching = false;

/** One piece of work on a catalogue. `nonce` is part of the names of files that it makes. */
export class Ticket {
  readonly nonce = randomBytes(6).toString('hex');
  readonly #folder: string;
  readonly #file: string;

  /** `kind`: what the others shall see it as. Throws what the file system does. */
  constructor(folder: string, kind: 'writers' | 'readers') {
    this.#folder = path.join(folder, WORK_FOLDER);
    const own = path.join(this.#folder, kind);
    fs.mkdirSync(own, { recursive: true });
    this.#file = path.join(own, this.nonce);
    const holder: Holder = { nonce: this.nonce, pid: process.pid, host: os.hostname(), begun: begunOf(process.pid) };
    fs.writeFileSync(`${this.#file}.new`, JSON.stringify(holder), { flag: 'wx' });
    fs.renameSync(`${this.#file}.new`, this.#file);
    open.add(this.#file);
    if (watching) return;
    watching = true;
    process.on('exit', () => {
      for (const file of open) fs.rmSync(file, { force: true });
    });
  }

  end(): void {
    open.delete(this.#file);
    fs.rmSync(this.#file, { force: true });
  }

  /** Runs `work`, which must not wait for anything, while no other process changes the catalogue. */
  locked<T>(work: () => T): T {
    const lock = path.join(this.#folder, LOCK);
    const until = performance.now() + WAIT_MS;
    while (!this.#claim(lock)) {
      if (performance.now() > until) {
        const holder = readHolder(lock);
        throw new CatalogError(
          `catalogue ${path.dirname(this.#folder)}: process ${holder?.pid} on ${holder?.host} has been changing it for ` +
            `over ${WAIT_MS / 1000} s; if it is not running, remove ${lock}`,
        );
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
    try {
      return work();
    } finally {
      fs.unlinkSync(lock);
    }
  }

  /** Makes `name` a second name of the ticket; takes it over from a process that is gone. */
  #claim(name: string): boolean {
    if (linked(this.#file, name)) return true;
    const holder = readHolder(name);
    if (holder === undefined || isAlive(holder)) return false;
    const takeover = `${name}~${holder.nonce}`;
    if (!this.#claim(takeover)) return false;
    try {
      if (readHolder(name)?.nonce === holder.nonce) fs.unlinkSync(name);
    } finally {
      fs.unlinkSync(takeover);
    }
    return linked(this.#file, name);
  }
}

/** Numbers of the tickets of a kind whose processes live; those of the dead are removed. For who holds the lock. */
export function liveTickets(folder: string, kind: 'writers' | 'readers'): Set<string> {
  const own = path.join(folder, WORK_FOLDER, kind);
  const live = new Set<string>();
  for (const name of fs.existsSync(own) ? fs.readdirSync(own) : []) {
    const file = path.join(own, name);
    if (name.endsWith('.new')) {
      const made = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - made > UNFINISHED_MS) fs.rmSync(file, { force: true });
      live.add(name.replace(/\.new$/, ''));
      continue;
    }
    const holder = readHolder(file);
    if (holder !== undefined && isAlive(holder)) live.add(name);
    else fs.rmSync(file, { force: true });
  }
  return live;
}

function linked(file: string, name: string): boolean {
  try {
    fs.linkSync(file, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CatalogError(
      `${file}: cannot be read as a ticket (${(error as Error).message}); remove it if nothing runs`,
    );
  }
}

/** Processes of other machines are taken to live: nobody here can know. */
function isAlive({ pid, host, begun }: Holder): boolean {
  if (host !== os.hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return begunOf(pid) === begun;
}

/** Field 22 of Linux' /proc/PID/stat; the same empty text for all elsewhere. */
function begunOf(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
