/**
 * What a risk check sees: positions, open orders, worst cases and money of its scope (one strategy, or all together), and the
 * order or change that wants to leave. Knows nothing of limits. Made and moved by the risk desk; read by risk checks. Longer
 * than most files because every figure that a check may ask for has its getter here.
 */
import type { Account } from './account.js';
import type { Book } from './book/book.js';
import type { CurrencyRates } from './currency.js';
import type { Instrument } from './instrument.js';
import { Side } from './market.js';
import type { OpenExposure } from './open-exposure.js';
import { type Order, OrderType } from './order.js';
import type { Nanos } from './time.js';

/** What the scopes of a run share. */
export interface RiskGround {
  readonly originNs: bigint;
  readonly instruments: readonly Instrument[];
  /** By strategy. */
  readonly accounts: readonly Account[];
  readonly exposure: OpenExposure;
  /** By instrument, as the strategies see them. */
  readonly books: readonly Book[];
  readonly rates: CurrencyRates;
  /** Last trade or close known locally, ticks, by instrument; `NaN` before the first. */
  readonly lastTicks: ArrayLike<number> | undefined;
}

/**
 * A scope as it stands. Positions are as the strategies know them; worst cases hold whatever the venue has done or will do
 * with what was sent, in whichever order: every open order fills or not, changes to a larger quantity are made or not,
 * reduce-only orders close what is there. Orders of which one cancels the other count both. Of all strategies together,
 * positions and net exposure are netted, gross exposure and the number of positions are added up: accounts are apart.
 */
export interface RiskScope {
  /** Local time of what is being looked at, ns since the run's origin: when the message leaves, or the answer came. */
  readonly nowNs: Nanos;
  /** int64 ns since 1970 UTC. */
  readonly originNs: bigint;
  readonly instruments: readonly Instrument[];
  /** What money is in. */
  readonly currency: string;
  /** The accounts of the scope's strategies. */
  readonly accounts: readonly Account[];
  /** Lots, negative when short. */
  positionLots(instrument: Instrument): number;
  /** Σ leaves of orders not finished. */
  openBuyLots(instrument: Instrument): number;
  openSellLots(instrument: Instrument): number;
  /** The position if everything that can raise it fills and nothing else; likewise the lowest. */
  highestLots(instrument: Instrument): number;
  lowestLots(instrument: Instrument): number;
  /**
   * The price that positions are valued at, ticks (a mid may end in a half): the local mid; where a side of the book is missing
   * the last trade or close known locally; else an account's last mark; `NaN` where there is none of them.
   */
  referenceTicks(instrument: Instrument): number;
  /** Lots at the reference price in `currency`, signed; 0 for no lots, `NaN` where there is no price or no rate. */
  value(instrument: Instrument, lots: number): number;
  /** Capital and profit at the reference prices. Throws `RangeError`, as accounts do, naming a currency without a rate. */
  readonly equity: number;
}

/** A scope, and what wants to leave: a new order, or a change of an open one (`change`). Borrowed for the length of a call. */
export class RiskState implements RiskScope {
  nowNs: Nanos = 0.5;
  readonly originNs: bigint;
  readonly instruments: readonly Instrument[];
  readonly accounts: readonly Account[];
  /** As it stands: of a change, `order` still shows what is to be changed. */
  order!: Order;
  change = false;
  /** The limit that it has or shall have; `NaN` where it takes any price. */
  limitTicks = 0.5;
  /** The stop or touch price that it was sent with, or shall have; `NaN` where there is none. */
  stopTicks = 0.5;
  /** A change of the stop or touch price. */
  stopMoves = false;
  /** Total quantity that it has or shall have. */
  qtyLots = 0.5;
  /** By how much what may fill grows: all of a new order, the excess of a change. */
  addedLots = 0.5;
  /** Indexes of the strategies in the scope. */
  readonly #strategies: readonly number[];
  readonly #ground: RiskGround;

  constructor(ground: RiskGround, strategies: readonly number[]) {
    this.#ground = ground;
    this.#strategies = strategies;
    this.originNs = ground.originNs;
    this.instruments = ground.instruments;
    this.accounts = strategies.map((strategy) => ground.accounts[strategy]!);
  }

  get currency(): string {
    return this.#ground.rates.currency;
  }

  get instrument(): Instrument {
    return this.order.instrument;
  }

  get side(): Side {
    return this.order.side;
  }

