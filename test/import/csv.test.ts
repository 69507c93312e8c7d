/** What a mapping can say, each thing on a few rows of text. */
import { describe, expect, it } from 'vitest';
import { Recorder } from '../../analytics/recorder.js';
import { importCsv } from '../../bridges/import/csv.js';
import type { CsvMappingInput } from '../../bridges/import/csv-mapping.js';
import { importLobster } from '../../bridges/import/lobster.js';
import { AccountEventKind } from '../../core/account-event.js';
import { CODE_KIND, Flag, Kind, MAX_PRICE_TICKS, MemoryTape, Simulation } from '../../core/index.js';
import { simulatedVenue } from '../../execution/index.js';
import { correctionsOf, rowsOf, tapeText, temporaryFile } from './tape-rows.js';

const BASE = {
  symbol: { constant: 'A' },
  instruments: { A: { tick: '1', lot: '1' } },
  exchangeTime: { column: 't', unit: 'ns' },
  localFrom: 'exchange',
} as const satisfies Partial<CsvMappingInput>;
const TRADES = { ...BASE, trades: { price: 'p', quantity: 'q' } } satisfies CsvMappingInput;
const DEPTH = {
  ...BASE,
  depth: { price: 'p', quantity: 'q', side: { column: 's', buy: ['b'], sell: ['a'] } },
} satisfies CsvMappingInput;

function imported(mapping: CsvMappingInput, ...texts: string[]) {
  return importCsv({ files: texts.map((text, at) => temporaryFile(`${at}.csv`, text)), mapping });
}

async function times(mapping: CsvMappingInput, ...texts: string[]) {
  const tape = await imported(mapping, ...texts);
  return [...rowsOf(tape.columns, 'local')].map(({ exchangeNs, localNs }) => [exchangeNs, localNs]);
}

describe('the two clocks', () => {
  it('may be made one from the other, either way round', async () => {
    const text = 't,p,q\n1000,1,1\n1500,1,1\n';
    expect(await times({ ...TRADES, localFrom: 'exchange + 250ns' }, text)).toEqual([
      [0, 250],
      [500, 750],
    ]);
    const local = { ...TRADES, exchangeTime: undefined, localFrom: undefined, localTime: TRADES.exchangeTime };
    const tape = await imported({ ...local, exchangeFrom: 'local - 250ns' }, text);
    expect([...tape.columns.exchangeNs.subarray(0, 2)]).toEqual([0, 500]);
    expect([...tape.columns.localNs.subarray(0, 2)]).toEqual([250, 750]);
    expect(tape.info.originNs).toBe(750n);
    expect(tape.info.provenance).toMatchObject({ exchangeTime: 'local - 250ns', shape: 'trades' });
  });

  it('that differ are moved by the worst row, not by the last', async () => {
    const mapping = {
      ...TRADES,
      localFrom: undefined,
      localTime: { column: 'l', unit: 'ns' },
      negativeLatency: 'shift',
    } satisfies CsvMappingInput;
    expect(await times(mapping, 't,l,p,q\n1000,900,1,1\n2000,1500,1,1\n3000,2950,1,1\n')).toEqual([
      [0, 400],
      [1000, 1000],
      [2000, 2450],
    ]);
  });

  it('may lie years apart where the times are whole seconds, and are refused where they could not be exact', async () => {
    const mapping = { ...TRADES, exchangeTime: { column: 't', unit: 's' } } satisfies CsvMappingInput;
    expect(await times(mapping, 't,p,q\n946684800,1,1\n1735689600,1,1\n')).toEqual([
      [0, 0],
      [789_004_800e9, 789_004_800e9],
    ]);
    await expect(imported(mapping, 't,p,q\n946684800,1,1\n1735689600.000000001,1,1\n')).rejects.toThrow(
      'column "t": time 2025-01-01T00:00:00.000000001Z lies more than 104 days from the first',
    );
    // The first time decides the origin, so the second cannot be exact either.
    await expect(imported(mapping, 't,p,q\n946684800.000000001,1,1\n1735689600,1,1\n')).rejects.toThrow(
      'lie more than 104 days apart, too far to stay exact',
    );
  });

  it('may come from a date column and a time column', async () => {
    const mapping = {
      ...TRADES,
      exchangeTime: { column: ['d', 't'], unit: 'iso', zone: 'UTC' },
    } satisfies CsvMappingInput;
    const tape = await imported(mapping, 'd,t,p,q\n20240808,23:54:16.5,1,1\n');
    expect(tape.info.originNs).toBe(1_723_161_256_500_000_000n);
  });
});

