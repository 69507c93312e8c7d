/** Bars by hand: how they are spelt, what is in them, when they are told among other things, and what is refused. */
import { describe, expect, it } from 'vitest';
import { barRule, barsText } from '../../../core/bars/bar-rule.js';
import {
  type BarRequest,
  computeTime,
  constantDelay,
  Instrument,
  type MarketView,
  Simulation,
  type Strategy,
  type StrategyContext,
} from '../../../core/index.js';
import { simulatedVenue } from '../../../execution/index.js';
import { tapeOf } from '../../execution/scenario.js';
import { countOf, makeBars } from './bar-market.js';

const future = new Instrument({ symbol: 'ES', tick: '0.25', lot: '0.1', multiplier: '50' }, 0);

describe('a text says which bars', () => {
  it.each([
    ['1m', { by: 'time', everyNs: 60e9 }],
    ['7ns', { by: 'time', everyNs: 7 }],
    [' 100  ticks ', { by: 'ticks', size: 100 }],
    ['2.5 volume', { by: 'volume', size: 25 }],
    // A tick and a lot are worth 0.25 × 0.1 × 50 = 1.25.
    ['1000 value', { by: 'value', size: 800 }],
    ['1001 value', { by: 'value', size: 801 }],
    ['50 volume-imbalance', { by: 'imbalance', of: 'volume', expectedTicks: 50 }],
    ['50 tick-runs', { by: 'runs', of: 'tick', expectedTicks: 50 }],
    ['5 renko', { by: 'renko', size: 20 }],
  ])('%s', (text, rule) => {
    expect(barRule(text, future)).toEqual(rule);
  });

  it('one spelling for each', () => {
    expect(['60s', '90m', '24h', '1.5s', ' 100   ticks'].map(barsText)).toEqual([
      '1m',
      '90m',
      '1d',
      '1500ms',
      '100 ticks',
    ]);
  });

  it.each([
    ['', /bars "" were not understood/],
    ['1', /bars "1" were not understood: write a duration such as 1m; or a size/],
    ['0s', /bars "0s": 0ns is no length of time above 0/],
    ['-1m', /no length of time above 0/],
    ['5 minutes', /bars "5 minutes" were not understood/],
    ['1.5 ticks', /bars "1.5 ticks": 1.5 is not a whole number above 0/],
    ['0 ticks', /0 is not a whole number above 0/],
    ['0.25 volume', /bars "0.25 volume" of ES: 0.25 is not a whole multiple of 0.1/],
    ['0 volume', /the size is not above 0/],
    ['0.1 renko', /of ES: 0.1 is not a whole multiple of 0.25/],
    ['-5 value', /-5 is not above 0/],
    ['1e30 value', /more than 2\^53 ticks × lots/],
    ['5 ticks more', /were not understood/],
  ])('%j is refused', (text, message) => {
    expect(() => barRule(text, future)).toThrow(RangeError);
    expect(() => barRule(text, future)).toThrow(message);
  });

  it('value is refused of inverse contracts', () => {
    const coin = new Instrument({ symbol: 'XBT', tick: '0.5', lot: '1', contract: 'inverse', base: 'BTC' }, 0);
    expect(() => barRule('100 value', coin)).toThrow('XBT is inverse, its quantity is money already: use volume');
    expect(() => barRule('100 value-runs', coin)).toThrow('use volume');
    expect(barRule('100 volume', coin)).toEqual({ by: 'volume', size: 100 });
  });
});

/** What happens to a strategy that asks for these bars, in order. */
function happens(
  market: readonly string[],
  bars: readonly string[],
  request: BarRequest = {},
  more: Partial<Strategy> = {},
) {
  const lines: string[] = [];
  const strategy: Strategy = {
    onStart: (context) => {
      for (const text of bars) context.bars(context.instruments[0]!, text, request);
    },
    onBar: (bar, { nowNs }) => {
      const { series, openTicks, highTicks, lowTicks, priceTicks, qtyLots, vwap, trades, startNs } = bar;
      lines.push(
        `${nowNs} ${series} from ${startNs}: ${openTicks} ${highTicks} ${lowTicks} ${priceTicks} ${qtyLots} ${vwap} ${trades}`,
      );
    },
    ...more,
  };
  new Simulation({
    tapes: [tapeOf(market, 100)],
    strategies: [{ name: 'one', strategy }],
    venue: simulatedVenue(),
  }).run();
  return lines;
}

