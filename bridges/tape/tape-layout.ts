/**
 * The columns of a tape on disk: names, Parquet types, which optional part they belong to, and the names that stand for
 * codes. The one table that writer and reader share; FORMAT.md says it in words.
 * Knows nothing of bytes. Called by everything in this folder.
 */
import {
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type ColumnSet,
  KIND_NAMES,
  SIDE_NAMES,
} from '../../core/market.js';

/** The version in the file's metadata; a reader refuses any other. */
export const FORMAT_VERSION = 1;
/** Every row group but the last has this many rows. */
export const ROW_GROUP_ROWS = 65_536;
/** A row group larger than this is not one of ours: 65,536 rows take at most 6 MiB, the rest is for long symbols. */
export const MAX_ROW_GROUP_BYTES = 64 * 2 ** 20;
/** Indices 0 to 65,534; 65,535 marks "none" inside the decoder. */
export const MAX_INSTRUMENTS = 65_535;

/** Parquet's numbers for what a tape uses. */
export const PhysicalType = { int32: 1, int64: 2, double: 5, byteArray: 6 } as const;
export type PhysicalType = (typeof PhysicalType)[keyof typeof PhysicalType];
export const Encoding = { plain: 0, rle: 3, delta: 5, dictionary: 8 } as const;
export type Encoding = (typeof Encoding)[keyof typeof Encoding];
export const ENCODING_NAMES: Readonly<Record<number, string>> = {
  0: 'PLAIN',
  3: 'RLE',
  5: 'DELTA_BINARY_PACKED',
  8: 'RLE_DICTIONARY',
};

/** What readers are told a column means, beyond its physical type. */
export type Meaning = 'time' | 'text' | 'uint8' | 'none';

export interface DiskColumn {
  readonly name: string;
  readonly type: PhysicalType;
  readonly meaning: Meaning;
  /** Encodings that may be met; the first is the usual one. */
  readonly encodings: readonly Encoding[];
  /** Which part of {@link ColumnSet} brings it; absent: always there. */
  readonly part?: keyof ColumnSet;
}

const whole = [Encoding.delta, Encoding.plain] as const;
const names = [Encoding.dictionary] as const;

const ALL_COLUMNS = [
  { name: 'exchange_ns', type: PhysicalType.int64, meaning: 'time', encodings: whole },
  { name: 'local_ns', type: PhysicalType.int64, meaning: 'time', encodings: whole },
  { name: 'kind', type: PhysicalType.byteArray, meaning: 'text', encodings: names },
  { name: 'side', type: PhysicalType.byteArray, meaning: 'text', encodings: names },
  { name: 'seen', type: PhysicalType.byteArray, meaning: 'text', encodings: names },
  { name: 'flags', type: PhysicalType.int32, meaning: 'uint8', encodings: names },
  { name: 'instrument', type: PhysicalType.byteArray, meaning: 'text', encodings: names },
  { name: 'price_ticks', type: PhysicalType.int32, meaning: 'none', encodings: [Encoding.delta] },
  { name: 'qty_lots', type: PhysicalType.int64, meaning: 'none', encodings: whole },
  { name: 'order_id', type: PhysicalType.int64, meaning: 'none', encodings: whole, part: 'orderId' },
  { name: 'open_ticks', type: PhysicalType.int32, meaning: 'none', encodings: [Encoding.delta], part: 'bars' },
  { name: 'high_ticks', type: PhysicalType.int32, meaning: 'none', encodings: [Encoding.delta], part: 'bars' },
  { name: 'low_ticks', type: PhysicalType.int32, meaning: 'none', encodings: [Encoding.delta], part: 'bars' },
  { name: 'value', type: PhysicalType.double, meaning: 'none', encodings: [Encoding.plain], part: 'value' },
] as const satisfies readonly DiskColumn[];

export type DiskColumnName = (typeof ALL_COLUMNS)[number]['name'];

/** The columns of a tape with these optional parts, in the order they stand in a row group. */
export function diskColumns(set: ColumnSet): readonly (DiskColumn & { readonly name: DiskColumnName })[] {
  return ALL_COLUMNS.filter((column: DiskColumn) => column.part === undefined || set[column.part] === true);
}

/** The optional parts that these column names make up. Which names are allowed is {@link diskColumns}' business. */
export function columnSetOf(columnNames: readonly string[]): Required<ColumnSet> {
  return {
    orderId: columnNames.includes('order_id'),
    bars: columnNames.includes('open_ticks'),
    value: columnNames.includes('value'),
  };
}

/** A field of the `code` byte that is a text column on disk: its bits, and the names of its values from 0 on. */
export interface CodeField {
  readonly mask: number;
  readonly shift: number;
  /** An empty name is no value that a row may have. */
  readonly names: readonly string[];
}

const SEEN_SHIFT = 6;
export const CODE_FIELDS: Readonly<Record<'kind' | 'side' | 'seen', CodeField>> = {
  kind: { mask: CODE_KIND, shift: 0, names: KIND_NAMES },
  side: { mask: 3 << CODE_SIDE_SHIFT, shift: CODE_SIDE_SHIFT, names: SIDE_NAMES },
  seen: { mask: CODE_EXCHANGE | CODE_LOCAL, shift: SEEN_SHIFT, names: ['', 'exchange', 'local', 'both'] },
};
