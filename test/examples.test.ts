/**
 * Every example prints what the file beside it says. After a change that is meant to change the output, write the files
 * anew with UPDATE_EXPECTED=1 and look at what changed.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, inject, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = join(root, 'examples');
const names = readdirSync(examples).filter((name) => /^\d\d-/.test(name));
const scratch = mkdtempSync(join(tmpdir(), 'tickwright-examples-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const python = inject('python');
/** Those that are nothing without Python. */
const inPython = names.filter((name) => readdirSync(join(examples, name)).some((file) => file.endsWith('.py')));

async function outputOf(name: string): Promise<string> {
  const training = join(examples, name, 'train.py');
  const options = {
    cwd: root,
    env: { ...process.env, ...(python.path === '' ? {} : { TICKWRIGHT_PYTHON: python.path }) },
  };
  const trained = existsSync(training) ? (await promisify(execFile)(python.path, [training], options)).stdout : '';
  const program = existsSync(join(examples, name, 'main.ts'))
    ? [join(examples, 'run.mjs'), name]
    : [join(root, 'dist/bridges/cli/main.js'), 'run', join(examples, name, 'run.yaml'), '--out', join(scratch, name)];
  const { stdout } = await promisify(execFile)(process.execPath, program, options);
  return trained + stdout;
}

test('the examples are those that the documentation speaks of', () => {
  expect(names).toEqual([
    '01-quickstart',
    '02-your-strategy',
    '03-your-queue-model',
    '04-market-making',
    '05-python-strategy',
    '06-ml-strategy',
    '07-execution',
  ]);
});

describe('an example prints what it says it prints', () => {
  test.for(names)('%s', async (name, { skip }) => {
    if (inPython.includes(name) && python.missing !== '') skip(python.missing);
    const expected = join(examples, name, 'expected.out');
    const output = await outputOf(name);
    if (process.env.UPDATE_EXPECTED === '1') writeFileSync(expected, output);
    expect(output).toBe(readFileSync(expected, 'utf8'));
  });
});

test('the example of execution meets what it is about: brackets, limits, a gateway, times that end', () => {
  const output = readFileSync(join(examples, '07-execution/expected.out'), 'utf8');
  for (const reason of [
    'rejected: a risk limit',
    'rejected: the gateway of the venue is overloaded',
    'expired: another order of its group filled or ended',
    'expired: post-only order would have taken liquidity',
    'expired: its time was reached',
  ]) {
    expect(output).toContain(reason);
  }
});

test('a strategy plug-in stays well under 100 lines', () => {
  const files = ['02-your-strategy/mean-reversion.ts', '07-execution/swing.ts'].map((file) => join(examples, file));
  for (const name of ['momentum', 'market-maker', 'touch', 'noop']) files.push(join(root, 'strategies', `${name}.ts`));
  for (const file of files) expect(readFileSync(file, 'utf8').split('\n').length, file).toBeLessThan(100);
});
