/**
 * Fields of venues' JSON messages, checked: each refusal names the field and what it holds.
 * Knows nothing of rows or files. Called by the importers of captures.
 */
import { parseDecimal } from '../../core/index.js';

export type Fields = Record<string, unknown>;
/** Prices and quantities as the venue sends them: `[["61800.20", "2.507"], …]`. */
export type Levels = readonly (readonly [string, string])[];

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function integer(data: Fields, field: string): number {
  const value = data[field];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`${field} is ${brief(value)} where a whole number ≥ 0 was expected`);
}

/** As {@link integer}, written as text: `"1597026383085"`. */
export function integerText(data: Fields, field: string): number {
  const value = data[field];
  if (typeof value === 'string' && /^\d{1,16}$/.test(value) && Number.isSafeInteger(Number(value)))
    return Number(value);
  throw new RangeError(`${field} is ${brief(value)} where a whole number ≥ 0 as text was expected`);
}

/** A whole number of either sign. */
export function signedInteger(data: Fields, field: string): number {
  const value = data[field];
  if (Number.isSafeInteger(value)) return value as number;
  throw new RangeError(`${field} is ${brief(value)} where a whole number was expected`);
}

/** A decimal as text → the nearest double. */
export function decimalValue(data: Fields, field: string): number {
  const value = data[field];
  try {
    if (typeof value === 'string') {
      parseDecimal(value);
      if (Number.isFinite(Number(value))) return Number(value);
    }
  } catch {
    // Refused below.
  }
  throw new RangeError(`${field} is ${brief(value)} where a decimal as text was expected`);
}

/** The objects of a list. */
export function objects(data: Fields, field: string): readonly Fields[] {
  const value = data[field];
  if (!Array.isArray(value)) throw new RangeError(`${field} is ${brief(value)} where a list of objects was expected`);
  for (let at = 0; at < value.length; at++) {
    if (!isObject(value[at])) {
      throw new RangeError(`${field}[${at}] is ${brief(value[at])} where an object was expected`);
    }
  }
  return value as unknown as readonly Fields[];
}

export function levels(data: Fields, field: string): Levels {
  const value = data[field];
  if (!Array.isArray(value))
    throw new RangeError(`${field} is ${brief(value)} where a list of [price, quantity] was expected`);
  for (let at = 0; at < value.length; at++) {
    const level: unknown = value[at];
    if (!Array.isArray(level) || level.length < 2) {
      throw new RangeError(`${field}[${at}] is ${brief(level)} where [price, quantity] was expected`);
    }
  }
  return value as unknown as Levels;
}

/** A value as a message shows it. */
export function brief(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
