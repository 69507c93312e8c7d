/**
 * Who wants to see the venue's books as they are at a certain exchange time: looking costs no scheduled event, the exchange lane
 * calls between two of its rows. Knows nothing of what is looked for. Called by the exchange lane; used by observers.
 * contract: Lookout.
 */
import type { Nanos } from './time.js';

/**
 * Is called when all rows of market data up to `nextNs` (exchange time) have been applied to the venue's books and none after
 * it. May lower `nextNs` while it is told a match event, not below the time of that event; must raise it in `look`. Must not
 * change anything in the run. What it waits for beyond the end of the run never comes.
 */
export interface Lookout {
  /** `Infinity` = nothing to look for. */
  readonly nextNs: Nanos;
  /** The books stand as they do from `nextNs`, or before, until just before `beforeNs`. */
  look(beforeNs: Nanos): void;
}

/** All lookouts of a run as one. */
export class Lookouts {
  /** Of the first of them; a field, because a lane reads it at every turn and V8 boxes doubles that are returned. */
  nextNs: Nanos = Number.POSITIVE_INFINITY;
  readonly #all: Lookout[] = [];

  add(lookout: Lookout): void {
    this.#all.push(lookout);
    this.refresh();
  }

  /** They were told a match event. */
  refresh(): void {
    let nextNs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#all.length; i++) {
      const lookoutNs = this.#all[i]!.nextNs;
      if (lookoutNs < nextNs) nextNs = lookoutNs;
    }
    this.nextNs = nextNs;
  }

  /** The next row is of `beforeNs`. */
  look(beforeNs: Nanos): void {
    for (let i = 0; i < this.#all.length; i++) if (this.#all[i]!.nextNs < beforeNs) this.#all[i]!.look(beforeNs);
    this.refresh();
  }
}
