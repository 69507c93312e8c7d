/** Margin models by hand: what each ties up, in which currency, and where the boundaries are. */
import { describe, expect, it } from 'vitest';
import { Instrument } from '../../core/instrument.js';
import {
  cashAccount,
  leverageMargin,
  type MarginModel,
  noMargin,
  perContractMargin,
  rateMargin,
  tieredMargin,
} from '../../execution/margin.js';

const SHARE = new Instrument({ symbol: 'SHARE', tick: '0.01', lot: '1' }, 0);
const ES = new Instrument({ symbol: 'ES', tick: '0.25', lot: '1', multiplier: '50' }, 1);
const PERP = new Instrument({ symbol: 'PERP', tick: '0.1', lot: '0.001', base: 'BTC', quote: 'USDT' }, 2);
const COIN = new Instrument({ symbol: 'COIN', tick: '0.5', lot: '1', contract: 'inverse', multiplier: '100' }, 3);

/** What it takes to open and to keep `qty` at a price. */
function ask(model: MarginModel, instrument: Instrument, qty: number, price: number): number[] {
  const [lots, ticks] = [instrument.qtyLots(qty), instrument.priceTicks(price)];
  return [model.initial(instrument, lots, ticks), model.maintenance(instrument, lots, ticks)].map((amount) =>
    Number(amount.toPrecision(12)),
  );
}

describe('fixed rates', () => {
  it('are of the value with its multiplier, long or short', () => {
    const model = rateMargin({ initialRate: 0.1, maintenanceRate: 0.05 });
    expect(ask(model, ES, 2, 4000)).toEqual([40_000, 20_000]);
    expect(ask(model, ES, -2, 4000)).toEqual([40_000, 20_000]);
    expect(ask(model, ES, 2, -37.5)).toEqual([375, 187.5]);
  });

  it('of an inverse contract are in the base currency, and fall as the price rises', () => {
    const model = rateMargin({ initialRate: 0.01, maintenanceRate: 0.005 });
    // 500 contracts of 100 USD at 50,000: 1 BTC.
    expect(ask(model, COIN, 500, 50_000)).toEqual([0.01, 0.005]);
    expect(ask(model, COIN, 500, 100_000)).toEqual([0.005, 0.0025]);
  });

  it('take marks of half a tick', () => {
    expect(rateMargin({ initialRate: 0.5, maintenanceRate: 0 }).initial(SHARE, 10, 1000.5)).toBeCloseTo(50.025, 12);
  });
});

describe('leverage', () => {
  it('is one over the initial rate', () => {
    expect(ask(leverageMargin({ leverage: 20, maintenanceRate: 0.004 }), PERP, 1, 60_000)).toEqual([3000, 240]);
  });
});

describe('a cash account', () => {
  it('pays in full and keeps for nothing, and cannot be short', () => {
    expect(ask(cashAccount(), SHARE, 100, 25)).toEqual([2500, 0]);
    expect(ask(cashAccount(), SHARE, -1, 25)).toEqual([Infinity, Infinity]);
    expect(ask(cashAccount(), SHARE, -1, 0)).toEqual([Infinity, Infinity]);
  });

  it('may be allowed to be short at rates of its own', () => {
    const model = cashAccount({ shorts: { initialRate: 0.5, maintenanceRate: 0.3 } });
    expect(ask(model, SHARE, -100, 25)).toEqual([1250, 750]);
    expect(ask(model, SHARE, 100, 25)).toEqual([2500, 0]);
  });
});

describe('amounts per contract', () => {
  const model = perContractMargin({ ES: { initialAmount: 13_200, maintenanceAmount: 12_000 } });

  it('are the same at every price', () => {
    expect(ask(model, ES, -3, 4000)).toEqual([39_600, 36_000]);
    expect(ask(model, ES, -3, 1)).toEqual([39_600, 36_000]);
  });

  it('are missed for a symbol that is not listed', () => {
    expect(() => ask(model, SHARE, 1, 1)).toThrow('perContractMargin: there is no margin for SHARE');
  });
});

