/**
 * Strategy plug-ins by name, and what makes a value a plug-in.
 * Knows nothing of files or packages. Called by the plug-in loader, the command line and users.
 */
import type { StrategyPlugin } from '../core/strategy.js';

/** Plug-ins by name. Names are unique; registering one twice is an error. */
export class StrategyRegistry {
  readonly #plugins = new Map<string, StrategyPlugin>();

  constructor(plugins: Iterable<StrategyPlugin> = []) {
    for (const plugin of plugins) this.register(plugin);
  }

  /** Throws `TypeError` when it is no plug-in, `RangeError` when the name is taken. Returns the registry. */
  register(plugin: unknown): this {
    const fault = pluginFault(plugin);
    if (fault !== undefined) throw new TypeError(`not a strategy plug-in: ${fault}`);
    const checked = plugin as StrategyPlugin;
    if (this.#plugins.has(checked.name)) throw new RangeError(`strategy "${checked.name}" is registered twice`);
    this.#plugins.set(checked.name, checked);
    return this;
  }

  has(name: string): boolean {
    return this.#plugins.has(name);
  }

  /** Throws `RangeError` naming those there are. */
  find(name: string): StrategyPlugin {
    const plugin = this.#plugins.get(name);
    if (plugin === undefined) {
      const known = this.list().map((each) => each.name);
      throw new RangeError(`there is no strategy "${name}"; there are: ${known.join(', ') || 'none'}`);
    }
    return plugin;
  }

  /** All plug-ins, by name. */
  list(): StrategyPlugin[] {
    return [...this.#plugins.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** What keeps a value from being a plug-in, in words; `undefined` when nothing does. */
export function pluginFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return `it is ${kindOf(value)}`;
  const { name, params, create } = value as Partial<Record<keyof StrategyPlugin, unknown>>;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    return `field "name" is ${name === undefined ? 'missing' : JSON.stringify(name)}, it must be kebab-case text`;
  }
  if (typeof (params as { safeParse?: unknown } | undefined)?.safeParse !== 'function') {
    return `field "params" is ${params === undefined ? 'missing' : 'no zod schema'}, it must be a zod schema (z.strictObject({…}))`;
  }
  if (typeof create !== 'function') {
    return `field "create" is ${create === undefined ? 'missing' : kindOf(create)}, it must be a function (params) => strategy`;
  }
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}
