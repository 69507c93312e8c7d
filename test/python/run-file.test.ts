/** Strategies in Python as run files and the command line have them: what may be said, what is refused, what is left behind. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { prepareRun } from '../../bridges/run-file/prepare.js';
import { readRunFile } from '../../bridges/run-file/read.js';
import { StrategyRegistry } from '../../strategies/registry.js';
import { PYTHON_RUNS, VENUE } from '../run-file/accepted-runs.js';
import { Outcomes, trader, writeModelMarket } from '../run-file/model-market.js';

const { path: python, missing } = inject('python');
const program = fileURLToPath(new URL('../../dist/bridges/cli/main.js', import.meta.url));
const strategies = fileURLToPath(new URL('./strategies/', import.meta.url));

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tickwright-python-'));
  writeModelMarket(join(directory, 'market.parquet'));
  cpSync(join(strategies, 'trader.py'), join(directory, 'trader.py'));
  writeFileSync(
    join(directory, 'twice-the-mid.ts'),
    `export default {
  name: 'twice_the_mid',
  unit: 'price',
  formula: '2 × mid',
  hears: [],
  create: ({ instrument, context }) => ({ value: () => 2 * instrument.price(context.book(instrument).midTicks) }),
};
`,
  );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const BASE = { tape: 'market.parquet', currency: 'USD', rates: { EUR: 1.1 }, venue: VENUE };
const SIMPLE = { ...BASE, strategy: { python: './trader.py:Trader' } };

async function refusal(run: Readonly<Record<string, unknown>>): Promise<string> {
  writeFileSync(join(directory, 'bad.json'), JSON.stringify(run));
  try {
    const { python } = await prepareRun(await readRunFile('bad.json', { directory }));
    python.close();
  } catch (error) {
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  return '';
}

describe('what a run file cannot say', () => {
  test.each<[name: string, strategy: object, message: string]>([
    [
      'both',
      { use: 'touch', python: './a.py:A' },
      'strategies.0.python: given "./a.py:A"; allowed: use or python, not both',
    ],
    [
      'neither',
      { params: {} },
      'strategies.0.use: missing; allowed: a built-in name, a path or a package; or python in its place',
    ],
    [
      'features without Python',
      { use: 'touch', features: ['mid'] },
      'strategies.0.features: given ["mid"]; allowed: nothing: only strategies in Python have it',
    ],
    ['pin without Python', { use: 'touch', pin: true }, 'strategies.0.pin: given true'],
    ['a misspelt field', { python: './a.py:A', decid: {} }, 'strategies.0.decid: unknown key; did you mean "decide"?'],
    [
      'a misspelt event',
      { python: './a.py:A', decide: { on: ['fil'] } },
      'strategies.0.decide.on.0: given "fil"; allowed: fill, reject, order, account, trade, book, bar',
    ],
    [
      'a period of 0',
      { python: './a.py:A', decide: { every: '0' } },
      'strategies.0.decide.every: given "0"; allowed: a duration above 0',
    ],
    [
      'rows without number',
      { python: './a.py:A', decide: { rows: 0 } },
      'strategies.0.decide.rows: given 0; allowed: a number at least 1',
    ],
    [
      'a deadline without unit',
      { python: './a.py:A', deadlines: { start: 5 } },
      'strategies.0.deadlines.start: given 5; allowed: a duration',
    ],
  ])('%s', async (_name, strategy, message) => {
    expect(await refusal({ ...BASE, strategies: [strategy] })).toContain(message);
  });

  test('an interpreter that is not there', async () => {
    expect(await refusal({ ...BASE, strategy: { python: './a.py:A', interpreter: './nowhere/python' } })).toMatch(
      /there is no Python at .*nowhere\/python, which the run file names/,
    );
    expect(await refusal({ ...BASE, strategy: { python: './a.py:A', interpreter: 'python-of-nobody' } })).toMatch(
      /there is no python-of-nobody on PATH; install Python 3.10 or newer, or name one: interpreter in the run file, or TICKWRIGHT_PYTHON/,
    );
  });

  test('a module of features that has none', async () => {
    writeFileSync(join(directory, 'nothing.ts'), 'export default { name: 5 };');
    const features = ['./nothing.ts:five'];
    expect(await refusal({ ...BASE, strategy: { python: './a.py:A', features } })).toMatch(
      /bad.json: strategies.0.features.0: the default export of .*nothing.ts is no feature: field "name" is 5/,
    );
  });
});

describe.skipIf(missing !== '')('a run with Python', () => {
  test.each(PYTHON_RUNS)('%s', async (_name, given) => {
    const content = {
      ...BASE,
      ...given,
      strategies: (given.strategies as object[]).map((one) =>
        'python' in one ? { ...one, interpreter: python } : one,
      ),
    };
    writeFileSync(join(directory, 'run.json'), JSON.stringify(content));
    const registry = new StrategyRegistry([trader(new Outcomes())]);
    const {
      simulation,
      recorder,
      python: remote,
    } = await prepareRun(await readRunFile('run.json', { directory }), { registry });
    try {
      const result = simulation.run();
      expect(result.fills).toBeGreaterThan(20);
    } finally {
      remote.close();
    }
    const heard = recorder.recording.log.at(-1)!.message;
    for (const each of [
      'bar',
      'book',
      'fill',
      'order accepted',
      'order cancelled',
      'order filled',
      'account funding',
      'trades of',
    ]) {
      expect(heard).toContain(each);
    }
  });

  test.each<[name: string, strategy: object, message: RegExp]>([
    ['a file that is not there', { python: './nobody.py:A' }, /nobody\.py/],
    ['a class that is not there', { python: './trader.py:Tradr' }, /strategy "Tradr".*Tradr/],
    ['an unknown parameter', { python: './trader.py:Trader', params: { lot: 1 } }, /strategy "Trader": .*lot.*lots/],
    [
      'a parameter of the wrong kind',
      { python: './trader.py:Trader', params: { lots: 'many' } },
      /strategy "Trader": .*lots.*many/,
    ],
    [
      'an unknown feature',
      { python: './trader.py:Trader', features: ['midd'] },
      /strategy "Trader": there is no feature "midd"; there are: mid, bid/,
    ],
    ['a feature twice', { python: './trader.py:Trader', features: ['mid', 'mid'] }, /feature "mid" is asked for twice/],
  ])('refuses %s before anything runs', async (_name, strategy, message) => {
    expect(await refusal({ ...BASE, strategy: { ...strategy, interpreter: python } })).toMatch(message);
  });

  function tickwright(...words: string[]) {
    const env = { ...process.env, TICKWRIGHT_PYTHON: python };
    return spawnSync(process.execPath, [program, ...words], { cwd: directory, encoding: 'utf8', env });
  }

  test('prints what Python prints to stderr, its result to stdout, and leaves a journal that repeats it', () => {
    writeFileSync(
      join(directory, 'talks.py'),
      'import tickwright as tw\nclass Talks(tw.Strategy):\n  def on_start(self, ctx):\n    print("hello from Python")\n    self.buy(0.01, inst="DEPTH")\n',
    );
    writeFileSync(join(directory, 'talks.json'), JSON.stringify({ ...BASE, strategy: { python: './talks.py' } }));
    const live = tickwright('run', 'talks.json', '--out', 'live', '--json');
    expect(live.stderr).toContain('hello from Python');
    const { runHash } = JSON.parse(live.stdout);
    expect(readdirSync(join(directory, 'live'))).toContain('bridge.journal');
    const again = tickwright(
      'run',
      'talks.json',
      '--set',
      'strategies.0.interpreter=./nowhere',
      '--replay-bridge',
      'live/bridge.journal',
      '--out',
      'again',
      '--json',
    );
    expect(JSON.parse(again.stdout).runHash).toBe(runHash);
    expect(readFileSync(join(directory, 'again/bridge.journal'))).toEqual(
      readFileSync(join(directory, 'live/bridge.journal')),
    );
    expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('shows a Python traceback whole, keeps what was recorded, and ends with code 1', () => {
    writeFileSync(
      join(directory, 'fails.py'),
      'import tickwright as tw\nclass Fails(tw.Strategy):\n  decide = tw.every("10s")\n  def on_features(self, ts, x):\n    self.helper()\n  def helper(self):\n    raise ValueError("the model is not loaded")\n',
    );
    writeFileSync(join(directory, 'fails.json'), JSON.stringify({ ...BASE, strategy: { python: './fails.py:Fails' } }));
    const { status, stderr } = tickwright('run', 'fails.json', '--out', 'fails');
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /tickwright: strategy "Fails" failed in onTimer at 2024-01-02T00:00:1.*: ValueError: the model is not loaded/,
    );
    expect(stderr).toMatch(
      /Traceback \(most recent call last\):[\s\S]*fails\.py", line 5, in on_features[\s\S]*self\.helper\(\)[\s\S]*line 7, in helper/,
    );
    expect(JSON.parse(readFileSync(join(directory, 'fails/manifest.json'), 'utf8')).status).toBe('failed');
    expect(existsSync(join(directory, 'fails/bridge.journal'))).toBe(true);
  });

  test('names the first request that a strategy answers otherwise than before', () => {
    writeFileSync(
      join(directory, 'moody.py'),
      'import os\nimport tickwright as tw\nclass Moody(tw.Strategy):\n  decide = tw.every("1s")\n  n = 0\n  def on_features(self, ts, x):\n    self.n += 1\n    if self.n == 7: self.log(str(os.getpid()))\n',
    );
    writeFileSync(join(directory, 'moody.json'), JSON.stringify({ ...BASE, strategy: { python: './moody.py:Moody' } }));
    expect(tickwright('run', 'moody.json', '--out', 'moody').status).toBe(0);
    const { status, stderr } = tickwright(
      'run',
      'moody.json',
      '--out',
      'moody-2',
      '--check-bridge',
      'moody/bridge.journal',
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /strategy "Moody" answers request 8 otherwise than in moody\/bridge\.journal: recorded \[\[4,"\d+"\]\], now \[\[4,"\d+"\]\]; it depends on something besides/,
    );
  });

  test('refuses journals of other strategies, and a replay that is also live', () => {
    writeFileSync(join(directory, 'simple.json'), JSON.stringify(SIMPLE));
    const other = tickwright('run', 'simple.json', '--out', 'x', '--replay-bridge', 'moody/bridge.journal');
    expect(other.stderr).toContain('moody/bridge.journal: is of the Python strategies Moody, the run has Trader');
    const both = tickwright('run', 'simple.json', '--out', 'x', '--replay-bridge', 'a', '--check-bridge', 'b');
    expect([both.status, both.stderr]).toEqual([
      2,
      'tickwright: --replay-bridge runs without Python: not with --check-bridge or --attach\n',
    ]);
  });
});

describe.skipIf(missing !== '')('a strategy that is attached', () => {
  const script =
    'import sys, tickwright as tw\nclass Far(tw.Strategy):\n  def on_start(self, ctx):\n    self.buy(0.01, inst="DEPTH")\n    self.log(f"from {sys.argv[0][-6:]}")\ntw.run(Far)\n';
  const content = { ...BASE, strategy: { python: './far.py:Far' } };

  /** Starts the simulator, and the strategy's script once it says where it waits. */
  function attach(address: string, more: (words: RegExpExecArray) => string[]) {
    writeFileSync(join(directory, 'far.py'), script);
    writeFileSync(join(directory, 'far.json'), JSON.stringify(content));
    return new Promise<{ status: number | null; out: string; errors: string; peer: string }>((resolve) => {
      const words = [program, 'run', 'far.json', '--attach', address, '--out', `attached-${Math.random()}`, '--json'];
      const simulator = spawn(process.execPath, words, { cwd: directory });
      let [out, errors, peer] = ['', '', ''];
      simulator.stdout.on('data', (text) => {
        out += text;
      });
      simulator.stderr.on('data', (text) => {
        errors += text;
        const told = /attach="([^"]+)"(?:, token="([0-9a-f]+)")?/.exec(errors);
        if (told === null || peer !== '') return;
        const run = spawnSync(python, [join(directory, 'far.py'), ...more(told)], {
          encoding: 'utf8',
          cwd: directory,
          timeout: 30_000,
        });
        peer = `exit ${run.status} ${run.stderr}`;
      });
      simulator.on('close', (status) => resolve({ status, out, errors, peer }));
    });
  }

  test('by a Unix socket gives the run of one that was started', async () => {
    const address = join(directory, 'tw.sock');
    const { status, out, errors, peer } = await attach(address, ([, at]) => ['--attach', at!]);
    expect(peer).toBe('exit 0 ');
    expect(status, errors).toBe(0);
    expect(existsSync(address)).toBe(false);
    const started = spawnSync(process.execPath, [program, 'run', 'far.json', '--out', 'started', '--json'], {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, TICKWRIGHT_PYTHON: python },
    });
    expect(JSON.parse(out).runHash).toBe(JSON.parse(started.stdout).runHash);
    expect(JSON.parse(out).orderEvents).toBeGreaterThan(0);
  });

  test('by TCP must show the token that was printed', async () => {
    const right = await attach('127.0.0.1:0', ([, at, token]) => ['--attach', at!, '--token', token!]);
    expect([right.status, right.peer]).toEqual([0, 'exit 0 ']);
    const wrong = await attach('127.0.0.1:0', ([, at]) => ['--attach', at!, '--token', 'guessed']);
    expect(wrong.status).toBe(1);
    expect(wrong.errors).toMatch(
      /strategy "Far": it sent another token than the one that was printed: give it with --token/,
    );
    expect(wrong.peer).toMatch(/^exit 1 /);
  });

  test('is one of the run’s, and is named where there are several', () => {
    const say = (strategies: object[], address: string) => {
      writeFileSync(join(directory, 'several.json'), JSON.stringify({ ...BASE, strategies }));
      const words = [program, 'run', 'several.json', '--attach', address, '--out', 'never'];
      const run = spawnSync(process.execPath, words, { cwd: directory, encoding: 'utf8', timeout: 30_000 });
      return [run.status, run.stderr.trim()];
    };
    const two = [{ python: './far.py:Far' }, { python: './far.py:Far', name: 'near' }];
    expect(say(two, '/tmp/x.sock')).toEqual([
      2,
      'tickwright: --attach /tmp/x.sock: say which strategy, NAME=ADDRESS; in Python are Far, near',
    ]);
    expect(say(two, 'there=/tmp/x.sock')).toEqual([
      2,
      'tickwright: --attach there=/tmp/x.sock: the run has no strategy in Python named "there"; in Python are Far, near',
    ]);
    expect(say([{ use: 'noop' }], '/tmp/x.sock')).toEqual([
      2,
      'tickwright: --attach /tmp/x.sock: the run has no strategy in Python named ""; it has none in Python',
    ]);
    expect(say(two.slice(0, 1), '10.0.0.1:80')[1]).toMatch(/10\.0\.0\.1/);
  });
});
