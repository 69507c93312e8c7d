/**
 * Correlation of the returns of several mids over intervals of several lengths. Knows nothing of books. Called by the facts of a
 * tape.
 */
import { MILLISECOND, MINUTE, type Nanos, SECOND } from '../../core/time.js';

export const CORRELATION_STEPS: readonly Nanos[] = [
  100 * MILLISECOND,
  ...[1, 10].map((each) => each * SECOND),
  ...[1, 5].map((each) => each * MINUTE),
];
/** Instruments that take part, the first ones. */
export const CORRELATED_MARKETS = 20;

/** One pair of instruments, by their places in the order given. */
export interface CorrelationFact {
  readonly first: number;
  readonly second: number;
  readonly intervalNs: Nanos;
  /** Intervals at whose ends both had a mid. */
  readonly returns: number;
  /** −1 … 1; `NaN` where one never moved. */
  readonly value: number;
}

/** Two markets over one length of interval: sums over the intervals at whose ends both had a mid. */
class Pair {
  readonly first: number;
  readonly second: number;
  count = 0;
  product = 0;
  firstSquare = 0;
  secondSquare = 0;

  constructor(first: number, second: number) {
    this.first = first;
    this.second = second;
  }

  get value(): number {
    const size = Math.sqrt(this.firstSquare * this.secondSquare);
    return size > 0 ? this.product / size : Number.NaN;
  }
}

class Interval {
  readonly stepNs: Nanos;
  nextNs: Nanos;
  readonly pairs: readonly Pair[];
  readonly #last: Float64Array;
  readonly #returns: Float64Array;

  constructor(stepNs: Nanos, markets: number) {
    this.stepNs = stepNs;
    this.nextNs = stepNs;
    this.#last = new Float64Array(markets).fill(Number.NaN);
    this.#returns = new Float64Array(markets);
    const places = Array.from({ length: markets }, (_, market) => market);
    this.pairs = places.flatMap((second) => places.slice(0, second).map((first) => new Pair(first, second)));
  }

  /** The mids stood up to `timeNs`: settles the points before that. Of several the first has the return, the others have none. */
  stood(logs: Float64Array, timeNs: Nanos): void {
    const points = Math.ceil((timeNs - this.nextNs) / this.stepNs);
    this.nextNs += points * this.stepNs;
    const returns = this.#returns;
    for (let market = 0; market < logs.length; market++) {
      returns[market] = logs[market]! - this.#last[market]!;
      this.#last[market] = logs[market]!;
    }
    for (const pair of this.pairs) {
      const [one, other] = [returns[pair.first]!, returns[pair.second]!];
      if (Number.isNaN(logs[pair.first]! + logs[pair.second]!)) continue;
      // What has its first mid now has no return yet.
      const begins = Number.isNaN(one + other);
      pair.count += begins ? points - 1 : points;
      if (begins) continue;
      pair.product += one * other;
      pair.firstSquare += one * one;
      pair.secondSquare += other * other;
    }
  }
}

export class MidCorrelations {
  /** The earliest point that is not settled. */
  nextNs: Nanos;
  readonly #intervals: readonly Interval[];

  /** Intervals begin at time 0. */
  constructor(markets: number) {
    this.#intervals = markets < 2 ? [] : CORRELATION_STEPS.map((stepNs) => new Interval(stepNs, markets));
    this.nextNs = markets < 2 ? Number.POSITIVE_INFINITY : CORRELATION_STEPS[0]!;
  }

  /** `logs`: the natural logarithms of the mids, `NaN` = none, as they stood up to `timeNs`, which is after `nextNs`. */
  stood(logs: Float64Array, timeNs: Nanos): void {
    this.nextNs = Number.POSITIVE_INFINITY;
    for (const interval of this.#intervals) {
      if (interval.nextNs < timeNs) interval.stood(logs, timeNs);
      if (interval.nextNs < this.nextNs) this.nextNs = interval.nextNs;
    }
  }

  /**
   * Σ r(i)·r(j) / √(Σ r(i)² · Σ r(j)²) by pair and interval: realised correlation, means taken to be 0. It falls towards 0 as
   * intervals get shorter: T. W. Epps, "Comovements in Stock Prices in the Very Short Run", JASA 74, 1979.
   */
  facts(): CorrelationFact[] {
    return this.#intervals.flatMap(({ stepNs, pairs }) =>
      pairs.map(({ first, second, count, value }) => ({ first, second, intervalNs: stepNs, returns: count, value })),
    );
  }
}
