/**
 * What other engines got wrong, or what their users complain of, and what happens here instead: one test a defect, named
 * after what goes right, with its source beside it (hft = hftbacktest). Numbers are worked out by hand.
 */
import { describe, expect, it, vi } from 'vitest';
import { computeTime, OrderStatus, OrderType, TimeInForce } from '../../core/index.js';
import {
  backQueue,
  constantLatency,
  HFTBACKTEST_RULES,
  levelOneQueue,
  type MatchingModel,
  noPartialFill,
  orderQueue,
  partialFill,
  powerQueue,
  proRataQueue,
  type QueuePositionModel,
  type SimulatedVenueOptions,
} from '../../execution/index.js';
import { type Action, play, type Scenario, told } from './scenario.js';

/** Bids 5@100, asks 5@102 5@103 5@104. */
const BOOK = ['0 bid 5@100', '0 ask 5@102', '0 ask 5@103', '0 ask 5@104'];
const latency = constantLatency({ entryNs: 10, responseNs: 5 });
const fills = (scenario: Scenario) => told(scenario).filter((line) => line.includes('filled'));
const stop = (stopTicks: number) => ({ type: OrderType.stop, stopTicks });

describe('partial fills', () => {
  const parts: Scenario = {
    market: [...BOOK, '200 sold 1@101', '300 sold 2@101', '400 sold 9@101', '500 sold 9@101'],
    actions: [[100, (desk) => desk.buy('o', 8, 101)]],
  };

  // hft #316, #299, proc/local.rs: only a whole fill was booked.
  it('reach position and money one by one', () => {
    const seen: string[] = [];
    play({
      ...parts,
      onEvent: (_event, { context }) => seen.push(`${context.positionLots(context.instruments[0]!)} ${context.cash}`),
    });
    // 1, 3 and 8 lots at 101; accepted and three fills.
    expect(seen).toEqual(['0 0', '1 -101', '3 -303', '8 -808']);
  });

  // hft #301, #312: an order that was filled exactly stayed in the book, and the next trade ended the run.
  it('that fill exactly what is left end the order, and later trades leave it alone', () => {
    const exact = [...BOOK, '200 sold 3@101', '300 sold 5@101', '400 sold 9@101', '500 ask 9@101'];
    for (const queue of [undefined, powerQueue(2), powerQueue(3, { clampAtZero: true })]) {
      const venue = queue === undefined ? {} : { queue };
      expect(fills({ ...parts, market: exact, venue })).toEqual([
        '200 o filled 3@101 as maker, 5 left',
        '300 o filled 5@101 as maker, 0 left',
      ]);
    }
  });

  // hft #308, #202, #278: the price differed between the two sides, or from the limit.
  it('are told at the price that is booked, and of a resting order at its own limit', () => {
    const { lines, result, orders } = play({
      // A trade at 99 and an ask at 98 go through a bid at 101; a taker gets 102 and 103.
      market: [...BOOK, '200 sold 2@99', '300 ask 3@98'],
      actions: [
        [100, (desk) => desk.buy('rests', 5, 101)],
        [110, (desk) => desk.buy('takes', 7, 103)],
      ],
    });
    expect(lines.filter((line) => line.includes('filled'))).toEqual([
      '110 takes filled 5@102, 2 left',
      '110 takes filled 2@103, 0 left',
      '200 rests filled 2@101 as maker, 3 left',
      '300 rests filled 3@101 as maker, 0 left',
    ]);
    // 5 × 102 + 2 × 103 = 716; 5 × 101 = 505.
    expect([...orders.values()].map((order) => order.filledTickLots)).toEqual([505, 716]);
    expect(result.strategies[0]!.account.cash).toBe(-1221);
  });

  // hft PR #44, nautilus #1769: large market orders met levels that are not there.
  it('of an order that is larger than the book end where the book ends', () => {
    const lines = told({
      market: ['0 bid 5@100', '0 ask 5@102', '0 ask 5@150'],
      actions: [[100, (desk) => desk.buy('o', 1_000_000)]],
    });
    expect(lines).toEqual([
      '100 o filled 5@102, 999995 left',
      '100 o filled 5@150, 999990 left',
      '100 o expired 999990@market: bookEnd',
    ]);
  });

  // hft proc/partialfillexchange.rs: what a taker left over filled at its limit price.
  it('of a taker leave a rest that waits at its limit rather than fill there', () => {
    expect(told({ market: BOOK, actions: [[100, (desk) => desk.buy('o', 8, 102)]] })).toEqual([
      '100 o filled 5@102, 3 left',
    ]);
  });

  // nautilus #628, #4626: an immediate order stayed open after a part.
  it('of an immediate order are followed by its end', () => {
    const ioc = { timeInForce: TimeInForce.IOC };
    const { lines, orders } = play({ market: BOOK, actions: [[100, (desk) => desk.buy('o', 8, 102, ioc)]] });
    expect(lines).toEqual(['100 o filled 5@102, 3 left', '100 o expired 3@102: immediateRemainder']);
    expect(orders.get('o')).toMatchObject({ status: OrderStatus.expired, filledLots: 5, leavesLots: 0 });
  });
});

