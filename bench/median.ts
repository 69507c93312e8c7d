/**
 * The few statistics the benches print. Knows nothing of what was measured. Called by every bench.
 */

/** The middle value; the mean of the middle two of an even number. `NaN` of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** 3 significant digits, without an exponent. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** 18234567 → `18.23 M`. */
export function millions(value: number): string {
  return `${(value / 1e6).toFixed(2)} M`;
}
