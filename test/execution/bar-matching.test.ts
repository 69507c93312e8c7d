/** Orders meet bars: the rules one by one on numbers worked out by hand, and all at once against a twin that walks the ticks. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Side } from '../../core/index.js';
import {
  BarAgenda,
  BarMatcher,
  type BarMatcherOptions,
  BarTurn,
  closeOnly,
  nearerExtremeFirst,
  openHighLowClose,
  openLowHighClose,
} from '../../execution/index.js';
import { anyBar } from '../contracts/bar-path.contract.js';
import { type PlainFill, type PlainOrder, plainFills } from '../reference/plain-bars.js';

const { buy, sell } = Side;
type Bar = [open: number, high: number, low: number, close: number, volume?: number];

function at([open, high, low, close, volume = 1000]: Bar, options: Partial<BarMatcherOptions> = {}): BarMatcher {
  const matcher = new BarMatcher({ path: openHighLowClose, limit: 'touched', maxVolumeShare: 1, ...options });
  matcher.begin(open, high, low, close, volume);
  return matcher;
}

/** Where and at what price, or nothing. */
function found(matcher: BarMatcher, place: number): [place: number, price: number] | undefined {
  return place === Infinity ? undefined : [place, matcher.fillTicks];
}

/** Up 100 → 110, down to 95, up to 105: places 0, 10, 25, 35. */
const UP_FIRST: Bar = [100, 110, 95, 105];

describe('a limit order', () => {
  const limit = (side: Side, price: number, options?: Partial<BarMatcherOptions>, from = 0) => {
    const matcher = at(UP_FIRST, options);
    return found(matcher, matcher.reachLimit(side, price, from));
  };

  it('fills at the open where the bar opened better than it or at it', () => {
    expect(limit(buy, 103)).toEqual([0, 100]);
    expect(limit(buy, 100)).toEqual([0, 100]);
    expect(limit(sell, 90)).toEqual([0, 100]);
  });

  it('fills at its own price where the path comes to it, at the place where it does', () => {
    expect(limit(buy, 98)).toEqual([22, 98]);
    expect(limit(buy, 95)).toEqual([25, 95]);
    expect(limit(sell, 107)).toEqual([7, 107]);
    expect(limit(buy, 94)).toBeUndefined();
    expect(limit(sell, 111)).toBeUndefined();
  });

  it('that must be traded through needs one tick more, and is worth its own price then', () => {
    const through = { limit: 'traded-through' } as const;
    expect(limit(buy, 98, through)).toEqual([23, 98]);
    expect(limit(buy, 96, through)).toEqual([25, 96]);
    expect(limit(buy, 95, through)).toBeUndefined();
    expect(limit(sell, 109, through)).toEqual([10, 109]);
    expect(limit(sell, 110, through)).toBeUndefined();
    // Opened at the limit: not through it yet. Opened better: at the open (LEAN's equity limits do the same).
    expect(limit(buy, 100, through)).toEqual([21, 100]);
    expect(limit(buy, 101, through)).toEqual([0, 100]);
  });

  it('that begins inside the bar sees the rest of the path only', () => {
    expect(limit(sell, 107, {}, 12)).toEqual([12, 108]);
    expect(limit(sell, 109, {}, 12)).toBeUndefined();
    expect(limit(sell, 103, {}, 20)).toEqual([33, 103]);
    expect(limit(buy, 96, {}, 26)).toEqual([26, 96]);
    expect(limit(buy, 95, {}, 26)).toBeUndefined();
  });
});

