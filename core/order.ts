/**
 * Orders as a strategy knows them: what it asked for, what the venue answered, and the one table of legal transitions.
 * Knows nothing of venues, latency or books. Called by the router, strategies, venues and observers.
 */
import type { Instrument } from './instrument.js';
import type { Side } from './market.js';
import type { Nanos } from './time.js';

export const OrderType = {
  limit: 0,
  market: 1,
  /** Becomes a market order when the price runs away: at or above the stop for buys, at or below it for sells. */
  stop: 2,
  /** As `stop`, but becomes a limit order at `priceTicks`. */
  stopLimit: 3,
  /** A stop that follows the best price since its arrival at a distance of `trailTicks` or `trailFraction`. */
  trailingStop: 4,
  /** Becomes a limit order when the price comes near: at or below the stop for buys, at or above it for sells. */
  limitIfTouched: 5,
  marketIfTouched: 6,
} as const;
export type OrderType = (typeof OrderType)[keyof typeof OrderType];
export const ORDER_TYPE_NAMES = Object.keys(OrderType) as (keyof typeof OrderType)[];

export const TimeInForce = {
  /** Good till cancelled. */
  GTC: 0,
  /** Immediate or cancel: what does not fill at once expires. */
  IOC: 1,
  /** Fill or kill: all at once or nothing. */
  FOK: 2,
  /** Good till date: expires at `expiresNs`, venue time. */
  GTD: 3,
  /** Expires at the end of the venue's day: its close, or the hour that the venue names. */
  DAY: 4,
  /** Takes part in the next opening (auction or first trade) and expires after it. */
  atOpen: 5,
  /** Takes part in the next close and expires after it. */
  atClose: 6,
} as const;
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce];
export const TIME_IN_FORCE_NAMES = Object.keys(TimeInForce) as (keyof typeof TimeInForce)[];

/** Which price moves stops: trades, or the quote that the order would take (the ask for buys, the bid for sells). */
export const TriggerBy = { trade: 0, quote: 1 } as const;
export type TriggerBy = (typeof TriggerBy)[keyof typeof TriggerBy];

/** What the venue does when an order would trade with another of the same strategy. */
export const SelfTrade = {
  /** As the venue's rules say. */
  venue: 0,
  /** It trades with itself. */
  allow: 1,
  /** What is left of the arriving order expires. */
  cancelNew: 2,
  /** The resting order expires; the arriving one goes on. */
  cancelOld: 3,
  cancelBoth: 4,
  /** Both shrink by the smaller quantity, without a trade; what is then empty expires. */
  decrement: 5,
} as const;
export type SelfTrade = (typeof SelfTrade)[keyof typeof SelfTrade];
export const SELF_TRADE_NAMES = Object.keys(SelfTrade) as (keyof typeof SelfTrade)[];

/** How orders of one group hang together. */
export const GroupKind = {
  /** One cancels the other: the first fill of one, even of a part, ends the others. */
  oco: 0,
  /** One updates the other: a fill of one takes its quantity off the others. */
  ouo: 1,
} as const;
export type GroupKind = (typeof GroupKind)[keyof typeof GroupKind];

/** Where an order stands, as far as its strategy knows. */
export const OrderStatus = {
  /** Sent; no answer yet. */
  pending: 0,
  /** Accepted and resting, perhaps partly filled. */
  open: 1,
  /** Finished: wholly filled. */
  filled: 2,
  /** Finished: cancelled on request. */
  cancelled: 3,
  /** Finished: refused before or by the venue. */
  rejected: 4,
  /** Finished: ended by its own terms (IOC remainder, time reached …) or by a rule of the venue; `reason` says which. */
  expired: 5,
} as const;
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus];
export const ORDER_STATUS_NAMES = ['pending', 'open', 'filled', 'cancelled', 'rejected', 'expired'] as const;

