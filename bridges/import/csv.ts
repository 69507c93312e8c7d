/**
 * Imports delimited text (CSV and its kin) of one shape, as a mapping says: trades, quotes, depth or bars; funding, trading
 * status, splits, dividends or mark prices, to be replayed together with a tape that has the market.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 *
 * Nothing is guessed: each of the two clocks is a column or is made from the other one as the mapping says; a time without
 * UTC offset needs a zone; each symbol has its tick and lot; texts of the side column are listed.
 */
import { Instrument, type InstrumentSpec, instrumentSpec } from '../../core/index.js';
import { CsvColumns } from './csv-columns.js';
import {
  type CsvMapping,
  type CsvMappingInput,
  checkMapping,
  derivedNanos,
  type Shape,
  shapeOf,
} from './csv-mapping.js';
import { type RowWriter, writerFor } from './csv-rows.js';
import { ImportError, type InputFact, type OnProgress, readLines } from './input-file.js';
import { type ImportedTape, RowCollector, type RowKeeping } from './row-collector.js';
import { TimestampReader } from './timestamp-reader.js';

export interface CsvOptions extends RowKeeping {
  readonly files: readonly string[];
  /** As written, or as `readMapping` read it from a file. */
  readonly mapping: CsvMappingInput;
  readonly onProgress?: OnProgress;
}

/** Throws `ImportError` with file, line, column and value where something cannot be imported. */
export async function importCsv(options: CsvOptions): Promise<ImportedTape> {
  const { files } = options;
  if (files.length === 0) throw new ImportError('csv: no files were given');
  const reader = new CsvReader(checkMapping(options.mapping), options);
  const facts: InputFact[] = [];
  for (const [file, path] of files.entries()) {
    reader.beginFile();
    const onBytes = (bytesRead: number, bytesTotal: number) =>
      options.onProgress?.({ file, files: files.length, path, bytesRead, bytesTotal });
    facts.push(await readLines(path, reader.line, onBytes));
    if (!reader.sawHeader) throw new ImportError(`${path}: ends before its header`);
  }
  reader.end();
  return reader.collector.finish({
    importer: 'csv',
    version: '1',
    instruments: reader.instruments,
    files: facts,
    choices: reader.choices,
  });
}

/** Shapes whose rows say what they have to say in the `value` column. */
const VALUED: ReadonlySet<Shape> = new Set(['funding', 'status', 'splits', 'dividends']);

/** One pass over the lines of all files. */
class CsvReader {
  readonly collector: RowCollector;
  readonly instruments: readonly InstrumentSpec[];
  readonly choices: Record<string, string>;
  readonly #mapping: CsvMapping;
  readonly #columns: CsvColumns;
  readonly #writer: RowWriter;
  readonly #index = new Map<string, number>();
  readonly #exchange: Clock | undefined;
  readonly #local: Clock | undefined;
  /** ns from exchange to local time where one clock is made from the other. */
  readonly #travelNs: number;
  readonly #symbol: number;
  readonly #fixedSymbol: number;
  #line = 0;

  constructor(mapping: CsvMapping, keeping: RowKeeping) {
    this.#mapping = mapping;
    this.instruments = Object.entries(mapping.instruments).map(([symbol, terms]) =>
      instrumentSpec({ symbol, ...terms }),
    );
    const instruments = this.instruments.map((spec, index) => new Instrument(spec, index));
    for (const { symbol, index } of instruments) this.#index.set(symbol, index);
    const shape = shapeOf(mapping);
    this.collector = new RowCollector({ bars: shape === 'bars', value: VALUED.has(shape) }, keeping);
    this.#columns = new CsvColumns();
    this.#symbol = 'column' in mapping.symbol ? this.#columns.want(mapping.symbol.column, 'symbol') : -1;
    this.#fixedSymbol = 'constant' in mapping.symbol ? this.#index.get(mapping.symbol.constant)! : -1;
    this.#exchange = mapping.exchangeTime && new Clock('exchangeTime', mapping.exchangeTime, this.#columns);
    this.#local = mapping.localTime && new Clock('localTime', mapping.localTime, this.#columns);
    this.#travelNs =
      derivedNanos(mapping.localFrom ?? '', 'exchange', '+') ??
      derivedNanos(mapping.exchangeFrom ?? '', 'local', '-') ??
      0;
    this.#writer = writerFor(mapping, this.#columns, this.collector, instruments);
    this.choices = { shape };
    if (mapping.localFrom !== undefined) this.choices.localTime = mapping.localFrom;
    if (mapping.exchangeFrom !== undefined) this.choices.exchangeTime = mapping.exchangeFrom;
  }

