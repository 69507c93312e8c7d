/**
 * A tape's Parquet footer, writing: schema, where every column chunk stands, statistics, metadata, and the two seals
 * (SHA-256 of the file, CRC-32 of the footer). Knows nothing of how rows are encoded. Called by the tape writer.
 */
import type { Hash } from 'node:crypto';
import type { ColumnSet } from '../../core/market.js';
import { ByteWriter } from './byte-writer.js';
import { writeGroupMetadata } from './chunk-metadata.js';
import { crc32 } from './parquet-page.js';
import type { RowGroup } from './row-group-encode.js';
import { type DiskColumn, diskColumns } from './tape-layout.js';
import { ThriftWriter } from './thrift.js';

export const MAGIC = 'PAR1';
export const METADATA_KEY = 'tickwright';
export const SHA256_KEY = 'tickwright.sha256';
export const CRC32_KEY = 'tickwright.crc32';
const CREATED_BY = 'tickwright version 1.0.0';

// Parquet's numbers for schema elements.
const REQUIRED = 0;
const CONVERTED_UTF8 = 0;
const CONVERTED_UINT_8 = 11;

/**
 * The bytes from behind the last row group to the file's end. `hash` has seen everything before them; the seals stand as
 * zeros while they are computed. Returns the hash too, as hex.
 */
export function footerBytes(
  groups: readonly RowGroup[],
  set: ColumnSet,
  rows: number,
  metadata: string,
  hash: Hash,
): { readonly bytes: Uint8Array; readonly sha256: string } {
  const out = new ByteWriter(4096 + groups.length * 1200);
  const thrift = new ThriftWriter(out);
  const columns = diskColumns(set);
  thrift.int32(1, 2);
  thrift.structs(2, [undefined, ...columns], (column) => writeSchema(thrift, column, columns.length));
  thrift.int64(3, rows);
  thrift.structs(4, groups, (group, ordinal) => writeGroup(thrift, group, ordinal, columns));
  let shaAt = 0;
  let crcAt = 0;
  const pairs = [
    [METADATA_KEY, metadata],
    [SHA256_KEY, '0'.repeat(64)],
    [CRC32_KEY, '0'.repeat(8)],
  ] as const;
  thrift.structs(5, pairs, ([key, value]) => {
    thrift.binary(1, key);
    const at = thrift.binary(2, value);
    if (key === SHA256_KEY) shaAt = at;
    if (key === CRC32_KEY) crcAt = at;
  });
  thrift.binary(6, CREATED_BY);
  // Statistics are in each type's own order: without this readers must not use them.
  thrift.structs(7, columns, () => thrift.struct(1, () => {}));
  thrift.end();
  const footer = out.length;
  out.int32(footer);
  out.append(Buffer.from(MAGIC));

  const sha256 = hash.update(out.written()).digest('hex');
  out.bytes.set(Buffer.from(sha256), shaAt);
  const crc = crc32(out.bytes.subarray(0, footer)).toString(16).padStart(8, '0');
  out.bytes.set(Buffer.from(crc), crcAt);
  return { bytes: out.written(), sha256 };
}

function writeSchema(thrift: ThriftWriter, column: DiskColumn | undefined, columns: number): void {
  if (column === undefined) {
    thrift.binary(4, 'tape');
    thrift.int32(5, columns);
    return;
  }
  thrift.int32(1, column.type);
  thrift.int32(3, REQUIRED);
  thrift.binary(4, column.name);
  if (column.meaning === 'text') {
    thrift.int32(6, CONVERTED_UTF8);
    thrift.struct(10, () => thrift.struct(1, () => {}));
  } else if (column.meaning === 'uint8') {
    thrift.int32(6, CONVERTED_UINT_8);
    thrift.struct(10, () =>
      thrift.struct(10, () => {
        thrift.int8(1, 8);
        thrift.boolean(2, false);
      }),
    );
  } else if (column.meaning === 'time') {
    thrift.struct(10, () =>
      thrift.struct(8, () => {
        // Not "adjusted to UTC", although it is UTC: DuckDB up to 1.5 cuts adjusted nanoseconds down to microseconds.
        thrift.boolean(1, false);
        thrift.struct(2, () => thrift.struct(3, () => {}));
      }),
    );
  }
}

function writeGroup(thrift: ThriftWriter, group: RowGroup, ordinal: number, columns: readonly DiskColumn[]): void {
  const chunks = group.chunks.map((chunk, index) => ({
    ...chunk,
    ...{ name: columns[index]!.name, type: columns[index]!.type, codec: 0, plainBytes: chunk.bytes },
    nulls: chunk.least === undefined ? undefined : 0,
  }));
  writeGroupMetadata(thrift, chunks, group.rows, group.at, ordinal);
}
