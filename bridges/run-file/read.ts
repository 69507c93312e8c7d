/**
 * Reads a run file (YAML, JSON, or a module whose default export is the run), applies what the command line changes, and
 * checks it. Knows nothing of the engine. Called by the command line and by users.
 */
import { dirname, extname, isAbsolute, resolve } from 'node:path';
import type { CatalogRange } from '../catalog/catalog.js';
import { readText, yamlValue } from '../yaml-text.js';
import { ConfigError } from './config-error.js';
import { checkConfig } from './fault-text.js';
import { importModule } from './module-loader.js';
import { withOverride } from './override.js';
import { type RunConfig, runSchema } from './schema.js';

/** What the command line changes in a run file. Paths count from `directory`. */
export interface RunOverrides {
  /** `path=value`, in order. */
  readonly set?: readonly string[];
  readonly tapes?: readonly string[];
  /** A catalogue instead of the run file's tapes. */
  readonly catalog?: string;
  /** Range of the catalogues among the tapes: `from`, `to`, `instruments`, `venue`. */
  readonly range?: CatalogRange;
  readonly seed?: number;
  readonly out?: string;
  /** The `strategies` of a run file that names none, which is refused otherwise. */
  readonly strategies?: readonly unknown[];
  /** Default: the working directory. */
  readonly directory?: string;
}

/** A checked run file. */
export interface RunFile {
  readonly config: RunConfig;
  /** As it was given; messages begin with it. */
  readonly path: string;
  /** Relative paths inside count from here. */
  readonly directory: string;
}

/** Throws {@link ConfigError} for content that is wrong, `Error` where the file cannot be read. */
export async function readRunFile(path: string, overrides: RunOverrides = {}): Promise<RunFile> {
  const cwd = overrides.directory ?? process.cwd();
  const absolute = resolve(cwd, path);
  let raw = plural(await readRaw(absolute, path));
  if (overrides.tapes !== undefined && overrides.tapes.length > 0) {
    raw = withField(
      raw,
      'tape',
      overrides.tapes.map((tape) => resolve(cwd, tape)),
    );
  }
  if (overrides.catalog !== undefined) raw = withField(raw, 'tape', { catalog: resolve(cwd, overrides.catalog) });
  if (overrides.range !== undefined) raw = withRange(raw, overrides.range, path);
  if (overrides.seed !== undefined) raw = withField(raw, 'seed', overrides.seed);
  if (overrides.out !== undefined) raw = withField(raw, 'out', resolve(cwd, overrides.out));
  const { strategies } = overrides;
  if (strategies !== undefined && isMap(raw) && !('strategies' in raw)) raw = { ...raw, strategies };
  for (const assignment of overrides.set ?? []) raw = withOverride(raw, assignment, cwd);
  return { config: checkConfig(runSchema, raw, path), path, directory: dirname(absolute) };
}

/** A path of the run file: absolute, or relative to the run file's folder. */
export function pathIn(file: Pick<RunFile, 'directory'>, path: string): string {
  return isAbsolute(path) ? path : resolve(file.directory, path);
}

/** One strategy may be written as `strategy`; it is the only entry of `strategies`. */
function plural(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || !('strategy' in raw) || 'strategies' in raw) return raw;
  const { strategy, ...rest } = raw;
  return { ...rest, strategies: [strategy] };
}

async function readRaw(absolute: string, path: string): Promise<unknown> {
  const extension = extname(absolute).toLowerCase();
  if (/^\.[cm]?[jt]s$/.test(extension)) {
    const exported = await importModule(absolute);
    if (exported.default === undefined) throw new ConfigError(`${path}: has no default export, which is the run`);
    return exported.default;
  }
  const text = await readText(absolute, (message, cause) => new Error(message, { cause }), path);
  if (text.trim() === '') throw new ConfigError(`${path}: the file is empty`);
  if (extension === '.json') return parseJson(text, path);
  if (extension === '.yaml' || extension === '.yml') {
    return yamlValue(text, path, (message, cause) => new ConfigError(message, { cause }));
  }
  throw new ConfigError(`${path}: a run file ends in .yaml, .yml, .json, .ts, .mts, .js or .mjs`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(`${path}: is not valid JSON: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
}

function withField(raw: unknown, key: string, value: unknown): unknown {
  return isMap(raw) ? { ...raw, [key]: value } : raw;
}

/** The range in each of the run's catalogues, of which there must be one. */
function withRange(raw: unknown, range: CatalogRange, path: string): unknown {
  const said = Object.entries(range).filter(([, value]) => value !== undefined);
  if (said.length === 0 || !isMap(raw)) return raw;
  const tapes = Array.isArray(raw.tape) ? raw.tape : [raw.tape];
  const isCatalogue = (tape: unknown) => isMap(tape) && 'catalog' in tape;
  if (!tapes.some(isCatalogue)) {
    const words = said.map(([name]) => `--${name}`).join(', ');
    throw new ConfigError(`${path}: ${words}: none of the run's tapes is a catalogue; name one with --catalog`);
  }
  return { ...raw, tape: tapes.map((tape) => (isCatalogue(tape) ? { ...tape, ...Object.fromEntries(said) } : tape)) };
}

function isMap(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}
