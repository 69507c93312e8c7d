/** Delays: each has the distribution that its name says, and bursts change its order but not the distribution itself. */
import { describe, expect, it } from 'vitest';
import {
  burstyDelay,
  constantDelay,
  type Delay,
  empiricalDelay,
  freshDelays,
  logNormalDelay,
  RandomSource,
  type ShapedDelay,
  uniformDelay,
} from '../../core/index.js';
import { delayContract, drawsOf } from '../contracts/delay.contract.js';

const MEASURED = [900_000, 1_200_000, 1_200_000, 7_000_000, 1_000_000];
const shapes = {
  constant: () => constantDelay(250_000),
  nothing: () => constantDelay(0),
  uniform: () => uniformDelay({ fromNs: 1_000, toNs: 5_000 }),
  'uniform, one value': () => uniformDelay({ fromNs: 3, toNs: 3 }),
  'uniform, hours': () => uniformDelay({ fromNs: 0, toNs: 2 ** 52 }),
  'log-normal': () => logNormalDelay({ medianNs: 5_000_000, sigma: 0.6 }),
  'log-normal above a floor': () => logNormalDelay({ medianNs: 40_000, sigma: 1.5, floorNs: 30_000 }),
  'log-normal without spread': () => logNormalDelay({ medianNs: 7, sigma: 0 }),
  empirical: () => empiricalDelay(MEASURED),
} satisfies Record<string, () => ShapedDelay>;

for (const [name, make] of Object.entries(shapes)) {
  delayContract(name, make);
  delayContract(`${name} in bursts from message to message`, () => burstyDelay({ delay: make(), rho: 0.95 }));
  delayContract(`${name} in bursts of time`, () => burstyDelay({ delay: make(), halfLifeNs: 20_000 }));
}
delayContract('a delay of nothing, made by hand', () => ({ leastNs: 0, drawNs: () => 0 }));

const COUNT = 200_000;
const manyDraws = (delay: Delay, seed = 5) => drawsOf(delay, { seed, count: COUNT });
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const quantileOf = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(share * values.length)]!;

/** Correlation of each value with the one `lag` later. */
function correlation(values: readonly number[], lag = 1): number {
  const mean = meanOf(values);
  let [product, square] = [0, 0];
  values.forEach((value, at) => {
    square += (value - mean) ** 2;
    if (at >= lag) product += (value - mean) * (values[at - lag]! - mean);
  });
  return product / square;
}

describe('a uniform delay', () => {
  it('gives both ends and everything between alike', () => {
    const draws = manyDraws(uniformDelay({ fromNs: 10, toNs: 14 }));
    const counts = [10, 11, 12, 13, 14].map((value) => draws.filter((drawn) => drawn === value).length);
    expect(counts.reduce((sum, count) => sum + count)).toBe(COUNT);
    // 40,000 each with a standard deviation of 179.
    for (const count of counts) expect(Math.abs(count - 40_000)).toBeLessThan(5 * 179);
  });
});

describe('a log-normal delay', () => {
  const draws = manyDraws(logNormalDelay({ medianNs: 5_000_000, sigma: 0.6 }));

  it('has its median in the middle and the quantiles of exp(sigma Z)', () => {
    // Standard normal quantiles: 0.5 → 0, 0.9 → 1.2816, 0.99 → 2.3263. Standard errors lie below 0.7 %.
    for (const [share, z] of [
      [0.01, -2.3263],
      [0.1, -1.2816],
      [0.5, 0],
      [0.9, 1.2816],
      [0.99, 2.3263],
    ] as const) {
      expect(quantileOf(draws, share) / (5e6 * Math.exp(0.6 * z))).toBeCloseTo(1, 1.5);
    }
  });

  it('has the mean median × exp(sigma² / 2)', () => {
    expect(meanOf(draws) / (5e6 * Math.exp(0.18))).toBeCloseTo(1, 2);
  });

  it('keeps its median where it has a floor, and never falls below it', () => {
    const floored = manyDraws(logNormalDelay({ medianNs: 40_000, sigma: 1.5, floorNs: 30_000 }));
    expect(quantileOf(floored, 0.5) / 40_000).toBeCloseTo(1, 2);
    expect(quantileOf(floored, 0.9) / (30_000 + 10_000 * Math.exp(1.5 * 1.2816))).toBeCloseTo(1, 1.5);
    expect(Math.min(...floored.slice(0, 10_000))).toBeGreaterThanOrEqual(30_000);
  });
});

