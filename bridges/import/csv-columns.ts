/**
 * The fields of a CSV row as a mapping names them: found in the header, read as text, ticks, lots and sides.
 * Knows nothing of files, clocks or tape rows. Called by csv and the writers of its shapes.
 */
import { type Instrument, MAX_PRICE_TICKS, parseDecimal, Side } from '../../core/index.js';
import type { CsvColumn, CsvMapping } from './csv-mapping.js';
import { DecimalReader } from './decimal-reader.js';
import { splitFields } from './delimited-line.js';
import type { TimestampReader } from './timestamp-reader.js';

const QUOTE = 34;
/** Rows of more fields are read as texts. */
const MOST_FIELDS = 1_024;

/** The columns that a mapping wants, found in each file's header, and the fields of the row at hand. */
export class CsvColumns {
  /** Fields of the row at hand as texts, in file order, where a row has quotes (or a separator beyond ASCII). */
  readonly #fields: string[] = [];
  /** Where they lie otherwise: field `n` from `starts[n]` to `starts[n + 1] - 1` of the bytes. */
  readonly #starts = new Int32Array(MOST_FIELDS + 1);
  #bytes: Buffer | undefined;
  /** True once the columns have been found in this file. */
  resolved = false;
  /** Fields in each row. */
  width = 0;
  readonly #wanted: { readonly column: CsvColumn; readonly field: string }[] = [];
  #places: number[] = [];

  /** Registers a column that the mapping's `field` names; returns its slot. */
  want(column: CsvColumn, field: string): number {
    return this.#wanted.push({ column, field }) - 1;
  }

  /** Takes a row, borrowed until the next; returns how many fields it has. Throws `RangeError` for a bad quote. */
  split(bytes: Buffer, start: number, end: number, separator: string): number {
    const byte = separator.charCodeAt(0);
    const starts = this.#starts;
    let count = 0;
    starts[0] = start;
    let at = byte < 128 ? start : -1;
    for (; at >= 0 && at < end; at++) {
      const one = bytes[at]!;
      if (one === QUOTE || count === MOST_FIELDS - 1) break;
      if (one === byte) starts[++count] = at + 1;
    }
    if (at === end) {
      starts[++count] = end + 1;
      this.#bytes = bytes;
      return count;
    }
    this.#bytes = undefined;
    return splitFields(bytes.toString('utf8', start, end), separator, this.#fields);
  }

  /** Finds all columns, from the row at hand being the first line. True when that line was a header. Throws `RangeError`. */
  resolve(header: boolean, count: number): boolean {
    const names = Array.from({ length: count }, (_, place) => this.#textAt(place));
    this.#places = this.#wanted.map(({ column, field }) => {
      if (typeof column === 'number') {
        if (column < count) return column;
        throw new RangeError(
          `the mapping's ${field} names column ${column}, but the columns go from 0 to ${count - 1}`,
        );
      }
      if (!header) throw new RangeError(`the mapping's ${field} names column "${column}", but it says header: false`);
      const place = names.indexOf(column);
      if (place < 0) {
        throw new RangeError(`the mapping's ${field} names column "${column}"; the header has ${names.join(', ')}`);
      }
      if (names.indexOf(column, place + 1) >= 0) throw new RangeError(`the header has two columns "${column}"`);
      return place;
    });
    this.width = count;
    this.resolved = true;
    return header;
  }

  text(slot: number): string {
    return this.#textAt(this.#places[slot]!);
  }

  #textAt(place: number): string {
    if (this.#bytes === undefined) return this.#fields[place]!.trim();
    return this.#bytes.toString('utf8', this.#starts[place], this.#starts[place + 1]! - 1).trim();
  }

