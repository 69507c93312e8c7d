/**
 * Which tick or lot the numbers of a file would fit, for the message that refuses one that they do not.
 * Knows nothing of vendors or rows. Called by the importers of archives, once an import has failed.
 */
import { type Decimal, formatDecimal, parseDecimal } from '../../core/index.js';
import { readLines } from './input-file.js';
import { LineFields } from './line-fields.js';

/**
 * The largest step that every number in these columns is a whole multiple of: the step itself, or a multiple of it where few
 * numbers have been seen. Lines and fields that hold no number above or below 0 are passed over. `undefined`: there are none.
 */
export async function largestStep(path: string, places: readonly number[]): Promise<string | undefined> {
  const fields = new LineFields();
  let step: Decimal | undefined;
  await readLines(path, (bytes, start, end) => {
    fields.split(bytes, start, end, 0);
    for (const place of places) {
      const value = place < fields.count ? decimalOf(fields.text(place)) : undefined;
      if (value !== undefined && value.digits !== 0n) step = step === undefined ? value : common(step, value);
    }
  });
  return step === undefined ? undefined : formatDecimal(shortened(step));
}

function decimalOf(text: string): Decimal | undefined {
  try {
    return parseDecimal(text);
  } catch {
    return undefined;
  }
}

/** The greatest common divisor of two decimals. */
function common(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  let left = a.digits * 10n ** BigInt(scale - a.scale);
  let right = b.digits * 10n ** BigInt(scale - b.scale);
  while (right !== 0n) [left, right] = [right, left % right];
  return { digits: left, scale };
}

/** Without a sign and zeros at the end. */
function shortened({ digits, scale }: Decimal): Decimal {
  let size = digits < 0n ? -digits : digits;
  let places = scale;
  while (places > 0 && size % 10n === 0n) {
    size /= 10n;
    places--;
  }
  return { digits: size, scale: places };
}
