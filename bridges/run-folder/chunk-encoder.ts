/**
 * One column of one row group of a run folder's Parquet tables as bytes: one data page, behind a dictionary page where values come
 * again. No object for a cell. Knows nothing of files or of what columns mean. Called by the Parquet table.
 */
import { ByteWriter } from '../tape/byte-writer.js';
import type { ChunkMetadata } from '../tape/chunk-metadata.js';
import { encodeRuns, widthOf } from '../tape/dictionary-encode.js';
import { ROW_GROUP_ROWS } from '../tape/tape-layout.js';
import type { WrittenColumn } from './column-spec.js';
import { Distinct } from './distinct.js';
import { packSnappy } from './snappy.js';
import { Codec, TYPES } from './table-footer.js';
import { Encoding, writeDataPage, writeDictionaryPage } from './table-page.js';
import { type Bounds, numberBounds, textBounds } from './value-bounds.js';
import { putInt32s, putInt64s } from './whole-words.js';

/** Encodes chunks one after the other; its memory is used again for each. */
export class ChunkEncoder {
  readonly #cells = new Float64Array(ROW_GROUP_ROWS);
  /** The cells as they are in memory. */
  readonly #cellWords = new Int32Array(this.#cells.buffer);
  readonly #words = new Int32Array(2 * ROW_GROUP_ROWS);
  readonly #levels = new Uint16Array(ROW_GROUP_ROWS);
  readonly #distinct = new Distinct();
  readonly #levelBytes = new ByteWriter();
  readonly #values = new ByteWriter(9 * ROW_GROUP_ROWS);
  readonly #dictionary = new ByteWriter();
  readonly #packedValues = new ByteWriter();
  readonly #packedDictionary = new ByteWriter();
  readonly #out = new ByteWriter();

