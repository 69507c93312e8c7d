/**
 * Plain Parquet tables for people's tools, writing: by row groups in bounded memory. Knows nothing of runs. Called by the tables of
 * the run folder; the table reader reads them. (Tapes have a form of their own.)
 *
 * Equal rows give equal bytes: nothing here depends on the clock or on the machine.
 */
import type { SchemaElement } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';

/** How a column is stored. `time` is INT64 TIMESTAMP(NANOS, UTC); `text` is UTF-8; `flag` is BOOLEAN. */
export type ColumnForm = 'time' | 'int32' | 'int64' | 'double' | 'text' | 'flag';

/** What a cell holds, by form: bigint for time and int64, number, string or boolean; `null` where nullable. */
export type Cell = bigint | number | string | boolean | null;

export interface ColumnSpec {
  readonly name: string;
  readonly form: ColumnForm;
  /** Rows without a value are null. Default false: REQUIRED. */
  readonly nullable?: boolean;
  /** A file without this column is read as one whose rows have no value there: it was added later. Default false. */
  readonly optional?: boolean;
  /** What it holds and in which unit; stored in the file. */
  readonly doc: string;
}

/** Key of the file metadata that holds every column's description, JSON `{ name: doc }`. */
export const COLUMNS_KEY = 'tickwright.columns';

const ROWS_PER_GROUP = 65_536;

/** Writes `rows` rows; `cell(column, row)` gives each value. Throws what the file system throws. */
export function writeParquetTable(
  path: string,
  columns: readonly ColumnSpec[],
  rows: number,
  cell: (column: number, row: number) => Cell,
): void {
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: schemaOf(columns),
    kvMetadata: [
      { key: COLUMNS_KEY, value: JSON.stringify(Object.fromEntries(columns.map(({ name, doc }) => [name, doc]))) },
    ],
    createdBy: 'tickwright',
  });
  for (let from = 0; from < rows; from += ROWS_PER_GROUP) {
    const size = Math.min(ROWS_PER_GROUP, rows - from);
    const columnData = columns.map(({ name }, column) => {
      const data = new Array<Cell>(size);
      for (let row = 0; row < size; row++) data[row] = cell(column, from + row);
      return { name, data };
    });
    writer.write({ columnData, rowGroupSize: size });
  }
  writer.finish();
}

function schemaOf(columns: readonly ColumnSpec[]): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length },
    ...columns.map(
      ({ name, form, nullable }): SchemaElement => ({
        name,
        ...ELEMENT_OF[form],
        repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED',
      }),
    ),
  ];
}

const ELEMENT_OF: Readonly<Record<ColumnForm, Omit<SchemaElement, 'name'>>> = {
  time: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' } },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  flag: { type: 'BOOLEAN' },
};
