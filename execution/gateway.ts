/**
 * The front door of a venue: which requests an overloaded or rate-limited gateway turns away before any order is looked at.
 * Knows nothing of orders and books. Called by the simulated venue. contract: Gateway.
 */
import type { RandomStream } from '../core/random.js';
import { formatDuration, type Nanos } from '../core/time.js';
import { Message } from './latency.js';
import type { LatencyTable } from './latency-table.js';
import type { ModelRun } from './model-run.js';

/**
 * Decides whether a request gets in.
 *
 * Called once per request when it arrives, on the hot path: must not allocate. `kind` is submit, modify or cancel;
 * `arrivalNs` (exchange time) never decreases. Draws only from the given stream. What is turned away never reaches an
 * order: the strategy hears a refusal with its reason, a latency later. One gateway serves all strategies of its venue.
 * A gateway that remembers implements `forRun` and returns a fresh instance of itself. Read {@link openGateway} first.
 * Conformance: test/contracts/gateway.contract.ts.
 * One of your own: docs/how-to/gateway.md.
 */
export interface Gateway {
  /** False: the request is refused. `sentNs`: local time at which it was sent. */
  admits(kind: Message, sentNs: Nanos, arrivalNs: Nanos, random: RandomStream): boolean;
  /**
   * Delay of the refusal from `arrivalNs` on, whole ns, asked right after `admits` said no. Left out: refusals travel as
   * answers do, by the latency model. Together with `leastRefusalNs`.
   */
  refusalNs?(kind: Message, sentNs: Nanos, arrivalNs: Nanos): Nanos;
  /** No refusal is heard sooner after its arrival: a promise, as `leastResponseNs` of a latency model is. */
  readonly leastRefusalNs?: Nanos;
  forRun?(run: ModelRun): Gateway;
}

/** Everything gets in. */
export const openGateway: Gateway = { admits: () => true };

export interface ThrottleOptions {
  /** So many requests … whole, ≥ 1. */
  readonly requests: number;
  /** … in any window of this length; whole ns ≥ 1. */
  readonly perNs: Nanos;
  /** Cancels always get in and are not counted, as at many venues. Default: they are like the others. */
  readonly cancelsFree?: boolean;
  /** What was refused counts as well, so that hammering at the door keeps it shut. Default: only what got in counts. */
  readonly refusedCount?: boolean;
}

/**
 * A rate limit over a sliding window: a request is refused if `requests` others arrived in the `perNs` before it; one that
 * arrived exactly `perNs` earlier no longer counts. Throws `RangeError` for bad options.
 */
export function throttledGateway({
  requests,
  perNs,
  cancelsFree = false,
  refusedCount = false,
}: ThrottleOptions): Gateway {
  for (const [name, value] of Object.entries({ requests, perNs })) {
    if (!(value >= 1) || !Number.isSafeInteger(value)) {
      throw new RangeError(`throttled gateway: ${name} ${value} is not a whole number above 0`);
    }
  }
  if (requests > 1e6) throw new RangeError(`throttled gateway: requests ${requests} is more than a million`);
  return new ThrottledGateway(requests, perNs, cancelsFree, refusedCount);
}

export interface OverloadOptions {
  /** Share of requests refused, 0 … 1: always, or during episodes. */
  readonly probability: number;
  /** Overload comes and goes: calm for `everyNs` and overloaded for `lastingNs` on average, each exponential; ns > 0. */
  readonly episodes?: { readonly everyNs: Nanos; readonly lastingNs: Nanos };
}

/**
 * Refusals by chance, each request for itself, or only while an episode of overload lasts (a two-state Markov process in
 * time, which begins in its long-run balance). Throws `RangeError` for bad options.
 */
export function randomlyOverloaded({ probability, episodes }: OverloadOptions): Gateway {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`overloaded gateway: probability ${probability} is not between 0 and 1`);
  }
  for (const [name, value] of Object.entries(episodes ?? {})) {
    if (!(value > 0 && value < Infinity)) throw new RangeError(`overloaded gateway: ${name} ${value} is not above 0`);
  }
  if (episodes === undefined) return new RandomGateway(probability);
  const { everyNs, lastingNs } = episodes;
  if (!(everyNs > 0 && lastingNs > 0)) {
    throw new RangeError('overloaded gateway: episodes need both everyNs and lastingNs');
  }
  return new EpisodicGateway(probability, everyNs, lastingNs);
}