describe('liquidity', () => {
  // hft: each own order at a price got the whole trade; nautilus #2564: both filled from the same liquidity.
  it('of one trade is shared by own orders at its price, first in line first', () => {
    const market = [...BOOK, '200 sold 7@101'];
    const actions: Action[] = [
      [100, (desk) => desk.buy('first', 5, 101)],
      [101, (desk) => desk.buy('second', 5, 101)],
    ];
    expect(fills({ market, actions })).toEqual([
      '200 first filled 5@101 as maker, 0 left',
      '200 second filled 2@101 as maker, 3 left',
    ]);
    // As hftbacktest answers: each the whole of it.
    expect(fills({ market, actions, venue: HFTBACKTEST_RULES })).toHaveLength(2);
  });

  // nautilus #2564, hft #279: what was taken could be taken again.
  it('that was taken is not there for the next order', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.buy('first', 5, 102)],
        [101, (desk) => desk.buy('second', 5, 102, { timeInForce: TimeInForce.IOC })],
      ],
    });
    expect(lines).toEqual(['100 first filled 5@102, 0 left', '101 second expired 5@102: immediateRemainder']);
  });

  // nautilus #3596: fills were made from the book as it was before the trade that set them off.
  it('that a trade took is not there for the stop that it sets off', () => {
    const lines = told({
      // 8 bought up to 1001: of 10 at 1000, 2 are left; the stop for 5 gets 2 there and 3 at 1001.
      market: ['0 bid 10@999', '0 ask 10@1000', '0 ask 10@1001', '200 bought 8@1001'],
      actions: [[100, (desk) => desk.buy('o', 5, undefined, stop(1001))]],
    });
    expect(lines.slice(2)).toEqual(['200 o filled 2@1000, 3 left', '200 o filled 3@1001, 0 left']);
  });

  // nautilus #5017: the second of two equal trades filled nothing, because the first had "used it up".
  it('of a second equal trade is new', () => {
    const lines = fills({
      market: ['0 bid 1@5459', '0 ask 1@5462', '200 sold 2@5459', '300 sold 2@5459'],
      actions: [[100, (desk) => desk.buy('o', 3, 5459)]],
    });
    expect(lines).toEqual(['200 o filled 1@5459 as maker, 2 left', '300 o filled 2@5459 as maker, 0 left']);
  });

  // LEAN #391, backtrader #107, gbeced/basana #61: orders filled whole, whatever traded.
  it('that did not trade does not fill: an order gets what there was', () => {
    const lines = fills({ market: [...BOOK, '200 sold 2@101'], actions: [[100, (desk) => desk.buy('o', 1000, 101)]] });
    expect(lines).toEqual(['200 o filled 2@101 as maker, 998 left']);
    // Bars: 2.5 % of a volume of 200 are 5.
    const bars = fills({
      market: ['60 bar 100 100 100 100 200', '120 bar 101 101 99 100 200'],
      actions: [[60, (desk) => desk.buy('o', 1000, 100)]],
    });
    expect(bars).toEqual(['120 o filled 5@100 as maker, 995 left']);
  });

  // nautilus #2549: trades of sellers filled resting sells.
  it('is taken by trades of the other side alone', () => {
    const lines = fills({
      // A purchase at the bid's price and a sale at the offer's are not for them; the last two are.
      market: [...BOOK, '200 bought 9@101', '300 sold 9@103', '400 sold 9@101', '500 bought 9@103'],
      actions: [
        [100, (desk) => desk.buy('bid', 2, 101)],
        [100, (desk) => desk.sell('offer', 2, 103), 'b'],
      ],
    });
    // 5 others offer at 103 before ours: 9 − 5 reach it.
    expect(lines).toEqual(['400 bid filled 2@101 as maker, 0 left', '500 offer filled 2@103 as maker, 0 left']);
  });
});

