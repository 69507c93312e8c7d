/** What a catalogue refuses, what it keeps, what it reads: bytes are counted. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openCatalog } from '../../bridges/catalog/catalog.js';
import { addToCatalog } from '../../bridges/catalog/catalog-add.js';
import { compactCatalog } from '../../bridges/catalog/catalog-compact.js';
import { DayClock } from '../../bridges/catalog/catalog-days.js';
import { queryCatalog } from '../../bridges/catalog/catalog-index.js';
import { removeFromCatalog } from '../../bridges/catalog/catalog-remove.js';
import { openTape, type TapeFile } from '../../bridges/tape/tape-file.js';
import { parseEpoch } from '../../core/time.js';
import { allRows, dayRows, folderFor, HOUR_NS, listed, tapeOf } from './day-rows.js';

const ORIGIN_NS = parseEpoch('2024-01-02T19:00:00Z');
const DAY_NS = BigInt(24 * HOUR_NS);
const place = folderFor('catalog');
afterAll(() => fs.rmSync(place, { recursive: true, force: true }));

let made = 0;
const fresh = () => path.join(place, `ticks${made++}`);
let trades: TapeFile;
let levels: TapeFile;
/** As `trades`, four days later. */
let later: TapeFile;

beforeAll(() => {
  const given = { instruments: 2, rows: 1000, days: 3, seed: 3 };
  const rows = dayRows({ ...given, book: 'trades' });
  trades = tapeOf(path.join(place, 'trades.parquet'), rows, 2, ORIGIN_NS);
  levels = tapeOf(path.join(place, 'levels.parquet'), dayRows({ ...given, book: 'levels' }), 2, ORIGIN_NS);
  later = tapeOf(path.join(place, 'later.parquet'), rows, 2, ORIGIN_NS + 4n * DAY_NS);
});

const PLACE = { venue: 'TEST', days: 'utc' } as const;
/** Files below a folder that belong to tapes. */
const files = (folder: string) =>
  (fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }) : [])
    .filter((name) => String(name).includes('.parquet'))
    .sort();

describe('adding', () => {
  it('skips a tape that is there, by its content', async () => {
    const folder = fresh();
    expect((await addToCatalog(folder, trades, PLACE)).added).toBe(true);
    const before = fs.readFileSync(path.join(folder, 'catalog.json'), 'utf8');
    expect((await addToCatalog(folder, trades, { venue: 'TEST' })).added).toBe(false);
    expect(fs.readFileSync(path.join(folder, 'catalog.json'), 'utf8')).toBe(before);
  });

  it('refuses another source of the same time and kinds, or takes it in place of what is there', async () => {
    const folder = fresh();
    await addToCatalog(folder, trades, PLACE);
    const before = files(folder);
    await expect(addToCatalog(folder, levels, PLACE)).rejects.toThrow(/TEST SYM0 on 2024-01-02 already.*--replace/);
    expect(files(folder)).toEqual(before);
    const { replaced, parts } = await addToCatalog(folder, levels, { ...PLACE, replace: true });
    expect([replaced.length, parts.length]).toEqual([8, 8]);
    const catalog = openCatalog(folder);
    expect(listed(allRows(catalog.tape({ instruments: ['SYM1'] }), ORIGIN_NS)).code).toHaveLength(
      levels.info.counts[1]!.reduce((a, b) => a + b) + standingTwice(levels),
    );
    catalog.close();
  });

  it('takes what comes after, and reads both as one', async () => {
    const folder = fresh();
    await addToCatalog(folder, later, PLACE);
    await addToCatalog(folder, trades, PLACE);
    const catalog = openCatalog(folder);
    const got = allRows(catalog.tape(), ORIGIN_NS);
    expect(got.length).toBe(trades.info.rows + later.info.rows);
    expect(catalog.tape().info.corrections.map(({ note }) => note)).toEqual([
      'in the whole of later.parquet: three of them',
      'in the whole of trades.parquet: three of them',
    ]);
    catalog.close();
  });

  it.each([
    ['no days for a new one', { venue: 'TEST' }, /is new; say where its days begin/],
    ['a calendar that there is not', { venue: 'TEST', days: 'XXXX' }, /there is no calendar "XXXX"/],
    ['no venue', { venue: ' ', days: 'utc' }, /venue " " is empty/],
    ['rows before it was listed', { ...PLACE, listed: '2024-01-03' }, /listed from 2024-01-03.*rows of 2024-01-02/],
    ['rows after it was delisted', { ...PLACE, delisted: '2024-01-04' }, /to 2024-01-04, but.*rows of 2024-01-05/],
    ['a wrong order', { ...PLACE, listed: '2024-01-03', delisted: '2024-01-02' }, /which is before/],
  ])('refuses %s', async (_name, options, message) => {
    const folder = fresh();
    await expect(addToCatalog(folder, trades, options)).rejects.toThrow(message);
    expect(fs.existsSync(path.join(folder, 'catalog.json'))).toBe(false);
    expect(files(folder)).toEqual([]);
  });

  it('refuses other days than the catalogue has, and other terms of an instrument', async () => {
    const folder = fresh();
    await addToCatalog(folder, trades, { ...PLACE, listed: '2020-05-01' });
    await expect(addToCatalog(folder, later, { venue: 'TEST', days: 'CMES' })).rejects.toThrow(
      /begin by utc, not by CMES/,
    );
    const state = JSON.parse(fs.readFileSync(path.join(folder, 'catalog.json'), 'utf8'));
    expect(state.instruments[0]).toEqual({
      venue: 'TEST',
      symbol: 'SYM0',
      tick: '0.1',
      lot: '0.001',
      listed: '2020-05-01',
    });
    state.instruments[0].tick = '0.5';
    fs.writeFileSync(path.join(folder, 'catalog.json'), JSON.stringify(state));
    await expect(addToCatalog(folder, later, PLACE)).rejects.toThrow(/SYM0 with tick 0.5, the tape with 0.1/);
  });

  it('puts names with any signs into the folder and nowhere else', async () => {
    const folder = fresh();
    await addToCatalog(folder, trades, { ...PLACE, venue: '../..' });
    expect(files(folder).filter((name) => !String(name).includes('opening'))).toHaveLength(8);
    const catalog = openCatalog(folder);
    expect(allRows(catalog.tape({ venue: '../..' }), ORIGIN_NS).length).toBe(trades.info.rows);
    catalog.close();
  });
});

