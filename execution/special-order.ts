/**
 * What the venue remembers of an order that is more than a limit or market order: one that waits for a price, a time or
 * another order, shows only a part, or belongs to others. Knows nothing of books. Called by the matching engine.
 */
import { Side } from '../core/market.js';
import { type Order, OrderType, type TriggerBy } from '../core/order.js';
import type { Nanos } from '../core/time.js';

/** Where such an order is. */
export const Place = {
  /** Held until its parent fills. */
  withParent: 0,
  /** In the trigger book. */
  waitingForPrice: 1,
  /** Waiting for the opening, the close, or the next bar. */
  waitingForSession: 2,
  /** Among the working orders, in a slot. */
  resting: 3,
  /** Finished. */
  ended: 4,
} as const;
export type Place = (typeof Place)[keyof typeof Place];

/** Orders that hang together, and what has become of them. */
export interface VenueGroup {
  readonly members: SpecialOrder[];
  /** Lots of all members that filled. */
  filledLots: number;
}

export class SpecialOrder {
  readonly order: Order;
  readonly instrument: number;
  readonly side: Side;
  readonly triggerBy: TriggerBy;
  /** Goes off at or above `stopTicks`; otherwise at or below. */
  readonly rising: boolean;
  readonly trails: boolean;
  place: Place = Place.withParent;
  /** When it arrived, or was last changed in a way that costs an order its place. */
  arrivedNs: Nanos = 0;
  /** The limit; `NaN` = any price. */
  priceTicks: number;
  /** `NaN` for orders without a stop; ±Infinity while a trailing order has seen no price. */
  stopTicks: number;
  /** Distance of a trailing order in ticks, `NaN` where it is a fraction; slice of an iceberg. Splits change both. */
  trailTicks: number;
  displayLots: number;
  /** What works, or would once its price or time has come. While it rests, the working orders have the number. */
  leavesLots: number;
  /** What the parent's fills have not set free yet; no part of `leavesLots`. */
  heldLots = 0;
  /** What the parent's fills have set free so far, and what of that the venue took off again. */
  freedLots = 0;
  takenOffLots = 0;
  filledLots = 0;
  /** Order of arrival among those that wait. */
  turn = 0;
  /** The strategy knows that the venue has it, although it was not accepted yet: it was restated on arrival. */
  answered = false;
  /** The stop has been reached, so that the order now is what it becomes. */
  triggered = false;
  /** The last bar that filled it, so that one bar never fills it twice. */
  filledBar = -1;
  group: VenueGroup | undefined;

  constructor(order: Order, priceTicks: number, qtyLots: number) {
    const { type, terms, side } = order;
    this.order = order;
    this.instrument = order.instrument.index;
    this.side = side;
    this.triggerBy = terms.triggerBy;
    const touched = type === OrderType.limitIfTouched || type === OrderType.marketIfTouched;
    this.rising = (side === Side.buy) !== touched;
    this.trails = type === OrderType.trailingStop;
    this.priceTicks = priceTicks;
    this.leavesLots = qtyLots;
    this.trailTicks = terms.trailTicks;
    this.displayLots = terms.displayLots;
    const unset = this.trails && Number.isNaN(terms.stopTicks);
    this.stopTicks = unset ? (this.rising ? Infinity : -Infinity) : terms.stopTicks;
  }

  /** Has a price to wait for, and waits for it still. */
  get waits(): boolean {
    return this.order.type >= OrderType.stop && !this.triggered;
  }

  /**
   * Where the stop of a trailing order stands after this price, in whole ticks, rounded away from the price, so that it
   * never goes off early. Buys follow the price down, sells follow it up.
   */
  trailedTo(priceTicks: number): number {
    const { trailTicks } = this;
    const { trailFraction } = this.order.terms;
    const distance = Number.isNaN(trailTicks) ? Math.abs(priceTicks) * trailFraction : trailTicks;
    return this.rising
      ? Math.min(this.stopTicks, Math.ceil(priceTicks + distance))
      : Math.max(this.stopTicks, Math.floor(priceTicks - distance));
  }
}
