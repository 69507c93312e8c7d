/**
 * Exchanges that share a trade among all orders at its price, by size rather than by time. Knows nothing of who the others
 * are. Called by the matching engine.
 */
import type { ModelRun } from './model-run.js';
import type { QueuePositionModel } from './queue-position.js';
import { type Remainder, TradeSplit } from './trade-split.js';
import { wholeBelow } from './whole-numbers.js';
import type { WorkingOrders } from './working-orders.js';

export interface ProRataOptions {
  /** Who gets the lots that rounding down leaves over (default `time`). `largest` takes n² for n own orders at a price. */
  readonly remainder?: Remainder;
  /** Shares below this are rounded to 0 and go to the remainder (default 1; CME's pro rata: 2). Whole, ≥ 1. */
  readonly minimumLots?: number;
}

/**
 * Pro rata: of a trade of Q lots each order gets floor(Q × its lots / all lots at the price), and what rounding leaves over
 * goes by {@link ProRataOptions.remainder}: never a lot is lost, so that own orders and the others together get exactly Q
 * (all of theirs when Q is more). An iceberg takes part with what it shows.
 *
 * Of the others only sums are known: those between two own orders (in time) count as one. Their share of a trade is taken
 * off what is displayed until the book says what is. Who of them cancelled is not known: an order moves up in time, which
 * matters for the remainder alone, when less is displayed than was ahead.
 * Throws `RangeError` naming the option and the value.
 */
export function proRataQueue(options: ProRataOptions = {}): QueuePositionModel {
  return new ProRataQueue(ruleOf('pro-rata queue', options));
}

export interface TopOrderProRataOptions extends ProRataOptions {
  /** The top order gets this share of a trade at most, above 0 … 1 (default 1), */
  readonly topShare?: number;
  /** and no more than so many lots of it (default: no limit). Whole, ≥ 1. */
  readonly topMaxLots?: number;
}

/**
 * Pro rata with top-order priority (CME's "TOP" step, FLOX's `TOP_PRO_LMM`): the order that set a new best price is served
 * first, up to a cap for each trade; with what is left of it, it takes part in the rest as any other, see
 * {@link proRataQueue}.
 *
 * Ours is the top order when it joined an empty level at a better price than the best of others and of our own, and stays it
 * until it is filled or loses its place (a new price; more lots, also when it stands alone). If ours is not, one of those
 * ahead of all own orders is taken to be, however large: that is the cautious guess.
 * Throws `RangeError` naming the option and the value.
 */
export function topOrderProRataQueue(options: TopOrderProRataOptions = {}): QueuePositionModel {
  const { topShare = 1, topMaxLots = Infinity } = options;
  const name = 'top-order pro-rata queue';
  if (!(topShare > 0 && topShare <= 1)) {
    throw new RangeError(`${name}: topShare ${topShare} is not a fraction above 0 and up to 1`);
  }
  if (topMaxLots !== Infinity) wholeAboveZero(name, 'topMaxLots', topMaxLots);
  return new ProRataQueue({ ...ruleOf(name, options), topShare, topMaxLots });
}

export interface SizeWeightedOptions {
  /** n in size^n, above 0 … 10: 1 is pro rata, more favours large orders, less small ones. */
  readonly exponent: number;
  /** What the others' orders hold on average, lots > 0. */
  readonly typicalLots: number;
}

/**
 * Shares by size^n: an order of s lots has weight s^n; others that display d lots are taken for d / t orders of t =
 * `typicalLots`, so that they weigh d × t^(n − 1) together. Of a trade of Q lots each gets
 * min(its lots, floor(Q × weight / all weights)); what rounding and full orders leave over goes to the oldest first.
 * With n = 1 it is {@link proRataQueue}. Throws `RangeError` naming the option and the value.
 */
export function sizeWeightedQueue({ exponent, typicalLots }: SizeWeightedOptions): QueuePositionModel {
  const name = 'size-weighted queue';
  if (!(exponent > 0 && exponent <= 10)) {
    throw new RangeError(`${name}: exponent ${exponent} is not above 0 and up to 10`);
  }
  if (!(typicalLots > 0 && typicalLots < Infinity)) {
    throw new RangeError(`${name}: typicalLots ${typicalLots} is not a number above 0`);
  }
  return new ProRataQueue({ ...ruleOf(name, {}), exponent, othersFactor: typicalLots ** (exponent - 1) });
}

interface Rule {
  readonly remainder: Remainder;
  readonly minimumLots: number;
  /** Weight of s own lots: s^exponent; of d displayed lots of others: d × othersFactor. */
  readonly exponent: number;
  readonly othersFactor: number;
  /** 0 = no order has priority. */
  readonly topShare: number;
  readonly topMaxLots: number;
}

class ProRataQueue implements QueuePositionModel {
  readonly proRata = true;
  readonly #rule: Rule;
  readonly #split: TradeSplit;
  /** By slot. */
  readonly #top: boolean[] = [];
  /** By instrument × 2 + side − 1: the last own top order and its price, which is not made top by losing its place. */
  readonly #topId: number[] = [];
  readonly #topTicks: number[] = [];

  constructor(rule: Rule) {
    this.#rule = rule;
    this.#split = new TradeSplit(rule.remainder, rule.minimumLots);
  }