describe('a stop', () => {
  it('fills at its trigger when the price moves through it, at the open when the bar gapped over it', () => {
    const matcher = at(UP_FIRST);
    expect(found(matcher, matcher.reachStop(sell, 97, 0))).toEqual([23, 97]);
    expect(matcher.atOnce).toBe(false);
    expect(found(matcher, matcher.reachStop(sell, 102, 0))).toEqual([0, 100]);
    expect(matcher.atOnce).toBe(true);
    expect(found(matcher, matcher.reachStop(buy, 110, 0))).toEqual([10, 110]);
    expect(found(matcher, matcher.reachStop(buy, 99, 0))).toEqual([0, 100]);
    expect(found(matcher, matcher.reachStop(buy, 111, 0))).toBeUndefined();
    expect(found(matcher, matcher.reachStop(sell, 94, 0))).toBeUndefined();
  });

  it('is touched, not traded through, also where limits must be', () => {
    const matcher = at(UP_FIRST, { limit: 'traded-through' });
    expect(found(matcher, matcher.reachStop(sell, 95, 0))).toEqual([25, 95]);
    expect(found(matcher, matcher.reachTouch(buy, 95, 0))).toEqual([25, 95]);
  });

  it('with a limit must have its limit met after its trigger: what lay before does not count', () => {
    const matcher = at(UP_FIRST);
    // Buy stop 108: triggered on the way up at place 8. Limit 109: marketable there, at 108.
    const trigger = matcher.reachStop(buy, 108, 0);
    expect(trigger).toBe(8);
    expect(found(matcher, matcher.reachLimit(buy, 109, trigger))).toEqual([8, 108]);
    // Limit 104 was passed on the way up; it counts on the way down, at place 16.
    expect(found(matcher, matcher.reachLimit(buy, 104, trigger))).toEqual([16, 104]);
    // Sell stop 96 on the way down at place 24; limit 107 was there at the top, but the rest ends at 105.
    const down = matcher.reachStop(sell, 96, 0);
    expect(down).toBe(24);
    expect(found(matcher, matcher.reachLimit(sell, 107, down))).toBeUndefined();
    expect(found(matcher, matcher.reachLimit(sell, 105, down))).toEqual([35, 105]);
  });

  it('with a limit that was gapped over waits until the price comes back to the limit', () => {
    // Buy stop 98, limit 99; the bar opens at 100: triggered there, too dear, back at 99 on the way down.
    const matcher = at(UP_FIRST);
    const trigger = matcher.reachStop(buy, 98, 0);
    expect([trigger, matcher.fillTicks]).toEqual([0, 100]);
    expect(found(matcher, matcher.reachLimit(buy, 99, trigger))).toEqual([21, 99]);
  });
});

describe('a trailing stop', () => {
  it('follows the path up and triggers on the way down', () => {
    const matcher = at(UP_FIRST);
    // Sell, 6 behind: from 94 up to 104 at the top; down from 110 it is met at place 16.
    expect(found(matcher, matcher.reachTrailing(sell, 90, 6, 0))).toEqual([16, 104]);
    expect(matcher.trailedTicks).toBe(104);
    // 16 behind: stands at 94 after the top; the low of 95 does not reach it, and it does not go back.
    expect(found(matcher, matcher.reachTrailing(sell, 90, 16, 0))).toBeUndefined();
    expect(matcher.trailedTicks).toBe(94);
  });

  it('on the other side of the path is met elsewhere', () => {
    const matcher = at(UP_FIRST, { path: openLowHighClose });
    // Down 100 → 95 first (5), up to 110 (20), back to 105 (25): 6 behind is 94, not met; 104 at the top, not met at 105.
    expect(found(matcher, matcher.reachTrailing(sell, 90, 6, 0))).toBeUndefined();
    expect(matcher.trailedTicks).toBe(104);
    // A buy, 4 above: 104 → 99 at the low, met on the way up at place 9.
    expect(found(matcher, matcher.reachTrailing(buy, Infinity, 4, 0))).toEqual([9, 99]);
  });

  it('fills at the open when the bar gapped over it', () => {
    const matcher = at(UP_FIRST);
    expect(found(matcher, matcher.reachTrailing(sell, 103, 6, 0))).toEqual([0, 100]);
    expect(matcher.atOnce).toBe(true);
  });
});

describe('a bracket in one bar', () => {
  // Long from 100: target 108, stop 96; the bar reaches both.
  const BOTH: Bar = [100, 110, 95, 102];
  const first = (path: BarMatcherOptions['path'], bar: Bar = BOTH) => {
    const matcher = at(bar, { path });
    const target = matcher.reachLimit(sell, 108, 0);
    const stop = matcher.reachStop(sell, 96, 0);
    return target < stop ? 'target' : stop < target ? 'stop' : 'neither';
  };

  test('ends as the path has it', () => {
    expect(first(openHighLowClose)).toBe('target');
    expect(first(openLowHighClose)).toBe('stop');
    // The low is 5 away from the open, the high 10.
    expect(first(nearerExtremeFirst)).toBe('stop');
    expect(first(nearerExtremeFirst, [104, 110, 95, 102])).toBe('target');
  });

  test('that gapped over its stop ends there at the open, whatever the path', () => {
    for (const path of [openHighLowClose, openLowHighClose, nearerExtremeFirst]) {
      expect(first(path, [94, 110, 90, 102])).toBe('stop');
    }
  });
});

