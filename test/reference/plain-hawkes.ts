/** Hawkes processes by their definition: each event against every one before it. Knows nothing of recursions. Called by tests. */
import type { PointEvents } from '../../analytics/flow/event-sample.js';
import type { HawkesParameters } from '../../core/index.js';

/** Σ over events before `at` of count · decay · exp(−decay · age), of one kernel and type. */
function excitement({ seconds, types, counts }: PointEvents, at: number, decay: number, by: number): number {
  let sum = 0;
  for (let other = 0; other < seconds.length; other++) {
    const age = seconds[at]! - seconds[other]!;
    if (types[other] === by && age > 0) sum += counts[other]! * decay * Math.exp(-decay * age);
  }
  return sum;
}

function intensity(events: PointEvents, at: number, { base, kernels }: HawkesParameters): number {
  const type = events.types[at]!;
  const sums = kernels.map(({ decay, branching }) =>
    base.reduce((sum, _, by) => sum + branching[type]![by]! * excitement(events, at, decay, by), 0),
  );
  return sums.reduce((a, b) => a + b, base[type]!);
}

/** Σ log λ(events) − Σ ∫ λ. */
export function plainLogLikelihood(events: PointEvents, parameters: HawkesParameters): number {
  const { base, kernels } = parameters;
  let sum = 0;
  events.types.forEach((type, at) => {
    sum += events.counts[at]! * Math.log(intensity(events, at, parameters));
    for (const { decay, branching } of kernels) {
      const seen = 1 - Math.exp(-decay * (events.duration - events.seconds[at]!));
      base.forEach((_, offspring) => {
        sum -= events.counts[at]! * branching[offspring]![type]! * seen;
      });
    }
  });
  return base.reduce((left, rate) => left - rate * events.duration, sum);
}

/**
 * Standard errors of base and branching of one kernel, by the observed information: for each type Σ x xᵀ / λ² over its events with
 * x = (1, excitement by each type), inverted. Only events of the last 30 / decay seconds are looked at for each.
 */
export function plainErrors(
  events: PointEvents,
  { base, kernels }: HawkesParameters,
): { base: number[]; branching: number[][] } {
  const { decay, branching } = kernels[0]!;
  const size = base.length + 1;
  const informations = base.map(() => Array.from({ length: size }, () => new Array<number>(size).fill(0)));
  let from = 0;
  events.types.forEach((type, at) => {
    const now = events.seconds[at]!;
    while (events.seconds[from]! < now - 30 / decay) from++;
    const x = [1, ...base.map(() => 0)];
    for (let other = from; other < at; other++) {
      x[events.types[other]! + 1]! += decay * Math.exp(-decay * (now - events.seconds[other]!));
    }
    const rate = base.reduce((sum, _, by) => sum + branching[type]![by]! * x[by + 1]!, base[type]!);
    x.forEach((a, i) => {
      x.forEach((b, j) => {
        informations[type]![i]![j]! += (a * b) / rate ** 2;
      });
    });
  });
  const errors = informations.map((each) => inverse(each).map((row, i) => Math.sqrt(row[i]!)));
  return { base: errors.map(([first]) => first!), branching: errors.map(([_, ...rest]) => rest) };
}

/** Gauss and Jordan, of a matrix that is positive definite. */
function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let pivot = 0; pivot < size; pivot++) {
    const scale = rows[pivot]![pivot]!;
    rows[pivot] = rows[pivot]!.map((each) => each / scale);
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = rows[row]![pivot]!;
      rows[row] = rows[row]!.map((each, j) => each - factor * rows[pivot]![j]!);
    }
  }
  return rows.map((row) => row.slice(size));
}
