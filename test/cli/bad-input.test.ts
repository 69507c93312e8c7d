/**
 * What users get wrong and what breaks on disks: each ends with one line that says what and where, with code 1 (failed)
 * or 2 (wrong use), without a stack, with nothing on stdout, and with the folder as it was.
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { getuid } from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { syntheticBlocks, syntheticInfo } from '../../core/synthetic.js';
import { runText, Workplace } from './command-line.js';

const place = new Workplace();

const CAPTURE = '--symbol BTCUSDT --tick 0.1 --lot 0.001 --out t.parquet';
const DBN = '--tick 0.25 --out t.parquet';
const TRADE = (fields: string) =>
  `1723161256298000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256300,"T":1723161256298,"s":"BTCUSDT","t":1,${fields},"X":"MARKET","m":false}}\n`;
const ARCHIVE = '--tick 0.1 --lot 0.001 --local-from exchange --out t.parquet';
const MAPPING = `
symbol: { constant: X }
instruments: { X: { tick: '0.01', lot: '1' } }
exchangeTime: { column: time, unit: ms }
localFrom: exchange
trades: { price: price, quantity: size }
`;
const CSV = (row: string) => `time,price,size\n1723161256298,10.00,5\n${row}\n`;
const FLIPPED = 4_000;

const plugin = (fields: string) => `export default { ${fields} };\n`;
const anyParams = 'params: { safeParse: (data) => ({ success: true, data }) }';

beforeAll(() => {
  const options = { seed: 3, rows: 5_000, instruments: 2 };
  writeTape(place.path('market.parquet'), syntheticBlocks(options), syntheticInfo(options));
  const bytes = readFileSync(place.path('market.parquet'));
  place.write('empty.parquet', '');
  place.write('cut.parquet', bytes.subarray(0, bytes.length / 2));
  place.write('short.parquet', 'PAR1');
  place.write('text.parquet', 'just some text that is no tape at all, but long enough to look at\n');
  const flipped = Buffer.from(bytes);
  flipped[FLIPPED]! ^= 0x55;
  place.write('flipped.parquet', flipped);
  const footer = Buffer.from(bytes);
  footer[bytes.length - 300]! ^= 0x01;
  place.write('footer.parquet', footer);

  place.write('good.yaml', runText('  - use: noop'));
  place.write('touch-all.yaml', runText('  - use: touch'));
  place.write('unknown-strategy.yaml', runText('  - use: momentun'));
  place.write('unknown-param.yaml', runText('  - use: momentum\n    params: { quantity: 1 }'));
  place.write('wrong-param.yaml', runText('  - use: momentum\n    params: { qty: -1 }'));
  place.write('nan-param.yaml', runText('  - use: momentum\n    params: { threshold: .nan }'));
  place.write('off-lot.yaml', runText('  - use: momentum\n    instruments: [SYN-A]\n    params: { qty: 0.0015 }'));
  place.write('unknown-instrument.yaml', runText('  - use: noop\n    instruments: [SYN-Z]'));
  place.write('no-match.yaml', runText('  - use: noop\n    instruments: ["BTC*"]'));
  place.write('wrong-tick.yaml', runText('  - use: noop', 'instruments: [{ symbol: SYN-A, tick: 0.5 }]'));
  place.write('same-name.yaml', runText('  - use: noop\n  - use: noop'));
  place.write('broken.yaml', 'tape: [a\nseed: 1\n');
  place.write('typo.yaml', runText('  - use: noop', 'sead: 1'));
  place.write('none.json', '');
  place.write('list.json', '[]');
  for (const name of [
    'no-plugin',
    'no-default',
    'no-create',
    'broken',
    'throws',
    'async',
    'early',
    'missing',
    'null',
  ]) {
    place.write(`${name}-run.yaml`, runText(`  - use: ./${name}.mjs`));
  }
  place.write('no-plugin.mjs', plugin('hello: 1'));
  place.write('no-default.mjs', 'export const strategy = {};\n');
  place.write('no-create.mjs', plugin(`name: "mine", ${anyParams}`));
  place.write('broken.mjs', 'export default {{{;\n');
  place.write('throws.mjs', plugin(`name: "mine", ${anyParams}, create() { throw new Error("no\\nluck"); }`));
  place.write('null.mjs', plugin(`name: "mine", ${anyParams}, create() {}`));
  place.write(
    'async.mjs',
    plugin(`name: "mine", ${anyParams}, create: () => ({ async onStart() { throw new Error("later"); } })`),
  );
  place.write(
    'early.mjs',
    plugin(`name: "mine", ${anyParams}, create: () => ({ onTrade(t, c) { c.at("x", c.nowNs - 1); } })`),
  );

  place.write('empty.gz', '');
  place.write('cut.gz', gzipSync(TRADE('"p":"61800.2","q":"0.1"').repeat(500)).subarray(0, 200));
  place.write('bad-json.txt', `${TRADE('"p":"61800.2","q":"0.1"')}1723161256298000000 {"stream":\n`);
  place.write('off-tick.txt', TRADE('"p":"61800.25","q":"0.1"'));
  place.write('nan.txt', TRADE('"p":"NaN","q":"0.1"'));
  place.write('negative.txt', TRADE('"p":"61800.2","q":"-0.1"'));
  place.write('capture.txt', TRADE('"p":"61800.2","q":"0.1"'));
  place.write('mapping.yaml', MAPPING);
  place.write('typo-mapping.yaml', MAPPING.replace('price: price', 'prise: price'));
  place.write('nan.csv', CSV('1723161256299,NaN,5'));
  place.write('back.csv', CSV('soon,10.00,5'));
  place.write('negative.csv', CSV('1723161256299,10.00,-5'));
  place.write('columns.csv', 'a,b\n1,2\n');
  const fixtures = fileURLToPath(new URL('../fixtures/import/', import.meta.url));
  copyFileSync(`${fixtures}databento-mbo.dbn`, place.path('good.dbn'));
  place.write('cut.dbn.zst', readFileSync(`${fixtures}databento-mbo.dbn.zst`).subarray(0, 300));
  place.write('lobster.csv', '34200.1,9,1,100,5850000,1\n');

  mkdirSync(place.path('full'));
  place.write('full/letter.txt', 'mine');
  mkdirSync(place.path('locked'));
  chmodSync(place.path('locked'), 0o555);
  copyFileSync(place.path('good.yaml'), place.path('run.toml'));
  symlinkSync('nowhere', place.path('dangling.parquet'));
});
afterAll(() => {
  chmodSync(place.path('locked'), 0o755);
  place.remove();
});

/** Names and sizes of all there is. */
function listing(folder = place.folder): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return [path, ...listing(path)];
    return entry.isSymbolicLink() ? [path] : [`${path} ${statSync(path).size}`];
  });
}

