import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  BUILT_IN_METRICS,
  computeMetrics,
  deflatedSharpe,
  drawdownSpells,
  expectedBestSharpe,
  type Metric,
  momentsOf,
  normalProbability,
  normalQuantile,
  periodEnds,
  probabilisticSharpe,
  quantile,
  RunMeasurements,
  returnsBy,
  rollingBeta,
  rollingVolatility,
  sharpeProbability,
  summarise,
} from '../../analytics/index.js';
import type { Series } from '../../analytics/recording.js';
import { AccountEventKind } from '../../core/account-event.js';
import { Side } from '../../core/market.js';
import { MatchKind } from '../../core/match-event.js';
import { OrderEventKind } from '../../core/order.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../core/time.js';
import { metricContract } from '../contracts/metric.contract.js';
import { fourFills, HandMadeRun, settledRun } from './hand-made-run.js';

const numbers = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 60 });

function series(points: readonly (readonly [timeNs: number, value: number])[]): Series {
  return { timeNs: Float64Array.from(points, ([t]) => t), value: Float64Array.from(points, ([, v]) => v) };
}

for (const metric of BUILT_IN_METRICS) metricContract(metric);

describe('the list of metrics', () => {
  it('has names of its own for all, and refuses two of one name', () => {
    expect(new Set(BUILT_IN_METRICS.map(({ name }) => name)).size).toBe(BUILT_IN_METRICS.length);
    const run = fourFills();
    const twice: Metric[] = [BUILT_IN_METRICS[0]!, BUILT_IN_METRICS[0]!];
    expect(() => summarise(run.recorder.recording, run.outcome(0, SECOND), { metrics: twice })).toThrow(
      'two metrics are named "spreadCapture"',
    );
  });

  it('takes one of the user’s own; what is no number is null, and no zero is negative', () => {
    const own = (name: string, value: number): Metric => ({ ...BUILT_IN_METRICS[0]!, name, compute: () => value });
    const run = fourFills();
    const metrics = [own('answer', 42), own('none', Number.NaN), own('endless', Infinity), own('zero', -0)];
    const { strategies } = summarise(run.recorder.recording, run.outcome(0, SECOND), { metrics });
    expect(strategies[0]!.metrics).toEqual({ answer: 42, none: null, endless: null, zero: 0 });
  });
});

describe('moments', () => {
  it('of one pass are those of two', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const n = values.length;
        const mean = values.reduce((sum, value) => sum + value, 0) / n;
        const central = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / n;
        const got = momentsOf([...values, Number.NaN]);
        expect(got.count).toBe(n);
        expect(got.mean).toBeCloseTo(mean, 9);
        expect(got.variance).toBeCloseTo((central(2) * n) / (n - 1), 6);
        if (central(2) < 1e-3) return;
        expect(got.skew).toBeCloseTo(central(3) / central(2) ** 1.5, 6);
        expect(got.kurtosis).toBeCloseTo(central(4) / central(2) ** 2, 6);
      }),
    );
  });

  it('are no numbers where there is nothing to say', () => {
    expect([momentsOf([]).variance, momentsOf([1]).deviation, momentsOf([2, 2]).skew]).toEqual([NaN, NaN, NaN]);
  });
});

