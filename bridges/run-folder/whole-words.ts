/**
 * Whole numbers as the words of 32 bits that Parquet keeps, the lower one first, without a BigInt for each.
 * Knows nothing of columns. Called by the chunk encoder.
 */

const TWO_32 = 2 ** 32;

/**
 * Writes `origin` + each number as int64. By halves, each step of which is exact for any double. Returns the index of the first
 * number that is not whole or leads out of int64, or −1.
 */
export function putInt64s(numbers: Float64Array, count: number, origin: bigint, words: Int32Array): number {
  const originLow = Number(BigInt.asUintN(32, origin));
  const originHigh = Number(origin >> 32n);
  for (let i = 0; i < count; i++) {
    const number = numbers[i]!;
    let high = Math.floor(number / TWO_32);
    let low = number - high * TWO_32 + originLow;
    high += originHigh;
    if (low >= TWO_32) {
      low -= TWO_32;
      high++;
    }
    if (!(high >= -(2 ** 31) && high < 2 ** 31) || low !== Math.floor(low)) return i;
    words[2 * i] = low;
    words[2 * i + 1] = high;
  }
  return -1;
}

/** Writes each number as int32. Returns the index of the first that does not fit, or −1. */
export function putInt32s(numbers: Float64Array, count: number, words: Int32Array): number {
  for (let i = 0; i < count; i++) {
    words[i] = numbers[i]!;
    if (words[i] !== numbers[i]) return i;
  }
  return -1;
}
