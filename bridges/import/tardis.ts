/**
 * Imports CSV files of Tardis.dev, plain, gzip or zip: incremental_book_L2, book_snapshot_N, trades, liquidations, quotes,
 * book_ticker, derivative_ticker; any number of files, kinds and symbols as one tape.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 *
 * `timestamp` is the exchange time, `local_timestamp` the local time, both in microseconds. What else is assumed:
 * docs/import/tardis.md.
 */
import type { InstrumentSpec } from '../../core/index.js';
import { ImportError, type InputFact, type OnProgress, readLines } from './input-file.js';
import { brief, LineFields, StepError } from './line-fields.js';
import { type ImportedTape, RowCollector, type RowKeeping } from './row-collector.js';
import { largestStep } from './step-finder.js';
import { IncrementalWriter, SnapshotWriter } from './tardis-book.js';
import { TardisInstruments, type TardisTable } from './tardis-instruments.js';
import { orderedTardisFiles, TARDIS_COLUMNS, type TardisFile, type TardisKind } from './tardis-kind.js';
import {
  type LineHead,
  liquidationWriter,
  microseconds,
  nanosOf,
  quoteWriter,
  type TardisWriter,
  tickerWriter,
  tradeWriter,
} from './tardis-rows.js';

export interface TardisOptions extends Partial<InstrumentSpec>, RowKeeping {
  /** Those of one kind in order of time. */
  readonly files: readonly string[];
  /** For several symbols, instead of `tick`, `lot` and the like: by `SYMBOL` or `exchange:SYMBOL`. */
  readonly instruments?: TardisTable;
  /** Lines of symbols that the table does not list. Default `refuse`. */
  readonly otherSymbols?: 'refuse' | 'drop';
  /** What files are whose names do not say it. */
  readonly type?: TardisKind;
  /** A local time before the exchange time: refused (default), or all local times are moved by the worst difference. */
  readonly negativeLatency?: 'refuse' | 'shift';
  readonly onProgress?: OnProgress;
}

/** Throws `ImportError` with file, line, field and value where something cannot be imported. */
export async function importTardis(options: TardisOptions): Promise<ImportedTape> {
  if (options.files.length === 0) throw new ImportError('tardis: no files were given');
  const files = orderedTardisFiles(options.files, options.type);
  const reader = new TardisReader(options, files);
  const facts: InputFact[] = [];
  for (const [at, file] of files.entries()) {
    reader.begin(file);
    const onBytes = (bytesRead: number, bytesTotal: number) =>
      options.onProgress?.({ file: at, files: files.length, path: file.path, bytesRead, bytesTotal });
    try {
      facts.push(await readLines(file.path, reader.line, onBytes));
    } catch (cause) {
      throw await withStep(cause, reader, file);
    }
    reader.end();
    const twice = facts.slice(0, -1).find(({ sha256, lines }) => lines > 0 && sha256 === facts.at(-1)!.sha256);
    if (twice !== undefined) throw new ImportError(`${file.path}: has the very bytes of ${twice.name}: give it once`);
  }
  const { collector, instruments } = reader;
  if (options.negativeLatency === 'shift') collector.shiftLocalClock();
  return collector.finish({
    importer: 'tardis',
    version: '1',
    instruments: instruments.specs,
    files: facts,
    reordered: reader.reordered,
    choices: { kinds: [...new Set(files.map(({ kind }) => kind))].join(', '), venueSymbols: instruments.venueSymbols },
  });
}

/** Adds what the tick or lot would have to be to the refusal of a number that is off it. */
async function withStep(cause: unknown, { offStep, stepPlaces }: TardisReader, { path }: TardisFile): Promise<unknown> {
  if (!(cause instanceof ImportError) || offStep === undefined) return cause;
  const step = await largestStep(path, stepPlaces(offStep.step)).catch(() => undefined);
  const what = offStep.step === 'tick' ? 'prices' : 'amounts';
  return step === undefined
    ? cause
    : new ImportError(`${cause.message}; all ${what} of this file are multiples of ${step}`);
}

function specsOf(options: TardisOptions): InstrumentSpec[] {
  const { instruments, tick, lot, symbol = '' } = options;
  if (instruments !== undefined) {
    if (tick !== undefined || lot !== undefined || symbol !== '') {
      throw new RangeError('tick, lot and symbol were given beside a table of instruments: give one of both');
    }
    return Object.entries(instruments).map(([name, terms]) => ({ symbol: name, ...terms }));
  }
  if (tick === undefined || lot === undefined) {
    throw new RangeError('tick or lot is missing: give both, or a table of instruments for several symbols');
  }
  return [{ ...options, symbol, tick, lot }];
}

const WRITERS: Readonly<Record<TardisKind, (collector: RowCollector, instruments: TardisInstruments) => TardisWriter>> =
  {
    trades: tradeWriter,
    liquidations: liquidationWriter,
    incremental_book_L2: (collector, instruments) => new IncrementalWriter(collector, instruments),
    book_snapshot: (collector, instruments) => new SnapshotWriter(collector, instruments),
    quotes: quoteWriter,
    book_ticker: quoteWriter,
    derivative_ticker: tickerWriter,
  };

