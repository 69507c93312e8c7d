/** Impact and price protection: published numbers, what is rounded how, and what is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PRICE_TICKS, Side } from '../../core/index.js';
import {
  almgrenImpact,
  constantBpsImpact,
  type ImpactModel,
  ImpactOutcome,
  ImpactPricer,
  noImpact,
  noPriceProtection,
  priceProtection,
  squareRootImpact,
  type UnknownMarket,
  volumeShareImpact,
} from '../../execution/index.js';
import { halfSpreadImpact } from '../how-to/half-spread-impact.js';

const { buy, sell } = Side;
const unknown = 'refuse' as const;
const outcomes = Object.keys(ImpactOutcome);

interface Fill {
  side: Side;
  qty: number;
  price: number;
  volume?: number;
  sigma?: number;
  limit?: number;
}

/** Outcome, rounded and unrounded price. */
function priced(model: ImpactModel, fill: Fill): [outcome: string, fillTicks: number, unroundedTicks: number] {
  const {
    side,
    qty,
    price,
    volume = Number.NaN,
    sigma = Number.NaN,
    limit = side === buy ? Infinity : -Infinity,
  } = fill;
  const pricer = new ImpactPricer(model);
  const outcome = pricer.price(side, qty, price, volume, sigma, limit);
  return [outcomes[outcome]!, pricer.fillTicks, pricer.unroundedTicks];
}

describe('share of the volume', () => {
  const zipline = volumeShareImpact({ maxShare: 0.025, impact: 0.1, unknown });

  test('prices as zipline does: 50 of 2000 at 3.50 are 3.50021875, sold 3.49978125', () => {
    // Ticks of 0.01: 350 × 0.1 × 0.025² = 0.021875 ticks, and so a whole tick against us.
    const bought = priced(zipline, { side: buy, qty: 50, price: 350, volume: 2000, limit: 360 });
    expect(bought.slice(0, 2)).toEqual(['priced', 351]);
    expect(bought[2] / 100).toBeCloseTo(3.50021875, 12);
    const sold = priced(zipline, { side: sell, qty: 50, price: 350, volume: 2000, limit: 340 });
    expect(sold.slice(0, 2)).toEqual(['priced', 349]);
    expect(sold[2] / 100).toBeCloseTo(3.49978125, 12);
    // On ticks of 0.00000001 nothing is left to round.
    expect(priced(zipline, { side: buy, qty: 50, price: 350_000_000, volume: 2000 })[1]).toBe(350_021_875);
  });

  test('fills nothing where the price with impact is worse than the limit, as zipline: limit 3.50 at 3.50', () => {
    expect(priced(zipline, { side: buy, qty: 50, price: 350, volume: 2000, limit: 350 })[0]).toBe('worseThanLimit');
    expect(priced(zipline, { side: sell, qty: 50, price: 350, volume: 2000, limit: 350 })[0]).toBe('worseThanLimit');
    expect(priced(zipline, { side: buy, qty: 50, price: 350, volume: 2000, limit: 351 })[0]).toBe('priced');
  });

  test('grows with the square of the share, and no more beyond the greatest', () => {
    const slippage = (qty: number) => zipline.slippageTicks(buy, qty, 1_000_000, 10_000, Number.NaN);
    // 0.1 × 0.01² × 1 000 000 = 10; 0.02²: 40; 0.025²: 62.5.
    expect([100, 200, 250, 9_999].map(slippage).map((ticks) => +ticks.toFixed(9))).toEqual([10, 40, 62.5, 62.5]);
  });

  test('without volume is refused, or costs what was said: LEAN takes the greatest slippage, 0.625 bps', () => {
    for (const volume of [0, Number.NaN, Infinity]) {
      expect(priced(zipline, { side: buy, qty: 1, price: 100_000, volume })[0]).toBe('marketUnknown');
    }
    const lean = volumeShareImpact({ maxShare: 0.025, impact: 0.1, unknown: { bps: 0.625 } });
    expect(priced(lean, { side: buy, qty: 1, price: 100_000, volume: 0 })).toEqual(['priced', 100_007, 100_006.25]);
  });
});

describe('basis points', () => {
  test('are of the price, whatever the size, and need to know nothing of the market', () => {
    const model = constantBpsImpact({ bps: 5 });
    // zipline's FixedBasisPointsSlippage: 5 bps of 3.00 are 0.0015.
    expect(priced(model, { side: buy, qty: 1, price: 30_000 })).toEqual(['priced', 30_015, 30_015]);
    expect(priced(model, { side: sell, qty: 1e9, price: 30_000 })).toEqual(['priced', 29_985, 29_985]);
  });

  test('of a price below 0 are against us, too, and of 0 are nothing', () => {
    const model = constantBpsImpact({ bps: 100 });
    expect(priced(model, { side: buy, qty: 1, price: -500 })[1]).toBe(-495);
    expect(priced(model, { side: sell, qty: 1, price: -500 })[1]).toBe(-505);
    expect(priced(model, { side: sell, qty: 1, price: 0 })[1]).toBe(0);
  });
});

