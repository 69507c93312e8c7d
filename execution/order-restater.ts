/**
 * What splits and dividends make of the prices and quantities of working orders. Knows nothing of positions or of where
 * orders are kept. Called by the venue's engine for each working order, on behalf of corporate actions.
 *
 * Rounded away from the market always: a buy limit down, a sell limit up, a stop to where it is set off no sooner, so that
 * no order fills at a price worse than its owner said, or earlier.
 */
import { MAX_PRICE_TICKS } from '../core/instrument.js';
import { Side } from '../core/market.js';
import { OrderType } from '../core/order.js';
import type { OrderRestater } from './settlement-port.js';
import { wholeAbove, wholeBelow } from './whole-numbers.js';

/** Price ÷ ratio, quantity × ratio rounded down to the lot; orders of which nothing is left end, as those without a price. */
export class SplitRestater implements OrderRestater {
  priceTicks = Number.NaN;
  stopTicks = Number.NaN;
  leavesLots = 0;
  ratio = 1;
  #ends = false;

  /** `ends`: every order ends. */
  prepare(ratio: number, ends: boolean): void {
    this.ratio = ratio;
    this.#ends = ends;
  }

  restate(type: OrderType, side: Side, priceTicks: number, stopTicks: number, leavesLots: number): boolean {
    const buys = side === Side.buy;
    this.priceTicks = rounded(priceTicks / this.ratio, buys);
    this.stopTicks = rounded(stopTicks / this.ratio, standsBelow(type, side));
    this.leavesLots = wholeBelow(leavesLots * this.ratio);
    if (this.#ends || !(this.leavesLots > 0 && Number.isSafeInteger(this.leavesLots))) return false;
    return isPrice(priceTicks, this.priceTicks) && isPrice(stopTicks, this.stopTicks);
  }
}

/** Orders that stand below the market are lowered by the dividend and rounded down; one that would have no price ends. */
export class DividendRestater implements OrderRestater {
  priceTicks = Number.NaN;
  stopTicks = Number.NaN;
  leavesLots = 0;
  readonly ratio = 1;
  #dividendTicks = 0;

  /** Ticks need not be whole. */
  prepare(dividendTicks: number): void {
    this.#dividendTicks = dividendTicks;
  }

  restate(type: OrderType, side: Side, priceTicks: number, stopTicks: number, leavesLots: number): boolean {
    const down = standsBelow(type, side) ? this.#dividendTicks : 0;
    this.priceTicks = wholeBelow(priceTicks - down);
    this.stopTicks = wholeBelow(stopTicks - down);
    this.leavesLots = leavesLots;
    return isPrice(priceTicks, this.priceTicks) && isPrice(stopTicks, this.stopTicks);
  }
}

/** Whether such an order waits for the market to come down: buys at a limit or if touched, sells at a stop. */
function standsBelow(type: OrderType, side: Side): boolean {
  const stops = type === OrderType.stop || type === OrderType.stopLimit || type === OrderType.trailingStop;
  return stops === (side === Side.sell);
}

function rounded(ticks: number, down: boolean): number {
  return down ? wholeBelow(ticks) : wholeAbove(ticks);
}

/** What was above 0 stays above it, and within the range of prices; no price stays none. */
function isPrice(before: number, after: number): boolean {
  return Number.isNaN(before) || (Math.abs(after) <= MAX_PRICE_TICKS && (before <= 0 || after > 0));
}
