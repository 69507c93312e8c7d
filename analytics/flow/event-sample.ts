/**
 * The most recent events of a stream, at most so many: when, and of which type. Knows nothing of what they are. Called by the
 * calibration of a flow; read by the fit of a Hawkes process.
 */
import { type Nanos, SECOND } from '../../core/time.js';

/** Events of a point process by time. */
export interface PointEvents {
  /** Seconds since the beginning of the time that was watched, never decreasing. */
  readonly seconds: Float64Array;
  readonly types: Uint8Array;
  /** How many events of the type there were at that time, ≥ 1. */
  readonly counts: Float64Array;
  /** How long was watched, s. */
  readonly duration: number;
}

export class EventSample {
  /** Events so far, those that are no longer held too. */
  count = 0;
  /** Entries: events of one time and type are one. */
  #entries = 0;
  readonly #most: number;
  #timesNs = new Float64Array(1_024);
  #types = new Uint8Array(1_024);
  #counts = new Float64Array(1_024);

  /** `most`: how many entries are held, ≥ 1. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Times never decrease. */
  add(timeNs: Nanos, type: number): void {
    this.count++;
    for (let back = 1; back <= Math.min(this.#entries, this.#most); back++) {
      const at = (this.#entries - back) % this.#most;
      if (this.#timesNs[at] !== timeNs) break;
      if (this.#types[at] !== type) continue;
      this.#counts[at]!++;
      return;
    }
    if (this.#entries < this.#most && this.#entries === this.#types.length) this.#grow();
    const at = this.#entries++ % this.#most;
    this.#timesNs[at] = timeNs;
    this.#types[at] = type;
    this.#counts[at] = 1;
  }

  #grow(): void {
    const size = Math.min(this.#most, 2 * this.#types.length);
    const [timesNs, types, counts] = [new Float64Array(size), new Uint8Array(size), new Float64Array(size)];
    timesNs.set(this.#timesNs);
    types.set(this.#types);
    counts.set(this.#counts);
    this.#timesNs = timesNs;
    this.#types = types;
    this.#counts = counts;
  }

  /** When what is held begins: `fromNs`, or the first event held where earlier ones are not. */
  beginNs(fromNs: Nanos): Nanos {
    return this.#entries > this.#most ? this.#timesNs[this.#entries % this.#most]! : fromNs;
  }

  /** The events held of several samples from `beginNs` to `endNs`, as one. */
  static together(samples: readonly EventSample[], beginNs: Nanos, endNs: Nanos): PointEvents {
    const held = samples.map((sample) => Math.min(sample.#entries, sample.#most));
    const size = held.reduce((sum, each) => sum + each, 0);
    const [times, types, counts] = [new Float64Array(size), new Uint8Array(size), new Float64Array(size)];
    let at = 0;
    samples.forEach((sample, each) => {
      times.set(sample.#timesNs.subarray(0, held[each]!), at);
      types.set(sample.#types.subarray(0, held[each]!), at);
      counts.set(sample.#counts.subarray(0, held[each]!), at);
      at += held[each]!;
    });
    const order = Uint32Array.from(times.keys())
      .filter((entry) => times[entry]! >= beginNs)
      .sort((a, b) => times[a]! - times[b]!);
    return {
      seconds: Float64Array.from(order, (entry) => (times[entry]! - beginNs) / SECOND),
      types: Uint8Array.from(order, (entry) => types[entry]!),
      counts: Float64Array.from(order, (entry) => counts[entry]!),
      duration: (endNs - beginNs) / SECOND,
    };
  }
}

/** How many events there were. */
export function eventCount({ counts }: PointEvents): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
