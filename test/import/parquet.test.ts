/** Parquet by a mapping: the same tape as of the same rows in CSV, whatever types the columns have; and what is not exact is refused. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importCsv } from '../../bridges/import/csv.js';
import { type CsvMappingInput, readMapping } from '../../bridges/import/csv-mapping.js';
import type { ImportProgress } from '../../bridges/import/input-file.js';
import { importParquet } from '../../bridges/import/parquet.js';
import { Scratch } from '../../bridges/import/rows/scratch.js';
import { importSql } from '../../bridges/import/sql.js';
import { BASE, parquet, parquetOf, sql, TRADES, table } from './parquet-writer.js';
import { correctionsOf, FIXTURES, rowsOf, tapeText, temporaryFile } from './tape-rows.js';

const fixture = (name: string) => join(FIXTURES, name);
/** A fixture of the CSV importer as a table of texts, and its mapping without what is said of text files. */
const FIXTURE_TABLES = {
  trades: "read_csv('trades.csv', all_varchar = true, skip = 1, quote = '\"')",
  quotes: "read_csv('quotes.csv', all_varchar = true, header = false, delim = ';')",
  depth: "read_csv('depth.csv', all_varchar = true)",
  bars: "read_csv('bars.csv', all_varchar = true)",
} as const;

async function fixtureMapping(name: string): Promise<CsvMappingInput> {
  const {
    header: _,
    separator: __,
    skipLines: ___,
    ...rest
  } = await readMapping(fixture(`${name}.mapping.${name === 'depth' ? 'json' : 'yaml'}`));
  return rest;
}

/** Tables have no blank lines. */
const goldenOf = (name: string) =>
  readFileSync(fixture(`${name}.golden.txt`), 'utf8').replace(/^correction blank-lines.*\n/m, '');

const selectOf = (name: keyof typeof FIXTURE_TABLES) =>
  `select * from ${FIXTURE_TABLES[name].replace(/'(\w+\.csv)'/, (_, file) => `'${fixture(file)}'`)}`;

describe('the rows of the CSV fixtures', () => {
  it.each(Object.keys(FIXTURE_TABLES) as (keyof typeof FIXTURE_TABLES)[])(
    '%s: as texts in Parquet are the same tape',
    async (name) => {
      const golden = goldenOf(name);
      const mapping = await fixtureMapping(name);
      for (const codec of ['zstd', 'snappy', 'gzip', 'uncompressed']) {
        const path = await parquetOf(selectOf(name), { options: `, codec '${codec}'` });
        expect(tapeText(await importParquet({ files: [path], mapping })), codec).toBe(golden);
      }
      expect(tapeText(await sql(mapping, selectOf(name)))).toBe(golden);
    },
  );

  it('depth in the types that a database would have are the same tape', async () => {
    const typed = `select symbol, make_timestamp(timestamp::bigint) as timestamp, local_timestamp::bigint as local_timestamp,
      is_snapshot::boolean as is_snapshot, side, price::decimal(9, 2) as price, amount::double as amount from (${selectOf('depth')})`;
    const mapping = {
      ...(await fixtureMapping('depth')),
      exchangeTime: { column: 'timestamp', unit: 'iso', zone: 'UTC' },
    };
    const golden = goldenOf('depth');
    expect(tapeText(await parquet(mapping as CsvMappingInput, typed))).toBe(golden);
  });
});

/** Every way to write whole thousandths, as SQL of the decimal text `x`. */
const NUMBERS: Record<string, string> = {
  decimal4: 'x::decimal(4, 2)',
  decimal9: 'x::decimal(9, 3)',
  decimal18: 'x::decimal(18, 6)',
  decimal38: 'x::decimal(38, 20)',
  double: 'x::double',
  float: 'x::float',
  text: 'x',
  'long text': "x || '0000000000000'",
  'text with spaces': "'  ' || x || ' '",
};
const INTEGERS = [
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'hugeint',
  'utinyint',
  'usmallint',
  'uinteger',
  'ubigint',
  'uhugeint',
];

