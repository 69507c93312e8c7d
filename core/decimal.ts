/**
 * Exact decimals at the border: text or number in, whole ticks or lots out, and back. No rounding is ever silent.
 * Knows nothing of instruments. Called by instrument, importers and the book printer.
 */

/** A decimal number as `digits × 10^-scale`, digits exact. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** Reads `61800.20`, `-0.5`, `1e-8`, `3`. Throws `RangeError` naming the text. A number is read by its shortest form. */
export function parseDecimal(value: string | number): Decimal {
  const text = typeof value === 'number' ? String(value) : value.trim();
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = match?.[3] ?? '';
  if (match === null || whole.length + fraction.length === 0) {
    throw new RangeError(`"${text}" is not a decimal number`);
  }
  let digits = BigInt(whole + fraction);
  let scale = fraction.length - Number(match[4] ?? 0);
  if (scale < 0) {
    digits *= 10n ** BigInt(-scale);
    scale = 0;
  }
  return { digits: match[1] === '-' ? -digits : digits, scale };
}

/**
 * How many whole `unit`s (a positive decimal, e.g. the tick size) `value` is. Throws `RangeError` when it is not a
 * whole number of them or not a safe integer.
 */
export function unitsOf(value: string | number, unit: Decimal): number {
  const { digits, scale } = parseDecimal(value);
  const numerator = digits * 10n ** BigInt(unit.scale);
  const denominator = unit.digits * 10n ** BigInt(scale);
  if (numerator % denominator !== 0n) {
    throw new RangeError(`${value} is not a whole multiple of ${formatDecimal(unit)}`);
  }
  const units = Number(numerator / denominator);
  if (!Number.isSafeInteger(units)) throw new RangeError(`${value} is more than 2^53 times ${formatDecimal(unit)}`);
  return units;
}

/** `units × unit` written exactly, with the unit's number of decimals: 618002 × 0.1 → `61800.2`. */
export function formatUnits(units: number, unit: Decimal): string {
  return formatDecimal({ digits: BigInt(units) * unit.digits, scale: unit.scale });
}

export function formatDecimal({ digits, scale }: Decimal): string {
  if (scale === 0) return String(digits);
  const negative = digits < 0n;
  const text = String(negative ? -digits : digits).padStart(scale + 1, '0');
  return `${negative ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}
