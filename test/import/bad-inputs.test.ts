/** Inputs that must be refused: each names the file, the line, the field and the value, in one line. */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type BinanceCaptureOptions, importBinanceCapture } from '../../bridges/import/binance-capture.js';
import { importCsv } from '../../bridges/import/csv.js';
import { checkMapping, readMapping } from '../../bridges/import/csv-mapping.js';
import { importLobster } from '../../bridges/import/lobster.js';
import { FIXTURES, temporaryFile } from './tape-rows.js';

const text = (name: string) => readFileSync(join(FIXTURES, name), 'utf8');
const FUTURES = text('futures.capture');
const SPOT = text('spot.capture');
const LOBSTER_NAME = 'ABC_2024-11-04_34200000_57600000_message_5.csv';
const LOBSTER = text(LOBSTER_NAME);

/** Replaces one line (from 1); the rest stays. */
function withLine(content: string, line: number, change: (line: string) => string): string {
  return content
    .split('\n')
    .map((old, at) => (at === line - 1 ? change(old) : old))
    .join('\n');
}

/** What the import of this content answers. It must be one line and begin with the path. */
async function refusal(path: string, attempt: () => Promise<unknown>): Promise<string> {
  let message: string | undefined;
  try {
    await attempt();
  } catch (cause) {
    message = (cause as Error).message;
  }
  if (message === undefined) throw new Error('it was not refused');
  expect(message).not.toContain('\n');
  expect(message.startsWith(path)).toBe(true);
  return message.slice(path.length);
}

type Case = [what: string, content: string | Buffer, message: string];

function binance(content: string | Buffer, options: Partial<BinanceCaptureOptions> = {}): Promise<string> {
  const path = temporaryFile('bad.capture', content);
  const given = { files: [path], symbol: 'ABCUSDT', tick: '0.1', lot: '0.001', ...options };
  return refusal(path, () => importBinanceCapture(given));
}

const replaceIn = (line: number, from: string, to: string) => {
  const changed = withLine(FUTURES, line, (old) => old.replace(from, to));
  if (changed === FUTURES) throw new Error(`the fixture has no ${from} in line ${line}`);
  return changed;
};

const BINANCE: Case[] = [
  ['an empty file', '', ': the file is empty'],
  [
    'a bzip2 file',
    Buffer.from('425a68393141', 'hex'),
    ': is bzip2-compressed, not plain, gzip, zstd or zip; unpack it first',
  ],
  [
    'a zstd file cut off',
    Buffer.from('28b52ffd0458', 'hex'),
    ':1: the zstd data ends in the middle of this line: the file was cut off',
  ],
  [
    'a gzip file cut off',
    gzipSync(FUTURES).subarray(0, -40),
    ': the gzip data ends in the middle of this line: the file was cut off',
  ],
  ['a flipped byte in gzip', flipped(gzipSync(FUTURES)), ': the gzip data is damaged from about here on ('],
  ['rubbish after gzip', Buffer.concat([gzipSync(FUTURES), Buffer.from('rubbish')]), ': the gzip data is damaged'],
  ['a last line cut off', FUTURES.slice(0, -30), ':11: after the local time there is no whole JSON message: '],
  [
    'a last line cut off, said so',
    FUTURES.slice(0, -30),
    '(the last line has no line end: the file may have been cut off)',
  ],
  [
    'a line without time',
    replaceIn(3, '1700000000140000000', ''),
    ':3: the line begins with " {\\"stream\\":\\"abcusdt@book',
  ],
  ['a time in ms', replaceIn(3, '1700000000140000000', '1700000000140'), ':3: the line begins with "1700000000140 {'],
  ['a list', replaceIn(3, '{"stream', '[{"stream').replace('115}}\n', '115}}]\n'), ':3: the message is [{"stream"'],
  [
    'a price off the tick',
    replaceIn(4, '"100.00"', '"100.05"'),
    ':4: price in p: 100.05 is not a whole multiple of 0.1 (the tick)',
  ],
  [
    'a level off the tick',
    replaceIn(5, '99.70', '99.71'),
    ':5: price in b[1]: 99.71 is not a whole multiple of 0.1 (the tick)',
  ],
  [
    'a price beyond int32',
    replaceIn(4, '"100.00"', '"300000000.0"'),
    ':4: price in p: 300000000.0 is beyond 2147483646 ticks',
  ],
  [
    'a trade off the lot',
    replaceIn(4, '0.250', '0.2505'),
    ':4: quantity in q: 0.2505 is not a whole multiple of 0.001 (the lot)',
  ],
  ['a negative level', replaceIn(5, '4.001', '-4.001'), ':5: quantity in b[1]: -4.001 is negative'],
  [
    'a price that is no number',
    replaceIn(4, '"100.00"', '"NaN"'),
    ':4: price in p: "NaN" is not a decimal number (the tick)',
  ],
  ['a price as a number', replaceIn(4, '"100.00"', '100.00'), ':4: price in p: 100 is not text'],
  ['a price left out', replaceIn(4, '"p":"100.00",', ''), ':4: price in p: missing is not text'],
  [
    'a trade without time',
    replaceIn(4, '"T":1700000000160,', ''),
    ':4: T is missing where a whole number ≥ 0 was expected',
  ],
  [
    'an update id as text',
    replaceIn(5, '"u":109', '"u":"109"'),
    ':5: u is "109" where a whole number ≥ 0 was expected',
  ],
  [
    'a level that is no pair',
    replaceIn(5, '["99.70","4.001"]', '"99.70"'),
    ':5: b[1] is "99.70" where [price, quantity] was expected',
  ],
  ['bids left out', replaceIn(5, '"b":', '"c":'), ':5: b is missing where a list of [price, quantity] was expected'],
  ['no maker side', replaceIn(4, '"m":false', '"m":0'), ':4: m is 0 where true or false was expected'],
  ['another symbol', replaceIn(5, 'ABCUSDT', 'XYZUSDT'), ':5: s is "XYZUSDT" where all before was "ABCUSDT"'],
  [
    'spot among futures',
    `${FUTURES}${SPOT.split('\n')[2]!.replace('XYZ', 'ABC').replace('1700', '1701')}\n`,
    ':12: a spot depthUpdate among futures data',
  ],
  [
    'a time 200 days later',
    replaceIn(11, '1700000000220000000', '1717280000220000001'),
    ':11: time 2024-06-01T22:13:20.220000001Z lies more than 104 days from the first',
  ],
];

