/**
 * Where in the line an own order stands, guessed from level-2 data. Knows nothing of latency, fees or accounts.
 * Called by the simulated venue.
 * contract: QueuePositionModel.
 *
 * The models and formulas are hftbacktest's (`models/queue.rs`); the probability forms go back to
 * Rigtorp (2013), "Estimating order queue position" (https://rigtorp.se/2013/06/08/estimating-order-queue-position.html).
 */
import type { Instrument } from '../core/instrument.js';
import type { WorkingOrders } from './working-orders.js';

/**
 * Decides how much is ahead of an own order, and when its turn has come.
 *
 * Called when an order joins a level, for every trade at its price and for every change of its level on its own side;
 * on the hot path, so it must not allocate. Quantities in lots. State lives in the order's slot: `orders.aheadLots` and
 * `orders.tradedLots` are the model's to use. A fill needs {@link QueuePositionModel.reachedLots} > 0.
 * Read {@link riskAverseQueue} first. Conformance: test/contracts/queue-position.contract.ts.
 */
export interface QueuePositionModel {
  /** The order joined a level that displays `levelLots` of others. */
  join(orders: WorkingOrders, slot: number, levelLots: number, instrument: Instrument): void;
  /** `qtyLots` traded at the order's price, against its side. */
  traded(orders: WorkingOrders, slot: number, qtyLots: number): void;
  /** The level went from `beforeLots` to `afterLots` (also when nothing changed). */
  levelChanged(
    orders: WorkingOrders,
    slot: number,
    beforeLots: number,
    afterLots: number,
    instrument: Instrument,
  ): void;
  /** Whole lots that have traded past the order since it was first in line; asking uses them up. */
  reachedLots(orders: WorkingOrders, slot: number): number;
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

/** b^n / (b^n + f^n), with b behind and f ahead (hftbacktest: PowerProbQueueFunc). `exponent` n > 0. */
export function powerQueue(exponent: number): QueuePositionModel {
  positive('power', exponent);
  // The usual exponents by multiplication: `**` takes ten times as long, and this is asked for every row at our price.
  if (exponent === 2) return probabilityQueue((b, f) => (b * b) / (b * b + f * f));
  if (exponent === 3) {
    return probabilityQueue((b, f) => {
      const cube = b * b * b;
      return cube / (cube + f * f * f);
    });
  }
  return probabilityQueue((b, f) => b ** exponent / (b ** exponent + f ** exponent));
}

/** (b^n) / (b + f)^n (hftbacktest: PowerProbQueueFunc2). */
export function powerBackQueue(exponent: number): QueuePositionModel {
  positive('power-back', exponent);
  return probabilityQueue((b, f) => b ** exponent / (b + f) ** exponent);
}

/** 1 − (f / (f + b))^n (hftbacktest: PowerProbQueueFunc3). */
export function powerFrontQueue(exponent: number): QueuePositionModel {
  positive('power-front', exponent);
  return probabilityQueue((b, f) => 1 - (f / (f + b)) ** exponent);
}

/** ln(1 + b) / (ln(1 + b) + ln(1 + f)) (hftbacktest: LogProbQueueFunc). Depends on the unit of quantity. */
export function logQueue(): QueuePositionModel {
  return probabilityQueue((b, f) => Math.log(1 + b) / (Math.log(1 + b) + Math.log(1 + f)));
}

/** ln(1 + b) / ln(1 + b + f) (hftbacktest: LogProbQueueFunc2). Depends on the unit of quantity. */
export function logBackQueue(): QueuePositionModel {
  return probabilityQueue((b, f) => Math.log(1 + b) / Math.log(1 + b + f));
}

/**
 * A level's decrease beyond what traded is split: the share `behind` of it left behind the order, the rest ahead.
 * The quantity ahead is not kept above 0 (hftbacktest's way: cancels alone can take it below), so that a later trade of
 * one lot may reach the order by more.
 */
export function probabilityQueue(behind: BehindProbability): QueuePositionModel {
  return new ProbabilityQueue(behind);
}

class ProbabilityQueue implements QueuePositionModel {
  readonly #behind: BehindProbability;

  constructor(behind: BehindProbability) {
    this.#behind = behind;
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
    orders.aheadLots[slot] = Number.isNaN(moved) ? afterLots : Math.min(moved, afterLots);
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
