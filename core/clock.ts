/** The local time of the event being handled. Knows nothing else. Set by the router, read by strategies' contexts. */
import type { Nanos } from './time.js';

export class Clock {
  nowNs: Nanos = 0.5;
}
