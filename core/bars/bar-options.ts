/**
 * How bars are asked for in a run, and what the asker gets. Knows nothing of how they are built. Part of the strategy's
 * contract; read by everything that makes bars.
 */
import type { Instrument } from '../instrument.js';
import type { Nanos } from '../time.js';

/** A session of trading, [openNs, closeNs), int64 ns since 1970 UTC. */
export interface SessionSpan {
  readonly openNs: bigint;
  readonly closeNs: bigint;
}

/** What goes for bars of every kind, wherever they are made. What is left out is what the docstring says. */
export interface BarShape {
  /**
   * `trades` (default): the prices of trades, executions of order by order data included. `mid`: half way between the best
   * prices after each complete message; exact in half ticks, without volume, and it stands until it changes, so a bar opens
   * with the mid that stands when it begins. Mids make time bars, bars of so many changes (`ticks`) and Renko.
   */
  readonly from?: 'trades' | 'mid';
  /**
   * Time bars in which nothing traded: `none` (default), or `flat` for a bar at the last close with volume 0. Counted both
   * ways, from a first trade on; before the first trade of a tape or session there is no price and no bar.
   */
  readonly empty?: 'none' | 'flat';
  /**
   * When trading is on: the name of a calendar (`XNYS`; docs/sessions.md), of which a break ends a session and begins another, or
   * spans in order, not overlapping. No bar spans an end: what is unfinished is delivered as it stands
   * ({@link BarSeries.cut}). The grid of time bars counts from each opening rather than from 1970. Trades outside are left out
   * and counted. Default: always. Rows of the tape that say `close` or `delisted` end a bar in any case.
   */
  readonly sessions?: string | readonly SessionSpan[];
  /**
   * Who took, for imbalances and runs: `tick-rule` (default; up if the price is above that of the trade before, down if below,
   * as before if equal, neither before the first change) or `aggressor`, as the tape has it (`none`: as before).
   */
  readonly signs?: 'tick-rule' | 'aggressor';
  /** Of how many bars the moving averages of imbalances and runs are, at least 1: α = 2 / (span + 1). Default 20. */
  readonly span?: number;
  /** Least and most that the expected number of trades of imbalance and run bars may become. Default [1, Infinity]. */
  readonly expectedTicksWithin?: readonly [least: number, most: number];
}

/** How a strategy asks for bars. */
export interface BarRequest extends BarShape {
  /** What `bar.series` says, to tell apart what else would be called the same. Default: the bars as asked for, `1m`. */
  readonly name?: string;
  /**
   * The clock that trades are put into time bars and sessions by. `local` (default): when they were received; a bar is told at
   * its very end. `exchange`: when they happened; a bar can then be closed only when the first trade after its end has been
   * received, or `graceNs` after its end, whichever is first. Trades that come later still are left out and counted.
   */
  readonly clock?: 'local' | 'exchange';
  /** With `clock: 'exchange'`, ns ≥ 0; default 1 s. */
  readonly graceNs?: Nanos;
}

/** Bars that a strategy asked for, and what became of the trades. Each trade is in one bar, late or outside. */
export interface BarSeries {
  /** As asked for (`1m`, `100 ticks`), or the name it was given; what `bar.series` says. */
  readonly name: string;
  readonly instrument: Instrument;
  /** Bars told so far. */
  readonly count: number;
  /** Time bars without a trade since the first trade; told with `empty: 'flat'` alone. */
  readonly empty: number;
  /** Bars that a session's end cut short. */
  readonly cut: number;
  /** Trades that came when their bar had been told: `clock: 'exchange'`. */
  readonly lateTrades: number;
  readonly lateLots: number;
  /** Trades outside the sessions. */
  readonly outsideTrades: number;
  readonly outsideLots: number;
  /** How often the expected number of trades had to be kept within its bounds. */
  readonly bounded: number;
}
