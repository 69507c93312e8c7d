/**
 * What a Parquet footer says of a row group: where each column's chunk stands, how it is encoded, its statistics.
 * Knows nothing of what columns there are. Called by the footers of tapes and of the run folder's tables.
 */
import { Encoding } from './tape-layout.js';
import type { ThriftWriter } from './thrift.js';

export interface ChunkMetadata {
  readonly name: string;
  /** Parquet's numbers of its type, its values' encoding and its compression (0 = none). */
  readonly type: number;
  readonly encoding: number;
  readonly codec: number;
  /** Pages with their headers, as they stand and without compression. */
  readonly bytes: number;
  readonly plainBytes: number;
  /** Offset of the dictionary page in the file, if there is one. */
  readonly dictionaryAt: number | undefined;
  readonly dataAt: number;
  /** `undefined`: no statistics at all. */
  readonly nulls: number | undefined;
  /** Smallest and largest value as Parquet's statistics write them; both or none. */
  readonly least: Uint8Array | undefined;
  readonly most: Uint8Array | undefined;
}

/** Writes the structure of one row group, which begins at offset `at`. */
export function writeGroupMetadata(
  thrift: ThriftWriter,
  chunks: readonly ChunkMetadata[],
  rows: number,
  at: number,
  ordinal: number,
): void {
  let bytes = 0;
  let plainBytes = 0;
  thrift.structs(1, chunks, (chunk) => {
    bytes += chunk.bytes;
    plainBytes += chunk.plainBytes;
    thrift.int64(2, 0);
    thrift.struct(3, () => writeChunk(thrift, chunk, rows));
  });
  thrift.int64(2, plainBytes);
  thrift.int64(3, rows);
  thrift.int64(5, at);
  thrift.int64(6, bytes);
  // The ordinal is an int16 and optional: left out past its range.
  if (ordinal < 32_768) thrift.int16(7, ordinal);
}

function writeChunk(thrift: ThriftWriter, chunk: ChunkMetadata, rows: number): void {
  const { dictionaryAt, nulls, least, most } = chunk;
  thrift.int32(1, chunk.type);
  thrift.int32s(2, dictionaryAt === undefined ? [chunk.encoding] : [Encoding.plain, chunk.encoding]);
  thrift.texts(3, [chunk.name]);
  thrift.int32(4, chunk.codec);
  thrift.int64(5, rows);
  thrift.int64(6, chunk.plainBytes);
  thrift.int64(7, chunk.bytes);
  thrift.int64(9, chunk.dataAt);
  if (dictionaryAt !== undefined) thrift.int64(11, dictionaryAt);
  if (nulls === undefined) return;
  thrift.struct(12, () => {
    thrift.int64(3, nulls);
    if (least === undefined || most === undefined) return;
    thrift.binary(5, most);
    thrift.binary(6, least);
  });
}
