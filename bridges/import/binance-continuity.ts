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

  /** Takes a diff into the chain: whether it follows the one before and the snapshot; `seen`: it was there before, leave it out. */
  diff({ first, last, previous }: DiffIds): 'follows' | 'gap' | 'seen' {
    if (last <= this.#last) {
      this.#tally.count('duplicate-diff', 'depth diffs with update ids that had been seen before were left out');
      return 'seen';
    }
    const follows = previous === undefined ? first === this.#last + 1 : previous === this.#last;
    if (!follows) this.#start = first;
    const before = this.#last;
    const snapshot = this.#snapshot;
    this.#last = last;
    const linked = this.#links(previous === undefined);
    if (!follows && !Number.isNaN(before)) return this.#gap(`update id ${before} is followed by ${previous ?? first}`);
    return linked ? 'follows' : this.#gap(`snapshot at update id ${snapshot}, diffs from ${this.#start}`);
  }

  /**
   * A snapshot with this last update id: whether it joins the diffs since the last gap; `behind`: it does, and diffs newer than it
   * came before it; `apart`: diffs are missing between it and them.
   */
  snapshot(id: number, spot: boolean): 'joins' | 'behind' | 'apart' {
    const before = this.#snapshot;
    this.#snapshot = id;
    if (this.#links(spot)) return this.#last > id ? 'behind' : 'joins';
    this.#snapshot = before;
    return 'apart';
  }

  /** Once the chain has reached the snapshot's id, its beginning must not lie after it. */
  #links(spot: boolean): boolean {
    const needed = spot ? this.#snapshot + 1 : this.#snapshot;
    if (!(this.#last >= needed)) return true;
    this.#snapshot = Number.NaN;
    return this.#start <= needed;
  }

  #gap(first: string): 'gap' {
    this.#tally.count(
      'update-id-gap',
      `depth diffs do not follow the one before or the snapshot: the book was emptied until the next snapshot (first: ${first})`,
    );
    return 'gap';
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
