/**
 * Raw captures of Bybit and OKX: what is refused with which words, gaps, checksums, choices between channels, instrument info.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { importBybitCapture } from '../../bridges/import/bybit-capture.js';
import { readBybitInstrument, readOkxInstrument } from '../../bridges/import/instrument-info.js';
import { importOkxCapture } from '../../bridges/import/okx-capture.js';
import { WrittenBook } from '../../bridges/import/okx-checksum.js';
import type { ImportedTape } from '../../bridges/import/row-collector.js';
import { type Columns, Kind, Side } from '../../core/index.js';
import { correctionsOf, FIXTURES, rowsOf, tapeText, temporaryFile } from './tape-rows.js';

const VENUES = {
  bybit: {
    text: readFileSync(join(FIXTURES, 'bybit.capture'), 'utf8'),
    options: { symbol: 'ABCUSDT', tick: '0.1', lot: '0.001', quotes: true },
    load: importBybitCapture,
  },
  okx: {
    text: readFileSync(join(FIXTURES, 'okx.capture'), 'utf8'),
    options: { symbol: 'ABC-USDT-SWAP', tick: '0.1', lot: '1', quotes: true },
    load: importOkxCapture,
  },
} as const;
type Venue = keyof typeof VENUES;

function load(venue: Venue, content: string | Buffer, more: object = {}): Promise<ImportedTape> {
  const { options, load } = VENUES[venue];
  return load({ files: [temporaryFile('x.capture', content)], ...options, ...more });
}

async function refusal(venue: Venue, content: string, more: object = {}): Promise<string> {
  const message = await load(venue, content, more).then(
    () => 'it was imported',
    (cause: Error) => cause.message,
  );
  expect(message).not.toContain('\n');
  return message;
}

/** The fixture with one text in one line (from 1) replaced. */
function replaced(venue: Venue, line: number, from: string, to: string): string {
  const lines = VENUES[venue].text.split('\n');
  const changed = lines[line - 1]!.replace(from, () => to);
  if (changed === lines[line - 1]) throw new Error(`line ${line} of ${venue} has no ${from}: ${changed}`);
  lines[line - 1] = changed;
  return lines.join('\n');
}

/** The book after each moment at which depth was seen, built the plain way: levels in order, '' where there are none. */
function booksOf(columns: Columns): Map<number, string> {
  const levels = new Map<string, number>();
  const books = new Map<number, string>();
  for (const row of rowsOf(columns, 'local')) {
    if (row.kind === Kind.depthClear) {
      for (const key of levels.keys()) if (key.startsWith(`${row.side} `)) levels.delete(key);
    } else if (row.kind !== Kind.depth) continue;
    else if (row.qtyLots === 0) levels.delete(`${row.side} ${row.priceTicks}`);
    else levels.set(`${row.side} ${row.priceTicks}`, row.qtyLots);
    books.set(row.localNs, [...levels].map(String).sort().join('; '));
  }
  return books;
}

