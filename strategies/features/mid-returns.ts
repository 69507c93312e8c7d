/**
 * Features of how the mid moved: return_T and volatility_T. Know nothing of trades. Found in the feature registry.
 *
 * Both sample alike: the mid after every complete book message at which both sides are there; between samples, and while a
 * side is missing, the last one stands (previous-tick sampling). The mid as bid + ask in ticks is a whole number, so that
 * equal prices give a return of exactly 0. Log returns from or to a mid of 0 or less do not exist. Splits are not undone.
 */
import type { Book } from '../../core/book/book.js';
import type { Nanos } from '../../core/time.js';
import { defineFeature, type Feature, type FeatureSetup } from './feature.js';
import { RollingSum } from './rolling-sum.js';
import { TimedRing } from './timed-ring.js';

export const midReturn = defineFeature({
  name: 'return',
  argument: 'duration',
  unit: '1',
  formula:
    'ln(last sampled mid / mid sampled at or last before now − T), samples at complete book messages; ' +
    'NaN until T after the first sample, and where a mid is 0 or less',
  source: 'Andersen, Bollerslev, Diebold, Labys (2003), Modeling and forecasting realized volatility, Econometrica 71',
  hears: ['onBook'],
  create: (setup) => new MidReturn(setup),
});

/**
 * Every change of the mid counts, so that the bounce of the mid itself counts, too: at short T it is above what slower
 * sampling gives (Hansen, Lunde 2006). Neither annualised nor divided by T.
 */
export const volatility = defineFeature({
  name: 'volatility',
  argument: 'duration',
  unit: '1',
  formula:
    '√ Σ r² of the log returns r of the mid from one complete book message to the next, in (now − T, now]; not annualised; ' +
    'NaN until T after the first sample, and while one of the mids in it is 0 or less',
  source: 'Andersen, Bollerslev, Diebold, Labys (2003), Modeling and forecasting realized volatility, Econometrica 71',
  hears: ['onBook'],
  create: (setup) => new Volatility(setup),
});

/** ln(to / from) of two prices in the same unit, exact to the last digits also when they are near each other. */
function logReturn(from: number, to: number): number {
  return from > 0 && to > 0 ? Math.log1p((to - from) / from) : Number.NaN;
}

class Volatility implements Feature {
  readonly #spanNs: Nanos;
  readonly #squares: RollingSum;
  #lastMid = Number.NaN;
  #firstNs = Number.POSITIVE_INFINITY;
  /** When a return last did not exist. */
  #undefinedNs = Number.NEGATIVE_INFINITY;

  constructor({ argument }: FeatureSetup) {
    this.#spanNs = argument;
    this.#squares = new RollingSum(argument);
  }

  onBook({ bestBidTicks, bestAskTicks }: Book, nowNs: Nanos): void {
    const mid = bestBidTicks + bestAskTicks;
    if (Number.isNaN(mid) || mid === this.#lastMid) return;
    if (this.#firstNs === Number.POSITIVE_INFINITY) this.#firstNs = nowNs;
    else {
      const step = logReturn(this.#lastMid, mid);
      if (Number.isNaN(step)) this.#undefinedNs = nowNs;
      else this.#squares.add(step * step, nowNs);
    }
    this.#lastMid = mid;
  }

  value(nowNs: Nanos): number {
    const endNs = nowNs - this.#spanNs;
    if (!(this.#firstNs <= endNs) || this.#undefinedNs > endNs) return Number.NaN;
    return Math.sqrt(this.#squares.at(nowNs));
  }
}

class MidReturn implements Feature {
  readonly #spanNs: Nanos;
  /** The mids that it changed to: all since now − T, after the last one at or before it. */
  readonly #mids = new TimedRing();

  constructor({ argument }: FeatureSetup) {
    this.#spanNs = argument;
  }

  onBook({ bestBidTicks, bestAskTicks }: Book, nowNs: Nanos): void {
    const mids = this.#mids;
    const mid = bestBidTicks + bestAskTicks;
    if (Number.isNaN(mid) || (mids.length > 0 && mid === mids.value(mids.length - 1))) return;
    this.#expire(nowNs);
    mids.push(mid, nowNs);
  }

  value(nowNs: Nanos): number {
    this.#expire(nowNs);
    const mids = this.#mids;
    if (mids.length === 0 || mids.timeNs(0) > nowNs - this.#spanNs) return Number.NaN;
    return logReturn(mids.value(0), mids.value(mids.length - 1));
  }

  #expire(nowNs: Nanos): void {
    const endNs = nowNs - this.#spanNs;
    while (this.#mids.length > 1 && this.#mids.timeNs(1) <= endNs) this.#mids.dropFirst();
  }
}
