/**
 * The footer of a run folder's Parquet table, writing: its columns with their descriptions, and where each one's bytes of each row
 * group stand. Knows nothing of pages or of which tables there are. Called by the Parquet table.
 */
import { ByteWriter } from '../tape/byte-writer.js';
import { type ChunkMetadata, writeGroupMetadata } from '../tape/chunk-metadata.js';
import { MAGIC } from '../tape/footer-write.js';
import { ThriftWriter } from '../tape/thrift.js';
import type { ColumnForm, ColumnSpec } from './column-spec.js';
import { TYPES } from './table-footer.js';

/** Key of the file metadata that holds every column's description, JSON `{ name: doc }`. */
export const COLUMNS_KEY = 'tickwright.columns';

export interface WrittenGroup {
  /** Offset of its first byte in the file. */
  readonly at: number;
  readonly rows: number;
  /** In the order of the columns. */
  readonly chunks: readonly ChunkMetadata[];
}

// Parquet's numbers for schema elements.
const [REQUIRED, OPTIONAL] = [0, 1];
const CONVERTED_UTF8 = 0;

/** The bytes from behind the last row group to the file's end. */
export function tableFooterBytes(
  columns: readonly ColumnSpec[],
  groups: readonly WrittenGroup[],
  rows: number,
): Uint8Array {
  const out = new ByteWriter(4096 + groups.length * columns.length * 100);
  const thrift = new ThriftWriter(out);
  thrift.int32(1, 2);
  thrift.structs(2, [undefined, ...columns], (column) => {
    if (column !== undefined) writeColumn(thrift, column);
    else {
      thrift.binary(4, 'root');
      thrift.int32(5, columns.length);
    }
  });
  thrift.int64(3, rows);
  thrift.structs(4, groups, (group, ordinal) =>
    writeGroupMetadata(thrift, group.chunks, group.rows, group.at, ordinal),
  );
  thrift.structs(5, [JSON.stringify(Object.fromEntries(columns.map(({ name, doc }) => [name, doc])))], (docs) => {
    thrift.binary(1, COLUMNS_KEY);
    thrift.binary(2, docs);
  });
  thrift.binary(6, 'tickwright');
  // Statistics are in each type's own order: without this readers must not use them.
  thrift.structs(7, columns, () => thrift.struct(1, () => {}));
  thrift.end();
  out.int32(out.length);
  out.append(Buffer.from(MAGIC));
  return out.written();
}

function writeColumn(thrift: ThriftWriter, { name, form, nullable = false }: ColumnSpec): void {
  thrift.int32(1, TYPES[form]);
  thrift.int32(3, nullable ? OPTIONAL : REQUIRED);
  thrift.binary(4, name);
  if (form === 'text') thrift.int32(6, CONVERTED_UTF8);
  LOGICAL_TYPES[form]?.(thrift);
}

const LOGICAL_TYPES: Readonly<Partial<Record<ColumnForm, (thrift: ThriftWriter) => void>>> = {
  text: (thrift) => thrift.struct(10, () => thrift.struct(1, () => {})),
  time: (thrift) =>
    thrift.struct(10, () =>
      thrift.struct(8, () => {
        thrift.boolean(1, true);
        thrift.struct(2, () => thrift.struct(3, () => {}));
      }),
    ),
};
