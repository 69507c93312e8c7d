/**
 * Which decays the kernels of a Hawkes process should have: one after the other from a grid, each the one with which the
 * likelihood is greatest, as long as it pays for its parameters. Knows nothing of markets. Called by the calibration of a flow.
 * Source of the price: G. Schwarz, "Estimating the dimension of a model", Annals of Statistics 6, 1978 (BIC).
 */
import { eventCount, type PointEvents } from './event-sample.js';
import { fitHawkes, type HawkesFitOptions } from './hawkes-fit.js';

/** Per second: from half a minute to a third of a millisecond. */
export const DECAY_GRID = [0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000] as const;

/** The most recent events that are asked, and steps of each climb: enough to tell decays a factor of three apart. */
const EVENTS = 30_000;
const ITERATIONS = 15;

/** Ascending; none where a Poisson process does as well. `most`: how many at most. */
export function chooseDecays(
  events: PointEvents,
  options: Pick<HawkesFitOptions, 'types' | 'mirrored'>,
  { most = 4, grid = DECAY_GRID }: { readonly most?: number; readonly grid?: readonly number[] } = {},
): number[] {
  const recent = lastOf(events, EVENTS);
  const climb = (decays: readonly number[]) =>
    fitHawkes(recent, { ...options, decays, mostIterations: ITERATIONS }).logLikelihood;
  const price = ((options.types ** 2 / (options.mirrored === true ? 2 : 1)) * Math.log(eventCount(recent))) / 2;
  let chosen: number[] = [];
  let reached = climb([]);
  while (chosen.length < Math.min(most, grid.length)) {
    const tried = grid
      .filter((decay) => !chosen.includes(decay))
      .map((decay) => [...chosen, decay])
      .map((decays) => ({ decays, logLikelihood: climb(decays) }));
    const best = tried.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a));
    if (best.logLikelihood - reached < price) break;
    ({ decays: chosen, logLikelihood: reached } = best);
  }
  return chosen.toSorted((a, b) => a - b);
}

function lastOf({ seconds, types, counts, duration }: PointEvents, most: number): PointEvents {
  const from = Math.max(0, types.length - most);
  const begin = from === 0 ? 0 : seconds[from]!;
  return {
    seconds: seconds.subarray(from).map((each) => each - begin),
    types: types.subarray(from),
    counts: counts.subarray(from),
    duration: duration - begin,
  };
}
