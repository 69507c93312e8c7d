/**
 * Where in the line an own order stands, guessed from level-2 data. Knows nothing of latency, fees or accounts.
 * Called by the simulated venue.
 * contract: QueuePositionModel.
 *
 * The models and formulas are hftbacktest's (`models/queue.rs`); the probability forms go back to
 * Rigtorp (2013), "Estimating order queue position" (https://rigtorp.se/2013/06/08/estimating-order-queue-position.html).
 */
import type { Instrument } from '../core/instrument.js';
import type { ModelRun } from './model-run.js';
import type { WorkingOrders } from './working-orders.js';

/**
 * Decides how much is ahead of an own order, and when its turn has come.
 *
 * Called when an order joins a level, for every trade at its price and for every change of its level on its own side
 * (`levelLots` and `afterLots`: what the book displays, own orders not included);
 * on the hot path, so it must not allocate. Quantities in whole lots. State lives in the order's slot: `orders.aheadLots`,
 * `orders.tradedLots` and `orders.levelLots` are the model's to use. A fill needs {@link QueuePositionModel.reachedLots} > 0.
 * Own orders that display nothing are not asked about: they come after all that is displayed.
 * Read {@link riskAverseQueue} first. Conformance: test/contracts/queue-position.contract.ts.
 * One of your own: docs/how-to/queue-position-model.md.
 */
export interface QueuePositionModel {
  /**
   * The order joined the end of a level that displays `levelLots` of others: as a new order, or again, because it lost its
   * place. `improves`: its price is better than the venue's best of its side without own orders, or there is none.
   * `orders.joinSequence[slot]` > 0 says that the instrument's data is order by order.
   */
  join(orders: WorkingOrders, slot: number, levelLots: number, instrument: Instrument, improves: boolean): void;
  /** `qtyLots` traded at the order's price, against its side. */
  traded(orders: WorkingOrders, slot: number, qtyLots: number): void;
  /**
   * The level went from `beforeLots` to `afterLots` (also when nothing changed). `beforeLots` is 0 where the level came into
   * sight again, after a snapshot or a better quote: that is no reason for an order to lose its place.
   */
  levelChanged(
    orders: WorkingOrders,
    slot: number,
    beforeLots: number,
    afterLots: number,
    instrument: Instrument,
  ): void;
  /** Whole lots that have traded past the order since it was first in line; asking uses them up. */
  reachedLots(orders: WorkingOrders, slot: number): number;
  /**
   * Order by order data: an order at the same level, `ahead` of ours or behind it, lost lots, by an execution or because
   * its owner took them away. A model that has this hears of such instruments by it, instead of `levelChanged`, and by
   * `traded` only of trades that are of no order in the book (hidden ones).
   */
  orderReduced?(orders: WorkingOrders, slot: number, ahead: boolean, qtyLots: number, executed: boolean): void;
  /**
   * Every order at a price takes part in a trade at once (pro rata): each own order hears of the whole of it, first in line
   * first, and only then is any of them asked what reached it. Left out: they stand in line, and each hears of what the own
   * orders before it left.
   */
  readonly proRata?: boolean;
  /** Models that remember or draw: a fresh one for a run. */
  forRun?(run: ModelRun): QueuePositionModel;
}

/**
 * Risk averse: only trades move the order forward; when the level shrinks, everybody behind us left first. The order
 * moves up only when the level holds less than was ahead.
 */
export function riskAverseQueue(): QueuePositionModel {
  return new RiskAverseQueue();
}

/** A class rather than closures, as {@link ProbabilityQueue}: V8 inlines methods across runs, not fresh closures. */
class RiskAverseQueue implements QueuePositionModel {
  join(orders: WorkingOrders, slot: number, levelLots: number): void {
    joinBehindLevel(orders, slot, levelLots);
  }

  traded(orders: WorkingOrders, slot: number, qtyLots: number): void {
    orders.aheadLots[slot]! -= qtyLots;
  }

  levelChanged(orders: WorkingOrders, slot: number, _beforeLots: number, afterLots: number): void {
    orders.aheadLots[slot] = Math.min(orders.aheadLots[slot]!, afterLots);
  }

  reachedLots(orders: WorkingOrders, slot: number): number {
    return reachedLots(orders, slot);
  }
}

/**
 * Share of a level's decrease that happened behind the order, from the quantities behind and ahead of it, both in
 * decimal units of the instrument. An infinite result counts as 1; `NaN` (0 / 0) puts the whole level ahead.
 */
export type BehindProbability = (behind: number, ahead: number) => number;

/** What all the probability forms may be told. */
export interface ProbabilityQueueOptions {
  /**
   * Cancels alone move an order to the front at most (default: false, hftbacktest's way: the quantity ahead may go below 0,
   * and the next trade then reaches the order by more lots than it traded).
   */
  readonly clampAtZero?: boolean;
}

