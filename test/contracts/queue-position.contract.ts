/**
 * What every QueuePositionModel must do, as a suite: called once for each model. What a model believes about queues is its
 * own affair; this is about its manners. Contract: execution/queue-position.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument, RandomSource, Side } from '../../core/index.js';
import { type ModelRun, type QueuePositionModel, WorkingOrders } from '../../execution/index.js';

const instrument = new Instrument({ symbol: 'X', tick: '0.1', lot: '0.001' }, 0);

/** What a model does otherwise on purpose, with the reason. */
export interface QueuePositionExceptions {
  /** No trade at the price need ever reach an order. */
  readonly mayNeverReach?: string;
  /** A trade may reach an order by more lots than it had. */
  readonly overReaches?: string;
  /** It draws as it goes, so that what happens to other orders shifts its draws. */
  readonly draws?: string;
  /** All that is displayed is ahead, always. */
  readonly alwaysLast?: string;
}

const lots = fc.integer({ min: 0, max: 50 });
const change = fc.oneof(fc.record({ tradedLots: fc.integer({ min: 1, max: 20 }) }), fc.record({ afterLots: lots }));
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
const changes = fc.array(change, { maxLength: 40 });

function run(): ModelRun {
  return { instruments: [instrument], random: new RandomSource(5), streamPrefix: 'venue' };
}

/** An order of one model, told of changes as the venue tells it. */
class Queued {
  readonly #model: QueuePositionModel;
  readonly #orders: WorkingOrders;
  readonly slot: number;
  #levelLots: number;
  /** Order by order data: lots of the real orders at the level, oldest first, and how many of them are ahead of ours. */
  readonly #line: number[] = [];
  #ahead = 0;

  constructor(model: QueuePositionModel, orders: WorkingOrders, id: number, levelLots: number, tick = 100) {
    this.#model = model;
    this.#orders = orders;
    this.#levelLots = levelLots;
    this.slot = orders.add(id, 0, 0, Side.buy, tick, 1, 0, false);
    if (model.orderReduced !== undefined) orders.joinSequence[this.slot] = 7;
    if (levelLots > 0) this.#line.push(levelLots);
    this.#ahead = this.#line.length;
    model.join(orders, this.slot, levelLots, instrument, levelLots === 0);
  }

  get aheadLots(): number {
    return this.#orders.aheadLots[this.slot]!;
  }

