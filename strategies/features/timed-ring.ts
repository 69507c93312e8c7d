/**
 * Numbers with the times at which they came, oldest first, in a ring that doubles when it is full: amortised O(1), no
 * allocation otherwise. Knows nothing of what they mean. Called by features that look back over a window of time.
 */
import type { Nanos } from '../../core/time.js';

/** A power of two. */
const FIRST_CAPACITY = 16;

export class TimedRing {
  length = 0;
  #times: Float64Array = new Float64Array(FIRST_CAPACITY);
  #values: Float64Array = new Float64Array(FIRST_CAPACITY);
  #first = 0;

  push(value: number, timeNs: Nanos): void {
    if (this.length === this.#times.length) this.#grow();
    const at = this.#at(this.length++);
    this.#times[at] = timeNs;
    this.#values[at] = value;
  }

  /** Time of the element at `place`, 0 = the oldest; `place` < `length`. */
  timeNs(place: number): Nanos {
    return this.#times[this.#at(place)]!;
  }

  value(place: number): number {
    return this.#values[this.#at(place)]!;
  }

  /** Takes the oldest one away; `length` > 0. */
  dropFirst(): void {
    this.#first = this.#at(1);
    this.length--;
  }

  #at(place: number): number {
    return (this.#first + place) & (this.#times.length - 1);
  }

  #grow(): void {
    this.#times = unrolled(this.#times, this.#first);
    this.#values = unrolled(this.#values, this.#first);
    this.#first = 0;
  }
}

/** A full ring from its oldest element on, in an array twice as long. */
function unrolled(ring: Float64Array, first: number): Float64Array {
  const longer = new Float64Array(2 * ring.length);
  longer.set(ring.subarray(first));
  longer.set(ring.subarray(0, first), ring.length - first);
  return longer;
}
