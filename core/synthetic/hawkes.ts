/**
 * A multivariate Hawkes process with exponential kernels of one decay: events that bring about more events. Knows nothing of
 * markets. Called by the order flow of orders.
 *
 * Intensity of type i: λ(i) = base(i) + Σ over past events of type j at time s: branching(i, j) · decay · exp(−decay · (t − s)).
 * branching(i, j) is the mean number of events of type i that one of type j directly brings about.
 * Source: A. G. Hawkes, "Spectra of some self-exciting and mutually exciting point processes", Biometrika 58, 1971.
 */
import type { RandomStream } from '../random.js';

export interface HawkesParameters {
  /** Events a second of each type that nothing brings about, ≥ 0, one of them above 0. */
  readonly base: readonly number[];
  /** Square, all ≥ 0; zeros make Poisson processes. Its spectral radius must be below 1. */
  readonly branching: readonly (readonly number[])[];
  /** Per second, > 0. */
  readonly decay: number;
}

/** Refuses what makes no stationary process: throws `RangeError` naming the value. */
export function checkHawkes({ base, branching, decay }: HawkesParameters): void {
  const need = (name: string, value: number, fine: boolean, allowed: string) => {
    if (!fine) throw new RangeError(`Hawkes process: ${name} ${value} is not ${allowed}`);
  };
  const total = base.reduce((sum, rate) => sum + rate, 0);
  for (const rate of base) need('base', rate, rate >= 0 && rate < Infinity, 'a rate from 0 on');
  need('sum of base', total, total > 0, 'above 0');
  need('rows of branching', branching.length, branching.length === base.length, `${base.length}, as base has`);
  for (const row of branching) {
    need('length of a row of branching', row.length, row.length === base.length, `${base.length}, as base has`);
    for (const mean of row) need('branching', mean, mean >= 0 && mean < Infinity, 'a number from 0 on');
  }
  need('decay', decay, decay > 0 && decay < Infinity, 'above 0');
  const radius = spectralRadius(branching);
  need('spectral radius of branching', radius, radius < 1, 'below 1: events would bring about ever more events');
}

/**
 * The largest size of an eigenvalue of a square matrix without negative numbers, by Gelfand's formula ‖Aⁿ‖^(1/n) with
 * n = 2^40 through repeated squaring.
 */
export function spectralRadius(matrix: readonly (readonly number[])[]): number {
  let power = matrix;
  let log = 0;
  for (let squared = 0; squared <= 40; squared++) {
    const norm = Math.max(0, ...power.map((row) => row.reduce((sum, each) => sum + each, 0)));
    if (norm === 0) return 0;
    log += Math.log(norm) / 2 ** squared;
    const scaled = power.map((row) => row.map((each) => each / norm));
    power = scaled.map((row) => row.map((_, j) => row.reduce((sum, each, k) => sum + each * scaled[k]![j]!, 0)));
  }
  return Math.exp(log);
}

/** Mean events a second of each type in the long run: the solution of rate = base + branching · rate. Checks as it goes. */
export function stationaryRates(parameters: HawkesParameters): number[] {
  checkHawkes(parameters);
  const { base, branching } = parameters;
  let rates = [...base];
  // Generation by generation; sums converge because the spectral radius is below 1.
  for (let born = [...base], most = 1; most > 0; ) {
    born = branching.map((row) => row.reduce((sum, mean, j) => sum + mean * born[j]!, 0));
    const next = rates.map((rate, i) => rate + born[i]!);
    most = next.reduce((sum, rate, i) => sum + (rate - rates[i]!), 0);
    rates = next;
  }
  return rates;
}

export class HawkesProcess {
  /** Of the event that {@link HawkesProcess.advance} came to: seconds since the beginning, and which type. */
  seconds = 0;
  type = 0;
  readonly #parameters: HawkesParameters;
  readonly #random: RandomStream;
  readonly #excited: Float64Array;
  readonly #baseSum: number;

  /** Throws as {@link checkHawkes} does. Begins without a past. */
  constructor(parameters: HawkesParameters, random: RandomStream) {
    checkHawkes(parameters);
    this.#parameters = parameters;
    this.#random = random;
    this.#excited = new Float64Array(parameters.base.length);
    this.#baseSum = parameters.base.reduce((sum, rate) => sum + rate, 0);
  }

  /**
   * Goes on to the next event by thinning: between events the intensity only falls, so that what it is now bounds it.
   * Source: Y. Ogata, "On Lewis' simulation method for point processes", IEEE Transactions on Information Theory 27, 1981.
   */
  advance(): void {
    const { base, branching, decay } = this.#parameters;
    const excited = this.#excited;
    const types = excited.length;
    for (;;) {
      let bound = this.#baseSum;
      for (let i = 0; i < types; i++) bound += excited[i]!;
      const wait = this.#random.exponential(1 / bound);
      const kept = Math.exp(-decay * wait);
      this.seconds += wait;
      for (let i = 0; i < types; i++) excited[i]! *= kept;
      // One draw says both whether it is an event and of which type.
      let left = bound * this.#random.uniform();
      for (let i = 0; i < types; i++) {
        left -= base[i]! + excited[i]!;
        if (left >= 0) continue;
        this.type = i;
        for (let each = 0; each < types; each++) excited[each]! += branching[each]![i]! * decay;
        return;
      }
    }
  }
}
