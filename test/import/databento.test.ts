/** Databento DBN: hand-checked golden tapes of files of our own making, versions, symbols, several files, what is refused. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { type DatabentoOptions, importDatabento, readDefinitions } from '../../bridges/import/databento.js';
import { Kind, MemoryTape, Side } from '../../core/index.js';
import { FILES } from './dbn-fixtures.js';
import {
  bar,
  DAY,
  dbn,
  definition,
  type Head,
  liveMapping,
  mbo,
  message,
  NO_PRICE,
  NO_TIME,
  OPEN,
  priced,
  SECOND,
  statistic,
  status,
  type Version,
} from './dbn-writer.js';
import { correctionsOf, FIXTURES, rowsOf, tapeText, temporaryFile } from './tape-rows.js';

const fixture = (name: string) => join(FIXTURES, name);
const importBytes = (bytes: Buffer, options: Partial<DatabentoOptions> = {}) =>
  importDatabento({ files: [temporaryFile('a.dbn', bytes)], tick: '0.25', ...options });

describe('the committed files', () => {
  test.each(Object.entries(FILES))('%s holds what it was made of', (name, bytes) => {
    if (!existsSync(fixture(name))) writeFileSync(fixture(name), bytes);
    expect(readFileSync(fixture(name)).equals(bytes)).toBe(true);
  });

  const definitions = [fixture('databento-definition.dbn')];
  test.each([
    ['databento-mbo', { files: [fixture('databento-mbo.dbn')], definitions }],
    ['databento-mixed', { files: [fixture('databento-mixed.dbn')] }],
  ])('%s becomes exactly its golden tape', async (name, options) => {
    const tape = await importDatabento(options);
    new MemoryTape(tape.columns, tape.info);
    await expect(tapeText(tape)).toMatchFileSnapshot(fixture(`${name}.golden.txt`));
  });

  it('zstd with its checksum, gzip and several gzip members give the same tape', async () => {
    const plain = tapeText(await importDatabento({ files: [fixture('databento-mbo.dbn')], tick: '0.25' }));
    const bytes = FILES['databento-mbo.dbn']!;
    const packed = [
      fixture('databento-mbo.dbn.zst'),
      temporaryFile('a.dbn.gz', gzipSync(bytes)),
      temporaryFile('b.dbn.gz', Buffer.concat([gzipSync(bytes.subarray(0, 777)), gzipSync(bytes.subarray(777))])),
    ];
    for (const file of packed)
      expect(tapeText(await importDatabento({ files: [file], tick: '0.25' })), file).toBe(plain);
  });

  it('the terms of an instrument are the definition’s: the tick that all of its definitions fit, once each', async () => {
    expect(await readDefinitions(definitions[0]!)).toHaveLength(4);
    const tape = await importDatabento({ files: [fixture('databento-mbo.dbn')], definitions });
    expect(tape.info.instruments).toEqual([{ symbol: 'ABC', tick: '0.25', lot: '1', multiplier: '50', quote: 'USD' }]);
    expect(correctionsOf(tape)['several-ticks']).toBe(1);
  });
});

describe('versions', () => {
  const rows = (version: Version, tsOut?: bigint) => {
    const more = tsOut === undefined ? {} : { tsOut };
    return [
      definition(version, { unitQuantity: 10n * SECOND, expiration: DAY + 86_400n * SECOND, ...more }),
      mbo({ order: 7, price: 100.25, size: 3, ...more }),
      status(8, { event: 10, ...more }),
      statistic(version, 3, { event: 20, price: 100, ...more }),
      bar(0x20, [100, 101, 99, 100.5], 5n, { event: OPEN, ...more }),
    ];
  };

  it('1, 2 and 3, with and without send times, give the same tape', async () => {
    const texts = new Set<string>();
    for (const version of [1, 2, 3] as const) {
      for (const tsOut of [undefined, OPEN]) {
        const tape = await importBytes(dbn({ version, tsOut: tsOut !== undefined }, rows(version, tsOut)));
        expect(tape.info.instruments[0]).toMatchObject({ multiplier: '10', expiry: '2024-05-09T00:00:00Z' });
        texts.add(tapeText(tape));
      }
    }
    expect(texts.size).toBe(1);
  });
});

describe('symbols', () => {
  const add = (id: number, order: number, event: bigint) => mbo({ id, order, event, price: 100 });
  const symbolsOf = async (head: Head, records: Buffer[], options: Partial<DatabentoOptions> = {}) => {
    const { info } = await importBytes(dbn({ schema: undefined, ...head }, records), options);
    return info.instruments.map(({ symbol }) => symbol);
  };
  const nextDay = OPEN + 86_400n * SECOND;

  it('an id is the symbol that its day’s mapping names, from day to day', async () => {
    const mappings = [
      ['AAA', [[20240508, 20240509, '42']]],
      ['BBB', [[20240509, 20240510, '42']]],
    ] as const;
    expect(await symbolsOf({ mappings }, [add(42, 1, OPEN), add(42, 2, nextDay)])).toEqual(['AAA', 'BBB']);
    const lastNs = DAY + 86_400n * SECOND;
    const borders = [mbo({ recv: lastNs - 1n, event: OPEN }), mbo({ order: 2, recv: lastNs, event: OPEN })];
    expect(await symbolsOf({ mappings }, borders)).toEqual(['AAA', 'BBB']);
  });

  it('mappings may lead from ids to symbols', async () => {
    expect(
      await symbolsOf({ stypeIn: 0, stypeOut: 1, mappings: [['42', [[20240508, 20240509, 'AAA']]]] }, [
        add(42, 1, OPEN),
      ]),
    ).toEqual(['AAA']);
  });

  it('a symbol whose id changes stays one instrument, whose book is emptied', async () => {
    const mappings = [
      [
        'ES.c.0',
        [
          [20240508, 20240509, '42'],
          [20240509, 20240510, '43'],
        ],
      ],
    ] as const;
    const bytes = dbn({ schema: 'mbo', mappings }, [add(42, 1, OPEN), add(43, 1, nextDay)]);
    const tape = await importBytes(bytes);
    expect(tape.info.instruments.map(({ symbol }) => symbol)).toEqual(['ES.c.0']);
    const kinds = [...rowsOf(tape.columns, 'local')].map(({ kind }) => kind);
    expect(kinds).toEqual([Kind.orderAdd, Kind.orderCancel, Kind.orderAdd]);
    expect(correctionsOf(tape)).toMatchObject({ 'new-instrument-ids': 1, 'cleared-orders': 1 });
  });

  it('asked for by product, or without a mapping, the definition names it, else the id does', async () => {
    const product = { stypeIn: 4, mappings: [['ES.FUT', [[20240508, 20240509, '42']]]] } as const;
    const defined = definition(3, { id: 42, symbol: 'ESM4', event: DAY });
    expect(await symbolsOf(product, [defined, add(42, 1, OPEN)])).toEqual(['ESM4']);
    expect(await symbolsOf(product, [add(42, 1, OPEN)])).toEqual(['42']);
    expect(await symbolsOf({ mappings: [] }, [add(42, 1, OPEN)])).toEqual(['42']);
  });

  it('a live session names ids as it goes', async () => {
    const records = [liveMapping(3, 'ESM4', { id: 42 }), add(42, 1, OPEN)];
    expect(await symbolsOf({ mappings: [] }, records)).toEqual(['ESM4']);
  });

  it('symbols and publishers that were not asked for are left out and counted', async () => {
    const mappings = [
      ['AAA', [[20240508, 20240509, '42']]],
      ['BBB', [[20240508, 20240509, '43']]],
    ] as const;
    const bytes = dbn({ schema: 'mbo', mappings, notFound: ['CCC'] }, [
      add(42, 1, OPEN),
      add(43, 1, OPEN),
      mbo({ id: 42, publisher: 2, order: 9 }),
    ]);
    await expect(importBytes(bytes)).rejects.toThrow(/AAA has records of publishers 1 and 2: choose one/);
    const tape = await importBytes(bytes, { symbols: ['AAA'], publisher: 1 });
    expect(tape.info.instruments.map(({ symbol }) => symbol)).toEqual(['AAA']);
    expect(correctionsOf(tape)).toEqual({ 'symbols-not-found': 1, 'other-symbols': 1, 'other-publishers': 1 });
    await expect(importBytes(bytes, { symbols: ['ZZZ'] })).rejects.toThrow(/no record of ZZZ; there are AAA, BBB/);
  });
});

describe('several files', () => {
  const trade = (event: number) => priced(0x00, [], { action: 'T', event, flags: 0 });
  const withTrade = (event: number) => priced(0x01, [[99, 1, 101, 1]], { action: 'T', event });

  it('trades that a second schema has of the same time are taken once', async () => {
    const trades = temporaryFile('t.dbn', dbn({ schema: 'trades' }, [trade(1), trade(2)]));
    const quotes = temporaryFile('q.dbn', dbn({ schema: 'mbp-1' }, [withTrade(1), withTrade(2)]));
    const later = { start: DAY + 86_400n * SECOND, end: DAY + 172_800n * SECOND };
    const day2 = temporaryFile('q2.dbn', dbn({ schema: 'mbp-1', ...later }, [withTrade(86_400e9)]));
    const tape = await importDatabento({ files: [trades, quotes, day2], tick: '1' });
    const kinds = [...rowsOf(tape.columns, 'exchange')].filter(({ kind }) => kind === Kind.trade);
    expect(kinds).toHaveLength(3);
    expect(correctionsOf(tape)).toMatchObject({ 'trades-twice': 2 });
  });

  it('trades of another instrument are none of the same', async () => {
    const trades = temporaryFile('t.dbn', dbn({ schema: 'trades' }, [trade(1)]));
    const other = priced(0x01, [[99, 1, 101, 1]], { id: 43, action: 'T', event: 1 });
    const quotes = temporaryFile('q.dbn', dbn({ schema: 'mbp-1', mappings: [] }, [other]));
    const tape = await importDatabento({ files: [trades, quotes], tick: '1' });
    expect([...rowsOf(tape.columns, 'exchange')].filter(({ kind }) => kind === Kind.trade)).toHaveLength(2);
    expect(correctionsOf(tape)).toEqual({});
  });

  it('a snapshot at midnight stands before a change that happened before and was captured after it', async () => {
    const midnight = { recv: DAY, event: DAY - 5n * SECOND };
    const records = [
      mbo({ order: 1, price: 100, size: 2, ...midnight, flags: 0x28 }),
      mbo({ order: 2, price: 101, side: 'A', ...midnight, flags: 0xa8 }),
      mbo({ action: 'C', order: 1, price: 100, size: 2, event: DAY - 50n, recv: DAY + 50n }),
    ];
    const { columns, info } = await importBytes(dbn({ schema: 'mbo' }, records));
    const rows = [...rowsOf(columns, 'exchange')];
    expect(rows.map(({ kind }) => kind)).toEqual([Kind.orderAdd, Kind.orderAdd, Kind.orderCancel]);
    expect(rows.map(({ exchangeNs }) => info.originNs + BigInt(exchangeNs))).toEqual([DAY - 50n, DAY - 50n, DAY - 50n]);
    expect(rows.map(({ localNs }) => info.originNs + BigInt(localNs))).toEqual([DAY, DAY, DAY + 50n]);
  });

  it('orders and levels of one instrument are refused', async () => {
    const orders = temporaryFile('o.dbn', dbn({ schema: 'mbo' }, [mbo({ price: 99 })]));
    const levels = temporaryFile('l.dbn', dbn({ schema: 'mbp-10' }, [priced(0x0a, [[99, 1, 101, 1]], {})]));
    const attempt = importDatabento({ files: [orders, levels], tick: '1' });
    await expect(attempt).rejects.toThrow(/ABC has both orders \(mbo\) and levels \(mbp-10\)/);
  });
});

describe('what is put right is counted', () => {
  it('trades off the tick are refused, or dropped on request', async () => {
    const bytes = dbn({ schema: 'trades' }, [
      priced(0x00, [], { action: 'T', price: 100.125 }),
      priced(0x00, [], { action: 'T', price: 100.25, event: 5 }),
    ]);
    await expect(importBytes(bytes)).rejects.toThrow(
      /record 1 at byte 360: trade price 100\.125000000 of ABC is not a whole multiple of the tick 0\.25/,
    );
    expect(correctionsOf(await importBytes(bytes, { offTickPrints: 'drop' }))).toEqual({ 'off-tick-prints': 1 });
  });

  it('undefined times, sizes of 0, actions without meaning, gateway messages, kinds of status and bar', async () => {
    const tape = await importBytes(
      dbn({ schema: undefined }, [
        mbo({ order: 1, recv: NO_TIME, event: 0 }),
        mbo({ order: 2, recv: OPEN + 9n, event: NO_TIME }),
        mbo({ order: 3, size: 0, event: 20 }),
        mbo({ action: 'N', event: 30 }),
        mbo({ order: 4, flags: 0xc0, event: 40 }),
        message(3, 0x15, 'too slow'),
        status(99, { event: 50 }),
        bar(0x24, [1, 1, 1, 1], 1n, { event: OPEN }),
        statistic(3, 3, { event: 60 }, 2),
      ]),
    );
    expect(correctionsOf(tape)).toEqual({
      'no-capture-time': 1,
      'no-event-time': 1,
      'zero-size': 1,
      'no-action': 1,
      'aggregated-records': 1,
      'error-messages': 1,
      'unknown-status': 1,
      'bars-without-interval': 1,
      'statistics-settlement-price': 1,
    });
    expect(tape.info.corrections.find(({ name }) => name === 'error-messages')?.note).toContain('too slow');
  });

  it('every trading status', async () => {
    const actions = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15];
    const records = actions.map((action, at) => status(action, { event: at }));
    const { columns } = await importBytes(dbn({ schema: 'status' }, [...records, status(11, { event: 99 }, 'Y')]));
    const values = [2, 2, 2, 2, 2, 2, 0, 1, 1, 1, 2, 3, 3, 3, 0];
    expect([...columns.value!.subarray(0, columns.length)]).toEqual(values);
  });
});

describe('prices', () => {
  it.each([
    [2n ** 62n, '0.000000001'],
    [4_611_686_018_000_000_000n, '1'],
    [-4_611_686_018_000_000_000n, '2'],
    [2_000_000_000_000_000_000n, '1'],
    [9_007_199_254_740_993n, '0.000000001'],
    [-3_722_750_000_000n, '0.25'],
    [1n, '0.000000001'],
  ])('%d × 1e-9 with tick %s is exact or refused', async (price, tick) => {
    const bytes = dbn({ schema: 'mbo' }, [mbo({ price })]);
    const units = BigInt(Math.round(Number(tick) * 1e9));
    const ticks = price / units;
    if (ticks * units === price && (ticks < 0n ? -ticks : ticks) <= 2n ** 31n - 2n) {
      expect((await importBytes(bytes, { tick })).columns.priceTicks[0]).toBe(Number(ticks));
    } else await expect(importBytes(bytes, { tick })).rejects.toThrow(/record 1 at byte 360: price .* tick/);
  });

  it('sides of the consolidated and the sampled records', async () => {
    for (const rtype of [0xb1, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4]) {
      const tape = await importBytes(dbn({}, [priced(rtype, [[99, 2, 101, 3]], { action: 'A' })]));
      const rows = [...rowsOf(tape.columns, 'local')].map(({ side, priceTicks, qtyLots }) => [
        side,
        priceTicks,
        qtyLots,
      ]);
      expect(rows).toEqual([
        [Side.buy, 396, 2],
        [Side.sell, 404, 3],
      ]);
    }
  });
});

/** A file of one mbo record, changed. */
const whole = dbn({ schema: 'mbo' }, [mbo({ price: 100 })]);
function changed(at: number, ...bytes: number[]): Buffer {
  const copy = Buffer.from(whole);
  copy.set(bytes, at);
  return copy;
}
const RECORD = whole.length - 56;

