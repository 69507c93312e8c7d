/**
 * Named timers of strategies. Knows nothing of what they are for. Called by strategies' contexts and by the schedule.
 */
import type { Handler, Schedule } from './queue.js';
import { Rank } from './rank.js';
import type { Nanos } from './time.js';

/** Takes a timer that is due. */
export type TimerHandler = (name: string, nowNs: Nanos) => void;

interface Timer {
  readonly name: string;
  /** 0 for a timer that fires once. */
  readonly periodNs: Nanos;
  readonly slot: number;
}

/** The timers of one strategy. A name is one timer: setting it again replaces the old one. */
export class Timers implements Handler {
  readonly #schedule: Schedule;
  readonly #handler: TimerHandler;
  readonly #byName = new Map<string, Timer>();
  /** What a scheduled payload stands for; a cleared timer leaves a hole until its entry comes up. */
  readonly #slots: (Timer | undefined)[] = [];
  readonly #free: number[] = [];

  constructor(schedule: Schedule, handler: TimerHandler) {
    this.#schedule = schedule;
    this.#handler = handler;
  }

  set(name: string, firstNs: Nanos, periodNs: Nanos): void {
    this.clear(name);
    const slot = this.#free.pop() ?? this.#slots.length;
    const timer: Timer = { name, periodNs, slot };
    this.#slots[slot] = timer;
    this.#byName.set(name, timer);
    this.#schedule.add(firstNs, Rank.timer, this, slot, false);
  }

  clear(name: string): void {
    const timer = this.#byName.get(name);
    if (timer === undefined) return;
    this.#byName.delete(name);
    this.#slots[timer.slot] = undefined;
  }

  fire(slot: number, timeNs: Nanos): void {
    const timer = this.#slots[slot];
    if (timer === undefined) {
      this.#free.push(slot);
      return;
    }
    if (timer.periodNs > 0) {
      this.#schedule.add(timeNs + timer.periodNs, Rank.timer, this, slot, false);
    } else {
      this.#slots[slot] = undefined;
      this.#byName.delete(timer.name);
      this.#free.push(slot);
    }
    this.#handler(timer.name, timeNs);
  }
}
