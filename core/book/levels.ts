/**
 * A level-2 book: lots by price level, one typed array a side over a window of ticks that re-centres and grows; only
 * what lies far from the touch is in a hash table. Knows nothing of events or orders. Called by the lanes and the L3 book.
 * Reads and writes near the touch are one subtraction and one array access; a bit for each tick says whether a level is
 * there, so that the next best one is found 32 ticks at a time (prices in whole cents on ticks of 0.0001 lie 100 apart).
 */
import type { Instrument } from '../instrument.js';
import { Side } from '../market.js';
import type { Book } from './book.js';
import { FarLevels } from './far-levels.js';

/** `bid` of a book without bids, `ask` of one without asks: beyond every price. */
export const NO_BID = -(2 ** 31);
export const NO_ASK = 2 ** 31 - 1;

const FIRST_WINDOW = 4096;
/** 512 KiB a side. */
const LARGEST_WINDOW = 65_536;
/** Writes outside the window after which it grows to where they were. */
const MISSES_TO_GROW = 256;

export class LevelBook implements Book {
  readonly instrument: Instrument;
  /** Highest bid in ticks or {@link NO_BID}. Read freely; only the book writes. */
  bid = NO_BID;
  /** Lowest ask in ticks or {@link NO_ASK}. */
  ask = NO_ASK;
  /** Asks or bids that an incoming level of the other side removed because it crossed them. */
  crossed = 0;
  /** Whether a level that crosses the other side removes what it crosses (feeds of levels), or both stay (auctions). */
  readonly #uncross: boolean;
  #bids: Float64Array;
  #asks: Float64Array;
  /** A bit for each tick of the window, set where the array beside it is not 0. */
  #bidBits: Int32Array;
  #askBits: Int32Array;
  #size: number;
  /** Tick of `#bids[0]` and `#asks[0]`. */
  #base = 0;
  #bidLevels = 0;
  #askLevels = 0;
  /** Levels outside the window. */
  readonly #farBids = new FarLevels();
  readonly #farAsks = new FarLevels();
  /** Writes outside the window that the largest window would catch, and how far from the middle they were at most. */
  #misses = 0;
  #missTicks = 0;

  /** `window`: ticks that the arrays span at first. */
  constructor(instrument: Instrument, { uncross = true, window = FIRST_WINDOW } = {}) {
    this.instrument = instrument;
    this.#uncross = uncross;
    this.#size = window;
    this.#bids = new Float64Array(window);
    this.#asks = new Float64Array(window);
    this.#bidBits = bitsFor(window);
    this.#askBits = bitsFor(window);
    this.#base = -(window >> 1);
  }

  /**
   * A level of one side now holds `lots` (0 = gone). A bid at or above the best ask removes the asks up to it, and the
   * other way round.
   */
  set(side: number, tick: number, lots: number): void {
    // Small and without a result on purpose: V8 then inlines it into every loop and boxes no double. Most rows change a
    // level that was there and stays.
    const index = tick - this.#base;
    if (index < 0 || index >= this.#size) {
      this.#setFar(side, tick, lots);
      return;
    }
    const levels = side === Side.buy ? this.#bids : this.#asks;
    const before = levels[index]!;
    levels[index] = lots;
    if (before === 0) {
      if (lots !== 0) this.#came(side, tick);
    } else if (lots === 0) this.#went(side, tick);
  }

  /** A level of one side gets `change` more lots (fewer below 0), like {@link LevelBook.set}; returns what it held. */
  add(side: number, tick: number, change: number): number {
    const index = tick - this.#base;
    if (index < 0 || index >= this.#size) {
      const before = this.lotsAt(side as Side, tick);
      this.set(side, tick, before + change);
      return before;
    }
    const levels = side === Side.buy ? this.#bids : this.#asks;
    const before = levels[index]!;
    const after = before + change;
    levels[index] = after;
    if (before === 0) {
      if (after !== 0) this.#came(side, tick);
    } else if (after === 0) this.#went(side, tick);
    return before;
  }

  /** A level is new: it may be the best, and may cross the other side. */
  #came(side: number, tick: number): void {
    if (side === Side.buy) {
      if (tick >= this.ask && this.#uncross) this.#removeAsksTo(tick);
      this.#flip(this.#bidBits, tick);
      this.#bidLevels++;
      if (tick > this.bid) this.bid = tick;
    } else {
      if (tick <= this.bid && this.#uncross) this.#removeBidsTo(tick);
      this.#flip(this.#askBits, tick);
      this.#askLevels++;
      if (tick < this.ask) this.ask = tick;
    }
  }

  /** A level is gone: it may have been the best. */
  #went(side: number, tick: number): void {
    if (side === Side.buy) {
      this.#flip(this.#bidBits, tick);
      this.#bidLevels--;
      if (tick === this.bid) this.bid = this.#bidBelow(tick);
    } else {
      this.#flip(this.#askBits, tick);
      this.#askLevels--;
      if (tick === this.ask) this.ask = this.#askAbove(tick);
    }
  }