test('a market order fills at the open, and one that arrives inside the bar where the price is then', () => {
  const matcher = at(UP_FIRST);
  expect(found(matcher, matcher.reachMarket(0))).toEqual([0, 100]);
  // Half of the time: 17.5 of 35 ticks, so the 18th: eight below the top.
  expect(matcher.placeAfter(0.5)).toBe(18);
  expect(found(matcher, matcher.reachMarket(18))).toEqual([18, 102]);
  expect([0, 10, 25, 35].map((place) => matcher.priceTicks(place))).toEqual([100, 110, 95, 105]);
  expect([matcher.placeAfter(0), matcher.placeAfter(1), matcher.lengthTicks]).toEqual([0, 35, 35]);
});

test('where only the close is known, everything that it reaches fills at the close', () => {
  const matcher = at(UP_FIRST, { path: closeOnly });
  expect(found(matcher, matcher.reachMarket(0))).toEqual([0, 105]);
  expect(found(matcher, matcher.reachLimit(buy, 106, 0))).toEqual([0, 105]);
  expect(found(matcher, matcher.reachLimit(buy, 98, 0))).toBeUndefined();
  expect(found(matcher, matcher.reachStop(buy, 101, 0))).toEqual([0, 105]);
  expect(matcher.lengthTicks).toBe(0);
});

describe('the volume of a bar', () => {
  it('is shared by all own orders, in whole lots rounded down', () => {
    // zipline's case: 2.5 % of 2000 is 50, of an order of 100.
    expect(at([350, 350, 350, 350, 2000], { maxVolumeShare: 0.025 }).take(100, 0)).toBe(50);
    const matcher = at([100, 100, 100, 100, 999], { maxVolumeShare: 0.1 });
    expect(matcher.leftLots).toBe(99);
    expect([matcher.take(60, 0), matcher.take(60, 0), matcher.take(60, 0)]).toEqual([60, 39, 0]);
    // 0.29 × 100 is 28.999999999999996 in doubles.
    expect(at([1, 1, 1, 1, 100], { maxVolumeShare: 0.29 }).leftLots).toBe(29);
    expect(at([1, 1, 1, 1, 39], { maxVolumeShare: 0.025 }).leftLots).toBe(0);
    expect(at([1, 1, 1, 1, 0]).leftLots).toBe(0);
    expect(at([1, 1, 1, 1, 0], { maxVolumeShare: 'unlimited' }).take(1e9, 0)).toBe(1e9);
  });

  it('fills an order once a bar, however often it is asked (LEAN #4445)', () => {
    const matcher = at([100, 100, 100, 100, 1000]);
    expect(matcher.take(10, 0)).toBe(10);
    expect(matcher.take(5, matcher.bar)).toBe(0);
    const before = matcher.bar;
    matcher.begin(100, 100, 100, 100, 1000);
    expect(matcher.take(5, before)).toBe(5);
  });
});

describe('what cannot be is refused, with its value', () => {
  const options = { path: openHighLowClose, limit: 'touched', maxVolumeShare: 1 } as const;

  test.each([
    [{ maxVolumeShare: 0 }, 'maxVolumeShare 0'],
    [{ maxVolumeShare: 1.01 }, 'maxVolumeShare 1.01'],
    [{ maxVolumeShare: Number.NaN }, 'maxVolumeShare NaN'],
    [{ limit: 'crossed' as 'touched' }, 'limit "crossed"'],
  ])('options %o', (wrong, message) => {
    expect(() => new BarMatcher({ ...options, ...wrong })).toThrow(RangeError);
    expect(() => new BarMatcher({ ...options, ...wrong })).toThrow(message);
  });

  test.each<Bar>([
    [100, 99, 90, 95],
    [100, 110, 101, 105],
    [100, 110, 90, 111],
    [100, 110, 90, 89],
    [Number.NaN, 110, 90, 95],
    [100, 110, Number.NaN, 95],
    [100, 110, 90, 95, -1],
    [100, 110, 90, 95, Number.NaN],
    [100, 110, 90, 95, Infinity],
  ])('bar %d %d %d %d', (...bar) => {
    expect(() => at(bar)).toThrow(RangeError);
  });

  test.each([
    ['leaves the bar', [100, 111, 90, 95]],
    ['does not begin at the open', [101, 90, 95]],
    ['does not end at the close', [100, 110, 90]],
    ['has no points', []],
  ])('a path that %s', (_name, points) => {
    const path = {
      path: (_open: number, _high: number, _low: number, _close: number, into: Int32Array) => {
        into.set(points);
        return points.length;
      },
    };
    expect(() => at([100, 110, 90, 95], { path })).toThrow(/^bar path/);
  });

  test.each([-1, 36, 0.5, Number.NaN, Infinity])('place %d', (place) => {
    expect(() => at(UP_FIRST).reachLimit(buy, 100, place)).toThrow(RangeError);
    expect(() => at(UP_FIRST).reachTrailing(buy, 100, 5, place)).toThrow(RangeError);
  });

  test.each([-0.1, 1.1, Number.NaN])('share %d of the time', (share) => {
    expect(() => at(UP_FIRST).placeAfter(share)).toThrow(RangeError);
  });
});

