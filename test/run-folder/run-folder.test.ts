import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Recorder } from '../../analytics/recorder.js';
import { manyFills } from '../../bench/many-fills.js';
import { JournalWriter } from '../../bridges/python/journal.js';
import { readParquetTable } from '../../bridges/run-folder/table-reader.js';
import {
  checkRunFolderTarget,
  RUN_FOLDER_FILES,
  RunFolderError,
  readRunFolder,
  rewriteReport,
  writeRunFolder,
} from '../../bridges/run-folder.js';
import { ORDER_EVENT_NAMES, OrderEventKind, Reason } from '../../core/order.js';
import type { RunFailure } from '../../core/simulation.js';
import { SECOND } from '../../core/time.js';
import { fourFills, HandMadeRun, ODD_SYMBOL, ORIGIN_NS, settledRun } from '../analytics/hand-made-run.js';
import { writeCells } from './cell-table.js';

const base = mkdtempSync(join(tmpdir(), 'tickwright-run-folder-'));
afterAll(() => rmSync(base, { recursive: true }));

const tape = {
  instruments: [{ symbol: 'ABC', tick: '0.5', lot: '0.1' }],
  originNs: ORIGIN_NS,
  rows: 1234,
  columns: { orderId: false, bars: false, value: false },
  provenance: { importer: 'hand' },
  corrections: [{ name: 'negative-latency', count: 3, note: 'all local times moved by 5 ns' }],
  counts: [[0, 1234]],
  hash: 'cd'.repeat(32),
  path: 'tapes/abc.parquet',
};

function content(run = fourFills(), options: { failure?: RunFailure } = {}) {
  const result = run.outcome(0, 50 * SECOND, options.failure);
  return {
    recorder: run.recorder,
    result,
    config: { latency: { entry: '10ms' }, deep: [1n, Infinity] },
    seed: 7,
    tapes: [tape],
  };
}

/** What was tried under stress is not of these runs, nor are bars and places in line. */
const ALL_FILES = RUN_FOLDER_FILES.filter((name) => !/^(stress|candles|queue_trail)/.test(name)).sort();
/** Files of a run that has no account events, no orders with terms, no Python, and a venue that tells nothing. */
const PLAIN_FILES = ALL_FILES.filter((name) => !/^(account_events|order_terms|entries|bridge)/.test(name));

function hidden(): string[] {
  return readdirSync(base).filter((name) => name.startsWith('.'));
}

