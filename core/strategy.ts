/**
 * What a strategy is and what it may touch: the plug-in contract.
 * Knows nothing of venues or files. Called by the router; implemented by users.
 * contract: Strategy, StrategyPlugin.
 */
import type { ZodType } from 'zod';
import type { Account } from './account.js';
import type { AccountEvent } from './account-event.js';
import type { BarRequest, BarSeries } from './bars/bar-options.js';
import type { Book } from './book/book.js';
import type { Instrument } from './instrument.js';
import type { MarketView } from './market.js';
import type { GroupKind, Order, OrderEvent, OrderGroup, OrderRequest, Reason } from './order.js';
import type { RandomStream } from './random.js';
import type { Nanos } from './time.js';

/**
 * Decides what to trade.
 *
 * Every handler is optional; what is not there is never called and costs nothing. Handlers are called in the order of
 * the run's total order, at local time: nothing with a local time ahead of `context.nowNs` is ever visible. `view`,
 * `book` and `event` are borrowed for the length of the call. A handler that throws stops the run; what was recorded
 * until then is kept. Read {@link file://../strategies/momentum.ts} first.
 * Conformance: test/contracts/strategy.contract.ts.
 */
export interface Strategy {
  /** Before the first event; the place for timers. Books are empty. */
  onStart?(context: StrategyContext): void;
  /** A trade printed. */
  onTrade?(trade: MarketView, context: StrategyContext): void;
  /** One side of the best quote (level-1 data). */
  onQuote?(quote: MarketView, context: StrategyContext): void;
  /** One level changed (level-2 rows: depth and clear); the rest of its message may be still to come. */
  onDepth?(level: MarketView, context: StrategyContext): void;
  /** A message that changed the book is complete. The usual handler for book strategies. */
  onBook?(book: Book, context: StrategyContext): void;
  /** One row of order by order data: add, modify, cancel, execute. */
  onOrderRow?(row: MarketView, context: StrategyContext): void;
  /** A bar closed: one of the tape, or one asked for with `context.bars` (`bar.series` says which). */
  onBar?(bar: MarketView, context: StrategyContext): void;
  onFunding?(row: MarketView, context: StrategyContext): void;
  onStatus?(row: MarketView, context: StrategyContext): void;
  onCustom?(row: MarketView, context: StrategyContext): void;
  /** A split or a dividend. */
  onCorporateAction?(row: MarketView, context: StrategyContext): void;
  /** The venue's mark or settlement price. */
  onMark?(row: MarketView, context: StrategyContext): void;
  /** Anything that happened to an own order, fills included (they come here first, then to `onFill`). */
  onOrderEvent?(event: OrderEvent, context: StrategyContext): void;
  /** An own order traded. The account already counts it. */
  onFill?(fill: OrderEvent, context: StrategyContext): void;
  /** Money or positions changed without an order: funding, dividends, liquidation … The account already counts it. */
  onAccountEvent?(event: AccountEvent, context: StrategyContext): void;
  /** A timer set with `every` or `at` is due. */
  onTimer?(name: string, context: StrategyContext): void;
  /** After the last event. Orders sent here go nowhere. */
  onStop?(context: StrategyContext): void;
  /**
   * For strategies that only note most of what they hear, and decide now and then: false after a call that took no computing
   * time (`StrategyEntry.computeTime`), so that it does not occupy their machine. Left out: every call takes its time.
   */
  readonly thought?: boolean;
}

/** What a strategy may see and do. One per strategy; the same object in every call. */
export interface StrategyContext {
  /** The strategy's name in this run. */
  readonly name: string;
  /** Local time, ns since the run's origin. */
  readonly nowNs: Nanos;
  /** The run's origin as int64 ns since 1970 UTC; `toEpoch(originNs, nowNs)` is the time of day. */
  readonly originNs: bigint;
  /** Instruments this strategy subscribed to, in tape order. */
  readonly instruments: readonly Instrument[];
  /** By symbol; throws `RangeError` for an unknown one, listing those there are. */
  instrument(symbol: string): Instrument;
  /** The book as it has arrived here. */
  book(instrument: Instrument): Book;

  /**
   * Asks for bars built from what arrives here: `bars` is a duration (`1s`, `15m`, `1d`, any other) or a size and what it
   * counts (`100 ticks`, `2.5 volume`, `1000000 value`, `50 tick-imbalance`, `50 volume-runs`, `5 renko` …). They come to
   * `onBar` when they close in local time: at the end of time bars, with the trade that ends the others, before the strategy's
   * own handler for that row. What is unfinished at the end of the run is not told. In `onStart` only.
   * Throws `RangeError` for bars or options that make no sense, `TypeError` without an `onBar` or outside `onStart`.
   * docs/how-to/bars.md
   */
  bars(instrument: Instrument, bars: string, options?: BarRequest): BarSeries;

