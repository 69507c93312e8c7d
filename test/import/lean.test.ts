/** LEAN folders: hand-checked golden tapes of files of our own making, actions, tickers, and what is refused. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importLean, type LeanOptions } from '../../bridges/import/lean.js';
import { smallRatio } from '../../bridges/import/lean-actions.js';
import { readLeanPath } from '../../bridges/import/lean-path.js';
import { Kind, MemoryTape, Status } from '../../core/index.js';
import { FILES } from './lean-fixtures.js';
import { correctionsOf, FIXTURES, rowsOf, tapeText } from './tape-rows.js';
import { zip } from './zip-writer.js';

const folder = join(FIXTURES, 'lean');
const fixture = (place: string) => join(folder, place);
const EQUITY = { timeZone: 'America/New_York', tick: '0.01', lot: '1', localFrom: 'exchange' } as const;
const CRYPTO = { timeZone: 'UTC', tick: '0.01', lot: '0.01', localFrom: 'exchange + 5ms' } as const;
const MINUTE = ['20140606_trade', '20140609_trade'].map((name) => fixture(`equity/usa/minute/abc/${name}.zip`));
const FACTORS = fixture('equity/usa/factor_files/abc.csv');
const MAP = fixture('equity/usa/map_files/abc.csv');

/** A file at its place in a folder of its own; returns its path. */
function placed(place: string, content: string, packed = place.endsWith('.zip')): string {
  const path = join(mkdtempSync(join(tmpdir(), 'tickwright-import-')), place);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, packed ? zip(content, { names: ['inside.csv'] }) : content);
  return path;
}
const load = (place: string, content: string, options: Partial<LeanOptions> = {}) =>
  importLean({ files: [placed(place, content)], ...EQUITY, ...options });
