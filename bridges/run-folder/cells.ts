/**
 * A column's cells of a group of rows, as they were read, and their way into a column. Knows nothing of files or of which columns there
 * are. Called by the table reader, which fills them, and by the tables.
 */
import type { Column } from '../../analytics/column.js';

/** Valid until the next ones are read; may be written to. */
export interface Cells {
  /** Number of the first row in the table. */
  readonly first: number;
  readonly rows: number;
  /** By row: the number; of text its place in `texts`; of flags 0 or 1. `NaN` = null. May be longer than `rows`. */
  readonly numbers: Float64Array;
  readonly texts: readonly string[];
}

/** Null becomes `none`. */
export function append(column: Column, { numbers, rows }: Cells, none = Number.NaN): void {
  if (!Number.isNaN(none)) for (let row = 0; row < rows; row++) if (Number.isNaN(numbers[row]!)) numbers[row] = none;
  column.append(numbers, 0, 1, rows);
}

/**
 * Texts as codes; each text is asked for once, in the order in which they first appear. Throws what `codeOf` throws, with the
 * row.
 */
export function appendCodes(column: Column, cells: Cells, codeOf: (text: string | null) => number): void {
  const { first, numbers, texts, rows } = cells;
  const codes = new Float64Array(texts.length).fill(Number.NaN);
  for (let row = 0; row < rows; row++) {
    const place = numbers[row]!;
    let code = codes[place]!;
    // Not asked for yet, or null.
    if (!Number.isFinite(code)) {
      try {
        code = codeOf(textAt(cells, row));
      } catch (error) {
        throw new Error(`row ${first + row}: ${(error as Error).message}`);
      }
      if (!Number.isNaN(place)) codes[place] = code;
    }
    numbers[row] = code;
  }
  column.append(numbers, 0, 1, rows);
}

export function textAt({ numbers, texts }: Cells, row: number): string | null {
  return texts[numbers[row]!] ?? null;
}
