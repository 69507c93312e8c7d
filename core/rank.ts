/**
 * Who goes first at equal time: the one table of priorities, and why each stands where it does.
 * The total order of a run is (time, rank, sequence); the kernel and the schedule both read it from here.
 *
 * The order is hftbacktest's (`evs.rs`: LocalData < LocalOrder < ExchData < ExchOrder), so that results can be compared
 * one to one; ours adds what hftbacktest leaves to the caller's loop: bars, timers and observation.
 */

/** Priorities at equal time, lowest first. */
export const Rank = {
  /** Market data reaching the strategy's machine: a strategy knows all data of a moment before it acts in it. */
  localData: 0,
  /** The venue's answers (accepted, rejected, filled) reaching the strategy: after the data of the same moment. */
  answer: 1,
  /** Market data happening at the venue: an answer computed from it can be no earlier than itself. */
  exchangeData: 2,
  /** Requests arriving at the venue: they meet the market as it stands after all venue data of the moment. */
  request: 3,
  /** Bars that a strategy asked for and that end now: they hold all data of before, and its timers of the moment know them. */
  bar: 4,
  /** Strategy timers: "every 100 ms" sees all that happened up to and including its moment. */
  timer: 5,
  /** Recorders sampling state (equity curve): see what the timers of the moment did. */
  observation: 6,
} as const;

export type Rank = (typeof Rank)[keyof typeof Rank];

/**
 * The total order. Negative when (time a, rank a, sequence a) comes first. `sequence` is given when something is
 * scheduled (first scheduled, first served); no two scheduled things share one.
 */
export function compareOrder(
  timeA: number,
  rankA: number,
  sequenceA: number,
  timeB: number,
  rankB: number,
  sequenceB: number,
): number {
  return timeA !== timeB ? timeA - timeB : rankA !== rankB ? rankA - rankB : sequenceA - sequenceB;
}
