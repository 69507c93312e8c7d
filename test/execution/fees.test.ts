/** Fee models by hand: what each charges, to whom, and where the boundaries are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument } from '../../core/instrument.js';
import { Side } from '../../core/market.js';
import { RandomSource } from '../../core/random.js';
import { boundedFees, sumFees } from '../../execution/fee-composition.js';
import {
  type FeeModel,
  flatFees,
  makerTakerFees,
  noFees,
  perQuantityFees,
  transactionTax,
} from '../../execution/fees.js';
import { tieredFees } from '../../execution/tiered-fees.js';
import { feesBySymbol } from '../how-to/fees-by-symbol.js';

const SHARE = new Instrument({ symbol: 'SHARE', tick: '0.01', lot: '1', quote: 'USD' }, 0);
const FUTURE = new Instrument({ symbol: 'FUTURE', tick: '0.25', lot: '1', multiplier: '50', quote: 'USD' }, 1);
const COIN = new Instrument(
  { symbol: 'COIN', tick: '0.5', lot: '1', contract: 'inverse', base: 'BTC', quote: 'USD' },
  2,
);
const RUN = { instruments: [SHARE, FUTURE, COIN], random: new RandomSource(1), streamPrefix: 'venue' };
const DAY = 86_400e9;

interface Told {
  instrument?: Instrument;
  side?: Side;
  price?: number;
  qty?: number;
  maker?: boolean;
  strategy?: number;
  order?: number;
  at?: number;
}

/** A fill of 100 shares at 20.00 unless told otherwise. */
function charged(model: FeeModel, told: Told = {}): number {
  const { instrument = SHARE, side = Side.buy, price = 20, qty = 100, maker = false, strategy = 0 } = told;
  const { order = 1, at = 0 } = told;
  const lots = instrument.qtyLots(qty);
  return model.fee(instrument, side, instrument.priceTicks(price), lots, maker, strategy, order, at);
}

describe('fees by value', () => {
  const fees = makerTakerFees({ makerRate: -0.0001, takerRate: 0.0005 });

  it('are of price × quantity × multiplier, in quote currency', () => {
    expect(charged(fees)).toBeCloseTo(1, 12);
    expect(charged(fees, { maker: true })).toBeCloseTo(-0.2, 12);
    expect(charged(fees, { instrument: FUTURE, price: 4000, qty: 1 })).toBeCloseTo(100, 12);
  });

  it('of inverse contracts are in the base currency: 10,000 USD at 50,000 are 0.2 BTC', () => {
    expect(charged(fees, { instrument: COIN, price: 50_000, qty: 10_000 })).toBeCloseTo(0.0001, 15);
  });

  it('stay a cost at prices below 0', () => {
    expect(charged(fees, { price: -20 })).toBeCloseTo(1, 12);
  });
});

describe('fees by quantity', () => {
  it('are so much a share or contract, rebates for who rested', () => {
    const fees = perQuantityFees({ makerAmount: -0.002, takerAmount: 0.003 });
    expect(charged(fees)).toBeCloseTo(0.3, 12);
    expect(charged(fees, { maker: true, side: Side.sell })).toBeCloseTo(-0.2, 12);
    expect(charged(perQuantityFees({ makerAmount: 0, takerAmount: 2.25 }), { instrument: FUTURE, qty: 3 })).toBe(6.75);
  });
});

describe('a flat fee', () => {
  it('is the same for every fill', () => {
    const fees = flatFees({ amount: 4.95 });
    expect([charged(fees), charged(fees, { qty: 1 }), charged(fees, { maker: true })]).toEqual([4.95, 4.95, 4.95]);
  });

  it('is charged once for an order as a minimum of nothing', () => {
    const fees = boundedFees(noFees, { per: 'order', minimum: 4.95 });
    expect([charged(fees), charged(fees), charged(fees, { order: 2 }), charged(fees)]).toEqual([4.95, 0, 4.95, 0]);
  });
});

describe('transaction tax', () => {
  it('is of sales, of purchases, or of both', () => {
    const both = [Side.buy, Side.sell];
    const paid = (tax: FeeModel) => both.map((side) => Number(charged(tax, { side }).toFixed(9)));
    expect(paid(transactionTax({ sellRate: 0.001 }))).toEqual([0, 2]);
    expect(paid(transactionTax({ buyRate: 0.005 }))).toEqual([10, 0]);
    expect(paid(transactionTax({ sellRate: 0.001, buyRate: 0.0005 }))).toEqual([1, 2]);
  });
});

