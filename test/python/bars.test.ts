/** Bars that a Python strategy asks for: those of its twin in TypeScript to the last bit, at the same moments, and no others. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { prepareRun } from '../../bridges/run-file/prepare.js';
import type { PythonOptions } from '../../bridges/run-file/python-config.js';
import { readRunFile } from '../../bridges/run-file/read.js';

const { path: python, missing } = inject('python');
const strategies = fileURLToPath(new URL('./strategies/', import.meta.url));

const VENUE = {
  latency: { entry: '3ms', response: '2ms' },
  queue: { model: 'power', exponent: 3 },
  fees: { maker: 0, taker: 0.0003 },
};
/** Nearly five minutes of one instrument, or two and a half of two. */
const market = (instruments: number) => ({ synthetic: { seed: 11, rows: 400_000, instruments } });
const IN_PYTHON = { python: `${strategies}bar_twin.py:BarTwin`, name: 'twin', interpreter: python };
const IN_TYPESCRIPT = { use: `${strategies}bar-twin.ts`, name: 'twin' };

describe.skipIf(missing !== '')('bars that a strategy in Python asks for', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tickwright-python-bars-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run(content: Record<string, unknown>, options: PythonOptions & { keep?: string } = {}) {
    const path = join(folder, 'run.json');
    writeFileSync(path, JSON.stringify({ venue: VENUE, ...content }));
    const { keep, ...rest } = options;
    const prepared = await prepareRun(await readRunFile(path), { python: rest });
    try {
      const result = prepared.simulation.run();
      if (keep !== undefined) prepared.python.journal!.copyTo(keep);
      return result;
    } finally {
      prepared.python.close();
    }
  }

  /** A run of one of the two, and what it was told. */
  async function told(strategy: object, tape: object) {
    const out = join(folder, 'told.txt');
    const { runHash, fills } = await run({ tape, strategies: [{ ...strategy, params: { out } }] });
    const lines = readFileSync(out, 'utf8').split('\n');
    rmSync(out);
    return { runHash, fills, lines };
  }

  test.each([1, 2])(
    'are those of its twin in TypeScript, and so is the run, with instruments: %i',
    async (instruments) => {
      const here = await told(IN_TYPESCRIPT, market(instruments));
      const there = await told(IN_PYTHON, market(instruments));
      const of = (series: string) => here.lines.filter((line) => line.startsWith(`${series} `)).length - instruments;
      expect(of('1m')).toBeGreaterThan(1);
      for (const series of ['1s', '100 ticks', 'mids', '20 volume-imbalance']) expect(of(series)).toBeGreaterThan(20);
      expect(here.fills).toBeGreaterThan(20);
      expect(there.lines).toEqual(here.lines);
      expect(there.runHash).toBe(here.runHash);
    },
  );

  test('make the strategies of the how-to page one and the same in both languages', async () => {
    const page = readFileSync(new URL('../../docs/how-to/bars.md', import.meta.url), 'utf8');
    const [, block] = /^```python\n(.*?)^```$/ms.exec(page)!;
    // The page's instrument and minutes are more than the synthetic market has.
    writeFileSync(join(folder, 'breakout.py'), block!.replace('BTCUSDT', 'SYN-A').replaceAll('"1m"', '"2s"'));
    const tape = market(2);
    const breakout = fileURLToPath(new URL('../how-to/bar-breakout.ts', import.meta.url));
    writeFileSync(join(folder, 'breakout.ts'), `export { barBreakout as default } from ${JSON.stringify(breakout)};`);
    const params = { lookback: 3, qty: 0.1 };
    const here = await run({
      tape,
      strategies: [{ use: './breakout.ts', name: 'b', params: { ...params, bars: '2s' } }],
    });
    const inPython = { python: './breakout.py:Breakout', name: 'b', interpreter: python, params };
    const there = await run({ tape, strategies: [inPython] });
    expect(here.fills).toBeGreaterThan(10);
    expect(there.runHash).toBe(here.runHash);
  });

  test('take the time that thinking takes, as those of its twin', async () => {
    const slow = { computeTime: '4ms' };
    const here = await told({ ...IN_TYPESCRIPT, ...slow }, market(1));
    const there = await told({ ...IN_PYTHON, ...slow }, market(1));
    expect(here.runHash).not.toBe((await told(IN_TYPESCRIPT, market(1))).runHash);
    expect(there.lines).toEqual(here.lines);
    expect(there.runHash).toBe(here.runHash);
  });

  test('may be those of the run file instead, of some instruments, in its short form', async () => {
    const tape = market(2);
    const bars = ['1m', { every: '250 ticks', instruments: ['*-B'] }];
    const { lines } = await told({ ...IN_PYTHON, bars }, tape);
    const of = (start: string) => lines.filter((line) => line.startsWith(start)).length;
    expect(of('1m SYN-A')).toBeGreaterThan(2);
    expect(of('1m SYN-B')).toBeGreaterThan(2);
    expect(of('250 ticks SYN-B')).toBeGreaterThan(10);
    expect(of('250 ticks SYN-A') + of('1s') + of('mids')).toBe(0);
    const same = await told({ ...IN_PYTHON, bars: [] }, tape);
    expect(same.lines).toEqual(['']);
  });

  test('are repeated by the journal without Python, to the same hash', async () => {
    const journal = join(folder, 'bridge.journal');
    const content = { tape: market(1), strategies: [IN_PYTHON] };
    const live = await run(content, { journalIn: folder, keep: journal });
    expect(live.fills).toBeGreaterThan(20);
    const nowhere = { ...IN_PYTHON, interpreter: '/nowhere/python' };
    expect((await run({ ...content, strategies: [nowhere] }, { replay: journal })).runHash).toBe(live.runHash);
    expect((await run(content, { check: journal })).runHash).toBe(live.runHash);
    const other = run({ ...content, strategies: [{ ...nowhere, bars: ['30s'] }] }, { replay: journal });
    await expect(other).rejects.toThrow('journal');
  });

  test('come to the one that asked, also where several in Python are asked at the same rows', async () => {
    const tape = market(1);
    const every = { decide: { on: ['trade', 'bar'] } };
    const touch = { python: `${strategies}touch.py:Touch`, interpreter: python };
    const there = [
      { ...touch, name: 'first', ...every },
      { ...IN_PYTHON, ...every },
      { ...touch, name: 'last', ...every },
    ];
    const here = [{ use: 'touch', name: 'first' }, IN_TYPESCRIPT, { use: 'touch', name: 'last' }];
    const alone = await run({ tape, strategies: here });
    expect((await run({ tape, strategies: there })).runHash).toBe(alone.runHash);
  });

  test.each<[name: string, bars: unknown, message: string]>([
    ['a text that is none', ['1x'], 'strategy "twin": bars "1x" were not understood: write a duration such as 1m'],
    ['a size off the lot', ['0.0000001 volume'], 'bars "0.0000001 volume" of SYN-A'],
    ['an option of others', [{ every: '5 ticks', empty: 'flat' }], 'bars by ticks: empty "flat": only of time bars'],
    [
      'a wait without the clock',
      [{ every: '1m', grace: '1s' }],
      'bars: graceNs 1000000000 is only for clock "exchange"',
    ],
    ['a calendar that there is not', [{ every: '1m', sessions: 'XXXX' }], 'XXXX'],
    ['the same twice', ['1m', { every: '1m', from: 'mid' }], 'bars "1m" of SYN-A are asked for twice'],
    [
      'an unknown instrument',
      [{ every: '1m', instruments: ['X'] }],
      'strategies.0.bars.0.instruments.0: "X" is not in this',
    ],
    ['a misspelt option', [{ every: '1m', form: 'mid' }], 'strategies.0.bars.0'],
  ])('cannot be %s', async (_name, bars, message) => {
    await expect(run({ tape: market(1), strategies: [{ ...IN_PYTHON, bars }] })).rejects.toThrow(message);
  });

  test('are refused where nothing hears of them, and where the strategy is not in Python', async () => {
    const touch = { python: `${strategies}touch.py:Touch`, interpreter: python, bars: ['1m'] };
    await expect(run({ tape: market(1), strategies: [touch] })).rejects.toThrow(
      'strategy "Touch": bars "1m" are asked for, but there is no on_bar to hear of them',
    );
    await expect(run({ tape: market(1), strategies: [{ use: 'touch', bars: ['1m'] }] })).rejects.toThrow(
      'strategies.0.bars: given ["1m"]; allowed: nothing: only strategies in Python have it',
    );
  });
});
