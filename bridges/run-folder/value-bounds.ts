/**
 * The smallest and the largest value of a chunk, as Parquet's statistics write them. Knows nothing of pages.
 * Called by the chunk encoder.
 */
import type { ColumnForm } from './column-spec.js';

export interface Bounds {
  readonly least: Uint8Array;
  readonly most: Uint8Array;
}

/** Longer texts are not worth keeping twice. */
const LONGEST_TEXT = 64;

/**
 * Of `count` > 0 numbers and the words they are written as. `undefined` where there is a `NaN`, of which readers disagree.
 * A zero stands as −0 below and as 0 above, as the format has it, since the other one may be there, too.
 */
export function numberBounds(
  form: ColumnForm,
  numbers: Float64Array,
  words: Int32Array,
  count: number,
): Bounds | undefined {
  let [leastAt, mostAt] = [0, 0];
  let least = numbers[0]!;
  let most = least;
  for (let i = 0; i < count; i++) {
    const number = numbers[i]!;
    if (number < least) {
      least = number;
      leastAt = i;
    } else if (number > most) {
      most = number;
      mostAt = i;
    } else if (Number.isNaN(number)) return undefined;
  }
  if (form === 'double')
    return { least: doubleBytes(least === 0 ? -0 : least), most: doubleBytes(most === 0 ? 0 : most) };
  const width = form === 'int32' ? 1 : 2;
  const bytesAt = (at: number) => new Uint8Array(words.slice(at * width, (at + 1) * width).buffer);
  return { least: bytesAt(leastAt), most: bytesAt(mostAt) };
}

/** Of at least one text, in the order of their bytes. */
export function textBounds(texts: readonly Uint8Array[]): Bounds | undefined {
  let least = texts[0]!;
  let most = least;
  for (const text of texts) {
    if (Buffer.compare(text, least) < 0) least = text;
    if (Buffer.compare(text, most) > 0) most = text;
  }
  return least.length > LONGEST_TEXT || most.length > LONGEST_TEXT ? undefined : { least, most };
}

function doubleBytes(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer);
}
