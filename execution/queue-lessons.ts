/**
 * A queue model that is told the truth and writes down, for each decrease that could have been ahead or behind, what a
 * level-2 view showed of it and which it was. Knows nothing of what is fitted to that. Called by the fit.
 */
import { OrdersBehind } from './orders-behind.js';
import type { LearningModel } from './queue-contender.js';
import type { WorkingOrders } from './working-orders.js';

/** Examples kept; when there are more every other one goes, and from then on one in two, four, … is taken. */
const KEPT = 1 << 20;

/** Decreases by a size that joined behind, as columns. */
export class MatchedExamples {
  readonly lots: number[] = [];
  /** ln of how many changes of the level ago the newest order of that size joined. */
  readonly age: number[] = [];
  /** ln((decreases behind so far + 1) / (decreases ahead so far + 1)) */
  readonly habit: number[] = [];
  readonly behind: boolean[] = [];
  #stride = 1;
  #seen = 0;

  get length(): number {
    return this.lots.length;
  }

  add(lots: number, age: number, habit: number, behind: boolean): void {
    if (this.#seen++ % this.#stride !== 0) return;
    this.lots.push(lots);
    this.age.push(age);
    this.habit.push(habit);
    this.behind.push(behind);
    if (this.length < KEPT) return;
    for (const column of [this.lots, this.age, this.habit, this.behind] as unknown[][]) {
      for (let to = 0; to < KEPT / 2; to++) column[to] = column[to * 2];
      column.length = KEPT / 2;
    }
    this.#stride *= 2;
  }
}

export class QueueLessons implements LearningModel {
  readonly matched = new MatchedExamples();
  /** Decreases by a size that did not join behind. */
  unmatchedBehind = 0;
  unmatchedAhead = 0;
  /** Orders by their size when they joined. */
  readonly sizes = new Map<number, number>();
  /** By slot. */
  readonly #orders: OrdersBehind[] = [];
  readonly #behind: number[] = [];
  readonly #before: number[] = [];
  #isBehind = false;

  join(orders: WorkingOrders, slot: number, levelLots: number): void {
    orders.aheadLots[slot] = levelLots;
    orders.tradedLots[slot] = 0;
    this.#orders[slot] ??= new OrdersBehind();
    this.#orders[slot].clear();
    this.#behind[slot] = 0;
    this.#before[slot] = 0;
    const size = orders.leavesLots[slot]!;
    this.sizes.set(size, (this.sizes.get(size) ?? 0) + 1);
  }

  learn(_slot: number, behind: boolean): void {
    this.#isBehind = behind;
  }

  traded(orders: WorkingOrders, slot: number, qtyLots: number): void {
    orders.aheadLots[slot]! -= qtyLots;
    orders.tradedLots[slot]! += qtyLots;
  }

  /** Increases and what trades explain need no lesson; for all else `learn` has just been called. */
  levelChanged(orders: WorkingOrders, slot: number, beforeLots: number, afterLots: number): void {
    const left = beforeLots - afterLots - orders.tradedLots[slot]!;
    orders.tradedLots[slot] = 0;
    const behind = this.#orders[slot]!;
    behind.change();
    if (left < 0) behind.join(-left);
    else if (left > 0) this.#decrease(orders, slot, left, afterLots + left);
  }

  #decrease(orders: WorkingOrders, slot: number, lots: number, levelLots: number): void {
    const ahead = orders.aheadLots[slot]!;
    const behindUs = this.#orders[slot]!;
    const found = behindUs.find(lots);
    if (lots <= ahead && lots <= levelLots - ahead) {
      if (found) {
        const habit = Math.log((1 + this.#behind[slot]!) / (1 + this.#before[slot]!));
        this.matched.add(lots, Math.log(behindUs.age), habit, this.#isBehind);
      } else if (this.#isBehind) this.unmatchedBehind++;
      else this.unmatchedAhead++;
    }
    if (this.#isBehind) {
      this.#behind[slot]!++;
      if (found) behindUs.leave(lots, 1);
    } else {
      this.#before[slot]!++;
      orders.aheadLots[slot] = ahead - lots;
    }
  }

  reachedLots(orders: WorkingOrders, slot: number): number {
    const reached = Math.max(0, -orders.aheadLots[slot]!);
    if (reached > 0) orders.aheadLots[slot] = 0;
    return reached;
  }
}
