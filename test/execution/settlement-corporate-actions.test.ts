/** Splits, dividends, delisting and expiry: what becomes of positions, cash and working orders. */
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, Kind, MAX_PRICE_TICKS, OrderType, Reason, Side, Status } from '../../core/index.js';
import type { SettlementOptions } from '../../execution/settlement.js';
import { Desk, type Working } from './settlement-desk.js';

const SHARE = { symbol: 'SHARE', tick: '0.01', lot: '1' };
const { buy, sell } = Side;
const { limit, stop, stopLimit, trailingStop, limitIfTouched, marketIfTouched, market } = OrderType;
const NaNs = { priceTicks: Number.NaN, stopTicks: Number.NaN };

const order = (type: OrderType, side: Side, of: Partial<Working>): Working => ({
  ...{ type, side, strategy: 0, instrument: 0, leavesLots: 10, ...NaNs, ...of },
});

/** What is left of orders after a row, as price, stop and quantity; `ended` where nothing is. */
function restated(kind: Kind, value: number, orders: Working[], settlement: SettlementOptions = {}) {
  const desk = new Desk({ instruments: [SHARE], settlement });
  desk.working = [...orders];
  desk.row(kind, 0, value);
  return orders.map((each) => {
    if (!desk.working.includes(each)) return 'ended';
    return [each.priceTicks, each.stopTicks, each.leavesLots];
  });
}

