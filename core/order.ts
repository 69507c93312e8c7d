/**
 * Orders as a strategy knows them: what it asked for, what the venue answered, and the one table of legal transitions.
 * Knows nothing of venues, latency or books. Called by the router, strategies, venues and observers.
 */
import type { Instrument } from './instrument.js';
import type { Side } from './market.js';
import type { Nanos } from './time.js';

export const OrderType = { limit: 0, market: 1 } as const;
export type OrderType = (typeof OrderType)[keyof typeof OrderType];
export const ORDER_TYPE_NAMES = ['limit', 'market'] as const;

/** Good till cancelled; immediate or cancel (what does not fill at once expires); fill or kill (all at once or nothing). */
export const TimeInForce = { GTC: 0, IOC: 1, FOK: 2 } as const;
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce];
export const TIME_IN_FORCE_NAMES = ['GTC', 'IOC', 'FOK'] as const;

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
  /** Finished: ended by its own terms (post-only that would have taken, IOC remainder, FOK). */
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
  /** Default GTC (market orders: IOC, what the book cannot give expires). */
  readonly timeInForce?: TimeInForce;
  /** Expire rather than take. Default false. */
  readonly postOnly?: boolean;
  /** Any number of the strategy's own, carried along untouched. */
  readonly tag?: number;
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
  /** Local time of submission. */
  readonly sentNs: Nanos;
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
