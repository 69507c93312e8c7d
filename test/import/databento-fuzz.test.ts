/**
 * Bytes that are no DBN, in as many ways as there are: every truncation, every flipped bit; random changes are in test/fuzz. Each is a
 * refusal that says where, or a tape whose times and numbers are whole; never another error, never a hang.
 */
import { expect, it } from 'vitest';
import { DatabentoReader } from '../../bridges/import/databento-reader.js';
import { DbnStream } from '../../bridges/import/dbn-stream.js';
import { ImportError } from '../../bridges/import/input-file.js';
import { MemoryTape } from '../../core/index.js';
import { FILES } from './dbn-fixtures.js';

const SEEDS = Object.entries(FILES).filter(([name]) => !name.includes('definition'));
const FACT = { name: 'fuzz.dbn', sizeBytes: 0, sha256: '', lines: 0 };
/** All columns, whatever the bytes say of the schema. */
const ANY = { schema: undefined } as never;

/** What becomes of these bytes, given in pieces of `piece` bytes: the refusal, or how many rows there are. */
function outcome(bytes: Buffer, piece = bytes.length): string | number {
  const reader = new DatabentoReader({ tick: '0.25' }, [ANY]);
  const stream = new DbnStream(reader);
  try {
    for (let at = 0; at < bytes.length; at += piece) stream.push(bytes.subarray(at, at + piece));
    stream.end();
    const { columns, info } = reader.finish([FACT]);
    new MemoryTape(columns, info);
    return columns.length;
  } catch (cause) {
    if (!(cause instanceof RangeError || cause instanceof ImportError)) throw cause;
    if (cause.message.includes('\n')) throw new Error(`more than one line: ${cause.message}`, { cause });
    return cause.message;
  }
}

it.each(SEEDS)('%s, in pieces of any size, is the same tape', (_, bytes) => {
  const rows = outcome(bytes);
  expect(rows).toBeGreaterThan(20);
  for (let piece = 1; piece < 100; piece += piece < 20 ? 1 : 13) expect(outcome(bytes, piece)).toBe(rows);
});

it.each(SEEDS)('%s cut off anywhere but between records is refused', (_, bytes) => {
  const whole = outcome(bytes);
  let at = 8 + bytes.readUInt32LE(4);
  const ends = new Set<number>();
  for (; at < bytes.length; at += bytes[at]! * 4) ends.add(at);
  for (let length = 0; length < bytes.length; length++) {
    const found = outcome(bytes.subarray(0, length));
    if (!ends.has(length)) expect(found, `${length} bytes`).toMatch(/cut off/);
    // The tape of the records until there, or nothing at all.
    else if (typeof found === 'number') expect(found).toBeLessThan(whole as number);
  }
});

it.each(SEEDS)('%s with any bit flipped is refused or a tape', (_, bytes) => {
  let refused = 0;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const copy = Buffer.from(bytes);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    if (typeof outcome(copy) === 'string') refused++;
  }
  expect(refused).toBeGreaterThan(100);
});