describe('rows and files', () => {
  it('in any order make one tape in order of time, and the disorder is counted', async () => {
    const tape = await imported(TRADES, 't,p,q\n30,3,1\n10,1,1\n', 'q,p,t\n1,2,20\n1,4,40\n');
    expect([...rowsOf(tape.columns, 'exchange')].map(({ priceTicks }) => priceTicks)).toEqual([1, 2, 3, 4]);
    expect(correctionsOf(tape)).toEqual({ 'reordered-rows': 2, 'reordered-local-rows': 2 });
    expect(Object.keys(tape.info.provenance)).toContain('file2');
  });

  it('of other symbols are dropped only when the mapping says so, and counted', async () => {
    const mapping = { ...TRADES, symbol: { column: 's' }, otherSymbols: 'drop' } satisfies CsvMappingInput;
    const tape = await imported(mapping, 's,t,p,q\nA,1,1,1\nB,2,oops,1\nA,3,1,1\n');
    expect(tape.columns.length).toBe(2);
    expect(correctionsOf(tape)).toEqual({ 'other-symbol': 1 });
  });
});

describe('depth', () => {
  const lasts = async (mapping: CsvMappingInput, text: string) =>
    [...rowsOf((await imported(mapping, text)).columns, 'local')].map(({ flags }) => flags & Flag.last);

  it('rows with the same times are one message', async () => {
    expect(await lasts(DEPTH, 't,s,p,q\n1,b,1,1\n1,a,2,1\n2,b,1,0\n')).toEqual([0, 1, 1]);
    const clocks = { ...DEPTH, localFrom: undefined, localTime: { column: 'l', unit: 'ns' } } satisfies CsvMappingInput;
    expect(await lasts(clocks, 't,l,s,p,q\n1,5,b,1,1\n1,6,a,2,1\n')).toEqual([1, 1]);
  });

  it('rows with the same text in the message column are one message', async () => {
    const mapping = { ...DEPTH, depth: { ...DEPTH.depth, message: 'm' } } satisfies CsvMappingInput;
    expect(await lasts(mapping, 'm,t,s,p,q\nx,1,b,1,1\ny,1,a,2,1\ny,2,b,1,0\n')).toEqual([1, 0, 1]);
  });

  it('a snapshot replaces all of the book unless it is said to replace what it lists', async () => {
    const depth = { ...DEPTH.depth, snapshot: { column: 'x' } };
    const text = 'x,t,s,p,q\n1,1,b,7,1\n1,1,b,5,1\n0,2,b,6,1\n';
    const clears = async (mapping: CsvMappingInput) => {
      const { columns } = await imported(mapping, text);
      const rows = Array.from({ length: columns.length }, (_, row) => row);
      const clear = rows.filter((row) => (columns.code[row]! & CODE_KIND) === Kind.depthClear);
      return clear.map((row) => columns.priceTicks[row]);
    };
    expect(await clears({ ...DEPTH, depth })).toEqual([-MAX_PRICE_TICKS, MAX_PRICE_TICKS]);
    // No asks are listed: the clear of the asks reaches none.
    const listed = { ...depth, snapshot: { column: 'x', replaces: 'listed' as const } };
    expect(await clears({ ...DEPTH, depth: listed })).toEqual([5, -MAX_PRICE_TICKS]);
  });
});

