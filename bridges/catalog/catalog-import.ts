/**
 * Files of vendors into a catalogue, step by step: each step lands as a whole, the catalogue remembers of which files and how it
 * was made, and a step that is there is skipped. So an import that was broken off goes on where it was.
 * Knows nothing of formats. Called by the command line and by users.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openTape } from '../tape/tape-file.js';
import { type Added, type AddOptions, addWithin, checkOptions } from './catalog-add.js';
import { CatalogChange } from './catalog-change.js';
import { CatalogError } from './catalog-error.js';
import {
  type CatalogPart,
  type CatalogSource,
  type CatalogState,
  type ImportRecord,
  readState,
} from './catalog-state.js';

/** Files that become one source of the catalogue, together. */
export interface ImportStep {
  /** What reads them: `tardis`. */
  readonly format: string;
  readonly files: readonly string[];
  /** What else decides what becomes of them, by name; of files that say so, their content's hash. */
  readonly options: Readonly<Record<string, string>>;
  /** Writes their tape to a path; false where there is not one row in them. */
  readonly make: (tape: string) => Promise<boolean>;
}

export interface ImportOptions extends AddOptions {
  /** Files that are there from an import with other options are taken as well, where the two do not contradict. */
  readonly beside?: boolean | undefined;
}

export interface ImportedStep extends Omit<Added, 'added'> {
  /** `there`: all of its files had been imported with these options. `nothing`: there is not one row in them. */
  readonly outcome: 'added' | 'there' | 'nothing';
}

/**
 * Imports one step, whole or not at all. Throws {@link CatalogError} where it contradicts what is there, or files of it were
 * imported with other options or together with others; what `make` throws; `TapeError`.
 */
export async function importToCatalog(folder: string, step: ImportStep, options: ImportOptions): Promise<ImportedStep> {
  checkOptions(folder, options);
  const files: HashedFile[] = [];
  for (const file of step.files) files.push(await fileRecord(file));
  const imported: ImportRecord = {
    format: step.format,
    options: { ...step.options },
    files: files.map(({ record }) => record),
  };
  const replaces = (state: CatalogState) => outgoing(state, imported, options, folder);
  const early = readState(folder);
  if (early !== undefined && replaces(early) === undefined) return { outcome: 'there', parts: [], replaced: [] };
  const change = new CatalogChange(folder);
  try {
    const file = change.scratchFile();
    if (!(await step.make(file))) return { outcome: 'nothing', parts: [], replaced: [] };
    for (const each of files) refuseChanged(each);
    const origin = { name: nameOf(imported), imported, replaces };
    const { added, ...rest } = await addWithin(change, openTape(file), options, origin);
    return { outcome: added ? 'added' : 'there', ...rest };
  } finally {
    change.end();
  }
}

/** The files that go out for a step; `undefined` where all of it is there. Throws {@link CatalogError} for what it cannot decide. */
function outgoing(
  state: CatalogState,
  imported: ImportRecord,
  { replace, beside }: ImportOptions,
  folder: string,
): readonly CatalogPart[] | undefined {
  const known = state.sources.filter((source) => shares(source, imported));
  const same = known.filter((source) => otherOptions(source.imported!, imported).length === 0);
  const covered = imported.files.filter((file) => same.some((source) => holds(source, file)));
  if (covered.length === imported.files.length) return undefined;
  if (replace === true) return partsOfAlone(state, known, imported, folder);
  if (covered.length > 0) {
    const missing = imported.files.find((file) => !covered.includes(file))!;
    throw new CatalogError(
      `catalogue ${folder}: has ${covered[0]!.name} already, but not ${missing.name}, and the two belong together: take all of them ` +
        'anew with --replace, or give the new files alone: then nothing goes over to them from those before',
    );
  }
  const [other] = known;
  if (other === undefined || beside === true) return [];
  const twice = imported.files.find((file) => holds(other, file))!;
  throw new CatalogError(
    `catalogue ${folder}: has ${twice.name} from an import with ${otherOptions(other.imported!, imported).join(', ')}: put this one in ` +
      'its place with --replace, or keep both with --beside (other instruments or kinds of rows of one file)',
  );
}

/** All files of some sources. Throws where they hold more than the step would bring back. */
function partsOfAlone(
  state: CatalogState,
  sources: readonly CatalogSource[],
  imported: ImportRecord,
  folder: string,
): CatalogPart[] {
  const going = new Set(sources.map(({ sha256 }) => sha256));
  const parts = state.parts.filter(({ pieces }) => pieces.some(({ source }) => going.has(source)));
  const lost = sources
    .flatMap((source) => source.imported!.files)
    .find((file) => !imported.files.some(({ sha256, name }) => sha256 === file.sha256 || name === file.name));
  const joined = parts.find(({ pieces }) => pieces.some(({ source }) => !going.has(source)));
  if (lost === undefined && joined === undefined) return parts;
  throw new CatalogError(
    `catalogue ${folder}: what is there of ${nameOf(imported)} cannot be replaced alone: ` +
      (lost !== undefined
        ? `it was imported together with ${lost.name}; give that, too`
        : `${joined!.file} was compacted with other sources; remove that time first`),
  );
}

/** Whether a source came from one of the files. */
function shares(source: CatalogSource, { format, files }: ImportRecord): boolean {
  return source.imported?.format === format && files.some((file) => holds(source, file));
}

/** By content and name: formats read from names what is in a file. */
function holds({ imported }: CatalogSource, { sha256, name }: ImportRecord['files'][number]): boolean {
  return imported!.files.some((file) => file.sha256 === sha256 && file.name === name);
}

/** What was chosen otherwise, as it was: `tick 0.1 (now 0.5)`. */
function otherOptions({ options: there }: ImportRecord, { options: now }: ImportRecord): string[] {
  const said = (value: string | undefined) => value ?? 'left out';
  return [...new Set([...Object.keys(there), ...Object.keys(now)])]
    .filter((name) => there[name] !== now[name])
    .map((name) => `${name} ${said(there[name])} (now ${said(now[name])})`);
}

function nameOf({ files: [first, ...more] }: ImportRecord): string {
  return more.length === 0 ? first!.name : `${first!.name} and ${more.length} more`;
}

interface HashedFile {
  readonly path: string;
  readonly modifiedMs: number;
  readonly record: ImportRecord['files'][number];
}

async function fileRecord(file: string): Promise<HashedFile> {
  const hash = createHash('sha256');
  try {
    const { size, mtimeMs } = fs.statSync(file);
    await pipeline(fs.createReadStream(file), hash);
    return {
      ...{ path: file, modifiedMs: mtimeMs },
      record: { name: path.basename(file), bytes: size, sha256: hash.digest('hex') },
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CatalogError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
}

/** What the catalogue remembers of a file must be true of what was read. */
function refuseChanged({ path: file, modifiedMs, record }: HashedFile): void {
  const now = fs.statSync(file, { throwIfNoEntry: false });
  if (now?.mtimeMs === modifiedMs && now.size === record.bytes) return;
  throw new CatalogError(`${file}: was changed while it was imported; import it again`);
}
