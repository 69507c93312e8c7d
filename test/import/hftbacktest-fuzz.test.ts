/**
 * Bytes that are no hftbacktest array, in as many ways as there are: every truncation, every flipped bit; random changes are in test/fuzz. Each is a
 * refusal that says where, or a tape whose times and numbers are whole; never another error, never a hang.
 */
import { expect, it } from 'vitest';
import { HftbacktestReader } from '../../bridges/import/hftbacktest.js';
import { ImportError } from '../../bridges/import/input-file.js';
import { NpyStream } from '../../bridges/import/npy-stream.js';
import { MemoryTape } from '../../core/index.js';
import { LEVELS, ORDERS, TABLE } from './hftbacktest-fixtures.js';

import { events, table } from './npy-writer.js';
import { expectSoundRows } from './sound-rows.js';

const FACT = { name: 'fuzz.npy', sizeBytes: 0, sha256: '', lines: 0 };
const OPTIONS = { files: [], symbol: 'A', offLotLevels: 'round', negativeLatency: 'shift' } as const;

const SEEDS = [
  { name: 'levels', bytes: events(LEVELS), options: { ...OPTIONS, tick: '0.1', lot: '0.001', orders: false } },
  { name: 'orders', bytes: events(ORDERS), options: { ...OPTIONS, tick: '0.25', lot: '1', orders: true } },
  {
    name: 'version 1',
    bytes: table(TABLE),
    options: { ...OPTIONS, tick: '0.1', lot: '0.001', orders: false, timeUnit: 'us' },
  },
] as const;

/** What becomes of these bytes, given in pieces of `piece` bytes: the refusal, or how many rows there are. */
function outcome(bytes: Buffer, { options }: (typeof SEEDS)[number], piece = bytes.length): string | number {
  const reader = new HftbacktestReader(options);
  const stream = new NpyStream(reader);
  try {
    for (let at = 0; at < bytes.length; at += piece) stream.push(bytes.subarray(at, at + piece));
    stream.end();
    reader.end();
    const { columns, info } = reader.finish([FACT]);
    new MemoryTape(columns, info);
    expectSoundRows(columns);
    return columns.length;
  } catch (cause) {
    if (!(cause instanceof RangeError || cause instanceof ImportError)) throw cause;
    if (cause.message.includes('\n')) throw new Error(`more than one line: ${cause.message}`, { cause });
    return `${stream.place}: ${cause.message}`;
  }
}

it.each(SEEDS)('$name, in pieces of any size, is the same tape; cut off anywhere it is refused', (seed) => {
  const rows = outcome(seed.bytes, seed);
  expect(rows).toBeGreaterThan(4);
  for (let piece = 1; piece < 300; piece += piece < 20 ? 1 : 13) expect(outcome(seed.bytes, seed, piece)).toBe(rows);
  for (let length = 0; length < seed.bytes.length; length++) {
    expect(outcome(seed.bytes.subarray(0, length), seed, 64), `${length} bytes`).toMatch(/cut off/);
  }
});

it.each(SEEDS)('$name with any bit flipped is refused or a tape', (seed) => {
  let refused = 0;
  for (let bit = 0; bit < seed.bytes.length * 8; bit += 5) {
    const copy = Buffer.from(seed.bytes);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    if (typeof outcome(copy, seed) === 'string') refused++;
  }
  expect(refused).toBeGreaterThan(100);
});
