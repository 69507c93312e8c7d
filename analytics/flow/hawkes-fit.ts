/**
 * Fits a Hawkes process with exponential kernels to events, by maximum likelihood. Knows nothing of markets. Called by the
 * calibration of a flow.
 *
 * Log-likelihood: Σ over events of log λ(type, time) − Σ over types of ∫ λ, by a recursion over the events: T. Ozaki, "Maximum
 * likelihood estimation of Hawkes' self-exciting point processes", Annals of the Institute of Statistical Mathematics 31, 1979.
 * Each event was brought about by nothing or by one before it; which is not known: the expectation–maximisation algorithm of
 * A. Veen, F. P. Schoenberg, "Estimation of space–time branching process models in seismology using an EM-type algorithm",
 * Journal of the American Statistical Association 103, 2008. With the decays given the log-likelihood is concave, so that what it
 * climbs to is the maximum. Events of one time do not excite each other.
 */
import type { HawkesParameters } from '../../core/synthetic/hawkes.js';
import { eventCount, type PointEvents } from './event-sample.js';

export interface HawkesFit {
  readonly parameters: HawkesParameters;
  readonly logLikelihood: number;
  /** Of Poisson processes of the same counts. */
  readonly poissonLogLikelihood: number;
  readonly events: number;
  readonly iterations: number;
  /** Whether the last three steps gained a log-likelihood of less than 0.02. */
  readonly converged: boolean;
}

export interface HawkesFitOptions {
  readonly types: number;
  /** Per second, each > 0. None: Poisson processes. */
  readonly decays: readonly number[];
  /** Types 2i and 2i + 1 are mirror images (buy and sell): their numbers are the same. Default `false`. */
  readonly mirrored?: boolean;
  /** Default 600. */
  readonly mostIterations?: number;
}

/** Leaps that gain less log-likelihood than this end the climb: a fifth of a standard error of one parameter. */
const GAIN = 0.02;
/** Steps of a leap. */
const LEAP_STEPS = 3;

export function fitHawkes(events: PointEvents, options: HawkesFitOptions): HawkesFit {
  const { types, mostIterations = 600 } = options;
  const climb = new Climb(events, options);
  let [iterations, converged, before] = [0, false, Number.NEGATIVE_INFINITY];
  while (!converged && iterations < mostIterations) {
    const logLikelihood = climb.leap();
    converged = logLikelihood - before < GAIN;
    before = logLikelihood;
    iterations += LEAP_STEPS;
  }
  return {
    ...{ parameters: climb.parameters(), logLikelihood: climb.logLikelihood(), iterations, converged },
    ...{ events: eventCount(events), poissonLogLikelihood: poissonLogLikelihood(events, types) },
  };
}

/** By the recursion. */
export function hawkesLogLikelihood(events: PointEvents, parameters: HawkesParameters): number {
  const decays = parameters.kernels.map(({ decay }) => decay);
  return new Climb(events, { types: parameters.base.length, decays }, parameters).logLikelihood();
}

function poissonLogLikelihood(events: PointEvents, types: number): number {
  const { duration } = events;
  return [...countsOf(events, types)].reduce((sum, n) => sum + (n > 0 ? n * (Math.log(n / duration) - 1) : 0), 0);
}

/** Events by type. */
function countsOf({ types: typeOf, counts }: PointEvents, types: number): Float64Array {
  const sums = new Float64Array(types);
  for (let at = 0; at < typeOf.length; at++) sums[typeOf[at]!]! += counts[at]!;
  return sums;
}

/** One climb of expectation–maximisation; arrays by kernel, brought about, and what brings it about. */
class Climb {
  readonly #events: PointEvents;
  readonly #types: number;
  readonly #decays: readonly number[];
  readonly #mirrored: boolean;
  readonly #base: Float64Array;
  readonly #branching: Float64Array;
  /** How many events each is expected to have brought about, and how many there could have been. */
  readonly #spontaneous: Float64Array;
  readonly #brought: Float64Array;
  /** By kernel and type: Σ over events of the share of their offspring that comes before the end. */
  readonly #seen: Float64Array;
  /** By kernel and type: Σ over past events of exp(−decay · age). */
  readonly #past: Float64Array;