  /** Returns the lots that reached the order. */
  apply(change: Change): number {
    if ('tradedLots' in change) {
      if (this.#model.orderReduced === undefined) this.#model.traded(this.#orders, this.slot, change.tradedLots);
      else this.#execute(change.tradedLots);
      return this.#model.reachedLots(this.#orders, this.slot);
    }
    if (this.#model.orderReduced === undefined) this.refresh(this.#levelLots, change.afterLots);
    else this.#change(change.afterLots);
    this.#levelLots = change.afterLots;
    return 0;
  }

  refresh(beforeLots: number, afterLots: number): void {
    this.#model.levelChanged(this.#orders, this.slot, beforeLots, afterLots, instrument);
  }

  /** A trade takes the real orders, oldest first, and what is left of it a hidden one. */
  #execute(qtyLots: number): void {
    let left = qtyLots;
    while (left > 0 && this.#line.length > 0) {
      const taken = Math.min(left, this.#line[0]!);
      left -= taken;
      this.#reduce(0, taken, true);
    }
    if (left > 0) this.#model.traded(this.#orders, this.slot, left);
  }

  /** One order joins at the end, or the newest ones leave. */
  #change(afterLots: number): void {
    let left = this.#line.reduce((sum, each) => sum + each, 0) - afterLots;
    if (left < 0) this.#line.push(-left);
    while (left > 0) {
      const taken = Math.min(left, this.#line.at(-1)!);
      left -= taken;
      this.#reduce(this.#line.length - 1, taken, false);
    }
  }

  #reduce(at: number, qtyLots: number, executed: boolean): void {
    const ahead = at < this.#ahead;
    this.#line[at]! -= qtyLots;
    if (this.#line[at] === 0) {
      this.#line.splice(at, 1);
      if (ahead) this.#ahead--;
    }
    this.#model.orderReduced!(this.#orders, this.slot, ahead, qtyLots, executed);
  }
}

export function queuePositionContract(
  name: string,
  make: () => QueuePositionModel,
  exceptions: QueuePositionExceptions = {},
): void {
  const fresh = () => {
    const model = make();
    return model.forRun?.(run()) ?? model;
  };

  describe(`${name} keeps the contract of a queue position model`, () => {
    const story = (levelLots: number, all: readonly Change[], model = fresh()) => {
      const order = new Queued(model, new WorkingOrders(1), 1, levelLots);
      return all.map((each) => [order.apply(each), order.aheadLots]);
    };

    it('reaches whole lots ≥ 0 and keeps to finite numbers', () => {
      fc.assert(
        fc.property(lots, changes, (levelLots, all) => {
          for (const [reached, aheadLots] of story(levelLots, all)) {
            expect(Number.isSafeInteger(reached) && reached! >= 0).toBe(true);
            expect(Number.isFinite(aheadLots)).toBe(true);
          }
        }),
      );
    });

    it.skipIf(exceptions.overReaches !== undefined)('is reached by no more lots than traded', () => {
      fc.assert(
        fc.property(lots, changes, (levelLots, all) => {
          for (const [index, [reached]] of story(levelLots, all).entries()) {
            const each = all[index]!;
            expect(reached).toBeLessThanOrEqual('tradedLots' in each ? each.tradedLots : 0);
          }
        }),
      );
    });

    it('uses up what reached the order when asked', () => {
      fc.assert(
        fc.property(lots, changes, (levelLots, all) => {
          const [model, orders] = [fresh(), new WorkingOrders(1)];
          const order = new Queued(model, orders, 1, levelLots);
          for (const each of all) {
            order.apply(each);
            if ('tradedLots' in each) expect(model.reachedLots(orders, order.slot)).toBe(0);
          }
        }),
      );
    });

    it.skipIf(exceptions.mayNeverReach !== undefined)(
      'is reached at last when the whole level and more has traded',
      () => {
        const order = new Queued(fresh(), new WorkingOrders(1), 1, 30);
        expect(order.apply({ tradedLots: 31 })).toBeGreaterThan(0);
      },
    );

    it.skipIf(exceptions.alwaysLast !== undefined)(
      'keeps its place when a snapshot or a quote brings the level back',
      () => {
        fc.assert(
          fc.property(lots, changes, lots, (levelLots, all, more) => {
            const order = new Queued(fresh(), new WorkingOrders(1), 1, levelLots);
            // Joins and trades only: after them no more can be ahead than at first.
            for (const each of all) if ('tradedLots' in each) order.apply(each);
            const before = order.aheadLots;
            order.refresh(0, levelLots + more + 1);
            expect(order.aheadLots).toBe(before);
          }),
        );
      },
    );

    it('keeps all state in the order: other orders do not matter, nor does a slot used before', () => {
      fc.assert(
        fc.property(lots, changes, lots, changes, (levelLots, all, otherLots, others) => {
          const [model, orders] = [make(), new WorkingOrders(1)];
          const own = model.forRun?.(run()) ?? model;
          const before = new Queued(own, orders, 9, otherLots);
          const heard = exceptions.draws === undefined ? others : [];
          for (const each of heard) before.apply(each);
          orders.remove(before.slot);
          const order = new Queued(own, orders, 1, levelLots);
          // Pro rata, all at a price share: the other one stands elsewhere.
          const other = new Queued(own, orders, 2, otherLots, own.proRata ? 99 : 100);
          const found = all.map((each, index) => {
            if (heard[index] !== undefined) other.apply(heard[index]);
            return [order.apply(each), order.aheadLots];
          });
          expect(found).toEqual(story(levelLots, all));
        }),
      );
    });

    it('tells every run the same story, whatever the object was used for before', () => {
      fc.assert(
        fc.property(lots, changes, lots, changes, (levelLots, all, otherLots, others) => {
          const model = make();
          story(otherLots, others, model.forRun?.(run()) ?? model);
          expect(story(levelLots, all, model.forRun?.(run()) ?? model)).toEqual(story(levelLots, all));
        }),
      );
    });
  });
}