describe('numbers', () => {
  it.each(Object.entries(NUMBERS))('as %s are exact', async (_, expression) => {
    const values = ['0.01', '12.34', '-7.5', '0', '99.99', '0.1', '0.29', '-0.07'];
    const rows = values.map((value, at) => `${at}, '${value}'`);
    const tape = await parquet(TRADES, `select t, ${expression} as p, 1 as q from (${table('t, x', ...rows)})`);
    expect([...rowsOf(tape.columns, 'exchange')].map(({ priceTicks }) => priceTicks)).toEqual([
      ...[1, 1234, -750, 0, 9999, 10, 29, -7],
    ]);
  });

  it.each(INTEGERS)('as %s are exact at both ends, or refused where a tape cannot hold them', async (type) => {
    const mapping = { ...TRADES, instruments: { A: { tick: '1', lot: '1' } } };
    const bits = { tiny: 8, small: 16, integer: 32, big: 64, huge: 128 };
    const size = BigInt(bits[/tiny|small|big|huge/.exec(type)?.[0] as keyof typeof bits] ?? 32);
    const top = 2n ** (type.startsWith('u') ? size : size - 1n) - 1n;
    const bottom = type.startsWith('u') ? 0n : -top - 1n;
    for (const value of [top, bottom, 2n ** 53n - 1n, 2n ** 53n, 2n ** 64n - 1n, 2n ** 63n]) {
      if (value > top) continue;
      const attempt = sql(mapping, `select 0 as t, 1 as p, '${value}'::${type} as q`);
      const message = value < 0n ? `quantity ${value} is negative` : `${value} is more than 2^53 times 1`;
      if (value >= 0n && value < 2n ** 53n) expect((await attempt).columns.qtyLots[0]).toBe(Number(value));
      else await expect(attempt).rejects.toThrow(value < -(2n ** 53n) ? `${value} is more than 2^53 times 1` : message);
    }
  });

  it('of 32 bits that another multiple would have, too, are refused, others are not', async () => {
    const price = (value: string) => sql(TRADES, `select 0 as t, ${value}::float as p, 1 as q`);
    expect((await price('43250.13')).columns.priceTicks[0]).toBe(4_325_013);
    await expect(price('143250.13')).rejects.toThrow(
      'sql: row 0: column "p" (FLOAT): price 143250.13 is of 32 bits, too coarse to tell from the next: give DOUBLE or DECIMAL (the tick)',
    );
    await expect(price('1.005')).rejects.toThrow('price 1.005 is not a whole multiple of 0.01 (the tick)');
  });

  it('in any columns are those of the same rows in CSV', async () => {
    const trade = fc.record({
      t: fc.bigInt({ min: 1_600_000_000_000_000_000n, max: 1_600_000_000_000_000_000n + 10n ** 15n }),
      p: fc.integer({ min: -(10 ** 8), max: 10 ** 8 }),
      q: fc.integer({ min: 0, max: 10 ** 9 }),
      s: fc.constantFrom('buy', 'SELL', 'a name of more than twelve bytes', ''),
    });
    const side = { column: 's', buy: ['buy', 'a name of more than twelve bytes'], sell: ['sell'], none: [''] };
    const shape = { trades: { price: 'p', quantity: 'q', side } };
    const decimals = (digits: number, places: number) => (digits / 10 ** places).toFixed(places);
    const property = fc.asyncProperty(
      fc.array(trade, { minLength: 1, maxLength: 40 }),
      fc.constantFrom('decimal(18, 3)', 'double', 'varchar', 'decimal(38, 3)'),
      fc.constantFrom('t::bigint', 'make_timestamp_ns(t::bigint)', 't', 't::ubigint'),
      async (trades, number, time) => {
        const lines = trades.map(({ t, p, q, s }) => [t, decimals(p, 2), decimals(q, 3), s]);
        const text = ['t,p,q,s', ...lines.map((line) => line.join(','))].join('\n');
        const csv = await importCsv({ files: [temporaryFile('t.csv', `${text}\n`)], mapping: { ...BASE, ...shape } });
        const values = table('t, p, q, s', ...lines.map((line) => line.map((field) => `'${field}'`).join(', ')));
        const select = `select ${time} as t, p::${number} as p, q::${number} as q, nullif(s, '') as s from (${values})`;
        const exchangeTime = time.startsWith('make') ? { column: 't', unit: 'iso', zone: 'UTC' } : BASE.exchangeTime;
        const mapping = { ...BASE, exchangeTime, ...shape } as CsvMappingInput;
        expect(tapeText(await parquet(mapping, select))).toBe(tapeText(csv));
        expect(tapeText(await sql(mapping, select))).toBe(tapeText(csv));
      },
    );
    await fc.assert(property, { numRuns: 40, seed: 6 });
  });
});

