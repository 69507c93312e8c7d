/** The table of commands: each is loaded by its name, and none for another. */
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { Workplace } from './command-line.js';

const SOURCE = readFileSync(new URL('../../bridges/cli/program.ts', import.meta.url), 'utf8');
const names = [...SOURCE.matchAll(/^ {2}'?([a-z-]+)'?: async \(\) =>/gm)].map(([, name]) => name!);
const place = new Workplace();
afterAll(() => place.remove());

test('all commands are in the table', () => {
  expect(names.length).toBeGreaterThan(14);
});

test.each(names)('%s is the command of that name', async (name) => {
  const { code, stdout, stderr } = await place.run(name, '--help');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^Usage: tickwright ${name} `));
});

test('a mistyped command is told the one that was meant', async () => {
  const { code, stderr } = await place.run('inpsect');
  expect(code).toBe(2);
  expect(stderr).toBe("tickwright: unknown command 'inpsect' (Did you mean inspect?)\n");
});

test('no command waits for the modules of another: the program itself imports none', () => {
  const imported = [...SOURCE.matchAll(/^import .* from '\.\/(.+)\.js';/gm)].map(([, module]) => module);
  expect(imported).toEqual(['package-version', 'told-peer']);
});
