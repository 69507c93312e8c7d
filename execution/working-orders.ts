/**
 * Own orders resting at the venue, as columns with slots that are used again; by price level, best first, and first in
 * first out at each level. Knows nothing of fills. Called by the simulated venue and, for its columns, queue models.
 *
 * What it costs does not depend on how many orders rest at a price, and goes with the logarithm of the number of own
 * prices of a side; the best price and an order's neighbours are a column away.
 */
import { Side } from '../core/market.js';
import { SlotTable } from '../core/slot-table.js';
import { Watch } from '../core/venue.js';
import { TickLadder } from './tick-ladder.js';
import { WatchKeeper } from './watch-keeper.js';

const NONE = -1;

export class WorkingOrders {
  /** Columns by slot. Those of an order's identity are written by `add` alone. */
  readonly orderId: number[] = [];
  readonly strategy: number[] = [];
  readonly instrument: number[] = [];
  readonly side: Side[] = [];
  readonly priceTicks: number[] = [];
  /** Change it through {@link WorkingOrders.setLeaves}, which keeps the level's sum. */
  readonly leavesLots: number[] = [];
  readonly filledLots: number[] = [];
  readonly postOnly: boolean[] = [];
  /** What the book displays of the order: less than `leavesLots` for icebergs, 0 for hidden orders. */
  readonly shownLots: number[] = [];
  /** The queue model's own: lots ahead of the order (may go below 0), and lots traded since the last level change. */
  readonly aheadLots: number[] = [];
  readonly tradedLots: number[] = [];
  /** The venue's own: with so few lots ahead somebody wants to hear of the order; −Infinity = nobody. */
  readonly tellAtLots: number[] = [];
  /** The queue model's own too, for what it knows of the level. */
  readonly levelLots: number[] = [];
  /** The next value of the level-3 book's counter when the order joined: others with a smaller one are ahead. */
  readonly joinSequence: number[] = [];
  /** Bits of the venue's own. */
  readonly flags: number[] = [];
  /** Neighbours in line at the same price, slots; −1 at the ends. */
  readonly next: number[] = [];
  readonly previous: number[] = [];
  /** Tells the watch of own levels; the venue holds other ticks there. */
  readonly watching: WatchKeeper;

  /** Index of the level an order stands at. */
  readonly #level: number[] = [];
  readonly #free: number[] = [];
  readonly #slots = new SlotTable();
  /** Columns by level; indices are used again. */
  readonly #head: number[] = [];
  readonly #tail: number[] = [];
  readonly #levelLeaves: number[] = [];
  readonly #freeLevels: number[] = [];
  /** Price, instrument and side in one number (below 2^49) → level: asked for most rows near own orders. */
  readonly #levels = new SlotTable();
  /** By instrument and side: tick → level; the best tick (`NaN` = none) and its level (−1 = none). */
  readonly #ladders: TickLadder[];
  readonly #bestTick: Float64Array;
  readonly #bestLevel: Int32Array;

