/** Exchanges that share trades: tables worked out by hand, and an exact twin that knows every order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Side } from '../../core/index.js';
import {
  proRataQueue,
  type QueuePositionModel,
  sizeWeightedQueue,
  topOrderProRataQueue,
  WorkingOrders,
} from '../../execution/index.js';
import { type PlainOrder, plainProRata } from '../reference/plain-pro-rata.js';
import { instrument } from './queued-order.js';

/** One price with own orders, told as a venue tells it: all hear of a trade, then each is asked. */
class Level {
  readonly orders = new WorkingOrders(1);
  readonly slots: number[] = [];
  readonly #model: QueuePositionModel;
  #nextId = 1;
  displayed: number;

  constructor(model: QueuePositionModel, displayedLots = 0) {
    this.#model = model;
    this.displayed = displayedLots;
  }

  own(qtyLots: number, improves = false, id = this.#nextId++): number {
    const slot = this.orders.add(id, 0, 0, Side.buy, 100, qtyLots, 0, false);
    this.#model.join(this.orders, slot, this.displayed, instrument, improves);
    this.slots.push(slot);
    return slot;
  }

  remove(slot: number): void {
    this.orders.remove(slot);
    this.slots.splice(this.slots.indexOf(slot), 1);
  }

  display(afterLots: number): void {
    for (const slot of this.slots) {
      this.#model.levelChanged(this.orders, slot, this.displayed, afterLots, instrument);
    }
    this.displayed = afterLots;
  }

  /** What the own orders get, oldest first. */
  trade(qtyLots: number): number[] {
    for (const slot of this.slots) this.#model.traded(this.orders, slot, qtyLots);
    return this.slots.map((slot) => {
      const lots = this.#model.reachedLots(this.orders, slot);
      this.orders.setLeaves(slot, this.orders.leavesLots[slot]! - lots);
      return lots;
    });
  }

  /** What the model takes for others' lots at the price. */
  get othersLots(): number {
    return this.orders.levelLots[this.slots[0]!]!;
  }
}

/** 60 of others, 30 of ours, 10 of others. */
function hundred(model: QueuePositionModel): Level {
  const level = new Level(model, 60);
  level.own(30);
  level.display(70);
  return level;
}

