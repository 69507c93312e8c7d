/** What happens when an order would trade with another of its own strategy: every rule, by hand. */
import { describe, expect, it } from 'vitest';
import { SelfTrade, TimeInForce } from '../../core/index.js';
import { type Action, play, told } from './scenario.js';

const BOOK = ['0 bid 5@100', '0 ask 5@102', '0 ask 5@103'];
const { cancelNew, cancelOld, cancelBoth, decrement, allow } = SelfTrade;
/** An offer of `lots` at 101, before the ask of the market. */
const offer = (lots: number): Action => [100, (desk) => desk.sell('old', lots, 101)];
const buys = (lots: number, selfTrade: SelfTrade, more = {}): Action => [
  200,
  (desk) => desk.buy('new', lots, 102, { selfTrade, ...more }),
];
const outcome = (...actions: Action[]) => told({ market: BOOK, actions }).slice(1);

describe('self-trade prevention', () => {
  it('cancels the arriving order', () => {
    expect(outcome(offer(3), buys(5, cancelNew))).toEqual(['200 new expired 5@102: selfTrade']);
  });

  it('cancels what is left of the arriving order after what it traded before', () => {
    // 1 lot at 101 was there before the own order: it is taken first.
    const lines = told({
      market: ['0 bid 5@100', '0 ask 1@101', '0 ask 5@102'],
      actions: [offer(3), buys(5, cancelNew)],
    });
    expect(lines.slice(1)).toEqual(['200 new filled 1@101, 4 left', '200 new expired 4@102: selfTrade']);
  });

  it('cancels the resting order', () => {
    expect(outcome(offer(3), buys(5, cancelOld))).toEqual([
      '200 old expired 3@101: selfTrade',
      '200 new filled 5@102, 0 left',
    ]);
  });

  it('cancels both', () => {
    expect(outcome(offer(3), buys(5, cancelBoth))).toEqual([
      '200 old expired 3@101: selfTrade',
      '200 new expired 5@102: selfTrade',
    ]);
  });

  it('takes the smaller quantity off both', () => {
    expect(outcome(offer(3), buys(5, decrement))).toEqual([
      '200 old expired 3@101: selfTrade',
      '200 new restated 2@102, 2 left: selfTrade',
      '200 new filled 2@102, 0 left',
    ]);
    expect(outcome(offer(8), buys(5, decrement))).toEqual([
      '200 old restated 3@101, 3 left: selfTrade',
      '200 new expired 5@102: selfTrade',
    ]);
    expect(outcome(offer(5), buys(5, decrement))).toEqual([
      '200 old expired 5@101: selfTrade',
      '200 new expired 5@102: selfTrade',
    ]);
  });

  it('keeps total = filled + left through a decrement', () => {
    const { lines, orders } = play({
      // 12: 3 taken off leave 9; 5 trade at 102; 4 rest. Changed to a total of 7, 2 rest.
      market: BOOK,
      actions: [offer(3), buys(12, decrement), [300, (desk) => desk.modify('new', { qtyLots: 7 })]],
    });
    expect(lines.slice(1)).toEqual([
      '200 old expired 3@101: selfTrade',
      '200 new restated 9@102, 9 left: selfTrade',
      '200 new filled 5@102, 4 left',
      '300 new modified 7@102, 2 left',
    ]);
    expect(orders.get('new')).toMatchObject({ qtyLots: 7, filledLots: 5, leavesLots: 2 });
  });

  it('counts what was traded before a decrement in the total', () => {
    const lines = told({
      // 2 of the market at 101 come first; then 3 are taken off both, and 2 are left for 102.
      market: ['0 bid 5@100', '0 ask 2@101', '0 ask 5@102'],
      actions: [offer(3), buys(7, decrement)],
    });
    expect(lines.slice(1)).toEqual([
      '200 new filled 2@101, 5 left',
      '200 old expired 3@101: selfTrade',
      '200 new restated 4@102, 2 left: selfTrade',
      '200 new filled 2@102, 0 left',
    ]);
  });

  it('lets them trade where that is allowed', () => {
    const { lines, result } = play({ market: BOOK, actions: [offer(3), buys(5, allow)] });
    expect(lines.slice(1)).toEqual([
      '200 old filled 3@101 as maker, 0 left',
      '200 new filled 3@101, 2 left',
      '200 new filled 2@102, 0 left',
    ]);
    // −3 + 3 + 2 lots; 303 − 303 − 204 ticks.
    expect(result.strategies[0]!.account.positionLots(0)).toBe(2);
    expect(result.strategies[0]!.account.cash).toBe(-204);
  });

  it('goes by the order, and where that says nothing by the venue', () => {
    const plain: Action = [200, (desk) => desk.buy('new', 5, 102)];
    const lines = told({ market: BOOK, venue: { rules: { selfTrade: cancelOld } }, actions: [offer(3), plain] });
    expect(lines.slice(1)).toEqual(['200 old expired 3@101: selfTrade', '200 new filled 5@102, 0 left']);
    expect(outcome(offer(3), plain)).toEqual(['200 new expired 5@102: selfTrade']);
  });

  it('does not concern orders of other strategies', () => {
    expect(outcome(offer(3), [200, (desk) => desk.buy('new', 5, 102), 'b'])).toEqual([
      '200 old filled 3@101 as maker, 0 left',
      '200 new filled 3@101, 2 left',
      '200 new filled 2@102, 0 left',
    ]);
  });

  it('has nothing to do where own orders do not know of each other', () => {
    const lines = told({
      market: BOOK,
      venue: { rules: { ownOrders: 'ignore' } },
      actions: [offer(3), buys(5, cancelNew)],
    });
    expect(lines.slice(1)).toEqual(['200 new filled 5@102, 0 left']);
  });

  it('lets a fill-or-kill order have all or nothing', () => {
    // 5 at 102 are enough for 5, but only cancelling the old order leads there; 8 with a part of it are not to be had.
    const killed = ['200 new expired 5@102: notFullyFillable'];
    for (const rule of [cancelNew, cancelBoth, decrement]) {
      expect(outcome(offer(3), buys(5, rule, { timeInForce: TimeInForce.FOK }))).toEqual(killed);
    }
    expect(outcome(offer(3), buys(5, cancelOld, { timeInForce: TimeInForce.FOK }))).toEqual([
      '200 old expired 3@101: selfTrade',
      '200 new filled 5@102, 0 left',
    ]);
    expect(outcome(offer(3), buys(8, allow, { timeInForce: TimeInForce.FOK })).at(-1)).toBe(
      '200 new filled 5@102, 0 left',
    );
  });

  it('lets a fill-or-kill order have what stands before the own order', () => {
    const market = ['0 bid 5@100', '0 ask 2@101', '0 ask 5@102'];
    const fok = { timeInForce: TimeInForce.FOK };
    expect(told({ market, actions: [offer(3), buys(2, cancelNew, fok)] })[1]).toBe('200 new filled 2@101, 0 left');
    expect(told({ market, actions: [offer(3), buys(3, cancelNew, fok)] })[1]).toBe(
      '200 new expired 3@102: notFullyFillable',
    );
  });

  it('also holds for an order that is changed to a price where it would trade', () => {
    const lines = outcome(
      offer(3),
      [200, (desk) => desk.buy('new', 2, 99)],
      [300, (desk) => desk.modify('new', { priceTicks: 101 })],
    );
    expect(lines.slice(1)).toEqual(['300 new modified 2@101, 2 left', '300 new expired 2@101: selfTrade']);
  });
});
