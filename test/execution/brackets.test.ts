/** Orders that hang together: brackets, one cancels the other, one updates the other, one triggers others. By hand. */
import { describe, expect, it } from 'vitest';
import { GroupKind, OrderType, Side, TimeInForce, TriggerBy } from '../../core/index.js';
import { type Action, told } from './scenario.js';

/** Bids 5@100 5@99 5@98, asks 5@102 5@103 5@104. */
const BOOK = ['0 bid 5@100', '0 bid 5@99', '0 bid 5@98', '0 ask 5@102', '0 ask 5@103', '0 ask 5@104'];
const EXITS = { takeProfitTicks: 106, stopTicks: 97 };
/** Buys 3 at the ask of 102, with its exits. */
const bought: Action = [100, (desk) => desk.bracket({ side: Side.buy, qtyLots: 3 }, EXITS)];
/** Bids 5 at 100, behind 5 others. */
const bidding: Action = [100, (desk) => desk.bracket({ side: Side.buy, qtyLots: 5, priceTicks: 100 }, EXITS)];

describe('a bracket', () => {
  it('ends in profit: the target fills and the stop is gone', () => {
    expect(told({ market: [...BOOK, '300 bought 9@107'], actions: [bought] })).toEqual([
      '100 entry filled 3@102, 0 left',
      '100 target accepted 3@106',
      '100 stop accepted 3@market',
      '300 target filled 3@106 as maker, 0 left',
      '300 stop expired 3@market: groupFilled',
    ]);
  });

  it('ends in loss: the stop fills and the target is gone', () => {
    const lines = told({ market: [...BOOK, '300 sold 1@98', '400 sold 1@97'], actions: [bought] });
    expect(lines.slice(3)).toEqual([
      '400 stop triggered 3@97',
      '400 stop filled 3@100, 0 left',
      '400 target expired 3@106: groupFilled',
    ]);
  });

  it('holds its exits until the entry fills', () => {
    const lines = told({
      // A trade at 107 before the entry fills concerns nobody. 5 are ahead of it; a sale of 10 fills all of it.
      market: [...BOOK, '200 bought 9@107', '300 sold 10@100', '400 bought 9@107'],
      actions: [bidding],
    });
    expect(lines).toEqual([
      '100 entry accepted 5@100',
      '100 target accepted 5@106',
      '100 stop accepted 5@market',
      '300 entry filled 5@100 as maker, 0 left',
      '300 target triggered 5@106',
      '300 stop triggered 5@market',
      '400 target filled 5@106 as maker, 0 left',
      '400 stop expired 5@market: groupFilled',
    ]);
  });

  it('works for as much as the entry has filled, and each exit takes its fills off the other', () => {
    const lines = told({
      market: [
        ...BOOK,
        // 5 ahead: 7 sold fill 2 of 5. The target then sells 2, and the stop is down to the 3 that may still come.
        '200 sold 7@100',
        '300 bought 9@107',
        // The other 3 fill as the market passes 100; the stop sells them, and the target is gone.
        '390 bid 0@100',
        '400 sold 9@99',
        '500 sold 1@97',
      ],
      actions: [bidding],
    });
    expect(lines.slice(3)).toEqual([
      '200 entry filled 2@100 as maker, 3 left',
      '200 target triggered 5@106',
      '200 stop triggered 5@market',
      '300 target filled 2@106 as maker, 3 left',
      '300 stop restated 3@market, 3 left: groupFilled',
      '400 entry filled 3@100 as maker, 0 left',
      '500 stop triggered 3@97',
      // 5 are bid at 99; the sale took 1 of them.
      '500 stop filled 3@99, 0 left',
      '500 target expired 3@106: groupFilled',
    ]);
  });

  it('shrinks the stop by what the target fills, part by part', () => {
    const lines = told({
      market: [...BOOK, '300 bought 1@106', '400 bought 1@106', '500 sold 1@97'],
      actions: [bought],
    });
    expect(lines.slice(3)).toEqual([
      '300 target filled 1@106 as maker, 2 left',
      '300 stop restated 2@market, 2 left: groupFilled',
      '400 target filled 1@106 as maker, 1 left',
      '400 stop restated 1@market, 1 left: groupFilled',
      '500 stop triggered 1@97',
      '500 stop filled 1@100, 0 left',
      '500 target expired 1@106: groupFilled',
    ]);
  });

  it('whose entry ends without a fill ends with it', () => {
    const lines = told({ market: BOOK, actions: [bidding, [200, (desk) => desk.cancel('entry')]] });
    expect(lines.slice(3)).toEqual([
      '200 entry cancelled 5@100',
      '200 target expired 5@106: parentEnded',
      '200 stop expired 5@market: parentEnded',
    ]);
  });

  it('whose entry is refused on arrival has no exits', () => {
    const lines = told({
      market: BOOK,
      actions: [[100, (desk) => desk.bracket({ side: Side.buy, qtyLots: 5, priceTicks: 102, postOnly: true }, EXITS)]],
    });
    expect(lines).toEqual([
      '100 entry expired 5@102: postOnlyWouldTake',
      '100 target rejected 5@106: parentEnded',
      '100 stop rejected 5@market: parentEnded',
    ]);
  });

  it('whose entry got a part only has exits for that part', () => {
    const entry = { side: Side.buy, qtyLots: 8, priceTicks: 102, timeInForce: TimeInForce.IOC } as const;
    const lines = told({
      market: [...BOOK, '300 bought 9@107'],
      actions: [[100, (desk) => desk.bracket(entry, EXITS)]],
    });
    expect(lines).toEqual([
      '100 entry filled 5@102, 3 left',
      '100 entry expired 3@102: immediateRemainder',
      '100 target accepted 8@106',
      '100 target restated 5@106, 5 left: parentEnded',
      '100 stop accepted 8@market',
      '100 stop restated 5@market, 5 left: parentEnded',
      '300 target filled 5@106 as maker, 0 left',
      '300 stop expired 5@market: groupFilled',
    ]);
  });

  it('whose entry is cancelled after a part keeps exits for that part', () => {
    const lines = told({
      market: [...BOOK, '200 sold 7@100', '400 bought 9@107'],
      actions: [bidding, [300, (desk) => desk.cancel('entry')]],
    });
    expect(lines.slice(6)).toEqual([
      '300 entry cancelled 3@100',
      '300 target restated 2@106, 2 left: parentEnded',
      '300 stop restated 2@market, 2 left: parentEnded',
      '400 target filled 2@106 as maker, 0 left',
      '400 stop expired 2@market: groupFilled',
    ]);
  });

  it('may end in a stop-limit, which rests when its limit is not to be had', () => {
    const exits = { ...EXITS, stopLimitTicks: 101 };
    const lines = told({
      market: [...BOOK, '300 sold 1@97', '400 bought 1@101'],
      actions: [[100, (desk) => desk.bracket({ side: Side.buy, qtyLots: 3 }, exits)]],
    });
    expect(lines.slice(2)).toEqual([
      '100 stop accepted 3@101',
      '300 stop triggered 3@97',
      '400 stop filled 1@101 as maker, 2 left',
      '400 target restated 2@106, 2 left: groupFilled',
    ]);
  });

  it('has exits that can be moved', () => {
    const lines = told({
      market: [...BOOK, '300 sold 1@99', '400 sold 1@97'],
      actions: [
        bought,
        [200, (desk) => desk.modify('stop', { stopTicks: 99 })],
        [201, (desk) => desk.modify('target', { priceTicks: 105 })],
      ],
    });
    expect(lines.slice(3)).toEqual([
      '200 stop modified 3@market, 3 left',
      '201 target modified 3@105, 3 left',
      '300 stop triggered 3@99',
      '300 stop filled 3@100, 0 left',
      '300 target expired 3@105: groupFilled',
    ]);
  });

  it('has exits that stay within what the entry has filled, whatever they are changed to', () => {
    const lines = told({
      // 2 of 5 are filled: 8 asked for means 2 that work. Once the entry is over, more is refused.
      market: [...BOOK, '200 sold 7@100', '400 bought 1@106'],
      actions: [
        bidding,
        [300, (desk) => desk.modify('target', { qtyLots: 8 })],
        [310, (desk) => desk.cancel('entry')],
        [320, (desk) => desk.modify('target', { qtyLots: 5 })],
      ],
    });
    expect(lines.slice(6)).toEqual([
      '300 target modified 8@106, 8 left',
      '310 entry cancelled 3@100',
      '310 target restated 2@106, 2 left: parentEnded',
      '310 stop restated 2@market, 2 left: parentEnded',
      '320 target modifyRejected 5@106: parentEnded',
      '400 target filled 1@106 as maker, 1 left',
      '400 stop restated 1@market, 1 left: groupFilled',
    ]);
  });

  it('has no exit that goes off while there is nothing to exit', () => {
    const market = [
      ...BOOK,
      // 2 of 5 are bought and sold again in profit. Then the bid falls to the stop, with nothing held.
      '200 sold 7@100',
      '300 bought 9@107',
      '350 bid 0@100',
      '350 bid 0@99',
      '350 bid 0@98',
      '350 bid 9@97',
      // The rest of the entry fills, and its stop is beyond the market at once.
      '400 ask 3@100',
    ];
    const lines = told({
      market,
      actions: [
        [
          100,
          (desk) =>
            desk.context.together(() => {
              const parent = desk.buy('entry', 5, 100, { leads: true });
              const exit = { parent, group: desk.context.group(GroupKind.ouo), reduceOnly: true };
              desk.sell('target', 5, 106, exit);
              desk.sell('stop', 5, undefined, {
                ...exit,
                type: OrderType.stop,
                stopTicks: 97,
                triggerBy: TriggerBy.quote,
              });
            }),
        ],
      ],
    });
    expect(lines.slice(6)).toEqual([
      '300 target filled 2@106 as maker, 3 left',
      '300 stop restated 3@market, 3 left: groupFilled',
      '400 entry filled 3@100 as maker, 0 left',
      '400 stop triggered 3@97',
      '400 stop filled 3@97, 0 left',
      '400 target expired 3@106: groupFilled',
    ]);
  });

  it('whose stop meets the rest of its own entry ends that, and sells what was bought', () => {
    const lines = told({
      // 2 are bought; the sale at 97 fills 1 more and sets the stop off, which would meet the bid for the other 2 at 100.
      market: [...BOOK, '200 sold 7@100', '290 bid 0@100', '300 sold 1@97'],
      actions: [bidding],
    });
    expect(lines.slice(6)).toEqual([
      '300 entry filled 1@100 as maker, 2 left',
      '300 stop triggered 5@97',
      '300 entry expired 2@100: selfTrade',
      // 5 at 99, of which the sale took 1.
      '300 stop filled 3@99, 2 left',
      '300 target restated 2@106, 2 left: groupFilled',
      '300 target expired 2@106: parentEnded',
      '300 stop expired 2@market: parentEnded',
    ]);
  });

  it('has a stop that went off for a part, and is there at once for the rest', () => {
    const lines = told({
      venue: { rules: { ownOrders: 'ignore' } },
      // The sale at 97 fills 1 of 3 left of the entry, and sets the stop off for the 3 that were bought: they sell at 99.
      market: [...BOOK, '200 sold 7@100', '290 bid 0@100', '300 sold 1@97', '500 ask 2@100'],
      actions: [bidding, [400, (desk) => desk.modify('stop', { stopTicks: 90 })]],
    });
    expect(lines.slice(6)).toEqual([
      '300 entry filled 1@100 as maker, 2 left',
      '300 stop triggered 5@97',
      // 5 at 99, of which the sale took 1.
      '300 stop filled 3@99, 2 left',
      '300 target restated 2@106, 2 left: groupFilled',
      '400 stop modifyRejected 5@market: badRequest',
      '500 entry filled 2@100 as maker, 0 left',
      // Of the 5 displayed at 99 it took 3.
      '500 stop filled 2@99, 0 left',
      '500 target expired 2@106: groupFilled',
    ]);
  });

  it('leaves its exits to the rest of the entry when the position is closed otherwise', () => {
    const lines = told({
      // 2 of 5 filled and sold by hand; the target has nothing to close then, but the 3 that come later have their exits.
      market: [
        ...BOOK,
        '200 sold 7@100',
        '240 bid 5@101',
        '300 bought 9@107',
        '390 bid 0@101',
        '391 bid 0@100',
        '400 sold 9@99',
        '500 bought 9@107',
      ],
      actions: [bidding, [250, (desk) => desk.sell('by hand', 2, 101)]],
    });
    expect(lines.slice(6)).toEqual([
      '250 by hand filled 2@101, 0 left',
      '300 target restated 3@106, 3 left: reduceOnly',
      '400 entry filled 3@100 as maker, 0 left',
      '500 target filled 3@106 as maker, 0 left',
      '500 stop restated 2@market, 2 left: groupFilled',
    ]);
  });
});

