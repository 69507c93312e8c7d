/**
 * The price levels of one synthetic instrument: a ring of ticks around the touch, and the rows that tell its changes.
 * Knows nothing of fair prices, time or latency. Called by the order flow.
 */
import { codeOf, Kind, Side } from '../market.js';

/** Where rows go. `code` without the seen bits. */
export interface RowSink {
  row(code: number, priceTicks: number, qtyLots: number): void;
}

const BID_LEVEL = codeOf(Kind.depth, Side.buy, 0);
const ASK_LEVEL = codeOf(Kind.depth, Side.sell, 0);
const BUY_TRADE = codeOf(Kind.trade, Side.buy, 0);
const SELL_TRADE = codeOf(Kind.trade, Side.sell, 0);

/**
 * Bids fill [bid − depthTicks, bid], asks [ask, ask + depthTicks], the spread never exceeds depthTicks, and neither side
 * is ever empty: what would break that is refused (methods return false or do less). So a ring of 4 × depthTicks ticks
 * holds both sides, and every price is on one side only.
 */
export class LevelBook {
  bid: number;
  ask: number;
  readonly depthTicks: number;
  readonly #sink: RowSink;
  readonly #lots: Int32Array;
  readonly #mask: number;
  readonly #takenLots: Int32Array;
  /** No bid stands below, no ask above. */
  #lowest: number;
  #highest: number;

  constructor(bid: number, ask: number, depthTicks: number, sink: RowSink) {
    const size = 2 ** Math.ceil(Math.log2(4 * depthTicks));
    this.#lots = new Int32Array(size);
    this.#mask = size - 1;
    this.#takenLots = new Int32Array(depthTicks + 1);
    this.#sink = sink;
    this.depthTicks = depthTicks;
    this.bid = bid;
    this.ask = ask;
    this.#lowest = bid;
    this.#highest = ask;
  }

  /** Lots at a price within {@link LevelBook.depthTicks} of the touch. */
  lots(priceTicks: number): number {
    return this.#lots[priceTicks & this.#mask]!;
  }

  /** Adds lots on a side. Refuses prices that would cross or lie further than depthTicks from the touch. */
  add(side: Side, priceTicks: number, lots: number): boolean {
    const index = priceTicks & this.#mask;
    const { depthTicks } = this;
    if (side === Side.buy) {
      if (priceTicks >= this.ask || priceTicks < this.bid - depthTicks) return false;
      this.#lots[index]! += lots;
      this.#sink.row(BID_LEVEL, priceTicks, this.#lots[index]!);
      if (priceTicks < this.#lowest) this.#lowest = priceTicks;
      else if (priceTicks > this.bid) this.#raiseBid(priceTicks);
    } else {
      if (priceTicks <= this.bid || priceTicks > this.ask + depthTicks) return false;
      this.#lots[index]! += lots;
      this.#sink.row(ASK_LEVEL, priceTicks, this.#lots[index]!);
      if (priceTicks > this.#highest) this.#highest = priceTicks;
      else if (priceTicks < this.ask) this.#lowerAsk(priceTicks);
    }
    return true;
  }

  /** Takes lots (≤ what is there) off the level of a side. Refuses what would empty the side. */
  cancel(side: Side, priceTicks: number, lots: number): boolean {
    const index = priceTicks & this.#mask;
    const left = this.#lots[index]! - lots;
    if (left === 0) {
      if (side === Side.buy && priceTicks === this.bid) {
        const next = this.#bidBelow(priceTicks);
        if (next < 0) return false;
        this.bid = next;
      } else if (side === Side.sell && priceTicks === this.ask) {
        const next = this.#askAbove(priceTicks);
        if (next < 0) return false;
        this.ask = next;
      }
    }
    this.#lots[index] = left;
    this.#sink.row(side === Side.buy ? BID_LEVEL : ASK_LEVEL, priceTicks, left);
    return true;
  }

  /**
   * A market order of `lots` with a limit: trade rows level by level (`split` in [0, 1) cuts one level's trade in two),
   * then the levels as they stand after it. Returns the lots traded; 0 = no row was written.
   */
  take(side: Side, lots: number, limitTicks: number, split: number): number {
    const buy = side === Side.buy;
    const code = buy ? BUY_TRADE : SELL_TRADE;
    const step = buy ? 1 : -1;
    const first = buy ? this.ask : this.bid;
    let price = first;
    let left = lots;
    let levels = 0;
    while (left > 0 && (limitTicks - price) * step >= 0) {
      const standing = this.#lots[price & this.#mask]!;
      const next = standing <= left ? (buy ? this.#askAbove(price) : this.#bidBelow(price)) : price;
      // The last level within reach keeps one lot, so that there is always a price.
      const taken = next < 0 ? Math.min(left, standing - 1) : Math.min(left, standing);
      if (taken === 0) break;
      const part = Math.floor(taken * split);
      if (part > 0 && (levels & 1) === 0) {
        this.#sink.row(code, price, part);
        this.#sink.row(code, price, taken - part);
      } else {
        this.#sink.row(code, price, taken);
      }
      this.#takenLots[levels++] = taken;
      left -= taken;
      if (next < 0 || left === 0) break;
      price = next;
    }
    this.#settle(side, first, levels);
    return lots - left;
  }

  /** Writes the levels that {@link LevelBook.take} took from, in its order, and moves the touch. */
  #settle(side: Side, first: number, levels: number): void {
    const code = side === Side.buy ? ASK_LEVEL : BID_LEVEL;
    let price = first;
    for (let level = 0; level < levels; level++) {
      const index = price & this.#mask;
      const left = this.#lots[index]! - this.#takenLots[level]!;
      const next = left > 0 ? price : side === Side.buy ? this.#askAbove(price) : this.#bidBelow(price);
      this.#lots[index] = left;
      this.#sink.row(code, price, left);
      price = next;
      if (side === Side.buy) this.ask = next;
      else this.bid = next;
    }
  }

  /** The next ask above, −1 when there is none with a spread of at most depthTicks. */
  #askAbove(priceTicks: number): number {
    const end = Math.min(this.#highest, this.bid + this.depthTicks);
    for (let price = priceTicks + 1; price <= end; price++) {
      if (this.#lots[price & this.#mask] !== 0) return price;
    }
    return -1;
  }

  #bidBelow(priceTicks: number): number {
    const end = Math.max(this.#lowest, this.ask - this.depthTicks);
    for (let price = priceTicks - 1; price >= end; price--) {
      if (this.#lots[price & this.#mask] !== 0) return price;
    }
    return -1;
  }

  /** Levels that are now further than depthTicks from the touch leave the feed. */
  #raiseBid(bid: number): void {
    this.bid = bid;
    const end = bid - this.depthTicks;
    for (let price = this.#lowest; price < end; price++) {
      if (this.#lots[price & this.#mask] !== 0) {
        this.#lots[price & this.#mask] = 0;
        this.#sink.row(BID_LEVEL, price, 0);
      }
    }
    if (this.#lowest < end) this.#lowest = end;
  }

  #lowerAsk(ask: number): void {
    this.ask = ask;
    const end = ask + this.depthTicks;
    for (let price = this.#highest; price > end; price--) {
      if (this.#lots[price & this.#mask] !== 0) {
        this.#lots[price & this.#mask] = 0;
        this.#sink.row(ASK_LEVEL, price, 0);
      }
    }
    if (this.#highest > end) this.#highest = end;
  }
}
