/**
 * How many lots an order has: distributions, their means, and draws. Knows nothing of orders. Called by the order market and by
 * whoever fits a flow to a tape.
 */
import type { RandomStream } from '../random.js';

/** 1 … 2 · mean − 1, each as often. */
export interface UniformSizes {
  readonly kind: 'uniform';
  /** Whole lots, 1 … 10,000. */
  readonly mean: number;
}

/** A log-normal number of round lots, rounded up to whole ones. */
export interface LogNormalSizes {
  readonly kind: 'log-normal';
  /** Lots, > 0, at most a million. */
  readonly median: number;
  /** Standard deviation of the logarithm, 0 … 2. */
  readonly sigma: number;
  /** Orders are multiples of this many lots; default 1. */
  readonly roundLots?: number;
}

/** As observed: sizes and how often each comes. */
export interface TabledSizes {
  readonly kind: 'table';
  /** Whole lots, ascending, ≥ 1. */
  readonly lots: readonly number[];
  /** ≥ 0; need not add up to 1. */
  readonly shares: readonly number[];
}

export type Sizes = UniformSizes | LogNormalSizes | TabledSizes;

const MOST_LOTS = 2 ** 40;

/** Refuses what cannot be drawn from: throws `RangeError` naming `field` and the value. */
export function checkSizes(field: string, sizes: Sizes): void {
  const need = (name: string, value: number, fine: boolean, allowed: string) => {
    if (!fine) throw new RangeError(`order flow: ${field}.${name} ${value} is not ${allowed}`);
  };
  const whole = (name: string, value: number, least: number, most: number) =>
    need(
      name,
      value,
      Number.isInteger(value) && value >= least && value <= most,
      `a whole number from ${least} to ${most}`,
    );
  if (sizes.kind === 'uniform') whole('mean', sizes.mean, 1, 10_000);
  else if (sizes.kind === 'log-normal') {
    need('median', sizes.median, sizes.median > 0 && sizes.median <= 1e6, 'above 0 and at most 1000000');
    need('sigma', sizes.sigma, sizes.sigma >= 0 && sizes.sigma <= 2, 'from 0 to 2');
    whole('roundLots', sizes.roundLots ?? 1, 1, 1e6);
  } else {
    const { lots, shares } = sizes;
    need(
      'lots entries',
      lots.length,
      lots.length > 0 && lots.length === shares.length,
      `above 0 and as many as shares`,
    );
    for (const [at, each] of lots.entries()) whole(`lots[${at}]`, each, 1 + (lots[at - 1] ?? 0), MOST_LOTS);
    for (const share of shares) need('shares', share, share >= 0 && share < Infinity, 'a number from 0 on');
    const total = shares.reduce((sum, share) => sum + share, 0);
    need('sum of shares', total, total > 0, 'above 0');
  }
}

/** Draws whole lots ≥ 1. */
export class SizeDraw {
  /** Mean lots; of log-normal sizes before they are rounded up. */
  readonly mean: number;
  readonly #sizes: Sizes;
  readonly #table: WeightedDraw | undefined;

  constructor(sizes: Sizes) {
    this.#sizes = sizes;
    this.#table = sizes.kind === 'table' ? new WeightedDraw(sizes.shares) : undefined;
    this.mean = meanLots(sizes);
  }

  draw(random: RandomStream): number {
    const sizes = this.#sizes;
    if (sizes.kind === 'table') return sizes.lots[this.#table!.draw(random)]!;
    if (sizes.kind === 'uniform') return 1 + random.integer(2 * sizes.mean - 1);
    const { median, sigma, roundLots = 1 } = sizes;
    return Math.ceil((median * Math.exp(sigma * random.normal())) / roundLots) * roundLots;
  }
}

export function meanLots(sizes: Sizes): number {
  if (sizes.kind === 'uniform') return sizes.mean;
  if (sizes.kind === 'log-normal') return sizes.median * Math.exp(sizes.sigma ** 2 / 2);
  const total = sizes.shares.reduce((sum, share) => sum + share, 0);
  return sizes.lots.reduce((sum, lots, at) => sum + lots * sizes.shares[at]!, 0) / total;
}

/** Draws one of several by weight. */
export class WeightedDraw {
  readonly #upTo: Float64Array;

  /** Weights ≥ 0, one of them above 0. */
  constructor(weights: readonly number[]) {
    let sum = 0;
    this.#upTo = Float64Array.from(weights, (weight) => {
      sum += weight;
      return sum;
    });
  }

  /** Its index; never of one without weight. */
  draw(random: RandomStream): number {
    const upTo = this.#upTo;
    const wanted = random.uniform() * upTo[upTo.length - 1]!;
    let [low, high] = [0, upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
