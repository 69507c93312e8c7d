/**
 * What one message changed in a book, as limit orders that came and cancellations: by distance, and as events in time. Knows nothing
 * of rows. Called by the calibration of a flow.
 */
import { NO_ASK, NO_BID } from '../../core/book/levels.js';
import { Side } from '../../core/market.js';
import type { FeedDetail } from '../../core/synthetic/flow-parameters.js';
import type { Nanos } from '../../core/time.js';
import { SEEN_STEPS } from './book-looks.js';
import type { DistanceFigures } from './distance-figures.js';
import type { EventSample } from './event-sample.js';

/** A message of levels with so many changes was gathered over the time since the one before. */
const GATHERED = 8;
/** Prices with trades that no level has accounted for yet. */
const MOST_PENDING = 65_536;

/** Counts of what could not be told. */
type Left = Record<'no-distance' | 'crossing' | 'far' | 'unmatched', number>;

export class MessageChanges {
  cancellations = 0;
  readonly #detail: FeedDetail;
  readonly #figures: DistanceFigures;
  readonly #sample: EventSample;
  readonly #left: Left;
  readonly #sides: Side[] = [];
  readonly #ticks: number[] = [];
  readonly #lots: number[] = [];
  /** Where among them a level is. */
  readonly #places = new Map<number, number>();
  /** Lots that traded at a price, 2 · tick, one more for asks, since its level was last heard of. */
  readonly #pending = new Map<number, number>();
  /** Best prices after the message before. */
  #bid = NO_BID;
  #ask = NO_ASK;
  #farthest = 0;
  #lastNs: Nanos = Number.NaN;
  #messages = 0;
  #gathered = 0;
  #gaps = 0;

  constructor(detail: FeedDetail, figures: DistanceFigures, sample: EventSample, left: Left) {
    this.#detail = detail;
    this.#figures = figures;
    this.#sample = sample;
    this.#left = left;
  }

  /** The book is there from now on. */
  begin(timeNs: Nanos): void {
    this.#lastNs = timeNs;
  }

  /** Mean time between messages of levels where most are gathered; else 0. */
  get everyNs(): Nanos {
    return this.#detail !== 'orders' && this.#gathered > this.#messages / 2
      ? Math.round(this.#gaps / this.#messages)
      : 0;
  }

  /** A level of a side has so many lots more. Of feeds of levels and quotes all changes of a level in a message are one. */
  change(side: Side, tick: number, lots: number): void {
    if (this.#detail !== 'orders') {
      const key = 2 * tick + (side === Side.sell ? 1 : 0);
      const before = this.#places.get(key);
      if (before !== undefined) {
        this.#lots[before]! += lots;
        return;
      }
      this.#places.set(key, this.#lots.length);
    }
    this.#sides.push(side);
    this.#ticks.push(tick);
    this.#lots.push(lots);
  }

  /** Lots that rested on a side traded; of feeds of levels and quotes, whose levels say so later. */
  traded(side: Side, tick: number, lots: number): void {
    const key = 2 * tick + (side === Side.sell ? 1 : 0);
    if (this.#pending.size >= MOST_PENDING) {
      this.#left.unmatched += this.#pending.size;
      this.#pending.clear();
    }
    this.#pending.set(key, (this.#pending.get(key) ?? 0) + lots);
  }

  /** The message is over; `bid`, `ask`: the best prices after it, multiples of `stepTicks`. */
  end(timeNs: Nanos, bid: number, ask: number, stepTicks: number): void {
    const changes = this.#lots.length;
    this.#farthest = SEEN_STEPS * stepTicks;
    if (changes > 0 && !Number.isNaN(this.#lastNs)) {
      this.#messages++;
      this.#gaps += timeNs - this.#lastNs;
      if (this.#detail !== 'orders' && changes >= GATHERED) this.#gathered++;
      for (let each = 0; each < changes; each++) {
        this.#one(this.#sides[each]!, this.#ticks[each]!, this.#lots[each]!, timeNs, bid, ask);
      }
      this.#lastNs = timeNs;
    }
    this.#sides.length = 0;
    this.#ticks.length = 0;
    this.#lots.length = 0;
    this.#places.clear();
    this.#bid = bid;
    this.#ask = ask;
  }

  #one(side: Side, tick: number, change: number, timeNs: Nanos, bid: number, ask: number): void {
    const key = 2 * tick + (side === Side.sell ? 1 : 0);
    const traded = this.#pending.size === 0 ? 0 : (this.#pending.get(key) ?? 0);
    if (traded > 0) this.#pending.delete(key);
    const lots = change + traded;
    if (lots === 0) return;
    // What came is where the book is now; what went stood where it was.
    const distance = side === Side.buy ? (lots > 0 ? ask : this.#ask) - tick : tick - (lots > 0 ? bid : this.#bid);
    const known =
      lots > 0
        ? side === Side.buy
          ? ask !== NO_ASK
          : bid !== NO_BID
        : side === Side.buy
          ? this.#ask !== NO_ASK
          : this.#bid !== NO_BID;
    if (!known) this.#left['no-distance']++;
    else if (distance < 1) this.#left.crossing++;
    else if (distance > this.#farthest) this.#left.far++;
    else if (lots > 0) {
      this.#figures.came(distance, lots);
      this.#sample.add(timeNs, side === Side.buy ? 2 : 3);
    } else {
      this.cancellations++;
      this.#figures.cancelled(distance, -lots);
      this.#sample.add(timeNs, side === Side.buy ? 4 : 5);
    }
  }
}
