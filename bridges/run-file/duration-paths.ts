/**
 * Which numbers of a resolved configuration are nanoseconds: where the run file's schema has a length of time. Knows nothing of what
 * any of them means. Called by `compare`, which writes them with their units.
 */
import { z } from 'zod';
import { runSchema } from './schema.js';

/** What is read of a JSON schema; `unit` is our own word, see `duration`. */
interface JsonSchema {
  readonly unit?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
}

/** Tells of a path such as `venue.latency.entry` or `strategies.0.computeTime.median` whether a number there is in nanoseconds. */
export function durationPaths(): (path: string) => boolean {
  const schema = z.toJSONSchema(runSchema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema;
  return (path) => leadsToDuration(schema, path.split('.'));
}

function leadsToDuration(schema: JsonSchema, path: readonly string[]): boolean {
  if (path.length === 0 && schema.unit === 'ns') return true;
  for (const each of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) if (leadsToDuration(each, path)) return true;
  const [key, ...rest] = path;
  if (key === undefined) return false;
  const { properties, items, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, key)) return leadsToDuration(properties[key]!, rest);
  if (items !== undefined && /^\d+$/.test(key)) return leadsToDuration(items, rest);
  return typeof additionalProperties === 'object' && leadsToDuration(additionalProperties, rest);
}
