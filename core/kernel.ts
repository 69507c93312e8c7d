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
    const first = this.#first;
    const second = this.#second;
    const firstLimit = this.#limit(first, second);
    const secondLimit = this.#limit(second, first);
    const firstReady = first.nextNs <= firstLimit && first.nextNs < Infinity;
    const secondReady = second.nextNs <= secondLimit && second.nextNs < Infinity;
    if (firstReady && !(secondReady && second.nextNs < first.nextNs)) first.run(firstLimit);
    else if (secondReady) second.run(secondLimit);
    else if (this.#schedule.pending > 0 || first.nextNs < Infinity || second.nextNs < Infinity)
      this.#schedule.fireHead();
    else return false;
    return true;
  }

  /** How far a lane may run: before the head of the schedule, and before anything the other lane might still send it. */
  #limit(lane: Lane, other: Lane): Nanos {
    const { headNs, headRank } = this.#schedule;
    const scheduled = lane.rank < headRank || headNs === Infinity ? headNs : justBefore(headNs);
    const reachNs = other.nextNs + other.reachNs;
    const reached = lane.rank < other.reachRank || reachNs === Infinity ? reachNs : justBefore(reachNs);
    return Math.min(scheduled, reached);
  }
}
