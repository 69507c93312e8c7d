/**
 * The line between the synthetic venue and our machine: how long a message travels.
 * Knows nothing of what it carries. Called by core/synthetic.ts once a message, in order of exchange time.
 */
import type { RandomStream } from '../random.js';
import { MILLISECOND, type Nanos, SECOND } from '../time.js';

/**
 * Latency of the feed: log-normal, most of it shared by all instruments and slow to change (they come over one line),
 * the rest each message's own, so that now and then messages of two instruments overtake each other; with shared bursts.
 */
export interface FeedLatency {
  /** Whole ns ≥ 0; 0 = no latency at all: local time is exchange time. Default 1.5 ms. */
  readonly medianNs?: Nanos;
  /** Standard deviation of the logarithm, 0 … 2. Default 0.4: 95 % lie within a factor of 2.2 of the median. */
  readonly jitter?: number;
  /** Mean time between bursts (times ten and more for some 30 ms), ns > 0; `Infinity` = none. Default 15 s. */
  readonly burstEveryNs?: Nanos;
}

const BURST_FACTOR = 12;
const BURST_FADES_NS = 30 * MILLISECOND;
/** Share of the logarithm's variance that is each message's own. */
const OWN_SHARE = 0.15;
/** The shared part forgets itself this fast, and moves in steps of a tenth of that. */
const SHARED_NS = 50 * MILLISECOND;
const SHARED_STEP_NS = SHARED_NS / 10;

export class FeedLine {
  readonly #random: RandomStream;
  readonly #medianNs: number;
  readonly #sharedJitter: number;
  readonly #ownJitter: number;
  readonly #burstEveryNs: number;
  readonly #lastArrivalNs: Float64Array;
  #shared = 0.5;
  #sharedNs = 0.5;
  #burstNs = 0.5;
  #nextBurstNs = 0.5;

  /** Throws `RangeError` naming the field and value. */
  constructor(instruments: number, latency: FeedLatency, random: RandomStream) {
    const { medianNs = 1.5 * MILLISECOND, jitter = 0.4, burstEveryNs = 15 * SECOND } = latency;
    if (!Number.isSafeInteger(medianNs) || medianNs < 0 || medianNs > SECOND) {
      throw new RangeError(`feedLatency.medianNs ${medianNs} is not a whole number from 0 to 1000000000`);
    }
    if (!(jitter >= 0 && jitter <= 2)) throw new RangeError(`feedLatency.jitter ${jitter} is not between 0 and 2`);
    if (!(burstEveryNs > 0)) throw new RangeError(`feedLatency.burstEveryNs ${burstEveryNs} is not above 0`);
    this.#random = random;
    this.#medianNs = medianNs;
    this.#sharedJitter = jitter * Math.sqrt(1 - OWN_SHARE);
    this.#ownJitter = jitter * Math.sqrt(OWN_SHARE);
    this.#burstEveryNs = burstEveryNs;
    this.#lastArrivalNs = new Float64Array(instruments);
    this.#shared = random.normal();
    this.#sharedNs = 0;
    this.#burstNs = Number.NEGATIVE_INFINITY;
    this.#nextBurstNs = burstEveryNs === Infinity ? Infinity : random.exponential(burstEveryNs);
  }

  /** When a message that left at `exchangeNs` arrives: whole ns, never before an earlier one of the same instrument. */
  arrival(instrument: number, exchangeNs: Nanos): Nanos {
    if (this.#medianNs === 0) return exchangeNs;
    while (this.#nextBurstNs <= exchangeNs) {
      this.#burstNs = this.#nextBurstNs;
      this.#nextBurstNs += this.#random.exponential(this.#burstEveryNs);
    }
    const sinceShared = exchangeNs - this.#sharedNs;
    if (sinceShared > SHARED_STEP_NS) {
      const keep = Math.exp(-sinceShared / SHARED_NS);
      this.#shared = this.#shared * keep + Math.sqrt(1 - keep * keep) * this.#random.normal();
      this.#sharedNs = exchangeNs;
    }
    const exponent = this.#sharedJitter * this.#shared + this.#ownJitter * this.#random.normal();
    let travelNs = this.#medianNs * Math.exp(exponent);
    const sinceBurst = exchangeNs - this.#burstNs;
    if (sinceBurst < 8 * BURST_FADES_NS) travelNs *= 1 + BURST_FACTOR * Math.exp(-sinceBurst / BURST_FADES_NS);
    const arrival = Math.max(this.#lastArrivalNs[instrument]!, exchangeNs + Math.round(travelNs));
    this.#lastArrivalNs[instrument] = arrival;
    return arrival;
  }
}
