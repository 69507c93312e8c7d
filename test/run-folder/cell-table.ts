/** Tables written from cells, one at a time: plain and slow, for tests. Knows nothing of bytes. Called by tests of tables. */
import type { ColumnSpec } from '../../bridges/run-folder/column-spec.js';
import { writeParquetTable } from '../../bridges/run-folder/parquet-table.js';

/** What a cell holds, by form: bigint for time and int64, number, string or boolean; `null` where nullable. */
export type Cell = bigint | number | string | boolean | null;

export function writeCells(
  path: string,
  columns: readonly ColumnSpec[],
  rows: number,
  cell: (column: number, row: number) => Cell,
): void {
  const written = columns.map((column, index) => {
    const texts: string[] = [];
    const numberOf = (value: Cell): number => {
      if (value === null) return Number.NaN;
      if (typeof value === 'bigint') return Number(value - (column.originNs ?? 0n));
      return typeof value === 'string' ? texts.push(value) - 1 : Number(value);
    };
    return {
      ...column,
      fill: (cells: Float64Array, first: number, count: number) => {
        for (let row = 0; row < count; row++) cells[row] = numberOf(cell(index, first + row));
      },
      textOf: (code: number) => texts[code]!,
    };
  });
  writeParquetTable(path, written, rows);
}
