/**
 * One instrument's book as the exchange had it, and what is wrong with it: crossed, locked, stale, begun without a snapshot,
 * orders that nobody entered. Knows nothing of files. Called by the check of a tape.
 *
 * The book keeps what the rows say: levels that cross stay until a row takes them away. (A replay takes them away by itself.)
 * It is looked at where a message is complete.
 */
import { LevelBook, NO_ASK, NO_BID } from '../../core/book/levels.js';
import { OrderBook } from '../../core/book/orders.js';
import type { Instrument } from '../../core/instrument.js';
import { type Columns, Flag, Kind, Side } from '../../core/market.js';
import type { Nanos } from '../../core/time.js';
import { OpenSpan, Spans } from './spans.js';
import { isOrderKind } from './streams.js';

/** What makes an instrument's book: the finest that the tape has, as in a replay. */
export type BookSource = 'orders' | 'levels' | 'quotes' | 'none';

export function bookSourceOf(kinds: readonly number[]): BookSource {
  if (kinds[Kind.orderAdd]! > 0) return 'orders';
  if (kinds[Kind.depth]! > 0) return 'levels';
  return kinds[Kind.quote]! > 0 ? 'quotes' : 'none';
}

const FINE = 0;
const LOCKED = 1;
const CROSSED = 2;

export class BookWatch {
  readonly source: BookSource;
  readonly levels: LevelBook;
  readonly orders: OrderBook | undefined;
  /** Best bid above best ask. */
  readonly crossed = new Spans();
  /** Crossed or locked while the instrument was halted, in auction or closed, where that is no error. */
  readonly crossedWhileShut = new Spans();
  /** Messages of the book after which it was crossed, whatever the status. */
  crossedMessages = 0;
  /** Best bid equal to best ask. */
  readonly locked = new Spans();
  readonly stale = new Spans();
  /** Trades outside a stale touch. */
  staleTrades = 0;
  snapshotRows = 0;
  rowsBeforeSnapshot = 0;
  /** When the book first had both sides; `NaN` if never. */
  fromNs: Nanos = Number.NaN;
  readonly #staleNs: Nanos;
  readonly #crossing = new OpenSpan();
  readonly #staleSpan = new OpenSpan();
  #state = FINE;
  #shut = false;
  #changed = false;
  #bid = NO_BID;
  #ask = NO_ASK;
  #bidLots = 0;
  #askLots = 0;
  /** Since when the touch is as it is, and the row that made it so. */
  #touchNs: Nanos = Number.NaN;
  #touchRow = 0;
  /** Trades of the present message outside a touch that stood for long. */
  #outside = 0;

  constructor(instrument: Instrument, source: BookSource, staleNs: Nanos) {
    this.source = source;
    this.orders = source === 'orders' ? new OrderBook(instrument) : undefined;
    this.levels = this.orders?.levels ?? new LevelBook(instrument, { uncross: false });
    this.#staleNs = staleNs;
  }

  /** Does what a row says of the book; rows that do not make this one are passed over. */
  apply(columns: Columns, row: number, kind: number, side: Side): void {
    const tick = columns.priceTicks[row]!;
    const lots = columns.qtyLots[row]!;
    if (this.source === 'levels') {
      if (kind === Kind.depth) this.levels.set(side, tick, lots);
      else if (kind === Kind.depthClear) this.levels.clear(side, tick);
      else return;
    } else if (this.source === 'quotes') {
      if (kind !== Kind.quote) return;
      this.levels.setOnly(side, tick, lots);
    } else {
      if (this.orders === undefined || !isOrderKind(kind)) return;
      applyOrder(this.orders, columns.orderId![row]!, kind, side, tick, lots);
    }
    this.#changed = true;
    if (this.source === 'quotes') return;
    if ((columns.flags[row]! & Flag.snapshot) !== 0) this.snapshotRows++;
    else if (this.snapshotRows === 0) this.rowsBeforeSnapshot++;
  }

  /** A message is complete: the book is whole. */
  settle(timeNs: Nanos, row: number): void {
    if (this.#changed) this.#look(timeNs, row);
    this.#changed = false;
    if (this.#outside === 0) return;
    // The message's own rows may have moved the touch to where it traded.
    if (timeNs - this.#touchNs > this.#staleNs) {
      this.staleTrades += this.#outside;
      this.#staleSpan.begin(this.#touchNs, this.#touchRow);
    }
    this.#outside = 0;
  }

  #look(timeNs: Nanos, row: number): void {
    const { bid, ask } = this.levels;
    if (bid > ask) this.crossedMessages++;
    const bidLots = bid === NO_BID ? 0 : this.levels.lotsAt(Side.buy, bid);
    const askLots = ask === NO_ASK ? 0 : this.levels.lotsAt(Side.sell, ask);
    if (bid === this.#bid && ask === this.#ask && bidLots === this.#bidLots && askLots === this.#askLots) return;
    this.#bid = bid;
    this.#ask = ask;
    this.#bidLots = bidLots;
    this.#askLots = askLots;
    this.#touchNs = timeNs;
    this.#touchRow = row;
    this.#staleSpan.end(timeNs, this.stale);
    this.#enter(bid > ask ? CROSSED : bid === ask ? LOCKED : FINE, timeNs, row);
    if (bid !== NO_BID && ask !== NO_ASK && Number.isNaN(this.fromNs)) this.fromNs = timeNs;
  }

  /** A trade printed. Outside a touch that has not changed for long, the touch is stale. */
  trade(tick: number, timeNs: Nanos): void {
    // Every comparison fails while there is no touch.
    if (!(timeNs - this.#touchNs > this.#staleNs) || this.#shut) return;
    if (tick > this.#ask || tick < this.#bid) this.#outside++;
  }

  /** Trading begins or ends: a spell ends there, and what goes on is counted apart. */
  shut(shut: boolean, timeNs: Nanos, row: number): void {
    if (shut === this.#shut) return;
    const state = this.#state;
    this.#enter(FINE, timeNs, row);
    this.#staleSpan.end(timeNs, this.stale);
    // What lay still while nothing traded counts as new.
    if (!Number.isNaN(this.#touchNs)) this.#touchNs = timeNs;
    this.#shut = shut;
    this.#enter(state, timeNs, row);
  }

  /** Ends what still goes on when the tape ends. */
  finish(timeNs: Nanos): void {
    this.#enter(FINE, timeNs, 0);
    this.#staleSpan.end(timeNs, this.stale);
  }

  #enter(state: number, timeNs: Nanos, row: number): void {
    if (state === this.#state) return;
    if (this.#state !== FINE) {
      const spans = this.#state === CROSSED ? this.crossed : this.locked;
      this.#crossing.end(timeNs, this.#shut ? this.crossedWhileShut : spans);
    }
    this.#state = state;
    if (state !== FINE) this.#crossing.begin(timeNs, row);
  }
}

function applyOrder(book: OrderBook, id: number, kind: number, side: Side, tick: number, lots: number): void {
  if (kind === Kind.orderAdd) book.add(id, side, tick, lots);
  else if (kind !== Kind.orderModify) book.reduce(id, lots);
  else if (!book.shrink(id, tick, lots)) {
    book.reduce(id, Number.POSITIVE_INFINITY);
    book.add(id, side, tick, lots);
  }
}
