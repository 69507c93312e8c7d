/**
 * Adds a tape to a catalogue: cut by instrument and day, checked against what is there, then in it as a whole.
 * Knows nothing of vendors. Called by the command line, by users, and by catalog-import.
 */
import path from 'node:path';
import { type InstrumentSpec, instrumentSpec } from '../../core/instrument.js';
import { parseDate } from '../../core/time.js';
import type { TapeFile } from '../tape/tape-file.js';
import { CatalogChange, partOf } from './catalog-change.js';
import { DayClock } from './catalog-days.js';
import { CatalogError } from './catalog-error.js';
import { contradict, overlapNs } from './catalog-parts.js';
import {
  type CatalogInstrument,
  type CatalogPart,
  type CatalogSource,
  type CatalogState,
  emptyState,
  readState,
} from './catalog-state.js';
import { type SplitPiece, splitTape } from './tape-split.js';

export interface AddOptions {
  /** Where the tape's instruments trade; a part of the catalogue's paths. */
  readonly venue: string;
  /** Where days begin: `utc` or a session calendar. Needed for the first tape, must be the same for all others. */
  readonly days?: string | undefined;
  /** Files of the same kinds and time go out, as a whole. Default: the tape is refused. */
  readonly replace?: boolean | undefined;
  /** First and last day on which the tape's instruments are listed, as in `2024-07-03`. */
  readonly listed?: string | undefined;
  readonly delisted?: string | undefined;
  /** Between blocks of rows; `done` in [0, 1]. */
  readonly breathe?: ((done: number) => Promise<void> | void) | undefined;
}

export interface Added {
  /** False: a tape of this content is in the catalogue, and nothing was changed. */
  readonly added: boolean;
  readonly parts: readonly CatalogPart[];
  /** What went out for it. */
  readonly replaced: readonly CatalogPart[];
}

/**
 * Adds a tape, whole or not at all. Throws {@link CatalogError} where it has no rows, contradicts what is there or was not said
 * enough; `TapeError` for a damaged tape or a full disk.
 */
export async function addToCatalog(folder: string, tape: TapeFile, options: AddOptions): Promise<Added> {
  checkOptions(folder, options);
  const change = new CatalogChange(folder);
  try {
    return await addWithin(change, tape, options);
  } finally {
    change.end();
  }
}

/** What an import adds to adding: who the source is, and a last word on it while nobody else changes the catalogue. */
export interface SourceOrigin {
  readonly name: string;
  readonly imported: CatalogSource['imported'];
  /** Looks again; the files that go out for it, or `undefined` where it has come into the catalogue meanwhile. */
  readonly replaces: (state: CatalogState) => readonly CatalogPart[] | undefined;
}

/** {@link addToCatalog} as part of a change that the caller ends. */
export async function addWithin(
  change: CatalogChange,
  tape: TapeFile,
  options: AddOptions,
  origin?: SourceOrigin,
): Promise<Added> {
  const { folder } = change;
  if (tape.info.rows === 0) throw new CatalogError(`tape ${tape.file}: has no rows to add`);
  const early = readState(folder);
  if (has(early, tape)) {
    change.commit(() => undefined);
    return { added: false, parts: [], replaced: [] };
  }
  const days = new DayClock(daysOf(folder, early, options));
  withInstruments(early ?? emptyState(days.name), tape, options, folder);
  const source = sourceOf(tape, origin);
  const pieces = await splitTape(tape, {
    ...{ days, breathe: options.breathe },
    fileFor: (symbol, day, role) => change.fileFor(options.venue, symbol, day, role),
    provenance: { ...tape.info.provenance, 'catalog.source': `${source.name}, sha256 ${source.sha256}` },
    corrections: source.corrections.map((each) => ({
      ...each,
      note: `in the whole of ${source.name}: ${each.note}`,
    })),
  });
  const parts = pieces.map((piece) => newPart(change, piece, options.venue, source));
  return commit(change, { tape, source, parts, options, origin });
}

interface Addition {
  readonly tape: TapeFile;
  readonly source: CatalogSource;
  readonly parts: readonly CatalogPart[];
  readonly options: AddOptions;
  readonly origin: SourceOrigin | undefined;
}

function commit(change: CatalogChange, { tape, source, parts, options, origin }: Addition): Added {
  const { folder } = change;
  let replaced: CatalogPart[] = [];
  let added = true;
  change.commit((state) => {
    const before = state ?? emptyState(daysOf(folder, state, options));
    daysOf(folder, before, options);
    const outgoing = origin === undefined ? [] : origin.replaces(before);
    if (outgoing === undefined || has(state, tape)) {
      added = false;
      return undefined;
    }
    const against = before.parts.filter(
      (old) => !outgoing.includes(old) && parts.some((part) => contradict(old, part)),
    );
    if (against.length > 0 && options.replace !== true) throw contradiction(before, source, parts, against, folder);
    replaced = [...outgoing, ...against];
    const kept = before.parts.filter((old) => !replaced.includes(old));
    return withoutUnused({
      ...withInstruments(before, tape, options, folder),
      sources: [...before.sources, source],
      parts: [...kept, ...parts],
    });
  });
  return { added, parts: added ? parts : [], replaced };
}

/** Sources of which nothing is left are forgotten, so that they can be added again. */
export function withoutUnused(state: CatalogState): CatalogState {
  const used = new Set(state.parts.flatMap(({ pieces }) => pieces.map(({ source }) => source)));
  return { ...state, sources: state.sources.filter(({ sha256 }) => used.has(sha256)) };
}

function has(state: CatalogState | undefined, tape: TapeFile): boolean {
  return state?.sources.some(({ sha256 }) => sha256 === tape.info.hash) === true;
}