/** What can happen to an order, in the order a life usually takes. */
export const OrderEventKind = {
  /** The strategy sent it (local time only). */
  submitted: 0,
  accepted: 1,
  rejected: 2,
  /** Some or all of it traded. */
  filled: 3,
  expired: 4,
  cancelRequested: 5,
  cancelled: 6,
  /** The cancel came too late, or named a finished order; the order itself is unchanged. */
  cancelRejected: 7,
  modifyRequested: 8,
  modified: 9,
  /** The modify came too late or was not possible; the order itself is unchanged. */
  modifyRejected: 10,
  /** A stop or touch price was reached, or a parent order filled: the order now works as what it becomes. */
  triggered: 11,
  /** The venue changed price or quantity by itself (its group, a corporate action, decrement of a self-trade). */
  restated: 12,
} as const;
export type OrderEventKind = (typeof OrderEventKind)[keyof typeof OrderEventKind];
export const ORDER_EVENT_NAMES = Object.keys(OrderEventKind) as (keyof typeof OrderEventKind)[];

/** Why something was refused or ended. Codes are what columns and hashes hold; the texts are for people. */
export const Reason = {
  none: 0,
  postOnlyWouldTake: 1,
  immediateRemainder: 2,
  notFullyFillable: 3,
  noOppositeQuote: 4,
  unknownOrder: 5,
  alreadyFinished: 6,
  badPrice: 7,
  badQuantity: 8,
  badRequest: 9,
  gatewayOverloaded: 10,
  riskLimit: 11,
  tradingHalted: 12,
  notTraded: 13,
  selfTrade: 14,
  reduceOnly: 15,
  insufficientMargin: 16,
  groupFilled: 17,
  timeReached: 18,
  dayEnded: 19,
  priceProtection: 20,
  bookEnd: 21,
  auctionMissed: 22,
  liquidation: 23,
  corporateAction: 24,
  duplicateId: 25,
  parentEnded: 26,
  unknownInstrument: 27,
  badTrigger: 28,
  badExpiry: 29,
} as const;
export type Reason = (typeof Reason)[keyof typeof Reason];
export const REASON_TEXTS: readonly string[] = [
  '',
  'post-only order would have taken liquidity',
  'immediate-or-cancel: nothing (more) to take',
  'fill-or-kill: not wholly fillable at once',
  'market order: the opposite side of the book is empty',
  'the venue does not know this order',
  'the order is already finished',
  'the price is not a whole number of ticks within int32',
  'the quantity is not a whole number of lots above 0',
  'the request is not legal for this order',
  'the gateway of the venue is overloaded',
  'a risk limit',
  'trading is halted',
  'the instrument is not (or no longer) traded',
  'it would have traded with an order of the same strategy',
  'reduce-only: there is no position (left) to reduce',
  'not enough margin',
  'another order of its group filled or ended',
  'its time was reached',
  'the trading day ended',
  'price protection: nothing (more) within the protected range',
  'the recorded book ends',
  'the auction or opening gave it nothing (more)',
  'the account was liquidated',
  'a corporate action',
  'the client id was used before',
  'its parent order ended without a fill',
  'the instrument is not one of this run',
  'the stop, touch or trailing distance is missing, or not a whole number of ticks',
  'the expiry is missing, or not after now',
];

/** What a strategy asks for. Prices and quantities in ticks and lots; see `Instrument.priceTicks` for decimals. */
export interface OrderRequest {
  readonly instrument: Instrument;
  /** `Side.buy` or `Side.sell`. */
  readonly side: Side;
  /** Whole lots > 0. */
  readonly qtyLots: number;
  /** Whole ticks; left out for market orders. */
  readonly priceTicks?: number;
  /** Default: limit when there is a price, else market. */
  readonly type?: OrderType;
  /** Default GTC; market orders IOC: what the book cannot give expires. With GTC a market order waits for the other side. */
  readonly timeInForce?: TimeInForce;
  /** Expire rather than take. Default false. */
  readonly postOnly?: boolean;
  /** Any number of the strategy's own, carried along untouched. */
  readonly tag?: number;
  /** A name of the strategy's own, unique among its orders of the run: a second one is refused. */
  readonly clientId?: string;
  /** Never opens or enlarges a position: fills are cut to what it can close, and the rest expires. Default false. */
  readonly reduceOnly?: boolean;
  /** Fills all at once or not at all, but may wait (unlike FOK). Default false. */
  readonly allOrNone?: boolean;
  /** Not displayed: stands behind everything displayed at its price. Default false. */
  readonly hidden?: boolean;
  /** Iceberg: whole lots displayed at a time, above 0 and below `qtyLots`; each further slice goes to the back of the line. */
  readonly displayLots?: number;
  /** Stop, stop-limit and if-touched orders: the price that sets them off, whole ticks. */
  readonly stopTicks?: number;
  /** Trailing stops: the distance in whole ticks > 0, or as a fraction of the best price, 0 < f < 1. One of the two. */
  readonly trailTicks?: number;
  readonly trailFraction?: number;
  /** Default: trades. */
  readonly triggerBy?: TriggerBy;
  /** GTD: when it expires, venue time, ns since the run's origin. */
  readonly expiresNs?: Nanos;
  /** Default: as the venue's rules say. */
  readonly selfTrade?: SelfTrade;
  /**
   * One triggers other: held at the venue until this order of the same strategy fills, then works for as much as has
   * filled; ends when the parent ends without a fill.
   */
  readonly parent?: Order;
  /** Other orders may name this one as their `parent`. Default false. */
  readonly leads?: boolean;
  /** Joins a group made by `StrategyContext.group`. */
  readonly group?: OrderGroup;
}