/**
 * Refuses where a recorded table does: a request is refused if the row before or after its sending was. It is heard at
 * sending + response − request, interpolated between the two rows (hftbacktest's negative latency, as an outcome of its
 * own). To be used with `recordedLatency(table, { refusedRows: 'atGateway' })`; beside another latency model a refusal is
 * heard no sooner than its arrival + `leastRefusalNs`.
 */
export function recordedGateway(table: LatencyTable): Gateway {
  return table.refused === 0 ? openGateway : new RecordedGateway(table);
}

class ThrottledGateway implements Gateway {
  readonly #requests: number;
  readonly #perNs: Nanos;
  readonly #cancelsFree: boolean;
  readonly #refusedCount: boolean;
  /** When the last requests that count arrived, a ring; `#next` is the oldest. */
  readonly #arrivedNs: Float64Array;
  #next = 0;

  constructor(requests: number, perNs: Nanos, cancelsFree: boolean, refusedCount: boolean) {
    this.#requests = requests;
    this.#perNs = perNs;
    this.#cancelsFree = cancelsFree;
    this.#refusedCount = refusedCount;
    this.#arrivedNs = new Float64Array(requests).fill(Number.NEGATIVE_INFINITY);
  }

  admits(kind: Message, _sentNs: Nanos, arrivalNs: Nanos): boolean {
    if (this.#cancelsFree && kind === Message.cancel) return true;
    const admitted = arrivalNs - this.#arrivedNs[this.#next]! >= this.#perNs;
    if (admitted || this.#refusedCount) {
      this.#arrivedNs[this.#next] = arrivalNs;
      this.#next = this.#next + 1 === this.#requests ? 0 : this.#next + 1;
    }
    return admitted;
  }

  forRun(): Gateway {
    return new ThrottledGateway(this.#requests, this.#perNs, this.#cancelsFree, this.#refusedCount);
  }

  toString(): string {
    return `gateway of ${this.#requests} requests in ${formatDuration(this.#perNs)}`;
  }
}

class RandomGateway implements Gateway {
  readonly #probability: number;

  constructor(probability: number) {
    this.#probability = probability;
  }

  admits(_kind: Message, _sentNs: Nanos, _arrivalNs: Nanos, random: RandomStream): boolean {
    return random.uniform() >= this.#probability;
  }

  toString(): string {
    return `gateway that refuses a share of ${this.#probability}`;
  }
}

class EpisodicGateway implements Gateway {
  readonly #probability: number;
  readonly #everyNs: Nanos;
  readonly #lastingNs: Nanos;
  #overloaded = false;
  #arrivalNs = Number.NEGATIVE_INFINITY;

  constructor(probability: number, everyNs: Nanos, lastingNs: Nanos) {
    this.#probability = probability;
    this.#everyNs = everyNs;
    this.#lastingNs = lastingNs;
  }

  /** Two draws for each request, whatever comes of them. */
  admits(_kind: Message, _sentNs: Nanos, arrivalNs: Nanos, random: RandomStream): boolean {
    // The chance to be overloaded now, given what it was at the last arrival, in closed form.
    const share = this.#lastingNs / (this.#everyNs + this.#lastingNs);
    const kept = Math.exp((this.#arrivalNs - arrivalNs) * (1 / this.#everyNs + 1 / this.#lastingNs));
    const chance = share + ((this.#overloaded ? 1 : 0) - share) * kept;
    this.#overloaded = random.uniform() < chance;
    this.#arrivalNs = arrivalNs;
    return !(random.uniform() < this.#probability && this.#overloaded);
  }

  forRun(): Gateway {
    return new EpisodicGateway(this.#probability, this.#everyNs, this.#lastingNs);
  }

  toString(): string {
    const [every, lasting] = [formatDuration(this.#everyNs), formatDuration(this.#lastingNs)];
    return `gateway that refuses a share of ${this.#probability} for ${lasting} after every ${every}`;
  }
}

class RecordedGateway implements Gateway {
  readonly leastRefusalNs: Nanos;
  readonly #table: LatencyTable;

  constructor(table: LatencyTable) {
    this.#table = table;
    this.leastRefusalNs = table.leastRefusal().responseNs;
  }

  admits(_kind: Message, sentNs: Nanos): boolean {
    return Number.isNaN(this.#table.refusalNs(sentNs));
  }

  refusalNs(_kind: Message, sentNs: Nanos, arrivalNs: Nanos): Nanos {
    return Math.max(this.leastRefusalNs, sentNs + this.#table.refusalNs(sentNs) - arrivalNs);
  }

  toString(): string {
    return `gateway that refuses as ${this.#table.refused} of ${this.#table.requestNs.length} recorded requests were`;
  }
}
