/**
 * The latent price that a synthetic instrument's quotes follow: news, diffusion, slow trends, clustered volatility.
 * Knows nothing of the book. Called by the order flow, which also pushes it (trades move the price for good).
 */
import type { RandomStream } from '../random.js';
import { type Nanos, SECOND } from '../time.js';
import type { CommonNews } from './common-news.js';
import type { SyntheticProfile } from './profile.js';

/** Shares of the variance per time; what is left comes from trades pushing the price. */
const NEWS_SHARE = 0.65;
const TREND_SHARE = 0.12;
const DIFFUSION_SHARE = 0.02;
/** Share of the variance that {@link FairPrice.pushTicks} is laid out for. */
export const PUSH_SHARE = 0.2;

/** News are normal with these scales: mostly small, one in 16 larger, one in 1,500 a jump. */
const LARGE_NEWS = 2.5;
const LARGE_NEWS_CHANCE = 0.06;
const JUMP = 25;
const JUMP_CHANCE = 0.0007;
const NEWS_SCALE = 1 / Math.sqrt(1 + LARGE_NEWS_CHANCE * LARGE_NEWS ** 2 + JUMP_CHANCE * JUMP ** 2);

const TREND_SECONDS = 60;
const VOLATILITY_SECONDS = 300;
/** Standard deviation of the log of the volatility. */
const VOLATILITY_SPREAD = 0.45;
const REVERSION_PER_SECOND = Math.LN2 / (2 * 86_400);
const UNIFORM_TO_UNIT_VARIANCE = Math.sqrt(12);

export class FairPrice {
  /** In ticks, with a fraction; never below 1. */
  ticks: number;
  /** How lively the market is now against its mean: the square has mean 1. */
  volatility = 1;
  /** Standard deviation of the price over one second at mean volatility, in ticks. */
  secondTicks: number;
  readonly #random: RandomStream;
  readonly #profile: SyntheticProfile;
  readonly #newsGapNs: number;
  readonly #common: CommonNews | undefined;
  /** Where news are common: 0, and they bring all of the variance but that of trades' pushes, which are the instrument's own. */
  readonly #alone: number;
  readonly #pushed: number;
  #nextOwnNs: Nanos;
  #nextCommonNs: Nanos;
  #logVolatility = 0.5;
  #trendTicksPerNs = 0.5;
  #lastNs = 0.5;
  #lastSlowNs = 0.5;

  /** `common`: what it shares with other instruments. */
  constructor(profile: SyntheticProfile, random: RandomStream, common?: CommonNews) {
    this.#profile = profile;
    this.#random = random;
    this.#common = common;
    this.#alone = common === undefined ? 1 : 0;
    this.#pushed = common?.own ?? 1;
    this.#nextCommonNs = common?.nextNs ?? Number.POSITIVE_INFINITY;
    this.ticks = profile.startTicks + random.uniform();
    this.secondTicks = ((profile.volatilityBps / 1e4) * profile.startTicks) / Math.sqrt(60);
    this.#newsGapNs = SECOND / (0.2 + 1.3 * Math.min(1, profile.activity));
    const firstNs = random.exponential(this.#newsGapNs);
    this.#nextOwnNs = common === undefined ? firstNs : Number.POSITIVE_INFINITY;
    this.#lastNs = 0;
    this.#lastSlowNs = 0;
    this.#logVolatility = VOLATILITY_SPREAD * random.normal();
    this.#trendTicksPerNs = this.#trendSpread() * random.normal();
    this.volatility = Math.exp(this.#logVolatility - VOLATILITY_SPREAD ** 2);
  }

  /** When the next news comes. */
  get nextNewsNs(): Nanos {
    return Math.min(this.#nextOwnNs, this.#nextCommonNs);
  }

  /** Moves on to time `now`, ns, not before the last call's. Returns whether a second or more has gone since it did slow work. */
  advance(now: number): boolean {
    const random = this.#random;
    const step = now - this.#lastNs;
    this.#lastNs = now;
    this.ticks +=
      this.#alone * this.#trendTicksPerNs * step +
      this.#alone *
        this.secondTicks *
        this.volatility *
        Math.sqrt((DIFFUSION_SHARE * step) / SECOND) *
        (random.uniform() - 0.5) *
        UNIFORM_TO_UNIT_VARIANCE;
    while (this.#nextOwnNs <= now) {
      const draw = random.uniform();
      const scale = draw < JUMP_CHANCE ? JUMP : draw < JUMP_CHANCE + LARGE_NEWS_CHANCE ? LARGE_NEWS : 1;
      const sizeTicks = this.secondTicks * Math.sqrt((NEWS_SHARE * this.#newsGapNs) / SECOND);
      this.ticks += sizeTicks * NEWS_SCALE * scale * this.volatility * random.normal();
      this.#nextOwnNs += random.exponential(this.#newsGapNs);
    }
    if (this.#nextCommonNs <= now) {
      this.ticks += this.secondTicks * this.#common!.moveTo(now);
      this.#nextCommonNs = this.#common!.nextNs;
    }
    if (now - this.#lastSlowNs < SECOND) return false;
    this.#slowStep(now);
    return true;
  }

  /** A trade moves the price for good. Ticks, signed. */
  pushTicks(ticks: number): void {
    this.ticks += this.#pushed * ticks;
  }

  /** Something from outside moves the price. Ticks, signed. */
  moveTicks(ticks: number): void {
    this.ticks += ticks;
  }

  /** What need not be done at every message: volatility, trend, the pull back to the opening price. */
  #slowStep(now: number): void {
    const seconds = (now - this.#lastSlowNs) / SECOND;
    this.#lastSlowNs = now;
    const { startTicks, volatilityBps, symbol } = this.#profile;
    if (!(this.ticks > startTicks / 3)) {
      throw new RangeError(
        `synthetic instrument ${symbol}: the price fell from ${startTicks} to ${this.ticks} ticks; give a smaller volatilityBps than ${volatilityBps}`,
      );
    }
    const random = this.#random;
    const keepVolatility = Math.exp(-seconds / VOLATILITY_SECONDS);
    this.#logVolatility =
      this.#logVolatility * keepVolatility +
      VOLATILITY_SPREAD * Math.sqrt(1 - keepVolatility * keepVolatility) * random.normal();
    this.volatility = Math.exp(this.#logVolatility - VOLATILITY_SPREAD ** 2);
    this.secondTicks = ((volatilityBps / 1e4) * this.ticks) / Math.sqrt(60);
    const keepTrend = Math.exp(-seconds / TREND_SECONDS);
    this.#trendTicksPerNs =
      this.#trendTicksPerNs * keepTrend + this.#trendSpread() * Math.sqrt(1 - keepTrend * keepTrend) * random.normal();
    this.ticks -= this.ticks * Math.log(this.ticks / startTicks) * Math.min(1, REVERSION_PER_SECOND * seconds);
  }

  /** Standard deviation of the trend, ticks per ns, so that over long times it has its share of the variance. */
  #trendSpread(): number {
    return (this.secondTicks * Math.sqrt(TREND_SHARE / (2 * TREND_SECONDS))) / SECOND;
  }
}
