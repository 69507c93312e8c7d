/**
 * Imports a TypeScript or JavaScript module by path, so that `tickwright` (and zod, where the module's own folder has
 * none) is this very package, wherever the module lies.
 * Knows nothing of what is in a module. Called for run files and plug-ins that are modules.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Jiti } from 'jiti';
import * as zod from 'zod';
import { ConfigError } from './config-error.js';

const DOORS = ['', 'core/', 'execution/', 'strategies/', 'analytics/', 'bridges/'];

/** The module's exports. Throws {@link ConfigError} of one line when it is not there or cannot be imported. */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  if (!existsSync(path)) throw new ConfigError(`${path}: there is no such file`);
  try {
    const virtualModules = await ownModules(path);
    const { createJiti } = await import('jiti');
    const jiti = createJiti(import.meta.url, { virtualModules, interopDefault: false });
    return (await jiti.import(path)) as Record<string, unknown>;
  } catch (cause) {
    throw new ConfigError(`${path}: cannot be imported: ${firstLine(cause)}`, { cause });
  }
}

/** Where a package's main module lies, looked for from `directory` upwards; `undefined` when there is none. */
export async function resolvePackage(name: string, directory: string): Promise<string | undefined> {
  const url = (await resolverAt(`${directory}/here.js`)).esmResolve(name, { try: true });
  return url?.startsWith('file:') ? fileURLToPath(url) : undefined;
}

/** Resolves as a module at `path` would: a resolver of ours would find our own packages too. */
async function resolverAt(path: string): Promise<Jiti> {
  // Loaded only by runs that have modules of their own: it is a third of the program's start.
  const { createJiti } = await import('jiti');
  return createJiti(pathToFileURL(path).href);
}

async function ownModules(path: string): Promise<Record<string, unknown>> {
  const modules: Record<string, unknown> = {};
  for (const door of DOORS) {
    const url = new URL(`../../${door}index.js`, import.meta.url);
    // Run from source (as tests do) there is no index.js; then the plug-in finds the package by itself.
    if (existsSync(url)) modules[`tickwright/${door}`.slice(0, -1)] = await import(url.href);
  }
  if ((await resolverAt(path)).esmResolve('zod', { try: true }) === undefined) {
    modules.zod = zod;
  }
  return modules;
}

function firstLine(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message
    .split('\n')
    .map((line) => line.trim())
    .filter((line, index) => index === 0 || /:\d+:\d+$/.test(line))
    .join(' ');
}
