/**
 * The fields of the row at hand as a mapping names them, wherever the rows come from: what the writers of rows ask of them.
 * Knows nothing of text or tables. Implemented by csv-columns and table-fields, used by mapped-rows and the writers of its shapes.
 */
import type { CsvColumn } from './csv-mapping.js';
import type { DecimalReader } from './decimal-reader.js';
import type { TimestampReader } from './timestamp-reader.js';

export interface MappedFields {
  /** Registers a column that the mapping's `field` names; returns its slot. */
  want(column: CsvColumn, field: string): number;
  /** As the field would stand in a text file, without spaces around it; '' where it is empty. */
  text(slot: number): string;
  isEmpty(slot: number): boolean;
  /** The field in units of the reader; `NaN` where it is no whole number of them, which {@link MappedFields.fault} explains. */
  units(slot: number, reader: DecimalReader): number;
  /** Why {@link MappedFields.units} gave `NaN`, with the value in it. */
  fault(slot: number, reader: DecimalReader): string;
  /**
   * Reads the field as a time without making a text of it. False, with nothing read, where only its text says it. Throws
   * `RangeError` for what is no time.
   */
  readTime(slot: number, reader: TimestampReader): boolean;
  /** How messages call the column. */
  nameOf(slot: number): string;
}
