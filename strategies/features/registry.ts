/**
 * Feature definitions by name, what makes a value one, and how the name of a feature is read.
 * Knows nothing of markets. Called by the feature set.
 *
 * A name is `base`, or `base_argument` where the definition takes one: `mid`, `imbalance_5`, `ofi_1s`, `volatility_1.5m`.
 */
import { parseDuration } from '../../core/time.js';
import { FEATURE_HOOKS, type FeatureDefinition } from './feature.js';

/** Enough for any book; what is beyond was meant otherwise. */
const MAX_COUNT = 10_000;

/** A name that was understood. */
export interface NamedFeature {
  readonly definition: FeatureDefinition;
  /** ns or a count, both above 0; `NaN` without one. */
  readonly argument: number;
}

export class FeatureRegistry {
  readonly #definitions = new Map<string, FeatureDefinition>();

  /** Throws `TypeError` for what is no definition, `RangeError` for a name that is taken. */
  constructor(definitions: Iterable<FeatureDefinition>) {
    for (const definition of definitions) {
      const fault = featureFault(definition);
      if (fault !== undefined) throw new TypeError(`not a feature definition: ${fault}`);
      const { name } = definition;
      if (this.#definitions.has(name))
        throw new RangeError(`feature "${name}" is defined twice; give yours another name`);
      this.#definitions.set(name, definition);
    }
  }

  /** By its whole name, without a symbol. Throws `RangeError` naming those there are, or what its argument must be. */
  find(name: string): NamedFeature {
    const whole = this.#definitions.get(name);
    if (whole !== undefined) {
      if (whole.argument !== undefined) throw new RangeError(`feature "${name}" needs ${needOf(whole)}`);
      return { definition: whole, argument: Number.NaN };
    }
    const cut = name.lastIndexOf('_');
    const definition = this.#definitions.get(name.slice(0, Math.max(cut, 0)));
    if (definition === undefined) {
      throw new RangeError(`there is no feature "${name}"; there are: ${this.list().map(shapeOf).join(', ')}`);
    }
    const text = name.slice(cut + 1);
    if (definition.argument === undefined) {
      throw new RangeError(`feature "${name}": ${definition.name} takes nothing after it, it was given "${text}"`);
    }
    const argument = definition.argument === 'count' ? countOf(text) : spanOf(text);
    if (Number.isNaN(argument))
      throw new RangeError(`feature "${name}": ${definition.name} needs ${needOf(definition)}`);
    return { definition, argument };
  }

  /** All definitions, in the order in which they came. */
  list(): FeatureDefinition[] {
    return [...this.#definitions.values()];
  }
}

/** What keeps a value from being a definition, in words; `undefined` when nothing does. */
export function featureFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null)
    return `it is ${value === null ? 'null' : `of type ${typeof value}`}`;
  const { name, argument, of, unit, formula, source, hears, create } = value as Partial<
    Record<keyof FeatureDefinition, unknown>
  >;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) {
    return `field "name" is ${JSON.stringify(name)}, it must be words in lower case joined by _`;
  }
  const field = (what: string, given: unknown, must: string) =>
    `field "${what}" of feature "${name}" is ${typeof given === 'function' ? 'a function' : JSON.stringify(given)}, it must be ${must}`;
  if (argument !== undefined && argument !== 'duration' && argument !== 'count') {
    return field('argument', argument, '"duration", "count" or left out');
  }
  if (of !== undefined && of !== 'instrument' && of !== 'run')
    return field('of', of, '"instrument", "run" or left out');
  if (typeof unit !== 'string' || unit === '')
    return field('unit', unit, 'text, such as price, quantity, seconds or 1');
  if (typeof formula !== 'string' || formula === '') return field('formula', formula, 'text');
  if (source !== undefined && typeof source !== 'string') return field('source', source, 'text or left out');
  if (!Array.isArray(hears) || !hears.every((hook) => (FEATURE_HOOKS as readonly unknown[]).includes(hook))) {
    return field('hears', hears, `a list of ${FEATURE_HOOKS.join(', ')}`);
  }
  if (typeof create !== 'function') return field('create', create, 'a function (setup) => feature');
  return undefined;
}

/** How a name is written, for people: `ofi_T`. */
function shapeOf({ name, argument }: FeatureDefinition): string {
  return argument === undefined ? name : `${name}_${argument === 'count' ? 'N' : 'T'}`;
}

function needOf({ name, argument }: FeatureDefinition): string {
  return argument === 'count'
    ? `a whole number from 1 to ${MAX_COUNT} after it, such as ${name}_5`
    : `a duration above 0 after it, such as ${name}_100ms, ${name}_1s or ${name}_5m`;
}

function countOf(text: string): number {
  const count = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : Number.NaN;
  return count <= MAX_COUNT ? count : Number.NaN;
}

function spanOf(text: string): number {
  // Narrower than parseDuration: a name has no spaces and no sign.
  if (!/^\d+(\.\d+)?[a-zµ]+$/.test(text)) return Number.NaN;
  try {
    const spanNs = parseDuration(text);
    return spanNs > 0 ? spanNs : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