  beginFile(): void {
    this.#line = 0;
    this.#columns.resolved = false;
  }

  get sawHeader(): boolean {
    return this.#columns.resolved;
  }

  readonly line = (bytes: Buffer, start: number, end: number): void => {
    this.#line++;
    if (this.#line <= this.#mapping.skipLines) return;
    const from = this.#line === 1 && isByteOrderMark(bytes, start, end) ? start + 3 : start;
    if (from === end) {
      this.collector.tally.count('blank-lines', 'empty lines were left out');
      return;
    }
    const count = this.#columns.split(bytes, from, end, this.#mapping.separator);
    if (!this.#columns.resolved) {
      if (this.#columns.resolve(this.#mapping.header, count)) return;
    }
    if (count !== this.#columns.width) {
      throw new RangeError(`there are ${count} fields where ${this.#columns.width} were expected`);
    }
    this.#row();
  };

  #row(): void {
    const instrument = this.#symbol < 0 ? this.#fixedSymbol : this.#instrument(this.#columns.text(this.#symbol));
    if (instrument < 0) return;
    const own = this.#exchange?.read(this.collector);
    const seen = this.#local?.read(this.collector);
    const happened = own ?? seen! - this.#travelNs;
    const local = seen ?? own! + this.#travelNs;
    if (local < happened && this.#mapping.negativeLatency === 'refuse') {
      throw new RangeError(
        `local time lies ${happened - local} ns before exchange time: if the clocks differ, set negativeLatency: shift`,
      );
    }
    this.#writer.write(happened, local, instrument);
  }

  #instrument(symbol: string): number {
    const index = this.#index.get(symbol);
    if (index !== undefined) return index;
    if (this.#mapping.otherSymbols === 'drop') {
      this.collector.tally.count('other-symbol', 'rows of symbols that the mapping does not list were left out');
      return -1;
    }
    throw new RangeError(
      `${this.#columns.nameOf(this.#symbol)} is ${JSON.stringify(symbol)}, not among the mapping's instruments ` +
        `(${[...this.#index.keys()].slice(0, 8).join(', ')}); otherSymbols: drop leaves such rows out`,
    );
  }

  /** After the last file. */
  end(): void {
    this.#writer.end();
    this.collector.shiftLocalClock();
  }
}

/** One clock that comes from columns. */
class Clock {
  readonly #columns: CsvColumns;
  readonly #slots: readonly number[];
  readonly #reader: TimestampReader;

  constructor(field: string, time: NonNullable<CsvMapping['exchangeTime']>, columns: CsvColumns) {
    this.#columns = columns;
    const wanted = Array.isArray(time.column) ? time.column : [time.column];
    this.#slots = wanted.map((column) => columns.want(column, field));
    this.#reader = new TimestampReader(time.unit, time.zone);
  }

  read(collector: RowCollector): number {
    if (this.#slots.length === 1 && this.#columns.readDigits(this.#slots[0]!, this.#reader)) {
      return this.#time(collector);
    }
    return this.#timeOfText(collector);
  }

  #timeOfText(collector: RowCollector): number {
    const text =
      this.#slots.length === 1
        ? this.#columns.text(this.#slots[0]!)
        : this.#slots.map((slot) => this.#columns.text(slot)).join(' ');
    try {
      this.#reader.read(text);
    } catch (cause) {
      throw this.#fault(cause as Error);
    }
    return this.#time(collector);
  }

  #time(collector: RowCollector): number {
    try {
      return collector.time(this.#reader.seconds, this.#reader.nanos);
    } catch (cause) {
      throw this.#fault(cause as Error);
    }
  }

  #fault({ message }: Error): RangeError {
    const names = this.#slots.map((slot) => this.#columns.nameOf(slot)).join(' + ');
    return new RangeError(`${names}: ${message}`);
  }
}

function isByteOrderMark(bytes: Buffer, start: number, end: number): boolean {
  return end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
}
