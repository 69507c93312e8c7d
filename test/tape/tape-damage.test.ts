/** Files that are no tapes, damaged tapes and hostile ones: each is refused in one line that names file and place. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeDelta32, decodeDelta64 } from '../../bridges/tape/delta-decode.js';
import { orCodes, setCodes } from '../../bridges/tape/dictionary-decode.js';
import { CRC32_KEY, footerBytes } from '../../bridges/tape/footer-write.js';
import { placedAt, RowGroupEncoder } from '../../bridges/tape/row-group-encode.js';
import { TapeError } from '../../bridges/tape/tape-error.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import type { Columns } from '../../core/market.js';
import { sliceColumns } from '../../core/tape.js';
import { ALL_PARTS, differenceOf, instrumentsOf, marketRows, ORIGIN_NS } from './sample-rows.js';
import { sealFooter } from './sealing.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tape-damage-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
let files = 0;
const head = { instruments: instrumentsOf(3), originNs: ORIGIN_NS };

function put(bytes: Uint8Array | string): string {
  const file = path.join(folder, `${files++}.parquet`);
  fs.writeFileSync(file, bytes);
  return file;
}

function tapeBytes(columns: Columns): Buffer {
  const file = path.join(folder, 'good.parquet');
  writeTape(file, columns, head);
  return fs.readFileSync(file);
}

/** Opens and reads a file to its end; the error's message, or `undefined` when there was none. */
function complaintOf(file: string, worker = false): string | undefined {
  try {
    const tape = openTape(file, { worker });
    const reader = tape.open(tape.info.originNs);
    try {
      for (let block = reader.next(); block !== undefined; block = reader.next()) reader.release(block);
    } finally {
      reader.close();
    }
  } catch (error) {
    expect(error).toBeInstanceOf(TapeError);
    const { message } = error as TapeError;
    expect(message, 'one line that names the file').toMatch(/^tape [^\n]+$/);
    expect(message).toContain(file);
    return message;
  }
  return undefined;
}

/** A well-formed file around rows or metadata that the writer would have refused. */
function forge(
  columns: Columns,
  change: (metadata: Record<string, unknown>) => unknown = (metadata) => metadata,
): string {
  const symbols = head.instruments.map((spec) => spec.symbol);
  const { group, bytes } = new RowGroupEncoder(symbols, ORIGIN_NS).encode(columns);
  const metadata = {
    version: 1,
    originNs: String(ORIGIN_NS),
    rows: columns.length,
    instruments: head.instruments,
    counts: [{}, {}, {}],
    corrections: [],
    provenance: {},
  };
  const set = {
    orderId: columns.orderId !== undefined,
    bars: columns.openTicks !== undefined,
    value: columns.value !== undefined,
  };
  const text = JSON.stringify(change(metadata));
  const footer = footerBytes([placedAt(group, 4)], set, columns.length, text, createHash('sha256'));
  return put(Buffer.concat([Buffer.from('PAR1'), bytes, footer.bytes]));
}

describe('what is no tape', () => {
  const good = tapeBytes(marketRows(500, 3, ALL_PARTS));
  const cases: [string, () => string, RegExp][] = [
    ['a missing file', () => path.join(folder, 'nowhere.parquet'), /there is no such file/],
    ['a folder', () => folder, /it is a folder/],
    ['a device', () => '/dev/zero', /it is no ordinary file/],
    ['an empty file', () => put(''), /the file is empty/],
    ['seven bytes', () => put('PAR1PAR'), /the file has 7 bytes: too short/],
    ['a text file', () => put('time,price,size\n1,2,3\n'), /it is no Parquet file/],
    ['a gzip file', () => put(zlib.gzipSync('time,price\n'.repeat(100))), /it is no Parquet file/],
    ['a tape without its last byte', () => put(good.subarray(0, -1)), /it is cut off/],
    ['half a tape', () => put(good.subarray(0, good.length >> 1)), /it is cut off/],
    ['a tape with something behind it', () => put(Buffer.concat([good, Buffer.from('\n')])), /it is cut off/],
    ['a tape without its beginning', () => put(good.subarray(100)), /it is no Parquet file/],
    [
      'a tape with a piece cut out',
      () => put(Buffer.concat([good.subarray(0, 900), good.subarray(950)])),
      /a part of the file is missing/,
    ],
    ['only magic words', () => put('PAR1\0\0\0\0PAR1'), /footer: it ends too early \(byte 4\)/],
    [
      'a footer longer than the file',
      () => put(Buffer.concat([good.subarray(0, -8), Buffer.from('ffffffff', 'hex'), Buffer.from('PAR1')])),
      /its footer cannot be 4294967295 bytes long/,
    ],
    [
      'an ordinary Parquet file',
      () => put(Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'price', data: [1.5, 2.5], type: 'DOUBLE' }] }))),
      /this Parquet file is no tape \(no "tickwright"/,
    ],
  ];
  it.each(cases)('%s is refused', (_name, make, expected) => {
    expect(complaintOf(make())).toMatch(expected);
  });

  it('a file that may not be read is refused', () => {
    const file = put(good);
    fs.chmodSync(file, 0);
    if (process.getuid?.() === 0) console.warn('skipped in part: the superuser may read everything');
    else expect(complaintOf(file)).toMatch(/it may not be read/);
  });

  it('a file that was replaced between opening and reading is refused', () => {
    const file = put(good);
    const tape = openTape(file, { worker: false });
    writeTape(file, marketRows(400, 3, ALL_PARTS), head);
    expect(() => tape.open(ORIGIN_NS)).toThrow(/was changed or replaced while it was in use/);
    fs.rmSync(file);
    expect(() => tape.open(ORIGIN_NS)).toThrow(/there is no such file/);
  });
});

