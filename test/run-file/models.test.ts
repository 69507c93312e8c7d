/** Everything that a run file can say makes a run that trades: each field, and each model of each union. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addToCatalog } from '../../bridges/catalog/catalog-add.js';
import { prepareRun } from '../../bridges/run-file/prepare.js';
import { readRunFile } from '../../bridges/run-file/read.js';
import { runSchema } from '../../bridges/run-file/schema.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { Reason } from '../../core/order.js';
import { StrategyRegistry } from '../../strategies/registry.js';
import { type AcceptedRun, OTHER_RUNS, PYTHON_RUNS, VENUE, VENUE_RUNS } from './accepted-runs.js';
import { ORIGIN_NS, Outcomes, SYMBOLS, trader, writeModelMarket } from './model-market.js';
import { addWritten, missingFrom, type Outline, outlineOf } from './schema-outline.js';

let directory = '';
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tickwright-models-'));
  writeModelMarket(join(directory, 'market.parquet'));
  const at = (seconds: number, ns = 0) => String(ORIGIN_NS + BigInt(seconds) * 1_000_000_000n + BigInt(ns));
  const row = (seconds: number, refused = false) =>
    [at(seconds), refused ? '0' : at(seconds, 2e6), at(seconds, 5e6)].join(',');
  await addToCatalog(join(directory, 'ticks'), openTape(join(directory, 'market.parquet')), {
    venue: 'SIM',
    days: 'utc',
  });
  writeFileSync(join(directory, 'latency.csv'), ['request,exchange,response', row(1), row(20), row(50), ''].join('\n'));
  writeFileSync(join(directory, 'refusing.csv'), [row(1), row(20), row(30, true), row(40), row(50)].join('\n'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const known = outlineOf(runSchema);
const BASE = { tape: 'market.parquet', strategies: [{ use: 'trader' }], currency: 'USD', rates: { EUR: 1.1 } };

/** Reads and runs it as the command line does. */
async function run(given: Readonly<Record<string, unknown>>) {
  writeFileSync(join(directory, 'run.json'), JSON.stringify({ ...BASE, ...given }));
  const outcomes = new Outcomes();
  const file = await readRunFile('run.json', { directory });
  const registry = new StrategyRegistry([trader(outcomes)]);
  const { simulation, recorder } = await prepareRun(file, { registry });
  const result = simulation.run();
  return { result, outcomes, recorder };
}

describe.each([
  ['the venue', VENUE_RUNS],
  ['the rest', OTHER_RUNS],
])('%s', (_what, runs: readonly AcceptedRun[]) => {
  test.each(runs)('%s', async (_name, given) => {
    const { result, outcomes } = await run(given);
    expect(result.failure).toBeUndefined();
    expect(result.orderEvents).toBeGreaterThan(100);
    expect(result.fills).toBeGreaterThan(20);
    expect(outcomes.events.size).toBeGreaterThan(2);
  });
});

test('every key and every word that the schema knows is in one of these runs, or of those with Python', () => {
  const written: Outline = { keys: new Map(), words: new Map(), defaults: new Map() };
  for (const [, given] of [...VENUE_RUNS, ...OTHER_RUNS, ...PYTHON_RUNS])
    addWritten({ ...BASE, ...given }, known, written);
  expect(missingFrom(written, known)).toEqual([]);
});

test('with the default venue every kind of data fills orders', async () => {
  const { outcomes } = await run({ venue: VENUE });
  expect([...outcomes.symbolsFilled].sort()).toEqual([...SYMBOLS].sort());
  expect(outcomes.makerFills).toBeGreaterThan(0);
  expect(outcomes.takerFills).toBeGreaterThan(0);
});