  /** A level of the window came or went; far ones have no bit. */
  #flip(bits: Int32Array, tick: number): void {
    const index = tick - this.#base;
    if (index >= 0 && index < this.#size) bits[index >> 5]! ^= 1 << (index & 31);
  }

  /** Removes all levels of a side from the best to `tick` inclusive. */
  clear(side: number, tick: number): void {
    if (side === Side.buy) while (this.bid >= tick && this.bid !== NO_BID) this.set(Side.buy, this.bid, 0);
    else while (this.ask <= tick && this.ask !== NO_ASK) this.set(Side.sell, this.ask, 0);
  }

  /** Level-1 data: this side's only level is now `lots` at `tick`; 0 lots empties the side. */
  setOnly(side: number, tick: number, lots: number): void {
    if (side === Side.buy) {
      while (this.bid !== NO_BID && (this.bid !== tick || lots === 0)) this.set(Side.buy, this.bid, 0);
    } else {
      while (this.ask !== NO_ASK && (this.ask !== tick || lots === 0)) this.set(Side.sell, this.ask, 0);
    }
    if (lots !== 0) this.set(side, tick, lots);
  }

  get bestBidTicks(): number {
    return this.bid === NO_BID ? Number.NaN : this.bid;
  }
  get bestAskTicks(): number {
    return this.ask === NO_ASK ? Number.NaN : this.ask;
  }
  get bestBidLots(): number {
    return this.bid === NO_BID ? 0 : this.lotsAt(Side.buy, this.bid);
  }
  get bestAskLots(): number {
    return this.ask === NO_ASK ? 0 : this.lotsAt(Side.sell, this.ask);
  }
  get midTicks(): number {
    return this.bid === NO_BID || this.ask === NO_ASK ? Number.NaN : (this.bid + this.ask) / 2;
  }

