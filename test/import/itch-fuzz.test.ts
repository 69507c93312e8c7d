/**
 * Bytes that are no ITCH, in as many ways as there are: every truncation, every flipped bit; random changes are in test/fuzz. Each is a refusal that
 * says where, or a tape whose times and numbers are whole; never another error, never a hang.
 */
import { expect, it } from 'vitest';
import { ImportError } from '../../bridges/import/input-file.js';
import { ItchRows } from '../../bridges/import/itch-rows.js';
import { ItchStream } from '../../bridges/import/itch-stream.js';
import { MemoryTape } from '../../core/index.js';
import { DAY, FILE } from './itch-fixtures.js';
import { expectSoundRows } from './sound-rows.js';

const FACT = { name: 'fuzz.itch', sizeBytes: 0, sha256: '', lines: 0 };

/** What becomes of these bytes, given in pieces of `piece` bytes: the refusal, or how many rows there are. */
function outcome(bytes: Buffer, piece = bytes.length): string | number {
  const rows = new ItchRows({ tick: '0.01', offTickPrints: 'drop', feedLatencyNs: 0 });
  rows.startDay(1_730_696_400, 1_730_678_400);
  const stream = new ItchStream(rows);
  try {
    for (let at = 0; at < bytes.length; at += piece) stream.push(bytes.subarray(at, at + piece));
    stream.end();
    rows.finish();
    const instruments = rows.stocks.list.map(({ spec }) => spec);
    const { columns, info } = rows.collector.finish({ importer: 'itch', version: '1', instruments, files: [FACT] });
    new MemoryTape(columns, info);
    expectSoundRows(columns);
    return columns.length;
  } catch (cause) {
    if (!(cause instanceof RangeError || cause instanceof ImportError)) throw cause;
    if (cause.message.includes('\n')) throw new Error(`more than one line: ${cause.message}`, { cause });
    return `${stream.place}: ${cause.message}`;
  }
}

it('the file, in pieces of any size, is the same tape, and its refusal the same', () => {
  const rows = outcome(FILE);
  // 24 messages' rows, and the cancel of the order that rests at the day's end.
  expect(rows).toBe(25);
  const bad = Buffer.concat([FILE.subarray(0, 700), Buffer.from([9, 9, 9])]);
  const refusal = outcome(bad);
  expect(refusal).toMatch(/^message \d+ at byte \d+: /);
  for (let piece = 1; piece < 120; piece++) {
    expect(outcome(FILE, piece), `pieces of ${piece}`).toBe(rows);
    expect(outcome(bad, piece), `pieces of ${piece}`).toBe(refusal);
  }
});

it('cut off anywhere but between messages is refused', () => {
  const ends = new Set([0]);
  let end = 0;
  for (const { length } of DAY) {
    end += length;
    ends.add(end);
  }
  for (let length = 1; length < FILE.length; length++) {
    const found = outcome(FILE.subarray(0, length), 50);
    if (!ends.has(length)) expect(found, `${length} bytes`).toMatch(/cut off/);
    else if (typeof found === 'string') expect(found).toMatch(/not one row/);
  }
});

it('with any bit flipped is refused or a tape', () => {
  let refused = 0;
  for (let bit = 0; bit < FILE.length * 8; bit++) {
    const copy = Buffer.from(FILE);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    if (typeof outcome(copy) === 'string') refused++;
  }
  expect(refused).toBeGreaterThan(2_000);
});
