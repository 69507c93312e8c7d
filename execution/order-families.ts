/**
 * Orders that hang together: one cancels the other, one updates the other, one triggers others.
 * Knows nothing of books. Called by the matching engine when special orders come, fill and end.
 *
 * What a fill does to the others of its group happens at once, so that no two of them fill by one event beyond what was
 * asked for. What it sets free in children happens when the event is over.
 */
import { GroupKind, type Order, Reason } from '../core/order.js';
import type { Nanos } from '../core/time.js';
import { Place, type SpecialOrder, type VenueGroup } from './special-order.js';

/** What families may have done to orders; the matching engine does it. */
export interface FamilyActions {
  reject(order: Order, reason: Reason, priceTicks: number, qtyLots: number, nowNs: Nanos): void;
  endSpecial(special: SpecialOrder, reason: Reason, nowNs: Nanos): void;
  /** Takes lots off a resting order; at 0 it ends. */
  shrinkResting(special: SpecialOrder, lots: number, reason: Reason, nowNs: Nanos): void;
  /** More of a resting order works now. */
  growResting(special: SpecialOrder, lots: number, nowNs: Nanos): void;
  /** An order that waited for its parent comes into the market. */
  release(special: SpecialOrder, nowNs: Nanos): void;
  /** Nothing of an order works any more, until its parent sets more of it free. */
  holdBack(special: SpecialOrder): void;
  forget(special: SpecialOrder): void;
  tellTriggered(special: SpecialOrder, priceTicks: number, nowNs: Nanos): void;
  restate(order: Order, priceTicks: number, qtyLots: number, leavesLots: number, reason: Reason, nowNs: Nanos): void;
}

/** A parent, remembered for the rest of the run because children may come after its end. */
interface Leader {
  filledLots: number;
  ended: boolean;
  readonly children: SpecialOrder[];
}

export class OrderFamilies {
  readonly #engine: FamilyActions;
  readonly #groups = new Map<number, VenueGroup>();
  readonly #leaders = new Map<number, Leader>();
  /** Parents of which something is to be passed on. */
  readonly #due: Leader[] = [];

  constructor(engine: FamilyActions) {
    this.#engine = engine;
  }

  /** An order has arrived: finds its parent and its group. It may end here, when the others are done. */
  join(special: SpecialOrder, nowNs: Nanos): void {
    const { terms } = special.order;
    if (terms.leads) this.#leaders.set(special.order.id, { filledLots: 0, ended: false, children: [] });
    if (terms.parent !== undefined) this.#joinParent(special, terms.parent, nowNs);
    if (terms.group === undefined || special.place === Place.ended) return;
    let group = this.#groups.get(terms.group.id);
    if (group === undefined) {
      group = { members: [], filledLots: 0 };
      this.#groups.set(terms.group.id, group);
    }
    const spent = terms.group.kind === GroupKind.oco ? Infinity : special.leavesLots + special.heldLots;
    if (group.filledLots > 0 && (spent === Infinity || group.filledLots >= spent)) {
      this.#turnAway(special, Reason.groupFilled, nowNs);
      return;
    }
    special.group = group;
    group.members.push(special);
    if (group.filledLots === 0) return;
    special.answered = true;
    this.#shrink(special, group.filledLots, nowNs);
  }

