/** NASDAQ ITCH: a hand-checked golden tape of a file of our own making, days, symbols, status, and what is refused. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ItchOptions, importItch } from '../../bridges/import/itch.js';
import { Kind, MemoryTape, Side, Status } from '../../core/index.js';
import { DAY, FILE } from './itch-fixtures.js';
import {
  action,
  add,
  broken,
  cancel,
  cross,
  directory,
  event,
  executed,
  executedAt,
  operationalHalt,
  remove,
  replace,
  trade,
} from './itch-writer.js';
import { correctionsOf, FIXTURES, rowsOf, tapeText, temporaryFile } from './tape-rows.js';

const NAME = '11042024.NASDAQ_ITCH50';
const OPTIONS = { dates: ['2024-11-04'], timeZone: 'America/New_York', tick: '0.01' };

const load = (bytes: Buffer | Buffer[], options: Partial<ItchOptions> = {}) => {
  const path = temporaryFile('a.itch', Array.isArray(bytes) ? Buffer.concat(bytes) : bytes);
  return importItch({ files: [path], ...OPTIONS, ...options });
};
const refusal = (messages: Buffer[], options: Partial<ItchOptions> = {}) =>
  load(messages, options).then(
    () => 'nothing was refused',
    (cause: Error) => cause.message.replace(/^\S+a\.itch/, ''),
  );

describe('the committed file', () => {
  it('holds what it was made of', () => {
    const path = join(FIXTURES, NAME);
    if (!existsSync(path)) writeFileSync(path, FILE);
    expect(readFileSync(path).equals(FILE)).toBe(true);
  });

  it('becomes exactly its golden tape', async () => {
    const tape = await importItch({ files: [join(FIXTURES, NAME)], ...OPTIONS, tick: '0.0001', symbols: ['ABC'] });
    new MemoryTape(tape.columns, tape.info);
    await expect(tapeText(tape)).toMatchFileSnapshot(join(FIXTURES, 'itch.golden.txt'));
  });

  it('gives the same tape in gzip, with a feed latency later, and with the mark of the session’s end', async () => {
    const golden = tapeText(await load(FILE));
    expect(tapeText(await load(gzipSync(FILE)))).toBe(golden);
    expect(tapeText(await load(Buffer.concat([FILE, Buffer.alloc(2)])))).toBe(golden);
    const { columns } = await load(FILE, { feedLatencyNs: 500 });
    expect(columns.localNs[3]! - columns.exchangeNs[3]!).toBe(500);
  });

  it('in two parts of one day is one book', async () => {
    const files = [DAY.slice(0, 20), DAY.slice(20)].map((part, at) => temporaryFile(`${at}.itch`, Buffer.concat(part)));
    expect(tapeText(await importItch({ files, ...OPTIONS }))).toBe(tapeText(await load(FILE)));
  });
});

describe('symbols', () => {
  it('are chosen, and all others counted', async () => {
    const { info } = await load(FILE, { symbols: ['XYZ'] });
    expect(info.instruments).toEqual([{ symbol: 'XYZ', tick: '0.01', lot: '1' }]);
    const both = await load(FILE);
    expect(both.info.instruments.map(({ symbol }) => symbol)).toEqual(['ABC', 'XYZ']);
    expect(correctionsOf(both)).not.toHaveProperty('other-symbols');
  });

  it('that never come are refused, with some that do', async () => {
    expect(await refusal([...DAY], { symbols: ['QQQ'] })).toBe(
      ': there is no message of QQQ; there are others, such as ABC, XYZ',
    );
  });

  it('are learned from orders where the file has no directory, and unnamed ones counted', async () => {
    const tape = await load([cancel(), add(), remove(), event('C')]);
    expect(tape.columns.length).toBe(2);
    expect(correctionsOf(tape)).toEqual({ 'unnamed-stocks': 1 });
    const other = await load([add({ locate: 9, stock: 'XYZ' }), add(), executed()], { symbols: ['ABC'] });
    expect(correctionsOf(other)).toEqual({ 'other-symbols': 1, 'unfinished-days': 1 });
  });
});

describe('days', () => {
  const days = (...parts: Buffer[][]) => parts.map((part) => temporaryFile('d.itch', Buffer.concat(part)));

  it('follow each other: locates begin anew, and what rested is cancelled', async () => {
    const files = days(
      [directory('ABC'), add({ ref: 5 }), event('C')],
      [directory('XYZ'), directory('ABC', { locate: 9 }), add({ ref: 5, locate: 9 }), event('C')],
    );
    const dates = ['2024-11-01', '2024-11-04'];
    const tape = await importItch({ files, ...OPTIONS, dates });
    const rows = [...rowsOf(tape.columns, 'exchange')];
    const kinds = [Kind.orderAdd, Kind.orderCancel];
    expect(rows.map(({ kind }) => kind)).toEqual([...kinds, ...kinds]);
    // Daylight saving ended on the Sunday between.
    expect(rows[2]!.exchangeNs - rows[0]!.exchangeNs).toBe((3 * 86_400 + 3_600) * 1e9);
    expect(correctionsOf(tape)).toEqual({ 'cleared-orders': 2 });
    // What stops before the day's messages end may go on in another file.
    const cut = await load([directory('ABC'), add({ ref: 5 })]);
    expect(correctionsOf(cut)).toEqual({ 'unfinished-days': 1 });
  });

  it('are one for each file or one for all, in order, and those that the names say', async () => {
    const files = days([add()], [add({ ref: 2 })], [add({ ref: 3 })]);
    const attempt = (dates: string[], paths = files) => importItch({ files: paths, ...OPTIONS, dates });
    await expect(attempt(['2024-11-04', '2024-11-05'])).rejects.toThrow('dates: there are 2 for 3 files');
    await expect(attempt(['2024-11-04', '2024-11-05', '2024-11-04'])).rejects.toThrow('give files in order of time');
    await expect(attempt(['2024-11-05'], [join(FIXTURES, NAME)])).rejects.toThrow(
      'its name says 2024-11-04, and the date given is 2024-11-05',
    );
  });
});

describe('rows', () => {
  it('of a hidden trade have the aggressor until 13 July 2014, and none from the day on which Nasdaq stopped saying it', async () => {
    const sideOf = async (date: string, side: string) => {
      const { columns } = await load([trade({ side })], { dates: [date] });
      return [...rowsOf(columns, 'exchange')][0]!.side;
    };
    expect(await sideOf('2014-07-11', 'B')).toBe(Side.sell);
    expect(await sideOf('2014-07-11', 'S')).toBe(Side.buy);
    expect(await sideOf('2014-07-14', 'B')).toBe(Side.none);
  });

  it('of status: a halt of Nasdaq alone lasts until both it and the regulator are done', async () => {
    const { columns } = await load([
      action('T'),
      operationalHalt('Q', 'H'),
      action('H'),
      operationalHalt('Q', 'T'),
      action('P'),
      action('Q'),
      action('T'),
      event('E'),
    ]);
    expect([...columns.value!.subarray(0, columns.length)]).toEqual([
      ...[Status.open, Status.halt, Status.auction, Status.open, Status.close],
    ]);
  });

  it('off the tick: orders are refused, hidden trades and crosses dropped if so wished', async () => {
    expect(await refusal([add({ price: 1_000_050 })])).toBe(
      ': message 1 at byte 0: price 100.0050 of ABC is not a whole multiple of the tick 0.01',
    );
    const prints = [add(), trade({ price: 1_000_050 }), cross({ price: 1_000_051 })];
    expect(await refusal(prints)).toContain('message 2 at byte 38: price 100.0050 of ABC is not a whole multiple');
    const tape = await load(prints, { offTickPrints: 'drop' });
    expect(correctionsOf(tape)).toMatchObject({ 'off-tick-prints': 2 });
    expect(tape.columns.length).toBe(1);
  });
});

/** A message with these bytes put at a place that counts from its type. */
function changed(message: Buffer, at: number, ...bytes: number[]): Buffer {
  const copy = Buffer.from(message);
  copy.set(bytes, 2 + at);
  return copy;
}
const Q = '?'.charCodeAt(0);
const zero = [0, 0, 0, 0] as const;