describe('times', () => {
  const INSTANT = '2024-03-01 12:34:56.123456789';
  const origin = async (column: string, exchangeTime: object) =>
    (await parquet({ ...TRADES, exchangeTime } as CsvMappingInput, `select ${column}, 1 as p, 1 as q`)).info.originNs;
  const epoch = (fraction: string) =>
    BigInt(Date.parse('2024-03-01T12:34:56Z')) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));

  it.each([
    ['timestamp_s', '', 'UTC'],
    ['timestamp_ms', '123', 'UTC'],
    ['timestamp', '123456', 'UTC'],
    ['timestamp_ns', '123456789', 'UTC'],
    ['timestamptz', '123456', undefined],
  ])('of type %s are exact', async (type, fraction, zone) => {
    const given = { column: 't', unit: 'iso', ...(zone !== undefined && { zone }) };
    expect(await origin(`'${INSTANT}'::timestamp${type === 'timestamp_ns' ? '_ns' : ''}::${type} as t`, given)).toBe(
      epoch(fraction),
    );
  });

  it('before 1970 and at the ends of what is read are exact', async () => {
    for (const text of [
      '1969-12-31 23:59:59.999999999',
      '1900-01-01 00:00:00.000000001',
      '2105-12-31 23:59:59.999999999',
    ]) {
      const nanos = BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * 1_000_000n + BigInt(text.slice(20));
      const given = { column: 't', unit: 'iso', zone: 'UTC' };
      expect(await origin(`'${text}'::timestamp_ns as t`, given), text).toBe(nanos);
      expect(await origin(`${nanos}::bigint as t`, BASE.exchangeTime), text).toBe(nanos);
    }
  });

  it('of a wall clock are those of the zone that the mapping names', async () => {
    const given = { column: 't', unit: 'iso', zone: 'America/New_York' };
    expect(await origin(`'${INSTANT}'::timestamp_ns as t`, given)).toBe(epoch('123456789') + 5n * 3_600_000_000_000n);
  });

  it('may be a day, or a day and a time in two columns', async () => {
    const day = { column: 't', unit: 'iso', zone: 'UTC' };
    expect(await origin("date '2024-03-01' as t", day)).toBe(BigInt(Date.parse('2024-03-01')) * 1_000_000n);
    const two = { column: ['d', 't'], unit: 'iso', zone: 'UTC' };
    expect(await origin(`date '2024-03-01' as d, time '12:34:56.123456' as t`, two)).toBe(epoch('123456'));
    expect(await origin(`date '2024-03-01' as d, '12:34:56.123456789'::time_ns as t`, two)).toBe(epoch('123456789'));
  });

  it('count in the unit that the mapping gives, in any type of number', async () => {
    const cases: [string, string, bigint][] = [
      ['1709296496::integer', 's', epoch('')],
      ['1709296496.25::double', 's', epoch('25')],
      ['1709296496.123456789::decimal(20, 9)', 's', epoch('123456789')],
      ['1709296496123::bigint', 'ms', epoch('123')],
      ['1709296496123456::ubigint', 'us', epoch('123456')],
      ["'1709296496123456789'", 'ns', epoch('123456789')],
      ["'1709296496'", 's', epoch('')],
      ['(-1)::smallint', 's', -1_000_000_000n],
    ];
    for (const [value, unit, nanos] of cases)
      expect(await origin(`${value} as t`, { column: 't', unit }), value).toBe(nanos);
  });
});

