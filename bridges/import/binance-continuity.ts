/**
 * Whether a Binance capture is complete: update ids of depth diffs, trade ids.
 * Sources: Binance's "How to manage a local order book correctly" (futures and spot differ in the rule).
 * Knows nothing of rows. Called by binance-capture; the chain of trade ids by okx-capture too.
 */
import type { CorrectionTally } from './correction-tally.js';

/** First, last and (futures) previous update id of one diff. */
export interface DiffIds {
  readonly first: number;
  readonly last: number;
  /** `pu` of futures; `undefined` on spot. */
  readonly previous: number | undefined;
}

/**
 * The chain of update ids. Futures: `U ≤ id ≤ u` for the first diff that counts after a snapshot, then `pu` = previous
 * `u`. Spot: `U ≤ id + 1 ≤ u`, then `U` = previous `u` + 1.
 */
export class UpdateChain {
  readonly #tally: CorrectionTally;
  /** First id of the unbroken chain and the last id in it; NaN before the first diff. */
  #start = Number.NaN;
  #last = Number.NaN;
  /** The snapshot's id until a diff has been seen that links it to the chain. */
  #snapshot = Number.NaN;

  constructor(tally: CorrectionTally) {
    this.#tally = tally;
  }

  /** Takes a diff into the chain. False when it must be left out: it was there before. */
  diff({ first, last, previous }: DiffIds): boolean {
    if (last <= this.#last) {
      this.#tally.count('duplicate-diff', 'depth diffs with update ids that had been seen before were left out');
      return false;
    }
    const follows = previous === undefined ? first === this.#last + 1 : previous === this.#last;
    if (!follows) {
      if (!Number.isNaN(this.#last)) {
        this.#tally.count(
          'update-id-gap',
          `depth diffs do not follow the one before, so levels may be stale until the next snapshot ` +
            `(first: update id ${this.#last} is followed by ${previous ?? first})`,
        );
      }
      this.#start = first;
    }
    this.#last = last;
    this.#link(previous === undefined);
    return true;
  }

  /** A snapshot with this last update id replaces the book. Returns true when diffs newer than it came before it. */
  snapshot(id: number, spot: boolean): boolean {
    this.#snapshot = id;
    const behind = this.#last > id;
    this.#link(spot);
    return behind;
  }

  /** Once the chain has reached the snapshot's id, its beginning must not lie after it. */
  #link(spot: boolean): void {
    const needed = spot ? this.#snapshot + 1 : this.#snapshot;
    if (!(this.#last >= needed)) return;
    if (this.#start > needed) {
      this.#tally.count(
        'update-id-gap',
        `depth diffs do not reach back to the snapshot (first: snapshot at update id ${this.#snapshot}, ` +
          `diffs from ${this.#start})`,
      );
    }
    this.#snapshot = Number.NaN;
  }
}

/** Most ranges of missing trade ids remembered, in case they come late. */
const REMEMBERED_GAPS = 1_000;

/** Trade ids must count up by one. */
export class TradeChain {
  readonly #tally: CorrectionTally;
  #last = Number.NaN;
  #missing: { from: number; to: number }[] = [];

  constructor(tally: CorrectionTally) {
    this.#tally = tally;
  }

  /** Takes a trade, or several in one (`first` to `id`). False when it must be left out: it was there before. */
  trade(id: number, first = id): boolean {
    if (id <= this.#last) return this.#late(id);
    if (first > this.#last + 1) {
      this.#tally.count(
        'trade-id-gap',
        `trade ids are not contiguous: trades are missing (first gap: ${this.#last} is followed by ${first})`,
      );
      this.#missing.push({ from: this.#last + 1, to: first - 1 });
      if (this.#missing.length > REMEMBERED_GAPS) this.#missing.shift();
    }
    this.#last = id;
    return true;
  }

  #late(id: number): boolean {
    const at = this.#missing.findIndex(({ from, to }) => from <= id && id <= to);
    if (at < 0) {
      this.#tally.count('duplicate-trade', 'trades with an id that had been seen before were left out');
      return false;
    }
    const { from, to } = this.#missing[at]!;
    const parts = [
      { from, to: id - 1 },
      { from: id + 1, to },
    ].filter((part) => part.from <= part.to);
    this.#missing.splice(at, 1, ...parts);
    this.#tally.count('late-trade', 'trades came after trades with a higher id; they were kept');
    return true;
  }
}