  /** Own orders that are not finished, oldest first. */
  orders(): IterableIterator<Order>;
  /** Lots, negative when short. */
  positionLots(instrument: Instrument): number;
  /** Positions, cash, profit, fees. */
  readonly account: Account;
  /** Money from trades after fees, quote currency. */
  readonly cash: number;
  /** Cash plus open positions at the local mid price. */
  readonly equity: number;

  /**
   * Sends an order. It comes back at once as `pending`, or `rejected` with a reason when price or quantity make no
   * sense (the run goes on).
   */
  submit(request: OrderRequest): Order;
  /** Limit order. */
  buy(instrument: Instrument, qtyLots: number, priceTicks?: number, postOnly?: boolean): Order;
  sell(instrument: Instrument, qtyLots: number, priceTicks?: number, postOnly?: boolean): Order;
  /**
   * Asks to change price, stop and/or total quantity. Answered by `modified` or `modifyRejected`. Less quantity at the same
   * price keeps its place in the queue; everything else goes to the back. Returns why it was refused before it left (as
   * `modifyRejected` is recorded then), or `Reason.none`.
   */
  modify(order: Order, change: OrderChange): Reason;
  /** A new group for `OrderRequest.group`: one cancels the other (`GroupKind.oco`) or one updates the other (`ouo`). */
  group(kind: GroupKind): OrderGroup;
  /** Sends orders as one message, the fill of any of which cancels the others. */
  oco(...requests: OrderRequest[]): Order[];
  /**
   * Sends an entry with its exits as one message: the exits are held until the entry fills, work for as much as has
   * filled, and a fill of one takes its quantity off the other. Exits are reduce-only, on the other side.
   */
  bracket(entry: OrderRequest, exits: BracketExits): Bracket;
  /** Sends what `send` sends as one message that arrives as a whole: mass quotes, cancel-and-replace. */
  together(send: () => void): void;
  /**
   * Asks to cancel. Answered by `cancelled`, or `cancelRejected` when it came too late. Returns `Reason.alreadyFinished` for
   * a finished order (nothing leaves), else `Reason.none`.
   */
  cancel(order: Order): Reason;
  /** Cancels, in one message, every own order that is not finished and has no request on its way. */
  cancelAll(instrument?: Instrument): void;

  /** Calls `onTimer(name)` every `periodNs` > 0, first at `firstNs` (default: one period from now; not before now). */
  every(name: string, periodNs: Nanos, firstNs?: Nanos): void;
  /** Calls `onTimer(name)` once, at `timeNs` ≥ now. */
  at(name: string, timeNs: Nanos): void;
  /** Ends the timer of this name; no effect when there is none. */
  clearTimer(name: string): void;

  /** The strategy's own stream of random numbers with this name. */
  random(name: string): RandomStream;
  /** Writes a line to the run's log with the simulated time. */
  log(message: string): void;
  /** Records a value of the strategy's own under this name; the run folder keeps the series. */
  metric(name: string, value: number): void;
}

/** What a modify may change; what is left out stays. */
export interface OrderChange {
  readonly priceTicks?: number;
  /** The new total, filled part included. */
  readonly qtyLots?: number;
  readonly stopTicks?: number;
}

export interface BracketExits {
  /** Limit of the exit in profit. */
  readonly takeProfitTicks: number;
  /** Stop of the exit in loss: a stop order, or a stop-limit with `stopLimitTicks`. */
  readonly stopTicks: number;
  readonly stopLimitTicks?: number;
}

export interface Bracket {
  readonly entry: Order;
  readonly takeProfit: Order;
  readonly stopLoss: Order;
}

/** A strategy plug-in: what a registry, a run file or a package offers. */
export interface StrategyPlugin<Params = unknown> {
  /** Kebab-case, unique among plug-ins. */
  readonly name: string;
  /** One sentence for `--help` and the registry. */
  readonly description?: string;
  /** Checks and defaults the parameters of a run file. */
  readonly params: ZodType<Params>;
  /** Makes a fresh strategy with its own state. Called once per run. */
  create(params: Params): Strategy;
}

/** Names the types of a plug-in; returns it unchanged. */
export function defineStrategy<Params>(plugin: StrategyPlugin<Params>): StrategyPlugin<Params> {
  return plugin;
}