describe('rows', () => {
  it('come in the order of the file, over row groups and files, and disorder is counted', async () => {
    const rows = 300_000;
    const select = (from: number) =>
      `select ${from} + range as t, 1 as p, (range % 977)::double / 1000 as q from range(${rows})`;
    const options = ', row_group_size 20000';
    const files = [await parquetOf(select(0), { options }), await parquetOf(select(rows - 10), { options })];
    const { columns, info } = await importParquet({ files, mapping: TRADES });
    expect(columns.length).toBe(2 * rows);
    for (let at = 0; at < rows - 10; at++) {
      if (columns.exchangeNs[at] !== at || columns.qtyLots[at] !== at % 977) expect.fail(`row ${at}`);
    }
    expect(info.corrections.map(({ name, count }) => [name, count])).toEqual([
      ['reordered-rows', 9],
      ['reordered-local-rows', 9],
    ]);
  });

  it('of a query come in the query’s order', async () => {
    const path = await parquetOf('select range as t, 1 as p, range % 5 as q from range(100000)');
    const tape = await sql(
      { ...TRADES, exchangeTime: BASE.exchangeTime },
      `select 0 as t, t / 100 as p, 1 as q from '${path}' order by p desc`,
    );
    const { priceTicks } = tape.columns;
    for (let at = 1; at < 100_000; at++) if (priceTicks[at - 1]! < priceTicks[at]!) expect.fail(`row ${at}`);
    expect(correctionsOf(tape)).toEqual({});
  });

  it('with NULL are refused with the row, except where CSV may leave a field empty', async () => {
    const value = (nulled: string) =>
      ['t', 'p', 'q', 's'].map(
        (name) => `${name === nulled ? 'NULL' : `'1'`}::${name === 's' ? 'varchar' : 'bigint'} as ${name}`,
      );
    const mapping = (none: string[]) =>
      ({
        ...BASE,
        trades: { price: 'p', quantity: 'q', side: { column: 's', buy: ['1'], sell: ['2'], none } },
      }) as CsvMappingInput;
    const attempt = (nulled: string, none: string[] = []) =>
      sql(mapping(none), `select ${value('')} union all select ${value(nulled)}`);
    await expect(attempt('t')).rejects.toThrow('sql: row 1: column "t" (BIGINT): NULL is no time');
    await expect(attempt('p')).rejects.toThrow('sql: row 1: column "p" (BIGINT): price NULL is no number (the tick)');
    await expect(attempt('q')).rejects.toThrow('sql: row 1: column "q" (BIGINT): quantity NULL is no number (the lot)');
    await expect(attempt('s')).rejects.toThrow('sql: row 1: column "s" (VARCHAR): side "" is none of 1, 2');
    expect((await attempt('s', [''])).columns.length).toBe(2);
    const quotes = { bidPrice: 'bp', bidQuantity: 'bq', askPrice: 'ap', askQuantity: 'aq' };
    const tape = await sql(
      { ...BASE, quotes },
      'select 0 as t, 1.5 as bp, 2.0::double as bq, NULL as ap, NULL::double as aq',
    );
    expect([...tape.columns.qtyLots]).toEqual([2_000, 0]);
  });

  it('wait where they are told to, and DuckDB’s, too; nothing is left there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tickwright-scratch-'));
    const scratch = new Scratch(join(folder, 'out.parquet'));
    const select = "select range as t, 1 as p, 1 as q, current_setting('temp_directory') as s from range(10)";
    const mapping: CsvMappingInput = { ...TRADES, symbol: { column: 's' } };
    await expect(importSql({ sql: select, mapping, scratch })).rejects.toThrow(
      `column "s" (VARCHAR) is "${join(folder, 'out.parquet.scratch-')}`,
    );
    const tape = await importSql({ sql: select, mapping: TRADES, scratch });
    await tape.writeTo(join(folder, 'out.parquet'));
    scratch.close();
    expect(readdirSync(folder)).toEqual(['out.parquet']);
  });
});

