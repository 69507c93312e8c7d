/**
 * Reads a run folder's Parquet table, column by column of each row group, into numbers: nothing is held but one column of one group.
 * Knows nothing of runs. Called by the tables.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { readInto } from '../tape/block-decoder.js';
import type { Cells } from './cells.js';
import { ChunkDecoder } from './chunk-decoder.js';
import type { ColumnSpec } from './column-spec.js';
import { PhysicalType, readTableFooter, type StoredGroup, type TableFooter, TYPES } from './table-footer.js';

/**
 * Reads a table that has at least these columns in these forms. `onCells` gets, group by group, each column's cells with
 * the column's index; of columns that the file may lack and does, nulls. Throws `Error` naming the file and
 * what is wrong with it, of damaged cells the column and the rows.
 */
export function readParquetTable(
  path: string,
  columns: readonly ColumnSpec[],
  onCells: (column: number, cells: Cells) => void,
): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    readTable(descriptor, columns, onCells);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function readTable(
  descriptor: number,
  columns: readonly ColumnSpec[],
  onCells: (column: number, cells: Cells) => void,
): void {
  const { size } = fstatSync(descriptor);
  const footer = readTableFooter((at, length) => {
    const bytes = new Uint8Array(length);
    readInto(descriptor, bytes, at, length);
    return bytes;
  }, size);
  const places = columns.map((column) => placeOf(footer, column));
  const decoder = new ChunkDecoder();
  let bytes = new Uint8Array(0);
  const read = ({ rows, chunks }: StoredGroup, first: number, place: number, column: ColumnSpec): Cells => {
    if (place < 0) return { first, rows, numbers: new Float64Array(rows).fill(Number.NaN), texts: [] };
    const chunk = chunks[place]!;
    const length = chunk.end - chunk.at;
    if (bytes.length < length) bytes = new Uint8Array(length + (length >> 2));
    try {
      readInto(descriptor, bytes, chunk.at, length);
      return { first, rows, ...decoder.decode(bytes, chunk, footer.columns[place]!, rows, column.originNs ?? 0n) };
    } catch (error) {
      throw new Error(`rows ${first} to ${first + rows - 1}: ${(error as Error).message}`, { cause: error });
    }
  };
  let first = 0;
  for (const group of footer.groups) {
    for (const [index, column] of columns.entries()) {
      try {
        const cells = read(group, first, places[index]!, column);
        if (column.nullable !== true && column.optional !== true) refuseNulls(cells);
        onCells(index, cells);
      } catch (error) {
        throw new Error(`column ${column.name}, ${(error as Error).message}`, { cause: error });
      }
    }
    first += group.rows;
  }
}

/** Where the file has a column; −1 = not at all, and it may lack it. */
function placeOf({ columns }: TableFooter, { name, form, optional = false }: ColumnSpec): number {
  const place = columns.findIndex((column) => column.name === name);
  if (place < 0 && !optional) throw new Error(`column ${name} is missing`);
  if (place >= 0 && columns[place]!.type !== TYPES[form]) {
    throw new Error(`column ${name} is ${typeName(columns[place]!.type)}, not ${typeName(TYPES[form])}`);
  }
  return place;
}

function typeName(type: number): string {
  const name = Object.entries(PhysicalType).find(([, number]) => number === type)?.[0];
  return name === undefined ? `of Parquet's type ${type}` : `of type ${name}`;
}

function refuseNulls({ first, numbers, rows }: Cells): void {
  for (let row = 0; row < rows; row++) {
    if (Number.isNaN(numbers[row]!)) throw new Error(`row ${first + row}: there is no value`);
  }
}
