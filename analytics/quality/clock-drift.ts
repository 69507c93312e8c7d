/**
 * How fast two clocks run apart, from the least delay between them over time. Knows nothing of rows.
 * Called by the check of latency and by the repair of drifting clocks.
 *
 * Delays are a least one plus waiting, which is never below 0. Of all lines that no delay lies below, the one closest to the
 * delays (smallest sum of the distances) has the clocks' drift as its slope; it is the edge of the lower convex hull over the
 * mean of the times. Source: S. Moon, P. Skelly, D. Towsley, "Estimation and removal of clock skew from network delay
 * measurements", INFOCOM 1999; the hull: A. M. Andrew, "Another efficient algorithm for convex hulls", 1979.
 */
import type { Nanos } from '../../core/time.js';

/** A line under all delays: delay ≥ interceptNs + slope × time. */
export interface DelayLine {
  /** ns of delay gained in each ns of time; × 10^6 = parts per million. Above 0 the local clock runs faster. */
  readonly slope: number;
  readonly interceptNs: Nanos;
}

/** Corners kept before every second one goes. A hull of random delays has some tens. */
const MOST_CORNERS = 65_536;

export class LowerHull {
  /** Whether corners had to go, so that the line may cut a few delays off. */
  thinned = false;
  #times = new Float64Array(64);
  #delays = new Float64Array(64);
  #corners = 0;
  #points = 0;
  #meanNs = 0;

  /** `timeNs` must not be before the one before. */
  add(timeNs: Nanos, delayNs: Nanos): void {
    this.#points++;
    this.#meanNs += (timeNs - this.#meanNs) / this.#points;
    const times = this.#times;
    const delays = this.#delays;
    let top = this.#corners - 1;
    if (top >= 0 && times[top] === timeNs) {
      if (delays[top]! <= delayNs) return;
      top--;
    }
    // A corner goes where the way to the new point passes below it (or through it).
    while (top >= 1) {
      const dx = timeNs - times[top - 1]!;
      const rise = (times[top]! - times[top - 1]!) * (delayNs - delays[top - 1]!);
      if ((delays[top]! - delays[top - 1]!) * dx < rise) break;
      top--;
    }
    this.#corners = top + 1;
    if (this.#corners === this.#times.length) this.#makeRoom();
    this.#times[this.#corners] = timeNs;
    this.#delays[this.#corners++] = delayNs;
  }

  /** `undefined` where all points are of one time. */
  line(): DelayLine | undefined {
    if (this.#corners < 2) return undefined;
    let right = 1;
    while (right < this.#corners - 1 && this.#times[right]! < this.#meanNs) right++;
    const [fromNs, toNs] = [this.#times[right - 1]!, this.#times[right]!];
    const slope = (this.#delays[right]! - this.#delays[right - 1]!) / (toNs - fromNs);
    return { slope, interceptNs: this.#delays[right - 1]! - slope * fromNs };
  }

  #makeRoom(): void {
    if (this.#corners < MOST_CORNERS) {
      const [times, delays] = [this.#times, this.#delays];
      this.#times = new Float64Array(times.length * 2);
      this.#delays = new Float64Array(times.length * 2);
      this.#times.set(times);
      this.#delays.set(delays);
      return;
    }
    this.thinned = true;
    let kept = 0;
    for (let corner = 0; corner < this.#corners; corner += 2) {
      this.#times[kept] = this.#times[corner]!;
      this.#delays[kept++] = this.#delays[corner]!;
    }
    this.#corners = kept;
  }
}
