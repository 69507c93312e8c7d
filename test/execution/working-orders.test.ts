/** Own orders at the venue, and what the venue hears of, against a plain list of orders and a list of watched ticks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Side } from '../../core/market.js';
import { Watch } from '../../core/venue.js';
import { WorkingOrders } from '../../execution/working-orders.js';

interface Resting {
  readonly id: number;
  readonly strategy: number;
  readonly instrument: number;
  readonly side: Side;
  readonly tick: number;
  leaves: number;
  shown: number;
}

interface Hold {
  readonly instrument: number;
  readonly side: Side;
  readonly tick: number;
}

const SIDES = [Side.buy, Side.sell] as const;

/** Orders in the order in which they joined; lines and levels are looked for anew each time. */
class Twin {
  orders: Resting[] = [];
  holds: Hold[] = [];
  readonly all = new Set<number>();

  find(id: number): Resting | undefined {
    return this.orders.find((order) => order.id === id);
  }

  side(instrument: number, side: Side): Resting[] {
    return this.orders.filter((order) => order.instrument === instrument && order.side === side);
  }

  line(instrument: number, side: Side, tick: number): Resting[] {
    return this.side(instrument, side).filter((order) => order.tick === tick);
  }

  /** Best first. */
  ticks(instrument: number, side: Side): number[] {
    const ticks = [...new Set(this.side(instrument, side).map(({ tick }) => tick))];
    return ticks.sort((a, b) => (side === Side.buy ? b - a : a - b));
  }

  toBack(id: number): void {
    const order = this.find(id)!;
    this.orders = [...this.orders.filter((each) => each !== order), order];
  }

  holdsAt(instrument: number, side: Side, tick: number): number {
    return this.holds.filter((held) => held.instrument === instrument && held.side === side && held.tick === tick)
      .length;
  }

  /** Whether a row must come through. */
  mustHear(instrument: number, side: Side, tick: number): boolean {
    if (this.all.has(instrument) || this.line(instrument, side, tick).length > 0) return true;
    if (this.holdsAt(instrument, side, tick) > 0) return true;
    return side === Side.buy
      ? this.side(instrument, Side.sell).some((ask) => tick >= ask.tick)
      : this.side(instrument, Side.buy).some((bid) => tick <= bid.tick);
  }

  /** Whether a row may come through: also one that differs from a watched tick in high bits only, not beyond the worst. */
  mayHear(instrument: number, side: Side, tick: number): boolean {
    if (this.mustHear(instrument, side, tick)) return true;
    const watched = [
      ...this.side(instrument, side),
      ...this.holds.filter((h) => h.instrument === instrument && h.side === side),
    ];
    return watched.some((each) => (each.tick & 31) === (tick & 31));
  }

  hearsTrades(instrument: number): boolean {
    return (
      [this.orders, this.holds].some((list) => list.some((each) => each.instrument === instrument)) ||
      this.all.has(instrument)
    );
  }
}

function lineOf(orders: WorkingOrders, first: number): number[] {
  const slots: number[] = [];
  for (let slot = first; slot >= 0; slot = orders.next[slot]!) {
    expect(orders.previous[slot]).toBe(slots.at(-1) ?? -1);
    slots.push(slot);
  }
  return slots;
}

