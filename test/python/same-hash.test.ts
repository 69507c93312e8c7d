/** One strategy in two languages is one run: same hash in TypeScript and in Python, and again from the journal alone. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { importBinanceCapture } from '../../bridges/import/binance-capture.js';
import { prepareRun } from '../../bridges/run-file/prepare.js';
import type { PythonOptions } from '../../bridges/run-file/python-config.js';
import { readRunFile } from '../../bridges/run-file/read.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';

const { path: python, missing } = inject('python');
const strategy = fileURLToPath(new URL('./strategies/touch.py', import.meta.url));
const capture = fileURLToPath(new URL('../../../shared/truth/binance-raw/usdm_btcusdt_20240808.gz', import.meta.url));
const hasTruth = existsSync(capture);
if (!hasTruth)
  console.warn('SKIPPED: ../shared/truth is not on this machine, Python does not replay the BTCUSDT capture');

const VENUE = {
  like: 'hftbacktest',
  latency: { entry: '10ms', response: '10ms' },
  queue: { model: 'risk-averse' },
  fees: { maker: 0.0002, taker: 0.0005 },
};
const REALISTIC = {
  latency: { entry: '3ms', response: '2ms' },
  queue: { model: 'power', exponent: 3 },
  fees: { maker: 0, taker: 0.0003 },
};
const IN_PYTHON = { python: `${strategy}:Touch`, name: 'touch', interpreter: python };
const IN_TYPESCRIPT = { use: 'touch' };

describe.skipIf(missing !== '')('a strategy in Python', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tickwright-same-hash-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run(content: Record<string, unknown>, options: PythonOptions & { keep?: string } = {}) {
    const path = join(folder, 'run.json');
    writeFileSync(path, JSON.stringify(content));
    const { keep, ...python } = options;
    const prepared = await prepareRun(await readRunFile(path), { python });
    try {
      const result = prepared.simulation.run();
      if (keep !== undefined) prepared.python.journal!.copyTo(keep);
      return result;
    } finally {
      prepared.python.close();
    }
  }

  const SYNTHETIC = { synthetic: { seed: 11, rows: 100_000, instruments: 1 } };

  test.each([
    ['the reference rules', VENUE],
    ['realistic rules', REALISTIC],
  ])('has the run hash of its twin in TypeScript on a synthetic market: %s', async (_name, venue) => {
    const params = { step: '50ms', qty: 0.01 };
    const here = await run({ tape: SYNTHETIC, strategies: [{ ...IN_TYPESCRIPT, params }], venue });
    const there = await run({ tape: SYNTHETIC, strategies: [{ ...IN_PYTHON, params }], venue });
    expect(here.fills).toBeGreaterThan(50);
    expect(there.runHash).toBe(here.runHash);
  });

  test('has the hash of its twin when thinking takes modelled time, however long Python really took', async () => {
    const slow = { computeTime: '4ms' };
    const here = await run({ tape: SYNTHETIC, strategies: [{ ...IN_TYPESCRIPT, ...slow }], venue: REALISTIC });
    const there = await run({ tape: SYNTHETIC, strategies: [{ ...IN_PYTHON, ...slow }], venue: REALISTIC });
    const quick = await run({ tape: SYNTHETIC, strategies: [IN_TYPESCRIPT], venue: REALISTIC });
    expect(here.runHash).not.toBe(quick.runHash);
    expect(here.fills).toBeGreaterThan(10);
    expect(there.runHash).toBe(here.runHash);
  });

  test('is repeated by its journal without Python, to the same hash', async () => {
    const journal = join(folder, 'bridge.journal');
    const content = { tape: SYNTHETIC, strategies: [IN_PYTHON, { ...IN_TYPESCRIPT, name: 'other' }], venue: REALISTIC };
    const live = await run(content, { journalIn: folder, keep: journal });
    const nowhere = { ...IN_PYTHON, interpreter: '/nowhere/python' };
    const again = await run({ ...content, strategies: [nowhere, content.strategies[1]] }, { replay: journal });
    expect(again.runHash).toBe(live.runHash);
    expect((await run(content, { check: journal })).runHash).toBe(live.runHash);
  });

  test('runs beside others as each would alone, whatever their number', async () => {
    const three = ['a', 'b', 'c'].map((name, at) => ({ ...IN_PYTHON, name, params: { step: `${100 * (at + 1)}ms` } }));
    const twins = ['a', 'b', 'c'].map((name, at) => ({
      ...IN_TYPESCRIPT,
      name,
      params: { step: `${100 * (at + 1)}ms` },
    }));
    const here = await run({ tape: SYNTHETIC, strategies: twins, venue: REALISTIC });
    const there = await run({ tape: SYNTHETIC, strategies: three, venue: REALISTIC });
    expect(there.runHash).toBe(here.runHash);
  });

  test.skipIf(!hasTruth)('has the run hash of its twin on the BTCUSDT capture, at 3,448 steps', async () => {
    const { columns, info } = await importBinanceCapture({
      files: [capture],
      symbol: 'BTCUSDT',
      tick: '0.1',
      lot: '0.001',
    });
    const tape = join(folder, 'btcusdt.parquet');
    writeTape(tape, columns, info);
    const here = await run({ tape, strategies: [IN_TYPESCRIPT], venue: VENUE });
    const there = await run({ tape, strategies: [IN_PYTHON], venue: VENUE });
    expect(here.fills).toBe(348);
    expect(there.runHash).toBe(here.runHash);
  });
});