describe('a range', () => {
  it('reads the row groups it needs and nothing else of the rows', async () => {
    const folder = fresh();
    const rows = dayRows({ instruments: 1, rows: 400_000, days: 2, book: 'trades', seed: 8 });
    // No marks and status, on which the books at the beginning would depend.
    for (let row = 0; row < rows.length; row++) rows.code[row] = (rows.code[row]! & 0xf0) | 1;
    const tape = tapeOf(path.join(place, 'long.parquet'), rows, 1, ORIGIN_NS);
    await addToCatalog(folder, tape, PLACE);
    const catalog = openCatalog(folder);
    const range = catalog.tape({ from: '2024-01-03T20:00:00Z', to: '2024-01-03T20:30:00Z' });
    const read = vi.spyOn(fs, 'readSync');
    const got = allRows(range, ORIGIN_NS);
    const bytes = read.mock.results.reduce((sum, { value }) => sum + Number(value), 0);
    read.mockRestore();
    expect(bytes).toBe(range.bytes);
    expect(range.groups).toBeLessThanOrEqual(2);
    expect(bytes).toBeLessThan(tape.size / 3);
    expect(got.length).toBeGreaterThan(1000);
    catalog.close();
  });

  it('opens files by their footers alone', async () => {
    const folder = fresh();
    await addToCatalog(folder, openTape(path.join(place, 'long.parquet')), PLACE);
    const read = vi.spyOn(fs, 'readSync');
    const tape = openTape(path.join(place, 'long.parquet'));
    const footer = read.mock.results.reduce((sum, { value }) => sum + Number(value), 0);
    expect(footer).toBeLessThan(12 + 4096 + tape.footer.groups * 1400);
    read.mockRestore();
  });

  it.each([
    [{ from: '2024-01-05', to: '2024-01-03' }, /from 2024-01-05 to 2024-01-03 is no stretch of time/],
    [{ from: 'yesterday' }, /from yesterday: "yesterday" is not a time in UTC/],
    [{ from: '2025-01-01' }, /nothing in it from 2025-01-01T00:00:00/],
    [{ instruments: ['BTC*'] }, /"BTC\*" is not in it; there are: SYM0, SYM1/],
    [{ venue: 'NYSE' }, /venue NYSE: has no instruments/],
  ])('refuses %j', async (range, message) => {
    const folder = fresh();
    await addToCatalog(folder, trades, PLACE);
    const catalog = openCatalog(folder);
    expect(() => catalog.tape(range)).toThrow(message);
    catalog.close();
  });

  it('refuses a symbol of two venues, a gap in the books, and a file that was changed', async () => {
    const folder = fresh();
    await addToCatalog(folder, levels, PLACE);
    await addToCatalog(folder, trades, { ...PLACE, venue: 'OTHER' });
    let catalog = openCatalog(folder);
    expect(() => catalog.tape()).toThrow(/SYM0 is there from several venues/);
    catalog.close();
    removeFromCatalog(folder, { venue: 'TEST', from: '2024-01-04', to: '2024-01-04' });
    catalog = openCatalog(folder);
    expect(() => catalog.tape({ venue: 'TEST' })).toThrow(
      /SYM0 goes on at 2024-01-05 with the books of days that were removed/,
    );
    expect(catalog.tape({ venue: 'TEST', from: '2024-01-05' }).info.instruments).toHaveLength(2);
    const part = catalog.state.parts.find(({ venue }) => venue === 'TEST')!;
    fs.copyFileSync(trades.file, path.join(folder, part.file));
    expect(() => catalog.tape({ venue: 'TEST', to: '2024-01-03' })).toThrow(/is not the file that was put there/);
    catalog.close();
  });
});

