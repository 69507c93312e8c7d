/** Changes of a catalogue that are killed at any moment, and several at once: it is always as before or as after. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalog } from '../../bridges/catalog/catalog.js';
import { addToCatalog } from '../../bridges/catalog/catalog-add.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { parseEpoch } from '../../core/time.js';
import { MAIN } from '../cli/command-line.js';
import { seeded } from '../tape/sample-rows.js';
import { allRows, dayRows, folderFor, HOUR_NS, listed, tapeOf } from './day-rows.js';

const KILLS = Number(process.env.KILLS ?? 12);
const SEED = Number(process.env.SEED ?? Date.now() % 1e6);
const ORIGIN_NS = parseEpoch('2024-01-02T19:00:00Z');
const DAY_NS = BigInt(24 * HOUR_NS);
const IMPORTED_DAYS = 4;
const place = folderFor('crash');
afterAll(() => fs.rmSync(place, { recursive: true, force: true }));
const at = (name: string) => path.join(place, name);

beforeAll(async () => {
  const rows = dayRows({ instruments: 2, rows: 60_000, days: 5, book: 'levels', seed: 1 });
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    tapeOf(at(`${name}.parquet`), rows, 2, ORIGIN_NS + BigInt(index) * 8n * DAY_NS, name);
  }
  await addToCatalog(at('one'), openTape(at('a.parquet')), { venue: 'TEST', days: 'utc' });
  for (let day = 0; day < IMPORTED_DAYS; day++) {
    // Ends 2 ms before midnight: its last rows are seen on the next day.
    const time = (row: number) => Date.UTC(2024, 1, 2 + day) - 2 - row * 3000;
    const lines = Array.from(
      { length: 20_000 },
      (_, row) => `${time(19_999 - row)},${100 + (row % 7)},${1 + (row % 5)}`,
    );
    fs.writeFileSync(at(`day${day}.csv`), `time,price,quantity\n${lines.join('\n')}\n`);
  }
  fs.writeFileSync(
    at('m.yaml'),
    `symbol: { constant: A }
instruments: { A: { tick: '1', lot: '1' } }
exchangeTime: { column: time, unit: ms }
localFrom: exchange + 5ms
trades: { price: price, quantity: quantity }
`,
  );
}, 60_000);

const FILES = Array.from({ length: IMPORTED_DAYS }, (_, day) => `day${day}.csv`);
const importing = (folder: string) => [
  ...['import', 'csv', ...FILES, '--mapping', 'm.yaml', '--catalog', folder, '--venue', 'TEST', '--days', 'utc'],
];

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Moments of one work, in parts of how long it takes, which hangs on what else the machine does. */
class Moments {
  readonly #random = seeded(SEED);
  #wholeMs: number;
  #lastMs = 0;

  constructor(wholeMs: number) {
    this.#wholeMs = wholeMs;
  }

  next(from: number, to: number): number {
    this.#lastMs = this.#wholeMs * (from + (to - from) * this.#random());
    return this.#lastMs;
  }

  /** How it went the last time: `done` before it was killed, or not. */
  learn(done: boolean): void {
    this.#wholeMs = done ? (this.#wholeMs + this.#lastMs) / 2 : Math.max(this.#wholeMs, this.#lastMs);
  }
}

/** Tickets that killed processes left: they were at work. */
function ticketsIn(folder: string): number {
  const own = path.join(folder, '.catalog', 'writers');
  return fs.existsSync(own) ? fs.readdirSync(own).length : 0;
}

/** Runs the program; ends it after so many ms, where they are given. */
function run(words: readonly string[], killAfterMs?: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...words], { cwd: place, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill(signal), killAfterMs);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stderr });
    });
  });
}

/**
 * All that a catalogue says but its number of changes and the names of its files: those have a random part. The SHA-256 of each
 * file is in it, so equal contents are equal rows. All files must be there and whole, and so must be what they give together.
 */
function contentOf(folder: string) {
  const catalog = openCatalog(folder);
  catalog.close();
  const { state } = catalog;
  for (const part of state.parts.flatMap(({ opening, closing, ...rows }) =>
    [rows, opening ?? [], closing ?? []].flat(),
  )) {
    catalog.open(part).verify();
  }
  const ordered = (items: readonly object[]) =>
    items.map((each) => JSON.stringify(each, (_, value) => (typeof value === 'bigint' ? String(value) : value))).sort();
  const rows = catalog.tape().info.rows;
  expect(rows).toBe(state.parts.reduce((sum, part) => sum + part.rows, 0) + openingRows(catalog));
  return {
    ...{ days: state.days, instruments: state.instruments, sources: ordered(state.sources) },
    parts: ordered(
      state.parts.map(({ file, opening, closing, ...rest }) => ({
        ...{ ...rest, opening: opening?.sha256, closing: closing?.sha256 },
      })),
    ),
  };
}