describe('a bad message', () => {
  const cases: [what: string, messages: Buffer[], message: string][] = [
    ['an unknown type', [changed(add(), 0, 0x7a)], 'its type is z (0x7a), none that ITCH 5.0 has'],
    ['a length too long', [changed(add(), -1, 37)], 'its length is 37 bytes, but a message of type A (0x41) has 36'],
    ['a length of 0 with data after it', [Buffer.alloc(2), add()], 'the data goes on after the length of 0'],
    ['cut off', [add().subarray(0, 20)], 'the data ends after 20 bytes of this message: it was cut off'],
    [
      'a time of a day and more',
      [changed(add(), 5, 0x4e, 0x94, 0x91, 0x4f, 0, 0)],
      'timestamp is 86400000000000 ns after midnight, more than a day',
    ],
    ['a time before the one before', [add({ at: 5 }), remove({ at: 4 })], 'timestamp 34200000000004 ns is before'],
    [
      'another stock locate',
      [directory(), changed(add({ stock: 'XYZ' }), 1, 0, 7)],
      'stock is "XYZ     ", but stock locate 7 was ABC before',
    ],
    [
      'a directory that renames',
      [directory(), directory('XYZ')],
      'stock is "XYZ     ", but stock locate 7 was ABC before',
    ],
    ['a stock that is no text', [changed(add(), 24, 0)], 'stock is "\\u0000BC     ", no symbol'],
    ['an empty stock', [add({ stock: '' })], 'stock is "        ", no symbol'],
    ['an event unknown', [event('?')], 'event code is ? (0x3f), none of O, S, Q, M, E, C'],
    ['a trading state unknown', [action('?')], 'trading state is ? (0x3f), none of H, P, Q, T'],
    ['a market unknown', [operationalHalt('?', 'H')], 'market code is ? (0x3f), none of Q, B, X'],
    ['a halt action unknown', [operationalHalt('Q', '?')], 'operational halt action is ? (0x3f), none of H, T'],
    ['a side unknown', [add({ side: '?' })], 'buy/sell indicator is ? (0x3f), neither B nor S'],
    ['a hidden side unknown', [trade({ side: '?' })], 'buy/sell indicator is ? (0x3f), neither B nor S'],
    ['shares of 0', [add({ shares: 0 })], 'shares are 0'],
    ['an attributed order of 0', [changed(add({}, 'MMKR'), 20, ...zero)], 'shares are 0'],
    ['a price of 0', [add({ price: 0 })], 'price of ABC is 0'],
    [
      'a price beyond ticks',
      [add({ price: 2_200_000_000 })],
      'price 220000.0000 of ABC is beyond 2147483646 ticks of 0.0001',
    ],
    ['an order twice', [add(), add()], 'order reference 1 of ABC is added again while it rests'],
    ['an execution of 0', [add(), executed({ shares: 0 })], 'executed shares are 0'],
    ['a priced execution of 0', [add(), executedAt('Y', { shares: 0 })], 'executed shares are 0'],
    ['printable unknown', [add(), changed(executedAt('Y'), 31, Q)], 'printable is ? (0x3f), neither Y nor N'],
    ['an execution price of 0', [add(), executedAt('Y', { price: 0 })], 'execution price of ABC is 0'],
    ['a cancel of 0', [add(), cancel({ shares: 0 })], 'cancelled shares are 0'],
    ['a replacement of 0', [add(), replace(2, { shares: 0 })], 'shares are 0'],
    ['a replacement at 0', [add(), replace(2, { price: 0 })], 'price of ABC is 0'],
    [
      'a replacement with a known order',
      [add(), add({ ref: 2 }), replace(2)],
      'order reference 2 of ABC is added again',
    ],
    ['a hidden trade of 0', [trade({ shares: 0 })], 'shares are 0'],
    ['a hidden trade at 0', [trade({ price: 0 })], 'price of ABC is 0'],
    ['a cross beyond 2^53', [changed(cross(), 11, 255)], 'shares are 18374686479671624000, beyond 2^53'],
    ['a cross at 0', [cross({ price: 0 })], 'cross price of ABC is 0'],
  ];

  it.each(cases)('is refused: %s', async (_, messages, message) => {
    const at = messages.slice(0, -1).reduce((sum, { length }) => sum + length, 0);
    const found = await refusal(messages, { tick: '0.0001' });
    expect(found).toContain(message);
    if (!message.includes('goes on after')) expect(found).toContain(`: message ${messages.length} at byte ${at}: `);
  });

  it('about an order that does not rest, or for more than is left of it, is counted', async () => {
    const tape = await load([
      ...[add({ shares: 10 }), executed({ shares: 11 }), executed(), cancel(), remove(), replace(2), executedAt('N')],
      ...[broken(), event('C')],
    ]);
    expect(correctionsOf(tape)).toEqual({ 'removed-too-much': 1, 'unknown-orders': 5, 'broken-trades': 1 });
    expect([...rowsOf(tape.columns, 'exchange')].map(({ qtyLots }) => qtyLots)).toEqual([10, 10]);
  });
});