describe('a place in the queue', () => {
  const bidAt100: Action = [100, (desk) => desk.buy('o', 3, 100)];
  const queued = (queue: QueuePositionModel | undefined, ...rows: string[]) =>
    fills({ market: [...BOOK, ...rows], actions: [bidAt100], venue: queue === undefined ? {} : { queue } });

  // hft queue.rs: cancels brought the quantity ahead below 0, and a small trade then filled more than it traded.
  it('never fills an order by more than traded, however many left the level', () => {
    // 50 ahead, then 40 come behind, then all but 5 leave. Cubes: 40³ / (40³ + 50³) = 0.34 of the 85 left behind us, so 56
    // ahead, where only 50 were: −6. A trade of 1 would reach the order by 7.
    const rows = ['0 bid 50@100', '0 ask 5@102', '110 bid 90@100', '120 bid 5@100', '200 sold 1@100'];
    const actions: Action[] = [[100, (desk) => desk.buy('o', 10, 100)]];
    const one = ['200 o filled 1@100 as maker, 9 left'];
    expect(fills({ market: rows, actions, venue: { queue: powerQueue(3) } })).toEqual(one);
    expect(fills({ market: rows, actions, venue: { queue: powerQueue(3, { clampAtZero: true }) } })).toEqual(one);
    // Who is careful says that all who left were behind us: 5 are ahead still.
    expect(fills({ market: rows, actions })).toEqual([]);
  });

  // nautilus #4370: any deleted order at the price put ours at the front.
  it('is not changed by an order behind it that is cancelled', () => {
    const lines = fills({
      market: [
        '0 add #1 bid 5@100',
        '0 add #9 ask 5@102',
        '110 add #2 bid 4@100',
        '120 cut #2 bid 4@100',
        // 5 ahead still: 3 of them trade, 2 leave; then an order behind ours trades, which is ours to have.
        '200 hit #1 bid 3@100',
        '210 cut #1 bid 2@100',
        '220 add #3 bid 4@100',
        '300 hit #3 bid 2@100',
      ],
      actions: [bidAt100],
      venue: { queue: orderQueue() },
    });
    expect(lines).toEqual(['300 o filled 2@100 as maker, 1 left']);
  });

  // nautilus PR #4942: a snapshot reset the place.
  it('survives a snapshot', () => {
    // 5 ahead, 3 traded; a snapshot clears the bids and shows 8 at 100: 2 are ahead still. 3 more sold reach it by 1.
    const snapshot = ['110 sold 3@100', '120 clear bid 0@90', '120 bid 8@100', '200 sold 3@100'];
    expect(queued(undefined, ...snapshot)).toEqual(['200 o filled 1@100 as maker, 2 left']);
  });

  // FLOX: what left a level was split over own orders by what each had ahead.
  it('moves for each own order by all that left the level', () => {
    // 10 displayed are ahead of both; 4 are left. 5 sold: 1 reaches the first. Then 4 sold: 2 more, and 2 to the second.
    const lines = fills({
      market: ['0 bid 10@100', '0 ask 5@102', '150 bid 4@100', '200 sold 5@100', '300 sold 4@100'],
      actions: [
        [100, (desk) => desk.buy('first', 3, 100)],
        [101, (desk) => desk.buy('second', 3, 100)],
      ],
    });
    expect(lines).toEqual([
      '200 first filled 1@100 as maker, 2 left',
      '300 first filled 2@100 as maker, 0 left',
      '300 second filled 2@100 as maker, 1 left',
    ]);
  });

  // FLOX: the lots that rounding leaves over were lost.
  it('pro rata gives every lot of a trade to somebody', () => {
    const lines = fills({
      // 3 and 4 lots of ours alone at 101: of 5 sold floor(15 / 7) = 2 and floor(20 / 7) = 2; the fifth to the older order.
      market: [...BOOK, '200 sold 5@101'],
      actions: [
        [100, (desk) => desk.buy('three', 3, 101)],
        [101, (desk) => desk.buy('four', 4, 101)],
      ],
      venue: { queue: proRataQueue() },
    });
    expect(lines).toEqual(['200 three filled 3@101 as maker, 0 left', '200 four filled 2@101 as maker, 2 left']);
  });

  // FLOX: an order beyond what is displayed had nobody ahead of it.
  it('beyond what level-1 data shows is known once the price is quoted', () => {
    const lines = fills({
      // A trade at 98 before that price was quoted says nothing; then 7 are quoted there, of whom 8 sold leave 1 for ours.
      market: ['0 quote bid 5@100', '0 quote ask 5@102', '150 sold 2@98', '200 quote bid 7@98', '300 sold 8@98'],
      actions: [[100, (desk) => desk.buy('o', 3, 98)]],
      venue: { queue: levelOneQueue() },
    });
    expect(lines).toEqual(['300 o filled 1@98 as maker, 2 left']);
  });

  // hft #158: a fill without a trade. It is right: the other side came to the price.
  it('is passed when the other side comes to the price, by as much as is displayed there', () => {
    expect(queued(undefined, '200 bid 0@100', '201 ask 2@100')).toEqual(['201 o filled 2@100 as maker, 1 left']);
  });

  // nautilus #286: who joins behind us stays behind us.
  it('is ahead of those who came later', () => {
    // 5 ahead; 15 more come behind: 6 sold reach it by 1.
    expect(queued(undefined, '150 bid 20@100', '200 sold 6@100')).toEqual(['200 o filled 1@100 as maker, 2 left']);
  });
});

