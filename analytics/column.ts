/**
 * A column of numbers that grows by chunks: appending never copies the whole of it, and chunks that are long full are packed into
 * as few bytes as hold them exactly, so that memory holds what was recorded and little more.
 * Knows nothing of what the numbers mean. Called by the recording and everything that reads it.
 */
import { type PackedChunk, packChunk, unpackChunk, valueIn } from './packed-chunk.js';

export type CellArray = Float64Array | Int32Array | Uint8Array;
export type CellType = Float64ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor;

/** 16,384 rows a chunk: small runs stay small, and a million rows are 61 allocations. */
const CHUNK_BITS = 14;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;
/** Chunks at the end that are not packed: short columns never are, and rows that are written anew are mostly young. */
const OPEN_CHUNKS = 4;

/**
 * Up to 2^31 rows. Values are stored as the cell type stores them; the caller keeps to its range. Made to be read row after row:
 * a packed chunk is unpacked when it is read from twice in a row, so that reading here and there in long columns is slower.
 */
export class Column {
  readonly #type: CellType;
  readonly #chunks: (CellArray | PackedChunk)[] = [];
  #tail: CellArray | undefined;
  #length = 0;
  /** Cells of the chunk that is being read, and which it is; −1 = none. */
  #window: CellArray;
  #windowAt = -1;
  /** Where a packed chunk is unpacked to, and the one that was asked for last. */
  #scratch: CellArray | undefined;
  #lastFar = -1;

  constructor(type: CellType) {
    this.#type = type;
    this.#window = new type(0);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const place = this.#length & CHUNK_MASK;
    if (place === 0) this.#grow();
    this.#tail![place] = value;
    this.#length++;
  }

  /** Appends `count` values that stand `stride` apart in `cells`, the first at `from`. */
  append(cells: Float64Array, from: number, stride: number, count: number): void {
    for (let at = from, left = count; left > 0; ) {
      const place = this.#length & CHUNK_MASK;
      if (place === 0) this.#grow();
      const some = Math.min(left, CHUNK_MASK + 1 - place);
      fill(this.#tail!, place, cells, at, stride, some);
      at += some * stride;
      left -= some;
      this.#length += some;
    }
  }

  /** The value of a row in 0 … length − 1. */
  at(row: number): number {
    return row >>> CHUNK_BITS === this.#windowAt ? this.#window[row & CHUNK_MASK]! : this.#far(row);
  }

  /** Writes a row in 0 … length − 1 anew; one of long ago unpacks its chunk for good. */
  set(row: number, value: number): void {
    this.#opened(row >>> CHUNK_BITS)[row & CHUNK_MASK] = value;
  }

  /** Forgets the rows from `length` on. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
    this.#chunks.length = (this.#length + CHUNK_MASK) >>> CHUNK_BITS;
    this.#windowAt = -1;
    this.#tail = this.#chunks.length === 0 ? undefined : this.#opened(this.#chunks.length - 1);
  }

  /** A copy of rows [from, to), one double each. */
  slice(from = 0, to = this.#length): Float64Array {
    const out = new Float64Array(to - from);
    this.read(out, from, to - from);
    return out;
  }

  /** Copies rows `first` … `first + rows − 1` to the beginning of `out`. */
  read(out: Float64Array, first: number, rows: number): void {
    for (let row = 0; row < rows; row++) out[row] = this.at(first + row);
  }

  /** A value in another chunk than the last one. */
  #far(row: number): number {
    const index = row >>> CHUNK_BITS;
    const chunk = this.#chunks[index]!;
    if (!(ArrayBuffer.isView(chunk) || index === this.#lastFar)) {
      this.#lastFar = index;
      return valueIn(chunk, row & CHUNK_MASK);
    }
    if (ArrayBuffer.isView(chunk)) this.#window = chunk;
    else {
      this.#scratch ??= new this.#type(1 << CHUNK_BITS);
      unpackChunk(chunk, this.#scratch);
      this.#window = this.#scratch;
    }
    this.#windowAt = index;
    return this.#window[row & CHUNK_MASK]!;
  }

  /** Begins a chunk, in the memory of the one that is packed now. */
  #grow(): void {
    const ripe = this.#chunks.length - OPEN_CHUNKS;
    const old = this.#chunks[ripe];
    const packed = ArrayBuffer.isView(old) ? packChunk(old) : undefined;
    if (packed === undefined) this.#tail = new this.#type(1 << CHUNK_BITS);
    else {
      this.#tail = old as CellArray;
      this.#chunks[ripe] = packed;
      if (this.#windowAt === ripe) this.#windowAt = -1;
    }
    this.#chunks.push(this.#tail);
  }

  /** The cells of a chunk, to be written to. */
  #opened(index: number): CellArray {
    const chunk = this.#chunks[index]!;
    if (ArrayBuffer.isView(chunk)) return chunk;
    const cells = new this.#type(1 << CHUNK_BITS);
    unpackChunk(chunk, cells);
    this.#chunks[index] = cells;
    if (this.#windowAt === index) this.#windowAt = -1;
    return cells;
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
