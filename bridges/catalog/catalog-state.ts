/**
 * What a catalogue's `catalog.json` says: which files belong to it and what is in them. It is replaced whole, by a rename, and
 * is the one truth: a file that it does not name is not in the catalogue, whatever moment a writer was killed at.
 * Knows nothing of rows. Called by everything in this folder.
 */
import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { parseDate } from '../../core/time.js';
import { instrumentFields } from '../instrument-fields.js';
import { TemporaryFile } from '../tape/temporary-file.js';
import { CatalogError } from './catalog-error.js';

export const STATE_FILE = 'catalog.json';
const FORMAT = 'tickwright-catalog';
const VERSION = 1;

const int64 = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform((text) => BigInt(text));
const count = z.int().nonnegative();
const day = z.string().refine((text) => {
  try {
    parseDate(text);
    return true;
  } catch {
    return false;
  }
}, 'is no day');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A path inside the folder, with `/`. */
const inside = z.string().refine((text) => text !== '' && !text.split('/').includes('..') && !path.isAbsolute(text));

const instrument = z.strictObject({
  venue: z.string().min(1),
  ...instrumentFields,
  symbol: z.string().min(1),
  /** First and last day on which it was listed. */
  listed: day.exactOptional(),
  delisted: day.exactOptional(),
});

/** Which files of a vendor a source was imported from, and how. */
const imported = z.strictObject({
  format: z.string().min(1),
  /** Whatever decides, besides the files, what becomes of them: tick, lot, clocks …; of files that say so, their SHA-256. */
  options: z.record(z.string(), z.string()),
  files: z.array(z.strictObject({ name: z.string(), bytes: count, sha256 })).min(1),
});

const source = z.strictObject({
  sha256,
  name: z.string(),
  provenance: z.record(z.string(), z.string()),
  corrections: z.array(z.strictObject({ name: z.string(), count, note: z.string() })),
  /** Absent where a tape was added. */
  imported: imported.exactOptional(),
});

const part = z.strictObject({
  venue: z.string(),
  symbol: z.string(),
  /** First and last day of its rows. */
  day,
  lastDay: day,
  file: inside,
  sha256,
  bytes: count,
  rows: count,
  counts: z.record(z.string(), count),
  exchangeNs: z.tuple([int64, int64]),
  localNs: z.tuple([int64, int64]),
  /** Which pieces of which sources it holds, in order: of those a source was cut into, `from` to `to`. */
  pieces: z.array(z.strictObject({ source: sha256, from: count, to: count })).min(1),
  /** The books as they stood before its first row, from `ns` on; absent where there is nothing in them. */
  opening: z.strictObject({ file: inside, sha256, bytes: count, ns: int64 }).exactOptional(),
  /** Cancels of the orders that rest after its last row, of which another source knows nothing; absent where none does. */
  closing: z.strictObject({ file: inside, sha256, bytes: count }).exactOptional(),
});

const schema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** Counts the changes. */
  revision: count,
  /** Where days begin: `utc` or a session calendar. */
  days: z.string().min(1),
  instruments: z.array(instrument),
  sources: z.array(source),
  parts: z.array(part),
});

export type CatalogState = z.output<typeof schema>;
export type CatalogInstrument = CatalogState['instruments'][number];
export type CatalogSource = CatalogState['sources'][number];
export type ImportRecord = NonNullable<CatalogSource['imported']>;
export type CatalogPart = CatalogState['parts'][number];

export function emptyState(days: string): CatalogState {
  return { format: FORMAT, version: VERSION, revision: 0, days, instruments: [], sources: [], parts: [] };
}

/** The state of a folder; `undefined` where it is no catalogue yet. Throws {@link CatalogError}. */
export function readState(folder: string): CatalogState | undefined {
  const file = path.join(folder, STATE_FILE);
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CatalogError(`catalogue ${folder}: ${(error as Error).message}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new CatalogError(`${file}: is not valid JSON; it was changed by something else`);
  }
  const { version } = json as { version?: unknown };
  if (version !== VERSION) {
    throw new CatalogError(`${file}: its version is ${JSON.stringify(version)}, this tickwright reads ${VERSION}`);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new CatalogError(`${file}: is wrong at ${issue.path.join('.') || 'the top'}: ${issue.message}`);
}

/** Replaces the state, whole. Only for who holds the catalogue's lock. */
export function writeState(folder: string, state: CatalogState): void {
  const text = JSON.stringify(state, (_key, value) => (typeof value === 'bigint' ? String(value) : value), 1);
  const file = new TemporaryFile(path.join(folder, STATE_FILE));
  try {
    file.write(Buffer.from(`${text}\n`));
    file.publish();
  } finally {
    file.discard();
  }
}