test('a quantile lies between neighbours of the sorted values, in proportion', () => {
  expect(quantile([4, 1, Number.NaN, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([10, 20], 0.25)).toBe(12.5);
  expect(quantile([], 0.5)).toBeNaN();
});

describe('the significance of a Sharpe ratio', () => {
  it('has the normal distribution of the tables, and its inverse', () => {
    // Abramowitz and Stegun, table 26.1; the tail by R's pnorm.
    expect(normalProbability(1.96)).toBeCloseTo(0.975_002_104_851_78, 13);
    expect(normalProbability(-3.5) / 2.326_290_790_355_4e-4).toBeCloseTo(1, 10);
    expect(normalProbability(-8) / 6.220_960_574_271_785e-16).toBeCloseTo(1, 10);
    expect(normalProbability(0)).toBe(0.5);
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (z) => {
        expect(normalProbability(z) + normalProbability(-z)).toBeCloseTo(1, 12);
        expect(normalQuantile(normalProbability(z))).toBeCloseTo(z, 5);
      }),
    );
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(2)]).toEqual([-Infinity, Infinity, NaN]);
  });

  it('is that of the example of Bailey and López de Prado 2014: SR 2.5 of 100 trials, five years of days', () => {
    // Annual ratio 2.5 over 1,250 days, 250 a year, skew −3, kurtosis 10; the variance of the trials' annual ratios is 1/2.
    const best = expectedBestSharpe(100, Math.sqrt(1 / 2 / 250));
    expect(best).toBeCloseTo(0.1132, 4);
    expect(sharpeProbability(2.5 / Math.sqrt(250), 1250, -3, 10, best)).toBeCloseTo(0.9004, 4);
  });

  it('falls with the number of trials, and is the probabilistic one for a single trial', () => {
    const returns = Float64Array.from({ length: 200 }, (_, i) => 0.002 + 0.01 * Math.sin(i * 7));
    const once = probabilisticSharpe(returns);
    expect(deflatedSharpe(returns, 1, 0.1)).toBe(once);
    expect(deflatedSharpe(returns, 50, 0.1)).toBeLessThan(once);
    expect(probabilisticSharpe(Float64Array.of(1, 1))).toBeNaN();
    expect(() => expectedBestSharpe(0, 1)).toThrow('trials 0');
  });
});

describe('ends of periods', () => {
  it('are those of the clock, not of the run; periods without a value are left out', () => {
    // The origin is 20 s into a minute.
    const origin = 20n * 1_000_000_000n;
    const rule = { lengthNs: MINUTE, dayStartNs: 0 };
    const curve = series([
      [0, 1],
      [30 * SECOND, 2],
      [40 * SECOND, 3], // exactly the minute: belongs to the one that ends
      [41 * SECOND, 4],
      [90 * SECOND, NaN],
      [5 * MINUTE, 5],
      [5 * MINUTE + SECOND, 6],
    ]);
    const ends = periodEnds(curve, origin, rule);
    expect([...ends.value]).toEqual([1, 3, 4, 6]);
    expect([...ends.timeNs]).toEqual([0, 40 * SECOND, 41 * SECOND, 5 * MINUTE + SECOND]);
  });

  it('move with the beginning of the day', () => {
    const curve = series([
      [0, 1],
      [HOUR, 2],
      [23 * HOUR, 3],
      [26 * HOUR, 4],
    ]);
    expect([...periodEnds(curve, 0n, { lengthNs: DAY, dayStartNs: 0 }).value]).toEqual([1, 3, 4]);
    expect([...periodEnds(curve, 0n, { lengthNs: DAY, dayStartNs: 22 * HOUR }).value]).toEqual([1, 2, 4]);
  });
});

describe('returns of a run', () => {
  const run = settledRun();
  const measured = (capital = true) => {
    const subject = capital ? run : fourFills();
    const { recording } = subject.recorder;
    return new RunMeasurements({ recording, accounts: subject.accounts, startNs: 0, endNs: 40 * SECOND }).of(0);
  };

  it('by session are of the equity before, from one given end to the next', () => {
    // Profit at the samples 0, 10, 20, 30, 40 s is that of equity less 1,000.
    const { equity } = measured();
    const { returns, profits, endNs } = returnsBy(measured(), 'session', { sessionEndsNs: [15 * SECOND, 30 * SECOND] });
    expect([...endNs]).toEqual([10 * SECOND, 30 * SECOND]);
    expect(profits[0]).toBeCloseTo(equity.value[1]! - 1000, 9);
    expect(returns[1]).toBeCloseTo(equity.value[3]! / equity.value[1]! - 1, 12);
    expect(() => returnsBy(measured(), 'session')).toThrow('no ends of sessions');
  });

  it('compound to the return of the run, and are none without capital', () => {
    const { returns } = returnsBy(measured(), 'minute');
    expect(returns.reduce((growth, value) => growth * (1 + value), 1)).toBeCloseTo(1.0285, 12);
    const { strategies } = summarise(run.recorder.recording, run.outcome(0, 40 * SECOND));
    expect(strategies[0]!.metrics.totalReturn).toBeCloseTo(0.0285, 12);
    expect([...returnsBy(measured(false), 'minute').returns].every(Number.isNaN)).toBe(true);
  });

  it('splits and closings by the venue stand in the split of profit', () => {
    const { split } = measured();
    expect(split.capture + split.inventory).toBeCloseTo(29.5, 9);
    expect([split.fees, split.flows]).toEqual([expect.closeTo(1.5, 9), expect.closeTo(0.5, 9)]);
  });
});