/** Orders that hang together; made by `StrategyContext.group`. */
export interface OrderGroup {
  readonly id: number;
  readonly kind: GroupKind;
}

/** What only some orders have. Plain orders share {@link PLAIN_TERMS}. */
export interface OrderTerms {
  readonly clientId: string;
  readonly reduceOnly: boolean;
  readonly allOrNone: boolean;
  readonly hidden: boolean;
  /** 0 = the whole quantity is displayed. */
  readonly displayLots: number;
  /** `NaN` for orders without a stop. */
  readonly stopTicks: number;
  /** `NaN` for orders that do not trail, or trail by a fraction. */
  readonly trailTicks: number;
  readonly trailFraction: number;
  readonly triggerBy: TriggerBy;
  /** `Infinity` for orders without an end of their own. */
  readonly expiresNs: Nanos;
  readonly selfTrade: SelfTrade;
  readonly leads: boolean;
  readonly parent: Order | undefined;
  readonly group: OrderGroup | undefined;
}

export const PLAIN_TERMS: OrderTerms = {
  clientId: '',
  reduceOnly: false,
  allOrNone: false,
  hidden: false,
  displayLots: 0,
  stopTicks: Number.NaN,
  trailTicks: Number.NaN,
  trailFraction: Number.NaN,
  triggerBy: TriggerBy.trade,
  expiresNs: Number.POSITIVE_INFINITY,
  selfTrade: SelfTrade.venue,
  leads: false,
  parent: undefined,
  group: undefined,
};

/** The terms of a request; the shared plain ones where it names none. */
export function termsOf(request: OrderRequest): OrderTerms {
  // A request of today's shape has none of these; looking for them one by one costs less than a copy.
  if (
    request.clientId === undefined &&
    request.reduceOnly === undefined &&
    request.allOrNone === undefined &&
    request.hidden === undefined &&
    request.displayLots === undefined &&
    request.stopTicks === undefined &&
    request.trailTicks === undefined &&
    request.trailFraction === undefined &&
    request.expiresNs === undefined &&
    request.triggerBy === undefined &&
    request.selfTrade === undefined &&
    request.leads === undefined &&
    request.parent === undefined &&
    request.group === undefined
  ) {
    return PLAIN_TERMS;
  }
  return {
    clientId: request.clientId ?? '',
    reduceOnly: request.reduceOnly ?? false,
    allOrNone: request.allOrNone ?? false,
    hidden: request.hidden ?? false,
    displayLots: request.displayLots ?? 0,
    stopTicks: request.stopTicks ?? Number.NaN,
    trailTicks: request.trailTicks ?? Number.NaN,
    trailFraction: request.trailFraction ?? Number.NaN,
    triggerBy: request.triggerBy ?? TriggerBy.trade,
    expiresNs: request.expiresNs ?? Number.POSITIVE_INFINITY,
    selfTrade: request.selfTrade ?? SelfTrade.venue,
    leads: request.leads ?? false,
    parent: request.parent,
    group: request.group,
  };
}

/**
 * An order as its strategy knows it. The engine changes it as answers arrive; strategies read it and may keep it: it
 * stays valid (and finished) after its end.
 */