const refusal = (place: string, content: string, options: Partial<LeanOptions> = {}) =>
  load(place, content, options).then(
    () => 'nothing was refused',
    (cause: Error) => cause.message.replace(/^\S*tickwright-import-\w+\//, ''),
  );

describe('the committed folder', () => {
  it.each(Object.entries(FILES))('%s holds what it was made of', (place, content) => {
    const path = fixture(place);
    const bytes = place.endsWith('.zip') ? zip(content, { names: ['inside.csv'] }) : Buffer.from(content);
    if (!existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  const cases: Record<string, LeanOptions> = {
    minute: { files: [...MINUTE, fixture('equity/usa/minute/abc/20140609_quote.zip')], ...EQUITY, factorFile: FACTORS },
    daily: { files: [fixture('equity/usa/daily/abc.zip')], ...EQUITY, factorFile: FACTORS, mapFile: MAP },
    tick: { files: [fixture('equity/usa/tick/abc/20140609_trade.zip')], ...EQUITY },
    'crypto-quotes': { files: [fixture('crypto/coinbase/tick/btcusd/20180404_quote.zip')], ...CRYPTO },
    'crypto-hour': { files: [fixture('crypto/coinbase/hour/btcusd_trade.zip')], ...CRYPTO },
    forex: {
      files: [fixture('forex/oanda/minute/eurusd/20140502_quote.zip')],
      ...{ ...EQUITY, tick: '0.0001', quoteSize: '1000000' },
    },
  };
  it.each(Object.entries(cases))('%s becomes exactly its golden tape', async (name, options) => {
    const tape = await importLean(options);
    new MemoryTape(tape.columns, tape.info);
    await expect(tapeText(tape)).toMatchFileSnapshot(join(FIXTURES, `lean-${name}.golden.txt`));
  });

  it('is read alike in any order of the files, and unpacked', async () => {
    const golden = tapeText(await importLean({ files: MINUTE, ...EQUITY }));
    expect(tapeText(await importLean({ files: [...MINUTE].reverse(), ...EQUITY }))).toBe(golden);
    const one = tapeText(await importLean({ files: [MINUTE[1]!], ...EQUITY }));
    const text = FILES['equity/usa/minute/abc/20140609_trade.zip']!;
    for (const name of ['20140609_trade.csv', '20140609_abc_minute_trade.csv']) {
      expect(tapeText(await load(`equity/usa/minute/abc/${name}`, text))).toBe(one);
    }
  });
});

describe('actions', () => {
  const actionsOf = async (factors: string, options: Partial<LeanOptions> = {}) => {
    const factorFile = placed('factors.csv', factors, false);
    const tape = await importLean({ files: [fixture('equity/usa/daily/abc.zip')], ...EQUITY, factorFile, ...options });
    const rows = [...rowsOf(tape.columns, 'exchange')].filter(
      ({ kind }) => kind === Kind.split || kind === Kind.dividend,
    );
    return { rows: rows.map(({ kind, row }) => [kind, tape.columns.value![row]]), corrections: correctionsOf(tape) };
  };

  it('are those between the first and the last day of the data, at the midnight after their day', async () => {
    const inside = '20140606,0.99,0.142857,645.57\n20501231,1,1,0\n';
    expect((await actionsOf(inside)).rows).toEqual([
      [Kind.dividend, 6.4557],
      [Kind.split, 7],
    ]);
    expect((await actionsOf('20140605,0.9,0.5,600\n20140609,1,1,90\n20501231,1,2,0\n')).rows).toEqual([]);
  });

  it('without a reference price, with falling or imprecise factors are counted', async () => {
    expect(await actionsOf('20140606,0.9,1\n20501231,1,1\n')).toEqual({
      rows: [],
      corrections: { 'dividends-without-price': 1 },
    });
    expect(await actionsOf('20140606,1,1,600\n20501231,0.9,1,0\n')).toEqual({
      rows: [],
      corrections: { 'dividends-below-zero': 1 },
    });
    expect(await actionsOf('20140606,0.9,1e+07,600\n20501231,1,1,0\n')).toEqual({
      rows: [],
      corrections: { 'imprecise-factors': 1 },
    });
  });

  it('are split by the ratio of small numbers that the factors were rounded from', () => {
    for (const [above, below] of [
      [7, 1],
      [2, 1],
      [3, 2],
      [1, 10],
      [21, 20],
      [1, 28],
    ] as const) {
      expect(smallRatio(1 / Number((below / above).toPrecision(6)), 5e-6)).toBe(above / below);
    }
    expect(smallRatio(1.123456, 1e-9)).toBe(1.123456);
  });

  it.each([
    ['20140606,0.9,1,600\n20140606,1,1,0\n', ':2: date is 20140606, not after that of the line before'],
    ['2014-06-06,0.9,1,600\n', ':1: date is "2014-06-06", no day such as 20140606'],
    ['20140631,0.9,1,600\n', ':1: date is "20140631", no day such as 20140606'],
    ['20140606,x,1,600\n', ':1: price factor is "x" where a decimal was expected'],
    ['20140606,0,1,600\n', ':1: price factor is 0, not above 0'],
    ['20140606,1,-1,600\n', ':1: split factor is "-1" where a decimal was expected'],
    ['20140606,1,1,x\n', ':1: reference price is "x" where a decimal was expected'],
    ['20140606,1\n', ':1: there are 2 fields where date, price factor, split factor, reference price were expected'],
  ])('of a bad factor file are refused: %j', async (text, message) => {
    await expect(actionsOf(text)).rejects.toThrow(message);
  });
});

describe('tickers', () => {
  const named = (ticker: string, map: string, day = '20140606') =>
    importLean({
      files: [placed(`equity/usa/minute/${ticker}/${day}_trade.zip`, '34200000,100,100,100,100,1\n')],
      ...EQUITY,
      mapFile: placed('map.csv', map, false),
    });

  it('are held against the map file, whose last is the name on the tape', async () => {
    const map = '19980102,old\n20140605,old\n20501231,new\n';
    expect((await named('new', map)).info.instruments[0]!.symbol).toBe('NEW');
    expect((await named('old', map, '20140605')).info.instruments[0]!.symbol).toBe('NEW');
    await expect(named('old', map)).rejects.toThrow('the map file does not say that the security was called old then');
    await expect(named('old', map, '19970101')).rejects.toThrow('the map file does not say');
  });

  it('end with the day of delisting', async () => {
    const delisted = await named('abc', '19980102,abc\n20140606,abc\n');
    const rows = [...rowsOf(delisted.columns, 'exchange')];
    expect(rows.map(({ kind }) => kind)).toEqual([Kind.bar, Kind.status]);
    expect(delisted.columns.value![1]).toBe(Status.delisted);
    const later = await named('abc', '19980102,abc\n20141231,abc\n');
    expect(later.columns.length).toBe(1);
  });

  it.each([
    ['20140606\n', ':1: there are 1 fields where date, ticker, exchange were expected'],
    ['x,abc\n', ':1: date is "x", no day'],
    ['20140606,\n', ':1: ticker is ""'],
    ['20140606,abc\n20140606,abc\n', ':2: date is 20140606, not after that of the line before'],
  ])('of a bad map file are refused: %j', async (map, message) => {
    await expect(named('abc', map)).rejects.toThrow(message);
  });

  it('of two securities are refused without one', async () => {
    const files = ['abc', 'xyz'].map((ticker) =>
      placed(`equity/usa/minute/${ticker}/2014060${ticker.length}_trade.zip`, ''),
    );
    await expect(importLean({ files, ...EQUITY })).rejects.toThrow(/covers what|is of xyz, and others are of abc/);
  });
});

describe('a bad place', () => {
  it.each([
    ['spy.zip', 'does not lie in a LEAN folder'],
    ['/data/option/usa/minute/spy/20140606_trade.zip', '"option" is none of the security types'],
    ['/data/equity/usa/minute/spy/2014_trade.zip', 'is not named as LEAN names its files of a day'],
    ['/data/equity/usa/minute/20140606_trade.zip', 'is not named as LEAN names its files of a day'],
    ['/data/equity/usa/minute/spy/20140631_trade.zip', '20140631 is no day of the calendar'],
    ['/data/equity/usa/daily/spy/spy.zip', 'is not named as LEAN names its files of many days'],
    ['/data/future/usa/minute/es/20140606_openinterest.zip', 'open interest has no kind of row'],
  ])('is refused: %s', (path, message) => {
    expect(() => readLeanPath(path)).toThrow(message);
  });

  it('is refused among others, and so is what would count twice', async () => {
    const daily = fixture('equity/usa/daily/abc.zip');
    await expect(importLean({ files: [...MINUTE, daily], ...EQUITY })).rejects.toThrow('is of resolution');
    await expect(importLean({ files: [MINUTE[0]!, MINUTE[0]!], ...EQUITY })).rejects.toThrow('give one of them');
    await expect(importLean({ files: [daily, daily], ...EQUITY })).rejects.toThrow('give one of them');
  });
});

const T = '34200000';
const DAY = 'equity/usa/minute/abc/20140606_trade.zip';
const QUOTES = 'equity/usa/minute/abc/20140606_quote.zip';
const DAILY = 'equity/usa/daily/abc.zip';
const TICKS = 'equity/usa/tick/abc/20140606_trade.zip';
const QUOTE_TICKS = 'equity/usa/tick/abc/20140606_quote.zip';
const QUOTE = `${T},100,100,100,100,5,200,200,200,200,6`;

describe('a bad line', () => {
  it.each<[place: string, line: string, message: string]>([
    [DAY, 'x,100,100,100,100,1', 'time is "x", no milliseconds since midnight'],
    [DAY, '86400000,100,100,100,100,1', 'time is "86400000", no milliseconds since midnight'],
    [
      DAY,
      `${T},150,100,100,100,1`,
      'open: price 150 is not a whole multiple of 100 (the tick); files of equities count 0.0001',
    ],
    [DAY, `${T},100,0,100,100,1`, 'high: price 0 is not above 0'],
    [DAY, `${T},100,100,x,100,1`, 'low: price "x" is not a decimal number'],
    [DAY, `${T},100,100,100,-100,1`, 'close: price -100 is not above 0'],
    [DAY, `${T},100,100,100,100,-1`, 'volume: quantity -1 is negative'],
    [DAY, `${T},100,100,100,100,0.5`, 'volume: quantity 0.5 is not a whole multiple of 1 (the lot)'],
    [DAY, `${T},100,100,200,100,1`, 'open, high, low, close are 1, 1, 2, 1 ticks: high and low must enclose them'],
    [DAY, `${T},100,100,100,100`, 'there are 5 fields where trades of equity by minute have 6'],
    [DAILY, '20140606,100,100,100,100,1', 'time is "20140606", none such as 20131001 09:00'],
    [DAILY, '20140606 24:00,100,100,100,100,1', 'time is "20140606 24:00", none such as'],
    [DAILY, '20140631 00:00,100,100,100,100,1', 'time is "20140631", no day such as'],
    [QUOTES, QUOTE.replace('100,5', '150,5'), 'bid close: price 150 is not a whole multiple'],
    [QUOTES, QUOTE.replace(',5,', ',0,'), 'bid size is "0": say how much such quotes are good for (quoteSize)'],
    [QUOTES, QUOTE.replace(/6$/, 'x'), 'ask size: quantity "x" is not a decimal number'],
    [QUOTES, QUOTE.replace('200,200,200,200', '200,100,200,200'), 'ask open, high, low, close are 2, 1, 2, 2 ticks'],
    [TICKS, `${T},100,1,Q,0`, 'there are 5 fields where trades of equity by tick have 6'],
    [TICKS, `${T},150,1,Q,0,0`, 'price: price 150 is not a whole multiple'],
    [TICKS, `${T},100,x,Q,0,0`, 'quantity: quantity "x" is not a decimal number'],
    [TICKS, `${T},100,1,Q,0,2`, 'suspicious is "2", neither 0 nor 1'],
    [
      QUOTE_TICKS,
      `${T},100,1,0,0,Q,1,0\n${T},100,1,0,0,D,1,0`,
      'exchange is "D", and quotes before were of "Q": choose one (exchange)',
    ],
    ['forex/oanda/tick/eurusd/20140502_trade.zip', `${T},1,1`, 'LEAN has no trades of forex by tick'],
    ['forex/oanda/tick/eurusd/20140502_quote.zip', `${T},1,2`, 'bid size is not in the file: say how much'],
  ])('of %s is refused: %j', async (place, line, message) => {
    expect(await refusal(place, `${line}\n`)).toContain(`${place}:${line.split('\n').length}: ${message}`);
  });

  it('of a clock that was shown twice, or 104 days on, is refused', async () => {
    const hour = 'crypto/coinbase/hour/btcusd_trade.zip';
    expect(await refusal(hour, '20141102 01:00,1,1,1,1,1\n')).toContain('came twice in America/New_York');
    const years = '20140606 00:00,100,100,100,100,1\n20150606 00:00,100,100,100,100,1\n';
    expect(await refusal(DAILY, years)).toContain(
      ':2: it lies more than 104 days from the first line: choose the days',
    );
    const some = await load(DAILY, years, { from: '2015-01-01', to: '2015-12-31' });
    expect([some.columns.length, correctionsOf(some)]).toEqual([1, { 'other-days': 1 }]);
  });
});

describe('futures', () => {
  const place = 'future/cme/minute/es/20140606_trade.zip';
  const texts = {
    '20140606_es_minute_trade_201406_20140620.csv': '52200000,1940.25,1941,1940,1940.5,12\n',
    '20140606_es_minute_trade_201409.csv': '52200000,1932.25,1933,1932,1932.5,3\n',
  };
  const terms = { timeZone: 'America/Chicago', tick: '0.25', lot: '1', localFrom: 'exchange', multiplier: '50' };

  it('of an archive are chosen by the month of delivery, and unpacked ones read alike', async () => {
    const path = placed(place, '');
    writeFileSync(path, zip('', { names: Object.keys(texts), texts }));
    const volume = async (delivery: string) =>
      (await importLean({ files: [path], ...terms, delivery })).columns.qtyLots[0];
    expect([await volume('201406'), await volume('201409')]).toEqual([12, 3]);
    await expect(volume('201412')).rejects.toThrow('0 of the 2 files in the zip archive are the one wanted');
    await expect(importLean({ files: [path], ...terms })).rejects.toThrow('holds 2 files where one was expected');
    for (const [name, text] of Object.entries(texts)) {
      expect((await load(place.replace('20140606_trade.zip', name), text, terms)).columns.length).toBe(1);
    }
  });
});

describe('ticks', () => {
  it('of one exchange are chosen, and one-sided quotes leave the other side', async () => {
    const lines = `${T},100,5,0,0,Q,1,0\n${T},0,0,200,6,Q,1,0\n${T},300,1,0,0,D,1,0\n${T},100,1,0,0,Q,1,1\n`;
    const { columns, info } = await load(QUOTE_TICKS, lines, { exchange: 'Q' });
    expect(
      [...rowsOf(columns, 'exchange')].map(({ side, priceTicks, qtyLots }) => [side, priceTicks, qtyLots]),
    ).toEqual([
      [1, 1, 5],
      [2, 2, 6],
    ]);
    expect(correctionsOf({ columns, info } as never)).toEqual({
      ...{ 'one-sided-quotes': 2, 'other-exchanges': 1, 'suspicious-ticks': 1 },
    });
  });

  it('finer than 1 ns are cut and counted', async () => {
    const { columns, info } = await load(TICKS, `${T}.1234567,100,1,Q,0,0\n${T}.2,100,1,Q,0,0\n`);
    expect(columns.exchangeNs[1]).toBe(200_000 - 123_456);
    expect(info.corrections.map(({ name }) => name)).toEqual(['time-rounded']);
  });
});

describe('options', () => {
  it.each<[Partial<LeanOptions>, string]>([
    [{ timeZone: 'Mars' }, 'lean: timeZone: expected an IANA time zone'],
    [{ localFrom: 'local' }, 'localFrom is "local"'],
    [{ from: '2014' }, 'from: expected a day such as 2014-06-06, given "2014"'],
    [{ tick: '-1' }, 'tick "-1" is not above 0'],
    [{ quoteSize: '0.5' }, 'quoteSize is 0.5, no whole number of lots above 0'],
    [{ files: [] }, 'files: expected at least one file'],
  ])('that cannot be are refused: %j', async (options, message) => {
    await expect(importLean({ files: MINUTE, ...EQUITY, ...options })).rejects.toThrow(message);
  });

  it('stand in the provenance', async () => {
    const { info } = await importLean({ files: MINUTE, ...EQUITY, symbol: 'MINE', quote: 'USD' });
    expect(info.instruments).toEqual([{ symbol: 'MINE', tick: '0.01', lot: '1', quote: 'USD' }]);
    expect(info.provenance).toMatchObject({
      security: 'equity',
      market: 'usa',
      resolution: 'minute',
      zone: 'America/New_York',
    });
  });
});
