/** Hawkes processes against their theory: which are stationary, how often events come, and what is left after rescaling time. */
import { describe, expect, test } from 'vitest';
import {
  type HawkesParameters,
  HawkesProcess,
  RandomSource,
  spectralRadius,
  stationaryRates,
} from '../../core/index.js';

const PROCESS: HawkesParameters = {
  base: [0.5, 0.2],
  branching: [
    [0.4, 0.3],
    [0.1, 0.5],
  ],
  decay: 3,
};

test('spectral radius: by hand, of a rotation, of a nilpotent and of a Jordan block', () => {
  // λ² − 0.9 λ + 0.17 = 0
  expect(spectralRadius(PROCESS.branching)).toBeCloseTo((0.9 + Math.sqrt(0.81 - 0.68)) / 2, 9);
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
  const [a, b] = stationaryRates(PROCESS);
  expect(a).toBeCloseTo(0.31 / 0.27, 9);
  expect(b).toBeCloseTo(0.17 / 0.27, 9);
});

test('what is not stationary or no process is refused with the number', () => {
  const make = (change: Partial<HawkesParameters>) => () =>
    new HawkesProcess({ ...PROCESS, ...change }, new RandomSource(1).stream('x'));
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

describe('simulated', () => {
  const SECONDS = 40_000;
  const process = new HawkesProcess(PROCESS, new RandomSource(17).stream('hawkes'));
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
      const { base, branching, decay } = PROCESS;
      const residuals: number[] = [];
      let [integral, excited, last] = [0, 0, 0];
      for (const event of events) {
        const kept = Math.exp(-decay * (event.seconds - last));
        integral += base[type]! * (event.seconds - last) + (excited * (1 - kept)) / decay;
        excited = excited * kept + branching[type]![event.type]! * decay;
        last = event.seconds;
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
