/** A queue model of one's own: a cancel is of one order, which was ahead of ours or behind; which of the two is drawn. */
import type { RandomStream } from 'tickwright/core';
import type { ModelRun, QueuePositionModel, WorkingOrders } from 'tickwright/execution';

/** Cancels are ahead of an order with the chance that the quantity ahead has in the level. */
export function drawnQueue(): QueuePositionModel {
  return new DrawnQueue(undefined);
}

/** A class, and its methods allocate nothing: they are called for every row at an own price. */
class DrawnQueue implements QueuePositionModel {
  readonly #random: RandomStream | undefined;

  constructor(random: RandomStream | undefined) {
    this.#random = random;
  }

  /** It draws, so each run gets one of its own, with a stream of its own. A model without draws or memory leaves this out. */
  forRun(run: ModelRun): QueuePositionModel {
    return new DrawnQueue(run.random.stream(`${run.streamPrefix}/drawn-queue`));
  }

  join(orders: WorkingOrders, slot: number, levelLots: number): void {
    orders.aheadLots[slot] = levelLots;
    orders.tradedLots[slot] = 0;
  }

  traded(orders: WorkingOrders, slot: number, qtyLots: number): void {
    orders.aheadLots[slot]! -= qtyLots;
    orders.tradedLots[slot]! += qtyLots;
  }

  levelChanged(orders: WorkingOrders, slot: number, beforeLots: number, afterLots: number): void {
    // What traded is part of the decrease, and was taken off already.
    const cancelled = beforeLots - afterLots - orders.tradedLots[slot]!;
    orders.tradedLots[slot] = 0;
    let ahead = orders.aheadLots[slot]!;
    if (cancelled > 0 && this.#random!.uniform() * (afterLots + cancelled) < ahead) ahead -= cancelled;
    // Never below 0 by cancels, and never more than there is.
    orders.aheadLots[slot] = Math.min(Math.max(ahead, 0), afterLots);
  }

  /** What went past the front of the line; then the order is first in line, with nothing left over. */
  reachedLots(orders: WorkingOrders, slot: number): number {
    const passed = Math.max(0, -orders.aheadLots[slot]!);
    if (passed > 0) orders.aheadLots[slot] = 0;
    return passed;
  }
}
