/**
 * Measures queue models against own orders of the past: a level-2 tape, when each order joined and ended, and how much of it
 * filled. Knows nothing of files. Called by `tickwright calibrate --fills`.
 *
 * The models are told what the simulated venue tells them: the level's other lots when the order joins; trades at its price;
 * changes of its level. A trade through its price, or an opposite level at it, fills all that is left. A tape that was
 * recorded while the orders were live shows them too (`shown`): the first increase of the level by at least the order's size
 * is taken to be the order's own, and from then on its size is left out of what the level holds.
 */
import type { Instrument } from '../core/instrument.js';
import { CODE_EXCHANGE, CODE_KIND, CODE_SIDE_SHIFT, type Columns, Flag, Kind, Side } from '../core/market.js';
import { MarketBooks } from '../core/market-books.js';
import type { TapeInfo } from '../core/tape.js';
import type { Nanos } from '../core/time.js';
import type { FidelityTally } from './fidelity-tally.js';
import { QueueContender } from './queue-contender.js';
import type { QueuePositionModel } from './queue-position.js';

/** A limit order that rested. Times are exchange times, ns since the run's origin. */
export interface OwnOrder {
  readonly side: Side;
  readonly priceTicks: number;
  readonly qtyLots: number;
  readonly joinedNs: Nanos;
  /** When it was filled in whole, cancelled or expired; ≥ `joinedNs`. */
  readonly endedNs: Nanos;
  /** Within [0, `qtyLots`]. */
  readonly filledLots: number;
  /** `NaN` where it is not known. */
  readonly firstFillNs: Nanos;
}

export class OwnOrderFidelity {
  readonly #instrument: Instrument;
  readonly #books: MarketBooks;
  readonly #shown: boolean;
  /** By the time they joined; a shadow is its place here. */
  readonly #orders: readonly OwnOrder[];
  readonly #contenders: QueueContender[] = [];
  #next = 0;
  #resting: number[] = [];
  /** By shadow: lots displayed at its level, and whether its own are among them. */
  readonly #levelLots: number[] = [];
  readonly #ownShown: boolean[] = [];

  constructor(
    instrument: Instrument,
    instruments: readonly Instrument[],
    counts: TapeInfo['counts'],
    orders: readonly OwnOrder[],
    shown: boolean,
  ) {
    this.#instrument = instrument;
    this.#books = new MarketBooks(instruments, counts);
    this.#orders = [...orders].sort((a, b) => a.joinedNs - b.joinedNs);
    this.#shown = shown;
  }

  /** Before the first row: adds a model, which must be no other's; its tally. */
  judge(name: string, model: QueuePositionModel): FidelityTally {
    const contender = new QueueContender(name, model, this.#instrument);
    this.#contenders.push(contender);
    return contender.tally;
  }

  /** The next rows of the tape. */
  rows(columns: Columns): void {
    const { code, flags, exchangeNs, instrument, priceTicks, qtyLots, length } = columns;
    for (let row = 0; row < length; row++) {
      const bits = code[row]!;
      if ((bits & CODE_EXCHANGE) === 0 || instrument[row] !== this.#instrument.index) continue;
      const timeNs = exchangeNs[row]!;
      this.#joinAndEnd(timeNs);
      const kind = bits & CODE_KIND;
      const side = ((bits >> CODE_SIDE_SHIFT) & 3) as Side;
      const tick = priceTicks[row]!;
      if (kind === Kind.trade && (flags[row]! & Flag.hidden) === 0) this.#trade(side, tick, qtyLots[row]!, timeNs);
      if (kind === Kind.orderExecute) this.#trade(opposite(side), tick, qtyLots[row]!, timeNs);
      this.#books.apply(columns, row, kind, side, this.#instrument.index);
      if (kind !== Kind.trade && this.#resting.length > 0) this.#level(kind, side, tick, timeNs);
    }
  }

  /** After the last row. Orders that ended later end here. */
  finish(): void {
    this.#joinAndEnd(Number.POSITIVE_INFINITY);
  }

  /** Orders that joined by now, and those that ended before now: a row at the time of the end may still be their fill. */
  #joinAndEnd(timeNs: Nanos): void {
    for (; this.#next < this.#orders.length && this.#orders[this.#next]!.joinedNs <= timeNs; this.#next++) {
      const shadow = this.#next;
      const { side, priceTicks, qtyLots } = this.#orders[shadow]!;
      const lots = this.#lotsAt(side, priceTicks);
      this.#levelLots[shadow] = lots;
      this.#ownShown[shadow] = false;
      this.#resting.push(shadow);
      for (const contender of this.#contenders) contender.join(shadow, side, priceTicks, qtyLots, lots);
    }
    if (this.#resting.every((shadow) => this.#orders[shadow]!.endedNs >= timeNs)) return;
    for (const shadow of this.#resting) {
      const { endedNs, filledLots, firstFillNs } = this.#orders[shadow]!;
      if (endedNs < timeNs) for (const contender of this.#contenders) contender.end(shadow, filledLots, firstFillNs);
    }
    this.#resting = this.#resting.filter((shadow) => this.#orders[shadow]!.endedNs >= timeNs);
  }

  #trade(aggressor: Side, tick: number, lots: number, timeNs: Nanos): void {
    for (const shadow of this.#resting) {
      const { side, priceTicks } = this.#orders[shadow]!;
      if (side === aggressor) continue;
      const through = side === Side.buy ? priceTicks - tick : tick - priceTicks;
      if (through < 0) continue;
      for (const contender of this.#contenders) {
        if (through > 0) contender.passed(shadow, timeNs);
        else contender.traded(shadow, lots, timeNs);
      }
    }
  }

  /** A row of the book at `tick`, or from the best price to there (depthClear). */
  #level(kind: number, side: Side, tick: number, timeNs: Nanos): void {
    const there = this.#lotsAt(side, tick) > 0;
    for (const shadow of this.#resting) {
      const order = this.#orders[shadow]!;
      if (order.side === side) {
        const after = this.#lotsAt(side, order.priceTicks);
        if (order.priceTicks === tick || (kind === Kind.depthClear && after !== this.#levelLots[shadow])) {
          this.#changed(shadow, order.qtyLots, after);
        }
      } else if (there && (side === Side.sell ? tick <= order.priceTicks : tick >= order.priceTicks)) {
        for (const contender of this.#contenders) contender.passed(shadow, timeNs);
      }
    }
  }

  #changed(shadow: number, ownLots: number, after: number): void {
    const before = this.#levelLots[shadow]!;
    this.#levelLots[shadow] = after;
    const others = this.#ownShown[shadow] ? Math.max(0, before - ownLots) : before;
    if (this.#shown && after - before >= ownLots) this.#ownShown[shadow] = true;
    const left = this.#ownShown[shadow] ? Math.max(0, after - ownLots) : after;
    for (const contender of this.#contenders) contender.levelChanged(shadow, others, left);
  }

  #lotsAt(side: Side, tick: number): number {
    return this.#books.levels[this.#instrument.index]!.lotsAt(side, tick);
  }
}

function opposite(side: Side): Side {
  return side === Side.buy ? Side.sell : Side.buy;
}
