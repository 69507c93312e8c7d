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
const place = folderFor('crash');
afterAll(() => fs.rmSync(place, { recursive: true, force: true }));
const at = (name: string) => path.join(place, name);

beforeAll(async () => {
  const rows = dayRows({ instruments: 2, rows: 60_000, days: 5, book: 'levels', seed: 1 });
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    tapeOf(at(`${name}.parquet`), rows, 2, ORIGIN_NS + BigInt(index) * 8n * DAY_NS, name);
  }
  await addToCatalog(at('one'), openTape(at('a.parquet')), { venue: 'TEST', days: 'utc' });
});

/** Runs the program; ends it after so many ms, where they are given. Resolves to its exit code. */
function run(words: readonly string[], killAfterMs?: number): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...words], { cwd: place, stdio: 'ignore' });
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}

/** The state without its number of changes, and every row that it gives: all files must be there and whole. */
function contentOf(folder: string) {
  const catalog = openCatalog(folder);
  catalog.close();
  for (const part of [...catalog.state.parts, ...catalog.state.parts.flatMap(({ opening }) => opening ?? [])]) {
    catalog.open(part).verify();
  }
  const tape = catalog.tape();
  return { rows: tape.info.rows, files: catalog.state.parts.length };
}

/** Files under final names must be whole; those that are not in the state are allowed until the next change. */
function noHalfTapes(folder: string): void {
  for (const name of fs.readdirSync(folder, { recursive: true }).map(String)) {
    if (name.endsWith('.parquet')) openTape(path.join(folder, name)).verify();
  }
}

function tapeFiles(folder: string): number {
  return fs.readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('.parquet')).length;
}

describe('killed', () => {
  it.each([
    ['add', ['catalog', 'add', 'ticks', 'b.parquet', '--venue', 'TEST']],
    ['compact', ['catalog', 'compact', 'ticks', '--by', 'month']],
  ])(
    `at random moments of %s (seed ${SEED}, ${KILLS} each)`,
    async (_name, words) => {
      const reset = () => {
        fs.rmSync(at('ticks'), { recursive: true, force: true });
        fs.cpSync(at('one'), at('ticks'), { recursive: true });
      };
      reset();
      const before = contentOf(at('ticks'));
      const start = performance.now();
      expect(await run(words)).toBe(0);
      const wholeMs = performance.now() - start;
      const after = contentOf(at('ticks'));
      expect(after).not.toEqual(before);
      const most = tapeFiles(at('ticks'));
      const random = seeded(SEED);
      let [unfinished, finished] = [0, 0];
      reset();
      for (let kill = 0; kill < KILLS; kill++) {
        // Nothing happens to the folder while the program starts.
        await run(words, wholeMs * (0.25 + 0.9 * random()));
        noHalfTapes(at('ticks'));
        const found = contentOf(at('ticks'));
        if (found.files === before.files) {
          expect(found).toEqual(before);
          unfinished++;
          continue;
        }
        expect(found).toEqual(after);
        finished++;
        reset();
      }
      expect(unfinished + finished).toBe(KILLS);
      // Whatever the dead left, one more change takes it away.
      expect(await run(words)).toBe(0);
      expect(contentOf(at('ticks'))).toEqual(after);
      expect(tapeFiles(at('ticks'))).toBe(most);
      expect(fs.readdirSync(at('ticks/.catalog/writers'))).toEqual([]);
    },
    900_000,
  );
});

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
    expect(await done).toEqual([0, 0, 0, 0]);
    expect(reads).toBeGreaterThan(2);
    const catalog = openCatalog(folder);
    expect(catalog.state.sources.map(({ provenance }) => provenance.note).sort()).toEqual(['a', 'b', 'c']);
    const whole = allRows(catalog.tape({ to: '2024-01-09' }), ORIGIN_NS);
    expect(whole.length).toBe(expected.code!.length);
    catalog.close();
  }, 120_000);
});