export class Order {
  /** 1, 2, 3 … in the order of submission within a run. */
  readonly id: number;
  /** Index of the strategy that owns it. */
  readonly strategy: number;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly tag: number;
  /** What only some orders have; plain orders share one object. */
  readonly terms: OrderTerms;
  /** Local time of submission. */
  readonly sentNs: Nanos;
  /** The limit; `NaN` for orders that take any price. */
  priceTicks: number;
  /** Total quantity: filled + leaves (of an order that still works). */
  qtyLots: number;
  /** What may still fill, as far as the strategy knows; 0 once finished. */
  leavesLots: number;
  filledLots = 0;
  /** Σ price × quantity of its fills, ticks × lots. */
  filledTickLots = 0;
  status: OrderStatus = 0;
  /** Why it was rejected or expired. */
  reason: Reason = 0;
  /** What exactly was refused, where the reason alone does not say it: the limit, its value and the attempt. */
  detail = '';
  /** Cancels and modifies on their way. */
  requestsPending = 0;

  constructor(
    id: number,
    strategy: number,
    instrument: Instrument,
    side: Side,
    type: OrderType,
    timeInForce: TimeInForce,
    postOnly: boolean,
    tag: number,
    sentNs: Nanos,
    priceTicks: number,
    qtyLots: number,
    terms: OrderTerms = PLAIN_TERMS,
  ) {
    this.id = id;
    this.strategy = strategy;
    this.instrument = instrument;
    this.side = side;
    this.type = type;
    this.timeInForce = timeInForce;
    this.postOnly = postOnly;
    this.tag = tag;
    this.sentNs = sentNs;
    this.priceTicks = priceTicks;
    this.qtyLots = qtyLots;
    this.leavesLots = qtyLots;
    this.terms = terms;
  }

  /** A cancel or modify is on its way. */
  get requestPending(): boolean {
    return this.requestsPending > 0;
  }

  /** Filled, cancelled, rejected or expired: nothing more can happen to it. */
  get finished(): boolean {
    return this.status >= 2;
  }
}

/**
 * The legal transitions: `NEXT_STATUS[status][event kind]` is the status after it, −1 where the event cannot happen.
 * A fill leads to `open` or, when nothing is left, to `filled`; the router decides that one. A fill, cancel answer or
 * modify answer may reach an order that already ended only if the venue is at fault, so the table refuses it; requests
 * that come too late are answered with `…Rejected`, which is legal at any time.
 */
export const NEXT_STATUS: readonly (readonly number[])[] = (() => {
  const table = ORDER_STATUS_NAMES.map(() => new Array<number>(ORDER_EVENT_NAMES.length).fill(-1));
  const { pending, open, filled, cancelled, rejected, expired } = OrderStatus;
  const event = OrderEventKind;
  const allow = (from: OrderStatus, kind: OrderEventKind, to: OrderStatus) => {
    table[from]![kind] = to;
  };
  allow(pending, event.submitted, pending);
  allow(pending, event.accepted, open);
  allow(pending, event.rejected, rejected);
  allow(pending, event.filled, open);
  allow(pending, event.expired, expired);
  allow(open, event.filled, open);
  allow(open, event.expired, expired);
  allow(open, event.cancelled, cancelled);
  allow(open, event.modified, open);
  allow(open, event.triggered, open);
  allow(pending, event.restated, open);
  allow(open, event.restated, open);
  for (const live of [pending, open]) {
    allow(live, event.cancelRequested, live);
    allow(live, event.modifyRequested, live);
  }
  for (const any of [pending, open, filled, cancelled, rejected, expired]) {
    allow(any, event.cancelRejected, any);
    allow(any, event.modifyRejected, any);
  }
  return table;
})();

/**
 * Something that happened to an order. There is one object per run, borrowed for the length of the call: copy what you
 * want to keep. `order` already shows the state after the event.
 */
export interface OrderEvent {
  kind: OrderEventKind;
  order: Order;
  /** When the strategy learnt of it (for requests: when it sent it), ns since the run's origin. */
  localNs: Nanos;
  /** When it happened at the venue; `NaN` for requests and refusals that never reached one. */
  exchangeNs: Nanos;
  /** Fill price; the order's (new) price for everything else; `NaN` for market orders without a fill. */
  priceTicks: number;
  /** Filled quantity; the order's (new) quantity for everything else. */
  qtyLots: number;
  /** What may still fill after it. */
  leavesLots: number;
  /** Fills only: we were resting. */
  maker: boolean;
  /** Fills only: fee paid in the quote currency, negative for a rebate. */
  fee: number;
  reason: Reason;
}