/** b^n / (b^n + f^n), with b behind and f ahead (hftbacktest: PowerProbQueueFunc). `exponent` n > 0. */
export function powerQueue(exponent: number, options?: ProbabilityQueueOptions): QueuePositionModel {
  positive('power', exponent);
  // The usual exponents by multiplication: `**` takes ten times as long, and this is asked for every row at our price.
  if (exponent === 2) return probabilityQueue((b, f) => (b * b) / (b * b + f * f), options);
  if (exponent === 3) {
    return probabilityQueue((b, f) => {
      const cube = b * b * b;
      return cube / (cube + f * f * f);
    }, options);
  }
  return probabilityQueue((b, f) => b ** exponent / (b ** exponent + f ** exponent), options);
}

/** (b^n) / (b + f)^n (hftbacktest: PowerProbQueueFunc2). */
export function powerBackQueue(exponent: number, options?: ProbabilityQueueOptions): QueuePositionModel {
  positive('power-back', exponent);
  return probabilityQueue((b, f) => b ** exponent / (b + f) ** exponent, options);
}

/** 1 − (f / (f + b))^n (hftbacktest: PowerProbQueueFunc3). */
export function powerFrontQueue(exponent: number, options?: ProbabilityQueueOptions): QueuePositionModel {
  positive('power-front', exponent);
  return probabilityQueue((b, f) => 1 - (f / (f + b)) ** exponent, options);
}

/** ln(1 + b) / (ln(1 + b) + ln(1 + f)) (hftbacktest: LogProbQueueFunc). Depends on the unit of quantity. */
export function logQueue(options?: ProbabilityQueueOptions): QueuePositionModel {
  return probabilityQueue((b, f) => Math.log(1 + b) / (Math.log(1 + b) + Math.log(1 + f)), options);
}

/** ln(1 + b) / ln(1 + b + f) (hftbacktest: LogProbQueueFunc2). Depends on the unit of quantity. */
export function logBackQueue(options?: ProbabilityQueueOptions): QueuePositionModel {
  return probabilityQueue((b, f) => Math.log(1 + b) / Math.log(1 + b + f), options);
}

/**
 * A level's decrease beyond what traded is split: the share `behind` of it left behind the order, the rest ahead.
 * Unless {@link ProbabilityQueueOptions.clampAtZero} is set, a later trade of one lot may reach the order by more.
 */
export function probabilityQueue(behind: BehindProbability, options: ProbabilityQueueOptions = {}): QueuePositionModel {
  return new ProbabilityQueue(behind, options.clampAtZero === true ? 0 : Number.NEGATIVE_INFINITY);
}

class ProbabilityQueue implements QueuePositionModel {
  readonly #behind: BehindProbability;
  /** Changes of the level bring the quantity ahead no further down than this. */
  readonly #leastLots: number;

  constructor(behind: BehindProbability, leastLots: number) {
    this.#behind = behind;
    this.#leastLots = leastLots;
  }

  join(orders: WorkingOrders, slot: number, levelLots: number): void {
    joinBehindLevel(orders, slot, levelLots);
  }

  traded(orders: WorkingOrders, slot: number, qtyLots: number): void {
    orders.aheadLots[slot]! -= qtyLots;
    orders.tradedLots[slot]! += qtyLots;
  }

  levelChanged(
    orders: WorkingOrders,
    slot: number,
    beforeLots: number,
    afterLots: number,
    instrument: Instrument,
  ): void {
    const ahead = orders.aheadLots[slot]!;
    const left = beforeLots - afterLots - orders.tradedLots[slot]!;
    orders.tradedLots[slot] = 0;
    if (left < 0) {
      orders.aheadLots[slot] = Math.min(ahead, afterLots);
      return;
    }
    const back = beforeLots - ahead;
    let share = this.#behind(back / instrument.lotsPerUnit, ahead / instrument.lotsPerUnit);
    if (share === Infinity || share === -Infinity) share = 1;
    const moved = ahead - (1 - share) * left + Math.min(back - share * left, 0);
    // A share of NaN makes `moved` NaN: then the level as it is now is all that is known.
    const aheadNow = Number.isNaN(moved) ? afterLots : Math.min(moved, afterLots);
    orders.aheadLots[slot] = Math.max(aheadNow, this.#leastLots);
  }

  reachedLots(orders: WorkingOrders, slot: number): number {
    return reachedLots(orders, slot);
  }
}

function joinBehindLevel(orders: WorkingOrders, slot: number, levelLots: number): void {
  orders.aheadLots[slot] = levelLots;
  orders.tradedLots[slot] = 0;
}

/** round(−ahead) when that is above 0 (halves away from 0); the order is then first in line with nothing left over. */
function reachedLots(orders: WorkingOrders, slot: number): number {
  const ahead = orders.aheadLots[slot]!;
  if (ahead > -0.5) return 0;
  orders.aheadLots[slot] = 0;
  return Math.floor(-ahead + 0.5);
}

function positive(name: string, exponent: number): void {
  if (!(exponent > 0) || exponent === Infinity) {
    throw new RangeError(`queue model ${name}: exponent ${exponent} is not a number above 0`);
  }
}
