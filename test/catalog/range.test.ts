/** Ranges of a catalogue: exactly the rows of the tape that went in, books as in a run over the whole of it. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openCatalog } from '../../bridges/catalog/catalog.js';
import { addToCatalog } from '../../bridges/catalog/catalog-add.js';
import { compactCatalog } from '../../bridges/catalog/catalog-compact.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { Instrument } from '../../core/instrument.js';
import {
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type Columns,
  Flag,
  type Side,
} from '../../core/market.js';
import { MarketBooks } from '../../core/market-books.js';
import { checkColumns, countKinds, OrderCheck } from '../../core/tape.js';
import { allRows, type DayRows, dayRows, folderFor, HOUR_NS, listed, plainRange, tapeOf } from './day-rows.js';

const DAY_NS = 24 * HOUR_NS;
/** 2024-01-02, 19:00 in UTC: the first day has five hours. */
const ORIGIN_NS = BigInt(Date.UTC(2024, 0, 2, 19)) * 1_000_000n;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function catalogOf(given: DayRows, days = 'utc') {
  const folder = folderFor('range');
  folders.push(folder);
  const rows = dayRows(given);
  const tape = tapeOf(path.join(folder, 'whole.parquet'), rows, given.instruments, ORIGIN_NS);
  const catalog = path.join(folder, 'catalogue');
  await addToCatalog(catalog, tape, { venue: 'TEST', days });
  return { folder: catalog, rows, tape };
}

/** What one side's books hold after all rows that it sees before a time: levels, and orders in their queues. */
function booksAt(rows: Columns, instrument: number, counts: number[], side: number, untilNs: number): unknown {
  const spec = new Instrument({ symbol: 'X', tick: '0.1', lot: '0.001' }, 0);
  const books = new MarketBooks([spec], [counts]);
  const times = side === CODE_EXCHANGE ? rows.exchangeNs : rows.localNs;
  for (let row = 0; row < rows.length; row++) {
    const code = rows.code[row]!;
    if (rows.instrument[row] !== instrument || (code & side) === 0 || times[row]! >= untilNs) continue;
    books.apply(rows, row, code & CODE_KIND, ((code >> CODE_SIDE_SHIFT) & 3) as Side, 0);
  }
  const level = (which: Side) => {
    const [ticks, lots] = [new Int32Array(64), new Float64Array(64)];
    const found = books.levels[0]!.levelsInto(which, 64, ticks, lots);
    return Array.from({ length: found }, (_, at) => [ticks[at], lots[at]]);
  };
  return { bids: level(1), asks: level(2), orders: books.orders[0]?.resting() };
}

const iso = (ns: number) => new Date(Number(ORIGIN_NS / 1_000_000n) + ns / 1e6).toISOString();

