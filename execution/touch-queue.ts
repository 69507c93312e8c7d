/**
 * Queue models that look at no queue: always first, always last, or by chance. Knows nothing of what is displayed.
 * Called by the matching engine.
 */
import type { RandomStream } from '../core/random.js';
import type { ModelRun } from './model-run.js';
import type { QueuePositionModel } from './queue-position.js';
import type { WorkingOrders } from './working-orders.js';

/**
 * Always first in line: every trade at the price reaches the order. The do-nothing model. As optimistic as can be without
 * filling at prices that never traded, so a result under this model is an upper bound.
 */
export function frontQueue(): QueuePositionModel {
  return new FrontQueue();
}

class FrontQueue implements QueuePositionModel {
  join(orders: WorkingOrders, slot: number): void {
    orders.aheadLots[slot] = 0;
    orders.tradedLots[slot] = 0;
  }

  traded(orders: WorkingOrders, slot: number, qtyLots: number): void {
    orders.tradedLots[slot]! += qtyLots;
  }

  levelChanged(): void {}

  reachedLots(orders: WorkingOrders, slot: number): number {
    const reached = orders.tradedLots[slot]!;
    orders.tradedLots[slot] = 0;
    return reached;
  }
}

/**
 * Always last in line: no trade at the price ever reaches the order, only what goes through it fills it (LEAN's rule for
 * equity limits, "last in queue"). As pessimistic as can be: a lower bound.
 */
export function backQueue(): QueuePositionModel {
  return new BackQueue();
}

class BackQueue implements QueuePositionModel {
  join(orders: WorkingOrders, slot: number, levelLots: number): void {
    orders.aheadLots[slot] = levelLots;
  }

  traded(): void {}

  levelChanged(orders: WorkingOrders, slot: number, _beforeLots: number, afterLots: number): void {
    orders.aheadLots[slot] = afterLots;
  }

  reachedLots(): number {
    return 0;
  }
}

export interface TouchQueueOptions {
  /** Chance that a trade at the price reaches the order, 0 … 1. */
  readonly probability: number;
}

/**
 * By chance: each trade at the price reaches each order with the same probability, whatever is displayed; one draw for each
 * order that hears of a trade, from the stream `venue/touch-queue` (NautilusTrader's `prob_fill_on_limit`, which draws for
 * each datum). For data without quantities. Unrealistic in that waiting does not move an order forward. Throws
 * `RangeError` for a probability out of range.
 */
export function touchQueue({ probability }: TouchQueueOptions): QueuePositionModel {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`touch queue: probability ${probability} is not between 0 and 1`);
  }
  return new TouchQueue(probability, undefined);
}

class TouchQueue extends FrontQueue {
  readonly #probability: number;
  readonly #random: RandomStream | undefined;

  constructor(probability: number, random: RandomStream | undefined) {
    super();
    this.#probability = probability;
    this.#random = random;
  }

  forRun(run: ModelRun): QueuePositionModel {
    return new TouchQueue(this.#probability, run.random.stream(`${run.streamPrefix}/touch-queue`));
  }

  override traded(orders: WorkingOrders, slot: number, qtyLots: number): void {
    if (this.#random === undefined) throw new Error('touch queue: it draws, so use what its forRun returns');
    if (this.#random.uniform() < this.#probability) orders.tradedLots[slot]! += qtyLots;
  }
}
