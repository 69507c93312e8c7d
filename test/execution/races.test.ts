/**
 * What is on its way when something happens: requests take 10 to the venue, answers 5 back, and each meets the other in
 * flight. Lines bear the time at which the strategy learns. By hand.
 */
import { describe, expect, it } from 'vitest';
import { OrderEventKind, OrderType, SelfTrade, TimeInForce } from '../../core/index.js';
import { constantLatency } from '../../execution/index.js';
import { type Action, play, type Scenario, told } from './scenario.js';

const BOOK = ['0 bid 5@100', '0 ask 5@102', '0 ask 5@103'];
const latency = constantLatency({ entryNs: 10, responseNs: 5 });
const late = (scenario: Scenario) => told({ ...scenario, venue: { ...scenario.venue, latency } });
/** At 101, where nothing is ahead of it; arrives at 110. */
const bid = (lots: number): Action => [100, (desk) => desk.buy('o', lots, 101)];

describe('a cancel that crosses a fill', () => {
  it('comes too late: the fill stands, and the cancel is refused', () => {
    // Sent at 190, arrives at 200; the trade at 195 is told at 200, the refusal at 205.
    const lines = late({ market: [...BOOK, '195 sold 3@101'], actions: [bid(3), [190, (desk) => desk.cancel('o')]] });
    expect(lines).toEqual([
      '115 o accepted 3@101',
      '200 o filled 3@101 as maker, 0 left',
      '205 o cancelRejected 0@101: alreadyFinished',
    ]);
  });

  it('takes what a partial fill left', () => {
    const lines = late({ market: [...BOOK, '195 sold 1@101'], actions: [bid(3), [190, (desk) => desk.cancel('o')]] });
    expect(lines.slice(1)).toEqual(['200 o filled 1@101 as maker, 2 left', '205 o cancelled 2@101']);
  });

  it('meets the market as it is when it arrives: data of the very moment comes first', () => {
    for (const [timeNs, lines] of [
      [200, ['205 o filled 3@101 as maker, 0 left', '205 o cancelRejected 0@101: alreadyFinished']],
      [201, ['205 o cancelled 3@101']],
    ] as const) {
      const market = [...BOOK, `${timeNs} sold 3@101`];
      expect(late({ market, actions: [bid(3), [190, (desk) => desk.cancel('o')]] }).slice(1)).toEqual(lines);
    }
  });

  it('is refused at once when the strategy already knows of the fill', () => {
    const { lines } = play({
      market: [...BOOK, '150 sold 3@101'],
      venue: { latency },
      actions: [bid(3), [155, (desk) => desk.cancel('o')], [156, (desk) => desk.modify('o', { qtyLots: 9 })]],
    });
    expect(lines.slice(1)).toEqual([
      '155 o filled 3@101 as maker, 0 left',
      '155 o cancelRejected 3@101: alreadyFinished',
      '156 o modifyRejected 9@101: alreadyFinished',
    ]);
  });

  it('is refused when another was there before it', () => {
    const lines = late({
      market: BOOK,
      actions: [bid(3), [190, (desk) => desk.cancel('o')], [191, (desk) => desk.cancel('o')]],
    });
    expect(lines.slice(1)).toEqual(['205 o cancelled 3@101', '206 o cancelRejected 0@101: alreadyFinished']);
  });

  it('of an order that took on arrival is refused, too', () => {
    const lines = late({
      market: BOOK,
      actions: [
        [100, (desk) => desk.buy('o', 2, 102)],
        [101, (desk) => desk.cancel('o')],
      ],
    });
    expect(lines).toEqual(['115 o filled 2@102, 0 left', '116 o cancelRejected 0@102: alreadyFinished']);
  });
});

