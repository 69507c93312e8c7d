/** What is published: every door of the package opens onto files that are there, and the program can be started. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const jsonOf = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const manifest = jsonOf('package.json');
const lock = jsonOf('package-lock.json');
const doors = Object.entries<{ types: string; default: string }>(manifest.exports).filter(
  ([, door]) => typeof door === 'object',
);

/** `dist/core/index.js` is made of `core/index.ts`. */
const sourceOf = (built: string) => built.replace(/^(?:\.\/)?dist\//, '').replace(/\.js$/, '.ts');

test('there is a door for the whole and one for each wing', () => {
  const wings = ['core', 'execution', 'strategies', 'analytics', 'bridges'].map((wing) => `./${wing}`);
  expect(doors.map(([path]) => path)).toEqual(['.', ...wings]);
});

describe.each(doors)('%s', (path, door) => {
  test('opens onto built files that have a source', () => {
    for (const file of [door.types, door.default]) expect(existsSync(join(root, file)), file).toBe(true);
    expect(door.types).toBe(door.default.replace(/\.js$/, '.d.ts'));
    expect(existsSync(join(root, sourceOf(door.default)))).toBe(true);
  });

  test('can be imported by the name that users write, and is not empty', async () => {
    const name = path.replace(/^\./, manifest.name);
    const script = `console.log(Object.keys(await import('${name}')).length)`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect(Number(stdout)).toBeGreaterThan(3);
  });
});

describe('the tarball', () => {
  let files: Map<string, { mode: number; size: number }>;
  beforeAll(async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error']);
    // Newer npm: an object by package name; older: a list.
    const [packed] = Object.values<{ files: { path: string; mode: number; size: number }[] }>(JSON.parse(stdout));
    files = new Map(packed!.files.map(({ path, mode, size }) => [path, { mode, size }]));
  });

  test('holds what the doors open onto and the documents', () => {
    const wanted = doors.flatMap(([, door]) => [door.types, door.default]).map((file) => file.replace('./', ''));
    const documents = ['README.md', 'LICENSE', 'CHANGELOG.md', 'ARCHITECTURE.md', 'bridges/tape/FORMAT.md'];
    expect([...wanted, ...documents, 'package.json'].filter((file) => !files.has(file))).toEqual([]);
  });

  test('holds no tests, benches, examples, sources or data', () => {
    const allowed =
      /^(?:dist\/(?!bench\/|test\/).*\.(?:js|d\.ts|js\.map)|[A-Z]+(?:\.md)?|bridges\/tape\/FORMAT\.md|package\.json)$/;
    const python =
      /^bridges\/python\/(?:tickwright\/[\w/]+\.py|tickwright\/py\.typed|pyproject\.toml|README\.md|PROTOCOL\.md)$/;
    expect([...files.keys()].filter((file) => !allowed.test(file) && !python.test(file))).toEqual([]);
  });

  test('holds the Python package, whole', () => {
    const package_ = join(root, 'bridges/python/tickwright');
    const modules = readdirSync(package_, { recursive: true }).map(String);
    const wanted = modules.filter((file) => file.endsWith('.py')).map((file) => `bridges/python/tickwright/${file}`);
    const beside = ['pyproject.toml', 'README.md', 'PROTOCOL.md', 'tickwright/py.typed'];
    expect(wanted.length).toBeGreaterThan(10);
    expect([...wanted, ...beside.map((file) => `bridges/python/${file}`)].filter((file) => !files.has(file))).toEqual(
      [],
    );
  });

  test('holds nothing that was built of a file which is gone', () => {
    const built = [...files.keys()].filter((file) => file.startsWith('dist/'));
    const source = (file: string) => sourceOf(file.replace(/\.d\.ts$|\.js\.map$/, '.js'));
    expect(built.filter((file) => !existsSync(join(root, source(file))))).toEqual([]);
  });

  test('stays under 11 MB unpacked, half of it maps for debuggers', () => {
    expect([...files.values()].reduce((sum, { size }) => sum + size, 0)).toBeLessThan(11e6);
  });

  test('has a program that says how it is started, and may be', () => {
    for (const file of Object.values<string>(manifest.bin)) {
      expect(readFileSync(join(root, file), 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node');
      if (process.platform !== 'win32') expect(files.get(file)!.mode & 0o111, 'executable').not.toBe(0);
    }
  });
});

describe('package.json', () => {
  test('is an ES module for Node 20.19 and later, free of side effects', () => {
    expect(manifest).toMatchObject({
      type: 'module',
      engines: { node: '>=20.19' },
      sideEffects: false,
      license: 'MIT',
    });
  });

  test('every dependency is imported by what is published', () => {
    const wings = ['core', 'execution', 'strategies', 'analytics', 'bridges'];
    const files = wings.flatMap((wing) =>
      readdirSync(join(root, wing), { recursive: true }).map((file) => `${wing}/${file}`),
    );
    const sources = files.filter((file) => file.endsWith('.ts'));
    const text = sources.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    const used = (name: string) => new RegExp(`['"]${name}(?:/[^'"]*)?['"]`).test(text);
    expect(Object.keys(manifest.dependencies).filter((name) => !used(name))).toEqual([]);
  });
});

describe('package-lock.json', () => {
  test('names no registry', () => {
    expect(Object.values<{ resolved?: string }>(lock.packages).filter(({ resolved }) => resolved)).toEqual([]);
  });

  test('knows the optional packages of every platform, without which npm ci refuses it', () => {
    const packages = Object.entries<{ optionalDependencies?: Record<string, string> }>(lock.packages);
    const missing = packages.flatMap(([at, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in lock.packages) && !(`${at}/node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});

function run(program: string, words: readonly string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(program, words, { cwd: root, maxBuffer: 2 ** 24 });
}
