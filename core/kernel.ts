/**
 * THE LOOP. Takes what is recorded (lanes) and what is scheduled (schedule) in one total order.
 * Knows nothing of markets. Called by the simulation; imports only schedule, rank and time.
 *
 * A lane is a time-ordered source that processes runs of its own events by itself. What happens in one lane reaches the
 * other no sooner than `reachNs` later, so a lane may run ahead of the other by that much without anyone being able to
 * tell: the conservative lookahead of Chandy and Misra (1979). With reach 0 the lanes alternate event by event.
 */
import type { Schedule } from './queue.js';
import type { Rank } from './rank.js';
import { justBefore, type Nanos } from './time.js';

/** A time-ordered source of events. contract: called by the kernel. */
export interface Lane {
  /** Where its events stand at equal time. */
  readonly rank: Rank;
  /** Time of its next event; `Infinity` when there is none. */
  readonly nextNs: Nanos;
  /** Its events schedule nothing earlier than this after themselves; `Infinity` when they schedule nothing at all. */
  readonly reachNs: Nanos;
  /** The lowest rank of what its events schedule. */
  readonly reachRank: Rank;
  /**
   * Processes its events up to and including `limitNs`; at least one. Must return as soon as it has scheduled something,
   * and may return sooner.
   */
  run(limitNs: Nanos): void;
}

/** No event is later than this, and none happens at `Infinity`: that stands for "no event". */
const LATEST: Nanos = Number.MAX_VALUE;

export class Kernel {
  readonly #schedule: Schedule;
  readonly #first: Lane;
  readonly #second: Lane;

  constructor(schedule: Schedule, first: Lane, second: Lane) {
    this.#schedule = schedule;
    this.#first = first;
    this.#second = second;
  }

  /** Runs until the lanes are empty and nothing scheduled keeps the run going. */
  run(): void {
    while (this.step());
  }

  /** Takes the next event or run of events; false when there is none left. */
  step(): boolean {
    const earlier: Lane = this.#second.nextNs < this.#first.nextNs ? this.#second : this.#first;
    const later = earlier === this.#first ? this.#second : this.#first;
    const earlierLimitNs = this.#limit(earlier, later);
    if (earlier.nextNs <= earlierLimitNs) {
      earlier.run(earlierLimitNs);
      return true;
    }
    const laterLimitNs = this.#limit(later, earlier);
    if (later.nextNs <= laterLimitNs) later.run(laterLimitNs);
    else if (this.#schedule.pending > 0 || earlier.nextNs < Infinity) this.#schedule.fireHead();
    else return false;
    return true;
  }

  /** How far a lane may run: before the head of the schedule, and before anything the other lane might still send it. */
  #limit(lane: Lane, other: Lane): Nanos {
    const { headNs, headRank } = this.#schedule;
    const scheduledNs = lane.rank < headRank ? headNs : justBefore(headNs);
    const reachNs = other.nextNs + other.reachNs;
    const reachedNs = lane.rank < other.reachRank ? reachNs : justBefore(reachNs);
    return scheduledNs < reachedNs ? scheduledNs : Math.min(reachedNs, LATEST);
  }
}