function expectSame(
  orders: WorkingOrders,
  watch: Watch,
  twin: Twin,
  instruments: number,
  from: number,
  to: number,
): void {
  expect(orders.size).toBe(twin.orders.length);
  expect([...orders.slots()].map((slot) => orders.orderId[slot])).toEqual(
    twin.orders.map(({ id }) => id).sort((a, b) => a - b),
  );
  for (let instrument = 0; instrument < instruments; instrument++) {
    for (const side of SIDES) {
      const ticks = twin.ticks(instrument, side);
      expect(orders.bestTick(instrument, side)).toBe(ticks[0] ?? Number.NaN);
      expect(orders.bestSlot(instrument, side)).toBe(
        ticks.length === 0 ? -1 : orders.firstAt(instrument, side, ticks[0]!),
      );
      const walked = [];
      for (let tick = orders.bestTick(instrument, side); !Number.isNaN(tick); ) {
        walked.push(tick);
        tick = orders.nextTick(instrument, side, tick);
      }
      expect(walked).toEqual(ticks);
      const found = [];
      const expected = [];
      for (let tick = from; tick <= to; tick++) {
        const line = twin.line(instrument, side, tick);
        const held = twin.holdsAt(instrument, side, tick);
        const worse = ticks.find((each) => (side === Side.buy ? each < tick : each > tick));
        const must = twin.mustHear(instrument, side, tick);
        const heard = watch.level(instrument, side, tick);
        // Between what must and what may come through, either answer is right.
        const right = must || (heard && twin.mayHear(instrument, side, tick));
        const ids = line.map(({ id }) => id);
        const leaves = line.reduce((sum, each) => sum + each.leaves, 0);
        expected.push({ tick, ids, leaves, worse: worse ?? Number.NaN, held, heard: right });
        found.push({
          tick,
          ids: lineOf(orders, orders.firstAt(instrument, side, tick)).map((slot) => orders.orderId[slot]),
          leaves: orders.leavesAt(instrument, side, tick),
          worse: orders.nextTick(instrument, side, tick),
          held: orders.watching.holds(instrument, side, tick),
          heard,
        });
      }
      expect(found).toEqual(expected);
    }
    expect(watch.trades[instrument] !== 0).toBe(twin.hearsTrades(instrument));
  }
  for (const order of twin.orders) {
    const slot = orders.slotOf(order.id);
    expect([
      orders.strategy[slot],
      orders.instrument[slot],
      orders.side[slot],
      orders.priceTicks[slot],
      orders.leavesLots[slot],
      orders.shownLots[slot],
    ]).toEqual([order.strategy, order.instrument, order.side, order.tick, order.leaves, order.shown]);
  }
}

/** The range is wider than 32 ticks, crosses 0, and is small enough for prices to meet. */
const FROM = -20;
const TO = 40;
const place = fc.oneof(
  fc.record({
    instrument: fc.constantFrom(0, 1),
    side: fc.constantFrom(...SIDES),
    tick: fc.integer({ min: FROM, max: TO }),
  }),
  // For long lines; the first two differ by 32 ticks.
  fc.constantFrom(
    { instrument: 0, side: Side.buy, tick: -3 },
    { instrument: 0, side: Side.buy, tick: 29 },
    { instrument: 0, side: Side.sell, tick: 30 },
  ),
);
const pick = fc.noBias(fc.nat(1000));