const MARKET = ['0 bid 9@99', '0 ask 9@102', '1 bought 1@102', '9 sold 3@98', '10 bought 2@101', '35/36 bought 2@102'];

describe('in a run', () => {
  it('several series each tell their bars, named as asked for', () => {
    expect(happens(MARKET, ['10ns', '2 ticks', '4 volume'])).toEqual([
      '9 2 ticks from 1: 102 102 98 98 4 99 2',
      '9 4 volume from 1: 102 102 98 98 4 99 2',
      '10 10ns from 0: 102 102 98 98 4 99 2',
      '20 10ns from 10: 101 101 101 101 2 101 1',
      '36 2 ticks from 10: 101 102 101 102 4 101.5 2',
      '36 4 volume from 10: 101 102 101 102 4 101.5 2',
      '40 10ns from 30: 102 102 102 102 2 102 1',
    ]);
  });

  it('mids stand until they change, in half ticks', () => {
    const market = ['0 bid 9@99', '0 ask 9@102', '15 ask 9@101', '17 ask 0@101', '40 bid 0@99', '55 bid 1@100'];
    expect(happens(market, ['10ns'], { from: 'mid' })).toEqual([
      '10 10ns from 0: 100.5 100.5 100.5 100.5 0 NaN 1',
      '20 10ns from 10: 100.5 100.5 100 100.5 0 NaN 2',
      '30 10ns from 20: 100.5 100.5 100.5 100.5 0 NaN 0',
      '40 10ns from 30: 100.5 100.5 100.5 100.5 0 NaN 0',
      '50 10ns from 40: 100.5 100.5 100.5 100.5 0 NaN 0',
      '60 10ns from 50: 101 101 101 101 0 NaN 1',
      ...[70, 80, 90].map((end) => `${end} 10ns from ${end - 10}: 101 101 101 101 0 NaN 0`),
    ]);
  });

  it('a bar comes before the handler of the row that ends it, and before timers of its moment', () => {
    const order: string[] = [];
    happens(
      MARKET,
      ['10ns', '2 ticks'],
      {},
      {
        onStart: (context) => {
          context.every('beat', 10, 10);
          for (const bars of ['10ns', '2 ticks']) context.bars(context.instruments[0]!, bars);
        },
        onBar: ({ series }, { nowNs }) => void order.push(`${nowNs} ${series}`),
        onTrade: ({ priceTicks }, { nowNs }) => void order.push(`${nowNs} trade ${priceTicks}`),
        onTimer: (name, { nowNs }) => void (nowNs < 50 && order.push(`${nowNs} ${name}`)),
      },
    );
    expect(order).toEqual([
      ...['1 trade 102', '9 2 ticks', '9 trade 98', '10 10ns', '10 trade 101', '10 beat'],
      ...['20 10ns', '20 beat', '30 beat', '36 2 ticks', '36 trade 102', '40 10ns', '40 beat'],
    ]);
  });

  it('a close on the tape ends a bar, and so does a session', () => {
    const market = [...MARKET.slice(0, 4), '12 bought 1@103', '15 status close', '15 bought 5@104', '44 bought 1@105'];
    expect(happens(market, ['10ns', '3 ticks'])).toEqual([
      '10 10ns from 0: 102 102 98 98 4 99 2',
      '12 3 ticks from 1: 102 103 98 103 5 99.8 3',
      '15 10ns from 10: 103 103 103 103 1 103 1',
      '20 10ns from 15: 104 104 104 104 5 104 1',
      '50 10ns from 40: 105 105 105 105 1 105 1',
    ]);
    const sessions = [
      { openNs: 5n, closeNs: 14n },
      { openNs: 40n, closeNs: 60n },
    ];
    // The trades at 1 and 15 are outside; the grid counts from 5.
    expect(happens(market, ['6ns', '3 ticks'], { sessions })).toEqual([
      '11 6ns from 5: 98 98 98 98 3 98 1',
      '14 3 ticks from 9: 98 103 98 103 4 99.25 2',
      '14 6ns from 11: 103 103 103 103 1 103 1',
      '46 6ns from 40: 105 105 105 105 1 105 1',
      '60 3 ticks from 44: 105 105 105 105 1 105 1',
    ]);
  });

  it('what the exchange’s calendar knows ends bars: the lunch of Hong Kong', () => {
    // 2024-07-03: 09:30–12:00 and 13:00–16:00 there, eight hours ahead of UTC.
    const at = (time: string) => BigInt(Date.parse(`2024-07-03T${time}+08:00`)) * 1_000_000n;
    const originNs = at('09:00:00');
    const rows = [
      ['11:59:00', 5],
      ['12:30:00', 6],
      ['13:00:00', 7],
      ['15:10:00', 8],
      ['16:00:00', 9],
    ] as const;
    const market = rows.map(([time, ticks]) => `${at(time) - originNs} traded 1@${ticks}`);
    const { columns } = { columns: tapeOf(market, Number(at('17:00:00') - originNs)) };
    const tape = Object.assign(Object.create(columns), { info: { ...columns.info, originNs } });
    tape.open = () => columns.open(columns.info.originNs);
    const { bars, corrections } = makeBars(tape, { bars: '1h', sessions: 'XHKG' });
    const ends = bars[0]!.map(({ endNs, close }) => [
      new Date(Number((originNs + BigInt(endNs)) / 1_000_000n)).toISOString(),
      close,
    ]);
    expect(ends).toEqual([
      ['2024-07-03T04:00:00.000Z', 5],
      ['2024-07-03T06:00:00.000Z', 7],
      ['2024-07-03T08:00:00.000Z', 8],
    ]);
    expect(corrections.find(({ name }) => name === 'outside-sessions')?.count).toBe(2);
    // From 11:30 to 12:00: half an hour.
    expect(corrections.find(({ name }) => name === 'cut-bars')?.count).toBe(1);
  });

  it('thinking takes its time over bars, too', () => {
    const sent: number[] = [];
    const strategy: Strategy = {
      onStart: (context) => void context.bars(context.instruments[0]!, '10ns'),
      onBar: (bar, context) => void context.buy(bar.instrument, 1, 90),
    };
    new Simulation({
      tapes: [tapeOf(MARKET, 100)],
      strategies: [{ name: 'one', strategy, computeTime: computeTime(constantDelay(3)) }],
      venue: simulatedVenue(),
      observers: [{ onOrderEvent: ({ localNs, order }) => void (order.status === 0 && sent.push(localNs)) }],
    }).run();
    expect(sent).toEqual([13, 23, 43]);
  });

  it('volumes beyond 2^53 lots stop the run', () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(() => happens([`1 bought ${most}@1`, '2 bought 9@1'], ['10ns'])).toThrow('beyond 2^53 lots');
  });

  it('bars of the tape come to the same handler, without a series', () => {
    const seen: (string | number)[][] = [];
    happens(
      ['0 traded 2@10', '30 bar 10 12 9 11 5'],
      ['20ns'],
      {},
      {
        onBar: ({ series, priceTicks, qtyLots, vwap, startNs, trades }: MarketView) =>
          void seen.push([series, priceTicks, qtyLots, vwap, startNs, trades]),
      },
    );
    expect(seen).toEqual([
      ['20ns', 10, 2, 10, 0, 1],
      ['', 11, 5, Number.NaN, Number.NaN, Number.NaN],
    ]);
  });

  it.each<[string, string, BarRequest | Partial<Strategy>, RegExp]>([
    ['without onBar', '1m', { onBar: undefined } as never, /bars "1m": strategy "one" has no onBar/],
    ['outside onStart', '1m', { onStart: undefined, onTrade: ask } as never, /bars "1m": ask for them in onStart/],
    ['a kind that there is not', '5 candles', {}, /bars "5 candles" were not understood/],
    ['mids of volume', '5 volume', { from: 'mid' }, /from "mid": mids have no quantity/],
    ['flat bars of ticks', '5 ticks', { empty: 'flat' }, /empty "flat": only of time bars/],
    ['signs of time', '1m', { signs: 'aggressor' }, /signs "aggressor": only of imbalance and run bars/],
    ['no span', '5 tick-runs', { span: 0 }, /span 0: a number of bars, at least 1/],
    ['bounds upside down', '5 tick-runs', { expectedTicksWithin: [5, 2] }, /expectedTicksWithin \[5,2\]/],
    ['an unknown clock', '1m', { clock: 'wall' as never }, /clock "wall" is not local or exchange/],
    ['mids by the exchange', '1m', { clock: 'exchange', from: 'mid' }, /the mid that a strategy sees/],
    ['a grace for nothing', '1m', { graceNs: 5 }, /graceNs 5 is only for clock "exchange"/],
    ['a grace that is none', '1m', { clock: 'exchange', graceNs: -1 }, /graceNs -1 is no whole number/],
    ['an unknown calendar', '1m', { sessions: 'XMOON' }, /there is no calendar "XMOON"/],
    [
      'sessions that overlap',
      '1m',
      {
        sessions: [
          { openNs: 0n, closeNs: 9n },
          { openNs: 5n, closeNs: 12n },
        ],
      },
      /session 1 opens at 5 ns/,
    ],
    [
      'sessions that are empty',
      '1m',
      { sessions: [{ openNs: 9n, closeNs: 9n }] },
      /session 0 opens at 9 and closes at 9/,
    ],
  ])('%s is refused', (_what, bars, more, message) => {
    const isStrategy = 'onBar' in more || 'onTrade' in more;
    expect(() =>
      happens(MARKET, [bars], isStrategy ? {} : (more as BarRequest), isStrategy ? (more as never) : {}),
    ).toThrow(message);
  });
});

