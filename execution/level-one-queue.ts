/**
 * Queue position where only the best quotes are known. Knows nothing of how a line moves: that is the model inside.
 * Called by the matching engine.
 */
import type { Instrument } from '../core/instrument.js';
import type { ModelRun } from './model-run.js';
import { type QueuePositionModel, riskAverseQueue } from './queue-position.js';
import type { WorkingOrders } from './working-orders.js';

/** The quantity ahead of an order that waits at a price nobody has seen quoted: more than any level displays. */
const UNKNOWN_LOTS = 1e15;

/**
 * For level-1 data (best bid and ask, trades). What stands at a price behind the best is unknown, so:
 * - An order that improves the best has nothing ahead of it; one that joins the best has all that is quoted there ahead.
 * - One behind the best waits: no trade at its price reaches it until the price has been quoted. Then all of it is ahead.
 * - A level that is gone (the quote fell back from our price, or past it) leaves us alone there: nothing is ahead.
 * - A better quote puts the level out of sight; the order keeps its place, and when the level is quoted again no more is
 *   ahead than is quoted.
 *
 * Between, `inner` (default {@link riskAverseQueue}) moves the order. The rules are NautilusTrader's for L1 books. Not for
 * instruments with depth, where an empty level is known to be empty. `aheadLots` is 1e15 while unknown.
 */
export function levelOneQueue(inner: QueuePositionModel = riskAverseQueue()): QueuePositionModel {
  return new LevelOneQueue(inner);
}

class LevelOneQueue implements QueuePositionModel {
  readonly proRata: boolean;
  readonly #inner: QueuePositionModel;
  /** By slot. */
  readonly #unknown: boolean[] = [];

  constructor(inner: QueuePositionModel) {
    this.#inner = inner;
    this.proRata = inner.proRata === true;
  }

  forRun(run: ModelRun): QueuePositionModel {
    return new LevelOneQueue(this.#inner.forRun?.(run) ?? this.#inner);
  }

  join(orders: WorkingOrders, slot: number, levelLots: number, instrument: Instrument, improves: boolean): void {
    const unknown = levelLots === 0 && !improves;
    this.#unknown[slot] = unknown;
    // The model inside is told all the same, so that it knows the order.
    this.#inner.join(orders, slot, unknown ? UNKNOWN_LOTS : levelLots, instrument, improves);
  }

  traded(orders: WorkingOrders, slot: number, qtyLots: number): void {
    this.#inner.traded(orders, slot, qtyLots);
  }

  levelChanged(
    orders: WorkingOrders,
    slot: number,
    beforeLots: number,
    afterLots: number,
    instrument: Instrument,
  ): void {
    if (afterLots > 0 && !this.#unknown[slot]) {
      this.#inner.levelChanged(orders, slot, beforeLots, afterLots, instrument);
      return;
    }
    // Seen for the first time, or seen empty: what is ahead is known now, and the past says nothing of it.
    this.#unknown[slot] = false;
    this.#inner.join(orders, slot, afterLots, instrument, false);
  }

  reachedLots(orders: WorkingOrders, slot: number): number {
    const reached = this.#inner.reachedLots(orders, slot);
    return this.#unknown[slot] ? 0 : reached;
  }
}
