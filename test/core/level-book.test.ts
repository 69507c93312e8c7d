/** The book by price level against two plain maps, with windows so small that it must move and grow all the time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument, LevelBook, Side } from '../../core/index.js';

const instrument = new Instrument({ symbol: 'X', tick: '1', lot: '1' }, 0);

/** Bids and asks as maps; the best is searched for. */
class Twin {
  readonly sides = { [Side.buy]: new Map<number, number>(), [Side.sell]: new Map<number, number>() };
  crossed = 0;
  readonly #uncross: boolean;

  constructor(uncross: boolean) {
    this.#uncross = uncross;
  }

  set(side: 1 | 2, tick: number, lots: number): number {
    const own = this.sides[side];
    const other = this.sides[side === Side.buy ? Side.sell : Side.buy];
    const before = own.get(tick) ?? 0;
    if (lots === 0) own.delete(tick);
    else {
      own.set(tick, lots);
      if (this.#uncross) {
        for (const each of other.keys()) {
          if (side === Side.buy ? each <= tick : each >= tick) this.crossed += +other.delete(each);
        }
      }
    }
    return before;
  }

  clear(side: 1 | 2, tick: number): void {
    const own = this.sides[side];
    for (const each of own.keys()) if (side === Side.buy ? each >= tick : each <= tick) own.delete(each);
  }

  levels(side: 1 | 2): [tick: number, lots: number][] {
    return [...this.sides[side]].sort(([a], [b]) => (side === Side.buy ? b - a : a - b));
  }
}

const ticks = new Int32Array(1000);
const lots = new Float64Array(1000);

function levelsOf(book: LevelBook, side: Side, count = 1000): [number, number][] {
  const found = book.levelsInto(side, count, ticks, lots);
  return Array.from({ length: found }, (_, level) => [ticks[level]!, lots[level]!]);
}

/** `expect` costs far more than the comparison. */
function same(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  if (found.join() !== expected.join()) expect(found).toEqual(expected);
}

function expectSame(book: LevelBook, twin: Twin): void {
  const [bids, asks] = [twin.levels(Side.buy), twin.levels(Side.sell)];
  same(levelsOf(book, Side.buy), bids);
  same(levelsOf(book, Side.sell), asks);
  same(levelsOf(book, Side.sell, 2), asks.slice(0, 2));
  expect([book.bestBidTicks, book.bestBidLots]).toEqual(bids[0] ?? [Number.NaN, 0]);
  expect([book.bestAskTicks, book.bestAskLots]).toEqual(asks[0] ?? [Number.NaN, 0]);
  const mid = bids.length > 0 && asks.length > 0 ? (bids[0]![0] + asks[0]![0]) / 2 : Number.NaN;
  expect(book.midTicks).toBe(mid);
  expect(book.crossed).toBe(twin.crossed);
}

const side = fc.constantFrom(Side.buy, Side.sell) as fc.Arbitrary<1 | 2>;
/** Mostly near each other; some just outside a small window, some far, some at the ends of what a tick can be. */
const tick = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -12, max: 12 }) },
  { weight: 6, arbitrary: fc.integer({ min: -90, max: 90 }) },
  { weight: 1, arbitrary: fc.integer({ min: -5_000_000, max: 5_000_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 31 - 2, -(2 ** 31) + 1) },
);
const quantity = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 }), fc.constant(2 ** 53 - 1));
const window = fc.constantFrom(8, 16, 20, 64);

describe('a book by price level', () => {
  const change = fc.oneof(
    { weight: 12, arbitrary: fc.record({ side, tick, lots: quantity }) },
    { weight: 1, arbitrary: fc.record({ side, clearTo: tick }) },
  );

  it.each([true, false])('is the same as two maps after every change (uncross %s)', (uncross) => {
    fc.assert(
      fc.property(window, fc.array(change, { maxLength: 150, size: 'max' }), (windowTicks, changes) => {
        const book = new LevelBook(instrument, { uncross, window: windowTicks });
        const twin = new Twin(uncross);
        for (const each of changes) {
          if ('clearTo' in each) {
            book.clear(each.side, each.clearTo);
            twin.clear(each.side, each.clearTo);
          } else {
            const before = book.lotsAt(each.side, each.tick);
            book.set(each.side, each.tick, each.lots);
            expect(before).toBe(twin.set(each.side, each.tick, each.lots));
            expect(book.lotsAt(each.side, each.tick)).toBe(each.lots);
          }
          expectSame(book, twin);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('stays the same when many writes far from the touch make its window grow', () => {
    const spread = fc.integer({ min: 100, max: 40_000 });
    fc.assert(
      fc.property(window, spread, fc.integer(), (windowTicks, spreadTicks, seed) => {
        const book = new LevelBook(instrument, { window: windowTicks });
        const twin = new Twin(true);
        let state = seed | 1;
        const whole = (bound: number) => {
          state = Math.imul(state, 1664525) + 1013904223;
          return (((state >>> 0) / 2 ** 32) * bound) | 0;
        };
        for (let i = 0; i < 900; i++) {
          const at = whole(2) === 0 ? Side.buy : Side.sell;
          const away = 1 + whole(i % 3 === 0 ? spreadTicks : 30);
          const where = 1000 + (at === Side.buy ? -away : away);
          const size = whole(4);
          const before = book.lotsAt(at, where);
          book.set(at, where, size);
          expect(before).toBe(twin.set(at, where, size));
          if (i % 50 === 0) expectSame(book, twin);
        }
        expectSame(book, twin);
      }),
      { numRuns: 40 },
    );
  });

  it('follows a market that walks far away', () => {
    const book = new LevelBook(instrument, { window: 16 });
    const twin = new Twin(true);
    for (let at = 0; at < 3000; at += 7) {
      for (const [s, t, q] of [
        [Side.buy, at, 5],
        [Side.sell, at + 2, 5],
        [Side.buy, at - 30, 3],
        [Side.sell, at + 40, 3],
      ] as const) {
        const before = book.lotsAt(s, t);
        book.set(s, t, q);
        expect(before).toBe(twin.set(s, t, q));
      }
    }
    expectSame(book, twin);
  });

  it('of best quotes holds one level a side', () => {
    const quote = fc.record({ side, tick, lots: quantity });
    fc.assert(
      fc.property(window, fc.array(quote, { maxLength: 80 }), (windowTicks, quotes) => {
        const book = new LevelBook(instrument, { window: windowTicks });
        const twin = new Twin(true);
        for (const each of quotes) {
          book.setOnly(each.side, each.tick, each.lots);
          twin.sides[each.side].clear();
          twin.set(each.side, each.tick, each.lots);
          expectSame(book, twin);
        }
      }),
      { numRuns: 150 },
    );
  });
});
