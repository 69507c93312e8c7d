/** The tests of the Python package, which are run by pytest in the virtual environment of the tests. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, test } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../../bridges/python', import.meta.url));
const { path, missing } = inject('python');

describe.skipIf(missing !== '')('the Python package', () => {
  test('passes its own tests', { timeout: 600_000 }, () => {
    const run = spawnSync(path, ['-m', 'pytest', '-q', '-x', '--color=no'], { cwd: PACKAGE, encoding: 'utf8' });
    const closing = run.stdout.trim().split('\n').at(-1) ?? '';
    expect(run.status, `${run.stdout.slice(-6000)}\n${run.stderr.slice(-2000)}`).toBe(0);
    expect(closing).toMatch(/^\d+ passed/);
    process.stderr.write(`  pytest: ${closing}\n`);
  });

  test('passes the strict type check', { timeout: 300_000 }, () => {
    const run = spawnSync(path, ['-m', 'mypy', '--no-color-output'], { cwd: PACKAGE, encoding: 'utf8' });
    expect(run.status, run.stdout).toBe(0);
  });
});
