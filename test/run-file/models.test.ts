/** Everything that a run file can say makes a run that trades: each field, and each model of each union. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareRun } from '../../bridges/run-file/prepare.js';
import { readRunFile } from '../../bridges/run-file/read.js';
import { runSchema } from '../../bridges/run-file/schema.js';
import { StrategyRegistry } from '../../strategies/registry.js';
import { type AcceptedRun, OTHER_RUNS, VENUE, VENUE_RUNS } from './accepted-runs.js';
import { ORIGIN_NS, Outcomes, SYMBOLS, trader, writeModelMarket } from './model-market.js';
import { addWritten, missingFrom, type Outline, outlineOf } from './schema-outline.js';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tickwright-models-'));
  writeModelMarket(join(directory, 'market.parquet'));
  const at = (seconds: number, ns = 0) => String(ORIGIN_NS + BigInt(seconds) * 1_000_000_000n + BigInt(ns));
  const row = (seconds: number, refused = false) =>
    [at(seconds), refused ? '0' : at(seconds, 2e6), at(seconds, 5e6)].join(',');
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

test('every key and every word that the schema knows is in one of these runs', () => {
  const written: Outline = { keys: new Map(), words: new Map(), defaults: new Map() };
  for (const [, given] of [...VENUE_RUNS, ...OTHER_RUNS]) addWritten({ ...BASE, ...given }, known, written);
  expect(missingFrom(written, known)).toEqual([]);
});

test('with the default venue every kind of data fills orders', async () => {
  const { outcomes } = await run({ venue: VENUE });
  expect([...outcomes.symbolsFilled].sort()).toEqual([...SYMBOLS].sort());
  expect(outcomes.makerFills).toBeGreaterThan(0);
  expect(outcomes.takerFills).toBeGreaterThan(0);
});
