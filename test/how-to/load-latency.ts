/** A latency of one's own: the venue's gateway takes requests one after the other, so that who sends many at once waits. */
import type { RandomStream } from 'tickwright/core';
import type { LatencyModel, Message } from 'tickwright/execution';

export interface LoadLatencyOptions {
  /** The way there and the way back on an idle line, whole ns. */
  readonly wayNs: number;
  /** How long the gateway is occupied by one request, whole ns. */
  readonly serviceNs: number;
  /** Mean of what an answer takes longer, whole ns. */
  readonly jitterNs: number;
}

/** Throws `RangeError` naming the option and the value. */
export function loadLatency(options: LoadLatencyOptions): LatencyModel {
  for (const [name, value] of Object.entries(options)) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`load latency: ${name} ${value} is not a whole number of nanoseconds ≥ 0`);
    }
  }
  return new LoadLatency(options);
}

class LoadLatency implements LatencyModel {
  /** Promises, for every kind of message: the engine runs ahead by them, and the venue refuses a model that breaks them. */
  readonly leastEntryNs: number;
  readonly leastResponseNs: number;
  readonly #options: LoadLatencyOptions;
  /** When the gateway has done with all requests so far. */
  #freeNs = 0;

  constructor(options: LoadLatencyOptions) {
    this.#options = options;
    this.leastEntryNs = options.wayNs + options.serviceNs;
    this.leastResponseNs = options.wayNs;
  }

  entryNs(_kind: Message, sentNs: number): number {
    const { wayNs, serviceNs } = this.#options;
    this.#freeNs = Math.max(this.#freeNs, sentNs + wayNs) + serviceNs;
    return this.#freeNs - sentNs;
  }

  responseNs(_kind: Message, _answeredNs: number, random: RandomStream): number {
    return this.#options.wayNs + Math.round(random.exponential(this.#options.jitterNs));
  }

  /** It remembers, so each run gets one of its own. A model without memory leaves this out. */
  forRun(): LatencyModel {
    return new LoadLatency(this.#options);
  }
}
