/**
 * 64-bit ns since 1970 as two words → times of a collector, without a BigInt for each.
 * Knows nothing of formats. Called by the importers of binary formats.
 */
import type { RowCollector } from './row-collector.js';

const WORD = 2 ** 32;
const BILLION = 1_000_000_000n;

export class EpochWords {
  readonly #collector: RowCollector;
  /** Start of the collector's times, as words. */
  #baseHigh = Number.NaN;
  #baseLow = 0;

  constructor(collector: RowCollector) {
    this.#collector = collector;
  }

  /** The time of these words in the collector's ns. Throws `RangeError` naming `what` for a time that it cannot hold. */
  time(high: number, low: number, what: string): number {
    const time = (high - this.#baseHigh) * WORD + (low - this.#baseLow);
    if (Math.abs(time) <= Number.MAX_SAFE_INTEGER) return time;
    return this.#firstOrFar(high, low, what);
  }

  #firstOrFar(high: number, low: number, what: string): number {
    const epoch = (BigInt(high) << 32n) | BigInt(low);
    if (high >= WORD / 2) throw new RangeError(`${what} ${epoch} ns lies beyond the year 2262`);
    const seconds = epoch / BILLION;
    try {
      if (Number.isNaN(this.#baseHigh)) {
        this.#collector.time(Number(seconds), 0);
        const base = seconds * BILLION;
        this.#baseHigh = Number(base >> 32n);
        this.#baseLow = Number(base & 0xffff_ffffn);
      }
      return this.#collector.time(Number(seconds), Number(epoch % BILLION));
    } catch (cause) {
      throw new RangeError(`${what}: ${(cause as Error).message}`);
    }
  }
}
