/** CSV files of Tardis.dev: which kind a file is, what is refused with which words, books, funding. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { importTardis, type TardisOptions } from '../../bridges/import/tardis.js';
import { readTardisInstruments } from '../../bridges/import/tardis-instruments.js';
import { orderedTardisFiles, type TardisKind, tardisKind } from '../../bridges/import/tardis-kind.js';
import { Flag, Kind, Side } from '../../core/index.js';
import { correctionsOf, FIXTURES, messagesOf, rowsOf, tapeText, temporaryFile } from './tape-rows.js';

const OPTIONS = { tick: '0.5', lot: '10' };
const T = 1_583_020_800_000_000;
const fixture = (name: string) => readFileSync(join(FIXTURES, 'tardis', name));

const HEAD = 'exchange,symbol,timestamp,local_timestamp,';
const START = `deribit,ABC,${T},${T + 5},`;
/** Header and good line of each kind. */
const GOOD: Readonly<Record<TardisKind, readonly [header: string, line: string]>> = {
  trades: [`${HEAD}id,side,price,amount`, `${START}101,buy,8600.5,50`],
  liquidations: [`${HEAD}id,side,price,amount`, `${START}101,sell,8600.5,50`],
  incremental_book_L2: [`${HEAD}is_snapshot,side,price,amount`, `${START}true,bid,8600,500`],
  book_snapshot: [
    `${HEAD}asks[0].price,asks[0].amount,bids[0].price,bids[0].amount,asks[1].price,asks[1].amount,bids[1].price,bids[1].amount`,
    `${START}8600.5,60,8600,500,8601,10,,`,
  ],
  quotes: [`${HEAD}ask_amount,ask_price,bid_price,bid_amount`, `${START}60,8600.5,8600,500`],
  book_ticker: [`${HEAD}ask_amount,ask_price,bid_price,bid_amount`, `${START}60,8600.5,8600,500`],
  derivative_ticker: [
    `${HEAD}funding_timestamp,funding_rate,predicted_funding_rate,open_interest,last_price,index_price,mark_price`,
    `${START}${T + 60_000_000},0.0001,,120000,8600.5,8600.1,8600.5`,
  ],
};
const KINDS = Object.keys(GOOD) as TardisKind[];
const nameOf = (kind: TardisKind) =>
  `deribit_${kind === 'book_snapshot' ? 'book_snapshot_2' : kind}_2020-03-01_ABC.csv`;

function load(kind: TardisKind, lines: readonly string[], options: Partial<TardisOptions> = {}) {
  const path = temporaryFile(nameOf(kind), `${[GOOD[kind][0], ...lines].join('\n')}\n`);
  return importTardis({ files: [path], ...OPTIONS, ...options });
}

async function refusal(path: string, attempt: Promise<unknown>): Promise<string> {
  const message = await attempt.then(
    () => 'it was imported',
    (cause: Error) => cause.message,
  );
  expect(message).not.toContain('\n');
  return message.replace(`${dirname(path)}/`, '');
}

async function refused(name: string, content: string | Buffer, options: Partial<TardisOptions> = {}): Promise<string> {
  const path = temporaryFile(name, content);
  return refusal(path, importTardis({ files: [path], ...OPTIONS, ...options }));
}

/** The good line of a kind with another text in one field. */
function withField(kind: TardisKind, place: number, text: string): string {
  const fields = GOOD[kind][1].split(',');
  fields[place] = text;
  return fields.join(',');
}

