/**
 * `--set path=value`: changes one field of a run file's raw content before it is checked.
 * Knows nothing of what fields mean, but which of them are paths. Called by the run file's reader.
 */
import { isAbsolute, resolve } from 'node:path';
import { parse } from 'yaml';
import { ConfigError } from './config-error.js';

/**
 * Sets `assignment` (`venue.queue.exponent=3`, `strategies.0.params.qty=0.02`) in a copy of `raw` and returns it. The
 * value is YAML. Maps on the way are made where they are missing (the schema refuses those it does not know); list
 * entries must be there. Paths to files count from `directory`. Throws {@link ConfigError}.
 */
export function withOverride(raw: unknown, assignment: string, directory: string): unknown {
  const equals = assignment.indexOf('=');
  if (equals <= 0) throw new ConfigError(`--set ${assignment}: write path=value, as in --set seed=7`);
  const keys = assignment.slice(0, equals).trim().split('.');
  if (keys.some((key) => key === '' || key === '__proto__')) {
    throw new ConfigError(
      `--set ${assignment}: "${assignment.slice(0, equals)}" is not a path such as strategies.0.params.qty`,
    );
  }
  const value = fromWorkingDirectory(keys, readValue(assignment, assignment.slice(equals + 1)), directory);
  const copy: unknown = copyPlain(raw);
  place(copy, keys, value, assignment);
  return copy;
}

function readValue(assignment: string, text: string): unknown {
  try {
    return parse(text);
  } catch {
    throw new ConfigError(`--set ${assignment}: the value is not valid YAML; put it in quotes to mean text`);
  }
}

function place(root: unknown, keys: readonly string[], value: unknown, assignment: string): void {
  let at = root;
  for (const [depth, key] of keys.entries()) {
    const where = keys.slice(0, depth).join('.') || 'the top level';
    if (typeof at !== 'object' || at === null) {
      throw new ConfigError(`--set ${assignment}: ${where} is ${JSON.stringify(at)} and has nothing inside`);
    }
    if (Array.isArray(at) && !(/^\d+$/.test(key) && Number(key) < at.length)) {
      const numbers = at.length === 1 ? 'entry 0' : `entries 0 to ${at.length - 1}`;
      throw new ConfigError(`--set ${assignment}: ${where} is a list with ${numbers}, it has no "${key}"`);
    }
    const inside = at as Record<string, unknown>;
    if (depth === keys.length - 1) inside[key] = value;
    else at = inside[key] ??= {};
  }
}

/** Plain maps and lists are copied, everything else (values, plug-in objects of module run files) is kept. */
function copyPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyPlain);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyPlain(inner)]));
}

/** A file named on the command line counts from there, not from the run file's folder. */
function fromWorkingDirectory(keys: readonly string[], value: unknown, directory: string): unknown {
  const last = keys.at(-1)!;
  const isFile =
    keys[0] === 'tape'
      ? last === 'path' || last === 'catalog' || keys.length <= 2
      : (keys[0] === 'out' && keys.length === 1) ||
        (keys[0] === 'strategies' && last === 'use' && keys.length === 3 && /^\.\.?\//.test(String(value)));
  if (!isFile) return value;
  const absolute = (each: unknown) => (typeof each === 'string' && !isAbsolute(each) ? resolve(directory, each) : each);
  return Array.isArray(value) ? value.map(absolute) : absolute(value);
}
