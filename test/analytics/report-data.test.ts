/** The parts of a report as data, against figures worked out by hand. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillDoubts, queueModels } from '../../analytics/report/fill-doubts.js';
import { markoutCurves, markoutFigures } from '../../analytics/report/markout-curves.js';
import { orderTable } from '../../analytics/report/order-journeys.js';
import { OwnQuotes } from '../../analytics/report/own-quotes.js';
import { packed, packedBy } from '../../analytics/report/packing.js';
import { heatMapOf, histogramOf, periodFor, periodProfits, rollingOf } from '../../analytics/report/periods.js';
import { tripTable } from '../../analytics/report/trip-table.js';
import { summarise } from '../../analytics/summary.js';
import { manyFills } from '../../bench/many-fills.js';
import { MatchKind } from '../../core/match-event.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../core/time.js';
import { fourFills, HandMadeRun, settledRun } from './hand-made-run.js';
import { unpacked } from './unpacked.js';

const curve = (timeNs: number[], value: number[]) => ({
  timeNs: Float64Array.from(timeNs),
  value: Float64Array.from(value),
});
const spanOf = (durationNs: number) => ({ startNs: 0, endNs: durationNs, durationNs });

describe('packed columns', () => {
  test('give back whole multiples of their step exactly, and gaps as gaps', () => {
    expect(unpacked(packedBy([1.5, Number.NaN, 2, -7.5], 2))).toEqual([1.5, null, 2, -7.5]);
  });

  test('keep other values to a millionth of their range', () => {
    const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, (all) => {
        const range = Math.max(...all) - Math.min(...all) || Math.abs(all[0]!);
        const back = unpacked(packed(all));
        for (const [i, value] of all.entries()) {
          expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual(range * 1e-6 + 1e-12);
        }
      }),
    );
  });
});

describe('periods', () => {
  test('are the longest of which the run has forty, and none shorter than a sample', () => {
    expect(periodFor(MINUTE, SECOND).name).toBe('second');
    expect(periodFor(HOUR, SECOND).name).toBe('minute');
    expect(periodFor(50 * DAY, SECOND).name).toBe('day');
    expect(periodFor(MINUTE, 30 * SECOND).name).toBe('minute');
  });

  test('begin on the clock; a value at the very end belongs to the period, the opening one to none', () => {
    // The run starts 30 s after a full minute.
    const origin = BigInt(30 * SECOND);
    const profit = curve([0, 10 * SECOND, 30 * SECOND, 31 * SECOND, 200 * SECOND], [1, 2, 4, 3, 9]);
    const { endNs, profit: change } = periodProfits(profit, origin, { lengthNs: MINUTE, name: 'minute' });
    expect([...endNs], 'minute 0 to 10 s and 30 s, minute 1 at 31 s, minute 3 at 200 s').toEqual([
      ...[30 * SECOND, 90 * SECOND, 210 * SECOND],
    ]);
    expect([...change]).toEqual([3, -1, 6]);
  });

  test('make a histogram with a bin around 0 that counts every value', () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => ((i * 7919) % 1000) / 100 - 3);
    const { counts, from, width } = histogramOf(values)!;
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000);
    const zero = -from / width;
    expect(zero - Math.floor(zero), '0 is in the middle of a bin').toBeCloseTo(0.5, 9);
    expect(histogramOf(new Float64Array(100)), 'nothing varies').toBeUndefined();
  });

  test('make a heat map of what the run is long enough for, the cells of which sum to the profit', () => {
    for (const [durationNs, row] of [
      [400 * DAY, 'year'],
      [3 * DAY, 'day'],
      [3 * HOUR, 'hour, UTC'],
      [10 * MINUTE, 'minute, UTC'],
    ] as const) {
      const times = Array.from({ length: 500 }, (_, i) => (i * durationNs) / 499);
      const map = heatMapOf(
        curve(
          times,
          times.map((_, i) => Math.sin(i)),
        ),
        0n,
        spanOf(durationNs),
        SECOND,
      )!;
      expect(map.rowName).toBe(row);
      const cells = map.rows.flatMap((each) => each.cells).filter((cell) => cell !== undefined);
      expect(cells.reduce((sum, cell) => sum + cell, 0)).toBeCloseTo(Math.sin(499), 9);
    }
    expect(heatMapOf(curve([0, SECOND], [0, 1]), 0n, spanOf(SECOND), SECOND)).toBeUndefined();
  });

  test('roll over a window', () => {
    const times = Array.from({ length: 101 }, (_, i) => i * SECOND);
    const profits = periodProfits(
      curve(
        times,
        times.map((_, i) => 2 * i),
      ),
      0n,
      { lengthNs: SECOND, name: 'second' },
    );
    const rolling = rollingOf(profits, spanOf(100 * SECOND))!;
    expect(rolling.window).toBe('33 seconds');
    expect(new Set(unpacked(rolling.profit.value)), '33 seconds at 2 a second').toEqual(new Set([66]));
    expect(unpacked(rolling.profit.time)[0]).toBe(33_000);
    expect(rollingOf({ ...profits, profit: new Float64Array(5) }, spanOf(5 * SECOND))).toBeNull();
  });
});

describe('a run by hand', () => {
  const { recording } = fourFills().recorder;

  test('had its quotes from acceptance until they were filled or cancelled', () => {
    const quotes = new OwnQuotes(recording);
    expect([...quotes.bid(0)!.value]).toEqual([200, Number.NaN, 192, Number.NaN]);
    expect([...quotes.bid(0)!.timeNs].map((time) => Math.round(time / SECOND))).toEqual([5, 10, 39, 40]);
    expect([...quotes.ask(0)!.value]).toEqual([210, Number.NaN, 190, Number.NaN]);
    expect(quotes.bid(1), 'nothing in the other instrument').toBeUndefined();
  });

  test('has two round trips with the profits of its head comment', () => {
    const { data, shown, all } = tripTable(recording, spanOf(50 * SECOND));
    expect([shown, all]).toEqual([2, 2]);
    expect(unpacked(data.profit)).toEqual([-9.992, -2.028]);
    expect(unpacked(data.long)).toEqual([1, 0]);
    expect(unpacked(data.open)).toEqual([10_000, 30_000]);
  });

  test('has journeys in the order of what happened', () => {
    const { data, all } = orderTable(recording, spanOf(50 * SECOND));
    expect(all).toBe(6);
    const ends = unpacked(data.end).map((end) => data.ends[end!]);
    expect(ends).toEqual([
      ...['filled', 'cancelled', 'filled', expect.stringContaining('rejected: '), expect.stringContaining('expired: ')],
      'filled',
    ]);
    const kinds = unpacked(data.steps.kind).map((kind) => data.steps.kinds[kind!]);
    expect(kinds.slice(0, 3), 'the first order').toEqual(['submitted', 'accepted', 'filled']);
    expect(kinds.slice(3, 7), 'the second').toEqual(['submitted', 'accepted', 'filled', 'cancelled']);
    expect(unpacked(data.wait)[0], 'sent at 5 s, filled at 10 s: the recorder was told no sending time').toBe(5000);
  });

  test('that the venue was watched in shows the place in line', () => {
    const { data } = orderTable(settledRun().recorder.recording, spanOf(40 * SECOND));
    expect(unpacked(data.ahead)[0]).toBe(12.5);
    const kinds = unpacked(data.steps.kind).map((kind) => data.steps.kinds[kind!]);
    expect(kinds.slice(0, 3)).toEqual(['submitted', 'rested', 'filled']);
    expect(unpacked(data.steps.ahead).slice(0, 3)).toEqual([null, 12.5, expect.closeTo(-0.2, 1)]);
  });
});

describe('many orders and trips', () => {
  const { recorder } = manyFills(30_000);
  const { recording } = recorder;

  test('are thinned to what a page holds, with the largest gain and loss', () => {
    const trips = tripTable(recording, spanOf(DAY));
    const orders = orderTable(recording, spanOf(DAY));
    expect(orders.all).toBe(30_000);
    expect(orders.shown).toBeLessThanOrEqual(2000);
    expect(orders.shown).toBeGreaterThan(1900);
    expect(trips.shown).toBeLessThanOrEqual(4000);
    expect(unpacked(orders.data.count).every((count) => count === 4)).toBe(true);
  });

  test('have markouts that start at half the spread of the market made up', () => {
    const [maker] = markoutCurves(recording)[0]!;
    expect(maker!.name).toBe('maker');
    expect(maker!.points.map(({ fills }) => fills)).toEqual(new Array(8).fill(30_000));
    // Every fill is one tick of some 10,000 better than the mid.
    expect(maker!.points[0]!.mean).toBeGreaterThan(0.9);
    expect(maker!.points[0]!.mean).toBeLessThan(1.1);
  });
});

test('markouts by value are those of the figures, which count large fills for more', () => {
  const run = new HandMadeRun({ names: ['maker'] });
  for (const [second, lots, rise] of [
    [1, 10, 2],
    [2, 90, -2],
  ] as const) {
    run.venueQuote(second * SECOND, 199, 201);
    const order = run.order(1, 200, lots);
    run.match(order, MatchKind.filled, second * SECOND);
    run.venueQuote(second * SECOND + 500_000, 199 + rise, 201 + rise);
    run.fill(order, second * SECOND + 1000, 200, lots, true, 0, second * SECOND);
  }
  run.venueQuote(10 * SECOND, 199, 201);
  run.sample(10 * SECOND, true);
  const { recording } = run.recorder;
  const [figures] = summarise(recording, run.outcome(0, 10 * SECOND)).strategies;
  const [maker] = markoutCurves(recording)[0]!;
  // 2 of 200 ticks are 100 bp: up after the fill of 10 lots, down after that of 90.
  expect(maker!.points[1]).toMatchObject({ horizonNs: 1e6, fills: 2, mean: 0 });
  expect(markoutFigures(figures!)[0]).toEqual({ horizonNs: 1e6, mean: expect.closeTo(-80, 9) });
  expect(markoutFigures(figures!)[0]!.mean).toBe(figures!.metrics.markout1ms);
});

describe('doubts about fills', () => {
  test('come from the configuration, once each, and none from what is no run file', () => {
    const venue = { queue: { model: 'power' }, latency: { entry: 0 }, like: 'hftbacktest' };
    expect(fillDoubts({ venues: [venue, venue] })).toHaveLength(4);
    expect(queueModels({ venue })).toEqual(['power']);
    expect(fillDoubts({ venue: { queue: { model: 'orders' }, latency: { entry: 5 } } })).toEqual([]);
    for (const nonsense of [null, 7, 'x', { venue: 3 }, { venues: 'y' }]) expect(fillDoubts(nonsense)).toEqual([]);
  });
});