describe('tiers by value', () => {
  /** The first of Binance's BTCUSDT brackets: leverage 125, 100, 50; "maintenance amount" 0, 50, 1,300. */
  const model = tieredMargin([
    { fromValue: 0, initialRate: 1 / 125, maintenanceRate: 0.004 },
    { fromValue: 50_000, initialRate: 1 / 100, maintenanceRate: 0.005 },
    { fromValue: 250_000, initialRate: 1 / 50, maintenanceRate: 0.01 },
  ]);

  it('take the initial rate of the tier for all, the maintenance rates slice by slice', () => {
    expect(ask(model, PERP, 0.5, 50_000)).toEqual([200, 100]);
    // 100,000 × 0.5 % − 50; 1,000,000 × 1 % − 1,300.
    expect(ask(model, PERP, 2, 50_000)).toEqual([1000, 450]);
    expect(ask(model, PERP, -20, 50_000)).toEqual([20_000, 8700]);
  });

  it('begin above their value: at exactly 50,000 the first still counts', () => {
    expect(ask(model, PERP, 1, 50_000)).toEqual([400, 200]);
    const [initial, kept] = ask(model, PERP, 1, 50_000.1);
    expect(initial).toBeCloseTo(500.001, 9);
    expect(kept).toBeCloseTo(200.0005, 9);
  });
});

describe('no margin', () => {
  it('ties up nothing', () => {
    expect(ask(noMargin, ES, 1000, 4000)).toEqual([0, 0]);
  });
});

describe('margin models refuse', () => {
  const tier = (fromValue: number, initialRate = 0.1, maintenanceRate = 0.05) => ({
    ...{ fromValue, initialRate, maintenanceRate },
  });

  it.each<[string, () => unknown]>([
    ['rateMargin: initialRate -1 is not', () => rateMargin({ initialRate: -1, maintenanceRate: 0 })],
    ['rateMargin: initialRate Infinity', () => rateMargin({ initialRate: Infinity, maintenanceRate: 0 })],
    ['rateMargin: maintenanceRate 0.2 is not from 0', () => rateMargin({ initialRate: 0.1, maintenanceRate: 0.2 })],
    ['rateMargin: maintenanceRate NaN', () => rateMargin({ initialRate: 0.1, maintenanceRate: Number.NaN })],
    ['leverageMargin: leverage 0', () => leverageMargin({ leverage: 0, maintenanceRate: 0 })],
    ['leverageMargin: maintenanceRate 0.2', () => leverageMargin({ leverage: 10, maintenanceRate: 0.2 })],
    [
      'cashAccount: shorts.initialRate NaN',
      () => cashAccount({ shorts: { initialRate: Number.NaN, maintenanceRate: 0 } }),
    ],
    [
      'perContractMargin: ES.maintenanceAmount 2',
      () => perContractMargin({ ES: { initialAmount: 1, maintenanceAmount: 2 } }),
    ],
    [
      'perContractMargin: ES.initialAmount NaN',
      () => perContractMargin({ ES: { initialAmount: Number.NaN, maintenanceAmount: 2 } }),
    ],
    ['tieredMargin: there are no tiers', () => tieredMargin([])],
    ['tieredMargin: tiers.0.fromValue 1 is not 0', () => tieredMargin([tier(1)])],
    ['tieredMargin: tiers.1.fromValue 0 is not a number above 0', () => tieredMargin([tier(0), tier(0)])],
    ['tieredMargin: tiers.1.fromValue Infinity', () => tieredMargin([tier(0), tier(Infinity)])],
    ['tieredMargin: tiers.1.initialRate 0.09 is not 0.1 or more', () => tieredMargin([tier(0), tier(5, 0.09)])],
    [
      'tieredMargin: tiers.1.maintenanceRate 0.01 is not 0.05 or more',
      () => tieredMargin([tier(0), tier(5, 0.1, 0.01)]),
    ],
    ['tieredMargin: tiers.1.maintenanceRate 0.3', () => tieredMargin([tier(0), tier(5, 0.1, 0.3)])],
  ])('%s', (message, make) => {
    expect(make).toThrow(RangeError);
    expect(make).toThrow(message);
  });
});
