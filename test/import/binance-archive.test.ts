/** Files of Binance's public archive: what their names say, what is refused with which words. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type BinanceArchiveOptions, importBinanceArchive } from '../../bridges/import/binance-archive.js';
import { INTERVALS, orderedFiles, readArchiveName } from '../../bridges/import/binance-archive-name.js';
import { correctionsOf, FIXTURES, tapeText, temporaryFile } from './tape-rows.js';

const DAY = Date.UTC(2024, 2, 1);
const fixture = (name: string) => join(FIXTURES, 'binance-archive', name);
const OPTIONS = { tick: '0.1', lot: '0.001', localFrom: 'exchange + 5ms' };

async function refusal(
  name: string,
  content: string | Buffer,
  options: Partial<BinanceArchiveOptions> = {},
): Promise<string> {
  const path = temporaryFile(name, content);
  const message = await importBinanceArchive({ files: [path], ...OPTIONS, ...options }).then(
    () => 'it was imported',
    (cause: Error) => cause.message,
  );
  expect(message).not.toContain('\n');
  return message.replace(dirname(path), '').replace('/', '');
}

const TRADES = 'ABCUSDT-trades-2024-03-01.csv';
const AGGREGATES = 'ABCUSDT-aggTrades-2024-03-01.csv';
const QUOTES = 'ABCUSDT-bookTicker-2024-03-01.csv';
const BARS = 'ABCUSDT-1m-2024-03-01.csv';
const FUNDING = 'ABCUSDT-fundingRate-2024-03.csv';
/** A good line of each kind. */
const LINE: Record<string, string> = {
  [TRADES]: `5000000101,61000.0,0.250,15250.0000,${DAY},true`,
  [AGGREGATES]: `910001,61000.1,0.037,1200500,1200502,${DAY + 1000},false`,
  [QUOTES]: `41,60999.9,2.5,61000.0,0.25,${DAY},${DAY + 4}`,
  [BARS]: `${DAY},61000.0,61000.2,60999.5,61000.1,12.345,${DAY + 59_999},0,87,0,0,0`,
  [FUNDING]: `${DAY},8,0.00010000`,
};

/** The good line with another text in one field. */
function withField(name: string, place: number, text: string): string {
  const fields = LINE[name]!.split(',');
  fields[place] = text;
  return `${fields.join(',')}\n`;
}

