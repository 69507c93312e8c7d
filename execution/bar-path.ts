/**
 * In which order a bar's prices were visited. Knows nothing of orders or volume. Called by the bar matcher, once a bar.
 * contract: BarPath.
 *
 * A bar says where the price was, not when. Whether a bracket's stop or its target came first hangs on this guess alone, so
 * run a strategy with more than one path before you believe it.
 */
import type { ModelRun } from './model-run.js';

/** The most points a path has. */
export const MAX_PATH_POINTS = 4;

/**
 * Decides the way of the price through one bar, as points between which it moves straight, tick by tick.
 *
 * Called once for every bar that meets own orders; must not allocate or keep `into` (length 4). Prices in ticks, of any
 * sign, low ≤ open, close ≤ high. Writes the points and returns how many, 1 to 4: all within [low, high], the first the
 * open, the last the close; a path of one point is the close alone. The bar matcher refuses anything else.
 * A plain limit is reached or not whatever the order of high and low; leaving one out says the market was never there.
 * Models that draw or remember implement `forRun`. Read {@link openHighLowClose} first.
 * Conformance: test/contracts/bar-path.contract.ts.
 * One of your own: docs/how-to/bar-path.md.
 */
export interface BarPath {
  path(openTicks: number, highTicks: number, lowTicks: number, closeTicks: number, into: Int32Array): number;
  /** A fresh instance for one run. Left out by models that are the same for all. */
  forRun?(run: ModelRun): BarPath;
}

/** Up first: of a long bracket the target, of a short one the stop. NautilusTrader's order unless told otherwise. */
export const openHighLowClose: BarPath = {
  path: (openTicks, highTicks, lowTicks, closeTicks, into) => write(into, openTicks, highTicks, lowTicks, closeTicks),
};

/** Down first: of a long bracket the stop, of a short one the target. */
export const openLowHighClose: BarPath = {
  path: (openTicks, highTicks, lowTicks, closeTicks, into) => write(into, openTicks, lowTicks, highTicks, closeTicks),
};

/**
 * The extreme nearer to the open comes first (NautilusTrader's adaptive order, TradingView's broker emulator). Where both
 * are equally far, the shorter way: down first if the bar closed above its open, up first if below; down first if it
 * closed where it opened.
 */
export const nearerExtremeFirst: BarPath = {
  path(openTicks, highTicks, lowTicks, closeTicks, into) {
    const up = highTicks - openTicks;
    const down = openTicks - lowTicks;
    return up < down || (up === down && closeTicks < openTicks)
      ? write(into, openTicks, highTicks, lowTicks, closeTicks)
      : write(into, openTicks, lowTicks, highTicks, closeTicks);
  },
};

/** Nothing but the close: the do-nothing model. Orders meet one price a bar. */
export const closeOnly: BarPath = {
  path(_openTicks, _highTicks, _lowTicks, closeTicks, into) {
    into[0] = closeTicks;
    return 1;
  },
};

function write(into: Int32Array, first: number, second: number, third: number, fourth: number): number {
  into[0] = first;
  into[1] = second;
  into[2] = third;
  into[3] = fourth;
  return 4;
}