describe('options', () => {
  const cases: [options: object, message: string][] = [
    [{ dates: ['2024-02-30'] }, 'itch: dates.0: expected a day such as 2019-12-30, given "2024-02-30"'],
    [{ timeZone: 'Mars' }, 'timeZone: expected an IANA time zone such as America/New_York, given "Mars"'],
    [{ tick: '0.00001' }, 'tick: expected a whole multiple of 0.0001 such as 0.01, given "0.00001"'],
    [{ symbols: ['TOOLONGER'] }, 'symbols.0: expected a symbol of up to 8 characters, given "TOOLONGER"'],
    [{ feedLatencyNs: -1 }, 'feedLatencyNs: '],
    [{ files: [] }, 'files: expected at least one file, given []'],
  ];
  it.each(cases)('that cannot be are refused: %j', async (options, message) => {
    await expect(load(FILE, options)).rejects.toThrow(message);
  });

  it('stand in the provenance', async () => {
    const { info } = await load(FILE);
    expect(info.provenance).toMatchObject({
      ...{ importer: 'itch', dates: '2024-11-04', zone: 'America/New_York', tick: '0.01', feedLatencyNs: '0' },
    });
    // 09:30 in New York, standard time.
    expect(info.originNs).toBe(BigInt(Date.UTC(2024, 10, 4, 14, 30)) * 1_000_000n);
  });
});
