/**
 * Columns of numbers as few bytes of JSON: whole steps from value to value. Knows nothing of what they mean.
 * Called by the parts of the report; unpacked by the page's script.
 */
import type { CurveData, Packed } from './page-data.js';

/** A whole number times this is what is kept: up to seven digits of the range of the values, so that a picture loses nothing. */
const STEPS_IN_RANGE = 1e6;
/** Sums of steps stay exact below 2^53. */
const LARGEST = 2 ** 52;

/** Values × `scale` rounded to whole numbers. `NaN` and infinite values are gaps. */
export function packedBy(values: ArrayLike<number>, scale: number): Packed {
  let last = 0;
  const steps = new Array<number | null>(values.length);
  for (let i = 0; i < values.length; i++) {
    const whole = Math.round(values[i]! * scale);
    if (Math.abs(whole) < LARGEST) {
      steps[i] = whole - last;
      last = whole;
    } else steps[i] = null;
  }
  return { scale, steps };
}

/** Values to a millionth of their range or better, in decimal steps. */
export function packed(values: ArrayLike<number>): Packed {
  return packedBy(values, scaleFor(values));
}

function scaleFor(values: ArrayLike<number>): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(high > low)) return low === 0 || !Number.isFinite(low) ? 1 : decimalScale(Math.abs(low) / STEPS_IN_RANGE);
  return decimalScale((high - low) / STEPS_IN_RANGE);
}

/** The power of ten by which steps of this size become whole numbers of one digit. */
function decimalScale(step: number): number {
  return 10 ** Math.min(15, Math.max(-15, -Math.floor(Math.log10(step))));
}

/** Times in ns as ms, to the µs; of runs longer than a day to the ms, which no screen shows. */
export function packedTimes(timeNs: ArrayLike<number>, { durationNs }: { durationNs: number }): Packed {
  const scale = durationNs > 86_400e9 ? 1 : 1000;
  const ms = new Float64Array(timeNs.length);
  for (let i = 0; i < timeNs.length; i++) ms[i] = timeNs[i]! / 1e6;
  return packedBy(ms, scale);
}

export const EMPTY: Packed = { scale: 1, steps: [] };
export const EMPTY_CURVE: CurveData = { time: EMPTY, value: EMPTY };
