import { expect, test } from 'vitest';
import { duration, period, positiveDecimal } from '../../strategies/parameter.js';

test('durations become nanoseconds', () => {
  expect(duration.parse('10ms')).toBe(10e6);
  expect(duration.parse('1.5s')).toBe(1.5e9);
  expect(duration.parse(0)).toBe(0);
  expect(period.parse('1ns')).toBe(1);
});

test.each(['10', 10, '-1ms', 'ms', '', '1.5ns', '1e3ms', Number.NaN, null, {}, true])('%o is no duration', (value) => {
  expect(duration.safeParse(value).success).toBe(false);
});

test('a period of nothing is refused', () => {
  expect(period.safeParse('0ms').success).toBe(false);
  expect(period.safeParse(0).success).toBe(false);
});

test('decimals above 0 stay exactly as given', () => {
  expect(positiveDecimal.parse('0.10')).toBe('0.10');
  expect(positiveDecimal.parse(0.01)).toBe(0.01);
  for (const value of [0, -1, '-0.1', '0.0', 'one', '', Number.NaN, Infinity, null]) {
    expect(positiveDecimal.safeParse(value).success, String(value)).toBe(false);
  }
});