describe('pro rata', () => {
  it.each([
    // Q, remainder, minimum: ours, and what is left ahead of us and of others at all.
    [10, 'time', 1, 3, 54, 63], // 6, 3, 1: nothing is left over.
    [7, 'time', 1, 2, 55, 65], // 4.2, 2.1, 0.7: 1 lot is left over, for the oldest.
    [7, 'largest', 1, 2, 56, 65], // It goes to who lost 0.7.
    [4, 'time', 1, 1, 57, 67], // 2.4, 1.2, 0.4
    [4, 'largest', 1, 1, 57, 67], // 0.4 and 0.4: the older of the two.
    [4, 'time', 2, 0, 56, 66], // 1.2 is below 2 lots.
    [9, 'largest', 1, 3, 55, 64], // 5.4, 2.7, 0.9: two left over, to 0.9 and to us.
    [99, 'time', 1, 30, 0, 1], // 59.4, 29.7, 9.9: two left over, of which the oldest has room for one, and we for one.
    [100, 'time', 1, 30, 0, 0],
    [250, 'largest', 2, 30, 0, 0],
  ] as const)(
    'of %i lots, remainder by %s, at least %i: %i are ours',
    (qty, remainder, minimumLots, ours, ahead, others) => {
      const level = hundred(proRataQueue({ remainder, minimumLots }));
      const slot = level.slots[0]!;
      const filled = level.trade(qty);
      expect([filled, level.orders.aheadLots[slot], level.othersLots]).toEqual([[ours], ahead, others]);
    },
  );

  it('loses no lot to rounding: three orders of 1 that share 2 get one each, the oldest first', () => {
    const level = new Level(proRataQueue());
    for (let order = 0; order < 3; order++) level.own(1);
    expect(level.trade(2)).toEqual([1, 1, 0]);
  });

  it('an iceberg takes part with what it shows, and a hidden order not at all', () => {
    const level = new Level(proRataQueue(), 50);
    const [hidden, iceberg] = [level.own(100), level.own(100)];
    level.orders.shownLots[hidden] = 0;
    level.orders.shownLots[iceberg] = 50;
    expect(level.trade(40)).toEqual([0, 20]);
  });

  it('is shared exactly where products of lots exceed what a double counts', () => {
    // 2689211056832 × 768724126243 / 2949146059468 = 700969493629.99999…, which a double rounds to the next whole number.
    for (const remainder of ['time', 'largest'] as const) {
      const level = new Level(proRataQueue({ remainder }), 2_180_421_933_225);
      level.own(768_724_126_243);
      const exact = Number((2_689_211_056_832n * 768_724_126_243n) / 2_949_146_059_468n);
      // The lot left over goes to the older, or to us, who lost nearly all of it.
      expect(level.trade(2_689_211_056_832)).toEqual([exact + (remainder === 'time' ? 0 : 1)]);
    }
  });

  it('gives what rounding leaves over to the larger fraction, where a double sees no difference', () => {
    const level = new Level(proRataQueue({ remainder: 'largest' }));
    level.own(568_800_542_270);
    level.own(241_347_969_574);
    // 519561798763.49999 and 220455460009.50001.
    expect(level.trade(740_017_258_773)).toEqual([519_561_798_763, 220_455_460_010]);
  });

  it('knows of a trade that the book does not show yet, also for an own order that joins between', () => {
    const level = new Level(proRataQueue(), 100);
    level.own(50);
    expect([level.trade(144), level.othersLots]).toEqual([[48], 4]);
    // Still displayed: 100. Of 10 over 4 + 2 + 45: 0.8, 0.4 and 8.8; the two left over to the oldest.
    level.own(45);
    expect([level.trade(10), level.othersLots]).toEqual([[0, 8], 2]);
  });

  it('agrees with an exact exchange that knows every order, over any history of joins and trades', () => {
    const step = fc.oneof(
      fc.record({ own: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ others: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ trade: fc.integer({ min: 1, max: 50 }) }),
    );
    const rules = fc.record({
      remainder: fc.constantFrom('time' as const, 'largest' as const),
      minimumLots: fc.integer({ min: 1, max: 3 }),
    });
    let shared = 0;
    fc.assert(
      fc.property(rules, fc.array(step, { minLength: 15, maxLength: 40 }), (rule, steps) => {
        const level = new Level(proRataQueue(rule));
        let line: (PlainOrder & { slot: number })[] = [];
        for (const each of steps) {
          if ('own' in each) line.push({ own: true, lots: each.own, slot: level.own(each.own) });
          else if ('others' in each) {
            // Others between two own orders count as one.
            const last = line.at(-1);
            if (last !== undefined && !last.own) last.lots += each.others;
            else line.push({ own: false, lots: each.others, slot: -1 });
            level.display(level.displayed + each.others);
          } else if (level.slots.length > 0) {
            const total = line.reduce((sum, { lots }) => sum + lots, 0);
            const gets = plainProRata(line, each.trade, rule);
            expect(gets.reduce((sum, lots) => sum + lots, 0)).toBe(Math.min(each.trade, total));
            const owned = gets.filter((_, at) => line[at]!.own);
            if (owned.length > 1 && each.trade < total) shared++;
            expect(level.trade(each.trade)).toEqual(owned);
            for (const [at, order] of line.entries()) {
              order.lots -= gets[at]!;
              if (order.own && order.lots === 0) level.remove(order.slot);
            }
            line = merged(line.filter(({ lots }) => lots > 0));
            const others = line.filter(({ own }) => !own).reduce((sum, { lots }) => sum + lots, 0);
            if (level.slots.length > 0) expect(level.othersLots).toBe(others);
            // The book says the same.
            level.displayed = others;
          }
        }
      }),
      { seed: 5, numRuns: 2_000 },
    );
    expect(shared).toBeGreaterThan(1_000);
  });

  it('a level that shrinks has no more ahead than it displays', () => {
    const level = hundred(proRataQueue());
    level.display(20);
    // 20 of others, all ahead, and 30 of ours: 4 and 6.
    expect([level.trade(10), level.orders.aheadLots[level.slots[0]!]]).toEqual([[6], 16]);
  });
});

