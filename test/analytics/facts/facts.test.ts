/** Stylised facts: against hand computations, a plain twin that keeps everything, and processes whose facts are known. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArrivalGaps, Autocorrelation, PriceGrid, SpreadTimes, TapeFacts } from '../../../analytics/index.js';
import {
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_SIDE_SHIFT,
  type Columns,
  codeOf,
  Flag,
  Kind,
  MemoryTape,
  RandomSource,
  Side,
  syntheticTape,
  TapeBuilder,
} from '../../../core/index.js';
import { plainCorrelation as plainMidCorrelation, sampledMids } from '../../reference/plain-mids.js';

const SECOND = 1e9;

function correlationOf(values: readonly number[], lags: readonly number[]): number[] {
  const series = new Autocorrelation(lags);
  for (const value of values) series.add(value);
  return series.lags().map(({ value }) => value);
}

/** The formula as it stands in the book. */
function plainCorrelation(values: readonly number[], lag: number): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  let sum = 0;
  for (let at = lag; at < values.length; at++) sum += (values[at]! - mean) * (values[at - lag]! - mean);
  return sum / square;
}

describe('autocorrelation', () => {
  test('of 1, 2, 4 by hand: the mean is 7/3, the squares are 42/9', () => {
    // Distances −4/3, −1/3, 5/3; squares 42/9; products at lag 1: 4/9 − 5/9; at lag 2: −20/9.
    const [one, two] = correlationOf([1, 2, 4], [1, 2]);
    expect(one).toBeCloseTo(-1 / 42, 12);
    expect(two).toBeCloseTo(-20 / 42, 12);
  });

  test('equals the formula for any series', () => {
    const lags = [1, 2, 3, 5, 8];
    const series = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(series, (values) => {
        const flat = values.every((value) => value === values[0]);
        correlationOf(values, lags).forEach((value, at) => {
          if (flat || lags[at]! >= values.length) expect(value).toBeNaN();
          else expect(value).toBeCloseTo(plainCorrelation(values, lags[at]!), 9);
        });
      }),
      { seed: 11 },
    );
  });

  test('of an autoregression of 0.6 is 0.6^k, within five standard errors', () => {
    const random = new RandomSource(5).stream('autoregression');
    const values: number[] = [];
    for (let at = 0; at < 40_000; at++) values.push(0.6 * (values[at - 1] ?? 0) + random.normal());
    // Bartlett's standard error of r(k) is at most √((1+φ²)/(1−φ²)/N) = 0.0073 here.
    correlationOf(values, [1, 2, 3, 10]).forEach((value, at) => {
      expect(Math.abs(value - 0.6 ** [1, 2, 3, 10][at]!)).toBeLessThan(5 * 0.0073);
    });
  });
});

describe('returns on a grid', () => {
  test('take the last price at or before each point, and count what stood still', () => {
    const took: number[] = [];
    const grid = new PriceGrid(10, (bps) => took.push(bps));
    grid.begin(0, 0);
    grid.stood(0, 10); // Changes at the point itself: the new price is the point's.
    grid.stood(0.0003, 35); // Settles 10, 20, 30.
    grid.stood(0.0001, 41); // Settles 40.
    expect(took.map((bps) => Number(bps.toFixed(9)))).toEqual([3, 0, 0, -2]);
    expect(grid.count).toBe(4);
    expect(grid.squares).toBeCloseTo(13, 9);
    // √(13 bps² / 40 ns)
    expect(grid.bpsPerRootSecond).toBeCloseTo(Math.sqrt(13 / 40e-9), 3);
  });

  test('a random walk has a level signature, a walk between two prices a falling one', () => {
    const random = new RandomSource(3).stream('walk');
    const signature = (next: (log: number) => number) => {
      const grids = [1, 4, 16, 64].map((step) => new PriceGrid(step * SECOND));
      for (const grid of grids) grid.begin(0, 0);
      for (let second = 1, log = 0; second <= 64_000; second++) {
        for (const grid of grids) grid.stood(log, second * SECOND);
        log = next(log);
      }
      return grids.map(({ bpsPerRootSecond }) => bpsPerRootSecond);
    };
    // One basis point a second; 1,000 returns at least, so a relative standard error of 1/√2000 at most.
    for (const value of signature((log) => log + 1e-4 * random.normal())) expect(Math.abs(value - 1)).toBeLessThan(0.1);
    const bounce = signature(() => (random.uniform() < 0.5 ? 1e-4 : 0));
    // Differences of independent prices: the variance does not grow with the interval.
    expect(bounce[0]! / bounce[2]!).toBeGreaterThan(3.5);
    expect(bounce[0]! / bounce[2]!).toBeLessThan(4.5);
  });
});

test('spreads are weighted by how long they stood, and missing ones are told apart', () => {
  const spread = new SpreadTimes();
  for (const [ticks, timeNs] of [
    [1, 100],
    [3, 160],
    [Number.NaN, 180],
    [Number.NaN, 185],
    [1, 190],
  ] as const) {
    spread.set(ticks, timeNs);
  }
  const facts = spread.finish(210);
  expect(facts).toEqual({
    meanTicks: (80 * 1 + 20 * 3) / 100,
    medianTicks: 1,
    p95Ticks: 3,
    shares: [
      { ticks: 1, share: 0.8 },
      { ticks: 3, share: 0.2 },
    ],
    ...{ standingNs: 100, missingNs: 10 },
  });
});