const MALFORMED: readonly (readonly [name: string, place: number, text: string, message: string])[] = [
  [TRADES, 0, '1x', 'id is "1x" where a whole number from 0 to 2^53 was expected'],
  [TRADES, 0, '', 'id is "" where a whole number'],
  [TRADES, 0, '9007199254740993', 'id is "9007199254740993" where a whole number'],
  [TRADES, 1, '', 'price: price "" is not a decimal number (the tick)'],
  [TRADES, 1, '61000.05', 'price: price 61000.05 is not a whole multiple of 0.1 (the tick)'],
  [TRADES, 1, '0', 'price: price 0 is not above 0'],
  [TRADES, 1, '-61000', 'price: price -61000 is not above 0'],
  [TRADES, 1, '300000000', 'price: price 300000000 is beyond 2147483646 ticks'],
  [TRADES, 2, '0.2505', 'qty: quantity 0.2505 is not a whole multiple of 0.001 (the lot)'],
  [TRADES, 2, '-1', 'qty: quantity -1 is negative'],
  [TRADES, 2, 'NaN', 'qty: quantity "NaN" is not a decimal number (the lot)'],
  [TRADES, 4, String(DAY - 1), `time is ${DAY - 1} (2024-02-29T23:59:59.999Z), outside 2024-03-01 in UTC`],
  [TRADES, 4, String(DAY + 86_400_000), '(2024-03-02T00:00:00.000Z), outside 2024-03-01 in UTC'],
  [TRADES, 4, String(DAY / 1000), 'outside 2024-03-01 in UTC, which the file'],
  [TRADES, 4, `${DAY}000000`, 'time is "1709251200000000000" where a whole number from 0 to 2^53'],
  [TRADES, 4, '2024-03-01', 'time is "2024-03-01" where a whole number'],
  [TRADES, 5, '1', 'is_buyer_maker is "1" where true or false was expected'],
  [TRADES, 5, 'trueish', 'is_buyer_maker is "trueish" where true or false was expected'],
  [AGGREGATES, 0, '-1', 'agg_trade_id is "-1" where'],
  [AGGREGATES, 1, 'a', 'price: price "a" is not a decimal number'],
  [AGGREGATES, 2, 'a', 'quantity: quantity "a" is not a decimal number'],
  [AGGREGATES, 3, 'a', 'first_trade_id is "a" where'],
  [AGGREGATES, 4, '1200499', 'first_trade_id is 1200500, after last_trade_id 1200499'],
  [AGGREGATES, 5, 'a', 'transact_time is "a" where'],
  [AGGREGATES, 6, '', 'is_buyer_maker is "" where'],
  [QUOTES, 0, '1a', 'update_id is "1a" where'],
  [QUOTES, 1, '60999.95', 'best_bid_price: price 60999.95 is not a whole multiple of 0.1'],
  [QUOTES, 2, '-2.5', 'best_bid_qty: quantity -2.5 is negative'],
  [QUOTES, 3, '0', 'best_ask_price: price 0 is not above 0'],
  [QUOTES, 4, 'a', 'best_ask_qty: quantity "a" is not'],
  [QUOTES, 5, String(DAY - 60_001), 'transaction_time is 1709251139999 (2024-02-29T23:58:59.999Z), outside'],
  [QUOTES, 6, String(DAY - 1), 'event_time is 1709251199999 (2024-02-29T23:59:59.999Z), outside'],
  [QUOTES, 6, `${DAY}000`, 'event_time is 1709251200000000: in us, where the times before were in ms'],
  [BARS, 0, String(DAY - 60_000), 'open_time is 1709251140000 (2024-02-29T23:59:00.000Z), outside'],
  [
    BARS,
    1,
    '61000.3',
    'open, high, low, close are 610003, 610002, 609995, 610001 ticks: high and low must enclose them',
  ],
  [BARS, 2, '0', 'high: price 0 is not above 0'],
  [BARS, 3, '61000.05', 'low: price 61000.05 is not a whole multiple'],
  [BARS, 4, '60999.4', 'high and low must enclose them'],
  [BARS, 5, '12.3456', 'volume: quantity 12.3456 is not a whole multiple of 0.001'],
  [BARS, 5, '0', 'volume is 0 and count is 87: bars of an index or mark price, not of trades'],
  [BARS, 6, String(DAY + 60_000), 'it lies 60.001 s after open_time 1709251200000, no bar of 1m'],
  [BARS, 6, String(DAY - 1), 'it lies 0 s after open_time 1709251200000, no bar of 1m'],
  [BARS, 8, '1.5', 'count is "1.5" where a whole number'],
  [FUNDING, 0, String(Date.UTC(2024, 3)), 'outside 2024-03 in UTC, which the file'],
  [FUNDING, 1, '0', 'funding_interval_hours is 0'],
  [FUNDING, 1, '8h', 'funding_interval_hours is "8h" where'],
  [FUNDING, 2, '0,01', 'there are 4 fields where fundingRate has 3'],
  [FUNDING, 2, '0.01%', 'last_funding_rate is "0.01%" where a decimal was expected'],
  [FUNDING, 2, '1.5', 'last_funding_rate is 1.5: a fraction such as 0.0001 was expected'],
];

