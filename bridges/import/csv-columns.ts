/**
 * The fields of a CSV row as a mapping names them: found in the header, read from the row's bytes.
 * Knows nothing of files, clocks or tape rows. Called by csv.
 */
import type { CsvColumn } from './csv-mapping.js';
import type { DecimalReader } from './decimal-reader.js';
import { splitFields } from './delimited-line.js';
import type { MappedFields } from './mapped-fields.js';
import type { TimestampReader } from './timestamp-reader.js';

const QUOTE = 34;
/** Rows of more fields are read as texts. */
const MOST_FIELDS = 1_024;

/** The columns that a mapping wants, found in each file's header, and the fields of the row at hand. */
export class CsvColumns implements MappedFields {
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

  isEmpty(slot: number): boolean {
    if (this.#bytes === undefined) return this.text(slot) === '';
    const place = this.#places[slot]!;
    return this.#starts[place] === this.#starts[place + 1]! - 1 || this.text(slot) === '';
  }

  /** Without making a text of what is plainly a number. */
  units(slot: number, reader: DecimalReader): number {
    if (this.#bytes === undefined) return reader.units(this.text(slot));
    const place = this.#places[slot]!;
    const units = reader.unitsAt(this.#bytes, this.#starts[place]!, this.#starts[place + 1]! - 1);
    return Number.isNaN(units) ? reader.units(this.text(slot)) : units;
  }

  fault(slot: number, reader: DecimalReader): string {
    return reader.fault(this.text(slot));
  }

  /** What is digits alone, where the reader's unit counts. */
  readTime(slot: number, reader: TimestampReader): boolean {
    if (this.#bytes === undefined) return false;
    const place = this.#places[slot]!;
    return reader.readDigits(this.#bytes, this.#starts[place]!, this.#starts[place + 1]! - 1);
  }

  nameOf(slot: number): string {
    const { column } = this.#wanted[slot]!;
    return typeof column === 'number' ? `column ${column}` : `column "${column}"`;
  }
}
