/**
 * Reads what stands behind options: whole numbers, durations, choices. Refuses with what is allowed.
 * Knows nothing of any command. Called by commander while it parses.
 */
import { InvalidArgumentError } from 'commander';
import { parseDecimal } from '../../core/decimal.js';
import { parseDate, parseDuration } from '../../core/time.js';

/** A whole number within [least, most], digits only. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Allowed: a whole number from ${least} to ${most}.`);
  };
}

/** A decimal number above `limit`, at most `most`. */
export function numberAbove(limit: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value > limit && value <= most) return value;
    throw new InvalidArgumentError(`Allowed: a number above ${limit}, at most ${most}.`);
  };
}

/** A duration above 0, in nanoseconds. */
export function period(text: string): number {
  try {
    const nanos = parseDuration(text);
    if (nanos > 0) return nanos;
  } catch {
    // What is allowed is said below.
  }
  throw new InvalidArgumentError('Allowed: a duration above 0, such as 250us, 10ms, 1.5s.');
}

/** A duration of 0 or more, in nanoseconds. */
export function duration(text: string): number {
  try {
    const nanos = parseDuration(text);
    if (nanos >= 0) return nanos;
  } catch {
    // What is allowed is said below.
  }
  throw new InvalidArgumentError('Allowed: a duration such as 250us, 10ms, 1.5s or 0.');
}

/** A day of the calendar, kept as text. */
export function date(text: string): string {
  try {
    parseDate(text);
    return text;
  } catch {
    throw new InvalidArgumentError('Allowed: a day such as 2024-07-03.');
  }
}

/** A decimal above 0, kept as text so that it stays exact. */
export function decimalText(text: string): string {
  try {
    if (parseDecimal(text).digits > 0n) return text;
  } catch {
    // What is allowed is said below.
  }
  throw new InvalidArgumentError('Allowed: a decimal above 0, such as 0.1.');
}

/** Collects an option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Names separated by commas. */
export function list(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw new InvalidArgumentError('Allowed: names separated by commas, such as ESH4,NQH4.');
}

/** How an option is spelled: `depthTicks` → `--depth-ticks`. */
export function optionText(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