describe('what happens besides trading', () => {
  const events = (shape: Partial<CsvMappingInput>) =>
    ({ ...BASE, instruments: { A: { tick: '0.5', lot: '1' } }, ...shape }) satisfies CsvMappingInput;
  const FUNDING = events({ funding: { rate: 'r' } });
  const STATUS = events({
    status: { column: 's', open: ['T', 'R'], halt: ['h'], auction: ['A'], close: ['C'], delisted: ['D'], price: 'p' },
  });
  const RATIO = events({ splits: { ratio: 'n' } });
  const UNITS = events({ splits: { newUnits: 'n', oldUnits: 'o' } });
  const DIVIDENDS = events({ dividends: { amount: 'd' } });
  const MARKS = events({ marks: { price: 'p' } });
  /** Kind, side, flags, instrument, price, quantity, value: the rows without their times. */
  const rows = async (mapping: CsvMappingInput, text: string) =>
    tapeText(await imported(mapping, text))
      .trimEnd()
      .split('\n')
      .slice(2)
      .filter((line) => !line.startsWith('correction'))
      .map((line) => line.split(' ').slice(3).join(' '));

  it('is a row each, with what it says as value or price', async () => {
    expect(await rows(FUNDING, 't,r\n1,0.0001\n2,-7.5e-05\n')).toEqual([
      'funding none last A 0 0 value=0.0001',
      'funding none last A 0 0 value=-0.000075',
    ]);
    expect(await rows(STATUS, 't,s,p\n1,A,\n2,t,\n3,H,\n4,R,\n5,c,\n6,D,2.5\n7,D,\n')).toEqual(
      [
        ...['0 0 value=2', '0 0 value=0', '0 0 value=1', '0 0 value=0', '0 0 value=3'],
        ...['5 0 value=4', '0 0 value=4'],
      ].map((rest) => `status none last A ${rest}`),
    );
    expect(await rows(RATIO, 't,n\n1,2\n2,0.1\n')).toEqual([
      'split none last A 0 0 value=2',
      'split none last A 0 0 value=0.1',
    ]);
    expect(await rows(UNITS, 't,n,o\n1,3,2\n')).toEqual(['split none last A 0 0 value=1.5']);
    expect(await rows(DIVIDENDS, 't,d\n1,0.24\n2,0\n')).toEqual([
      'dividend none last A 0 0 value=0.24',
      'dividend none last A 0 0 value=0',
    ]);
    expect(await rows(MARKS, 't,p\n1,100.5\n2,-0.5\n')).toEqual(['mark none last A 201 0', 'mark none last A -1 0']);
  });

  it('has marks off the tick only where the mapping says so, each of them counted', async () => {
    const text = 't,p\n1,100.5\n2,100.26\n3,100.2\n';
    await expect(imported(MARKS, text)).rejects.toThrow('column "p": price 100.26 is not a whole multiple of 0.5');
    const nearest = events({ marks: { price: 'p', offTick: 'nearest' } });
    expect(correctionsOf(await imported(nearest, text))).toEqual({ 'mark-rounded': 2 });
    expect(await rows(nearest, text)).toEqual([
      ...['mark none last A 201 0', 'mark none last A 201 0', 'mark none last A 200 0'],
    ]);
    await expect(imported(nearest, 't,p\n1,x\n')).rejects.toThrow('column "p": price "x" is not a decimal number');
    await expect(imported(nearest, 't,p\n1,1e30\n')).rejects.toThrow('column "p": price');
  });

  it.each([
    ['a rate that is none', FUNDING, 't,r\n1,\n', 'column "r": rate "" is not a decimal number'],
    ['a rate in percent', FUNDING, 't,r\n1,0.01%\n', 'column "r": rate "0.01%" is not a decimal number'],
    ['an endless rate', FUNDING, 't,r\n1,1e999\n', 'column "r": rate 1e999 is beyond every double'],
    ['a status unknown', STATUS, 't,s,p\n1,X,\n', 'column "s": status "X" is none of t, r, h, a, c, d'],
    ['a price of nothing', STATUS, 't,s,p\n1,D,0\n', 'column "p": price 0 of a status is not above 0'],
    ['a split into nothing', RATIO, 't,n\n1,0\n', 'column "n": split 0 is not above 0'],
    ['a split for nothing', UNITS, 't,n,o\n1,2,0\n', 'column "o": split 0 is not above 0'],
    ['a split beyond numbers', UNITS, 't,n,o\n1,1e300,1e-300\n', 'split of 1e300 for 1e-300 is beyond every double'],
    ['a dividend below 0', DIVIDENDS, 't,d\n1,-1\n', 'column "d": dividend -1 is negative'],
  ])('is refused where it says what cannot be: %s', async (_, mapping, text, message) => {
    await expect(imported(mapping, text)).rejects.toThrow(message);
  });

  it.each([
    [
      'a text of two meanings',
      events({ status: { column: 's', open: ['x'], halt: ['X'] } }),
      'status.status lists "X" twice',
    ],
    ['no text', events({ status: { column: 's' } }), 'status: expected texts for at least one of open, halt, auction'],
    ['half a split', events({ splits: { newUnits: 'n' } as never }), 'splits: expected { ratio: … } or { newUnits: …'],
    ['two shapes', { ...FUNDING, marks: { price: 'p' } }, 'given: funding, marks'],
  ])('is refused where the mapping is wrong: %s', async (_, mapping, message) => {
    await expect(imported(mapping, 't,s,n,p,r\n1,x,1,1,1\n')).rejects.toThrow(message);
  });

  it('reaches the account when replayed together with the market', async () => {
    const market = await imported(BAR_MAPPING, BARS);
    const mapping = { ...BASE, instruments: BAR_MAPPING.instruments } as const;
    const tapes = [
      market,
      await imported({ ...mapping, splits: { ratio: 'n' } }, 't,n\n2500,2\n'),
      await imported({ ...mapping, dividends: { amount: 'd' } }, 't,d\n3500,0.25\n'),
      await imported(
        { ...mapping, status: { column: 's', open: ['T'], delisted: ['D'], price: 'p' } },
        't,s,p\n500,T,\n4500,D,7\n',
      ),
    ].map(({ columns, info }) => new MemoryTape(columns, info));
    const recorder = new Recorder();
    const run = new Simulation({
      tapes,
      venue: simulatedVenue(),
      observers: [recorder],
      strategies: [
        {
          name: 'holder',
          strategy: {
            onStart(context) {
              context.buy(context.instruments[0]!, 3);
            },
          },
        },
      ],
    });
    const account = run.run().strategies[0]!.account;
    const { accountEvents, fills } = recorder.recording;
    const { split, dividend, delisting } = AccountEventKind;
    expect([...fills.qtyLots.slice()]).toEqual([3]);
    expect([...accountEvents.kind.slice()]).toEqual([split, dividend, delisting]);
    expect([...accountEvents.positionLots.slice()]).toEqual([6, 6, 0]);
    expect([...accountEvents.amount.slice()]).toEqual([0, 1.5, 0]);
    expect(account.equity, 'the close at 7, the dividend, less the cost').toBe(
      6 * 7 + 1.5 - 3 * fills.priceTicks.at(0),
    );
  });
});

