/** What the built-in features say, worked out by hand. Prices and quantities are whole: tick 1, lot 1. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  codeOf,
  Flag,
  Kind,
  MemoryTape,
  type Order,
  type OrderRequest,
  OrderType,
  Side,
  Simulation,
  type StrategyContext,
  TapeBuilder,
} from '../../../core/index.js';
import { constantLatency, simulatedVenue } from '../../../execution/index.js';
import { BUILT_IN_FEATURES, withFeatures } from '../../../strategies/index.js';
import { type Act, readings } from './readings.js';

const none = Number.NaN;
const TOP = ['bid', 'ask', 'mid', 'spread', 'microprice', 'bid_qty', 'ask_qty', 'imbalance_1', 'imbalance_2'];

describe('features of the book', () => {
  it('are NaN as long as what they are made of is not there', () => {
    const market = [
      '0 status open',
      '10 bid 6@100',
      '20 bid 2@99',
      '30 ask 3@104',
      '40 bid 0@100',
      '40 bid 0@99',
      '50 ask 0@104',
    ];
    expect(readings({ market, names: TOP, at: [5, 10, 20, 30, 40, 50] })).toEqual([
      [none, none, none, none, none, none, none, none, none],
      [100, none, none, none, none, 6, none, 1, 1],
      [100, none, none, none, none, 6, none, 1, 1],
      // (100 × 3 + 104 × 6) / 9; (6 − 3) / 9; (8 − 3) / 11.
      [100, 104, 102, 4, 924 / 9, 6, 3, 3 / 9, 5 / 11],
      [none, 104, none, none, none, none, 3, -1, -1],
      [none, none, none, none, none, none, none, none, none],
    ]);
  });

  it('know prices below 0 and books that are crossed', () => {
    const below = ['0 bid 1@-5', '0 ask 3@-2'];
    expect(readings({ market: below, names: TOP, at: [1] })).toEqual([
      // (−5 × 3 + −2 × 1) / 4.
      [-5, -2, -3.5, 3, -17 / 4, 1, 3, -0.5, -0.5],
    ]);
    const crossed = ['0 add #1 bid 5@103', '0 add #2 ask 5@100'];
    expect(readings({ market: crossed, names: TOP, at: [1] })).toEqual([[103, 100, 101.5, -3, 101.5, 5, 5, 0, 0]]);
  });

  it('are in decimal units', () => {
    const rows = new TapeBuilder();
    rows.add(0, 0, codeOf(Kind.depth, Side.buy), Flag.last, 0, 123_456, 15);
    rows.add(0, 0, codeOf(Kind.depth, Side.sell), Flag.last, 0, 123_459, 5);
    rows.add(9, 9, codeOf(Kind.trade, Side.sell), Flag.last, 0, 123_456, 25);
    const instruments = [{ symbol: 'X', tick: '0.05', lot: '0.001' }];
    // 2023-11-14 22:13:20 UTC and a millisecond.
    const info = { instruments, originNs: 1_700_000_000_001_000_000n, provenance: {}, corrections: [] };
    const names = [
      'mid',
      'spread',
      'microprice',
      'bid_qty',
      'vwap_9ns',
      'signed_volume_9ns',
      'time_of_day',
      'book_age',
    ];
    let row: number[] = [];
    const strategy = withFeatures(names, (features) => ({
      onTrade: () => {
        row = [...features.read()];
      },
    }));
    new Simulation({
      tapes: [new MemoryTape(rows.build().columns, info)],
      strategies: [{ name: 'one', strategy }],
      venue: simulatedVenue(),
    }).run();
    // 123 456 × 0.05 = 6172.80; the microprice is 3/4 of the way to the ask.
    expect(row).toEqual([6172.875, 0.15, 6172.9125, 0.015, 6172.8, -0.025, 80_000.001000009, 9e-9].map(near));
  });
});

/** As good as equal: the tests of decimal units compare doubles that were reached on different ways. */
function near(value: number): unknown {
  return expect.closeTo(value, 9);
}

describe('features of the trades', () => {
  const names = ['volume_100ns', 'signed_volume_100ns', 'trades_100ns', 'vwap_100ns'];

  it('count what came in (now − T, now], and are NaN until T after the start', () => {
    const market = [
      '0 bid 1@1',
      '20 bought 3@100',
      '50 sold 1@98',
      '50 traded 2@99',
      '150 sold 5@90',
      '150 bought 0@7',
    ];
    expect(readings({ market, names, at: [99, 100, 119, 120, 149, 150, 249, 250] })).toEqual([
      [none, none, none, none],
      [6, 2, 3, (300 + 98 + 198) / 6],
      [6, 2, 3, (300 + 98 + 198) / 6],
      // The trade at 20 is no longer in (20, 120].
      [3, -1, 2, (98 + 198) / 3],
      [3, -1, 2, (98 + 198) / 3],
      // Those at 50 have gone; one of quantity 0 counts as a trade and weighs nothing.
      [5, -5, 2, 90],
      [5, -5, 2, 90],
      [0, 0, 0, none],
    ]);
  });

  it('count executions of order by order data, with the side of who took', () => {
    const market = ['0 add #1 bid 9@100', '10 hit #1 bid 4@100', '20 bought 1@105'];
    expect(readings({ market, names, at: [100] })).toEqual([[5, -3, 2, 505 / 5]]);
  });

  it('have no price where all that traded was of quantity 0, and one below 0 where prices are', () => {
    expect(readings({ market: ['0 status open', '5 bought 0@7'], names, at: [104] })).toEqual([[0, 0, 1, none]]);
    expect(readings({ market: ['0 status open', '5 bought 2@-7', '6 sold 1@-1'], names, at: [104] })).toEqual([
      [3, 1, 2, -5],
    ]);
  });
});

