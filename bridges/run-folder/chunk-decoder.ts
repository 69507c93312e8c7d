/**
 * One column of one row group of a run folder's Parquet tables, decoded into one double a row: no object for a cell. Knows nothing of
 * files or of what columns mean. Called by the table reader.
 */
import type { Cells } from './cells.js';
import { PhysicalType, type StoredChunk, type StoredColumn } from './table-footer.js';
import { Encoding, type Page, PageBytes, readPage, readRuns } from './table-page.js';

const TWO_32 = 2 ** 32;

export class ChunkDecoder {
  readonly #pageBytes = new PageBytes();
  #numbers = new Float64Array(0);
  #places = new Int32Array(0);
  #texts: string[] = [];
  /** What places stand for: numbers, or of texts places in the list of them. */
  #dictionary: Float64Array | undefined;

  /**
   * `bytes` begin with the chunk's. INT64 are given as their distance from `origin`, which must be
   * within ±2^53. Throws `Error` saying what is wrong, and where in the file.
   */
  decode(
    bytes: Uint8Array,
    chunk: StoredChunk,
    column: StoredColumn,
    rows: number,
    origin: bigint,
  ): Pick<Cells, 'numbers' | 'texts'> {
    if (this.#numbers.length < rows) {
      this.#numbers = new Float64Array(rows);
      this.#places = new Int32Array(rows);
    }
    this.#texts = [];
    this.#dictionary = undefined;
    const base = chunk.at;
    const length = chunk.end - base;
    let row = 0;
    for (let at = 0; at < length; ) {
      const page = readPage(bytes, at, length, base, chunk.codec);
      try {
        if (!page.dictionary) row += this.#data(bytes, page, column, rows, origin, row);
        else if (at === 0) this.#dictionary = this.#readDictionary(bytes, page, column, origin);
        else throw new Error('its dictionary does not stand first');
      } catch (error) {
        throw new Error(`${(error as Error).message} (page at byte ${base + page.start})`);
      }
      at = page.end;
    }
    if (row !== rows) throw new Error(`its pages hold ${row} values for ${rows} rows`);
    return { numbers: this.#numbers, texts: this.#texts };
  }

  #readDictionary(bytes: Uint8Array, page: Page, column: StoredColumn, origin: bigint): Float64Array {
    if (page.encoding !== Encoding.plain) throw new Error(`a dictionary in encoding ${page.encoding}`);
    const plain = this.#pageBytes.of(bytes, page);
    // Every value takes four bytes at least, so that a number of values that is a lie makes nobody allocate.
    if (page.values > plain.length / 4) throw new Error(`${plain.length} bytes cannot hold ${page.values} values`);
    const numbers = new Float64Array(page.values);
    this.#plainValues(plain, page.values, column, origin, numbers, 0);
    return numbers;
  }

