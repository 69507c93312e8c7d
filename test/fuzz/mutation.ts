/**
 * Inputs that are nearly right, made of good ones: bits flipped, bytes put in or left out, lines or records gone, twice or moved, fields
 * exchanged, numbers beyond all measure, ends cut off. Knows nothing of formats. Called by the fuzz tests.
 */
import { gzipSync } from 'node:zlib';
import type { RandomStream } from '../../core/random.js';
import { zip } from '../import/zip-writer.js';

/** A good input in its lines, with their ends, or in its records. */
export interface Parts {
  readonly text: boolean;
  readonly parts: readonly Buffer[];
  /** Stands before them and stays as it is. */
  readonly front?: Buffer;
}

export function lines(text: string): Parts {
  return { text: true, parts: (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => Buffer.from(line)) };
}

export function records(parts: readonly Buffer[]): Parts {
  return { text: false, parts };
}

/** A change to the input, now and then three; `others` are inputs of the same kind, whose parts may get into it. */
export function spoiled(input: Parts, others: readonly Parts[], random: RandomStream): Buffer {
  const parts = [...input.parts];
  for (let change = random.integer(8) === 0 ? 3 : 1; change > 0; change--) {
    const at = random.integer(Math.max(1, parts.length));
    const way = random.integer(12);
    if (way === 0) parts.splice(at, 1);
    else if (way === 1) parts.splice(at, 0, anyPart(others, random));
    else if (way === 2) parts.splice(at, 0, ...parts.splice(random.integer(Math.max(1, parts.length)), 1));
    else if (parts.length > 0) parts[at] = (input.text ? spoiledLine : spoiledRecord)(parts[at]!, random);
  }
  const bytes = Buffer.concat(parts);
  return random.integer(20) === 0 ? bytes.subarray(0, random.integer(bytes.length + 1)) : bytes;
}

function anyPart(inputs: readonly Parts[], random: RandomStream): Buffer {
  const { parts } = inputs[random.integer(inputs.length)]!;
  return parts[random.integer(parts.length)]!;
}

/** Texts that a field may turn into. */
const SPITE = [
  ...[
    '',
    '-',
    '.',
    '-1',
    '0',
    '-0',
    '1e400',
    '1e-400',
    'NaN',
    'Infinity',
    'null',
    'true',
    'False',
    '0x10',
    '١',
    '1_000',
  ],
  ...['9'.repeat(30), '9'.repeat(400), '1'.repeat(5000), '0.'.padEnd(60, '1'), '9007199254740993', '-9007199254740993'],
  ...[
    '1e15',
    '2147483648',
    '4294967296',
    '1709251200000',
    '1709251200000000',
    '1709251200000000000',
    '-62135596800000',
  ],
  ...['2024-02-30', '99999-01-01', '2024-03-10T02:30:00', '24:00:00', '20240231', '00000000'],
  ...['\u0000', '"', '"a""', '\\', '\u2028', '\ud800', '\ufeff', 'é', '[]', '{}', '[[[[[[', ' 1', '1 ', '\t', '\r'],
  ...[
    'buy',
    'bid',
    'snapshot',
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    '*a',
    '&a',
    '!!binary x',
    '~',
  ],
];

function spoiledLine(line: Buffer, random: RandomStream): Buffer {
  const way = random.integer(5);
  if (way < 2) return spoiledBytes(line, random);
  const text = line.toString('latin1');
  const fields = [...text.matchAll(/[\w.+-]+/g)];
  if (fields.length === 0) return spoiledBytes(line, random);
  const field = fields[random.integer(fields.length)]!;
  const other = fields[random.integer(fields.length)]!;
  if (way === 2) return Buffer.from(replaced(text, field, other[0]), 'latin1');
  if (way === 3 && field.index < other.index) {
    return Buffer.from(replaced(replaced(text, other, field[0]), field, other[0]), 'latin1');
  }
  return Buffer.from(replaced(text, field, SPITE[random.integer(SPITE.length)]!));
}

function replaced(text: string, field: RegExpExecArray, by: string): string {
  return text.slice(0, field.index) + by + text.slice(field.index + field[0].length);
}

const EXTREMES = [
  ...[0n, 1n, -1n, 127n, 128n, 255n, 32_767n, 32_768n, 65_535n],
  ...[31n, 32n, 53n, 63n, 64n].flatMap((bits) => [2n ** bits - 1n, 2n ** bits, -(2n ** (bits - 1n))]),
];

function spoiledRecord(record: Buffer, random: RandomStream): Buffer {
  const way = random.integer(3);
  if (way === 0 || record.length < 8) return spoiledBytes(record, random);
  const bytes = Buffer.from(record);
  const width = [1, 2, 4, 8][random.integer(4)]!;
  const at = random.integer(Math.floor(bytes.length / width)) * width;
  if (way === 1) {
    const from = random.integer(bytes.length - width + 1);
    bytes.copy(bytes, at, from, from + width);
    return bytes;
  }
  const number = BigInt.asUintN(8 * width, EXTREMES[random.integer(EXTREMES.length)]!);
  const field = Buffer.alloc(8);
  if (random.integer(2) === 0) field.writeBigUInt64LE(number);
  else field.writeBigUInt64BE(number << BigInt(64 - 8 * width));
  field.copy(bytes, at, 0, width);
  return bytes;
}

/** Changed without regard to what the bytes are. */
export function spoiledBytes(given: Buffer, random: RandomStream): Buffer {
  const bytes = Buffer.from(given);
  const at = random.integer(bytes.length + 1);
  const way = random.integer(6);
  if (way === 0 || at === bytes.length) return inserted(bytes, at, noise(1 + random.integer(8), random));
  if (way === 1) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.integer(8))]);
  if (way === 2) bytes[at]! ^= 1 << random.integer(8);
  else if (way === 3) bytes[at] = random.integer(256);
  else if (way === 4) bytes.fill(random.integer(2) * 255, at, Math.min(bytes.length, at + 1 + random.integer(12)));
  else bytes.copyWithin(at, random.integer(bytes.length));
  return bytes;
}

function inserted(bytes: Buffer, at: number, more: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}

function noise(length: number, random: RandomStream): Buffer {
  return Buffer.from(Array.from({ length }, () => random.integer(256)));
}

/** The ways in which files come. */
export const PACKINGS = {
  plain: (bytes: Buffer) => bytes,
  gzip: (bytes: Buffer) => gzipSync(bytes, { level: 1 }),
  zip: (bytes: Buffer) => zip(bytes),
  zstd: storedZstd,
} as const;
export type Packing = keyof typeof PACKINGS;

/** A zstd frame of stored blocks, without checksum (RFC 8878, 3.1.1). */
function storedZstd(bytes: Buffer): Buffer {
  const most = 100_000;
  const blocks: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += most) {
    const block = bytes.subarray(at, at + most);
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (at + most >= bytes.length ? 1 : 0), 0, 3);
    blocks.push(head, block);
  }
  // No single segment, a window of 1 MB.
  return Buffer.concat([Buffer.from('28b52ffd0050', 'hex'), ...blocks]);
}