describe('one cancels the other', () => {
  const pair: Action = [
    100,
    (desk) =>
      desk.oco({
        low: { side: Side.buy, qtyLots: 4, priceTicks: 101 },
        high: { side: Side.buy, qtyLots: 4, type: OrderType.stop, stopTicks: 104 },
      }),
  ];

  it('with the first fill, even of a part', () => {
    expect(told({ market: [...BOOK, '200 sold 1@101', '300 bought 1@104'], actions: [pair] })).toEqual([
      '100 low accepted 4@101',
      '100 high accepted 4@market',
      '200 low filled 1@101 as maker, 3 left',
      '200 high expired 4@market: groupFilled',
    ]);
  });

  it('either way round', () => {
    const lines = told({ market: [...BOOK, '200 bought 1@104', '300 sold 1@101'], actions: [pair] });
    // The purchase at 104 took 1 lot of what is displayed: 4 are left at 102.
    expect(lines.slice(2)).toEqual([
      '200 high triggered 4@104',
      '200 high filled 4@102, 0 left',
      '200 low expired 4@101: groupFilled',
    ]);
  });

  it('but not with a cancel', () => {
    const lines = told({
      market: [...BOOK, '300 sold 1@101'],
      actions: [pair, [200, (desk) => desk.cancel('high')]],
    });
    expect(lines.slice(2)).toEqual(['200 high cancelled 4@market', '300 low filled 1@101 as maker, 3 left']);
  });

  it('also when the first fills before the second has arrived', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [
          100,
          (desk) =>
            desk.oco({
              now: { side: Side.buy, qtyLots: 2, priceTicks: 102 },
              later: { side: Side.buy, qtyLots: 2, priceTicks: 99 },
            }),
        ],
      ],
    });
    expect(lines).toEqual(['100 now filled 2@102, 0 left', '100 later rejected 2@99: groupFilled']);
  });

  it('in a line at one price, while somebody of the run takes from it', () => {
    const lines = told({
      // The first of a pair fills, so the second is gone before the taker gets to it; the third is next.
      market: BOOK,
      actions: [
        [
          100,
          (desk) => {
            desk.oco({
              first: { side: Side.sell, qtyLots: 2, priceTicks: 101 },
              second: { side: Side.sell, qtyLots: 2, priceTicks: 101 },
            });
            desk.sell('third', 2, 101);
          },
          'b',
        ],
        [200, (desk) => desk.buy('taker', 5, 101)],
      ],
    });
    expect(lines.slice(3)).toEqual([
      '200 first filled 2@101 as maker, 0 left',
      '200 second expired 2@101: groupFilled',
      '200 taker filled 2@101, 3 left',
      '200 third filled 2@101 as maker, 0 left',
      '200 taker filled 2@101, 1 left',
    ]);
  });

  it('in a line at one price that a trade reaches', () => {
    const lines = told({
      // A sale of 5 at 101, where nothing is displayed: 2 to the first, none to the second, 3 to the third.
      market: [...BOOK, '200 sold 5@101'],
      actions: [
        [
          100,
          (desk) => {
            desk.oco({
              first: { side: Side.buy, qtyLots: 2, priceTicks: 101 },
              second: { side: Side.buy, qtyLots: 2, priceTicks: 101 },
            });
            desk.buy('third', 4, 101);
          },
        ],
      ],
    });
    expect(lines.slice(3)).toEqual([
      '200 first filled 2@101 as maker, 0 left',
      '200 second expired 2@101: groupFilled',
      '200 third filled 3@101 as maker, 1 left',
    ]);
  });

  it('and never trades with the other', () => {
    const lines = told({
      market: ['0 bid 5@90', '0 ask 5@110'],
      venue: { rules: { selfTrade: 1 } },
      actions: [
        [
          100,
          (desk) =>
            desk.oco({
              sells: { side: Side.sell, qtyLots: 2, priceTicks: 100 },
              buys: { side: Side.buy, qtyLots: 2, priceTicks: 100 },
            }),
        ],
      ],
    });
    expect(lines).toEqual(['100 sells accepted 2@100', '100 buys expired 2@100: selfTrade']);
  });
});