  /** Decodes a data page into the rows from `row` on; returns how many it has. */
  #data(bytes: Uint8Array, page: Page, column: StoredColumn, rows: number, origin: bigint, row: number): number {
    const { values, nulls, encoding, start, levelBytes } = page;
    if (values > rows - row) throw new Error(`its pages hold more than ${rows} values`);
    const present = values - nulls;
    const plain = this.#pageBytes.of(bytes, page);
    const flags = column.type === PhysicalType.boolean;
    if (encoding === Encoding.dictionary && this.#dictionary !== undefined) {
      this.#placed(plain, present, this.#dictionary, row);
    } else if (encoding === Encoding.runs && flags) this.#flags(plain, present, row);
    else if (encoding === Encoding.plain) this.#plainValues(plain, present, column, origin, this.#numbers, row);
    else throw new Error(`a page in encoding ${encoding} is none of a run folder's`);
    if (column.nullable) this.#spread(bytes, start, start + levelBytes, page, row);
    else if (nulls !== 0 || levelBytes !== 0) throw new Error('it has nulls where every row must have a value');
    return values;
  }

  #placed(plain: Uint8Array, present: number, dictionary: Float64Array, row: number): void {
    if (plain.length === 0) throw new Error('its places in the dictionary are missing');
    readRuns(plain, 1, plain.length, plain[0]!, present, this.#places);
    const [numbers, places] = [this.#numbers, this.#places];
    for (let i = 0; i < present; i++) {
      const place = places[i]!;
      if (place >= dictionary.length)
        throw new Error(`place ${place} is beyond the dictionary of ${dictionary.length}`);
      numbers[row + i] = dictionary[place]!;
    }
  }

  /** Behind the length of their runs. */
  #flags(plain: Uint8Array, present: number, row: number): void {
    readRuns(plain, 4, plain.length, 1, present, this.#places);
    for (let i = 0; i < present; i++) this.#numbers[row + i] = this.#places[i]!;
  }

  /** Parquet keeps the lowest byte first, as the machines do that Node.js runs on. */
  #plainValues(
    plain: Uint8Array,
    count: number,
    { type }: StoredColumn,
    origin: bigint,
    out: Float64Array,
    row: number,
  ): void {
    if (type === PhysicalType.text) {
      const first = this.#texts.length;
      readTexts(plain, count, this.#texts);
      for (let i = 0; i < count; i++) out[row + i] = first + i;
      return;
    }
    if (plain.length !== Math.ceil((count * (BITS[type] ?? Number.NaN)) / 8)) {
      throw new Error(`${plain.length} bytes cannot hold ${count} values`);
    }
    const { buffer, byteOffset } = plain;
    if (type === PhysicalType.double) out.set(new Float64Array(buffer, byteOffset, count), row);
    else if (type === PhysicalType.int32) out.set(new Int32Array(buffer, byteOffset, count), row);
    else if (type === PhysicalType.int64) readInt64s(new Int32Array(buffer, byteOffset, 2 * count), origin, out, row);
    else for (let i = 0; i < count; i++) out[row + i] = (plain[i >> 3]! >> (i & 7)) & 1;
  }

  /** Moves the values of a page to the rows that have one; the others become `NaN`. */
  #spread(bytes: Uint8Array, from: number, to: number, { values, nulls }: Page, row: number): void {
    const [numbers, levels] = [this.#numbers, this.#places];
    readRuns(bytes, from, to, 1, values, levels);
    let present = 0;
    for (let i = 0; i < values; i++) present += levels[i]!;
    if (present !== values - nulls) throw new Error(`it has ${values - present} nulls, its header says ${nulls}`);
    if (nulls === 0) return;
    let source = row + present;
    for (let i = values - 1; i >= 0; i--) numbers[row + i] = levels[i] === 1 ? numbers[--source]! : Number.NaN;
  }
}

/** Bits of a plain value. */
const BITS: Readonly<Record<number, number>> = {
  [PhysicalType.boolean]: 1,
  [PhysicalType.int32]: 32,
  [PhysicalType.int64]: 64,
  [PhysicalType.double]: 64,
};

/** By halves, without a BigInt: each step is exact but the last sum, and that is exact where it stays below 2^53. */
function readInt64s(halves: Int32Array, origin: bigint, out: Float64Array, row: number): void {
  const originLow = Number(BigInt.asUintN(32, origin));
  const originHigh = Number(origin >> 32n);
  for (let i = 0; i < halves.length; i += 2) {
    const number = (halves[i + 1]! - originHigh) * TWO_32 + ((halves[i]! >>> 0) - originLow);
    if (!(Math.abs(number) <= Number.MAX_SAFE_INTEGER)) {
      throw new Error(`value ${i / 2} lies more than 2^53 away from ${origin === 0n ? '0' : "the run's origin"}`);
    }
    out[row + i / 2] = number;
  }
}

/** Each behind its length. */
function readTexts(plain: Uint8Array, count: number, texts: string[]): void {
  const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.length);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const length = at + 4 <= bytes.length ? bytes.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    if (length > bytes.length - at - 4) throw new Error('its texts end too early');
    texts.push(bytes.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes are left over behind its texts`);
}