test('gaps of a Poisson process have a variation of 1, regular ones of 0', () => {
  const random = new RandomSource(9).stream('gaps');
  const [poisson, regular] = [new ArrivalGaps(), new ArrivalGaps()];
  for (let at = 0, timeNs = 0; at < 20_000; at++) {
    timeNs += Math.round(random.exponential(1e6));
    poisson.add(timeNs);
    regular.add(at * 500);
  }
  expect(Math.abs(poisson.facts().variation - 1)).toBeLessThan(0.04);
  expect(Math.abs(poisson.facts().meanNs - 1e6)).toBeLessThan(5e6 / Math.sqrt(20_000));
  expect(regular.facts()).toMatchObject({ events: 20_000, meanNs: 500, variation: 0, medianNs: 500 });
});

/** Everything kept and looked up, for one instrument of a tape with depth and trades. */
function plainFacts(columns: Columns, instrument: number) {
  const books = { bid: new Map<number, number>(), ask: new Map<number, number>() };
  const states: { timeNs: number; bid: number; ask: number; bids: number[]; asks: number[] }[] = [];
  const orders: { timeNs: number; side: number }[] = [];
  let endNs = 0;
  let changed = false;
  for (let row = 0; row < columns.length; row++) {
    const code = columns.code[row]!;
    if ((code & CODE_EXCHANGE) === 0) continue;
    endNs = columns.exchangeNs[row]!;
    if (columns.instrument[row] !== instrument) continue;
    const [kind, side] = [code & CODE_KIND, (code >> CODE_SIDE_SHIFT) & 3];
    const levels = side === Side.buy ? books.bid : books.ask;
    const [price, lots] = [columns.priceTicks[row]!, columns.qtyLots[row]!];
    const last = orders.at(-1);
    if (kind === Kind.trade) {
      if (last?.timeNs !== endNs || last.side !== side) orders.push({ timeNs: endNs, side });
      continue;
    }
    changed = true;
    if (kind === Kind.depthClear) {
      for (const at of [...levels.keys()]) if (side === Side.buy ? at >= price : at <= price) levels.delete(at);
    } else if (lots === 0) levels.delete(price);
    else levels.set(price, lots);
    if ((columns.flags[row]! & Flag.last) === 0 || !changed) continue;
    const sorted = (map: Map<number, number>, sign: number) =>
      [...map].toSorted(([a], [b]) => sign * (a - b)).slice(0, 10);
    const [bids, asks] = [sorted(books.bid, -1), sorted(books.ask, 1)];
    const [bid, ask] = [bids[0]?.[0] ?? Number.NaN, asks[0]?.[0] ?? Number.NaN];
    states.push({ timeNs: endNs, bid, ask, bids: bids.map(([, each]) => each), asks: asks.map(([, each]) => each) });
  }
  return { states, orders, endNs };
}

test('equal a twin that keeps every state of the book, however the tape is cut into blocks', () => {
  const options = { seed: 4, rows: 30_000, instruments: 2, depthTicks: 24, rowsPerSecond: 900 };
  const tape = syntheticTape(options);
  const rows = tape.open(tape.info.originNs).next()!;
  const cut = syntheticTape({ ...options, blockRows: 777 });
  const reader = cut.open(cut.info.originNs);
  const taken = new TapeFacts(cut.info);
  for (let block = reader.next(); block !== undefined; block = reader.next()) taken.take(block);
  const found = taken.finish();
  expect(found).toHaveLength(2);
  found.forEach((facts, index) => {
    const { states, orders, endNs } = plainFacts(rows, index);
    const fromNs = states.find(({ bid, ask }) => bid <= ask)!.timeNs;
    expect([facts.fromNs, facts.endNs]).toEqual([fromNs, endNs]);
    const stateAt = (timeNs: number) => states.findLast((each) => each.timeNs <= timeNs)!;
    let [area, time] = [0, 0];
    states.forEach(({ timeNs, bid, ask }, at) => {
      const untilNs = states[at + 1]?.timeNs ?? endNs;
      area += (ask - bid) * (untilNs - timeNs);
      time += untilNs - timeNs;
    });
    expect(facts.spread.meanTicks).toBeCloseTo(area / time, 9);
    for (const intervalNs of [SECOND / 2, SECOND, 5 * SECOND]) {
      let [squares, count] = [0, 0];
      for (let at = fromNs + intervalNs; at <= endNs; at += intervalNs, count++) {
        const [before, after] = [stateAt(at - intervalNs), stateAt(at)];
        squares += (1e4 * Math.log((after.bid + after.ask) / (before.bid + before.ask))) ** 2;
      }
      const one = facts.volatility.find((each) => each.intervalNs === intervalNs)!;
      expect(one.returns).toBe(count);
      expect(one.bpsPerRootSecond).toBeCloseTo(Math.sqrt((squares * SECOND) / (count * intervalNs)), 9);
    }
    const looks: (typeof states)[number][] = [];
    for (let at = fromNs + SECOND; at <= endNs; at += SECOND) looks.push(stateAt(at));
    expect(facts.depth.samples).toBe(looks.length);
    for (const level of [0, 1, 9]) {
      const mean = looks.reduce((sum, { bids }) => sum + (bids[level] ?? 0), 0) / looks.length;
      expect(facts.depth.bidLots[level]).toBeCloseTo(mean, 6);
      const other = looks.reduce((sum, { asks }) => sum + (asks[level] ?? 0), 0) / looks.length;
      expect(facts.depth.askLots[level]).toBeCloseTo(other, 6);
    }
    expect(facts.tradeGaps.events).toBe(orders.length);
    const signs = orders.map(({ side }) => (side === Side.buy ? 1 : -1));
    for (const { lag, value } of facts.signs) {
      if (lag < signs.length) expect(value).toBeCloseTo(plainCorrelation(signs, lag), 9);
      else expect(value).toBeNaN();
    }
    expect(facts.signCount).toBe(signs.length);
  });
});