const MALFORMED: readonly (readonly [venue: Venue, line: number, from: string, to: string, message: string])[] = [
  ['bybit', 2, '1700000000020000000', '1700000000020', 'the line begins with "1700000000020 {'],
  ['bybit', 2, '},', ',', 'there is no whole JSON message'],
  ['bybit', 2, 'orderbook.50.', 'orderbook.', 'topic is "orderbook.ABCUSDT" where orderbook.50.SYMBOL'],
  ['bybit', 2, '"snapshot"', '"full"', 'type is "full" where snapshot or delta was expected'],
  ['bybit', 2, '"data":{', '"data":7,"x":{', 'data is 7 where an object was expected'],
  ['bybit', 2, '"s":"ABCUSDT"', '"s":""', 's is "" where a symbol was expected'],
  ['bybit', 5, '"s":"ABCUSDT"', '"s":"XYZUSDT"', 's is "XYZUSDT" where all before was "ABCUSDT"'],
  ['bybit', 2, '"99.80"', '"99.85"', 'price in b[1]: 99.85 is not a whole multiple of 0.1 (the tick)'],
  ['bybit', 2, '"99.80"', '99.8', 'price in b[1]: 99.8 is not text'],
  ['bybit', 2, '"2.250"', '"2.2505"', 'quantity in b[1]: 2.2505 is not a whole multiple of 0.001 (the lot)'],
  ['bybit', 2, '"0.750"', '"-0.75"', 'quantity in a[0]: -0.75 is negative'],
  ['bybit', 2, '["100.00","0.750"]', '"100.00"', 'a[0] is "100.00" where [price, quantity] was expected'],
  ['bybit', 2, '"u":100', '"u":"100"', 'u is "100" where a whole number'],
  ['bybit', 2, '"cts":1700000000010', '"cts":-1', 'cts is -1 where a whole number'],
  ['bybit', 14, '"ts":1700000000077', '"ts":null', 'ts is null where a whole number'],
  ['bybit', 3, '"0.750"', '"x"', 'quantity in a[0]: "x" is not a decimal number'],
  ['bybit', 6, '"data":[', '"data":{},"x":[', 'data is {} where a list of objects was expected'],
  ['bybit', 6, '"T":1700000000030', '"T":1.5', 'T is 1.5 where a whole number'],
  ['bybit', 6, '"S":"Buy"', '"S":"buy"', 'S is "buy" where Buy or Sell was expected'],
  ['bybit', 6, '"p":"100.00"', '"p":"100.05"', 'price in p: 100.05 is not a whole multiple'],
  ['bybit', 6, '"v":"0.250"', '"v":"1e-9"', 'quantity in v: 1e-9 is not a whole multiple'],
  ['bybit', 6, '"i":"aa-01"', '"i":12', 'i is 12 where a trade id was expected'],
  ['bybit', 6, '"BT":false', '"BT":"no"', 'BT is "no" where true or false was expected'],
  ['bybit', 4, '"symbol":"ABCUSDT"', '"symbol":1', 'symbol is 1 where a symbol was expected'],
  ['bybit', 4, '"99.94"', '"high"', 'price in markPrice: "high" is not a decimal number'],
  ['bybit', 4, '"0.0001"', '"1%"', 'fundingRate is "1%" where a decimal as text was expected'],
  ['bybit', 4, '"0.0001"', '"1.5"', 'fundingRate is 1.5: a fraction such as 0.0001 was expected'],
  ['bybit', 4, '"1700000000100"', '"soon"', 'nextFundingTime is "soon" where a whole number ≥ 0 as text'],
  ['bybit', 4, '"1700000000100"', '"1705000000000"', 'nextFundingTime is 1705000000000, more than 31 days from the'],
  ['bybit', 4, '"ts":1700000000020', '"ts":"x"', 'ts is "x" where a whole number'],
  ['bybit', 11, '"S":"Buy"', '"S":""', 'S is "" where Buy or Sell was expected'],
  ['bybit', 11, '"99.83"', '""', 'price in p: "" is not a decimal number'],
  ['bybit', 11, '"1.000"', '"-1"', 'quantity in v: -1 is negative'],
  ['bybit', 11, '"T":', '"t":', 'T is missing where a whole number'],
  ['okx', 2, '"arg":{', '"arg":[],"x":{', 'arg is [] where {"channel": …} was expected'],
  ['okx', 2, '"snapshot"', '"partial"', 'action is "partial" where snapshot or update was expected'],
  ['okx', 2, '"data":[', '"data":null,"x":[', 'data is null where a list of objects was expected'],
  ['okx', 2, '"data":[', '"data":[3,', 'data[0] is 3 where an object was expected'],
  ['okx', 3, 'ABC-USDT-SWAP', 'ABC-USDT', 'instId is "ABC-USDT" where all before was "ABC-USDT-SWAP"'],
  ['okx', 2, '"bids"', '"bid"', 'bids is missing where a list of [price, quantity] was expected'],
  ['okx', 2, '"99.8"', '"99.81"', 'price in bids[1]: 99.81 is not a whole multiple'],
  ['okx', 2, '"22"', '"22.5"', 'quantity in bids[1]: 22.5 is not a whole multiple'],
  ['okx', 2, '"ts":"1700000000010"', '"ts":1700000000010', 'ts is 1700000000010 where a whole number ≥ 0 as text'],
  ['okx', 2, '"prevSeqId":-1', '"prevSeqId":"-1"', 'prevSeqId is "-1" where a whole number was expected'],
  ['okx', 2, '"seqId":500', '"seqId":500.5', 'seqId is 500.5 where a whole number was expected'],
  ['okx', 2, '"checksum":', '"checksum":0.5,"x":', 'checksum is 0.5 where a whole number was expected'],
  ['okx', 3, '"15"', '"1.5"', 'quantity in bids[0]: 1.5 is not a whole multiple'],
  ['okx', 4, '"99.94"', 'null', 'price in markPx: null is not text'],
  ['okx', 5, '"fundingRate":"0.0001"', '"fundingRate":""', 'fundingRate is "" where a decimal as text was expected'],
  ['okx', 5, '"fundingTime":"1700000000100"', '"fundingTime":""', 'fundingTime is "" where a whole number'],
  ['okx', 7, '"side":"buy"', '"side":"Buy"', 'side is "Buy" where buy or sell was expected'],
  ['okx', 7, '"px":"100"', '"px":"100.01"', 'price in px: 100.01 is not a whole multiple'],
  ['okx', 7, '"sz":"2"', '"sz":"0.1"', 'quantity in sz: 0.1 is not a whole multiple'],
  ['okx', 7, '"tradeId":"7002"', '"tradeId":"x"', 'tradeId is "x" where a whole number ≥ 0 as text'],
  ['okx', 7, '"count":"2"', '"count":"0"', 'count is "0" where 1 or more was expected'],
  ['okx', 7, '"ts":"1700000000030"', '"ts":"99999999999999999"', 'ts is "99999999999999999" where'],
];

