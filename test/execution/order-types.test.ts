/**
 * What each type of order does, worked out by hand: limits and markets, stops and touches, trailing stops, post-only,
 * reduce-only, all-or-none. Time in force, groups, slices and refusals have files of their own beside this one.
 */
import { describe, expect, it } from 'vitest';
import { OrderType, Side, TimeInForce, TriggerBy } from '../../core/index.js';
import { priceProtection } from '../../execution/index.js';
import { type Action, told } from './scenario.js';

/** Bids 5@100 5@99 5@98, asks 5@102 5@103 5@104. */
const BOOK = ['0 bid 5@100', '0 bid 5@99', '0 bid 5@98', '0 ask 5@102', '0 ask 5@103', '0 ask 5@104'];
const stop = (stopTicks: number) => ({ type: OrderType.stop, stopTicks });

describe('a limit order', () => {
  it('takes what its limit reaches, level by level, and rests with what is left at its own price', () => {
    const lines = told({
      // 12 lots up to 103: 5 at 102, 5 at 103, 2 rest at 103 though asks of 5 are displayed there: we took those.
      market: [...BOOK, '200 sold 1@103', '300 sold 4@102'],
      actions: [[100, (desk) => desk.buy('o', 12, 103)]],
    });
    expect(lines).toEqual([
      '100 o filled 5@102, 7 left',
      '100 o filled 5@103, 2 left',
      // Nothing is displayed on the bid side at 103, so nothing is ahead: the sale reaches it. The next sale goes through it.
      '200 o filled 1@103 as maker, 1 left',
      '300 o filled 1@103 as maker, 0 left',
    ]);
  });

  it('waits its turn behind what was displayed when it came', () => {
    const lines = told({
      // 5 ahead: sales of 3 and 4 reach it by 3 + 4 − 5 = 2; the next of 6 fills the other 1.
      market: [...BOOK, '200 sold 3@100', '300 sold 4@100', '400 sold 6@100'],
      actions: [[100, (desk) => desk.buy('o', 3, 100)]],
    });
    expect(lines).toEqual([
      '100 o accepted 3@100',
      '300 o filled 2@100 as maker, 1 left',
      '400 o filled 1@100 as maker, 0 left',
    ]);
  });

  it('fills at its own price when a trade or a level of the other side comes through it', () => {
    const trade = told({ market: [...BOOK, '200 sold 9@99'], actions: [[100, (desk) => desk.buy('o', 3, 100)]] });
    expect(trade).toEqual(['100 o accepted 3@100', '200 o filled 3@100 as maker, 0 left']);
    const level = told({
      // The ask falls to 100 with 2 lots: those 2 fill, the third waits.
      market: [...BOOK, '200 bid 0@100', '201 ask 2@100'],
      actions: [[100, (desk) => desk.buy('o', 3, 100)]],
    });
    expect(level).toEqual(['100 o accepted 3@100', '201 o filled 2@100 as maker, 1 left']);
  });

  it('of either side is the mirror of the other', () => {
    const lines = told({
      market: [...BOOK, '200 bought 6@102', '300 bought 1@103'],
      actions: [[100, (desk) => desk.sell('o', 7, 102)]],
    });
    // 5 ahead of 7: 6 bought reach it by 1. A purchase at 103 goes through it, with 1 lot.
    expect(lines).toEqual([
      '100 o accepted 7@102',
      '200 o filled 1@102 as maker, 6 left',
      '300 o filled 1@102 as maker, 5 left',
    ]);
  });
});

