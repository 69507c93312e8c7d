/**
 * Makes few files of many: those of one instrument that can be read one behind the other become one for each day or month. Its
 * rows are theirs, in their order. Knows nothing of what rows say. Called by the command line and by users.
 */
import { allocateColumns, type ColumnSet, type Columns } from '../../core/market.js';
import { copyRows } from '../../core/tape-builder.js';
import type { TapeFile } from '../tape/tape-file.js';
import { TapeWriter } from '../tape/tape-writer.js';
import { Catalog } from './catalog.js';
import { CatalogChange, type FileRole, partOf } from './catalog-change.js';
import { CatalogError } from './catalog-error.js';
import { chainsOf, closes, follows } from './catalog-parts.js';
import type { CatalogPart } from './catalog-state.js';
import { closingRun, type GroupRun, moveTo } from './range-tape.js';

/** Times of a tape reach so far, 2^53 ns: 104 days. */
const REACH_NS = 2n ** 53n;

export interface CompactOptions {
  /** What one file shall hold. */
  readonly by: 'day' | 'month';
  readonly breathe?: ((done: number) => Promise<void> | void) | undefined;
}

/** What became of what. */
export interface Compacted {
  readonly made: readonly CatalogPart[];
  readonly gone: readonly CatalogPart[];
}

/** Compacts the whole catalogue, all at once. Throws {@link CatalogError} where it was changed meanwhile, `TapeError`. */
export async function compactCatalog(folder: string, { by, breathe }: CompactOptions): Promise<Compacted> {
  const change = new CatalogChange(folder);
  let catalog: Catalog | undefined;
  try {
    catalog = new Catalog(folder);
    const bundles = bundlesOf(catalog, by);
    const made: CatalogPart[] = [];
    for (const [done, bundle] of bundles.entries()) {
      made.push(await joined(change, catalog, bundle, (part) => breathe?.((done + part) / bundles.length)));
    }
    // Else its own ticket would keep what it has replaced.
    catalog.close();
    const gone = bundles.flat();
    const files = new Set(gone.map(({ file }) => file));
    change.commit((state) => {
      if (made.length === 0) return undefined;
      const left = state!.parts.filter(({ file }) => !files.has(file));
      if (left.length + gone.length !== state!.parts.length) {
        throw new CatalogError(`catalogue ${folder}: what was to be compacted was changed meanwhile; compact again`);
      }
      return { ...state!, parts: [...left, ...made] };
    });
    return { made, gone };
  } finally {
    catalog?.close();
    change.end();
  }
}

/** Files that become one, two or more each time. */
function bundlesOf({ state }: Catalog, by: 'day' | 'month'): CatalogPart[][] {
  const period = (day: string) => (by === 'day' ? day : day.slice(0, 7));
  const bundles: CatalogPart[][] = [];
  for (const { venue, symbol } of state.instruments) {
    const own = state.parts.filter((part) => part.venue === venue && part.symbol === symbol);
    for (const chain of chainsOf(own)) {
      let bundle: CatalogPart[] = [];
      for (const part of chain) {
        const [first, last] = [bundle[0], bundle.at(-1)];
        const fits =
          first !== undefined &&
          follows(last!, part) &&
          period(first.day) === period(part.lastDay) &&
          part.localNs[1] - first.exchangeNs[0] < REACH_NS;
        if (fits) {
          bundle.push(part);
          continue;
        }
        bundle = [part];
        bundles.push(bundle);
      }
    }
  }
  return bundles.filter(({ length }) => length > 1);
}

async function joined(
  change: CatalogChange,
  catalog: Catalog,
  bundle: readonly CatalogPart[],
  breathe: (done: number) => Promise<void> | void,
): Promise<CatalogPart> {
  const [first] = bundle;
  const { venue, symbol, day } = first!;
  const runs = bundle.flatMap((part, at) => {
    const own = wholeRun(catalog.open(part));
    const next = bundle[at + 1];
    return closes(part, next) ? [own, closingRun(catalog.open(part.closing!), catalog.open(next!))] : [own];
  });
  const file = change.fileFor(venue, symbol, day, 'rows');
  await writeJoined(file, runs, breathe);
  const copied = async (part: Parameters<Catalog['open']>[0] | undefined, role: FileRole) => {
    if (part === undefined) return undefined;
    const copy = change.fileFor(venue, symbol, day, role);
    await writeJoined(copy, [wholeRun(catalog.open(part))], () => {});
    return copy;
  };
  const opening = await copied(first!.opening, 'opening');
  const closing = await copied(bundle.at(-1)!.closing, 'closing');
  const pieces: CatalogPart['pieces'] = [];
  for (const piece of bundle.flatMap((part) => part.pieces)) {
    const last = pieces.at(-1);
    if (last?.source === piece.source && last.to + 1 === piece.from)
      pieces[pieces.length - 1] = { ...last, to: piece.to };
    else pieces.push(piece);
  }
  return partOf(
    change,
    { venue, symbol, day, lastDay: bundle.at(-1)!.lastDay, pieces },
    {
      ...{ file, closing },
      opening: opening === undefined ? undefined : { file: opening, ns: first!.opening!.ns },
    },
  );
}

function wholeRun(tape: TapeFile): GroupRun {
  return { tape, from: 0, to: tape.footer.groups };
}

async function writeJoined(
  file: string,
  runs: readonly GroupRun[],
  breathe: (done: number) => Promise<void> | void,
): Promise<void> {
  const tapes = runs.map(({ tape }) => tape);
  const infos = tapes.map(({ info }) => info);
  const set: ColumnSet = {
    orderId: infos.some(({ columns }) => columns.orderId === true),
    bars: infos.some(({ columns }) => columns.bars === true),
    value: infos.some(({ columns }) => columns.value === true),
  };
  // Of the rows themselves: their source may have begun long before.
  let originNs = tapes[0]!.metadata.exchangeNs![0];
  for (const { tape, at } of runs) {
    const [first] = tape.metadata.exchangeNs!;
    if (at === undefined && first < originNs) originNs = first;
  }
  const corrections = new Map(infos.flatMap((info) => info.corrections.map((each) => [JSON.stringify(each), each])));
  const writer = new TapeWriter(file, {
    ...{ instruments: infos[0]!.instruments, originNs, columns: set },
    provenance: { ...infos[0]!.provenance, 'catalog.joined': `${tapes.length} tapes` },
    corrections: [...corrections.values()],
  });
  try {
    for (const [index, run] of runs.entries()) {
      const reader = run.tape.open(originNs);
      try {
        for (let block = reader.next(); block !== undefined; block = reader.next()) {
          moveTo(block, run, originNs);
          writer.append(withColumns(block, set));
          reader.release(block);
          await breathe(index / runs.length);
        }
      } finally {
        reader.close();
      }
    }
    writer.finish();
  } finally {
    writer.abort();
  }
}

function withColumns(block: Columns, set: ColumnSet): Columns {
  const out = allocateColumns(block.length, set);
  copyRows(block, 0, block.length, out, 0);
  out.length = block.length;
  return out;
}