/** Bars at 20, and at 10 after a split. */
const BAR_MAPPING = {
  ...BASE,
  bars: { open: 'o', high: 'h', low: 'l', close: 'c', volume: 'v', stamped: 'close' },
} satisfies CsvMappingInput;
const BARS = 't,o,h,l,c,v\n1000,20,20,20,20,400\n2000,20,20,20,20,400\n3000,10,10,10,10,400\n4000,10,10,10,10,400\n';

describe('LOBSTER times', () => {
  it('of more than 9 decimals go to the nearest ns, into the next second if need be', async () => {
    const text = '34200.1,1,1,1,10000,1\n34200.2000000004,1,2,1,10000,1\n34200.9999999995,1,3,1,10000,1\n';
    const tape = await importLobster({ messages: temporaryFile('m.csv', text), symbol: 'A', date: '2024-01-02' });
    expect([...tape.columns.exchangeNs.subarray(0, 3)]).toEqual([0, 100_000_000, 900_000_000]);
    expect(correctionsOf(tape)).toEqual({ 'time-rounded': 2 });
    // Standard time in New York: five hours behind UTC.
    expect(tape.info.originNs).toBe(BigInt(Date.UTC(2024, 0, 2, 14, 30)) * 1_000_000n + 100_000_000n);
  });
});
