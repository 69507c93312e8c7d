/**
 * Fits the parameters of the fitted queue model. Knows nothing of files. Called by `bench fidelity` and
 * `tickwright calibrate`.
 *
 * From order-by-order data (`fitQueue`), where every decrease is known to have been ahead or behind: the logits by logistic
 * regression on decreases that could have been either, with a ridge; the certainty by playing the data once more to a model
 * of each certainty, keeping the one whose filled quantities are off by the least in all.
 * From own fills (`fitToFills`), where decreases are not known: one parameter after the other by the same measure.
 */
import type { Instrument } from '../core/instrument.js';
import type { FidelityTally } from './fidelity-tally.js';
import { FITTED_QUEUE_PARAMETERS, type FittedQueueParameters, fittedQueue } from './fitted-queue.js';
import type { LearningModel } from './queue-contender.js';
import { QueueFidelity } from './queue-fidelity.js';
import { QueueLessons } from './queue-lessons.js';
import type { QueuePositionModel } from './queue-position.js';

/** What measures models: they are added before the data is played. */
export interface Judge {
  judge(name: string, model: QueuePositionModel | LearningModel): FidelityTally;
}

/** Pulls every logit towards 0 as that many examples would: keeps parameters finite where data is one-sided. */
const RIDGE = 3;
const CERTAINTIES = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const UNMATCHED = [-7, -5, -3, -2, -1, 0, 1, 2, 3];
const SHIFTS = [-4, -3, -2, -1, 0, 1, 2, 3, 4];

export interface QueueFit {
  readonly parameters: FittedQueueParameters;
  /** Decreases that could have been ahead or behind, of a size that joined behind and of one that did not. */
  readonly matched: number;
  readonly unmatched: number;
  /** Orders compared to find the certainty, and those of them that filled. */
  readonly orders: number;
  readonly filled: number;
}

/**
 * `play` gives the rows to fit to, and no others, to a fresh measurement; it is called twice. Throws `RangeError` where the
 * data has nothing to fit to.
 */
export async function fitQueue(
  instrument: Instrument,
  play: (fidelity: QueueFidelity) => void | Promise<void>,
): Promise<QueueFit> {
  const lessons = new QueueLessons();
  const taught = new QueueFidelity(instrument);
  taught.judge('lessons', lessons);
  await play(taught);
  const { matched, unmatchedAhead, unmatchedBehind } = lessons;
  if (matched.length === 0) {
    throw new RangeError(
      'no order left behind or ahead of another in a way that level-2 data leaves open: there is nothing to fit to',
    );
  }
  const usualLots = mostFrequent(lessons.sizes);
  const [base, usual, age, habit] = logisticFit(
    matched.lots.map((lots, at) => [1, lots === usualLots ? 1 : 0, matched.age[at]!, matched.habit[at]!]),
    matched.behind,
    RIDGE,
  ) as [number, number, number, number];
  const unmatched = Math.log((unmatchedBehind + 0.5) / (unmatchedAhead + 0.5));
  const logits = { matched: base, usual, usualLots, age, habit, unmatched };
  const fidelity = new QueueFidelity(instrument);
  const choices = CERTAINTIES.map((certainty) => ({ ...logits, certainty }));
  const tallies = choices.map((choice) => fidelity.judge('', fittedQueue(choice)));
  await play(fidelity);
  const { orders, filled } = tallies[0]!;
  if (filled === 0) throw new RangeError(`none of the ${orders} orders filled: the certainty cannot be fitted`);
  return {
    parameters: rounded(choices[leastWrong(tallies)]!),
    matched: matched.length,
    unmatched: unmatchedAhead + unmatchedBehind,
    orders,
    filled,
  };
}

/**
 * Fits to own orders whose end is known but not what was ahead of them, beginning with `start`. `play` gives the data to the
 * models that were added to a fresh measurement; it is called three times. Throws `RangeError` when none of them filled.
 */
