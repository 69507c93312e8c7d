/**
 * What the name of a file from Binance's public archive says: symbol, kind of data and the day or month in UTC that it covers.
 * Knows nothing of what the files hold. Called by binance-archive.
 */
import { basename } from 'node:path';
import { ImportError } from './input-file.js';

/** The kinds that become rows, in the order in which their rows stand at equal times. */
export const ARCHIVE_KINDS = ['fundingRate', 'trades', 'aggTrades', 'bookTicker', 'klines'] as const;
export type ArchiveKind = (typeof ARCHIVE_KINDS)[number];

export interface ArchiveFile {
  readonly path: string;
  readonly symbol: string;
  readonly kind: ArchiveKind;
  /** Of klines: `1m`, …; else empty. */
  readonly interval: string;
  /** Milliseconds since 1970 of the first moment covered and of the first one after. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The day or month as the name has it. */
  readonly period: string;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Length of a bar by interval, ms; a month has none of its own. */
export const INTERVALS: ReadonlyMap<string, number> = new Map([
  ['1s', SECOND_MS],
  ...[1, 3, 5, 15, 30].map((count) => [`${count}m`, count * MINUTE_MS] as const),
  ...[1, 2, 4, 6, 8, 12].map((count) => [`${count}h`, count * HOUR_MS] as const),
  ['1d', DAY_MS],
  ['3d', 3 * DAY_MS],
  ['1w', 7 * DAY_MS],
  ['1mo', Number.NaN],
]);

/** Kinds that the archive has and a tape cannot honestly hold. */
const REFUSED: Readonly<Record<string, string>> = {
  bookDepth:
    'bookDepth has sums of quantity within 1 to 5 percent of the price, about twice a minute, and no price levels: no order ' +
    'book can be made of it (bookTicker has the best quotes; for depth record the stream and use import binance-capture)',
  metrics: 'metrics (open interest and long/short ratios) has no kind of row; import csv reads what you make of it',
  liquidationSnapshot:
    'liquidationSnapshot has forced orders, which the trades contain already: on a tape they would trade twice',
  BVOLIndex: 'BVOLIndex is an index that cannot be traded',
  EOHSummary: 'EOHSummary has summaries of options by the hour, no market to trade in',
};

/** Folders of the archive whose files are named like those of klines. */
const PRICE_KLINES = /[\\/](markPriceKlines|indexPriceKlines|premiumIndexKlines)[\\/]/;
const NAME = /^([^-]+)-([A-Za-z0-9]+)-(\d{4})-(\d{2})(?:-(\d{2}))?\.(?:zip|csv|csv\.gz)$/;
const EXAMPLE = 'BTCUSDT-trades-2024-03-01.zip or BTCUSDT-1m-2024-03.zip';

/** Throws `ImportError` for a name that is not the archive's, and for kinds that cannot be imported, with the reason. */
export function readArchiveName(path: string): ArchiveFile {
  const match = NAME.exec(basename(path));
  if (match === null) {
    throw new ImportError(
      `${path}: is not named as the archive names its files (${EXAMPLE}); symbol and day come from it`,
    );
  }
  const [, symbol, word, year, month, day] = match as unknown as [string, string, string, string, string, string?];
  const reason = REFUSED[word];
  if (reason !== undefined) throw new ImportError(`${path}: ${reason}`);
  const folder = PRICE_KLINES.exec(path)?.[1];
  if (folder !== undefined) throw new ImportError(`${path}: ${folder} are prices of an index, not of trades: no bars`);
  const interval = INTERVALS.has(word) ? word : '';
  const kind = interval === '' ? ARCHIVE_KINDS.find((known) => known === word && known !== 'klines') : 'klines';
  if (kind === undefined) {
    throw new ImportError(
      `${path}: "${word}" is no kind of data: known are trades, aggTrades, bookTicker, fundingRate and ` +
        `the intervals of klines (${[...INTERVALS.keys()].join(', ')})`,
    );
  }
  const period = `${year}-${month}${day === undefined ? '' : `-${day}`}`;
  const fromMs = Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1));
  if (new Date(fromMs).toISOString().slice(0, period.length) !== period) {
    throw new ImportError(`${path}: ${period} is no day of the calendar`);
  }
  const toMs = day === undefined ? Date.UTC(Number(year), Number(month)) : fromMs + DAY_MS;
  return { path, symbol, kind, interval, fromMs, toMs, period };
}

/**
 * The files in the order in which they are read: by kind, then by time. Throws `ImportError` where they are not of one symbol,
 * cover a time twice, or say the same thing in two ways.
 */
export function orderedFiles(paths: readonly string[]): ArchiveFile[] {
  const files = paths.map(readArchiveName);
  const rank = ({ kind }: ArchiveFile) => ARCHIVE_KINDS.indexOf(kind);
  files.sort((a, b) => rank(a) - rank(b) || a.fromMs - b.fromMs || b.toMs - a.toMs);
  const [first] = files;
  for (const [at, file] of files.entries()) {
    if (file.symbol !== first!.symbol) {
      throw new ImportError(
        `${file.path}: is of ${file.symbol} and ${first!.path} of ${first!.symbol}: make a tape of each, they can be replayed together`,
      );
    }
    const before = files[at - 1];
    if (before?.kind !== file.kind) continue;
    if (before.interval !== file.interval) {
      throw new ImportError(
        `${file.path}: bars of ${file.interval} and of ${before.interval} (${basename(before.path)}) cannot be told apart on one tape: make two`,
      );
    }
    if (file.fromMs < before.toMs) {
      throw new ImportError(`${file.path}: covers what ${basename(before.path)} covers: give one of them`);
    }
  }
  const single = (kind: ArchiveKind) => files.find((file) => file.kind === kind);
  const trades = single('trades');
  const aggregates = single('aggTrades');
  if (trades !== undefined && aggregates !== undefined) {
    throw new ImportError(
      `${aggregates.path}: has the same trades as ${basename(trades.path)}: they would count twice; give one of them`,
    );
  }
  return files;
}
