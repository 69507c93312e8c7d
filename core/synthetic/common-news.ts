/**
 * News that move several synthetic instruments at once, as one of them hears of it. Knows nothing of prices or books. Called by
 * the fair price. Every instrument follows the same factors from streams of the same names, so that they need not meet.
 */
import { RandomSource, type RandomStream } from '../random.js';
import { type Nanos, SECOND } from '../time.js';

/** Mean time between news of a factor. */
const GAP_NS = SECOND / 4;
/** News are normal, one in 16 of this scale. */
const LARGE = 2.5;
const LARGE_CHANCE = 0.06;
const SCALE = 1 / Math.sqrt(1 + LARGE_CHANCE * (LARGE ** 2 - 1));
/** As those of the fair price: how long volatility lasts, and how far its logarithm goes. */
const KEPT = Math.exp(-1 / 300);
const VOLATILITY_SPREAD = 0.45;

/** How lively all markets are, second by second; the square has mean 1. */
class Volatility {
  value = 1;
  readonly #random: RandomStream;
  #log: number;
  #nextNs: Nanos = 0;

  constructor(random: RandomStream) {
    this.#random = random;
    this.#log = VOLATILITY_SPREAD * random.normal();
  }

  moveTo(nowNs: Nanos): void {
    for (; this.#nextNs <= nowNs; this.#nextNs += SECOND) {
      this.#log = this.#log * KEPT + VOLATILITY_SPREAD * Math.sqrt(1 - KEPT ** 2) * this.#random.normal();
      // E[exp(2x)] = exp(2 · spread²) for the logarithm x.
      this.value = Math.exp(this.#log - VOLATILITY_SPREAD ** 2);
    }
  }
}

/** A price that jumps, with variance 1 a second at mean volatility. */
class Factor {
  nextNs: Nanos;
  readonly #random: RandomStream;

  constructor(random: RandomStream) {
    this.#random = random;
    this.nextNs = random.exponential(GAP_NS);
  }

  /** The size of the next news, which is then over. */
  jump(): number {
    const random = this.#random;
    this.nextNs += random.exponential(GAP_NS);
    const scale = random.uniform() < LARGE_CHANCE ? LARGE : 1;
    return Math.sqrt(GAP_NS / SECOND) * SCALE * scale * random.normal();
  }
}

/** What the pushes of trades do not bring, of the variance of what is an instrument's own; measured at 30 to 1,000 rows a second. */
const NEWS_SHARE = 0.95;

export class CommonNews {
  /** Standard deviation of what is the instrument's own. */
  readonly own: number;
  readonly #lagNs: Nanos;
  readonly #factors: readonly Factor[];
  readonly #loadings: readonly number[];
  readonly #volatility: Volatility;

  /** `lagNs`: how much later than the first one the instrument hears of what is common. */
  constructor(seed: number, symbol: string, own: number, loadings: readonly number[], lagNs: Nanos) {
    const source = new RandomSource(seed);
    this.own = own;
    this.#lagNs = lagNs;
    const stream = (name: string | number) => source.stream(`synthetic/common-news/${name}`);
    this.#volatility = new Volatility(stream('volatility'));
    // The instrument's own factor comes last.
    this.#loadings = [...loadings, own * Math.sqrt(NEWS_SHARE)];
    this.#factors = [...loadings.map((_, index) => new Factor(stream(index))), new Factor(stream(symbol))];
  }

  get nextNs(): Nanos {
    return this.#factors[this.#earliest()]!.nextNs + this.#lagNs;
  }

  /** How far all news up to `nowNs`, which never decreases, have moved it since the last call; standard deviations of a second. */
  moveTo(nowNs: Nanos): number {
    for (let moved = 0; ; ) {
      const at = this.#earliest();
      const factor = this.#factors[at]!;
      if (factor.nextNs + this.#lagNs > nowNs) return moved;
      this.#volatility.moveTo(factor.nextNs);
      moved += this.#loadings[at]! * this.#volatility.value * factor.jump();
    }
  }

  #earliest(): number {
    return this.#factors.reduce((best, { nextNs }, at) => (nextNs < this.#factors[best]!.nextNs ? at : best), 0);
  }
}
