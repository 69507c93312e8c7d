/**
 * Reads the names of features that a run file asks for; those of the form `./slope.ts:slope_5s` bring a definition along.
 * Knows nothing of features themselves. Called when a run is prepared.
 */
import { resolve } from 'node:path';
import type { FeatureDefinition } from '../strategies/features/feature.js';
import { featureFault } from '../strategies/features/registry.js';
import { ConfigError } from './run-file/config-error.js';
import { importModule } from './run-file/module-loader.js';

export interface AskedFeatures {
  readonly names: readonly string[];
  /** Besides the built-in ones. */
  readonly definitions: readonly FeatureDefinition[];
}

/** A path to a module, a colon, and the feature's name with its argument. */
const FROM_MODULE = /^(.+\.[cm]?[jt]s):(.+)$/;

/**
 * Paths count from `directory`. A module's default export is a definition, or a list of them. Throws {@link ConfigError} of one
 * line that begins with `place`.
 */
export async function loadFeatures(asked: readonly string[], directory: string, place: string): Promise<AskedFeatures> {
  const names: string[] = [];
  const modules = new Map<string, readonly FeatureDefinition[]>();
  for (const [index, text] of asked.entries()) {
    const found = FROM_MODULE.exec(text);
    names.push(found?.[2] ?? text);
    if (found === null) continue;
    const path = resolve(directory, found[1]!);
    if (!modules.has(path)) modules.set(path, await definitionsIn(path, `${place}.${index}`));
  }
  return { names, definitions: [...modules.values()].flat() };
}

async function definitionsIn(path: string, place: string): Promise<readonly FeatureDefinition[]> {
  const exported = await importModule(path).catch((cause: Error) => {
    throw new ConfigError(`${place}: ${cause.message}`, { cause });
  });
  const found = Array.isArray(exported.default) ? exported.default : [exported.default];
  for (const each of found) {
    const fault = featureFault(each);
    if (fault !== undefined) throw new ConfigError(`${place}: the default export of ${path} is no feature: ${fault}`);
  }
  return found as FeatureDefinition[];
}
