/** Imports that are killed, interrupted, or find no room: never half a tape under its name, and the next one is as if nothing had been. */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomSource } from '../../core/random.js';
import { MAIN, Workplace } from './command-line.js';

const ROWS = 60_000;
const KILLS = Number(process.env.KILLS ?? 24);
const SEED = Number(process.env.SEED ?? Date.now() % 1e6);

const place = new Workplace();
afterAll(() => place.remove());
const words = (out: string, ...more: string[]) => [
  'import',
  'csv',
  'trades.csv',
  '--mapping',
  'm.yaml',
  '--out',
  out,
  ...more,
];
let whole: Buffer;
let wholeMs = 0;

beforeAll(async () => {
  // Two streams one after the other, each a little out of order, so that rows are put in order on disk.
  const random = new RandomSource(1).stream('trades');
  const line = (at: number) =>
    `${1_700_000_000_000 + (at % (ROWS / 2)) * 10 - Math.floor(random.uniform() * 300)},${100 + (at % 7)},${1 + (at % 5)}`;
  place.write('trades.csv', `time,price,quantity\n${Array.from({ length: ROWS }, (_, at) => line(at)).join('\n')}\n`);
  place.write(
    'm.yaml',
    `symbol: { constant: A }
instruments: { A: { tick: '1', lot: '1' } }
exchangeTime: { column: time, unit: ms }
localFrom: exchange + 5ms
trades: { price: price, quantity: quantity }
`,
  );
  const start = performance.now();
  const { code, stderr } = await place.run(...words('whole.parquet'));
  wholeMs = performance.now() - start;
  expect(stderr).toBe('');
  expect(code).toBe(0);
  whole = fs.readFileSync(place.path('whole.parquet'));
});

const names = () =>
  fs.readdirSync(place.folder).filter((name) => !['trades.csv', 'm.yaml', 'whole.parquet'].includes(name));

