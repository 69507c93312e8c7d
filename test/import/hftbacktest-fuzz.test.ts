/**
 * Bytes that are no hftbacktest array, in as many ways as there are: every truncation, every flipped bit, random changes. Each is a
 * refusal that says where, or a tape whose times and numbers are whole; never another error, never a hang. `FUZZ=100000` makes more.
 */
import { expect, it } from 'vitest';
import { HftbacktestReader } from '../../bridges/import/hftbacktest.js';
import { ImportError } from '../../bridges/import/input-file.js';
import { NpyStream } from '../../bridges/import/npy-stream.js';
import { MemoryTape } from '../../core/index.js';
import { LEVELS, ORDERS, TABLE } from './hftbacktest-fixtures.js';
import { dice, expectSoundRows } from './line-fuzz.js';
import { events, table } from './npy-writer.js';

const FACT = { name: 'fuzz.npy', sizeBytes: 0, sha256: '', lines: 0 };
const ROUNDS = Number(process.env.FUZZ ?? 4_000);
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

it(`${ROUNDS} arrays changed at random are refused or tapes`, () => {
  const roll = dice(88);
  const tally = { refused: 0, read: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const seed = SEEDS[roll(SEEDS.length)]!;
    const bytes = Buffer.from(seed.bytes);
    const head = bytes.indexOf('\n') + 1;
    for (let change = roll(3); change >= 0; change--) {
      // Mostly in one of the rows; now and then in the header.
      const from = roll(8) === 0 ? 0 : head;
      const at = from + roll((from === 0 ? head : bytes.length) - from);
      const way = roll(4);
      if (way === 0) bytes[at] = roll(256);
      else if (way === 1) bytes[at]! ^= 1 << roll(8);
      else if (way === 2) bytes.fill(roll(2) * 255, at, Math.min(bytes.length, at + 1 + roll(12)));
      else bytes.copyWithin(at, from + roll(bytes.length - from), bytes.length);
    }
    const end = roll(20) === 0 ? roll(bytes.length) : bytes.length;
    if (typeof outcome(bytes.subarray(0, end), seed, 1 + roll(300)) === 'string') tally.refused++;
    else tally.read++;
  }
  expect(tally.refused + tally.read).toBe(ROUNDS);
  expect(Math.min(tally.refused, tally.read)).toBeGreaterThan(ROUNDS / 100);
}, 300_000);