/** Changes the compressed data, not its header. */
function flipped(data: Buffer): Buffer {
  const copy = Buffer.from(data);
  copy[Math.floor(copy.length / 2)]! ^= 0x55;
  return copy;
}

describe('a bad Binance capture', () => {
  it.each(BINANCE)('is refused: %s', async (_, content, message) => {
    expect(await binance(content)).toContain(message);
  });

  it('is refused where every level is off the lot, rounding or not', async () => {
    expect(await binance(FUTURES, { lot: '0.05' })).toContain(
      ':5: quantity in b[1]: 4.001 is not a whole multiple of 0.05 (the lot), and so are 1 of 12 levels: give the right lot',
    );
  });

  it('is refused where spot quotes are wanted without their latency', async () => {
    expect(await binance(SPOT, { tick: '0.01', lot: '0.0001', quotes: true })).toContain(
      ':2: bookTicker has no exchange time on spot: say how old a quote is when it arrives (spotQuoteLatencyNs)',
    );
  });

  it('is refused when it is not there, or a folder', async () => {
    const missing = join(tmpdir(), 'there-is-no-such.capture');
    const options = { symbol: 'A', tick: '1', lot: '1' };
    expect(await refusal(missing, () => importBinanceCapture({ ...options, files: [missing] }))).toBe(
      ': there is no such file',
    );
    expect(await refusal(tmpdir(), () => importBinanceCapture({ ...options, files: [tmpdir()] }))).toBe(
      ': is a folder or a device, not a file',
    );
  });

  it('with nothing for the tape says so', async () => {
    const path = temporaryFile('other.capture', '1700000000120000000 {"result":null,"id":1}\n');
    const attempt = importBinanceCapture({ files: [path], symbol: 'A', tick: '1', lot: '1' });
    await expect(attempt).rejects.toThrow('other.capture: there is nothing in it for the tape, not one row');
  });
});

const lobsterLine = (line: number, to: string) => withLine(LOBSTER, line, () => to);

