/**
 * What a feed sends a machine that it has lost: rows that take away the book that the machine knew last and make the venue's.
 * Knows nothing of time or latency. Called by the stressed feed.
 */
import { codeOf, Kind, Side } from '../market.js';
import type { MarketBooks } from '../market-books.js';

/** Where the rows go. */
export interface SnapshotSink {
  row(code: number, priceTicks: number, qtyLots: number, orderId?: number): void;
}

const SIDES = [Side.buy, Side.sell] as const;

/** The book of one instrument that a machine knows at a moment, as far as it takes to be rid of it later. */
export class KnownBook {
  /** Level books: how far they reach, the lowest bid and the highest ask. */
  readonly #reach: readonly number[];
  readonly #orders: readonly {
    readonly id: number;
    readonly side: Side;
    readonly tick: number;
    readonly lots: number;
  }[];

  constructor(books: MarketBooks, instrument: number) {
    this.#orders = books.orders[instrument]?.resting() ?? [];
    this.#reach = SIDES.map((side) => levelsOf(books, instrument, side).at(-1)?.[0] ?? Number.NaN);
  }

  /**
   * Writes rows that turn it into the book as it is in `books` now. `quotes`: best quotes make the book, and replace what they
   * meet. Returns how many rows.
   */
  replace(books: MarketBooks, instrument: number, quotes: boolean, sink: SnapshotSink): number {
    const orders = books.orders[instrument];
    let rows = 0;
    const write = (kind: Kind, side: Side, tick: number, lots: number, id?: number) => {
      sink.row(codeOf(kind, side, 0), tick, lots, id);
      rows++;
    };
    if (orders !== undefined) {
      for (const { id, side, tick, lots } of this.#orders) write(Kind.orderCancel, side, tick, lots, id);
      for (const { id, side, tick, lots } of orders.resting()) write(Kind.orderAdd, side, tick, lots, id);
      return rows;
    }
    for (const [at, side] of SIDES.entries()) {
      const levels = levelsOf(books, instrument, side);
      if (!quotes && !Number.isNaN(this.#reach[at]!)) write(Kind.depthClear, side, this.#reach[at]!, 0);
      for (const [tick, lots] of levels) write(quotes ? Kind.quote : Kind.depth, side, tick, lots);
    }
    return rows;
  }
}

/** All levels of a side, the best one first. */
function levelsOf(books: MarketBooks, instrument: number, side: Side): [tick: number, lots: number][] {
  for (let room = 1024; ; room *= 4) {
    const [ticks, lots] = [new Int32Array(room), new Float64Array(room)];
    const found = books.levels[instrument]!.levelsInto(side, room, ticks, lots);
    if (found < room) return Array.from({ length: found }, (_, level) => [ticks[level]!, lots[level]!]);
  }
}
