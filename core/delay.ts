/**
 * How long something takes, as a distribution: constant, uniform, log-normal, resampled from measurements, in bursts.
 * Knows nothing of what is delayed. Called by latency models of venues, by synthesised feed latency and compute time.
 * contract: Delay, ShapedDelay.
 */
import type { RandomStream } from './random.js';
import { formatDuration, type Nanos } from './time.js';

/**
 * Decides how long one message, row or calculation takes.
 *
 * Called once per message, on the hot path: must not allocate. Nanoseconds, whole, ≥ `leastNs` ≥ 0, finite; drawn from
 * the given stream alone, so that the same seed gives the same delays. `sentNs` never decreases from call to call. A
 * delay that remembers implements `forRun` and returns a fresh instance of itself; the others leave it out.
 * Read {@link uniformDelay} first. Conformance: test/contracts/delay.contract.ts.
 */
export interface Delay {
  /** No draw is ever shorter. 0 is always right. */
  readonly leastNs: Nanos;
  /** The delay of what leaves at `sentNs`. */
  drawNs(sentNs: Nanos, random: RandomStream): Nanos;
  forRun?(): Delay;
}

/** A delay that is a function of one standard normal number, never decreasing in it: what {@link burstyDelay} can drive. */
export interface ShapedDelay extends Delay {
  /** The delay at `z`: with z standard normal it has the distribution of `drawNs`. */
  atNormal(z: number): Nanos;
}

/** The same every time; 0 is allowed. Throws `RangeError` for a negative or fractional delay. */
export function constantDelay(delayNs: Nanos): ShapedDelay {
  need('constant delay', 'delayNs', delayNs);
  return new ConstantDelay(delayNs);
}

/** Every whole number of nanoseconds from `fromNs` to `toNs`, both included, alike. Throws `RangeError` for bad ends. */
export function uniformDelay({ fromNs, toNs }: { readonly fromNs: Nanos; readonly toNs: Nanos }): ShapedDelay {
  need('uniform delay', 'fromNs', fromNs);
  need('uniform delay', 'toNs', toNs);
  if (toNs < fromNs) throw new RangeError(`uniform delay: toNs ${toNs} lies below fromNs ${fromNs}`);
  return new UniformDelay(fromNs, toNs);
}

export interface LogNormalOptions {
  /** Half of the draws are shorter; ns, above `floorNs`. */
  readonly medianNs: Nanos;
  /** Standard deviation of the logarithm, 0 … 3; 0.3 is a calm line, 1 one with a heavy tail. */
  readonly sigma: number;
  /** What no message can beat (cable, kernel, matching engine); ns, default 0. */
  readonly floorNs?: Nanos;
}

/**
 * floor + (median − floor) × exp(sigma Z), rounded to whole ns: a part that is always there, and a log-normal rest.
 * With floor 0 it is FLOX's Lognormal. Throws `RangeError` for bad options, also where the tail would pass 2⁵³ ns.
 */
export function logNormalDelay({ medianNs, sigma, floorNs = 0 }: LogNormalOptions): ShapedDelay {
  need('log-normal delay', 'medianNs', medianNs);
  need('log-normal delay', 'floorNs', floorNs);
  if (!(sigma >= 0 && sigma <= 3)) throw new RangeError(`log-normal delay: sigma ${sigma} is not between 0 and 3`);
  if (!(medianNs > floorNs)) {
    throw new RangeError(`log-normal delay: medianNs ${medianNs} does not lie above floorNs ${floorNs}`);
  }
  if (!(floorNs + (medianNs - floorNs) * Math.exp(LARGEST_NORMAL * sigma) < 2 ** 53)) {
    throw new RangeError(`log-normal delay: medianNs ${medianNs} with sigma ${sigma} reaches past 104 days`);
  }
  return new LogNormalDelay(medianNs, sigma, floorNs);
}

