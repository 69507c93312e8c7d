/** The stock models at their edges: what their constructors refuse, and the steps of the queue formulas that decide. */
import { describe, expect, it } from 'vitest';
import { Instrument, Side } from '../../core/index.js';
import {
  constantLatency,
  logBackQueue,
  logQueue,
  makerTakerFees,
  powerBackQueue,
  powerFrontQueue,
  powerQueue,
  probabilityQueue,
  type QueuePositionModel,
  riskAverseQueue,
  WorkingOrders,
} from '../../execution/index.js';

const instrument = new Instrument({ symbol: 'X', tick: '0.1', lot: '0.001' }, 0);

/** An order that joined a level of `levelLots`, and what a model makes of what follows. */
function order(model: QueuePositionModel, levelLots: number) {
  const orders = new WorkingOrders(1);
  const slot = orders.add(1, 0, 0, Side.buy, 100, 1, 0, false);
  model.join(orders, slot, levelLots, instrument, false);
  return {
    get ahead() {
      return orders.aheadLots[slot]!;
    },
    set ahead(lots: number) {
      orders.aheadLots[slot] = lots;
    },
    trade(lots: number): number {
      model.traded(orders, slot, lots);
      return model.reachedLots(orders, slot);
    },
    level(before: number, after: number): number {
      model.levelChanged(orders, slot, before, after, instrument);
      return orders.aheadLots[slot]!;
    },
  };
}

describe('constructors', () => {
  it('of a constant latency refuse delays that are negative, fractional or endless', () => {
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => constantLatency({ entryNs: bad, responseNs: 0 })).toThrow(`constant latency: entryNs ${bad}`);
      expect(() => constantLatency({ entryNs: 0, responseNs: bad })).toThrow(`constant latency: responseNs ${bad}`);
    }
  });

  it('of fees refuse rates that are no fraction', () => {
    for (const bad of [1, -1, 5, Number.NaN]) {
      expect(() => makerTakerFees({ makerRate: bad, takerRate: 0 })).toThrow(`fees: makerRate ${bad}`);
      expect(() => makerTakerFees({ makerRate: 0, takerRate: bad })).toThrow(`fees: takerRate ${bad}`);
    }
  });

  it('of power queues refuse exponents that are not above 0', () => {
    for (const make of [powerQueue, powerBackQueue, powerFrontQueue]) {
      for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(() => make(bad)).toThrow(`exponent ${bad} is not a number above 0`);
      }
    }
  });
});

describe('fees', () => {
  it('are a fraction of the traded value, by who was resting', () => {
    const fees = makerTakerFees({ makerRate: -0.0001, takerRate: 0.0005 });
    // 10 lots of 0.001 at 618,002 ticks of 0.1: 618.002 of value.
    expect(fees.fee(instrument, Side.buy, 618_002, 10, true, 0, 1, 0)).toBeCloseTo(-0.0618002, 12);
    expect(fees.fee(instrument, Side.sell, 618_002, 10, false, 0, 1, 0)).toBeCloseTo(0.309001, 12);
  });
});

describe('queue positions', () => {
  const all = { riskAverseQueue, logQueue, logBackQueue, powerQueue: () => powerQueue(3) };

  it.each(Object.entries(all))('%s: a trade must go past the quantity ahead by at least half a lot', (_name, make) => {
    const queued = order(make(), 5);
    expect(queued.trade(5)).toBe(0);
    queued.ahead = -0.49;
    expect(queued.trade(0)).toBe(0);
    expect(queued.ahead).toBe(-0.49);
    queued.ahead = -0.5;
    expect(queued.trade(0)).toBe(1);
    expect(queued.ahead).toBe(0);
    queued.ahead = -2.5;
    expect(queued.trade(0)).toBe(3);
  });

  it('risk averse: cancels ahead count only when the level holds less than was ahead', () => {
    const queued = order(riskAverseQueue(), 10);
    expect(queued.level(10, 25)).toBe(10);
    expect(queued.level(25, 11)).toBe(10);
    expect(queued.level(11, 4)).toBe(4);
    expect(queued.level(4, 30)).toBe(4);
  });

  it('probability forms: what traded at the level is not taken for a cancel', () => {
    const queued = order(powerQueue(1), 10);
    expect(queued.level(10, 20)).toBe(10);
    expect(queued.trade(4)).toBe(0);
    expect(queued.ahead).toBe(6);
    // 20 → 16 is the trade; 16 → 12 are cancels, 10/16 of them behind (b = 10, f = 6).
    expect(queued.level(20, 16)).toBe(6);
    expect(queued.level(16, 12)).toBeCloseTo(6 - (6 / 16) * 4, 12);
  });

  it('probability forms: a share of NaN takes the level as it is, an infinite one counts as 1', () => {
    const nothing = order(
      probabilityQueue(() => Number.NaN),
      10,
    );
    expect(nothing.level(10, 7)).toBe(7);
    for (const share of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const queued = order(
        probabilityQueue(() => share),
        4,
      );
      queued.level(4, 20);
      expect(queued.level(20, 15)).toBe(4);
    }
  });

  it('probability forms: everything ahead has gone when more leaves behind than there was', () => {
    const queued = order(
      probabilityQueue(() => 1),
      8,
    );
    // 2 were behind; 5 left, all of them behind says the model: 3 must have been ahead.
    queued.level(8, 10);
    expect(queued.level(10, 5)).toBe(5);
  });
});