test('correlations equal a twin that samples all mids, also while one market has none and across long silences', () => {
  const builder = new TapeBuilder();
  const random = new RandomSource(3).stream('mids');
  let timeNs = 0;
  for (let at = 0; at < 4_000; at++) {
    // Now and then nothing happens for half a minute.
    timeNs += Math.round(random.exponential(at % 500 === 499 ? 30 * SECOND : SECOND / 10));
    const index = at < 1_000 ? random.integer(2) : random.integer(3);
    const tick = 10_000 + Math.round(200 * Math.sin(at / 90)) + random.integer(100);
    builder.add(timeNs, timeNs, codeOf(Kind.quote, Side.buy), 0, index, tick, 1);
    builder.add(timeNs, timeNs, codeOf(Kind.quote, Side.sell), Flag.last, index, tick + 3, 1);
  }
  const instruments = ['A', 'B', 'C'].map((symbol) => ({ symbol, tick: '0.01', lot: '1' }));
  const tape = new MemoryTape(builder.build().columns, { instruments, originNs: 0n, provenance: {}, corrections: [] });
  const rows = tape.open(0n).next()!;
  const taken = new TapeFacts(tape.info);
  taken.take(rows);
  taken.finish();
  const mids = sampledMids([rows], tape.info, SECOND / 10);
  const found = taken.correlations();
  expect(found).toHaveLength(3 * 5);
  for (const { first, second, intervalNs, returns, value } of found) {
    const every = intervalNs / (SECOND / 10);
    expect(value).toBeCloseTo(plainMidCorrelation(mids[first]!, mids[second]!, every), 9);
    const known = mids[second]!.findIndex((mid) => !Number.isNaN(mid));
    expect(returns).toBe(Math.floor((mids[0]!.length - 1) / every) - Math.ceil(known / every));
  }
});

test('of orders: executions are trades whose aggressor is the other side', () => {
  const builder = new TapeBuilder({ orderId: true });
  const add = (timeNs: number, kind: Kind, side: Side, priceTicks: number, lots: number, orderId: number) => {
    const row = builder.add(timeNs, timeNs, codeOf(kind, side), Flag.last, 0, priceTicks, lots);
    builder.columns.orderId![row] = orderId;
  };
  add(0, Kind.orderAdd, Side.buy, 1_000, 5, 1);
  add(1, Kind.orderAdd, Side.sell, 1_002, 5, 2);
  add(5, Kind.orderExecute, Side.buy, 1_000, 2, 1);
  add(9, Kind.orderExecute, Side.sell, 1_002, 2, 2);
  add(9, Kind.orderExecute, Side.sell, 1_002, 1, 2);
  // The same buyer met a hidden order: a trade of the aggressor's side.
  add(9, Kind.trade, Side.buy, 1_001, 1, 0);
  const instruments = [{ symbol: 'ABC', tick: '0.01', lot: '1' }];
  const tape = new MemoryTape(builder.build().columns, { instruments, originNs: 0n, provenance: {}, corrections: [] });
  const taken = new TapeFacts(tape.info);
  taken.take(tape.open(tape.info.originNs).next()!);
  const [facts] = taken.finish();
  expect(facts).toMatchObject({ tradeRows: 4, unsigned: 0, signCount: 2, tradeGaps: { events: 2, meanNs: 4 } });
  // One sell, then one buy: distances −1 and 1, squares 2, product −1.
  expect(facts!.signs[0]).toEqual({ lag: 1, value: -0.5 });
  expect(facts!.spread.shares).toEqual([{ ticks: 2, share: 1 }]);
});

test('an instrument that the tape has not is refused by name', () => {
  const { info } = syntheticTape({ seed: 1, rows: 1_000, instruments: 1 });
  expect(() => new TapeFacts(info, ['XYZ'])).toThrow('the tape has no instrument XYZ; it has SYN-A');
});
