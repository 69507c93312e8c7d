/** The command line end to end: what goes in, what comes out, on which stream, with which code. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRunFolder } from '../../bridges/run-folder.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { MAIN, runText, Workplace } from './command-line.js';

const place = new Workplace();
let demoStdout = '';

beforeAll(async () => {
  const demo = await place.run('demo', '--rows', '60000', '--seed', '7', '--out', 'demo');
  expect(demo.stderr).not.toContain('tickwright:');
  expect(demo.code).toBe(0);
  demoStdout = demo.stdout;
  writeFileSync(place.path('market.parquet'), readFileSync(place.path('demo/market.parquet')));
});
afterAll(() => place.remove());

describe('demo', () => {
  test('leaves a tape, a run file and a run folder with a report', async () => {
    expect(readdirSync(place.path('demo')).sort()).toEqual(['market.parquet', 'run', 'run.yaml']);
    expect(openTape(place.path('demo/market.parquet')).info.instruments).toHaveLength(3);
    const { summary, manifest } = await readRunFolder(place.path('demo/run'));
    expect(summary.status).toBe('completed');
    expect(summary.strategies.map((strategy) => strategy.name)).toEqual(['market-maker', 'momentum']);
    for (const { name, trades } of summary.strategies) expect(trades, name).toBeGreaterThan(0);
    expect(manifest.seed).toBe(7);
    expect(statSync(place.path('demo/run/report.html')).size).toBeGreaterThan(50_000);
  });

  test('gives the same answer when run again, by itself and through its run file', async () => {
    const again = await place.run('demo', '--rows', '60000', '--seed', '7', '--out', 'demo');
    expect(again.stdout).toBe(demoStdout);
    const run = await place.run('run', 'demo/run.yaml', '--out', 'demo-again');
    expect(run.stdout).toBe(demoStdout);
  });

  test('draws no progress bar where stderr is no terminal', async () => {
    const { stderr } = await place.run('demo', '--rows', '60000', '--out', 'quiet');
    expect(stderr).not.toMatch(/[█░\r]/);
  });
});

describe('run', () => {
  test('prints a table, or JSON that equals the folder’s summary', async () => {
    place.write(
      'run.yaml',
      runText('  - use: momentum\n    instruments: [SYN-*]\n    params: { qty: 0.1, maxPosition: 0.5 }'),
    );
    const table = await place.run('run', 'run.yaml', '--out', 'table');
    expect(table).toMatchObject({ code: 0, stderr: 'run folder: table\n' });
    expect(table.stdout).toContain('momentum');
    const json = await place.run('run', 'run.yaml', '--out', 'json', '--json');
    const { folder, ...summary } = JSON.parse(json.stdout);
    expect(folder).toBe(place.path('json'));
    expect(summary).toEqual(JSON.parse(readFileSync(place.path('json/summary.json'), 'utf8')));
  });

  test('takes tape, seed and settings from the command line and keeps them in the manifest', async () => {
    place.write('run.yaml', runText('  - use: noop').replace('market.parquet', 'none.parquet'));
    const words = ['--tape', 'market.parquet', '--seed', '9', '--set', 'venue.latency.entry=5ms', '--out', 'set'];
    expect(await place.run('run', 'run.yaml', ...words)).toMatchObject({ code: 0 });
    const { manifest } = await readRunFolder(place.path('set'));
    expect(manifest.seed).toBe(9);
    expect(manifest.config).toMatchObject({ seed: 9, venue: { latency: { entry: 5e6, response: 1e6 } } });
    expect(manifest.tapes[0]!.path).toBe(place.path('market.parquet'));
  });

  test('replays a synthetic tape, JSON run files, and modules in TypeScript', async () => {
    const run = {
      tape: { synthetic: { rows: 5000, instruments: 2 } },
      strategies: [{ use: 'noop' }],
      venue: { latency: { entry: 0, response: 0 }, queue: { model: 'log' }, fees: { maker: 0, taker: 0 } },
    };
    place.write('run.json', JSON.stringify(run));
    place.write(
      'run.ts',
      `import type { RunInput } from 'tickwright';\nexport default ${JSON.stringify(run)} satisfies RunInput;`,
    );
    const [json, module] = [
      await place.run('run', 'run.json', '--out', 'from-json', '--json'),
      await place.run('run', 'run.ts', '--out', 'from-module', '--json'),
    ];
    expect(json.code).toBe(0);
    expect(JSON.parse(module.stdout).rows).toBe(JSON.parse(json.stdout).rows);
  });

  test('makes a folder under runs/ where none is named', async () => {
    place.write('run.yaml', runText('  - use: noop'));
    const { stderr } = await place.run('run', 'run.yaml');
    expect(stderr).toMatch(/^run folder: runs\/run-\d{8}-\d{6}\n$/);
    expect(existsSync(place.path(stderr.slice('run folder: '.length).trim()))).toBe(true);
  });

  test('an order that makes no sense is rejected and counted, and the run goes on', async () => {
    place.write(
      'nonsense.ts',
      `import { defineStrategy, Side } from 'tickwright';
import { z } from 'zod';
export default defineStrategy({
  name: 'nonsense',
  params: z.strictObject({ times: z.int() }),
  create: ({ times }) => ({
    onStart(context) {
      const [instrument] = context.instruments;
      for (let i = 0; i < times; i++) {
        context.buy(instrument!, Number.NaN, 100);
        context.buy(instrument!, -1, 100);
        context.sell(instrument!, 1.5, 100);
        context.sell(instrument!, 1, Number.POSITIVE_INFINITY);
        context.submit({ instrument: instrument!, side: Side.none, qtyLots: 1, priceTicks: 5 });
      }
    },
  }),
});`,
    );
    place.write('run.yaml', runText('  - use: ./nonsense.ts\n    params: { times: 2 }'));
    const { code, stdout } = await place.run('run', 'run.yaml', '--out', 'nonsense', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).strategies[0]).toMatchObject({ name: 'nonsense', orders: { rejected: 10 } });
  });
});

describe('plug-ins', () => {
  const plugin = (body: string) => `export default {
  name: 'mine', params: { safeParse: (data) => ({ success: true, data }) }, create: () => ({ ${body} }),
};`;

  test('are found by path in JavaScript and by package name from the working directory', async () => {
    place.write('mine.mjs', plugin('onStart(context) { context.log("hello"); }'));
    place.write('run.yaml', runText('  - use: ./mine.mjs'));
    expect(await place.run('run', 'run.yaml', '--out', 'by-path')).toMatchObject({ code: 0 });
    expect(readFileSync(place.path('by-path/log.txt'), 'utf8')).toContain('mine hello');

    const { mkdirSync } = await import('node:fs');
    mkdirSync(place.path('node_modules/strategy-mine'), { recursive: true });
    place.write(
      'node_modules/strategy-mine/package.json',
      '{ "name": "strategy-mine", "type": "module", "exports": { "import": "./mine.js" } }',
    );
    place.write('node_modules/strategy-mine/mine.js', plugin(''));
    place.write('run.yaml', runText('  - use: strategy-mine\n    name: packaged'));
    const { code, stdout } = await place.run('run', 'run.yaml', '--out', 'by-package', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).strategies[0].name).toBe('packaged');
  });

  test('one that throws stops the run with name, handler and time; what was recorded is kept', async () => {
    place.write('fails.mjs', plugin('n: 0, onTrade() { if (++this.n === 3) throw new Error("third\\ntrade"); }'));
    place.write('run.yaml', runText('  - use: ./fails.mjs\n    name: maker\n  - use: noop'));
    const { code, stdout, stderr } = await place.run('run', 'run.yaml', '--out', 'failed');
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAILED.*maker.*third/);
    const [folderLine, errorLine, ...more] = stderr.trim().split('\n');
    expect(more).toEqual([]);
    expect(folderLine).toBe('run folder: failed (what was recorded until the failure)');
    expect(errorLine).toMatch(
      /^tickwright: strategy "maker" failed in onTrade at 2024-01-01T00:00:\d\d\.\d{9}Z: third trade$/,
    );
    const { manifest } = await readRunFolder(place.path('failed'));
    expect(manifest.status).toBe('failed');
    expect(manifest.failure).toMatchObject({ strategy: 'maker', message: 'third\ntrade' });
    expect(manifest.failure!.stack).toContain('fails.mjs');

    const verbose = await place.run('run', 'run.yaml', '--out', 'failed', '--overwrite', '--verbose');
    expect(verbose.stderr).toContain('fails.mjs');
    expect(verbose.stderr).toContain('    at ');
  });
});

describe('inspect', () => {
  test('says in JSON what is on each tape', async () => {
    const { code, stdout } = await place.run('inspect', 'market.parquet', 'market.parquet', '--json', '--verify');
    expect(code).toBe(0);
    const tapes = JSON.parse(stdout);
    expect(tapes).toHaveLength(2);
    const { info, size } = openTape(place.path('market.parquet'));
    expect(tapes[0]).toMatchObject({
      rows: info.rows,
      bytes: size,
      sha256: info.hash,
      corrections: [],
      verified: true,
    });
    expect(tapes[0].instruments.map((each: { symbol: string }) => each.symbol)).toEqual(['SYN-A', 'SYN-B', 'SYN-C']);
    expect(tapes[0].local.first).toMatch(/^2024-01-01T00:00:00\.\d{9}Z$/);
  });

  test('shows a person the same', async () => {
    const { stdout } = await place.run('inspect', 'market.parquet');
    for (const text of ['SYN-A', 'depth', 'corrections: none', 'rows a second of market time']) {
      expect(stdout).toContain(text);
    }
  });
});

describe('report', () => {
  test('is made anew from the folder, byte for byte', async () => {
    const page = place.path('demo/run/report.html');
    const before = readFileSync(page);
    writeFileSync(page, 'gone');
    const { code, stdout } = await place.run('report', 'demo/run');
    expect(code).toBe(0);
    expect(stdout).toBe(demoStdout);
    expect(readFileSync(page).equals(before)).toBe(true);
  });

  test('writes the journey of one order, and refuses numbers of none', async () => {
    const { code, stdout } = await place.run('report', 'demo/run', '--order', '1');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^order 1 of market-maker: buy 0\.1 SYN-A at /);
    expect(stdout).toMatch(/^2024-01-01T00:00:00\.010000000Z +0 +strategy +sent, 0\.1 at /m);
    expect(await place.run('report', 'demo/run', '--order', '99999999')).toMatchObject({
      code: 2,
      stderr: 'tickwright: order 99999999: the run has none of this number; order_id of orders.parquet lists them\n',
    });
    expect(await place.run('report', 'demo/run', '--order', '0')).toMatchObject({ code: 2 });
  });
});

describe('help and use', () => {
  const commands = [
    'import binance-capture',
    'import lobster',
    'import binance-archive',
    'import tardis',
    'import csv',
    'inspect',
    'book',
    'run',
    'report',
    'demo',
    'synth',
    'facts',
    'calibrate',
  ];
  test.each(['', 'import', ...commands])('%s --help shows an example and ends well', async (command) => {
    const { code, stdout, stderr } = await place.run(...command.split(' ').filter(Boolean), '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Example:\n  tickwright ');
  });

  test('no command at all is wrong use and shows the help', async () => {
    const { code, stdout, stderr } = await place.run();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: tickwright');
  });

  test('a reader that stops reading is no error', async () => {
    const child = spawn(process.execPath, [MAIN, 'book', 'market.parquet', '--instrument', 'SYN-A', '--levels', '50'], {
      cwd: place.folder,
    });
    let stderr = '';
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('an interrupted book leaves nothing half-written', async () => {
    const child = spawn(
      process.execPath,
      [MAIN, 'book', 'market.parquet', '--instrument', 'SYN-A', '--levels', '2000', '--out', 'interrupted.csv'],
      { cwd: place.folder },
    );
    const half = () => readdirSync(place.folder).filter((name) => name.startsWith('interrupted'));
    while (half().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    // On a fast machine it may have finished: then it is whole.
    if (code === 0) expect(half()).toEqual(['interrupted.csv']);
    else expect({ code, half: half() }).toEqual({ code: 130, half: [] });
  });
});
