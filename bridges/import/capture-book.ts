/**
 * Books of captures that begin with a snapshot of all levels and go on with changes → depth rows; where changes are missing the
 * book is emptied until the next snapshot.
 * Knows nothing of messages or how their gaps show. Called by the readers of captures.
 */
import { codeOf, Flag, Kind, MAX_PRICE_TICKS, Side } from '../../core/index.js';
import type { Levels } from './capture-fields.js';
import type { CaptureLine } from './capture-line.js';
import type { CaptureNumbers } from './capture-numbers.js';
import { CrossingWatch } from './crossing-watch.js';
import type { RowCollector } from './row-collector.js';

/** Levels of one side, and how messages call them. */
export interface SideLevels {
  readonly field: string;
  readonly levels: Levels;
}

/** Told of each level as it is written; lots 0: the level goes. */
export type OnLevel = (side: Side, ticks: number, lots: number, level: readonly [string, string]) => void;

/** One instrument's book. */
export class CaptureBook {
  readonly #collector: RowCollector;
  readonly #numbers: CaptureNumbers;
  readonly #at: CaptureLine;
  readonly #onLevel: OnLevel;
  #watch = new CrossingWatch();
  #sawSnapshot = false;
  #broken = false;

  constructor(collector: RowCollector, numbers: CaptureNumbers, at: CaptureLine, onLevel: OnLevel = () => {}) {
    this.#collector = collector;
    this.#numbers = numbers;
    this.#at = at;
    this.#onLevel = onLevel;
  }

  /** True from the first snapshot on, unless changes have been missing since the last one. */
  get whole(): boolean {
    return this.#sawSnapshot && !this.#broken;
  }

  /** All of the book goes, these levels come. */
  snapshot(bids: SideLevels, asks: SideLevels, happened: number): void {
    this.#clear(Side.buy, happened);
    this.#levels(Side.buy, bids, happened, Flag.snapshot);
    this.#clear(Side.sell, happened);
    this.#levels(Side.sell, asks, happened, Flag.snapshot);
    this.#collector.rows.mark(this.#collector.rows.length - 1, Flag.last);
    this.#sawSnapshot = true;
    this.#broken = false;
    this.#watch.count(this.#collector.tally, this.#at);
  }

  /** Levels that changed. After a gap they are left out and counted, as they say nothing of the levels beside them. */
  change(bids: SideLevels, asks: SideLevels, happened: number): void {
    const { tally, rows } = this.#collector;
    if (this.#broken) {
      tally.count(
        'diffs-after-gap',
        'depth messages between a gap and the next snapshot were left out: no book is known',
      );
      return;
    }
    const before = rows.length;
    this.#levels(Side.buy, bids, happened, 0);
    this.#levels(Side.sell, asks, happened, 0);
    if (rows.length > before) rows.mark(rows.length - 1, Flag.last);
    if (this.#sawSnapshot) this.#watch.count(this.#collector.tally, this.#at);
    else {
      tally.count(
        'diffs-before-snapshot',
        'depth messages came before any snapshot; they were kept, so the book is only part of the market until the first one',
      );
    }
  }

  /** Messages are missing before this one: the book is empty from now on. `note` says which, for the first. */
  gap(note: string, happened: number): void {
    this.#collector.tally.count(
      'update-id-gap',
      `depth messages do not follow the one before: the book was emptied until the next snapshot (first: ${note})`,
    );
    if (this.#broken) return;
    this.#broken = true;
    this.#clear(Side.buy, happened);
    this.#clear(Side.sell, happened);
    this.#collector.rows.mark(this.#collector.rows.length - 1, Flag.last);
  }

  #clear(side: Side, happened: number): void {
    const farthest = side === Side.buy ? -MAX_PRICE_TICKS : MAX_PRICE_TICKS;
    this.#watch.side(side).clear(farthest);
    const code = codeOf(Kind.depthClear, side);
    this.#collector.rows.add(happened, this.#at.localNs, code, Flag.snapshot, 0, farthest, 0);
  }

  #levels(side: Side, { field, levels }: SideLevels, happened: number, flags: number): void {
    const { rows } = this.#collector;
    const code = codeOf(Kind.depth, side);
    const watched = this.#watch.side(side);
    for (let at = 0; at < levels.length; at++) {
      const level = levels[at]!;
      const ticks = this.#numbers.ticks(level[0], field, at);
      const lots = this.#numbers.levelLots(level[1], field, at);
      watched.set(ticks, lots);
      this.#onLevel(side, ticks, lots, level);
      rows.add(happened, this.#at.localNs, code, flags, 0, ticks, lots);
    }
  }
}

/** The best bid and ask of a channel that has no more, as quote rows. */
export class CaptureQuotes {
  readonly #collector: RowCollector;
  readonly #numbers: CaptureNumbers;
  readonly #at: CaptureLine;
  readonly #bid = { ticks: 0, lots: 0 };
  readonly #ask = { ticks: 0, lots: 0 };

  constructor(collector: RowCollector, numbers: CaptureNumbers, at: CaptureLine) {
    this.#collector = collector;
    this.#numbers = numbers;
    this.#at = at;
  }

  /** Both sides are no more than this: no level, an empty side. */
  snapshot(bids: SideLevels, asks: SideLevels, happened: number): void {
    this.#bid.lots = 0;
    this.#ask.lots = 0;
    this.change(bids, asks, happened);
  }

  /** A level of quantity 0 goes, any other is the best one now. */
  change(bids: SideLevels, asks: SideLevels, happened: number): void {
    this.#take(this.#bid, bids);
    this.#take(this.#ask, asks);
    const { rows } = this.#collector;
    this.#row(Side.buy, this.#bid, happened, 0);
    this.#row(Side.sell, this.#ask, happened, 0);
    rows.mark(rows.length - 1, Flag.last);
  }

  #take(best: { ticks: number; lots: number }, { field, levels }: SideLevels): void {
    for (let at = 0; at < levels.length; at++) {
      const ticks = this.#numbers.ticks(levels[at]![0], field, at);
      const lots = this.#numbers.lots(levels[at]![1], field, at);
      if (lots === 0 && ticks !== best.ticks) continue;
      best.ticks = ticks;
      best.lots = lots;
    }
  }

  #row(side: Side, { ticks, lots }: { ticks: number; lots: number }, happened: number, flags: number): void {
    const code = codeOf(Kind.quote, side);
    this.#collector.rows.add(happened, this.#at.localNs, code, flags, 0, lots === 0 ? 0 : ticks, lots);
  }
}
