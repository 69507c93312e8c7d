/**
 * Changes to a catalogue's folder: files are made under names of their own, then `catalog.json` is replaced, then what it no
 * longer names goes, unless somebody may be reading it. Killed at any moment, the folder is as before or as after, and the next
 * change takes away what was left lying.
 * Knows nothing of rows. Called by what adds, compacts and removes.
 */
import fs from 'node:fs';
import path from 'node:path';
import { KIND_NAMES } from '../../core/market.js';
import { openTape, type TapeFile } from '../tape/tape-file.js';
import { CatalogError } from './catalog-error.js';
import { type CatalogPart, type CatalogState, readState, STATE_FILE, writeState } from './catalog-state.js';
import { liveTickets, Ticket, WORK_FOLDER } from './tickets.js';

/** `DAY.NONCE.parquet`, `DAY.NONCE.opening.parquet`, `….closing.parquet`, `import.NONCE.parquet`; what a killed process leaves of one. */
const PART_NAME = /\.([0-9a-f]{12})(?:\.(?:opening|closing))?\.parquet(?:\.(?:tmp|scratch)-\d+-\d+)?$/;
const STATE_LEFTOVER = new RegExp(`^${STATE_FILE.replace('.', '\\.')}\\.tmp-`);

/** What of a day is in a file: its rows, the books before them, what rests after them. */
export type FileRole = 'rows' | 'opening' | 'closing';

/** Changes under way, whose files go when the process ends in the middle of one. */
const open = new Set<CatalogChange>();
let watching = false;

/** One change that is being prepared. Ends with `end`. */
export class CatalogChange {
  readonly folder: string;
  readonly #ticket: Ticket;
  readonly #made: string[] = [];
  #kept = false;

  constructor(folder: string) {
    this.folder = folder;
    try {
      fs.mkdirSync(folder, { recursive: true });
      this.#ticket = new Ticket(folder, 'writers');
    } catch (error) {
      throw new CatalogError(`catalogue ${folder}: cannot be changed: ${(error as Error).message}`);
    }
    open.add(this);
    if (watching) return;
    watching = true;
    process.on('exit', () => {
      for (const change of open) change.end();
    });
  }

  /** A path in the folder for a new file of an instrument's day; its folder is there. */
  fileFor(venue: string, symbol: string, day: string, role: FileRole): string {
    const own = path.join(this.folder, escaped(venue), escaped(symbol));
    fs.mkdirSync(own, { recursive: true });
    const file = path.join(own, `${day}.${this.#ticket.nonce}${role === 'rows' ? '' : `.${role}`}.parquet`);
    this.#made.push(file);
    return file;
  }

  /** A path for something that lasts no longer than this change. */
  scratchFile(): string {
    const file = path.join(this.folder, `import.${this.#ticket.nonce}.parquet`);
    this.#made.push(file);
    return file;
  }

  /**
   * Replaces the state by what `change` makes of it, or leaves it where that gives nothing; takes away what no longer belongs.
   * What `change` throws leaves everything as it was.
   */
  commit(change: (state: CatalogState | undefined) => CatalogState | undefined): CatalogState | undefined {
    return this.#ticket.locked(() => {
      const before = readState(this.folder);
      const after = change(before);
      if (after !== undefined) {
        writeState(this.folder, { ...after, revision: (before?.revision ?? 0) + 1 });
        this.#kept = true;
      }
      const state = after ?? before;
      if (state !== undefined) removeLeftovers(this.folder, state);
      return state;
    });
  }

  /** After `commit`, or instead of it: then what was made is removed. */
  end(): void {
    open.delete(this);
    if (!this.#kept) for (const file of this.#made) fs.rmSync(file, { force: true });
    for (const file of this.#made) if (path.dirname(file) === this.folder) fs.rmSync(file, { force: true });
    this.#ticket.end();
  }
}

/** Files that the state does not name, nobody is making, and nobody can be reading. */
function removeLeftovers(folder: string, state: CatalogState): void {
  const named = new Set(
    state.parts.flatMap(({ file, opening, closing }) =>
      [file, opening?.file, closing?.file].filter((each) => each !== undefined),
    ),
  );
  const writers = liveTickets(folder, 'writers');
  const read = liveTickets(folder, 'readers').size > 0;
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const inside = path.relative(folder, file).split(path.sep).join('/');
    if (inside.startsWith(`${WORK_FOLDER}/`) || named.has(inside)) continue;
    const nonce = PART_NAME.exec(entry.name)?.[1];
    const whole = nonce !== undefined && entry.name.endsWith('.parquet');
    if (nonce === undefined ? STATE_LEFTOVER.test(entry.name) : !writers.has(nonce) && !(whole && read)) {
      fs.rmSync(file, { force: true });
    }
  }
}

/** A name as one part of a path, on every system. */
function escaped(name: string): string {
  return encodeURIComponent(name).replace(
    /[!'()*~]|^\.|\.$/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** Files that were made for a day. */
export interface MadeFiles {
  readonly file: string;
  readonly opening?: { readonly file: string; readonly ns: bigint } | undefined;
  readonly closing?: string | undefined;
}

/** What the state says of files that were made. */
export function partOf(
  change: CatalogChange,
  about: Pick<CatalogPart, 'venue' | 'symbol' | 'day' | 'lastDay' | 'pieces'>,
  { file, opening, closing }: MadeFiles,
): CatalogPart {
  const inside = (made: string) => path.relative(change.folder, made).split(path.sep).join('/');
  const tape = openTape(file);
  const seal = (made: string) => {
    const { info, size } = openTape(made);
    return { file: inside(made), sha256: info.hash!, bytes: size };
  };
  return {
    ...about,
    ...{ ...seal(file), rows: tape.info.rows, counts: countsOf(tape) },
    ...{ exchangeNs: [...tape.metadata.exchangeNs!], localNs: [...tape.metadata.localNs!] },
    ...(opening === undefined ? {} : { opening: { ...seal(opening.file), ns: opening.ns } }),
    ...(closing === undefined ? {} : { closing: seal(closing) }),
  };
}

function countsOf({ info }: TapeFile): Record<string, number> {
  return Object.fromEntries(info.counts[0]!.flatMap((rows, kind) => (rows > 0 ? [[KIND_NAMES[kind]!, rows]] : [])));
}