const MALFORMED: readonly (readonly [kind: TardisKind, place: number, text: string, message: string])[] = [
  ['trades', 0, '', 'exchange or symbol is empty'],
  ['trades', 1, '', 'exchange or symbol is empty'],
  ['trades', 2, '1583020800000', 'timestamp is 1583020800000, no microseconds since 1970'],
  ['trades', 2, '2020-03-01', 'timestamp is "2020-03-01" where a whole number'],
  ['trades', 2, String(T + 6), 'local_timestamp lies 1 us before timestamp: if the clocks differ'],
  ['trades', 3, '', 'local_timestamp is "" where a whole number'],
  ['trades', 3, `${T}000`, `local_timestamp is "${T}000" where a whole number`],
  ['trades', 5, 'BUY', 'side is "BUY" where buy, sell or unknown was expected'],
  ['trades', 6, '8600.25', 'price: price 8600.25 is not a whole multiple of 0.5 (the tick)'],
  ['trades', 6, '', 'price: price "" is not a decimal number'],
  ['trades', 6, '1e12', 'price: price 1e12 is beyond 2147483646 ticks'],
  ['trades', 7, '55', 'amount: quantity 55 is not a whole multiple of 10 (the lot)'],
  ['trades', 7, '-50', 'amount: quantity -50 is negative'],
  ['liquidations', 5, '', 'side is "" where buy, sell or unknown was expected'],
  ['liquidations', 6, 'x', 'price: price "x" is not a decimal number'],
  ['liquidations', 7, 'x', 'amount: quantity "x" is not a decimal number'],
  ['incremental_book_L2', 4, '1', 'is_snapshot is "1" where true or false was expected'],
  ['incremental_book_L2', 5, 'buy', 'side is "buy" where bid or ask was expected'],
  ['incremental_book_L2', 6, '', 'price: price "" is not'],
  ['incremental_book_L2', 7, '-10', 'amount: quantity -10 is negative'],
  ['book_snapshot', 4, '8600.1', 'asks[0]: price 8600.1 is not a whole multiple of 0.5'],
  ['book_snapshot', 5, '', 'asks[0]: quantity "" is not a decimal number'],
  ['book_snapshot', 10, '8599', 'bids[1]: quantity "" is not a decimal number'],
  ['book_snapshot', 7, '5', 'bids[0]: quantity 5 is not a whole multiple of 10'],
  ['quotes', 4, '-60', 'ask_amount: quantity -60 is negative'],
  ['quotes', 5, '', 'ask_price: price "" is not a decimal number'],
  ['quotes', 6, 'x', 'bid_price: price "x" is not'],
  ['quotes', 7, '5', 'bid_amount: quantity 5 is not a whole multiple of 10'],
  ['book_ticker', 5, 'x', 'ask_price: price "x" is not'],
  ['derivative_ticker', 4, 'soon', 'funding_timestamp is "soon" where a whole number'],
  ['derivative_ticker', 4, '1583020860000', 'funding_timestamp is 1583020860000, no microseconds since 1970'],
  ['derivative_ticker', 4, String(T + 32 * 86_400e6), 'more than 31 days from timestamp'],
  ['derivative_ticker', 5, '1%', 'funding_rate is "1%" where a decimal was expected'],
  ['derivative_ticker', 5, '2', 'funding_rate is 2: a fraction such as 0.0001 was expected'],
  ['derivative_ticker', 10, 'x', 'mark_price: price "x" is not a decimal number'],
  ['derivative_ticker', 10, '1e300', 'mark_price: price 1e300 is'],
];

describe('a bad line', () => {
  it.each(MALFORMED)('of %s, field %i = %j is refused', async (kind, place, text, message) => {
    const [header, line] = GOOD[kind];
    const answer = await refused(nameOf(kind), `${header}\n${line}\n${withField(kind, place, text)}\n`);
    expect(answer).toContain(message);
    expect(answer).toContain(`${nameOf(kind)}:3: `);
  });

  it.each(KINDS)('%s: a field too many or too few is refused', async (kind) => {
    const [header, line] = GOOD[kind];
    expect(await refused(nameOf(kind), `${header}\n${line},\n`)).toMatch(
      /:2: there are \d+ fields where \d+ were expected/,
    );
    expect(await refused(nameOf(kind), `${header}\nderibit,ABC\n`)).toContain(':2: there are 2 fields where');
  });

  it.each(KINDS)('%s: a header without one of its columns is refused', async (kind) => {
    const [header] = GOOD[kind];
    expect(await refused(nameOf(kind), `${header.replace('local_timestamp', 'received')}\n`)).toContain(
      `:1: the header has no column local_timestamp, which ${kind} has`,
    );
    expect(await refused(nameOf(kind), `${header.replace('local_timestamp', 'timestamp')}\n`)).toContain(
      'two columns "timestamp"',
    );
    expect(await refused(nameOf(kind), `${GOOD[kind][1]}\n`)).toContain(
      'the header begins "deribit", not exchange,symbol',
    );
  });

  it('off the tick or lot names the step that all numbers of the file would fit', async () => {
    const [header, line] = GOOD.quotes;
    const content = `${header}\n${line}\n${withField('quotes', 5, '8600.75')}\n`;
    expect(await refused(nameOf('quotes'), content)).toContain('; all prices of this file are multiples of 0.25');
    const amounts = `${header}\n${line}\n${withField('quotes', 4, '62')}\n`;
    expect(await refused(nameOf('quotes'), amounts)).toContain('; all amounts of this file are multiples of 2');
  });
});