const BAD: [what: string, bytes: Buffer, message: string | RegExp][] = [
  ['an empty file', Buffer.alloc(0), 'the file is empty'],
  ['other magic', changed(0, 88), 'its metadata: the data begins with "XBN\\u0003", not with DBN'],
  ['records without metadata', mbo({}), 'not with DBN and a version: it is no DBN, or records without their metadata'],
  ['DBZ', Buffer.from('502a4d1890000000', 'hex'), 'it is DBZ, the format before DBN'],
  ['version 0', changed(3, 0), 'DBN version 0 is none of 1, 2, 3'],
  ['version 4', changed(3, 4), 'DBN version 4 is none of 1, 2, 3'],
  ['metadata too short', changed(4, 99, 0, 0, 0), 'metadata length 99 is not from 100'],
  ['metadata too long', changed(4, 0, 0, 0, 0xff), 'metadata length 4278190080 is not from 100'],
  ['metadata beyond the file', changed(4, 0, 0, 1, 0), 'the data ends within the metadata: it was cut off'],
  ['a dataset that is no text', changed(8, 0xff, 0xfe), 'metadata: dataset: fffe'],
  ['an unknown schema', changed(24, 77, 0), 'metadata: schema 77 is unknown'],
  ['ts_out 2', changed(52, 2), 'metadata: ts_out is 2, neither 0 nor 1'],
  ['ts_out where there is none', changed(52, 1), 'its length is 56 bytes, but a record of type mbo (0xa0) has 64'],
  ['symbols of no length', changed(53, 0, 0), 'metadata: symbol length 0 is not from 1'],
  ['symbols that are too long', changed(53, 0, 0x80), 'metadata: symbol length 32768 is not'],
  ['schema definitions', changed(108, 1), 'metadata: 1 bytes of schema definitions'],
  ['too many symbols', changed(112, 9), 'metadata: 9 symbols, but there is room for'],
  ['too many mappings', changed(195, 200), /metadata: 200 symbol mappings, but there is room for \d/],
  ['too many intervals', changed(270, 200), /metadata: 200 intervals of "ABC", but there is room for \d/],
  ['a day that is none', changed(274, 0, 0, 0, 0), 'interval 1 of "ABC": 0 is no day of the calendar'],
  ['an unknown record type', changed(RECORD + 1, 0x77), 'record 1 at byte 360: record type unknown (0x77) is none'],
  ['a record length of 0', changed(RECORD, 0), 'its length is 0 bytes, less than a header, but a record of type mbo'],
  ['a wrong record length', changed(RECORD, 13), 'its length is 52 bytes, but a record of type mbo (0xa0) has 56'],
  ['another schema', changed(24, 4, 0), 'it is of type mbo (0xa0), but the metadata says that the file is trades'],
  ['a record cut off', whole.subarray(0, -1), "the data ends after 55 of the record's 56 bytes"],
  ['an action', changed(RECORD + 38, 88), 'action is X, none of A, C, F, M, N, R, T'],
  ['a side', changed(RECORD + 39, 88), 'side of an order is X, neither A nor B'],
  ['no price', dbn({ schema: 'mbo' }, [mbo({ price: NO_PRICE })]), 'price of ABC is undefined'],
  ['no size', dbn({ schema: 'mbo' }, [mbo({ size: 2 ** 32 - 1 })]), 'size is undefined'],
  ['no time at all', dbn({ schema: 'mbo' }, [mbo({ event: NO_TIME, recv: NO_TIME })]), 'neither ts_event nor ts_recv'],
  [
    'a time beyond int64',
    dbn({ schema: 'mbo' }, [mbo({ event: 2n ** 63n, recv: 2n ** 63n })]),
    'lies beyond the year 2262',
  ],
  [
    'times too far apart',
    dbn({ schema: 'mbo' }, [mbo({}), mbo({ event: 1n, recv: OPEN })]),
    'record 2 at byte 416: ts_event: time 1970-01-01T00:00:00.000000001Z lies more than 104 days',
  ],
  [
    'a price off the tick',
    dbn({ schema: 'mbo' }, [mbo({ price: 100.1 })]),
    'price 100.100000000 of ABC is not a whole',
  ],
  ['a trade’s side', dbn({}, [priced(0, [], { action: 'T', side: 'X' })]), 'side is 0x58, none of A, B, N'],
  ['a trade’s action', dbn({}, [priced(0, [], { action: 'X' })]), 'action is 0x58, none of'],
  [
    'levels out of order',
    dbn({}, [
      priced(
        0x0a,
        [
          [99, 1, 101, 1],
          [99.5, 1, 102, 1],
        ],
        {},
      ),
    ]),
    'bid price 2 is not worse than the one before it',
  ],
  ['a bar that is none', dbn({}, [bar(0x20, [1, 0.5, 1, 1], 1n, {})]), 'high and low must enclose them'],
  [
    'a volume beyond 2^53',
    dbn({}, [bar(0x20, [1, 1, 1, 1], 2n ** 60n, {})]),
    'volume 1152921504606846976 is beyond 2^53',
  ],
  ['a definition without symbol', dbn({}, [definition(3, { symbol: '' })]), 'definition: raw symbol is empty'],
  ['an expiry beyond int64', dbn({}, [definition(3, { expiration: 2n ** 63n })]), 'lies beyond the year 2262'],
  ['definitions alone', dbn({ schema: 'definition' }, [definition(3, {})]), 'there is nothing in it for the tape'],
];