describe('a market order', () => {
  it('walks the book, and expires where the recorded book ends', () => {
    expect(told({ market: BOOK, actions: [[100, (desk) => desk.buy('o', 17)]] })).toEqual([
      '100 o filled 5@102, 12 left',
      '100 o filled 5@103, 7 left',
      '100 o filled 5@104, 2 left',
      '100 o expired 2@market: bookEnd',
    ]);
  });

  it('goes no further than its price protection', () => {
    const venue = { protection: priceProtection({ ticks: 1 }) };
    // The ask is 102: at most 103.
    expect(told({ market: BOOK, venue, actions: [[100, (desk) => desk.buy('o', 12)]] })).toEqual([
      '100 o filled 5@102, 7 left',
      '100 o filled 5@103, 2 left',
      '100 o expired 2@market: priceProtection',
    ]);
  });

  it('expires when the other side is empty, or waits for it when it is good till cancelled', () => {
    const market = ['0 bid 5@100', '200 ask 3@107', '300 bought 1@107'];
    const waits = { timeInForce: TimeInForce.GTC };
    const lines = told({
      market,
      actions: [
        [100, (desk) => desk.buy('now', 2)],
        [101, (desk) => desk.buy('waits', 2, undefined, waits)],
      ],
    });
    expect(lines).toEqual([
      '100 now expired 2@market: noOppositeQuote',
      '101 waits accepted 2@market',
      '200 waits filled 2@107 as maker, 0 left',
    ]);
  });
});

describe('a stop order', () => {
  it('takes as a market order once a trade prints at its price or beyond', () => {
    const lines = told({
      market: [...BOOK, '200 bought 1@102', '300 bought 1@103'],
      actions: [[100, (desk) => desk.buy('o', 6, undefined, stop(103))]],
    });
    // The trade at 103 took 1 lot from the front of the book, which still shows it: 5@102 − 1 = 4, then 2@103.
    expect(lines).toEqual([
      '100 o accepted 6@market',
      '300 o triggered 6@103',
      '300 o filled 4@102, 2 left',
      '300 o filled 2@103, 0 left',
    ]);
  });

  it('of a seller goes off when the price falls to it', () => {
    const lines = told({
      market: [...BOOK, '200 sold 1@100', '300 sold 1@99'],
      actions: [[100, (desk) => desk.sell('o', 2, undefined, stop(99))]],
    });
    expect(lines).toEqual(['100 o accepted 2@market', '300 o triggered 2@99', '300 o filled 2@100, 0 left']);
  });

  it('goes by the quote it would take where it is told so', () => {
    const lines = told({
      // The ask leaves 102: the best is 103 then. The trade at 103 before that says nothing to it.
      market: [...BOOK, '200 traded 1@103', '300 ask 0@102'],
      actions: [[100, (desk) => desk.buy('o', 2, undefined, { ...stop(103), triggerBy: TriggerBy.quote })]],
    });
    expect(lines).toEqual(['100 o accepted 2@market', '300 o triggered 2@103', '300 o filled 2@103, 0 left']);
  });

  it('beyond which the market already is goes off on arrival', () => {
    const lines = told({
      market: [...BOOK, '50 bought 1@103'],
      actions: [[100, (desk) => desk.buy('o', 2, undefined, stop(103))]],
    });
    expect(lines).toEqual(['100 o accepted 2@market', '100 o triggered 2@103', '100 o filled 2@102, 0 left']);
  });

  it('that finds nobody when it goes off stands until somebody comes', () => {
    const lines = told({
      market: ['0 bid 5@100', '200 bought 1@103', '300 ask 5@104'],
      actions: [[100, (desk) => desk.buy('o', 2, undefined, stop(103))]],
    });
    expect(lines).toEqual(['100 o accepted 2@market', '200 o triggered 2@103', '300 o filled 2@104 as maker, 0 left']);
  });

  it('that may not wait expires with what it does not get', () => {
    const lines = told({
      market: [...BOOK, '200 bought 1@103'],
      actions: [[100, (desk) => desk.buy('o', 20, undefined, { ...stop(103), timeInForce: TimeInForce.IOC })]],
    });
    // 15 displayed, of which the trade took 1.
    expect(lines.at(-1)).toBe('200 o expired 6@market: bookEnd');
  });

  it('goes off before others at a worse price, and with others at its price in order of arrival', () => {
    const lines = told({
      market: [...BOOK, '200 bought 0@90', '300 bought 1@104'].filter((row) => !row.includes('0@90')),
      actions: [
        [100, (desk) => desk.buy('far', 1, undefined, stop(104))],
        [101, (desk) => desk.buy('near', 1, undefined, stop(103))],
        [102, (desk) => desk.buy('near too', 1, undefined, stop(103))],
      ],
    });
    expect(lines.filter((line) => line.includes('triggered'))).toEqual([
      '300 near triggered 1@104',
      '300 near too triggered 1@104',
      '300 far triggered 1@104',
    ]);
  });
});

