/**
 * A folder of tapes opened as a catalogue: what is in it, and ranges of it as tapes.
 * Knows nothing of engines. Called by the command line, run files and users. How the folder is made up: docs/catalog.md.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { mergeTapes } from '../../core/merge.js';
import type { BlockReader, Correction, TapeInfo, TapeSource } from '../../core/tape.js';
import { formatEpoch } from '../../core/time.js';
import { openTape, type TapeFile } from '../tape/tape-file.js';
import { DayClock } from './catalog-days.js';
import { CatalogError } from './catalog-error.js';
import { chainsOf, closes, inTieOrder, refuseGaps, sourcesOf } from './catalog-parts.js';
import { type CatalogInstrument, type CatalogPart, type CatalogState, readState } from './catalog-state.js';
import { RangeTape } from './range-tape.js';
import { Ticket } from './tickets.js';

/** Which part of a catalogue. */
export interface CatalogRange {
  /** A day (`2024-01-02`: from its first moment) or a time in UTC (`2024-01-02T08:00:00Z`). Default: from the beginning. */
  readonly from?: string | undefined;
  /** A day (to its end) or a time in UTC, which no longer belongs to the range. Default: to the end. */
  readonly to?: string | undefined;
  /** Symbols or patterns with `*`; each must be in the catalogue. Default: all. */
  readonly instruments?: readonly string[] | undefined;
  readonly venue?: string | undefined;
}

/** Opens a catalogue. Throws {@link CatalogError} where the folder is none. */
export function openCatalog(folder: string): Catalog {
  return new Catalog(folder);
}

/** Use {@link openCatalog}. It stays as it was when it was opened, whatever is changed meanwhile, until `close`. */
export class Catalog {
  readonly folder: string;
  readonly state: CatalogState;
  readonly days: DayClock;
  readonly #ticket: Ticket | undefined;

  constructor(folder: string) {
    this.folder = folder;
    if (readState(folder) === undefined) {
      throw new CatalogError(
        `catalogue ${folder}: there is none; make one with: tickwright catalog add ${folder} TAPE`,
      );
    }
    // First the ticket, then the state: a writer that does not see the ticket has replaced the state before.
    this.#ticket = readerTicket(folder);
    this.state = readState(folder)!;
    this.days = new DayClock(this.state.days);
  }

  /** Files that are no longer part of the catalogue may go from now on. At the end of the process it happens by itself. */
  close(): void {
    this.#ticket?.end();
  }

  /** The rows of a range as one tape: RangeTapes, merged. Reads footers. Throws {@link CatalogError}, `TapeError`. */
  tape(range: CatalogRange = {}): CatalogTape {
    return new CatalogTape(this, range);
  }

  /** The instruments that a range is about. Throws {@link CatalogError} for a pattern that names none. */
  instruments({ instruments: patterns, venue }: CatalogRange = {}): CatalogInstrument[] {
    const there = this.state.instruments.filter((each) => venue === undefined || each.venue === venue);
    const where = venue === undefined ? this.#place : `${this.#place}: venue ${venue}`;
    if (there.length === 0) throw new CatalogError(`${where}: has no instruments`);
    if (patterns === undefined) return there;
    const found = patterns.flatMap((pattern) => {
      const matching = there.filter(({ symbol }) => matches(pattern, symbol));
      if (matching.length > 0) return matching;
      const some = there.slice(0, 10).map(({ symbol }) => symbol);
      const more = there.length > 10 ? ` and ${there.length - 10} more` : '';
      throw new CatalogError(`${where}: "${pattern}" is not in it; there are: ${some.join(', ')}${more}`);
    });
    return [...new Set(found)];
  }

  /** Int64 ns since 1970 UTC. Throws {@link CatalogError} for what is no time or the wrong way round. */
  limits({ from, to }: CatalogRange): { fromNs: bigint | undefined; toNs: bigint | undefined } {
    const read = (name: string, text: string | undefined, limit: (text: string) => bigint) => {
      if (text === undefined) return undefined;
      try {
        return limit(text);
      } catch (error) {
        throw new CatalogError(`${this.#place}: ${name} ${text}: ${(error as Error).message}`);
      }
    };
    const fromNs = read('from', from, (text) => this.days.from(text));
    const toNs = read('to', to, (text) => this.days.to(text));
    if (fromNs !== undefined && toNs !== undefined && fromNs >= toNs) {
      throw new CatalogError(`${this.#place}: from ${from} to ${to} is no stretch of time`);
    }
    return { fromNs, toNs };
  }