describe('a range of a catalogue', () => {
  it.each(['levels', 'orders', 'trades'] as const)(
    'has the rows of the tape, and its books: %s',
    async (book) => {
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            seed: fc.nat(1e6),
            hours: fc.tuple(fc.integer({ min: -3, max: 80 }), fc.integer({ min: 1, max: 60 })),
          }),
          fc.constantFrom('utc', 'CMES', '24/7'),
          fc.constantFrom('not', 'day', 'month'),
          async ({ seed, hours: [start, length] }, days, compact) => {
            const given = { instruments: 2, rows: 400, days: 3, book, seed };
            const { folder, rows, tape } = await catalogOf(given, days);
            if (compact !== 'not') await compactCatalog(folder, { by: compact as 'day' | 'month' });
            const [fromNs, toNs] = [start * HOUR_NS, (start + length) * HOUR_NS];
            const catalog = openCatalog(folder);
            for (const [instrument, { symbol }] of tape.info.instruments.entries()) {
              const expected = plainRange(rows, instrument, fromNs, toNs);
              const range = { from: iso(fromNs), to: iso(toNs), instruments: [symbol] };
              if (expected.length === 0 && catalogIsEmpty(catalog, range)) continue;
              const source = catalog.tape(range);
              const got = allRows(source, ORIGIN_NS);
              checkColumns(got, 1, new OrderCheck('range'));
              const opening = got.length - expected.length;
              expect(opening).toBeGreaterThanOrEqual(0);
              expect(listed(got, opening)).toEqual(listed(expected));
              for (let row = 0; row < opening; row++) {
                expect(got.flags[row]! & Flag.snapshot).toBe(Flag.snapshot);
                expect(got.exchangeNs[row]).toBe(fromNs);
              }
              const counts = countKinds(rows, 2)[instrument]!;
              for (const part of [1e-9, 0.01, 0.5, 1]) {
                const untilNs = fromNs + Math.ceil((toNs - fromNs) * part);
                for (const side of [CODE_EXCHANGE, CODE_LOCAL]) {
                  expect(booksAt(got, 0, counts, side, untilNs)).toEqual(
                    booksAt(rows, instrument, counts, side, untilNs),
                  );
                }
              }
            }
            catalog.close();
            rmSync(path.dirname(folder), { recursive: true, force: true });
          },
        ),
        { numRuns: 12 },
      );
    },
    120_000,
  );

  it('without limits is the tape, row for row', async () => {
    const { folder, rows } = await catalogOf({ instruments: 1, rows: 3000, days: 4, book: 'orders', seed: 5 });
    const catalog = openCatalog(folder);
    expect(catalog.state.parts.map(({ day }) => day).sort()).toEqual([
      ...['2024-01-02', '2024-01-03', '2024-01-04', '2024-01-05', '2024-01-06'],
    ]);
    expect(listed(allRows(catalog.tape(), ORIGIN_NS))).toEqual(listed(rows));
    catalog.close();
  });

  it.each(['levels', 'orders'] as const)('between two sources has the books of the one before: %s', async (book) => {
    const { folder, rows } = await catalogOf({ instruments: 1, rows: 3000, days: 2, book, seed: 7 });
    const gapNs = Math.ceil(rows.localNs.at(-1)! / HOUR_NS + 1) * HOUR_NS;
    const later = tapeOf(path.join(folder, '../later.parquet'), rows, 1, ORIGIN_NS + BigInt(4 * DAY_NS));
    await addToCatalog(folder, later, { venue: 'TEST' });
    const catalog = openCatalog(folder);
    const got = allRows(catalog.tape({ from: iso(gapNs) }), ORIGIN_NS);
    const opening = got.exchangeNs.subarray(0, got.length).filter((time) => time === gapNs).length;
    const [counts] = countKinds(rows, 1);
    for (const side of [CODE_EXCHANGE, CODE_LOCAL]) {
      const before = booksAt(rows, 0, counts!, side, gapNs);
      expect(before).toEqual(booksAt(rows, 0, counts!, side, Number.POSITIVE_INFINITY));
      expect(booksAt(got, 0, counts!, side, gapNs + 1)).toEqual(before);
    }
    expect(opening).toBeGreaterThan(0);
    expect(got.exchangeNs[opening]).toBeGreaterThanOrEqual(4 * DAY_NS);
    // Where it ends before the next source there is nothing in it.
    expect(() => catalog.tape({ from: iso(gapNs), to: iso(gapNs + HOUR_NS) })).toThrow('nothing in it');
    // Within the next source it is that source alone.
    const inner = Math.ceil(rows.localNs[0]! / HOUR_NS + 1) * HOUR_NS;
    const own = allRows(catalog.tape({ from: iso(4 * DAY_NS + inner) }), ORIGIN_NS + BigInt(4 * DAY_NS));
    for (const side of [CODE_EXCHANGE, CODE_LOCAL]) {
      expect(booksAt(own, 0, counts!, side, inner + 1)).toEqual(booksAt(rows, 0, counts!, side, inner));
    }
    catalog.close();
  });

  it.each(['not', 'day', 'month'] as const)(
    'over two sources leaves no order of the one in the books of the other (compacted: %s)',
    async (compact) => {
      const { folder, rows } = await catalogOf({ instruments: 1, rows: 2000, days: 2, book: 'orders', seed: 9 });
      const shift = 3 * DAY_NS;
      tapeOf(path.join(folder, '../later.parquet'), rows, 1, ORIGIN_NS + BigInt(shift), 'later');
      await addToCatalog(folder, openTape(path.join(folder, '../later.parquet')), { venue: 'TEST' });
      if (compact !== 'not') await compactCatalog(folder, { by: compact });
      const catalog = openCatalog(folder);
      expect(catalog.state.parts.length).toBe({ not: 6, day: 6, month: 1 }[compact]);
      const [counts] = countKinds(rows, 1);
      for (const from of [undefined, iso(DAY_NS), iso(shift - HOUR_NS), iso(shift + DAY_NS)]) {
        const got = allRows(catalog.tape({ from }), ORIGIN_NS);
        checkColumns(got, 1, new OrderCheck('range'));
        for (const side of [CODE_EXCHANGE, CODE_LOCAL]) {
          for (const hours of [25, 30, 40, 50, 100]) {
            const at = hours * HOUR_NS;
            expect(booksAt(got, 0, counts!, side, shift + at)).toEqual(booksAt(rows, 0, counts!, side, at));
          }
          if (from === undefined) {
            const last = rows.localNs.at(-1)! + 1;
            expect(booksAt(got, 0, counts!, side, last)).toEqual(booksAt(rows, 0, counts!, side, last));
          }
        }
      }
      catalog.close();
    },
    60_000,
  );

  it('names days that belong to it whole, from and to', async () => {
    const { folder, rows } = await catalogOf({ instruments: 1, rows: 3000, days: 4, book: 'trades', seed: 6 });
    const catalog = openCatalog(folder);
    const got = allRows(catalog.tape({ from: '2024-01-03', to: '2024-01-04' }), ORIGIN_NS);
    const midnight = 5 * HOUR_NS;
    const expected = plainRange(rows, 0, midnight, midnight + 2 * DAY_NS);
    // Marks and status of the day before are in the opening.
    expect(listed(got, got.length - expected.length)).toEqual(listed(expected));
    expect(expected.length).toBeGreaterThan(500);
    catalog.close();
  });
});

function catalogIsEmpty(catalog: ReturnType<typeof openCatalog>, range: object): boolean {
  try {
    catalog.tape(range);
    return false;
  } catch {
    return true;
  }
}
