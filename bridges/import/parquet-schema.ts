/**
 * What a Parquet file's footer says of its columns, as far as DuckDB would read them otherwise than exactly and say nothing.
 * Knows nothing of queries and mappings. Called by parquet and sql.
 *
 * Layout: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift. Seen with DuckDB 1.5:
 * nanoseconds adjusted to UTC and INT96 lose what is finer than microseconds, DECIMAL of more than 38 digits becomes another
 * number, and 16-bit floats become 32-bit ones whose coarseness nobody sees any more.
 */
import { open } from 'node:fs/promises';
import { TapeError } from '../tape/tape-error.js';
import { ThriftReader } from '../tape/thrift.js';
import { ImportError } from './input-file.js';

export interface ParquetColumn {
  readonly name: string;
  /** Why its values would not be exact. */
  readonly fault?: string;
  /** Of ns adjusted to UTC: offset in the file of the byte that says "adjusted" (its low half 1; 2 says not). */
  readonly utcNanosAt?: number;
}

export interface ParquetSchema {
  readonly rows: number;
  /** Those of the first level, in the file's order. */
  readonly columns: readonly ParquetColumn[];
}

const MAGIC = 'PAR1';
const LARGEST_FOOTER = 512 * 2 ** 20;
const INT96 = 3;
/** Of DuckDB's DECIMAL. */
const MOST_DIGITS = 38;

/** Reads the footer. Throws `ImportError` with the path for what is no Parquet file or a damaged one. */
export async function readParquetSchema(path: string): Promise<ParquetSchema> {
  const { bytes, at } = await readFooter(path);
  try {
    return schemaOf(new ThriftReader(bytes, 0, bytes.length, at), at);
  } catch (cause) {
    if (!(cause instanceof TapeError)) throw cause;
    throw new ImportError(`${path}: its Parquet footer is damaged: ${cause.message}`);
  }
}

/** True for what begins as a Parquet file. */
export async function isParquet(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const head = Buffer.alloc(4);
    await handle.read(head, 0, 4, 0);
    return head.toString('latin1') === MAGIC;
  } finally {
    await handle.close();
  }
}

async function readFooter(path: string): Promise<{ bytes: Buffer; at: number }> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const ends = Buffer.alloc(16);
    await handle.read(ends, 0, 8, 0);
    await handle.read(ends, 8, 8, Math.max(0, size - 8));
    const [head, tail] = [ends.toString('latin1', 0, 4), ends.toString('latin1', 12)];
    const other = size < 12 ? undefined : otherFormat(ends, head, tail);
    if (other !== undefined) throw new ImportError(`${path}: ${other}`);
    if (size < 12 || head !== MAGIC) throw new ImportError(`${path}: is no Parquet file (it does not begin with PAR1)`);
    if (tail !== MAGIC) throw new ImportError(`${path}: is cut off: no PAR1 at the end of its ${size} bytes`);
    const length = ends.readUInt32LE(8);
    if (length > size - 12 || length > LARGEST_FOOTER) {
      throw new ImportError(`${path}: its Parquet footer cannot be ${length} bytes long in a file of ${size}`);
    }
    const bytes = Buffer.alloc(length);
    await handle.read(bytes, 0, length, size - 8 - length);
    return { bytes, at: size - 8 - length };
  } finally {
    await handle.close();
  }
}

/** A word about a format that is known here. */
function otherFormat(ends: Buffer, head: string, tail: string): string | undefined {
  if (head === 'ARRO' || head === 'FEA1') {
    return `is an Arrow or Feather file; make it Parquet: python -c "import pyarrow.feather as f, pyarrow.parquet as p; p.write_table(f.read_table('in.arrow'), 'out.parquet')"`;
  }
  if (ends.readUInt32LE(0) === 0xffff_ffff) {
    return `is an Arrow stream; make it Parquet: python -c "import pyarrow as a, pyarrow.parquet as p; p.write_table(a.ipc.open_stream('in.arrows').read_all(), 'out.parquet')"`;
  }
  return head === 'PARE' || tail === 'PARE' ? 'is an encrypted Parquet file, which is not read' : undefined;
}