/**
 * Resampled from measured delays, each value as likely as it is frequent. At least one value; the values are copied.
 * Throws `RangeError` naming the first that is not a whole number of nanoseconds ≥ 0.
 */
export function empiricalDelay(valuesNs: ArrayLike<Nanos>): ShapedDelay {
  if (!(valuesNs.length >= 1)) throw new RangeError('empirical delay: no values');
  for (let i = 0; i < valuesNs.length; i++) need('empirical delay', `value ${i}`, valuesNs[i]!);
  return new EmpiricalDelay(Float64Array.from(valuesNs).sort());
}

/** How long a burst is remembered: from message to message, or by time. Exactly one of the two. */
export interface BurstyOptions {
  /** What single delays are like. Its distribution stays exactly as it is; only neighbours become alike. */
  readonly delay: ShapedDelay;
  /** Correlation of one message with the one before, 0 … below 1. */
  readonly rho?: number;
  /** After this time half of the correlation is gone; ns > 0. */
  readonly halfLifeNs?: Nanos;
}

/**
 * Slow stretches and fast ones: an autoregressive normal z_k = ρ z_{k−1} + √(1−ρ²) Z drives the delay (FLOX's bursts for
 * its log-normal; for the other shapes the normal is turned into a rank first, which keeps their distribution). With
 * `halfLifeNs` ρ is 2^(−time since the last message / half life), so that a burst passes while nothing is sent, too.
 * Remembers, hence `forRun`. Throws `RangeError` for bad options.
 */
export function burstyDelay({ delay, rho, halfLifeNs }: BurstyOptions): Delay {
  if ((rho === undefined) === (halfLifeNs === undefined)) {
    throw new RangeError(`bursty delay: give either rho or halfLifeNs, not ${rho === undefined ? 'neither' : 'both'}`);
  }
  if (rho !== undefined && !(rho >= 0 && rho < 1)) {
    throw new RangeError(`bursty delay: rho ${rho} is not at least 0 and below 1`);
  }
  if (halfLifeNs !== undefined && !(halfLifeNs > 0 && halfLifeNs < Infinity)) {
    throw new RangeError(`bursty delay: halfLifeNs ${halfLifeNs} is not a time above 0`);
  }
  if (typeof delay?.atNormal !== 'function') throw new RangeError('bursty delay: delay has no atNormal');
  return new BurstyDelay(delay, rho ?? Number.NaN, halfLifeNs ?? Number.NaN);
}

/** Fresh instances for one run; what is listed twice is one instance again, and what does not remember stays. */
export function freshDelays(delays: readonly Delay[]): Delay[] {
  const fresh = new Map<Delay, Delay>();
  for (const delay of delays) if (!fresh.has(delay)) fresh.set(delay, delay.forRun?.() ?? delay);
  return delays.map((delay) => fresh.get(delay)!);
}

/** Marsaglia's polar method on 32 random bits gives no larger number: √(−2 ln 2⁻⁶²). */
const LARGEST_NORMAL = 9.28;

function need(who: string, name: string, valueNs: Nanos): void {
  if (!(valueNs >= 0) || !Number.isSafeInteger(valueNs)) {
    throw new RangeError(`${who}: ${name} ${valueNs} is not a whole number of nanoseconds ≥ 0`);
  }
}

class ConstantDelay implements ShapedDelay {
  readonly leastNs: Nanos;

  constructor(delayNs: Nanos) {
    this.leastNs = delayNs;
  }

  drawNs(): Nanos {
    return this.leastNs;
  }

  atNormal(): Nanos {
    return this.leastNs;
  }

  toString(): string {
    return formatDuration(this.leastNs);
  }
}

class UniformDelay implements ShapedDelay {
  readonly leastNs: Nanos;
  readonly #count: number;

  constructor(fromNs: Nanos, toNs: Nanos) {
    this.leastNs = fromNs;
    this.#count = toNs - fromNs + 1;
  }