describe('own orders at the venue', () => {
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ op: fc.constant('add' as const), at: place, lots: fc.integer({ min: 1, max: 9 }) }),
    },
    { weight: 4, arbitrary: fc.record({ op: fc.constant('remove' as const), pick }) },
    {
      weight: 2,
      arbitrary: fc.record({ op: fc.constant('setLeaves' as const), pick, lots: fc.integer({ min: 1, max: 12 }) }),
    },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('moveToBack' as const), pick }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('hold' as const), at: place }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('release' as const), pick }) },
    {
      weight: 1,
      arbitrary: fc.record({ op: fc.constant('all' as const), instrument: fc.constantFrom(0, 1), on: fc.boolean() }),
    },
  );
  const one = <Value>(list: readonly Value[], at: number): Value | undefined => list[at % Math.max(1, list.length)];

  it('are the same as a list of orders after every step, and the watch lets through what it must and little more', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), (steps) => {
        const watch = new Watch(2);
        const orders = new WorkingOrders(2, watch);
        const twin = new Twin();
        let id = 100;
        for (const each of steps) {
          if (each.op === 'add') {
            // Ids that go down now and then: order of id is not order of joining.
            id += id % 3 === 0 ? -4 : 7;
            if (twin.find(id) !== undefined) continue;
            const { lots } = each;
            const { instrument, side, tick } = each.at;
            const slot = orders.add(id, id % 2, instrument, side, tick, lots, 0, false);
            expect(
              [orders.aheadLots, orders.tradedLots, orders.levelLots, orders.joinSequence, orders.flags].map(
                (column) => column[slot],
              ),
            ).toEqual([0, 0, 0, 0, 0]);
            // Left behind for the next order of this slot.
            for (const column of [
              orders.aheadLots,
              orders.tradedLots,
              orders.levelLots,
              orders.joinSequence,
              orders.flags,
            ])
              column[slot] = 7;
            twin.orders.push({ id, strategy: id % 2, instrument, side, tick, leaves: lots, shown: lots });
          } else if (each.op === 'hold') {
            orders.watching.hold(each.at.instrument, each.at.side, each.at.tick);
            twin.holds.push(each.at);
          } else if (each.op === 'release') {
            const held = one(twin.holds, each.pick);
            if (held === undefined) continue;
            orders.watching.release(held.instrument, held.side, held.tick);
            twin.holds.splice(each.pick % twin.holds.length, 1);
          } else if (each.op === 'all') {
            orders.watching.watchAll(each.instrument, each.on);
            if (each.on) twin.all.add(each.instrument);
            else twin.all.delete(each.instrument);
          } else {
            const order = one(twin.orders, each.pick);
            if (order === undefined) continue;
            const slot = orders.slotOf(order.id);
            if (each.op === 'remove') {
              orders.remove(slot);
              twin.orders.splice(twin.orders.indexOf(order), 1);
              expect(orders.slotOf(order.id)).toBe(-1);
            } else if (each.op === 'moveToBack') {
              orders.moveToBack(slot);
              twin.toBack(order.id);
            } else {
              orders.setLeaves(slot, each.lots);
              order.leaves = each.lots;
              order.shown = Math.min(order.shown, each.lots);
            }
          }
          expectSame(orders, watch, twin, 2, FROM, TO);
        }
      }),
      { numRuns: 120 },
    );
  });

  it('keep their order over thousands of prices that come and go in any order', () => {
    const orders = new WorkingOrders(1);
    let state = 20260101;
    const whole = (bound: number) => {
      state = Math.imul(state, 1664525) + 1013904223;
      return Math.floor(((state >>> 0) / 2 ** 32) * bound);
    };
    // Far apart, and near both ends of what a tick can be.
    const tickOf = (at: number) => (at - 4000) * 500_000;
    for (const side of SIDES) {
      const alive = new Map<number, number>();
      const expectLadder = () => {
        const sorted = [...alive.values()].sort((a, b) => (side === Side.buy ? b - a : a - b));
        const walked = [];
        for (let at = orders.bestTick(0, side); !Number.isNaN(at); at = orders.nextTick(0, side, at)) walked.push(at);
        expect(walked).toEqual(sorted);
      };
      for (let id = 0; id < 20_000; id++) {
        const at = tickOf(whole(8000));
        if (orders.firstAt(0, side, at) < 0) {
          orders.add(id, 0, 0, side, at, 1, 0, false);
          alive.set(id, at);
        }
        // First it grows, then it shrinks to nothing.
        for (let times = id < 10_000 ? whole(2) : 2; times > 0 && alive.size > 0; times--) {
          const gone = [...alive.keys()][whole(alive.size)]!;
          orders.remove(orders.slotOf(gone));
          alive.delete(gone);
        }
        if (id % 1000 === 0) expectLadder();
        if (id === 10_000) expect(alive.size).toBeGreaterThan(2500);
      }
      expectLadder();
    }
  });
});