  /** Keeps `watch` true as orders come and go. */
  constructor(instruments: number, watch = new Watch(instruments)) {
    this.watching = new WatchKeeper(instruments, watch);
    this.#ladders = Array.from(
      { length: instruments * 2 },
      (_, at) => new TickLadder(at % 2 === 0 ? Side.buy : Side.sell),
    );
    this.#bestTick = new Float64Array(instruments * 2).fill(Number.NaN);
    this.#bestLevel = new Int32Array(instruments * 2).fill(NONE);
  }

  /** Number of orders resting. */
  get size(): number {
    return this.#slots.size;
  }

  /** The slot of an order; −1 when it does not rest here. */
  slotOf(orderId: number): number {
    return this.#slots.get(orderId);
  }

  /** The slots of all orders as they rest now, in order of id; what is removed meanwhile is left out. Allocates. */
  *slots(): IterableIterator<number> {
    const ids = this.orderId.filter((id, slot) => this.#slots.get(id) === slot).sort((a, b) => a - b);
    for (const id of ids) {
      const slot = this.#slots.get(id);
      if (slot !== NONE) yield slot;
    }
  }

  /** The best own price of a side: highest bid, lowest ask; `NaN` when there is none. */
  bestTick(instrument: number, side: Side): number {
    return this.#bestTick[instrument * 2 + side - 1]!;
  }

  /** First in line at the best own price; −1 when there is none. */
  bestSlot(instrument: number, side: Side): number {
    const level = this.#bestLevel[instrument * 2 + side - 1]!;
    return level === NONE ? NONE : this.#head[level]!;
  }

  /** The best own price that is worse than `tick`, where none need rest (any more); `NaN` at the end. */
  nextTick(instrument: number, side: Side, tick: number): number {
    return this.#ladders[instrument * 2 + side - 1]!.worseThan(tick);
  }

  /** First in line at a price; −1 when there is none. Follow `next`. */
  firstAt(instrument: number, side: Side, tick: number): number {
    const level = this.#levelAt(instrument * 2 + side - 1, tick);
    return level === NONE ? NONE : this.#head[level]!;
  }

  /** Sum of `leavesLots` of own orders at a price. */
  leavesAt(instrument: number, side: Side, tick: number): number {
    const level = this.#levelAt(instrument * 2 + side - 1, tick);
    return level === NONE ? 0 : this.#levelLeaves[level]!;
  }

  /**
   * Puts an order at the end of its own line and returns its slot. All of it is shown; the queue columns, the join
   * sequence and the flags are 0.
   */
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
    this.shownLots[slot] = leavesLots;
    this.aheadLots[slot] = 0;
    this.tradedLots[slot] = 0;
    this.tellAtLots[slot] = Number.NEGATIVE_INFINITY;
    this.levelLots[slot] = 0;
    this.joinSequence[slot] = 0;
    this.flags[slot] = 0;
    this.#slots.add(orderId, slot);
    let level = this.#levelAt(instrument * 2 + side - 1, priceTicks);
    if (level === NONE) level = this.#addLevel(instrument, side, priceTicks);
    this.#level[slot] = level;
    this.#levelLeaves[level]! += leavesLots;
    this.#append(slot, level);
    return slot;
  }

  remove(slot: number): void {
    const level = this.#level[slot]!;
    this.#unlink(slot, level);
    this.#levelLeaves[level]! -= this.leavesLots[slot]!;
    if (this.#head[level] === NONE) {
      this.#removeLevel(this.instrument[slot]!, this.side[slot]!, this.priceTicks[slot]!, level);
    }
    this.#slots.delete(this.orderId[slot]!);
    this.#free.push(slot);
  }

  /** What is left of an order is now `lots` > 0; it keeps its place, and shows no more than that. */
  setLeaves(slot: number, lots: number): void {
    this.#levelLeaves[this.#level[slot]!]! += lots - this.leavesLots[slot]!;
    this.leavesLots[slot] = lots;
    if (this.shownLots[slot]! > lots) this.shownLots[slot] = lots;
  }

  /** Puts an order at the end of its own line at the same price, as an iceberg that shows its next part. */
  moveToBack(slot: number): void {
    if (this.next[slot] === NONE) return;
    const level = this.#level[slot]!;
    this.#unlink(slot, level);
    this.#append(slot, level);
  }

  #append(slot: number, level: number): void {
    const tail = this.#tail[level]!;
    this.next[slot] = NONE;
    this.previous[slot] = tail;
    if (tail === NONE) this.#head[level] = slot;
    else this.next[tail] = slot;
    this.#tail[level] = slot;
  }

  #unlink(slot: number, level: number): void {
    const next = this.next[slot]!;
    const previous = this.previous[slot]!;
    if (previous === NONE) this.#head[level] = next;
    else this.next[previous] = next;
    if (next === NONE) this.#tail[level] = previous;
    else this.previous[next] = previous;
  }

  #levelAt(at: number, tick: number): number {
    return this.#bestTick[at] === tick ? this.#bestLevel[at]! : this.#levels.get(tick * this.#ladders.length + at);
  }

  #addLevel(instrument: number, side: Side, tick: number): number {
    const level = this.#freeLevels.pop() ?? this.#head.length;
    this.#head[level] = NONE;
    this.#tail[level] = NONE;
    this.#levelLeaves[level] = 0;
    const at = instrument * 2 + side - 1;
    const ladder = this.#ladders[at]!;
    ladder.set(tick, level);
    this.#levels.add(tick * this.#ladders.length + at, level);
    const best = ladder.best;
    this.#bestTick[at] = best;
    this.#bestLevel[at] = ladder.atBest;
    this.watching.ownLevel(instrument, side, tick, 1, best, ladder.worst);
    return level;
  }

  #removeLevel(instrument: number, side: Side, tick: number, level: number): void {
    this.#freeLevels.push(level);
    const at = instrument * 2 + side - 1;
    const ladder = this.#ladders[at]!;
    ladder.delete(tick);
    this.#levels.delete(tick * this.#ladders.length + at);
    const best = ladder.best;
    this.#bestTick[at] = best;
    this.#bestLevel[at] = ladder.atBest;
    this.watching.ownLevel(instrument, side, tick, -1, best, ladder.worst);
  }
}