describe('a file', () => {
  it.each<[string, TardisKind]>([
    ['deribit_trades_2020-03-01_ABC.csv.gz', 'trades'],
    ['x/trades/2020/03/01/ABC.csv.gz', 'trades'],
    ['trades/deribit_liquidations_2020-03-01_ABC.csv', 'liquidations'],
    ['book_snapshot_25/ABC.csv.gz', 'book_snapshot'],
    ['incremental_book_L2.csv', 'incremental_book_L2'],
  ])('%s is of kind %s by its path', (path, kind) => {
    expect(tardisKind(path, undefined)).toBe(kind);
  });

  it('whose name does not say what it is needs the type; one that says otherwise is refused', () => {
    expect(() => tardisKind('ABC.csv.gz', undefined)).toThrow(
      'trades and liquidations look alike: give the type (trades, ',
    );
    expect(() => tardisKind('mytrades.csv', undefined)).toThrow('give the type');
    expect(tardisKind('ABC.csv.gz', 'quotes')).toBe('quotes');
    expect(() => tardisKind('a_trades_b.csv', 'quotes')).toThrow('is trades by its name and quotes as given');
    expect(() => tardisKind('deribit_options_chain_x.csv', undefined)).toThrow('no kind of row holds greeks');
  });

  it('that says the same as another one is refused', () => {
    const both =
      (...names: string[]) =>
      () =>
        orderedTardisFiles(names, undefined);
    expect(both('incremental_book_L2.csv', 'book_snapshot_5.csv')).toThrow('both say the order book; give one of them');
    expect(both('quotes.csv', 'book_ticker.csv')).toThrow('both say the best quotes');
    expect(both('quotes.csv', 'trades.csv', 'incremental_book_L2.csv')).not.toThrow();
  });

  it('given twice, or before an earlier one, is refused', async () => {
    const [header, line] = GOOD.trades;
    const path = temporaryFile(nameOf('trades'), `${header}\n${line}\n`);
    expect(await refusal(path, importTardis({ files: [path, path], ...OPTIONS }))).toContain(
      `has the very bytes of ${nameOf('trades')}: give it once`,
    );
    const later = temporaryFile('later_trades.csv', `${header}\n${withField('trades', 3, String(T + 6))}\n`);
    expect(await refusal(path, importTardis({ files: [later, path], ...OPTIONS }))).toContain(
      ':2: the file begins before the trades given before it end: give files of a kind in order of time, each once',
    );
  });

  it('of a day without data is empty inside gzip: counted', async () => {
    const empty = temporaryFile(nameOf('trades'), gzipSync(''));
    const full = temporaryFile(nameOf('trades'), GOOD.trades.join('\n'));
    const tape = await importTardis({ files: [empty, full], ...OPTIONS });
    expect(correctionsOf(tape)).toEqual({ 'empty-file': 1 });
  });

  it('cut off or flipped is refused', async () => {
    const packed = fixture('deribit_incremental_book_L2_2020-03-01_ABC-PERPETUAL.csv.gz');
    const name = 'x_incremental_book_L2_y.csv.gz';
    for (let bytes = 1; bytes < packed.length; bytes += 7) {
      expect(await refused(name, packed.subarray(0, bytes)), `${bytes} bytes`).toMatch(
        /^x_incremental_book_L2_y\.csv\.gz:/,
      );
    }
    const text = gunzipSync(packed).toString();
    const golden = tapeText(await importTardis({ files: [temporaryFile(name, packed)], ...OPTIONS }));
    let unseen = 0;
    for (let at = 10; at < packed.length; at++) {
      const copy = Buffer.from(packed);
      copy[at]! ^= 0x10;
      const path = temporaryFile(name, copy);
      const tape = await importTardis({ files: [path], ...OPTIONS }).catch((cause: Error) => cause);
      if (tape instanceof Error) expect(tape.message, `byte ${at}`).toContain(`${path}:`);
      else {
        expect(tapeText(tape), `byte ${at}`).toBe(golden);
        unseen++;
      }
    }
    // Bits that fill up the last byte of the packed data.
    expect(unseen).toBeLessThan(2);
    expect(await refused(name, text.slice(0, -8))).toContain('the file may have been cut off');
  });
});