/** FileMetaData: 2 schema, 3 rows. */
function schemaOf(reader: ThriftReader, base: number): ParquetSchema {
  const elements: Element[] = [];
  let rows = 0;
  for (let id = reader.nextField(0); id !== 0; id = reader.nextField(id)) {
    if (id === 2) for (let left = reader.list(); left > 0; left--) elements.push(elementOf(reader, base));
    else if (id === 3) rows = reader.integer();
    else reader.skip();
  }
  return { rows, columns: topOf(elements) };
}

/** Those of the first level: the elements are a tree, each before its children, the root first. */
function topOf(elements: readonly Element[]): ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  for (let at = 1; at < elements.length; ) {
    columns.push(columnOf(elements[at]!));
    for (let open = 1; open > 0 && at < elements.length; at++) open += elements[at]!.children - 1;
  }
  return columns;
}

/** What a SchemaElement says, gathered from its fields. */
interface Element {
  name: string;
  physical: number;
  precision: number;
  children: number;
  logical: Logical;
}

/** A LogicalType: which, and what matters of it. */
interface Logical {
  half: boolean;
  precision: number;
  /** −1: not adjusted to UTC, or no ns. */
  utcNanosAt: number;
}

/** SchemaElement: 1 type, 4 name, 5 children, 8 precision, 10 logical type. */
function elementOf(reader: ThriftReader, base: number): Element {
  const element: Element = {
    ...{ name: '', physical: -1, precision: 0, children: 0 },
    logical: { half: false, precision: 0, utcNanosAt: -1 },
  };
  for (let id = reader.nextField(0); id !== 0; id = reader.nextField(id)) {
    if (id === 1) element.physical = reader.integer();
    else if (id === 4) element.name = reader.text();
    else if (id === 5) element.children = Math.max(0, reader.integer());
    else if (id === 8) element.precision = reader.integer();
    else if (id === 10) readLogical(reader, element.logical, base);
    else reader.skip();
  }
  return element;
}

function columnOf({ name, physical, precision, logical }: Element): ParquetColumn {
  const digits = Math.max(precision, logical.precision);
  if (physical === INT96) return { name, fault: `INT96 time, which DuckDB cuts to microseconds: ${REWRITE}` };
  if (digits > MOST_DIGITS) return { name, fault: `DECIMAL of ${digits} digits, of which DuckDB makes another number` };
  if (logical.half) return { name, fault: '16-bit float, too coarse for what is to be exact' };
  return logical.utcNanosAt < 0 ? { name } : { name, utcNanosAt: logical.utcNanosAt };
}

const REWRITE = 'write it as TIMESTAMP (Spark: spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS)';

/** LogicalType: 5 decimal (2 precision), 8 timestamp (1 adjusted to UTC, 2 unit, of which 3 is ns), 15 half float. */
function readLogical(reader: ThriftReader, logical: Logical, base: number): void {
  reader.struct();
  for (let id = reader.nextField(0); id !== 0; id = reader.nextField(id)) {
    if (id === 15) logical.half = true;
    if (id === 5) {
      for (let part = reader.nextField(0); part !== 0; part = reader.nextField(part)) {
        if (part === 2) logical.precision = reader.integer();
        else reader.skip();
      }
    } else if (id === 8) readTimestamp(reader, logical, base);
    else reader.skip();
  }
}

function readTimestamp(reader: ThriftReader, logical: Logical, base: number): void {
  let flagAt = -1;
  let nanos = false;
  for (let part = reader.nextField(0); part !== 0; part = reader.nextField(part)) {
    // A boolean's value is the type in its field's head, which is the byte just read.
    if (part === 1) flagAt = reader.boolean() ? base + reader.at - 1 : -1;
    else if (part === 2) {
      for (let unit = reader.nextField(0); unit !== 0; unit = reader.nextField(unit)) {
        if (unit === 3) nanos = true;
        reader.skip();
      }
    } else reader.skip();
  }
  if (nanos) logical.utcNanosAt = flagAt;
}
