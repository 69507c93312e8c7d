/** All tables of run folders, as DuckDB and pandas read them: every cell against what was recorded. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { Recorder } from '../../analytics/recorder.js';
import { tradeTable } from '../../analytics/trade-table.js';
import { writeRunFolder } from '../../bridges/run-folder.js';
import { Simulation } from '../../core/simulation.js';
import { SECOND } from '../../core/time.js';
import { constantLatency, makerTakerFees, simulatedVenue } from '../../execution/index.js';
import { eager } from '../analytics/eager-strategy.js';
import { fourFills, settledRun } from '../analytics/hand-made-run.js';
import { randomTape } from '../reference/random-market.js';
import { type ExpectedTable, expectedTables, type Value } from './table-values.js';

const base = mkdtempSync(join(tmpdir(), 'tickwright-tables-'));
afterAll(() => rmSync(base, { recursive: true }));

/** Two strategies that trade much in three instruments. */
function simulated() {
  const recorder = new Recorder();
  const result = new Simulation({
    tapes: [randomTape({ seed: 20, rows: 40_000, instruments: 3, stepNs: 1e6, feedNs: 2e6, blockRows: 1000 })],
    strategies: [1, 2].map((each) => ({ name: `s${each}`, strategy: eager(each), capital: { '': 1e4 } })),
    venue: simulatedVenue({
      fees: makerTakerFees({ makerRate: -0.0001, takerRate: 0.0005 }),
      latency: constantLatency({ entryNs: 1e5, responseNs: 1e5 }),
    }),
    observers: [recorder],
    sampleNs: 5e7,
  }).run();
  return { recorder, result };
}

function byHand(run: ReturnType<typeof fourFills>) {
  return { recorder: run.recorder, result: run.outcome(0, 50 * SECOND) };
}

const RUNS = {
  'four fills': () => byHand(fourFills()),
  settled: () => byHand(settledRun()),
  simulated,
};
type RunName = keyof typeof RUNS;
const NAMES = Object.keys(RUNS) as RunName[];

const folders = {} as Record<RunName, string>;
const tables = {} as Record<RunName, [string, ExpectedTable][]>;

beforeAll(() => {
  for (const name of NAMES) {
    const { recorder, result } = RUNS[name]();
    folders[name] = join(base, name);
    writeRunFolder(folders[name], { recorder, result, config: null, seed: 1, tapes: [] });
    const { recording } = recorder;
    const expected = Object.entries(expectedTables(recording, tradeTable(recording)));
    const few = ['order_terms', 'entries', 'queue_trail', 'account_events', 'candles', 'metrics'];
    tables[name] = expected.filter(([table, { rows }]) => rows > 0 || !few.includes(table));
  }
});

/** Every cell of a table that some program read. `time`: a time as that program has it. */
function compare(
  name: string,
  { rows, columns }: ExpectedTable,
  actual: readonly Record<string, unknown>[],
  time: (ns: bigint) => bigint,
): void {
  expect(actual.length, name).toBe(rows);
  for (const [row, cells] of actual.entries()) {
    if (row === 0) expect(Object.keys(cells), name).toEqual(Object.keys(columns));
    for (const [column, of] of Object.entries(columns)) {
      const wanted: Value = of(row);
      const place = `${name}, row ${row}, ${column}`;
      const cell = cells[column];
      if (typeof wanted === 'bigint') expect(BigInt(cell as string), place).toBe(time(wanted));
      else if (typeof wanted === 'number' && typeof cell !== 'string' && cell !== null) {
        const error = Math.abs(Number(cell) - wanted);
        if (!(error <= 1e-13 * Math.abs(wanted))) expect(cell, place).toBe(wanted);
      } else if (cell !== wanted) expect(cell, place).toBe(wanted);
    }
  }
}

test('the runs have rows in every table', () => {
  const count = new Map<string, number>();
  for (const name of NAMES)
    for (const [table, { rows }] of tables[name]) count.set(table, (count.get(table) ?? 0) + rows);
  expect([...count.keys()].sort()).toEqual([
    ...[
      'account_events',
      'candles',
      'entries',
      'equity',
      'fills',
      'metrics',
      'order_terms',
      'orders',
      'positions',
      'queue_trail',
      'trades',
    ],
  ]);
  for (const table of ['fills', 'orders', 'entries', 'positions', 'equity'])
    expect(count.get(table)).toBeGreaterThan(100);
  expect(count.get('trades')).toBeGreaterThan(20);
});