describe('a bad line', () => {
  it.each(MALFORMED)('%s, field %i = %j is refused', async (name, place, text, message) => {
    const answer = await refusal(name, withField(name, place, text));
    expect(answer).toContain(message);
    expect(answer).toMatch(new RegExp(`^${name}:1: `));
  });

  it.each(Object.keys(LINE))('%s: a field too many or too few is refused', async (name) => {
    const line = LINE[name]!;
    expect(await refusal(name, `${line}\n${line},0\n`)).toMatch(/:2: there are \d+ fields where \d+ were expected/);
    expect(await refusal(name, `${line}\n${line.slice(0, line.lastIndexOf(','))}\n`)).toMatch(
      /:2: there are \d+ fields/,
    );
    expect(await refusal(name, `${line},0,0,0\n`)).toMatch(/:1: there are \d+ fields where \w+ has \d+/);
  });

  it('off the tick or lot names the step that all numbers of the file would fit', async () => {
    const lines = [LINE[TRADES], withField(TRADES, 1, '61000.25'), withField(TRADES, 2, '0.0005')];
    const path = `${lines.join('\n')}\n`;
    expect(await refusal(TRADES, path)).toContain('0.1 (the tick); all prices of this file are multiples of 0.25');
    expect(await refusal(TRADES, path, { tick: '0.01' })).toContain(
      '0.001 (the lot); all quantities of this file are multiples of 0.0005',
    );
  });

  it('times in two units are refused', async () => {
    const content = `${LINE[TRADES]}\n${withField(TRADES, 4, `${DAY}000`)}`;
    expect(await refusal(TRADES, content)).toContain(
      ':2: time is 1709251200000000: in us, where the times before were in ms',
    );
  });

  it('a header that calls a column otherwise is refused', async () => {
    const content = `id,price,quote_qty,qty,time,is_buyer_maker\n${LINE[TRADES]}\n`;
    expect(await refusal(TRADES, content)).toContain(':1: column 3 is called "quote_qty" where qty was expected');
  });

  it('a bar or funding that was there before with other numbers is refused', async () => {
    expect(await refusal(BARS, `${LINE[BARS]}\n${withField(BARS, 5, '1')}`)).toContain(
      ':2: open_time 1709251200000 is that of',
    );
    expect(await refusal(FUNDING, `${LINE[FUNDING]}\n${withField(FUNDING, 2, '0')}`)).toContain('has had another rate');
  });
});

describe('a file', () => {
  it('gives the same tape as zip, gzip and CSV, with a header or without, with CRLF', async () => {
    const text = [LINE[TRADES], withField(TRADES, 0, '5000000102').trim()].join('\n');
    const golden = await importBinanceArchive({ files: [temporaryFile(TRADES, `${text}\n`)], ...OPTIONS });
    const variants: Record<string, [name: string, content: string | Buffer]> = {
      gzip: [`${TRADES}.gz`, gzipSync(text)],
      header: [TRADES, `id,price,qty,quote_qty,time,is_buyer_maker\n${text}\n`],
      crlf: [TRADES, `${text.replaceAll('\n', '\r\n')}\r\n`],
    };
    for (const [what, [name, content]] of Object.entries(variants)) {
      const tape = await importBinanceArchive({ files: [temporaryFile(name, content)], ...OPTIONS });
      expect(tapeText(tape), what).toBe(tapeText(golden));
    }
  });

  it('in microseconds gives the same times', async () => {
    const ms = await importBinanceArchive({ files: [temporaryFile(TRADES, LINE[TRADES]!)], ...OPTIONS });
    const us = withField(TRADES, 4, `${DAY}000`);
    expect(tapeText(await importBinanceArchive({ files: [temporaryFile(TRADES, us)], ...OPTIONS }))).toBe(tapeText(ms));
  });

  it.each<[string, string]>([
    ['trades.csv', 'is not named as the archive names its files'],
    ['ABCUSDT-bookDepth-2024-03-01.csv', 'no order book can be made of it'],
    ['ABCUSDT-metrics-2024-03-01.csv', 'has no kind of row'],
    ['ABCUSDT-liquidationSnapshot-2024-03-01.csv', 'which the trades contain already'],
    ['ABCUSDT-7m-2024-03-01.csv', '"7m" is no kind of data: known are trades'],
    ['ABCUSDT-klines-2024-03-01.csv', '"klines" is no kind of data'],
    ['ABCUSDT-trades-2024-02-30.csv', '2024-02-30 is no day of the calendar'],
    ['ABCUSDT-trades-2024-13.csv', '2024-13 is no day of the calendar'],
  ])('named %s is refused', async (name, message) => {
    expect(await refusal(name, LINE[TRADES]!)).toContain(message);
  });

  it('of index or mark prices is refused by its folder', () => {
    expect(() => readArchiveName('um/daily/markPriceKlines/ABCUSDT/1m/ABCUSDT-1m-2024-03-01.zip')).toThrow(
      'markPriceKlines are prices of an index, not of trades',
    );
  });

  it('says symbol, kind and period by its name, for every interval', () => {
    for (const interval of INTERVALS.keys()) {
      expect(readArchiveName(`/x/ABCUSD_240628-${interval}-2024-02.zip`)).toMatchObject({
        ...{ symbol: 'ABCUSD_240628', kind: 'klines', interval },
        ...{ fromMs: Date.UTC(2024, 1), toMs: Date.UTC(2024, 2), period: '2024-02' },
      });
    }
  });

  it('that is empty or cut off is refused', async () => {
    expect(await refusal(TRADES, '')).toContain('the file is empty');
    expect(await refusal(TRADES, 'id,price,qty,quote_qty,time,is_buyer_maker\n')).toContain('not one row');
    expect(await refusal(TRADES, LINE[TRADES]!.slice(0, -2))).toContain('the file may have been cut off');
    const archive = readFileSync(fixture('ABCUSDT-trades-2024-03-01.zip'));
    expect(await refusal('ABCUSDT-trades-2024-03-01.zip', archive.subarray(0, -30))).toContain('the file was cut off');
  });
});

