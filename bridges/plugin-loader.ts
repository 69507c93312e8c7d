/**
 * Finds a strategy plug-in by built-in name, by path or by package name, and checks its parameters.
 * Knows nothing of the engine. Called by the run file; users may call it too.
 */
import { resolve } from 'node:path';
import type { Strategy, StrategyPlugin } from '../core/strategy.js';
import { builtInStrategies } from '../strategies/built-in.js';
import { pluginFault, type StrategyRegistry } from '../strategies/registry.js';
import { ConfigError } from './run-file/config-error.js';
import { checkConfig } from './run-file/fault-text.js';
import { importModule, resolvePackage } from './run-file/module-loader.js';
import { nearestName } from './run-file/nearest-name.js';

/** Where to look for plug-ins. */
export interface PluginPlaces {
  /** Paths count from here: the run file's folder. */
  readonly directory: string;
  /** Packages are looked for from here upwards: the working directory. */
  readonly packagesFrom: string;
  /** Plug-ins by name; default: the built-in ones. */
  readonly registry?: StrategyRegistry;
}

/**
 * `use`: a name in the registry, a path (`./mine.ts`, `/abs/mine.js`), or a package. Paths and packages export the
 * plug-in as default. Throws {@link ConfigError} of one line that begins with `place` and says what was tried.
 */
export async function loadStrategyPlugin(use: string, places: PluginPlaces, place: string): Promise<StrategyPlugin> {
  const registry = places.registry ?? builtInStrategies();
  if (registry.has(use)) return registry.find(use);
  const path = isPath(use) ? resolve(places.directory, use) : await resolvePackage(use, places.packagesFrom);
  if (path === undefined) throw new ConfigError(`${place}: ${notFound(use, registry, places.packagesFrom)}`);
  const exported = await importModule(path).catch((cause: Error) => {
    throw new ConfigError(`${place}: ${cause.message}`, { cause });
  });
  if (!('default' in exported)) {
    const names = Object.keys(exported).join(', ');
    throw new ConfigError(
      `${place}: ${path} has no default export (it exports ${names || 'nothing'}); write: export default defineStrategy({ … })`,
    );
  }
  const fault = pluginFault(exported.default);
  if (fault !== undefined)
    throw new ConfigError(`${place}: the default export of ${path} is not a strategy plug-in: ${fault}`);
  return exported.default as StrategyPlugin;
}

/** Checks the parameters and makes the strategy. `at`: where the parameters stand in `source`. */
export function createStrategy(
  plugin: StrategyPlugin,
  params: unknown,
  source: string,
  at: readonly PropertyKey[] = [],
): Strategy {
  const checked = checkConfig(plugin.params, params, source, at);
  let strategy: unknown;
  try {
    strategy = plugin.create(checked);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${source}: strategy plug-in "${plugin.name}" failed in create: ${reason}`, { cause });
  }
  if (typeof strategy !== 'object' || strategy === null) {
    throw new ConfigError(
      `${source}: create of strategy plug-in "${plugin.name}" returned ${strategy}, not a strategy`,
    );
  }
  return strategy as Strategy;
}

function isPath(use: string): boolean {
  return /^(\.{0,2}[/\\]|[A-Za-z]:[/\\])/.test(use) || (/\.[cm]?[jt]s$/.test(use) && !use.startsWith('@'));
}

function notFound(use: string, registry: StrategyRegistry, packagesFrom: string): string {
  const names = registry.list().map((each) => each.name);
  const nearest = nearestName(use, names);
  return (
    `there is no strategy "${use}"${nearest === undefined ? '' : ` (did you mean "${nearest}"?)`}: ` +
    `tried the built-in names (${names.join(', ')}) and a package of that name from ${packagesFrom}; ` +
    `write a path as ./${use}.ts`
  );
}