describe('what is written down', () => {
  it('are the files with size and hash, DuckDB’s version, and of SQL its text', async () => {
    const path = await parquetOf('select 0 as t, 1 as p, 1 as q');
    const file1 = expect.stringMatching(/^in\.parquet, \d+ bytes, sha256 [0-9a-f]{64}$/);
    const rest = {
      importerVersion: '1',
      duckdb: expect.stringMatching(/^v1\./),
      file1,
      shape: 'trades',
      localTime: 'exchange',
    };
    expect((await importParquet({ files: [path], mapping: TRADES })).info.provenance).toEqual({
      importer: 'parquet',
      ...rest,
    });
    const select = `select * from '${path}' union all from read_parquet(['${path}'])`;
    expect((await sql(TRADES, `  ${select};\n`)).info.provenance).toEqual({
      importer: 'sql',
      ...rest,
      sql: `${select};`,
    });
  });

  it('is how far it has come', async () => {
    const path = await parquetOf('select range as t, 1 as p, 1 as q from range(10000)');
    const seen: ImportProgress[] = [];
    await importParquet({ files: [path], mapping: TRADES, onProgress: (progress) => seen.push(progress) });
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.at(-1)).toMatchObject({ file: 0, files: 1, path, bytesRead: seen[0]!.bytesTotal });
  });
});

describe('a file', () => {
  it('is that of its name, whatever signs are in it, and nothing is made of its folders', async () => {
    const path = await parquetOf('select 0 as t, 7 as p, 1 as q');
    const other = await parquetOf('select 0 as t, 8 as p, 1 as q');
    const folder = join(dirname(path), "p=5 it's");
    mkdirSync(folder);
    for (const [from, to] of [
      [path, 'a[12]*?.parquet'],
      [other, 'a1xx.parquet'],
    ])
      renameSync(from!, join(folder, to!));
    const { columns } = await importParquet({ files: [join(folder, 'a[12]*?.parquet')], mapping: TRADES });
    expect([...columns.priceTicks]).toEqual([700]);
  });

  const refusal = async (content: string | Buffer, name = 'x.parquet') => {
    const path = temporaryFile(name, content);
    return importParquet({ files: [path], mapping: TRADES }).then(
      () => 'it was not refused',
      (cause: Error) => cause.message.replace(path, basename(path)),
    );
  };

  it('that is none is refused by what it is', async () => {
    expect(await refusal('')).toBe('x.parquet: the file is empty');
    expect(await refusal('t,p,q\n0,1,1\n2,3,4\n')).toBe('x.parquet: is no Parquet file (it does not begin with PAR1)');
    expect(await refusal('PAR1')).toBe('x.parquet: is no Parquet file (it does not begin with PAR1)');
    expect(await refusal('ARROW1\0\0some columns')).toMatch(
      /^x\.parquet: is an Arrow or Feather file; make it Parquet: python -c "/,
    );
    expect(await refusal('FEA1 some columns')).toMatch(/is an Arrow or Feather file/);
    expect(await refusal(Buffer.from('ffffffff70000000100000000000', 'hex'))).toMatch(
      /is an Arrow stream; make it Parquet: python/,
    );
    expect(await refusal('PAR1 some columns PARE')).toBe('x.parquet: is an encrypted Parquet file, which is not read');
    expect(await refusal('PAR1 some columns')).toBe('x.parquet: is cut off: no PAR1 at the end of its 17 bytes');
    expect(await refusal('PAR1 some columnsPAR1')).toMatch(
      /its Parquet footer cannot be \d+ bytes long in a file of 21$/,
    );
    expect(await refusal(Buffer.from('PAR1\x19\x19\x19\x19\x04\0\0\0PAR1', 'latin1'))).toMatch(
      /^x\.parquet: its Parquet footer is damaged: /,
    );
    await expect(importParquet({ files: ['nothing.parquet'], mapping: TRADES })).rejects.toThrow(
      'nothing.parquet: there is no such file',
    );
    await expect(importParquet({ files: [tmpdir()], mapping: TRADES })).rejects.toThrow(
      'is a folder or a device, not a file',
    );
    await expect(importParquet({ files: [], mapping: TRADES })).rejects.toThrow('parquet: no files were given');
  });

  it('without rows is said to have none', async () => {
    await expect(parquet(TRADES, 'select 0 as t, 1 as p, 1 as q where false')).rejects.toThrow(
      'in.parquet: there is nothing in it for the tape, not one row',
    );
  });

  it('without the columns, with two of a name, or with columns that are no numbers is refused', async () => {
    await expect(parquet(TRADES, 'select 0 as t, 1 as price, 1 as q')).rejects.toThrow(
      `in.parquet: the mapping's trades.price names column "p"; there are t, price, q`,
    );
    await expect(sql(TRADES, 'select 0 as t, 1 as p, 2 as p, 1 as q')).rejects.toThrow(
      'sql: there are two columns "p"',
    );
    const byPlace = { ...BASE, trades: { price: 1, quantity: 3 } };
    await expect(parquet(byPlace, 'select 0 as t, 1 as p, 1 as q')).rejects.toThrow(
      `the mapping's trades.quantity names column 3, but the columns go from 0 to 2`,
    );
    expect(
      (await parquet({ ...byPlace, trades: { price: 1, quantity: 2 } }, 'select 0 as t, 1 as p, 3 as q')).columns
        .qtyLots[0],
    ).toBe(3_000);
    for (const [value, type] of [
      ["'x'::blob", 'BLOB'],
      ['[1, 2]', 'INTEGER[]'],
      ['{a: 1}', 'STRUCT'],
      ["interval '1' day", 'INTERVAL'],
      ['uuid()', 'UUID'],
    ]) {
      await expect(parquet(TRADES, `select 0 as t, ${value} as p, 1 as q`)).rejects.toThrow(
        new RegExp(
          `in\\.parquet: the mapping's trades\\.price names column "p" \\(${type!.replace('[]', '\\[\\]')}.*a type that cannot be read`,
        ),
      );
    }
  });

  it('is not read by a mapping that speaks of text files', async () => {
    const select = 'select 0 as t, 1 as p, 1 as q';
    for (const option of [{ header: false }, { separator: ';' }, { skipLines: 2 }]) {
      await expect(parquet({ ...TRADES, ...option }, select)).rejects.toThrow(
        /^parquet: the mapping says \w+.*, which is for text files alone$/,
      );
    }
  });
});