describe('bounds', () => {
  /** Interactive Brokers' fixed price for US shares: 0.005 a share, 1.00 at least, 1 % of the value at most. */
  const fixedPrice = () =>
    boundedFees(perQuantityFees({ makerAmount: 0.005, takerAmount: 0.005 }), {
      per: 'order',
      minimum: 1,
      maximumRate: 0.01,
    });

  it('per order give the published examples of a broker', () => {
    expect(charged(fixedPrice(), { qty: 100, price: 25 })).toBe(1);
    expect(charged(fixedPrice(), { qty: 1000, price: 25 })).toBe(5);
    expect(charged(fixedPrice(), { qty: 1000, price: 0.25 })).toBe(2.5);
    // Where the maximum is below the minimum, it counts: 10 × 5.00 × 1 % = 0.50.
    expect(charged(fixedPrice(), { qty: 10, price: 5 })).toBe(0.5);
  });

  it('per order are shared by its fills: what they cost together is bounded', () => {
    const fees = fixedPrice();
    // 0.50 of fees → 1.00; 1.00 of fees → nothing more; 1.50 → 0.50 more; another order starts anew.
    expect([1, 2, 3].map(() => charged(fees, { qty: 100 }))).toEqual([1, 0, 0.5]);
    expect(charged(fees, { qty: 100, order: 2 })).toBe(1);
    expect(charged(fees, { qty: 100, order: 5000 })).toBe(1);
    expect(charged(fees, { qty: 100 })).toBe(0.5);
  });

  it('per order cost the same however the order is cut into fills', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 12 }), (parts) => {
        const fees = fixedPrice();
        const inParts = parts.reduce((sum, qty) => sum + charged(fees, { qty }), 0);
        const atOnce = charged(fixedPrice(), { qty: parts.reduce((sum, qty) => sum + qty, 0) });
        expect(Math.abs(inParts - atOnce)).toBeLessThanOrEqual(1e-12 * atOnce);
      }),
    );
  });

  it('per fill know nothing of other fills', () => {
    const inner = perQuantityFees({ makerAmount: -0.01, takerAmount: 0.01 });
    const fees = boundedFees(inner, { per: 'fill', minimum: -0.5, maximum: 2 });
    expect([10, 100, 1000].map((qty) => charged(fees, { qty }))).toEqual([0.1, 1, 2]);
    // A negative minimum is the most that is given back.
    expect([10, 100].map((qty) => charged(fees, { qty, maker: true }))).toEqual([-0.1, -0.5]);
    expect(charged(boundedFees(inner, { per: 'fill', minimum: 0.25 }), { maker: true })).toBe(0.25);
  });
});

describe('a sum of fees', () => {
  it('adds what each charges, and gives each run instances of its own', () => {
    const perOrder = boundedFees(noFees, { per: 'order', minimum: 1 });
    const fees = sumFees(flatFees({ amount: 0.5 }), perOrder, transactionTax({ sellRate: 0.001 }));
    const [one, other] = [fees.forRun!(RUN), fees.forRun!(RUN)];
    expect(charged(one, { side: Side.sell })).toBe(3.5);
    expect(charged(one, { side: Side.sell })).toBe(2.5);
    expect(charged(other, { side: Side.sell })).toBe(3.5);
  });
});

describe('tiers by volume', () => {
  const TIERS = [
    { fromVolume: 0, makerRate: 0.001, takerRate: 0.002 },
    { fromVolume: 10_000, makerRate: 0, takerRate: 0.001 },
    { fromVolume: 50_000, makerRate: -0.0001, takerRate: 0.0005 },
  ];
  /** A fill worth 2,000 at a time, in bps of its value. */
  const bps = (model: FeeModel, told: Told = {}) => Math.round((charged(model, told) / 2000) * 1e4);

  it('apply from the fill after the one that reached them, at exactly the threshold', () => {
    const fees = tieredFees({ windowNs: 30 * DAY, tiers: TIERS });
    expect([0, 1, 2, 3, 4, 5, 6].map((at) => bps(fees, { at }))).toEqual([20, 20, 20, 20, 20, 10, 10]);
    expect(bps(fees, { at: 7, maker: true })).toBe(0);
    // 16,000 so far; 34,000 more reach the third.
    charged(fees, { qty: 1700, at: 8 });
    expect([bps(fees, { at: 9 }), bps(fees, { at: 9, maker: true })]).toEqual([5, -1]);
  });

  it('are left when volume is a window old: at exactly the window it no longer counts', () => {
    const fees = tieredFees({ windowNs: 10, tiers: TIERS });
    charged(fees, { qty: 250, at: 100 });
    charged(fees, { qty: 250, at: 100 });
    expect(bps(fees, { at: 109 })).toBe(10);
    expect(bps(fees, { at: 110 })).toBe(20);
  });

  it('count each strategy and each settle currency by itself, buys and sells and all instruments together', () => {
    const fees = tieredFees({ windowNs: DAY, tiers: TIERS });
    charged(fees, { instrument: FUTURE, price: 100, qty: 1, side: Side.sell });
    charged(fees, { qty: 250, side: Side.sell });
    expect(bps(fees)).toBe(10);
    expect(bps(fees, { strategy: 1 })).toBe(20);
    // 1,000 USD at 10 are 100 BTC: far from 10,000 BTC.
    expect(charged(fees, { instrument: COIN, price: 10, qty: 1000 })).toBeCloseTo(0.2, 12);
  });

  it('begin with what was traded before the run, which ages as if it had been traded at its origin', () => {
    const fees = tieredFees({ windowNs: DAY, tiers: TIERS, initialVolume: 10_000 });
    expect(bps(fees, { at: DAY - 1, strategy: 3 })).toBe(10);
    expect(bps(fees, { at: DAY, strategy: 3 })).toBe(20);
  });

  it('agree with a list of all fills that is added up anew for each', () => {
    const step = fc.record({
      waitNs: fc.constantFrom(0, 1, 3, 10, 40),
      qty: fc.integer({ min: 1, max: 900 }),
      strategy: fc.nat(1),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.constantFrom(1, 7, 50), (steps, windowNs) => {
        const fees = tieredFees({ windowNs, tiers: TIERS });
        const past: { at: number; value: number; strategy: number }[] = [];
        let at = 0;
        for (const { waitNs, qty, strategy } of steps) {
          at += waitNs;
          const own = past.filter((fill) => fill.strategy === strategy && fill.at > at - windowNs);
          const volume = own.reduce((sum, fill) => sum + fill.value, 0);
          const tier = TIERS.filter(({ fromVolume }) => volume >= fromVolume).at(-1)!;
          expect(charged(fees, { qty, strategy, at })).toBe(qty * 20 * tier.takerRate);
          past.push({ at, value: qty * 20, strategy });
        }
      }),
    );
  });
});

