/**
 * Plain Parquet tables for people's tools: written by row groups in bounded memory, read back group by group.
 * Knows nothing of runs. Called by the run folder. (Tapes have a form of their own.)
 *
 * Equal rows give equal bytes: nothing here depends on the clock or on the machine.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { type FileMetaData, parquetMetadataAsync, parquetRead, type SchemaElement } from 'hyparquet';
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

/**
 * Reads a table that has at least these columns in these forms, group by group; `onGroup` gets a group's cells by
 * column, in the order of `columns`, each column in one piece or several; `undefined` is null. Throws `Error` naming the file and what is wrong with it.
 */
export async function readParquetTable(
  path: string,
  columns: readonly ColumnSpec[],
  onGroup: (cells: ArrayLike<Cell | undefined>[][]) => void,
): Promise<void> {
  const { file, close } = openFile(path);
  try {
    const metadata = await parquetMetadataAsync(file);
    const present = checkSchema(metadata, columns);
    // Times stay exact int64 instead of millisecond dates.
    for (const element of metadata.schema) if (element.type === 'INT64') delete element.logical_type;
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      // Chunks are passed on as they come: nothing is copied where a group's column is one chunk.
      const chunks = new Map<string, ArrayLike<Cell | undefined>[]>(present.map(({ name }) => [name, []]));
      await parquetRead({
        file,
        metadata,
        rowStart,
        rowEnd,
        columns: present.map(({ name }) => name),
        onChunk: ({ columnName, columnData }) => {
          chunks.get(columnName)!.push(columnData as ArrayLike<Cell | undefined>);
        },
      });
      const cells = columns.map(({ name }) => chunks.get(name) ?? [{ length: rowEnd - rowStart }]);
      for (const [index, parts] of cells.entries()) {
        const rows = parts.reduce((sum, { length }) => sum + length, 0);
        if (rows !== rowEnd - rowStart) {
          throw new Error(`column ${columns[index]!.name} has ${rows} of ${rowEnd - rowStart} rows`);
        }
      }
      onGroup(cells);
      rowStart = rowEnd;
    }
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    close();
  }
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

/** The columns that the file has; the others are optional. */
function checkSchema({ schema }: FileMetaData, columns: readonly ColumnSpec[]): ColumnSpec[] {
  return columns.filter(({ name, form, optional = false }) => {
    const element = schema.find((candidate) => candidate.name === name);
    if (element === undefined) {
      if (optional) return false;
      throw new Error(`column ${name} is missing`);
    }
    if (element.type !== ELEMENT_OF[form].type) {
      throw new Error(`column ${name} is ${element.type}, not ${ELEMENT_OF[form].type}`);
    }
    return true;
  });
}

function openFile(path: string) {
  const descriptor = openSync(path, 'r');
  const byteLength = statSync(path).size;
  const file = {
    byteLength,
    slice(start: number, end = byteLength): ArrayBuffer {
      const bytes = new Uint8Array(end - start);
      let read = 0;
      while (read < bytes.length) {
        const got = readSync(descriptor, bytes, read, bytes.length - read, start + read);
        if (got === 0) throw new Error(`the file ends at byte ${start + read}, ${bytes.length - read} bytes too early`);
        read += got;
      }
      return bytes.buffer;
    },
  };
  return { file, close: () => closeSync(descriptor) };
}
