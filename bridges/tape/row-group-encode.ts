/**
 * One row group of a tape as Parquet bytes: each column a chunk of one data page, text columns behind a dictionary page.
 * Knows nothing of files or of the footer's form. Called by the tape writer.
 */
import type { Columns } from '../../core/market.js';
import { ByteWriter } from './byte-writer.js';
import { encodeDelta32, encodeDelta64 } from './delta-encode.js';
import { encodeDictionary } from './dictionary-encode.js';
import { writePage } from './parquet-page.js';
import { CODE_FIELDS, type DiskColumnName, diskColumns, Encoding, ROW_GROUP_ROWS } from './tape-layout.js';

/** Where a column's chunk stands in the file, for the footer. */
export interface Chunk {
  readonly encoding: Encoding;
  /** Offset of the dictionary page in the file; text columns only. */
  readonly dictionaryAt: number | undefined;
  readonly dataAt: number;
  readonly bytes: number;
  /** Smallest and largest value as Parquet's statistics write them; absent for `value`. */
  readonly least: Uint8Array | undefined;
  readonly most: Uint8Array | undefined;
}

export interface RowGroup {
  readonly at: number;
  readonly rows: number;
  readonly bytes: number;
  readonly chunks: readonly Chunk[];
}

/** A group that was encoded as if it stood at the file's beginning, where it stands. */
export function placedAt(group: RowGroup, at: number): RowGroup {
  const chunks = group.chunks.map((chunk) => ({
    ...chunk,
    dictionaryAt: chunk.dictionaryAt === undefined ? undefined : chunk.dictionaryAt + at,
    dataAt: chunk.dataAt + at,
  }));
  return { ...group, at: group.at + at, chunks };
}

/** Encodes row groups one after the other; its buffers are used again for each. */
export class RowGroupEncoder {
  readonly #symbols: Uint8Array[] = [];
  readonly #originNs: bigint;
  readonly #page = new ByteWriter(ROW_GROUP_ROWS * 9);
  readonly #out = new ByteWriter(ROW_GROUP_ROWS * 16);

  constructor(symbols: readonly string[], originNs: bigint) {
    this.#originNs = originNs;
    this.addSymbols(symbols);
  }

  /** Takes the names of further instruments. */
  addSymbols(symbols: readonly string[]): void {
    for (const symbol of symbols) this.#symbols.push(Buffer.from(symbol));
  }

  /**
   * Encodes 1 to 65,536 checked rows as if they stood at the file's beginning. The bytes are valid until the next call.
   */
  encode(columns: Columns): { readonly group: RowGroup; readonly bytes: Uint8Array } {
    this.#out.length = 0;
    const set = {
      orderId: columns.orderId !== undefined,
      bars: columns.openTicks !== undefined,
      value: columns.value !== undefined,
    };
    const chunks = diskColumns(set).map(({ name }) => this.#chunk(name, columns));
    const bytes = this.#out.written();
    return { group: { at: 0, rows: columns.length, bytes: bytes.length, chunks }, bytes };
  }

  #chunk(name: DiskColumnName, columns: Columns): Chunk {
    const rows = columns.length;
    switch (name) {
      case 'exchange_ns':
        return this.#int64(columns.exchangeNs, rows, this.#originNs);
      case 'local_ns':
        return this.#int64(columns.localNs, rows, this.#originNs);
      case 'kind':
      case 'side':
      case 'seen': {
        const { mask, shift, names } = CODE_FIELDS[name];
        return this.#texts(columns.code, mask, shift, rows, names.length, (code) => Buffer.from(names[code]!));
      }
      case 'flags':
        return this.#flags(columns.flags, rows);
      case 'instrument': {
        const symbols = this.#symbols;
        return this.#texts(columns.instrument, 0xffff, 0, rows, symbols.length, (index) => symbols[index]!);
      }
      case 'price_ticks':
        return this.#int32(columns.priceTicks, rows);
      case 'qty_lots':
        return this.#int64(columns.qtyLots, rows, 0n);
      case 'order_id':
        return this.#int64(columns.orderId!, rows, 0n);
      case 'open_ticks':
        return this.#int32(columns.openTicks!, rows);
      case 'high_ticks':
        return this.#int32(columns.highTicks!, rows);
      case 'low_ticks':
        return this.#int32(columns.lowTicks!, rows);
      case 'value':
        return this.#doubles(columns.value!, rows);
    }
  }