function ask(trade: MarketView, context: StrategyContext): void {
  context.bars(trade.instrument, '1m');
}

describe('on a tape of bars', () => {
  const tape = tapeOf(
    [
      '1/4 bought 1@5',
      '3/9 bought 1@6',
      '9/11 bought 1@7',
      '12/30 Y bought 1@3',
      '13/30 bought 1@8',
      '29/31 bought 1@9',
    ],
    100,
  );
  const timesOf = (bars: string, clock: 'exchange' | 'local') => {
    const made = makeBars(tape, { bars, clock });
    const times = made.bars.map((list) => list.map(({ endNs, localNs }) => `${endNs}/${localNs}`));
    return { times, held: countOf(made.corrections, 'held-back-bars') };
  };

  it('a time bar is seen when its rows were, and as long after its end as its last row travelled', () => {
    expect(timesOf('10ns', 'exchange')).toEqual({
      // 10 + 2; 20 + 17, of the other 20 + 18; 30 + 2 would be sooner than the bar before it.
      times: [['10/12', '20/37', '30/38'], ['20/38']],
      held: 1,
    });
    expect(timesOf('20ns', 'local')).toEqual({ times: [['20/20', '40/40'], ['40/40']], held: 0 });
  });

  it('a bar that a trade ends is seen with it, but not before its other trades', () => {
    expect(timesOf('2 ticks', 'exchange').times[0]).toEqual(['3/9', '13/30']);
    expect(timesOf('2 ticks', 'local').times[0]).toEqual(['3/9', '13/30']);
  });
});

