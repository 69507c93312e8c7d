/**
 * A tape's Parquet footer, reading: from a file's last bytes to where each column chunk stands, every length and offset
 * checked against the file before it is used. Knows nothing of how rows are encoded. Called by the tape file.
 *
 * Own reading rather than a library's: a tape of 10 GB has some 15,000 row groups, whose places go into a few typed
 * arrays here, and a hostile length must not become an allocation.
 */
import { CRC32_KEY, MAGIC, METADATA_KEY, SHA256_KEY } from './footer-write.js';
import { type GroupTimes, readGroupTimes, unknownTimes } from './group-times.js';
import { crc32 } from './parquet-page.js';
import { TapeError } from './tape-error.js';
import {
  columnSetOf,
  type DiskColumn,
  type DiskColumnName,
  diskColumns,
  ENCODING_NAMES,
  MAX_ROW_GROUP_BYTES,
  ROW_GROUP_ROWS,
} from './tape-layout.js';
import { ThriftReader, ThriftType } from './thrift.js';

/** A footer takes about 1 KB a row group: this is a tape of more than 250 GB. */
const MAX_FOOTER_BYTES = 512 * 2 ** 20;
/** Magic, footer length, magic. */
const SMALLEST_FILE = 12;

export interface Footer {
  readonly columns: readonly (DiskColumn & { readonly name: DiskColumnName })[];
  readonly rows: number;
  readonly groups: number;
  /** Rows of each group. */
  readonly groupRows: Uint32Array;
  /** Offsets: chunk `group × columns + column` starts at its number and ends at the next. One more than chunks. */
  readonly chunkAt: Float64Array;
  /** Smallest and largest times of each group. */
  readonly times: GroupTimes;
  /** Which encodings each column's data pages use, by name. */
  readonly encodings: readonly string[];
  /** The JSON text under {@link METADATA_KEY}. */
  readonly metadata: string;
  readonly sha256: string;
  /** Offsets of the seals' texts in the file. */
  readonly sha256At: number;
  readonly crc32At: number;
}

/** Reads `length` bytes at `at`; gives exactly as many or throws. */
export type ReadAt = (at: number, length: number) => Uint8Array;

/** Reads the footer of a file of `size` bytes. Throws {@link TapeError}; the caller adds the file's name. */
export function readFooter(readAt: ReadAt, size: number): Footer {
  if (size === 0) throw new TapeError('the file is empty');
  if (size < SMALLEST_FILE) throw new TapeError(`the file has ${size} bytes: too short for a tape`);
  const head = Buffer.from(readAt(0, 4)).toString('latin1');
  if (head !== MAGIC)
    throw new TapeError('it is no Parquet file (it does not begin with PAR1): give a tape, or import it');
  const tail = Buffer.from(readAt(size - 8, 8));
  if (tail.toString('latin1', 4) !== MAGIC) {
    throw new TapeError(`it is cut off: ${size} bytes, and no PAR1 at the end; copy or write it again`);
  }
  const length = tail.readUInt32LE(0);
  if (length > size - SMALLEST_FILE || length > MAX_FOOTER_BYTES) {
    throw new TapeError(`its footer cannot be ${length} bytes long in a file of ${size} (byte ${size - 8})`);
  }
  const at = size - 8 - length;
  const bytes = Buffer.from(readAt(at, length));
  try {
    const parts = splitFooter(bytes, at);
    checkSeal(bytes, parts.crc32, parts.crc32At);
    const columns = readSchema(parts.schema);
    return {
      ...readGroups(parts.groups, columns, parts.rows, at),
      columns,
      rows: parts.rows,
      metadata: parts.metadata,
      sha256: parts.sha256,
      sha256At: at + parts.sha256At,
      crc32At: at + parts.crc32At,
    };
  } catch (error) {
    throw error instanceof TapeError ? new TapeError(`footer: ${error.message}`) : error;
  }
}

