/**
 * What a feature is: a named number, kept up to date from what has arrived locally and read when something is decided.
 * Knows nothing of which features there are. Implemented by the built-in ones and by users; called by the feature set.
 * contract: Feature, FeatureDefinition.
 */
import type { Book } from '../../core/book/book.js';
import type { Instrument } from '../../core/instrument.js';
import type { MarketView, Side } from '../../core/market.js';
import type { OrderEvent } from '../../core/order.js';
import type { Strategy, StrategyContext } from '../../core/strategy.js';
import type { Nanos } from '../../core/time.js';

/**
 * Decides what one number is, for one instrument (or for the run as a whole) and one strategy.
 *
 * Its hooks are called for events of its instrument as the strategy hears of them, before the strategy's own handler and in
 * the run's total order; `value` is called when a row of features is read, at any local time, mostly more rarely than events
 * come, sometimes more often. `nowNs`: local time, ns since the run's origin, never falling. Values are in decimal units of
 * the instrument (`Instrument.price`, `Instrument.qty`), seconds or plain numbers, as the definition's `unit` says.
 * Hooks for market data and `value` are on the hot path: they must not allocate. `trade`, `book`, `row` and `event` are
 * borrowed for the length of the call. A value depends on what was delivered and on `nowNs` alone: reading must change no later value.
 * `NaN` until it is known (no book yet, window not full), never an infinity; nothing throws once it is made.
 * Read {@link file://./top-of-book.ts} first, then {@link file://./trade-flow.ts}.
 * Conformance: test/contracts/feature.contract.ts. One of your own: docs/how-to/feature.md.
 */
export interface Feature {
  /** The number as of now; `NaN` where it is not known. */
  value(nowNs: Nanos): number;
  /**
   * A trade: a trade row, or an execution in order by order data. `aggressor`: who took, `Side.none` where the tape does not
   * say; use it rather than `trade.side`, which is the resting order's in order by order data.
   */
  onTrade?(trade: MarketView, nowNs: Nanos, aggressor: Side): void;
  /** A message that changed the book is complete. */
  onBook?(book: Book, nowNs: Nanos): void;
  onQuote?(row: MarketView, nowNs: Nanos): void;
  /** One level changed; the rest of its message may be still to come. Costs a call for every row: `onBook` mostly does. */
  onDepth?(row: MarketView, nowNs: Nanos): void;
  /** Order by order data; an execution comes here before it comes to `onTrade`. */
  onOrderRow?(row: MarketView, nowNs: Nanos): void;
  onBar?(row: MarketView, nowNs: Nanos): void;
  onFunding?(row: MarketView, nowNs: Nanos): void;
  onStatus?(row: MarketView, nowNs: Nanos): void;
  onCustom?(row: MarketView, nowNs: Nanos): void;
  onCorporateAction?(row: MarketView, nowNs: Nanos): void;
  onMark?(row: MarketView, nowNs: Nanos): void;
  /** Something happened to an own order of the instrument. */
  onOrderEvent?(event: OrderEvent, nowNs: Nanos): void;
}

/** Hooks by name: all of them are handlers of a strategy, too. */
export const FEATURE_HOOKS = [
  'onTrade',
  'onBook',
  'onQuote',
  'onDepth',
  'onOrderRow',
  'onBar',
  'onFunding',
  'onStatus',
  'onCustom',
  'onCorporateAction',
  'onMark',
  'onOrderEvent',
] as const satisfies readonly (keyof Feature & keyof Strategy)[];
export type FeatureHook = (typeof FEATURE_HOOKS)[number];

/** What a feature may see of its strategy: it looks, and cannot trade. The same object for the whole run. */
export type FeatureContext = Pick<
  StrategyContext,
  | 'nowNs'
  | 'originNs'
  | 'instruments'
  | 'instrument'
  | 'book'
  | 'orders'
  | 'positionLots'
  | 'account'
  | 'cash'
  | 'equity'
>;

/** What a feature of the whole run is made of. It may keep all of it. */
export interface RunFeatureSetup {
  /** What its name ends in: ns above 0 of a duration, a whole number above 0, `NaN` where it takes none. */
  readonly argument: number;
  readonly context: FeatureContext;
  /** When the strategy started: nothing before it was heard. */
  readonly startNs: Nanos;
}

export interface FeatureSetup extends RunFeatureSetup {
  readonly instrument: Instrument;
}

interface FeatureDescription {
  /** Words in lower case joined by `_`, unique: `mid`, `signed_volume`. */
  readonly name: string;
  /** What follows the name after a `_`: a duration as in `ofi_1s`, a count as in `imbalance_5`. Left out: nothing does. */
  readonly argument?: 'duration' | 'count';
  /** `price`, `quantity`, `seconds`, `1` for plain numbers … */
  readonly unit: string;
  /** In one line, with when it is `NaN`. */
  readonly formula: string;
  /** Author, year, title. Left out where it needs none. */
  readonly source?: string;
  /** The hooks that it has. Only what somebody hears is delivered. */
  readonly hears: readonly FeatureHook[];
}

/** A feature of one instrument. `create` makes one with its own state, for each instrument of each run. */
export interface InstrumentFeatureDefinition extends FeatureDescription {
  readonly of?: 'instrument';
  create(setup: FeatureSetup): Feature;
}

/** A feature that there is one of in a run; it hears of all instruments. */
export interface RunFeatureDefinition extends FeatureDescription {
  readonly of: 'run';
  create(setup: RunFeatureSetup): Feature;
}

/** What a feature is called and says, and how it is made. */
export type FeatureDefinition = InstrumentFeatureDefinition | RunFeatureDefinition;

/** Names the types of a definition; returns it unchanged. */
export function defineFeature(definition: FeatureDefinition): FeatureDefinition {
  return definition;
}
