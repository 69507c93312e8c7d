/** Volume and volatility of past bars: a window worked out by hand, and a plain twin. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BarStatistics } from '../../execution/index.js';

test('a window of two is known once it is full, and forgets', () => {
  const statistics = new BarStatistics(2, 2);
  const known = () => [statistics.volumeLots(1), statistics.sigma(1)];
  expect(known()).toEqual([Number.NaN, Number.NaN]);
  statistics.add(1, 100, 10);
  expect(known()).toEqual([Number.NaN, Number.NaN]);
  statistics.add(1, 110, 30);
  expect(known()).toEqual([20, Number.NaN]);
  // Returns +10 %, −10 %: mean 0, √(0.02 / 1).
  statistics.add(1, 99, 50);
  expect(statistics.volumeLots(1)).toBe(40);
  expect(statistics.sigma(1)).toBeCloseTo(Math.sqrt(0.02), 12);
  expect([statistics.volumeLots(0), statistics.sigma(0)]).toEqual([Number.NaN, Number.NaN]);
});

test('of a price at 0 or below there is no volatility until it has left the window', () => {
  const statistics = new BarStatistics(1, 2);
  for (const close of [100, 101, 0]) statistics.add(0, close, 1);
  expect(statistics.sigma(0)).toBeNaN();
  statistics.add(0, 100, 1);
  expect(statistics.sigma(0)).toBeNaN();
  statistics.add(0, 100, 1);
  statistics.add(0, 100, 1);
  expect(statistics.sigma(0)).toBe(0);
});

test('is what a twin computes from the whole history, however the instruments take turns', () => {
  const bar = fc.record({ instrument: fc.nat(2), close: fc.integer({ min: 1, max: 1e6 }), volume: fc.nat(1e6) });
  fc.assert(
    fc.property(fc.array(bar, { maxLength: 60 }), fc.integer({ min: 2, max: 7 }), (bars, window) => {
      const statistics = new BarStatistics(3, window);
      bars.forEach(({ instrument, close, volume }, index) => {
        statistics.add(instrument, close, volume);
        const own = bars.slice(0, index + 1).filter((each) => each.instrument === instrument);
        const volumes = own.slice(-window).map((each) => each.volume);
        const returns = own.slice(1).map((each, i) => each.close / own[i]!.close - 1);
        const recent = returns.slice(-window);
        const mean = recent.reduce((sum, each) => sum + each, 0) / window;
        const variance = recent.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (window - 1);
        if (volumes.length < window) expect(statistics.volumeLots(instrument)).toBeNaN();
        else expect(statistics.volumeLots(instrument)).toBe(volumes.reduce((sum, each) => sum + each, 0) / window);
        if (recent.length < window) expect(statistics.sigma(instrument)).toBeNaN();
        else expect(statistics.sigma(instrument)).toBeCloseTo(Math.sqrt(variance), 9);
      });
    }),
  );
});

test.each([1, 0, 2.5, Number.NaN])('a window of %d bars is refused', (bars) => {
  expect(() => new BarStatistics(1, bars)).toThrow(`window of ${bars} bars`);
});
