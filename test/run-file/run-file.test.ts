import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRunFile } from '../../bridges/run-file/read.js';

const GOOD = `
tape: btc.parquet
strategies:
  - use: touch
    params: { qty: 0.01 }
venue:
  latency: { entry: 10ms, response: 1.5ms }
  queue: { model: power, exponent: 3 }
  fees: { maker: 0.0002, taker: 0.0005 }
`;

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tickwright-run-file-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function file(text: string, name = 'run.yaml'): string {
  writeFileSync(join(directory, name), text);
  return name;
}

function read(text: string, ...set: string[]) {
  return readRunFile(file(text), { set, directory });
}

async function refusal(text: string, ...set: string[]): Promise<string> {
  const error = await read(text, ...set).then(
    () => {
      throw new Error('it was accepted');
    },
    (caught: Error) => caught,
  );
  expect(error.message, 'an error is one line').not.toContain('\n');
  return error.message;
}

describe('what is there', () => {
  test('defaults are filled in, durations become nanoseconds', async () => {
    const { config } = await read(GOOD);
    expect(config).toEqual({
      tape: [{ path: 'btc.parquet' }],
      seed: 1,
      strategies: [{ use: 'touch', params: { qty: 0.01 }, costing: 'average', risk: [] }],
      venue: {
        latency: { entry: 10e6, response: 1.5e6 },
        overtaking: false,
        queue: { model: 'power', exponent: 3, clampAtZero: false },
        fees: { maker: 0.0002, taker: 0.0005 },
      },
      risk: [],
      record: { sample: 1e9, journal: true },
    });
  });

  test('JSON, and modules in TypeScript and JavaScript, say the same as YAML', async () => {
    const { config } = await read(GOOD);
    const json = JSON.stringify({
      ...config,
      venue: { ...config.venue!, latency: { entry: '10ms', response: '1.5ms' } },
      record: {},
    });
    const options = { directory };
    expect((await readRunFile(file(json, 'run.json'), options)).config).toEqual(config);
    expect(
      (await readRunFile(file(`const run: object = ${json};\nexport default run;`, 'run.ts'), options)).config,
    ).toEqual(config);
    expect((await readRunFile(file(`export default ${json};`, 'run.mjs'), options)).config).toEqual(config);
  });

  test('several tapes, paths and synthetic ones', async () => {
    const { config } = await read(
      `${GOOD.replace('btc.parquet', '[a.parquet, { path: b.parquet }, { synthetic: { rows: 5000 } }]')}`,
    );
    expect(config.tape).toEqual([
      { path: 'a.parquet' },
      { path: 'b.parquet' },
      { synthetic: { seed: 1, rows: 5000, instruments: 1 } },
    ]);
  });

  test('instruments may say their tick and lot', async () => {
    const { config } = await read(`${GOOD}\ninstruments: [ETHUSDT, { symbol: BTCUSDT, tick: 0.1, lot: '0.001' }]`);
    expect(config.instruments).toEqual([{ symbol: 'ETHUSDT' }, { symbol: 'BTCUSDT', tick: 0.1, lot: '0.001' }]);
  });
});

describe('--set', () => {
  test('changes a value, makes one that was not there, and takes whole maps', async () => {
    const set = ['seed=7', 'venue.latency.entry=250us', 'strategies.0.params.step=1s', 'venue.queue={ model: log }'];
    const { config } = await read(GOOD, ...set, 'record.sample=5s');
    expect(config.seed).toBe(7);
    expect(config.venue!.latency).toEqual({ entry: 250e3, response: 1.5e6 });
    expect(config.venue!.queue).toEqual({ model: 'log', clampAtZero: false });
    expect(config.strategies[0]!.params).toEqual({ qty: 0.01, step: '1s' });
    expect(config.record.sample).toBe(5e9);
  });

  test('later ones win; the value may hold an equals sign', async () => {
    const { config } = await read(GOOD, 'seed=7', 'seed=8', 'strategies.0.params.note=a=b');
    expect(config.seed).toBe(8);
    expect(config.strategies[0]!.params.note).toBe('a=b');
  });

  test('files named on the command line count from the working directory', async () => {
    writeFileSync(join(directory, 'run.yaml'), GOOD);
    for (const set of ['tape=x.parquet', 'tape=[x.parquet]', 'tape.path=x.parquet']) {
      const given = set.startsWith('tape.path') ? GOOD.replace('btc.parquet', '{ path: y }') : GOOD;
      const { config } = await read(given, set);
      expect(config.tape, set).toEqual([{ path: join(directory, 'x.parquet') }]);
    }
    expect((await read(GOOD, 'out=runs/a')).config.out).toBe(join(directory, 'runs/a'));
    expect((await read(GOOD, 'strategies.0.use=./mine.ts')).config.strategies[0]!.use).toBe(join(directory, 'mine.ts'));
    expect((await read(GOOD, 'strategies.0.use=momentum')).config.strategies[0]!.use).toBe('momentum');
  });

  test.each([
    ['seed', 'write path=value'],
    ['=7', 'write path=value'],
    ['venue..entry=7', 'is not a path such as'],
    ['seed.more=7', 'top level'],
    ['seeed=7', 'seeed: unknown key; did you mean "seed"?'],
    ['venue.latency.entr=1ms', 'venue.latency.entr: unknown key; did you mean "entry"?'],
    ['venue.latency.entry=10', 'venue.latency.entry: given 10; allowed: a duration such as 250us, 10ms, 1.5s or 0'],
    ['venue.latency.entry.ns=10', 'venue.latency.entry is "10ms" and has nothing inside'],
    ['strategies.1.use=noop', 'strategies is a list with entry 0, it has no "1"'],
    ['strategies.first.use=noop', 'it has no "first"'],
    ['seed=[1', 'the value is not valid YAML'],
    ['__proto__.seed=1', 'is not a path'],
  ])('%s is refused', async (set, message) => {
    const given = set === 'seed.more=7' ? `${GOOD}\nseed: 1` : GOOD;
    expect(await refusal(given, set)).toContain(message === 'top level' ? 'seed is 1 and has nothing inside' : message);
  });
});