describe('a modify', () => {
  it('that arrives after the last fill is refused', () => {
    const lines = late({
      market: [...BOOK, '195 sold 3@101'],
      actions: [bid(3), [190, (desk) => desk.modify('o', { qtyLots: 8 })]],
    });
    expect(lines.slice(1)).toEqual([
      '200 o filled 3@101 as maker, 0 left',
      '205 o modifyRejected 8@101: alreadyFinished',
    ]);
  });

  it('names the total: what filled meanwhile counts', () => {
    // Total 4 after 2 filled in flight leaves 2 of them.
    const lines = late({
      market: [...BOOK, '195 sold 2@101'],
      actions: [bid(5), [190, (desk) => desk.modify('o', { qtyLots: 4 })]],
    });
    expect(lines.slice(1)).toEqual(['200 o filled 2@101 as maker, 3 left', '205 o modified 4@101, 2 left']);
  });

  it('to no more than has filled meanwhile ends the order', () => {
    const lines = late({
      market: [...BOOK, '195 sold 2@101'],
      actions: [bid(5), [190, (desk) => desk.modify('o', { qtyLots: 2 })]],
    });
    expect(lines.slice(1)).toEqual(['200 o filled 2@101 as maker, 3 left', '205 o cancelled 2@101']);
  });

  it('to less keeps its place, to more or to another price it goes to the back', () => {
    // 5 are ahead at 100, 3 of them trade; then 4 more join the level: 6 are displayed, of which 2 are ahead of the order.
    const market = [...BOOK, '150 sold 3@100', '151 bid 2@100', '160 bid 6@100', '300 sold 4@100'];
    const bidAt100: Action = [100, (desk) => desk.buy('o', 3, 100)];
    const changed = (change: { qtyLots?: number; priceTicks?: number }) =>
      late({ market, actions: [bidAt100, [190, (desk) => desk.modify('o', change)]] }).slice(2);
    // A sale of 4 reaches it by 2.
    expect(changed({ qtyLots: 2 })).toEqual(['305 o filled 2@100 as maker, 0 left']);
    expect(changed({ qtyLots: 4 })).toEqual([]);
    // The same price and quantity again is no change.
    expect(changed({ priceTicks: 100 })).toEqual(['305 o filled 2@100 as maker, 1 left']);
    expect(changed({ priceTicks: 99 })).toEqual([]);
  });

  it('to a price that the market has reached takes', () => {
    const lines = late({
      market: [...BOOK, '195 ask 4@101'],
      actions: [
        [100, (desk) => desk.buy('o', 6, 100)],
        [190, (desk) => desk.modify('o', { priceTicks: 101 })],
      ],
    });
    expect(lines.slice(1)).toEqual(['205 o modified 6@101, 6 left', '205 o filled 4@101, 2 left']);
  });

  it('sent before a cancel is done before it', () => {
    const lines = late({
      market: BOOK,
      actions: [
        bid(3),
        [
          190,
          (desk) => {
            desk.modify('o', { priceTicks: 99 });
            desk.cancel('o');
          },
        ],
      ],
    });
    expect(lines.slice(1)).toEqual(['205 o modified 3@99, 3 left', '205 o cancelled 3@99']);
  });

  it('does not take back what it does not know: its answer and a fill come in the order in which they happened', () => {
    // Modified at 200, filled at 201; both told in that order, and the numbers add up at each.
    const seen: string[] = [];
    const scenario: Scenario = {
      market: [...BOOK, '201 sold 3@101'],
      venue: { latency },
      actions: [bid(5), [190, (desk) => desk.modify('o', { qtyLots: 4 })]],
      onEvent: ({ kind, order }) => {
        if (kind !== OrderEventKind.accepted) seen.push(`${order.qtyLots} = ${order.filledLots} + ${order.leavesLots}`);
      },
    };
    expect(play(scenario).lines.slice(1)).toEqual([
      '205 o modified 4@101, 4 left',
      '206 o filled 3@101 as maker, 1 left',
    ]);
    expect(seen).toEqual(['4 = 0 + 4', '4 = 3 + 1']);
  });
});

describe('a post-only order that became marketable in flight', () => {
  it('expires on arrival', () => {
    // At 100 the ask is 102; at 105, before the order arrives, it is 101.
    const lines = late({
      market: [...BOOK, '105 ask 1@101'],
      actions: [[100, (desk) => desk.buy('o', 1, 101, { postOnly: true })]],
    });
    expect(lines).toEqual(['115 o expired 1@101: postOnlyWouldTake']);
  });

  it('rests when the market went away in flight', () => {
    const lines = late({
      market: [...BOOK, '105 ask 0@102'],
      actions: [[100, (desk) => desk.buy('o', 1, 102, { postOnly: true })]],
    });
    expect(lines).toEqual(['115 o accepted 1@102']);
  });

  it('stays where it is when a change of it became marketable in flight', () => {
    const lines = late({
      market: [...BOOK, '195 ask 1@101'],
      actions: [
        [100, (desk) => desk.buy('o', 1, 100, { postOnly: true })],
        [190, (desk) => desk.modify('o', { priceTicks: 101 })],
        [210, (desk) => desk.cancel('o')],
      ],
    });
    expect(lines.slice(1)).toEqual(['205 o modifyRejected 1@101: postOnlyWouldTake', '225 o cancelled 1@100']);
  });
});

describe('an immediate order', () => {
  it('gets what is there when it arrives, not what was there when it was sent', () => {
    const lines = late({
      market: [...BOOK, '105 ask 2@102'],
      actions: [[100, (desk) => desk.buy('o', 5, 102, { timeInForce: TimeInForce.IOC })]],
    });
    expect(lines).toEqual(['115 o filled 2@102, 3 left', '115 o expired 3@102: immediateRemainder']);
  });
});

