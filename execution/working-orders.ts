/**
 * Own orders resting at the venue, as columns with slots that are used again; by price level, best first, and first in
 * first out at each level. Knows nothing of fills. Called by the simulated venue and, for its columns, queue models.
 */
import { Side } from '../core/market.js';
import { Watch } from '../core/venue.js';

const NONE = -1;

/** A price level of one instrument and side that holds own orders. */
interface Level {
  readonly tick: number;
  /** First order in line, slot. */
  head: number;
  tail: number;
  /** The next better and the next worse level. */
  better: Level | undefined;
  worse: Level | undefined;
}

/** One side of one instrument. */
class Ladder {
  best: Level | undefined;
  worst: Level | undefined;
  /** Own levels by `tick & 31`; the watch has a bit for each that is not 0. */
  readonly residues = new Uint32Array(32);
}

export class WorkingOrders {
  /** Columns by slot. */
  readonly orderId: number[] = [];
  readonly strategy: number[] = [];
  readonly instrument: number[] = [];
  readonly side: Side[] = [];
  readonly priceTicks: number[] = [];
  readonly leavesLots: number[] = [];
  readonly filledLots: number[] = [];
  readonly postOnly: boolean[] = [];
  /** The queue model's own: lots ahead of the order (may go below 0), and lots traded since the last level change. */
  readonly aheadLots: number[] = [];
  readonly tradedLots: number[] = [];
  /** The next order at the same price, slot. */
  readonly next: number[] = [];
  readonly #free: number[] = [];
  readonly #ladders: Ladder[];
  readonly #slots = new Map<number, number>();
  readonly #watch: Watch;

  /** Keeps `watch` true as orders come and go. */
  constructor(instruments: number, watch = new Watch(instruments)) {
    this.#watch = watch;
    this.#ladders = Array.from({ length: instruments * 2 }, () => new Ladder());
  }

  /** Number of orders resting. */
  get size(): number {
    return this.#slots.size;
  }

  /** The slot of an order; −1 when it does not rest here. */
  slotOf(orderId: number): number {
    return this.#slots.get(orderId) ?? NONE;
  }

  /** The best own price of a side: highest bid, lowest ask; `NaN` when there is none. */
  bestTick(instrument: number, side: Side): number {
    return this.#ladders[instrument * 2 + side - 1]!.best?.tick ?? Number.NaN;
  }

  /** First in line at the best own price; −1 when there is none. */
  bestSlot(instrument: number, side: Side): number {
    return this.#ladders[instrument * 2 + side - 1]!.best?.head ?? NONE;
  }

  /** First in line at a price; −1 when there is none. Follow `next`. */
  firstAt(instrument: number, side: Side, tick: number): number {
    const ladder = this.#ladders[instrument * 2 + side - 1]!;
    if (ladder.residues[tick & 31] === 0) return NONE;
    let level = ladder.best;
    while (level !== undefined && (side === Side.buy ? level.tick > tick : level.tick < tick)) level = level.worse;
    return level?.tick === tick ? level.head : NONE;
  }

  /** Puts an order at the end of its own line and returns its slot; the queue columns are 0. */
  add(
    orderId: number,
    strategy: number,
    instrument: number,
    side: Side,
    priceTicks: number,
    leavesLots: number,
    filledLots: number,
    postOnly: boolean,
  ): number {
    const slot = this.#free.pop() ?? this.orderId.length;
    this.orderId[slot] = orderId;
    this.strategy[slot] = strategy;
    this.instrument[slot] = instrument;
    this.side[slot] = side;
    this.priceTicks[slot] = priceTicks;
    this.leavesLots[slot] = leavesLots;
    this.filledLots[slot] = filledLots;
    this.postOnly[slot] = postOnly;
    this.aheadLots[slot] = 0;
    this.tradedLots[slot] = 0;
    this.next[slot] = NONE;
    this.#slots.set(orderId, slot);
    const level = this.#levelAt(instrument, side, priceTicks);
    if (level.head === NONE) level.head = slot;
    else this.next[level.tail] = slot;
    level.tail = slot;
    return slot;
  }

  remove(slot: number): void {
    const side = this.side[slot]!;
    const tick = this.priceTicks[slot]!;
    const ladder = this.#ladders[this.instrument[slot]! * 2 + side - 1]!;
    let level = ladder.best!;
    while (level.tick !== tick) level = level.worse!;
    let previous = NONE;
    for (let at = level.head; at !== slot; at = this.next[at]!) previous = at;
    const next = this.next[slot]!;
    if (previous === NONE) level.head = next;
    else this.next[previous] = next;
    if (next === NONE) level.tail = previous;
    if (level.head === NONE) {
      if (level.better === undefined) ladder.best = level.worse;
      else level.better.worse = level.worse;
      if (level.worse === undefined) ladder.worst = level.better;
      else level.worse.better = level.better;
      this.#count(this.instrument[slot]!, side, tick, -1);
    }
    this.#slots.delete(this.orderId[slot]!);
    this.#free.push(slot);
  }

  #levelAt(instrument: number, side: Side, tick: number): Level {
    const ladder = this.#ladders[instrument * 2 + side - 1]!;
    let better: Level | undefined;
    let level = ladder.best;
    while (level !== undefined && (side === Side.buy ? level.tick > tick : level.tick < tick)) {
      better = level;
      level = level.worse;
    }
    if (level?.tick === tick) return level;
    const added: Level = { tick, head: NONE, tail: NONE, better, worse: level };
    if (better === undefined) ladder.best = added;
    else better.worse = added;
    if (level === undefined) ladder.worst = added;
    else level.better = added;
    this.#count(instrument, side, tick, 1);
    return added;
  }

  /** An own level came (+1) or went (−1): tells the watch. */
  #count(instrument: number, side: Side, tick: number, change: number): void {
    const bids = this.#ladders[instrument * 2]!;
    const asks = this.#ladders[instrument * 2 + 1]!;
    const watch = this.#watch;
    const { residues } = side === Side.buy ? bids : asks;
    const ticks = side === Side.buy ? watch.bidTicks : watch.askTicks;
    const residue = tick & 31;
    residues[residue]! += change;
    if (residues[residue] === 0) ticks[instrument]! &= ~(1 << residue);
    else ticks[instrument]! |= 1 << residue;
    const lowestAsk = asks.best?.tick ?? 2 ** 31 - 1;
    const highestBid = bids.best?.tick ?? -(2 ** 31);
    watch.lowestAsk[instrument] = lowestAsk;
    watch.highestBid[instrument] = highestBid;
    watch.bidFrom[instrument] = Math.min(bids.worst?.tick ?? lowestAsk, lowestAsk);
    watch.askTo[instrument] = Math.max(asks.worst?.tick ?? highestBid, highestBid);
    watch.trades[instrument] = bids.best === undefined && asks.best === undefined ? 0 : 1;
  }
}