/** One row, and what becomes of it with one field put wrong. */
const SPOILT: [what: string, change: Record<string, string>, message: RegExp][] = [
  [
    'a time without zone',
    { t: "timestamp '2024-03-01 00:00:00'" },
    /column "t" \(TIMESTAMP\): "2024-03-01T00:00:00.000000000" has no UTC offset and the mapping names no zone/,
  ],
  [
    'a time too late',
    { t: "timestamptz '2200-01-01'" },
    /column "t" \(TIMESTAMP WITH TIME ZONE\): 2200-01-01T00:00:00.000000000Z lies more than 136 years from 1970/,
  ],
  ['an endless time', { t: "'infinity'::timestamptz" }, /column "t" \(.*\): infinity lies more than/],
  [
    'a time as a double beyond 2^53',
    { t: '1709296496123456789::double' },
    /column "t" \(DOUBLE\): 1709296496123456800 of 64 bits is no exact time: it has lost digits/,
  ],
  ['a time as a float', { t: '1709296496::float' }, /column "t" \(FLOAT\): 1709296500 of 32 bits is no exact time/],
  ['a text that is no time', { t: "'yesterday'" }, /column "t" \(VARCHAR\): "yesterday" is not an ISO 8601 time/],
  ['an unknown side', { s: "'b'" }, /column "s" \(VARCHAR\): side "b" is none of buy, sell/],
  ['a number for a side', { s: '1' }, /column "s" \(INTEGER\): side "1" is none of buy, sell/],
  ['an unknown symbol', { y: "'B'" }, /column "y" \(VARCHAR\) is "B", not among the mapping's instruments \(A\)/],
  [
    'a price off the tick',
    { p: '1.005::decimal(9, 3)' },
    /column "p" \(DECIMAL\(9,3\)\): price 1.005 is not a whole multiple of 0.01 \(the tick\)/,
  ],
  [
    'a price with noise',
    { p: '0.1::double + 0.2' },
    /column "p" \(DOUBLE\): price 0.30000000000000004 is not a whole multiple/,
  ],
  ['a price that is no number', { p: "'NaN'::double" }, /column "p" \(DOUBLE\): price "NaN" is not a decimal number/],
  ['a price without end', { p: "'-inf'::float" }, /column "p" \(FLOAT\): price "-Infinity" is not a decimal number/],
  ['a price too high', { p: '3e7::double' }, /column "p" \(DOUBLE\): price 30000000 is beyond 2147483646 ticks/],
  ['a price of true', { p: 'true' }, /column "p" \(BOOLEAN\): price "true" is not a decimal number/],
  [
    'a price that is a time',
    { p: "timestamp '2024-03-01'" },
    /column "p" \(TIMESTAMP\): price "2024-03-01T00:00:00.000000000" is not a decimal number/,
  ],
  ['a quantity below zero', { q: '-1' }, /column "q" \(INTEGER\): quantity -1 is negative/],
  [
    'a quantity off the lot',
    { q: "'0.0005'" },
    /column "q" \(VARCHAR\): quantity 0.0005 is not a whole multiple of 0.001 \(the lot\)/,
  ],
];

describe('a row with', () => {
  const GOOD = { t: "timestamptz '2024-03-01 00:00:00+00'", y: "'A'", p: '1.25', q: '2', s: "'buy'" };
  const mapping: CsvMappingInput = {
    ...{ ...BASE, symbol: { column: 'y' }, exchangeTime: { column: 't', unit: 'iso' } },
    trades: { price: 'p', quantity: 'q', side: { column: 's', buy: ['buy'], sell: ['sell'] } },
  };
  const selectOf = (row: Record<string, string>) =>
    `select ${Object.entries(row)
      .map(([name, value]) => `${value} as ${name}`)
      .join(', ')}`;

  it.each(SPOILT)('%s is refused', async (_, change, message) => {
    expect((await parquet(mapping, selectOf(GOOD))).columns.length).toBe(1);
    await expect(parquet(mapping, selectOf({ ...GOOD, ...change }))).rejects.toThrow(/in\.parquet: row 0: /);
    await expect(parquet(mapping, selectOf({ ...GOOD, ...change }))).rejects.toThrow(message);
  });

  it('a timestamp in a unit of its own is refused', async () => {
    const counted = { ...mapping, exchangeTime: { column: 't', unit: 'us' } } as CsvMappingInput;
    await expect(parquet(counted, selectOf(GOOD))).rejects.toThrow(
      'row 0: column "t" (TIMESTAMP WITH TIME ZONE): a timestamp column knows its unit itself: give unit: iso',
    );
  });

  it('a local time before its exchange time is refused, or all are shifted', async () => {
    const both = { ...TRADES, localFrom: undefined, localTime: { column: 'l', unit: 'ns' } } as CsvMappingInput;
    const select = 'select 100 as t, 90 as l, 1 as p, 1 as q';
    await expect(parquet(both, select)).rejects.toThrow('row 0: local time lies 10 ns before exchange time');
    expect(correctionsOf(await parquet({ ...both, negativeLatency: 'shift' }, select))).toEqual({
      'negative-latency': 1,
    });
  });
});

it('memory that is no size, and too little of it, are refused in one line', async () => {
  const path = await parquetOf("select range as t, 1 as p, 1 as q, repeat('x', 100) || range as w from range(200000)");
  await expect(importSql({ sql: 'select 1', mapping: TRADES, memory: 'much' })).rejects.toThrow(
    'sql: memory is "much" where a size such as 1GB',
  );
  const attempt = importSql({ sql: `select t, p, q from '${path}' order by w`, mapping: TRADES, memory: '2MB' });
  const { message } = await attempt.then(
    () => new Error('it was not refused'),
    (cause: Error) => cause,
  );
  expect(message).toMatch(/^sql: Out of Memory Error: .*: let DuckDB take more \(--memory\), or ask for less/);
  expect(message).not.toContain('\n');
  expect(existsSync(path)).toBe(true);
});

it('a file that is no longer what its footer says is refused', async () => {
  const path = await parquetOf('select range as t, 1 as p, 1 as q from range(1000)');
  const bytes = readFileSync(path);
  const damaged = temporaryFile('x.parquet', bytes);
  writeFileSync(damaged, Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(60, 255), bytes.subarray(64)]));
  await expect(importParquet({ files: [damaged], mapping: TRADES })).rejects.toThrow(/x\.parquet: /);
});
