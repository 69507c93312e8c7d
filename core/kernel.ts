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
  /** Set by the kernel before `run`; a field rather than an argument, because V8 boxes doubles that are passed. */
  limitNs: Nanos;
  /**
   * Processes its events up to and including `limitNs`; at least one. Must return as soon as it has scheduled something,
   * and must return now and then (at the end of a block) so that the other lane keeps up.
   */
  run(): void;
}

/** No event is later than this, and none happens at `Infinity`: that stands for "no event". */
const LATEST: Nanos = Number.MAX_VALUE;

export class Kernel {
  readonly #schedule: Schedule;
  /** The lanes; the one that ran last stands second, so that they take turns when both could run. */
  #next: Lane;
  #last: Lane;

  constructor(schedule: Schedule, first: Lane, second: Lane) {
    this.#schedule = schedule;
    this.#next = first;
    this.#last = second;
  }

  /** Runs until the lanes are empty and nothing scheduled keeps the run going. */
  run(): void {
    while (this.step());
  }

  /** Takes the next event or run of events; false when there is none left. */
  step(): boolean {
    const schedule = this.#schedule;
    const next = this.#next;
    const last = this.#last;
    // The frequent case first: nothing is recorded before what is scheduled.
    const scheduledFirst = schedule.headNs < next.nextNs && schedule.headNs < last.nextNs;
    if (!scheduledFirst) {
      this.#setLimit(next, last);
      if (next.nextNs <= next.limitNs) {
        this.#next = last;
        this.#last = next;
        next.run();
        return true;
      }
      this.#setLimit(last, next);
      if (last.nextNs <= last.limitNs) {
        last.run();
        return true;
      }
    }
    if (schedule.pending === 0 && next.nextNs === Infinity && last.nextNs === Infinity) return false;
    schedule.fireHead();
    return true;
  }

  /** How far a lane may run: before the head of the schedule, and before anything the other lane might still send it. */
  #setLimit(lane: Lane, other: Lane): void {
    const { headNs, headRank } = this.#schedule;
    const scheduledNs = lane.rank < headRank ? headNs : justBefore(headNs);
    const reachNs = other.nextNs + other.reachNs;
    const reachedNs = lane.rank < other.reachRank ? reachNs : justBefore(reachNs);
    lane.limitNs = scheduledNs < reachedNs ? scheduledNs : Math.min(reachedNs, LATEST);
  }
}
