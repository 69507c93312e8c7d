/**
 * Keeps a venue's {@link Watch} true: which rows may touch an own order, and which others the venue has reason to hear.
 * Knows nothing of orders, fills or liquidity. Called by the working orders for own levels, by the venue for the rest.
 *
 * Let through is, of an instrument: every row at a watched tick of its side (own level, or held); every row that reaches
 * the best own price of the other side; every row at all while all are watched; and trades while anything is watched. A
 * few rows more may come through (a tick is watched by its last five bits), never fewer.
 */
import { Side } from '../core/market.js';
import { Watch } from '../core/venue.js';
import { TickLadder } from './tick-ladder.js';

const LOWEST = -(2 ** 31);
const HIGHEST = 2 ** 31 - 1;

export class WatchKeeper {
  readonly watch: Watch;
  /** Watched ticks by instrument, side and `tick & 31`; the watch has a bit for each that is not 0. */
  readonly #residues: Uint32Array;
  /** Best and worst own price by instrument and side; where there is none, what no price reaches. */
  readonly #best: Int32Array;
  readonly #worst: Int32Array;
  /** Held ticks by instrument and side, each with how often it is held. */
  readonly #held: TickLadder[];
  /** Number of them by instrument. */
  readonly #heldTicks: Int32Array;
  /** 1 = every row of the instrument is let through. */
  readonly #all: Uint8Array;

  constructor(instruments: number, watch = new Watch(instruments)) {
    this.watch = watch;
    this.#residues = new Uint32Array(instruments * 2 * 32);
    this.#best = new Int32Array(instruments * 2).map((_, at) => (sideOf(at) === Side.buy ? LOWEST : HIGHEST));
    this.#worst = new Int32Array(instruments * 2).map((_, at) => (sideOf(at) === Side.buy ? HIGHEST : LOWEST));
    this.#held = Array.from({ length: instruments * 2 }, (_, at) => new TickLadder(sideOf(at)));
    this.#heldTicks = new Int32Array(instruments);
    this.#all = new Uint8Array(instruments);
  }

  /** An own level came (`change` 1) or went (−1); `best` and `worst` own price of its side now, `NaN` = none. */
  ownLevel(instrument: number, side: Side, tick: number, change: 1 | -1, best: number, worst: number): void {
    const at = instrument * 2 + side - 1;
    const none = Number.isNaN(best);
    this.#best[at] = none ? (side === Side.buy ? LOWEST : HIGHEST) : best;
    this.#worst[at] = none ? (side === Side.buy ? HIGHEST : LOWEST) : worst;
    this.#count(instrument, side, tick, change);
    this.#refresh(instrument);
  }

  /**
   * Lets rows of `side` at `tick` through until {@link WatchKeeper.release} was called as often. `side`: of the book row,
   * so asks that an own buy took are held as `Side.sell`.
   */
  hold(instrument: number, side: Side, tick: number): void {
    const held = this.#held[instrument * 2 + side - 1]!;
    const times = held.get(tick);
    held.set(tick, times < 0 ? 1 : times + 1);
    if (times > 0) return;
    this.#heldTicks[instrument]!++;
    this.#count(instrument, side, tick, 1);
    this.#refresh(instrument);
  }

  /** Takes one {@link WatchKeeper.hold} back. Throws when the tick is not held. */
  release(instrument: number, side: Side, tick: number): void {
    const held = this.#held[instrument * 2 + side - 1]!;
    const times = held.get(tick);
    if (times < 0) throw new Error(`instrument ${instrument}: tick ${tick} of side ${side} is not held`);
    if (times > 1) {
      held.set(tick, times - 1);
      return;
    }
    held.delete(tick);
    this.#heldTicks[instrument]!--;
    this.#count(instrument, side, tick, -1);
    this.#refresh(instrument);
  }

  /** How often a tick is held; own levels do not count. */
  holds(instrument: number, side: Side, tick: number): number {
    return Math.max(0, this.#held[instrument * 2 + side - 1]!.get(tick));
  }

  /** Lets every row of the instrument through, or no longer. Not counted: the last call decides. */
  watchAll(instrument: number, on: boolean): void {
    this.#all[instrument] = on ? 1 : 0;
    this.#refresh(instrument);
  }

  #count(instrument: number, side: Side, tick: number, change: 1 | -1): void {
    const residue = tick & 31;
    const at = (instrument * 2 + side - 1) * 32 + residue;
    const ticks = side === Side.buy ? this.watch.bidTicks : this.watch.askTicks;
    this.#residues[at]! += change;
    if (this.#residues[at] === 0) ticks[instrument]! &= ~(1 << residue);
    else ticks[instrument]! |= 1 << residue;
  }

  #refresh(instrument: number): void {
    const { watch } = this;
    const bids = instrument * 2;
    const asks = bids + 1;
    if (this.#all[instrument] !== 0) {
      // Bounds beyond every price: then `Watch.level` is true whatever the tick's bit says.
      watch.bidFrom[instrument] = LOWEST;
      watch.lowestAsk[instrument] = LOWEST;
      watch.askTo[instrument] = HIGHEST;
      watch.highestBid[instrument] = HIGHEST;
      watch.trades[instrument] = 1;
      return;
    }
    const lowestAsk = this.#best[asks]!;
    const highestBid = this.#best[bids]!;
    let bidFrom = Math.min(this.#worst[bids]!, lowestAsk);
    let askTo = Math.max(this.#worst[asks]!, highestBid);
    if (this.#heldTicks[instrument] !== 0) {
      const heldBid = this.#held[bids]!.worst;
      const heldAsk = this.#held[asks]!.worst;
      // Comparisons with NaN are false: nothing is held of that side.
      if (heldBid < bidFrom) bidFrom = heldBid;
      if (heldAsk > askTo) askTo = heldAsk;
    }
    watch.lowestAsk[instrument] = lowestAsk;
    watch.highestBid[instrument] = highestBid;
    watch.bidFrom[instrument] = bidFrom;
    watch.askTo[instrument] = askTo;
    watch.trades[instrument] = watch.bidTicks[instrument] === 0 && watch.askTicks[instrument] === 0 ? 0 : 1;
  }
}

/** The side of a place in a column by instrument and side. */
function sideOf(at: number): Side {
  return (at & 1) === 0 ? Side.buy : Side.sell;
}
