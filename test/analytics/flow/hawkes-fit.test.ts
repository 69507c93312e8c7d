/** The fit of Hawkes processes: against the plain double sum, on processes whose parameters are known, and by rescaled time. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseDecays } from '../../../analytics/flow/decay-choice.js';
import type { PointEvents } from '../../../analytics/flow/event-sample.js';
import { fitHawkes, hawkesLogLikelihood } from '../../../analytics/flow/hawkes-fit.js';
import { rescaledFits } from '../../../analytics/flow/time-rescaling.js';
import { type HawkesParameters, HawkesProcess, RandomSource } from '../../../core/index.js';
import { plainErrors, plainLogLikelihood } from '../../reference/plain-hawkes.js';

const KNOWN: HawkesParameters = {
  base: [0.5, 0.2],
  kernels: [
    {
      decay: 3,
      branching: [
        [0.4, 0.3],
        [0.1, 0.5],
      ],
    },
  ],
};

function simulated(parameters: HawkesParameters, duration: number, seed: number): PointEvents {
  const process = new HawkesProcess(parameters, new RandomSource(seed).stream('fit'));
  const [seconds, types]: [number[], number[]] = [[], []];
  for (process.advance(); process.seconds < duration; process.advance()) {
    seconds.push(process.seconds);
    types.push(process.type);
  }
  return {
    ...{ seconds: Float64Array.from(seconds), types: Uint8Array.from(types), duration },
    counts: new Float64Array(types.length).fill(1),
  };
}

test('the log-likelihood by recursion is that of the double sum, events of one time and several decays too', () => {
  const number = fc.double({ min: 0, max: 0.4, noNaN: true });
  const row = fc.tuple(number, number);
  const kernel = fc.record({ decay: fc.double({ min: 0.1, max: 50, noNaN: true }), branching: fc.tuple(row, row) });
  const event = fc.record({
    gap: fc.constantFrom(0, 0.01, 0.3, 2),
    type: fc.constantFrom(0, 1),
    count: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(
      fc.array(kernel, { maxLength: 3 }),
      fc.array(event, { minLength: 1, maxLength: 25 }),
      (kernels, list) => {
        let now = 0;
        const times = list.map(({ gap }) => (now += gap));
        const events: PointEvents = {
          ...{ seconds: Float64Array.from(times), duration: now + 1 },
          types: Uint8Array.from(list, ({ type }) => type),
          counts: Float64Array.from(list, ({ count }) => count),
        };
        const parameters = { base: [0.7, 0.1], kernels };
        const plain = plainLogLikelihood(events, parameters);
        expect(hawkesLogLikelihood(events, parameters)).toBeCloseTo(plain, 9);
      },
    ),
  );
});

describe('on a process that is known', () => {
  const events = simulated(KNOWN, 20_000, 41);
  const fit = fitHawkes(events, { types: 2, decays: [3] });

  test('the fit is within 4 standard errors of what was simulated, and likelier than it and than Poisson', () => {
    const errors = plainErrors(events, KNOWN);
    const found = fit.parameters;
    KNOWN.base.forEach((base, type) => {
      expect(Math.abs(found.base[type]! - base) / errors.base[type]!, `base ${type}`).toBeLessThan(4);
      KNOWN.kernels[0]!.branching[type]!.forEach((mean, by) => {
        const off = Math.abs(found.kernels[0]!.branching[type]![by]! - mean);
        expect(off / errors.branching[type]![by]!, `branching ${type} ${by}`).toBeLessThan(4);
      });
    });
    expect(fit.converged).toBe(true);
    expect(fit.logLikelihood).toBeGreaterThan(hawkesLogLikelihood(events, KNOWN));
    expect(fit.logLikelihood - fit.poissonLogLikelihood).toBeGreaterThan(0.1 * fit.events);
    expect(fit.logLikelihood).toBeCloseTo(hawkesLogLikelihood(events, found), 6);
  });

  test('in rescaled time what fits is a Poisson process, and what does not is not', () => {
    const critical = ({ gaps, distance }: { gaps: number; distance: number }) => distance * Math.sqrt(gaps);
    for (const each of rescaledFits(events, KNOWN)) expect(critical(each)).toBeLessThan(1.628);
    for (const each of rescaledFits(events, fit.parameters)) expect(critical(each)).toBeLessThan(1.628);
    const poisson = fitHawkes(events, { types: 2, decays: [] });
    expect(poisson.iterations).toBeLessThan(10);
    expect(poisson.logLikelihood).toBeCloseTo(poisson.poissonLogLikelihood, 6);
    for (const each of rescaledFits(events, poisson.parameters)) expect(critical(each)).toBeGreaterThan(3);
  });

  test('the decay is found on a grid; a Poisson process needs none', () => {
    expect(chooseDecays(events, { types: 2 }, { grid: [0.1, 1, 3, 10, 100] })).toEqual([3]);
    const quiet = simulated({ base: [2, 1], kernels: [] }, 3_000, 6);
    expect(chooseDecays(quiet, { types: 2 }, { grid: [0.1, 1, 10, 100] })).toEqual([]);
  });
});

test('two decays are told apart', () => {
  const both: HawkesParameters = {
    base: [0.3],
    kernels: [
      { decay: 30, branching: [[0.3]] },
      { decay: 0.3, branching: [[0.4]] },
    ],
  };
  const events = simulated(both, 20_000, 8);
  expect(chooseDecays(events, { types: 1 })).toEqual([0.3, 30]);
  const { parameters } = fitHawkes(events, { types: 1, decays: [30, 0.3], mostIterations: 2_000 });
  expect(parameters.kernels[0]!.branching[0]![0]).toBeCloseTo(0.3, 1);
  expect(parameters.kernels[1]!.branching[0]![0]).toBeCloseTo(0.4, 1);
});

test('mirror images are fitted as one', () => {
  const events = simulated(KNOWN, 2_000, 3);
  const { parameters } = fitHawkes(events, { types: 2, decays: [3], mirrored: true });
  expect(parameters.base[0]).toBe(parameters.base[1]);
  const [[own, other], [otherToo, ownToo]] = parameters.kernels[0]!.branching as [[number, number], [number, number]];
  expect(own).toBeCloseTo(ownToo, 12);
  expect(other).toBeCloseTo(otherToo, 12);
});
