/**
 * One row group's bytes into a block of columns: every page's checksum verified, every number decoded straight into its
 * typed array. Knows nothing of files, threads or order checks. Called by the block decoder.
 */
import type { Columns } from '../../core/market.js';
import { decodeDelta32, decodeDelta64 } from './delta-decode.js';
import { orCodes, setCodes } from './dictionary-decode.js';
import { type PageHeader, readPage } from './parquet-page.js';
import { reasonOf, TapeError } from './tape-error.js';
import { CODE_FIELDS, type DiskColumn, type DiskColumnName, ENCODING_NAMES, Encoding } from './tape-layout.js';

/** What of one column chunk the decoder needs; offsets count from the file's start. */
export interface ChunkPlace {
  readonly at: number;
  readonly end: number;
}

/** Decodes row groups of one tape one after the other. */
export class RowGroupDecoder {
  readonly #columns: readonly (DiskColumn & { readonly name: DiskColumnName })[];
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #originNs: bigint;
  readonly #shiftNs: number;

  /** Times come out as `time − originNs + shiftNs`; see {@link decodeDelta64}. */
  constructor(
    columns: readonly (DiskColumn & { readonly name: DiskColumnName })[],
    symbols: readonly string[],
    originNs: bigint,
    shiftNs: number,
  ) {
    this.#columns = columns;
    this.#indexOf = new Map(symbols.map((symbol, index) => [symbol, index]));
    this.#originNs = originNs;
    this.#shiftNs = shiftNs;
  }

  /**
   * Fills `out` with the `rows` rows of a group. `bytes[0]` stands at `base` in the file; `places` in the order of the
   * columns. Throws {@link TapeError} naming the column; the caller adds file and row group.
   */
  decode(bytes: Uint8Array, base: number, rows: number, places: (column: number) => ChunkPlace, out: Columns): void {
    out.length = rows;
    // Kind, side and seen are ORed into the code byte one after the other, flags into theirs.
    out.code.fill(0, 0, rows);
    out.flags.fill(0, 0, rows);
    this.#columns.forEach((column, index) => {
      try {
        const { at, end } = places(index);
        this.#chunk(column, bytes, at - base, end - base, base, rows, out);
      } catch (error) {
        throw new TapeError(`column ${column.name}: ${reasonOf(error)}`);
      }
    });
  }

  #chunk(
    column: DiskColumn & { readonly name: DiskColumnName },
    bytes: Uint8Array,
    at: number,
    end: number,
    base: number,
    rows: number,
    out: Columns,
  ): void {
    const coded = column.encodings[0] === Encoding.dictionary;
    const dictionary = coded ? readPage(bytes, at, end, base) : undefined;
    if (dictionary !== undefined && (!dictionary.dictionary || dictionary.encoding !== Encoding.plain)) {
      throw new TapeError(`a PLAIN dictionary page was expected (byte ${base + at})`);
    }
    const page = readPage(bytes, dictionary?.end ?? at, end, base);
    const encoding = page.encoding as Encoding;
    if (page.dictionary || !column.encodings.includes(encoding)) {
      const name = ENCODING_NAMES[encoding] ?? `encoding ${encoding}`;
      throw new TapeError(`a data page in ${name} is none of a tape's (byte ${base + page.start})`);
    }
    if (page.values !== rows) throw new TapeError(`its page holds ${page.values} values for ${rows} rows`);
    if (page.end !== end) throw new TapeError(`${end - page.end} bytes stand behind its page`);
    try {
      if (dictionary !== undefined) this.#coded(column.name, bytes, dictionary, page, rows, out);
      else this.#numbers(column.name, bytes, page, encoding, rows, out);
    } catch (error) {
      throw new TapeError(`${reasonOf(error)} (page at byte ${base + page.start})`);
    }
  }

  #coded(
    name: DiskColumnName,
    bytes: Uint8Array,
    dictionary: PageHeader,
    page: PageHeader,
    rows: number,
    out: Columns,
  ) {
    if (name === 'flags') {
      orCodes(bytes, page.start, page.end, rows, flagValues(bytes, dictionary), out.flags);
      return;
    }
    const texts = textValues(bytes, dictionary);
    if (name === 'instrument') {
      const indices = texts.map((text) => {
        const index = this.#indexOf.get(text);
        if (index === undefined) throw new TapeError(`instrument ${JSON.stringify(text)} is not in the tape's list`);
        return index;
      });
      setCodes(bytes, page.start, page.end, rows, indices, out.instrument);
      return;
    }
    const { shift, names } = CODE_FIELDS[name as keyof typeof CODE_FIELDS];
    const codes = texts.map((text) => {
      const code = text === '' ? -1 : names.indexOf(text);
      if (code < 0) throw new TapeError(`${name} ${JSON.stringify(text)} is unknown`);
      return code << shift;
    });
    orCodes(bytes, page.start, page.end, rows, codes, out.code);
  }

  #numbers(name: DiskColumnName, bytes: Uint8Array, page: PageHeader, encoding: Encoding, rows: number, out: Columns) {
    const { start, end } = page;
    switch (name) {
      case 'exchange_ns':
        return int64s(bytes, start, end, encoding, rows, this.#originNs, this.#shiftNs, out.exchangeNs);
      case 'local_ns':
        return int64s(bytes, start, end, encoding, rows, this.#originNs, this.#shiftNs, out.localNs);
      case 'qty_lots':
        return int64s(bytes, start, end, encoding, rows, 0n, 0, out.qtyLots);
      case 'order_id':
        return int64s(bytes, start, end, encoding, rows, 0n, 0, out.orderId!);
      case 'price_ticks':
        return decodeDelta32(bytes, start, end, rows, out.priceTicks);
      case 'open_ticks':
        return decodeDelta32(bytes, start, end, rows, out.openTicks!);
      case 'high_ticks':
        return decodeDelta32(bytes, start, end, rows, out.highTicks!);
      case 'low_ticks':
        return decodeDelta32(bytes, start, end, rows, out.lowTicks!);
      default: {
        const view = plainView(bytes, start, end, rows);
        for (let row = 0; row < rows; row++) out.value![row] = view.getFloat64(row * 8, true);
      }
    }
  }
}

