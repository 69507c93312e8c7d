import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keptRows } from '../../analytics/decimation.js';
import { drawdownOf, drawdownSeries } from '../../analytics/drawdown.js';
import { countText, moneyText } from '../../analytics/figure-text.js';
import type { Series } from '../../analytics/recording.js';
import { roundTripsOf } from '../../analytics/round-trips.js';
import { sharpeRatio, YEAR_NS } from '../../analytics/sharpe.js';
import { summarise } from '../../analytics/summary.js';
import { formatSummary } from '../../analytics/summary-table.js';
import { displayWidth } from '../../analytics/text-table.js';
import { AccountEventKind } from '../../core/account-event.js';
import { Side } from '../../core/market.js';
import { OrderEventKind } from '../../core/order.js';
import { SECOND } from '../../core/time.js';
import { fourFills, HandMadeRun } from './hand-made-run.js';

const run = fourFills();
const summary = summarise(run.recorder.recording, run.outcome(0, 50 * SECOND));
const [maker, idle] = summary.strategies;

describe('the summary of the hand-made run', () => {
  test('has the money worked out by hand', () => {
    expect(maker!.profit).toBeCloseTo(-12.02, 10);
    expect(maker!.realised).toBeCloseTo(-12, 10);
    expect(maker!.unrealised).toBe(0);
    expect(maker!.fees).toBeCloseTo(0.02, 12);
    expect(maker!.cash).toBeCloseTo(-12.02, 10);
    expect(maker!.volume).toBeCloseTo(400 + 105 + 475 + 192, 10);
    expect(maker!.makerShare).toBeCloseTo(505 / 1172, 12);
  });

  test('counts orders, not events', () => {
    expect(maker!.trades).toBe(4);
    expect(maker!.orders).toMatchObject({ sent: 5, filled: 4, cancelled: 1, rejected: 1, expired: 1 });
    expect(maker!.fillRatio).toBe(0.8);
    expect(maker!.instruments).toHaveLength(1);
    expect(maker!.instruments[0]).toMatchObject({ symbol: 'ABC', orderEvents: 16, trades: 4, position: 0 });
  });

  test('splits the fill that turned the position into two round trips, both lost', () => {
    expect([maker!.roundTrips, maker!.winRate]).toEqual([2, 0]);
  });

  test('finds the fall from 20.02 at 20 s to −12.02 at 40 s, never made good', () => {
    const { drawdown } = maker!;
    expect(drawdown.amount).toBeCloseTo(32.04, 10);
    expect(drawdown.peak).toBe('2024-08-08T23:54:36.298000001Z');
    expect(drawdown.trough).toBe('2024-08-08T23:54:56.298000001Z');
    expect(drawdown.recovery).toBeNull();
    expect(drawdown.longestNs).toBe(30 * SECOND);
  });

  test('annualises the Sharpe ratio of five changes between samples, but not that of a minute', () => {
    const changes = [0.01, 20.01, -30.02, -2.02, 0];
    const mean = changes.reduce((sum, change) => sum + change, 0) / 5;
    const variance = changes.reduce((sum, change) => sum + (change - mean) ** 2, 0) / 4;
    const perYear = (365 * 24 * 3600) / 10;
    const value = [0];
    for (const change of changes) value.push(value.at(-1)! + change);
    const timeNs = value.map((_, index) => index * 10 * SECOND);
    const ratio = sharpeRatio({ timeNs: Float64Array.from(timeNs), value: Float64Array.from(value) }, 10 * SECOND);
    expect(ratio).toBeCloseTo((mean / Math.sqrt(variance)) * Math.sqrt(perYear), 6);
    expect(maker!.sharpe, 'a run of a minute has no annualised ratio').toBeNull();
  });

  test('tells round trips apart by side, hour of opening and instrument', () => {
    const long = { trips: 1, profit: expect.closeTo(-9.992, 9), winRate: 0, payoff: null, profitFactor: 0 };
    const short = { ...long, profit: expect.closeTo(-2.028, 9) };
    const both = { ...long, trips: 2, profit: expect.closeTo(-12.02, 9), expectancy: expect.closeTo(-6.01, 9) };
    const { strategy, side, hour, instrument } = maker!.tripGroups!;
    expect(side).toMatchObject([
      { name: 'long', ...long, expectancy: expect.closeTo(-9.992, 9), meanHoldingNs: 20 * SECOND },
      { name: 'short', ...short, expectancy: expect.closeTo(-2.028, 9), meanHoldingNs: 10 * SECOND },
    ]);
    // The run's origin is 23:54:16 UTC.
    expect([strategy, hour, instrument]).toMatchObject([
      { name: 'maker', ...both, meanHoldingNs: 15 * SECOND },
      [{ name: '23', ...both }],
      [{ name: 'ABC', ...both }],
    ]);
    const nothing = { trips: 0, profit: 0, winRate: null, expectancy: null, meanAdverse: null, meanHoldingNs: null };
    expect(idle!.tripGroups).toMatchObject({
      strategy: { name: 'idle', ...nothing },
      side: [],
      hour: [],
      instrument: [],
    });
  });

  test('counts a trip to the hour in UTC in which it was opened', () => {
    const late = new HandMadeRun({ names: ['a'] });
    late.quote(99, 101);
    for (const [second, side] of [
      [343, Side.buy],
      [345, Side.sell],
      [346, Side.buy],
      [347, Side.sell],
    ] as const) {
      late.fill(late.order(side, 100, 1), second * SECOND, 100, 1, true, 0);
    }
    late.sample(350 * SECOND, true);
    const [strategy] = summarise(late.recorder.recording, late.outcome(0, 350 * SECOND)).strategies;
    // 344 s after the origin it is midnight.
    expect(strategy!.tripGroups!.hour.map(({ name, trips }) => [name, trips])).toEqual([
      ['00', 1],
      ['23', 1],
    ]);
  });

  test('has no ratio where there is nothing to divide by', () => {
    expect(idle).toMatchObject({
      profit: 0,
      sharpe: null,
      fillRatio: null,
      makerShare: null,
      winRate: null,
      instruments: [],
    });
    expect(idle!.drawdown).toEqual({ amount: 0, peak: null, trough: null, recovery: null, longestNs: 0 });
  });

  test('says when an open position has no price instead of guessing one', () => {
    const open = new HandMadeRun({ names: ['a'] });
    open.fill(open.order(1, 100, 10), SECOND, 100, 10, true, 0);
    open.sample(2 * SECOND, true);
    const [strategy] = summarise(open.recorder.recording, open.outcome(0, 2 * SECOND)).strategies;
    expect(strategy).toMatchObject({ profit: null, unrealised: null, realised: 0 });
  });

  test('counts an order that fills in parts once', () => {
    const parts = new HandMadeRun({ names: ['a'] });
    const order = parts.order(1, 100, 10);
    parts.event(order, OrderEventKind.submitted, 1);
    for (let i = 0; i < 10; i++) parts.fill(order, SECOND, 100, 1, true, 0);
    const [strategy] = summarise(parts.recorder.recording, parts.outcome(0, SECOND)).strategies;
    expect(strategy).toMatchObject({ trades: 10, fillRatio: 1, orders: { sent: 1, filled: 1 } });
  });

  test('goes through JSON unchanged', () => {
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });
});

