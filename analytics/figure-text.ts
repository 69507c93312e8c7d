/**
 * Figures written for people: money, counts, shares, lengths of time. Knows nothing of what they measure.
 * Called by the summary table and the report page. Never used in files that programs read.
 */
import { formatDuration, HOUR, MICROSECOND, MILLISECOND, MINUTE, type Nanos, SECOND } from '../core/time.js';

/** Where there is no number. */
export const NO_FIGURE = '–';

/** Money with thousands apart: two decimals from 1 on, four significant digits below; `−` for negative. */
export function moneyText(value: number | null): string {
  if (value === null) return NO_FIGURE;
  const size = Math.abs(value);
  if (size === 0) return '0.00';
  const digits = size >= 1 ? size.toFixed(2) : Number(size.toPrecision(4)).toString();
  return `${value < 0 ? '−' : ''}${grouped(digits)}`;
}

/** A whole number with thousands apart. */
export function countText(value: number): string {
  return `${value < 0 ? '−' : ''}${grouped(String(Math.abs(value)))}`;
}

/** A quantity as it is, shortest form, thousands apart. */
export function qtyText(value: number): string {
  return countText(value);
}

/** A fraction of 1 as percent with one decimal. */
export function shareText(value: number | null): string {
  return value === null ? NO_FIGURE : `${(100 * value).toFixed(1)} %`;
}

/** A ratio with two decimals. */
export function ratioText(value: number | null): string {
  return value === null ? NO_FIGURE : `${value < 0 ? '−' : ''}${grouped(Math.abs(value).toFixed(2))}`;
}

export function durationText(nanos: number | null): string {
  return nanos === null ? NO_FIGURE : formatDuration(nanos);
}

const DURATION_UNITS = [
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
  ['ms', MILLISECOND],
  ['us', MICROSECOND],
] as const;

/** A length of time with nothing rounded, as it can be written in run files: `20ms`, `1.5s`, `20000001ns`. */
export function exactDurationText(nanos: Nanos): string {
  for (const [name, unit] of DURATION_UNITS) {
    if (Math.abs(nanos) >= unit && nanos % (unit / 1000) === 0) return `${nanos / unit}${name}`;
  }
  return `${nanos}ns`;
}

function grouped(digits: string): string {
  const [whole, fraction] = digits.split('.');
  const apart = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}