/** The footer's top level: what is needed to know whether this is a tape at all, and where the rest stands. */
function splitFooter(bytes: Uint8Array, base: number) {
  const thrift = new ThriftReader(bytes, 0, bytes.length, base);
  const readerHere = (): ThriftReader => {
    const reader = new ThriftReader(bytes, thrift.at, bytes.length, base);
    reader.type = thrift.type;
    return reader;
  };
  let schema: ThriftReader | undefined;
  let groups: ThriftReader | undefined;
  let rows = -1;
  const texts = new Map<string, { text: string; at: number }>();
  for (let id = thrift.nextField(0); id !== 0; id = thrift.nextField(id)) {
    if (id === 3) rows = thrift.integer();
    else if (id === 5) readPairs(thrift, texts);
    else {
      if (id === 2) schema = readerHere();
      if (id === 4) groups = readerHere();
      thrift.skip();
    }
  }
  if (thrift.at !== bytes.length) throw thrift.fault('bytes are left over');
  if (schema === undefined || groups === undefined || rows < 0)
    throw thrift.fault('schema, rows or row groups are missing');
  const metadata = texts.get(METADATA_KEY);
  const sha256 = texts.get(SHA256_KEY);
  const crc = texts.get(CRC32_KEY);
  if (metadata === undefined || sha256 === undefined || crc === undefined) {
    throw new TapeError(
      `this Parquet file is no tape (no "${[METADATA_KEY, SHA256_KEY, CRC32_KEY].find((key) => !texts.has(key))}" ` +
        'in its metadata): make a tape of its data with an importer',
    );
  }
  if (!/^[0-9a-f]{64}$/.test(sha256.text)) throw new TapeError(`its "${SHA256_KEY}" is no SHA-256`);
  return {
    schema,
    groups,
    rows,
    metadata: metadata.text,
    sha256: sha256.text,
    sha256At: sha256.at,
    crc32: crc.text,
    crc32At: crc.at,
  };
}

function readPairs(thrift: ThriftReader, texts: Map<string, { text: string; at: number }>): void {
  const count = thrift.list();
  const element = thrift.type;
  for (let i = 0; i < count; i++) {
    thrift.type = element;
    thrift.struct();
    let key: string | undefined;
    let value: { text: string; at: number } | undefined;
    for (let id = thrift.nextField(0); id !== 0; id = thrift.nextField(id)) {
      if (id === 1) key = thrift.text();
      else if (id === 2) {
        const text = thrift.binary();
        value = { text: Buffer.from(text).toString(), at: thrift.at - text.length };
      } else thrift.skip();
    }
    if (key !== undefined && value !== undefined) texts.set(key, value);
  }
}

/** The footer's checksum was taken with its own eight digits as zeros. */
function checkSeal(bytes: Buffer, expected: string, at: number): void {
  const sealed = Buffer.from(bytes);
  sealed.fill('0', at, at + expected.length);
  const found = crc32(sealed).toString(16).padStart(8, '0');
  if (found !== expected) {
    throw new TapeError(`it does not match its checksum (${found}, written ${expected}): the file is damaged`);
  }
}

function readSchema(thrift: ThriftReader): Footer['columns'] {
  const count = thrift.list();
  const element = thrift.type;
  const found: { name: string; type: number; repetition: number; children: number }[] = [];
  for (let i = 0; i < count; i++) {
    thrift.type = element;
    thrift.struct();
    const column = { name: '', type: -1, repetition: -1, children: 0 };
    for (let id = thrift.nextField(0); id !== 0; id = thrift.nextField(id)) {
      if (id === 1) column.type = thrift.integer();
      else if (id === 3) column.repetition = thrift.integer();
      else if (id === 4) column.name = thrift.text();
      else if (id === 5) column.children = thrift.integer();
      else thrift.skip();
    }
    found.push(column);
  }
  const leaves = found.slice(1);
  const expected = diskColumns(columnSetOf(leaves.map((column) => column.name)));
  const names = leaves.map((column) => column.name).join(', ');
  const wanted = expected.map((column) => column.name).join(', ');
  if (names !== wanted) throw new TapeError(`its columns are ${names}; a tape's are ${wanted}`);
  leaves.forEach((column, index) => {
    if (column.type !== expected[index]!.type || column.repetition !== 0 || column.children !== 0) {
      throw new TapeError(`column ${column.name} is not of a tape's type (or not REQUIRED)`);
    }
  });
  return expected;
}