const LOBSTER_CASES: Case[] = [
  [
    'a time that is no number',
    lobsterLine(2, '9:30,1,1,1,1,1'),
    ':2: time is "9:30" where seconds after midnight was expected',
  ],
  ['a time past the day', lobsterLine(2, '86400,1,1,1,1,1'), ':2: time is "86400" where'],
  [
    'a time before the line before',
    lobsterLine(3, '34200.4,4,900,30,1000600,-1'),
    ':3: time is before that of the line before',
  ],
  ['a type unknown', lobsterLine(2, '34200.5,9,1001,50,1000500,-1'), ':2: type is 9, none of 1 to 7'],
  [
    'a size with decimals',
    lobsterLine(2, '34200.5,1,1001,5.5,1000500,-1'),
    ':2: size is "5.5" where a whole number was expected',
  ],
  ['a size of zero', lobsterLine(2, '34200.5,1,1001,0,1000500,-1'), ':2: size is 0, not above 0'],
  ['a price below zero', lobsterLine(2, '34200.5,1,1001,50,-1000500,-1'), ':2: price is -1000500, not above 0'],
  ['a direction unknown', lobsterLine(2, '34200.5,1,1001,50,1000500,0'), ':2: direction is 0, neither 1 nor -1'],
  ['an order id of zero', lobsterLine(2, '34200.5,1,0,50,1000500,1'), ':2: order id is 0, not above 0'],
  ['a field missing', lobsterLine(2, '34200.5,1,1001,50,1000500'), ':2: direction is missing: a line has 6 fields'],
  ['a field too many', lobsterLine(2, '34200.5,1,1001,50,1000500,-1,7'), ':2: there are more than the 6 fields'],
  [
    'an order added twice',
    lobsterLine(2, '34200.5,1,1000,50,1000500,-1'),
    ':2: order id 1000 is added again while it rests',
  ],
  [
    'an order at another price',
    lobsterLine(5, '34200.75,2,1000,40,1000100,1'),
    ':5: price and direction are 1000100, 1, but order 1000 rests at 1000000, 1',
  ],
  ['a halt code unknown', lobsterLine(9, '34202,7,0,0,5,-1'), ':9: price 5 of a halt message is none of -1, 0, 1'],
  ['an empty line of commas', lobsterLine(2, ',,,,,'), ':2: time is "" where'],
];

describe('a bad LOBSTER file', () => {
  it.each(LOBSTER_CASES)('is refused: %s', async (_, content, message) => {
    const path = temporaryFile(LOBSTER_NAME, content);
    expect(await refusal(path, () => importLobster({ messages: path }))).toContain(message);
  });

  it('is refused off a given tick, or the print is dropped and counted', async () => {
    const path = temporaryFile(LOBSTER_NAME, lobsterLine(5, '34201,5,0,10,1000255,-1'));
    expect(await refusal(path, () => importLobster({ messages: path, tick: '0.01' }))).toBe(
      ':5: price: 100.0255 is not a whole multiple of 0.01 (the tick)',
    );
    const { info } = await importLobster({ messages: path, tick: '0.01', offTickPrints: 'drop' });
    expect(info.corrections).toContainEqual(expect.objectContaining({ name: 'off-tick-print', count: 1 }));
  });

  it('needs symbol and date from the name or by hand', async () => {
    const path = temporaryFile('messages.csv', LOBSTER);
    expect(await refusal(path, () => importLobster({ messages: path, symbol: 'ABC' }))).toContain(
      'the date is not given',
    );
    await expect(importLobster({ messages: path, symbol: 'ABC', date: '2024-02-30' })).rejects.toThrow(
      'date "2024-02-30" is no day of the calendar',
    );
  });
});

const TRADES = text('trades.csv');
const csvLine = (line: number, to: string) => withLine(TRADES, line, () => to);