  drawNs(_sentNs: Nanos, random: RandomStream): Nanos {
    return this.leastNs + random.integer(this.#count);
  }

  atNormal(z: number): Nanos {
    return this.leastNs + Math.min(this.#count - 1, Math.floor(normalShareBelow(z) * this.#count));
  }

  toString(): string {
    return `${formatDuration(this.leastNs)} to ${formatDuration(this.leastNs + this.#count - 1)}`;
  }
}

class LogNormalDelay implements ShapedDelay {
  readonly leastNs: Nanos;
  readonly #restNs: Nanos;
  readonly #sigma: number;

  constructor(medianNs: Nanos, sigma: number, floorNs: Nanos) {
    this.leastNs = floorNs;
    this.#restNs = medianNs - floorNs;
    this.#sigma = sigma;
  }

  drawNs(_sentNs: Nanos, random: RandomStream): Nanos {
    return this.atNormal(random.normal());
  }

  atNormal(z: number): Nanos {
    return this.leastNs + Math.round(this.#restNs * Math.exp(this.#sigma * z));
  }

  toString(): string {
    const floor = this.leastNs === 0 ? '' : ` above ${formatDuration(this.leastNs)}`;
    return `log-normal around ${formatDuration(this.leastNs + this.#restNs)}, sigma ${this.#sigma}${floor}`;
  }
}

class EmpiricalDelay implements ShapedDelay {
  readonly leastNs: Nanos;
  readonly #sortedNs: Float64Array;

  constructor(sortedNs: Float64Array) {
    this.leastNs = sortedNs[0]!;
    this.#sortedNs = sortedNs;
  }

  drawNs(_sentNs: Nanos, random: RandomStream): Nanos {
    return this.#sortedNs[random.integer(this.#sortedNs.length)]!;
  }

  atNormal(z: number): Nanos {
    const { length } = this.#sortedNs;
    return this.#sortedNs[Math.min(length - 1, Math.floor(normalShareBelow(z) * length))]!;
  }

  toString(): string {
    const { length } = this.#sortedNs;
    return `one of ${length} measured, ${formatDuration(this.leastNs)} to ${formatDuration(this.#sortedNs[length - 1]!)}`;
  }
}

class BurstyDelay implements Delay {
  readonly leastNs: Nanos;
  readonly #delay: ShapedDelay;
  /** One of the two is NaN. */
  readonly #rho: number;
  readonly #halfLifeNs: Nanos;
  #normal = Number.NaN;
  #lastNs: Nanos = Number.NaN;

  constructor(delay: ShapedDelay, rho: number, halfLifeNs: Nanos) {
    this.leastNs = delay.leastNs;
    this.#delay = delay;
    this.#rho = rho;
    this.#halfLifeNs = halfLifeNs;
  }

  drawNs(sentNs: Nanos, random: RandomStream): Nanos {
    const fresh = random.normal();
    if (Number.isNaN(this.#normal)) this.#normal = fresh;
    else {
      const keep = Number.isNaN(this.#rho) ? 2 ** ((this.#lastNs - sentNs) / this.#halfLifeNs) : this.#rho;
      this.#normal = keep * this.#normal + Math.sqrt(1 - keep * keep) * fresh;
    }
    this.#lastNs = sentNs;
    return this.#delay.atNormal(this.#normal);
  }

  forRun(): Delay {
    return new BurstyDelay(this.#delay, this.#rho, this.#halfLifeNs);
  }

  toString(): string {
    const memory = Number.isNaN(this.#rho) ? `half life ${formatDuration(this.#halfLifeNs)}` : `rho ${this.#rho}`;
    return `${this.#delay} in bursts, ${memory}`;
  }
}

/** Share of a standard normal below `z`, to 7.5 × 10⁻⁸: Abramowitz and Stegun (1964), 26.2.17. */
function normalShareBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (series * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  return z >= 0 ? 1 - tail : tail;
}
