/** Trading status: halts, auctions, the opening and the close, and what they mean for each time in force. By hand. */
import { describe, expect, it } from 'vitest';
import { OrderType, TimeInForce } from '../../core/index.js';
import { type Action, told } from './scenario.js';

const BOOK = ['0 bid 5@100', '0 ask 5@102'];
const { IOC, FOK, DAY, atOpen, atClose } = TimeInForce;

describe('while trading is halted', () => {
  const halted = ['0 status open', ...BOOK, '200 status halt'];

  it('nothing fills, whatever is recorded', () => {
    const lines = told({
      // A sale through its price and an ask at its price in the halt; the same again afterwards.
      market: [...halted, '300 sold 9@99', '310 ask 5@101', '320 ask 0@101', '400 status open', '500 sold 9@99'],
      actions: [[100, (desk) => desk.buy('o', 3, 101)]],
    });
    expect(lines).toEqual(['100 o accepted 3@101', '500 o filled 3@101 as maker, 0 left']);
  });

  it('orders that can wait rest without matching, others are refused', () => {
    const lines = told({
      market: halted,
      actions: [
        [300, (desk) => desk.buy('limit', 1, 103)],
        [301, (desk) => desk.buy('market', 1)],
        [302, (desk) => desk.buy('ioc', 1, 103, { timeInForce: IOC })],
        [303, (desk) => desk.buy('fok', 1, 103, { timeInForce: FOK })],
        [304, (desk) => desk.buy('post-only', 1, 103, { postOnly: true })],
      ],
    });
    expect(lines).toEqual([
      '300 limit accepted 1@103',
      '301 market rejected 1@market: tradingHalted',
      '302 ioc rejected 1@103: tradingHalted',
      '303 fok rejected 1@103: tradingHalted',
      '304 post-only accepted 1@103',
    ]);
  });

  it('everything is refused where the venue says so, but cancels work', () => {
    const lines = told({
      market: halted,
      venue: { rules: { whileHalted: 'reject' } },
      actions: [
        [100, (desk) => desk.buy('before', 1, 101)],
        [300, (desk) => desk.buy('limit', 1, 101)],
        [301, (desk) => desk.cancel('before')],
      ],
    });
    expect(lines.slice(1)).toEqual(['300 limit rejected 1@101: tradingHalted', '301 before cancelled 1@101']);
  });

  it('orders can be changed, also to prices that would trade', () => {
    const lines = told({
      market: [...halted, '400 status open'],
      actions: [
        [100, (desk) => desk.buy('o', 3, 99)],
        [300, (desk) => desk.modify('o', { priceTicks: 102 })],
      ],
    });
    expect(lines.slice(1)).toEqual(['300 o modified 3@102, 3 left', '400 o filled 3@102, 0 left']);
  });

  it('stops do not go off, and do with the first price afterwards', () => {
    const lines = told({
      market: [...halted, '300 bought 1@105', '400 status open', '500 bought 1@103'],
      actions: [[100, (desk) => desk.buy('o', 2, undefined, { type: OrderType.stop, stopTicks: 103 })]],
    });
    expect(lines).toEqual(['100 o accepted 2@market', '500 o triggered 2@103', '500 o filled 2@102, 0 left']);
  });

  it('a stop that the market was beyond before it came waits, too', () => {
    const lines = told({
      market: ['0 status open', ...BOOK, '50 bought 1@103', '200 status halt', '400 status open', '500 bought 1@104'],
      actions: [[300, (desk) => desk.buy('o', 2, undefined, { type: OrderType.stop, stopTicks: 103 })]],
    });
    expect(lines.slice(0, 2)).toEqual(['300 o accepted 2@market', '500 o triggered 2@104']);
  });

  it('queues go on: who leaves the level ahead of us lets us move up', () => {
    const lines = told({
      // 5 ahead; the level falls to 2 in the halt. 3 sold afterwards reach the order by 1.
      market: [...halted, '300 bid 2@100', '400 status open', '500 sold 3@100'],
      actions: [[100, (desk) => desk.buy('o', 3, 100)]],
    });
    expect(lines.at(-1)).toBe('500 o filled 1@100 as maker, 2 left');
  });
});