describe('a bad message', () => {
  it.each(MALFORMED)('%s, line %i, %j → %j is refused', async (venue, line, from, to, message) => {
    const answer = await refusal(venue, replaced(venue, line, from, to));
    expect(answer).toContain(message);
    expect(answer).toContain(`x.capture:${line}: `);
  });

  it('two channels of the same things are refused, or one is chosen', async () => {
    const bybit = replaced('bybit', 5, 'orderbook.50', 'orderbook.200');
    expect(await refusal('bybit', bybit)).toContain(':5: orderbook.200 among orderbook.50: say which depth');
    expect(correctionsOf(await load('bybit', bybit, { depth: 50 }))['unknown-kind']).toBe(3);
    await expect(load('bybit', bybit, { depth: 1 })).rejects.toThrow('depth is 1; it must be');
    const okx = replaced('okx', 6, '"books"', '"books50-l2-tbt"');
    expect(await refusal('okx', okx)).toContain(':6: books50-l2-tbt among books: say which channel');
    expect(correctionsOf(await load('okx', okx, { channel: 'books' }))['update-id-gap']).toBe(2);
    expect(await refusal('okx', replaced('okx', 9, '"trades"', '"trades-all"'))).toContain(
      ':9: trades-all among trades: they tell of the same trades',
    );
    const old =
      '1700000000130000000 {"topic":"liquidation.ABCUSDT","type":"snapshot","ts":1700000000120,"data":{"updatedTime":1700000000119,"symbol":"ABCUSDT","side":"Sell","size":"1","price":"100"}}\n';
    expect(await refusal('bybit', VENUES.bybit.text + old)).toContain('liquidation among allLiquidation');
    const { columns } = await load('bybit', old);
    expect([columns.length, columns.value![0], columns.priceTicks[0]]).toEqual([1, 1, 1000]);
  });
});