describe('a run folder', () => {
  const folder = join(base, 'parents', 'are made', 'run');
  beforeAll(() => {
    writeRunFolder(folder, content());
  });

  test('holds every file, and nothing is left beside it', () => {
    expect(readdirSync(folder).sort()).toEqual(PLAIN_FILES);
    expect(readdirSync(join(folder, '..'))).toEqual(['run']);
    const journal = new JournalWriter(base, { strategies: [] });
    writeRunFolder(join(base, 'settled'), { ...content(settledRun()), journal });
    journal.close();
    expect(readdirSync(join(base, 'settled')).sort()).toEqual(ALL_FILES);
  });

  test('is the same, byte for byte, for the same run, but for the times in the manifest', () => {
    const again = join(base, 'again');
    writeRunFolder(again, { ...content(), startedAt: new Date(0) });
    for (const name of PLAIN_FILES) {
      if (name === 'manifest.json') continue;
      expect(readFileSync(join(again, name)).equals(readFileSync(join(folder, name))), name).toBe(true);
    }
    const manifests = [again, folder].map((path) => JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')));
    expect({ ...manifests[0], createdAt: '', startedAt: '' }).toEqual({
      ...manifests[1],
      createdAt: '',
      startedAt: '',
    });
  });

  test('keeps config, seed, versions, tapes and corrections in the manifest', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({
      format: 'tickwright-run',
      status: 'completed',
      runHash: 'ab'.repeat(32),
      config: { latency: { entry: '10ms' }, deep: ['1', 'Infinity'] },
      seed: 7,
      versions: { node: process.versions.node, tickwright: expect.stringMatching(/^\d+\.\d+\.\d+/) },
      originNs: String(ORIGIN_NS),
      tapes: [
        { path: 'tapes/abc.parquet', hash: 'cd'.repeat(32), corrections: [{ name: 'negative-latency', count: 3 }] },
      ],
    });
  });

  test('keeps the log one line a message, with the time of the run', () => {
    expect(readFileSync(join(folder, 'log.txt'), 'utf8')).toBe('2024-08-08T23:54:17.298000001Z maker hello\\nworld\n');
  });

  test('says in the log how many lines were not kept', () => {
    const run = fourFills(new Recorder({ maxLogLines: 0 }));
    writeRunFolder(join(base, 'chatty'), content(run));
    expect(readFileSync(join(base, 'chatty', 'log.txt'), 'utf8')).toBe(
      "… 1 more lines were not kept: the recorder's limit is 0\n",
    );
  });

  test('has no metrics file when no metric was recorded', () => {
    const run = new HandMadeRun();
    run.sample(50 * SECOND, true);
    writeRunFolder(join(base, 'silent'), content(run));
    expect(readdirSync(join(base, 'silent'))).not.toContain('metrics.parquet');
  });

  test.each([
    ['plain', fourFills],
    ['settled', settledRun],
  ])('reads back to the same recording and figures (%s)', async (name, run) => {
    const path = join(base, `back-${name}`);
    const { recording: written } = run().recorder;
    const wrote = writeRunFolder(path, content(run()));
    const { recording, summary } = await readRunFolder(path);
    for (const table of ['orders', 'terms', 'fills', 'accountEvents', 'equity', 'positions', 'metrics'] as const) {
      const expected = Object.entries(written[table]);
      for (const [column, cells] of expected) {
        const actual = (recording[table] as Record<string, typeof cells>)[column]!;
        // A price off the tick is kept as decimal only.
        const values = [...cells.slice()].map((value) =>
          column === 'priceTicks' && value === 1.5 ? Number.NaN : value,
        );
        expect([...actual.slice()], `${table}.${column}`).toEqual(values);
      }
    }
    expect([...recording.details]).toEqual([...written.details]);
    expect(recording.clientIds).toEqual(written.clientIds);
    expect(recording.currency).toBe(written.currency);
    expect(summary).toEqual(wrote);
  });

  test.each([
    ['plain', fourFills],
    ['settled', settledRun],
  ])('makes the very same report anew from its own files (%s)', async (name, run) => {
    const place = join(base, `anew-${name}`);
    writeRunFolder(place, content(run()));
    const files = readdirSync(place);
    const path = join(place, 'report.html');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, 'spoiled');
    expect(await rewriteReport(place)).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(readdirSync(place)).toEqual(files);
  });

  test('makes the very same report anew of many fills, more than fit a chunk of a column or a group of rows', async () => {
    const place = join(base, 'anew-many');
    const { recorder, result } = manyFills(30_000, 3);
    writeRunFolder(place, { recorder, result, config: null, seed: 1, tapes: [] });
    const path = join(place, 'report.html');
    const before = readFileSync(path, 'utf8');
    expect(before).toContain('MADE-3');
    await rewriteReport(place);
    expect(readFileSync(path, 'utf8') === before).toBe(true);
  });

  test('of before there were account events, details and reasons is read as one without', async () => {
    const path = join(base, 'old');
    const parts = ['currency', 'flows', 'closings', 'ends', 'selfTradesPrevented', 'droppedDetails'];
    writeRunFolder(path, content());
    for (const name of ['summary.json', 'manifest.json']) {
      const old = JSON.parse(readFileSync(join(path, name), 'utf8'), (key, value) =>
        parts.includes(key) ? undefined : value,
      );
      writeFileSync(join(path, name), JSON.stringify(old));
    }
    const { manifest, summary } = await readRunFolder(path);
    expect(manifest.currency).toBe('');
    const [maker] = summary.strategies;
    expect(maker).toMatchObject({ flows: { total: 0 }, closings: { expiry: { count: 0 } }, orders: { ends: [] } });
    expect(maker!.instruments[0]).toMatchObject({ currency: '', flows: 0, closings: 0 });
    expect(await rewriteReport(path)).toBe(join(path, 'report.html'));
  });

  test('may lack columns that were added later: their cells are null', () => {
    const path = join(base, 'table.parquet');
    const old = { name: 'old', form: 'double', doc: 'was there' } as const;
    const late = { name: 'late', form: 'text', nullable: true, doc: 'added' } as const;
    writeCells(path, [old], 3, (_, row) => row);
    const cells: unknown[] = [];
    readParquetTable(path, [old, { ...late, optional: true }], (column, { first, rows, numbers }) => {
      cells.push([column, first, ...numbers.subarray(0, rows)]);
    });
    expect(cells).toEqual([
      [0, 0, 0, 1, 2],
      [1, 0, NaN, NaN, NaN],
    ]);
    expect(() => readParquetTable(path, [old, late], () => {})).toThrow('column late is missing');
  });

  test('keeps orders that asked for what there is not: bad requests are refused, not lost', async () => {
    const run = new HandMadeRun({ names: ['a'] });
    const wild = { side: 1, priceTicks: 1e308, qtyLots: 1e308, stopTicks: -1e308, displayLots: 0.5 } as const;
    const order = run.special(
      {
        ...{ ...wild, expiresNs: -1e308, trailTicks: Number.NaN, trailFraction: Infinity, clientId: '\ud800\n' },
        ...({ type: 99, timeInForce: 77, selfTrade: 55, triggerBy: 44 } as object),
      },
      SECOND,
    );
    run.event(order, OrderEventKind.rejected, SECOND, { reason: Reason.badRequest, exchangeNs: Number.NaN });
    run.sample(2 * SECOND, true);
    const path = join(base, 'wild');
    writeRunFolder(path, content(run));
    const { recording } = await readRunFolder(path);
    const { orders, terms } = recording;
    expect([orders.type.at(0), orders.timeInForce.at(0), terms.selfTrade.at(0), terms.triggerBy.at(0)]).toEqual([
      99, 77, 55, 44,
    ]);
    expect([orders.qtyLots.at(0), terms.stopTicks.at(0), terms.expiresNs.at(0)]).toEqual([NaN, NaN, Infinity]);
  });

  test('of a failed run keeps what was recorded, and the error', async () => {
    const failure = {
      strategy: 'maker',
      handler: 'onBook',
      timeNs: 40 * SECOND,
      message: 'boom',
      stack: 'Error: boom\n    at maker.ts:1',
    };
    const path = join(base, 'failed');
    writeRunFolder(path, content(fourFills(), { failure }));
    const { manifest, summary, recording } = await readRunFolder(path);
    expect(manifest).toMatchObject({ status: 'failed', failure });
    expect(summary).toMatchObject({
      status: 'failed',
      failure: { strategy: 'maker', handler: 'onBook', time: '2024-08-08T23:54:56.298000001Z', message: 'boom' },
    });
    expect(recording.fills.localNs.length).toBe(4);
    expect(readFileSync(join(path, 'summary.json'), 'utf8'), 'a stack names places on this machine').not.toContain(
      'maker.ts',
    );
  });
});