/** One pass over the lines of all files. */
export class TardisReader {
  readonly collector: RowCollector;
  readonly instruments: TardisInstruments;
  /** The number off the tick or lot that the last line was refused for. */
  offStep: StepError | undefined;
  readonly #writers: ReadonlyMap<TardisKind, TardisWriter>;
  readonly #shift: boolean;
  readonly #fields = new LineFields();
  readonly #head: LineHead = { happened: 0, local: 0, instrument: 0 };
  readonly #places = new Map<string, number>();
  #kind: TardisKind;
  #writer: TardisWriter;
  #width = 0;
  #timestamp = 0;
  #localTimestamp = 0;
  /** By instrument: the last local time of this kind's files before, and whether this file has had a line of it. */
  #ended: number[] = [];
  #latest: number[] = [];

  constructor(options: TardisOptions, files: readonly TardisFile[]) {
    const kinds = new Set(files.map(({ kind }) => kind));
    const set = { value: kinds.has('derivative_ticker') || kinds.has('liquidations') };
    // Of several kinds the files are read one after the other: their rows are in no order.
    this.collector = new RowCollector(set, options, kinds.size === 1 ? () => this.instruments.specs : undefined);
    const table = options.instruments !== undefined;
    this.instruments = new TardisInstruments(specsOf(options), table, options.otherSymbols === 'drop', this.collector);
    this.#writers = new Map([...kinds].map((kind) => [kind, WRITERS[kind](this.collector, this.instruments)]));
    this.#shift = options.negativeLatency === 'shift';
    this.#kind = files[0]!.kind;
    this.#writer = this.#writers.get(this.#kind)!;
  }

  begin({ kind }: TardisFile): void {
    this.#ended = kind === this.#kind ? this.#latest : [];
    this.#latest = kind === this.#kind ? [...this.#latest] : [];
    this.#kind = kind;
    this.#writer = this.#writers.get(kind)!;
    this.#width = 0;
  }

  /** The file at hand has ended. */
  end(): void {
    if (this.#width === 0) this.collector.tally.count('empty-file', 'files without a line: days without data');
    else this.#writer.end();
  }

  get reordered(): { exchange: number; local: number } {
    const sum = { exchange: 0, local: 0 };
    for (const { reordered } of this.#writers.values()) {
      sum.exchange += reordered.exchange;
      sum.local += reordered.local;
    }
    return sum;
  }

  /** Places of all prices or all amounts of the file at hand. */
  readonly stepPlaces = (step: 'tick' | 'lot'): number[] => {
    const names = step === 'tick' ? /^((bid_|ask_)?price|.*\]\.price)$/ : /^((bid_|ask_)?amount|.*\]\.amount)$/;
    return [...this.#places].filter(([name]) => names.test(name)).map(([, place]) => place);
  };

  readonly line = (bytes: Buffer, start: number, end: number): void => {
    if (end === start) {
      this.collector.tally.count('blank-lines', 'empty lines were left out');
      return;
    }
    const fields = this.#fields;
    fields.split(bytes, start, end, this.#width);
    if (this.#width === 0) {
      this.#resolve();
      return;
    }
    const instrument = this.instruments.of(fields);
    if (instrument < 0) return;
    const head = this.#head;
    head.instrument = instrument;
    const happenedUs = microseconds(fields, this.#timestamp, 'timestamp');
    const localUs = microseconds(fields, this.#localTimestamp, 'local_timestamp');
    this.#checkClocks(happenedUs, localUs);
    head.happened = nanosOf(this.collector, happenedUs);
    head.local = nanosOf(this.collector, localUs);
    this.#checkOrder(instrument, head.local);
    try {
      this.#writer.write(fields, head);
    } catch (cause) {
      if (cause instanceof StepError) this.offStep = cause;
      throw cause;
    }
  };

  #resolve(): void {
    const fields = this.#fields;
    if (fields.count < 2 || fields.text(0) !== 'exchange' || fields.text(1) !== 'symbol') {
      throw new RangeError(`the header begins ${brief(fields.text(0))}, not exchange,symbol: no file of Tardis.dev`);
    }
    this.#places.clear();
    for (let place = 0; place < fields.count; place++) {
      const name = fields.text(place);
      if (this.#places.has(name)) throw new RangeError(`the header has two columns ${brief(name)}`);
      this.#places.set(name, place);
    }
    const missing = TARDIS_COLUMNS[this.#kind].find((name) => !this.#places.has(name));
    if (missing !== undefined) {
      throw new RangeError(
        `the header has no column ${missing}, which ${this.#kind} has: it is a file of another type`,
      );
    }
    this.#timestamp = this.#places.get('timestamp')!;
    this.#localTimestamp = this.#places.get('local_timestamp')!;
    this.#width = fields.count;
    this.#writer.begin(this.#places);
  }

  #checkClocks(happenedUs: number, localUs: number): void {
    if (localUs > happenedUs) return;
    if (localUs === happenedUs) {
      this.collector.tally.count(
        'no-exchange-time',
        'rows whose exchange gave no time (timestamp is local_timestamp) happen when they were received',
      );
    } else if (!this.#shift) {
      throw new RangeError(
        `local_timestamp lies ${happenedUs - localUs} us before timestamp: if the clocks differ, negative latency can be shifted`,
      );
    }
  }

  /** Files of a kind follow each other: what was read twice would trade twice. */
  #checkOrder(instrument: number, local: number): void {
    const ended = this.#ended[instrument];
    if (ended !== undefined && local < ended) {
      throw new RangeError(
        `the file begins before the ${this.#kind} given before it end: give files of a kind in order of time, each once`,
      );
    }
    const latest = this.#latest[instrument];
    if (latest === undefined || local > latest) this.#latest[instrument] = local;
  }
}