describe('a fill model', () => {
  // nautilus #2194, #3943: fill models are a closed list. Here they are objects with four methods.
  it('is anybody’s to write', () => {
    // Half of what is displayed, rounded down; and of resting orders half of what reached them, but one lot at least.
    const half = (lots: number) => Math.floor(lots / 2);
    const cautious: MatchingModel = {
      ...partialFill,
      take(other, limitTicks, qtyLots, sink) {
        let left = qtyLots;
        for (let level = 0; left > 0 && other.has(level) && other.within(level, limitTicks); level++) {
          const lots = Math.min(left, half(other.lots(level)));
          left -= lots;
          if (lots > 0) sink.take(other.tick(level), lots);
        }
      },
      restingLots: (leavesLots, reachedLots) => Math.min(leavesLots, Math.max(1, half(reachedLots))),
    };
    const lines = told({
      market: [...BOOK, '200 sold 5@103'],
      actions: [[100, (desk) => desk.buy('o', 9, 103)]],
      venue: { matching: cautious },
    });
    expect(lines).toEqual([
      '100 o filled 2@102, 7 left',
      '100 o filled 2@103, 5 left',
      '200 o filled 2@103 as maker, 3 left',
    ]);
  });

  // nautilus #3943, LEAN #963: a touch is not a fill.
  it('can ask that the market goes through the price', () => {
    const lines = fills({
      market: [...BOOK, '200 sold 50@101', '300 sold 2@100'],
      actions: [[100, (desk) => desk.buy('o', 3, 101)]],
      venue: { queue: backQueue() },
    });
    expect(lines).toEqual(['300 o filled 2@101 as maker, 1 left']);
  });

  // LEAN #963, #5337; nautilus #1733: fills better than the limit, or worse at deeper levels.
  it('of the house fills a resting order at its limit: no better, no worse', () => {
    const rests: Action = [100, (desk) => desk.buy('o', 9, 101, { postOnly: true })];
    for (const row of ['200 sold 20@90', '200 ask 20@90']) {
      expect(fills({ market: [...BOOK, row], actions: [rests] })).toEqual(['200 o filled 9@101 as maker, 0 left']);
    }
    // Several levels of the other side move through it: each at the limit.
    expect(fills({ market: [...BOOK, '200 ask 4@101', '201 ask 3@100', '202 ask 9@99'], actions: [rests] })).toEqual([
      '200 o filled 4@101 as maker, 5 left',
      '201 o filled 3@101 as maker, 2 left',
      '202 o filled 2@101 as maker, 0 left',
    ]);
  });
});