describe('rounding', () => {
  test('goes up to the next tick against us; what a double makes of a whole number counts as whole', () => {
    // 51 bps of 10 000 ticks are 51.00000000000001 in doubles: 51 ticks, not 52.
    expect(10_000 * (51 / 10_000)).toBeGreaterThan(51);
    const cost = (bps: number, price: number) =>
      priced(constantBpsImpact({ bps }), { side: buy, qty: 1, price })[1] - price;
    for (let bps = 1; bps < 1000; bps++) expect(cost(bps, 10_000), `${bps} bps`).toBe(bps);
    expect(cost(7.0001, 10_000)).toBe(8);
    expect(cost(0.1, 1)).toBe(1);
  });
});

test('the square-root law: Y σ √(q/V), with its own numbers', () => {
  // 0.5 × 2 % × √(1 % of the volume) = 10 bps.
  const model = squareRootImpact({ coefficient: 0.5, unknown });
  expect(priced(model, { side: buy, qty: 100, price: 50_000, volume: 10_000, sigma: 0.02 })[1]).toBe(50_050);
  const slippage = (qty: number) => model.slippageTicks(buy, qty, 50_000, 10_000, 0.02);
  expect(slippage(400) / slippage(100)).toBeCloseTo(2, 12);
  // A period of four times the length has four times the volume and twice the σ: the same.
  expect(model.slippageTicks(buy, 100, 50_000, 40_000, 0.04)).toBeCloseTo(slippage(100), 9);
  for (const market of [{ volume: 0, sigma: 0.1 }, { volume: 10 }, { volume: 10, sigma: -1 }, { sigma: 0.1 }]) {
    expect(priced(model, { side: buy, qty: 1, price: 100, ...market })[0]).toBe('marketUnknown');
  }
});

describe('Almgren, Thum, Hauptmann, Li', () => {
  // The paper's worked examples: 10 % of a day's volume over 0.1, 0.2 and 0.5 days. IBM: V 6.561 M, shares 1 728 M, σ 1.57 %;
  // DRI: V 1.929 M, shares 168 M, σ 2.26 %. Realised cost K = I / 2 + J in bps, from I and J by hand:
  // IBM I = 0.314 × 0.1 × 263.4^¼ × 157 = 19.86; J = 0.142 × 157 × (1, 0.6598, 0.3807) = 22.29, 14.71, 8.49.
  const cost = (volume: number, shares: number, sigma: number, durationDays: number) => {
    const model = almgrenImpact({ durationDays, liquidityFactor: (shares / volume) ** 0.25, unknown });
    return model.slippageTicks(buy, volume / 10, 10_000, volume, sigma);
  };

  test.each([
    ['IBM', 6_561_000, 1_728_000_000, 0.0157, [32.2, 24.6, 18.4]],
    ['DRI', 1_929_000, 168_000_000, 0.0226, [42.9, 32.0, 23.1]],
  ])('%s costs what the paper says', (_name, volume, shares, sigma, expected) => {
    const costs = [0.1, 0.2, 0.5].map((days) => cost(volume, shares, sigma, days));
    costs.forEach((bps, index) => {
      expect(bps).toBeCloseTo(expected[index]!, 1);
    });
  });

  test('without a permanent part and over one day is σ η (q/V)^0.6', () => {
    const model = almgrenImpact({ durationDays: 1, gamma: 0, unknown });
    expect(model.slippageTicks(sell, 100, 1e6, 100_000, 0.01)).toBeCloseTo(1e6 * 0.01 * 0.142 * 0.001 ** 0.6, 9);
  });
});

test('a price that cannot be is no fill: a sell down to nothing, a buy beyond what prices can be', () => {
  const wild = squareRootImpact({ coefficient: 100, unknown });
  const market = { volume: 100, sigma: 0.5 };
  expect(priced(wild, { side: sell, qty: 100, price: 10, ...market })[0]).toBe('noSuchPrice');
  expect(priced(wild, { side: buy, qty: 100, price: MAX_PRICE_TICKS - 1, ...market })[0]).toBe('noSuchPrice');
  expect(priced(wild, { side: sell, qty: 100, price: -10, ...market })[0]).toBe('priced');
});

test('a model that gives what is no slippage stops the run', () => {
  for (const slippage of [-1, Number.NaN, Infinity]) {
    const model: ImpactModel = { canPrice: () => true, slippageTicks: () => slippage };
    expect(() => priced(model, { side: buy, qty: 1, price: 100 })).toThrow(`slippage ${slippage} ticks`);
  }
});

test('nothing costs nothing', () => {
  expect(priced(noImpact, { side: buy, qty: 1e9, price: 100, limit: 100 })).toEqual(['priced', 100, 100]);
});