type Case = [command: string, code: 1 | 2, message: string];

const CASES: Record<string, Case[]> = {
  'the command line': [
    ['', 2, 'Usage: tickwright'],
    ['rum', 2, "unknown command 'rum' (Did you mean run?)"],
    ['import', 2, 'Usage: tickwright import'],
    ['import bloomberg x', 2, "unknown command 'bloomberg'"],
    ['run', 2, "missing required argument 'runfile'"],
    ['run good.yaml --sed 1', 2, "unknown option '--sed' (Did you mean one of --seed, --set?)"],
    ['run good.yaml --seed -1', 2, 'Allowed: a whole number from 0'],
    ['run good.yaml --seed 1.5', 2, 'Allowed: a whole number from 0'],
    ['run good.yaml more.yaml', 2, 'too many arguments'],
    ['demo --rows many', 2, 'Allowed: a whole number from 1000'],
    ['book market.parquet --instrument SYN-A --levels 0', 2, 'Allowed: a whole number from 1 to 10000'],
    ['book market.parquet --instrument SYN-A --every 100', 2, 'Allowed: event, or a duration above 0 such as 100ms'],
    ['book market.parquet --instrument SYN-A --clock wall', 2, 'Allowed choices are exchange, local'],
    [
      `import binance-archive A-trades-2024-03-01.zip ${ARCHIVE.replace('exchange', 'local')}`,
      2,
      'Allowed: "exchange", or "exchange + 5ms"',
    ],
    ['import tardis a_trades.csv --type candles --out t.parquet', 2, 'Allowed choices are trades, liquidations'],
    ['import tardis a_trades.csv --tick 0 --lot 1 --out t.parquet', 2, 'Allowed: a decimal above 0'],
    ['import binance-archive a.zip --tick 1 --lot 1 --out t.parquet', 2, "required option '--local-from"],
    [`import binance-archive a.zip ${ARCHIVE} --contract odd`, 2, 'Allowed choices are linear, inverse'],
    [`import binance-capture capture.txt ${CAPTURE.replace('0.1', 'NaN')}`, 2, 'Allowed: a decimal above 0'],
    [`import binance-capture capture.txt ${CAPTURE.replace('0.001', '-1')}`, 2, 'Allowed: a decimal above 0'],
    ['import databento good.dbn --out t.parquet --tick 0', 2, 'Allowed: a decimal above 0'],
    ['import databento good.dbn --out t.parquet --symbols A,,B', 2, 'Allowed: names separated by commas'],
    ['import databento good.dbn --out t.parquet --publisher x', 2, 'Allowed: a whole number from 1 to 65535'],
    [
      'import binance-capture capture.txt --symbol X --tick 1 --lot 1',
      2,
      'say where it goes: one of --out <tape>, --catalog <folder> and --check',
    ],
  ],
  tapes: [
    ['inspect none.parquet', 1, 'none.parquet: there is no such file'],
    ['inspect dangling.parquet', 1, 'dangling.parquet: there is no such file'],
    ['inspect empty.parquet', 1, 'empty.parquet'],
    ['inspect short.parquet', 1, 'short.parquet'],
    ['inspect text.parquet', 1, 'text.parquet: it is no Parquet file'],
    ['inspect cut.parquet', 1, 'cut.parquet'],
    ['inspect footer.parquet', 1, 'footer.parquet'],
    ['inspect full', 1, 'full'],
    ['inspect flipped.parquet --verify', 1, 'flipped.parquet'],
    ['check none.parquet', 1, 'none.parquet: there is no such file'],
    ['check cut.parquet', 1, 'cut.parquet'],
    [
      'check market.parquet --max crosed=0',
      2,
      'There is no figure "crosed" (did you mean "crossed"?). Allowed: sequence-',
    ],
    ['check market.parquet --max crossed=-1', 2, '"crossed" is a number from 0 on: crossed=0, not "-1"'],
    ['check market.parquet --max crossed', 2, '"crossed" is a number from 0 on: crossed=0, not ""'],
    ['check market.parquet --max longest-gap=10', 2, '"longest-gap" is a length of time: longest-gap=10s, not "10"'],
    ['check market.parquet --max crossed=0 --max crossed=1', 2, 'The figure "crossed" is named twice'],
    ['check market.parquet --calendar XXXX', 2, 'Allowed choices are XNYS'],
    ['check market.parquet --max outside-sessions=0', 2, 'name them with --calendar'],
    ['check market.parquet --gap 0', 2, 'Allowed: a duration above 0'],
    ['check market.parquet --spike-neighbours 11', 2, '11 neighbours is not an even number from 10 to 1000'],
    ['check market.parquet --spike-deviations 0', 2, 'Allowed: a number above 0'],
    ['check market.parquet --spike-floor 2', 2, 'Allowed: a share from 0 to 1'],
    ['repair market.parquet --out r.parquet', 2, "required option '--fix <name>' not specified"],
    [
      'repair market.parquet --fix drop-all --out r.parquet',
      2,
      'there is no fix "drop-all"; there are: latency-offset,',
    ],
    [
      'repair market.parquet --fix latency-offset --out r.parquet',
      2,
      'needs the least delay, as in latency-offset=2ms',
    ],
    ['repair market.parquet --fix drop-crossed --out market.parquet', 2, 'is the tape that is repaired'],
    ['repair market.parquet --fix drop-crossed --out none/r.parquet', 1, 'cannot write tape none/r.parquet'],
    ['repair cut.parquet --fix drop-crossed --out r.parquet', 1, 'cut.parquet'],
    ['book market.parquet', 2, 'market.parquet: has 2 instruments, say which with --instrument: SYN-A, SYN-B'],
    ['book market.parquet --instrument SYN-Z', 2, '"SYN-Z" is not on the tape (did you mean "SYN-A"?)'],
    ['book market.parquet --instrument SYN-A --out none/b.csv', 1, 'none/b.csv: cannot be written: the folder'],
    ['book market.parquet --instrument SYN-A --out full', 1, 'full: '],
    ['book cut.parquet --out b.csv', 1, 'cut.parquet'],
    ['run good.yaml --tape none.parquet --out out', 1, 'none.parquet: there is no such file'],
    ['run good.yaml --tape cut.parquet --out out', 1, 'cut.parquet'],
  ],
  'run files': [
    ['run none.yaml', 1, 'none.yaml: there is no such file'],
    ['run full', 1, 'full: is a folder, not a file'],
    ['run run.toml', 2, 'run.toml: a run file ends in .yaml'],
    ['run none.json', 2, 'none.json: the file is empty'],
    ['run list.json', 2, 'list.json: the top level: given []; allowed: a map of keys and values'],
    ['run broken.yaml', 2, 'broken.yaml:2:'],
    ['run typo.yaml', 2, 'typo.yaml: sead: unknown key; did you mean "seed"?'],
    ['run good.yaml --set seed', 2, '--set seed: write path=value'],
    [
      'run good.yaml --set venue.latensy.entry=1ms',
      2,
      'good.yaml: venue.latensy: unknown key; did you mean "latency"?',
    ],
    ['run good.yaml --set strategies.3.use=noop', 2, 'strategies is a list with entry 0, it has no "3"'],
    ['run good.yaml --set venue.latency.entry=fast', 2, 'venue.latency.entry: given "fast"; allowed: a duration'],
    ['run good.yaml --set venue.fees.maker=.nan', 2, 'venue.fees.maker: given NaN; allowed: a fraction'],
    ['run good.yaml --set tape=[]', 2, 'tape: given []; allowed: at least 1 entry'],
    [
      'run unknown-instrument.yaml --out out',
      2,
      'strategies.0.instruments.0: "SYN-Z" is not in this run (did you mean "SYN-A"?)',
    ],
    ['run no-match.yaml --out out', 2, '"BTC*" is not in this run; there are: SYN-A, SYN-B'],
    ['run wrong-tick.yaml --out out', 2, 'instruments.0.tick: given 0.5; the tape has SYN-A with a tick of 0.1'],
    ['run same-name.yaml --out out', 2, 'strategies.1.name: "noop" is taken'],
    ['run good.yaml --out full', 1, '"full" holds other files (letter.txt)'],
    ['run good.yaml --out good.yaml', 1, '"good.yaml" is a file'],
    ['run good.yaml --out good.yaml/run', 1, '"good.yaml/run" cannot be written'],
    ['report full', 1, '"full" is no run folder'],
    ['report none', 1, '"none" is no run folder'],
  ],
  'plug-ins': [
    [
      'run unknown-strategy.yaml --out out',
      2,
      'strategies.0.use: there is no strategy "momentun" (did you mean "momentum"?)',
    ],
    ['run unknown-param.yaml --out out', 2, 'strategies.0.params.quantity: unknown key; known: window, threshold, qty'],
    ['run wrong-param.yaml --out out', 2, 'strategies.0.params.qty: given -1; allowed: a decimal above 0'],
    ['run nan-param.yaml --out out', 2, 'strategies.0.params.threshold: given NaN; allowed: a number'],
    ['run no-plugin-run.yaml --out out', 2, 'is not a strategy plug-in: field "name" is missing'],
    ['run no-default-run.yaml --out out', 2, 'has no default export (it exports strategy)'],
    ['run no-create-run.yaml --out out', 2, 'field "create" is missing'],
    ['run broken-run.yaml --out out', 2, 'broken.mjs: cannot be imported: ParseError'],
    ['run missing-run.yaml --out out', 2, 'missing.mjs: there is no such file'],
    ['run null-run.yaml --out out', 2, 'create of strategy plug-in "mine" returned undefined, not a strategy'],
    ['run throws-run.yaml --out out', 1, 'strategy plug-in "mine" failed in create: no luck'],
  ],
  importers: [
    [`import binance-capture none.gz ${CAPTURE}`, 1, 'none.gz: there is no such file'],
    [`import binance-capture empty.gz ${CAPTURE}`, 1, 'empty.gz: the file is empty'],
    [`import binance-capture cut.gz ${CAPTURE}`, 1, 'cut.gz:'],
    [`import binance-capture bad-json.txt ${CAPTURE}`, 1, 'bad-json.txt:2'],
    [`import binance-capture off-tick.txt ${CAPTURE}`, 1, 'off-tick.txt:1'],
    [`import binance-capture nan.txt ${CAPTURE}`, 1, 'nan.txt:1'],
    [`import binance-capture negative.txt ${CAPTURE}`, 1, 'negative.txt:1'],
    [`import binance-capture capture.txt ${CAPTURE.replace('t.parquet', 'full')}`, 1, 'full: is a folder'],
    [`import binance-capture capture.txt ${CAPTURE.replace('t.parquet', 'none/t.parquet')}`, 1, 'none/t.parquet'],
    [`import binance-archive capture.txt ${ARCHIVE}`, 1, 'capture.txt: is not named as the archive names its files'],
    [`import binance-archive A-trades-2024-03-01.zip ${ARCHIVE}`, 1, 'A-trades-2024-03-01.zip: there is no such file'],
    ['import tardis a_trades.csv --lot 1 --out t.parquet', 1, 'tick or lot is missing: give both, or a table'],
    ['import tardis a_trades.csv --tick 1 --lot 1 --out t.parquet', 1, 'a_trades.csv: there is no such file'],
    ['import tardis nan.csv --tick 1 --lot 1 --out t.parquet', 1, 'nan.csv: its name does not say what it is'],
    ['import tardis a_trades.csv --instruments none.yaml --out t.parquet', 1, 'none.yaml: there is no such file'],
    [`import databento none.dbn ${DBN}`, 1, 'none.dbn: there is no such file'],
    [`import databento mapping.yaml ${DBN}`, 1, 'mapping.yaml: its metadata: the data begins with'],
    [`import databento cut.dbn.zst ${DBN}`, 1, 'cut.dbn.zst: its metadata: the zstd data ends in the middle of that'],
    [`import databento good.dbn ${DBN} --symbols ZZZ`, 1, 'good.dbn: there is no record of ZZZ; there are ABC'],
    ['import databento good.dbn --out t.parquet', 1, 'good.dbn: record 1 at byte 360: the tick of ABC (instrument 42)'],
    [`import databento good.dbn ${DBN} --definition good.dbn`, 1, 'good.dbn: its metadata: the schema is mbo'],
    ['import csv nan.csv --mapping none.yaml --out t.parquet', 1, 'none.yaml: there is no such file'],
    ['import csv nan.csv --mapping typo-mapping.yaml --out t.parquet', 1, 'typo-mapping.yaml'],
    ['import csv nan.csv --mapping mapping.yaml --out t.parquet', 1, 'nan.csv:3'],
    ['import csv back.csv --mapping mapping.yaml --out t.parquet', 1, 'back.csv:3'],
    ['import csv negative.csv --mapping mapping.yaml --out t.parquet', 1, 'negative.csv:3'],
    ['import csv columns.csv --mapping mapping.yaml --out t.parquet', 1, 'columns.csv'],
    ['import lobster --messages lobster.csv --symbol X --out t.parquet', 1, 'date'],
    ['import lobster --messages lobster.csv --symbol X --date 2012-06-21 --out t.parquet', 1, 'lobster.csv:1'],
  ],
};