describe('a stop-limit order', () => {
  it('rests at its limit once it went off and its limit is not reached', () => {
    const lines = told({
      market: [...BOOK, '200 bought 1@103', '300 sold 1@101'],
      actions: [[100, (desk) => desk.buy('o', 2, 101, { type: OrderType.stopLimit, stopTicks: 103 })]],
    });
    expect(lines).toEqual(['100 o accepted 2@101', '200 o triggered 2@103', '300 o filled 1@101 as maker, 1 left']);
  });

  it('takes up to its limit, and rests with the rest', () => {
    const lines = told({
      market: [...BOOK, '200 bought 1@103'],
      actions: [[100, (desk) => desk.buy('o', 7, 102, { type: OrderType.stopLimit, stopTicks: 103 })]],
    });
    // 4 of the 5 at 102 are left by the trade.
    expect(lines).toEqual(['100 o accepted 7@102', '200 o triggered 7@103', '200 o filled 4@102, 3 left']);
  });
});

describe('an if-touched order', () => {
  it('goes off when the price comes to it: a buy from above', () => {
    const lines = told({
      market: [...BOOK, '200 sold 1@100', '300 sold 1@99'],
      actions: [
        [100, (desk) => desk.buy('market', 1, undefined, { type: OrderType.marketIfTouched, stopTicks: 99 })],
        [101, (desk) => desk.buy('limit', 1, 99, { type: OrderType.limitIfTouched, stopTicks: 99 })],
        [102, (desk) => desk.buy('later', 1, 98, { type: OrderType.limitIfTouched, stopTicks: 98 })],
      ],
    });
    expect(lines.slice(3)).toEqual([
      '300 market triggered 1@99',
      '300 market filled 1@102, 0 left',
      '300 limit triggered 1@99',
    ]);
  });

  it('of a seller goes off from below', () => {
    const lines = told({
      market: [...BOOK, '200 bought 1@102', '300 bought 1@103'],
      actions: [[100, (desk) => desk.sell('o', 1, undefined, { type: OrderType.marketIfTouched, stopTicks: 103 })]],
    });
    expect(lines).toEqual(['100 o accepted 1@market', '300 o triggered 1@103', '300 o filled 1@100, 0 left']);
  });
});

describe('a trailing stop', () => {
  it('follows the best price since its arrival at its distance, and never goes back', () => {
    const lines = told({
      // Sell, 3 ticks: 102 → 99, 106 → 103, 104 stays at 103; 103 sets it off.
      market: [...BOOK, '200 bought 1@102', '300 bought 1@106', '400 sold 1@104', '500 sold 1@103'],
      actions: [[100, (desk) => desk.sell('o', 1, undefined, { type: OrderType.trailingStop, trailTicks: 3 })]],
    });
    expect(lines).toEqual(['100 o accepted 1@market', '500 o triggered 1@103', '500 o filled 1@100, 0 left']);
  });

  it('starts from the last trade before its arrival', () => {
    const lines = told({
      // A buy, 3 ticks above 102: 105. Without the trade at 50 the one at 105 would be its first price.
      market: [...BOOK, '50 bought 1@102', '200 bought 1@104', '300 bought 1@105'],
      actions: [[100, (desk) => desk.buy('o', 1, undefined, { type: OrderType.trailingStop, trailTicks: 3 })]],
    });
    expect(lines[1]).toBe('300 o triggered 1@105');
  });

  it('may start from a price of its own', () => {
    const lines = told({
      market: [...BOOK, '200 sold 1@101', '300 sold 1@100'],
      // It starts at 100; 101 − 3 = 98 is lower, so it stays. 100 sets it off.
      actions: [
        [100, (desk) => desk.sell('o', 1, undefined, { type: OrderType.trailingStop, trailTicks: 3, stopTicks: 100 })],
      ],
    });
    expect(lines[1]).toBe('300 o triggered 1@100');
  });

  it('may follow by a fraction of the price, rounded away from it to whole ticks', () => {
    const lines = told({
      // 10 % below 105 is 94.5: the stop is 94, so a trade at 95 is above it.
      market: [...BOOK, '200 bought 1@105', '300 sold 1@95', '400 sold 1@94'],
      actions: [[100, (desk) => desk.sell('o', 1, undefined, { type: OrderType.trailingStop, trailFraction: 0.1 })]],
    });
    expect(lines[1]).toBe('400 o triggered 1@94');
  });

  it('of a buyer is rounded up', () => {
    const lines = told({
      // 10 % above 92 is 101.2: the stop is 102, so a trade at 101 is below it.
      market: [...BOOK, '200 sold 1@92', '300 bought 1@101', '400 bought 1@102'],
      actions: [[100, (desk) => desk.buy('o', 1, undefined, { type: OrderType.trailingStop, trailFraction: 0.1 })]],
    });
    expect(lines[1]).toBe('400 o triggered 1@102');
  });

  it('may follow the quote: a sell the bid', () => {
    const lines = told({
      // Bids 100 → 98, 104 → 102; then the bid falls to 102.
      market: [
        '0 bid 5@100',
        '0 ask 5@110',
        '200 bid 5@104',
        '300 bid 5@103',
        '301 bid 0@104',
        '400 bid 5@102',
        '401 bid 0@103',
      ],
      actions: [
        [
          100,
          (desk) =>
            desk.sell('o', 1, undefined, {
              type: OrderType.trailingStop,
              trailTicks: 2,
              triggerBy: TriggerBy.quote,
            }),
        ],
      ],
    });
    expect(lines).toEqual(['100 o accepted 1@market', '401 o triggered 1@102', '401 o filled 1@102, 0 left']);
  });
});

