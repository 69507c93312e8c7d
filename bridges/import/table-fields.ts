/**
 * The fields of a row of a table as a mapping names them: found among the columns' names, read by the columns' types.
 * Knows nothing of files, queries, clocks or tape rows. Called by the importers that read through DuckDB.
 */
import type { DuckDBType } from '@duckdb/node-api';
import type { CsvColumn } from './csv-mapping.js';
import type { DecimalReader } from './decimal-reader.js';
import type { MappedFields } from './mapped-fields.js';
import { DateColumn, TimeOfDayColumn, TimestampColumn } from './table-calendar.js';
import {
  BooleanColumn,
  type PointerReader,
  RealColumn,
  type TableColumn,
  TextColumn,
  WholeColumn,
} from './table-columns.js';
import type { TimestampReader } from './timestamp-reader.js';

/** A column as a query or a file describes it. */
export interface ColumnSpec {
  readonly name: string;
  readonly type: DuckDBType;
  /** Its times are of UTC although its type does not say so. */
  readonly utc?: boolean;
}

/** A column's values in a chunk; `valid`: a bit for each row, none where no value is NULL. */
export interface ColumnChunk {
  readonly bytes: Uint8Array;
  readonly valid: Uint8Array | undefined;
}

interface Place {
  /** Place among the table's columns. */
  readonly index: number;
  readonly column: TableColumn;
  readonly name: string;
  valid: Uint8Array | undefined;
}

/** The columns that a mapping wants, found in each table, and the fields of the row at hand. */
export class TableFields implements MappedFields {
  /** The row at hand, counted within its chunk. */
  row = 0;
  readonly #wanted: { readonly column: CsvColumn; readonly field: string }[] = [];
  /** By slot; a column that is wanted twice has one. */
  #places: Place[] = [];
  readonly #read: PointerReader;

  constructor(read: PointerReader) {
    this.#read = read;
  }

  want(column: CsvColumn, field: string): number {
    return this.#wanted.push({ column, field }) - 1;
  }

  /** Places of the wanted columns among these names, each once, ascending. Throws `RangeError` for one that is not there. */
  choose(names: readonly string[]): number[] {
    return [...new Set(this.#wanted.map((wanted) => placeOf(wanted, names)))].sort((a, b) => a - b);
  }

  /** Finds all columns. Throws `RangeError` for one that is not there, or of a type that cannot be read. */
  resolve(specs: readonly ColumnSpec[]): void {
    const names = specs.map(({ name }) => name);
    const places = new Map<number, Place>();
    this.#places = this.#wanted.map((wanted) => {
      const index = placeOf(wanted, names);
      const place = places.get(index) ?? this.#place(index, specs[index]!, wanted.field);
      places.set(index, place);
      return place;
    });
  }

  #place(index: number, spec: ColumnSpec, field: string): Place {
    const column = columnFor(spec, this.#read);
    const name = `column "${spec.name}" (${spec.type})`;
    if (column !== undefined) return { index, column, name, valid: undefined };
    throw new RangeError(
      `the mapping's ${field} names ${name}, a type that cannot be read: ` +
        'let SQL make a number, a text or a timestamp of it (import sql)',
    );
  }

  /** Takes the next chunk: asked for each column once, by its place among the table's and the bytes of one value. */
  attach(chunkOf: (index: number, width: number) => ColumnChunk): void {
    for (const place of new Set(this.#places)) {
      const { bytes, valid } = chunkOf(place.index, place.column.width);
      place.column.attach(bytes);
      place.valid = valid;
    }
    this.row = 0;
  }

  #isNull({ valid }: Place): boolean {
    return valid !== undefined && (valid[this.row >> 3]! & (1 << (this.row & 7))) === 0;
  }

  text(slot: number): string {
    const place = this.#places[slot]!;
    return this.#isNull(place) ? '' : place.column.text(this.row);
  }

  isEmpty(slot: number): boolean {
    const place = this.#places[slot]!;
    if (this.#isNull(place)) return true;
    return place.column instanceof TextColumn && place.column.text(this.row) === '';
  }

  units(slot: number, reader: DecimalReader): number {
    const place = this.#places[slot]!;
    return this.#isNull(place) ? Number.NaN : place.column.units(this.row, reader);
  }

  fault(slot: number, reader: DecimalReader): string {
    const place = this.#places[slot]!;
    if (this.#isNull(place)) return 'NULL is no number';
    return place.column.fault?.(this.row, reader) ?? reader.fault(place.column.text(this.row));
  }

  readTime(slot: number, reader: TimestampReader): boolean {
    const place = this.#places[slot]!;
    if (this.#isNull(place)) throw new RangeError('NULL is no time');
    return place.column.readTime(this.row, reader);
  }

  nameOf(slot: number): string {
    return this.#places[slot]!.name;
  }
}

function placeOf({ column, field }: { column: CsvColumn; field: string }, names: readonly string[]): number {
  if (typeof column === 'number') {
    if (column < names.length) return column;
    throw new RangeError(
      `the mapping's ${field} names column ${column}, but the columns go from 0 to ${names.length - 1}`,
    );
  }
  const place = names.indexOf(column);
  if (place < 0) throw new RangeError(`the mapping's ${field} names column "${column}"; there are ${names.join(', ')}`);
  if (names.indexOf(column, place + 1) >= 0) throw new RangeError(`there are two columns "${column}"`);
  return place;
}

/** What reads a column of this type; `undefined` where nothing does. */
function columnFor({ type, utc = false }: ColumnSpec, read: PointerReader): TableColumn | undefined {
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(String(type));
  if (decimal !== null) return new WholeColumn(decimalWidth(Number(decimal[1])), true, Number(decimal[2]));
  return COLUMNS[String(type)]?.(utc, read);
}

/** Bytes of a DECIMAL of so many digits. */
function decimalWidth(digits: number): number {
  if (digits <= 4) return 2;
  if (digits <= 9) return 4;
  return digits <= 18 ? 8 : 16;
}

const COLUMNS: Readonly<Record<string, (utc: boolean, read: PointerReader) => TableColumn>> = {
  TINYINT: () => new WholeColumn(1, true),
  SMALLINT: () => new WholeColumn(2, true),
  INTEGER: () => new WholeColumn(4, true),
  BIGINT: () => new WholeColumn(8, true),
  HUGEINT: () => new WholeColumn(16, true),
  UTINYINT: () => new WholeColumn(1, false),
  USMALLINT: () => new WholeColumn(2, false),
  UINTEGER: () => new WholeColumn(4, false),
  UBIGINT: () => new WholeColumn(8, false),
  UHUGEINT: () => new WholeColumn(16, false),
  FLOAT: () => new RealColumn(4),
  DOUBLE: () => new RealColumn(8),
  BOOLEAN: () => new BooleanColumn(),
  VARCHAR: (_, read) => new TextColumn(read),
  DATE: () => new DateColumn(),
  TIME: () => new TimeOfDayColumn(1_000),
  TIME_NS: () => new TimeOfDayColumn(1),
  TIMESTAMP_S: (utc) => new TimestampColumn(1e9, utc),
  TIMESTAMP_MS: (utc) => new TimestampColumn(1e6, utc),
  TIMESTAMP: (utc) => new TimestampColumn(1e3, utc),
  TIMESTAMP_NS: (utc) => new TimestampColumn(1, utc),
  'TIMESTAMP WITH TIME ZONE': () => new TimestampColumn(1e3, true),
};
