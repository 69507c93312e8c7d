/**
 * The stylised facts of one instrument, row by row as it happened at the venue: spread, depth, arrivals, volatility over
 * intervals, memory of signs and returns. Knows nothing of files or pages. Called by the facts of a tape.
 */
import type { LevelBook } from '../../core/book/levels.js';
import { NO_ASK, NO_BID } from '../../core/book/levels.js';
import type { InstrumentSpec } from '../../core/instrument.js';
import { type Columns, Flag, Kind, Side } from '../../core/market.js';
import { BOOK_KINDS } from '../../core/market-books.js';
import { HOUR, MILLISECOND, MINUTE, type Nanos, SECOND } from '../../core/time.js';
import { ArrivalGaps, type GapFacts } from './arrival-gaps.js';
import { Autocorrelation, type LagFact } from './autocorrelation.js';
import { type DepthFacts, DepthProfile } from './depth-profile.js';
import { PriceGrid } from './price-grid.js';
import { type SpreadFacts, SpreadTimes } from './spread-times.js';

/** Intervals of the volatility signature. */
const SIGNATURE: readonly Nanos[] = [
  ...[100, 200, 500].map((each) => each * MILLISECOND),
  ...[1, 2, 5, 10, 20, 30].map((each) => each * SECOND),
  ...[1, 2, 5, 10, 30].map((each) => each * MINUTE),
  HOUR,
];
const SIGN_LAGS = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1_000];
const RETURN_LAGS = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300];

/** What a tape says of one instrument's market. Numbers are `NaN` where there is nothing to reckon them from. */
export interface StylisedFacts {
  readonly instrument: InstrumentSpec;
  /** Exchange times of its first two-sided book and of the end of the tape, ns since the origin. */
  readonly fromNs: Nanos;
  readonly endNs: Nanos;
  readonly tradeRows: number;
  /** Trade rows that do not say who took: they have no sign. */
  readonly unsigned: number;
  readonly spread: SpreadFacts;
  readonly depth: DepthFacts;
  /** Of market orders: trades after each other of one exchange time and one aggressor are one. */
  readonly tradeGaps: GapFacts;
  /** Of messages that change the book, snapshots apart. */
  readonly bookGaps: GapFacts;
  /** Of the mid. `returns`: how many intervals there were. */
  readonly volatility: readonly {
    readonly intervalNs: Nanos;
    readonly returns: number;
    readonly bpsPerRootSecond: number;
  }[];
  /** Autocorrelation of the signs of market orders (buy 1, sell −1), by orders. */
  readonly signs: readonly LagFact[];
  /** Of the mid's returns over one second, and of their sizes, by seconds. */
  readonly returns: readonly LagFact[];
  readonly absoluteReturns: readonly LagFact[];
  /** How many signs and returns the correlograms are of: without memory, values lie within ±1.96/√count 19 times of 20. */
  readonly signCount: number;
  readonly returnCount: number;
}

export class InstrumentFacts {
  readonly #instrument: InstrumentSpec;
  readonly #book: LevelBook;
  readonly #spread = new SpreadTimes();
  readonly #depth = new DepthProfile();
  readonly #tradeGaps = new ArrivalGaps();
  readonly #bookGaps = new ArrivalGaps();
  readonly #signs = new Autocorrelation(SIGN_LAGS);
  readonly #returns = new Autocorrelation(RETURN_LAGS);
  readonly #absolute = new Autocorrelation(RETURN_LAGS);
  readonly #grids: readonly PriceGrid[];
  /** The earliest point of a grid that is not settled. */
  #gridNs: Nanos = Number.POSITIVE_INFINITY;
  #fromNs: Nanos = Number.NaN;
  #midTwice = Number.NaN;
  #logMid = Number.NaN;
  #tradeRows = 0;
  #unsigned = 0;
  #orderNs: Nanos = Number.NaN;
  #orderSide: Side = Side.none;
  /** Whether the message that is coming in has changed the book. */
  #changed = false;

  /** `book`: live; rows are applied to it between {@link InstrumentFacts.before} and {@link InstrumentFacts.after}. */
  constructor(instrument: InstrumentSpec, book: LevelBook) {
    this.#instrument = instrument;
    this.#book = book;
    this.#grids = SIGNATURE.map((stepNs) =>
      stepNs === SECOND ? new PriceGrid(stepNs, (bps) => this.#returned(bps)) : new PriceGrid(stepNs),
    );
  }