test('ratios of a year follow the length of the year, the risk-free rate and the benchmark that are set', () => {
  // Forty days; equity 1000, then +10 and −5 by turns; the benchmark moves half as much.
  const run = new HandMadeRun({ names: ['a'], account: { capital: { '': 1000 } } });
  const curve: [number, number][] = [];
  let price = 100;
  for (let day = 0; day <= 40; day++) {
    if (day > 0) {
      const before = run.accounts[0]!.equity;
      const earned = before * (day % 2 === 1 ? 0.01 : -0.005);
      run.settle(AccountEventKind.interest, day * DAY, { instrument: -1, amount: earned });
      price *= 1 + (day % 2 === 1 ? 0.005 : -0.0025);
    }
    run.quote(199, 201);
    run.sample(day * DAY, day === 40);
    curve.push([day * DAY, price]);
  }
  const { recording } = run.recorder;
  const metricOptions = { periodsPerYear: 252, riskFreePerYear: 0.0252, benchmark: series(curve) };
  const metrics = summarise(recording, run.outcome(0, 40 * DAY), { metricOptions }).strategies[0]!.metrics;
  const free = 1.0252 ** (1 / 252) - 1;
  // 20 days of +1 %, 20 of −0.5 %: mean 0.25 %, deviation 0.75 % × √(40 / 39).
  const deviation = 0.0075 * Math.sqrt(40 / 39);
  expect(metrics.volatility).toBeCloseTo(deviation * Math.sqrt(252), 10);
  expect(metrics.sharpeOfReturns).toBeCloseTo(((0.0025 - free) / deviation) * Math.sqrt(252), 8);
  expect(metrics.downsideDeviation).toBeCloseTo(Math.sqrt(((0.005 + free) ** 2 / 2) * 252), 10);
  expect(metrics.omega).toBeCloseTo((0.01 - free) / (0.005 + free), 8);
  expect(metrics.beta).toBeCloseTo(2, 9);
  expect(metrics.upCapture).toBeCloseTo((1.01 ** 252 - 1) / (1.005 ** 252 - 1), 6);
  expect(metrics.valueAtRisk).toBeCloseTo(-0.005, 10);
  expect(metrics.maxDrawdown).toBeCloseTo(0.005, 10);
  expect(metrics.drawdowns).toBe(20);
  expect(metrics.cagr).toBeCloseTo((1.01 * 0.995) ** ((20 * 365) / 40) - 1, 8);
  // A strategy that does not trade has nothing to be compared with unless it is told.
  const alone = summarise(recording, run.outcome(0, 40 * DAY)).strategies[0]!.metrics;
  expect(alone.beta).toBeNull();
  expect(alone.sharpeOfReturns).toBeCloseTo((0.0025 / deviation) * Math.sqrt(365), 8);
});

test('the benchmark is the instrument that was traded most, bought and held', () => {
  const run = new HandMadeRun({ names: ['a'], symbols: ['A', 'B'], account: { capital: { '': 1e6 } } });
  for (let hour = 0; hour <= 48; hour++) {
    const tick = 200 + (hour % 2) * 10;
    run.quote(tick - 1, tick + 1, 0);
    run.quote(500, 502, 1);
    if (hour === 0) run.fill(run.order(1, 201, 100), 0, 201, 100, false, 0);
    run.sample(hour * HOUR, hour === 48);
  }
  const { recording } = run.recorder;
  const measured = new RunMeasurements({ recording, accounts: run.accounts, startNs: 0, endNs: 48 * HOUR }).of(0);
  expect(recording.instruments[measured.mainInstrument]!.symbol).toBe('A');
  expect(measured.period).toBe('hour');
  expect(measured.benchmarkReturns).toHaveLength(measured.periodReturns.length);
  expect([...measured.benchmarkReturns.slice(0, 2)]).toEqual([
    expect.closeTo(0.05, 12),
    expect.closeTo(200 / 210 - 1, 12),
  ]);
  expect(computeMetrics(BUILT_IN_METRICS, measured).beta).toBeGreaterThan(0);
});

