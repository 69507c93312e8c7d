/**
 * What the venue saw of own orders, at exchange time: when each met the market, and where in line it stood.
 * Knows nothing of how orders match. Told by the matching engine, heard by observers, never by strategies.
 */
import type { LevelBook } from './book/levels.js';
import type { Lookouts } from './lookout.js';
import type { Order } from './order.js';
import type { Nanos } from './time.js';

export const MatchKind = {
  /** It met the market, and there is something for it to take. */
  entered: 0,
  /** It came to rest at the end of the line: as a new order, what is left of it, or again because it lost its place. */
  rested: 1,
  /** It traded. */
  filled: 2,
} as const;
export type MatchKind = (typeof MatchKind)[keyof typeof MatchKind];

/** Code → text, as it stands in tables. */
export const MATCH_NAMES: readonly string[] = ['entered', 'rested', 'filled'];

/** One object for all events of a run: copy what you keep. */
export interface MatchEvent {
  kind: MatchKind;
  /** As its strategy knows it, which may be older than what the venue does with it. */
  order: Order;
  exchangeNs: Nanos;
  /**
   * Lots ahead of it in line as the venue's queue model has them just before (a guess where the data is by level; the model
   * may say less than 0); `NaN` for what takes, for hidden orders, and for what does not stand in line, as in bars.
   */
  aheadLots: number;
  /** Best quotes of the venue's book as it is at this moment, own orders not included; `NaN` = none. */
  bidTicks: number;
  askTicks: number;
}

/** Who hears of match events. contract: called at exchange time, in that order; `event` is borrowed. */
export interface MatchListener {
  onMatch?(event: MatchEvent): void;
  /**
   * The order came to stand in line, or no more lots are ahead of it than it was last asked for. Returns at how few lots ahead
   * to tell of it again, less than now; −Infinity = never. Where several listen they hear of each other's moments too.
   */
  onQueue?(order: Order, aheadLots: number, exchangeNs: Nanos): number;
}

/** Tells listeners, with the quotes of the moment. There is one only where somebody listens. */
export class MatchWitness {
  readonly #listeners: readonly MatchListener[];
  readonly #followers: readonly MatchListener[];
  readonly #books: readonly LevelBook[];
  readonly #lookouts: Lookouts;
  // The fractions make V8 keep these fields as doubles from the start.
  readonly #event: MatchEvent = {
    kind: MatchKind.entered,
    order: undefined as unknown as Order,
    exchangeNs: 0.5,
    aheadLots: 0.5,
    bidTicks: 0.5,
    askTicks: 0.5,
  };

  constructor(listeners: readonly MatchListener[], books: readonly LevelBook[], lookouts: Lookouts) {
    this.#listeners = listeners.filter(({ onMatch }) => onMatch !== undefined);
    this.#followers = listeners.filter(({ onQueue }) => onQueue !== undefined);
    this.#books = books;
    this.#lookouts = lookouts;
  }

  tell(kind: MatchKind, order: Order, aheadLots: number, nowNs: Nanos): void {
    const event = this.#event;
    const book = this.#books[order.instrument.index]!;
    event.kind = kind;
    event.order = order;
    event.exchangeNs = nowNs;
    event.aheadLots = aheadLots;
    event.bidTicks = book.bestBidTicks;
    event.askTicks = book.bestAskTicks;
    for (let i = 0; i < this.#listeners.length; i++) this.#listeners[i]!.onMatch!(event);
    this.#lookouts.refresh();
  }

  /** An order stands in line; returns at how few lots ahead to tell of it again. */
  follow(order: Order, aheadLots: number, nowNs: Nanos): number {
    let tellAtLots = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#followers.length; i++) {
      tellAtLots = Math.max(tellAtLots, this.#followers[i]!.onQueue!(order, aheadLots, nowNs));
    }
    return tellAtLots;
  }
}
