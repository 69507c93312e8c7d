/**
 * A chunk of a column in as few bytes as hold its numbers exactly: one for all of them, or their distance from the least, in whole or
 * half steps. Recorded prices, quantities, ids and codes are mostly such numbers. Knows nothing of columns. Called by the column.
 */

/** Value i = `cells[i]` × `unit` + `base`, `NaN` where the cell is `none`; `base` everywhere where there are no cells. */
export interface PackedChunk {
  readonly cells: PackedCells | undefined;
  readonly unit: number;
  readonly base: number;
  readonly none: number;
}

type PackedCells = Uint8Array | Uint16Array | Int32Array;
type PlainCells = Float64Array | Int32Array | Uint8Array;

/** Narrowest first, each with its largest cell, which stands for `NaN`. */
const FORMS = [
  [Uint8Array, 2 ** 8 - 1],
  [Uint16Array, 2 ** 16 - 1],
  [Int32Array, 2 ** 31 - 1],
] as const;

/** The same numbers in less memory; `undefined` where there is no smaller form. The cells given are left alone. */
export function packChunk(cells: PlainCells): PackedChunk | undefined {
  if (isConstant(cells)) return { cells: undefined, unit: 1, base: cells[0]!, none: Number.NaN };
  if (cells.BYTES_PER_ELEMENT === 1) return undefined;
  const { unit, least, most } = rangeOf(cells);
  const form = FORMS.find(([, largest]) => (most - least) / unit < largest);
  if (form === undefined || form[0].BYTES_PER_ELEMENT >= cells.BYTES_PER_ELEMENT) return undefined;
  const [type, none] = form;
  const packed = new type(cells.length);
  for (let i = 0; i < cells.length; i++) {
    const value = cells[i]!;
    packed[i] = Number.isNaN(value) ? none : (value - least) / unit;
  }
  return { cells: packed, unit, base: least, none };
}

/** Writes all numbers of a chunk into as many cells. */
export function unpackChunk({ cells, unit, base, none }: PackedChunk, out: PlainCells): void {
  if (cells === undefined) out.fill(base);
  else for (let i = 0; i < cells.length; i++) out[i] = cells[i] === none ? Number.NaN : cells[i]! * unit + base;
}

export function valueIn({ cells, unit, base, none }: PackedChunk, place: number): number {
  if (cells === undefined) return base;
  return cells[place] === none ? Number.NaN : cells[place]! * unit + base;
}

function isConstant(cells: PlainCells): boolean {
  const first = cells[0]!;
  for (let i = 1; i < cells.length; i++) if (!Object.is(cells[i], first)) return false;
  return true;
}

/**
 * Least and most of the numbers, and the unit that all of them are whole multiples of. An infinite range where a number is no whole
 * half, or −0: it would not come back as it was.
 */
function rangeOf(cells: PlainCells): { readonly unit: number; readonly least: number; readonly most: number } {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let unit = 1;
  for (let i = 0; i < cells.length; i++) {
    const value = cells[i]!;
    if (Number.isNaN(value)) continue;
    if (!Number.isSafeInteger(2 * value) || Object.is(value, -0)) return { unit: 1, least: 0, most: Infinity };
    if (!Number.isInteger(value)) unit = 0.5;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { unit, least, most };
}
