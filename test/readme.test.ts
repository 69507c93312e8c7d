/**
 * The documents say what is so: code in the README is the examples' own, its commands run, its fields are the schema's,
 * and every file that a document names is there.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { runSchema } from '../bridges/run-file/schema.js';
import { writeTape } from '../bridges/tape/tape-writer.js';
import { syntheticBlocks, syntheticInfo } from '../core/synthetic.js';
import { builtInStrategies } from '../strategies/built-in.js';
import { Workplace } from './cli/command-line.js';
import { parquetOf } from './import/parquet-writer.js';
import { outlineOf } from './run-file/schema-outline.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const fixtures = join(root, 'test/fixtures/import');
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const readme = textOf('README.md');
const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs/run-file.md',
  'docs/check.md',
  'docs/catalog.md',
  'docs/sessions.md',
  'docs/synthetic.md',
  'docs/import/binance-archive.md',
  'docs/import/binance-capture.md',
  'docs/import/tardis.md',
  'docs/import/bybit-capture.md',
  'docs/import/okx-capture.md',
  'docs/import/databento.md',
  'docs/import/itch.md',
  'docs/import/hftbacktest.md',
  'docs/import/lean.md',
  'docs/import/csv.md',
  'docs/import/parquet.md',
  'docs/import/lobster.md',
  'examples/README.md',
  'bridges/tape/FORMAT.md',
  'bridges/python/README.md',
  'bridges/python/PROTOCOL.md',
];

/** The fenced blocks of a text, each with the line above it. */
function blocksOf(text: string): { above: string; content: string }[] {
  const blocks = text.matchAll(/^(.*)\n```\w*\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, above, content]) => ({ above: above!, content: content! }));
}

/** The words of every `tickwright …` line in the README's blocks. */
function commandsOf(text: string): string[][] {
  const lines = blocksOf(text).flatMap(({ above, content }) => (above.startsWith('<!--') ? [] : content.split('\n')));
  // SQL stands in quotes.
  const wordsOf = (line: string) =>
    [...line.matchAll(/"([^"]*)"|'([^']*)'|\S+/g)].map(([word, a, b]) => a ?? b ?? word);
  return lines.filter((line) => line.startsWith('tickwright ')).map((line) => wordsOf(line).slice(1));
}

test('the main job and the tests are one line each', () => {
  const marked = (mark: string) => blocksOf(readme).find(({ above }) => above === `<!-- ${mark} -->`)?.content;
  expect(marked('main job')).toBe('npm ci && npm run demo\n');
  expect(marked('tests')).toBe('npm ci && npm test\n');
});

/** The blocks of a document that say which file they are. */
const quotedBy = (document: string) =>
  blocksOf(textOf(document)).flatMap(({ above, content }) => {
    const file = /^<!-- file: (\S+) -->$/.exec(above)?.[1];
    return file === undefined ? [] : [{ document, file, content }];
  });
const quoted = quotedBy('README.md');

test('the README shows strategies in both languages, run files, a whole program and a mapping', () => {
  expect(quoted.map(({ file }) => file).sort()).toEqual([
    'examples/01-quickstart/main.ts',
    'examples/02-your-strategy/mean-reversion.ts',
    'examples/02-your-strategy/run.yaml',
    'examples/05-python-strategy/mean_reversion.py',
    'examples/05-python-strategy/run.yaml',
    'test/fixtures/import/trades.mapping.yaml',
  ]);
});

test.each([...quoted, ...quotedBy('docs/import/csv.md'), ...quotedBy('docs/import/parquet.md')])(
  'what $document shows of $file is that file',
  ({ document, file, content }) => {
    expect(content, `copy the file into ${document}`).toBe(textOf(file));
  },
);

/** The fixtures of the importers of archives under the names that the documents use. */
function copyArchives(place: Workplace): void {
  for (const folder of ['binance-archive', 'tardis']) {
    for (const name of readdirSync(join(fixtures, folder))) {
      const renamed = name.replace(/ABC(?=USD|-P)/, 'BTC').replace(/^XYZ(?=-)/, 'BTCUSDT');
      copyFileSync(join(fixtures, folder, name), place.path(renamed));
    }
  }
}

/** The ITCH file under the name and with the stock that the documents use. */
function copyItch(place: Workplace): void {
  const bytes = readFileSync(join(fixtures, '11042024.NASDAQ_ITCH50')).toString('latin1');
  const renamed = bytes.replaceAll('ABC     ', 'AAPL    ');
  place.write('12302019.NASDAQ_ITCH50.gz', gzipSync(Buffer.from(renamed, 'latin1')));
}

/** The LEAN folder with the ticker that the documents use. */
function copyLean(place: Workplace): void {
  for (const name of readdirSync(join(fixtures, 'lean'), { recursive: true, encoding: 'utf8' })) {
    if (!/\.(zip|csv)$/.test(name)) continue;
    const target = place.path(join('data', name.replaceAll('abc', 'aapl')));
    mkdirSync(dirname(target), { recursive: true });
    const source = join(fixtures, 'lean', name);
    if (name.includes('map_files')) writeFileSync(target, readFileSync(source, 'utf8').replaceAll('abc', 'aapl'));
    else copyFileSync(source, target);
  }
}

/** The captures under the names and with the symbols that the documents use, and what the venues say of these. */
function copyCaptures(place: Workplace): void {
  const renamed = (name: string) => readFileSync(join(fixtures, name), 'utf8').replace(/ABC(?=USDT|-USDT)/g, 'BTC');
  place.write('btcusdt_20240808.gz', gzipSync(renamed('futures.capture')));
  place.write('bybit-btcusdt.gz', gzipSync(renamed('bybit.capture')));
  place.write('okx-btc-usdt-swap.gz', gzipSync(renamed('okx.capture')));
  place.write('instruments-info.json', readFileSync(join(fixtures, 'bybit-instruments-info.json')));
  place.write('instruments.json', readFileSync(join(fixtures, 'okx-instruments.json')));
}

/** LOBSTER's file under the name of a sample. */
function copyLobster(place: Workplace): void {
  const name = 'AAPL_2012-06-21_34200000_57600000_message_50.csv';
  copyFileSync(join(fixtures, 'ABC_2024-11-04_34200000_57600000_message_5.csv'), place.path(name));
}

/** What is read by a mapping, and the mappings. */
async function copyMapped(place: Workplace): Promise<void> {
  const names = {
    ...{ 'trades.csv': 'trades.csv', 'trades.mapping.yaml': 'trades.yaml', 'depth.csv': 'depth.csv' },
    ...{ 'depth.mapping.json': 'depth.json', 'trades.parquet': 'prints.parquet' },
    ...{ 'trades-parquet.mapping.yaml': 'prints.yaml', 'lake.mapping.yaml': 'lake.yaml' },
  };
  for (const [name, target] of Object.entries(names)) copyFileSync(join(fixtures, name), place.path(target));
  mkdirSync(place.path('lake'), { recursive: true });
  const row = "timestamp '2024-03-01' as ts, 'ABCUSD' as sym, 100.25 as px, 1.5 as qty, 'b' as side";
  copyFileSync(await parquetOf(`select ${row}`), place.path('lake/1.parquet'));
}

describe('the commands of the README', () => {
  const place = new Workplace();
  afterAll(() => place.remove());

  test('run as they stand', async () => {
    const commands = commandsOf(readme);
    expect(commands.map(([name]) => name)).toEqual([
      ...[
        'inspect',
        'check',
        'repair',
        'book',
        'run',
        'report',
        'report',
        'compare',
        'run',
        'calendar',
        'bars',
        'synth',
        'facts',
        'catalog',
        'run',
      ],
      ...Array(14).fill('import'),
    ]);
    copyArchives(place);
    copyCaptures(place);
    copyItch(place);
    copyLean(place);
    copyLobster(place);
    copyFileSync(join(fixtures, 'hftbacktest-levels.npz'), place.path('btcusdt_20240808.npz'));
    // What is packed and how is told by a file's first bytes, not by its name.
    copyFileSync(join(fixtures, 'databento-mbo.dbn.zst'), place.path('glbx-mdp3-20240508.mbo.dbn.zst'));
    copyFileSync(join(fixtures, 'databento-definition.dbn'), place.path('glbx-mdp3-20240508.definition.dbn.zst'));
    await copyMapped(place);

    expect(await place.run('demo', '--rows', '20000')).toMatchObject({ code: 0 });
    expect(existsSync(place.path('runs/demo/run/report.html'))).toBe(true);
    for (const words of commands) {
      const { code, stderr } = await place.run(...words);
      expect(code, `${words.join(' ')}: ${stderr}`).toBe(0);
    }
  }, 600_000);
});

test.each(['check', 'synthetic'])(
  'the commands of the page docs/%s.md run as they stand',
  async (page) => {
    const place = new Workplace();
    expect(await place.run('demo', '--rows', '20000')).toMatchObject({ code: 0 });
    copyCaptures(place);
    for (const words of commandsOf(textOf(`docs/${page}.md`))) {
      const { code, stderr } = await place.run(...words);
      expect(code, `${words.join(' ')}: ${stderr}`).toBe(0);
    }
    place.remove();
  },
  120_000,
);

describe('the commands of the import pages', () => {
  const place = new Workplace();
  afterAll(() => place.remove());

  const pages = readdirSync(join(root, 'docs/import')).map((name) => name.replace('.md', ''));

  test.each(pages.filter((page) => page !== 'databento'))('%s: run as they stand', async (page) => {
    copyArchives(place);
    copyCaptures(place);
    copyItch(place);
    copyLean(place);
    copyLobster(place);
    await copyMapped(place);
    copyFileSync(join(fixtures, 'hftbacktest-levels.npz'), place.path('btcusdt_20240808.npz'));
    const commands = commandsOf(textOf(`docs/import/${page}.md`));
    expect(commands.length).toBeGreaterThan(0);
    for (const words of commands) {
      const { code, stderr } = await place.run(...words);
      expect(code, `${words.join(' ')}: ${stderr}`).toBe(0);
    }
  });
});

test('the commands of the page about catalogues run as they stand', async () => {
  const place = new Workplace();
  expect(await place.run('demo', '--rows', '20000')).toMatchObject({ code: 0 });
  copyArchives(place);
  const commands = commandsOf(textOf('docs/catalog.md'));
  expect(commands).toHaveLength(8);
  for (const words of commands) {
    const { code, stderr } = await place.run(...words);
    expect(code, `${words.join(' ')}: ${stderr}`).toBe(0);
  }
  place.remove();
}, 120_000);

test('the commands of the page on bars run as they stand', async () => {
  const place = new Workplace();
  const options = { seed: 3, rows: 5_000, instruments: 1 };
  writeTape(place.path('btcusdt.parquet'), syntheticBlocks(options), syntheticInfo(options));
  const commands = commandsOf(textOf('docs/how-to/bars.md'));
  expect(commands).toHaveLength(3);
  for (const words of commands) expect(await place.run(...words)).toMatchObject({ code: 0, stderr: '' });
  place.remove();
});

test('the README names every field of a run file, every queue model and every built-in strategy', () => {
  const rows = [...readme.matchAll(/^\| `(\w+)` +\|/gm)].map(([, field]) => field);
  expect(rows).toEqual(Object.keys(runSchema.shape));
  const queues = outlineOf(runSchema).words.get('venue.queue.model')!;
  expect(queues.size).toBeGreaterThan(10);
  for (const name of queues) expect(readme).toContain(`\`${name}\``);
  for (const { name } of builtInStrategies().list()) expect(readme).toContain(`\`${name}\``);
});

describe.each(DOCUMENTS)('%s', (document) => {
  // Code is no prose: it names files of whoever reads it.
  const prose = textOf(document).replace(/^```[\s\S]*?^```$/gm, '');

  test('links to what is there', () => {
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!.replace(/#.*$/, ''));
    const files = links.filter((link) => link !== '' && !/^https?:/.test(link));
    expect(files.filter((file) => !existsSync(join(root, dirname(document), file)))).toEqual([]);
  });

  test('names only files that are there', () => {
    const named = [
      ...prose.matchAll(/`((?:core|execution|strategies|analytics|bridges|examples|test|bench)\/[^`\s]*)`/g),
    ];
    const files = named.map(([, file]) => file!).filter((file) => !/[*<>…]/.test(file));
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});