describe('refused in one line that names file, place and value', () => {
  test.each(BAD)('%s', async (_, bytes, message) => {
    const path = temporaryFile('bad.dbn', bytes);
    const error = await importDatabento({ files: [path], tick: '0.25' }).then(
      () => undefined,
      (cause: Error) => cause,
    );
    expect(error?.name).toBe('ImportError');
    expect(error?.message).toMatch(typeof message === 'string' ? /bad\.dbn/ : message);
    if (typeof message === 'string') expect(error?.message).toContain(message);
    expect(error?.message).not.toContain('\n');
  });

  it('a tick that is nowhere, too fine, or a lot in fractions', async () => {
    await expect(importDatabento({ files: [temporaryFile('a.dbn', whole)] })).rejects.toThrow(
      /the tick of ABC \(instrument 42\) is in no definition: give .*--definition/,
    );
    await expect(importBytes(whole, { tick: '0.0000000001' })).rejects.toThrow(/tick 0\.0000000001 is not a whole/);
    await expect(importBytes(whole, { lot: '0.5' })).rejects.toThrow(/lot 0\.5 is not a whole number/);
    await expect(importBytes(whole, { lot: '2' })).rejects.toThrow(
      /size 1 of ABC is not a whole multiple of the lot 2/,
    );
    await expect(importDatabento({ files: [] })).rejects.toThrow(/no files were given/);
  });

  it('definitions that are none', async () => {
    const definitions = [temporaryFile('d.dbn', whole)];
    await expect(importBytes(whole, { definitions })).rejects.toThrow(
      /the schema is mbo where definition was expected/,
    );
  });
});

