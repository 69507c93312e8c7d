/**
 * What can be written in a run file, as places: `venue.queue` holds the keys `model`, `exponent` …, and at `venue.queue.model`
 * stands one of `risk-averse`, `power` …; entries of lists and of maps by name stand at the place of the whole.
 * Called by the tests of run files and of their documentation.
 */
import { type ZodType, z } from 'zod';

export interface Outline {
  /** Keys by place. */
  readonly keys: Map<string, Set<string>>;
  /** Words that may stand at a place, where only certain words may. */
  readonly words: Map<string, Set<string>>;
  /** What a key is when it is left out, by place, where the schema says it. */
  readonly defaults: Map<string, unknown>;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
}

export function outlineOf(schema: ZodType): Outline {
  const outline: Outline = { keys: new Map(), words: new Map(), defaults: new Map() };
  collect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema, '', outline);
  return outline;
}

function collect(schema: JsonSchema, place: string, outline: Outline): void {
  for (const each of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) collect(each, place, outline);
  if (schema.items !== undefined) collect(schema.items, place, outline);
  if (typeof schema.additionalProperties === 'object') collect(schema.additionalProperties, place, outline);
  if (schema.default !== undefined) outline.defaults.set(place, schema.default);
  for (const word of [schema.const, ...(schema.enum ?? [])]) {
    if (typeof word === 'string') note(outline.words, place, word);
  }
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    note(outline.keys, place, key);
    collect(inner, place === '' ? key : `${place}.${key}`, outline);
  }
}

/** Adds what a run file says to `outline`, wherever `known` has such a place. */
export function addWritten(written: unknown, known: Outline, outline: Outline, place = ''): void {
  if (Array.isArray(written)) {
    for (const each of written) addWritten(each, known, outline, place);
  } else if (typeof written === 'object' && written !== null) {
    const keys = known.keys.get(place);
    for (const [key, value] of Object.entries(written)) {
      // A map by name (rates, quantities …) has its entries' places at its own.
      if (keys === undefined || !keys.has(key)) addWritten(value, known, outline, place);
      else {
        note(outline.keys, place, key);
        addWritten(value, known, outline, place === '' ? key : `${place}.${key}`);
      }
    }
  } else if (typeof written === 'string' && known.words.get(place)?.has(written)) note(outline.words, place, written);
}

/** What `known` has and `outline` has not: `venue.queue: exponent`, `venue.queue.model = power`. */
export function missingFrom(outline: Outline, known: Outline): string[] {
  const missing: string[] = [];
  for (const [place, keys] of known.keys) {
    for (const key of keys) if (!outline.keys.get(place)?.has(key)) missing.push(`${place || 'top'}: ${key}`);
  }
  for (const [place, words] of known.words) {
    for (const word of words) if (!outline.words.get(place)?.has(word)) missing.push(`${place} = ${word}`);
  }
  return missing;
}

function note(map: Map<string, Set<string>>, place: string, word: string): void {
  const set = map.get(place) ?? new Set();
  set.add(word);
  map.set(place, set);
}
