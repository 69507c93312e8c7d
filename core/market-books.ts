/**
 * The books of all instruments as one side (venue or strategy) knows them, and what each kind of row does to them.
 * Knows nothing of time, venues or strategies. Called by the lanes, and by whoever prints books.
 */
import { LevelBook } from './book/levels.js';
import { OrderBook } from './book/orders.js';
import type { Instrument } from './instrument.js';
import { type Columns, Kind, Side } from './market.js';
import type { TapeInfo } from './tape.js';

/** Kinds that change a book, as a bit each. */
export const BOOK_KINDS =
  (1 << Kind.depth) |
  (1 << Kind.depthClear) |
  (1 << Kind.quote) |
  (1 << Kind.orderAdd) |
  (1 << Kind.orderModify) |
  (1 << Kind.orderCancel) |
  (1 << Kind.orderExecute);

/** Hears of level changes that {@link MarketBooks.apply} made. */
export type LevelListener = (side: Side, priceTicks: number, beforeLots: number, afterLots: number) => void;

export class MarketBooks {
  /** By instrument. Hot loops apply `Kind.depth` rows to these directly. */
  readonly levels: LevelBook[];
  /** Order books of the instruments whose tape has order by order rows. */
  readonly orders: (OrderBook | undefined)[];
  /** 1 = the tape has nothing that makes a book for the instrument. */
  readonly bookless: Uint8Array;
  /** The last trade or close of instruments without a book; `NaN` before the first, and always for the others. */
  readonly lastTicks: Float64Array;
  /** Whether best quotes make the book (the tape has nothing deeper for the instrument). */
  readonly #fromQuotes: boolean[];

  /**
   * Decides by the kinds on the tape what makes each instrument's book: orders, else levels, else best quotes. Throws
   * `RangeError` when a tape has both orders and levels for one instrument: there would be two truths.
   */
  constructor(instruments: readonly Instrument[], counts: TapeInfo['counts']) {
    this.orders = instruments.map((instrument, index) => {
      const kinds = counts[index]!;
      const hasOrders = kinds[Kind.orderAdd]! > 0;
      if (hasOrders && kinds[Kind.depth]! > 0) {
        throw new RangeError(
          `instrument ${instrument.symbol}: the tape has both order rows and depth rows; make a tape with one of them`,
        );
      }
      return hasOrders ? new OrderBook(instrument) : undefined;
    });
    this.bookless = Uint8Array.from(instruments, (_, index) => {
      const kinds = counts[index]!;
      return this.orders[index] === undefined && !(kinds[Kind.depth]! > 0) && !(kinds[Kind.quote]! > 0) ? 1 : 0;
    });
    this.lastTicks = new Float64Array(instruments.length).fill(Number.NaN);
    this.levels = instruments.map((instrument, index) => this.orders[index]?.levels ?? new LevelBook(instrument));
    this.#fromQuotes = instruments.map((_, index) => {
      const kinds = counts[index]!;
      return this.orders[index] === undefined && kinds[Kind.depth] === 0 && kinds[Kind.quote]! > 0;
    });
  }

  /** Does to the book what a row of any kind says. `changed` hears of the levels that order rows and quotes moved. */
  apply(columns: Columns, row: number, kind: number, side: Side, instrument: number, changed?: LevelListener): void {
    const tick = columns.priceTicks[row]!;
    const lots = columns.qtyLots[row]!;
    const levels = this.levels[instrument]!;
    switch (kind) {
      case Kind.depth:
        levels.set(side, tick, lots);
        break;
      case Kind.depthClear:
        levels.clear(side, tick);
        break;
      case Kind.quote:
        if (this.#fromQuotes[instrument]) this.#applyQuote(levels, side, tick, lots, changed);
        break;
      case Kind.orderAdd:
      case Kind.orderModify:
      case Kind.orderCancel:
      case Kind.orderExecute:
        this.#applyOrder(columns.orderId![row]!, kind, side, instrument, tick, lots, changed);
        break;
      case Kind.trade:
      case Kind.bar:
        if (this.bookless[instrument] !== 0) this.lastTicks[instrument] = tick;
        break;
    }
  }

  /** A best quote. A level that the quote fell back from is gone; one that it rose above is merely out of sight. */
  #applyQuote(levels: LevelBook, side: Side, tick: number, lots: number, changed: LevelListener | undefined): void {
    const best = side === Side.buy ? levels.bid : levels.ask;
    const bestLots = levels.lotsAt(side, best);
    const before = levels.lotsAt(side, tick);
    levels.setOnly(side, tick, lots);
    if (changed === undefined) return;
    if (bestLots > 0 && (lots === 0 ? tick !== best : side === Side.buy ? tick < best : tick > best)) {
      changed(side, best, bestLots, 0);
    }
    changed(side, tick, before, lots);
  }

  #applyOrder(
    id: number,
    kind: number,
    side: Side,
    instrument: number,
    tick: number,
    lots: number,
    changed: LevelListener | undefined,
  ): void {
    const book = this.orders[instrument];
    if (book === undefined) return;
    if (kind === Kind.orderAdd) {
      book.add(id, side, tick, lots);
    } else if (kind === Kind.orderModify) {
      if (!book.shrink(id, tick, lots)) {
        if (book.reduce(id, Number.POSITIVE_INFINITY) > 0) tell(book, changed);
        book.add(id, side, tick, lots);
      }
    } else if (book.reduce(id, lots) === 0) {
      return;
    }
    tell(book, changed);
  }
}

function tell(book: OrderBook, changed: LevelListener | undefined): void {
  changed?.(book.changedSide, book.changedTick, book.changedBefore, book.changedAfter);
}
