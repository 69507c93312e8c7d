/**
 * The kinds of Tardis.dev's CSV files: how names tell them, which columns they have.
 * Knows nothing of rows. Called by tardis and its writers.
 */
import { ImportError } from './input-file.js';

/** Kinds that become rows; `book_snapshot` of any number of levels. In the order of their rows at equal times. */
export const TARDIS_KINDS = [
  ...(['trades', 'liquidations', 'incremental_book_L2', 'book_snapshot'] as const),
  ...(['quotes', 'book_ticker', 'derivative_ticker'] as const),
] as const;
export type TardisKind = (typeof TARDIS_KINDS)[number];

/** Two kinds of one family say the same thing: a tape takes one of them. */
const FAMILIES: Readonly<Record<TardisKind, string>> = {
  trades: 'trades',
  liquidations: 'liquidations',
  incremental_book_L2: 'the order book',
  book_snapshot: 'the order book',
  quotes: 'the best quotes',
  book_ticker: 'the best quotes',
  derivative_ticker: 'funding and marks',
};

/** Columns that must be there besides `exchange,symbol`, which come first. Snapshots: those of their first level. */
export const TARDIS_COLUMNS: Readonly<Record<TardisKind, readonly string[]>> = {
  trades: ['timestamp', 'local_timestamp', 'id', 'side', 'price', 'amount'],
  liquidations: ['timestamp', 'local_timestamp', 'id', 'side', 'price', 'amount'],
  incremental_book_L2: ['timestamp', 'local_timestamp', 'is_snapshot', 'side', 'price', 'amount'],
  book_snapshot: [
    ...['timestamp', 'local_timestamp', 'asks[0].price', 'asks[0].amount', 'bids[0].price', 'bids[0].amount'],
  ],
  quotes: ['timestamp', 'local_timestamp', 'ask_amount', 'ask_price', 'bid_price', 'bid_amount'],
  book_ticker: ['timestamp', 'local_timestamp', 'ask_amount', 'ask_price', 'bid_price', 'bid_amount'],
  derivative_ticker: ['timestamp', 'local_timestamp', 'funding_timestamp', 'funding_rate', 'mark_price'],
};

export interface TardisFile {
  readonly path: string;
  readonly kind: TardisKind;
}

const WORDS = [...TARDIS_KINDS.filter((kind) => kind !== 'book_snapshot'), 'book_snapshot_\\d+', 'options_chain'];
const WORD = new RegExp(`(?<![A-Za-z0-9])(${WORDS.join('|')})(?![A-Za-z0-9])`, 'g');

/** By the word that stands last in the path, else as `given`. Throws `ImportError` where neither says it. */
export function tardisKind(path: string, given: TardisKind | undefined): TardisKind {
  const word = [...path.matchAll(WORD)].at(-1)?.[1];
  if (word === 'options_chain') {
    throw new ImportError(
      `${path}: options_chain has quotes and greeks of many contracts; no kind of row holds greeks`,
    );
  }
  const kind = word?.startsWith('book_snapshot') ? 'book_snapshot' : (word as TardisKind | undefined);
  if (kind !== undefined && given !== undefined && kind !== given) {
    throw new ImportError(`${path}: is ${kind} by its name and ${given} as given`);
  }
  const found = kind ?? given;
  if (found !== undefined) return found;
  throw new ImportError(
    `${path}: its name does not say what it is (…_trades_…, or a folder trades), and trades and liquidations look ` +
      `alike: give the type (${TARDIS_KINDS.join(', ')})`,
  );
}

/** The files by kind, those of a kind as given. Throws `ImportError` where two kinds say the same thing. */
export function orderedTardisFiles(paths: readonly string[], given: TardisKind | undefined): TardisFile[] {
  const files = paths.map((path) => ({ path, kind: tardisKind(path, given) }));
  for (const file of files) {
    const other = files.find(({ kind }) => kind !== file.kind && FAMILIES[kind] === FAMILIES[file.kind]);
    if (other === undefined) continue;
    throw new ImportError(
      `${file.path}: is ${file.kind} and ${other.path} is ${other.kind}: both say ${FAMILIES[file.kind]}; give one of them`,
    );
  }
  return files.sort((a, b) => TARDIS_KINDS.indexOf(a.kind) - TARDIS_KINDS.indexOf(b.kind));
}