function contradiction(
  state: CatalogState,
  source: CatalogSource,
  parts: readonly CatalogPart[],
  there: readonly CatalogPart[],
  folder: string,
): CatalogError {
  const [first] = there;
  const from = state.sources.find(({ sha256 }) => sha256 === first!.pieces[0]!.source)!;
  const changed = from.imported?.files.find(({ name, sha256 }) =>
    source.imported?.files.some((file) => file.name === name && file.sha256 !== sha256),
  );
  const overlap = overlapNs(first!, parts.find((part) => contradict(first!, part))!);
  const why =
    changed !== undefined
      ? `, from a ${changed.name} of other bytes (SHA-256 ${changed.sha256.slice(0, 12)}…): the file was changed since`
      : `, from ${from.name}, which overlaps by ${overlap} ns`;
  const slices =
    source.imported !== undefined && source.imported.format === from.imported?.format && changed === undefined;
  return new CatalogError(
    `catalogue ${folder}: has ${Object.keys(first!.counts).join(', ')} of ${first!.venue} ${first!.symbol} on ${first!.day} ` +
      `already${there.length > 1 ? ` (and ${there.length - 1} more files like it)` : ''}${why}; ` +
      `${source.name} is another source of that time: add it with --replace, or remove what is there` +
      (slices ? '; slices of one recording are one step: give both, with --together --replace' : ''),
  );
}

function sourceOf({ file, info }: TapeFile, origin: SourceOrigin | undefined): CatalogSource {
  const corrections = info.corrections.map(({ name, count, note }) => ({ name, count, note }));
  return {
    ...{
      sha256: info.hash!,
      name: origin?.name ?? path.basename(file),
      provenance: { ...info.provenance },
      corrections,
    },
    ...(origin?.imported === undefined ? {} : { imported: origin.imported }),
  };
}

function newPart(change: CatalogChange, piece: SplitPiece, venue: string, source: CatalogSource): CatalogPart {
  const { symbol, day } = piece;
  const pieces = [{ source: source.sha256, from: piece.piece, to: piece.piece }];
  return partOf(change, { venue, symbol, day, lastDay: day, pieces }, piece);
}

/** What can be known before there is a tape. Throws {@link CatalogError}, `RangeError`. */
export function checkOptions(folder: string, options: AddOptions): void {
  const { venue, listed, delisted } = options;
  if (venue.trim() === '' || /\p{Cc}/u.test(venue)) {
    throw new CatalogError(`venue ${JSON.stringify(venue)} is empty or holds a control character`);
  }
  for (const day of [listed, delisted]) if (day !== undefined) parseDate(day);
  if (listed !== undefined && delisted !== undefined && listed > delisted) {
    throw new CatalogError(`listed on ${listed} but delisted on ${delisted}, which is before`);
  }
  new DayClock(daysOf(folder, readState(folder), options));
}

function daysOf(folder: string, state: CatalogState | undefined, { days }: AddOptions): string {
  const there = state?.days;
  if (there === undefined && days === undefined) {
    throw new CatalogError(
      `catalogue ${folder}: is new; say where its days begin, with --days utc or a session calendar such as --days CMES`,
    );
  }
  if (there !== undefined && days !== undefined && there !== days) {
    throw new CatalogError(`catalogue ${folder}: its days begin by ${there}, not by ${days}`);
  }
  return (there ?? days)!;
}

/** The state with the tape's instruments. Refuses those that are there with other terms, and rows of days when they were not listed. */
function withInstruments(state: CatalogState, tape: TapeFile, options: AddOptions, folder: string): CatalogState {
  const instruments = [...state.instruments];
  for (const spec of tape.info.instruments) {
    const at = instruments.findIndex(({ venue, symbol }) => venue === options.venue && symbol === spec.symbol);
    const known = instruments[at];
    if (known !== undefined) refuseOtherTerms(known, spec, folder);
    const { listed = known?.listed, delisted = known?.delisted } = options;
    const entry = {
      ...{ venue: options.venue, ...instrumentSpec(spec) },
      ...(listed === undefined ? {} : { listed }),
      ...(delisted === undefined ? {} : { delisted }),
    };
    if (known === undefined) instruments.push(entry);
    else instruments[at] = entry;
    refuseUnlisted(entry, tape, new DayClock(state.days), folder);
  }
  return { ...state, instruments };
}

function refuseOtherTerms(known: CatalogInstrument, spec: InstrumentSpec, folder: string): void {
  const { venue, listed, delisted, ...there } = known;
  const given = instrumentSpec(spec);
  for (const term of ['tick', 'lot', 'contract', 'multiplier', 'base', 'quote', 'expiry'] as const) {
    if (there[term] === given[term]) continue;
    throw new CatalogError(
      `catalogue ${folder}: has ${venue} ${spec.symbol} with ${term} ${there[term] ?? 'as usual'}, the tape with ` +
        `${given[term] ?? 'as usual'}; import it with the same, or give it another symbol`,
    );
  }
}

function refuseUnlisted(entry: CatalogInstrument, tape: TapeFile, days: DayClock, folder: string): void {
  const { exchangeNs } = tape.metadata;
  const [first, last] = [days.at(exchangeNs![0]).day, days.at(exchangeNs![1]).day];
  const { symbol, listed, delisted } = entry;
  const wrong =
    listed !== undefined && first < listed ? first : delisted !== undefined && last > delisted ? last : undefined;
  if (wrong === undefined) return;
  throw new CatalogError(
    `catalogue ${folder}: ${symbol} is listed ${listed === undefined ? '' : `from ${listed} `}` +
      `${delisted === undefined ? '' : `to ${delisted}`}, but ${tape.file} has rows of ${wrong}`,
  );
}
