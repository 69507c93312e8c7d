/**
 * Rows written one after the other into a table of columns: a row goes to one place in memory, and a block of rows is turned into
 * columns at a time; touching every column for every row costs some 1.7 times as much. Knows nothing of what the cells mean.
 * Called by the recorder.
 */
import type { Column, Table } from './column.js';

/** 17 columns of doubles: 17 KB, which a first-level cache holds. */
const BLOCK_ROWS = 128;

export class TableWriter {
  /** Rows of the present block, one after the other; cells in the order of the table's columns. */
  readonly cells: Float64Array;
  readonly #columns: readonly Column[];
  readonly #width: number;
  #buffered = 0;

  constructor(table: Table) {
    this.#columns = Object.values(table);
    this.#width = this.#columns.length;
    this.cells = new Float64Array(BLOCK_ROWS * this.#width);
  }

  /** Rows so far, with those that are not in the columns yet. */
  get rows(): number {
    return this.#columns[0]!.length + this.#buffered;
  }

  /** Begins a row; all its cells are to be written from this index of `cells` on. */
  next(): number {
    if (this.#buffered === BLOCK_ROWS) this.flush();
    return this.#width * this.#buffered++;
  }

  /** Writes a cell of an earlier row anew. */
  set(column: number, row: number, value: number): void {
    const written = this.#columns[column]!.length;
    if (row < written) this.#columns[column]!.set(row, value);
    else this.cells[(row - written) * this.#width + column] = value;
  }

  /** Moves what was written into the columns. */
  flush(): void {
    for (let column = 0; column < this.#width; column++) {
      this.#columns[column]!.append(this.cells, column, this.#width, this.#buffered);
    }
    this.#buffered = 0;
  }
}
