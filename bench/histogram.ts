/**
 * Counts durations in buckets at most 1/64 of their value wide, without allocating. Knows nothing of clocks.
 * Called by the latency bench.
 */

/** Buckets for each power of two. */
const STEPS = 64;
const STEP_BITS = 6;

export class Histogram {
  /** The largest value recorded, exactly. */
  largest = 0;
  count = 0;
  readonly #buckets = new Uint32Array(STEPS * 32);

  /** `nanos` ≥ 0; values from 2^31 on (2.1 s) share the last bucket. */
  record(nanos: number): void {
    if (nanos > this.largest) this.largest = nanos;
    this.count++;
    const whole = nanos < 2 ** 31 ? nanos | 0 : 2 ** 31 - 1;
    const power = 31 - Math.clz32(whole | 1);
    // Below 64 every value has its own bucket; above, the 6 bits after the leading one choose it.
    const bucket =
      power < STEP_BITS ? whole : (power - STEP_BITS + 1) * STEPS + ((whole >> (power - STEP_BITS)) & (STEPS - 1));
    this.#buckets[bucket]!++;
  }

  /** Upper end of the bucket in which this share (0 … 1) of the values is reached, ns. */
  percentile(share: number): number {
    const wanted = Math.ceil(share * this.count);
    let seen = 0;
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      seen += this.#buckets[bucket]!;
      if (seen >= wanted && seen > 0) return Math.min(this.largest, upperEnd(bucket));
    }
    return this.largest;
  }

  clear(): void {
    this.largest = 0;
    this.count = 0;
    this.#buckets.fill(0);
  }
}

function upperEnd(bucket: number): number {
  const octave = Math.floor(bucket / STEPS);
  if (octave === 0) return bucket;
  const width = 2 ** (octave - 1);
  return (STEPS + (bucket % STEPS) + 1) * width - 1;
}