  forRun(_run: ModelRun): QueuePositionModel {
    return new ProRataQueue(this.#rule);
  }

  join(orders: WorkingOrders, slot: number, levelLots: number, _instrument: unknown, improves: boolean): void {
    orders.aheadLots[slot] = levelLots;
    orders.levelLots[slot] = levelLots;
    orders.tradedLots[slot] = 0;
    if (this.#rule.topShare > 0) this.#top[slot] = improves && levelLots === 0 && this.#setsPrice(orders, slot);
  }

  #setsPrice(orders: WorkingOrders, slot: number): boolean {
    const [instrument, side, tick] = [orders.instrument[slot]!, orders.side[slot]!, orders.priceTicks[slot]!];
    if (orders.previous[slot]! >= 0 || orders.bestTick(instrument, side) !== tick) return false;
    const at = instrument * 2 + side - 1;
    const id = orders.orderId[slot]!;
    if (this.#topId[at] === id && this.#topTicks[at] === tick) return false;
    this.#topId[at] = id;
    this.#topTicks[at] = tick;
    return true;
  }

  /** The first in line that shows something shares the trade for all; `tradedLots` is what each of them gets. */
  traded(orders: WorkingOrders, slot: number, qtyLots: number): void {
    if (orders.shownLots[slot] === 0) return;
    for (let before = orders.previous[slot]!; before >= 0; before = orders.previous[before]!) {
      if (orders.shownLots[before]! > 0) return;
    }
    this.#share(orders, slot, qtyLots);
  }

  #share(orders: WorkingOrders, first: number, qtyLots: number): void {
    const split = this.#split;
    const { exponent, othersFactor } = this.#rule;
    const level = orders.levelLots[first]!;
    const ours = this.#top[first] === true;
    const topLots = this.#topLots(orders, first, qtyLots);
    split.clear();
    let seen = 0;
    let othersTop = ours ? 0 : topLots;
    let oursTop = ours ? topLots : 0;
    for (let slot = first; slot >= 0; slot = orders.next[slot]!) {
      const shown = shownLots(orders, slot);
      if (shown === 0) continue;
      const ahead = aheadWithin(orders, slot, seen, level);
      const others = ahead - seen - othersTop;
      const own = shown - oursTop;
      split.add(others, others * othersFactor);
      split.add(own, exponent === 1 ? own : own ** exponent);
      [seen, othersTop, oursTop] = [ahead, 0, 0];
    }
    split.add(level - seen, (level - seen) * othersFactor);
    split.share(qtyLots - topLots);
    this.#handOut(orders, first, ours, topLots);
  }

  /** Writes what {@link TradeSplit} found into the columns; the same walk as that of `#share`. */
  #handOut(orders: WorkingOrders, first: number, ours: boolean, topLots: number): void {
    const { given } = this.#split;
    const level = orders.levelLots[first]!;
    let seen = 0;
    let othersGiven = ours ? 0 : topLots;
    let oursTop = ours ? topLots : 0;
    let party = 0;
    for (let slot = first; slot >= 0; slot = orders.next[slot]!) {
      if (shownLots(orders, slot) === 0) continue;
      seen = aheadWithin(orders, slot, seen, level);
      othersGiven += given[party++]!;
      orders.aheadLots[slot] = seen - othersGiven;
      orders.tradedLots[slot] = given[party++]! + oursTop;
      oursTop = 0;
    }
    othersGiven += given[party]!;
    for (let slot = first; slot >= 0; slot = orders.next[slot]!) orders.levelLots[slot] = level - othersGiven;
  }

  /** Lots of the trade that go to the top order, ours or another's, before all else. */
  #topLots(orders: WorkingOrders, first: number, qtyLots: number): number {
    const { topShare, topMaxLots } = this.#rule;
    if (topShare === 0) return 0;
    const lots = this.#top[first] ? shownLots(orders, first) : aheadWithin(orders, first, 0, orders.levelLots[first]!);
    return Math.min(lots, topMaxLots, wholeBelow(qtyLots * topShare));
  }

  levelChanged(orders: WorkingOrders, slot: number, _beforeLots: number, afterLots: number): void {
    orders.levelLots[slot] = afterLots;
    orders.aheadLots[slot] = Math.min(orders.aheadLots[slot]!, afterLots);
  }

  reachedLots(orders: WorkingOrders, slot: number): number {
    const reached = orders.tradedLots[slot]!;
    orders.tradedLots[slot] = 0;
    return reached;
  }
}

/** What takes part in a trade: hidden orders show nothing, icebergs a part. */
function shownLots(orders: WorkingOrders, slot: number): number {
  return Math.min(orders.shownLots[slot]!, orders.leavesLots[slot]!);
}

/** Others ahead of an order, made to fit: no fewer than ahead of the own order before it, no more than there are. */
function aheadWithin(orders: WorkingOrders, slot: number, seenLots: number, levelLots: number): number {
  return Math.min(Math.max(orders.aheadLots[slot]!, seenLots), levelLots);
}

function ruleOf(name: string, { remainder = 'time', minimumLots = 1 }: ProRataOptions): Rule {
  if (remainder !== 'time' && remainder !== 'largest') {
    throw new RangeError(`${name}: remainder ${remainder} is neither time nor largest`);
  }
  wholeAboveZero(name, 'minimumLots', minimumLots);
  return { remainder, minimumLots, exponent: 1, othersFactor: 1, topShare: 0, topMaxLots: Infinity };
}

function wholeAboveZero(name: string, option: string, lots: number): void {
  if (Number.isSafeInteger(lots) && lots > 0) return;
  throw new RangeError(`${name}: ${option} ${lots} is not a whole number of lots above 0`);
}
