/**
 * What the place of a file in a LEAN data folder says: security type, market, resolution, ticker, kind of data, day.
 * Knows nothing of what the files hold. Called by lean.
 *
 * Source: QuantConnect, "LEAN Data Formats" (the readme of each folder under Data). `equity/usa/minute/spy/20131007_trade.zip`,
 * `equity/usa/daily/spy.zip`, `crypto/coinbase/hour/btcusd_trade.zip`; unpacked, `20131007_spy_minute_trade.csv` in their place.
 */
import { basename, dirname } from 'node:path';
import { ImportError } from './input-file.js';
import { dateSeconds } from './zoned-time.js';

export const LEAN_SECURITIES = ['equity', 'index', 'forex', 'cfd', 'crypto', 'cryptofuture', 'future'] as const;
export type LeanSecurity = (typeof LEAN_SECURITIES)[number];
export const LEAN_RESOLUTIONS = ['tick', 'second', 'minute', 'hour', 'daily'] as const;
export type LeanResolution = (typeof LEAN_RESOLUTIONS)[number];

export interface LeanFile {
  readonly path: string;
  readonly security: LeanSecurity;
  readonly market: string;
  readonly resolution: LeanResolution;
  /** Lower case, as in the path. */
  readonly ticker: string;
  readonly quotes: boolean;
  /** Seconds of the day's midnight as if it were UTC; of files with many days `NaN`. */
  readonly day: number;
}

const DAY_NAME = /^(\d{8})_(trade|quote|openinterest)\.(?:zip|csv)$/;
/** As files are called within the archives; those of futures end with the contract's expiry. */
const INNER_NAME = /^(\d{8})_(.+)_(?:tick|second|minute)_(trade|quote|openinterest)(?:_\d{6,8}){0,2}\.csv$/i;
const LONG_NAME = /^(.+?)(?:_(trade|quote|openinterest)(?:_\d{6,8}){0,2})?\.(?:zip|csv)$/;
const EXAMPLE = 'equity/usa/minute/spy/20131007_trade.zip';

/** Throws `ImportError` for a place that LEAN does not have, and for data that cannot be imported, with the reason. */
export function readLeanPath(path: string): LeanFile {
  const folders = dirname(path).split(/[\\/]+/);
  const at = folders.findLastIndex((name) => (LEAN_RESOLUTIONS as readonly string[]).includes(name));
  const resolution = folders[at] as LeanResolution;
  const [security, market] = [folders[at - 2], folders[at - 1]];
  if (at < 2 || security === undefined || market === undefined) {
    throw new ImportError(
      `${path}: does not lie in a LEAN folder, as ${EXAMPLE} does: security type and resolution come from it`,
    );
  }
  if (!(LEAN_SECURITIES as readonly string[]).includes(security)) {
    throw new ImportError(
      `${path}: "${security}" is none of the security types that are read: ${LEAN_SECURITIES.join(', ')}`,
    );
  }
  const place = { path, security: security as LeanSecurity, market, resolution };
  const many = resolution === 'hour' || resolution === 'daily';
  return many ? manyDays(place, folders.length - at - 1) : oneDay(place, folders.slice(at + 1));
}

type Place = Pick<LeanFile, 'path' | 'security' | 'market' | 'resolution'>;

function oneDay(place: Place, [ticker, ...more]: readonly string[]): LeanFile {
  const { path } = place;
  const name = basename(path);
  const inner = INNER_NAME.exec(name);
  const [, digits, kind] = DAY_NAME.exec(name) ?? (inner === null ? [] : [name, inner[1], inner[3]!.toLowerCase()]);
  if (digits === undefined || ticker === undefined || more.length > 0) {
    throw new ImportError(`${path}: is not named as LEAN names its files of a day, such as ${EXAMPLE}`);
  }
  let day: number;
  try {
    day = dateSeconds(`${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`);
  } catch {
    throw new ImportError(`${path}: ${digits} is no day of the calendar`);
  }
  return { ...place, ticker: ticker.toLowerCase(), quotes: isQuotes(path, kind!), day };
}

function manyDays(place: Place, deeper: number): LeanFile {
  const { path, security } = place;
  const [, ticker, kind] = LONG_NAME.exec(basename(path)) ?? [];
  if (ticker === undefined || deeper > 0) {
    throw new ImportError(
      `${path}: is not named as LEAN names its files of many days, such as equity/usa/daily/spy.zip`,
    );
  }
  const usual = security === 'forex' || security === 'cfd' ? 'quote' : 'trade';
  return { ...place, ticker: ticker.toLowerCase(), quotes: isQuotes(path, kind ?? usual), day: Number.NaN };
}

function isQuotes(path: string, kind: string): boolean {
  if (kind === 'openinterest') throw new ImportError(`${path}: open interest has no kind of row`);
  return kind === 'quote';
}

/**
 * The files in the order in which they are read: trades, then quotes, by day. Throws `ImportError` where they are not of one market
 * and resolution, or say the same thing twice.
 */
export function orderedLeanFiles(paths: readonly string[]): LeanFile[] {
  const files = paths.map(readLeanPath);
  files.sort((a, b) => Number(a.quotes) - Number(b.quotes) || a.day - b.day || 0);
  const [first] = files;
  for (const [at, file] of files.entries()) {
    for (const what of ['security', 'market', 'resolution'] as const) {
      if (file[what] === first![what]) continue;
      throw new ImportError(
        `${file.path}: is of ${what} ${file[what]} and ${first!.path} of ${first![what]}: make a tape of each, they can be replayed together`,
      );
    }
    const before = files[at - 1];
    const alike = before?.quotes === file.quotes;
    if (alike && !(file.day > before.day) && (before.ticker === file.ticker || !Number.isNaN(file.day))) {
      throw new ImportError(`${file.path}: covers what ${before.path} covers: give one of them`);
    }
  }
  return files;
}