test('up first or down first, the same plain limits fill, and at the same price unless the open decides', () => {
  fc.assert(
    fc.property(
      anyBar,
      fc.constantFrom(buy, sell),
      fc.integer({ min: -3, max: 12 }),
      fc.constantFrom('touched', 'traded-through'),
      (bar, side, above, limit) => {
        const reached = [openHighLowClose, openLowHighClose, nearerExtremeFirst].map((path) => {
          const matcher = at([bar.open, bar.high, bar.low, bar.close], { path, limit });
          return found(matcher, matcher.reachLimit(side, bar.low + above, 0))?.[1];
        });
        expect(new Set(reached).size).toBe(1);
      },
    ),
  );
});

describe('the agenda', () => {
  it('hands out by place, triggers before limits, then arrival; what is removed has no turn', () => {
    const agenda = new BarAgenda();
    agenda.add(1, 20, BarTurn.limit, 1);
    agenda.add(2, 5, BarTurn.limit, 2);
    agenda.add(3, 5, BarTurn.trigger, 3);
    agenda.add(4, Infinity, BarTurn.trigger, 4);
    agenda.add(5, 5, BarTurn.limit, 0);
    agenda.add(6, 0, BarTurn.limit, 6);
    expect(agenda.remove(6)).toBe(true);
    expect(agenda.remove(6)).toBe(false);
    expect([agenda.next(), agenda.placeTicks]).toEqual([3, 5]);
    expect(() => agenda.add(7, 4, BarTurn.limit, 7)).toThrow('place 4 lies before 5');
    agenda.add(3, 5, BarTurn.limit, 1);
    expect([agenda.next(), agenda.next(), agenda.next(), agenda.next(), agenda.next()]).toEqual([5, 3, 2, 1, -1]);
    expect(agenda.size).toBe(0);
  });

  it('is a stable sort, whatever is added and removed on the way', () => {
    const entry = fc.tuple(fc.nat(5), fc.nat(1), fc.nat(3));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), fc.array(fc.nat(59)), (entries, removed) => {
        const agenda = new BarAgenda();
        entries.forEach(([place, turn, arrival], order) => {
          agenda.add(order, place, turn as BarTurn, arrival);
        });
        for (const order of removed) agenda.remove(order);
        const expected = entries
          .map(([place, turn, arrival], order) => ({ place, turn, arrival, order }))
          .filter(({ order }) => !removed.includes(order))
          .sort((a, b) => a.place - b.place || a.turn - b.turn || a.arrival - b.arrival);
        const keys = (order: number) => entries[order]!.join();
        const found: number[] = [];
        while (agenda.size > 0) found.push(agenda.next());
        expect(found.map(keys)).toEqual(expected.map(({ order }) => keys(order)));
        expect([...found].sort()).toEqual(expected.map(({ order }) => order).sort());
      }),
    );
  });
});

/** A venue as small as can be, on matcher and agenda: what a real one does with them. */
function fillsOf(
  orders: readonly PlainOrder[],
  bars: readonly Required<Bar>[],
  options: BarMatcherOptions,
): PlainFill[] {
  const matcher = new BarMatcher(options);
  const agenda = new BarAgenda();
  const fills: PlainFill[] = [];
  const live = orders.map((order) => ({ ...order, side: order.buy ? buy : sell, left: order.lots, filledBar: 0 }));
  const state = orders.map(({ kind }) => kind as PlainOrder['kind'] | 'gone');
  const stands = orders.map(({ price }) => price);
  const reach = (order: number, place: number): number => {
    const { side, limit, offset } = live[order]!;
    switch (state[order]) {
      case 'market':
        return matcher.reachMarket(place);
      case 'limit':
        return matcher.reachLimit(side, orders[order]!.kind === 'limit' ? stands[order]! : limit, place);
      case 'touch':
        return matcher.reachTouch(side, stands[order]!, place);
      case 'trailing': {
        const reached = matcher.reachTrailing(side, stands[order]!, offset, place);
        stands[order] = matcher.trailedTicks;
        return reached;
      }
      case 'gone':
        return Infinity;
      default:
        return matcher.reachStop(side, stands[order]!, place);
    }
  };
  const turn = (order: number) => (state[order] === 'limit' ? BarTurn.limit : BarTurn.trigger);
  for (const bar of bars) {
    matcher.begin(...bar);
    agenda.clear();
    const price: number[] = [];
    const add = (order: number, from: number) => {
      const place = reach(order, from);
      price[order] = matcher.fillTicks;
      agenda.add(order, place, turn(order), order);
    };
    for (let order = 0; order < live.length; order++) add(order, 0);
    for (let order = agenda.next(); order >= 0; order = agenda.next()) {
      const each = live[order]!;
      if (state[order] === 'stop-limit') {
        state[order] = 'limit';
        add(order, agenda.placeTicks);
        continue;
      }
      if (state[order] !== 'limit') state[order] = 'market';
      const lots = matcher.take(each.left, each.filledBar);
      if (lots === 0) continue;
      each.filledBar = matcher.bar;
      each.left -= lots;
      fills.push({ bar: matcher.bar - 1, order, price: price[order]!, lots });
      if (each.left === 0) state[order] = 'gone';
      live.forEach(({ group }, other) => {
        if (other === order || group !== each.group) return;
        state[other] = 'gone';
        agenda.remove(other);
      });
    }
  }
  return fills;
}

