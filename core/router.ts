/**
 * Hands market rows at local time to the strategies that want them, in the order of the run's strategies.
 * Knows nothing of venues, orders or books. Called by the local lane.
 */
import type { Book } from './book/book.js';
import type { Clock } from './clock.js';
import type { Instrument } from './instrument.js';
import { type Columns, Kind, MarketView } from './market.js';
import type { Strategy } from './strategy.js';
import type { StrategyHost } from './strategy-host.js';
import type { Nanos } from './time.js';

/** Bit of {@link Router.wanted} for "a message that changed the book is complete"; the other bits are kinds. */
export const BOOK_WANTED = 1;

/** Which handler takes rows of a kind. */
const HANDLER_OF_KIND: Record<number, keyof Strategy> = {
  [Kind.trade]: 'onTrade',
  [Kind.depth]: 'onDepth',
  [Kind.depthClear]: 'onDepth',
  [Kind.quote]: 'onQuote',
  [Kind.orderAdd]: 'onOrderRow',
  [Kind.orderModify]: 'onOrderRow',
  [Kind.orderCancel]: 'onOrderRow',
  [Kind.orderExecute]: 'onOrderRow',
  [Kind.bar]: 'onBar',
  [Kind.funding]: 'onFunding',
  [Kind.status]: 'onStatus',
  [Kind.custom]: 'onCustom',
};
const KINDS = 16;

export class Router {
  /** By instrument: bit `kind` = somebody wants rows of this kind, bit 0 = somebody wants complete books. */
  readonly wanted: Int32Array;
  readonly #clock: Clock;
  readonly #books: readonly Book[];
  readonly #view: MarketView;
  #attached: Columns | undefined;
  /** Who wants a kind of an instrument's rows, `[instrument × 16 + kind]`; kind 0 = complete books. */
  readonly #subscribers: StrategyHost[][];
  readonly #entering: (host: StrategyHost, handler: keyof Strategy) => void;

  constructor(
    instruments: readonly Instrument[],
    books: readonly Book[],
    hosts: readonly StrategyHost[],
    clock: Clock,
    entering: (host: StrategyHost, handler: keyof Strategy) => void,
  ) {
    this.wanted = new Int32Array(instruments.length);
    this.#clock = clock;
    this.#books = books;
    this.#view = new MarketView(instruments);
    this.#entering = entering;
    this.#subscribers = Array.from({ length: instruments.length * KINDS }, () => []);
    for (const host of hosts) for (const { index } of host.instruments) this.#subscribe(host, index);
  }

  #subscribe(host: StrategyHost, instrument: number): void {
    const { strategy } = host;
    for (const [kind, handler] of Object.entries(HANDLER_OF_KIND)) {
      if (strategy[handler] === undefined) continue;
      this.wanted[instrument]! |= 1 << Number(kind);
      this.#subscribers[instrument * KINDS + Number(kind)]!.push(host);
    }
    if (strategy.onBook === undefined) return;
    this.wanted[instrument]! |= BOOK_WANTED;
    this.#subscribers[instrument * KINDS]!.push(host);
  }

  /** A row has arrived; its books are up to date. */
  deliver(columns: Columns, row: number, kind: number, instrument: number, timeNs: Nanos): void {
    this.#clock.nowNs = timeNs;
    const view = this.#view;
    if (this.#attached !== columns) {
      this.#attached = columns;
      view.attach(columns);
    }
    view.moveTo(row);
    const hosts = this.#subscribers[instrument * KINDS + kind]!;
    for (let i = 0; i < hosts.length; i++) {
      const host = hosts[i]!;
      const { strategy } = host;
      // The two frequent kinds are called by name, which lets V8 inline them.
      if (kind === Kind.depth) {
        this.#entering(host, 'onDepth');
        strategy.onDepth!(view, host);
      } else if (kind === Kind.trade) {
        this.#entering(host, 'onTrade');
        strategy.onTrade!(view, host);
      } else {
        const handler = HANDLER_OF_KIND[kind]! as 'onTrade';
        this.#entering(host, handler);
        strategy[handler]!(view, host);
      }
    }
  }

  /** The last row of a message that changed this instrument's book has arrived. */
  deliverBook(instrument: number, timeNs: Nanos): void {
    this.#clock.nowNs = timeNs;
    const book = this.#books[instrument]!;
    const hosts = this.#subscribers[instrument * KINDS]!;
    for (let i = 0; i < hosts.length; i++) {
      const host = hosts[i]!;
      this.#entering(host, 'onBook');
      host.strategy.onBook!(book, host);
    }
  }
}