describe('order-flow imbalance', () => {
  it('counts what the best prices gained and lost, message by message', () => {
    const market = [
      '0 status open',
      '10 bid 5@100',
      // The first message is where it starts from; an ask where there was none: −4.
      '20 ask 4@102',
      // Same bid, 3 more: +3.
      '30 bid 8@100',
      // A better bid of 2: +2.
      '40 bid 2@101',
      // It goes again: −2.
      '50 bid 0@101',
      // The ask goes back: what stood there, +4.
      '60 ask 7@103',
      '60 ask 0@102',
      // A better ask: −1.
      '70 ask 1@101',
      // Behind the best: nothing.
      '80 bid 50@90',
    ];
    const at = [9, 10, 20, 30, 40, 50, 60, 70, 80];
    // A window of 1 ns sees each message alone.
    const each = readings({ market, names: ['ofi_1ns'], at });
    expect(each.flat()).toEqual([none, none, -4, 3, 2, -2, 4, -1, 0]);
    expect(readings({ market, names: ['ofi_50ns'], at: [59, 60, 69, 70, 80, 119, 120] }).flat()).toEqual([
      none,
      // (10, 60]
      3,
      3,
      // (20, 70]: without the −4 of 20.
      6,
      // (30, 80]: without the +3 of 30.
      3,
      // (69, 119]
      -1,
      0,
    ]);
  });
});

describe('features of how the mid moved', () => {
  const names = ['return_100ns', 'volatility_100ns'];
  const ln = Math.log;

  it('go from the mid at or before now − T; between samples the last one stands', () => {
    const market = [
      '0 status open',
      '10 bid 1@99',
      // The first mid: 101.
      '10 ask 1@103',
      // 102.
      '60 bid 1@101',
      // No bid, no sample.
      '80 clear bid 0@99',
      // 102.5.
      '90 bid 1@102',
    ];
    const found = readings({ market, names, at: [109, 110, 159, 160, 189, 190, 500] });
    expect(found[0]).toEqual([none, none]);
    const both = [ln(102.5 / 101), Math.hypot(ln(102 / 101), ln(102.5 / 102))];
    const last = [ln(102.5 / 102), ln(102.5 / 102)];
    expect(found.slice(1).flat()).toEqual([...both, ...both, ...last, ...last, 0, 0, 0, 0].map(near));
  });

  it('add up squares of every step', () => {
    const market = ['0 bid 1@99', '0 ask 1@101', '20 bid 1@100', '40 bid 0@100', '60 ask 2@101', '70 ask 1@100'];
    // Mids 100, 100.5, 100, and 99.5 at 70; the change of quantity at 60 is none of the mid.
    const [up, down, last] = [ln(100.5 / 100), ln(100 / 100.5), ln(99.5 / 100)];
    const found = readings({ market, names, at: [99, 100, 120, 140, 169, 170] });
    expect(found[0]).toEqual([none, none]);
    expect(found.slice(1).flat()).toEqual(
      [
        ...[ln(0.995), Math.hypot(up, down, last)],
        ...[ln(99.5 / 100.5), Math.hypot(down, last)],
        ...[ln(0.995), Math.abs(last)],
        ...[ln(0.995), Math.abs(last)],
        ...[0, 0],
      ].map(near),
    );
  });

  it('are NaN while a mid of 0 or less is in sight', () => {
    const market = ['0 bid 1@1', '0 ask 1@3', '20 bid 0@1', '20 bid 1@-3', '40 bid 1@1'];
    const found = readings({ market, names, at: [100, 119, 120, 139, 140] });
    expect(found.map(([step]) => step)).toEqual([0, 0, none, none, 0]);
    expect(found.map(([, volatility]) => volatility)).toEqual([none, none, none, none, 0]);
  });

  it('reach exactly 0 again when the market has gone quiet', () => {
    const market = ['0 bid 1@99', '0 ask 1@101', ...Array.from({ length: 50 }, (_, n) => `${n + 1} bid 1@${n + 51}`)];
    const quiet = readings({ market, names: ['volatility_100ns'], at: [400] });
    expect(quiet).toEqual([[0]]);
  });
});