describe('a split', () => {
  test('two for one doubles the position at the same cost, and earns nothing', () => {
    const desk = new Desk({ instruments: [SHARE], strategies: 2 });
    desk.fill(0, 0, 100, 9_000);
    desk.fill(1, 0, -100, 9_000);
    desk.halfTicks[0] = 20_000;
    expect(desk.equity(0)).toBe(1_000);
    desk.row(Kind.split, 0, 2);
    expect(desk.told.map(({ kind, priceTicks, qtyLots, amount }) => [kind, priceTicks, qtyLots, amount])).toEqual([
      ['split', 5_000, 100, 0],
      ['split', 5_000, -100, -0],
    ]);
    const [long, short] = desk.accounts;
    expect([long!.positionLots(0), long!.averageCostTicks(0), long!.equity]).toEqual([200, 4_500, 1_000]);
    expect([short!.positionLots(0), short!.equity]).toEqual([-200, -1_000]);
    expect(desk.twins[0]!.positionLots(0)).toBe(200);
  });

  test('three for two of 101 at 90.00 makes 151 at 60.00 and 30.00 in cash for the half', () => {
    const desk = new Desk({ instruments: [SHARE] });
    desk.fill(0, 0, 101, 9_000);
    desk.halfTicks[0] = 18_000;
    desk.row(Kind.split, 0, 1.5);
    expect(desk.told[0]).toMatchObject({ qtyLots: 50, amount: 30, priceTicks: 6_000 });
    expect(desk.equity(0, [12_000])).toBe(0);
  });

  test('one for ten of a short 1 239 leaves 123 short, and 9 tenths are paid for: 0.9 × 20.00', () => {
    const desk = new Desk({ instruments: [SHARE] });
    desk.fill(0, 0, -1_239, 200);
    desk.row(Kind.split, 0, 0.1);
    expect(desk.accounts[0]!.positionLots(0)).toBe(-123);
    expect(desk.told[0]!.amount).toBeCloseTo(-18, 9);
    expect(desk.equity(0, [4_000])).toBeCloseTo(0, 9);
  });

  test('of fewer units than one lot pays the position out', () => {
    const desk = new Desk({ instruments: [SHARE] });
    desk.fill(0, 0, 4, 500);
    expect(desk.settlement.openPositions).toBe(1);
    desk.row(Kind.split, 0, 0.2);
    // 0.8 of a share at 25.00.
    expect(desk.told[0]).toMatchObject({ qtyLots: -4, amount: 20 });
    expect(desk.settlement.openPositions).toBe(0);
    expect(desk.accounts[0]!.equity).toBe(0);
  });

  test('in thirds loses no lot to the rounding of 1 / 3: 300 are 100', () => {
    const desk = new Desk({ instruments: [SHARE] });
    desk.fill(0, 0, 300, 1_000);
    desk.row(Kind.split, 0, 1 / 3);
    expect(desk.told[0]).toMatchObject({ qtyLots: -200, amount: 0 });
  });

  test('is in the price at which all is reckoned at once, until the market moves', () => {
    const desk = new Desk({ instruments: [SHARE, { ...SHARE, symbol: 'MARKED' }] });
    desk.fill(0, 0, 100, 9_000);
    desk.fill(0, 1, 100, 9_000);
    desk.halfTicks[0] = 20_000;
    desk.row(Kind.mark, 1, Number.NaN, 10_000);
    for (const instrument of [0, 1, 0]) desk.row(Kind.split, instrument, 2);
    desk.row(Kind.funding, 0, 0.01);
    desk.row(Kind.funding, 1, 0.01);
    desk.halfTicks[0] = 5_100;
    desk.row(Kind.funding, 0, 0.01);
    desk.halfTicks[0] = 20_000;
    desk.row(Kind.funding, 0, 0.01);
    const funding = desk.told.filter(({ kind }) => kind === 'funding');
    // Twice two for one: a quarter of 100.00; then what the market says.
    expect(funding.map(({ priceTicks }) => priceTicks)).toEqual([2_500, 5_000, 2_550, 10_000]);
  });

  test('restates orders: price down for buys, up for sells, stops away from the market, quantity down', () => {
    const orders = [
      order(limit, buy, { priceTicks: 1_001, leavesLots: 7 }),
      order(limit, sell, { priceTicks: 1_001, leavesLots: 7 }),
      order(stop, buy, { stopTicks: 1_001 }),
      order(stop, sell, { stopTicks: 1_001 }),
      order(stopLimit, sell, { stopTicks: 1_001, priceTicks: 999 }),
      order(limitIfTouched, buy, { stopTicks: 1_001, priceTicks: 1_003 }),
      order(marketIfTouched, sell, { stopTicks: 1_001 }),
      order(market, buy, {}),
    ];
    expect(restated(Kind.split, 1.5, orders)).toEqual([
      [667, Number.NaN, 10],
      [668, Number.NaN, 10],
      [Number.NaN, 668, 15],
      [Number.NaN, 667, 15],
      [666, 667, 15],
      [668, 667, 15],
      [Number.NaN, 668, 15],
      [Number.NaN, Number.NaN, 15],
    ]);
  });

  test('into fewer units ends orders, or restates those of which something is left, if asked for', () => {
    const orders = () => [
      order(limit, buy, { priceTicks: 1_001, leavesLots: 19 }),
      order(limit, buy, { priceTicks: 1_001, leavesLots: 9 }),
      order(limit, buy, { priceTicks: MAX_PRICE_TICKS / 2, leavesLots: 100 }),
    ];
    expect(restated(Kind.split, 0.1, orders())).toEqual(['ended', 'ended', 'ended']);
    const restate = { reverseSplitOrders: 'restate' } as const;
    expect(restated(Kind.split, 0.1, orders(), restate)).toEqual([[10_010, Number.NaN, 1], 'ended', 'ended']);
    expect(restated(Kind.split, 1, orders())).toEqual(
      orders().map((each) => [each.priceTicks, Number.NaN, each.leavesLots]),
    );
  });

  test('that cannot be stops the run', () => {
    const inverse = { symbol: 'XBT', tick: '0.5', lot: '1', contract: 'inverse', base: 'BTC', quote: 'USD' } as const;
    const desk = new Desk({ instruments: [SHARE, inverse], account: { currency: 'USD' } });
    expect(() => desk.row(Kind.split, 0, 0)).toThrow('split of SHARE at 0 ns: ratio 0');
    expect(() => desk.row(Kind.split, 1, 2)).toThrow('split of XBT at 0 ns: an inverse contract cannot be split');
  });
});