describe('round trips', () => {
  test('with splits, closings by the venue and flows are those of the same trades cut into single lots', () => {
    const step = fc.record({
      what: fc.constantFrom('fill', 'fill', 'close', 'split', 'flow'),
      buy: fc.boolean(),
      ticks: fc.integer({ min: 1, max: 9 }),
      lots: fc.integer({ min: 1, max: 4 }),
      money: fc.integer({ min: -99, max: 99 }),
    });
    let mixed = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const hand = new HandMadeRun({ names: ['a'] });
        const expected = { count: 0, wins: 0 };
        let position = 0;
        let profit = 0;
        const end = () => {
          expected.count++;
          // This plain sum of lots rounds; a profit that is not 0 is at least 1/5120.
          if (profit > 1e-9) expected.wins++;
          profit = 0;
        };
        const trade = (signedLots: number, ticks: number, lotFee: number) => {
          for (let lot = 0; lot < Math.abs(signedLots); lot++) {
            position += Math.sign(signedLots);
            profit -= hand.instruments[0]!.value(Math.sign(signedLots) * ticks) + lotFee;
            if (position === 0) end();
          }
        };
        for (const { what, buy, ticks, lots, money } of steps) {
          const lotFee = money / 1024;
          if (what === 'fill') {
            hand.fill(hand.order(buy ? 1 : 2, ticks, lots), 0, ticks, lots, false, lotFee * lots);
            trade(buy ? lots : -lots, ticks, lotFee);
          } else if (what === 'flow') {
            hand.settle(AccountEventKind.funding, 0, { amount: money / 1024 });
            if (position !== 0) profit += money / 1024;
          } else if (position === 0) {
            hand.settle(AccountEventKind.interest, 0, { instrument: -1, amount: money });
          } else if (what === 'close') {
            mixed++;
            const qtyLots = -Math.sign(position) * Math.min(lots, Math.abs(position));
            const fee = Math.abs(qtyLots * lotFee);
            hand.settle(AccountEventKind.liquidation, 0, { priceTicks: ticks, qtyLots, fee });
            trade(qtyLots, ticks, Math.abs(lotFee));
          } else {
            // Two for one, or every second lot paid out; none may be left.
            const qtyLots = buy ? position : -Math.sign(position) * Math.ceil(Math.abs(position) / 2);
            hand.settle(AccountEventKind.split, 0, { priceTicks: 1, qtyLots, amount: money / 1024 });
            position += qtyLots;
            profit += money / 1024;
            if (position === 0) end();
          }
        }
        expect(roundTripsOf(hand.recorder.recording)).toEqual([expected]);
      }),
      { numRuns: 300 },
    );
    expect(mixed, 'closings were tried').toBeGreaterThan(100);
  });

  test('are those of the same fills cut into single lots', () => {
    const fill = fc.record({
      buy: fc.boolean(),
      ticks: fc.integer({ min: 1, max: 9 }),
      lots: fc.integer({ min: 1, max: 4 }),
      fee: fc.integer({ min: -9, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(fill, { maxLength: 30 }), (fills) => {
        const hand = new HandMadeRun({ names: ['a', 'b'] });
        let position = 0;
        let profit = 0;
        const expected = { count: 0, wins: 0 };
        for (const { buy, ticks, lots, fee } of fills) {
          const lotFee = fee / 1024;
          hand.fill(hand.order(buy ? 1 : 2, ticks, lots, 1), 0, ticks, lots, false, lotFee * lots);
          for (let lot = 0; lot < lots; lot++) {
            position += buy ? 1 : -1;
            profit += hand.instruments[0]!.value(buy ? -ticks : ticks) - lotFee;
            if (position !== 0) continue;
            expected.count++;
            // This plain sum of lots rounds; a profit that is not 0 is at least 1/5120.
            if (profit > 1e-9) expected.wins++;
            profit = 0;
          }
        }
        expect(roundTripsOf(hand.recorder.recording)).toEqual([{ count: 0, wins: 0 }, expected]);
      }),
    );
  });
});