describe('when trading goes on', () => {
  it('orders that now reach the other side take it, the oldest first', () => {
    const lines = told({
      // 5 at 102: 3 for the first, 2 for the second, whose last lot waits.
      market: ['0 status halt', ...BOOK, '400 status open', '500 sold 1@103'],
      actions: [
        [100, (desk) => desk.buy('first', 3, 102)],
        [101, (desk) => desk.buy('second', 3, 103)],
      ],
    });
    expect(lines.slice(2)).toEqual([
      '400 first filled 3@102, 0 left',
      '400 second filled 2@102, 1 left',
      '500 second filled 1@103 as maker, 0 left',
    ]);
  });

  it('orders of the run that crossed meanwhile trade with each other', () => {
    const lines = told({
      market: ['0 status halt', ...BOOK, '400 status open'],
      actions: [
        [100, (desk) => desk.buy('bid', 3, 101)],
        [101, (desk) => desk.sell('offer', 2, 101), 'b'],
      ],
    });
    expect(lines.slice(2)).toEqual(['400 offer filled 2@101 as maker, 0 left', '400 bid filled 2@101, 1 left']);
  });

  it('a market order that waits takes what came meanwhile, and goes on waiting for any price', () => {
    const lines = told({
      market: ['0 status open', '0 bid 5@100', '200 status halt', '300 ask 2@107', '400 status open', '500 ask 9@109'],
      actions: [[100, (desk) => desk.buy('o', 5, undefined, { timeInForce: TimeInForce.GTC })]],
    });
    expect(lines).toEqual([
      '100 o accepted 5@market',
      '400 o filled 2@107, 3 left',
      '500 o filled 3@109 as maker, 0 left',
    ]);
  });

  it('a post-only order that would take expires', () => {
    const lines = told({
      market: ['0 status halt', ...BOOK, '400 status open'],
      actions: [[100, (desk) => desk.buy('o', 3, 102, { postOnly: true })]],
    });
    expect(lines).toEqual(['100 o accepted 3@102', '400 o expired 3@102: postOnlyWouldTake']);
  });
});

describe('an auction', () => {
  const auction = ['0 status auction', ...BOOK];

  it('fills orders with a better limit at its price, as far as its quantity goes, best first', () => {
    const lines = told({
      market: [...auction, '300 traded 5@101', '400 status open'],
      actions: [
        [100, (desk) => desk.buy('at the price', 3, 101)],
        [101, (desk) => desk.buy('better', 3, 102)],
        [102, (desk) => desk.buy('best', 4, 103)],
        [103, (desk) => desk.buy('worse', 3, 100)],
      ],
    });
    // 5 lots: 4 to the best, 1 to the better one, at 101; those at 101 stay out. At the opening the better one meets the ask.
    expect(lines.slice(4)).toEqual([
      '300 best filled 4@101 as maker, 0 left',
      '300 better filled 1@101 as maker, 2 left',
      '400 better filled 2@102, 0 left',
    ]);
  });

  it('serves both sides with the same quantity', () => {
    const lines = told({
      market: [...auction, '300 traded 2@101'],
      actions: [
        [100, (desk) => desk.buy('bid', 3, 102)],
        [101, (desk) => desk.sell('offer', 3, 100), 'b'],
      ],
    });
    expect(lines.slice(2)).toEqual([
      '300 bid filled 2@101 as maker, 1 left',
      '300 offer filled 2@101 as maker, 1 left',
    ]);
  });

  it('does not fill from rows of the book, which may cross', () => {
    const lines = told({
      market: [...auction, '300 ask 5@99', '310 ask 0@99'],
      actions: [[100, (desk) => desk.buy('o', 3, 100)]],
    });
    expect(lines).toEqual(['100 o accepted 3@100']);
  });

  it('at the opening fills orders for the opening before others, markets too; what is left of them expires', () => {
    const lines = told({
      market: [...auction, '300 traded 4@101', '400 status open', '500 bought 1@104'],
      actions: [
        [100, (desk) => desk.buy('limit', 9, 103)],
        [101, (desk) => desk.buy('market', 3, undefined, { timeInForce: atOpen })],
        [102, (desk) => desk.buy('too low', 3, 100, { timeInForce: atOpen })],
      ],
    });
    expect(lines.slice(3)).toEqual([
      '300 market filled 3@101 as maker, 0 left',
      '300 limit filled 1@101 as maker, 8 left',
      '400 limit filled 5@102, 3 left',
      // The opening is over with its first trade.
      '500 too low expired 3@100: auctionMissed',
    ]);
  });
});

describe('orders for the opening', () => {
  it('are served without a limit first, then the better limit, then who came first', () => {
    const opening = { timeInForce: atOpen };
    const lines = told({
      // 6 lots: 2 to the market order, 2 to 104, 2 of 3 to the first at 103.
      market: ['0 status auction', ...BOOK, '300 traded 6@101'],
      actions: [
        [100, (desk) => desk.buy('103', 3, 103, opening)],
        [101, (desk) => desk.buy('103 too', 3, 103, opening)],
        [102, (desk) => desk.buy('104', 2, 104, opening)],
        [103, (desk) => desk.buy('market', 2, undefined, opening)],
      ],
    });
    expect(lines.slice(4)).toEqual([
      '300 market filled 2@101 as maker, 0 left',
      '300 104 filled 2@101 as maker, 0 left',
      '300 103 filled 2@101 as maker, 1 left',
    ]);
  });
});

