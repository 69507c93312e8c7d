/** SQL as a source of rows: only a SELECT is run and it can alter nothing; a tape of our own comes back as it was. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { CsvMappingInput } from '../../bridges/import/csv-mapping.js';
import { oneLine } from '../../bridges/import/duckdb-source.js';
import { importSql } from '../../bridges/import/sql.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { type Columns, Kind } from '../../core/index.js';
import { syntheticBlocks, syntheticInfo } from '../../core/synthetic.js';
import { allRows } from '../catalog/day-rows.js';
import { MAIN } from '../cli/command-line.js';
import { parquetOf, sql, TRADES } from './parquet-writer.js';
import { rowsOf } from './tape-rows.js';

describe('what is no SELECT over files that it names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tickwright-sql-'));
  const inFolder = (name: string) => join(folder, name).replaceAll("'", "''");
  const REFUSED: [what: string, sql: string, message: string | RegExp][] = [
    ['nothing', ' -- nothing\n', 'sql: has 0 statements where one SELECT was expected'],
    ['two statements', 'select 1; select 2', 'sql: has 2 statements where one SELECT was expected'],
    ['COPY', "copy (select 1) to 'F/out.csv'", 'sql: is no SELECT, and nothing else is run'],
    ['EXPORT', "export database 'F/out'", 'sql: is no SELECT, and nothing else is run'],
    ['ATTACH', "attach 'F/out.duckdb'", 'sql: is no SELECT, and nothing else is run'],
    ['INSERT', 'insert into t values (1) returning i', 'sql: is no SELECT, and nothing else is run'],
    ['CREATE', 'create table t as select 1', 'sql: is no SELECT, and nothing else is run'],
    ['SET', "set memory_limit = '10GB'", 'sql: is no SELECT, and nothing else is run'],
    ['PRAGMA', 'pragma version', 'sql: is no SELECT, and nothing else is run'],
    [
      'CALL',
      "call enable_logging(storage = 'file', storage_path = 'F/logs')",
      'sql: is no SELECT, and nothing else is run',
    ],
    ['INSTALL', 'install httpfs', 'sql: is no SELECT, and nothing else is run'],
    ['EXPLAIN', 'explain analyze select 1', 'sql: is no SELECT, and nothing else is run'],
    [
      'a function that writes',
      "from enable_logging(storage = 'file', storage_path = 'F/logs')",
      /^sql: reads from enable_logging\(…\), which is none of read_parquet/,
    ],
    [
      'one deep inside',
      'select (select count(*) from (select * from checkpoint())) as p',
      /^sql: reads from checkpoint\(…\)/,
    ],
    ['one in a name for a query', 'with w as (from duckdb_settings()) from w', /^sql: reads from duckdb_settings\(…\)/],
    ['SQL in a text', "from query('select 1')", /^sql: reads from query\(…\)/],
    ['a tree of SQL', "from json_execute_serialized_sql('{}')", /^sql: reads from json_execute_serialized_sql\(…\)/],
    [
      'a file that is computed',
      "from read_parquet('F/' || 'x.parquet')",
      'sql: the files of read_parquet(…) must be named by a text or a list of texts',
    ],
    [
      'a list that is computed',
      "from read_parquet(list_transform(['x'], y -> y))",
      'sql: the files of read_parquet(…) must be named',
    ],
    [
      'a database',
      "from 'F/x.duckdb'",
      /^sql: reads from ".*x\.duckdb", which is no file of Parquet, CSV or JSON by its name/,
    ],
    [
      'a table of the system',
      'from information_schema.tables',
      'sql: reads from "information_schema.tables", which is no file',
    ],
    [
      'an address',
      "from 'https://example.com/x.parquet'",
      'sql: "https://example.com/x.parquet" is an address, and only files of this machine are read: fetch it first',
    ],
    [
      'an address in a function',
      "from read_csv('https://example.com/x')",
      'sql: "https://example.com/x" is an address',
    ],
    ['a file that is not there', "from 'F/nothing*.parquet'", /^sql: there is no file ".*nothing\*\.parquet"/],
    ['parameters', 'select $1 as p', 'sql: has parameters, for which there are no values'],
    ['bad SQL', 'select 1 frm x y', 'sql: syntax error at or near "x" (at: x y)'],
    [
      'a column that is not there',
      'select\n  nope as p\nfrom range(3)',
      'sql: Binder Error: Referenced column "nope" not found in FROM clause! Candidate bindings: "range" (line 2, at: nope as p)',
    ],
    [
      'a value that cannot be',
      "select 'x'::int as p, 0 as t, 1 as q",
      /^sql: Conversion Error: Could not convert string 'x' to INT32/,
    ],
  ];

  it.each(REFUSED)('%s is refused, in one line, and nothing is done', async (_, text, message) => {
    const attempt = importSql({ sql: text.replaceAll('F/', `${inFolder('')}`), mapping: TRADES });
    const refusal = await attempt.then(
      () => new Error('it was not refused'),
      (cause: Error) => cause,
    );
    if (typeof message === 'string') expect(refusal.message).toContain(message);
    else expect(refusal.message).toMatch(message);
    expect(refusal.message).not.toContain('\n');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('but names for queries, functions that touch nothing and files of other formats may be read', async () => {
    writeFileSync(join(folder, 'in.csv'), 't,p,q\n1709251200000000001,1.25,2\n');
    writeFileSync(join(folder, 'in.jsonl'), '{"t":1709251200000000002,"p":"1.26","q":3}\n');
    const { columns, info } = await sql(
      TRADES,
      `with w as (select t, p::varchar as p, q from '${inFolder('in.csv')}'
         union all select t, p::varchar, q from read_json(['${inFolder('in.jsonl')}']))
       select t + range as t, p, q + unnest as q from w, range(1), unnest([0]) order by t`,
    );
    expect([...columns.priceTicks, ...columns.qtyLots, ...columns.exchangeNs]).toEqual([125, 126, 2_000, 3_000, 0, 1]);
    expect(info.provenance).toMatchObject({
      file1: expect.stringMatching(/^in\.jsonl, 43 bytes/),
      file2: expect.stringMatching(/^in\.csv, 33 bytes/),
    });
  });
});

it('times that SQL makes of text are UTC, wherever the machine is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tickwright-zone-'));
  writeFileSync(
    join(folder, 'm.json'),
    JSON.stringify({ ...TRADES, exchangeTime: { column: 't', unit: 'iso' } } satisfies CsvMappingInput),
  );
  const select = "select '2024-03-01 00:00:00'::timestamptz as t, 1 as p, 1 as q";
  const words = ['import', 'sql', '--sql', select, '--mapping', 'm.json', '--out', 'out.parquet'];
  execFileSync(process.execPath, [MAIN, ...words], { cwd: folder, env: { ...process.env, TZ: 'Asia/Tokyo' } });
  const { originNs } = openTape(join(folder, 'out.parquet')).info;
  expect(originNs).toBe(BigInt(Date.UTC(2024, 2, 1)) * 1_000_000n);
});

it('a message that points at a place in a query becomes one line', () => {
  const message = 'Binder Error: no\nsuch thing\n\nLINE 3: select a, b from c\n                  ^';
  expect(oneLine(message)).toBe('Binder Error: no such thing (line 3, at: b from c)');
  expect(oneLine('a\n  b\n')).toBe('a b');
});

it('without DuckDB says what to install', async () => {
  vi.doMock('@duckdb/node-api', () => {
    throw new Error('Cannot find package');
  });
  vi.resetModules();
  const { importSql: without } = await import('../../bridges/import/sql.js');
  await expect(without({ sql: 'select 1', mapping: TRADES })).rejects.toThrow(
    'sql: Parquet and SQL need DuckDB, which is not installed: npm install @duckdb/node-api',
  );
  vi.doUnmock('@duckdb/node-api');
  vi.resetModules();
});

describe('a tape of our own', () => {
  const options = { seed: 5, rows: 60_000, instruments: 2 };
  const { instruments } = syntheticInfo(options);
  const path = join(mkdtempSync(join(tmpdir(), 'tickwright-own-')), 'own.parquet');
  writeTape(path, syntheticBlocks(options), syntheticInfo(options));
  const original = allRows(openTape(path), openTape(path).info.originNs);
  const terms = Object.fromEntries(instruments.map(({ symbol, ...rest }) => [symbol, rest]));
  const steps = instruments.map(
    ({ symbol, tick, lot }) => `('${symbol}', ${tick}::decimal(18, 9), ${lot}::decimal(18, 9))`,
  );
  const mapping = {
    symbol: { column: 'instrument' },
    instruments: terms,
    exchangeTime: { column: 'exchange_ns', unit: 'iso', zone: 'UTC' },
    localTime: { column: 'local_ns', unit: 'iso', zone: 'UTC' },
  } as CsvMappingInput;
  const side = { column: 'side', buy: ['buy'], sell: ['sell'], none: ['none'] };
  // What stands twice, once for each side, is one event.
  const select = (kind: string) => `
    select tape.*, price_ticks * tick as price, qty_lots * lot as quantity
    from read_parquet('${path}', file_row_number = true) tape join (values ${steps.join(', ')}) steps(instrument, tick, lot) using (instrument)
    where kind = '${kind}' and seen <> 'local' order by exchange_ns, file_row_number`;

  /** What a side sees of a kind, in its order; a mapping makes messages of its own, so flags are left out. */
  function linesOf(columns: Columns, clock: 'exchange' | 'local', kind: Kind, shiftNs = 0): string[] {
    const lines: string[] = [];
    for (const row of rowsOf(columns, clock)) {
      const times = [row.exchangeNs + shiftNs, row.localNs + shiftNs];
      const instrument = columns.instrument[row.row];
      if (row.kind === kind) lines.push([...times, row.side, instrument, row.priceTicks, row.qtyLots].join(' '));
    }
    return lines;
  }

  it.each([
    ['trade', Kind.trade, { trades: { price: 'price', quantity: 'quantity', side } }],
    ['depth', Kind.depth, { depth: { price: 'price', quantity: 'quantity', side } }],
  ] as const)('comes back as it was: %s', async (name, kind, shape) => {
    const { columns, info } = await importSql({
      sql: select(name),
      mapping: { ...mapping, ...shape } as CsvMappingInput,
    });
    const shift = Number(info.originNs - openTape(path).info.originNs);
    for (const clock of ['exchange', 'local'] as const) {
      const expected = linesOf(original, clock, kind);
      expect(expected.length).toBeGreaterThan(1_000);
      expect(linesOf(columns, clock, kind, shift)).toEqual(expected);
    }
  });
});

it('a text of SQL over a file says in the tape what it was', async () => {
  const path = await parquetOf('select 0 as t, 1 as p, 1 as q');
  const text = `select t, p, q -- of ${'x'.repeat(20)}\nfrom '${path}'`;
  expect((await sql(TRADES, text)).info.provenance.sql).toBe(text);
  expect(readFileSync(path).length).toBeGreaterThan(100);
});