/** Rows of the openings that a range without limits begins with. */
function openingRows(catalog: ReturnType<typeof openCatalog>): number {
  return catalog.tape().ranges.reduce((sum, { opening }) => sum + (opening?.info.rows ?? 0), 0);
}

/** Files under final names must be whole; those that are not in the state are allowed until the next change. */
function noHalfTapes(folder: string): void {
  for (const name of fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }).map(String) : []) {
    if (name.endsWith('.parquet')) openTape(path.join(folder, name)).verify();
  }
}

function tapeFiles(folder: string): number {
  return fs.readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('.parquet')).length;
}

describe(`killed (seed ${SEED}, ${KILLS} in all)`, () => {
  const kills = Math.ceil(KILLS / 3);

  it.each([
    ['add', ['catalog', 'add', 'ticks', 'b.parquet', '--venue', 'TEST'], 'b.parquet: added'],
    ['compact', ['catalog', 'compact', 'ticks', '--by', 'month'], 'became'],
  ])(
    'at random moments of %s',
    async (name, words, told) => {
      const reset = () => {
        fs.rmSync(at('ticks'), { recursive: true, force: true });
        fs.cpSync(at('one'), at('ticks'), { recursive: true });
      };
      reset();
      const before = contentOf(at('ticks'));
      const start = performance.now();
      expect((await run(words)).code).toBe(0);
      const moments = new Moments(performance.now() - start);
      const after = contentOf(at('ticks'));
      expect(after).not.toEqual(before);
      const most = tapeFiles(at('ticks'));
      let [finished, atWork] = [0, 0];
      reset();
      for (let kill = 0; kill < kills; kill++) {
        // Nothing happens to the folder while the program starts.
        const tickets = ticketsIn(at('ticks'));
        const { stderr } = await run(words, moments.next(0.35, 1.1));
        if (ticketsIn(at('ticks')) > tickets) atWork++;
        noHalfTapes(at('ticks'));
        const found = contentOf(at('ticks'));
        const done = found.parts.join() === after.parts.join();
        expect(found, `seed ${SEED}, ${name}, kill ${kill}`).toEqual(done ? after : before);
        if (stderr.includes(told)) expect(done, `seed ${SEED}, ${name}, kill ${kill}`).toBe(true);
        moments.learn(done);
        if (!done) continue;
        finished++;
        reset();
      }
      console.log(`${name}: of ${kills}, ${atWork} were killed at work, ${finished} had been done (seed ${SEED})`);
      // Whatever the dead left, one more change takes it away.
      expect((await run(words)).code).toBe(0);
      expect(contentOf(at('ticks'))).toEqual(after);
      expect(tapeFiles(at('ticks'))).toBe(most);
      expect(workers(at('ticks'))).toEqual([]);
    },
    900_000,
  );

  it('at random moments of an import, which goes on where it was', async () => {
    const start = performance.now();
    expect(await run(importing('unbroken'))).toEqual({ code: 0, stderr: expect.stringContaining('imported 4 files,') });
    const moments = new Moments(performance.now() - start);
    const unbroken = contentOf(at('unbroken'));
    const most = tapeFiles(at('unbroken'));
    let [wholes, kept, atWork] = [0, 0, 0];
    const landed = new Set<string>();
    const check = () => {
      expect(contentOf(at('broken'))).toEqual(unbroken);
      fs.rmSync(at('broken'), { recursive: true });
      landed.clear();
    };
    for (let kill = 0; kill < kills; kill++) {
      const tickets = ticketsIn(at('broken'));
      const { code, stderr } = await run(importing('broken'), moments.next(0.3, 0.9));
      if (ticketsIn(at('broken')) > tickets) atWork++;
      moments.learn(code === 0);
      const place = `seed ${SEED}, import, kill ${kill}`;
      noHalfTapes(at('broken'));
      for (const [, name] of stderr.matchAll(/^(\S+): added/gm)) landed.add(name!);
      const there = fs.existsSync(at('broken/catalog.json')) ? contentOf(at('broken')) : undefined;
      const names = openedSources(at('broken'));
      for (const name of landed) expect(names, place).toContain(name);
      for (const part of there?.parts ?? []) expect(unbroken.parts, place).toContain(part);
      if (names.length > 0 && names.length < IMPORTED_DAYS) kept++;
      if (code !== 0) continue;
      wholes++;
      check();
    }
    console.log(
      `import: of ${kills}, ${atWork} were killed at work, ${kept} left some of the files done, ${wholes} ended (seed ${SEED})`,
    );
    expect((await run(importing('broken'))).code).toBe(0);
    expect(tapeFiles(at('broken'))).toBe(most);
    expect(workers(at('broken'))).toEqual([]);
    check();
  }, 900_000);
});

