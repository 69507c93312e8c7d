/**
 * Where the one file inside a zip archive lies, or the one that is wanted of several: read from the archive's directory at its end and held against the entry's own
 * header. Zip64 included, as a month of trades unpacks to more than 4 GB.
 * Knows nothing of what the file is. Called by input-file.
 *
 * Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 (records) and 4.5.3 (zip64).
 */
import type { FileHandle } from 'node:fs/promises';

/** The data of the one entry, and what it must unpack to. */
export interface ZipEntry {
  readonly name: string;
  /** Byte range of its data in the archive. */
  readonly from: number;
  readonly to: number;
  readonly deflated: boolean;
  readonly unpackedBytes: number;
  readonly crc32: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END_64_BYTES = 56;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
/** The directory of a single file: names and extra fields are at most 64 kB each. */
const LONGEST_DIRECTORY = CENTRAL_BYTES + 3 * 0xffff;
const MOST_ENTRIES = 10_000;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
const ZIP64 = 0xffffffff;

/**
 * The only file of the archive; with `wanted` the only one whose name it says yes to. Throws `RangeError` saying why the archive
 * cannot be read, or why there is not one such file.
 */
export async function findZipEntry(
  handle: FileHandle,
  sizeBytes: number,
  wanted?: (name: string) => boolean,
): Promise<ZipEntry> {
  const { from, bytes, entries } = await findDirectory(handle, sizeBytes);
  if (entries !== 1 && wanted === undefined) {
    throw new RangeError(`the zip archive holds ${entries} files where one was expected: unpack it first`);
  }
  const longest = LONGEST_DIRECTORY * Math.min(Math.max(1, entries), MOST_ENTRIES);
  if (bytes < CENTRAL_BYTES || bytes > longest) throw damaged(`its directory has ${bytes} bytes`);
  const directory = await readAt(handle, from, bytes);
  const records = recordsOf(directory, entries);
  const chosen = wanted === undefined ? records : records.filter((record) => wanted(nameOf(record)));
  const [central] = chosen;
  if (central === undefined || chosen.length > 1) {
    const names = records.slice(0, 4).map((record) => JSON.stringify(nameOf(record)));
    throw new RangeError(
      `${chosen.length} of the ${records.length} files in the zip archive are the one wanted (${names.join(', ')}${records.length > 4 ? ', …' : ''})`,
    );
  }
  const nameBytes = central.readUInt16LE(28);
  const extraBytes = central.readUInt16LE(30);
  const name = central.subarray(CENTRAL_BYTES, CENTRAL_BYTES + nameBytes);
  const extra = central.subarray(CENTRAL_BYTES + nameBytes, CENTRAL_BYTES + nameBytes + extraBytes);
  const [unpackedBytes, packedBytes, localFrom] = wideSizes(central, extra);
  const flags = central.readUInt16LE(8);
  const method = central.readUInt16LE(10);
  if ((flags & ENCRYPTED) !== 0) throw new RangeError('the zip archive is encrypted: unpack it first');
  if (method !== STORED && method !== DEFLATED) {
    throw new RangeError(`the zip archive is packed by method ${method}, not by deflate: unpack it first`);
  }
  if (localFrom + LOCAL_BYTES > from) throw damaged('its file begins after its directory');
  const local = await readAt(handle, localFrom, LOCAL_BYTES);
  const dataFrom = localFrom + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (local.readUInt32LE(0) !== LOCAL) throw damaged('its file does not begin where the directory says');
  if (local.readUInt16LE(6) !== flags || local.readUInt16LE(8) !== method || local.readUInt16LE(26) !== nameBytes) {
    throw damaged('its file and its directory disagree');
  }
  if (!(await readAt(handle, localFrom + LOCAL_BYTES, nameBytes)).equals(name)) {
    throw damaged('its file and its directory disagree about the name');
  }
  if (dataFrom + packedBytes > from) throw damaged('its file reaches into its directory');
  const entry = { from: dataFrom, to: dataFrom + packedBytes, deflated: method === DEFLATED };
  return { ...entry, name: name.toString('utf8'), unpackedBytes, crc32: central.readUInt32LE(16) };
}

/** The directory's records, one a file. */
function recordsOf(directory: Buffer, entries: number): Buffer[] {
  const records: Buffer[] = [];
  let at = 0;
  for (let entry = 0; entry < entries; entry++) {
    if (at + CENTRAL_BYTES > directory.length) throw damaged('its directory is not as long as its entry says');
    if (directory.readUInt32LE(at) !== CENTRAL) throw damaged('its directory does not begin as one');
    const more = directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    records.push(directory.subarray(at, at + CENTRAL_BYTES + more));
    at += CENTRAL_BYTES + more;
  }
  if (at !== directory.length) throw damaged('its directory is not as long as its entry says');
  return records;
}

function nameOf(record: Buffer): string {
  return record.toString('utf8', CENTRAL_BYTES, CENTRAL_BYTES + record.readUInt16LE(28));
}

/** The directory's place and how many files it lists, from the record at the very end of the archive. */
async function findDirectory(
  handle: FileHandle,
  sizeBytes: number,
): Promise<{ from: number; bytes: number; entries: number }> {
  const tail = Math.min(sizeBytes, END_BYTES + 0xffff + LOCATOR_BYTES);
  const end = await readAt(handle, sizeBytes - tail, tail);
  let at = end.length - END_BYTES;
  // A comment may follow the record; the record says how long it is.
  while (at >= 0 && !(end.readUInt32LE(at) === END && at + END_BYTES + end.readUInt16LE(at + 20) === end.length)) at--;
  if (at < 0) throw new RangeError('the zip archive has no directory at its end: the file was cut off');
  const locator = at - LOCATOR_BYTES;
  const wide = locator >= 0 && end.readUInt32LE(locator) === LOCATOR_64;
  const record = wide ? await readAt(handle, wideNumber(end, locator + 8), END_64_BYTES) : end.subarray(at);
  if (wide && record.readUInt32LE(0) !== END_64) throw damaged('its zip64 record is not where it says');
  const entries = wide ? wideNumber(record, 32) : record.readUInt16LE(10);
  const bytes = wide ? wideNumber(record, 40) : record.readUInt32LE(12);
  const from = wide ? wideNumber(record, 48) : record.readUInt32LE(16);
  if (from + bytes > sizeBytes) throw damaged('its directory lies beyond its end');
  return { from, bytes, entries };
}

/** Unpacked size, packed size and offset; those that do not fit 32 bits stand in the zip64 extra field in this order. */
function wideSizes(central: Buffer, extra: Buffer): [number, number, number] {
  const sizes: [number, number, number] = [
    central.readUInt32LE(24),
    central.readUInt32LE(20),
    central.readUInt32LE(42),
  ];
  if (!sizes.includes(ZIP64)) return sizes;
  for (let at = 0; at + 4 <= extra.length; ) {
    const fieldBytes = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      let from = at + 4;
      const end = Math.min(extra.length, from + fieldBytes);
      return sizes.map((size) => {
        if (size !== ZIP64) return size;
        from += 8;
        if (from > end) throw damaged('its zip64 field is too short');
        return wideNumber(extra, from - 8);
      }) as [number, number, number];
    }
    at += 4 + fieldBytes;
  }
  throw damaged('its zip64 field is missing');
}

function wideNumber(bytes: Buffer, at: number): number {
  const number = bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
  if (Number.isSafeInteger(number)) return number;
  throw damaged(`it names a place or size of ${number} bytes`);
}

async function readAt(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, from);
  if (bytesRead === length) return bytes;
  throw damaged('it ends before the place that it names');
}

function damaged(what: string): RangeError {
  return new RangeError(`the zip archive is damaged: ${what}`);
}
