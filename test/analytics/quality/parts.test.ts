/** The parts of the check one by one: against slow twins on random inputs, and on rows made by hand. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LowerHull } from '../../../analytics/quality/clock-drift.js';
import { LogHistogram } from '../../../analytics/quality/log-histogram.js';
import { PriceSpikes } from '../../../analytics/quality/price-spikes.js';
import { Spans } from '../../../analytics/quality/spans.js';
import { TimeBins } from '../../../analytics/quality/time-bins.js';
import { codeOf, Flag, Kind, MAX_PRICE_TICKS, MemoryTape, Side, Status, TapeBuilder } from '../../../core/index.js';
import { type PlainEvent, plainSpells, plainSpikes } from '../../reference/plain-quality.js';
import { checked, figuresOf, tapeOf } from './planted.js';

describe('histogram', () => {
  const values = fc.array(fc.oneof(fc.nat(100), fc.nat(1e6), fc.maxSafeNat()), { minLength: 1, maxLength: 200 });

  test('quantiles lie within 1.6 % of those of the sorted values', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (all, q) => {
        const histogram = new LogHistogram();
        for (const value of all) histogram.add(value);
        const exact = all.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * all.length)) - 1]!;
        expect(Math.abs(histogram.quantile(q) - exact)).toBeLessThanOrEqual(exact / 60);
      }),
    );
  });

  test('counts from an edge on are exact, and buckets hold all', () => {
    fc.assert(
      fc.property(values, fc.nat(1e6), (all, from) => {
        const histogram = new LogHistogram();
        for (const value of all) histogram.add(value);
        const edge = histogram.edgeFrom(from);
        expect(edge).toBeGreaterThanOrEqual(from);
        expect(edge).toBeLessThanOrEqual(from * (1 + 1 / 32) + 1);
        expect(histogram.countFrom(edge)).toBe(all.filter((value) => value >= edge).length);
        for (const each of [1, 4, 32] as const) {
          for (const { from: low, to, count } of histogram.buckets(each)) {
            expect(count).toBe(all.filter((value) => value >= low && value < to).length);
          }
          expect(histogram.buckets(each).reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
        }
      }),
    );
  });
});

test('the drift is the slope of the line under all delays that is closest to them', () => {
  const points = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(points, (given) => {
      const sorted = given.toSorted((a, b) => a[0] - b[0]);
      const hull = new LowerHull();
      for (const [time, delay] of sorted) hull.add(time, delay);
      const line = hull.line();
      // All lines through two points that lie under all, the one with the smallest sum of distances.
      let best = Number.POSITIVE_INFINITY;
      for (const [x1, y1] of sorted) {
        for (const [x2, y2] of sorted) {
          if (x2 <= x1) continue;
          const slope = (y2 - y1) / (x2 - x1);
          const distances = sorted.map(([x, y]) => y - (y1 + slope * (x - x1)));
          if (Math.min(...distances) < -1e-6) continue;
          best = Math.min(
            best,
            distances.reduce((sum, each) => sum + each, 0),
          );
        }
      }
      if (line === undefined) return expect(best).toBe(Number.POSITIVE_INFINITY);
      const distances = sorted.map(([x, y]) => y - (line.interceptNs + line.slope * x));
      expect(Math.min(...distances)).toBeGreaterThan(-1e-6);
      expect(distances.reduce((sum, each) => sum + each, 0)).toBeCloseTo(best, 4);
    }),
  );
});

test('spikes are those of the slow twin on random walks with jumps', () => {
  const rule = fc.record({
    neighbours: fc.integer({ min: 5, max: 15 }).map((half) => 2 * half),
    deviations: fc.integer({ min: 1, max: 10 }),
    floorShare: fc.constantFrom(0, 0.001, 0.05),
    floorTicks: fc.nat(5),
  });
  const steps = fc.array(
    fc.oneof({ weight: 8, arbitrary: fc.integer({ min: -2, max: 2 }) }, fc.integer({ min: -90, max: 90 })),
    { maxLength: 120, size: 'max' },
  );
  let found = 0;
  fc.assert(
    fc.property(rule, steps, fc.boolean(), (given, jumps, back) => {
      let level = 1000;
      const prices = jumps.map((jump) => {
        if (Math.abs(jump) > 2 && back) return level + jump;
        level += jump;
        return level;
      });
      const rows: number[] = [];
      const spikes = new PriceSpikes(given, ({ row }) => rows.push(row));
      for (const [row, price] of prices.entries()) spikes.add(price, row, row);
      spikes.finish();
      expect(rows.toSorted((a, b) => a - b)).toEqual(plainSpikes(prices, given));
      found += rows.length;
    }),
    { numRuns: 300 },
  );
  expect(found).toBeGreaterThan(100);
});

test('a price that moves and stays is no spike, one that comes back is', () => {
  const found = (prices: readonly number[]) => {
    const rows: number[] = [];
    const spikes = new PriceSpikes({ neighbours: 10, deviations: 10, floorShare: 0.001, floorTicks: 2 }, ({ row }) =>
      rows.push(row),
    );
    for (const [row, price] of prices.entries()) spikes.add(price, row, row);
    spikes.finish();
    return rows;
  };
  const flat = new Array<number>(20).fill(1000);
  expect(found([...flat, ...flat.map(() => 1100)])).toEqual([]);
  expect(found([...flat, 1100, ...flat])).toEqual([20]);
  expect(found([...flat, 1002, ...flat]), 'within the floor').toEqual([]);
  expect(found([1000, 1000, 9, 1000]), 'too few to say').toEqual([]);
});

const event = (exchangeNs: number, change: Partial<PlainEvent>): PlainEvent => ({
  ...{ exchangeNs, localNs: exchangeNs + 1000, kind: Kind.depth, side: Side.buy, flags: Flag.last, instrument: 0 },
  ...{ priceTicks: 100, qtyLots: 1, value: 0 },
  ...change,
});

test('crossed and locked spells are those of the slow twin, whatever the book does', () => {
  const rows = fc.array(
    fc.record({
      step: fc.nat(3),
      kind: fc.constantFrom(Kind.depth, Kind.depth, Kind.depth, Kind.depthClear),
      side: fc.constantFrom(Side.buy, Side.sell),
      priceTicks: fc.integer({ min: 95, max: 105 }),
      qtyLots: fc.nat(2),
      last: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(rows, (given) => {
      let time = 0;
      const events = given.map(({ step, last, ...row }) => {
        time += step;
        return event(time, { ...row, flags: last ? Flag.last : 0 });
      });
      // What makes the tape one of levels.
      events.push(event(time, { priceTicks: 1, qtyLots: 0 }));
      const [found] = checked(tapeOf(events)).instruments;
      for (const state of ['crossed', 'locked'] as const) {
        const spells = plainSpells(events, state, time);
        expect(found![state].longest.map(({ fromNs, toNs }) => toNs - fromNs)).toEqual(
          spells.map(({ fromNs, toNs }) => toNs - fromNs).toSorted((a, b) => b - a),
        );
      }
    }),
  );
});

const MS = 1e6;
const ask = (ns: number, priceTicks: number, qtyLots = 1) => event(ns, { side: Side.sell, priceTicks, qtyLots });
const trade = (ns: number, priceTicks: number) => event(ns, { kind: Kind.trade, priceTicks });

test('a touch is stale from when it was set until it changes, if trades print outside it after a while', () => {
  const events = [
    event(0, { priceTicks: 100 }),
    ask(0, 105),
    ask(1, 102),
    trade(5 * MS, 103),
    trade(11 * MS, 102),
    trade(12 * MS, 103),
    trade(13 * MS, 99),
    ask(20 * MS, 102, 0),
    // In one message with what moves the touch to it: no sign of anything.
    { ...trade(40 * MS, 106), flags: 0 },
    ask(40 * MS, 105, 0),
    trade(45 * MS, 200),
  ];
  const [found] = checked(tapeOf(events), { staleNs: 10 * MS }).instruments;
  expect(found!.stale).toMatchObject({ count: 1, totalNs: 20 * MS - 1, longestNs: 20 * MS - 1 });
  expect(found!.stale.longest[0]).toEqual({ fromNs: 1, toNs: 20 * MS, row: 2 });
  expect(found!.staleTrades).toBe(2);
});

test('while an instrument is shut, a crossed book, silence and a standing touch are no errors', () => {
  const status = (ns: number, value: number) => event(ns, { kind: Kind.status, side: Side.none, value, qtyLots: 0 });
  const events = [
    event(0, { priceTicks: 100 }),
    ask(0, 102),
    status(1 * MS, Status.auction),
    ask(2 * MS, 99),
    status(50 * MS, Status.open),
    ask(51 * MS, 99, 0),
    trade(52 * MS, 101),
    status(60 * MS, Status.halt),
    trade(61 * MS, 101),
    status(90 * MS, Status.open),
    trade(95 * MS, 101),
  ];
  const findings = checked(tapeOf(events), { staleNs: 5 * MS, gapNs: 30 * MS });
  const [found] = findings.instruments;
  // Crossed from 2 to 50 ms in the auction, from 50 to 51 ms in trading.
  expect(found!.crossedWhileShut).toMatchObject({ count: 1, totalNs: 48 * MS });
  expect(found!.crossed).toMatchObject({ count: 1, totalNs: 1 * MS });
  expect(found!.halts).toMatchObject({ count: 1, totalNs: 30 * MS });
  expect(found!.tradesWhileShut).toBe(1);
  expect(found!.streams.map(({ name, gaps, excused }) => [name, gaps.count, excused])).toEqual([
    ['trades', 0, 1],
    ['book', 0, 1],
    ['other', 0, 0],
  ]);
});

test('rows of a book before its first snapshot, prices of 0 or less, and quotes that cross', () => {
  const book = [ask(0, 5), ask(1, -3), event(2, { priceTicks: 0, flags: Flag.last | Flag.snapshot }), ask(3, 4)];
  expect(figuresOf(checked(tapeOf(book)))).toMatchObject({ 'no-snapshot': 2, 'low-prices': 2 });
  const quote = (ns: number, side: Side, priceTicks: number, qtyLots = 1) =>
    event(ns, { kind: Kind.quote, side, priceTicks, qtyLots });
  const quotes = [
    quote(0, Side.buy, 100),
    quote(0, Side.sell, 101),
    quote(10, Side.buy, 103),
    quote(30, Side.sell, 0, 0),
    quote(40, Side.sell, 103),
    quote(45, Side.buy, 99),
  ];
  const [found] = checked(tapeOf(quotes)).instruments;
  expect(found!.book).toBe('quotes');
  expect(found!.crossed.longest).toEqual([{ fromNs: 10, toNs: 30, row: 2 }]);
  expect(found!.locked.longest).toEqual([{ fromNs: 40, toNs: 45, row: 4 }]);
  expect(found!.rowsBeforeSnapshot, 'quotes need none').toBe(0);
});

test('orders that nobody entered, orders that come twice, and orders of quantity 0', () => {
  const builder = new TapeBuilder({ orderId: true });
  const add = (kind: Kind, side: Side, tick: number, lots: number, id: number) => {
    const row = builder.add(builder.length, builder.length, codeOf(kind, side), Flag.last, 0, tick, lots);
    builder.columns.orderId![row] = id;
  };
  add(Kind.orderAdd, Side.buy, 10, 5, 1);
  add(Kind.orderAdd, Side.buy, 10, 5, 1);
  add(Kind.orderModify, Side.buy, 11, 5, 1);
  add(Kind.orderCancel, Side.buy, 10, 5, 2);
  add(Kind.orderAdd, Side.sell, 11, 5, 3);
  add(Kind.orderExecute, Side.sell, 11, 5, 3);
  add(Kind.orderExecute, Side.sell, 11, 0, 3);
  const instruments = [{ symbol: 'A', tick: '1', lot: '1' }];
  const tape = new MemoryTape(builder.build().columns, { instruments, originNs: 0n, provenance: {}, corrections: [] });
  const [found] = checked(tape).instruments;
  expect(found).toMatchObject({ book: 'orders', unknownOrders: 2, replacedOrders: 1, zeroSizes: 1, duplicateRows: 0 });
  expect(found!.locked.longest).toEqual([{ fromNs: 4, toNs: 5, row: 4 }]);
});

test('a clear of a whole side is no price', () => {
  const clear = event(0, { kind: Kind.depthClear, priceTicks: -MAX_PRICE_TICKS, qtyLots: 0 });
  expect(figuresOf(checked(tapeOf([clear, event(1, {})])))['low-prices']).toBe(0);
});

test('what importers counted is counted: gaps in numbers, local times that were moved', () => {
  const { instruments, originNs } = tapeOf([event(0, {})]).info;
  const corrections = [
    { name: 'update-id-gap', count: 3, note: '' },
    { name: 'trade-id-gap', count: 2, note: '' },
    { name: 'negative-latency', count: 9, note: '' },
    { name: 'diffs-after-gap', count: 100, note: '' },
  ];
  const columns = new TapeBuilder();
  columns.add(0, 0, codeOf(Kind.trade, Side.buy), Flag.last, 0, 1, 1);
  const tape = new MemoryTape(columns.build().columns, { instruments, originNs, provenance: {}, corrections });
  expect(figuresOf(checked(tape))).toMatchObject({ 'sequence-gaps': 5, 'negative-latency': 9 });
});

test('bars: more than one and a half steps apart is a gap', () => {
  const bar = (ns: number) => event(ns, { kind: Kind.bar, side: Side.none });
  const builder = new TapeBuilder({ bars: true, value: true });
  for (const { exchangeNs, flags } of [0, 60, 120, 200, 260, 351].map((second) => bar(second * 1e9))) {
    const row = builder.add(exchangeNs, exchangeNs, codeOf(Kind.bar, Side.none), flags, 0, 100, 1);
    for (const name of ['openTicks', 'highTicks', 'lowTicks'] as const) builder.columns[name]![row] = 100;
  }
  const { instruments, originNs } = tapeOf([bar(0)]).info;
  const tape = new MemoryTape(builder.build().columns, { instruments, originNs, provenance: {}, corrections: [] });
  const [found] = checked(tape).instruments;
  expect(found!.streams[0]!.gaps.longest).toEqual([{ fromNs: 260e9, toNs: 351e9, row: 5 }]);
});

test('rows against sessions: outside, in a break, sessions without rows, and how much is missing at their ends', () => {
  const sessions = {
    length: 3,
    day: Int32Array.of(1, 2, 3),
    openNs: Float64Array.of(100, 300, 500),
    closeNs: Float64Array.of(200, 400, 600),
    breakStartNs: Float64Array.of(Number.NaN, Number.NaN, 540),
    breakEndNs: Float64Array.of(Number.NaN, Number.NaN, 560),
  };
  // 100 is the first moment of a session, 200 the first after it.
  const times = [99, 100, 190, 200, 450, 530, 540, 559, 560, 570, 600];
  const trades = times.map((time) => event(time, { kind: Kind.trade, qtyLots: time }));
  const [found] = checked(tapeOf(trades), { sessions }).instruments;
  expect(found!.sessions).toEqual({ outside: 6, missed: 1, latestOpenNs: 30, earliestEndNs: 30 });
  expect(figuresOf(checked(tapeOf(trades), { sessions }))['outside-sessions']).toBe(6);
  expect(figuresOf(checked(tapeOf(trades)))).not.toHaveProperty('outside-sessions');
});

test('of many stretches the longest are kept, all are counted', () => {
  const spans = new Spans();
  const lengths = Array.from({ length: 2000 }, (_, at) => (at * 7919) % 2000);
  for (const [at, length] of lengths.entries()) spans.add(at, at + length, at);
  expect(spans).toMatchObject({ count: 2000, longestNs: 1999, totalNs: (1999 * 2000) / 2 });
  expect(spans.longest().map(({ fromNs, toNs }) => toNs - fromNs)).toEqual(
    Array.from({ length: 100 }, (_, at) => 1999 - at),
  );
});

test('bins of time hold the same sums, least and most after they got wider', () => {
  const times = fc.array(fc.tuple(fc.nat(1e12), fc.nat(1000)), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(times, (given) => {
      const [sum, least, most] = [new TimeBins('sum'), new TimeBins('least'), new TimeBins('most')];
      for (const [time, value] of given) for (const bins of [sum, least, most]) bins.add(time, value);
      for (const [bin, value] of sum.values.entries()) {
        const own = given.filter(([time]) => Math.floor(time / sum.widthNs) === bin).map(([, each]) => each);
        expect(value).toBe(own.reduce((all, each) => all + each, 0));
        expect(least.values[bin]).toBe(Math.min(Number.POSITIVE_INFINITY, ...own));
        expect(most.values[bin]).toBe(Math.max(Number.NEGATIVE_INFINITY, ...own));
      }
    }),
  );
  const span = new TimeBins('sum');
  span.addSpan(1.5e6, 4.25e6);
  span.addSpan(3e9, 3.1e9);
  expect(span.values.reduce((all, each) => all + each, 0)).toBe(2.75e6 + 1e8);
});

test('options out of range are refused by name', () => {
  const { info } = tapeOf([event(0, {})]);
  const tape = new MemoryTape(new TapeBuilder().build().columns, info);
  expect(() => checked(tape, { gapNs: 0 })).toThrow('check: gapNs 0 is not a number from 1 on');
  expect(() => checked(tape, { latencyNs: Number.NaN })).toThrow('latencyNs NaN');
  const spikes = { neighbours: 11, deviations: 10, floorShare: 0, floorTicks: 0 };
  expect(() => checked(tape, { spikes })).toThrow('11 neighbours is not an even number from 10 to 1000');
  expect(checked(tape).instruments).toEqual([]);
});
