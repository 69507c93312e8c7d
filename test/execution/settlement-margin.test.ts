/** Margin: which orders an account can bear, when it is liquidated, and how much of it. */
import { describe, expect, test } from 'vitest';
import { Kind, OrderType, Reason, Side } from '../../core/index.js';
import { cashAccount, type MarginModel, rateMargin } from '../../execution/margin.js';
import type { SettlementOptions } from '../../execution/settlement.js';
import { Desk, type Working } from './settlement-desk.js';

const COIN = { symbol: 'COIN', tick: '1', lot: '1' };
const { buy, sell } = Side;
/** Ten times leverage; half of the initial margin is to be kept. */
const tenth = rateMargin({ initialRate: 0.1, maintenanceRate: 0.05 });

function margined(options: Partial<SettlementOptions> = {}, capital = 1_000, instruments = [COIN], strategies = 1) {
  return new Desk({
    ...{ instruments, strategies, account: { capital: { '': capital } }, settlement: { margin: tenth, ...options } },
  });
}

const working = (side: Side, leavesLots: number, of: Partial<Working> = {}): Working => ({
  ...{ type: OrderType.limit, strategy: 0, instrument: 0, side, priceTicks: 100, stopTicks: Number.NaN, leavesLots },
  ...of,
});

describe('initial margin', () => {
  const allows = (desk: Desk, side: Side, priceTicks: number, qtyLots: number, instrument = 0) =>
    desk.settlement.initialMarginAllows(0, instrument, side, priceTicks, qtyLots);

  test('lets in what equity covers and not a lot more: 1 000 bear 100 at 100 with ten times leverage', () => {
    const desk = margined();
    desk.quote(0, 100);
    for (const side of [buy, sell]) {
      expect(allows(desk, side, 100, 100)).toBe(true);
      expect(allows(desk, side, 100, 101)).toBe(false);
      expect(allows(desk, side, Number.NaN, 100)).toBe(true);
      expect(allows(desk, side, Number.NaN, 101)).toBe(false);
    }
  });

  test('is taken at the limit where that is dearer, at the mark where that is', () => {
    const desk = margined();
    desk.quote(0, 100);
    expect([allows(desk, buy, 125, 80), allows(desk, buy, 125, 81)]).toEqual([true, false]);
    expect([allows(desk, buy, 50, 100), allows(desk, buy, 50, 101)]).toEqual([true, false]);
  });

  test('counts working orders of the side that needs more', () => {
    const desk = margined();
    desk.quote(0, 100);
    desk.working = [working(buy, 60)];
    expect([allows(desk, buy, 100, 40), allows(desk, buy, 100, 41)]).toEqual([true, false]);
    // Sells up to 60 do not raise what is needed.
    expect([allows(desk, sell, 100, 100), allows(desk, sell, 100, 101)]).toEqual([true, false]);
  });

  test('counts positions and orders of other instruments, at their own marks or at their order prices', () => {
    const desk = margined({}, 1_000, [COIN, { ...COIN, symbol: 'OTHER' }, { ...COIN, symbol: 'DARK' }]);
    desk.quote(0, 100);
    desk.quote(1, 50);
    desk.fill(0, 1, 100, 50);
    expect([allows(desk, buy, 100, 50), allows(desk, buy, 100, 51)]).toEqual([true, false]);
    desk.quote(1, 54);
    // It earned 400 and needs 540: 860 are left.
    expect([allows(desk, buy, 100, 86), allows(desk, buy, 100, 87)]).toEqual([true, false]);
    // Nothing is known of DARK but the price of the order: 100 × 20 × 10 % = 200 less.
    expect(allows(desk, buy, 20, 100, 2)).toBe(true);
    desk.working = [working(buy, 100, { instrument: 2, priceTicks: 20 })];
    expect([allows(desk, buy, 100, 66), allows(desk, buy, 100, 67)]).toEqual([true, false]);
    expect(allows(desk, buy, Number.NaN, 1, 2)).toBe(false);
  });

  test('never stands in the way of closing, or of what raises no requirement', () => {
    const desk = margined({ margin: rateMargin({ initialRate: 0.1, maintenanceRate: 0 }) });
    desk.quote(0, 100);
    desk.fill(0, 0, 100, 100);
    desk.quote(0, 91);
    // Equity 100, needed 910.
    expect(allows(desk, buy, 91, 1)).toBe(false);
    expect(allows(desk, sell, 91, 100)).toBe(true);
    expect(allows(desk, sell, 91, 200)).toBe(true);
    expect(allows(desk, sell, 91, 201)).toBe(false);
  });

  test('in a cash account lets nobody sell what he does not own', () => {
    const desk = margined({ margin: cashAccount() });
    desk.quote(0, 100);
    expect([allows(desk, buy, 100, 10), allows(desk, buy, 100, 11)]).toEqual([true, false]);
    expect(allows(desk, sell, 100, 1)).toBe(false);
    desk.fill(0, 0, 10, 100);
    expect([allows(desk, sell, 100, 10), allows(desk, sell, 100, 11)]).toEqual([true, false]);
    desk.working = [working(sell, 6)];
    expect([allows(desk, sell, 100, 4), allows(desk, sell, 100, 5)]).toEqual([true, false]);
  });

  test('lets a position that is not allowed be closed, and nothing else', () => {
    const desk = margined({ margin: cashAccount() });
    desk.fill(0, 0, -5, 100);
    expect(desk.settlement.wantsDepth).toBe(true);
    expect([allows(desk, buy, 100, 5), allows(desk, buy, 100, 6), allows(desk, sell, 100, 1)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('is no matter without a margin model', () => {
    const desk = new Desk({ instruments: [COIN] });
    expect(allows(desk, buy, 100, 1e9)).toBe(true);
    desk.fill(0, 0, 1e6, 100);
    desk.quote(0, 1);
    expect([desk.settlement.wantsTrades, desk.settlement.wantsDepth, desk.settlement.bankrupt(0)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(desk.told).toEqual([]);
  });
});

describe('liquidation', () => {
  test('begins when equity is below maintenance, not at it: bought 100 at 100, the last good price is 95 → 94.7', () => {
    const desk = margined();
    desk.quote(0, 100);
    expect(desk.settlement.wantsTrades).toBe(false);
    desk.fill(0, 0, 100, 100);
    expect(desk.settlement.wantsTrades).toBe(true);
    // Equity 1 000 − 100 × 5 = 500 ≥ 100 × 95 × 5 % = 475.
    desk.quote(0, 95);
    expect(desk.told).toEqual([]);
    // 400 < 470: 100 × 94 × 5 % = 4.70 a lot, so 85 lots are borne (399.50), and 15 go.
    desk.working = [working(buy, 5)];
    desk.quote(0, 94);
    expect(desk.ended).toEqual([[0, -1, Reason.liquidation]]);
    expect(desk.working).toEqual([]);
    expect(desk.told).toEqual([
      {
        ...{ strategy: 0, kind: 'liquidation', instrument: 0, priceTicks: 94, qtyLots: -15, amount: 0, fee: 0 },
        nowNs: 0,
      },
    ]);
    expect(desk.accounts[0]!.positionLots(0)).toBe(85);
    expect(desk.twins[0]!.positionLots(0)).toBe(85);
    expect(desk.settlement.wantsDepth).toBe(false);
    // Neither the good fill nor those of the liquidation put anything on the schedule.
    expect(desk.schedule.added).toBe(0);
  });

  test('at exactly the maintenance margin leaves the account alone', () => {
    const desk = margined({}, 525);
    desk.quote(0, 100);
    desk.fill(0, 0, 50, 100);
    // 525 − 50 × 8.4 … at 94: 225 < 235; at 95: 275 ≥ 237.50. With 285 lost: 240 = 240 at 96 × 50 × 5 % after a flow.
    desk.accounts[0]!.applyCash(0, -1, -85);
    desk.quote(0, 96);
    expect(desk.equity(0)).toBe(240);
    expect(desk.told).toEqual([]);
    desk.accounts[0]!.applyCash(0, -1, -0.01);
    desk.quote(0, 96.5);
    desk.quote(0, 96);
    expect(desk.told.map(({ qtyLots }) => qtyLots)).toEqual([-1]);
  });

  test('counts its fee: 1 % of what is closed, on top of what it frees', () => {
    const desk = margined({ liquidationFeeRate: 0.01 });
    desk.quote(0, 100);
    desk.fill(0, 0, -100, 100);
    desk.quote(0, 106);
    // Equity 400, needed 530. Closing n frees 5.30 n and costs 1.06 n: 400 − 1.06 n ≥ 5.30 (100 − n) from 30.66 on.
    expect(desk.told.map(({ qtyLots, fee }) => [qtyLots, +fee.toFixed(9)])).toEqual([[31, 32.86]]);
    expect(desk.accounts[0]!.positionLots(0)).toBe(-69);
    expect(desk.equity(0)).toBeCloseTo(400 - 32.86, 9);
  });

  test('walks the book, and reckons with what the first step cost: 15 at the mark are not enough at 92', () => {
    const desk = margined();
    desk.quote(0, 100);
    desk.fill(0, 0, 100, 100);
    desk.halfTicks[0] = 188;
    desk.bids[0] = [
      [93, 10],
      [92, 1_000],
    ];
    desk.settlement.onTrade(0, 94, 0);
    // 15: 10 × 1 + 5 × 2 = 20 lost, 380 < 4.70 × 85 = 399.50. At 20 / 15 a lot it takes 380 − 1.333 n ≥ 4.70 (85 − n): 6;
    // at 92 they cost 12: 368 ≥ 4.70 × 79 = 371.30 does not hold; at 2 a lot 368 − 2 n ≥ 4.70 (79 − n): 2. 364 ≥ 361.90.
    expect(desk.closes).toEqual([
      [0, -15],
      [0, -6],
      [0, -2],
    ]);
    expect(desk.told.map(({ priceTicks, qtyLots }) => [priceTicks, qtyLots])).toEqual([
      [93, -10],
      [92, -5],
      [92, -6],
      [92, -2],
    ]);
    expect(desk.equity(0)).toBe(364);
    expect(desk.schedule.added).toBe(0);
  });

  test('tries again what the book could not give, at the next change of it, until it is done', () => {
    const desk = margined();
    desk.quote(0, 100);
    desk.fill(0, 0, 100, 100);
    desk.halfTicks[0] = 188;
    desk.bids[0] = [[94, 4]];
    desk.settlement.onTrade(0, 94, 1);
    expect(desk.told.map(({ qtyLots }) => qtyLots)).toEqual([-4]);
    expect(desk.settlement.wantsDepth).toBe(true);
    // Nothing there: nothing happens, and nothing is forgotten.
    desk.settlement.onDepth(0, 2);
    expect(desk.told.length).toBe(1);
    expect(desk.settlement.wantsDepth).toBe(true);
    desk.bids[0] = [[94, 1_000]];
    desk.settlement.onDepth(0, 3);
    expect(desk.told.map(({ qtyLots, nowNs }) => [qtyLots, nowNs])).toEqual([
      [-4, 1],
      [-11, 3],
    ]);
    expect(desk.settlement.wantsDepth).toBe(false);
  });

  test('keeps the rest if the price comes back first', () => {
    const desk = margined();
    desk.quote(0, 100);
    desk.fill(0, 0, 100, 100);
    desk.bids[0] = [];
    desk.halfTicks[0] = 188;
    desk.settlement.onTrade(0, 94, 1);
    expect(desk.settlement.wantsDepth).toBe(true);
    desk.quote(0, 95);
    expect([desk.settlement.wantsDepth, desk.accounts[0]!.positionLots(0), desk.told.length]).toEqual([false, 100, 0]);
  });

  test('closes the position that needs most first, then the next', () => {
    const desk = margined({}, 1_100, [COIN, { ...COIN, symbol: 'LARGE' }, { ...COIN, symbol: 'SMALL' }]);
    for (const [instrument, lots] of [20, 60, -10].entries()) {
      desk.quote(instrument, 100);
      desk.fill(0, instrument, lots, 100);
    }
    desk.quote(0, 94);
    // 1 100 − 120 = 980 bear 94 + 300 + 50. Then 80 are left for 94 + 255 + 50: LARGE goes wholly, of COIN 4.70 n ≤ 30 stay.
    desk.quote(1, 85);
    expect(desk.closes).toEqual([
      [1, -60],
      [0, -14],
    ]);
    expect(desk.accounts[0]!.positionLots(2)).toBe(-10);
  });

  test('leaves the debt of a bankrupt in its account, and admits no more orders', () => {
    const desk = margined();
    desk.quote(0, 100);
    desk.fill(0, 0, 100, 100);
    desk.quote(0, 80);
    expect(desk.told.map(({ qtyLots }) => qtyLots)).toEqual([-100]);
    expect(desk.equity(0)).toBe(-1_000);
    expect(desk.settlement.bankrupt(0)).toBe(true);
    expect(desk.settlement.initialMarginAllows(0, 0, buy, 80, 1)).toBe(false);
    expect(desk.settlement.openPositions).toBe(0);
    expect(desk.settlement.wantsTrades).toBe(false);
  });

  test('comes of funding, of a mark row and of a bad fill as well', () => {
    const funded = margined();
    funded.quote(0, 100);
    funded.fill(0, 0, 100, 100);
    funded.row(Kind.funding, 0, 0.06);
    // 1 000 − 600 = 400 < 500: 20 lots at 5.
    expect(funded.told.map(({ kind, qtyLots }) => [kind, qtyLots])).toEqual([
      ['funding', 0],
      ['liquidation', -20],
    ]);
    const marked = margined();
    marked.quote(0, 100);
    marked.fill(0, 0, 100, 100);
    marked.row(Kind.mark, 0, Number.NaN, 94);
    // The mark is 94, the book still gives 100: nothing is lost but time.
    expect(marked.told.map(({ priceTicks, qtyLots }) => [priceTicks, qtyLots])).toEqual([[100, -15]]);
    const filled = margined();
    filled.quote(0, 94);
    filled.fill(0, 0, 100, 100);
    expect(filled.told.map(({ qtyLots }) => qtyLots)).toEqual([-15]);
  });

  test('after a fill waits until the engine is done with the moment, and comes once', () => {
    const desk = margined();
    desk.quote(0, 94);
    desk.accounts[0]!.applyFill(0, buy, 100, 60, 0);
    desk.settlement.onFill(0, 0, 5);
    desk.accounts[0]!.applyFill(0, buy, 100, 40, 0);
    desk.settlement.onFill(0, 0, 5);
    desk.settlement.onFill(0, 0, 5);
    expect([desk.told.length, desk.ended.length]).toEqual([0, 0]);
    // A run does not end before it.
    expect([desk.schedule.headNs, desk.schedule.pending]).toEqual([5, 1]);
    desk.runTo(5);
    expect(desk.told.map(({ qtyLots, nowNs }) => [qtyLots, nowNs])).toEqual([[-15, 5]]);
    expect([desk.schedule.pending, desk.ended.length]).toEqual([0, 1]);
    desk.fill(0, 0, 100, 94);
    expect(desk.ended.length).toBe(2);
  });

  test('is over when the strategy closes by itself what the book did not give', () => {
    const desk = margined();
    desk.quote(0, 100);
    desk.fill(0, 0, 100, 100);
    desk.bids[0] = [];
    desk.halfTicks[0] = 188;
    desk.settlement.onTrade(0, 94, 1);
    expect(desk.settlement.wantsDepth).toBe(true);
    desk.fill(0, 0, -100, 94);
    expect([desk.settlement.wantsDepth, desk.told.length]).toEqual([false, 0]);
  });

  test('ends the orders of who has nothing left but debt, also if he closed by himself', () => {
    const desk = margined({ margin: rateMargin({ initialRate: 0.1, maintenanceRate: 0 }) });
    desk.quote(0, 100);
    desk.fill(0, 0, 100, 100);
    desk.working = [working(buy, 5)];
    desk.fill(0, 0, -100, 89);
    expect([desk.settlement.bankrupt(0), desk.working, desk.told]).toEqual([true, [], []]);
    desk.row(Kind.funding, 0, 0.1);
    expect(desk.ended).toEqual([[0, -1, Reason.liquidation]]);
  });

  test('concerns the strategy alone', () => {
    const desk = margined({}, 1_000, [COIN], 3);
    desk.quote(0, 100);
    desk.fill(0, 0, 50, 100);
    desk.fill(1, 0, 100, 100);
    desk.fill(2, 0, -100, 100);
    desk.quote(0, 94);
    expect(desk.told.map(({ strategy }) => strategy)).toEqual([1]);
    expect(desk.ended).toEqual([[1, -1, Reason.liquidation]]);
  });

  test('is in the currency of the account: a contract that settles in euros at 1.50', () => {
    const instruments = [{ ...COIN, base: 'C', quote: 'EUR' }];
    const account = { currency: 'USD', capital: { USD: 1_500 } };
    const desk = new Desk({ instruments, account, settlement: { margin: tenth } });
    desk.accounts[0]!.setRate('EUR', 1.5);
    desk.quote(0, 100);
    expect(desk.settlement.initialMarginAllows(0, 0, buy, 100, 100)).toBe(true);
    expect(desk.settlement.initialMarginAllows(0, 0, buy, 100, 101)).toBe(false);
    desk.fill(0, 0, 100, 100);
    desk.quote(0, 94);
    // 1 500 − 900 = 600 < 470 × 1.50 = 705; 600 / 7.05 = 85.1 are borne.
    expect(desk.told.map(({ qtyLots }) => qtyLots)).toEqual([-15]);
  });

  test('counts a fee in euros for what it is worth', () => {
    const instruments = [{ ...COIN, base: 'C', quote: 'EUR' }];
    const account = { currency: 'USD', capital: { USD: 1_500 } };
    const settlement = { margin: tenth, liquidationFeeRate: 0.01 };
    const desk = new Desk({ instruments, account, settlement });
    desk.accounts[0]!.setRate('EUR', 1.5);
    desk.quote(0, 100);
    desk.fill(0, 0, -100, 100);
    desk.quote(0, 106);
    // As without euros, all times 1.50: 600 − 1.59 n ≥ 7.95 (100 − n) from 30.66 on. The fee stays in euros.
    expect(desk.told.map(({ qtyLots, fee }) => [qtyLots, +fee.toFixed(9)])).toEqual([[31, 32.86]]);
  });

  test('ends however steep the book and however large the position', () => {
    const desk = margined({}, 1e9);
    desk.quote(0, 100);
    desk.fill(0, 0, 1e8, 100);
    desk.halfTicks[0] = 188;
    desk.bids[0] = Array.from({ length: 90 }, (_, i) => [93 - i, 2e6]);
    desk.settlement.onTrade(0, 94, 0);
    expect(desk.closes.length).toBeLessThan(20);
    const account = desk.accounts[0]!;
    const lots = account.positionLots(0);
    // Deep enough for all of it: so all is closed, or what is left can be borne.
    expect(lots === 0 || desk.equity(0) >= lots * 94 * 0.05).toBe(true);
  });
});

test('a model or a venue that gives nonsense stops the run', () => {
  const wrong: MarginModel = { initial: () => Number.NaN, maintenance: () => -1 };
  const desk = margined({ margin: wrong });
  desk.quote(0, 100);
  expect(() => desk.settlement.initialMarginAllows(0, 0, buy, 100, 1)).toThrow('initial margin NaN of COIN');
  expect(() => desk.fill(0, 0, 1, 100)).toThrow('maintenance margin -1 of COIN');
  const lying = margined();
  lying.closeAtMarket = () => 3;
  lying.quote(0, 100);
  lying.fill(0, 0, 100, 100);
  expect(() => lying.quote(0, 94)).toThrow('asked for 15 lots, the venue gave 0 and left 3');
});

test('options that make no sense are refused with their name and value', () => {
  expect(() => margined({ liquidationFeeRate: 1 })).toThrow('liquidationFeeRate 1 is not at least 0 and below 1');
  expect(() => new Desk({ instruments: [COIN], settlement: { liquidationFeeRate: 0.01 } })).toThrow(
    'liquidationFeeRate 0.01 without margin',
  );
});