describe('DuckDB', () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    connection = await (await DuckDBInstance.create(':memory:')).connect();
  });
  const query = async (sql: string) =>
    (await connection.runAndReadAll(sql)).getRowObjects() as Record<string, unknown>[];

  test.each(NAMES)('reads every cell as it was recorded: %s', async (name) => {
    for (const [table, expected] of tables[name]) {
      const file = join(folders[name], `${table}.parquet`);
      const described = await query(`describe select * from '${file}'`);
      // DuckDB's times with a zone are whole microseconds.
      const cells = described.map(({ column_name, column_type }) =>
        column_type === 'TIMESTAMP WITH TIME ZONE'
          ? `epoch_ns("${column_name}")::varchar as "${column_name}"`
          : `"${column_name}"`,
      );
      const rows = await query(`select ${cells.join(', ')} from '${file}'`);
      compare(`${name}/${table}`, expected, rows, (ns) => ns - (ns % 1000n));
    }
  });

  test('finds the trades worked out by hand, with the fills that made them', async () => {
    const of = (name: RunName) =>
      query(`select side, qty, max_position, entry_price, exit_price, gross_profit, fees, flows, net_profit, mae, mfe, holding_ns,
        fills, open_fill, close_fill, open_order_id, close_order_id, closed_by from '${folders[name]}/trades.parquet'`);
    const [first, second, ...more] = await of('four fills');
    expect(more).toEqual([]);
    // 4 bought at 100; 1 sold at 105 and 3 at 95: (105 + 285) / 4. Its lowest value is its end, its highest at the second fill.
    expect(first).toMatchObject({
      ...{ side: 'buy', qty: 4, max_position: 4, entry_price: 100, exit_price: 97.5, gross_profit: -10, flows: 0 },
      ...{
        holding_ns: 20_000_000_000n,
        fills: 3n,
        open_fill: 0n,
        close_fill: 2n,
        open_order_id: 1n,
        close_order_id: 3n,
      },
      closed_by: 'fill',
    });
    expect(first!.fees).toBeCloseTo(-0.008, 12);
    expect(first!.net_profit).toBeCloseTo(-9.992, 12);
    expect(first!.mae).toBeCloseTo(-9.992, 12);
    expect(first!.mfe).toBeCloseTo(20.02, 12);
    // 2 of the 5 sold at 95 opened it.
    expect(second).toMatchObject({
      ...{ side: 'sell', qty: 2, max_position: 2, entry_price: 95, exit_price: 96, gross_profit: -2, flows: 0 },
      ...{
        holding_ns: 10_000_000_000n,
        fills: 2n,
        open_fill: 2n,
        close_fill: 3n,
        open_order_id: 3n,
        closed_by: 'fill',
      },
    });
    const [settled] = await of('settled');
    // 8.1 after the split were sold for 139.5 + 110 + 180.
    expect(settled).toMatchObject({
      ...{ side: 'buy', qty: 4, max_position: 8.1, entry_price: 100, gross_profit: 29.5, fees: 1.5, flows: 0.25 },
      ...{ net_profit: 28.25, fills: 4n, open_fill: 0n, close_fill: null, close_order_id: null, closed_by: 'expiry' },
    });
    expect(settled!.exit_price).toBeCloseTo(429.5 / 8.1, 12);
  });

  test('sums trades to what the account says', async () => {
    for (const [name, wanted] of [
      ['four fills', -12.02],
      // The interest of 0.25 belongs to no instrument.
      ['settled', 28.5 - 0.25],
    ] as const) {
      const [row] = await query(
        `select fsum(net_profit) as net, fsum(gross_profit - fees + flows) as parts from '${folders[name]}/trades.parquet'`,
      );
      expect(row!.net).toBeCloseTo(wanted, 12);
      expect(row!.parts).toBeCloseTo(wanted, 12);
    }
    const [fills] = await query(`select count(*) as n from '${folders.simulated}/trades.parquet' t join (
      select row_number() over () - 1 as row, * from '${folders.simulated}/fills.parquet') f
      on f.row = t.open_fill and f.strategy = t.strategy and f.instrument = t.instrument and f.side = t.side and f.local_time = t.open_time`);
    const [trades] = await query(`select count(*) as n from '${folders.simulated}/trades.parquet'`);
    expect(fills!.n, 'open_fill is the row of the fill that opened it').toBe(trades!.n);
  });

  test.each(NAMES)('finds a description of every column: %s', async (name) => {
    for (const [table, { columns }] of tables[name]) {
      const [row] = await query(
        `select decode(value) as docs from parquet_kv_metadata('${folders[name]}/${table}.parquet') where decode(key) = 'tickwright.columns'`,
      );
      const docs = JSON.parse(String(row!.docs)) as Record<string, string>;
      expect(Object.keys(docs)).toEqual(Object.keys(columns));
      for (const [column, doc] of Object.entries(docs)) {
        expect(doc, `${table}.${column}`).not.toBe('');
        if (/time$/.test(column)) expect(doc).toContain('UTC, ns');
        if (/_lots$/.test(column)) expect(doc).toContain('lots');
        if (/_ticks$/.test(column)) expect(doc).toContain('ticks');
      }
    }
  });
});

const { path, missing } = inject('python');

describe.skipIf(missing !== '')('pandas', () => {
  /** Times come as whole ns in text, whatever pandas's clock is. */
  const SCRIPT = `
import json, sys
import pandas as pd, tickwright as tw
run = tw.run_folder(sys.argv[1])
out = {}
for table in run.tables:
    frame = getattr(run, table) if hasattr(type(run), table) else run.table(table)
    columns = {}
    for name in frame.columns:
        cells = frame[name]
        if isinstance(cells.dtype, pd.DatetimeTZDtype):
            assert str(cells.dtype) == "datetime64[ns, UTC]", (table, name, cells.dtype)
            columns[name] = [None if pd.isna(cell) else str(cell.value) for cell in cells]
        else:
            columns[name] = [None if pd.isna(cell) else cell for cell in cells.tolist()]
    out[table] = columns
json.dump(out, sys.stdout)
`;

  test.each(NAMES)('reads every cell as it was recorded: %s', (name) => {
    const script = join(base, 'dump.py');
    writeFileSync(script, SCRIPT);
    const text = execFileSync(path, [script, folders[name]], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const read = JSON.parse(text) as Record<string, Record<string, unknown[]>>;
    expect(Object.keys(read)).toEqual(tables[name].map(([table]) => table).sort());
    for (const [table, expected] of tables[name]) {
      const columns = read[table]!;
      const rows = Array.from({ length: expected.rows }, (_, row) =>
        Object.fromEntries(Object.entries(columns).map(([column, cells]) => [column, cells[row]])),
      );
      compare(`${name}/${table}`, expected, rows, (ns) => ns);
    }
  });
});