describe('one updates the other', () => {
  it('by what it fills, and ends it when nothing is left', () => {
    const lines = told({
      market: [...BOOK, '200 sold 1@101', '300 sold 9@100'],
      actions: [
        [
          100,
          (desk) => {
            const group = desk.context.group(GroupKind.ouo);
            desk.buy('near', 1, 101, { group });
            desk.buy('far', 3, 100, { group });
            desk.buy('third', 1, 99, { group });
          },
        ],
      ],
    });
    expect(lines.slice(3)).toEqual([
      '200 near filled 1@101 as maker, 0 left',
      '200 far restated 2@100, 2 left: groupFilled',
      '200 third expired 1@99: groupFilled',
      // 5 others at 100, of whom nothing was heard: 9 sold reach it by 4.
      '300 far filled 2@100 as maker, 0 left',
    ]);
  });
});

describe('one triggers others', () => {
  it('that work when it fills, by whomever', () => {
    const lines = told({
      // The parent is filled by an order of another strategy, without any row of the market.
      market: BOOK,
      actions: [
        [
          100,
          (desk) => {
            const parent = desk.buy('parent', 2, 101, { leads: true });
            desk.sell('child', 2, 103, { parent });
          },
        ],
        [200, (desk) => desk.sell('other', 2, 101), 'b'],
        [300, (desk) => desk.cancel('child')],
      ],
    });
    expect(lines.slice(2)).toEqual([
      '200 parent filled 2@101 as maker, 0 left',
      '200 other filled 2@101, 0 left',
      '200 child triggered 2@103',
      '300 child cancelled 2@103',
    ]);
  });

  it('also when they come after its fill, but not after its end without one', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.buy('filled', 2, 102, { leads: true })],
        [101, (desk) => desk.buy('cancelled', 2, 99, { leads: true })],
        [102, (desk) => desk.cancel('cancelled')],
        [200, (desk) => desk.sell('after', 2, 103, { parent: desk.order('filled') })],
        [201, (desk) => desk.sell('never', 2, 103, { parent: desk.order('cancelled') })],
      ],
    });
    expect(lines.slice(3)).toEqual(['200 after accepted 2@103', '201 never rejected 2@103: parentEnded']);
  });

  it('only of the same strategy, and only if it said that it leads', () => {
    const parents = new Map<string, Parameters<Action[1]>[0]>();
    const lines = told({
      market: BOOK,
      actions: [
        [
          100,
          (desk) => {
            parents.set('a', desk);
            desk.buy('plain', 2, 99);
            desk.buy('leads', 2, 99, { leads: true });
          },
        ],
        [200, (desk) => desk.sell('of a plain one', 2, 103, { parent: desk.order('plain') })],
        [201, (desk) => desk.sell('of another', 2, 103, { parent: parents.get('a')!.order('leads') }), 'b'],
      ],
    });
    expect(lines.slice(2)).toEqual([
      '200 of a plain one rejected 2@103: badRequest',
      '201 of another rejected 2@103: badRequest',
    ]);
  });
});