describe('damage', () => {
  it('in any single byte of the file is found by reading it', () => {
    const good = tapeBytes(marketRows(60, 3, ALL_PARTS));
    const file = put(good);
    const silent: string[] = [];
    for (let at = 0; at < good.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const bytes = Buffer.from(good);
        bytes[at]! ^= mask;
        fs.writeFileSync(file, bytes);
        if (complaintOf(file) === undefined) silent.push(`byte ${at} ^ ${mask}`);
      }
    }
    expect(silent).toEqual([]);
    // Some 14,000 files: seconds on a quiet machine, more than a minute on a busy one.
  }, 240_000);

  it('in the rows names row group, column and byte, the same from the worker', () => {
    const columns = marketRows(200_000);
    const good = tapeBytes(columns);
    const tape = openTape(put(good));
    const { chunkAt, columns: disk } = tape.footer;
    disk.forEach((column, index) => {
      const bytes = Buffer.from(good);
      const end = chunkAt[disk.length + index + 1]!;
      bytes[end - 3]! ^= 16;
      const file = put(bytes);
      const complaint = complaintOf(file);
      expect(complaint).toMatch(
        new RegExp(
          `row group 1 \\(rows from 65536\\): column ${column.name}: page of \\d+ bytes does not match its checksum: the file is damaged \\(byte \\d+\\)`,
        ),
      );
      if (index < 2) expect(complaintOf(file, true)).toBe(complaint);
      fs.rmSync(file);
    });
  });

  it('lets the rows before it through and stops there, again and again', () => {
    const columns = marketRows(200_000);
    const bytes = tapeBytes(columns);
    const { chunkAt, columns: disk } = openTape(put(bytes)).footer;
    bytes[chunkAt[2 * disk.length]! + 50]! ^= 1;
    const file = put(bytes);
    for (const worker of [false, true]) {
      const reader = openTape(file, { worker }).open(ORIGIN_NS);
      expect(reader.next()?.length).toBe(65_536);
      expect(reader.next()?.length).toBe(65_536);
      expect(() => reader.next()).toThrow(/row group 2/);
      expect(() => reader.next(), 'still broken').toThrow(/row group 2/);
      reader.close();
    }
  });

  it('of the hash alone is found by verify', () => {
    const bytes = tapeBytes(marketRows(100));
    const at = bytes.indexOf('tickwright.sha256') + 'tickwright.sha256'.length + 2;
    bytes[at] = bytes[at] === 0x30 ? 0x31 : 0x30;
    const file = put(sealFooter(bytes));
    expect(complaintOf(file)).toBeUndefined();
    expect(() => openTape(file).verify()).toThrow(/its SHA-256 is [0-9a-f]{64}, written/);
  });
});