describe('a post-only order', () => {
  it('rests, or expires rather than take', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.buy('rests', 1, 101, { postOnly: true })],
        [101, (desk) => desk.buy('takes', 1, 102, { postOnly: true })],
      ],
    });
    expect(lines).toEqual(['100 rests accepted 1@101', '101 takes expired 1@102: postOnlyWouldTake']);
  });

  it('sees orders of others of the run, too', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.sell('theirs', 1, 101), 'b'],
        [101, (desk) => desk.buy('mine', 1, 101, { postOnly: true })],
      ],
    });
    expect(lines).toEqual(['100 theirs accepted 1@101', '101 mine expired 1@101: postOnlyWouldTake']);
  });

  it('is not moved to where it would take: the change is refused, and the order stays', () => {
    const lines = told({
      market: [...BOOK, '300 sold 7@100'],
      actions: [
        [100, (desk) => desk.buy('o', 1, 100, { postOnly: true })],
        [200, (desk) => desk.modify('o', { priceTicks: 102 })],
      ],
    });
    expect(lines).toEqual([
      '100 o accepted 1@100',
      '200 o modifyRejected 1@102: postOnlyWouldTake',
      '300 o filled 1@100 as maker, 0 left',
    ]);
  });
});

describe('a reduce-only order', () => {
  const long: Action = [100, (desk) => desk.buy('entry', 3)];

  it('is refused without a position to reduce', () => {
    const reduceOnly = { reduceOnly: true };
    const lines = told({
      market: BOOK,
      actions: [
        [99, (desk) => desk.sell('flat', 1, 100, reduceOnly)],
        long,
        [101, (desk) => desk.buy('wrong side', 1, 102, reduceOnly)],
      ],
    });
    expect(lines).toEqual([
      '99 flat rejected 1@100: reduceOnly',
      '100 entry filled 3@102, 0 left',
      '101 wrong side rejected 1@102: reduceOnly',
    ]);
  });

  it('takes no more than the position, and the rest expires', () => {
    const lines = told({
      market: BOOK,
      actions: [long, [101, (desk) => desk.sell('exit', 4, 99, { reduceOnly: true })]],
    });
    expect(lines.slice(1)).toEqual(['101 exit filled 3@100, 1 left', '101 exit expired 1@99: reduceOnly']);
  });

  it('that rests fills no more than the position, and the rest expires', () => {
    const lines = told({
      market: [...BOOK, '300 bought 9@105', '400 bought 9@105'],
      actions: [long, [101, (desk) => desk.sell('exit', 5, 104, { reduceOnly: true })]],
    });
    expect(lines.slice(1)).toEqual([
      '101 exit accepted 5@104',
      '300 exit filled 3@104 as maker, 2 left',
      '300 exit expired 2@104: reduceOnly',
    ]);
  });

  it('that rests expires when the position is gone by the time it is reached', () => {
    const lines = told({
      market: [...BOOK, '300 bought 9@105'],
      actions: [
        long,
        [101, (desk) => desk.sell('exit', 3, 104, { reduceOnly: true })],
        [200, (desk) => desk.sell('other', 3)],
      ],
    });
    expect(lines.slice(2)).toEqual(['200 other filled 3@100, 0 left', '300 exit expired 3@104: reduceOnly']);
  });

  it('never opens a position, as two of them for one', () => {
    const lines = told({
      market: [...BOOK, '300 bought 9@105'],
      actions: [
        long,
        [101, (desk) => desk.sell('first', 2, 104, { reduceOnly: true })],
        [102, (desk) => desk.sell('second', 3, 104, { reduceOnly: true })],
      ],
    });
    expect(lines.slice(3)).toEqual([
      '300 first filled 2@104 as maker, 0 left',
      '300 second filled 1@104 as maker, 2 left',
      '300 second expired 2@104: reduceOnly',
    ]);
  });

  it('that must fill whole is cut to the position first', () => {
    const lines = told({
      // 17 lots are more than the 15 displayed, but 3 is all there is to close.
      market: BOOK,
      actions: [long, [101, (desk) => desk.sell('exit', 17, 98, { reduceOnly: true, timeInForce: TimeInForce.FOK })]],
    });
    expect(lines.slice(1)).toEqual(['101 exit filled 3@100, 14 left', '101 exit expired 14@98: reduceOnly']);
  });
});

