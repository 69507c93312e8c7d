/**
 * Makes the virtual environment that tests of the bridge to Python need, once for all of them, and says what is missing where
 * there is none. Called by vitest before the first test.
 *
 * It lies in bridges/python/.venv, with this checkout's package `tickwright` installed editable, and is made anew when the
 * package's dependencies or the Python change. Where it cannot be made (no Python, no network) the tests that need it skip.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

/** Where the interpreter of the tests is, or why there is none. */
export interface PythonForTests {
  readonly path: string;
  readonly missing: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    python: PythonForTests;
  }
}

const PACKAGE = fileURLToPath(new URL('../bridges/python', import.meta.url));
const VENV = join(PACKAGE, '.venv');
const INSTALL_TIMEOUT_MS = 600_000;

export default function setup(project: TestProject): void {
  const python = prepare();
  if (python.missing !== '') {
    process.stderr.write(`\n  Tests of the bridge to Python are SKIPPED: ${python.missing}\n\n`);
  }
  project.provide('python', python);
}

function prepare(): PythonForTests {
  if (process.platform === 'win32') return { path: '', missing: 'they run on Linux and macOS' };
  const base = process.env.TICKWRIGHT_TEST_PYTHON ?? 'python3';
  const version = spawnSync(base, ['-c', 'import sys, venv, ensurepip; print(*sys.version_info[:3])'], {
    encoding: 'utf8',
  });
  if (version.status !== 0) {
    const why = (version.error?.message ?? version.stderr.trim().split('\n').at(-1) ?? '').trim();
    return {
      path: '',
      missing: `${base} with the modules venv and ensurepip is needed (${why}); on Debian: python3-venv`,
    };
  }
  const [major, minor] = version.stdout.trim().split(' ').map(Number);
  if (major! < 3 || (major === 3 && minor! < 10)) {
    return { path: '', missing: `${base} is ${version.stdout.trim().replaceAll(' ', '.')}, 3.10 or newer is needed` };
  }
  const wanted = createHash('sha256')
    .update(readFileSync(join(PACKAGE, 'pyproject.toml')))
    .update(version.stdout)
    .digest('hex');
  const stamp = join(VENV, 'tickwright-tests');
  const path = join(VENV, 'bin', 'python');
  const ready = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(path);
  if (ready()) return { path, missing: '' };
  const unlock = lock();
  try {
    if (ready()) return { path, missing: '' };
    process.stderr.write('  making the virtual environment for the tests of the bridge to Python …\n');
    // Made anew for another Python only: somebody may be using it.
    const same =
      existsSync(path) && spawnSync(path, ['-c', 'import sys; print(*sys.version_info[:3])'], { encoding: 'utf8' });
    if (!same || same.stdout !== version.stdout) {
      rmSync(VENV, { recursive: true, force: true });
      execFileSync(base, ['-m', 'venv', VENV], { stdio: 'pipe' });
    }
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-e', `${PACKAGE}[test]`];
    execFileSync(path, install, { stdio: 'pipe', timeout: INSTALL_TIMEOUT_MS });
    writeFileSync(stamp, wanted);
    return { path, missing: '' };
  } catch (error) {
    const { stderr, message } = error as { stderr?: Buffer; message: string };
    const why = stderr?.toString().trim().split('\n').at(-1) || message;
    return { path: '', missing: `the virtual environment ${VENV} could not be made: ${why}` };
  } finally {
    unlock();
  }
}

/** Two test runs at once make one environment: the second waits. */
function lock(): () => void {
  const path = `${VENV}.lock`;
  for (const end = Date.now() + INSTALL_TIMEOUT_MS; Date.now() < end; ) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch {
      if (!isAlive(Number(readFileSync(path, { encoding: 'utf8', flag: 'a+' })))) rmSync(path, { force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    }
  }
  return () => {};
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch {
    return false;
  }
}