describe('a dividend', () => {
  test('is received by longs, less tax, and paid in full by shorts: 100 × 0.24 at 25 %', () => {
    const settlement = { dividendTaxRate: 0.25 };
    const desk = new Desk({ instruments: [SHARE], strategies: 3, settlement });
    desk.fill(0, 0, 100, 5_000);
    desk.fill(1, 0, -100, 5_000);
    desk.row(Kind.dividend, 0, 0.24);
    expect(desk.told.map(({ strategy, kind, amount }) => [strategy, kind, amount])).toEqual([
      [0, 'dividend', 18],
      [1, 'dividend', -24],
    ]);
  });

  test('lowers buy limits and sell stops, rounded down to the tick, and leaves what stands above the market', () => {
    const orders = [
      order(limit, buy, { priceTicks: 1_000 }),
      order(limit, sell, { priceTicks: 1_000 }),
      order(stop, sell, { stopTicks: 1_000 }),
      order(stop, buy, { stopTicks: 1_000 }),
      order(stopLimit, sell, { stopTicks: 1_000, priceTicks: 990 }),
      order(stopLimit, buy, { stopTicks: 1_000, priceTicks: 990 }),
      order(trailingStop, sell, { stopTicks: 1_000 }),
      order(limitIfTouched, buy, { stopTicks: 1_000, priceTicks: 1_010 }),
      order(marketIfTouched, sell, { stopTicks: 1_000 }),
      order(limit, buy, { priceTicks: 24 }),
    ];
    // 0.245 is 24.5 ticks.
    expect(restated(Kind.dividend, 0.245, orders)).toEqual([
      [975, Number.NaN, 10],
      [1_000, Number.NaN, 10],
      [Number.NaN, 975, 10],
      [Number.NaN, 1_000, 10],
      [965, 975, 10],
      [990, 1_000, 10],
      [Number.NaN, 975, 10],
      [985, 975, 10],
      [Number.NaN, 1_000, 10],
      'ended',
    ]);
  });

  test('leaves orders alone below a tick, or where they shall be kept, or where dividends are switched off', () => {
    const orders = () => [order(limit, buy, { priceTicks: 1_000 })];
    const same = [[1_000, Number.NaN, 10]];
    expect(restated(Kind.dividend, 0.0099, orders())).toEqual(same);
    expect(restated(Kind.dividend, 0.5, orders(), { dividendOrders: 'keep' })).toEqual(same);
    expect(restated(Kind.dividend, 0.5, orders(), { dividends: false })).toEqual(same);
    expect(restated(Kind.dividend, 0.01, orders())).toEqual([[999, Number.NaN, 10]]);
    const off = new Desk({ instruments: [SHARE], settlement: { dividends: false } });
    off.fill(0, 0, 100, 5_000);
    off.row(Kind.dividend, 0, 0.5);
    expect(off.told).toEqual([]);
  });

  test('that cannot be stops the run', () => {
    const desk = new Desk({ instruments: [SHARE] });
    expect(() => desk.row(Kind.dividend, 0, -1)).toThrow('dividend of SHARE at 0 ns: -1 is no amount ≥ 0');
  });
});

describe('an instrument that is delisted', () => {
  const delisted = (settlement: SettlementOptions, priceTicks = 0) => {
    const desk = new Desk({ instruments: [SHARE, { ...SHARE, symbol: 'LIVE' }], strategies: 2, settlement });
    for (const instrument of [0, 1]) desk.fill(0, instrument, 100, 5_000);
    desk.fill(1, 0, -40, 5_000);
    desk.halfTicks[0] = 2_001;
    desk.working = [order(limit, buy, { priceTicks: 1 }), order(limit, buy, { priceTicks: 1, instrument: 1 })];
    desk.row(Kind.status, 0, Status.delisted, priceTicks);
    return desk;
  };

  test('ends its orders and closes its positions at the price of the row', () => {
    const desk = delisted({ delisting: 'zero' }, 300);
    expect(desk.told.map(({ strategy, kind, priceTicks, qtyLots }) => [strategy, kind, priceTicks, qtyLots])).toEqual([
      [0, 'delisting', 300, -100],
      [1, 'delisting', 300, 40],
    ]);
    expect(desk.accounts[0]!.realisedOf(0)).toBe(100 * (3 - 50));
    expect(desk.accounts[1]!.realisedOf(0)).toBe(-40 * (3 - 50));
    expect(desk.accounts[0]!.positionLots(1)).toBe(100);
    expect(desk.working.map(({ instrument }) => instrument)).toEqual([1]);
    expect(desk.ended).toEqual([
      [0, 0, Reason.notTraded],
      [1, 0, Reason.notTraded],
    ]);
    expect([desk.settlement.ended(0), desk.settlement.ended(1)]).toEqual([true, false]);
  });

  test('without one, at the last price, at nothing, or at what was said for it', () => {
    const price = (settlement: SettlementOptions) => delisted(settlement).told[0]!.priceTicks;
    expect(price({})).toBe(1_000.5);
    expect(price({ delisting: 'zero' })).toBe(0);
    expect(price({ delisting: '2.50' })).toBe(250);
    expect(price({ delisting: { SHARE: '0.07' } })).toBe(7);
    expect(price({ delisting: { LIVE: 'zero' } })).toBe(1_000.5);
  });

  test('closes once, and again only if it was listed again', () => {
    const desk = delisted({});
    desk.row(Kind.status, 0, Status.delisted);
    desk.row(Kind.status, 0, Status.close);
    expect([desk.told.length, desk.ended.length]).toEqual([2, 2]);
    expect(desk.settlement.ended(0)).toBe(true);
    desk.row(Kind.status, 0, Status.open);
    expect(desk.settlement.ended(0)).toBe(false);
    desk.fill(0, 0, 10, 1_000);
    desk.row(Kind.status, 0, Status.delisted);
    expect(desk.told.length).toBe(3);
  });
});