describe('orders of every kind on random bars', () => {
  const price = fc.integer({ min: 85, max: 125 });
  const order: fc.Arbitrary<PlainOrder> = fc.record({
    kind: fc.constantFrom('market', 'limit', 'stop', 'stop-limit', 'touch', 'trailing'),
    buy: fc.boolean(),
    price,
    limit: price,
    offset: fc.integer({ min: 1, max: 12 }),
    lots: fc.integer({ min: 1, max: 30 }),
    group: fc.nat(9),
  });
  const bar = fc
    .tuple(fc.array(fc.integer({ min: 90, max: 120 }), { minLength: 4, maxLength: 4 }), fc.nat(80))
    .map(
      ([prices, volume]): Required<Bar> => [prices[0]!, Math.max(...prices), Math.min(...prices), prices[1]!, volume],
    );

  it('fill as those of a twin that walks tick by tick; within the bar, its volume and their limits', () => {
    const seen = { fills: 0, partial: 0, later: 0 };
    fc.assert(
      fc.property(
        fc.array(order, { minLength: 1, maxLength: 8 }),
        fc.array(bar, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(openHighLowClose, openLowHighClose, nearerExtremeFirst, closeOnly),
        fc.boolean(),
        fc.integer({ min: 1, max: 100 }),
        (orders, bars, path, through, percent) => {
          const fills = fillsOf(orders, bars, {
            path,
            limit: through ? 'traded-through' : 'touched',
            maxVolumeShare: percent / 100,
          });
          const points = bars.map(([open, high, low, close]) => {
            const into = new Int32Array(4);
            return [...into.subarray(0, path.path(open, high, low, close, into))];
          });
          const twin = plainFills(
            orders,
            bars.map(([, , , , volume], index) => ({ points: points[index]!, volume })),
            { through, percent },
          );
          expect(fills).toEqual(twin);

          fills.forEach(({ bar: index, order: number, price: paid }) => {
            const [, high, low] = bars[index]!;
            const { kind, buy: buys, price: limit, limit: second } = orders[number]!;
            expect(paid >= low && paid <= high).toBe(true);
            const worst = kind === 'limit' ? limit : kind === 'stop-limit' ? second : buys ? Infinity : -Infinity;
            expect(buys ? paid <= worst : paid >= worst).toBe(true);
          });
          bars.forEach(([, , , , volume], index) => {
            const ofBar = fills.filter((fill) => fill.bar === index);
            expect(ofBar.reduce((sum, { lots }) => sum + lots, 0) * 100).toBeLessThanOrEqual(percent * volume);
            expect(new Set(ofBar.map((fill) => fill.order)).size, 'one fill an order a bar').toBe(ofBar.length);
          });
          orders.forEach(({ lots }, number) => {
            const own = fills.filter((fill) => fill.order === number);
            expect(own.reduce((sum, fill) => sum + fill.lots, 0)).toBeLessThanOrEqual(lots);
            seen.later += own.length > 1 ? 1 : 0;
            seen.partial += own.some((fill) => fill.lots < lots) ? 1 : 0;
          });
          seen.fills += fills.length;
        },
      ),
      { numRuns: 2000 },
    );
    // The random histories do hold what this test is about.
    expect(seen.fills).toBeGreaterThan(1000);
    expect(Math.min(seen.partial, seen.later)).toBeGreaterThan(100);
  });
});
