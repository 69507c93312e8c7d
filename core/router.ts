/**
 * Hands market rows at local time to the strategies that want them, in the order of the run's strategies.
 * Knows nothing of venues, orders or books. Called by the local lane.
 */
import type { Book } from './book/book.js';
import { type Clock, HANDLERS, NOBODY } from './clock.js';
import type { Instrument } from './instrument.js';
import { type Columns, Kind, MarketView } from './market.js';
import type { Strategy } from './strategy.js';
import type { StrategyHost } from './strategy-host.js';

/** Bit of {@link Router.wanted} for "a message that changed the book is complete"; the other bits are kinds. */
export const BOOK_WANTED = 1;

type RowHandler = Exclude<
  (typeof HANDLERS)[number],
  'onStart' | 'onBook' | 'onOrderEvent' | 'onFill' | 'onTimer' | 'onStop' | 'onAccountEvent'
>;

/** Which handler takes rows of a kind; index = kind. */
const HANDLER_OF_KIND: readonly (RowHandler | undefined)[] = [
  undefined,
  'onTrade',
  'onDepth',
  'onDepth',
  'onQuote',
  'onOrderRow',
  'onOrderRow',
  'onOrderRow',
  'onOrderRow',
  'onBar',
  'onFunding',
  'onStatus',
  'onCustom',
  'onCorporateAction',
  'onCorporateAction',
  'onMark',
];
const ON_DEPTH = HANDLERS.indexOf('onDepth');
const ON_TRADE = HANDLERS.indexOf('onTrade');
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

  constructor(
    instruments: readonly Instrument[],
    books: readonly Book[],
    hosts: readonly StrategyHost[],
    clock: Clock,
  ) {
    this.wanted = new Int32Array(instruments.length);
    this.#clock = clock;
    this.#books = books;
    this.#view = new MarketView(instruments);
    this.#subscribers = Array.from({ length: instruments.length * KINDS }, () => []);
    for (const host of hosts) for (const { index } of host.instruments) this.#subscribe(host, index);
  }

  #subscribe(host: StrategyHost, instrument: number): void {
    const { strategy } = host;
    HANDLER_OF_KIND.forEach((handler, kind) => {
      if (handler === undefined || strategy[handler] === undefined) return;
      this.wanted[instrument]! |= 1 << kind;
      this.#subscribers[instrument * KINDS + kind]!.push(host);
    });
    if (strategy.onBook === undefined) return;
    this.wanted[instrument]! |= BOOK_WANTED;
    this.#subscribers[instrument * KINDS]!.push(host);
  }

  /** From now on an observer hears the bars of an instrument before strategies do. Before the first row only. */
  watchBars(instrument: number, onBar: (bar: MarketView) => void): void {
    this.wanted[instrument]! |= 1 << Kind.bar;
    // For the loop below it is a host like any other, but no strategy's.
    this.#subscribers[instrument * KINDS + Kind.bar]!.unshift({
      index: NOBODY,
      strategy: { onBar },
    } as unknown as StrategyHost);
  }

  /**
   * From now on what gathers rows for a strategy hears those of an instrument that it has handlers for, before the strategy
   * does. Before the first row only.
   */
  listen(host: StrategyHost, instrument: number, gatherer: Strategy): void {
    // It is called as a strategy is, and does without a context: for the loops below it is a host like any other.
    const entry = { index: host.index, strategy: gatherer } as unknown as StrategyHost;
    HANDLER_OF_KIND.forEach((handler, kind) => {
      const hears = kind === 0 ? gatherer.onBook : handler && gatherer[handler];
      if (hears === undefined) return;
      this.wanted[instrument]! |= 1 << kind;
      const hosts = this.#subscribers[instrument * KINDS + kind]!;
      const after = hosts.findIndex((other) => other === host || other.index > host.index);
      hosts.splice(after < 0 ? hosts.length : after, 0, entry);
    });
  }

  /** A row has arrived; its books are up to date. */
  deliver(columns: Columns, row: number, kind: number, instrument: number): void {
    const clock = this.#clock;
    clock.nowNs = columns.localNs[row]!;
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
      clock.strategy = host.index;
      // The two frequent kinds are called by name, which lets V8 inline them.
      if (kind === Kind.depth) {
        clock.handler = ON_DEPTH;
        strategy.onDepth!(view, host);
      } else if (kind === Kind.trade) {
        clock.handler = ON_TRADE;
        strategy.onTrade!(view, host);
      } else {
        const handler = HANDLER_OF_KIND[kind]!;
        clock.enter(host.index, handler);
        strategy[handler]!(view, host);
      }
    }
    clock.strategy = NOBODY;
  }

  /** The last row of a message that changed this instrument's book has arrived. */
  deliverBook(columns: Columns, row: number, instrument: number): void {
    this.#clock.nowNs = columns.localNs[row]!;
    const book = this.#books[instrument]!;
    const hosts = this.#subscribers[instrument * KINDS]!;
    for (let i = 0; i < hosts.length; i++) {
      const host = hosts[i]!;
      this.#clock.enter(host.index, 'onBook');
      host.strategy.onBook!(book, host);
    }
    this.#clock.strategy = NOBODY;
  }
}