function int64s(
  bytes: Uint8Array,
  start: number,
  end: number,
  encoding: Encoding,
  rows: number,
  origin: bigint,
  shift: number,
  out: Float64Array,
): void {
  if (encoding === Encoding.delta) {
    decodeDelta64(bytes, start, end, rows, origin, shift, out);
    return;
  }
  // Rare: only where steps go beyond 2^53. Exactness first.
  const view = plainView(bytes, start, end, rows);
  for (let row = 0; row < rows; row++) {
    const number = Number(view.getBigInt64(row * 8, true) - origin);
    if (!Number.isSafeInteger(number)) throw new TapeError(`value ${row} lies more than 2^53 away from its origin`);
    out[row] = number + shift;
  }
}

function plainView(bytes: Uint8Array, start: number, end: number, rows: number): DataView {
  if (end - start !== rows * 8) throw new TapeError(`${end - start} bytes cannot hold ${rows} values of 8 bytes`);
  return new DataView(bytes.buffer, bytes.byteOffset + start, rows * 8);
}

function textValues(bytes: Uint8Array, { start, end, values }: PageHeader): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  let at = start;
  while (texts.length < values) {
    const length = at + 4 <= end ? view.getUint32(at, true) : Infinity;
    if (length > end - at - 4) throw new TapeError('its dictionary ends too early');
    texts.push(Buffer.from(bytes.buffer, bytes.byteOffset + at + 4, length).toString());
    at += 4 + length;
  }
  if (at !== end) throw new TapeError(`${end - at} bytes are left over in its dictionary`);
  return texts;
}

function flagValues(bytes: Uint8Array, { start, end, values }: PageHeader): number[] {
  if (end - start !== values * 4) throw new TapeError(`its dictionary of ${values} flags has ${end - start} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
  return Array.from({ length: values }, (_, i) => {
    const value = view.getInt32(i * 4, true);
    if (value < 0 || value > 255) throw new TapeError(`flags ${value} are not within 0 to 255`);
    return value;
  });
}