  /** The files that a range is read from, in rows of files that are read one behind the other. */
  chains(range: CatalogRange): CatalogPart[][] {
    const { fromNs, toNs } = this.limits(range);
    const wanted = this.instruments(range);
    const twice = wanted.find((a) => wanted.some((b) => a.symbol === b.symbol && a.venue !== b.venue));
    if (twice !== undefined) {
      throw new CatalogError(`${this.#place}: ${twice.symbol} is there from several venues; say which with venue`);
    }
    const chains = wanted.flatMap(({ venue, symbol }) => {
      const own = this.state.parts.filter((part) => part.venue === venue && part.symbol === symbol);
      const cut = inTieOrder(chainsOf(own)).map((chain) => withinLimits(chain, fromNs, toNs));
      const filled = cut.filter((chain) => chain.length > 0);
      refuseGaps(filled, this.#place);
      return filled;
    });
    if (chains.length > 0) return chains;
    const [start, end] = [fromNs, toNs].map((ns) => (ns === undefined ? undefined : formatEpoch(ns)));
    throw new CatalogError(`${this.#place}: nothing in it from ${start ?? 'the beginning'} to ${end ?? 'the end'}`);
  }

  /** Opens a file and holds it against what the catalogue says of it. `worker`: long passes are decoded ahead on a second thread. */
  open(
    { file, sha256, bytes }: { readonly file: string; readonly sha256: string; readonly bytes: number },
    worker = false,
  ): TapeFile {
    const tape = openTape(path.join(this.folder, file), worker ? {} : { worker: false });
    if (tape.info.hash === sha256 && tape.size === bytes) return tape;
    throw new CatalogError(`${this.#place}: ${file} is not the file that was put there (its SHA-256 or size differs)`);
  }

  get #place(): string {
    return `catalogue ${this.folder}`;
  }
}

/**
 * From the file in which something is still seen after the beginning, or, where that begins later, from the one before it, whose
 * books stand until then; to the last one that begins before the end.
 */
function withinLimits(chain: readonly CatalogPart[], fromNs?: bigint, toNs?: bigint): CatalogPart[] {
  const seen = fromNs === undefined ? 0 : chain.findIndex(({ localNs }) => localNs[1] >= fromNs);
  if (seen < 0) return [];
  const begins = ({ exchangeNs, opening }: CatalogPart, at: number) =>
    at === 0 && opening !== undefined && opening.ns < exchangeNs[0] ? opening.ns : exchangeNs[0];
  const within = chain.slice(seen).filter((part, at) => toNs === undefined || begins(part, at) < toNs);
  const before = chain[seen - 1];
  const alone = before === undefined || fromNs === undefined || within.length === 0 || begins(within[0]!, 0) <= fromNs;
  return alone ? within : [before, ...within];
}

/** Where the folder may not be written to, nobody changes it either. */
function readerTicket(folder: string): Ticket | undefined {
  try {
    return new Ticket(folder, 'readers');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['EACCES', 'EROFS', 'EPERM'].includes(code)) return undefined;
    throw error;
  }
}

/** Whether a symbol is meant by a pattern with `*`. */
export function matches(pattern: string, symbol: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'su').test(symbol);
}

/** A range of a catalogue. `info.rows` and `info.counts` are those of its files: at most so many are in the range. */
export class CatalogTape implements TapeSource {
  readonly info: TapeInfo;
  /** What is read, each by itself. */
  readonly ranges: readonly RangeTape[];
  readonly #tape: TapeSource;

  constructor(catalog: Catalog, range: CatalogRange) {
    const limits = catalog.limits(range);
    const chains = catalog.chains(range);
    const about = aboutOf(catalog, range, chains.flat());
    this.ranges = chains.map((chain) => {
      const parts = chain.map((part, at) => ({
        // One worker for each of many ranges that are read at once would be more threads than there are cores.
        tape: catalog.open(part, chains.length === 1),
        opening:
          at > 0 || part.opening === undefined ? undefined : { tape: catalog.open(part.opening), ns: part.opening.ns },
        closing: closes(part, chain[at + 1]) ? catalog.open(part.closing!) : undefined,
      }));
      return new RangeTape(parts, limits, about);
    });
    this.#tape = mergeTapes(this.ranges);
    const hashes = this.ranges.map(({ info }) => info.hash).join('\n');
    this.info = { ...this.#tape.info, ...about, hash: createHash('sha256').update(hashes).digest('hex') };
  }

  /** Bytes and row groups that a pass reads. */
  get bytes(): number {
    return this.ranges.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  get groups(): number {
    return this.ranges.reduce((sum, { groups }) => sum + groups, 0);
  }

  /** No row happened or was seen later: int64 ns since 1970 UTC. */
  get lastNs(): bigint {
    const last = this.ranges.flatMap(({ reads, toNs }) =>
      reads.map(({ tape }) => {
        const most = tape.metadata.localNs![1];
        return toNs !== undefined && toNs <= most ? toNs - 1n : most;
      }),
    );
    return last.sort((a, b) => (a < b ? -1 : 1)).at(-1) ?? this.info.originNs;
  }

  open(originNs: bigint): BlockReader {
    return this.#tape.open(originNs);
  }
}

function aboutOf(catalog: Catalog, { from, to, instruments, venue }: CatalogRange, parts: readonly CatalogPart[]) {
  const sources = sourcesOf(catalog.state, parts);
  const corrections: Correction[] = sources.flatMap((source) =>
    source.corrections.map((each) => ({ ...each, note: `in the whole of ${source.name}: ${each.note}` })),
  );
  const given = { from, to, instruments: instruments?.join(', '), venue };
  const provenance: Record<string, string> = {
    ...{ catalog: catalog.folder, days: catalog.state.days, files: String(parts.length) },
    ...Object.fromEntries(Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
  };
  sources.forEach(({ name, sha256 }, index) => {
    provenance[`source${index + 1}`] = `${name}, sha256 ${sha256}`;
  });
  return { corrections, provenance };
}

/** Whether a path is a catalogue's folder. */
export function isCatalog(folder: string): boolean {
  return fs.existsSync(path.join(folder, 'catalog.json'));
}