describe('a well-formed file with wrong contents', () => {
  const rows = () => {
    const columns = sliceColumns(marketRows(150), 0, 100);
    columns.code.fill(0b1101_0010);
    for (let row = 0; row < columns.length; row++) {
      columns.exchangeNs[row] = row * 10;
      columns.localNs[row] = row * 10 + 5;
    }
    return columns;
  };
  it('is read when nothing is wrong', () => {
    expect(complaintOf(forge(rows()))).toBeUndefined();
  });

  const wrongRows: [string, (columns: Columns) => void, RegExp][] = [
    [
      'decreasing exchange times',
      (c) => c.exchangeNs.set([c.exchangeNs[49]! - 1], 50),
      /row 50: exchange time -?\d+ is before the previous row's/,
    ],
    [
      'decreasing local times',
      (c) => c.localNs.set([c.localNs[49]! + 11], 48),
      /row 49: local time \d+ is before the previous row's/,
    ],
    [
      'local before exchange',
      (c) => c.localNs.set([c.exchangeNs[0]! - 5], 0),
      /row 0: local time -?\d+ lies before exchange time/,
    ],
    ['a negative quantity', (c) => c.qtyLots.set([-1], 7), /row 7: quantity -1 is not a whole number of lots/],
  ];
  it.each(wrongRows)('%s: refused with the row', (_name, spoil, expected) => {
    const columns = rows();
    spoil(columns);
    expect(complaintOf(forge(columns))).toMatch(expected);
  });

  const wrongMetadata: [string, (metadata: Record<string, unknown>) => unknown, RegExp][] = [
    ['a newer version', (m) => ({ ...m, version: 2 }), /its tape format version is 2, this tickwright reads 1/],
    ['no version', ({ version: _, ...m }) => m, /its tape format version is undefined/],
    ['null', () => null, /its tape format version is undefined/],
    ['an unknown field', (m) => ({ ...m, compression: 'x' }), /metadata is wrong at the top: .*compression/],
    [
      'an origin that is no int64',
      (m) => ({ ...m, originNs: '99999999999999999999' }),
      /metadata is wrong at originNs/,
    ],
    ['an origin far from the rows', (m) => ({ ...m, originNs: '0' }), /lies more than 2\^53 away from its origin/],
    ['rows that are not there', (m) => ({ ...m, rows: 101 }), /its metadata speaks of 101 rows, its footer of 100/],
    [
      'a tick of 0',
      (m) => ({ ...m, instruments: [{ symbol: 'SYM0', tick: '0', lot: '1' }], counts: [{}] }),
      /instrument SYM0: tick "0" is not above 0/,
    ],
    [
      'a symbol twice',
      (m) => ({ ...m, instruments: [head.instruments[0], head.instruments[0]], counts: [{}, {}] }),
      /instrument "SYM0" is listed twice/,
    ],
    ['no instruments', (m) => ({ ...m, instruments: [], counts: [] }), /metadata is wrong at instruments/],
    [
      'an instrument that the rows do not know',
      (m) => ({ ...m, instruments: [head.instruments[0]], counts: [{}] }),
      /instrument "SYM[12]" is not in the tape's list/,
    ],
    ['counts for too few', (m) => ({ ...m, counts: [{}] }), /counts 1 instruments but lists 3/],
    [
      'a kind that is unknown',
      (m) => ({ ...m, counts: [{ auction: 3 }, {}, {}] }),
      /rows of the kind "auction", which is unknown/,
    ],
    [
      'a correction without a count',
      (m) => ({ ...m, corrections: [{ name: 'x', note: '' }] }),
      /metadata is wrong at corrections.0.count/,
    ],
  ];
  it.each(wrongMetadata)('metadata with %s: refused with the field', (_name, change, expected) => {
    expect(complaintOf(forge(rows(), change))).toMatch(expected);
  });

  it('counts that are not those of the rows are found by verify', () => {
    const file = forge(rows(), (m) => ({ ...m, counts: [{ depth: 1 }, {}, {}] }));
    const tape = openTape(file);
    // The forged file has no hash of its own: let verify come as far as the counts.
    Object.assign(tape.info, { hash: fileHash(file, tape.footer) });
    expect(() => tape.verify()).toThrow(/has \d+ rows of kind depth, its metadata says/);
  });
});

function fileHash(file: string, { sha256At, crc32At }: { sha256At: number; crc32At: number }): string {
  const bytes = fs.readFileSync(file);
  bytes.fill('0', sha256At, sha256At + 64).fill('0', crc32At, crc32At + 8);
  return createHash('sha256').update(bytes).digest('hex');
}

describe('hostile bytes', () => {
  it('in a sealed footer end in a reading or a refusal, never in anything else', () => {
    const good = tapeBytes(marketRows(300, 3, ALL_PARTS));
    const length = good.readUInt32LE(good.length - 8);
    const file = put(good);
    const change = fc.record({
      at: fc.nat(length - 1),
      value: fc.oneof(fc.nat(255), fc.constantFrom(0, 255, 127, 128)),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(good);
        for (const { at, value } of changes) bytes[bytes.length - 8 - length + at] = value;
        if (bytes.lastIndexOf(CRC32_KEY) > 0) sealFooter(bytes);
        fs.writeFileSync(file, bytes);
        complaintOf(file);
      }),
      { numRuns: 3000 },
    );
  });

  it('in pages end in numbers or a refusal, never in anything else', () => {
    const out64 = new Float64Array(300);
    const out32 = new Int32Array(300);
    const out8 = new Uint8Array(300);
    const out16 = new Uint16Array(300);
    const decoders: ((bytes: Uint8Array, rows: number) => void)[] = [
      (bytes, rows) => decodeDelta64(bytes, 0, bytes.length, rows, 0n, 0, out64),
      (bytes, rows) => decodeDelta32(bytes, 0, bytes.length, rows, out32),
      (bytes, rows) => orCodes(bytes, 0, bytes.length, rows, [1, 2, 3], out8),
      (bytes, rows) => setCodes(bytes, 0, bytes.length, rows, [0, 1, 2], out16),
    ];
    // The head of a well-formed page, or none: otherwise hardly anything comes past it.
    const front = fc.constantFrom([], [128, 1, 4, 44, 2], [2], [1], [4], [8]);
    fc.assert(
      fc.property(
        front,
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(3),
        fc.integer({ min: 1, max: 300 }),
        (first, rest, which, rows) => {
          const bytes = new Uint8Array([...first, ...rest]);
          try {
            decoders[which]!(bytes, first.length === 5 ? 300 : rows);
          } catch (error) {
            expect(error).toBeInstanceOf(TapeError);
          }
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('leave the good file readable', () => {
    const columns = marketRows(300);
    const file = put(tapeBytes(columns));
    const block = openTape(file).open(ORIGIN_NS).next()!;
    expect(differenceOf(block, { ...columns })).toBeUndefined();
  });
});