describe('what is wrong', () => {
  test.each([
    ['', 'run.yaml: the file is empty'],
    ['just text', 'run.yaml: the top level: given "just text"; allowed: a map of keys and values'],
    ['- a\n- b', 'the top level: given ["a","b"]'],
    ['a: [1', 'run.yaml:1:6: is not valid YAML'],
    ['seed: !number 1', 'run.yaml:1:7: is not valid YAML: Unresolved tag: !number'],
    ['? "a\n\n b"\n: 1', '\\u000a'],
    ['seed: 1\nseed: 2', 'is not valid YAML: Map keys must be unique'],
    [
      GOOD.replace('tape: btc.parquet', ''),
      'tape: missing; allowed: a path, { path: … }, { catalog: … } or { synthetic',
    ],
    [GOOD.replace('btc.parquet', '7'), 'tape: given 7; allowed: a path'],
    [GOOD.replace('btc.parquet', '[]'), 'tape: given []; allowed: at least 1 entry'],
    [GOOD.replace('btc.parquet', '{ pth: x }'), 'tape.pth: unknown key; did you mean "path"?'],
    [
      GOOD.replace('btc.parquet', '{ synthetic: { rows: 1 } }'),
      'tape.synthetic.rows: given 1; allowed: a number at least 1000',
    ],
    [
      GOOD.replace('use: touch', 'usee: touch'),
      'strategies.0.use: missing; allowed: a built-in name, a path or a package; or python in its place',
    ],
    [GOOD.replace('use: touch', 'usee: touch'), 'strategies.0.usee: unknown key; did you mean "use"?'],
    [GOOD.replace('{ qty: 0.01 }', '3'), 'strategies.0.params: given 3; allowed: a map of parameters'],
    [GOOD.replace('params:', 'name: "a b"\n    params:'), 'strategies.0.name: given "a b"; allowed: letters, digits'],
    [GOOD.replace('10ms', 'soon'), 'venue.latency.entry: given "soon"; allowed: a duration'],
    [GOOD.replace('10ms', '-10ms'), 'venue.latency.entry: given "-10ms"; allowed: a duration'],
    [
      GOOD.replace('model: power,', 'model: powr,'),
      'venue.queue.model: given "powr"; allowed: risk-averse, power, power-back',
    ],
    [GOOD.replace(', exponent: 3', ''), 'venue.queue.exponent: missing; allowed: a number above 0'],
    [GOOD.replace('exponent: 3', 'exponent: 0'), 'venue.queue.exponent: given 0; allowed: a number above 0'],
    [GOOD.replace('exponent: 3', 'exponent: .nan'), 'venue.queue.exponent: given NaN; allowed: a number above 0'],
    [GOOD.replace('model: power,', 'model: log,'), 'venue.queue.exponent: unknown key; known: model, clampAtZero'],
    [GOOD.replace('maker: 0.0002', 'maker: 2bps'), 'venue.fees.maker: given "2bps"; allowed: a fraction of the value'],
    [GOOD.replace('maker: 0.0002', 'maker: 2'), 'venue.fees.maker: given 2; allowed: a number below 1'],
    [`${GOOD}\nseed: -1`, 'seed: given -1; allowed: a number at least 0'],
    [`${GOOD}\nseed: 1.5`, 'seed: given 1.5; allowed: a whole number'],
    [`${GOOD}\ninstruments: [{ symbol: A, tick: 0 }]`, 'instruments.0.tick: given 0; allowed: a decimal above 0'],
    [`${GOOD}\nrecord: { sample: 0 }`, 'record.sample: given 0; allowed: a duration above 0'],
    [`${GOOD}\noutt: x`, 'outt: unknown key; did you mean "out"?'],
    [
      `${GOOD}\ncompletely: x`,
      'completely: unknown key; known: tape, instruments, seed, strategies, venue, venues, risk, currency, rates, sessions, record, out',
    ],
  ])('case %#', async (text, message) => {
    expect(await refusal(text)).toContain(message);
  });

  test('a file that is not there, a folder, and an unknown ending are told apart', async () => {
    await expect(readRunFile('none.yaml', { directory })).rejects.toThrow('none.yaml: there is no such file');
    await expect(readRunFile('.', { directory })).rejects.toThrow('.: is a folder, not a file');
    await expect(readRunFile(file(GOOD, 'run.toml'), { directory })).rejects.toThrow('a run file ends in .yaml');
  });

  test('a module without a default export, and one that does not parse', async () => {
    await expect(readRunFile(file('export const a = 1;', 'none.ts'), { directory })).rejects.toThrow(
      'has no default export',
    );
    await expect(readRunFile(file('export default {', 'broken.ts'), { directory })).rejects.toThrow(
      'cannot be imported',
    );
    await expect(readRunFile(file('{', 'run.json'), { directory })).rejects.toThrow('is not valid JSON');
  });

  test('many faults are one line: three of them, and how many more', async () => {
    const message = await refusal('a: 1\nb: 2\nc: 3\nd: 4');
    expect(message).toMatch(/; and \d+ more$/);
  });
});