describe('several files', () => {
  const order = (...names: string[]) => orderedFiles(names).map(({ path }) => path);

  it('are read by kind, then by time', () => {
    expect(
      order('A-1m-2024-01-02.zip', 'A-trades-2024-02-01.zip', 'A-trades-2024-01.zip', 'A-fundingRate-2024-01.zip'),
    ).toEqual([
      ...['A-fundingRate-2024-01.zip', 'A-trades-2024-01.zip', 'A-trades-2024-02-01.zip', 'A-1m-2024-01-02.zip'],
    ]);
  });

  it.each<[string[], string]>([
    [
      ['A-trades-2024-01-01.zip', 'B-trades-2024-01-01.zip'],
      'is of B and A-trades-2024-01-01.zip of A: make a tape of each',
    ],
    [
      ['A-trades-2024-01.zip', 'A-trades-2024-01-05.zip'],
      'A-trades-2024-01-05.zip: covers what A-trades-2024-01.zip covers',
    ],
    [['A-trades-2024-01-05.csv', 'A-trades-2024-01-05.zip'], 'covers what'],
    [['A-trades-2024-01-01.zip', 'A-aggTrades-2024-01-02.zip'], 'they would count twice'],
    [['A-1m-2024-01-01.zip', 'A-1h-2024-01-02.zip'], 'cannot be told apart on one tape'],
  ])('%j are refused', (names, message) => {
    expect(() => order(...names)).toThrow(message);
  });

  it('of spot and futures are refused', async () => {
    const spot = temporaryFile(
      'ABCUSDT-trades-2024-03-02.csv',
      `${LINE[TRADES]!.replaceAll(String(DAY), String(DAY + 86_400_000))},True\n`,
    );
    const futures = temporaryFile(TRADES, `${LINE[TRADES]}\n`);
    await expect(importBinanceArchive({ files: [spot, futures], ...OPTIONS })).rejects.toThrow(
      ':1: these are trades of spot, and the files before are of futures',
    );
  });
});

describe('the options', () => {
  const files = [fixture('ABCUSD_PERP-aggTrades-2024-03-01.csv')];

  it('must say what a COIN-M contract is worth', async () => {
    await expect(importBinanceArchive({ files, ...OPTIONS, lot: '1' })).rejects.toThrow(
      'give its terms, e.g. contract inverse',
    );
  });

  it('must say how the local time comes about', async () => {
    for (const localFrom of ['', 'local', 'exchange - 5ms', 'exchange + soon']) {
      await expect(importBinanceArchive({ files, ...OPTIONS, localFrom })).rejects.toThrow(
        `localFrom is "${localFrom}"`,
      );
    }
  });

  it('stand in the provenance, with the market that the files show', async () => {
    const terms = { contract: 'inverse', multiplier: '100' } as const;
    const { info } = await importBinanceArchive({ files, ...OPTIONS, lot: '1', ...terms });
    expect(info.instruments).toEqual([{ symbol: 'ABCUSD_PERP', tick: '0.1', lot: '1', ...terms }]);
    expect(info.provenance).toMatchObject({ market: 'futures', kinds: 'aggTrades', localTime: 'exchange + 5ms' });
    expect(Object.keys(info.provenance)).not.toContain('onProgress');
  });
});

describe('trade ids', () => {
  it('go on over midnight: a day that is missing is a gap, a trade of both days a duplicate', async () => {
    const next = `5000000103,61000.0,0.250,15250.0000,${DAY + 86_400_000},true\n`;
    const second = temporaryFile('ABCUSDT-trades-2024-03-02.csv', next + next);
    const tape = await importBinanceArchive({ files: [second, temporaryFile(TRADES, LINE[TRADES]!)], ...OPTIONS });
    expect(correctionsOf(tape)).toEqual({ 'trade-id-gap': 1, 'duplicate-trade': 1 });
  });
});
