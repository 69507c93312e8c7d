/**
 * Halts and flash crashes of one synthetic instrument, step by step while its orders come. Knows nothing of how its book is kept.
 * Called by the flows.
 */
import { Side, Status } from '../market.js';
import type { RandomStream } from '../random.js';
import { MILLISECOND, type Nanos } from '../time.js';
import {
  endOf,
  type FlashCrash,
  type Halt,
  type SettledCrash,
  type Stress,
  type StressTally,
  settledCrash,
  stressOf,
} from './stress-plan.js';

/** What a market lets its stress do; each call writes rows of the message that is being made, or none. */
export interface StressedMarket {
  /** Best ticks; there always are some. */
  readonly bid: number;
  readonly ask: number;
  /** A market order that takes what is better than `limitTicks` on the other side. Returns the lots. */
  sweep(aggressor: Side, limitTicks: number): number;
  /** Takes away a share of the bids above `limitTicks`. Returns the lots. */
  withdrawBids(share: number, limitTicks: number): number;
  /** Moves what traders think it is worth, where they think. */
  lean(ticks: number): void;
  status(value: number): void;
}

/** Steps of a phase of a crash, at least a millisecond apart. */
const STEPS = 200;

export class FlowStress {
  /** When there is something to do next; `Infinity` = nothing any more. */
  nextNs: Nanos;
  /** Nothing may happen before {@link FlowStress.nextNs}. */
  halted = false;
  /** While the price falls, nobody bids more than this many ticks. */
  mostBidTicks = Number.POSITIVE_INFINITY;
  /** What the flow turned away because of a halt; the flow counts. */
  turnedAway = 0;
  readonly #symbol: string;
  readonly #regimes: (FlashCrash | Halt)[];
  readonly #random: RandomStream;
  readonly #tally: StressTally;
  #crash: SettledCrash | undefined;
  /** Twice the mid at the beginning of the crash, its least since, and where the path is. */
  #fromTwice = 0;
  #leastTwice = 0;
  #path = 0;
  #soldLots = 0;
  #boughtLots = 0;
  #withdrawnLots = 0;
  #rows = 0;

  /** `random`: a stream of its own, so that what comes before the first regime is as without any. */
  constructor(plan: readonly Stress[], symbol: string, random: RandomStream, tally: StressTally) {
    this.#symbol = symbol;
    this.#regimes = stressOf(plan, symbol, 'flash-crash', 'halt');
    this.#random = random;
    this.#tally = tally;
    this.nextNs = this.#regimes[0]?.atNs ?? Number.POSITIVE_INFINITY;
  }

  /** Does what is due at `nowNs` ≥ {@link FlowStress.nextNs}. */
  act(market: StressedMarket, nowNs: Nanos): void {
    const regime = this.#regimes[0]!;
    if (regime.kind === 'halt') this.#turn(regime, market);
    else this.#step(regime, market, nowNs);
  }

  /** After each message of the flow: how far the price has come, and how many rows a crash has seen. */
  watch(bid: number, ask: number, rows: number): void {
    if (this.#crash === undefined) return;
    this.#leastTwice = Math.min(this.#leastTwice, bid + ask);
    this.#rows += rows;
  }

  #turn(halt: Halt, market: StressedMarket): void {
    this.halted = !this.halted;
    market.status(this.halted ? Status.halt : Status.open);
    if (this.halted) this.nextNs = endOf(halt);
    else {
      const turned = this.turnedAway > 0 ? `, ${this.turnedAway} arrivals turned away` : '';
      this.#tally.add(halt, this.#symbol, 2, `status halt and open; the book stood still${turned}`);
      this.turnedAway = 0;
      this.#end();
    }
  }

  #step(regime: FlashCrash, market: StressedMarket, nowNs: Nanos): void {
    const crash = this.#crash ?? this.#begin(regime, market);
    const { atNs, forNs, recoveryNs, withdraws } = crash;
    const endNs = endOf(regime);
    const start = this.#fromTwice / 2;
    const depth = crash.fallTicks ?? crash.fall! * start;
    const falling = nowNs < atNs + forNs;
    const target = Math.round(start - depth * downOf(crash, nowNs - atNs));
    this.mostBidTicks = falling ? target : Number.POSITIVE_INFINITY;
    market.lean(target - this.#path);
    this.#path = target;
    if (falling) {
      if (market.bid > target) {
        this.#withdrawnLots += market.withdrawBids(withdraws, target);
        this.#soldLots += market.sweep(Side.sell, target);
      }
    } else if (market.ask < target) this.#boughtLots += market.sweep(Side.buy, target);
    this.#leastTwice = Math.min(this.#leastTwice, market.bid + market.ask);
    if (nowNs >= endNs) {
      this.#report(regime, market);
      this.#end();
      return;
    }
    const step = Math.max(MILLISECOND, (falling ? forNs : recoveryNs) / STEPS);
    // The bottom and the end are steps of their own.
    const stop = falling ? atNs + forNs : endNs;
    this.nextNs = Math.min(stop, Math.ceil(nowNs + this.#random.exponential(step)));
  }

  #begin(regime: FlashCrash, market: StressedMarket): SettledCrash {
    this.#crash = settledCrash(regime);
    this.#fromTwice = this.#leastTwice = market.bid + market.ask;
    this.#path = Math.round(this.#fromTwice / 2);
    [this.#soldLots, this.#boughtLots, this.#withdrawnLots, this.#rows] = [0, 0, 0, 0];
    return this.#crash;
  }

  #report(regime: FlashCrash, market: StressedMarket): void {
    const [from, least, end] = [this.#fromTwice / 2, this.#leastTwice / 2, (market.bid + market.ask) / 2];
    const percent = (ticks: number) => `${((100 * ticks) / from).toFixed(3)} %`;
    const lots = `${this.#soldLots} lots sold, ${this.#withdrawnLots} withdrawn, ${this.#boughtLots} bought`;
    const path = `mid ${from} → ${least} → ${end} ticks`;
    const note = `${path}: fell ${from - least} ticks (${percent(from - least)}), won back ${end - least}; ${lots}`;
    this.#tally.add(regime, this.#symbol, this.#rows, note);
  }

  #end(): void {
    this.#crash = undefined;
    this.#regimes.shift();
    this.nextNs = this.#regimes[0]?.atNs ?? Number.POSITIVE_INFINITY;
  }
}

/** How much of the fall stands at a time since the beginning of a crash, 0 … 1. */
function downOf({ forNs, recoveryNs, recovers }: SettledCrash, sinceNs: Nanos): number {
  if (sinceNs < forNs) return sinceNs / forNs;
  const back = 1 - Math.exp((-5 * Math.min(recoveryNs, sinceNs - forNs)) / recoveryNs);
  return 1 - recovers * back;
}
