/**
 * Finds the Python that runs a strategy. Knows nothing of what it runs. Called when a run with such strategies is prepared.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { BridgeError } from './bridge-error.js';

const IN_ENVIRONMENT = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';

/**
 * `given` (a path, counted from `directory`, or a name on PATH), else TICKWRIGHT_PYTHON, else the nearest `.venv` from
 * `directory` upwards, else `python3`. Throws {@link BridgeError} START for one that is not there.
 */
export function findInterpreter(directory: string, given?: string): string {
  const named = given ?? process.env.TICKWRIGHT_PYTHON;
  if (named !== undefined && named !== '') {
    if (!/[/\\]/.test(named)) return onPath(named);
    const path = isAbsolute(named) ? named : resolve(directory, named);
    if (!existsSync(path) || statSync(path).isDirectory()) {
      const from = given === undefined ? 'TICKWRIGHT_PYTHON' : 'the run file';
      throw new BridgeError('START', `there is no Python at ${path}, which ${from} names`);
    }
    return path;
  }
  for (let at = resolve(directory); ; at = dirname(at)) {
    const python = join(at, '.venv', IN_ENVIRONMENT);
    if (existsSync(python)) return python;
    if (dirname(at) === at) break;
  }
  return onPath(process.platform === 'win32' ? 'python' : 'python3');
}

function onPath(name: string): string {
  const extensions = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const folder of (process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':')) {
    for (const extension of extensions) {
      const path = join(folder, name + extension);
      if (folder !== '' && existsSync(path)) return path;
    }
  }
  throw new BridgeError(
    'START',
    `there is no ${name} on PATH; install Python 3.10 or newer, or name one: interpreter in the run file, or TICKWRIGHT_PYTHON`,
  );
}
