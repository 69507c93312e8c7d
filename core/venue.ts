/**
 * What a venue is: it takes requests, watches its own market, and answers.
 * Knows nothing of strategies or of how fills are decided. Called by the lanes and the router.
 * contract: Venue, VenueFactory, AnswerSink.
 */
import type { LevelBook } from './book/levels.js';
import type { Instrument } from './instrument.js';
import type { Side } from './market.js';
import type { Order, OrderEventKind, Reason } from './order.js';
import type { Schedule } from './queue.js';
import type { RandomSource } from './random.js';
import type { Nanos } from './time.js';

/**
 * Decides what becomes of orders.
 *
 * `submit`, `modify`, `cancel` are called at local time, when the strategy sends; the venue lets them travel and acts on
 * them at its own time through the schedule. `onDepth` and `onTrade` are called at exchange time for instruments whose
 * `interest` is not 0, after the venue's book has changed; on the hot path, so they must not allocate. Answers go to the
 * sink with the local time at which they arrive. Read {@link file://../execution/simulated-venue.ts}; `idleVenue` there
 * answers nothing. Conformance: test/contracts/venue.contract.ts.
 */
export interface Venue {
  /** By instrument: not 0 while market rows of it matter to the venue (orders rest there). The venue keeps it. */
  readonly interest: Uint8Array;
  /** Orders at the venue that a market row could fill; 0 = market rows cannot cause an answer. */
  readonly working: number;
  /** No request sent at t reaches the venue before t + this. The larger, the faster the run; 0 is always right. */
  readonly leastEntryNs: Nanos;
  /** No answer to something that happens at t arrives before t + this; 0 is always right. */
  readonly leastResponseNs: Nanos;

  /** The order was sent now. Its fields are as sent; copy what you need, they change as answers arrive. */
  submit(order: Order, nowNs: Nanos): void;
  modify(order: Order, priceTicks: number, qtyLots: number, nowNs: Nanos): void;
  cancel(order: Order, nowNs: Nanos): void;

  /** A level of the venue's book went from `beforeLots` to `afterLots` (perhaps the same). */
  onDepth(
    instrument: number,
    side: Side,
    priceTicks: number,
    beforeLots: number,
    afterLots: number,
    nowNs: Nanos,
  ): void;
  /** A trade printed; it changed no level by itself. `aggressor` may be `Side.none` (unknown). */
  onTrade(instrument: number, aggressor: Side, priceTicks: number, qtyLots: number, nowNs: Nanos): void;
}

/** What a venue gets when a run is put together. */
export interface VenueEnvironment {
  readonly instruments: readonly Instrument[];
  /** The venue's own view of the market, one book per instrument: rows up to the present exchange time, no further. */
  readonly books: readonly LevelBook[];
  readonly schedule: Schedule;
  readonly answers: AnswerSink;
  readonly random: RandomSource;
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
}