describe('zstd', () => {
  const packed = readFileSync(fixture('databento-mbo.dbn.zst'));
  const outcome = async (bytes: Buffer): Promise<string> => {
    const path = temporaryFile('z.dbn.zst', bytes);
    return importDatabento({ files: [path], tick: '0.25' }).then(
      (tape) => tapeText(tape),
      (cause: Error) => {
        expect(cause.name).toBe('ImportError');
        return `refused: ${cause.message.slice(path.length)}`;
      },
    );
  };

  it('cut off anywhere it is refused', async () => {
    for (let length = 4; length < packed.length; length += 7) {
      expect(await outcome(packed.subarray(0, length))).toMatch(/^refused: : .*(cut off|damaged)/);
    }
  });

  it('with any byte flipped it is refused, or the byte says nothing', async () => {
    const golden = await outcome(packed);
    let refused = 0;
    for (let at = 0; at < packed.length; at++) {
      const copy = Buffer.from(packed);
      copy[at]! ^= 0x10;
      const found = await outcome(copy);
      if (found.startsWith('refused: ')) refused++;
      else expect(found, `byte ${at}`).toBe(golden);
    }
    expect(refused).toBeGreaterThan(packed.length * 0.98);
  });

  it('followed by something else it is refused', async () => {
    expect(await outcome(Buffer.concat([packed, Buffer.from('rubbish!')]))).toMatch(/what follows is no zstd data/);
  });
});
