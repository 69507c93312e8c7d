/** Hawkes processes against their theory: which are stationary, how often events come, and what is left after rescaling time. */
import { describe, expect, test } from 'vitest';
import {
  type HawkesKernel,
  type HawkesParameters,
  HawkesProcess,
  RandomSource,
  spectralRadius,
  stationaryRates,
} from '../../core/index.js';

const KERNEL: HawkesKernel = {
  branching: [
    [0.4, 0.3],
    [0.1, 0.5],
  ],
  decay: 3,
};
const PROCESS: HawkesParameters = { base: [0.5, 0.2], kernels: [KERNEL] };
/** The same branching, a part of it at once and a part slowly. */
const TWO_DECAYS: HawkesParameters = {
  base: PROCESS.base,
  kernels: [20, 0.5].map((decay, at) => ({
    decay,
    branching: KERNEL.branching.map((row) => row.map((mean) => mean * (at === 0 ? 0.25 : 0.75))),
  })),
};

test('spectral radius: by hand, of a rotation, of a nilpotent and of a Jordan block', () => {
  // λ² − 0.9 λ + 0.17 = 0
  expect(spectralRadius(KERNEL.branching)).toBeCloseTo((0.9 + Math.sqrt(0.81 - 0.68)) / 2, 9);
  expect(
    spectralRadius([
      [0, 2],
      [0.5, 0],
    ]),
  ).toBeCloseTo(1, 9);
  expect(
    spectralRadius([
      [0, 7],
      [0, 0],
    ]),
  ).toBe(0);
  expect(
    spectralRadius([
      [0.9, 5],
      [0, 0.9],
    ]),
  ).toBeCloseTo(0.9, 8);
});

test('stationary rates solve rate = base + branching · rate', () => {
  // (1 − 0.4) a − 0.3 b = 0.5 and −0.1 a + (1 − 0.5) b = 0.2 give a = 0.31 / 0.27, b = 0.17 / 0.27.
  for (const process of [PROCESS, TWO_DECAYS]) {
    const [a, b] = stationaryRates(process);
    expect(a).toBeCloseTo(0.31 / 0.27, 9);
    expect(b).toBeCloseTo(0.17 / 0.27, 9);
  }
});

test('what is not stationary or no process is refused with the number', () => {
  const make =
    ({ base = PROCESS.base, ...kernel }: Partial<HawkesKernel & HawkesParameters>) =>
    () =>
      new HawkesProcess({ base, kernels: [{ ...KERNEL, ...kernel }] }, new RandomSource(1).stream('x'));
  expect(
    make({
      branching: [
        [1, 0.5],
        [0.5, 1],
      ],
    }),
  ).toThrow(/spectral radius of branching 1\.5\d* is not below 1/);
  expect(
    make({
      branching: [
        [0, 1],
        [1, 0],
      ],
    }),
  ).toThrow('spectral radius of branching 1 is not below 1');
  expect(make({ base: [0, 0] })).toThrow('sum of base 0 is not above 0');
  expect(make({ base: [1, -1] })).toThrow('base -1');
  expect(make({ branching: [[0.1, 0.1]] })).toThrow('rows of branching 1 is not 2, as base has');
  expect(make({ decay: Number.NaN })).toThrow('decay NaN');
});

describe.each([
  ['one decay', PROCESS],
  ['two decays', TWO_DECAYS],
])('simulated with %s', (_, parameters) => {
  const SECONDS = 40_000;
  const process = new HawkesProcess(parameters, new RandomSource(17).stream('hawkes'));
  const events: { seconds: number; type: number }[] = [];
  for (process.advance(); process.seconds < SECONDS; process.advance()) {
    events.push({ seconds: process.seconds, type: process.type });
  }

  test('events come as often as the theory says, within four standard errors', () => {
    // Long-run variance of the counts by second: (I − Γ)⁻¹ diag(rate) (I − Γ)⁻ᵀ (Hawkes 1971).
    const [a, b] = stationaryRates(PROCESS) as [number, number];
    const inverse = [
      [0.5 / 0.27, 0.3 / 0.27],
      [0.1 / 0.27, 0.6 / 0.27],
    ];
    [a, b].forEach((rate, type) => {
      const [x, y] = inverse[type] as [number, number];
      const error = Math.sqrt((x * x * a + y * y * b) / SECONDS);
      const count = events.filter((event) => event.type === type).length;
      expect(Math.abs(count / SECONDS - rate)).toBeLessThan(4 * error);
    });
  });

  test.each([0, 1])(
    'in the time of its own intensity type %i is a Poisson process of rate 1 (Kolmogorov–Smirnov)',
    (type) => {
      // Papangelou 1972; Ogata 1988. The integral of the intensity by hand: base · t and what is left of each excitement.
      const { base, kernels } = parameters;
      const residuals: number[] = [];
      const excited = kernels.map(() => 0);
      let [integral, last] = [0, 0];
      for (const event of events) {
        const wait = event.seconds - last;
        last = event.seconds;
        integral += base[type]! * wait;
        kernels.forEach(({ decay, branching }, at) => {
          const kept = Math.exp(-decay * wait);
          integral += (excited[at]! * (1 - kept)) / decay;
          excited[at] = excited[at]! * kept + branching[type]![event.type]! * decay;
        });
        if (event.type !== type) continue;
        residuals.push(1 - Math.exp(-integral));
        integral = 0;
      }
      residuals.sort((x, y) => x - y);
      const n = residuals.length;
      const distance = Math.max(...residuals.map((u, at) => Math.max((at + 1) / n - u, u - at / n)));
      expect(n).toBeGreaterThan(20_000);
      // Exceeded once in a hundred seeds.
      expect(distance * Math.sqrt(n)).toBeLessThan(1.628);
    },
  );
});

test('a type without a factor never comes, and half a factor halves a Poisson rate', () => {
  const process = new HawkesProcess({ base: [1, 2, 3], kernels: [] }, new RandomSource(5).stream('factors'));
  process.factors.set([0, 0.5, 1]);
  const counts = [0, 0, 0];
  for (process.advance(); process.seconds < 10_000; process.advance()) counts[process.type]!++;
  expect(counts[0]).toBe(0);
  expect(Math.abs(counts[1]! - 10_000)).toBeLessThan(4 * Math.sqrt(10_000));
  expect(Math.abs(counts[2]! - 30_000)).toBeLessThan(4 * Math.sqrt(30_000));
  process.factors.fill(0);
  process.advance();
  expect(process.seconds).toBe(Number.POSITIVE_INFINITY);
});
