/** `compare`, `--stress` and progress, as a user sees them. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plainLine, remainingText } from '../../bridges/cli/run-progress.js';
import { runText, Workplace } from './command-line.js';

const place = new Workplace();
const STRATEGY = '  - use: market-maker\n    params: { interval: 10ms, qty: 0.1, maxPosition: 0.5 }';

beforeAll(async () => {
  expect(await place.run('demo', '--rows', '40000', '--out', 'demo')).toMatchObject({ code: 0 });
  place.write('run.yaml', runText(STRATEGY).replace('market.parquet', 'demo/market.parquet'));
  for (const [out, ...more] of [['a'], ['b'], ['c', '--set', 'venue.latency.entry=20ms']]) {
    expect(await place.run('run', 'run.yaml', '--out', out!, ...more)).toMatchObject({ code: 0 });
  }
});
afterAll(() => place.remove());

describe('compare', () => {
  test('finds equal runs equal', async () => {
    const { code, stdout } = await place.run('compare', 'a', 'b');
    expect(code).toBe(0);
    expect(stdout).toContain('The configurations are equal.');
    expect(stdout).toContain('b: all fills are those of a');
  });

  test('names what differs in the configuration, and the first fill that does', async () => {
    const { stdout } = await place.run('compare', 'a', 'b', 'c');
    expect(stdout).toMatch(/^market-maker +a +b +c$/m);
    expect(stdout).toMatch(/^venue\.latency\.entry +1ms +1ms +20ms$/m);
    expect(stdout).toMatch(/^c: fill \d+ is the first that differs from a$/m);
    const json = JSON.parse((await place.run('compare', 'a', 'c', '--json')).stdout);
    expect(json.differences).toEqual([{ path: 'venue.latency.entry', unit: 'ns', values: [1e6, 20e6] }]);
    expect(json.fills[0]).toMatchObject({ label: 'c', equal: false });
    expect(json.fills[0].first).not.toEqual(json.fills[0].other);
    expect(json.runs.map(({ label }: { label: string }) => label)).toEqual(['a', 'c']);
  });

  test('writes a page that asks for nothing', async () => {
    expect(await place.run('compare', 'a', 'c', '--html', 'both.html')).toMatchObject({
      code: 0,
      stderr: 'page: both.html\n',
    });
    const page = readFileSync(place.path('both.html'), 'utf8');
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('venue.latency.entry');
    expect(statSync(place.path('both.html')).size).toBeLessThan(1e6);
  });

  test('wants two folders that are runs', async () => {
    expect(await place.run('compare', 'a')).toMatchObject({ code: 2 });
    const { code, stderr } = await place.run('compare', 'a', 'demo');
    expect(code).toBe(1);
    expect(stderr).toBe('tickwright: "demo" is no run folder: it has no manifest.json\n');
  });
});

describe('run --stress', () => {
  test('says what the result hangs on, and keeps it in the folder and its report', async () => {
    const words = ['run', 'run.yaml', '--out', 'hard', '--stress', 'latency=20x,queue=back'];
    const { code, stdout } = await place.run(...words);
    expect(code).toBe(0);
    const rows = stdout.split('\n').filter((line) => /^market-maker {2}(as it is|.*=)/.test(line));
    expect(rows.map((row) => row.split(/ {2,}/)[1])).toEqual([
      'as it is',
      'latency=20x',
      'queue=back',
      'latency=20x,queue=back',
    ]);
    const kept = JSON.parse(readFileSync(place.path('hard/stress.json'), 'utf8'));
    expect(kept).toHaveLength(4);
    const slow = JSON.parse(
      (
        await place.run(
          'run',
          'run.yaml',
          '--set',
          'venue.latency={ entry: 20ms, response: 20ms }',
          '--json',
          '--out',
          'slow',
        )
      ).stdout,
    );
    expect(kept[1].strategies[0].profit, 'as the run with that latency').toBe(slow.strategies[0].profit);
    expect(readFileSync(place.path('hard/report.html'), 'utf8')).toContain('What it hangs on');
    const report = JSON.parse((await place.run('report', 'hard', '--json')).stdout);
    expect(report.stress).toEqual(kept);
  });

  test('is refused before anything runs', async () => {
    const { code, stderr } = await place.run('run', 'run.yaml', '--out', 'none', '--stress', 'latency=fast');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^tickwright: --stress latency=fast: /);
    expect(existsSync(place.path('none'))).toBe(false);
  });
});

describe('progress', () => {
  test('is a plain line where nobody watches', () => {
    const line = plainLine('replay', { rows: 250, totalRows: 1000, nowNs: 0 }, 50, '2024-01-01 00:00:05', [
      { name: 'a', profit: '+1.00' },
      { name: 'b', profit: '−2.00' },
    ]);
    expect(line).toBe('replay 25 % · 250 rows · 50 rows/s · 2024-01-01 00:00:05 · 15 s left · a +1.00 · b −2.00');
  });

  test('says what is left in words', () => {
    expect([0, 59, 60, 3599, 3600, 86_400].map((seconds) => remainingText(seconds, 1))).toEqual([
      ...['0 s left', '59 s left', '1 min 0 s left', '59 min 59 s left', '1 h 0 min left', '24 h 0 min left'],
    ]);
    expect(remainingText(5, 0)).toBe('');
  });
});