  /** Natural logarithm of the mid in ticks, of the last two-sided book; `NaN` before the first. */
  get logMid(): number {
    return this.#logMid;
  }

  #returned(bps: number): void {
    this.#returns.add(bps);
    this.#absolute.add(Math.abs(bps));
  }

  /** A row is about to be applied to the book. */
  before(timeNs: Nanos): void {
    if (timeNs > this.#depth.nextNs) this.#depth.stood(this.#book, timeNs);
  }

  /** A row as it happened, applied to the book already. */
  after(columns: Columns, row: number, kind: number, side: Side): void {
    const timeNs = columns.exchangeNs[row]!;
    const flags = columns.flags[row]!;
    if (kind === Kind.trade) this.#traded(timeNs, side);
    else if (kind === Kind.orderExecute) this.#traded(timeNs, side === Side.buy ? Side.sell : Side.buy);
    if (((BOOK_KINDS >> kind) & 1) === 1 && (flags & Flag.hidden) === 0) this.#changed = true;
    if (!this.#changed || (flags & Flag.last) === 0) return;
    this.#changed = false;
    if ((flags & Flag.snapshot) === 0) this.#bookGaps.add(timeNs);
    this.#touch(timeNs);
  }

  #traded(timeNs: Nanos, side: Side): void {
    this.#tradeRows++;
    if (side === Side.none) this.#unsigned++;
    if (timeNs === this.#orderNs && side === this.#orderSide) return;
    this.#orderNs = timeNs;
    this.#orderSide = side;
    this.#tradeGaps.add(timeNs);
    if (side !== Side.none) this.#signs.add(side === Side.buy ? 1 : -1);
  }

  /** The book is whole: what its best prices are from now on. */
  #touch(timeNs: Nanos): void {
    const { bid, ask } = this.#book;
    const fine = bid !== NO_BID && ask !== NO_ASK && bid <= ask && bid + ask > 0;
    if (!fine) {
      this.#spread.set(Number.NaN, timeNs);
      return;
    }
    this.#spread.set(ask - bid, timeNs);
    if (bid + ask === this.#midTwice) return;
    if (timeNs > this.#gridNs) this.#settle(timeNs);
    this.#midTwice = bid + ask;
    this.#logMid = Math.log(this.#midTwice / 2);
    if (Number.isNaN(this.#fromNs)) this.#begin(timeNs);
  }

  #begin(timeNs: Nanos): void {
    this.#fromNs = timeNs;
    this.#depth.begin(timeNs);
    for (const grid of this.#grids) grid.begin(timeNs, this.#logMid);
    this.#gridNs = timeNs + SIGNATURE[0]!;
  }

  /** The mid stood up to `timeNs`. */
  #settle(timeNs: Nanos): void {
    this.#gridNs = Number.POSITIVE_INFINITY;
    for (const grid of this.#grids) {
      grid.stood(this.#logMid, timeNs);
      if (grid.nextNs < this.#gridNs) this.#gridNs = grid.nextNs;
    }
  }

  /** Call once, with the last exchange time of the tape. */
  finish(endNs: Nanos): StylisedFacts {
    // The last book and price hold at the end itself, too.
    this.#depth.stood(this.#book, endNs + 1);
    this.#settle(endNs + 1);
    return {
      ...{ instrument: this.#instrument, fromNs: this.#fromNs, endNs },
      ...{ tradeRows: this.#tradeRows, unsigned: this.#unsigned },
      spread: this.#spread.finish(endNs),
      depth: this.#depth.facts(),
      tradeGaps: this.#tradeGaps.facts(),
      bookGaps: this.#bookGaps.facts(),
      volatility: this.#grids.map(({ stepNs, count, bpsPerRootSecond }) => ({
        intervalNs: stepNs,
        returns: count,
        bpsPerRootSecond,
      })),
      signs: this.#signs.lags(),
      returns: this.#returns.lags(),
      absoluteReturns: this.#absolute.lags(),
      ...{ signCount: this.#signs.count, returnCount: this.#returns.count },
    };
  }
}
