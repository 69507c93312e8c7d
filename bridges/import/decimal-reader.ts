/**
 * Decimal text → whole ticks or lots, exact and fast enough for every number of a capture. What core/decimal.ts does with
 * BigInt, done with doubles wherever they are exact; the rest is handed to it.
 * Knows nothing of fields or files. Called by the importers.
 */
import { type Decimal, formatDecimal, parseDecimal, unitsOf } from '../../core/index.js';

/** 15 digits always fit 2^53. */
const MOST_DIGITS = 15;
/** A number of 15 digits is the shortest decimal of its nearest double. */
const MOST_EXACT = 10 ** MOST_DIGITS;
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/** Reads decimals as whole multiples of one unit (the tick, the lot). */
export class DecimalReader {
  readonly #unit: Decimal;
  readonly #unitDigits: number;
  readonly #unitScale: number;

  /** `unit`: a positive decimal such as `0.1`. */
  constructor(unit: string) {
    this.#unit = parseDecimal(unit);
    this.#unitDigits = Number(this.#unit.digits);
    this.#unitScale = this.#unit.scale;
  }

  /**
   * How many units `text` is: the same number as `unitsOf(text, unit)`. `NaN` when it is no decimal number, not a whole
   * number of units, or beyond ±2^53; {@link DecimalReader.fault} says which.
   */
  units(text: string): number {
    const length = text.length;
    const negative = text.charCodeAt(0) === 45;
    let mantissa = 0;
    let digits = 0;
    let scale = -1;
    let at = negative ? 1 : 0;
    for (; at < length; at++) {
      const digit = text.charCodeAt(at) - 48;
      if (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        // Leading zeros do not use up exactness, but then they are rare: counting them keeps this simple.
        digits++;
        if (scale >= 0) scale++;
      } else if (digit === -2 && scale < 0) scale = 0;
      else return this.#slowly(text);
    }
    if (digits === 0 || digits > MOST_DIGITS) return this.#slowly(text);
    if (scale < 0) scale = 0;
    const units = this.#divide(mantissa, scale);
    if (Number.isNaN(units)) return this.#slowly(text);
    return negative && units !== 0 ? -units : units;
  }

  /** The same of the bytes from `start` to `end`, which saves making a text of each number. */
  unitsAt(bytes: Uint8Array, start: number, end: number): number {
    let mantissa = 0;
    let scale = -1;
    let at = start;
    for (; at < end; at++) {
      const digit = bytes[at]! - 48;
      if (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        if (scale >= 0) scale++;
      } else if (digit === -2 && scale < 0) scale = 0;
      else return this.units(textOf(bytes, start, end));
    }
    const digits = scale < 0 ? end - start : end - start - 1;
    const units = digits > 0 && digits <= MOST_DIGITS ? this.#divide(mantissa, Math.max(scale, 0)) : Number.NaN;
    return Number.isNaN(units) ? this.units(textOf(bytes, start, end)) : units;
  }

  /** The same of mantissa × 10^-scale, both whole numbers, the mantissa within ±2^53. */
  unitsOfScaled(mantissa: number, scale: number): number {
    const units = this.#divide(Math.abs(mantissa), scale);
    if (Number.isNaN(units)) return this.#slowly(formatDecimal({ digits: BigInt(mantissa), scale }));
    return mantissa < 0 && units !== 0 ? -units : units;
  }

  /**
   * The same of a double, read as the shortest decimal that it is the nearest double of: `units(String(value))`, without making a
   * text of what is plainly a multiple.
   */
  unitsOfDouble(value: number): number {
    const units = this.#nearestOf(value);
    // Where the digits are exact, the quotient is the nearest double of the multiple; no other multiple has the same one.
    return Number.isNaN(units) ? this.units(String(value)) : units;
  }

  /** The same of a 32-bit float; `NaN`, too, where it is so coarse that another multiple has the same float. */
  unitsOfFloat(value: number): number {
    const units = this.#candidate(value);
    const floatOf = (count: number) => Math.fround((count * this.#unitDigits) / POWERS[this.#unitScale]!);
    return floatOf(units) === value && floatOf(units - 1) !== value && floatOf(units + 1) !== value
      ? units
      : Number.NaN;
  }

  /** mantissa × 10^-scale in units, `NaN` unless the doubles are exact and there is no remainder. */
  #divide(mantissa: number, scale: number): number {
    const shift = this.#unitScale - scale;
    let top = mantissa;
    let bottom = this.#unitDigits;
    if (shift >= 0) {
      if (shift > 22) return Number.NaN;
      top *= POWERS[shift]!;
    } else bottom *= POWERS[-shift]!;
    if (top > Number.MAX_SAFE_INTEGER || bottom > Number.MAX_SAFE_INTEGER) return Number.NaN;
    if (bottom === 1) return top;
    // Where it divides, the quotient is exact and so is the product; a remainder by % takes ten times as long.
    const units = top / bottom;
    return Math.floor(units) === units && units * bottom === top ? units : Number.NaN;
  }

  #candidate(value: number): number {
    return Math.round((value * POWERS[this.#unitScale]!) / this.#unitDigits) + 0;
  }

  #nearestOf(value: number): number {
    const units = this.#candidate(value);
    const digits = units * this.#unitDigits;
    return Math.abs(digits) <= MOST_EXACT && digits / POWERS[this.#unitScale]! === value ? units : Number.NaN;
  }

  #slowly(text: string): number {
    try {
      return unitsOf(text, this.#unit);
    } catch {
      return Number.NaN;
    }
  }

  /**
   * The nearest number of units where `text` is a decimal that is not a whole number of them; never 0 for what is above 0,
   * so that no level vanishes. `NaN` when it is no decimal or too large. For corrections that are counted.
   */
  nearest(text: string): number {
    let value: Decimal;
    try {
      value = parseDecimal(text);
    } catch {
      return Number.NaN;
    }
    const top = value.digits * 10n ** BigInt(this.#unitScale);
    const bottom = this.#unit.digits * 10n ** BigInt(value.scale);
    const units = Number((2n * top + (top < 0n ? -bottom : bottom)) / (2n * bottom));
    if (!Number.isSafeInteger(units)) return Number.NaN;
    return units === 0 && value.digits !== 0n ? (value.digits > 0n ? 1 : -1) : units;
  }

  /** Why `text` gave `NaN`, with the text in it. */
  fault(text: string): string {
    try {
      unitsOf(text, this.#unit);
    } catch (cause) {
      return (cause as Error).message;
    }
    return `"${text}" can be read`;
  }
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