  /**
   * Encodes rows `first` … `first + rows − 1`, up to 65,536, which will stand at offset `at` of the file. The bytes are valid until
   * the next call. Throws `Error` naming row and value where a cell does not fit the form.
   */
  encode(
    column: WrittenColumn,
    first: number,
    rows: number,
    at: number,
  ): { readonly chunk: ChunkMetadata; readonly bytes: Uint8Array } {
    column.fill(this.#cells, first, rows);
    for (const each of [this.#levelBytes, this.#values, this.#dictionary]) each.length = 0;
    const present = column.nullable ? this.#takeNulls(rows) : rows;
    if (!column.nullable && column.form !== 'double') this.#refuseNulls(first, rows);
    let encoding: number = Encoding.plain;
    let bounds: Bounds | undefined;
    let entries = 0;
    // Where all is null there is nothing to encode.
    if (present > 0) {
      if (column.form === 'flag') [encoding, bounds] = this.#flags(present);
      else if (column.form === 'text') [encoding, bounds, entries] = this.#texts(column, present);
      else [encoding, bounds, entries] = this.#numbers(column, first, present);
    }
    return this.#finish(column, rows, rows - present, encoding, entries, bounds, at);
  }

  /** Moves the cells that are there to the front, and says by row which are. Returns how many. */
  #takeNulls(rows: number): number {
    const [cells, levels] = [this.#cells, this.#levels];
    let present = 0;
    for (let row = 0; row < rows; row++) {
      const cell = cells[row]!;
      const there = Number.isNaN(cell) ? 0 : 1;
      levels[row] = there;
      cells[present] = cell;
      present += there;
    }
    encodeRuns(levels, rows, 1, this.#levelBytes);
    return present;
  }

  #refuseNulls(first: number, rows: number): void {
    for (let row = 0; row < rows; row++) {
      if (Number.isNaN(this.#cells[row]!)) throw new Error(`row ${first + row}: there must be a value`);
    }
  }

  /** Runs behind their length. */
  #flags(count: number): [number, Bounds] {
    const flags = this.#levels;
    let set = 0;
    for (let i = 0; i < count; i++) {
      const flag = this.#cells[i] === 0 ? 0 : 1;
      flags[i] = flag;
      set += flag;
    }
    const values = this.#values;
    values.int32(0);
    encodeRuns(flags, count, 1, values);
    values.view.setInt32(0, values.length - 4, true);
    return [Encoding.runs, { least: Uint8Array.of(set === count ? 1 : 0), most: Uint8Array.of(set === 0 ? 0 : 1) }];
  }

  /** Each distinct code's text once; two codes may have one text. */
  #texts(column: WrittenColumn, count: number): [number, Bounds | undefined, number] {
    const { places, firsts } = this.#distinct;
    this.#distinct.find(this.#cellWords, 2, count, ROW_GROUP_ROWS);
    const codes = this.#distinct.count;
    const placeOfText = new Map<string, number>();
    const placeOfCode = new Uint16Array(codes);
    const texts: Uint8Array[] = [];
    for (let code = 0; code < codes; code++) {
      const text = column.textOf!(this.#cells[firsts[code]!]!);
      let place = placeOfText.get(text);
      if (place === undefined) {
        place = placeOfText.size;
        placeOfText.set(text, place);
        const bytes = Buffer.from(text);
        texts.push(bytes);
        this.#dictionary.int32(bytes.length);
        this.#dictionary.append(bytes);
      }
      placeOfCode[code] = place;
    }
    if (texts.length < codes) for (let i = 0; i < count; i++) places[i] = placeOfCode[places[i]!]!;
    this.#places(texts.length, count);
    return [Encoding.dictionary, textBounds(texts), texts.length];
  }

  #numbers(column: WrittenColumn, first: number, count: number): [number, Bounds | undefined, number] {
    const [cells, words] = [this.#cells, this.#words];
    const width = column.form === 'int32' ? 1 : 2;
    let wrong = -1;
    if (column.form === 'int32') wrong = putInt32s(cells, count, words);
    else if (column.form === 'double') words.set(this.#cellWords.subarray(0, 2 * count));
    else wrong = putInt64s(cells, count, column.originNs ?? 0n, words);
    if (wrong >= 0) {
      const of = column.originNs ? ` (from ${column.originNs} on)` : '';
      throw new Error(`row ${first + this.#rowOf(wrong, column)}: ${cells[wrong]}${of} does not fit ${column.form}`);
    }
    const bounds = numberBounds(column.form, cells, words, count);
    const distinct = this.#distinct;
    // With more than a third of them distinct the list is as long as what it saves.
    if (!distinct.find(words, width, count, Math.ceil(count / 3))) {
      this.#values.append(bytesOf(words, width * count));
      return [Encoding.plain, bounds, 0];
    }
    const { firsts, count: entries } = distinct;
    for (let place = 0; place < entries; place++) {
      for (let word = 0; word < width; word++) this.#dictionary.int32(words[firsts[place]! * width + word]!);
    }
    this.#places(entries, count);
    return [Encoding.dictionary, bounds, entries];
  }

  /** The row, within the group, of a value that is there. */
  #rowOf(index: number, { nullable }: WrittenColumn): number {
    if (!nullable) return index;
    for (let row = 0, left = index; ; row++) if (this.#levels[row] === 1 && left-- === 0) return row;
  }

  #places(entries: number, count: number): void {
    const width = widthOf(entries);
    this.#values.byte(width);
    encodeRuns(this.#distinct.places, count, width, this.#values);
  }

  /** Packs pages if that makes them smaller, and puts them behind each other. */
  #finish(
    column: WrittenColumn,
    rows: number,
    nulls: number,
    encoding: number,
    entries: number,
    bounds: Bounds | undefined,
    at: number,
  ): { readonly chunk: ChunkMetadata; readonly bytes: Uint8Array } {
    const [values, dictionary, out] = [this.#values, this.#dictionary, this.#out];
    const [packedValues, packedDictionary] = [this.#packedValues, this.#packedDictionary];
    packedValues.length = 0;
    packedDictionary.length = 0;
    out.length = 0;
    packSnappy(values, packedValues);
    if (entries > 0) packSnappy(dictionary, packedDictionary);
    const packed = packedValues.length + packedDictionary.length < values.length + dictionary.length;
    if (entries > 0) writeDictionaryPage(out, packed ? packedDictionary : dictionary, dictionary.length, entries);
    const dataAt = at + out.length;
    const page = { values: rows, nulls, encoding, compressed: packed };
    writeDataPage(out, this.#levelBytes, packed ? packedValues : values, values.length, page);
    const saved = packed ? values.length + dictionary.length - packedValues.length - packedDictionary.length : 0;
    const chunk: ChunkMetadata = {
      ...{ name: column.name, type: TYPES[column.form], encoding, codec: packed ? Codec.snappy : Codec.none },
      ...{ bytes: out.length, plainBytes: out.length + saved, dictionaryAt: entries > 0 ? at : undefined, dataAt },
      ...{ nulls, least: bounds?.least, most: bounds?.most },
    };
    return { chunk, bytes: out.written() };
  }
}

function bytesOf(words: Int32Array, count: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, 4 * count);
}