export async function fitToFills<Measurement extends Judge>(
  measurement: () => Measurement,
  play: (measurement: Measurement) => void | Promise<void>,
  start: FittedQueueParameters = FITTED_QUEUE_PARAMETERS,
): Promise<FittedQueueParameters> {
  let best = start;
  const choose = async (choices: readonly FittedQueueParameters[]) => {
    const judge = measurement();
    const tallies = choices.map((choice) => judge.judge('', fittedQueue(choice)));
    await play(judge);
    const { orders, filled } = tallies[0]!;
    if (filled === 0) throw new RangeError(`none of the ${orders} orders filled: there is nothing to fit to`);
    best = choices[leastWrong(tallies, 0)]!;
  };
  // What there was first stands first, so that it stays unless another is better.
  await choose([best, ...UNMATCHED.map((unmatched) => ({ ...best, unmatched }))]);
  await choose([best, ...SHIFTS.map((shift) => ({ ...best, matched: best.matched + shift }))]);
  await choose([best, ...CERTAINTIES.map((certainty) => ({ ...best, certainty }))]);
  return rounded(best);
}

/**
 * The tally with the least wrong quantity, then the fewest wrong fills. Of equal ones the middle, which is the one least
 * likely to be best by chance alone; or the first, as `place` says (0 first, 0.5 middle).
 */
function leastWrong(tallies: readonly FidelityTally[], place = 0.5): number {
  const order = (a: FidelityTally, b: FidelityTally) => a.wrongLots - b.wrongLots || a.wrongFills - b.wrongFills;
  const best = tallies.reduce((least, tally) => (order(tally, least) < 0 ? tally : least));
  const equal = tallies.flatMap((tally, at) => (order(tally, best) === 0 ? [at] : []));
  return equal[Math.floor((equal.length - 1) * place)]!;
}

/** The size of most orders; of several such the smallest. 0 when no size has a tenth of them. */
function mostFrequent(sizes: ReadonlyMap<number, number>): number {
  let [usual, most, all] = [0, 0, 0];
  for (const [lots, count] of sizes) {
    all += count;
    if (count < most || (count === most && lots > usual)) continue;
    [usual, most] = [lots, count];
  }
  return most * 10 >= all ? usual : 0;
}

/** Four significant digits are more than any data supports, and can be read. */
function rounded(parameters: FittedQueueParameters): FittedQueueParameters {
  const { usualLots, ...others } = parameters;
  const short = Object.entries(others).map(([name, value]) => [name, Number(value.toPrecision(4))]);
  return { ...parameters, ...Object.fromEntries(short), usualLots };
}

/**
 * Coefficients that make the outcomes likeliest, by Newton's method, less `ridge` / 2 × the sum of their squares: the maximum
 * is unique and finite. Rows of equal length, all numbers finite.
 */
export function logisticFit(
  rows: readonly (readonly number[])[],
  outcomes: readonly boolean[],
  ridge: number,
): number[] {
  const width = rows[0]!.length;
  const fitted = new Array<number>(width).fill(0);
  for (let round = 0; round < 50; round++) {
    // Each line: the second derivatives, then the first.
    const system = fitted.map((value, at) => {
      const line = new Array<number>(width + 1).fill(0);
      line[at] = ridge;
      line[width] = -ridge * value;
      return line;
    });
    for (const [index, row] of rows.entries()) {
      const chance = 1 / (1 + Math.exp(-row.reduce((sum, value, at) => sum + value * fitted[at]!, 0)));
      const surprise = (outcomes[index] ? 1 : 0) - chance;
      for (const [at, value] of row.entries()) {
        if (value === 0) continue;
        const line = system[at]!;
        line[width]! += value * surprise;
        for (let other = 0; other < width; other++) line[other]! += chance * (1 - chance) * value * row[other]!;
      }
    }
    const step = solve(system);
    for (let at = 0; at < width; at++) fitted[at]! += step[at]!;
    if (step.every((value) => Math.abs(value) < 1e-9)) break;
  }
  return fitted;
}

/** Gauss's elimination; the ridge keeps every pivot above 0. */
function solve(system: number[][]): number[] {
  const width = system.length;
  for (let at = 0; at < width; at++) {
    for (let below = at + 1; below < width; below++) {
      const factor = system[below]![at]! / system[at]![at]!;
      for (let column = at; column <= width; column++) system[below]![column]! -= factor * system[at]![column]!;
    }
  }
  const solution = new Array<number>(width).fill(0);
  for (let at = width - 1; at >= 0; at--) {
    let value = system[at]![width]!;
    for (let other = at + 1; other < width; other++) value -= system[at]![other]! * solution[other]!;
    solution[at] = value / system[at]![at]!;
  }
  return solution;
}
