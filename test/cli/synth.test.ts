/** `tickwright synth` and `tickwright facts` as a user runs them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { flowFileText } from '../../bridges/flow-file.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { zeroIntelligenceFlow } from '../../core/index.js';
import { Workplace } from './command-line.js';

const place = new Workplace();
afterAll(() => place.remove());

test('synth makes the tape of a time, the same again, and facts compares tapes', async () => {
  const words = ['--hours', '0.05', '--seed', '7', '--instruments', '2', '--rows-per-second', '300'];
  const made = await place.run('synth', '-o', 'a.parquet', ...words);
  expect(made).toMatchObject({ code: 0, stdout: '' });
  expect(made.stderr).toMatch(/^market: a\.parquet \([\d,]+ rows, 2 instruments, seed 7\)\n$/);
  expect((await place.run('synth', '-o', 'b.parquet', ...words)).code).toBe(0);
  const [a, b] = ['a', 'b'].map((name) => openTape(place.path(`${name}.parquet`)));
  expect(a!.info.hash).toBe(b!.info.hash);
  // 180 s to the nanosecond: rows after that are not there, and rows come until then.
  const [from, to] = a!.metadata.exchangeNs!;
  expect(Number(to - from)).toBeLessThanOrEqual(180e9);
  expect(Number(to - from)).toBeGreaterThan(179.5e9);
  expect(a!.info.rows / 180 / 300).toBeGreaterThan(0.8);
  expect(a!.info.rows / 180 / 300).toBeLessThan(1.25);
  expect(a!.info.provenance).toMatchObject({ seed: '7', durationNs: '180000000000' });
  expect(a!.info.provenance).not.toHaveProperty('rows');

  const found = await place.run('facts', 'a.parquet', 'b.parquet', '--instrument', 'SYN-B', '--html', 'facts.html');
  expect(found).toMatchObject({ code: 0, stderr: 'page: facts.html\n' });
  expect(found.stdout).toMatch(/^ +SYN-B \(a\.parquet\) +SYN-B \(b\.parquet\)$/m);
  expect(found.stdout).toMatch(/^spread +(\S+) +\1$/m);
  expect(readFileSync(place.path('facts.html'), 'utf8')).toContain('SYN-B (b.parquet)');
  const json = JSON.parse((await place.run('facts', 'a.parquet', '--json')).stdout);
  expect(json).toHaveLength(1);
  expect(json[0]).toMatchObject({ file: 'a.parquet', sha256: a!.info.hash });
  expect(json[0].instruments.map((each: { instrument: { symbol: string } }) => each.instrument.symbol)).toEqual([
    'SYN-A',
    'SYN-B',
  ]);
});

test('synth and facts refuse what is missing or too much, and leave no file', async () => {
  expect(await place.run('synth', '-o', 'c.parquet')).toMatchObject({
    code: 2,
    stderr: 'tickwright: synth: give --hours or --rows, or both\n',
  });
  const wrong = await place.run('synth', '-o', 'c.parquet', '--hours', '0.0001');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('a number of hours such as 6.5');
  expect(existsSync(place.path('c.parquet'))).toBe(false);
  expect(await place.run('facts', 'a.parquet', '--instrument', 'XYZ')).toMatchObject({
    code: 2,
    stderr: 'tickwright: facts: no tape has an instrument XYZ\n',
  });
  const four = Array<string>(4).fill('a.parquet');
  const many = await place.run('facts', ...four, '--html', 'many.html');
  expect(many).toMatchObject({ code: 2, stdout: '' });
  expect(many.stderr).toContain('up to 6 instruments, not 8; give --instrument');
});

test('synth makes orders at random, order by order or as levels and quotes of the same market', async () => {
  const words = ['--flow', 'hawkes', '--hours', '0.1', '--seed', '3'];
  const made = await place.run('synth', '-o', 'orders.parquet', ...words, '--json');
  expect(made.code).toBe(0);
  expect(made.stderr).toMatch(/^market: orders\.parquet \([\d,]+ rows, 1 instrument, seed 3\)\n$/);
  const { instruments, provenance } = JSON.parse(made.stdout);
  expect(Object.keys(instruments[0].counts).sort()).toEqual(['orderAdd', 'orderCancel', 'orderExecute']);
  expect(provenance).toMatchObject({ source: 'zero-intelligence market', seed: '3' });
  expect((await place.run('synth', '-o', 'levels.parquet', ...words, '--detail', 'levels')).code).toBe(0);
  const { stdout } = await place.run('facts', 'orders.parquet', 'levels.parquet');
  for (const name of ['spread', 'depth', 'trades', 'sign-memory']) {
    expect(stdout).toMatch(new RegExp(`^${name} +(\\S+) +\\1$`, 'm'));
  }
  const wrong = async (...more: string[]) => {
    const { code, stderr } = await place.run('synth', '-o', 'wrong.parquet', ...more);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await wrong('--flow', 'hawkes')).toBe('tickwright: synth: --flow hawkes needs --hours\n');
  expect(await wrong(...words, '--instruments', '2')).toBe('tickwright: synth: --flow hawkes has no --instruments\n');
  expect(await wrong('--hours', '1', '--detail', 'levels')).toContain('--detail is for --flow zero-intelligence');
  expect(existsSync(place.path('wrong.parquet'))).toBe(false);
});

test('synth takes rates, and all parameters of a file, whose tape says whose it is', async () => {
  const words = ['--hours', '0.05', '--seed', '3'];
  const fast = await place.run(
    'synth',
    '-o',
    'fast.parquet',
    '--flow',
    'zero-intelligence',
    '--market-rate',
    '4',
    ...words,
  );
  expect(fast.code).toBe(0);
  expect(openTape(place.path('fast.parquet')).info.provenance).toMatchObject({ marketRate: '4', limitRate: '20' });
  writeFileSync(place.path('flow.yaml'), flowFileText(zeroIntelligenceFlow({ marketRate: 4 }), []));
  const made = await place.run('synth', '-o', 'file.parquet', '--parameters', 'flow.yaml', ...words);
  expect(made).toMatchObject({ code: 0, stdout: '' });
  const [file, plain] = ['file', 'fast'].map((name) => openTape(place.path(`${name}.parquet`)).info);
  expect(file!.rows).toBe(plain!.rows);
  const facts = await place.run('facts', 'file.parquet', 'fast.parquet');
  for (const name of ['spread', 'depth', 'trades']) {
    expect(facts.stdout).toMatch(new RegExp(`^${name} +(\\S+) +\\1$`, 'm'));
  }
  expect(file!.provenance).toMatchObject({ source: 'order market', parameters: 'flow.yaml', detail: 'orders' });
  const levels = await place.run(
    'synth',
    '-o',
    'l.parquet',
    '--parameters',
    'flow.yaml',
    '--detail',
    'levels',
    ...words,
  );
  expect(levels.code).toBe(0);
  expect(openTape(place.path('l.parquet')).info.columns.orderId).toBe(false);

  const wrong = async (...more: string[]) => {
    const { code, stderr } = await place.run('synth', '-o', 'wrong.parquet', ...more);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await wrong('--market-rate', '4', '--hours', '1')).toContain('--market-rate is for --flow zero-intelligence');
  const both = await wrong('--parameters', 'flow.yaml', '--reach-ticks', '4', ...words);
  expect(both).toContain('--reach-ticks does not go with parameters of a file or of a tape');
  expect(await wrong('--parameters', 'flow.yaml', '--flow', 'hawkes', ...words)).toContain('--flow does not go with');
  expect(await wrong('--parameters', 'flow.yaml')).toContain('--parameters needs --hours');
  expect(await wrong('--parameters', 'flow.yaml', '--rows', '5', ...words)).toContain('--parameters has no --rows');
  writeFileSync(place.path('bad.yaml'), 'flow: 1\nsweep: 3\n');
  expect(await wrong('--parameters', 'bad.yaml', ...words)).toContain('bad.yaml: instrument: missing');
  expect(existsSync(place.path('wrong.parquet'))).toBe(false);
});

test('synth puts a market under stress, and inspect and check tell of it', async () => {
  const words = ['--hours', '0.05', '--seed', '5', '--instruments', '2', '--rows-per-second', '200'];
  const stress = [
    'flash-crash@0:00:20/3s,fall=0.5%,recovery=20s',
    'halt@1m/20s',
    'outage@0:01:30/25s,instrument=SYN-B',
  ];
  const tied = ['--correlation', '0.7', '--lead', '100ms'];
  const made = await place.run(
    'synth',
    '-o',
    'stressed.parquet',
    ...words,
    ...tied,
    ...stress.flatMap((each) => ['--stress', each]),
  );
  expect(made.code).toBe(0);
  expect(made.stderr).toMatch(
    /^stress-flash-crash: SYN-A, 20s after the beginning for 3s: mid .* fell \d+(\.\d)? ticks/m,
  );
  expect(made.stderr).toMatch(
    /^stress-outage: SYN-B, 90s after the beginning for 25s: \d+ rows lost, then a snapshot/m,
  );
  const inspected = await place.run('inspect', 'stressed.parquet');
  expect(inspected.stdout).toMatch(/stress-halt +2 +SYN-A, 60s after the beginning for 20s/);
  expect(inspected.stdout).toContain('correlation');
  const [checked] = JSON.parse((await place.run('check', 'stressed.parquet', '--gap', '15s', '--json')).stdout);
  const lost = openTape(place.path('stressed.parquet')).info.corrections.find(({ name }) => name === 'stress-outage')!;
  expect(checked.overall).toMatchObject({ halts: 2, outages: 1, 'lost-rows': lost.count, crossed: 0, 'late-rows': 0 });
  const facts = await place.run('facts', 'stressed.parquet');
  expect(facts.stdout).toMatch(/^correlation of mids +100ms +1s +10s +60s +300s$/m);
  expect(facts.stdout).toMatch(/^SYN-A – SYN-B +-?0\.\d{3} /m);

  writeFileSync(place.path('matrix.yaml'), '- [1, 0.5]\n- [0.5, 1]\n');
  expect((await place.run('synth', '-o', 'm.parquet', ...words, '--correlation', 'matrix.yaml')).code).toBe(0);
  const wrong = async (...more: string[]) => {
    const { code, stderr } = await place.run('synth', '-o', 'wrong.parquet', ...words, ...more);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await wrong('--stress', 'halt@1m')).toContain('such as halt@0:20:00/5m');
  expect(await wrong('--stress', 'halt@1m/5s,fall=2%')).toContain('halt has no fall; it has instrument');
  expect(await wrong('--stress', 'outage@10m/5s')).toContain('outage@10m');
  expect(await wrong('--stress', 'latency-burst@1m/5s,peak=1s,peak=2s')).toContain('peakNs is given twice');
  expect(await wrong('--correlation', '1.5')).toContain('correlation 1.5 of 2 instruments is not above -1 and below 1');
  expect(await wrong('--correlation', 'nowhere.yaml')).toContain('neither a number nor a file');
  writeFileSync(place.path('matrix.yaml'), '- [1, high]\n');
  expect(await wrong('--correlation', 'matrix.yaml')).toContain('matrix.yaml: 0.1: given "high"');
  expect(existsSync(place.path('wrong.parquet'))).toBe(false);
});

test('synth --like fits a tape, makes a market of it, keeps the parameters, and compares', async () => {
  const made = await place.run('synth', '-o', 'seen.parquet', '--flow', 'hawkes', '--hours', '0.1', '--seed', '3');
  expect(made.code).toBe(0);
  const words = ['--like', 'seen.parquet', '--parameters-out', 'like.yaml', '--html', 'like.html', '--seed', '5'];
  const like = await place.run('synth', '-o', 'like.parquet', ...words);
  expect(like.code).toBe(0);
  expect(like.stderr).toMatch(
    /^seen: [\d,]+ market orders, [\d,]+ limit orders, [\d,]+ cancellations\nfit: [\d,]+ of [\d,]+ events/,
  );
  expect(like.stderr).toMatch(/parameters: like\.yaml\nmarket: like\.parquet .*\npage: like\.html\n$/);
  expect(like.stdout).toMatch(/^ +SYN-ZI \(seen\.parquet\) +made \(like\.parquet\)$/m);
  expect(readFileSync(place.path('like.html'), 'utf8')).toContain('made (like.parquet)');
  const { info } = openTape(place.path('like.parquet'));
  const seen = openTape(place.path('seen.parquet')).info;
  expect(info.provenance).toMatchObject({
    like: 'seen.parquet',
    likeSha256: seen.hash,
    likeInstrument: 'SYN-ZI',
    seed: '5',
  });
  expect(Math.abs(info.rows / seen.rows - 1)).toBeLessThan(0.1);
  // The file makes the same market.
  const { parametersSha256 } = info.provenance;
  expect((await place.run('synth', '-o', 'again.parquet', '--parameters', 'like.yaml', '--hours', '0.01')).code).toBe(
    0,
  );
  expect(openTape(place.path('again.parquet')).info.provenance).toMatchObject({
    parameters: 'like.yaml',
    parametersSha256,
  });

  const wrong = async (...more: string[]) => {
    const { code, stderr } = await place.run('synth', '-o', 'wrong.parquet', ...more);
    expect(code).toBe(2);
    expect(existsSync(place.path('wrong.parquet'))).toBe(false);
    return stderr;
  };
  expect(await wrong('--like', 'seen.parquet', '--instrument', 'SYN-Z')).toContain('did you mean "SYN-ZI"?');
  expect(await wrong('--like', 'seen.parquet', '--flow', 'hawkes')).toContain('--flow does not go with --like');
  expect(await wrong('--like', 'seen.parquet', '--rows', '10')).toContain('--like has no --rows');
  expect(await wrong('--hours', '1', '--html', 'x.html')).toContain('--html goes with --like');
  expect(await wrong('--like', 'wrong.parquet')).toContain('--out wrong.parquet is the tape of --like');
});