describe('fee models refuse', () => {
  const rates = { makerRate: 0, takerRate: 0 };
  const tier = (fromVolume: number, takerRate = 0) => ({ fromVolume, makerRate: 0, takerRate });
  const tiers = (...all: ReturnType<typeof tier>[]) => tieredFees({ windowNs: 1, tiers: all });

  it.each<[string, () => unknown]>([
    ['fees: takerRate 1 is not a fraction', () => makerTakerFees({ ...rates, takerRate: 1 })],
    ['perQuantityFees: makerAmount NaN', () => perQuantityFees({ makerAmount: Number.NaN, takerAmount: 0 })],
    ['flatFees: amount Infinity', () => flatFees({ amount: Infinity })],
    ['transactionTax: sellRate -0.1', () => transactionTax({ sellRate: -0.1 })],
    ['transactionTax: buyRate NaN', () => transactionTax({ buyRate: Number.NaN })],
    ['transactionTax: neither', () => transactionTax({})],
    ['sumFees: there is no model', () => sumFees()],
    ['boundedFees: there is no minimum', () => boundedFees(noFees, { per: 'fill' })],
    ['boundedFees: per "trade"', () => boundedFees(noFees, { per: 'trade' as 'fill', minimum: 1 })],
    ['boundedFees: minimum 2 is above maximum 1', () => boundedFees(noFees, { per: 'fill', minimum: 2, maximum: 1 })],
    ['boundedFees: maximum NaN', () => boundedFees(noFees, { per: 'fill', maximum: Number.NaN })],
    ['boundedFees: maximumRate 1', () => boundedFees(noFees, { per: 'fill', maximumRate: 1 })],
    ['tieredFees: there are no tiers', () => tiers()],
    ['tieredFees: windowNs 0', () => tieredFees({ windowNs: 0, tiers: [tier(0)] })],
    ['tieredFees: initialVolume -1', () => tieredFees({ windowNs: 1, tiers: [tier(0)], initialVolume: -1 })],
    ['tieredFees: tiers.0.fromVolume 1 is not 0', () => tiers(tier(1))],
    ['tieredFees: tiers.2.fromVolume 5 is not above 5', () => tiers(tier(0), tier(5), tier(5))],
    ['tieredFees: tiers.1.takerRate 2', () => tiers(tier(0), tier(5, 2))],
  ])('%s', (message, make) => {
    expect(make).toThrow(RangeError);
    expect(make).toThrow(message);
  });

  it('to count an order that has no number', () => {
    const fees = boundedFees(noFees, { per: 'order', minimum: 1 });
    expect(() => charged(fees, { order: -1 })).toThrow('order id -1 is not a whole number from 0');
  });
});

describe("a model of one's own in docs/how-to/fee-model.md", () => {
  const perContract = perQuantityFees({ makerAmount: 2.25, takerAmount: 2.25 });

  it('charges by symbol up to a cap a day, each strategy for itself', () => {
    const fees = feesBySymbol({ FUTURE: perContract, SHARE: noFees }, 5);
    const future = { instrument: FUTURE, qty: 1 };
    expect([1, 2, 3, 4].map(() => charged(fees, future))).toEqual([2.25, 2.25, 0.5, 0]);
    expect(charged(fees)).toBe(0);
    expect(charged(fees, { ...future, strategy: 1 })).toBe(2.25);
    expect(charged(fees, { ...future, at: DAY })).toBe(2.25);
    expect(() => charged(fees, { instrument: COIN, qty: 1 })).toThrow('there are no fees for COIN');
    expect(() => feesBySymbol({}, Number.NaN)).toThrow('dailyCap NaN');
  });
});