  #joinParent(special: SpecialOrder, parent: Order, nowNs: Nanos): void {
    const leader = this.#leaders.get(parent.id);
    const filled = leader?.filledLots ?? 0;
    const free = Math.min(special.leavesLots, filled);
    if (leader === undefined || (leader.ended && free === 0)) {
      this.#turnAway(special, Reason.parentEnded, nowNs);
      return;
    }
    special.heldLots = special.leavesLots - free;
    special.freedLots = free;
    special.leavesLots = free;
    leader.children.push(special);
    // What the parent will not set free any more is taken off once the order is accepted.
    if (leader.ended && special.heldLots > 0) this.#due.push(leader);
  }

  #turnAway(special: SpecialOrder, reason: Reason, nowNs: Nanos): void {
    special.place = Place.ended;
    this.#engine.forget(special);
    // Its own children, which may be still on their way, have nothing to wait for.
    const leader = this.#leaders.get(special.order.id);
    if (leader !== undefined) leader.ended = true;
    const lots = special.leavesLots + special.heldLots;
    this.#engine.reject(special.order, reason, special.priceTicks, lots, nowNs);
  }

  /** Whether an order's parent sets no more of it free; false for orders without one. */
  parentEnded(special: SpecialOrder): boolean {
    const { parent } = special.order.terms;
    return parent !== undefined && this.#leaders.get(parent.id)?.ended === true;
  }

  /** Lots of an order that may work now: as much as its parent filled, less what filled or was taken off; without one, all. */
  allowedLots(special: SpecialOrder): number {
    const { parent } = special.order.terms;
    if (parent === undefined) return Infinity;
    return Math.max(0, this.#leaders.get(parent.id)!.filledLots - special.filledLots - special.takenOffLots);
  }

  /** `lots` of an order filled. */
  filled(special: SpecialOrder, lots: number, nowNs: Nanos): void {
    const { terms } = special.order;
    const { group } = special;
    if (group !== undefined) {
      group.filledLots += lots;
      const others = group.members.filter((member) => member !== special && member.place !== Place.ended);
      for (const other of others) {
        if (terms.group!.kind === GroupKind.oco) this.#engine.endSpecial(other, Reason.groupFilled, nowNs);
        else this.#shrink(other, lots, nowNs);
      }
    }
    if (!terms.leads) return;
    const leader = this.#leaders.get(special.order.id)!;
    leader.filledLots += lots;
    this.#due.push(leader);
  }

  /** An order is over. */
  ended(special: SpecialOrder, _nowNs: Nanos): void {
    const { group } = special;
    if (group !== undefined) {
      const at = group.members.indexOf(special);
      if (at >= 0) group.members.splice(at, 1);
    }
    if (!special.order.terms.leads) return;
    const leader = this.#leaders.get(special.order.id)!;
    leader.ended = true;
    this.#due.push(leader);
  }

  /** Passes on to children what their parents' fills and ends mean for them. */
  settle(nowNs: Nanos): void {
    while (this.#due.length > 0) {
      const leader = this.#due.shift()!;
      for (const child of leader.children) {
        if (child.place !== Place.ended) this.#pass(leader, child, nowNs);
      }
    }
  }

  #pass(leader: Leader, child: SpecialOrder, nowNs: Nanos): void {
    const engine = this.#engine;
    const more = Math.min(child.heldLots, leader.filledLots - child.freedLots);
    if (more > 0) {
      const first = child.freedLots === 0;
      child.freedLots += more;
      child.heldLots -= more;
      if (child.place === Place.resting) engine.growResting(child, more, nowNs);
      else {
        child.leavesLots += more;
        if (child.place === Place.withParent) {
          if (first) engine.tellTriggered(child, child.priceTicks, nowNs);
          engine.release(child, nowNs);
        }
      }
    }
    if (!leader.ended || child.heldLots === 0 || child.place === Place.ended) return;
    // The parent will not set the rest free.
    if (child.leavesLots === 0) engine.endSpecial(child, Reason.parentEnded, nowNs);
    else {
      child.heldLots = 0;
      const { order, priceTicks, leavesLots, filledLots } = child;
      engine.restate(order, priceTicks, filledLots + leavesLots, leavesLots, Reason.parentEnded, nowNs);
    }
  }

  #shrink(special: SpecialOrder, lots: number, nowNs: Nanos): void {
    const engine = this.#engine;
    if (special.place === Place.resting) {
      engine.shrinkResting(special, lots, Reason.groupFilled, nowNs);
      return;
    }
    const before = special.leavesLots + special.heldLots;
    if (lots >= before) {
      engine.endSpecial(special, Reason.groupFilled, nowNs);
      return;
    }
    // First what works, then what is still held.
    special.takenOffLots += Math.min(lots, special.leavesLots);
    special.heldLots -= Math.max(0, lots - special.leavesLots);
    special.leavesLots = Math.max(0, special.leavesLots - lots);
    const total = before - lots;
    if (special.leavesLots === 0) engine.holdBack(special);
    const { order, priceTicks, filledLots } = special;
    engine.restate(order, priceTicks, filledLots + total, total, Reason.groupFilled, nowNs);
  }
}
