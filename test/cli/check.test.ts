/** `tickwright check` and `tickwright repair` as a user runs them. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { RandomSource } from '../../core/index.js';
import { cleanMessages, plant, tapeOf } from '../analytics/quality/planted.js';
import { FIXTURES } from '../import/tape-rows.js';
import { runText, Workplace } from './command-line.js';

const place = new Workplace();
afterAll(() => place.remove());

beforeAll(() => {
  const messages = cleanMessages(21);
  const random = new RandomSource(21).stream('planted');
  const planted = plant(messages, ['crossed', 'spike', 'duplicate', 'late', 'gap'], random);
  for (const [name, events] of [
    ['clean', messages.flat()],
    ['market', planted.events],
  ] as const) {
    const tape = tapeOf(events);
    const block = tape.open(tape.info.originNs).next()!;
    const reader = tape.open(tape.info.originNs);
    const blocks = (function* () {
      for (let each = reader.next(); each !== undefined; each = reader.next()) yield each;
    })();
    expect(block.length).toBeGreaterThan(0);
    writeTape(place.path(`${name}.parquet`), blocks, { ...tape.info, provenance: { importer: 'by hand' } });
  }
});

test('check prints a table and JSON, and its code says whether a threshold was passed', async () => {
  const clean = await place.run('check', 'clean.parquet', '--max', 'crossed=0,spikes=0', '--max', 'longest-gap=1m');
  expect(clean).toMatchObject({ code: 0, stderr: '' });
  const found = await place.run('check', 'market.parquet', '--html', 'check.html');
  expect(found.stderr).toBe('page: check.html\n');
  expect(readFileSync(place.path('check.html'), 'utf8')).toContain('crossed: 400ns from ');
  expect(found.code, 'without thresholds nothing is too much').toBe(0);
  expect(found.stdout).toMatch(/^crossed +1 /m);
  expect(found.stdout).toMatch(/crossed: 1, 400ns together, .* the longest 400ns from 2024-01-01T00:\d\d:/);
  const passed = await place.run(
    'check',
    'clean.parquet',
    'market.parquet',
    '--json',
    '--max',
    'crossed=0,longest-gap=10s,spikes=1',
  );
  expect(passed.code).toBe(1);
  expect(passed.stderr).toMatch(
    /^tickwright: market\.parquet: longest-gap is 300\.\d+s, more than 10s; market\.parquet: crossed is 1, more than 0\n$/,
  );
  const [first, second] = JSON.parse(passed.stdout);
  expect(first).toMatchObject({ file: 'clean.parquet', overall: { crossed: 0, spikes: 0 }, tooMuch: [] });
  expect(second.overall).toMatchObject({ crossed: 1, 'crossed-time': 400, spikes: 1, 'late-rows': expect.any(Number) });
  expect(second.tooMuch.map(({ figure }: { figure: string }) => figure)).toEqual(['longest-gap', 'crossed']);
});

test('vendor files are checked by their import, which leaves no tape', async () => {
  copyFileSync(join(FIXTURES, 'futures.capture'), place.path('futures.capture'));
  mkdirSync(place.path('scratch'));
  const words = [
    'import',
    'binance-capture',
    'futures.capture',
    '--symbol',
    'ABCUSDT',
    '--tick',
    '0.1',
    '--lot',
    '0.001',
  ];
  const files = readdirSync(place.folder);
  const shown = await place.run(...words, '--check', '--scratch', 'scratch');
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toMatch(/^futures\.capture: 23 rows\n/);
  expect(shown.stdout).toMatch(/^sequence-gaps +2/m);
  const passed = await place.run(...words, '--check', '--json', '--max', 'sequence-gaps=1', '--html', 'capture.html');
  expect(passed.code).toBe(1);
  expect(passed.stderr).toBe('page: capture.html\ntickwright: futures.capture: sequence-gaps is 2, more than 1\n');
  expect(readFileSync(place.path('capture.html'), 'utf8')).toContain('futures.capture');
  expect(readdirSync(place.path('scratch'))).toEqual([]);
  expect(readdirSync(place.folder)).toEqual([...files, 'capture.html'].sort());

  // The figures are those of the tape that the import makes.
  await place.run(...words, '--out', 'capture.parquet');
  const [ofFiles] = JSON.parse(passed.stdout);
  const [ofTape] = JSON.parse((await place.run('check', 'capture.parquet', '--json')).stdout);
  expect(ofFiles).toEqual({ ...ofTape, file: 'futures.capture', tooMuch: ofFiles.tooMuch });

  const missing = await place.run(...words, '--check', '--scratch', 'nowhere');
  expect(missing.stderr).toMatch(/^tickwright: nowhere: no scratch file can be written there: ENOENT/);
  const refused = await place.run(...words.with(-1, '0.3'), '--check', '--scratch', 'scratch');
  expect(refused.stderr).toMatch(/^tickwright: futures\.capture:\d+: quantity/);
  expect(readdirSync(place.path('scratch'))).toEqual([]);
});

test('repair writes a new tape that says of what it was made, and inspect and the report show it', async () => {
  const fixes = ['drop-crossed', 'drop-spikes', 'drop-duplicates', 'latency-offset=2ms'];
  const words = fixes.flatMap((fix) => ['--fix', fix]);
  const before = readFileSync(place.path('market.parquet'));
  const { code, stderr } = await place.run('repair', 'market.parquet', ...words, '--out', 'repaired.parquet');
  expect(code).toBe(0);
  expect(stderr).toContain('drop-crossed: 1 rows\ndrop-spikes: 1 rows\n');
  expect(readFileSync(place.path('market.parquet')).equals(before), 'the original stays').toBe(true);

  const [facts] = JSON.parse((await place.run('inspect', 'repaired.parquet', '--json', '--verify')).stdout);
  const [original] = JSON.parse((await place.run('inspect', 'market.parquet', '--json')).stdout);
  expect(facts.provenance).toEqual({
    importer: 'by hand',
    repairedFrom: `market.parquet, ${before.length} bytes, sha256 ${original.sha256}`,
    repairs: fixes.join(' '),
  });
  const counts = facts.corrections.map(({ name, count }: { name: string; count: number }) => [name, count]);
  expect(counts.map(([name]: [string]) => name)).toEqual([
    'drop-duplicates',
    'drop-crossed',
    'drop-spikes',
    'latency-offset',
  ]);
  expect(counts[3][1]).toBe(facts.events);

  const thresholds = 'crossed=0,spikes=0,duplicates=0';
  expect(await place.run('check', 'repaired.parquet', '--max', thresholds)).toMatchObject({ code: 0 });
  const again = await place.run(
    'repair',
    'repaired.parquet',
    '--fix',
    'drop-spikes',
    '--out',
    'again.parquet',
    '--json',
  );
  expect(JSON.parse(again.stdout).provenance).toMatchObject({ repairs: fixes.join(' '), repairs2: 'drop-spikes' });

  place.write('run.yaml', runText('  - use: noop').replace('market.parquet', 'repaired.parquet'));
  expect(await place.run('run', 'run.yaml', '--out', 'run')).toMatchObject({ code: 0 });
  const page = readFileSync(place.path('run/report.html'), 'utf8');
  for (const text of ['drop-crossed', 'left out by a repair', 'repairedFrom', 'the least delay is 2ms now']) {
    expect(page).toContain(text);
  }
});