/** Others that came to stand side by side count as one. */
function merged<Each extends PlainOrder>(line: readonly Each[]): Each[] {
  const result: Each[] = [];
  for (const order of line) {
    const last = result.at(-1);
    if (last !== undefined && !last.own && !order.own) last.lots += order.lots;
    else result.push(order);
  }
  return result;
}

describe('pro rata with top-order priority', () => {
  /** Ours set the price; then 60 of others join, then 30 of ours. */
  const topped = (model: QueuePositionModel) => {
    const level = new Level(model);
    level.own(40, true);
    level.display(60);
    level.own(30);
    return level;
  };

  it('fills the order that set the price first, up to its share, and shares the rest', () => {
    // Of 20: 8 to the top; then 12 over 32 + 60 + 30 = 122: 3.15, 5.9, 2.95, two left over, to the oldest.
    const level = topped(topOrderProRataQueue({ topShare: 0.4 }));
    expect(level.trade(20)).toEqual([8 + 3 + 2, 2]);
    expect(level.othersLots).toBe(55);
  });

  it('up to so many lots of each trade', () => {
    // Of 20: 5; then 15 over 35 + 60 + 30 = 125: 4.2, 7.2, 3.6, one left over.
    const level = topped(topOrderProRataQueue({ topMaxLots: 5 }));
    expect(level.trade(20)).toEqual([5 + 4 + 1, 3]);
  });

  it('whole, where there is no cap, and only then anybody else', () => {
    const level = topped(topOrderProRataQueue());
    expect([level.trade(25), level.trade(18)]).toEqual([
      [25, 0],
      [15, 1], // 3 are left over 60 and 30: 2 and 1.
    ]);
  });

  it('reads a share of 0.29 of 100 as 29 lots', () => {
    const level = new Level(topOrderProRataQueue({ topShare: 0.29 }));
    level.own(1_000, true);
    level.display(1_000_000);
    // The other 71 lots over 971 and 1000000: 0.07 and 70.9, the lot left over to the oldest.
    expect(level.trade(100)).toEqual([30]);
  });

  it('takes one of those ahead to be the top order when ours did not set the price', () => {
    const level = new Level(topOrderProRataQueue({ topMaxLots: 10 }), 60);
    level.own(30, false);
    // 10 to others; then 8 over 50 and 30: 5 and 3.
    expect([level.trade(18), level.othersLots]).toEqual([[3], 45]);
  });

  it('gives no priority at a level that was empty, but behind the best', () => {
    const level = new Level(topOrderProRataQueue());
    level.own(30, false);
    level.display(30);
    expect(level.trade(10)).toEqual([5]);
  });

  it('gives no second own order priority, at the same price or at a worse one', () => {
    const same = new Level(topOrderProRataQueue());
    const [first] = [same.own(10, true), same.own(10, true)];
    same.remove(first);
    same.display(10);
    expect(same.trade(10)).toEqual([5]);

    const worse = new Level(topOrderProRataQueue());
    worse.orders.add(99, 0, 0, Side.buy, 101, 1, 0, false);
    worse.own(10, true);
    worse.display(10);
    expect(worse.trade(10)).toEqual([5]);
  });

  it('is lost by an order that joins its own level again, and not by the next order', () => {
    const level = new Level(topOrderProRataQueue());
    const slot = level.own(10, true, 7);
    level.remove(slot);
    level.own(20, true, 7);
    level.display(20);
    expect(level.trade(10), 'more lots: to the back').toEqual([5]);
    level.remove(level.slots[0]!);
    level.display(0);
    level.own(20, true, 8);
    level.display(20);
    expect(level.trade(10)).toEqual([10]);
  });

  it('refuses shares and caps that are none', () => {
    for (const bad of [0, -1, 1.01, Number.NaN]) {
      expect(() => topOrderProRataQueue({ topShare: bad })).toThrow(`topShare ${bad} is not a fraction`);
    }
    for (const bad of [0, 1.5, Number.NaN]) {
      expect(() => topOrderProRataQueue({ topMaxLots: bad })).toThrow(`topMaxLots ${bad} is not a whole number`);
      expect(() => proRataQueue({ minimumLots: bad })).toThrow(
        `pro-rata queue: minimumLots ${bad} is not a whole number of lots above 0`,
      );
    }
    expect(() => proRataQueue({ remainder: 'size' as 'time' })).toThrow('remainder size is neither time nor largest');
  });
});

