/**
 * Imports files of Binance's public archive (data.binance.vision), spot and futures: trades, aggTrades, bookTicker, klines,
 * fundingRate, as zip or CSV, with and without header, any number of files of one symbol as one tape.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 *
 * The archive has the venue's time alone: the local time is made of it as `localFrom` says. Symbol, kind and period are read
 * from each file's name and held against its lines. What else is assumed: docs/import/binance-archive.md.
 */
import { Instrument, type InstrumentSpec, instrumentSpec } from '../../core/index.js';
import { ArchiveClock } from './binance-archive-clock.js';
import { type ArchiveFile, type ArchiveKind, orderedFiles } from './binance-archive-name.js';
import { type ArchiveWriter, archiveWriter } from './binance-archive-rows.js';
import { SHAPES } from './binance-archive-shape.js';
import { derivedNanos } from './csv-mapping.js';
import { DecimalReader } from './decimal-reader.js';
import { ImportError, type InputFact, type OnProgress, readLines } from './input-file.js';
import { brief, LineFields, StepError } from './line-fields.js';
import { type ImportedTape, RowCollector, type RowKeeping } from './row-collector.js';
import { largestStep } from './step-finder.js';

export interface BinanceArchiveOptions extends Omit<InstrumentSpec, 'symbol'>, RowKeeping {
  /** In any order; named as the archive names them. */
  readonly files: readonly string[];
  /** `exchange`, or `exchange + 5ms`: how much later than the venue's time each row is seen. */
  readonly localFrom: string;
  /** The instrument's name on the tape; default: the one in the files' names. */
  readonly symbol?: string;
  readonly onProgress?: OnProgress;
}

/** COIN-M: `BTCUSD_PERP`, `BTCUSD_240628`. */
const COIN_MARGINED = /USD_(PERP|\d{6})$/;

/** Throws `ImportError` with file, line, field and value where something cannot be imported. */
export async function importBinanceArchive(options: BinanceArchiveOptions): Promise<ImportedTape> {
  const { onProgress, localFrom } = options;
  if (options.files.length === 0) throw new ImportError('binance-archive: no files were given');
  const travelNs = derivedNanos(localFrom, 'exchange', '+');
  if (travelNs === undefined) {
    throw new RangeError(`localFrom is "${localFrom}"; it must be "exchange", or "exchange + 5ms" for a delay of 5 ms`);
  }
  const files = orderedFiles(options.files);
  const venueSymbol = files[0]!.symbol;
  if (COIN_MARGINED.test(venueSymbol) && options.contract === undefined) {
    throw new RangeError(
      `${venueSymbol} is a COIN-M contract, whose quantities are contracts of so many USD: give its terms, e.g. contract ` +
        'inverse and multiplier 100',
    );
  }
  const instrument = instrumentSpec({ ...options, symbol: options.symbol ?? venueSymbol });
  const reader = new ArchiveReader(instrument, files, travelNs, options);
  const facts: InputFact[] = [];
  for (const [at, file] of files.entries()) {
    reader.begin(file);
    const onBytes = (bytesRead: number, bytesTotal: number) =>
      onProgress?.({ file: at, files: files.length, path: file.path, bytesRead, bytesTotal });
    try {
      facts.push(await readLines(file.path, reader.line, onBytes));
    } catch (cause) {
      throw await withStep(cause, reader.offStep, file);
    }
  }
  return reader.collector.finish({
    importer: 'binance-archive',
    version: '1',
    instruments: [instrument],
    files: facts,
    reordered: { exchange: reader.reordered, local: reader.reordered },
    choices: {
      venueSymbol,
      market: reader.market ?? 'spot or futures (klines do not tell)',
      kinds: [...new Set(files.map(({ kind, interval }) => (interval === '' ? kind : `klines of ${interval}`)))].join(
        ', ',
      ),
      localTime: localFrom,
    },
  });
}