describe('the Parquet files, read by DuckDB', () => {
  const folder = join(base, 'duck');
  let query: (sql: string) => Promise<Record<string, unknown>[]>;

  beforeAll(async () => {
    writeRunFolder(folder, content());
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    query = async (sql) => {
      const result = await connection.runAndReadAll(sql.replaceAll('@', `${folder}/`));
      return result.getRowObjects() as Record<string, unknown>[];
    };
  });

  async function types(file: string): Promise<Record<string, string>> {
    const rows = await query(`describe select * from '@${file}'`);
    return Object.fromEntries(rows.map((row) => [row.column_name, `${row.column_type}`]));
  }

  test('have the types that people expect', async () => {
    expect(await types('fills.parquet')).toEqual({
      local_time: 'TIMESTAMP WITH TIME ZONE',
      exchange_time: 'TIMESTAMP WITH TIME ZONE',
      strategy: 'VARCHAR',
      instrument: 'VARCHAR',
      order_id: 'BIGINT',
      side: 'VARCHAR',
      maker: 'BOOLEAN',
      price: 'DOUBLE',
      price_ticks: 'INTEGER',
      qty: 'DOUBLE',
      qty_lots: 'BIGINT',
      leaves: 'DOUBLE',
      leaves_lots: 'BIGINT',
      fee: 'DOUBLE',
      position: 'DOUBLE',
      position_lots: 'BIGINT',
      bid: 'DOUBLE',
      bid_ticks: 'INTEGER',
      ask: 'DOUBLE',
      ask_ticks: 'INTEGER',
      ahead_lots: 'DOUBLE',
      venue_bid: 'DOUBLE',
      venue_bid_ticks: 'INTEGER',
      venue_ask: 'DOUBLE',
      venue_ask_ticks: 'INTEGER',
      mid_1ms: 'DOUBLE',
      mid_1ms_ticks: 'DOUBLE',
      mid_10ms: 'DOUBLE',
      mid_10ms_ticks: 'DOUBLE',
      mid_100ms: 'DOUBLE',
      mid_100ms_ticks: 'DOUBLE',
      mid_1s: 'DOUBLE',
      mid_1s_ticks: 'DOUBLE',
      mid_5s: 'DOUBLE',
      mid_5s_ticks: 'DOUBLE',
      mid_10s: 'DOUBLE',
      mid_10s_ticks: 'DOUBLE',
      mid_60s: 'DOUBLE',
      mid_60s_ticks: 'DOUBLE',
    });
    expect(await types('equity.parquet')).toMatchObject({ time: 'TIMESTAMP WITH TIME ZONE', equity: 'DOUBLE' });
  });

  test('have exact times, decimals and whole numbers', async () => {
    const rows =
      await query(`select epoch_ns(local_time) as ns, side, maker, price, price_ticks, qty, qty_lots, position, fee
      from '@fills.parquet' order by local_time`);
    // DuckDB's times with a zone are microseconds; the file's own are checked by our reader.
    const second = 1_000_000_000n;
    expect(rows[1]).toEqual({
      ns: ((ORIGIN_NS + 20n * second) / 1000n) * 1000n,
      side: 'sell',
      maker: true,
      price: 105,
      price_ticks: 210,
      qty: 1,
      qty_lots: 10n,
      position: 3,
      fee: -0.01,
    });
  });

  test('have int64 nanoseconds on disk', async () => {
    const rows = await query(
      `select type, logical_type from parquet_schema('@fills.parquet') where name = 'local_time'`,
    );
    expect(rows[0]!.type).toBe('INT64');
    expect(`${rows[0]!.logical_type}`).toMatch(/isAdjustedToUTC=1.*NANOS|NANOS.*isAdjustedToUTC=1/s);
  });

  test('say in the file what each column holds', async () => {
    const rows = await query(
      `select decode(value) as docs from parquet_kv_metadata('@orders.parquet') where decode(key) = 'tickwright.columns'`,
    );
    const docs = JSON.parse(String(rows[0]!.docs));
    expect(docs.price_ticks).toContain('whole ticks');
    expect(Object.keys(docs)).toEqual(Object.keys(await types('orders.parquet')));
  });

  test('tie up with the account: fees, last equity, traded value', async () => {
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
    const [maker] = summary.strategies;
    const [sums] = await query(
      `select fsum(fee) as fees, sum(price * qty) as volume, count(*) as trades from '@fills.parquet'`,
    );
    expect(sums!.fees).toBeCloseTo(maker.fees, 12);
    expect(sums!.volume).toBeCloseTo(maker.volume, 9);
    expect(Number(sums!.trades)).toBe(maker.trades);
    const [last] = await query(`select * from '@equity.parquet' where strategy = 'maker' order by time desc limit 1`);
    expect(last).toMatchObject({ equity: maker.profit, cash: maker.cash, fees: maker.fees, realised: maker.realised });
  });

  test('name events, reasons and odd symbols in words, and have null where there is nothing', async () => {
    const events = await query(`select event, count(*) as n from '@orders.parquet' group by event`);
    for (const { event } of events) expect(ORDER_EVENT_NAMES).toContain(event);
    const [refused] = await query(`select * from '@orders.parquet' where event = 'rejected'`);
    expect(refused).toMatchObject({
      price: 0.75,
      price_ticks: null,
      qty: null,
      qty_lots: null,
      exchange_time: null,
      reason: 'the price is not a whole number of ticks within int32',
      post_only: true,
      time_in_force: 'GTC',
    });
    const [odd] = await query(
      `select count(*) as n from '@positions.parquet' where instrument = '${ODD_SYMBOL.replaceAll("'", "''")}' and bid is null`,
    );
    expect(Number(odd!.n)).toBe(12);
    const metrics = await query(`select name, value from '@metrics.parquet' order by name`);
    expect(metrics).toEqual([
      { name: 'mood', value: null },
      { name: 'spread', value: 1.5 },
    ]);
  });

  test('of account events and order terms are documented tables of their own', async () => {
    const settled = join(base, 'duck-settled');
    writeRunFolder(settled, content(settledRun()));
    const of = (sql: string) => query(sql.replaceAll('#', `${settled}/`));
    const described = await of(`describe select * from '#account_events.parquet'`);
    expect(Object.fromEntries(described.map((row) => [row.column_name, `${row.column_type}`]))).toEqual({
      local_time: 'TIMESTAMP WITH TIME ZONE',
      exchange_time: 'TIMESTAMP WITH TIME ZONE',
      strategy: 'VARCHAR',
      instrument: 'VARCHAR',
      event: 'VARCHAR',
      price: 'DOUBLE',
      price_ticks: 'DOUBLE',
      qty: 'DOUBLE',
      qty_lots: 'BIGINT',
      amount: 'DOUBLE',
      fee: 'DOUBLE',
      currency: 'VARCHAR',
      position: 'DOUBLE',
      position_lots: 'BIGINT',
      fills_before: 'BIGINT',
    });
    const events = await of(
      `select event, instrument, price, price_ticks, qty, amount, fee, currency, position from '#account_events.parquet'`,
    );
    const shared = { instrument: 'ABC', amount: 0, fee: 0, currency: 'USD' };
    expect(events).toEqual([
      { ...shared, event: 'funding', price: 100.25, price_ticks: 200.5, qty: 0, amount: -1.5, position: 4 },
      { ...shared, event: 'split', price: 50, price_ticks: 100, qty: 4.1, amount: -0.25, position: 8.1 },
      { ...shared, event: 'dividend', price: null, price_ticks: null, qty: 0, amount: 2, position: 8.1 },
      { ...shared, event: 'liquidation', price: 45, price_ticks: 90, qty: -3.1, fee: 1, position: 5 },
      { ...shared, event: 'expiry', price: 60, price_ticks: 120, qty: -3, position: 0 },
      {
        ...{ event: 'interest', instrument: null, price: null, price_ticks: null, qty: null },
        ...{ amount: 0.25, fee: 0, currency: 'USD', position: null },
      },
    ]);
    const terms = await of(
      `select order_id, client_id, stop, display, display_lots, hidden, reduce_only, all_or_none, leads,
        epoch_ns(expires_time) as expires, self_trade, trigger_by, parent_id, group_id, group_kind
       from '#order_terms.parquet' order by order_id`,
    );
    const plain = { hidden: false, all_or_none: false, trigger_by: 'trade' };
    expect(terms).toEqual([
      {
        ...{ ...plain, order_id: 1n, client_id: 'ice "1"', stop: null, display: 1, display_lots: 10n, leads: true },
        ...{
          reduce_only: false,
          expires: null,
          self_trade: 'venue',
          parent_id: null,
          group_id: null,
          group_kind: 'oco',
        },
      },
      {
        ...{ ...plain, order_id: 2n, client_id: null, stop: 92.5, display: 0, display_lots: 0n, leads: false },
        ...{ reduce_only: true, expires: ((ORIGIN_NS + 60_000_000_000n) / 1000n) * 1000n, self_trade: 'cancelNew' },
        ...{ parent_id: 1n, group_id: 3n, group_kind: 'ouo' },
      },
    ]);
    const refused = await of(
      `select order_id, event, type, time_in_force, reason, detail from '#orders.parquet' where detail is not null`,
    );
    expect(refused).toHaveLength(3);
    expect(refused[0]).toEqual({
      ...{ order_id: 3n, event: 'rejected', type: 'limit', time_in_force: 'GTC', reason: 'a risk limit' },
      detail: 'max-order-size: 500 lots; this order to buy 7000 lots of ABC at 100',
    });
    const [stop] = await of(`select type, time_in_force from '#orders.parquet' where order_id = 2 limit 1`);
    expect(stop).toEqual({ type: 'stopLimit', time_in_force: 'GTD' });
    const [entry] = await of(
      `select order_id, event, ahead_lots, bid, ask_ticks, epoch_ns(exchange_time) as at from '#entries.parquet'`,
    );
    expect(entry).toEqual({
      ...{ order_id: 1n, event: 'rested', ahead_lots: 12.5, bid: 99.5, ask_ticks: 201 },
      at: ((ORIGIN_NS + 4_000_001_000n) / 1000n) * 1000n,
    });
    // The venue's mid went from 100 to 99.75 a microsecond after the fill, and to 99.25 after a second.
    const [seen] = await of(
      `select ahead_lots, venue_bid, venue_ask_ticks, mid_1ms, mid_1s_ticks, mid_5s from '#fills.parquet' limit 1`,
    );
    expect(seen).toEqual({
      ...{ ahead_lots: -0.25, venue_bid: 99.5, venue_ask_ticks: 201 },
      ...{ mid_1ms: 99.75, mid_1s_ticks: 199.5, mid_5s: null },
    });
    for (const file of ['account_events', 'order_terms', 'entries']) {
      const [row] = await of(
        `select decode(value) as docs from parquet_kv_metadata('#${file}.parquet') where decode(key) = 'tickwright.columns'`,
      );
      const columns = await of(`describe select * from '#${file}.parquet'`);
      expect(Object.keys(JSON.parse(String(row!.docs)))).toEqual(columns.map(({ column_name }) => column_name));
    }
  });

  test('tie up with a settled account: flows, fees of fills and closings, last equity', async () => {
    const settled = join(base, 'duck-ties');
    writeRunFolder(settled, content(settledRun()));
    const of = (sql: string) => query(sql.replaceAll('#', `${settled}/`));
    const [holder] = JSON.parse(readFileSync(join(settled, 'summary.json'), 'utf8')).strategies;
    const [fills] = await of(`select fsum(fee) as fees, sum(price * qty) as volume from '#fills.parquet'`);
    const [events] = await of(
      `select fsum(fee) as fees, fsum(amount) as flows,
        sum(price * abs(qty)) filter (event in ('liquidation', 'expiry')) as volume from '#account_events.parquet'`,
    );
    expect(Number(fills!.fees) + Number(events!.fees)).toBeCloseTo(holder.fees, 12);
    expect(Number(fills!.volume) + Number(events!.volume)).toBeCloseTo(holder.volume, 9);
    expect(events!.flows).toBeCloseTo(holder.flows.total, 12);
    const [last] = await of(
      `select *, realised + unrealised - fees + flows as profit from '#equity.parquet' order by time desc`,
    );
    expect(last).toMatchObject({ profit: holder.profit, flows: holder.flows.total, capital: 1000, cash: holder.cash });
    expect(last!.equity).toBeCloseTo(1000 + holder.profit, 9);
  });

  test('hold more rows than one row group', async () => {
    const run = new HandMadeRun({ names: ['a'] });
    const order = run.order(1, 100, 200_000);
    for (let i = 0; i < 150_000; i++) run.fill(order, i, 100 + (i % 7), 1, i % 3 === 0, 1e-5);
    run.sample(50 * SECOND, true);
    const large = join(base, 'large');
    writeRunFolder(large, content(run));
    const { recording } = await readRunFolder(large);
    expect([...recording.fills.priceTicks.slice()]).toEqual([...run.recorder.recording.fills.priceTicks.slice()]);
    const [sums] = await query(`select count(*) as n, fsum(fee) as fees from '${large}/fills.parquet'`);
    expect(sums!.fees).toBeCloseTo(run.accounts[0]!.fees, 12);
    expect(Number(sums!.n)).toBe(150_000);
    const size = readFileSync(join(large, 'report.html')).length;
    expect(size, 'the page stays small however many fills there were').toBeLessThan(400_000);
  });
});

