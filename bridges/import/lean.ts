/**
 * Imports data of QuantConnect's LEAN (zip or CSV, in their folders): bars, quote bars and ticks of one security, its splits,
 * dividends and delisting from factor and map files.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 *
 * Times are wall-clock times of the zone that the user names. What else is assumed: docs/import/lean.md.
 */
import { z } from 'zod';
import {
  CONTRACTS,
  codeOf,
  Flag,
  formatDecimal,
  Instrument,
  type InstrumentSpec,
  instrumentSpec,
  Kind,
  parseDecimal,
  Side,
  Status,
} from '../../core/index.js';
import { checkedBy, derivedNanos } from './csv-mapping.js';
import { DecimalReader } from './decimal-reader.js';
import { ImportError, type InputFact, type OnProgress, readLines } from './input-file.js';
import { type LeanAction, type LeanTicker, lastDay, readFactorFile, readMapFile, tickerOn } from './lean-actions.js';
import { type LeanFile, orderedLeanFiles } from './lean-path.js';
import { LeanRows } from './lean-rows.js';
import { LineFields, StepError } from './line-fields.js';
import { type ImportedTape, RowCollector } from './row-collector.js';
import { Scratch } from './rows/scratch.js';
import { dateSeconds, Zone } from './zoned-time.js';

const zone = z
  .string()
  .refine((name) => accepted(() => new Zone(name)), 'expected an IANA time zone such as America/New_York');
const day = z.string().refine((text) => accepted(() => dateSeconds(text)), 'expected a day such as 2014-06-06');

const leanOptions = z.strictObject({
  /** In any order, in their folders of a LEAN data folder. */
  files: z.array(z.string()).min(1, 'expected at least one file').readonly(),
  /** Of the times in the files: `America/New_York` for US equities, `UTC` for crypto. */
  timeZone: zone,
  tick: z.string(),
  lot: z.string(),
  /** `exchange`, or `exchange + 5ms`: how much later than it happened each row is seen. */
  localFrom: z.string(),
  /** The instrument's name on the tape; default: the ticker in capitals, the last one of a map file. */
  symbol: z.string().min(1).optional(),
  /** Splits and dividends: `equity/usa/factor_files/spy.csv`. */
  factorFile: z.string().optional(),
  /** Tickers and delisting: `equity/usa/map_files/spy.csv`. */
  mapFile: z.string().optional(),
  /** First and last day that are taken, `2014-06-06`. */
  from: day.optional(),
  to: day.optional(),
  /** Quantity of quotes that have no size. */
  quoteSize: z.string().optional(),
  /** Of futures: the contract's month, `201406`, which tells the file in an archive of several. */
  delivery: z
    .string()
    .regex(/^\d{6}$/, 'expected a month such as 201406')
    .optional(),
  /** Ticks of this exchange alone, as the files call it. */
  exchange: z.string().optional(),
  contract: z.enum(CONTRACTS).optional(),
  multiplier: z.string().optional(),
  base: z.string().optional(),
  quote: z.string().optional(),
  expiry: z.string().optional(),
  scratch: z.instanceof(Scratch).optional(),
  onProgress: z.custom<OnProgress>((value) => typeof value === 'function').optional(),
});
export type LeanOptions = z.input<typeof leanOptions>;
type Checked = z.output<typeof leanOptions>;

const DAY_SECONDS = 86_400;
/** Prices of equities count 0.0001. */
const DECI_CENT_DECIMALS = 4;
/** A delisting that follows the data within so many days belongs to them. */
const DELISTING_DAYS = 7;

/** Throws `ImportError` with file, line, field and value where something cannot be imported. */
export async function importLean(options: LeanOptions): Promise<ImportedTape> {
  const checked = checkedBy(leanOptions, options, 'lean');
  const files = orderedLeanFiles(checked.files);
  const map = checked.mapFile === undefined ? undefined : await readMapFile(checked.mapFile);
  const factors = checked.factorFile === undefined ? undefined : await readFactorFile(checked.factorFile);
  checkTickers(files, map?.tickers);
  const reader = new LeanReader(checked, files, map?.tickers);
  const facts: InputFact[] = [];
  for (const [at, file] of files.entries()) {
    reader.begin(file);
    const onBytes = (bytesRead: number, bytesTotal: number) =>
      checked.onProgress?.({ file: at, files: files.length, path: file.path, bytesRead, bytesTotal });
    facts.push(await readLines(file.path, reader.line, onBytes, entryOf(checked.delivery)));
  }
  for (const extra of [factors, map]) if (extra !== undefined) facts.push(extra.fact);
  reader.collector.tally.count(
    'imprecise-factors',
    'lines of the factor file whose factors have lost their digits (1e+07, inf) were left out',
    factors?.imprecise ?? 0,
  );
  return reader.finish(facts, factors?.actions ?? [], map?.tickers ?? []);
}

/** Names within an archive end with the contract's month, and its last day behind it. */
function entryOf(delivery: string | undefined): ((name: string) => boolean) | undefined {
  if (delivery === undefined) return undefined;
  const ending = new RegExp(`_${delivery}(\\d\\d)?(_\\d{8})?\\.csv$`);
  return (name) => ending.test(name);
}

/** Files of one security have one ticker, or the ones that its map file says. */
function checkTickers(files: readonly LeanFile[], tickers: readonly LeanTicker[] | undefined): void {
  for (const { path, ticker, day: date } of files) {
    const first = files[0]!.ticker;
    if (tickers === undefined) {
      if (ticker !== first) {
        throw new ImportError(
          `${path}: is of ${ticker}, and others are of ${first}: make a tape of each, or give the map file that says they are one`,
        );
      }
      continue;
    }
    const known = Number.isNaN(date)
      ? tickers.some((until) => until.ticker === ticker)
      : tickerOn(tickers, date) === ticker;
    if (!known) throw new ImportError(`${path}: the map file does not say that the security was called ${ticker} then`);
  }
}

