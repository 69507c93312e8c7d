/**
 * The footer of a run folder's Parquet table: its columns, and where each one's bytes of each row group stand.
 * Knows nothing of what is in the pages or of which tables there are. Called by the table reader.
 *
 * Every offset and number is checked here, so that reading follows none that leads out of the file. Throws `Error` with what is wrong
 * and the byte. Format: github.com/apache/parquet-format, `parquet.thrift`.
 */
import { ThriftReader } from '../tape/thrift.js';
import type { ColumnForm } from './column-spec.js';

/** Parquet's numbers. */
export const PhysicalType = { boolean: 0, int32: 1, int64: 2, double: 5, text: 6 } as const;
export const Codec = { none: 0, snappy: 1 } as const;
/** How each form of column is stored. */
export const TYPES: Readonly<Record<ColumnForm, number>> = {
  time: PhysicalType.int64,
  int32: PhysicalType.int32,
  int64: PhysicalType.int64,
  double: PhysicalType.double,
  text: PhysicalType.text,
  flag: PhysicalType.boolean,
};

export interface StoredColumn {
  readonly name: string;
  /** A {@link PhysicalType}, or another number of Parquet's. */
  readonly type: number;
  /** OPTIONAL: rows may be null, and pages have definition levels. */
  readonly nullable: boolean;
}

/** One column of one row group. */
export interface StoredChunk {
  readonly codec: number;
  readonly at: number;
  readonly end: number;
}

export interface StoredGroup {
  readonly rows: number;
  /** In the order of the columns. */
  readonly chunks: readonly StoredChunk[];
}

export interface TableFooter {
  readonly columns: readonly StoredColumn[];
  readonly groups: readonly StoredGroup[];
}

const MAGIC = 'PAR1';
const OPTIONAL = 1;
/** Run folders have 65,536. What a few bytes say of more rows than this is not believed. */
export const MOST_GROUP_ROWS = 2 ** 20;

/** `readAt` gives bytes of a file of `size` bytes. */
export function readTableFooter(readAt: (at: number, length: number) => Uint8Array, size: number): TableFooter {
  if (size < 12) throw new Error(`a file of ${size} bytes is no Parquet file`);
  const tail = Buffer.from(readAt(size - 8, 8));
  if (tail.toString('latin1', 4) !== MAGIC)
    throw new Error(`no "${MAGIC}" at its end: it is cut off, or no Parquet file`);
  const length = tail.readUInt32LE(0);
  const at = size - 8 - length;
  if (at < 4) throw new Error(`its footer cannot be ${length} bytes long in a file of ${size} (byte ${size - 8})`);
  const thrift = new ThriftReader(readAt(at, length), 0, length, at);
  let columns: StoredColumn[] | undefined;
  let groups: StoredGroup[] | undefined;
  let rows = -1;
  for (let id = thrift.nextField(0); id !== 0; id = thrift.nextField(id)) {
    if (id === 2) columns = readColumns(thrift);
    else if (id === 3) rows = thrift.integer();
    else if (id === 4 && columns !== undefined) groups = readGroups(thrift, columns, at);
    else thrift.skip();
  }
  if (columns === undefined || groups === undefined) throw thrift.fault('the footer has no columns or no row groups');
  const held = groups.reduce((sum, group) => sum + group.rows, 0);
  if (held !== rows) throw thrift.fault(`row groups hold ${held} rows, the footer says ${rows}`);
  return { columns, groups };
}

/** Calls for each structure of a list. */
function eachStruct(thrift: ThriftReader, read: (index: number) => void): number {
  const count = thrift.list();
  const element = thrift.type;
  for (let index = 0; index < count; index++) {
    thrift.type = element;
    thrift.struct();
    read(index);
  }
  return count;
}

/** A flat table: the first element is the table itself, the others its columns. */
function readColumns(thrift: ThriftReader): StoredColumn[] {
  const columns: StoredColumn[] = [];
  eachStruct(thrift, (index) => {
    let [name, type, repetition, children] = ['', -1, 0, 0];
    for (let id = thrift.nextField(0); id !== 0; id = thrift.nextField(id)) {
      if (id === 1) type = thrift.integer();
      else if (id === 3) repetition = thrift.integer();
      else if (id === 4) name = thrift.text();
      else if (id === 5) children = thrift.integer();
      else thrift.skip();
    }
    if (index === 0) return;
    if (children > 0 || repetition < 0 || repetition > OPTIONAL)
      throw thrift.fault(`column ${name} is nested or repeated`);
    columns.push({ name, type, nullable: repetition === OPTIONAL });
  });
  return columns;
}

function readGroups(thrift: ThriftReader, columns: readonly StoredColumn[], footerAt: number): StoredGroup[] {
  const groups: StoredGroup[] = [];
  eachStruct(thrift, (group) => {
    let rows = -1;
    const chunks: StoredChunk[] = [];
    for (let id = thrift.nextField(0); id !== 0; id = thrift.nextField(id)) {
      if (id === 1) {
        eachStruct(thrift, (index) => {
          const column = columns[index];
          if (column === undefined) throw thrift.fault(`row group ${group} has more than ${columns.length} columns`);
          chunks.push(readChunk(thrift, column, footerAt));
        });
      } else if (id === 3) rows = thrift.integer();
      else thrift.skip();
    }
    if (chunks.length !== columns.length) throw thrift.fault(`row group ${group} has not ${columns.length} columns`);
    if (rows < 1 || rows > MOST_GROUP_ROWS) throw thrift.fault(`row group ${group} cannot have ${rows} rows`);
    groups.push({ rows, chunks });
  });
  return groups;
}

function readChunk(thrift: ThriftReader, column: StoredColumn, footerAt: number): StoredChunk {
  let [type, codec, size, dataAt, dictionaryAt] = [-1, -1, -1, -1, -1];
  for (let outer = thrift.nextField(0); outer !== 0; outer = thrift.nextField(outer)) {
    if (outer !== 3) {
      thrift.skip();
      continue;
    }
    thrift.struct();
    for (let id = thrift.nextField(0); id !== 0; id = thrift.nextField(id)) {
      if (id === 1) type = thrift.integer();
      else if (id === 4) codec = thrift.integer();
      else if (id === 7) size = thrift.integer();
      else if (id === 9) dataAt = thrift.integer();
      else if (id === 11) dictionaryAt = thrift.integer();
      else thrift.skip();
    }
  }
  const { name } = column;
  if (type !== column.type) throw thrift.fault(`column ${name} is of two types`);
  if (codec !== Codec.none && codec !== Codec.snappy) {
    throw thrift.fault(
      `column ${name} is compressed by method ${codec}; those of a run folder are by Snappy or not at all`,
    );
  }
  const at = dictionaryAt > 0 ? dictionaryAt : dataAt;
  if (at < MAGIC.length || size < 1 || at + size > footerAt) {
    throw thrift.fault(`column ${name} cannot have ${size} bytes from ${at} on: a part of the file is missing`);
  }
  return { codec, at, end: at + size };
}