test('larger orders never cost less, thinner markets never cost less', () => {
  const models = [
    noImpact,
    constantBpsImpact({ bps: 3 }),
    volumeShareImpact({ maxShare: 0.1, impact: 0.5, unknown }),
    squareRootImpact({ coefficient: 1, unknown }),
    almgrenImpact({ durationDays: 0.1, unknown }),
  ];
  const lots = fc.integer({ min: 1, max: 1_000_000 });
  fc.assert(
    fc.property(fc.constantFrom(...models), lots, lots, lots, (model, qty, more, volume) => {
      const slippage = (q: number, v: number) => model.slippageTicks(buy, q, 100_000, v, 0.02);
      expect(slippage(qty + more, volume)).toBeGreaterThanOrEqual(slippage(qty, volume));
      expect(slippage(qty, volume)).toBeGreaterThanOrEqual(slippage(qty, volume + more));
    }),
  );
});

test.each<[name: string, make: () => unknown]>([
  ['bps -1', () => constantBpsImpact({ bps: -1 })],
  ['bps 10000', () => constantBpsImpact({ bps: 10_000 })],
  ['bps NaN', () => constantBpsImpact({ bps: Number.NaN })],
  ['maxShare 0', () => volumeShareImpact({ maxShare: 0, impact: 0.1, unknown })],
  ['maxShare 1.5', () => volumeShareImpact({ maxShare: 1.5, impact: 0.1, unknown })],
  ['impact -0.1', () => volumeShareImpact({ maxShare: 0.1, impact: -0.1, unknown })],
  ['impact 1', () => volumeShareImpact({ maxShare: 1, impact: 1, unknown })],
  ['unknown "ignore"', () => squareRootImpact({ coefficient: 1, unknown: 'ignore' as UnknownMarket })],
  ['unknown undefined', () => squareRootImpact({ coefficient: 1 } as never)],
  ['unknown.bps -1', () => squareRootImpact({ coefficient: 1, unknown: { bps: -1 } })],
  ['coefficient -1', () => squareRootImpact({ coefficient: -1, unknown })],
  ['coefficient Infinity', () => squareRootImpact({ coefficient: Infinity, unknown })],
  ['durationDays 0', () => almgrenImpact({ durationDays: 0, unknown })],
  ['eta NaN', () => almgrenImpact({ durationDays: 1, eta: Number.NaN, unknown })],
  ['liquidityFactor -1', () => almgrenImpact({ durationDays: 1, liquidityFactor: -1, unknown })],
  ['ticks 0.5', () => priceProtection({ ticks: 0.5 })],
  ['ticks -1', () => priceProtection({ ticks: -1 })],
  ['bps -1', () => priceProtection({ bps: -1 })],
  ['bps Infinity', () => priceProtection({ bps: Infinity })],
])('%s is refused by name and value', (name, make) => {
  expect(make).toThrow(RangeError);
  expect(make).toThrow(name);
});

describe('price protection', () => {
  test('in ticks is so far from the opposite best', () => {
    const model = priceProtection({ ticks: 25 });
    expect([model.limitTicks(buy, 1000), model.limitTicks(sell, 999)]).toEqual([1025, 974]);
    expect(priceProtection({ ticks: 0 }).limitTicks(buy, 1000)).toBe(1000);
  });

  test('in basis points is never wider than was said', () => {
    const model = priceProtection({ bps: 10 });
    // 10 bps of 12 345 are 12.345 ticks.
    expect([model.limitTicks(buy, 12_345), model.limitTicks(sell, 12_345)]).toEqual([12_357, 12_333]);
    expect([model.limitTicks(buy, -12_345), model.limitTicks(sell, -12_345)]).toEqual([-12_333, -12_357]);
    // 29 bps of 10 000 are 29 ticks, whatever a double makes of them.
    expect(priceProtection({ bps: 29 }).limitTicks(buy, 10_000)).toBe(10_029);
  });

  test('that is none has no limit', () => {
    expect([noPriceProtection.limitTicks(buy, 5), noPriceProtection.limitTicks(sell, 5)]).toEqual([
      Infinity,
      -Infinity,
    ]);
  });
});

describe("a model of one's own in docs/how-to/impact-model.md", () => {
  const model = () => halfSpreadImpact({ halfSpreadTicks: 0.5, freeShare: 0.01, ticksPerPercent: 2 });
  test('costs what the page says: 300 lots of 10 000 cost 4.5 ticks', () => {
    expect(priced(model(), { side: buy, qty: 300, price: 1000, volume: 10_000 })).toEqual(['priced', 1005, 1004.5]);
    expect(priced(model(), { side: sell, qty: 300, price: 1000, volume: 10_000 })).toEqual(['priced', 995, 995.5]);
    expect(priced(model(), { side: sell, qty: 300, price: 1000, volume: 0 })[0]).toBe('marketUnknown');
  });
});
