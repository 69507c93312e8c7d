/**
 * What a column of a run folder's Parquet tables is: its name, its form, what it holds. Knows nothing of bytes.
 * Called by everything that writes or reads such tables.
 */

/** How a column is stored. `time` is INT64 TIMESTAMP(NANOS, UTC); `text` is UTF-8; `flag` is BOOLEAN. */
export type ColumnForm = 'time' | 'int32' | 'int64' | 'double' | 'text' | 'flag';

export interface ColumnSpec {
  readonly name: string;
  readonly form: ColumnForm;
  /** Rows without a value are null. Default false: REQUIRED. */
  readonly nullable?: boolean;
  /** A file without this column is read as one whose rows have no value there: it was added later. Default false. */
  readonly optional?: boolean;
  /** Of INT64: numbers are given as their distance from here. Default 0. */
  readonly originNs?: bigint;
  /** What it holds and in which unit; stored in the file. */
  readonly doc: string;
}

/** A column to be written: its cells are given by groups of rows, one number a cell. */
export interface WrittenColumn extends ColumnSpec {
  /**
   * Puts the cells of rows `first` … `first + rows − 1` into `cells[0..rows)`: the number; of flags 0 or 1; of text a code that
   * {@link textOf} knows. `NaN` = null where the column is nullable.
   */
  readonly fill: (cells: Float64Array, first: number, rows: number) => void;
  /** The text of a code; asked for once for each code of a group of rows. */
  readonly textOf?: (code: number) => string;
}
