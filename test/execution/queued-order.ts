/** One own order and its queue model, told by hand what happens at its price. Called by the tests of queue models. */
import { Instrument, Side } from '../../core/index.js';
import { type QueuePositionModel, WorkingOrders } from '../../execution/index.js';

export const instrument = new Instrument({ symbol: 'X', tick: '0.1', lot: '0.001' }, 0);

export interface Joining {
  readonly model: QueuePositionModel;
  /** What others display at the level. */
  readonly levelLots: number;
  readonly qtyLots?: number;
  readonly improves?: boolean;
  /** The instrument's data is order by order. */
  readonly byOrder?: boolean;
}

export class QueuedOrder {
  readonly model: QueuePositionModel;
  readonly orders = new WorkingOrders(1);
  readonly slot: number;

  constructor({ model, levelLots, qtyLots = 100, improves = false, byOrder = false }: Joining) {
    this.model = model;
    this.slot = this.orders.add(1, 0, 0, Side.buy, 100, qtyLots, 0, false);
    if (byOrder) this.orders.joinSequence[this.slot] = 1;
    model.join(this.orders, this.slot, levelLots, instrument, improves);
  }

  get ahead(): number {
    return this.orders.aheadLots[this.slot]!;
  }

  /** A trade at the price; returns what fills of our order. */
  trade(qtyLots: number): number {
    this.model.traded(this.orders, this.slot, qtyLots);
    return this.#fill();
  }

  /** Another's order at the price loses lots, by an execution or a cancel. */
  execute(where: 'ahead' | 'behind', qtyLots: number): number {
    this.model.orderReduced!(this.orders, this.slot, where === 'ahead', qtyLots, true);
    return this.#fill();
  }

  cancel(where: 'ahead' | 'behind', qtyLots: number): number {
    this.model.orderReduced!(this.orders, this.slot, where === 'ahead', qtyLots, false);
    return this.#fill();
  }

  /** Returns what is ahead afterwards. */
  level(beforeLots: number, afterLots: number): number {
    this.model.levelChanged(this.orders, this.slot, beforeLots, afterLots, instrument);
    return this.ahead;
  }

  #fill(): number {
    const left = this.orders.leavesLots[this.slot]!;
    const lots = Math.min(this.model.reachedLots(this.orders, this.slot), left);
    this.orders.setLeaves(this.slot, left - lots);
    return lots;
  }
}
