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
import {
  checkRunFolderTarget,
  RUN_FOLDER_FILES,
  RunFolderError,
  readRunFolder,
  rewriteReport,
  writeRunFolder,
} from '../../bridges/run-folder.js';
import { ORDER_EVENT_NAMES } from '../../core/order.js';
import type { RunFailure } from '../../core/simulation.js';
import { SECOND } from '../../core/time.js';
import { fourFills, HandMadeRun, ODD_SYMBOL, ORIGIN_NS } from '../analytics/hand-made-run.js';

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

function hidden(): string[] {
  return readdirSync(base).filter((name) => name.startsWith('.'));
}

describe('a run folder', () => {
  const folder = join(base, 'parents', 'are made', 'run');
  beforeAll(() => {
    writeRunFolder(folder, content());
  });

  test('holds every file, and nothing is left beside it', () => {
    expect(readdirSync(folder).sort()).toEqual([...RUN_FOLDER_FILES].sort());
    expect(readdirSync(join(folder, '..'))).toEqual(['run']);
  });

  test('is the same, byte for byte, for the same run, but for the times in the manifest', () => {
    const again = join(base, 'again');
    writeRunFolder(again, { ...content(), startedAt: new Date(0) });
    for (const name of RUN_FOLDER_FILES) {
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

  test('reads back to the same recording and figures', async () => {
    const run = fourFills();
    const { recording, summary } = await readRunFolder(folder);
    for (const name of ['orders', 'fills', 'equity', 'positions', 'metrics'] as const) {
      const expected = Object.entries(run.recorder.recording[name]);
      for (const [column, cells] of expected) {
        const actual = (recording[name] as Record<string, typeof cells>)[column]!;
        // A price off the tick is kept as decimal only.
        const values = [...cells.slice()].map((value) =>
          column === 'priceTicks' && value === 1.5 ? Number.NaN : value,
        );
        expect([...actual.slice()], `${name}.${column}`).toEqual(values);
      }
    }
    expect(summary).toEqual(JSON.parse(JSON.stringify(summary)));
    expect(summary.strategies[0]!.profit).toBeCloseTo(-12.02, 10);
  });

  test('makes the very same report anew from its own files', async () => {
    const path = join(folder, 'report.html');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, 'spoiled');
    expect(await rewriteReport(folder)).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(readdirSync(folder).sort()).toEqual([...RUN_FOLDER_FILES].sort());
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
    expect(readdirSync(path)).toHaveLength(RUN_FOLDER_FILES.length + 1);
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