/** Adds what the tick or lot would have to be to the refusal of a number that is off it. */
async function withStep(cause: unknown, fault: StepError | undefined, { path, kind }: ArchiveFile): Promise<unknown> {
  if (!(cause instanceof ImportError) || fault === undefined) return cause;
  const { prices, quantities } = SHAPES[kind];
  const step = await largestStep(path, fault.step === 'tick' ? prices : quantities).catch(() => undefined);
  const what = fault.step === 'tick' ? 'prices' : 'quantities';
  return step === undefined
    ? cause
    : new ImportError(`${cause.message}; all ${what} of this file are multiples of ${step}`);
}

/** One pass over the lines of all files. */
export class ArchiveReader {
  readonly collector: RowCollector;
  market: 'spot' | 'futures' | undefined;
  /** The number off the tick or lot that the last line was refused for. */
  offStep: StepError | undefined;
  readonly #writers: ReadonlyMap<ArchiveKind, ArchiveWriter>;
  readonly #clock: ArchiveClock;
  readonly #fields = new LineFields();
  #file: ArchiveFile;
  #writer: ArchiveWriter;
  #width = 0;

  constructor(instrument: InstrumentSpec, files: readonly ArchiveFile[], travelNs: number, keeping: RowKeeping) {
    const kinds = new Set(files.map(({ kind }) => kind));
    const set = { bars: kinds.has('klines'), value: kinds.has('fundingRate') };
    // Of several kinds the files are read one after the other: their rows are in no order.
    this.collector = new RowCollector(set, keeping, kinds.size === 1 ? () => [instrument] : undefined);
    this.#clock = new ArchiveClock(this.collector);
    const { tick, lot } = new Instrument(instrument, 0);
    const parts = {
      ...{ collector: this.collector, clock: this.#clock, travelNs },
      ...{ tick: new DecimalReader(tick), lot: new DecimalReader(lot) },
    };
    this.#writers = new Map([...kinds].map((kind) => [kind, archiveWriter(kind, parts)]));
    this.#file = files[0]!;
    this.#writer = this.#writers.get(this.#file.kind)!;
  }

  begin(file: ArchiveFile): void {
    this.#file = file;
    this.#writer = this.#writers.get(file.kind)!;
    this.#clock.begin(file);
    this.#width = 0;
  }

  get reordered(): number {
    return [...this.#writers.values()].reduce((sum, { reordered }) => sum + reordered, 0);
  }

  readonly line = (bytes: Buffer, start: number, end: number, line: number): void => {
    if (end === start) {
      this.collector.tally.count('blank-lines', 'empty lines were left out');
      return;
    }
    this.#fields.split(bytes, start, end, this.#width);
    if (this.#width === 0) this.#measure();
    if (line === 1 && isLetter(bytes[start]!)) {
      this.#checkHeader();
      return;
    }
    try {
      this.#writer.write(this.#fields, this.#file);
    } catch (cause) {
      if (cause instanceof StepError) this.offStep = cause;
      throw cause;
    }
  };

  /** The number of fields tells spot from futures. */
  #measure(): void {
    const { kind } = this.#file;
    const { widths } = SHAPES[kind];
    const market = widths.get(this.#fields.count);
    if (market === undefined) {
      throw new RangeError(
        `there are ${this.#fields.count} fields where ${kind} has ${[...widths.keys()].join(' or ')}`,
      );
    }
    this.#width = this.#fields.count;
    if (market === 'any') return;
    this.market ??= market;
    if (market !== this.market) {
      throw new RangeError(
        `these are ${kind} of ${market}, and the files before are of ${this.market}: make a tape of each`,
      );
    }
  }

  #checkHeader(): void {
    for (const [place, names] of Object.entries(SHAPES[this.#file.kind].header)) {
      const name = this.#fields.text(Number(place));
      if (!names.includes(name)) {
        throw new RangeError(`column ${Number(place) + 1} is called ${brief(name)} where ${names[0]} was expected`);
      }
    }
  }
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