test('all falls of a curve are found with their dates, the last one without an end', () => {
  const curve = series([
    [1, 2],
    [2, -1],
    [3, 0],
    [4, 2],
    [5, NaN],
    [6, 5],
    [7, 4],
    [8, 4.5],
  ]);
  expect(drawdownSpells(curve, 0, 0)).toEqual([
    { peakNs: 1, troughNs: 2, recoveryNs: 4, amount: 3, lengthNs: 3 },
    { peakNs: 6, troughNs: 7, recoveryNs: undefined, amount: 1, lengthNs: 2 },
  ]);
});

test('an order that lost its place waits anew from then on', () => {
  const run = new HandMadeRun({ names: ['a'] });
  run.venueQuote(0, 99, 101);
  const order = run.order(1, 99, 10);
  run.event(order, OrderEventKind.submitted, 0);
  run.match(order, MatchKind.rested, SECOND, 8);
  run.match(order, MatchKind.filled, 2 * SECOND, 0);
  run.match(order, MatchKind.rested, 3 * SECOND, 5);
  run.match(order, MatchKind.filled, 7 * SECOND, 0);
  run.fill(order, 8 * SECOND, 99, 4, true, 0, 2 * SECOND);
  run.fill(order, 9 * SECOND, 99, 6, true, 0, 7 * SECOND);
  const { recording } = run.recorder;
  const { times } = new RunMeasurements({ recording, accounts: run.accounts, startNs: 0, endNs: 9e9 }).of(0);
  expect([...times.inQueueNs]).toEqual([SECOND, 4 * SECOND]);
  expect([...times.aheadLots]).toEqual([5, 8]);
});

test('an inverse contract splits its profit by one over price', () => {
  const specs = [{ symbol: 'COIN', tick: '0.5', lot: '1', contract: 'inverse', multiplier: '100' } as const];
  const run = new HandMadeRun({ names: ['a'], specs });
  // 500 contracts of 100 USD: bought at 50,000 while the mid is 50,005, sold at 62,500, the mid.
  const trade = (side: Side, bid: number, ask: number, priceTicks: number) => {
    const order = run.order(side, priceTicks, 500);
    run.venueQuote(0, bid, ask);
    run.event(order, OrderEventKind.submitted, 0);
    run.match(order, MatchKind.filled, 0, 0);
    run.fill(order, 1, priceTicks, 500, true, 0, 0);
  };
  trade(Side.buy, 100_000, 100_020, 100_000);
  trade(Side.sell, 124_999, 125_001, 125_000);
  const { recording } = run.recorder;
  const { split, fillCosts } = new RunMeasurements({ recording, accounts: run.accounts, startNs: 0, endNs: 1 }).of(0);
  expect(split.capture).toBeCloseTo(50_000 * (1 / 50_000 - 1 / 50_005), 15);
  expect(split.inventory).toBeCloseTo(50_000 * (1 / 50_005 - 1 / 62_500), 15);
  expect(split.capture + split.inventory).toBeCloseTo(0.2, 14);
  expect(fillCosts.makerCapture).toBeCloseTo(split.capture, 14);
});

test('rolling measures are those of each window', () => {
  const returns = Float64Array.of(0.01, -0.02, 0.03, 0, 0.01);
  const other = returns.map((value) => value / 2);
  expect([...rollingBeta(returns, other, 3)].map((value) => Number(value.toFixed(9)))).toEqual([2, 2, 2]);
  expect(rollingVolatility(returns, 5, 1)[0]).toBeCloseTo(momentsOf(returns).deviation, 12);
  expect(rollingVolatility(returns, 6, 1)).toHaveLength(0);
  expect(() => rollingVolatility(returns, 0, 1)).toThrow('rolling window 0');
});