describe('a gap', () => {
  it.each(['bybit', 'okx'] as const)(
    '%s: without any one update the book is never one that the venue did not have',
    async (venue) => {
      const lines = VENUES[venue].text.trimEnd().split('\n');
      const whole = booksOf((await load(venue, VENUES[venue].text)).columns);
      const depth = lines.flatMap((line, at) => (/delta.*"u"|"update"/.test(line) ? [at] : []));
      expect(depth.length).toBeGreaterThan(3);
      let gaps = 0;
      for (const at of depth) {
        const tape = await load(venue, `${lines.filter((_, line) => line !== at).join('\n')}\n`);
        gaps += Number((correctionsOf(tape)['update-id-gap'] ?? 0) > 0);
        for (const [time, book] of booksOf(tape.columns)) {
          const then = [...whole].findLast(([at]) => at <= time)![1];
          expect(['', then], `${at} ${time}`).toContain(book);
        }
      }
      expect(gaps).toBeGreaterThan(0);
    },
  );

  it('an update lost empties the book and nothing comes until the next snapshot', async () => {
    const without = VENUES.okx.text.split('\n').filter((_, at) => at !== 5);
    const tape = await load('okx', without.join('\n'));
    expect(correctionsOf(tape)).toMatchObject({ 'update-id-gap': 2, 'diffs-after-gap': 3 });
    expect(tapeText(tape)).not.toContain(' depth buy - ');
  });

  it('seqId may fall, as in maintenance, where prevSeqId says what came before', async () => {
    const tape = await load('okx', VENUES.okx.text);
    expect(correctionsOf(tape)['update-id-gap']).toBe(1);
  });

  it('changes of orderbook.1 that are missing leave no quote', async () => {
    const quote = (recv: number, type: string, u: number, bids: string[][]) =>
      `17000000000${recv}000000 {"topic":"orderbook.1.ABCUSDT","type":"${type}","ts":1700000000010,"data":{"s":"ABCUSDT","b":${JSON.stringify(bids)},"a":[],"u":${u},"seq":1},"cts":1700000000010}`;
    const tape = await load(
      'bybit',
      [
        quote(20, 'snapshot', 5, [['99.9', '1']]),
        quote(21, 'delta', 6, [
          ['99.9', '0'],
          ['99.8', '2'],
        ]),
        quote(22, 'delta', 8, [['99.7', '3']]),
        quote(23, 'delta', 9, [['99.6', '3']]),
      ].join('\n'),
    );
    expect([...tape.columns.qtyLots]).toEqual([1000, 0, 2000, 0, 0, 0, 0, 0]);
    expect(correctionsOf(tape)['quote-gap']).toBe(2);
  });
});

describe('the checksum of OKX', () => {
  /** From OKX's documentation. */
  it.each([
    [
      [
        ['3366.1', '7'],
        ['3366', '6'],
      ],
      [
        ['3366.8', '9'],
        ['3368', '8'],
      ],
      -1881014294,
    ],
    [
      [['3366.1', '7']],
      [
        ['3366.8', '9'],
        ['3368', '8'],
        ['3372', '8'],
      ],
      831078360,
    ],
  ] as const)('%j and %j make %i', (bids, asks, checksum) => {
    const book = new WrittenBook();
    for (const level of [...bids].reverse()) book.set(Side.buy, Number(level[0]) * 10, 1, level);
    for (const level of [...asks].reverse()) book.set(Side.sell, Number(level[0]) * 10, 1, level);
    expect(book.checksum()).toBe(checksum);
    for (let level = 0; level < 40; level++) book.set(Side.buy, level, 1, ['1', '1']);
    for (let level = 0; level < 40; level++) book.set(Side.buy, level, 0, ['1', '0']);
    expect(book.checksum()).toBe(checksum);
  });

  it('is verified where there is one, and a level changed on the way is found', async () => {
    const { info } = await load('okx', VENUES.okx.text);
    expect(info.provenance.checksums).toBe('5 verified, 1 different, 1 without');
    const changed = await load('okx', replaced('okx', 2, '"22"', '"23"'));
    expect(changed.info.provenance.checksums).toBe('1 verified, 5 different, 1 without');
  });
});

