/**
 * Numbers, times and lengths of time in words for people. Knows nothing of what they measure.
 * Called by the charts, lists and journeys of the page.
 */

export const NONE = '–';

const number = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 10 });
const minus = (text: string) => text.replace('-', '−');

export function numberText(value: number | null | undefined): string {
  return value == null ? NONE : minus(number.format(value));
}

/** Money: two decimals from 1 on, four digits below. */
export function moneyText(value: number | null | undefined): string {
  if (value == null) return NONE;
  const size = Math.abs(value);
  const digits = size >= 1 ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : { maximumSignificantDigits: 4 };
  return minus(value.toLocaleString('en-US', digits));
}

/** `2024-08-08 23:54:16.298`; ms since 1970 UTC. */
export function momentText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23).replace('T', ' ');
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
  [1, 'ms'],
  [0.001, 'µs'],
];

/** A length of time in ms with three digits, as `12.5 ms`. */
export function lengthText(ms: number | null | undefined): string {
  if (ms == null) return NONE;
  if (ms === 0) return '0';
  const [size, name] = UNITS.find(([unit]) => Math.abs(ms) >= unit) ?? UNITS[UNITS.length - 1]!;
  return `${minus(Number((ms / size).toPrecision(3)).toString())} ${name}`;
}
