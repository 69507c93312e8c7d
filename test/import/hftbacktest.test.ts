/** hftbacktest arrays: hand-checked golden tapes of files of our own making, layouts, versions, and what is refused. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type HftbacktestOptions, importHftbacktest } from '../../bridges/import/hftbacktest.js';
import { readPythonLiteral } from '../../bridges/import/python-literal.js';
import { CODE_EXCHANGE, CODE_LOCAL, Kind, MAX_PRICE_TICKS, MemoryTape } from '../../core/index.js';
import { FILES, LEVELS, ORDERS, START, TABLE } from './hftbacktest-fixtures.js';
import {
  BOTH,
  BUY,
  DESCR,
  type Event,
  EXCHANGE,
  events,
  LOCAL,
  npy,
  npz,
  SELL,
  type Shape,
  table,
} from './npy-writer.js';
import { correctionsOf, FIXTURES, rowsOf, tapeText, temporaryFile } from './tape-rows.js';

const TERMS = { symbol: 'ABC', tick: '0.1', lot: '0.001' };
const ORDER_TERMS = { symbol: 'ABC', tick: '0.25', lot: '1', orders: true };

const load = (bytes: Buffer, options: Partial<HftbacktestOptions> = {}) =>
  importHftbacktest({ files: [temporaryFile('a.npy', bytes)], ...TERMS, ...options });
const refusal = (bytes: Buffer, options: Partial<HftbacktestOptions> = {}) =>
  load(bytes, options).then(
    () => 'nothing was refused',
    (cause: Error) => cause.message.replace(/^\S+a\.npy/, ''),
  );

describe('the committed files', () => {
  it.each(Object.entries(FILES))('%s holds what it was made of', (name, bytes) => {
    const path = join(FIXTURES, name);
    if (!existsSync(path)) writeFileSync(path, bytes);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it.each([
    ['hftbacktest-levels', 'npz', TERMS],
    ['hftbacktest-orders', 'npy', ORDER_TERMS],
    ['hftbacktest-v1', 'npz', { ...TERMS, timeUnit: 'us' }],
  ] as const)('%s becomes exactly its golden tape', async (name, ending, options) => {
    const tape = await importHftbacktest({ files: [join(FIXTURES, `${name}.${ending}`)], ...options });
    new MemoryTape(tape.columns, tape.info);
    await expect(tapeText(tape)).toMatchFileSnapshot(join(FIXTURES, `${name}.golden.txt`));
  });

  it('stored, deflated and without an archive, in all versions of the header, is the same tape', async () => {
    const golden = tapeText(await load(events(LEVELS)));
    for (const version of [1, 2, 3]) {
      const plain = events(LEVELS, { version });
      for (const bytes of [plain, npz(plain, false), npz(plain, true)])
        expect(tapeText(await load(bytes))).toBe(golden);
    }
  });

  it('in two files is the same rows, each file’s last message ended', async () => {
    const files = [LEVELS.slice(0, 6), LEVELS.slice(6)].map((part) => temporaryFile('p.npy', events(part)));
    const { columns } = await importHftbacktest({ files, ...TERMS });
    const whole = (await load(events(LEVELS))).columns;
    expect([...columns.code]).toEqual([...whole.code]);
    expect([...columns.exchangeNs]).toEqual([...whole.exchangeNs]);
    expect([columns.flags[5], whole.flags[5]]).toEqual([1, 0]);
  });
});

describe('rows', () => {
  const one = async (...list: Event[]) => [...rowsOf((await load(events(list))).columns, 'exchange')];

  it('for one side alone stay so', async () => {
    const { columns } = await load(events(LEVELS));
    const seen = (bit: number) =>
      [...columns.code.subarray(0, columns.length)].filter((code) => (code & bit) !== 0).length;
    expect([columns.length, seen(CODE_EXCHANGE), seen(CODE_LOCAL)]).toEqual([17, 15, 15]);
  });

  it('clear up to a price, or all of a side, or all of both', async () => {
    const clears = async (...list: Event[]) => (await one(...list)).map(({ side, priceTicks }) => [side, priceTicks]);
    expect(await clears([3 + BUY + BOTH, START, START, 99.9, 0])).toEqual([[1, 999]]);
    expect(await clears([3 + SELL + BOTH, START, START, Number.NaN, 0])).toEqual([[2, MAX_PRICE_TICKS]]);
    expect(await clears([3 + BOTH, START, START, 100, 0])).toEqual([
      [1, -MAX_PRICE_TICKS],
      [2, MAX_PRICE_TICKS],
    ]);
  });

  it('take what arithmetic left beside a step for the step, and count it; quantities off the lot are rounded if so wished', async () => {
    const noisy = await load(events([[1 + BUY + BOTH, START, START, 0.1 * 3, 0.1 + 0.2]]));
    expect([noisy.columns.priceTicks[0], noisy.columns.qtyLots[0]]).toEqual([3, 300]);
    expect(correctionsOf(noisy)).toEqual({ 'float-noise': 2 });
    const small: Event = [1 + BUY + BOTH, START, START, 100, 0.0001];
    const rounded = await load(events([small]), { offLotLevels: 'round' });
    expect(rounded.columns.qtyLots[0]).toBe(1);
    expect(correctionsOf(rounded)).toEqual({ 'off-lot-levels': 1 });
  });

  it('received before they happened are refused, or all shifted', async () => {
    const early = events([
      [2 + BUY + BOTH, START + 5n, START, 100, 1],
      [2 + BUY + BOTH, START + 9n, START + 9n, 100, 1],
    ]);
    expect(await refusal(early)).toContain(': row 0: local_ts lies 5 ns before exch_ts: ');
    const { columns } = await load(early, { negativeLatency: 'shift' });
    expect([...columns.localNs.subarray(0, 2)]).toEqual([0, 9]);
  });

  it('in other units than ns are those times', async () => {
    const micros = await load(events([[2 + BUY + BOTH, START / 1000n, START / 1000n + 7n, 100, 1]]), {
      timeUnit: 'us',
    });
    expect(micros.info.originNs).toBe(START);
    expect(micros.columns.localNs[0]).toBe(7_000);
  });

  it('without order ids, flags and values are read, too, in any order of fields', async () => {
    const fields = [DESCR[4], DESCR[3], DESCR[0], DESCR[1], DESCR[2]].join(', ');
    const bytes = Buffer.alloc(40);
    bytes.writeDoubleLE(0.5, 0);
    bytes.writeDoubleLE(100, 8);
    bytes.writeBigUInt64LE(BigInt(2 + SELL + BOTH), 16);
    bytes.writeBigInt64LE(START, 24);
    bytes.writeBigInt64LE(START, 32);
    const { columns } = await load(npy(bytes, 1, { descr: `[${fields}]` }));
    expect([columns.priceTicks[0], columns.qtyLots[0]]).toEqual([1_000, 500]);
  });
});

describe('orders', () => {
  it('without Databento’s flags in ival are the same rows: an event ends where the time changes', async () => {
    const bare = ORDERS.map((event) => event.slice(0, 6) as unknown as Event);
    const flagged = await load(events(ORDERS), ORDER_TERMS);
    expect(tapeText(await load(events(bare), ORDER_TERMS))).toBe(tapeText(flagged));
  });

  it('that are only for the exchange or the local side are refused', async () => {
    const lonely: Event = [10 + BUY + EXCHANGE, START, START, 100, 1, 1n];
    expect(await refusal(events([lonely]), ORDER_TERMS)).toContain(
      'its rows for the exchange alone are not those for the local',
    );
    const other: Event = [10 + BUY + LOCAL, START, START, 100, 2, 1n];
    expect(await refusal(events([lonely, other]), ORDER_TERMS)).toContain('its rows for the exchange alone');
  });

  const good = (ev: number, change: Partial<Record<number, number | bigint>> = {}): Event =>
    Object.assign([ev + BOTH, START, START, 100, 1, 1n], change) as unknown as Event;

  it.each<[string, Event, string]>([
    ['among levels', good(1 + BUY), "row 0: ev is of kind 1, a level's, in a file that is order by order"],
    ['without a side', good(10), "row 0: ev is of kind 10, an order's, without a side"],
    ['cleared on one side', good(3 + BUY), 'row 0: ev clears one side of a book by order'],
    ['off the tick', good(10 + BUY, { 3: 100.1 }), 'row 0: px is 100.1, not a whole multiple of 0.25'],
    ['off the lot', good(10 + BUY, { 4: 0.5 }), 'row 0: qty is 0.5, not a whole multiple of 1'],
  ])('are refused: %s', async (_, event, message) => {
    expect(await refusal(events([event]), ORDER_TERMS)).toContain(message);
  });

  it('are asked for by name, and their times are in ns', async () => {
    expect(await refusal(events(ORDERS), { tick: '0.25' })).toContain("row 1: ev is of kind 10, an order's: say that");
    await expect(load(events(ORDERS), { ...ORDER_TERMS, timeUnit: 'us' })).rejects.toThrow('have their times in ns');
    await expect(load(table(TABLE), ORDER_TERMS)).rejects.toThrow('whose times have no set unit');
  });

  it('count what hftbacktest does not define', async () => {
    const { info } = await load(
      events([...ORDERS.slice(0, 2), [100 + BOTH, START + 2_000n, START + 3_000n, 1, 0]]),
      ORDER_TERMS,
    );
    expect(info.corrections.map(({ name }) => name)).toEqual(['custom-events']);
  });
});

describe('a bad row', () => {
  const change = (at: number, value: number | bigint): Event =>
    Object.assign([1 + BUY + BOTH, START, START, 100, 1], { [at]: value }) as unknown as Event;
  const cases: [what: string, event: Event, message: string][] = [
    [
      'ev: bits that mean nothing',
      change(0, 0x100 + 1 + BUY + BOTH),
      'ev is 0xe0000101, which has bits that mean nothing',
    ],
    ['ev: bits above 32', change(0, 2n ** 40n), 'ev is 0x10000000000, which has bits that mean nothing'],
    ['ev: both sides', change(0, 1 + BUY + SELL + BOTH), 'ev is 0xf0000001, both of the buy and of the sell side'],
    ['ev: for nobody', change(0, 1 + BUY), 'ev is 0x20000001, for neither the exchange nor the local side'],
    ['ev: a level without a side', change(0, 1 + BOTH), "ev is of kind 1, a level's, without a side"],
    ['exch_ts: negative', change(1, -1n), 'exch_ts 18446744073709551615 ns lies beyond the year 2262'],
    [
      'exch_ts: far',
      [1 + BUY + BOTH, START - 10n ** 17n, START + 1n, 100, 1],
      'local_ts: time 2024-08-08T23:54:16.000000001Z lies more than 104 days from the first',
    ],
    ['exch_ts: after local_ts', change(1, START + 1n), 'local_ts lies 1 ns before exch_ts'],
    ['local_ts: negative', change(2, -1n), 'local_ts 18446744073709551615 ns lies beyond the year 2262'],
    ['px: off the tick', change(3, 100.05), 'px is 100.05, not a whole multiple of 0.1 (the tick)'],
    ['px: no number', change(3, Number.NaN), 'px is NaN, not a whole multiple of 0.1 (the tick)'],
    ['px: endless', change(3, Number.POSITIVE_INFINITY), 'px is Infinity, not a whole multiple of 0.1 (the tick)'],
    ['px: beyond all ticks', change(3, 1e12), 'px is 1000000000000, beyond 2147483646 ticks of 0.1'],
    ['qty: negative', change(4, -1), 'qty is -1, below 0'],
    ['qty: off the lot', change(4, 0.0005), 'qty is 0.0005, not a whole multiple of 0.001 (the lot)'],
    ['qty: no number', change(4, Number.NaN), 'qty is NaN, not a whole multiple of 0.001 (the lot)'],
  ];
  it.each(cases)('is refused: %s', async (_, event, message) => {
    expect(await refusal(events([event]))).toContain(`: row 0: ${message}`);
  });

  it('is refused where a side’s times go back', async () => {
    const row = (ev: number, exchange: bigint, local: bigint): Event => [1 + BUY + ev, exchange, local, 100, 1];
    const back = (list: Event[]) => refusal(events(list));
    expect(await back([row(BOTH, START + 5n, START + 5n), row(BOTH, START, START + 6n)])).toContain(
      ': row 1: exch_ts lies 5 ns before that of a row before',
    );
    expect(await back([row(BOTH, START, START + 9n), row(LOCAL, START, START + 6n)])).toContain(
      ': row 1: local_ts lies 3 ns before that of a row before',
    );
    expect(await back([row(EXCHANGE, START + 5n, START + 5n), row(LOCAL, START, START)])).toBe('nothing was refused');
  });

  const old = (at: number, value: number) => table([Object.assign([...TABLE[1]!], { [at]: value })]);
  it.each<[string, Buffer, string]>([
    ['event', old(0, 256), 'event is 256, no whole number from 0 to 255'],
    ['side', old(3, 2), 'side is 2, none of 1, -1, 0'],
    ['exch_ts', old(1, 1.5), 'exch_ts is 1.5, no whole number from 0 to 2^53'],
    ['local_ts', old(2, -2), 'local_ts is -2, no whole number from 0 to 2^53'],
    ['for nobody', table([[1, -1, -1, 1, 100, 1]]), 'exch_ts and local_ts are -1 both'],
    ['px', old(4, 1e300), 'px is 1e+300'],
    ['qty', old(5, -3), 'qty is -3, below 0'],
  ])('of version 1 is refused: %s', async (_, bytes, message) => {
    expect(await refusal(bytes, { timeUnit: 'us' })).toContain(`: row 0: ${message}`);
  });
});

describe('a bad header', () => {
  const header = (shape: Shape) => events(LEVELS, shape);
  const cases: [what: string, bytes: Buffer, message: string][] = [
    ['no array', Buffer.from('ev,exch_ts\n1,2\n'), 'it does not begin as an npy array does'],
    ['a version unknown', header({ version: 4 }), 'its npy version is 4.0, none of 1.0, 2.0, 3.0'],
    [
      'big-endian',
      header({ descr: `[${DESCR.join(', ').replaceAll('<', '>')}]` }),
      'the type of "ev" is ">u8", none of <f8, <i8, <u8: big-endian',
    ],
    ['a field unknown', header({ descr: `[${DESCR.join(', ').replace('fval', 'gval')}]` }), 'descr has a field "gval"'],
    ['a field missing', header({ descr: `[${DESCR.slice(1).join(', ')}]` }), 'descr has no field "ev"'],
    ['a field twice', header({ descr: `[${[...DESCR, DESCR[0]].join(', ')}]` }), 'descr has two fields "ev"'],
    [
      'a field of another type',
      header({ descr: `[${DESCR.join(', ').replace("'px', '<f8'", "'px', '<i8'")}]` }),
      'the type of "px" is <i8 where <f8 was expected',
    ],
    [
      'a narrow field',
      header({ descr: `[${DESCR.join(', ').replace("'px', '<f8'", "'px', '<f4'")}]` }),
      'the type of "px" is "<f4"',
    ],
    ['objects', header({ descr: "'|O'", shape: '(1, 6)' }), 'the type of the array is "|O"'],
    ['fortran order', header({ order: 'True' }), 'fortran_order is not False'],
    ['two dimensions', header({ shape: '(3, 6)' }), 'shape has 2 dimensions where 1 was expected'],
    ['a shape of text', header({ shape: "('x',)" }), 'shape is no tuple of whole numbers'],
    ['a call', header({ shape: 'exit()' }), 'its header has "exit(), }'],
    ['a sum', header({ shape: '(1+1,)' }), 'where , or ) was expected'],
    ['an escape', header({ descr: "'\\x3cf8'" }), 'where a text without a backslash was expected'],
    ['brackets without end', header({ shape: '('.repeat(40) }), 'where fewer brackets was expected'],
    ['another table', table([[1, 2, 3]]), 'the array has 3 columns of <f8, not the 6 of <f8'],
    [
      'too many rows',
      events(LEVELS, { shape: '(3,)' }),
      'row 3: the data goes on after the 3 rows that its header says',
    ],
    ['too few rows', events(LEVELS, { shape: '(30,)' }), 'row 18: the data ends before row 19 of 30: it was cut off'],
    ['cut off in the header', events(LEVELS).subarray(0, 50), 'its header: the data ends within the header'],
    ['no rows', events([]), 'there is nothing in it for the tape'],
  ];
  it.each(cases)('is refused: %s', async (_, bytes, message) => {
    expect(await refusal(bytes)).toContain(message);
  });

  it('of an archive of two arrays is refused', async () => {
    const two = npz(events(LEVELS), true);
    two.writeUInt16LE(2, two.length - 12);
    expect(await refusal(two)).toContain('holds 2 files where one was expected');
  });

  it('reads what NumPy writes, and nothing that must be evaluated', () => {
    expect(readPythonLiteral("{'a': (1, -2L,), 'b': [('x', True), None]}")).toEqual(
      new Map<string, unknown>([
        ['a', [1, -2]],
        ['b', [['x', true], null]],
      ]),
    );
    for (const text of ['', '{', "{'a' 1}", '{1: 2}', "{'a': 1, 'a': 2}", '1 2', '__import__("os")', '1e5', '[1 2]']) {
      expect(() => readPythonLiteral(text), text).toThrow('its header has ');
    }
  });
});

describe('options', () => {
  it('that cannot be are refused', async () => {
    await expect(load(events(LEVELS), { tick: '0' })).rejects.toThrow('tick "0" is not above 0');
    await expect(load(events(LEVELS), { timeUnit: 'min' as 'ms' })).rejects.toThrow('hftbacktest: timeUnit: ');
    await expect(load(events(LEVELS), { symbol: '' })).rejects.toThrow('hftbacktest: symbol: ');
    await expect(load(events(ORDERS), { ...ORDER_TERMS, tick: '0.0000000001' })).rejects.toThrow(
      'tick 0.0000000001 is not',
    );
  });

  it('stand in the provenance, and the terms with the instrument', async () => {
    const { info, columns } = await load(events(LEVELS), { contract: 'inverse', multiplier: '10' });
    expect(info.instruments).toEqual([
      { symbol: 'ABC', tick: '0.1', lot: '0.001', contract: 'inverse', multiplier: '10' },
    ]);
    expect(info.provenance).toMatchObject({
      importer: 'hftbacktest',
      layout: 'v2',
      timeUnit: 'ns',
      data: 'by price level',
    });
    expect([...rowsOf(columns, 'local')].some(({ kind }) => kind === Kind.quote)).toBe(true);
  });
});
