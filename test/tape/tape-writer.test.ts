/** Writing tapes: what cannot be held exactly is refused with the row, and files appear whole or not at all. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { TapeError } from '../../bridges/tape/tape-error.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { TapeWriter, writeTape } from '../../bridges/tape/tape-writer.js';
import type { Columns } from '../../core/market.js';
import { sliceColumns } from '../../core/tape.js';
import { ALL_PARTS, instrumentsOf, marketRows, ORIGIN_NS } from './sample-rows.js';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'tape-writer-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
let folder = '';
let file = '';
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(root, 'case-'));
  file = path.join(folder, 'out.parquet');
});

const head = { instruments: instrumentsOf(3), originNs: ORIGIN_NS };
const names = () => fs.readdirSync(folder);

/** Rows at 10 ns steps seen by both sides, so that one change is one fault. */
function plainRows(count = 100): Columns {
  const columns = sliceColumns(marketRows(count * 2, 3, ALL_PARTS), 0, count);
  columns.code.fill(0b1101_0010);
  for (let row = 0; row < count; row++) {
    columns.exchangeNs[row] = row * 10;
    columns.localNs[row] = row * 10 + 5;
  }
  return columns;
}

describe('rows that a tape cannot hold', () => {
  const cases: [string, (columns: Columns) => void, RegExp][] = [
    [
      'a span of more than 104 days',
      (c) => c.localNs.set([2 ** 53], 99),
      /given row 99: time 9007199254740992 lies more than 2\^53 ns \(104 days\) after/,
    ],
    [
      'a time before the origin',
      (c) => c.exchangeNs.set([-1], 0),
      /given row 0: exchange time -1 lies before the tape's origin/,
    ],
    ['half a nanosecond', (c) => c.localNs.set([15.5], 1), /given row 1: time 15.5 is not a whole number of ns/],
    [
      'a time that is no number',
      (c) => c.exchangeNs.set([Number.NaN], 3),
      /given row 3: local time 35 lies before exchange time NaN/,
    ],
    ['an endless time', (c) => c.localNs.set([Infinity], 99), /given row 99: time Infinity lies more than/],
    [
      'times out of order',
      (c) => c.exchangeNs.set([5], 7),
      /given row 7: exchange time 5 is before the previous row's 60/,
    ],
    ['half a lot', (c) => c.qtyLots.set([0.5], 4), /given row 4: quantity 0.5 is not a whole number of lots/],
    ['a negative quantity', (c) => c.qtyLots.set([-1], 4), /given row 4: quantity -1 is not a whole number of lots/],
    [
      'a quantity beyond 2^53',
      (c) => c.qtyLots.set([2 ** 53], 4),
      /given row 4: quantity 9007199254740992 is beyond 2\^53 lots/,
    ],
    [
      'an instrument off the list',
      (c) => c.instrument.set([3], 9),
      /given row 9: instrument 3 is not in the list of 3/,
    ],
    ['an unknown kind', (c) => c.code.set([0b1100_0000], 9), /given row 9: kind 0 is unknown/],
    ['an unknown side', (c) => c.code.set([0b1111_0010], 9), /given row 9: side 3 is unknown/],
    [
      'a row that nobody sees',
      (c) => c.code.set([0b0001_0010], 9),
      /given row 9: it is seen neither at the exchange nor locally/,
    ],
    [
      'a broken order id',
      (c) => c.orderId!.set([1.5], 2),
      /given row 2: order id 1.5 is not a whole number within 2\^53/,
    ],
    [
      'a huge order id',
      (c) => c.orderId!.set([2 ** 60], 2),
      /given row 2: order id 1152921504606847000 is not a whole number within 2\^53/,
    ],
  ];
  it.each(cases)('%s: refused with the row, and no file is left', (_name, spoil, expected) => {
    const columns = plainRows();
    spoil(columns);
    expect(() => writeTape(file, columns, head)).toThrow(expected);
    expect(() => writeTape(file, columns, head)).toThrow(TapeError);
    expect(names()).toEqual([]);
  });

  it('name the row by its place in all rows, not in its block', () => {
    const good = plainRows(100);
    const bad = sliceColumns(plainRows(200), 100, 200);
    bad.qtyLots[50] = 0.5;
    expect(() => writeTape(file, [good, bad], head)).toThrow(/given row 150: quantity 0.5/);
  });

  it('are also blocks with other columns than the first', () => {
    const other = { ...sliceColumns(plainRows(200), 100, 200), value: undefined };
    expect(() => writeTape(file, [plainRows(), other], head)).toThrow(/rows from 100 on lack value, unlike the rest/);
    expect(names()).toEqual([]);
  });
});

