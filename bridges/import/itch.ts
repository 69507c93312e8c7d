/**
 * Imports NASDAQ TotalView-ITCH 5.0 files (as Nasdaq gives them, a length before each message) as an L3 tape of chosen stocks.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 *
 * Timestamps are ns since midnight of the date and in the zone that the user names. There is one clock: local time = exchange time,
 * plus a constant if one is given. How messages become rows: itch-rows; what else is assumed: docs/import/itch.md.
 */
import { basename } from 'node:path';
import { z } from 'zod';
import { Instrument } from '../../core/index.js';
import { checkedBy } from './csv-mapping.js';
import { ImportError, type InputFact, type OnProgress } from './input-file.js';
import { ItchRows, OTHER_SYMBOLS } from './itch-rows.js';
import { tickUnits } from './itch-stocks.js';
import { ItchStream } from './itch-stream.js';
import { readPlaced } from './placed-stream.js';
import type { ImportedTape } from './row-collector.js';
import { Scratch } from './rows/scratch.js';
import { dateSeconds, Zone } from './zoned-time.js';

const itchOptions = z.strictObject({
  /** In order of time. */
  files: z.array(z.string()).min(1, 'expected at least one file'),
  /** Trading day of each file, `2019-12-30`; one for all where they are parts of one day. */
  dates: z.array(z.string().refine(accepts(dateSeconds), 'expected a day such as 2019-12-30')).min(1),
  /** Zone of the timestamps' midnight: `America/New_York`. */
  timeZone: z.string().refine(
    accepts((name) => new Zone(name)),
    'expected an IANA time zone such as America/New_York',
  ),
  /** Price step of all stocks of the tape. */
  tick: z.string().refine(accepts(checkTick), 'expected a whole multiple of 0.0001 such as 0.01'),
  /** These stocks alone; all where left out. */
  symbols: z
    .array(z.string().regex(/^[!-~]{1,8}$/, 'expected a symbol of up to 8 characters'))
    .min(1)
    .optional(),
  /** Hidden trades and crosses off the tick: `refuse` (default) or `drop`, which is counted. Orders off it are refused. */
  offTickPrints: z.enum(['refuse', 'drop']).default('refuse'),
  /** ns ≥ 0 added to the exchange time to make the local time; default 0. */
  feedLatencyNs: z.int().nonnegative().default(0),
  /** Where rows wait until they are ordered. Default: in memory. */
  scratch: z.instanceof(Scratch).optional(),
  onProgress: z.custom<OnProgress>((value) => typeof value === 'function').optional(),
});
export type ItchOptions = z.input<typeof itchOptions>;

/** The day in the names that Nasdaq gives: `12302019.NASDAQ_ITCH50.gz`. */
const NAMED_DAY = /^(\d{2})(\d{2})(\d{4})\.NASDAQ_ITCH50/;

/** Throws `ImportError` with file, message, byte, field and value where something cannot be imported. */
export async function importItch(options: ItchOptions): Promise<ImportedTape> {
  const checked = checkedBy(itchOptions, options, 'itch');
  const { files, timeZone, onProgress, feedLatencyNs, tick } = checked;
  const dates = datesOf(files, checked.dates);
  const zone = new Zone(timeZone);
  const rows = new ItchRows(checked);
  const facts: InputFact[] = [];
  for (const [file, path] of files.entries()) {
    if (dates[file] !== dates[file - 1]) {
      const day = dateSeconds(dates[file]!);
      placed(path, () => rows.startDay(zone.toUtc(day), day));
    }
    const onBytes = (bytesRead: number, bytesTotal: number) =>
      onProgress?.({ file, files: files.length, path, bytesRead, bytesTotal });
    const stream = new ItchStream(rows);
    facts.push(await readPlaced(path, stream, onBytes));
    rows.collector.tally.count('other-symbols', OTHER_SYMBOLS, stream.skipped);
  }
  return placed(files.join(', '), () => {
    rows.finish();
    return rows.collector.finish({
      importer: 'itch',
      version: '1',
      instruments: rows.stocks.specs,
      files: facts,
      choices: { dates: [...new Set(dates)].join(', '), zone: timeZone, tick, feedLatencyNs: String(feedLatencyNs) },
    });
  });
}

/** The day of each file. */
function datesOf(files: readonly string[], dates: readonly string[]): string[] {
  if (dates.length !== 1 && dates.length !== files.length) {
    throw new ImportError(
      `itch: dates: there are ${dates.length} for ${files.length} files: give one for each file, or one where all are of one day`,
    );
  }
  return files.map((path, file) => {
    const date = dates[file] ?? dates[0]!;
    const before = dates[file - 1];
    if (before !== undefined && date < before) {
      throw new ImportError(
        `${path}: its date ${date} is before ${before} of the file before: give files in order of time`,
      );
    }
    const [, month, day, year] = NAMED_DAY.exec(basename(path)) ?? [];
    if (year !== undefined && date !== `${year}-${month}-${day}`) {
      throw new ImportError(`${path}: its name says ${year}-${month}-${day}, and the date given is ${date}`);
    }
    return date;
  });
}

function placed<Result>(place: string, act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    throw cause instanceof RangeError ? new ImportError(`${place}: ${cause.message}`) : cause;
  }
}

function checkTick(tick: string): void {
  tickUnits(tick);
  new Instrument({ symbol: 'x', tick, lot: '1' }, 0);
}

function accepts(attempt: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      attempt(text);
      return true;
    } catch {
      return false;
    }
  };
}
