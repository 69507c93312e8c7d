/**
 * Imports LOBSTER message files (NASDAQ, order by order) as an L3 tape of one instrument and one day.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 * Source: the readme of the LOBSTER samples (lobsterdata.com).
 *
 * - Times are seconds after New York midnight, read digit by digit. There is one clock: local time = exchange time, plus a
 *   constant if one is given.
 * - 1 → orderAdd; 2 → orderCancel; 3 → orderCancel of all that is left; 4 → orderExecute (side = the resting order's);
 *   5 → trade with `Flag.hidden` and 6 (cross trade, newer files) → trade without aggressor; 7 → status.
 * - The file begins in the middle of a book and holds only events within its number of levels. Orders that it touches but
 *   never adds are recovered with the size that is later removed of them: those from before the file stand at its start, in
 *   order-id order; those that joined outside its levels stand from when the order ids reach theirs.
 *   Orders that left outside its levels are cancelled when a message proves them gone. What rested untouched is not known at
 *   all. So a file of many levels gives a true book (AAPL, 50 levels: best prices and sizes right in 99.93 % of rows), one of
 *   few levels does not (GOOG, 10 levels: best prices right in 62 %): look at the number of `stale-orders`.
 */
import { basename } from 'node:path';
import { Instrument } from '../../core/index.js';
import { ImportError, type InputFact, type OnProgress, readLines } from './input-file.js';
import { type LobsterMessage, LobsterMessageReader } from './lobster-message.js';
import { OrderScan } from './lobster-scan.js';
import { LobsterWriter } from './lobster-writer.js';
import type { ImportedTape, RowKeeping } from './row-collector.js';
import { dateSeconds, Zone } from './zoned-time.js';

export interface LobsterOptions extends RowKeeping {
  /** One message file, CSV or CSV in gzip. */
  readonly messages: string;
  /** Default: from a file name as LOBSTER gives it, `AAPL_2012-06-21_34200000_57600000_message_10.csv`. */
  readonly symbol?: string;
  /** Trading day, `2012-06-21`; default as above. */
  readonly date?: string;
  /** Price step. Default: `0.01` if every price is a multiple of it, else `0.0001`; the tape's provenance says which. */
  readonly tick?: string;
  /** Hidden prints off a given tick: `refuse` (default) or `drop`, which is counted. Resting orders off it are refused. */
  readonly offTickPrints?: 'refuse' | 'drop';
  /** ns ≥ 0 added to the exchange time to make the local time; default 0. */
  readonly feedLatencyNs?: number;
  readonly onProgress?: OnProgress;
}

const LOBSTER_TICK = '0.0001';
const CENT = '0.01';
const LOT = '1';

/** Throws `ImportError` with file, line, field and value where something cannot be imported. */
export async function importLobster(options: LobsterOptions): Promise<ImportedTape> {
  const { symbol, date } = namedDay(options);
  const feedLatencyNs = options.feedLatencyNs ?? 0;
  if (!(Number.isSafeInteger(feedLatencyNs) && feedLatencyNs >= 0)) {
    throw new RangeError(`feedLatencyNs is ${feedLatencyNs}; it must be a whole number of ns ≥ 0`);
  }
  new Instrument({ symbol, tick: options.tick ?? CENT, lot: LOT }, 0); // refuses a bad symbol or tick before any reading
  const midnight = new Zone('America/New_York').toUtc(dateSeconds(date));

  const scan = new OrderScan();
  const fact = await eachMessage(options, 0, (message) => scan.take(message));
  const tick = options.tick ?? (scan.offCent === 0 ? CENT : LOBSTER_TICK);
  const writer = new LobsterWriter(scan, tick, options.offTickPrints ?? 'refuse', midnight, feedLatencyNs, options);
  const again = await eachMessage(options, 1, (message) => writer.take(message));
  if (again.sha256 !== fact.sha256) throw new ImportError(`${options.messages}: the file changed while it was read`);
  const reason = options.tick !== undefined ? 'as given' : `${scan.offCent} prices are no whole cents`;
  return writer.collector.finish({
    importer: 'lobster',
    version: '1',
    instruments: [{ symbol, tick, lot: LOT }],
    files: [fact],
    choices: { date, zone: 'America/New_York', tick: `${tick} (${reason})`, feedLatencyNs: String(feedLatencyNs) },
  });
}

function namedDay(options: LobsterOptions): { symbol: string; date: string } {
  const match = /^([^_]+)_(\d{4}-\d{2}-\d{2})_/.exec(basename(options.messages));
  const symbol = options.symbol ?? match?.[1];
  const date = options.date ?? match?.[2];
  const missing = symbol === undefined ? 'symbol' : date === undefined ? 'date' : undefined;
  if (missing !== undefined || symbol === undefined || date === undefined) {
    throw new RangeError(
      `${options.messages}: the ${missing} is not given and not in the file's name (SYMBOL_YYYY-MM-DD_…): give it`,
    );
  }
  return { symbol, date };
}

/** Both passes count as one file each in the progress. */
function eachMessage(
  { messages: path, onProgress }: LobsterOptions,
  pass: number,
  take: (message: LobsterMessage) => void,
): Promise<InputFact> {
  const reader = new LobsterMessageReader();
  return readLines(
    path,
    (bytes, start, end) => {
      if (end > start) take(reader.read(bytes, start, end));
    },
    (bytesRead, bytesTotal) => onProgress?.({ file: pass, files: 2, path, bytesRead, bytesTotal }),
  );
}
