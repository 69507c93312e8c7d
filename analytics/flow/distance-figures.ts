/**
 * What happens by distance from the best price of the other side: orders that come, lots that are cancelled, lots that stand. In
 * memory that does not grow with the tape. Knows nothing of rows. Called by the calibration of a flow.
 */
import type { ByDistance, FlowParameters } from '../../core/synthetic/flow-parameters.js';
import { SizeHistogram } from './size-histogram.js';

/** Up to this many ticks each distance has a bin of its own; above, a doubling has as many bins. */
const EXACT = 16;
const OCTAVES = 26;
/** An entry of the parameters has at least this share of the orders that came, and so many of them. */
const ENTRY_SHARE = 0.004;
const ENTRY_ORDERS = 30;
/** A table of sizes has at least this share of the orders that came. */
const TABLE_SHARE = 0.02;

/** The last distance of each bin, ticks. */
const BIN_ENDS = Array.from({ length: EXACT * (OCTAVES + 1) }, (_, bin) => {
  const octave = Math.floor(bin / EXACT);
  return octave === 0 ? bin + 1 : (EXACT + (bin % EXACT) + 1) * 2 ** (octave - 1);
});

export interface DistanceParameters {
  readonly placement: ByDistance;
  readonly cancelRate: ByDistance;
  readonly depth: ByDistance;
  readonly limitLots: FlowParameters['limitLots'];
  /** Limit orders that came beyond the last distance. */
  readonly beyond: number;
}

export class DistanceFigures {
  /** Limit orders within reach. */
  orders = 0;
  readonly #came = new Float64Array(BIN_ENDS.length);
  readonly #cancelled = new Float64Array(BIN_ENDS.length);
  readonly #cancelledLots = new Float64Array(BIN_ENDS.length);
  /** Lots · seconds. */
  readonly #stood = new Float64Array(BIN_ENDS.length);
  /** Of the bins of one tick, then of each doubling. */
  readonly #sizes: readonly SizeHistogram[] = Array.from({ length: EXACT + OCTAVES }, () => new SizeHistogram());

  /** A limit order came. `ticks`: 1 … 2^30. */
  came(ticks: number, lots: number): void {
    const bin = binOf(ticks);
    this.orders++;
    this.#came[bin]!++;
    this.#sizes[bin < EXACT ? bin : EXACT - 1 + Math.floor(bin / EXACT)]!.add(lots);
  }

  cancelled(ticks: number, lots: number): void {
    const bin = binOf(ticks);
    this.#cancelled[bin]!++;
    this.#cancelledLots[bin]! += lots;
  }

  /** So many lots stood for so long on one side. */
  stood(ticks: number, lots: number, seconds: number): void {
    this.#stood[binOf(ticks)]! += lots * seconds;
  }

  /**
   * By distances in price steps, up to `mostSteps`; `sideSeconds`: how long sides were watched, both together. Throws `RangeError`
   * where too little came or went to say.
   */
  parameters(stepTicks: number, mostSteps: number, sideSeconds: number): DistanceParameters {
    const entries = this.#entries(stepTicks, mostSteps);
    if (entries.length === 0) {
      throw new RangeError(
        `calibration: ${this.orders} limit orders and ${this.#cancelled.reduce((a, b) => a + b, 0)} cancellations at known distances are too few; give a longer tape`,
      );
    }
    const to = entries.map(({ end }) => end);
    const by = (value: (entry: Entry, width: number) => number): ByDistance => ({
      to,
      values: entries.map((entry, at) => short(value(entry, entry.end - (to[at - 1] ?? 0)))),
    });
    return {
      placement: by(({ came }) => came / this.orders),
      cancelRate: by(({ cancelledLots, stood }) => cancelledLots / stood),
      depth: by(({ stood }, width) => stood / sideSeconds / width),
      limitLots: this.#sizeTables(stepTicks, to.at(-1)!),
      beyond: this.orders - entries.reduce((sum, { came }) => sum + came, 0),
    };
  }

  /** Bins put together until something came, went and stood in each; what is beyond the last is left out. */
  #entries(stepTicks: number, mostSteps: number): Entry[] {
    const entries: Entry[] = [];
    let open = emptyEntry();
    const least = Math.max(ENTRY_ORDERS, ENTRY_SHARE * this.orders);
    for (const [bin, ticks] of BIN_ENDS.entries()) {
      const end = Math.floor(ticks / stepTicks);
      if (end > mostSteps) break;
      open = {
        end,
        came: open.came + this.#came[bin]!,
        cancelled: open.cancelled + this.#cancelled[bin]!,
        cancelledLots: open.cancelledLots + this.#cancelledLots[bin]!,
        stood: open.stood + this.#stood[bin]!,
      };
      const enough =
        open.came >= least && open.cancelled >= ENTRY_ORDERS && open.stood > 0 && end > (entries.at(-1)?.end ?? 0);
      if (!enough) continue;
      entries.push(open);
      open = emptyEntry();
    }
    return entries;
  }

  /** Histograms put together until they are worth a table. */
  #sizeTables(stepTicks: number, farthest: number): DistanceParameters['limitLots'] {
    const tables: { to: number; sizes: SizeHistogram }[] = [];
    let open = new SizeHistogram();
    for (const [at, sizes] of this.#sizes.entries()) {
      open.merge(sizes);
      const lastBin = at < EXACT ? at : EXACT * (at - EXACT + 2) - 1;
      const to = Math.floor(BIN_ENDS[lastBin]! / stepTicks);
      if (open.count < TABLE_SHARE * this.orders || to <= (tables.at(-1)?.to ?? 0)) continue;
      tables.push({ to: Math.min(to, farthest), sizes: open });
      open = new SizeHistogram();
      if (to >= farthest) break;
    }
    if (open.count > 0 && tables.length > 0) tables.at(-1)!.sizes.merge(open);
    const all = tables.length > 0 ? tables : [{ to: farthest, sizes: open }];
    return all.map(({ to, sizes }) => ({ to, lots: sizes.table() }));
  }
}

interface Entry {
  /** Last distance, steps. */
  readonly end: number;
  readonly came: number;
  readonly cancelled: number;
  readonly cancelledLots: number;
  readonly stood: number;
}

function emptyEntry(): Entry {
  return { end: 0, came: 0, cancelled: 0, cancelledLots: 0, stood: 0 };
}

function binOf(ticks: number): number {
  if (ticks <= EXACT) return ticks - 1;
  // 17 … 32 is octave 1, and so on: the leading five bits of ticks − 1.
  const octave = 31 - Math.clz32(ticks - 1) - 3;
  return octave * EXACT + ((ticks - 1) >> (octave - 1)) - EXACT;
}

/** Six digits are more than a tape tells. */
export function short(value: number): number {
  return Number(value.toPrecision(6));
}
