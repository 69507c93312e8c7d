/**
 * How a book is read. Knows nothing of how it is kept. Called by strategies, observers and venues; implemented by
 * levels.ts (by price level) and orders.ts (order by order).
 * contract: Book.
 */
import type { Instrument } from '../instrument.js';
import type { Side } from '../market.js';

/** A limit order book as its reader sees it. Live: it changes as rows arrive. */
export interface Book {
  readonly instrument: Instrument;
  /** Highest bid in ticks; `NaN` when there is no bid. */
  readonly bestBidTicks: number;
  /** Lowest ask in ticks; `NaN` when there is no ask. */
  readonly bestAskTicks: number;
  /** Lots at the best bid; 0 when there is none. */
  readonly bestBidLots: number;
  readonly bestAskLots: number;
  /** (bid + ask) / 2 in ticks; `NaN` unless both sides are there. */
  readonly midTicks: number;
  /** Lots displayed at a price of one side (`Side.buy` = bids); 0 when there is no level. */
  lotsAt(side: Side, priceTicks: number): number;
  /**
   * Writes the best `count` levels of a side, best first, into `ticks` and `lots`; returns how many there were. Both
   * arrays need room for `count`.
   */
  levelsInto(side: Side, count: number, ticks: Int32Array, lots: Float64Array): number;
}