describe('one datum', () => {
  // LEAN #4445, nautilus #2611, #1639: orders filled twice by it.
  it('fills an order once: a bar', () => {
    const lines = fills({
      // All of a volume of 5 may be had. 8 lots: 5 of this bar, the rest of the next.
      market: ['60 bar 100 100 100 100 5', '120 bar 101 102 99 101 5', '180 bar 101 102 99 101 5'],
      actions: [[60, (desk) => desk.buy('o', 8, 100)]],
      venue: { bars: { maxVolumeShare: 1 } },
    });
    expect(lines).toEqual(['120 o filled 5@100 as maker, 3 left', '180 o filled 3@100 as maker, 0 left']);
  });

  it('fills an order once: a trade, a level, a quote that sets off a stop-limit', () => {
    const o: Action = [100, (desk) => desk.buy('o', 9, 101)];
    expect(fills({ market: [...BOOK, '200 sold 4@101'], actions: [o] })).toHaveLength(1);
    expect(fills({ market: [...BOOK, '200 ask 4@101', '201 ask 4@101'], actions: [o] })).toHaveLength(1);
    const stopLimit = { type: OrderType.stopLimit, stopTicks: 99 };
    const quotes = [
      '0 quote bid 5@100',
      '0 quote ask 5@102',
      '150 traded 1@99',
      '200 quote bid 3@98',
      '210 quote bid 3@98',
    ];
    const lines = told({ market: quotes, actions: [[100, (desk) => desk.sell('o', 9, 98, stopLimit)]] });
    // Off at 99: of 5 at 100 the trade (of whom nobody knows) took 1; then the bid of 3 at 98, once.
    expect(lines).toEqual([
      '100 o accepted 9@98',
      '150 o triggered 9@99',
      '150 o filled 4@100, 5 left',
      '200 o filled 3@98 as maker, 2 left',
    ]);
  });

  it('fills an order once: also when its line is walked anew', () => {
    // The first two are a pair, so the line changes while the trade is shared out; the third hears of it once.
    const lines = fills({
      market: [...BOOK, '200 sold 3@101'],
      venue: { rules: { ownVolume: 'each' } },
      actions: [
        [100, (desk) => desk.buy('third', 9, 101)],
        [
          101,
          (desk) =>
            desk.oco({
              first: { side: 1, qtyLots: 2, priceTicks: 101 },
              second: { side: 1, qtyLots: 2, priceTicks: 101 },
            }),
        ],
      ],
    });
    expect(lines).toEqual(['200 third filled 3@101 as maker, 6 left', '200 first filled 2@101 as maker, 0 left']);
  });

  it('that goes through a line fills each order of it once, also when the line changes meanwhile', () => {
    const lines = fills({
      market: [...BOOK, '200 sold 3@99'],
      venue: { rules: { ownVolume: 'each' } },
      actions: [
        [100, (desk) => desk.buy('third', 9, 101)],
        [
          101,
          (desk) =>
            desk.oco({
              first: { side: 1, qtyLots: 2, priceTicks: 101 },
              second: { side: 1, qtyLots: 2, priceTicks: 101 },
            }),
        ],
      ],
    });
    expect(lines).toEqual(['200 third filled 3@101 as maker, 6 left', '200 first filled 2@101 as maker, 0 left']);
  });
});