describe('an all-or-none order', () => {
  it('waits until there is enough for all of it at once', () => {
    const lines = told({
      // 5 at 102 are too few; 8 are enough.
      market: [...BOOK, '200 ask 7@102', '300 ask 8@102'],
      actions: [[100, (desk) => desk.buy('o', 8, 102, { allOrNone: true })]],
    });
    expect(lines).toEqual(['100 o accepted 8@102', '300 o filled 8@102 as maker, 0 left']);
  });

  it('gets nothing of a trade that is too small for it', () => {
    const lines = told({
      market: ['0 bid 5@99', '0 ask 5@102', '200 sold 2@100', '300 sold 3@100'],
      actions: [[100, (desk) => desk.buy('o', 3, 100, { allOrNone: true })]],
    });
    expect(lines).toEqual(['100 o accepted 3@100', '300 o filled 3@100 as maker, 0 left']);
  });

  it('takes several that are enough together, as soon as the last of them rests', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.sell('whole', 8, 101, { allOrNone: true }), 'b'],
        [200, (desk) => desk.buy('five', 5, 101)],
        [300, (desk) => desk.buy('three', 3, 101), 'c'],
      ],
    });
    expect(lines.slice(2)).toEqual([
      '300 three accepted 3@101',
      '300 five filled 5@101 as maker, 0 left',
      '300 whole filled 5@101, 3 left',
      '300 three filled 3@101 as maker, 0 left',
      '300 whole filled 3@101, 0 left',
    ]);
  });

  it('is passed over by an order that cannot fill it', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.sell('whole', 4, 101, { allOrNone: true }), 'b'],
        [101, (desk) => desk.sell('part', 4, 101), 'b'],
        [200, (desk) => desk.buy('o', 3, 101)],
      ],
    });
    expect(lines.slice(2)).toEqual(['200 part filled 3@101 as maker, 1 left', '200 o filled 3@101, 0 left']);
  });
});

describe('orders of one strategy on both sides', () => {
  it('are sold short and bought back without a position of their own', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.send('short', { side: Side.sell, qtyLots: 2 })],
        [101, (desk) => desk.buy('back', 2, undefined, { reduceOnly: true })],
      ],
    });
    expect(lines).toEqual(['100 short filled 2@100, 0 left', '101 back filled 2@102, 0 left']);
  });
});