describe('an empirical delay', () => {
  it('gives the measured values as often as they were measured', () => {
    const draws = manyDraws(empiricalDelay(MEASURED));
    const shareOf = (value: number) => draws.filter((drawn) => drawn === value).length / COUNT;
    expect(shareOf(900_000)).toBeCloseTo(0.2, 2);
    expect(shareOf(1_200_000)).toBeCloseTo(0.4, 2);
    expect(shareOf(7_000_000)).toBeCloseTo(0.2, 2);
    expect(new Set(draws)).toEqual(new Set(MEASURED));
  });

  it('keeps a copy: what happens to the list afterwards does not matter', () => {
    const values = [5, 3];
    const delay = empiricalDelay(values);
    values.fill(1e9);
    expect(new Set(drawsOf(delay))).toEqual(new Set([3, 5]));
    expect(delay.leastNs).toBe(3);
  });
});

describe('bursts', () => {
  const base = logNormalDelay({ medianNs: 1e6, sigma: 1 });

  it('make neighbours alike by rho, and those after it by its powers', () => {
    const logs = manyDraws(burstyDelay({ delay: base, rho: 0.9 })).map(Math.log);
    for (const lag of [1, 2, 5, 10]) expect(correlation(logs, lag)).toBeCloseTo(0.9 ** lag, 1.5);
    expect(Math.abs(correlation(manyDraws(base).map(Math.log)))).toBeLessThan(0.01);
  });

  it('are the recursion z = rho z + √(1−rho²) Z to the last digit', () => {
    const random = new RandomSource(5).stream('delay');
    let z = Number.NaN;
    const expected = Array.from({ length: 100 }, () => {
      const fresh = random.normal();
      z = Number.isNaN(z) ? fresh : 0.7 * z + Math.sqrt(1 - 0.7 * 0.7) * fresh;
      return Math.round(1e6 * Math.exp(z));
    });
    expect(drawsOf(burstyDelay({ delay: base, rho: 0.7 }), { count: 100 })).toEqual(expected);
  });

  it('leave the distribution of single delays as it is', () => {
    for (const delay of [base, uniformDelay({ fromNs: 0, toNs: 999_999 }), empiricalDelay(MEASURED)]) {
      // Several runs, as neighbours that are alike say less about the whole.
      const draws = Array.from({ length: 4 }, (_, seed) => manyDraws(burstyDelay({ delay, rho: 0.8 }), seed)).flat();
      expect(correlation(draws)).toBeGreaterThan(0.5);
      draws.sort((a, b) => a - b);
      const plain = manyDraws(delay).sort((a, b) => a - b);
      for (const share of [0.05, 0.25, 0.5, 0.75, 0.95]) {
        const at = (sorted: readonly number[]) => sorted[Math.floor(share * sorted.length)]!;
        expect(at(draws) / at(plain), `${delay} ${share}`).toBeCloseTo(1, 1.3);
      }
    }
  });

  it('of time are half forgotten after a half life, however many messages were sent', () => {
    const delay = burstyDelay({ delay: base, halfLifeNs: 1e6 });
    const pairs = (gapNs: number, between: number) => {
      const random = new RandomSource(2).stream('delay');
      const own = delay.forRun!();
      let nowNs = 0;
      const logs: number[] = [];
      for (let pair = 0; pair < 40_000; pair++) {
        nowNs += 1e9;
        const first = own.drawNs(nowNs, random);
        for (let i = 1; i <= between; i++) own.drawNs(nowNs + (gapNs * i) / (between + 1), random);
        nowNs += gapNs;
        logs.push(Math.log(first), Math.log(own.drawNs(nowNs, random)));
      }
      const mean = meanOf(logs);
      let product = 0;
      for (let i = 0; i < logs.length; i += 2) product += (logs[i]! - mean) * (logs[i + 1]! - mean);
      return product / 40_000;
    };
    expect(pairs(1e6, 0)).toBeCloseTo(0.5, 1.5);
    expect(pairs(1e6, 7)).toBeCloseTo(0.5, 1.5);
    expect(pairs(3e6, 0)).toBeCloseTo(0.125, 1.5);
    expect(pairs(0, 0)).toBeCloseTo(1, 1.5);
  });

  it('are shared by those who were given the same delay, and by nobody else', () => {
    const bursty = burstyDelay({ delay: base, rho: 0.5 });
    const other = burstyDelay({ delay: base, rho: 0.5 });
    const [a, b, c, plain] = freshDelays([bursty, bursty, other, base]);
    expect(a).toBe(b);
    expect(a).not.toBe(bursty);
    expect(c).not.toBe(a);
    expect(plain).toBe(base);
  });
});

