/**
 * Depth diffs and snapshots of Binance → depth rows. Where diffs are missing the book is emptied, and what follows is held until a
 * snapshot joins it, as Binance's "How to manage a local order book correctly" wants it.
 * Knows nothing of messages, or of when snapshots without a time were made. Called by binance-capture.
 */
import { codeOf, Flag, Kind, MAX_PRICE_TICKS, Side } from '../../core/index.js';
import type { Levels } from './capture-fields.js';
import type { CaptureLine } from './capture-line.js';
import type { CaptureNumbers } from './capture-numbers.js';
import { CrossingWatch } from './crossing-watch.js';
import type { RowCollector } from './row-collector.js';

interface Sides {
  readonly bids: Levels;
  readonly asks: Levels;
}

/** A level in ticks and lots. */
type Counted = readonly [ticks: number, lots: number];

/** A diff that waits for a snapshot. */
interface HeldDiff {
  /** Its last update id. */
  readonly last: number;
  readonly happened: number;
  readonly bids: readonly Counted[];
  readonly asks: readonly Counted[];
}

/** Minutes of the fastest stream. A snapshot that is older than those that are still held joins nothing. */
const MOST_HELD = 10_000;

/** One instrument's book. */
export class BinanceBook {
  readonly #collector: RowCollector;
  readonly #numbers: CaptureNumbers;
  readonly #at: CaptureLine;
  readonly #watch = new CrossingWatch();
  #sawSnapshot = false;
  /** Exchange time until which the book is known. */
  #knownNs = Number.NaN;
  /** Since a gap; and the last update id of those that were too many. */
  #held: HeldDiff[] | undefined;
  #lostUpTo = Number.NaN;

  constructor(collector: RowCollector, numbers: CaptureNumbers, at: CaptureLine) {
    this.#collector = collector;
    this.#numbers = numbers;
    this.#at = at;
  }

  /** A diff that was not there before. `follows`: nothing is missing before it. */
  diff(last: number, follows: boolean, sides: Sides, happened: number): void {
    if (!follows) this.#empty(Number.isNaN(this.#knownNs) ? happened : this.#knownNs);
    this.#know(happened);
    if (this.#held === undefined) this.#change(sides, happened);
    else this.#hold({ last, happened, bids: this.#counted(sides.bids, 'b'), asks: this.#counted(sides.asks, 'a') });
  }

  /**
   * All down to the last price that it lists goes, its levels come; after a gap, the held diffs that it does not contain follow it.
   * `joins`: no diff is missing after it. `happened` may be `NaN`. Returns the rows of the snapshot, and the exchange time of the
   * first diff that follows, `NaN` where none was held.
   */
  snapshot(id: number, joins: boolean, sides: Sides, happened: number): { from: number; to: number; next: number } {
    const { rows, tally } = this.#collector;
    const from = rows.length;
    if (!joins || id < this.#lostUpTo) {
      tally.count(
        'snapshot-before-gap',
        'snapshots after which depth diffs are missing were left out, as no book is known after them',
      );
      return { from, to: from, next: Number.NaN };
    }
    this.#replace(sides.bids, 'bids', Side.buy, happened);
    this.#replace(sides.asks, 'asks', Side.sell, happened);
    this.#close(from);
    const to = rows.length;
    this.#know(happened);
    this.#sawSnapshot = true;
    this.#watch.count(this.#collector.tally, this.#at);
    return { from, to, next: this.#release(id) };
  }

  /** Whether diffs wait for a snapshot. */
  get holds(): boolean {
    return this.#held !== undefined;
  }

  /** After the last message. */
  end(): void {
    this.#leaveOut(this.#held?.length ?? 0);
    this.#held = undefined;
  }

  #leaveOut(count: number): void {
    this.#collector.tally.count(
      'diffs-after-gap',
      'depth messages between a gap and the next snapshot were left out: no book is known',
      count,
    );
  }