describe('the queue ahead of an own order', () => {
  const names = ['queue_ahead_bid', 'queue_ahead_ask'];
  const book = ['0 bid 10@100', '0 ask 8@102'];
  /** Rests an order of 2 at 5 ns. */
  const rest = (side: Side, priceTicks: number) => ({
    5: (context: StrategyContext) =>
      void context.submit({ instrument: context.instruments[0]!, side, priceTicks, qtyLots: 2 }),
  });

  it('moves by trades, not by cancels behind, and never exceeds the level', () => {
    const market = [
      ...book,
      '10 sold 3@100',
      // Trades of the other side, and of buyers, are not ours.
      '20 bought 5@102',
      '30 bid 9@100',
      '40 bid 4@100',
      '50 bid 20@100',
      '60 traded 1@100',
    ];
    expect(readings({ market, names, acts: rest(Side.buy, 100), at: [4, 5, 10, 20, 30, 40, 50, 60] })).toEqual([
      [none, none],
      [10, none],
      [7, none],
      [7, none],
      [7, none],
      [4, none],
      [4, none],
      [3, none],
    ]);
  });

  it('is 0 after a trade beyond, and NaN once the order has filled', () => {
    const market = ['0 bid 10@100', '0 ask 8@102', '0 ask 5@103', '20 bought 9@104'];
    // Told at 15 that it rests, and at 30 that it filled.
    const venue = { latency: constantLatency({ entryNs: 0, responseNs: 10 }) };
    const found = readings({ market, names, venue, acts: rest(Side.sell, 103), at: [14, 15, 20, 29, 30] });
    expect(found.map(([, ahead]) => ahead)).toEqual([none, 5, 0, 0, none]);
  });

  it('is 0 once a part of the order has filled', () => {
    const market = [...book, '10 sold 11@100', '20 bid 30@100'];
    expect(readings({ market, names, acts: rest(Side.buy, 100), at: [10, 20] })).toEqual([
      [0, none],
      [0, none],
    ]);
  });

  it('starts anew at a new price or with more quantity, and stays with less', () => {
    const oldest = (context: StrategyContext) => context.orders().next().value!;
    const acts: Record<number, Act> = {
      ...rest(Side.buy, 100),
      20: (context) => context.modify(oldest(context), { qtyLots: 1 }),
      30: (context) => context.modify(oldest(context), { qtyLots: 5 }),
      40: (context) => context.modify(oldest(context), { priceTicks: 99 }),
      50: (context) => context.cancelAll(),
    };
    const market = ['0 bid 10@100', '0 bid 30@99', '0 ask 8@102', '10 sold 4@100'];
    const found = readings({ market, names, acts, at: [10, 21, 31, 41, 51] });
    expect(found.map(([ahead]) => ahead)).toEqual([6, 6, 10, 30, none]);
  });

  it('is that of the oldest order that rests, and of none that is hidden or waits', () => {
    let first: Order;
    const acts: Record<number, Act> = {
      5(context) {
        const buy = (priceTicks: number, more: Partial<OrderRequest> = {}) =>
          context.submit({ instrument: context.instruments[0]!, side: Side.buy, priceTicks, qtyLots: 1, ...more });
        buy(100, { hidden: true });
        buy(100, { qtyLots: 5, displayLots: 1 });
        buy(98, { type: OrderType.stopLimit, stopTicks: 103 });
        first = buy(99);
        buy(100);
      },
      20: (context) => context.cancel(first),
      30: (context) => context.cancelAll(),
    };
    // The trade at 25 sets the stop-limit off, which then rests, and is older.
    const market = ['0 bid 10@100', '0 bid 30@99', '0 bid 20@98', '0 ask 8@102', '25 bought 1@103'];
    expect(readings({ market, names, acts, at: [10, 21, 26, 31] }).map(([ahead]) => ahead)).toEqual([30, 10, 20, none]);
  });

  it('is not known behind the best price of best quotes, until the quote comes there', () => {
    const market = [
      '0 quote bid 10@100',
      '0 quote ask 8@102',
      '10 quote bid 6@99',
      '20 quote bid 7@100',
      '30 sold 2@99',
    ];
    const found = readings({ market, names, acts: rest(Side.buy, 99), at: [5, 10, 20] });
    expect(found.map(([ahead]) => ahead)).toEqual([none, 6, 6]);
  });
});

describe('the table of features', () => {
  it('is in the how-to page as the definitions have it', () => {
    const page = readFileSync(new URL('../../../docs/how-to/feature.md', import.meta.url), 'utf8');
    const rows = BUILT_IN_FEATURES.map(({ name, argument, unit, formula, source = '' }) => {
      const shape = argument === undefined ? name : `${name}_${argument === 'count' ? 'N' : 'T'}`;
      return `| \`${shape}\` | ${unit} | ${formula} | ${source} |`.replace(/ +/g, ' ');
    });
    const found = page.split('\n').flatMap((line) => (/^\| `/.test(line) ? [line.replace(/ +/g, ' ')] : []));
    expect(found).toEqual(rows);
  });
});