describe('what a run file says is what happens', () => {
  test('a recorded latency: 2 ms there and 3 ms back in every row of the table', async () => {
    const { outcomes } = await run({ venue: { ...VENUE, latency: { table: 'latency.csv' } } });
    expect([...outcomes.entryNs]).toEqual([2e6]);
    expect(Math.min(...outcomes.responseNs)).toBe(3e6);
  });

  test('a latency in proportion to the feed, of 2 ms, of the venue’s own tape', async () => {
    const latency = { feed: { entry: 4, response: 3 } };
    const { outcomes } = await run({
      tape: ['market.parquet', { synthetic: { rows: 20_000 } }],
      venues: [
        { ...VENUE, name: 'real', instruments: [...SYMBOLS], latency },
        { ...VENUE, name: 'made-up', instruments: ['SYN-*'] },
      ],
      strategies: [{ use: 'trader', instruments: [...SYMBOLS] }],
      rates: { EUR: 1.1, '': 1 },
    });
    expect([...outcomes.entryNs]).toEqual([8e6]);
  });

  test('feed latency replaces the recorded one; a clock offset shifts exchange times', async () => {
    const plain = await run({ venue: VENUE });
    expect([...plain.outcomes.feedNs]).toEqual([2e6]);
    const slow = await run({ venue: VENUE, tape: { path: 'market.parquet', feedLatency: '50ms' } });
    expect([...slow.outcomes.feedNs]).toEqual([50e6]);
    const behind = await run({ venue: VENUE, tape: { path: 'market.parquet', clockOffset: '-1ms' } });
    expect([...behind.outcomes.feedNs]).toEqual([1e6]);
    const ahead = await run({ venue: VENUE, tape: { path: 'market.parquet', clockOffset: '1ms' } });
    expect([...ahead.outcomes.feedNs]).toEqual([3e6]);
  });

  test('computing time: requests leave later, so they arrive later than entry latency alone says', async () => {
    const { outcomes } = await run({ venue: VENUE, strategies: [{ use: 'trader', computeTime: '7ms' }] });
    expect([...outcomes.entryNs]).toEqual([5e6]);
    const quick = await run({ venue: VENUE });
    expect(quick.result.runHash).not.toBe(
      (await run({ venue: VENUE, strategies: [{ use: 'trader', computeTime: '7ms' }] })).result.runHash,
    );
  });

  test('a risk limit refuses with its name, value and the attempt; quantities are decimal', async () => {
    const { outcomes } = await run({
      venue: VENUE,
      risk: [{ limit: 'order-size', qty: { BARS: 0.01 } }],
      strategies: [{ use: 'trader', params: { lots: 2 } }],
    });
    const wrong = [...outcomes.details].filter(
      (detail) =>
        !/^all strategies: max-order-size: 1 lots of BARS; this order to (buy|sell) 2 lots of BARS at/.test(detail),
    );
    expect(wrong).toEqual([]);
    expect(outcomes.details.size).toBeGreaterThan(0);
    expect(outcomes.symbolsFilled.has('BARS')).toBe(false);
    expect(outcomes.symbolsFilled.has('DEPTH')).toBe(true);
  });

  test('contract terms replace those on the tape: an instrument expires, an inverse one settles in its base', async () => {
    const instruments = [
      {
        symbol: 'DEPTH',
        contract: 'inverse',
        multiplier: 10,
        base: 'BTC',
        quote: 'USD',
        expiry: '2024-01-02T00:00:30Z',
      },
      'BARS',
      'ORDERS',
      'QUOTES',
    ];
    const { outcomes } = await run({ venue: VENUE, instruments, rates: { BTC: 100 } });
    expect(outcomes.lastFillNs.get('DEPTH')).toBeLessThanOrEqual(30e9);
    expect(outcomes.lastFillNs.get('QUOTES')).toBeGreaterThan(50e9);
    expect(outcomes.reasons.get(Reason.notTraded)).toBeGreaterThan(0);
    // Its own market quotes what its money is worth.
    await run({ venue: VENUE, instruments, rates: {} });
  });

  test('capital is there from the start, in the account’s currency', async () => {
    const { result } = await run({ venue: VENUE, strategies: [{ use: 'trader', capital: { USD: 1000, EUR: 10 } }] });
    expect(result.strategies[0]!.account.capital).toBeCloseTo(1011, 9);
  });

  test('instruments that are not of the run need no venue', async () => {
    const venues = [{ ...VENUE, name: 'only', instruments: ['DEPTH'] }];
    const { outcomes } = await run({ instruments: ['DEPTH'], venues });
    expect([...outcomes.symbolsFilled]).toEqual(['DEPTH']);
  });

  test('an instrument is settled by the venue where it trades, at that venue’s price', async () => {
    const expiry = '2024-01-02T00:00:30Z';
    const instruments = SYMBOLS.map((symbol) => ({ symbol, expiry }));
    const venues = [
      { ...VENUE, name: 'first', instruments: ['DEPTH', 'BARS'], settlement: { expiry: 50 } },
      { ...VENUE, name: 'second', instruments: ['ORDERS', 'QUOTES'], settlement: { expiry: 70 } },
    ];
    const { outcomes } = await run({ venues, instruments });
    expect(new Map([...outcomes.settledTicks].sort())).toEqual(
      new Map(
        [...outcomes.settledTicks.keys()].sort().map((symbol) => [symbol, 'DB'.includes(symbol[0]!) ? 500 : 700]),
      ),
    );
    expect(outcomes.settledTicks.size).toBeGreaterThan(2);
  });
});
