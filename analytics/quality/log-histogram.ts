/**
 * How often whole numbers fell into buckets that grow with the number, 32 to a doubling. Knows nothing of what is counted.
 * Called by the checks of latency.
 */

/** Buckets to a doubling: a bucket is at most 1/32 of its values wide. */
const PER_DOUBLING = 32;
const MANTISSA_BITS = 5;
/** Doublings that whole numbers up to 2^53 span. */
const DOUBLINGS = 54;

const scratch = new Float64Array(1);
const halves = new Uint32Array(scratch.buffer);
scratch[0] = 1;
/** Which of the two words has sign, exponent and the first 20 bits of the mantissa. */
const HIGH = halves[1] !== 0 ? 1 : 0;
const SHIFT = 20 - MANTISSA_BITS;
const ONE = halves[HIGH]! >>> SHIFT;

export interface Bucket {
  /** Values v of the bucket: from ≤ v < to. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Values: whole numbers from 0 to 2^53. Zero has a bucket of its own, and so has every number below 64. */
export class LogHistogram {
  count = 0;
  least = Number.POSITIVE_INFINITY;
  most = Number.NEGATIVE_INFINITY;
  readonly #counts = new Float64Array(1 + DOUBLINGS * PER_DOUBLING);

  /** `times`: how often it came. */
  add(value: number, times = 1): void {
    this.count += times;
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
    scratch[0] = value;
    this.#counts[value === 0 ? 0 : 1 + (halves[HIGH]! >>> SHIFT) - ONE]! += times;
  }

  /**
   * The value that a share `q` of all values do not exceed (nearest rank): the middle of its bucket, kept within the least
   * and the greatest value, so at most 1.6 % off. `NaN` without values.
   */
  quantile(q: number): number {
    if (this.count === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(q * this.count));
    let passed = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      passed += this.#counts[bucket]!;
      if (passed < rank) continue;
      const [from, to] = [edgeOf(bucket), edgeOf(bucket + 1)];
      const middle = to - from <= 1 ? Math.ceil(from) : (from + to) / 2;
      return Math.min(this.most, Math.max(this.least, middle));
    }
    return this.most;
  }

  /** The first edge of a bucket that is not below `value`. */
  edgeFrom(value: number): number {
    let bucket = 0;
    while (bucket < this.#counts.length && edgeOf(bucket) < value) bucket++;
    return edgeOf(bucket);
  }

  /** How many values are ≥ `edge`, which must be an edge of a bucket. */
  countFrom(edge: number): number {
    let count = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      if (edgeOf(bucket) >= edge) count += this.#counts[bucket]!;
    }
    return count;
  }

  /** What there is, `perDoubling` buckets to a doubling (a power of two up to 32); empty ones are left out. */
  buckets(perDoubling: 1 | 2 | 4 | 8 | 16 | 32): Bucket[] {
    const step = PER_DOUBLING / perDoubling;
    const found: Bucket[] = this.#counts[0]! > 0 ? [{ from: 0, to: 1, count: this.#counts[0]! }] : [];
    for (let bucket = 1; bucket < this.#counts.length; bucket += step) {
      let count = 0;
      for (let each = bucket; each < bucket + step; each++) count += this.#counts[each]!;
      if (count > 0) found.push({ from: edgeOf(bucket), to: edgeOf(bucket + step), count });
    }
    return found;
  }
}

/** Where a bucket begins. */
function edgeOf(bucket: number): number {
  if (bucket === 0) return 0;
  const steps = bucket - 1;
  return 2 ** Math.floor(steps / PER_DOUBLING) * (1 + (steps % PER_DOUBLING) / PER_DOUBLING);
}