describe('an order for the opening', () => {
  const forOpening = (lots: number, price?: number): Action => [
    100,
    (desk) => desk.buy('o', lots, price, { timeInForce: atOpen }),
  ];

  it('without an auction gets the first trade after it, at its price and as far as it goes', () => {
    const lines = told({
      market: ['0 status close', ...BOOK, '300 status open', '400 bought 3@102', '500 bought 9@102'],
      actions: [forOpening(5)],
    });
    expect(lines).toEqual([
      '100 o accepted 5@market',
      '400 o filled 3@102 as maker, 2 left',
      '400 o expired 2@market: auctionMissed',
    ]);
  });

  it('does not pay more than its limit', () => {
    const lines = told({
      market: ['0 status close', ...BOOK, '300 status open', '400 bought 3@102'],
      actions: [forOpening(5, 101)],
    });
    expect(lines[1]).toBe('400 o expired 5@101: auctionMissed');
  });

  it('can be changed and cancelled while it waits', () => {
    const lines = told({
      market: ['0 status close', ...BOOK, '300 status open', '400 bought 3@102'],
      actions: [
        forOpening(5, 101),
        [110, (desk) => desk.modify('o', { priceTicks: 102, qtyLots: 2 })],
        [120, (desk) => desk.buy('other', 5, 103, { timeInForce: atOpen })],
        [130, (desk) => desk.cancel('other')],
      ],
    });
    expect(lines.slice(1)).toEqual([
      '110 o modified 2@102, 2 left',
      '120 other accepted 5@103',
      '130 other cancelled 5@103',
      '400 o filled 2@102 as maker, 0 left',
    ]);
  });
});

describe('an order for the close', () => {
  it('that is all or none gets a print that is large enough for it', () => {
    const whole = (lots: number) =>
      told({
        market: ['0 status open', ...BOOK, '400 status auction', '500 traded 4@101'],
        actions: [[100, (desk) => desk.buy('o', lots, 102, { timeInForce: atClose, allOrNone: true })]],
      }).slice(1);
    expect(whole(5)).toEqual([]);
    expect(whole(4)).toEqual(['500 o filled 4@101 as maker, 0 left']);
  });

  it('gets the print of the closing auction, then the last trade for what is left', () => {
    const lines = told({
      market: [
        '0 status open',
        ...BOOK,
        '300 bought 1@102',
        '400 status auction',
        '500 traded 4@103',
        '600 status close',
      ],
      actions: [[100, (desk) => desk.buy('o', 6, undefined, { timeInForce: atClose })]],
    });
    expect(lines).toEqual([
      '100 o accepted 6@market',
      '500 o filled 4@103 as maker, 2 left',
      '600 o filled 2@103 as maker, 0 left',
    ]);
  });

  it('expires beyond its limit, and where there was no trade', () => {
    const close = (trade: string[], price?: number) =>
      told({
        market: ['0 status open', ...BOOK, ...trade, '600 status close'],
        actions: [[100, (desk) => desk.buy('o', 2, price, { timeInForce: atClose })]],
      })[1];
    expect(close(['300 bought 1@102'], 101)).toBe('600 o expired 2@101: auctionMissed');
    expect(close(['300 bought 1@102'], 102)).toBe('600 o filled 2@102 as maker, 0 left');
    expect(close([])).toBe('600 o expired 2@market: auctionMissed');
  });
});

describe('the close', () => {
  it('ends orders for the day wherever they wait, and no others', () => {
    const day = { timeInForce: DAY };
    const lines = told({
      market: ['0 status open', ...BOOK, '600 status close', '700 status open', '800 sold 1@101'],
      actions: [
        [100, (desk) => desk.buy('rests', 2, 101, day)],
        [101, (desk) => desk.buy('stop', 2, undefined, { ...day, type: OrderType.stop, stopTicks: 109 })],
        [102, (desk) => desk.buy('stays', 2, 101)],
        [650, (desk) => desk.buy('for tomorrow', 2, 99, day)],
      ],
    });
    expect(lines.slice(3)).toEqual([
      '600 rests expired 2@101: dayEnded',
      '600 stop expired 2@market: dayEnded',
      '650 for tomorrow accepted 2@99',
      '800 stays filled 1@101 as maker, 1 left',
    ]);
  });
});

describe('an instrument that is delisted', () => {
  it('ends every order of it, takes no more, and leaves other instruments alone', () => {
    const lines = told({
      market: [...BOOK, '0 Y bid 5@10', '0 Y ask 5@12', '300 status delisted'],
      actions: [
        [100, (desk) => desk.buy('rests', 2, 101)],
        [101, (desk) => desk.buy('stop', 2, undefined, { type: OrderType.stop, stopTicks: 109 })],
        [102, (desk) => desk.buy('other', 2, 11, { instrument: desk.context.instruments[1]! })],
        [400, (desk) => desk.buy('late', 1, 101)],
        [401, (desk) => desk.cancel('other')],
      ],
    });
    expect([...lines.slice(3)].sort()).toEqual([
      '300 rests expired 2@101: notTraded',
      '300 stop expired 2@market: notTraded',
      '400 late rejected 1@101: notTraded',
      '401 other cancelled 2@11',
    ]);
  });
});