describe('an instrument that expires', () => {
  const FUTURE = { symbol: 'FUT', tick: '0.25', lot: '1', multiplier: '50', expiry: '2024-01-01T08:00:00Z' };

  test('settles at its time at the last mark row: 2 × 50 × (4 010 − 4 000)', () => {
    const desk = new Desk({ instruments: [FUTURE] });
    desk.fill(0, 0, 2, 16_000);
    desk.halfTicks[0] = 31_000;
    desk.row(Kind.mark, 0, Number.NaN, 16_040);
    desk.runTo(DAY);
    expect(desk.told).toEqual([
      {
        ...{ strategy: 0, kind: 'expiry', instrument: 0, priceTicks: 16_040, qtyLots: -2, amount: 0, fee: 0 },
        nowNs: 8 * HOUR,
      },
    ]);
    expect(desk.accounts[0]!.equity).toBe(1_000);
    expect(desk.twins[0]!.equity).toBe(1_000);
    expect(desk.settlement.ended(0)).toBe(true);
    desk.row(Kind.status, 0, Status.open);
    expect(desk.settlement.ended(0)).toBe(true);
  });

  test('settles with a mark row of that very time, with which a tape may end, and not a second time', () => {
    const desk = new Desk({ instruments: [FUTURE] });
    desk.fill(0, 0, 2, 16_000);
    desk.nowNs = 8 * HOUR - 1;
    desk.row(Kind.mark, 0, Number.NaN, 16_000);
    expect(desk.told).toEqual([]);
    desk.nowNs = 8 * HOUR;
    desk.row(Kind.mark, 0, Number.NaN, 16_080);
    expect(desk.told.map(({ priceTicks }) => priceTicks)).toEqual([16_080]);
    desk.runTo(DAY);
    expect([desk.told.length, desk.ended.length]).toEqual([1, 1]);
  });

  test('without a mark settles at the mid, or at a price that was said', () => {
    for (const [expiry, priceTicks] of [
      [undefined, 15_500],
      ['zero', 0],
      ['4000.25', 16_001],
    ] as const) {
      const desk = new Desk({ instruments: [FUTURE], settlement: expiry === undefined ? {} : { expiry } });
      desk.fill(0, 0, -2, 16_000);
      desk.halfTicks[0] = 31_000;
      desk.runTo(DAY);
      expect(desk.told.map((told) => told.priceTicks)).toEqual([priceTicks]);
    }
  });

  test('before the run is not traded in it, and nothing is scheduled', () => {
    const desk = new Desk({ instruments: [FUTURE], origin: '2024-01-02T00:00:00Z' });
    expect(desk.settlement.ended(0)).toBe(true);
    expect(desk.schedule.headNs).toBe(Infinity);
  });
});

test('options that make no sense are refused with their name and value', () => {
  const inverse = { symbol: 'XBT', tick: '0.5', lot: '1', contract: 'inverse', base: 'BTC', quote: 'USD' } as const;
  const wrong: [SettlementOptions, string][] = [
    [{ delisting: 'nothing' }, 'delisting "nothing" of SHARE: "nothing" is not a decimal number'],
    [{ delisting: '0.005' }, 'delisting "0.005" of SHARE'],
    [{ expiry: { NONE: 'zero' } }, 'expiry names "NONE", which is no instrument of the run'],
    [{ expiry: { XBT: 'zero' } }, 'expiry "zero" of XBT: an inverse contract has no price of 0 or less'],
    [{ dividendTaxRate: 1 }, 'dividendTaxRate 1 is not at least 0 and below 1'],
    [{ dividendOrders: 'end' as 'keep' }, 'dividendOrders "end" is not reduce or keep'],
    [{ reverseSplitOrders: 'keep' as 'end' }, 'reverseSplitOrders "keep" is not end or restate'],
  ];
  for (const [settlement, message] of wrong) {
    const account = { currency: 'USD' };
    expect(() => new Desk({ instruments: [SHARE, inverse], account, settlement })).toThrow(message);
  }
});
