/**
 * First in, first out, exact: order by order data says which order lost lots, and the sequence of joins says whether it was
 * ahead. Knows nothing of books. Called by the matching engine.
 */
import type { Instrument } from '../core/instrument.js';
import type { ModelRun } from './model-run.js';
import type { QueuePositionModel } from './queue-position.js';
import type { WorkingOrders } from './working-orders.js';

export interface OrderQueueOptions {
  /** Takes the orders of instruments without order by order data. Left out: the first such order stops the run. */
  readonly otherwise?: QueuePositionModel;
}

/**
 * Price-time priority on order by order (L3) data. All that is displayed when the order joins is ahead of it; of that,
 * executions and cancels are taken off one by one, and a cancel behind changes nothing. An execution of an order behind ours
 * would have been ours: it reaches us. A hidden order that is executed at our price while something displayed is still ahead
 * of us says nothing of us (displayed orders go first); with nothing ahead, it is ours.
 *
 * Unrealistic where others would have reacted to our order; and of a real order behind ours whose execution we took, nothing
 * is left in the line, because the recorded market took it away. After hftbacktest's `L3FIFOQueueModel`.
 *
 * Throws `RangeError` when `otherwise` is a pro-rata model (an exchange fills by one rule), and, from `join`, for an
 * instrument without order by order data when there is no `otherwise`.
 */
export function orderQueue({ otherwise }: OrderQueueOptions = {}): QueuePositionModel {
  if (otherwise?.proRata) {
    throw new RangeError('order queue: otherwise is a pro-rata model, which shares trades instead of standing in line');
  }
  return new OrderQueue(otherwise);
}

class OrderQueue implements QueuePositionModel {
  readonly #otherwise: QueuePositionModel | undefined;

  constructor(otherwise: QueuePositionModel | undefined) {
    this.#otherwise = otherwise;
  }

  forRun(run: ModelRun): QueuePositionModel {
    return new OrderQueue(this.#otherwise?.forRun?.(run) ?? this.#otherwise);
  }

  join(orders: WorkingOrders, slot: number, levelLots: number, instrument: Instrument, improves: boolean): void {
    if (orders.joinSequence[slot] === 0) {
      this.#other(instrument).join(orders, slot, levelLots, instrument, improves);
      return;
    }
    orders.aheadLots[slot] = levelLots;
    orders.tradedLots[slot] = 0;
  }

  /** Of an instrument with order by order data: a hidden order was executed. */
  traded(orders: WorkingOrders, slot: number, qtyLots: number): void {
    if (orders.joinSequence[slot] === 0) this.#otherwise!.traded(orders, slot, qtyLots);
    else if (orders.aheadLots[slot] === 0) orders.tradedLots[slot]! += qtyLots;
  }

  levelChanged(
    orders: WorkingOrders,
    slot: number,
    beforeLots: number,
    afterLots: number,
    instrument: Instrument,
  ): void {
    // The level as a whole says nothing that its orders have not said.
    if (orders.joinSequence[slot] === 0) {
      this.#otherwise!.levelChanged(orders, slot, beforeLots, afterLots, instrument);
    }
  }

  orderReduced(orders: WorkingOrders, slot: number, ahead: boolean, qtyLots: number, executed: boolean): void {
    if (ahead) orders.aheadLots[slot]! -= qtyLots;
    else if (executed) orders.tradedLots[slot]! += qtyLots;
  }

  reachedLots(orders: WorkingOrders, slot: number): number {
    if (orders.joinSequence[slot] === 0) return this.#otherwise!.reachedLots(orders, slot);
    const reached = orders.tradedLots[slot]!;
    orders.tradedLots[slot] = 0;
    return reached;
  }

  #other(instrument: Instrument): QueuePositionModel {
    if (this.#otherwise !== undefined) return this.#otherwise;
    throw new RangeError(
      `order queue: ${instrument.symbol} has no order by order data; name a model for such instruments as otherwise`,
    );
  }
}
