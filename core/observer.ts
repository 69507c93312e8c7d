/**
 * Who watches a run without taking part: the recorder, the progress bar, tests.
 * Knows nothing of what is done with what it hears. Called by the router and the simulation.
 * contract: Observer.
 */
import type { Account } from './account.js';
import type { AccountEvent } from './account-event.js';
import type { Book } from './book/book.js';
import type { Instrument } from './instrument.js';
import type { Lookout } from './lookout.js';
import type { MarketView } from './market.js';
import type { MatchListener } from './match-event.js';
import type { OrderEvent } from './order.js';
import type { Nanos } from './time.js';

/** What a run is made of, known before its first event. */
export interface RunOutline {
  readonly originNs: bigint;
  readonly instruments: readonly Instrument[];
  /** Names of the strategies; an order's `strategy` indexes them. */
  readonly strategies: readonly string[];
  /** One per strategy, live: reads as of now. */
  readonly accounts: readonly Account[];
  /** The local books, live, one per instrument. */
  readonly books: readonly Book[];
  /** The venue's books, live, one per instrument: the market as it is at exchange time. */
  readonly venueBooks: readonly Book[];
  /** Between two calls of `onSample`, ns; 0 = never. */
  readonly sampleNs: Nanos;
  /** From now on the lookout is called at the exchange times it names. */
  watchVenue(lookout: Lookout): void;
}

/**
 * Hears what happens in a run; must not change it, nor keep `event`. Every handler is optional. Times are local, ns since
 * the run's origin, and never decrease. Called for order events and samples, never for market rows but bars. An observer that
 * throws stops the run. Conformance: test/contracts/observer.contract.ts.
 *
 * `onMatch` and `onQueue` apart: they tell at exchange time, in order by itself, but ahead of or behind the others. Nobody pays for it where
 * no observer has it.
 */
export interface Observer extends MatchListener {
  onStart?(run: RunOutline): void;
  /** Requests when they are sent, answers when they arrive; accounts already count a fill. */
  onOrderEvent?(event: OrderEvent): void;
  /** Money or positions that changed without an order: funding, dividends, liquidation …; the account counts it. */
  onAccountEvent?(event: AccountEvent): void;
  /** Every `sampleNs` of market time; accounts are marked at the local mid prices of this moment. */
  onSample?(nowNs: Nanos): void;
  /** A bar of the tape arrived, before strategies hear of it; `bar` is borrowed. Nobody pays for it where there are no bars. */
  onBar?(bar: MarketView): void;
  onLog?(nowNs: Nanos, strategy: number, message: string): void;
  onMetric?(nowNs: Nanos, strategy: number, name: string, value: number): void;
  /** The run is over (also when it failed); accounts are marked for the last time. */
  onStop?(nowNs: Nanos): void;
}