describe('drawdown', () => {
  const money = fc.integer({ min: -50, max: 50 });

  test('is the largest difference between an earlier and a later equity, 0 included as the first', () => {
    fc.assert(
      fc.property(fc.array(money, { maxLength: 40 }), (values) => {
        let largest = 0;
        const all = [0, ...values];
        for (const [i, early] of all.entries())
          for (const late of all.slice(i)) largest = Math.max(largest, early - late);
        const series = seriesAt(values);
        expect(drawdownOf(series, 0).amount).toBe(largest);
        expect(Math.max(0, ...drawdownSeries(series).value)).toBe(largest);
      }),
    );
  });

  test('dates the peak, the trough and the recovery', () => {
    const found = drawdownOf(seriesAt([5, 3, 1, 4, 5, 6, 2, 6]), 0);
    expect(found).toEqual({ amount: 4, peakNs: 1, troughNs: 3, recoveryNs: 5, longestNs: 4 });
  });
});

describe('the Sharpe ratio', () => {
  test('is the same for any amount of capital at work', () => {
    const values = [0, 3, 1, 4, 1, 5, 9];
    const once = sharpeRatio(seriesAt(values), 1)!;
    expect(sharpeRatio(seriesAt(values.map((value) => value * 1000)), 1)).toBeCloseTo(once, 6);
  });

  test('leaves out a last sample that came early', () => {
    const regular: Series = { timeNs: Float64Array.of(0, 10, 20), value: Float64Array.of(0, 1, 3) };
    const early: Series = { timeNs: Float64Array.of(0, 10, 20, 23), value: Float64Array.of(0, 1, 3, 99) };
    const expected = (1.5 / Math.SQRT1_2) * Math.sqrt(YEAR_NS / 10);
    expect(sharpeRatio(regular, 10)).toBeCloseTo(expected, 0);
    expect(sharpeRatio(early, 10)).toBe(sharpeRatio(regular, 10));
  });
});

