/**
 * Turns what zod refuses into one line: the field's path, what was given, what is allowed.
 * Knows nothing of run files. Called by everyone who checks configuration from outside.
 */
import type { ZodType, z } from 'zod';
import { ConfigError } from './config-error.js';
import { nearestName } from './nearest-name.js';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Checks `value`; throws a {@link ConfigError} of one line that begins with `source` (a file, an option). */
export function checkConfig<T>(schema: ZodType<T>, value: unknown, source: string, at: Path = []): T {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const lines = checked.error.issues.flatMap((issue) => faultLines(issue, value, schema, at));
  const more = lines.length > 3 ? `; and ${lines.length - 3} more` : '';
  throw new ConfigError(`${source}: ${lines.slice(0, 3).join('; ')}${more}`);
}

/** `strategies.0.params.qty`; the root itself is called `the file`. */
export function pathText(path: Path): string {
  return path.map(String).join('.') || 'the top level';
}

function faultLines(issue: Issue, root: unknown, schema: unknown, at: Path): string[] {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branch = likelyBranch(issue.errors, (path) => valueAt(root, [...issue.path, ...path]));
    if (branch !== undefined) {
      return branch.flatMap((inner) =>
        faultLines({ ...inner, path: [...issue.path, ...inner.path] } as Issue, root, schema, at),
      );
    }
  }
  const place = pathText([...at, ...issue.path]);
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, root, issue.path);
    return issue.keys.map((key) => {
      const place = pathText([...at, ...issue.path, key]);
      if (known.includes(key)) return `${place}: does not go with the other keys there`;
      const nearest = nearestName(key, known);
      const hint = nearest !== undefined ? `did you mean "${nearest}"?` : `known: ${known.join(', ') || 'none'}`;
      return `${place}: unknown key; ${hint}`;
    });
  }
  const given = valueAt(root, issue.path);
  return [`${place}: ${given === undefined ? 'missing' : `given ${shown(given)}`}; allowed: ${allowed(issue)}`];
}

/** Of a union's failed branches the one that got furthest: wrong inside beats wrong altogether, fewer faults beat more. */
function likelyBranch(
  branches: readonly (readonly Issue[])[],
  given: (path: Path) => unknown,
): readonly Issue[] | undefined {
  const inside = branches.flatMap(alternatives).filter((issues) => issues.every(isInside));
  return inside.sort((a, b) => faultiness(a, given) - faultiness(b, given))[0];
}

/** A branch that is a union itself stands for its own branches. */
function alternatives(branch: readonly Issue[]): (readonly Issue[])[] {
  const [only] = branch;
  const nested = branch.length === 1 && only!.code === 'invalid_union' && only!.path.length === 0;
  return nested && only.errors.length > 0 ? only.errors.flatMap(alternatives) : [branch];
}

/** The value itself is of the right kind; something in it, or its size, is not. */
function isInside({ code, path }: Issue): boolean {
  return path.length > 0 || !['invalid_type', 'invalid_value', 'invalid_union', 'invalid_format'].includes(code);
}

/** A misspelt name counts less than one that is missing or does not belong here; a model that is not named counts most. */
function faultiness(issues: readonly Issue[], given: (path: Path) => unknown): number {
  const absent = issues.map(({ path }) => path).filter((path) => given(path) === undefined);
  const missing = absent.map((path) => String(path.at(-1)));
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.reduce((keys, key) => keys + (nearestName(key, missing) === undefined ? 1 : 0.5), sum);
    }
    if (issue.code === 'invalid_union' && issue.errors.length === 0) {
      return sum + (given(issue.path) === undefined ? 3 : 0.5);
    }
    return sum + 1;
  }, 0);
}

function allowed(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      // A message of the schema's own says more than the type.
      return issue.message.startsWith('Invalid input') ? typeText(issue.expected) : issue.message;
    case 'invalid_value':
      return issue.values.map((each) => String(each)).join(', ');
    case 'too_small':
    case 'too_big':
      return rangeText(issue);
    case 'invalid_union':
      if ('options' in issue && Array.isArray(issue.options)) return issue.options.join(', ');
      if (issue.message !== 'Invalid input') return issue.message;
      return [...new Set(issue.errors.flatMap((each) => each.map(allowed)))].join(' or ');
    default:
      return issue.message;
  }
}

function rangeText(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [limit, words] =
    issue.code === 'too_small'
      ? [issue.minimum, issue.inclusive === false ? 'above' : 'at least']
      : [issue.maximum, issue.inclusive === false ? 'below' : 'at most'];
  if (issue.origin === 'array') return `${words} ${limit} ${Number(limit) === 1 ? 'entry' : 'entries'}`;
  if (issue.origin === 'string') return `text of ${words} ${limit} characters`;
  return `${issue.origin === 'int' ? 'a whole number' : 'a number'} ${words} ${limit}`;
}

function typeText(expected: string): string {
  const texts: Record<string, string> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map of keys and values',
    record: 'a map of keys and values',
  };
  return texts[expected] ?? expected;
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined | null)?.[key];
  return value;
}

function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'function') return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

interface SchemaDefinition {
  type: string;
  shape?: Record<string, unknown>;
  element?: unknown;
  innerType?: unknown;
  in?: unknown;
  options?: readonly unknown[];
  discriminator?: string;
  values?: readonly unknown[];
}

/** The keys a schema knows at a path, so that a mistyped one can be told from them. Foreign schemas may answer none. */
function knownKeys(schema: unknown, root: unknown, path: Path): string[] {
  const definition = (schema as { _zod?: { def?: SchemaDefinition } } | undefined)?._zod?.def;
  if (definition === undefined) return [];
  if (definition.innerType !== undefined) return knownKeys(definition.innerType, root, path);
  if (definition.in !== undefined) return knownKeys(definition.in, root, path);
  if (definition.options !== undefined) {
    const options = definition.options.filter((option) => fitsDiscriminator(option, definition.discriminator, root));
    return [...new Set(options.flatMap((option) => knownKeys(option, root, path)))];
  }
  const [key, ...rest] = path;
  if (key === undefined) return definition.shape === undefined ? [] : Object.keys(definition.shape);
  const inner = definition.shape?.[String(key)] ?? definition.element;
  return knownKeys(inner, valueAt(root, [key]), rest);
}

function fitsDiscriminator(option: unknown, discriminator: string | undefined, root: unknown): boolean {
  if (discriminator === undefined) return true;
  const shape = (option as { _zod?: { def?: SchemaDefinition } })._zod?.def?.shape;
  const literal = shape?.[discriminator] as { _zod?: { def?: SchemaDefinition } } | undefined;
  return literal?._zod?.def?.values?.includes(valueAt(root, [discriminator])) ?? true;
}
