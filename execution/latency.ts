/**
 * How long requests and answers travel. Knows nothing of what is in them. Called by the simulated venue.
 * contract: LatencyModel.
 */
import type { RandomStream } from '../core/random.js';
import { formatDuration, type Nanos } from '../core/time.js';

/**
 * Decides how long a request takes to the venue and an answer back.
 *
 * Called once per request and once per answer, on the hot path: must not allocate. Nanoseconds, whole, ≥ 0; the same
 * inputs and random stream give the same delays. `leastEntryNs` and `leastResponseNs` promise a lower bound, 0 if unsure:
 * the larger they are, the further the engine can run ahead. The venue keeps requests and answers of one strategy in
 * order whatever the delays. Read {@link constantLatency} first. Conformance: test/contracts/latency.contract.ts.
 */
export interface LatencyModel {
  readonly leastEntryNs: Nanos;
  readonly leastResponseNs: Nanos;
  /** Delay of a request sent at local time `sentNs`. */
  entryNs(sentNs: Nanos, random: RandomStream): Nanos;
  /** Delay of an answer sent by the venue at exchange time `answeredNs`. */
  responseNs(answeredNs: Nanos, random: RandomStream): Nanos;
}

/** The same delay every time; 0 is allowed. Throws `RangeError` for a negative or fractional delay. */
export function constantLatency({ entryNs, responseNs }: { entryNs: Nanos; responseNs: Nanos }): LatencyModel {
  for (const [name, delay] of Object.entries({ entryNs, responseNs })) {
    if (!(delay >= 0) || !Number.isSafeInteger(delay)) {
      throw new RangeError(`constant latency: ${name} ${delay} is not a whole number of nanoseconds ≥ 0`);
    }
  }
  return new ConstantLatency(entryNs, responseNs);
}

class ConstantLatency implements LatencyModel {
  readonly leastEntryNs: Nanos;
  readonly leastResponseNs: Nanos;

  constructor(entryNs: Nanos, responseNs: Nanos) {
    this.leastEntryNs = entryNs;
    this.leastResponseNs = responseNs;
  }

  entryNs(): Nanos {
    return this.leastEntryNs;
  }

  responseNs(): Nanos {
    return this.leastResponseNs;
  }

  toString(): string {
    return `constant latency ${formatDuration(this.leastEntryNs)} in, ${formatDuration(this.leastResponseNs)} out`;
  }
}
