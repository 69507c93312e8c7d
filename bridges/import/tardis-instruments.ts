/**
 * Which instrument a line of a Tardis.dev file is of: one for all files, or a table by symbol. And the table's file.
 * Knows nothing of rows or kinds. Called by tardis.
 */
import { z } from 'zod';
import { Instrument, type InstrumentSpec, instrumentSpec } from '../../core/index.js';
import { checkedBy, instrumentTable, readYaml } from './csv-mapping.js';
import { DecimalReader } from './decimal-reader.js';
import { brief, type LineFields } from './line-fields.js';
import type { RowCollector } from './row-collector.js';

/** Tick, lot and terms by `SYMBOL` or `exchange:SYMBOL`, which is also the name on the tape. */
export type TardisTable = z.output<typeof instrumentTable>;

const tableFile = z.strictObject({ instruments: instrumentTable });

/** Reads `instruments: { BTCUSDT: { tick: …, lot: … }, … }` from a YAML or JSON file. Throws `ImportError`. */
export async function readTardisInstruments(path: string): Promise<TardisTable> {
  return checkedBy(tableFile, await readYaml(path), path).instruments;
}

/** The instruments of one tape. */
export class TardisInstruments {
  readonly specs: readonly InstrumentSpec[];
  readonly ticks: readonly DecimalReader[];
  readonly lots: readonly DecimalReader[];
  readonly #collector: RowCollector;
  readonly #table: boolean;
  readonly #drop: boolean;
  /** `exchange,symbol` as lines begin → instrument; −1 for those that are left out. */
  readonly #known = new Map<string, number>();
  readonly #venues: string[] = [];
  #last: Buffer = Buffer.alloc(0);
  #lastIndex = -1;

  /** `specs`: one whose symbol may be empty (taken from the lines), or those of a table. Throws `RangeError`. */
  constructor(specs: readonly InstrumentSpec[], table: boolean, drop: boolean, collector: RowCollector) {
    this.specs = specs.map(instrumentSpec);
    const instruments = specs.map((spec, index) => new Instrument({ ...spec, symbol: spec.symbol || '?' }, index));
    this.ticks = instruments.map(({ tick }) => new DecimalReader(tick));
    this.lots = instruments.map(({ lot }) => new DecimalReader(lot));
    this.#table = table;
    this.#drop = drop;
    this.#collector = collector;
  }

  /** The instrument of the line, −1 when it is to be left out. The first two fields are exchange and symbol. */
  of(fields: LineFields): number {
    const { bytes, starts } = fields;
    const start = starts[0]!;
    const length = starts[2]! - 1 - start;
    const last = this.#last;
    let at = length === last.length ? 0 : length;
    while (at < length && bytes[start + at] === last[at]) at++;
    if (at < length || length !== last.length) {
      const key = bytes.toString('utf8', start, start + length);
      this.#lastIndex = this.#known.get(key) ?? this.#find(key, fields.text(0), fields.text(1));
      this.#last = Buffer.from(bytes.subarray(start, start + length));
    }
    if (this.#lastIndex < 0) {
      this.#collector.tally.count('other-symbol', 'rows of symbols that the table does not list were left out');
    }
    return this.#lastIndex;
  }

  #find(key: string, exchange: string, symbol: string): number {
    if (exchange === '' || symbol === '') throw new RangeError('exchange or symbol is empty');
    const index = this.#table ? this.#listed(exchange, symbol) : this.#only(symbol);
    if (index >= 0) {
      const venue = this.#venues[index];
      if (venue !== undefined && venue !== `${exchange}:${symbol}`) {
        throw new RangeError(
          `${exchange}:${symbol} is on one tape with ${venue}: give a table of instruments that names both (exchange:SYMBOL)`,
        );
      }
      this.#venues[index] = `${exchange}:${symbol}`;
    }
    this.#known.set(key, index);
    return index;
  }

  #only(symbol: string): number {
    const [spec] = this.specs;
    if (spec!.symbol !== '') return 0;
    const named = instrumentSpec({ ...spec!, symbol });
    new Instrument(named, 0); // refuses what is no symbol
    (this.specs as InstrumentSpec[])[0] = named;
    return 0;
  }

  #listed(exchange: string, symbol: string): number {
    const full = this.specs.findIndex((spec) => spec.symbol === `${exchange}:${symbol}`);
    const index = full >= 0 ? full : this.specs.findIndex((spec) => spec.symbol === symbol);
    if (index >= 0 || this.#drop) return index;
    throw new RangeError(
      `symbol is ${brief(symbol)} (${exchange}), which the table of instruments does not list; other symbols can be dropped`,
    );
  }

  /** What the venue calls each instrument, for the provenance. */
  get venueSymbols(): string {
    return this.#venues.filter((venue) => venue !== undefined).join(', ');
  }
}