  lotsAt(side: Side, tick: number): number {
    // As small as `set`, so that V8 inlines it as well.
    const index = tick - this.#base;
    if (index < 0 || index >= this.#size) return (side === Side.buy ? this.#farBids : this.#farAsks).get(tick);
    return (side === Side.buy ? this.#bids : this.#asks)[index]!;
  }

  levelsInto(side: Side, count: number, ticks: Int32Array, lots: Float64Array): number {
    let found = 0;
    let tick = side === Side.buy ? this.bid : this.ask;
    const end = side === Side.buy ? NO_BID : NO_ASK;
    while (tick !== end && found < count) {
      ticks[found] = tick;
      lots[found++] = this.lotsAt(side, tick);
      tick = side === Side.buy ? this.#bidBelow(tick, found) : this.#askAbove(tick, found);
    }
    return found;
  }

  /** The highest bid below `tick`, of which `seen` bids are known to lie at or above it. */
  #bidBelow(tick: number, seen = 0): number {
    if (this.#bidLevels <= seen) return NO_BID;
    const above = this.#base + this.#size;
    if (tick > above) {
      const best = extreme(this.#farBids, above, tick, Math.max, NO_BID);
      if (best !== NO_BID) return best;
    }
    const index = Math.min(tick - this.#base, this.#size) - 1;
    if (index >= 0) {
      const bits = this.#bidBits;
      let word = index >> 5;
      let found = bits[word]! & (-1 >>> (31 - (index & 31)));
      while (found === 0 && word > 0) found = bits[--word]!;
      if (found !== 0) return this.#base + (word << 5) + 31 - Math.clz32(found);
    }
    return extreme(this.#farBids, NO_BID, Math.min(tick, this.#base), Math.max, NO_BID);
  }

  #askAbove(tick: number, seen = 0): number {
    if (this.#askLevels <= seen) return NO_ASK;
    const size = this.#size;
    if (tick < this.#base - 1) {
      const best = extreme(this.#farAsks, tick + 1, this.#base, Math.min, NO_ASK);
      if (best !== NO_ASK) return best;
    }
    const index = Math.max(tick - this.#base, -1) + 1;
    if (index < size) {
      const bits = this.#askBits;
      const last = bits.length - 1;
      let word = index >> 5;
      let found = bits[word]! & (-1 << (index & 31));
      while (found === 0 && word < last) found = bits[++word]!;
      if (found !== 0) return this.#base + (word << 5) + lowestBit(found);
    }
    return extreme(this.#farAsks, Math.max(tick + 1, this.#base + size), NO_ASK, Math.min, NO_ASK);
  }

  #removeAsksTo(tick: number): void {
    while (this.ask <= tick && this.ask !== NO_ASK) {
      this.set(Side.sell, this.ask, 0);
      this.crossed++;
    }
  }

  #removeBidsTo(tick: number): void {
    while (this.bid >= tick && this.bid !== NO_BID) {
      this.set(Side.buy, this.bid, 0);
      this.crossed++;
    }
  }

  /** `set` outside the window. A new best moves the window there; many misses make it grow to where they were. */
  #setFar(side: number, tick: number, lots: number): void {
    const improves = lots !== 0 && (side === Side.buy ? tick > this.bid : tick < this.ask);
    if (improves) this.#moveWindow(this.#sizeAround(side, tick), tick);
    else this.#miss(tick);
    const index = tick - this.#base;
    if (index >= 0 && index < this.#size) {
      this.set(side, tick, lots);
      return;
    }

    const before = this.lotsAt(side as Side, tick);
    const far = side === Side.buy ? this.#farBids : this.#farAsks;
    far.set(tick, lots);
    if (before === 0) {
      if (lots !== 0) this.#came(side, tick);
    } else if (lots === 0) this.#went(side, tick);
  }

  /** A window whose middle is a new best price reaches the other side's, lest it go back and forth between the two. */
  #sizeAround(side: number, tick: number): number {
    const other = side === Side.buy ? this.ask : this.bid;
    return Math.max(this.#size, sizeFor(Math.abs(tick - other)));
  }

  #miss(tick: number): void {
    const distance = Math.abs(tick - (this.#base + this.#size / 2));
    if (distance > LARGEST_WINDOW / 2) return;
    this.#missTicks = Math.max(this.#missTicks, distance);
    if (++this.#misses < MISSES_TO_GROW) return;
    const mid = this.midTicks;
    this.#moveWindow(Math.max(this.#size, sizeFor(this.#missTicks)), Number.isNaN(mid) ? tick : Math.round(mid));
  }

  /** Puts the window's middle at `middle`: levels that fall out go to the tables, those that fall in come from there. */
  #moveWindow(size: number, middle: number): void {
    const base = middle - size / 2;
    const bidBits = bitsFor(size);
    const askBits = bitsFor(size);
    this.#bids = moveLevels(this.#bids, this.#bidBits, this.#base, this.#farBids, size, base, bidBits);
    this.#asks = moveLevels(this.#asks, this.#askBits, this.#base, this.#farAsks, size, base, askBits);
    this.#bidBits = bidBits;
    this.#askBits = askBits;
    this.#size = size;
    this.#base = base;
    this.#misses = 0;
    this.#missTicks = 0;
  }
}

/** Ticks of a window that reaches `distance` ticks from its middle; 0 when no window does. */
function sizeFor(distance: number): number {
  if (distance > LARGEST_WINDOW / 2) return 0;
  return Math.min(LARGEST_WINDOW, 2 ** Math.ceil(Math.log2(2 * distance + 2)));
}

/** The largest or smallest far tick in [from, to); `none` when there is none. */
function extreme(
  far: FarLevels,
  from: number,
  to: number,
  pick: (a: number, b: number) => number,
  none: number,
): number {
  let best = none;
  far.forEach((tick) => {
    if (tick >= from && tick < to) best = pick(best, tick);
  });
  return best;
}

/** The levels of a window at `base`, and their bits in `bits`. */
function moveLevels(
  old: Float64Array,
  oldBits: Int32Array,
  oldBase: number,
  far: FarLevels,
  size: number,
  base: number,
  bits: Int32Array,
): Float64Array {
  const levels = new Float64Array(size);
  far.forEach((tick, lots) => {
    const index = tick - base;
    if (index < 0 || index >= size) return;
    levels[index] = lots;
    bits[index >> 5]! |= 1 << (index & 31);
    far.set(tick, 0);
  });
  for (let word = 0; word < oldBits.length; word++) {
    for (let left = oldBits[word]!; left !== 0; left &= left - 1) {
      const from = (word << 5) + lowestBit(left);
      const index = oldBase + from - base;
      if (index >= 0 && index < size) {
        levels[index] = old[from]!;
        bits[index >> 5]! |= 1 << (index & 31);
      } else far.set(oldBase + from, old[from]!);
    }
  }
  return levels;
}

function bitsFor(size: number): Int32Array {
  return new Int32Array((size + 31) >> 5);
}

/** Place of the lowest bit that is set. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
