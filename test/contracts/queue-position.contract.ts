/**
 * What every QueuePositionModel must do, as a suite: called once for each model. What a model believes about queues is its
 * own affair; this is about its manners. Contract: execution/queue-position.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument, Side } from '../../core/index.js';
import { type QueuePositionModel, WorkingOrders } from '../../execution/index.js';

const instrument = new Instrument({ symbol: 'X', tick: '0.1', lot: '0.001' }, 0);

const lots = fc.integer({ min: 0, max: 50 });
const change = fc.oneof(fc.record({ tradedLots: fc.integer({ min: 1, max: 20 }) }), fc.record({ afterLots: lots }));
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
const changes = fc.array(change, { maxLength: 40 });

/** An order of one model, told of changes as the venue tells it. */
class Queued {
  readonly #model: QueuePositionModel;
  readonly #orders: WorkingOrders;
  readonly slot: number;
  #levelLots: number;

  constructor(model: QueuePositionModel, orders: WorkingOrders, id: number, levelLots: number) {
    this.#model = model;
    this.#orders = orders;
    this.#levelLots = levelLots;
    this.slot = orders.add(id, 0, 0, Side.buy, 100, 1, 0, false);
    model.join(orders, this.slot, levelLots, instrument);
  }

  get aheadLots(): number {
    return this.#orders.aheadLots[this.slot]!;
  }

  /** Returns the lots that reached the order. */
  apply(change: Change): number {
    if ('tradedLots' in change) {
      this.#model.traded(this.#orders, this.slot, change.tradedLots);
      return this.#model.reachedLots(this.#orders, this.slot);
    }
    this.#model.levelChanged(this.#orders, this.slot, this.#levelLots, change.afterLots, instrument);
    this.#levelLots = change.afterLots;
    return 0;
  }
}

export function queuePositionContract(name: string, make: () => QueuePositionModel): void {
  describe(`${name} keeps the contract of a queue position model`, () => {
    const story = (levelLots: number, all: readonly Change[]) => {
      const order = new Queued(make(), new WorkingOrders(1), 1, levelLots);
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

    it('uses up what reached the order when asked', () => {
      fc.assert(
        fc.property(lots, changes, (levelLots, all) => {
          const [model, orders] = [make(), new WorkingOrders(1)];
          const order = new Queued(model, orders, 1, levelLots);
          for (const each of all) {
            order.apply(each);
            if ('tradedLots' in each) expect(model.reachedLots(orders, order.slot)).toBe(0);
          }
        }),
      );
    });

    it('is reached at last when the whole level and more has traded', () => {
      const order = new Queued(make(), new WorkingOrders(1), 1, 30);
      expect(order.apply({ tradedLots: 31 })).toBeGreaterThan(0);
    });

    it('keeps all state in the order: other orders do not matter, nor does a slot used before', () => {
      fc.assert(
        fc.property(lots, changes, lots, changes, (levelLots, all, otherLots, others) => {
          const [model, orders] = [make(), new WorkingOrders(1)];
          const before = new Queued(model, orders, 9, otherLots);
          for (const each of others) before.apply(each);
          orders.remove(before.slot);
          const order = new Queued(model, orders, 1, levelLots);
          const other = new Queued(model, orders, 2, otherLots);
          const found = all.map((each, index) => {
            if (others[index] !== undefined) other.apply(others[index]);
            return [order.apply(each), order.aheadLots];
          });
          expect(found).toEqual(story(levelLots, all));
        }),
      );
    });
  });
}