  /**
   * What it would fill at, as far as can be said: its limit; of stops and if-touched orders without one their stop; else the
   * opposite best; else the reference price; `NaN` where there is none.
   */
  get priceTicks(): number {
    if (!Number.isNaN(this.limitTicks)) return this.limitTicks;
    if (!Number.isNaN(this.stopTicks)) return this.stopTicks;
    const book = this.#ground.books[this.instrument.index]!;
    const opposite = this.side === Side.buy ? book.bestAskTicks : book.bestBidTicks;
    return Number.isNaN(opposite) ? this.referenceTicks(this.instrument) : opposite;
  }

  /** Its whole quantity at `priceTicks`, in `currency`, 0 or more; `NaN` where there is no price or no rate. */
  get notional(): number {
    return Math.abs(this.#money(this.instrument, this.qtyLots, this.priceTicks));
  }

  /** It waits for a price before it works: its limit says nothing of the market as it is. */
  get waits(): boolean {
    return this.order.type !== OrderType.limit && this.order.type !== OrderType.market;
  }

  /**
   * It can only bring its own strategy's position nearer to zero, or takes nothing more on: it is reduce-only; or all that may
   * fill on its side together with it does not turn the position round; or it is a change to less at the same price. A closing
   * order beside a resting one that closes the same position does not reduce: cancel that one first, or send reduce-only.
   */
  get reduces(): boolean {
    const { order, side } = this;
    if (order.terms.reduceOnly) return true;
    if (
      this.change &&
      this.qtyLots < order.qtyLots &&
      !this.stopMoves &&
      Object.is(this.limitTicks, order.priceTicks)
    ) {
      return true;
    }
    const { accounts, exposure } = this.#ground;
    const { strategy } = order;
    const { index } = order.instrument;
    const held = accounts[strategy]!.positionLots(index) * (side === Side.buy ? -1 : 1);
    const others = exposure.mayFillLots(strategy, index, side) + exposure.mayReduceLots(strategy, index, side);
    return held > 0 && others + this.addedLots <= held;
  }

  /** The position if what wants to leave fills, and everything else on its side. */
  get reachedLots(): number {
    return this.side === Side.buy ? this.#highest(this.instrument, true) : this.#lowest(this.instrument, true);
  }

  positionLots(instrument: Instrument): number {
    let lots = 0;
    for (let i = 0; i < this.accounts.length; i++) lots += this.accounts[i]!.positionLots(instrument.index);
    return lots;
  }

  openBuyLots(instrument: Instrument): number {
    return this.#open(instrument, Side.buy);
  }

  openSellLots(instrument: Instrument): number {
    return this.#open(instrument, Side.sell);
  }

  highestLots(instrument: Instrument): number {
    return this.#highest(instrument, false);
  }

  lowestLots(instrument: Instrument): number {
    return this.#lowest(instrument, false);
  }

  referenceTicks(instrument: Instrument): number {
    const { index } = instrument;
    const { books, lastTicks } = this.#ground;
    const mid = books[index]!.midTicks;
    if (!Number.isNaN(mid)) return mid;
    const last = lastTicks === undefined ? Number.NaN : lastTicks[index]!;
    if (!Number.isNaN(last)) return last;
    for (let i = 0; i < this.accounts.length; i++) {
      const mark = this.accounts[i]!.markTicks(index);
      if (!Number.isNaN(mark)) return mark;
    }
    return Number.NaN;
  }

  value(instrument: Instrument, lots: number): number {
    return this.#money(instrument, lots, this.referenceTicks(instrument));
  }

  /**
   * The largest Σ |value| over accounts and instruments that open orders can lead to; `reached`: with what wants to leave as
   * well. An instrument without a reference price is valued at the attempt's own price, if it is the attempt's.
   */
  grossExposure(reached: boolean): number {
    let total = 0;
    for (const instrument of this.instruments) {
      for (const strategy of this.#strategies) {
        const high = this.#highestOf(strategy, instrument, reached);
        const low = this.#lowestOf(strategy, instrument, reached);
        total += Math.abs(this.#worth(instrument, Math.max(Math.abs(high), Math.abs(low))));
      }
    }
    return total;
  }

  /** The highest Σ value, longs less shorts, that open orders can lead to; `reached` as above. */
  highestNetExposure(reached: boolean): number {
    let total = 0;
    for (const instrument of this.instruments) {
      const high = this.#worth(instrument, this.#highest(instrument, reached));
      total += Math.max(high, this.#worth(instrument, this.#lowest(instrument, reached)));
    }
    return total;
  }

  lowestNetExposure(reached: boolean): number {
    let total = 0;
    for (const instrument of this.instruments) {
      const high = this.#worth(instrument, this.#highest(instrument, reached));
      total += Math.min(high, this.#worth(instrument, this.#lowest(instrument, reached)));
    }
    return total;
  }

  /** Positions that are open or that open orders can open; `reached`: with what wants to leave as well. */
  openPositions(reached: boolean): number {
    let count = 0;
    for (const instrument of this.instruments) {
      for (const strategy of this.#strategies) {
        const high = this.#highestOf(strategy, instrument, reached);
        if (high !== 0 || this.#lowestOf(strategy, instrument, reached) !== 0) count++;
      }
    }
    return count;
  }

  get equity(): number {
    let total = 0;
    for (const account of this.accounts) {
      total += account.equity;
      for (const instrument of this.instruments) {
        const lots = account.positionLots(instrument.index);
        if (lots === 0) continue;
        // Accounts are marked now and then; what the price has done since is added, and the account stays as it is.
        const earned = instrument.profit(lots, account.markTicks(instrument.index), this.referenceTicks(instrument));
        const { rates } = this.#ground;
        total += rates.convert(earned, rates.id(instrument.settle));
      }
    }
    return total;
  }

  #open(instrument: Instrument, side: Side): number {
    let lots = 0;
    for (const strategy of this.#strategies) lots += this.#ground.exposure.openLots(strategy, instrument.index, side);
    return lots;
  }

  #highest(instrument: Instrument, reached: boolean): number {
    let lots = 0;
    for (const strategy of this.#strategies) lots += this.#highestOf(strategy, instrument, reached);
    return lots;
  }

  #lowest(instrument: Instrument, reached: boolean): number {
    let lots = 0;
    for (const strategy of this.#strategies) lots += this.#lowestOf(strategy, instrument, reached);
    return lots;
  }

  /** Reduce-only buys bring a short position up to zero at most; then the other buys fill. */
  #highestOf(strategy: number, instrument: Instrument, reached: boolean): number {
    const { accounts, exposure } = this.#ground;
    const { index } = instrument;
    const position = accounts[strategy]!.positionLots(index);
    let buys = exposure.mayFillLots(strategy, index, Side.buy);
    let reduces = exposure.mayReduceLots(strategy, index, Side.buy);
    if (reached && this.#adds(strategy, instrument, Side.buy)) {
      if (this.order.terms.reduceOnly) reduces += this.addedLots;
      else buys += this.addedLots;
    }
    return (position < 0 ? Math.min(0, position + reduces) : position) + buys;
  }

  #lowestOf(strategy: number, instrument: Instrument, reached: boolean): number {
    const { accounts, exposure } = this.#ground;
    const { index } = instrument;
    const position = accounts[strategy]!.positionLots(index);
    let sells = exposure.mayFillLots(strategy, index, Side.sell);
    let reduces = exposure.mayReduceLots(strategy, index, Side.sell);
    if (reached && this.#adds(strategy, instrument, Side.sell)) {
      if (this.order.terms.reduceOnly) reduces += this.addedLots;
      else sells += this.addedLots;
    }
    return (position > 0 ? Math.max(0, position - reduces) : position) - sells;
  }

  #adds(strategy: number, instrument: Instrument, side: Side): boolean {
    const { order } = this;
    return order.strategy === strategy && order.instrument === instrument && order.side === side;
  }

  /** As `value`, but at the attempt's own price where its instrument has no other. */
  #worth(instrument: Instrument, lots: number): number {
    if (lots === 0) return 0;
    const ticks = this.referenceTicks(instrument);
    const own = Number.isNaN(ticks) && this.order?.instrument === instrument;
    return this.#money(instrument, lots, own ? this.priceTicks : ticks);
  }

  #money(instrument: Instrument, lots: number, priceTicks: number): number {
    if (lots === 0) return 0;
    if (instrument.inverse && !(priceTicks > 0)) return Number.NaN;
    return this.#convert(instrument, instrument.notional(priceTicks, lots));
  }

  /** `NaN` while the currency has no rate. */
  #convert(instrument: Instrument, amount: number): number {
    const { rates } = this.#ground;
    // Most runs have one currency, and its rate is 1.
    return instrument.settle === rates.currency ? amount : amount * rates.rate(instrument.settle);
  }
}