describe('a stop', () => {
  const waits: Action = [100, (desk) => desk.buy('o', 2, 102, { type: OrderType.stopLimit, stopTicks: 103 })];

  it('that goes off while a change of it is on its way is not moved any more', () => {
    const lines = late({
      market: [...BOOK, '195 bought 1@103'],
      actions: [waits, [190, (desk) => desk.modify('o', { stopTicks: 105 })]],
    });
    expect(lines.slice(1)).toEqual([
      '200 o triggered 2@103',
      // The trade took 1 of 5 at 102.
      '200 o filled 2@102, 0 left',
      '205 o modifyRejected 2@102: alreadyFinished',
    ]);
  });

  it('that went off and rests keeps its limit when only its stop was to move', () => {
    const lines = late({
      market: ['0 bid 5@100', '0 ask 5@104', '195 bought 1@104'],
      actions: [
        waits,
        [190, (desk) => desk.modify('o', { stopTicks: 105 })],
        [210, (desk) => desk.modify('o', { priceTicks: 101 })],
      ],
    });
    expect(lines.slice(1)).toEqual([
      '200 o triggered 2@104',
      '205 o modifyRejected 2@102: badRequest',
      '225 o modified 2@101, 2 left',
    ]);
  });

  it('that goes off while a cancel of it is on its way is cancelled if it rests', () => {
    const lines = late({
      market: ['0 bid 5@100', '0 ask 5@104', '195 bought 1@104'],
      actions: [waits, [190, (desk) => desk.cancel('o')]],
    });
    expect(lines.slice(1)).toEqual(['200 o triggered 2@104', '205 o cancelled 2@102']);
  });

  it('moved to where the market already is goes off with the change', () => {
    const lines = late({
      market: [...BOOK, '50 bought 1@102'],
      actions: [
        [100, (desk) => desk.buy('o', 2, undefined, { type: OrderType.stop, stopTicks: 105 })],
        [190, (desk) => desk.modify('o', { stopTicks: 102 })],
      ],
    });
    expect(lines.slice(1)).toEqual([
      '205 o modified 2@market, 2 left',
      '205 o triggered 2@102',
      '205 o filled 2@102, 0 left',
    ]);
  });
});

describe('requests and answers', () => {
  const uneven = constantLatency({
    entryNs: { submit: 30, modify: 10, cancel: 10 },
    responseNs: { submit: 20, modify: 5, cancel: 5, fill: 5 },
  });

  it('of a strategy never overtake each other', () => {
    // The cancel would be there at 111 but waits for the order (130); its answer (135) waits for the acceptance (150).
    const lines = told({
      market: BOOK,
      venue: { latency: uneven },
      actions: [bid(1), [101, (desk) => desk.cancel('o')]],
    });
    expect(lines).toEqual(['150 o accepted 1@101', '150 o cancelled 1@101']);
  });

  it('may do so where the venue is told so: then it does not know the order yet, and the order stays', () => {
    const lines = told({
      market: BOOK,
      venue: { latency: uneven, overtaking: true },
      actions: [bid(1), [101, (desk) => desk.cancel('o')], [102, (desk) => desk.modify('o', { qtyLots: 3 })]],
    });
    // At the venue at 111 and 112; the order arrives at 130.
    expect(lines).toEqual([
      '116 o cancelRejected 0@0: unknownOrder',
      '117 o modifyRejected 3@101: unknownOrder',
      '150 o accepted 1@101',
    ]);
  });
});

describe('orders of a run that cross in flight', () => {
  it('trade as the second arrives, at the price of the first', () => {
    const lines = late({
      market: BOOK,
      actions: [
        [100, (desk) => desk.buy('bid', 2, 102 - 1)],
        [101, (desk) => desk.sell('offer', 2, 100), 'b'],
      ],
    });
    expect(lines).toEqual([
      '115 bid accepted 2@101',
      '116 bid filled 2@101 as maker, 0 left',
      '116 offer filled 2@101, 0 left',
    ]);
  });

  it('of the same strategy are judged as they meet at the venue', () => {
    const lines = late({
      market: BOOK,
      actions: [
        [100, (desk) => desk.buy('bid', 2, 101)],
        [101, (desk) => desk.cancel('bid')],
        // The cancel is there before it, so there is nothing to trade with.
        [102, (desk) => desk.sell('offer', 2, 101, { selfTrade: SelfTrade.cancelNew })],
      ],
    });
    expect(lines).toEqual(['115 bid accepted 2@101', '116 bid cancelled 2@101', '117 offer accepted 2@101']);
  });
});
