/**
 * A multivariate Hawkes process with kernels that are sums of exponentials: events that bring about more events. Knows nothing of
 * markets. Called by the order flow of orders.
 *
 * Intensity of type i: λ(i) = factor(i) · (base(i) + Σ over kernels k and past events of type j at time s:
 * branching(k, i, j) · decay(k) · exp(−decay(k) · (t − s))). branching(k, i, j) is the mean number of events of type i that one
 * of type j directly brings about through kernel k; factors are 1 unless whoever simulates says otherwise.
 * Source: A. G. Hawkes, "Spectra of some self-exciting and mutually exciting point processes", Biometrika 58, 1971.
 */
import type { RandomStream } from '../random.js';

/** One exponential of the kernels. */
export interface HawkesKernel {
  /** How fast excitement fades, per second, > 0. */
  readonly decay: number;
  /** Square, all ≥ 0: rows are brought about by columns. */
  readonly branching: readonly (readonly number[])[];
}

export interface HawkesParameters {
  /** Events a second of each type that nothing brings about, ≥ 0, one of them above 0. */
  readonly base: readonly number[];
  /** None makes Poisson processes. The spectral radius of the sum of their matrices must be below 1. */
  readonly kernels: readonly HawkesKernel[];
}

/** Refuses what makes no stationary process: throws `RangeError` naming the value. */
export function checkHawkes(parameters: HawkesParameters): void {
  const { base, kernels } = parameters;
  const need = (name: string, value: number, fine: boolean, allowed: string) => {
    if (!fine) throw new RangeError(`Hawkes process: ${name} ${value} is not ${allowed}`);
  };
  const total = base.reduce((sum, rate) => sum + rate, 0);
  for (const rate of base) need('base', rate, rate >= 0 && rate < Infinity, 'a rate from 0 on');
  need('sum of base', total, total > 0, 'above 0');
  for (const { decay, branching } of kernels) {
    need('rows of branching', branching.length, branching.length === base.length, `${base.length}, as base has`);
    for (const row of branching) {
      need('length of a row of branching', row.length, row.length === base.length, `${base.length}, as base has`);
      for (const mean of row) need('branching', mean, mean >= 0 && mean < Infinity, 'a number from 0 on');
    }
    need('decay', decay, decay > 0 && decay < Infinity, 'above 0');
  }
  const radius = spectralRadius(totalBranching(parameters));
  need('spectral radius of branching', radius, radius < 1, 'below 1: events would bring about ever more events');
}

/** How many events of each type (rows) one of each type (columns) directly brings about, all kernels together. */
export function totalBranching({ base, kernels }: HawkesParameters): number[][] {
  return base.map((_, i) => base.map((__, j) => kernels.reduce((sum, { branching }) => sum + branching[i]![j]!, 0)));
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
  const { base } = parameters;
  const branching = totalBranching(parameters);
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
  /**
   * What each type's intensity is multiplied by, ≥ 0; 1 at first. May be changed between calls of {@link HawkesProcess.advance}: it
   * holds from the event before to the one that comes.
   */
  readonly factors: Float64Array;
  readonly #random: RandomStream;
  readonly #base: Float64Array;
  readonly #decays: Float64Array;
  /** By kernel, brought about, and what brings it about: the jump of the intensity. */
  readonly #jumps: Float64Array;
  /** By kernel and type. */
  readonly #excited: Float64Array;
  readonly #intensity: Float64Array;

  /** Throws as {@link checkHawkes} does. Begins without a past. */
  constructor(parameters: HawkesParameters, random: RandomStream) {
    checkHawkes(parameters);
    const { base, kernels } = parameters;
    this.#random = random;
    this.factors = new Float64Array(base.length).fill(1);
    this.#base = Float64Array.from(base);
    this.#decays = Float64Array.from(kernels, ({ decay }) => decay);
    this.#jumps = Float64Array.from(
      kernels.flatMap(({ decay, branching }) => base.flatMap((_, by) => branching.map((row) => row[by]! * decay))),
    );
    this.#excited = new Float64Array(kernels.length * base.length);
    this.#intensity = new Float64Array(base.length);
  }

  /**
   * Goes on to the next event by thinning: between events the intensity only falls, so that what it is now bounds it. With factors
   * that are all 0 there is none: `seconds` is then `Infinity`.
   * Source: Y. Ogata, "On Lewis' simulation method for point processes", IEEE Transactions on Information Theory 27, 1981.
   */
  advance(): void {
    for (let bound = this.#reckon(); ; ) {
      if (bound === 0) {
        this.seconds = Number.POSITIVE_INFINITY;
        return;
      }
      const wait = this.#random.exponential(1 / bound);
      this.seconds += wait;
      this.#fade(wait);
      // One draw says both whether it is an event and of which type.
      let left = bound * this.#random.uniform();
      bound = this.#reckon();
      for (let type = 0; type < this.#base.length; type++) {
        left -= this.#intensity[type]!;
        if (left >= 0) continue;
        this.type = type;
        this.#excite(type);
        return;
      }
    }
  }

  /** What the intensities are now; returns their sum. */
  #reckon(): number {
    const types = this.#base.length;
    const excited = this.#excited;
    let sum = 0;
    for (let type = 0; type < types; type++) {
      let intensity = this.#base[type]!;
      for (let at = type; at < excited.length; at += types) intensity += excited[at]!;
      intensity *= this.factors[type]!;
      this.#intensity[type] = intensity;
      sum += intensity;
    }
    return sum;
  }

  #fade(seconds: number): void {
    const types = this.#base.length;
    for (let kernel = 0, at = 0; kernel < this.#decays.length; kernel++) {
      const kept = Math.exp(-this.#decays[kernel]! * seconds);
      for (let type = 0; type < types; type++) this.#excited[at++]! *= kept;
    }
  }

  #excite(by: number): void {
    const types = this.#base.length;
    const excited = this.#excited;
    for (let at = 0; at < excited.length; at += types) {
      const jump = at * types + by * types;
      for (let type = 0; type < types; type++) excited[at + type]! += this.#jumps[jump + type]!;
    }
  }
}