for (const [what, cases] of Object.entries(CASES)) {
  describe.concurrent(`wrong: ${what}`, () => {
    test.each(cases)('tickwright %s', async (command, code, message) => {
      const outcome = await place.run(...command.split(' ').filter(Boolean));
      expect(outcome.stderr).toContain(message);
      expect(outcome.code).toBe(code);
      expect(outcome.stdout).toBe('');
      if (!message.startsWith('Usage:')) expectOneLine(outcome.stderr);
    });
  });
}

function expectOneLine(stderr: string): void {
  expect(stderr).toMatch(/^tickwright: [^\n]+\n$/);
  expect(stderr).not.toMatch(/\n\s+at |(Type|Range)Error:|undefined \(|\[object/);
}

describe('wrong: what fails while it runs', () => {
  test.each([['early', 'strategy "mine" failed in onTrade at 2024-01-01T00:00:', 'timer "x": time']])(
    'a plug-in that asks for nonsense: %s',
    async (name, start, reason) => {
      const { code, stderr } = await place.run('run', `${name}-run.yaml`, '--out', `out-${name}`);
      expect(code).toBe(1);
      const [folder, error] = stderr.split('\n');
      expect(folder).toContain(`run folder: out-${name}`);
      expect(error).toContain(`tickwright: ${start}`);
      expect(error).toContain(reason);
      expectOneLine(`${error}\n`);
    },
  );

  test('a quantity off the lot', async () => {
    const { code, stderr } = await place.run('run', 'off-lot.yaml', '--out', 'out-lot');
    expect(code).toBe(1);
    expect(stderr).toContain('parameter qty: 0.0015 is not a whole multiple of the lot of SYN-A, 0.001');
  });

  test('touch over several instruments', async () => {
    const { code, stderr } = await place.run('run', 'touch-all.yaml', '--out', 'out-touch');
    expect(code).toBe(1);
    expect(stderr).toContain('touch trades one instrument, it was given 2: SYN-A, SYN-B');
  });

  test('a promise that nobody waits for', async () => {
    const { code, stderr } = await place.run('run', 'async-run.yaml', '--out', 'out-async');
    expect(code).toBe(1);
    expect(stderr).toContain('later');
    expect(stderr).not.toContain('    at ');
  });

  test('a tape with damaged rows', async () => {
    const { code, stderr } = await place.run('run', 'good.yaml', '--tape', 'flipped.parquet', '--out', 'out-flipped');
    // Where the flipped byte happens to decode to legal rows only `inspect --verify` can tell.
    if (code !== 0) expect(stderr).toContain('flipped.parquet');
    expect(stderr).not.toContain('    at ');
  });

  test('a run folder that holds a run already, unless it may be overwritten', async () => {
    expect(await place.run('run', 'good.yaml', '--out', 'kept')).toMatchObject({ code: 0 });
    const before = readFileSync(place.path('kept/manifest.json'), 'utf8');
    const again = await place.run('run', 'good.yaml', '--out', 'kept');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('"kept" already holds a run');
    expectOneLine(again.stderr);
    expect(readFileSync(place.path('kept/manifest.json'), 'utf8')).toBe(before);
    expect(await place.run('run', 'good.yaml', '--out', 'kept', '--overwrite')).toMatchObject({ code: 0 });
  });

  // Root may write anywhere.
  test.skipIf(getuid?.() === 0)('a folder without permission to write', async () => {
    for (const command of [
      'run good.yaml --out locked/run',
      'book market.parquet --instrument SYN-A --out locked/b.csv',
    ]) {
      const { code, stderr } = await place.run(...command.split(' '));
      expect(code, command).toBe(1);
      expect(stderr).toContain('locked');
      expectOneLine(stderr);
    }
  });
});

test('nothing half-written is left of any of them', async () => {
  const names = listing().map((line) => line.slice(place.folder.length + 1).split(' ')[0]!);
  expect(
    names.filter((name) => /partial|tmp|^out$|^t\.parquet|^b\.csv|^none/.test(name) && name !== 'none.json'),
  ).toEqual([]);
});