describe('readers and writers', () => {
  it('a catalogue that is read stays as it was opened until it is closed; then what was replaced goes', async () => {
    const folder = fresh();
    await addToCatalog(folder, levels, PLACE);
    const before = files(folder);
    const catalog = openCatalog(folder);
    const tape = catalog.tape();
    const { made: months, gone } = await compactCatalog(folder, { by: 'month' });
    expect([months.length, gone.length]).toEqual([2, 8]);
    expect(files(folder)).toEqual(expect.arrayContaining(before));
    const rows = allRows(tape, ORIGIN_NS);
    catalog.close();
    expect((await addToCatalog(folder, levels, PLACE)).added).toBe(false);
    expect(files(folder)).toHaveLength(2);
    const after = openCatalog(folder);
    expect(listed(allRows(after.tape(), ORIGIN_NS))).toEqual(listed(rows));
    after.close();
  });

  it('days by a calendar begin half way between sessions', () => {
    const days = new DayClock('XNYS');
    // Friday, 16:00 in New York, to Monday, 9:30.
    expect(days.named('2024-07-12').endNs).toBe(parseEpoch('2024-07-14T04:45:00Z'));
    expect(days.at(parseEpoch('2024-07-14T04:44:59.999999999Z')).day).toBe('2024-07-12');
    expect(days.at(parseEpoch('2024-07-14T04:45:00Z')).day).toBe('2024-07-15');
    expect(days.from('2024-07-13')).toBe(parseEpoch('2024-07-14T04:45:00Z'));
    expect(days.to('2024-07-13')).toBe(parseEpoch('2024-07-14T04:45:00Z'));
    expect(() => days.named('2024-07-13')).toThrow('has no session on 2024-07-13');
  });
});

describe('questions in SQL', () => {
  it('are answered from an index that is made again when it is stale or broken', async () => {
    const folder = fresh();
    await addToCatalog(folder, trades, { ...PLACE, listed: '2020-05-01' });
    const ask = async (sql: string) => {
      const catalog = openCatalog(folder);
      catalog.close();
      return (await queryCatalog(catalog, sql)).rows;
    };
    const count = 'select count(*), sum(rows)::bigint, (select count(*) from ticks) from parts';
    expect(await ask(count)).toEqual([['8', String(trades.info.rows), String(trades.info.rows)]]);
    await addToCatalog(folder, later, PLACE);
    const both = String(trades.info.rows + later.info.rows);
    expect(await ask(count)).toEqual([['16', both, both]]);
    fs.writeFileSync(path.join(folder, '.catalog', 'index.duckdb'), 'no database');
    expect(await ask(count)).toEqual([['16', both, both]]);
    expect(await ask("select listed::text, venue from instruments where symbol = 'SYM1'")).toEqual([
      ['2020-05-01', 'TEST'],
    ]);
    expect(await ask('select name, count, note from corrections limit 1')).toEqual([['made-up', '3', 'three of them']]);
    await expect(ask('select nonsense')).rejects.toThrow(/nonsense/);
  });
});

/** Rows of SYM1 that stand twice are counted once in a tape's counts. */
function standingTwice(tape: TapeFile): number {
  const rows = allRows(tape, ORIGIN_NS);
  let twice = 0;
  for (let row = 0; row < rows.length; row++) if (rows.instrument[row] === 1 && (rows.code[row]! & 0x40) === 0) twice++;
  return twice;
}