/** Chunks must follow each other without a gap from byte 4 to the footer, so that each offset proves the next. */
function readGroups(thrift: ThriftReader, columns: Footer['columns'], rows: number, footerAt: number) {
  const groups = thrift.list();
  const element = thrift.type;
  const width = columns.length;
  const groupRows = new Uint32Array(groups);
  const chunkAt = new Float64Array(groups * width + 1);
  const encodings = columns.map(() => new Set<string>());
  const times = unknownTimes(groups);
  let next = 4;
  let total = 0;
  for (let group = 0; group < groups; group++) {
    const place = `row group ${group}`;
    thrift.type = element;
    thrift.struct();
    const groupAt = next;
    let chunks = -1;
    for (let id = thrift.nextField(0); id !== 0; id = thrift.nextField(id)) {
      if (id === 1) {
        chunks = thrift.list();
        const inner = thrift.type;
        for (let column = 0; column < chunks; column++) {
          if (column >= width) throw thrift.fault(`${place} has more than ${width} columns`);
          thrift.type = inner;
          chunkAt[group * width + column] = next;
          const entry = { column: columns[column]!, group, times, encodings: encodings[column]! };
          next = readChunk(thrift, entry, next, footerAt, (values) => {
            if (column === 0) groupRows[group] = values;
            return values === groupRows[group];
          });
        }
      } else if (id === 3) {
        if (thrift.integer() !== groupRows[group]) throw thrift.fault(`${place}: its rows and values disagree`);
      } else thrift.skip();
    }
    if (chunks !== width) throw thrift.fault(`${place} has not ${width} columns`);
    if (next - groupAt > MAX_ROW_GROUP_BYTES) {
      throw new TapeError(`${place}: its ${next - groupAt} bytes are more than a tape's row group may have`);
    }
    total += groupRows[group]!;
  }
  chunkAt[groups * width] = next;
  if (next !== footerAt) throw new TapeError(`row groups end at byte ${next}, the footer begins at ${footerAt}`);
  if (total !== rows) throw new TapeError(`row groups hold ${total} rows, the footer says ${rows}`);
  return { groups, groupRows, chunkAt, times, encodings: encodings.map((names) => [...names].join('+')) };
}

/** The chunk whose entry is read, and where its statistics and encodings go. */
interface ChunkEntry {
  readonly column: DiskColumn;
  readonly group: number;
  readonly times: GroupTimes;
  readonly encodings: Set<string>;
}

/** Reads one chunk's entry, which must begin at `at`; returns where it ends. `accept` says whether its rows are right. */
function readChunk(
  thrift: ThriftReader,
  { column, group, times, encodings }: ChunkEntry,
  at: number,
  footerAt: number,
  accept: (values: number) => boolean,
): number {
  thrift.struct();
  let codec = -1;
  let values = -1;
  let bytes = -1;
  let dataAt = -1;
  let dictionaryAt: number | undefined;
  for (let outer = thrift.nextField(0); outer !== 0; outer = thrift.nextField(outer)) {
    if (outer !== 3) {
      thrift.skip();
      continue;
    }
    thrift.struct();
    for (let id = thrift.nextField(0); id !== 0; id = thrift.nextField(id)) {
      if (id === 2) readEncodings(thrift, encodings);
      else if (id === 4) codec = thrift.integer();
      else if (id === 5) values = thrift.integer();
      else if (id === 7) bytes = thrift.integer();
      else if (id === 9) dataAt = thrift.integer();
      else if (id === 11) dictionaryAt = thrift.integer();
      else if (id === 12 && column.meaning === 'time') readGroupTimes(thrift, column.name, group, times);
      else thrift.skip();
    }
  }
  if (codec !== 0) throw thrift.fault(`column ${column.name} is compressed; a tape's never is`);
  if (values < 1 || values > ROW_GROUP_ROWS || !accept(values)) {
    throw thrift.fault(`column ${column.name} cannot have ${values} values`);
  }
  if ((dictionaryAt ?? dataAt) !== at || dataAt < at)
    throw thrift.fault(`column ${column.name} does not begin at ${at}`);
  if (bytes < 1 || at + bytes > footerAt) {
    throw thrift.fault(`column ${column.name} from ${at} cannot have ${bytes} bytes: a part of the file is missing`);
  }
  return at + bytes;
}

function readEncodings(thrift: ThriftReader, encodings: Set<string>): void {
  const count = thrift.list();
  let last = -1;
  for (let i = 0; i < count; i++) {
    thrift.type = ThriftType.int32;
    last = thrift.integer();
  }
  // A dictionary's own encoding stands first; the data pages' last.
  if (last >= 0) encodings.add(ENCODING_NAMES[last] ?? `encoding ${last}`);
}