const CSV_CASES: Case[] = [
  [
    'a column missing',
    csvLine(2, 'time,pair,cost,size,taker,id'),
    `:2: the mapping's trades.price names column "price"; the header has time, pair, cost`,
  ],
  ['a column twice', csvLine(2, 'time,pair,price,size,price,id'), ':2: the header has two columns "price"'],
  [
    'a field missing',
    csvLine(3, '1700000000.25,ABCUSD,100.5,0.25,BUY'),
    ':3: there are 5 fields where 6 were expected',
  ],
  [
    'a quote not closed',
    csvLine(3, '1700000000.25,"ABCUSD,100.5,0.25,BUY,1'),
    ':3: field 2 opens a quote that is not closed on this line',
  ],
  [
    'text after a quote',
    csvLine(3, '1700000000.25,"ABC"USD,100.5,0.25,BUY,1'),
    ':3: field 2 goes on after its closing quote: "USD,100.5,0.25,BUY,1"',
  ],
  [
    'a price off the tick',
    csvLine(3, '1700000000.25,ABCUSD,100.6,0.25,BUY,1'),
    ':3: column "price": price 100.6 is not a whole multiple of 0.25 (the tick)',
  ],
  [
    'a quantity off the lot',
    csvLine(3, '1700000000.25,ABCUSD,100.5,0.255,BUY,1'),
    ':3: column "size": quantity 0.255 is not a whole multiple of 0.01 (the lot)',
  ],
  [
    'a negative quantity',
    csvLine(3, '1700000000.25,ABCUSD,100.5,-1,BUY,1'),
    ':3: column "size": quantity -1 is negative',
  ],
  [
    'an empty price',
    csvLine(3, '1700000000.25,ABCUSD,,1,BUY,1'),
    ':3: column "price": price "" is not a decimal number',
  ],
  [
    'a side unknown',
    csvLine(3, '1700000000.25,ABCUSD,100.5,1,B,1'),
    ':3: column "taker": side "B" is none of buy, sell, unknown',
  ],
  [
    'a symbol unknown',
    csvLine(3, '1700000000.25,QQQ,100.5,1,buy,1'),
    `:3: column "pair" is "QQQ", not among the mapping's instruments (ABCUSD, XYZUSD)`,
  ],
  [
    'a time with exponent',
    csvLine(3, '1.7e9,ABCUSD,100.5,1,buy,1'),
    ':3: column "time": "1.7e9" is not a time in s since 1970 (written with an exponent',
  ],
  [
    'a time finer than ns',
    csvLine(3, '1700000000.0000000001,ABCUSD,100.5,1,buy,1'),
    ':3: column "time": "1700000000.0000000001" is finer than 1 ns',
  ],
];

describe('a bad CSV', () => {
  it.each(CSV_CASES)('is refused: %s', async (_, content, message) => {
    const path = temporaryFile('bad.csv', content);
    const mapping = await readMapping(join(FIXTURES, 'trades.mapping.yaml'));
    expect(await refusal(path, () => importCsv({ files: [path], mapping }))).toContain(message);
  });

  it('with times that no int64 of ns can tell, or that lie too far apart, is refused', async () => {
    const mapping = await readMapping(join(FIXTURES, 'trades.mapping.yaml'));
    const attempt = (line: number, time: string) => {
      const path = temporaryFile('bad.csv', csvLine(line, `${time},ABCUSD,100.5,0.25,BUY,1`));
      return importCsv({ files: [path], mapping });
    };
    await expect(attempt(3, '1700000000000')).rejects.toThrow(
      /bad\.csv:3: column "time": time 1700000000000 s since 1970 lies beyond the years 1678 to 2261/,
    );
    await expect(attempt(4, '1')).rejects.toThrow(/^bad\.csv: times .* lie more than 104 days apart/);
  });

  it('with a local time before its exchange time is refused, or shifted when so wished', async () => {
    const depth = text('depth.csv').replace('1700000000205000', '1700000000195000');
    const path = temporaryFile('bad.csv', depth);
    const mapping = await readMapping(join(FIXTURES, 'depth.mapping.json'));
    expect(await refusal(path, () => importCsv({ files: [path], mapping }))).toBe(
      ':5: local time lies 5000000 ns before exchange time: if the clocks differ, set negativeLatency: shift',
    );
    const { info } = await importCsv({ files: [path], mapping: { ...mapping, negativeLatency: 'shift' } });
    expect(info.corrections).toContainEqual(
      expect.objectContaining({ name: 'negative-latency', note: expect.stringContaining('moved by 5000000 ns') }),
    );
  });

  it('with bars that do not enclose their prices, or zones and skipped hours, is refused', async () => {
    const bars = await readMapping(join(FIXTURES, 'bars.mapping.yaml'));
    const path = temporaryFile('bars.csv', text('bars.csv').replace('73.80', '74.80'));
    expect(await refusal(path, () => importCsv({ files: [path], mapping: bars }))).toContain(
      ':2: open, high, low, close are 7406, 7515, 7480, 7509 ticks: high and low must enclose them',
    );
    const quotes = await readMapping(join(FIXTURES, 'quotes.mapping.yaml'));
    const skipped = temporaryFile('q.csv', text('quotes.csv').replace('20240308 16:59:59.999', '20240310 02:30:00'));
    expect(await refusal(skipped, () => importCsv({ files: [skipped], mapping: quotes }))).toContain(
      ':1: column 0: 2024-03-10T02:30 was skipped in America/New_York (daylight saving): give times with their UTC offset',
    );
  });
});