describe('time', () => {
  // hft #177: orders did not act at the time that their latency says.
  it('an order acts on the book as it is at sending + latency, to the nanosecond', () => {
    // Sent at 100, there at 110. The ask of 101 comes at 110 or 111, and goes.
    const at = (timeNs: number) =>
      told({
        market: [...BOOK, `${timeNs} ask 1@101`],
        venue: { latency },
        actions: [[100, (desk) => desk.buy('o', 1, 105, { timeInForce: TimeInForce.IOC })]],
      });
    expect(at(109)).toEqual(['115 o filled 1@101, 0 left']);
    expect(at(110)).toEqual(['115 o filled 1@101, 0 left']);
    expect(at(111)).toEqual(['115 o filled 1@102, 0 left']);
  });

  // nautilus #5054, #4891, #4062; FLOX: what was deferred waited for the next datum, or acted at a strange time.
  it('requests and answers come due when they are due, not with the next datum', () => {
    const lines = told({
      // Nothing is recorded between 0 and 1000.
      market: BOOK,
      venue: { latency },
      actions: [
        [100, (desk) => desk.buy('o', 1)],
        [200, (desk) => desk.buy('rests', 1, 101)],
        [300, (desk) => desk.cancel('rests')],
      ],
    });
    expect(lines).toEqual(['115 o filled 1@102, 0 left', '215 rests accepted 1@101', '315 rests cancelled 1@101']);
  });

  it('requests under way when the tape ends still arrive, and are answered', () => {
    const lines = told({
      market: BOOK,
      venue: { latency },
      untilNs: 105,
      actions: [[100, (desk) => desk.buy('o', 1)]],
    });
    expect(lines).toEqual(['115 o filled 1@102, 0 left']);
  });

  // nautilus #4891: data of another instrument set orders off while their own market stood still.
  it('data of another instrument does nothing to an order', () => {
    const actions: Action[] = [[100, (desk) => desk.buy('o', 3, 101)]];
    const other = ['0 Y bid 5@100', '0 Y ask 5@102', '150 Y sold 9@90', '160 Y ask 9@95', '170 Y bid 0@100'];
    const alone = told({ market: [...BOOK, '200 sold 1@101'], actions });
    expect(told({ market: [...BOOK, ...other, '200 sold 1@101'], actions })).toEqual(alone);
  });

  // LEAN #1572, #2547, #2762, PR #9535; nautilus #1537, #5054: fills at prices from before the order.
  it('an order meets no bar that was over when it came, however long the next one takes', () => {
    const lines = fills({
      // Bars of 60 that close at 60, 120 and, after a pause, at 10 000: the order of 130 gets the open of that one.
      market: ['60 bar 100 101 99 100 900', '120 bar 100 101 99 100 900', '10000 bar 150 151 149 150 900'],
      venue: { latency, bars: { barNs: 60 } },
      actions: [[130, (desk) => desk.buy('o', 1)]],
      untilNs: 20_000,
    });
    expect(lines).toEqual(['10005 o filled 1@150, 0 left']);
  });

  // nautilus #3461: a market-if-touched order got the bar's extreme.
  it('an order that is touched inside a bar gets the price that touched it', () => {
    const lines = fills({
      market: ['60 bar 100 100 100 100 900', '120 bar 100 101 95 98 900'],
      actions: [
        [60, (desk) => desk.buy('touched', 1, undefined, { type: OrderType.marketIfTouched, stopTicks: 97 })],
        [60, (desk) => desk.sell('stopped', 1, undefined, stop(96)), 'b'],
      ],
    });
    expect(lines).toEqual(['120 touched filled 1@97, 0 left', '120 stopped filled 1@96, 0 left']);
  });

  // nautilus #2540: a trailing stop filled bit by bit where a market order fills at once.
  it('a trailing stop that goes off takes as a market order does, all at once', () => {
    const trailing = { type: OrderType.trailingStop, trailTicks: 2 };
    const lines = told({
      market: [...BOOK, '0 bid 5@99', '50 bought 1@102', '200 traded 1@100'],
      actions: [[100, (desk) => desk.sell('o', 8, undefined, trailing)]],
    });
    // The trade (of whom nobody knows) took 1 of the 5 at 100.
    expect(lines.slice(1)).toEqual([
      '200 o triggered 8@100',
      '200 o filled 4@100, 4 left',
      '200 o filled 4@99, 0 left',
    ]);
  });

  // nautilus #286: what a strategy computes takes time.
  it('a strategy that thinks sends later, and hears later what happens meanwhile', () => {
    const { lines } = play({
      // Thinks 40 from 100 on: its order leaves at 140. The timer of 110 waits until then: leaves at 180.
      market: BOOK,
      venue: { latency },
      computeTime: computeTime({ onTimer: 40 }),
      actions: [
        [100, (desk) => desk.buy('first', 1)],
        [110, (desk) => desk.buy('second', 1)],
      ],
    });
    expect(lines).toEqual(['155 first filled 1@102, 0 left', '195 second filled 1@102, 0 left']);
  });

  // nautilus #1677, #2612: data, requests, answers: each takes its own time, by kind of request.
  it('feed, requests and answers each take their own time', () => {
    const lines: string[] = [];
    play({
      // Happens at 200, seen at 230.
      market: [...BOOK, '200/230 sold 1@101'],
      untilNs: 1000,
      venue: {
        latency: constantLatency({
          entryNs: { submit: 10, modify: 20, cancel: 30 },
          responseNs: { submit: 1, modify: 2, cancel: 3, fill: 4 },
        }),
      },
      actions: [
        [100, (desk) => desk.buy('o', 5, 101)],
        [300, (desk) => desk.modify('o', { qtyLots: 4 })],
        [400, (desk) => desk.cancel('o')],
      ],
      onEvent: ({ localNs, exchangeNs }) => {
        if (!Number.isNaN(exchangeNs)) lines.push(`${exchangeNs} → ${localNs}`);
      },
    });
    expect(lines).toEqual(['110 → 111', '200 → 204', '320 → 322', '430 → 433']);
  });

  // hft #254, #256: what a negative latency means, nobody knew.
  it('a latency is a time: no sign, no meaning of its own', () => {
    expect(() => constantLatency({ entryNs: -1, responseNs: 0 })).toThrow(/-1/);
    expect(() => constantLatency({ entryNs: 1, responseNs: -5 })).toThrow(/-5/);
  });

  // barter: HistoricalClock added real time, and latency was a real sleep.
  it('is simulated: no clock is read and nothing is waited for', () => {
    const never = () => {
      throw new Error('the run looked at a clock');
    };
    const spies = [
      vi.spyOn(Date, 'now').mockImplementation(never),
      vi.spyOn(performance, 'now').mockImplementation(never),
      vi.spyOn(globalThis, 'setTimeout').mockImplementation(never as never),
    ];
    try {
      const hour = constantLatency({ entryNs: 3600e9, responseNs: 3600e9 });
      const lines = told({ market: BOOK, venue: { latency: hour }, actions: [[100, (desk) => desk.buy('o', 1)]] });
      expect(lines).toEqual([`${7200e9 + 100} o filled 1@102, 0 left`]);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });
});

describe('a change of an order', () => {
  // hft #241, PR #317, PR #322: the quantity changed, what was left did not; a change that crossed took nothing.
  it('changes what is left of it, and takes where it reaches the other side', () => {
    const { lines, orders } = play({
      market: [...BOOK, '300 sold 9@101', '400 sold 99@99'],
      actions: [
        [100, (desk) => desk.buy('more', 2, 101)],
        [110, (desk) => desk.modify('more', { qtyLots: 12 })],
        [120, (desk) => desk.buy('across', 2, 99)],
        [350, (desk) => desk.modify('across', { priceTicks: 103 })],
      ],
    });
    expect(lines.slice(1)).toEqual([
      '110 more modified 12@101, 12 left',
      '120 across accepted 2@99',
      '300 more filled 9@101 as maker, 3 left',
      '350 across modified 2@103, 2 left',
      '350 across filled 2@102, 0 left',
      '400 more filled 3@101 as maker, 0 left',
    ]);
    expect(orders.get('more')).toMatchObject({ qtyLots: 12, filledLots: 12, leavesLots: 0 });
  });

  // hft #280, #130; nautilus #3972, #4154: fills far beyond what was meant, while requests were on their way.
  it('on its way never fills more than old and new together allow: the total is a total', () => {
    const { orders } = play({
      // 10 in all. 4 fill while a change to the same total at another price is on its way: 6 are left of it.
      market: [...BOOK, '205 sold 4@101', '400 sold 99@90'],
      venue: { latency },
      actions: [
        [100, (desk) => desk.buy('o', 10, 101)],
        [200, (desk) => desk.modify('o', { priceTicks: 100, qtyLots: 10 })],
      ],
    });
    expect(orders.get('o')).toMatchObject({
      filledLots: 10,
      status: OrderStatus.filled,
      filledTickLots: 4 * 101 + 6 * 100,
    });
  });

  // hft #130, #280: what is on its way cannot be told from what is not there.
  it('or an order on its way is known to be: nothing is sent twice by mistake', () => {
    const known: string[] = [];
    play({
      market: BOOK,
      venue: { latency },
      actions: [
        [100, (desk) => desk.buy('o', 2, 101)],
        [
          105,
          ({ context }) =>
            known.push([...context.orders()].map((order) => `${order.status} ${order.leavesLots}`).join()),
        ],
        [120, (desk) => desk.cancel('o')],
        [125, ({ context }) => known.push([...context.orders()].map((order) => `${order.requestPending}`).join())],
        [140, ({ context }) => known.push(`${[...context.orders()].length} left`)],
      ],
    });
    expect(known).toEqual([`${OrderStatus.pending} 2`, 'true', '0 left']);
  });

  // FLOX: late outcomes; kaspar-hft #67: a refusal overtook a fill of the same order.
  it('that came too late is told so, after the fill that it came too late for', () => {
    const lines = told({
      market: BOOK,
      venue: { latency: constantLatency({ entryNs: 10, responseNs: { submit: 5, modify: 1, cancel: 1, fill: 90 } }) },
      actions: [
        [100, (desk) => desk.buy('o', 2, 102)],
        [101, (desk) => desk.cancel('o')],
      ],
    });
    // The fill of 110 arrives at 200; the refusal of 111 would be there at 112 and waits for it.
    expect(lines).toEqual(['200 o filled 2@102, 0 left', '200 o cancelRejected 0@102: alreadyFinished']);
  });

  // barter: no cancel, only market orders; sells checked and debited the wrong currency.
  it('is possible at all, and a sale moves lots one way and money the other', () => {
    const { lines, result } = play({
      market: BOOK,
      actions: [
        [100, (desk) => desk.sell('sold', 3)],
        [110, (desk) => desk.sell('offer', 1, 103)],
        [120, (desk) => desk.cancel('offer')],
      ],
    });
    expect(lines.at(-1)).toBe('120 offer cancelled 1@103');
    const { account } = result.strategies[0]!;
    expect([account.positionLots(0), account.cash]).toEqual([-3, 300]);
  });
});

describe('the same run', () => {
  // nautilus #1537, PR #4480; gekko #850, bbgo #1007: the order of iteration changed results between processes.
  it('gives the same events each time, also with orders of every kind at one moment', () => {
    const venue: SimulatedVenueOptions = { queue: powerQueue(2) };
    const scenario: Scenario = {
      market: [...BOOK, '150 bid 9@100', '200 sold 7@100', '300 bought 9@103', '400 sold 20@98'],
      venue,
      actions: [...'abcdef'].map(
        (name, index): Action => [
          100,
          (desk) => {
            desk.buy(`${name} limit`, 1 + index, 100);
            desk.sell(`${name} stop`, 1 + index, undefined, stop(99));
            desk.bracket({ side: 1, qtyLots: 1, priceTicks: 102 }, { takeProfitTicks: 103, stopTicks: 98 });
          },
          name,
        ],
      ),
    };
    const [first, second] = [play(scenario), play(scenario)];
    expect(second.lines).toEqual(first.lines);
    expect(second.result.runHash).toBe(first.result.runHash);
    expect(first.lines.length).toBeGreaterThan(50);
  });
});

describe('the settings of the reference', () => {
  it('are there for who wants to compare: whole fills at the best price, from what is never used up', () => {
    const lines = told({
      market: BOOK,
      venue: HFTBACKTEST_RULES,
      actions: [
        [100, (desk) => desk.buy('first', 99, 102)],
        [101, (desk) => desk.buy('second', 99)],
      ],
    });
    expect(HFTBACKTEST_RULES.matching).toBe(noPartialFill);
    expect(lines).toEqual(['100 first filled 99@102, 0 left', '101 second filled 99@102, 0 left']);
  });
});
