/** The book order by order against a plain list of orders. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderBook } from '../../core/book/orders.js';
import { Instrument } from '../../core/instrument.js';
import { Side } from '../../core/market.js';

const instrument = new Instrument({ symbol: 'X', tick: '1', lot: '1' }, 0);

interface Resting {
  readonly id: number;
  readonly side: Side;
  readonly tick: number;
  /** The how-manieth to join any queue. */
  readonly joined: number;
  lots: number;
}

/** Orders in the order in which they joined their price. */
class Twin {
  orders: Resting[] = [];
  joined = 0;
  unknown = 0;
  replaced = 0;

  find(id: number): Resting | undefined {
    return this.orders.find((order) => order.id === id);
  }

  add(id: number, side: Side, tick: number, lots: number): void {
    if (this.find(id) !== undefined) this.replaced++;
    this.orders = [...this.orders.filter((order) => order.id !== id), { id, side, tick, joined: ++this.joined, lots }];
  }

  reduce(id: number, lots: number): number {
    const order = this.find(id);
    if (order === undefined) {
      this.unknown++;
      return 0;
    }
    const taken = Math.min(lots, order.lots);
    order.lots -= taken;
    this.orders = this.orders.filter((each) => each.lots > 0);
    return taken;
  }

  shrink(id: number, tick: number, lots: number): boolean {
    const order = this.find(id);
    if (order === undefined || order.tick !== tick || lots <= 0 || lots > order.lots) return false;
    order.lots = lots;
    return true;
  }

  at(side: Side, tick: number): Resting[] {
    return this.orders.filter((order) => order.side === side && order.tick === tick);
  }
}

const sum = (orders: readonly Resting[]) => orders.reduce((total, { lots }) => total + lots, 0);

function expectSame(book: OrderBook, twin: Twin, ids: Iterable<number>): void {
  expect(book.size).toBe(twin.orders.length);
  expect([book.unknown, book.replaced]).toEqual([twin.unknown, twin.replaced]);
  expect(book.nextSequence).toBe(twin.joined + 1);
  for (const id of ids) {
    const order = twin.find(id);
    expect([book.has(id), book.lotsOf(id), book.sideOf(id), book.sequenceOf(id)]).toEqual([
      order !== undefined,
      order?.lots ?? 0,
      order?.side ?? Side.none,
      order?.joined ?? 0,
    ]);
  }
  for (const side of [Side.buy, Side.sell]) {
    const prices = [...new Set(twin.orders.filter((order) => order.side === side).map(({ tick }) => tick))];
    for (const tick of prices) {
      expect(book.queueAt(side, tick)).toEqual(twin.at(side, tick).map(({ id }) => id));
      expect(book.levels.lotsAt(side, tick)).toBe(sum(twin.at(side, tick)));
    }
    const best = side === Side.buy ? Math.max(...prices) : Math.min(...prices);
    const shown = side === Side.buy ? book.levels.bestBidTicks : book.levels.bestAskTicks;
    expect(shown).toBe(prices.length === 0 ? Number.NaN : best);
  }
}

/** Few ids, so that they meet again; some differ only in their high halves, some hash alike. */
const id = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 3 }).map((high) => high * 2 ** 32 + 5),
  fc.integer({ min: 0, max: 5 }).map((step) => step * 2048),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, 0),
);
const side = fc.constantFrom(Side.buy, Side.sell);
const tick = fc.integer({ min: 98, max: 102 });
const lots = fc.integer({ min: 1, max: 5 });

describe('a book order by order', () => {
  const change = fc.oneof(
    fc.record({ op: fc.constant('add' as const), id, side, tick, lots }),
    fc.record({ op: fc.constant('reduce' as const), id, lots: fc.oneof(lots, fc.constant(Infinity)) }),
    fc.record({ op: fc.constant('shrink' as const), id, tick, lots }),
  );

  it('is the same as a list of orders after every change', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 100, size: 'max' }), (changes) => {
        const book = new OrderBook(instrument);
        const twin = new Twin();
        const ids = new Set(changes.map((each) => each.id));
        for (const each of changes) {
          const before = twin.find(each.id);
          const [beforeLots, joined] = [before?.lots ?? 0, before?.joined ?? 0];
          if (each.op === 'add') {
            book.add(each.id, each.side, each.tick, each.lots);
            twin.add(each.id, each.side, each.tick, each.lots);
            expectChanged(book, twin, each.side, each.tick, each.lots, each.id, twin.joined);
          } else if (each.op === 'reduce') {
            const taken = twin.reduce(each.id, each.lots);
            expect(book.reduce(each.id, each.lots)).toBe(taken);
            if (taken > 0) expectChanged(book, twin, before!.side, before!.tick, -taken, each.id, joined);
          } else {
            const shrunk = twin.shrink(each.id, each.tick, each.lots);
            expect(book.shrink(each.id, each.tick, each.lots)).toBe(shrunk);
            const change = each.lots - beforeLots;
            if (shrunk) expectChanged(book, twin, before!.side, before!.tick, change, each.id, joined);
          }
          expectSame(book, twin, ids);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('holds thousands of orders, added and taken away in any order', () => {
    const book = new OrderBook(instrument);
    const alive = new Map<number, number>();
    let state = 12345;
    const whole = (bound: number) => {
      state = Math.imul(state, 1664525) + 1013904223;
      return Math.floor(((state >>> 0) / 2 ** 32) * bound);
    };
    for (let i = 0; i < 20_000; i++) {
      // Consecutive ids, and ids that differ above 2^32 only.
      const order = i % 2 === 0 ? i : i * 2 ** 32;
      book.add(order, i % 3 === 0 ? Side.buy : Side.sell, whole(50), 1 + whole(9));
      alive.set(order, book.lotsOf(order));
      if (alive.size > 3_000) {
        const gone = [...alive.keys()][whole(alive.size)]!;
        expect(book.reduce(gone, Infinity)).toBe(alive.get(gone));
        alive.delete(gone);
      }
    }
    expect(book.size).toBe(alive.size);
    expect([...alive].every(([order, size]) => book.lotsOf(order) === size)).toBe(true);
    expect(book.unknown + book.replaced).toBe(0);
  });
});

/** What followers of queues are told of the last change. */
function expectChanged(
  book: OrderBook,
  twin: Twin,
  at: Side,
  tick: number,
  change: number,
  id: number,
  joined: number,
): void {
  const after = sum(twin.at(at, tick));
  expect({
    side: book.changedSide,
    tick: book.changedTick,
    before: book.changedBefore,
    after: book.changedAfter,
    id: book.changedId,
    sequence: book.changedSequence,
  }).toEqual({ side: at, tick, before: after - change, after, id, sequence: joined });
}