/** Tickets of writers. One that was being written when its process was killed stays for a minute: nobody can know whose it was. */
function workers(folder: string): string[] {
  return fs.readdirSync(path.join(folder, '.catalog/writers')).filter((name) => !name.endsWith('.new'));
}

function openedSources(folder: string): string[] {
  if (!fs.existsSync(path.join(folder, 'catalog.json'))) return [];
  const catalog = openCatalog(folder);
  catalog.close();
  return catalog.state.sources.map(({ name }) => name);
}

it.skipIf(process.platform === 'win32')(
  'interrupted, an import leaves the catalogue whole and nothing of what was under way',
  async () => {
    const start = performance.now();
    expect((await run(importing('timed'))).code).toBe(0);
    const wholeMs = performance.now() - start;
    for (const [signal, status, share] of [['SIGINT', 130, 0.55] as const, ['SIGTERM', 143, 0.7] as const]) {
      const { code } = await run(importing('stopped'), wholeMs * share, signal);
      // Before the program listens the signal ends it, and there is no code; it may have been done, too.
      expect([status, 0, null]).toContain(code);
      if (!fs.existsSync(at('stopped/catalog.json'))) continue;
      const catalog = openCatalog(at('stopped'));
      catalog.close();
      const { parts } = catalog.state;
      const besides = parts.flatMap(({ opening, closing }) => [opening ?? [], closing ?? []].flat());
      expect(tapeFiles(at('stopped'))).toBe(parts.length + besides.length);
      expect(workers(at('stopped'))).toEqual([]);
    }
    expect((await run(importing('stopped'))).code).toBe(0);
    expect(contentOf(at('stopped'))).toEqual(contentOf(at('timed')));
  },
  120_000,
);

describe('at once', () => {
  it('several add, one compacts, and somebody reads', async () => {
    const folder = at('shared');
    fs.cpSync(at('one'), folder, { recursive: true });
    const expected = listed(allRows(openTape(at('a.parquet')), ORIGIN_NS));
    const add = (name: string) => run(['catalog', 'add', 'shared', `${name}.parquet`, '--venue', 'TEST']);
    let working = true;
    const work = Promise.all([add('b'), add('c'), add('b'), run(['catalog', 'compact', 'shared', '--by', 'day'])]);
    const done = work.finally(() => {
      working = false;
    });
    let reads = 0;
    while (working) {
      const catalog = openCatalog(folder);
      const rows = listed(allRows(catalog.tape({ to: '2024-01-09', instruments: ['SYM0'] }), ORIGIN_NS));
      expect(rows.exchangeNs!.length).toBeGreaterThan(1000);
      catalog.close();
      reads++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await done).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(reads).toBeGreaterThan(2);
    const catalog = openCatalog(folder);
    expect(catalog.state.sources.map(({ provenance }) => provenance.note).sort()).toEqual(['a', 'b', 'c']);
    const whole = allRows(catalog.tape({ to: '2024-01-09' }), ORIGIN_NS);
    expect(whole.length).toBe(expected.code!.length);
    catalog.close();
  }, 120_000);

  it('two import the same files: each file lands once', async () => {
    expect((await run(importing('alone'))).code).toBe(0);
    const both = await Promise.all([run(importing('two')), run(importing('two'))]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(contentOf(at('two'))).toEqual(contentOf(at('alone')));
    const added = both.map(({ stderr }) => Number(/imported (\d+) file/.exec(stderr)?.[1]));
    const skipped = both.map(({ stderr }) => Number(/skipped (\d+) file/.exec(stderr)?.[1]));
    expect(added[0]! + added[1]!).toBe(IMPORTED_DAYS);
    expect(skipped[0]! + skipped[1]!).toBe(IMPORTED_DAYS);
    expect(workers(at('two'))).toEqual([]);
  }, 120_000);
});
