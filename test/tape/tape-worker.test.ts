/** The decode worker as a process sees it: memory stays small, and nothing keeps a process alive. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { instrumentsOf, marketRows, ORIGIN_NS } from './sample-rows.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tape-worker-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const file = path.join(folder, 'long.parquet');
const PASSES = 20;

/** The same rows again and again, each time later. */
function* longRows() {
  const columns = marketRows(200_000);
  const span = columns.localNs.at(-1)! + 1;
  for (let pass = 0; pass < PASSES; pass++) {
    yield {
      ...columns,
      length: columns.length,
      exchangeNs: columns.exchangeNs.map((time) => time + pass * span),
      localNs: columns.localNs.map((time) => time + pass * span),
    };
  }
}
const { rows } = writeTape(file, longRows(), { instruments: instrumentsOf(3), originNs: ORIGIN_NS });

function run(body: string, env: Record<string, string> = {}) {
  const script = new URL('../../dist/bridges/tape/tape-file.js', import.meta.url);
  const code = `
    import { openTape } from ${JSON.stringify(script.href)};
    const tape = openTape(process.argv[1], { worker: true });
    ${body}`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', code, file], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { ...process.env, ...env },
  });
}

describe('a process that decodes in a worker', () => {
  it('stays under 300 MB however long the tape', () => {
    const { stdout, stderr, status } = run(`
      const reader = tape.open(tape.info.originNs);
      let rows = 0, most = 0, held;
      for (let block = reader.next(); block !== undefined; block = reader.next()) {
        rows += block.length;
        if (held !== undefined) reader.release(held);
        held = block;
        most = Math.max(most, process.memoryUsage().rss);
      }
      reader.close();
      console.log(JSON.stringify({ rows, megabytes: most / 2 ** 20 }));`);
    expect(status, stderr).toBe(0);
    const found = JSON.parse(stdout) as { rows: number; megabytes: number };
    expect(found.rows).toBe(rows);
    expect(found.megabytes).toBeLessThan(300);
  });

  it.each([
    ['before the first row', 'tape.open(0n);'],
    ['in the middle', 'const reader = tape.open(0n); reader.next(); reader.next();'],
    ['at the end', 'const reader = tape.open(0n); while (reader.next() !== undefined);'],
    ['with several passes', 'for (let i = 0; i < 4; i++) tape.open(0n).next();'],
    ['after close', 'const reader = tape.open(0n); reader.next(); reader.close();'],
    ['with an error', 'tape.open(0n).next(); process.exitCode = 0; setTimeout(() => process.exit(0), 50);'],
  ])('ends by itself when a reader is left %s', (_name, body) => {
    const { status, signal, stderr } = run(`${body} console.log('left');`);
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  });

  it('lets the worker go when the reader is closed, while the process lives on', () => {
    const { stdout, stderr } = run(`
      import fs from 'node:fs';
      const threads = () => fs.readdirSync('/proc/self/task').length;
      const before = threads();
      const readers = Array.from({ length: 5 }, () => tape.open(0n));
      for (const reader of readers) reader.next();
      const during = threads();
      for (const reader of readers) reader.close();
      for (let i = 0; i < 100 && threads() > before; i++) await new Promise((done) => setTimeout(done, 50));
      console.log(JSON.stringify({ more: during - before, left: threads() - before }));`);
    if (process.platform !== 'linux') return;
    const { more, left } = JSON.parse(stdout || '{}') as { more: number; left: number };
    expect(more, stderr).toBeGreaterThanOrEqual(5);
    expect(left, stderr).toBe(0);
  });
});