  /** A field in units of the reader, without making a text of what is plainly a number; `NaN` where it is none. */
  units(slot: number, reader: DecimalReader): number {
    if (this.#bytes === undefined) return reader.units(this.text(slot));
    const place = this.#places[slot]!;
    const units = reader.unitsAt(this.#bytes, this.#starts[place]!, this.#starts[place + 1]! - 1);
    return Number.isNaN(units) ? reader.units(this.text(slot)) : units;
  }

  /** Reads a field as a time if it is digits alone and the reader's unit counts. False: read its text. */
  readDigits(slot: number, reader: TimestampReader): boolean {
    if (this.#bytes === undefined) return false;
    const place = this.#places[slot]!;
    return reader.readDigits(this.#bytes, this.#starts[place]!, this.#starts[place + 1]! - 1);
  }

  /** How messages call a column. */
  nameOf(slot: number): string {
    const { column } = this.#wanted[slot]!;
    return typeof column === 'number' ? `column ${column}` : `column "${column}"`;
  }
}

/** Decimal fields → ticks and lots of the row's instrument. */
export class CsvNumbers {
  readonly #columns: CsvColumns;
  readonly #ticks: readonly DecimalReader[];
  readonly #lots: readonly DecimalReader[];

  constructor(columns: CsvColumns, instruments: readonly Instrument[]) {
    this.#columns = columns;
    this.#ticks = instruments.map(({ tick }) => new DecimalReader(tick));
    this.#lots = instruments.map(({ lot }) => new DecimalReader(lot));
  }

  ticks(slot: number, instrument: number): number {
    const reader = this.#ticks[instrument]!;
    const ticks = this.#columns.units(slot, reader);
    if (Math.abs(ticks) <= MAX_PRICE_TICKS) return ticks;
    const text = this.#columns.text(slot);
    const fault = Number.isNaN(ticks)
      ? `${reader.fault(text)} (the tick)`
      : `${text} is beyond ${MAX_PRICE_TICKS} ticks`;
    throw new RangeError(`${this.#columns.nameOf(slot)}: price ${fault}`);
  }

  /**
   * As {@link CsvNumbers.ticks}, but a price between two ticks gives the nearer one; `rounded` is told. Whatever is no price
   * at all is refused.
   */
  nearestTicks(slot: number, instrument: number, rounded: () => void): number {
    const reader = this.#ticks[instrument]!;
    const text = this.#columns.text(slot);
    if (!Number.isNaN(reader.units(text))) return this.ticks(slot, instrument);
    const ticks = reader.nearest(text);
    if (!(Math.abs(ticks) <= MAX_PRICE_TICKS)) return this.ticks(slot, instrument);
    rounded();
    return ticks;
  }

  /** A decimal as the nearest double; `what` is how messages call it. Throws `RangeError` for what is none. */
  value(slot: number, what: string): number {
    const text = this.#columns.text(slot);
    try {
      parseDecimal(text);
    } catch (cause) {
      throw new RangeError(`${this.#columns.nameOf(slot)}: ${what} ${(cause as Error).message}`);
    }
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw new RangeError(`${this.#columns.nameOf(slot)}: ${what} ${text} is beyond every double`);
  }

  lots(slot: number, instrument: number): number {
    const reader = this.#lots[instrument]!;
    const lots = this.#columns.units(slot, reader);
    if (lots >= 0) return lots;
    const text = this.#columns.text(slot);
    const fault = Number.isNaN(lots) ? `${reader.fault(text)} (the lot)` : `${text} is negative`;
    throw new RangeError(`${this.#columns.nameOf(slot)}: quantity ${fault}`);
  }
}

/** A column of texts that mean one of a few values each, compared without regard to case. */
export class CsvTexts<Name extends string> {
  readonly #slot: number;
  readonly #columns: CsvColumns;
  readonly #what: string;
  readonly #names = new Map<string, Name>();

  /** `field`: what the mapping calls it. Throws `RangeError` for a text that means two things. */
  constructor(
    column: CsvColumn,
    meanings: readonly (readonly [Name, readonly string[]])[],
    columns: CsvColumns,
    field: string,
    what: string,
  ) {
    this.#columns = columns;
    this.#what = what;
    this.#slot = columns.want(column, `${field}.${what}`);
    for (const [name, texts] of meanings) {
      for (const text of texts) {
        const key = text.toLowerCase();
        if (this.#names.has(key)) throw new RangeError(`mapping: ${field}.${what} lists ${JSON.stringify(text)} twice`);
        this.#names.set(key, name);
      }
    }
  }

  read(): Name {
    const text = this.#columns.text(this.#slot);
    const name = this.#names.get(text) ?? this.#names.get(text.toLowerCase());
    if (name !== undefined) return name;
    const known = [...this.#names.keys()].join(', ');
    throw new RangeError(
      `${this.#columns.nameOf(this.#slot)}: ${this.#what} ${JSON.stringify(text)} is none of ${known}`,
    );
  }
}

type SideMapping = NonNullable<CsvMapping['depth']>['side'];

/** The side column's texts. */
export class CsvSides {
  readonly #texts: CsvTexts<'buy' | 'sell' | 'none'>;

  constructor(mapping: SideMapping, columns: CsvColumns, field: string) {
    const meanings = (['buy', 'sell', 'none'] as const).map((name) => [name, mapping[name]] as const);
    this.#texts = new CsvTexts(mapping.column, meanings, columns, field, 'side');
  }

  read(): Side {
    return Side[this.#texts.read()];
  }
}