describe('instrument info', () => {
  const bybit = {
    result: {
      category: 'linear',
      list: [
        { symbol: 'X', baseCoin: 'X', quoteCoin: 'USDT', priceFilter: { tickSize: '1' }, lotSizeFilter: {} },
        {
          symbol: 'ABCUSDT',
          baseCoin: 'ABC',
          quoteCoin: 'USDT',
          deliveryTime: '0',
          priceFilter: { tickSize: '0.10' },
          lotSizeFilter: { qtyStep: '0.001' },
        },
      ],
    },
  };
  const okx = {
    code: '0',
    data: [
      {
        ...{ instId: 'ABC-USD-241227', instType: 'FUTURES', tickSz: '0.1', lotSz: '1', ctType: 'inverse' },
        ...{ ctVal: '100', ctMult: '1', ctValCcy: 'USD', settleCcy: 'ABC', baseCcy: '', quoteCcy: '' },
        expTime: '1735286400000',
      },
    ],
  };
  const file = (value: unknown) => temporaryFile('info.json', JSON.stringify(value));

  it('gives tick, lot and terms', async () => {
    expect(await readBybitInstrument(file(bybit), 'ABCUSDT')).toEqual({
      ...{ tick: '0.10', lot: '0.001', contract: 'linear', base: 'ABC', quote: 'USDT' },
    });
    expect(await readOkxInstrument(file(okx), 'ABC-USD-241227')).toEqual({
      ...{ tick: '0.1', lot: '1', contract: 'inverse', multiplier: '100', base: 'ABC', quote: 'USD' },
      expiry: '2024-12-27T08:00:00.000Z',
    });
  });

  it('is refused where it does not say them', async () => {
    await expect(readBybitInstrument(file(bybit), 'Y')).rejects.toThrow('Y is not among its 2 instruments');
    await expect(readBybitInstrument(file(bybit), 'X')).rejects.toThrow('X has neither qtyStep nor basePrecision');
    await expect(readBybitInstrument(file(okx), 'X')).rejects.toThrow('info.json: result: ');
    await expect(readOkxInstrument(file(bybit), 'X')).rejects.toThrow('info.json: data: ');
    await expect(readOkxInstrument(temporaryFile('info.json', '{'), 'X')).rejects.toThrow('info.json: no JSON: ');
    await expect(readOkxInstrument(temporaryFile('info.json', '{\n "a":\n x }'), 'X')).rejects.toThrow(
      /^.+ no JSON: .+$/,
    );
    await expect(readOkxInstrument('nowhere.json', 'X')).rejects.toThrow('nowhere.json: there is no such file');
    for (const [change, words] of [
      [{ ctType: 'quanto' }, 'ctType "quanto"'],
      [{ ctVal: '' }, 'has no ctVal'],
      [{ ctMult: '10' }, 'ctMult 10'],
      [{ expTime: 'never' }, '"never" is no time in ms'],
    ] as const) {
      const other = { data: [{ ...okx.data[0], ...change }] };
      await expect(readOkxInstrument(file(other), 'ABC-USD-241227')).rejects.toThrow(words);
    }
  });
});

it('is the same tape from gzip and from two files', async () => {
  for (const venue of ['bybit', 'okx'] as const) {
    const { text, options, load: importer } = VENUES[venue];
    const golden = tapeText(await load(venue, text));
    expect(tapeText(await load(venue, gzipSync(text)))).toBe(golden);
    const lines = text.split('\n');
    const files = [lines.slice(0, 9), lines.slice(9)].map((part) => temporaryFile('x.capture', part.join('\n')));
    expect(tapeText(await importer({ files, ...options }))).toBe(golden);
    await expect(importer({ files: files.reverse(), ...options })).rejects.toThrow('give the files in order of time');
    await expect(importer({ files: [], ...options })).rejects.toThrow(`${venue}-capture: no files were given`);
  }
});