describe('decimation', () => {
  test('keeps first, last and extremes in order, and at most four points a bucket', () => {
    const value = fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 400 }), fc.integer({ min: 1, max: 20 }), (values, buckets) => {
        const series = seriesAt(values);
        const kept = keptRows(series, buckets);
        const real = values.filter((one) => !Number.isNaN(one));
        const shown = kept.map((row) => values[row]!);
        expect(kept.length).toBeLessThanOrEqual(4 * buckets);
        expect([...kept].sort((a, b) => a - b)).toEqual(kept);
        expect(new Set(kept).size).toBe(kept.length);
        expect(shown[0]).toBe(real[0]);
        expect(shown.at(-1)).toBe(real.at(-1));
        expect(Math.min(...shown)).toBe(Math.min(...real));
        expect(Math.max(...shown)).toBe(Math.max(...real));
      }),
    );
  });
});

describe('the summary table', () => {
  const table = formatSummary(summary);

  test('lines up its columns and carries the figures', () => {
    const lines = table.split('\n');
    const rule = lines[1]!;
    expect(rule).toMatch(/^─+ {2}─+ {2}─+$/);
    for (const line of lines.slice(2, 17)) expect(displayWidth(line), line).toBeLessThanOrEqual(displayWidth(rule));
    expect(table).toMatch(/^profit +−12\.02 +0\.00$/m);
    expect(table).toMatch(/^maker share +43\.1 % +–$/m);
    expect(table).toContain('2024-08-08T23:54:16.298000001Z to 2024-08-08T23:55:06.298000001Z (50s)');
    expect(Math.max(...lines.slice(0, 17).map(displayWidth))).toBeLessThanOrEqual(80);
  });

  test('measures wide characters and combining marks as a terminal does', () => {
    expect(['株', 'é', 'e\u0301', '📈', 'ﬀ', '한국'].map(displayWidth)).toEqual([2, 1, 1, 2, 1, 4]);
  });

  test('lets no name or message steer the terminal', () => {
    const name = 'evil\u001b[2J\u009b';
    const failure = { strategy: name, handler: 'onBook', time: null, message: 'a\nb\u001b' };
    const text = formatSummary({ ...summary, failure, strategies: [{ ...maker!, name }] });
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  test('puts more than four strategies into tables below each other', () => {
    const many = { ...summary, strategies: Array.from({ length: 6 }, (_, i) => ({ ...maker!, name: `s${i}` })) };
    expect(formatSummary(many).match(/^profit /gm)).toHaveLength(2);
  });
});

test('figures are grouped by thousands and keep small amounts visible', () => {
  expect([0, -1234567.891, 0.00001234, 999.999, null].map(moneyText)).toEqual([
    '0.00',
    '−1,234,567.89',
    '0.00001234',
    '1,000.00',
    '–',
  ]);
  expect([1234, -1234567, 0.001].map(countText)).toEqual(['1,234', '−1,234,567', '0.001']);
});

/** One value a nanosecond, the first at 1 ns. */
function seriesAt(values: readonly number[]): Series {
  return { timeNs: Float64Array.from(values, (_, i) => i + 1), value: Float64Array.from(values) };
}