  /** Whole numbers, written as `origin + number`. */
  #int64(values: Float64Array, rows: number, origin: bigint): Chunk {
    this.#page.length = 0;
    let encoding: Encoding = Encoding.delta;
    if (!encodeDelta64(values, rows, origin + BigInt(values[0]!), this.#page)) {
      encoding = Encoding.plain;
      for (let row = 0; row < rows; row++) this.#page.int64(origin + BigInt(values[row]!));
    }
    let least = values[0]!;
    let most = least;
    for (let row = 1; row < rows; row++) {
      const value = values[row]!;
      if (value < least) least = value;
      else if (value > most) most = value;
    }
    return this.#finish(encoding, rows, int64Bytes(origin + BigInt(least)), int64Bytes(origin + BigInt(most)));
  }

  #int32(values: Int32Array, rows: number): Chunk {
    this.#page.length = 0;
    encodeDelta32(values, rows, this.#page);
    let least = values[0]!;
    let most = least;
    for (let row = 1; row < rows; row++) {
      const value = values[row]!;
      if (value < least) least = value;
      else if (value > most) most = value;
    }
    return this.#finish(Encoding.delta, rows, int32Bytes(least), int32Bytes(most));
  }

  #doubles(values: Float64Array, rows: number): Chunk {
    const page = this.#page;
    page.length = 0;
    page.reserve(rows * 8);
    for (let row = 0; row < rows; row++) page.view.setFloat64(row * 8, values[row]!, true);
    page.length = rows * 8;
    // No statistics: readers disagree about NaN and −0 in them.
    return this.#finish(Encoding.plain, rows, undefined, undefined);
  }

  #texts(
    codes: Uint8Array | Uint16Array,
    mask: number,
    shift: number,
    rows: number,
    codeCount: number,
    textOf: (code: number) => Uint8Array,
  ): Chunk {
    this.#page.length = 0;
    const texts = encodeDictionary(codes, mask, shift, rows, codeCount, this.#page).map(textOf);
    const dictionary = new ByteWriter();
    for (const text of texts) {
      dictionary.int32(text.length);
      dictionary.append(text);
    }
    const sorted = texts.slice().sort(Buffer.compare);
    const dictionaryAt = this.#out.length;
    writePage(this.#out, dictionary.written(), true, texts.length, Encoding.plain);
    return this.#finish(Encoding.dictionary, rows, sorted[0]!, sorted.at(-1)!, dictionaryAt);
  }

  #flags(flags: Uint8Array, rows: number): Chunk {
    this.#page.length = 0;
    const used = encodeDictionary(flags, 0xff, 0, rows, 256, this.#page);
    const dictionary = new ByteWriter();
    for (const value of used) dictionary.int32(value);
    const dictionaryAt = this.#out.length;
    writePage(this.#out, dictionary.written(), true, used.length, Encoding.plain);
    return this.#finish(Encoding.dictionary, rows, int32Bytes(used[0]!), int32Bytes(used.at(-1)!), dictionaryAt);
  }

  /** Puts the page that was made behind what is there already. */
  #finish(
    encoding: Encoding,
    rows: number,
    least: Uint8Array | undefined,
    most: Uint8Array | undefined,
    dictionaryAt?: number,
  ): Chunk {
    const dataAt = this.#out.length;
    writePage(this.#out, this.#page.written(), false, rows, encoding);
    const bytes = this.#out.length - (dictionaryAt ?? dataAt);
    return { encoding, dictionaryAt, dataAt, bytes, least, most };
  }
}

function int64Bytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value, true);
  return bytes;
}

function int32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}
