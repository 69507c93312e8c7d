/**
 * What a venue is: it takes requests, watches its own market, and answers.
 * Knows nothing of strategies or of how fills are decided. Called by the lanes and the router.
 * contract: Venue, VenueFactory, AnswerSink.
 */
import type { Account } from './account.js';
import type { AccountEventKind } from './account-event.js';
import type { LevelBook } from './book/levels.js';
import type { OrderBook } from './book/orders.js';
import type { Instrument } from './instrument.js';
import { type MarketView, Side } from './market.js';
import type { MatchWitness } from './match-event.js';
import type { Order, OrderEventKind, Reason } from './order.js';
import type { Schedule } from './queue.js';
import type { RandomSource } from './random.js';
import type { Nanos } from './time.js';

/** What a trade took. */
export const TradeOrigin = {
  /** What was displayed, as far as anybody knows. */
  plain: 0,
  /** An order of order by order data: `onOrderReduced` follows. */
  order: 1,
  /** A hidden order: it takes nothing off what is displayed. */
  hidden: 2,
} as const;
export type TradeOrigin = (typeof TradeOrigin)[keyof typeof TradeOrigin];

/** Stands for "no trade yet"; no price is that low. */
export const NO_TRADE = -(2 ** 31);

/**
 * Where a venue's own orders rest, so that rows which cannot touch them are told apart by a comparison or two.
 * Columns by instrument; best prices are 2^31 − 1 (asks) and −2^31 (bids) where there are none.
 */
export class Watch {
  /** The lowest own price of either side: a bid level below it touches nothing. */
  readonly bidFrom: Int32Array;
  /** The highest own price of either side: an ask level above it touches nothing. */
  readonly askTo: Int32Array;
  readonly lowestAsk: Int32Array;
  readonly highestBid: Int32Array;
  /** Bit `tick & 31` is set while an own bid rests at such a tick. */
  readonly bidTicks: Int32Array;
  readonly askTicks: Int32Array;
  /** 1 while orders rest. */
  readonly trades: Uint8Array;
  /** Price of the last trade at the venue; {@link NO_TRADE} before the first. The lane notes recorded ones. */
  readonly lastTradeTicks: Int32Array;

  constructor(instruments: number) {
    this.bidFrom = new Int32Array(instruments).fill(2 ** 31 - 1);
    this.askTo = new Int32Array(instruments).fill(-(2 ** 31));
    this.lowestAsk = new Int32Array(instruments).fill(2 ** 31 - 1);
    this.highestBid = new Int32Array(instruments).fill(-(2 ** 31));
    this.bidTicks = new Int32Array(instruments);
    this.askTicks = new Int32Array(instruments);
    this.trades = new Uint8Array(instruments);
    this.lastTradeTicks = new Int32Array(instruments).fill(NO_TRADE);
  }

  /** Whether a change of this level may touch an own order: one at its price, or one of the other side that it reaches. */
  level(instrument: number, side: Side, tick: number): boolean {
    if (side === Side.buy) {
      if (tick < this.bidFrom[instrument]!) return false;
      return tick >= this.lowestAsk[instrument]! || ((this.bidTicks[instrument]! >>> tick) & 1) !== 0;
    }
    if (tick > this.askTo[instrument]!) return false;
    return tick <= this.highestBid[instrument]! || ((this.askTicks[instrument]! >>> tick) & 1) !== 0;
  }

  /** Whether a trade may touch an own order: one at its price, or at a better one that it passed. */
  trade(instrument: number, aggressor: Side, tick: number): boolean {
    return (
      (aggressor !== Side.buy && tick <= this.highestBid[instrument]!) ||
      (aggressor !== Side.sell && tick >= this.lowestAsk[instrument]!)
    );
  }
}

/**
 * Decides what becomes of orders.
 *
 * `submit`, `modify`, `cancel` are called at local time, when the strategy sends; the venue lets them travel and acts on
 * them at its own time through the schedule. `onDepth`, `onTrade` and `onOrderReduced` are called at exchange time for rows
 * that `VenueEnvironment.watch` lets through, after the venue's book has changed; `onRow` for the rarer ones. They are on the
 * hot path, so they must not allocate. Every request is answered once, in the order in which they were sent, by way of the
 * sink, with the local time at which the answer arrives; an answer that `NEXT_STATUS` does not allow stops the run. Times in
 * ns since the run's origin, prices in ticks, quantities in whole lots. Read {@link file://../execution/simulated-venue.ts};
 * `idleVenue` there answers nothing. Conformance: test/contracts/venue.contract.ts; one of your own: docs/how-to/venue.md.
 */