/** Starts an import and ends it with a signal after so many ms; resolves to whether it had ended before. */
function killed(out: string, signal: NodeJS.Signals, afterMs: number, input = 'trades.csv'): Promise<boolean> {
  return new Promise((resolve) => {
    const command = words(out).map((word) => (word === 'trades.csv' ? input : word));
    const child = spawn(process.execPath, [MAIN, ...command], { cwd: place.folder, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill(signal), afterMs);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

describe('an import', () => {
  it(`killed at ${KILLS} random moments leaves no half tape, and the next one makes the same bytes`, {
    timeout: 600_000,
  }, async () => {
    const random = new RandomSource(SEED).stream('kill');
    let interrupted = 0;
    let leftovers = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      // More of the moments in the later part: before that, the program only starts.
      const afterMs = wholeMs * (0.15 + 0.9 * random.uniform());
      const ended = await killed('out.parquet', 'SIGKILL', afterMs);
      if (!ended) interrupted++;
      const found = names();
      leftovers += found.filter((name) => name !== 'out.parquet').length;
      if (found.includes('out.parquet')) {
        expect(fs.readFileSync(place.path('out.parquet')).equals(whole), `seed ${SEED}, kill ${kill}`).toBe(true);
        fs.rmSync(place.path('out.parquet'));
      }
      if (kill % 10 > 0) continue;
      const { code } = await place.run(...words('out.parquet'));
      expect(code, `seed ${SEED}, after kill ${kill}`).toBe(0);
      expect(names(), `seed ${SEED}, after kill ${kill}`).toEqual(['out.parquet']);
      expect(fs.readFileSync(place.path('out.parquet')).equals(whole)).toBe(true);
      fs.rmSync(place.path('out.parquet'));
    }
    console.log(`${interrupted} of ${KILLS} were killed before their end, ${leftovers} left a file (seed ${SEED})`);
    expect(interrupted).toBeGreaterThan(KILLS / 4);
    for (const name of names()) fs.rmSync(place.path(name));
  });

  it('killed over an older tape leaves that as it was', async () => {
    fs.writeFileSync(place.path('out.parquet'), 'what was there');
    await killed('out.parquet', 'SIGKILL', wholeMs * 0.7);
    const now = fs.readFileSync(place.path('out.parquet'));
    expect(now.equals(whole) || now.toString() === 'what was there').toBe(true);
    for (const name of names()) fs.rmSync(place.path(name));
  });

  it.skipIf(process.platform === 'win32')('interrupted removes its files', async () => {
    for (const share of [0.5, 0.7, 0.9]) {
      await killed('out.parquet', 'SIGINT', wholeMs * share);
      // The signal may have come after the tape was whole.
      const found = names();
      expect(found.filter((name) => name !== 'out.parquet')).toEqual([]);
      if (found.length > 0) expect(fs.readFileSync(place.path('out.parquet')).equals(whole)).toBe(true);
      for (const name of names()) fs.rmSync(place.path(name));
    }
  });

  it('with scratch files elsewhere makes the same tape', async () => {
    fs.mkdirSync(place.path('elsewhere'));
    const { code } = await place.run(...words('out.parquet', '--scratch', 'elsewhere'));
    expect(code).toBe(0);
    expect(fs.readFileSync(place.path('out.parquet')).equals(whole)).toBe(true);
    expect(fs.readdirSync(place.path('elsewhere'))).toEqual([]);
    fs.rmSync(place.path('out.parquet'));
    const missing = await place.run(...words('out.parquet', '--scratch', 'nowhere'));
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/^tickwright: nowhere: no scratch file can be written there: ENOENT.*\n$/);
    fs.rmSync(place.path('elsewhere'), { recursive: true });
  });
});

describe('an import of rows in order, which are written while others are read', () => {
  const LINES = 300_000;
  const input = 'ordered.csv';

  it.skipIf(process.platform === 'win32')(
    'killed or interrupted at any moment leaves no half tape',
    {
      timeout: 300_000,
    },
    async () => {
      const line = (at: number) => `${1_700_000_000_000 + at * 10},${100 + (at % 7)},${1 + (at % 5)}`;
      place.write(input, `time,price,quantity\n${Array.from({ length: LINES }, (_, at) => line(at)).join('\n')}\n`);
      const random = new RandomSource(SEED).stream('ordered');
      const start = performance.now();
      await killed('in-order.parquet', 'SIGKILL', 60_000, input);
      const ms = performance.now() - start;
      const bytes = fs.readFileSync(place.path('in-order.parquet'));
      const found = () => names().filter((name) => name !== input && name !== 'in-order.parquet');
      let half = 0;
      for (let kill = 0; kill < 16; kill++) {
        fs.rmSync(place.path('in-order.parquet'), { force: true });
        const signal = kill % 2 === 0 ? 'SIGKILL' : 'SIGINT';
        await killed('in-order.parquet', signal, ms * (0.3 + 0.7 * random.uniform()), input);
        if (names().includes('in-order.parquet')) {
          expect(fs.readFileSync(place.path('in-order.parquet')).equals(bytes), `seed ${SEED}, kill ${kill}`).toBe(
            true,
          );
        }
        if (signal === 'SIGINT') expect(found(), `seed ${SEED}, kill ${kill}`).toEqual([]);
        half += found().filter((name) => name.startsWith('in-order.parquet.tmp-')).length;
        await killed('in-order.parquet', 'SIGKILL', 60_000, input);
        expect(found(), `seed ${SEED}, after kill ${kill}`).toEqual([]);
        expect(fs.readFileSync(place.path('in-order.parquet')).equals(bytes), `seed ${SEED}, after kill ${kill}`).toBe(
          true,
        );
      }
      console.log(`${half} of 8 that were killed left a begun tape (seed ${SEED})`);
      for (const name of names()) fs.rmSync(place.path(name));
    },
  );
});

describe('no room', () => {
  // A limit of the size of files stands for a full disk where none can be made.
  const limited = (blocks: number, ...rest: string[]) =>
    spawnSync(
      'sh',
      ['-c', `ulimit -f ${blocks} && exec "$@"`, 'sh', process.execPath, MAIN, ...words('out.parquet', ...rest)],
      {
        cwd: place.folder,
        encoding: 'utf8',
      },
    );

  it.skipIf(process.platform === 'win32')('for the rows: refused in words, nothing is left', () => {
    const { status, stderr } = limited(1000);
    expect(stderr).toMatch(
      /^tickwright: \.: there is no room for the rows of this import \(EFBIG after \d+ bytes\): .*--scratch\)\n$/,
    );
    expect(status).toBe(1);
    expect(names()).toEqual([]);
  });

  const disk = place.path('small');
  const mounted = (kilobytes: number) =>
    process.getuid?.() === 0 &&
    spawnSync('sh', ['-c', `mkdir -p ${disk} && mount -t tmpfs -o size=${kilobytes}k tmpfs ${disk}`]).status === 0;
  const unmount = () => spawnSync('umount', [disk]);

  it.each([
    [
      'the rows',
      [],
      /^tickwright: small: there is no room for the rows of this import \(ENOSPC after \d+ bytes\): .*--scratch\)\n$/,
    ],
    [
      'the tape',
      ['--scratch', '.'],
      /^tickwright: cannot write tape small\/out\.parquet: ENOSPC: no space left on device, write\n$/,
    ],
  ] as const)('on a full disk for %s: refused in words, nothing is left', async (_name, rest, expected) => {
    if (!mounted(200)) {
      console.warn('SKIPPED: a small disk can be mounted by root alone');
      return;
    }
    try {
      const { code, stderr } = await place.run(...words('small/out.parquet', ...rest));
      expect(stderr).toMatch(expected);
      expect(code).toBe(1);
      expect(fs.readdirSync(disk)).toEqual([]);
    } finally {
      unmount();
      fs.rmdirSync(disk);
    }
  });
});
