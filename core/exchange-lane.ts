/**
 * Market data at exchange time: moves the venue's books and tells the venue where its orders are concerned.
 * Knows nothing of strategies. Called by the kernel.
 */
import type { Feed, Link } from './feed.js';
import type { Instrument } from './instrument.js';
import type { Lane } from './kernel.js';
import type { Lookouts } from './lookout.js';
import { CODE_EXCHANGE, CODE_KIND, CODE_SIDE_SHIFT, Flag, Kind, MarketView, Side } from './market.js';
import type { LevelListener, MarketBooks } from './market-books.js';
import type { Schedule } from './queue.js';
import { Rank } from './rank.js';
import type { Nanos } from './time.js';
import { TradeOrigin, type Venue, type Watch } from './venue.js';

export class ExchangeLane implements Lane {
  readonly rank = Rank.exchangeData;
  readonly reachRank = Rank.answer;
  nextNs: Nanos = 0.5;
  limitNs: Nanos = 0.5;
  /** Time of the last event of the blocks it has left; −1 before that. */
  lastNs: Nanos = -1;
  readonly #feed: Feed;
  readonly #books: MarketBooks;
  readonly #venue: Venue;
  readonly #watch: Watch;
  readonly #view: MarketView;
  readonly #schedule: Schedule;
  readonly #lookouts: Lookouts;
  #link: Link | undefined;
  #row = 0;
  /** Where the row that {@link MarketBooks.apply} is busy with belongs, for `#onLevel`. */
  #instrument = 0;
  #timeNs: Nanos = 0;
  #executed = false;
  readonly #onLevel: LevelListener = (side, tick, before, after) => {
    const instrument = this.#instrument;
    if (!this.#watch.level(instrument, side, tick)) return;
    const venue = this.#venue;
    const timeNs = this.#timeNs;
    const orders = this.#books.orders[instrument];
    if (orders !== undefined && after < before) {
      venue.onOrderReduced(instrument, side, tick, orders.changedSequence, before - after, this.#executed, timeNs);
    }
    venue.onDepth(instrument, side, tick, before, after, timeNs);
  };

  constructor(
    feed: Feed,
    books: MarketBooks,
    venue: Venue,
    watch: Watch,
    instruments: readonly Instrument[],
    schedule: Schedule,
    lookouts: Lookouts,
  ) {
    this.#feed = feed;
    this.#books = books;
    this.#venue = venue;
    this.#watch = watch;
    this.#view = new MarketView(instruments);
    this.#schedule = schedule;
    this.#lookouts = lookouts;
    this.#link = feed.first;
    this.#seek();
  }

  /** Market rows cause answers only where orders rest. */
  get reachNs(): Nanos {
    return this.#venue.working > 0 ? this.#venue.leastResponseNs : Number.POSITIVE_INFINITY;
  }

  run(): void {
    const limitNs = this.limitNs;
    const { code, exchangeNs, instrument, priceTicks, qtyLots, flags, length } = this.#link!.columns;
    const levels = this.#books.levels;
    const watch = this.#watch;
    const trades = watch.trades;
    const lastTrades = watch.lastTradeTicks;
    const schedule = this.#schedule;
    const added = schedule.added;
    const depth = Kind.depth;
    const trade = Kind.trade;
    const lookouts = this.#lookouts;
    // Rows after it wait: for the limit, or until somebody has looked at the books.
    let stopNs = Math.min(lookouts.nextNs, limitNs);
    let row = this.#row;
    for (; row < length; row++) {
      const bits = code[row]!;
      if ((bits & CODE_EXCHANGE) === 0) continue;
      if (exchangeNs[row]! > stopNs) {
        if (exchangeNs[row]! > limitNs) {
          this.#row = row;
          this.nextNs = exchangeNs[row]!;
          return;
        }
        lookouts.look(exchangeNs[row]!);
        stopNs = Math.min(lookouts.nextNs, limitNs);
      }
      const kind = bits & CODE_KIND;
      const index = instrument[row]!;
      const side = ((bits >> CODE_SIDE_SHIFT) & 3) as Side;
      if (kind === depth) {
        const tick = priceTicks[row]!;
        if (!watch.level(index, side, tick)) {
          levels[index]!.set(side, tick, qtyLots[row]!);
          continue;
        }
        this.#applyWatched(row, side, index);
      } else if (kind === trade) {
        const tick = priceTicks[row]!;
        lastTrades[index] = tick;
        // Most trades reach no own order.
        if (trades[index] === 0 || !watch.trade(index, side, tick)) continue;
        const origin = (flags[row]! & Flag.hidden) === 0 ? TradeOrigin.plain : TradeOrigin.hidden;
        this.#venue.onTrade(index, side, tick, qtyLots[row]!, origin, exchangeNs[row]!);
      } else {
        this.#applyOther(row, kind, side, index, exchangeNs[row]!);
      }
      if (schedule.added !== added) {
        row++;
        break;
      }
    }
    this.#row = row;
    this.#seek();
  }

  /** A level change that may touch an own order. */
  #applyWatched(row: number, side: Side, instrument: number): void {
    const { priceTicks, qtyLots, exchangeNs } = this.#link!.columns;
    const tick = priceTicks[row]!;
    const after = qtyLots[row]!;
    const book = this.#books.levels[instrument]!;
    const before = book.lotsAt(side, tick);
    book.set(side, tick, after);
    this.#venue.onDepth(instrument, side, tick, before, after, exchangeNs[row]!);
  }

  /** Rows of the rarer kinds. An execution is a trade first, then a smaller level. */
  #applyOther(row: number, kind: number, side: Side, instrument: number, timeNs: Nanos): void {
    const columns = this.#link!.columns;
    if (kind >= Kind.bar) {
      this.#view.attach(columns);
      this.#view.moveTo(row);
      this.#venue.onRow(this.#view, timeNs);
      return;
    }
    this.#executed = kind === Kind.orderExecute;
    if (this.#executed) this.#watch.lastTradeTicks[instrument] = columns.priceTicks[row]!;
    if (this.#executed && this.#watch.trades[instrument] !== 0) {
      const aggressor = side === Side.buy ? Side.sell : Side.buy;
      this.#venue.onTrade(
        instrument,
        aggressor,
        columns.priceTicks[row]!,
        columns.qtyLots[row]!,
        TradeOrigin.order,
        timeNs,
      );
    }
    this.#instrument = instrument;
    this.#timeNs = timeNs;
    this.#books.apply(columns, row, kind, side, instrument, this.#onLevel);
  }

  /** Moves on to the next row seen at the exchange and notes its time. */
  #seek(): void {
    for (;;) {
      if (this.#link === undefined) {
        this.nextNs = Number.POSITIVE_INFINITY;
        return;
      }
      const { code, exchangeNs, length } = this.#link.columns;
      while (this.#row < length && (code[this.#row]! & CODE_EXCHANGE) === 0) this.#row++;
      if (this.#row < length) {
        this.nextNs = exchangeNs[this.#row]!;
        return;
      }
      for (let row = length - 1; row >= 0; row--) {
        if ((code[row]! & CODE_EXCHANGE) === 0) continue;
        this.lastNs = exchangeNs[row]!;
        break;
      }
      this.#link = this.#feed.leave(this.#link);
      this.#row = 0;
    }
  }
}
