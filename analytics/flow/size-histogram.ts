/**
 * Sizes of orders as they come, in memory that does not grow with them, and the table of sizes that they make. Knows nothing of
 * orders. Called by the calibration of a flow.
 */
import type { TabledSizes } from '../../core/synthetic/order-sizes.js';

/** Below this each number of lots has a bucket of its own; above, an octave has as many as a quarter of it. */
const EXACT = 128;
const PER_OCTAVE = EXACT / 4;
const OCTAVES = 46;
/** A row of the table has at most about this share of the orders and of their lots, unless it is of one size. */
const ROW_SHARE = 0.01;

export class SizeHistogram {
  count = 0;
  lots = 0;
  readonly #counts = new Float64Array(EXACT + OCTAVES * PER_OCTAVE);
  readonly #lots = new Float64Array(this.#counts.length);

  /** Whole lots ≥ 1. */
  add(lots: number): void {
    const at = bucketOf(lots);
    this.#counts[at]!++;
    this.#lots[at]! += lots;
    this.count++;
    this.lots += lots;
  }

  merge(other: SizeHistogram): void {
    this.#counts.forEach((count, at) => {
      this.#counts[at] = count + other.#counts[at]!;
      this.#lots[at]! += other.#lots[at]!;
    });
    this.count += other.count;
    this.lots += other.lots;
  }

  /** Buckets put together until they are worth a row; a row's size is the mean of what it has, in whole lots. */
  table(): TabledSizes {
    const rows: { count: number; lots: number }[] = [];
    let open = { count: 0, lots: 0 };
    const close = () => {
      if (open.count > 0) rows.push(open);
      open = { count: 0, lots: 0 };
    };
    this.#counts.forEach((count, at) => {
      if (count === 0) return;
      const lots = this.#lots[at]!;
      const worth = (of: { count: number; lots: number }) =>
        of.count >= ROW_SHARE * this.count || of.lots >= ROW_SHARE * this.lots;
      // What stands out, such as round lots, keeps its own size.
      if (worth({ count, lots })) close();
      open = { count: open.count + count, lots: open.lots + lots };
      if (worth(open)) close();
    });
    close();
    const table = new Map<number, number>();
    for (const { count, lots } of rows) {
      const size = Math.max(1, Math.round(lots / count));
      table.set(size, (table.get(size) ?? 0) + count);
    }
    return {
      kind: 'table',
      lots: [...table.keys()],
      shares: [...table.values()].map((count) => Number((count / this.count).toPrecision(6))),
    };
  }
}

function bucketOf(lots: number): number {
  if (lots < EXACT) return lots;
  const octave = Math.floor(Math.log2(lots));
  // log2 of a number just below a power of two may be rounded up to it.
  const exact = 2 ** octave > lots ? octave - 1 : octave;
  return EXACT + (exact - 7) * PER_OCTAVE + Math.floor((lots / 2 ** exact - 1) * PER_OCTAVE);
}