export interface Venue {
  /** How much at the venue a market row could concern (orders, positions); 0 = market rows cannot cause an answer. */
  readonly working: number;
  /** No request sent at t reaches the venue before t + this. The larger, the faster the run; 0 is always right. */
  readonly leastEntryNs: Nanos;
  /** No answer to something that happens at t arrives before t + this; 0 is always right. */
  readonly leastResponseNs: Nanos;

  /** The order was sent now. Its fields are as sent; copy what you need, they change as answers arrive. */
  submit(order: Order, nowNs: Nanos): void;
  modify(order: Order, priceTicks: number, qtyLots: number, stopTicks: number, nowNs: Nanos): void;
  cancel(order: Order, nowNs: Nanos): void;
  /** Requests sent between `batch(true)` and `batch(false)` travel as one message (mass quotes, brackets). */
  batch(on: boolean): void;

  /** A level of the venue's book went from `beforeLots` to `afterLots` (perhaps the same). */
  onDepth(
    instrument: number,
    side: Side,
    priceTicks: number,
    beforeLots: number,
    afterLots: number,
    nowNs: Nanos,
  ): void;
  /**
   * A trade printed; it changed no level by itself. `aggressor` may be `Side.none` (unknown).
   */
  onTrade(
    instrument: number,
    aggressor: Side,
    priceTicks: number,
    qtyLots: number,
    origin: TradeOrigin,
    nowNs: Nanos,
  ): void;
  /**
   * Order by order data: an order resting at this level since `sequence` (of its book's joins) lost `qtyLots`, by an
   * execution (`onTrade` was called before) or because its owner took it away. Called before `onDepth` of the same row.
   */
  onOrderReduced(
    instrument: number,
    side: Side,
    priceTicks: number,
    sequence: number,
    qtyLots: number,
    executed: boolean,
    nowNs: Nanos,
  ): void;
  /** A row that is no part of a book: bar, funding, status, split, dividend, mark. `row` is borrowed. */
  onRow(row: MarketView, nowNs: Nanos): void;
}

/** What a venue gets when a run is put together. */
export interface VenueEnvironment {
  /** The run's origin as int64 ns since 1970 UTC. */
  readonly originNs: bigint;
  readonly instruments: readonly Instrument[];
  /** Names of the strategies; an order's `strategy` indexes them. */
  readonly strategies: readonly string[];
  /** One account per strategy as the venue sees it, at exchange time; the venue books fills in them, if it needs them. */
  readonly accounts: readonly Account[];
  /** Rows of each kind for each instrument on the tapes, `counts[instrument][kind]`. */
  readonly counts: readonly (readonly number[])[];
  /** 1 = the instrument trades at this venue, by instrument; left out: all do. */
  readonly here?: Uint8Array;
  /** Which market rows matter to the venue. The venue keeps it true; the lane asks it before every call. */
  readonly watch: Watch;
  /** The venue's own view of the market, one book per instrument: rows up to the present exchange time, no further. */
  readonly books: readonly LevelBook[];
  /** The same order by order, for the instruments whose tape has that. */
  readonly orderBooks: readonly (OrderBook | undefined)[];
  readonly schedule: Schedule;
  readonly answers: AnswerSink;
  readonly random: RandomSource;
  /** Is to be told when own orders meet the market, rest and fill; there only if somebody listens. */
  readonly witness?: MatchWitness | undefined;
}

export type VenueFactory = (environment: VenueEnvironment) => Venue;

/** Takes a venue's answers. Implemented by the router. */
export interface AnswerSink {
  /**
   * An answer that reaches the strategy at `localNs`. `priceTicks` and `qtyLots`: of the fill, or of the order as it is
   * now. `fee` in the quote currency. `leavesLots`: what may still fill at the venue.
   */
  answer(
    localNs: Nanos,
    exchangeNs: Nanos,
    orderId: number,
    kind: OrderEventKind,
    priceTicks: number,
    qtyLots: number,
    leavesLots: number,
    maker: boolean,
    fee: number,
    reason: Reason,
  ): void;
  /**
   * Something happened to a strategy's account that it hears of at `localNs`: see {@link AccountEventKind}. `instrument` −1:
   * the whole account. `qtyLots`: change of the position; `amount`: money received.
   */
  settle(
    localNs: Nanos,
    exchangeNs: Nanos,
    strategy: number,
    kind: AccountEventKind,
    instrument: number,
    priceTicks: number,
    qtyLots: number,
    amount: number,
    fee: number,
  ): void;
}