describe('constructors', () => {
  it('refuse times that are negative, fractional or endless, with name and value', () => {
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => constantDelay(bad)).toThrow(`constant delay: delayNs ${bad} is not a whole number`);
      expect(() => uniformDelay({ fromNs: bad, toNs: 1 })).toThrow(`uniform delay: fromNs ${bad}`);
      expect(() => uniformDelay({ fromNs: 0, toNs: bad })).toThrow(`uniform delay: toNs ${bad}`);
      expect(() => logNormalDelay({ medianNs: bad, sigma: 1 })).toThrow(`log-normal delay: medianNs ${bad}`);
      expect(() => logNormalDelay({ medianNs: 9, sigma: 1, floorNs: bad })).toThrow(`log-normal delay: floorNs ${bad}`);
      expect(() => empiricalDelay([1, bad])).toThrow(`empirical delay: value 1 ${bad}`);
    }
  });

  it('refuse what contradicts itself', () => {
    expect(() => uniformDelay({ fromNs: 5, toNs: 4 })).toThrow('toNs 4 lies below fromNs 5');
    expect(() => logNormalDelay({ medianNs: 5, sigma: 1, floorNs: 5 })).toThrow(
      'medianNs 5 does not lie above floorNs 5',
    );
    expect(() => logNormalDelay({ medianNs: 0, sigma: 1 })).toThrow('medianNs 0 does not lie above floorNs 0');
    for (const sigma of [-0.1, 3.1, Number.NaN]) {
      expect(() => logNormalDelay({ medianNs: 5, sigma })).toThrow(`sigma ${sigma} is not between 0 and 3`);
    }
    expect(() => logNormalDelay({ medianNs: 1e9, sigma: 3 })).toThrow('sigma 3 reaches past 104 days');
    expect(() => empiricalDelay([])).toThrow('no values');
  });

  it('refuse bursts without a memory, with two, or of what cannot be driven', () => {
    const delay = constantDelay(1);
    expect(() => burstyDelay({ delay })).toThrow('either rho or halfLifeNs, not neither');
    expect(() => burstyDelay({ delay, rho: 0.5, halfLifeNs: 1 })).toThrow('not both');
    for (const rho of [-0.1, 1, Number.NaN]) expect(() => burstyDelay({ delay, rho })).toThrow(`rho ${rho}`);
    for (const halfLifeNs of [0, -1, Number.NaN, Infinity]) {
      expect(() => burstyDelay({ delay, halfLifeNs })).toThrow(`halfLifeNs ${halfLifeNs}`);
    }
    const shapeless = { leastNs: 0, drawNs: () => 0 } as unknown as ShapedDelay;
    expect(() => burstyDelay({ delay: shapeless, rho: 0.5 })).toThrow('no atNormal');
  });
});
