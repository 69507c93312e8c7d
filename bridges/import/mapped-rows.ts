/**
 * Rows as a mapping describes them, wherever they come from: which instrument, when it happened and when it was seen, handed to
 * the writer of the mapping's shape. Knows nothing of files. Called by csv, parquet and sql.
 */
import { Instrument, type InstrumentSpec, instrumentSpec } from '../../core/index.js';
import { type CsvMapping, derivedNanos, type Shape, shapeOf } from './csv-mapping.js';
import { MappedClock } from './mapped-clock.js';
import type { MappedFields } from './mapped-fields.js';
import { type RowWriter, writerFor } from './mapped-writers.js';
import { type ImportedTape, RowCollector, type RowKeeping, type TapeOrigins } from './row-collector.js';

/** Shapes whose rows say what they have to say in the `value` column. */
const VALUED: ReadonlySet<Shape> = new Set(['funding', 'status', 'splits', 'dividends']);

export class MappedRows {
  readonly collector: RowCollector;
  readonly #instruments: readonly InstrumentSpec[];
  readonly #choices: Record<string, string>;
  readonly #mapping: CsvMapping;
  readonly #fields: MappedFields;
  readonly #writer: RowWriter;
  readonly #index = new Map<string, number>();
  readonly #exchange: MappedClock | undefined;
  readonly #local: MappedClock | undefined;
  /** ns from exchange to local time where one clock is made from the other. */
  readonly #travelNs: number;
  readonly #symbol: number;
  readonly #fixedSymbol: number;

  /** Registers the columns that the mapping names with `fields`. */
  constructor(mapping: CsvMapping, fields: MappedFields, keeping: RowKeeping) {
    this.#mapping = mapping;
    this.#fields = fields;
    this.#instruments = Object.entries(mapping.instruments).map(([symbol, terms]) =>
      instrumentSpec({ symbol, ...terms }),
    );
    const instruments = this.#instruments.map((spec, index) => new Instrument(spec, index));
    for (const { symbol, index } of instruments) this.#index.set(symbol, index);
    const shape = shapeOf(mapping);
    const set = { bars: shape === 'bars', value: VALUED.has(shape) };
    this.collector = new RowCollector(set, keeping, () => this.#instruments);
    this.#symbol = 'column' in mapping.symbol ? fields.want(mapping.symbol.column, 'symbol') : -1;
    this.#fixedSymbol = 'constant' in mapping.symbol ? this.#index.get(mapping.symbol.constant)! : -1;
    this.#exchange = mapping.exchangeTime && new MappedClock('exchangeTime', mapping.exchangeTime, fields);
    this.#local = mapping.localTime && new MappedClock('localTime', mapping.localTime, fields);
    this.#travelNs =
      derivedNanos(mapping.localFrom ?? '', 'exchange', '+') ??
      derivedNanos(mapping.exchangeFrom ?? '', 'local', '-') ??
      0;
    this.#writer = writerFor(mapping, fields, this.collector, instruments);
    this.#choices = { shape };
    if (mapping.localFrom !== undefined) this.#choices.localTime = mapping.localFrom;
    if (mapping.exchangeFrom !== undefined) this.#choices.exchangeTime = mapping.exchangeFrom;
  }

  /** Takes the row at hand. Throws `RangeError` with column and value. */
  take(): void {
    const instrument = this.#symbol < 0 ? this.#fixedSymbol : this.#instrument(this.#fields.text(this.#symbol));
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
      `${this.#fields.nameOf(this.#symbol)} is ${JSON.stringify(symbol)}, not among the mapping's instruments ` +
        `(${[...this.#index.keys()].slice(0, 8).join(', ')}); otherSymbols: drop leaves such rows out`,
    );
  }

  /** After the last row. Throws `ImportError` where there was none. */
  finish(origins: Omit<TapeOrigins, 'instruments'>): ImportedTape {
    this.#writer.end();
    this.collector.shiftLocalClock();
    return this.collector.finish({
      ...origins,
      instruments: this.#instruments,
      choices: { ...origins.choices, ...this.#choices },
    });
  }
}