describe('size-weighted', () => {
  it('favours large orders with an exponent above 1, small ones below', () => {
    // Others: 64 lots as 4 orders of 16. Ours: one of 64.
    const large = new Level(sizeWeightedQueue({ exponent: 2, typicalLots: 16 }), 64);
    large.own(64);
    // 4 × 16² = 1024 against 64² = 4096: a fifth and four fifths.
    expect(large.trade(20)).toEqual([16]);
    const small = new Level(sizeWeightedQueue({ exponent: 0.5, typicalLots: 16 }), 64);
    small.own(64);
    // 4 × 4 = 16 against 8: two thirds and a third.
    expect(small.trade(24)).toEqual([8]);
  });

  it('hands on what an order has no room for', () => {
    const level = new Level(sizeWeightedQueue({ exponent: 2, typicalLots: 1 }), 10);
    level.own(10);
    // 10 against 100, of 15: 1.36 and 13.6, of which we take 10; the rest is theirs.
    expect([level.trade(15), level.othersLots]).toEqual([[10], 5]);
  });

  it('is pro rata with an exponent of 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }),
        (joins, trades) => {
          const both = [sizeWeightedQueue({ exponent: 1, typicalLots: 7 }), proRataQueue()].map((model) => {
            const level = new Level(model);
            for (const [others, own] of joins) {
              level.display(level.displayed + others);
              level.own(own);
            }
            return trades.map((lots) => level.trade(lots));
          });
          expect(both[0]).toEqual(both[1]);
        },
      ),
    );
  });

  it('never gives out more than traded, nor leaves any of it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.double({ min: 0.5, max: 1e6, noNaN: true }),
        fc.array(fc.tuple(fc.nat(1e6), fc.integer({ min: 1, max: 1e6 })), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 2e6 }),
        (exponent, typicalLots, joins, qtyLots) => {
          const level = new Level(sizeWeightedQueue({ exponent, typicalLots }));
          let total = 0;
          for (const [others, own] of joins) {
            level.display(level.displayed + others);
            level.own(own);
            total += others + own;
          }
          const before = level.displayed;
          const ours = level.trade(qtyLots);
          expect(ours.every((lots) => Number.isSafeInteger(lots) && lots >= 0)).toBe(true);
          const sum = ours.reduce((all, lots) => all + lots, 0) + before - level.othersLots;
          expect(sum).toBe(Math.min(qtyLots, total));
        },
      ),
    );
  });

  it('refuses exponents and sizes that are none', () => {
    for (const bad of [0, -1, 11, Number.NaN]) {
      expect(() => sizeWeightedQueue({ exponent: bad, typicalLots: 1 })).toThrow(`exponent ${bad} is not above 0`);
    }
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => sizeWeightedQueue({ exponent: 1, typicalLots: bad })).toThrow(`typicalLots ${bad} is not a number`);
    }
  });
});