  constructor(events: PointEvents, { types, decays, mirrored = false }: HawkesFitOptions, from?: HawkesParameters) {
    this.#events = events;
    this.#types = types;
    this.#decays = decays;
    this.#mirrored = mirrored;
    const size = decays.length * types * types;
    this.#spontaneous = new Float64Array(types);
    this.#brought = new Float64Array(size);
    this.#past = new Float64Array(decays.length * types);
    this.#seen = this.#offspringSeen();
    if (from !== undefined) {
      this.#base = Float64Array.from(from.base);
      this.#branching = Float64Array.from(from.kernels.flatMap(({ branching }) => branching.flat()));
      return;
    }
    // Half of the events spontaneous, the others brought about by all types and kernels alike.
    const counts = countsOf(events, types);
    const all = eventCount(events);
    this.#base = counts.map((count) => count / 2 / events.duration);
    this.#branching = new Float64Array(size).map((_, at) => {
      const type = Math.floor(at / types) % types;
      return (0.5 * counts[type]!) / (decays.length * all || 1);
    });
  }

  #offspringSeen(): Float64Array {
    const { seconds, types, counts, duration } = this.#events;
    const seen = new Float64Array(this.#decays.length * this.#types);
    this.#decays.forEach((decay, kernel) => {
      for (let at = 0; at < types.length; at++) {
        seen[kernel * this.#types + types[at]!]! += -Math.expm1(-decay * (duration - seconds[at]!)) * counts[at]!;
      }
    });
    return seen;
  }

  /** Σ log λ at the events less ∫ λ, by what the parameters are; and, with `count`, what each is expected to have brought about. */
  #pass(count: boolean): number {
    const { seconds, types: typeOf, counts } = this.#events;
    const [types, decays, past, branching, brought] = [
      ...([this.#types, this.#decays, this.#past, this.#branching, this.#brought] as const),
    ];
    past.fill(0);
    let [logs, lastSeconds] = [0, 0];
    for (let at = 0; at < typeOf.length; ) {
      const now = seconds[at]!;
      for (let kernel = 0, each = 0; kernel < decays.length; kernel++) {
        const kept = Math.exp(-decays[kernel]! * (now - lastSeconds));
        for (let type = 0; type < types; type++) past[each++]! *= kept;
      }
      lastSeconds = now;
      const from = at;
      for (; at < typeOf.length && seconds[at] === now; at++) {
        const type = typeOf[at]!;
        let intensity = this.#base[type]!;
        for (let kernel = 0; kernel < decays.length; kernel++) {
          const row = (kernel * types + type) * types;
          let sum = 0;
          for (let by = 0; by < types; by++) sum += branching[row + by]! * past[kernel * types + by]!;
          intensity += sum * decays[kernel]!;
        }
        logs += counts[at]! * Math.log(intensity);
        if (!count) continue;
        this.#spontaneous[type]! += (counts[at]! * this.#base[type]!) / intensity;
        for (let kernel = 0; kernel < decays.length; kernel++) {
          const row = (kernel * types + type) * types;
          const share = (counts[at]! * decays[kernel]!) / intensity;
          for (let by = 0; by < types; by++)
            brought[row + by]! += share * branching[row + by]! * past[kernel * types + by]!;
        }
      }
      for (let each = from; each < at; each++) {
        const type = typeOf[each]!;
        for (let kernel = 0; kernel < decays.length; kernel++) past[kernel * types + type]! += counts[each]!;
      }
    }
    return logs - this.#compensator();
  }

  #compensator(): number {
    let sum = 0;
    for (const base of this.#base) sum += base * this.#events.duration;
    const types = this.#types;
    for (let at = 0; at < this.#branching.length; at++) {
      const kernel = Math.floor(at / (types * types));
      sum += this.#branching[at]! * this.#seen[kernel * types + (at % types)]!;
    }
    return sum;
  }

  /** One step up; returns the log-likelihood before it. */
  step(): number {
    this.#spontaneous.fill(0);
    this.#brought.fill(0);
    const logLikelihood = this.#pass(true);
    const types = this.#types;
    for (let type = 0; type < types; type++) {
      const other = this.#mirrored ? type ^ 1 : type;
      this.#base[type] = (this.#spontaneous[type]! + this.#spontaneous[other]!) / 2 / this.#events.duration;
    }
    const mirror = (kernel: number, type: number, by: number) =>
      this.#mirrored ? (kernel * types + (type ^ 1)) * types + (by ^ 1) : (kernel * types + type) * types + by;
    for (let kernel = 0, at = 0; kernel < this.#decays.length; kernel++) {
      for (let type = 0; type < types; type++) {
        for (let by = 0; by < types; by++, at++) {
          const both = this.#seen[kernel * types + by]! + this.#seen[kernel * types + (this.#mirrored ? by ^ 1 : by)]!;
          const count = this.#brought[at]! + this.#brought[mirror(kernel, type, by)]!;
          this.#branching[at] = both > 0 ? count / both : 0;
        }
      }
    }
    return logLikelihood;
  }

  /**
   * Two steps, a leap along where they led, and a step from there; where the leap led down, the two steps alone. Returns the
   * log-likelihood before it.
   * Source: R. Varadhan, C. Roland, "Simple and globally convergent methods for accelerating the convergence of any EM algorithm",
   * Scandinavian Journal of Statistics 35, 2008 (SqS3).
   */
  leap(): number {
    const start = this.#numbers();
    const before = this.step();
    const first = this.#numbers();
    const between = this.step();
    const second = this.#numbers();
    let [speed, bend] = [0, 0];
    start.forEach((value, at) => {
      speed += (first[at]! - value) ** 2;
      bend += (second[at]! - 2 * first[at]! + value) ** 2;
    });
    let length = Math.max(1, bend > 0 ? Math.sqrt(speed / bend) : 1);
    const there = () =>
      start.map(
        (value, at) => value + 2 * length * (first[at]! - value) + length ** 2 * (second[at]! - 2 * first[at]! + value),
      );
    // With a length of 1 it is where the two steps led, where nothing is below 0.
    while (length > 1 && there().some((value) => !(value >= 0))) length = length < 1.01 ? 1 : (length + 1) / 2;
    this.#set(length > 1 ? there() : second);
    if (this.step() < between) {
      this.#set(second);
      this.step();
    }
    return before;
  }

  #numbers(): Float64Array {
    const numbers = new Float64Array(this.#base.length + this.#branching.length);
    numbers.set(this.#base);
    numbers.set(this.#branching, this.#base.length);
    return numbers;
  }

  #set(numbers: Float64Array): void {
    this.#base.set(numbers.subarray(0, this.#base.length));
    this.#branching.set(numbers.subarray(this.#base.length));
  }

  logLikelihood(): number {
    return this.#pass(false);
  }

  parameters(): HawkesParameters {
    const types = this.#types;
    return {
      base: [...this.#base],
      kernels: this.#decays.map((decay, kernel) => ({
        decay,
        branching: [...this.#base].map((_, type) => {
          const row = (kernel * types + type) * types;
          return [...this.#branching.subarray(row, row + types)];
        }),
      })),
    };
  }
}
