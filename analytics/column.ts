/**
 * A column of numbers that grows by chunks: appending never copies what is there, so memory holds what was recorded and
 * little more. Knows nothing of what the numbers mean. Called by the recording and everything that reads it.
 */

export type CellArray = Float64Array | Int32Array | Uint8Array;
export type CellType = Float64ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor;

/** 16,384 rows a chunk: small runs stay small, and a million rows are 61 allocations. */
const CHUNK_BITS = 14;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;

/** Up to 2^31 rows. Values are stored as the cell type stores them; the caller keeps to its range. */
export class Column {
  readonly #type: CellType;
  readonly #chunks: CellArray[] = [];
  #tail: CellArray | undefined;
  #length = 0;

  constructor(type: CellType) {
    this.#type = type;
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const place = this.#length & CHUNK_MASK;
    if (place === 0) {
      this.#tail = new this.#type(1 << CHUNK_BITS);
      this.#chunks.push(this.#tail);
    }
    this.#tail![place] = value;
    this.#length++;
  }

  /** Appends `count` values that stand `stride` apart in `cells`, the first at `from`. */
  append(cells: Float64Array, from: number, stride: number, count: number): void {
    for (let at = from, left = count; left > 0; ) {
      const place = this.#length & CHUNK_MASK;
      if (place === 0) {
        this.#tail = new this.#type(1 << CHUNK_BITS);
        this.#chunks.push(this.#tail);
      }
      const some = Math.min(left, CHUNK_MASK + 1 - place);
      fill(this.#tail!, place, cells, at, stride, some);
      at += some * stride;
      left -= some;
      this.#length += some;
    }
  }

  /** The value of a row in 0 … length − 1. */
  at(row: number): number {
    return this.#chunks[row >>> CHUNK_BITS]![row & CHUNK_MASK]!;
  }

  /** Writes a row in 0 … length − 1 anew. */
  set(row: number, value: number): void {
    this.#chunks[row >>> CHUNK_BITS]![row & CHUNK_MASK] = value;
  }

  /** Forgets the rows from `length` on. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
    this.#chunks.length = (this.#length + CHUNK_MASK) >>> CHUNK_BITS;
    this.#tail = this.#chunks[this.#chunks.length - 1];
  }

  /** A copy of rows [from, to), one double each. */
  slice(from = 0, to = this.#length): Float64Array {
    const out = new Float64Array(to - from);
    for (let row = from; row < to; row++) out[row - from] = this.at(row);
    return out;
  }
}

/** Writes `count` values that stand `stride` apart; a loop of its own for each type of cell, so that V8 compiles each for itself. */
function fill(tail: CellArray, place: number, cells: Float64Array, from: number, stride: number, count: number): void {
  if (tail instanceof Float64Array) fillDoubles(tail, place, cells, from, stride, count);
  else if (tail instanceof Int32Array) fillWholes(tail, place, cells, from, stride, count);
  else fillBytes(tail, place, cells, from, stride, count);
}

function fillDoubles(
  tail: Float64Array,
  place: number,
  cells: Float64Array,
  from: number,
  stride: number,
  count: number,
): void {
  for (let i = 0, at = from; i < count; i++, at += stride) tail[place + i] = cells[at]!;
}

function fillWholes(
  tail: Int32Array,
  place: number,
  cells: Float64Array,
  from: number,
  stride: number,
  count: number,
): void {
  for (let i = 0, at = from; i < count; i++, at += stride) tail[place + i] = cells[at]!;
}

function fillBytes(
  tail: Uint8Array,
  place: number,
  cells: Float64Array,
  from: number,
  stride: number,
  count: number,
): void {
  for (let i = 0, at = from; i < count; i++, at += stride) tail[place + i] = cells[at]!;
}

/** Columns of equal length under their names. */
export type Table<Name extends string = string> = { readonly [N in Name]: Column };

/** An empty table; `cells` names each column and the type of its numbers. */
export function emptyTable<Name extends string>(cells: Readonly<Record<Name, CellType>>): Table<Name> {
  const table = {} as Record<Name, Column>;
  for (const name in cells) table[name] = new Column(cells[name]);
  return table;
}