  #know(happened: number): void {
    if (!(happened <= this.#knownNs) && !Number.isNaN(happened)) this.#knownNs = happened;
  }

  /**
   * Nothing is known from there on, and what waited for a snapshot is of no use any more. On the exchange side that begins with the
   * last diff before the gap, as the next snapshot may be older than the diff that shows it.
   */
  #empty(happened: number): void {
    const before = this.#held;
    this.#leaveOut(before?.length ?? 0);
    this.#held = [];
    this.#lostUpTo = Number.NaN;
    if (before !== undefined) return;
    this.#clear(Side.buy, -MAX_PRICE_TICKS, happened);
    this.#clear(Side.sell, MAX_PRICE_TICKS, happened);
    const { rows } = this.#collector;
    rows.mark(rows.length - 1, Flag.last);
  }

  #hold(diff: HeldDiff): void {
    const held = this.#held!;
    held.push(diff);
    if (held.length <= MOST_HELD) return;
    this.#lostUpTo = held[MOST_HELD / 2 - 1]!.last;
    this.#leaveOut(held.splice(0, MOST_HELD / 2).length);
  }

  /** The held diffs that a snapshot does not contain, as seen with it. */
  #release(id: number): number {
    const held = this.#held;
    this.#held = undefined;
    this.#lostUpTo = Number.NaN;
    if (held === undefined) return Number.NaN;
    const newer = held.filter(({ last }) => last > id);
    this.#leaveOut(held.length - newer.length);
    this.#collector.tally.count(
      'diffs-held',
      'depth diffs that came between a gap and a snapshot older than they are were held, and are seen with it',
      newer.length,
    );
    for (const { bids, asks, happened } of newer) {
      const before = this.#collector.rows.length;
      for (const [ticks, lots] of bids) this.#level(Side.buy, ticks, lots, happened, 0);
      for (const [ticks, lots] of asks) this.#level(Side.sell, ticks, lots, happened, 0);
      this.#close(before);
      this.#watch.count(this.#collector.tally, this.#at);
    }
    return newer[0]?.happened ?? Number.NaN;
  }

  #change({ bids, asks }: Sides, happened: number): void {
    const before = this.#collector.rows.length;
    this.#levels(bids, 'b', Side.buy, happened, 0);
    this.#levels(asks, 'a', Side.sell, happened, 0);
    this.#close(before);
    if (this.#sawSnapshot) this.#watch.count(this.#collector.tally, this.#at);
    else {
      this.#collector.tally.count(
        'diffs-before-snapshot',
        'depth diffs came before any snapshot; they were kept, so the book is only part of the market until the first one',
      );
    }
  }

  /** Everything of this side from the best to the last listed price goes, what is listed comes. */
  #replace(side: Levels, field: string, which: Side, happened: number): void {
    const last = side.at(-1);
    if (last !== undefined) this.#clear(which, this.#numbers.ticks(last[0], field, side.length - 1), happened);
    this.#levels(side, field, which, happened, Flag.snapshot);
  }

  #clear(which: Side, ticks: number, happened: number): void {
    this.#watch.side(which).clear(ticks);
    const code = codeOf(Kind.depthClear, which);
    this.#collector.rows.add(happened, this.#at.localNs, code, Flag.snapshot, 0, ticks, 0);
  }

  #levels(side: Levels, field: string, which: Side, happened: number, flags: number): void {
    for (let level = 0; level < side.length; level++) {
      const ticks = this.#numbers.ticks(side[level]![0], field, level);
      this.#level(which, ticks, this.#numbers.levelLots(side[level]![1], field, level), happened, flags);
    }
  }

  #level(which: Side, ticks: number, lots: number, happened: number, flags: number): void {
    this.#watch.side(which).set(ticks, lots);
    this.#collector.rows.add(happened, this.#at.localNs, codeOf(Kind.depth, which), flags, 0, ticks, lots);
  }

  #counted(side: Levels, field: string): Counted[] {
    return side.map(([price, qty], level) => [
      this.#numbers.ticks(price, field, level),
      this.#numbers.levelLots(qty, field, level),
    ]);
  }

  /** The rows since `before` were one message. */
  #close(before: number): void {
    const { rows } = this.#collector;
    if (rows.length > before) rows.mark(rows.length - 1, Flag.last);
  }
}