/** One pass over the lines of all files. */
export class LeanReader {
  readonly collector: RowCollector;
  readonly #rows: LeanRows;
  readonly #fields = new LineFields();
  readonly #spec: InstrumentSpec;
  readonly #options: Checked;
  readonly #travelNs: number;
  readonly #file: LeanFile;

  /** Throws `RangeError` for an instrument or options that cannot be. */
  constructor(options: Checked, files: readonly LeanFile[], tickers: readonly LeanTicker[] = []) {
    this.#options = options;
    this.#file = files[0]!;
    const ticker = tickers.at(-1)?.ticker ?? this.#file.ticker;
    this.#spec = specOf(options, options.symbol ?? ticker.toUpperCase());
    new Instrument(this.#spec, 0);
    const travelNs = derivedNanos(options.localFrom, 'exchange', '+');
    if (travelNs === undefined) {
      throw new RangeError(
        `localFrom is "${options.localFrom}"; it must be "exchange", or "exchange + 5ms" for a delay of 5 ms`,
      );
    }
    this.#travelNs = travelNs;
    const bars = this.#file.resolution !== 'tick' && files.some(({ quotes }) => !quotes);
    const value = options.factorFile !== undefined || options.mapFile !== undefined;
    this.collector = new RowCollector({ bars, value }, options);
    const lot = new DecimalReader(options.lot);
    const quoteLots = options.quoteSize === undefined ? Number.NaN : lot.units(options.quoteSize);
    if (options.quoteSize !== undefined && !(quoteLots > 0)) {
      throw new RangeError(`quoteSize is ${options.quoteSize}, no whole number of lots above 0`);
    }
    this.#rows = new LeanRows({
      ...{ collector: this.collector, zone: new Zone(options.timeZone), travelNs, lot, quoteLots },
      tick: new DecimalReader(this.#deciCents ? timesTenThousand(options.tick) : options.tick),
      exchange: options.exchange,
      from: options.from === undefined ? Number.NEGATIVE_INFINITY : dateSeconds(options.from),
      to: options.to === undefined ? Number.POSITIVE_INFINITY : dateSeconds(options.to),
    });
  }

  /** Prices of equities are whole numbers of 0.0001. */
  get #deciCents(): boolean {
    return this.#file.security === 'equity';
  }

  begin(file: LeanFile): void {
    this.#rows.begin(file);
  }

  readonly line = (bytes: Buffer, start: number, end: number): void => {
    if (end === start) {
      this.collector.tally.count('blank-lines', 'empty lines were left out');
      return;
    }
    this.#fields.split(bytes, start, end, 0);
    try {
      this.#rows.line(this.#fields);
    } catch (cause) {
      if (!(cause instanceof StepError && cause.step === 'tick' && this.#deciCents)) throw cause;
      throw new RangeError(`${cause.message}; files of equities count 0.0001, and the tick is ${this.#options.tick}`);
    }
  };

  finish(files: readonly InputFact[], actions: readonly LeanAction[], tickers: readonly LeanTicker[]): ImportedTape {
    for (const action of actions) this.#act(action);
    this.#delist(tickers);
    const { reordered } = this.#rows;
    const { security, market, resolution } = this.#file;
    return this.collector.finish({
      importer: 'lean',
      version: '1',
      instruments: [this.#spec],
      files,
      reordered: { exchange: reordered, local: reordered },
      choices: { security, market, resolution, zone: this.#options.timeZone, localTime: this.#options.localFrom },
    });
  }

  /** A split or a dividend between the first and the last day of the data, at the midnight that ends its day. */
  #act({ day: date, split, dividend }: LeanAction): void {
    if (!(date >= this.#rows.firstDay && date < this.#rows.lastDay)) return;
    const { tally } = this.collector;
    if (Number.isNaN(dividend)) {
      tally.count('dividends-without-price', 'dividends of factor files without a reference price were left out');
    } else if (dividend < 0) {
      tally.count('dividends-below-zero', 'falling price factors, which would be dividends below 0, were left out');
    } else if (dividend > 0) this.#row(date, Kind.dividend, dividend);
    if (split !== 1) this.#row(date, Kind.split, split);
  }

  #delist(tickers: readonly LeanTicker[]): void {
    const date = lastDay(tickers);
    const { lastDay: last } = this.#rows;
    if (date === undefined || !(date >= last && date <= last + DELISTING_DAYS * DAY_SECONDS)) return;
    this.#row(date, Kind.status, Status.delisted);
  }

  #row(date: number, kind: Kind, value: number): void {
    const happened = this.#rows.time(date + DAY_SECONDS, 0);
    const { rows } = this.collector;
    const row = rows.add(happened, happened + this.#travelNs, codeOf(kind, Side.none), Flag.last, 0, 0, 0);
    rows.setValue(row, value);
  }
}

function specOf({ tick, lot, contract, multiplier, base, quote, expiry }: Checked, symbol: string): InstrumentSpec {
  return instrumentSpec({
    ...{ symbol, tick, lot },
    ...(contract !== undefined && { contract }),
    ...(multiplier !== undefined && { multiplier }),
    ...(base !== undefined && { base }),
    ...(quote !== undefined && { quote }),
    ...(expiry !== undefined && { expiry }),
  });
}

function timesTenThousand(text: string): string {
  const { digits, scale } = parseDecimal(text);
  const finer = Math.max(0, scale - DECI_CENT_DECIMALS);
  return formatDecimal({ digits: digits * 10n ** BigInt(DECI_CENT_DECIMALS - scale + finer), scale: finer });
}

function accepted(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