describe('clocks', () => {
  const early = withField('trades', 2, String(T + 8));

  it('that differ are shifted on request, all rows alike', async () => {
    const tape = await load('trades', [GOOD.trades[1], early], { negativeLatency: 'shift' });
    expect([...rowsOf(tape.columns, 'local')].map(({ exchangeNs, localNs }) => localNs - exchangeNs)).toEqual([
      8_000, 0,
    ]);
    expect(correctionsOf(tape)['negative-latency']).toBe(2);
  });

  it('that are years apart are no clocks that differ', async () => {
    const years = withField('trades', 3, String(T - 80_000_000_000_000));
    await expect(load('trades', [GOOD.trades[1], years], { negativeLatency: 'shift' })).rejects.toThrow(
      /ABC\.csv: a local time lies 925\.9\d* days before its exchange time: no clock that ran behind/,
    );
  });

  it('of an exchange that gives no time are the local one, counted', async () => {
    const tape = await load('trades', [withField('trades', 3, String(T))]);
    expect(correctionsOf(tape)).toEqual({ 'no-exchange-time': 1 });
  });
});

describe('a book', () => {
  const level = (local: number, snapshot: boolean, side: string, price: number, amount: number) =>
    `deribit,ABC,${T},${T + local},${snapshot},${side},${price},${amount}`;
  const clears = (rows: { kind: number }[]) => rows.filter(({ kind }) => kind === Kind.depthClear).length;

  it('is cleared where a snapshot begins, and not within one that comes in several messages', async () => {
    const { columns } = await load('incremental_book_L2', [
      ...[level(5, true, 'bid', 8600, 10), level(5, true, 'ask', 8601, 10), level(6, true, 'bid', 8599, 10)],
      ...[level(7, false, 'bid', 8600, 0), level(8, true, 'bid', 8598, 10)],
    ]);
    const messages = [...messagesOf(columns, 'local')];
    expect(messages.map((rows) => [clears(rows), rows.length])).toEqual([
      ...[
        [2, 4],
        [0, 1],
        [0, 1],
        [2, 3],
      ],
    ]);
    expect(messages[2]).toMatchObject([{ kind: Kind.depth, side: Side.buy, qtyLots: 0, flags: Flag.last }]);
  });

  it('is cleared by the snapshot that every file begins with', async () => {
    const [header] = GOOD.incremental_book_L2;
    const files = [5, 9].map((local) =>
      temporaryFile(nameOf('incremental_book_L2'), `${header}\n${level(local, true, 'bid', 8600, 10)}\n`),
    );
    const { columns } = await importTardis({ files, ...OPTIONS });
    expect([...messagesOf(columns, 'local')].map(clears)).toEqual([2, 2]);
  });

  it('of one instrument is not ended or cleared by another', async () => {
    const other = (line: string) => line.replace(',ABC,', ',XYZ,');
    const lines = [
      level(5, true, 'bid', 8600, 10),
      other(level(5, true, 'bid', 100, 10)),
      level(6, false, 'bid', 8600, 0),
    ];
    const instruments = { ABC: OPTIONS, XYZ: OPTIONS };
    const path = temporaryFile(nameOf('incremental_book_L2'), [GOOD.incremental_book_L2[0], ...lines].join('\n'));
    const { columns } = await importTardis({ files: [path], instruments });
    expect([...messagesOf(columns, 'local')].map((rows) => [clears(rows), rows.length])).toEqual([
      [2, 3],
      [2, 3],
      [0, 1],
    ]);
  });
});