describe('a head that a tape cannot hold', () => {
  const spec = { symbol: 'A', tick: '1', lot: '1' };
  const cases: [string, object, RegExp][] = [
    ['no instruments', { instruments: [] }, /0 instruments: a tape has 1 to 65535/],
    ['too many instruments', { instruments: instrumentsOf(65_536) }, /65536 instruments/],
    ['an empty symbol', { instruments: [{ ...spec, symbol: '' }] }, /instrument symbol "" is empty/],
    ['a symbol twice', { instruments: [spec, spec] }, /instrument "A" is listed twice/],
    ['half a character', { instruments: [{ ...spec, symbol: 'A\ud83d' }] }, /holds half a character/],
    ['a tick that is no number', { instruments: [{ ...spec, tick: 'x' }] }, /"x" is not a decimal number/],
    ['an origin before int64', { originNs: -(2n ** 63n) - 1n }, /is before int64/],
    ['an origin after int64', { originNs: 2n ** 63n - 100n }, /time \d+ is beyond int64 \(year 2262\)/],
    [
      'a correction that counts nothing',
      { corrections: [{ name: 'x', count: Number.NaN, note: '' }] },
      /wrong at corrections.0.count/,
    ],
  ];
  it.each(cases)('%s: refused, and no file is left', (_name, part, expected) => {
    expect(() => writeTape(file, plainRows(), { ...head, ...part })).toThrow(expected);
    expect(names()).toEqual([]);
  });
});

describe('the file', () => {
  it('appears only when it is whole', () => {
    const writer = new TapeWriter(file, head);
    writer.append(marketRows(100_000));
    expect(names().filter((name) => !name.includes('.tmp-'))).toEqual([]);
    expect(names()[0]).toMatch(new RegExp(`^out\\.parquet\\.tmp-${process.pid}-\\d+$`));
    writer.finish();
    expect(names()).toEqual(['out.parquet']);
    expect(() => writer.finish()).toThrow(/it is finished or was given up already/);
    expect(names(), 'a late call harms nothing').toEqual(['out.parquet']);
  });

  it('that was there stays as it was when writing fails', () => {
    writeTape(file, plainRows(), head);
    const before = fs.readFileSync(file);
    function* failing() {
      yield marketRows(100_000, 3, ALL_PARTS);
      throw new Error('the source broke');
    }
    expect(() => writeTape(file, failing(), head)).toThrow('the source broke');
    expect(fs.readFileSync(file).equals(before)).toBe(true);
    expect(names()).toEqual(['out.parquet']);
  });

  it('is gone after abort, also twice and after an error', () => {
    const writer = new TapeWriter(file, head);
    writer.append(marketRows(1000));
    writer.abort();
    writer.abort();
    expect(names()).toEqual([]);
    expect(() => writer.append(marketRows(10))).toThrow(TapeError);
  });

  it('is gone after an error, without abort', () => {
    const writer = new TapeWriter(file, head);
    writer.append(plainRows());
    expect(() => writer.append(plainRows())).toThrow(/given row 100: exchange time 0 is before/);
    expect(names()).toEqual([]);
    expect(() => writer.finish()).toThrow(/it is finished or was given up already/);
  });

  it('cannot be put where there is no folder, or where a folder is', () => {
    expect(() => writeTape(path.join(folder, 'no', 'x.parquet'), plainRows(), head)).toThrow(
      /cannot write tape .*x\.parquet: ENOENT/,
    );
    expect(() => writeTape(folder, plainRows(), head)).toThrow(/it is a folder/);
    expect(names()).toEqual([]);
  });

  it('takes what only the end knows', () => {
    const first = { name: 'a', count: 1, note: 'first' };
    const last = { name: 'b', count: 2, note: 'last' };
    const writer = new TapeWriter(file, { ...head, corrections: [first], provenance: { file: 'x' } });
    writer.append(marketRows(10));
    const info = writer.finish({ corrections: [last], provenance: { lines: '10' } });
    expect(openTape(file).info).toEqual(info);
    expect(info.corrections).toEqual([first, last]);
    expect(info.provenance).toEqual({ file: 'x', lines: '10' });
  });

  it('is removed when the process ends in the middle of it', () => {
    const script = new URL('../../dist/bridges/tape/tape-writer.js', import.meta.url);
    const code = `
      import { TapeWriter } from ${JSON.stringify(script.href)};
      new TapeWriter(process.argv[1], { instruments: [{ symbol: 'A', tick: '1', lot: '1' }], originNs: 0n });
      process.exit(3);`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', code, file], { encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(3);
    expect(names()).toEqual([]);
  });
});