describe('the watch of own orders', () => {
  it('hears rows of the own side at own prices only, and of the other side what reaches the best own price', () => {
    const watch = new Watch(1);
    const orders = new WorkingOrders(1, watch);
    orders.add(1, 0, 0, Side.buy, 100, 5, 0, false);
    orders.add(2, 0, 0, Side.buy, 90, 5, 0, false);
    const heard = (side: Side) =>
      Array.from({ length: 24 }, (_, at) => 85 + at).filter((at) => watch.level(0, side, at));
    expect(heard(Side.buy)).toEqual([90, 100]);
    expect(heard(Side.sell)).toEqual([85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
    orders.remove(orders.slotOf(1));
    expect(heard(Side.buy)).toEqual([90]);
    expect(heard(Side.sell)).toEqual([85, 86, 87, 88, 89, 90]);
    orders.remove(orders.slotOf(2));
    expect([heard(Side.buy), heard(Side.sell), watch.trades[0]]).toEqual([[], [], 0]);
  });

  it('hears trades at an own price or through it, and by an unknown aggressor those of either side', () => {
    const watch = new Watch(1);
    const orders = new WorkingOrders(1, watch);
    orders.add(1, 0, 0, Side.buy, 100, 5, 0, false);
    orders.add(2, 0, 0, Side.buy, 90, 5, 0, false);
    orders.add(3, 0, 0, Side.sell, 104, 5, 0, false);
    const heard = (aggressor: Side) =>
      Array.from({ length: 10 }, (_, at) => 97 + at).filter((tick) => watch.trade(0, aggressor, tick));
    // Sellers take bids: at 100, and below it on their way. Buyers take asks.
    expect(heard(Side.sell)).toEqual([97, 98, 99, 100]);
    expect(heard(Side.buy)).toEqual([104, 105, 106]);
    expect(heard(Side.none)).toEqual([97, 98, 99, 100, 104, 105, 106]);
    for (const id of [1, 2, 3]) orders.remove(orders.slotOf(id));
    expect(heard(Side.none)).toEqual([]);
    orders.watching.watchAll(0, true);
    expect(heard(Side.none)).toHaveLength(10);
  });

  it('hears of a held price until it was released as often as it was held, whatever rests there', () => {
    const watch = new Watch(1);
    const orders = new WorkingOrders(1, watch);
    orders.watching.hold(0, Side.sell, 105);
    orders.watching.hold(0, Side.sell, 105);
    orders.add(1, 0, 0, Side.sell, 105, 5, 0, false);
    orders.remove(orders.slotOf(1));
    orders.watching.release(0, Side.sell, 105);
    expect([watch.level(0, Side.sell, 105), watch.level(0, Side.sell, 104), watch.trades[0]]).toEqual([true, false, 1]);
    // An own order would hear of bids that reach it; a held price does not.
    expect(watch.level(0, Side.buy, 106)).toBe(false);
    orders.watching.release(0, Side.sell, 105);
    expect([watch.level(0, Side.sell, 105), watch.trades[0]]).toEqual([false, 0]);
    expect(() => orders.watching.release(0, Side.sell, 105)).toThrow('instrument 0: tick 105 of side 2 is not held');
  });

  it('hears every row of an instrument while all are watched, and what it heard before when they no longer are', () => {
    const watch = new Watch(2);
    const orders = new WorkingOrders(2, watch);
    const extremes = [1 - 2 ** 31, -1, 0, 1, 2 ** 31 - 2];
    const heard = (instrument: number) =>
      SIDES.map((side) => extremes.filter((at) => watch.level(instrument, side, at)));
    orders.watching.watchAll(0, true);
    orders.add(1, 0, 0, Side.buy, 1, 5, 0, false);
    expect([heard(0), heard(1)]).toEqual([
      [extremes, extremes],
      [[], []],
    ]);
    orders.watching.watchAll(0, false);
    expect(heard(0)).toEqual([[1], [1 - 2 ** 31, -1, 0, 1]]);
  });
});