describe('imbalance and run bars by hand', () => {
  it('the first bar says what is to be expected of the next', () => {
    // Up, up, down, up: signs 0 + + − … The first 4 trades: θ = 1, E[b] = 1/4, so |θ| ≥ 4 × 1/4 = 1 ends the next bar.
    const prices = [10, 11, 12, 11, 11, 12, 12, 13, 13, 13];
    const market = prices.map((price, at) => `${at + 1} traded 1@${price}`);
    const bars = happens(market, ['4 tick-imbalance'], { span: 1 }).map((line) => line.split(' ')[0]);
    // Second bar: one trade (− as before) is enough: T = 1, and with span 1 E[T] becomes 1 and α = 2/5:
    // E[b] = 1/4 + 2/5 (−1 − 1/4) = −1/4: 1 × 1/4. So each trade from then on ends a bar.
    expect(bars).toEqual(['4', '5', '6', '7', '8', '9', '10']);
    // Runs: 2 buys of 3 in the first 4: E = 4 × 2/3 = 2.67, so the third of a kind ends the second bar.
    // Signs from 5 on: − + + + + +: up reaches 3 at 8.
    const runs = happens(market, ['4 tick-runs'], { span: 1 }).map((line) => line.split(' ')[0]);
    expect(runs.slice(0, 2)).toEqual(['4', '8']);
  });
});
