/**
 * How long a strategy thinks, and what that does to the moment at which it hears and sends. Knows nothing of what it
 * thinks about. Called by the strategy's host. contract: ComputeTimeModel.
 */
import { HANDLERS } from './clock.js';
import { constantDelay, type Delay, freshDelays } from './delay.js';
import type { RandomStream } from './random.js';
import type { Nanos } from './time.js';

/** `onTrade`, `onBook`, … */
export type HandlerName = (typeof HANDLERS)[number];

/**
 * Decides how long one call of a strategy's handler occupies its machine, in simulated time.
 *
 * Called once per handler call, before it, on the hot path: must not allocate. Nanoseconds, whole, ≥ 0, finite; drawn
 * from the given stream alone. A model that remembers implements `forRun` and returns a fresh instance of itself.
 * Read {@link computeTime} first. Conformance: test/contracts/compute-time.contract.ts.
 */
export interface ComputeTimeModel {
  /** `handler`: index in `HANDLERS`. `startNs`: local time at which it begins to work. */
  costNs(handler: number, startNs: Nanos, random: RandomStream): Nanos;
  forRun?(): ComputeTimeModel;
}

/** Thinking takes no time. The default. */
export const noComputeTime: ComputeTimeModel = { costNs: () => 0 };

/** A cost for each handler that is named, and one for the others (default 0). */
export type HandlerCosts = { readonly [handler in HandlerName | 'others']?: Nanos | Delay };

/**
 * The same cost for all handlers, or for each its own: a number of nanoseconds, or a distribution (`logNormalDelay`, …).
 * A distribution that remembers and is named twice is shared. Throws `RangeError` naming an unknown handler or a bad cost.
 */
export function computeTime(costs: Nanos | Delay | HandlerCosts): ComputeTimeModel {
  if (typeof costs === 'number' || isDelay(costs)) {
    const delay = delayOf('compute time', costs);
    return new HandlerTimes(HANDLERS.map(() => delay));
  }
  for (const name of Object.keys(costs)) {
    if (name === 'others' || (HANDLERS as readonly string[]).includes(name)) continue;
    throw new RangeError(`compute time: handler "${name}" is unknown; there are ${HANDLERS.join(', ')}, and others`);
  }
  const others = delayOf('compute time of others', costs.others ?? 0);
  return new HandlerTimes(
    HANDLERS.map((name) => {
      const cost = costs[name];
      return cost === undefined ? others : delayOf(`compute time of ${name}`, cost);
    }),
  );
}

function isDelay(cost: Nanos | Delay | HandlerCosts): cost is Delay {
  return typeof (cost as Delay | undefined)?.drawNs === 'function';
}

function delayOf(who: string, cost: Nanos | Delay): Delay {
  if (isDelay(cost)) return cost;
  if (!(cost >= 0) || !Number.isSafeInteger(cost)) {
    throw new RangeError(`${who}: ${cost} is not a whole number of nanoseconds ≥ 0`);
  }
  return constantDelay(cost);
}

class HandlerTimes implements ComputeTimeModel {
  /** By handler number. */
  readonly #delays: readonly Delay[];

  constructor(delays: readonly Delay[]) {
    this.#delays = delays;
  }

  costNs(handler: number, startNs: Nanos, random: RandomStream): Nanos {
    return this.#delays[handler]!.drawNs(startNs, random);
  }

  forRun(): ComputeTimeModel {
    return new HandlerTimes(freshDelays(this.#delays));
  }
}

/**
 * One machine that does one thing at a time: an event that reaches it while it thinks waits until it is done, and what
 * it sends leaves when it has thought. The arithmetic of a queue with one server: start = max(arrival, end of the one
 * before), end = start + cost.
 *
 * How a host uses it: an event with local time t starts at `startNs(t)`. If that is later than t, the event waits in
 * line behind those that wait already and is handed over by an entry of the schedule at that time, in the order of
 * arrival; the handler's `nowNs` is the start, and books and orders are seen as they are then. Before the handler is
 * called its cost is drawn and `work` says when its requests leave: that, not `nowNs`, is the time they are sent at.
 * Timers wait like everything else. A cost of 0 leaves every time as it is.
 */
export class Busy {
  /** Until when it thinks; −∞ before its first event. */
  untilNs: Nanos = Number.NEGATIVE_INFINITY;

  /** When an event that arrives at `arrivalNs` is begun. */
  startNs(arrivalNs: Nanos): Nanos {
    return arrivalNs > this.untilNs ? arrivalNs : this.untilNs;
  }

  /** Thinks for `costNs` from `startNs` on; returns when it is done and its requests leave. Throws for impossible times. */
  work(startNs: Nanos, costNs: Nanos): Nanos {
    if (!(costNs >= 0 && costNs < Infinity)) throw new RangeError(`compute time ${costNs} is not a time ≥ 0`);
    if (!(startNs >= this.untilNs)) throw new RangeError(`work at ${startNs} while busy until ${this.untilNs}`);
    this.untilNs = startNs + costNs;
    return this.untilNs;
  }
}