describe('a run folder is refused', () => {
  const refusal = (path: string, overwrite?: boolean) => {
    try {
      writeRunFolder(path, { ...content(), ...(overwrite !== undefined && { overwrite }) });
    } catch (error) {
      expect(error).toBeInstanceOf(RunFolderError);
      expect((error as Error).message).not.toContain('\n');
      expect((error as Error).message).toContain(path);
      expect(() => checkRunFolderTarget(path, { overwrite: overwrite ?? false }), 'known before the run').toThrow(
        RunFolderError,
      );
      expect(hidden(), 'nothing left beside').toEqual([]);
      return (error as Error).message;
    }
    return 'written';
  };

  test('when it holds a run, unless that one is given up', () => {
    const path = join(base, 'twice');
    expect(refusal(path)).toBe('written');
    const first = readFileSync(join(path, 'manifest.json'), 'utf8');
    expect(refusal(path)).toContain('already holds a run');
    expect(readFileSync(join(path, 'manifest.json'), 'utf8')).toBe(first);
    writeRunFolder(path, { ...content(), seed: 8, overwrite: true });
    expect(JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')).seed).toBe(8);
    expect(hidden()).toEqual([]);
  });

  test('when it holds anything else, even when it may be overwritten', () => {
    const path = join(base, 'documents');
    mkdirSync(path);
    writeFileSync(join(path, 'thesis.txt'), 'years of work');
    expect(refusal(path, true)).toContain('thesis.txt');
    expect(readdirSync(path)).toEqual(['thesis.txt']);
  });

  test('when somebody put a file of their own beside the run', () => {
    const path = join(base, 'annotated');
    writeRunFolder(path, content());
    writeFileSync(join(path, 'notes.md'), 'mine');
    expect(refusal(path, true)).toContain('notes.md');
    expect(readdirSync(path)).toHaveLength(PLAIN_FILES.length + 1);
  });

  test('when it is a file, or lies under one, or cannot exist', () => {
    writeFileSync(join(base, 'file'), '');
    expect(refusal(join(base, 'file'))).toContain('is a file');
    expect(refusal(join(base, 'file', 'run'))).toMatch(/ENOTDIR|EEXIST/);
    expect(refusal(join(base, 'n'.repeat(300)))).toContain('the name is too long');
  });

  test('but not when it is empty, or a link to a folder, which stays a link', () => {
    mkdirSync(join(base, 'empty'));
    symlinkSync(join(base, 'empty'), join(base, 'link'));
    expect(refusal(join(base, 'link'))).toBe('written');
    expect(existsSync(join(base, 'empty', 'summary.json'))).toBe(true);
  });

  test('and a failure while writing leaves the old run as it was', () => {
    const path = join(base, 'survivor');
    writeRunFolder(path, content());
    const before = readFileSync(join(path, 'manifest.json'), 'utf8');
    const broken = content();
    Object.defineProperty(broken.recorder.recording.fills.leavesLots, 'at', {
      value: () => {
        throw new Error('memory gone');
      },
    });
    // What may still fill is read by nothing but the writing of the files.
    expect(() => writeRunFolder(path, { ...broken, overwrite: true })).toThrow('memory gone');
    expect(readFileSync(join(path, 'manifest.json'), 'utf8')).toBe(before);
    expect(hidden()).toEqual([]);
  });
});

describe('reading a run folder says what is wrong and where', () => {
  async function damage(name: string, change: (path: string) => void): Promise<string> {
    const path = join(base, `damaged-${name}`);
    writeRunFolder(path, content());
    change(path);
    const error = await readRunFolder(path).then(
      () => new Error('read'),
      (fault: Error) => fault,
    );
    expect(error).toBeInstanceOf(RunFolderError);
    expect(error.message).not.toContain('\n');
    expect(error.message).toContain(path);
    return error.message;
  }
  const edit = (file: string, from: string, to: string) => (path: string) => {
    const target = join(path, file);
    const text = readFileSync(target, 'utf8');
    expect(text).toContain(from);
    writeFileSync(target, text.replace(from, to));
  };

  test.each([
    ['no-folder', (path: string) => rmSync(path, { recursive: true }), 'is no run folder: it has no manifest.json'],
    [
      'no-tick',
      edit('manifest.json', '"tick": "0.5"', '"tick": "x"'),
      'manifest.json: field instruments: instrument ABC: tick "x" is not a decimal number',
    ],
    ['no-json', edit('manifest.json', '"format"', 'format'), 'manifest.json cannot be read'],
    ['other-format', edit('manifest.json', 'tickwright-run', 'other'), 'field format'],
    ['newer', edit('manifest.json', '"version": 1', '"version": 2'), 'field version'],
    ['no-count', edit('summary.json', '"trades": 4', '"trades": "four"'), 'field strategies.0.trades'],
    ['no-fills', (path: string) => rmSync(join(path, 'fills.parquet')), 'fills.parquet'],
    ['rows', edit('manifest.json', '"fills": 4', '"fills": 5'), 'has 4 rows, the manifest says 5'],
    ['strategy', edit('manifest.json', '    "maker",', '    "other",'), '"maker" is not one of'],
    ['no-parquet', (path: string) => writeFileSync(join(path, 'fills.parquet'), 'nothing'), 'fills.parquet'],
    [
      'cut',
      (path: string) => {
        const target = join(path, 'fills.parquet');
        writeFileSync(target, readFileSync(target).subarray(0, -20));
      },
      'fills.parquet',
    ],
    [
      'swapped',
      (path: string) => writeFileSync(join(path, 'fills.parquet'), readFileSync(join(path, 'equity.parquet'))),
      'column local_time is missing',
    ],
  ])('%s', async (name, change, message) => {
    expect(await damage(name, change)).toContain(message);
  });
});