describe('funding', () => {
  const ticker = (at: number, due: number, rate: string) =>
    `deribit,ABC,${T + at},${T + at + 5},${T + due},${rate},,,,,`;
  const paid = async (...lines: string[]) => {
    const mark = GOOD.derivative_ticker[1];
    const tape = await load('derivative_ticker', [mark, ...lines]);
    const rows = [...rowsOf(tape.columns, 'local')].filter(({ kind }) => kind === Kind.funding);
    const at = Number(tape.info.originNs / 1000n) - T;
    return rows.map(({ row, exchangeNs, localNs }) => [
      exchangeNs / 1e3 + at,
      localNs / 1e3 + at,
      tape.columns.value![row],
    ]);
  };
  const DUE = 60_000_000;

  it('is paid when its time has passed, at the last rate from before, seen when the next time was', async () => {
    expect(
      await paid(ticker(DUE - 1, DUE, '0.0002'), ticker(DUE + 1, DUE, '0.9'), ticker(DUE + 50, DUE * 2, '0.0003')),
    ).toEqual([[DUE, DUE + 55, 0.0002]]);
  });

  it('is not paid at a time that never came, or whose rate is not known, or after the end of the data', async () => {
    expect(await paid(ticker(10, DUE * 3, '0.0002'))).toEqual([]);
    expect(await paid(ticker(DUE + 1, DUE * 2, ''), ticker(DUE * 2 + 1, DUE * 3, '0.1'))).toEqual([
      [DUE, DUE + 6, 0.0001],
    ]);
    expect(await paid()).toEqual([]);
  });
});

describe('instruments', () => {
  const two = [GOOD.trades[1], GOOD.trades[1].replace('deribit,ABC', 'bybit,ABC')];

  it('of two venues under one name are refused', async () => {
    await expect(load('trades', two)).rejects.toThrow(
      ':3: bybit:ABC is on one tape with deribit:ABC: give a table of instruments that names both (exchange:SYMBOL)',
    );
  });

  it('that the table does not list are refused', async () => {
    const path = temporaryFile(nameOf('trades'), [GOOD.trades[0], ...two].join('\n'));
    const instruments = { 'deribit:ABC': OPTIONS };
    expect(await refusal(path, importTardis({ files: [path], instruments }))).toContain(
      ':3: symbol is "ABC" (bybit), which the table of instruments does not list',
    );
    const tape = await importTardis({ files: [path], instruments, otherSymbols: 'drop' });
    expect(correctionsOf(tape)).toEqual({ 'other-symbol': 1 });
    expect(tape.info.provenance.venueSymbols).toBe('deribit:ABC');
  });

  it('need tick and lot, once', async () => {
    await expect(load('trades', two, { tick: undefined } as object)).rejects.toThrow('tick or lot is missing');
    await expect(load('trades', two, { instruments: { ABC: OPTIONS } })).rejects.toThrow('give one of both');
  });

  it('are read from a file that is checked', async () => {
    const table = (text: string) => readTardisInstruments(temporaryFile('table.yaml', text));
    await expect(table('instruments: { A: { tick: 0 , lot: 1 } }')).rejects.toThrow(
      'instruments.A.tick: expected a decimal above 0',
    );
    await expect(table('instruments: {}')).rejects.toThrow('instruments: expected at least one symbol');
    await expect(table('A: { tick: 1, lot: 1 }')).rejects.toThrow('table.yaml: ');
    expect(await table('instruments: { A: { tick: 0.5, lot: 1, contract: inverse } }')).toEqual({
      A: { tick: '0.5', lot: '1', contract: 'inverse' },
    });
  });

  it('that no instrument can have is refused where it stands', async () => {
    await expect(load('trades', [withField('trades', 1, 'A\u0007')])).rejects.toThrow(
      'ABC.csv:2: instrument symbol "A\\u0007" is empty or holds a control character',
    );
  });

  it('may be called otherwise on the tape', async () => {
    const { info } = await load('trades', [GOOD.trades[1]], { symbol: 'MINE', contract: 'inverse', multiplier: '10' });
    expect(info.instruments).toEqual([{ symbol: 'MINE', ...OPTIONS, contract: 'inverse', multiplier: '10' }]);
  });
});

it('the fixtures give the same tape as gzip and as plain text', async () => {
  const name = 'deribit_trades_2020-03-01_ABC-PERPETUAL.csv';
  const packed = await importTardis({ files: [join(FIXTURES, 'tardis', `${name}.gz`)], ...OPTIONS });
  const plain = await importTardis({ files: [temporaryFile(name, gunzipSync(fixture(`${name}.gz`)))], ...OPTIONS });
  expect(tapeText(plain)).toBe(tapeText(packed));
});
