/**
 * One queue model with orders of its own, each of which shadows a real one, and what it made of them.
 * Knows nothing of what is true. Called by the measurements of queue models.
 */
import type { Instrument } from '../core/instrument.js';
import type { Side } from '../core/market.js';
import type { Nanos } from '../core/time.js';
import { FidelityTally } from './fidelity-tally.js';
import type { QueuePositionModel } from './queue-position.js';
import { WorkingOrders } from './working-orders.js';

const NO_SLOT = -1;

/** A model that learns is told, before a decrease, what level-2 data does not tell. */
export interface LearningModel extends QueuePositionModel {
  /** The next decrease at this slot is of an order behind it, or ahead of it. */
  learn(slot: number, behind: boolean): void;
}

/** Shadows are numbers from 0 on; each is joined, then told of its level, then ended or dropped. */
export class QueueContender {
  readonly tally: FidelityTally;
  readonly #model: QueuePositionModel;
  readonly #learner: LearningModel | undefined;
  readonly #instrument: Instrument;
  readonly #orders = new WorkingOrders(1);
  /** By shadow; the slot of one that the model has filled is gone. */
  readonly #slots: number[] = [];
  readonly #predictedLots: number[] = [];
  readonly #predictedNs: number[] = [];

  constructor(name: string, model: QueuePositionModel | LearningModel, instrument: Instrument) {
    this.tally = new FidelityTally(name);
    this.#model = model;
    this.#learner = 'learn' in model ? model : undefined;
    this.#instrument = instrument;
  }

  join(shadow: number, side: Side, tick: number, lots: number, othersLots: number): void {
    const slot = this.#orders.add(shadow, 0, 0, side, tick, lots, 0, false);
    this.#slots[shadow] = slot;
    this.#predictedLots[shadow] = 0;
    this.#predictedNs[shadow] = Number.NaN;
    this.#model.join(this.#orders, slot, othersLots, this.#instrument, false);
  }

  traded(shadow: number, lots: number, timeNs: Nanos): void {
    const slot = this.#slots[shadow]!;
    if (slot === NO_SLOT) return;
    this.#model.traded(this.#orders, slot, lots);
    this.#fill(shadow, this.#model.reachedLots(this.#orders, slot), timeNs);
  }

  /** The price has traded or moved through the order's. */
  passed(shadow: number, timeNs: Nanos): void {
    this.#fill(shadow, Number.POSITIVE_INFINITY, timeNs);
  }

  learn(shadow: number, behind: boolean): void {
    const slot = this.#slots[shadow]!;
    if (slot !== NO_SLOT) this.#learner?.learn(slot, behind);
  }

  levelChanged(shadow: number, beforeLots: number, afterLots: number): void {
    const slot = this.#slots[shadow]!;
    if (slot !== NO_SLOT) this.#model.levelChanged(this.#orders, slot, beforeLots, afterLots, this.#instrument);
  }

  /** Holds the model's quantity ahead against the true one. */
  compare(shadow: number, aheadLots: number): void {
    const slot = this.#slots[shadow]!;
    if (slot !== NO_SLOT) this.tally.position(this.#orders.aheadLots[slot]!, aheadLots);
  }

  /** The real order is partly cancelled. */
  shrink(shadow: number, lots: number): void {
    const slot = this.#slots[shadow]!;
    if (slot === NO_SLOT) return;
    const left = this.#orders.leavesLots[slot]! - lots;
    this.#orders.leavesLots[slot] = left;
    if (left <= 0) this.drop(shadow);
  }

  /** The real order ended, with so much filled. */
  end(shadow: number, filledLots: number, filledNs: Nanos): void {
    this.drop(shadow);
    this.tally.order(this.#predictedLots[shadow]!, filledLots, this.#predictedNs[shadow]!, filledNs);
  }

  /** The shadow hears no more; unless it is ended, nothing is said of it. */
  drop(shadow: number): void {
    const slot = this.#slots[shadow]!;
    if (slot === NO_SLOT) return;
    this.#orders.remove(slot);
    this.#slots[shadow] = NO_SLOT;
  }

  #fill(shadow: number, reachedLots: number, timeNs: Nanos): void {
    const slot = this.#slots[shadow]!;
    if (slot === NO_SLOT || reachedLots <= 0) return;
    const lots = Math.min(reachedLots, this.#orders.leavesLots[slot]!);
    if (this.#predictedLots[shadow] === 0) this.#predictedNs[shadow] = timeNs;
    this.#predictedLots[shadow]! += lots;
    this.#orders.leavesLots[slot]! -= lots;
    this.#orders.filledLots[slot]! += lots;
    if (this.#orders.leavesLots[slot] === 0) this.drop(shadow);
  }
}