describe('a bad mapping', () => {
  const good = {
    symbol: { constant: 'A' },
    instruments: { A: { tick: '0.1', lot: '1' } },
    exchangeTime: { column: 't', unit: 'ms' },
    localFrom: 'exchange + 5ms',
    trades: { price: 'p', quantity: 'q' },
  };
  const cases: [what: string, mapping: unknown, message: string][] = [
    ['nothing', null, 'm: mapping: Invalid input: expected object, received null, given null'],
    ['an unknown key', { ...good, trade: 1 }, 'm: mapping: Unrecognized key: "trade"'],
    [
      'no shape',
      { ...good, trades: undefined },
      'expected exactly one of trades, quotes, depth, bars, funding, status, splits, dividends, marks; given: none',
    ],
    [
      'two shapes',
      { ...good, quotes: { bidPrice: 1, bidQuantity: 1, askPrice: 1, askQuantity: 1 } },
      'given: trades, quotes',
    ],
    [
      'a unit unknown',
      { ...good, exchangeTime: { column: 't', unit: 'min' } },
      'm: exchangeTime.unit: Invalid option: expected one of "s"|"ms"|"us"|"ns"|"iso", given "min"',
    ],
    [
      'a zone unknown',
      { ...good, exchangeTime: { column: 't', unit: 'iso', zone: 'Mars' } },
      'm: exchangeTime.zone: expected an IANA time zone such as America/New_York, given "Mars"',
    ],
    [
      'no local time',
      { ...good, localFrom: undefined },
      'm: localTime: expected exactly one of localTime and localFrom ("exchange + 5ms")',
    ],
    [
      'a derived time of its own',
      { ...good, localFrom: 'local + 5ms' },
      'm: localFrom: expected "exchange" or "exchange + 5ms", given "local + 5ms"',
    ],
    [
      'a derived time without unit',
      { ...good, localFrom: 'exchange + 5' },
      'm: localFrom: expected "exchange" or "exchange + 5ms", given "exchange + 5"',
    ],
    [
      'a tick of zero',
      { ...good, instruments: { A: { tick: 0, lot: 1 } } },
      'm: instruments.A.tick: expected a decimal above 0, e.g. "0.01", given 0',
    ],
    ['no tick for the symbol', { ...good, symbol: { constant: 'B' } }, 'm: instruments: expected tick and lot for "B"'],
    [
      'an instrument without its tick',
      { ...good, instruments: { A: { lot: '1' } } },
      'm: instruments.A.tick: expected a decimal above 0, e.g. "0.01", given nothing',
    ],
    [
      'a symbol that every object knows',
      { ...good, symbol: { constant: 'toString' } },
      'expected tick and lot for "toString"',
    ],
    ['a long separator', { ...good, separator: '||' }, 'm: separator: expected one character, given "||"'],
    [
      'a column below zero',
      { ...good, trades: { price: -1, quantity: 'q' } },
      'm: trades.price: Too small: expected number to be >=0, given -1',
    ],
  ];

  it.each(cases)('is refused: %s', (_, mapping, message) => {
    expect(() => checkMapping(mapping, 'm')).toThrow(message);
  });

  it('is told in words of its own alone', () => {
    expect(() => checkMapping({ ...good, instruments: { A: { lot: '1' } } }, 'm')).not.toThrow('Cannot read');
  });

  it.each([
    ['an alias of nothing', 'symbol: *a\n', ': Unresolved alias'],
    ['an unknown tag', 'separator: ","\nsymbol: !zone x\n', ':2:9: is not valid YAML: Unresolved tag: !zone'],
  ])('with %s is refused', async (_, text, message) => {
    const path = temporaryFile('m.yaml', text);
    expect(await refusal(path, () => readMapping(path))).toContain(message);
  });

  it('names file and line of broken YAML', async () => {
    const path = temporaryFile('m.yaml', 'symbol: { constant: A }\ninstruments: { A: [\n');
    expect(await refusal(path, () => readMapping(path))).toMatch(/^:3:1: is not valid YAML: /);
  });
});
