/**
 * All orders of a run as their strategies know them: takes requests, passes them to the venue, applies its answers when
 * they arrive, and tells accounts, observers and owners in that order.
 * Knows nothing of how a venue decides. Called by strategies' contexts and by the schedule.
 */
import type { Account } from './account.js';
import { type AccountEvent, AccountEventKind } from './account-event.js';
import { Instrument, MAX_PRICE_TICKS } from './instrument.js';
import { Side } from './market.js';
import type { Observer } from './observer.js';
import {
  NEXT_STATUS,
  ORDER_EVENT_NAMES,
  ORDER_STATUS_NAMES,
  Order,
  type OrderEvent,
  OrderEventKind,
  type OrderRequest,
  OrderStatus,
  type OrderTerms,
  OrderType,
  PLAIN_TERMS,
  REASON_TEXTS,
  Reason,
  SelfTrade,
  TimeInForce,
  TriggerBy,
  termsOf,
} from './order.js';
import type { Handler, Schedule } from './queue.js';
import { Rank } from './rank.js';
import type { RiskDesk } from './risk.js';
import type { RunHash } from './run-hash.js';
import type { Nanos } from './time.js';
import type { AnswerSink, Venue } from './venue.js';

/** Who owns orders: a strategy with its account. */
export interface OrderOwner {
  /** Index of the strategy in the run. */
  readonly index: number;
  readonly account: Account;
  /** Something happened at the venue to one of its orders. `event` is borrowed. */
  onAnswer(event: OrderEvent): void;
  /** Something else happened to its account. `event` is borrowed. */
  onSettlement(event: AccountEvent): void;
  /** A line for the log. */
  log(message: string): void;
}

/** What an order names whose instrument is not one of the run; such an order is refused, and shown in the log alone. */
const UNKNOWN_INSTRUMENT = new Instrument({ symbol: 'unknown', tick: '1', lot: '1' }, -1);

/** Answers on their way, as columns; a slot is free again once its answer was delivered. */
class AnswersInFlight {
  readonly order: Order[] = [];
  readonly kind: OrderEventKind[] = [];
  readonly exchangeNs: Nanos[] = [];
  readonly priceTicks: number[] = [];
  readonly qtyLots: number[] = [];
  readonly leavesLots: number[] = [];
  readonly maker: boolean[] = [];
  readonly fee: number[] = [];
  readonly reason: Reason[] = [];
  readonly free: number[] = [];
}

/** Account events on their way, as columns. */
class SettlementsInFlight {
  readonly kind: AccountEventKind[] = [];
  readonly strategy: number[] = [];
  readonly instrument: number[] = [];
  readonly exchangeNs: Nanos[] = [];
  readonly priceTicks: number[] = [];
  readonly qtyLots: number[] = [];
  readonly amount: number[] = [];
  readonly fee: number[] = [];
  readonly free: number[] = [];
}

export class OrderDesk implements AnswerSink, Handler {
  readonly #schedule: Schedule;
  readonly #instruments: readonly Instrument[];
  readonly #observers: readonly Observer[];
  readonly #settlementObservers: readonly Observer[];
  readonly #hash: RunHash;
  readonly #owners: OrderOwner[] = [];
  /** Orders that can still be answered: not finished, or with a request on its way. */
  readonly #orders = new Map<number, Order>();
  readonly #flight = new AnswersInFlight();
  /** Requests and answers have an event each: a handler of an answer may send requests. */
  readonly #requestEvent = blankEvent();
  readonly #answerEvent = blankEvent();
  readonly #settlements = new SettlementsInFlight();
  readonly #settlementEvent: AccountEvent = {
    kind: 0,
    strategy: 0,
    instrument: undefined,
    localNs: 0.5,
    exchangeNs: 0.5,
    priceTicks: 0.5,
    qtyLots: 0.5,
    amount: 0.5,
    fee: 0.5,
  };
  /** Names that strategies gave their orders, `strategy/name`. */
  readonly #clientIds = new Set<string>();
  #venue!: Venue;
  #risk: RiskDesk | undefined;
  #nextId = 1;
  #nextGroup = 1;
  #batches = 0;

  constructor(schedule: Schedule, instruments: readonly Instrument[], observers: readonly Observer[], hash: RunHash) {
    this.#schedule = schedule;
    this.#instruments = instruments;
    this.#observers = observers.filter((observer) => observer.onOrderEvent !== undefined);
    this.#settlementObservers = observers.filter((observer) => observer.onAccountEvent !== undefined);
    this.#hash = hash;
  }

  /** `risk`: asked before any order or change leaves. */
  connect(venue: Venue, owners: readonly OrderOwner[], risk?: RiskDesk): void {
    this.#venue = venue;
    this.#owners.push(...owners);
    this.#risk = risk;
  }

  /** A number for a new group of orders. */
  newGroup(): number {
    return this.#nextGroup++;
  }

  /** Requests sent between `batch(true)` and `batch(false)` travel as one message. */
  batch(on: boolean): void {
    // One inside another (a bracket among other quotes) is part of it.
    this.#batches += on ? 1 : -1;
    if (this.#batches === (on ? 1 : 0)) this.#venue.batch(on);
  }

  /** Orders not finished, of one strategy, oldest first. */
  *ordersOf(strategy: number): IterableIterator<Order> {
    for (const order of this.#orders.values()) if (order.strategy === strategy && !order.finished) yield order;
  }

  submit(strategy: number, request: OrderRequest, nowNs: Nanos): Order {
    const priced = request.priceTicks !== undefined;
    const type = request.type ?? (priced ? OrderType.limit : OrderType.market);
    const hasLimit = HAS_LIMIT[type] ?? true;
    const takes = type === OrderType.market;
    const timeInForce = request.timeInForce ?? (takes ? TimeInForce.IOC : TimeInForce.GTC);
    const priceTicks = hasLimit ? (request.priceTicks ?? Number.NaN) : Number.NaN;
    const { index = -1 } = request.instrument ?? {};
    const known = this.#instruments[index] !== undefined && this.#instruments[index] === request.instrument;
    const order = new Order(
      this.#nextId++,
      strategy,
      known ? request.instrument : UNKNOWN_INSTRUMENT,
      request.side,
      type,
      timeInForce,
      request.postOnly ?? false,
      request.tag ?? 0,
      nowNs,
      priceTicks,
      request.qtyLots,
      termsOf(request),
    );
    let reason = known ? refusal(order, priced && !hasLimit, nowNs) : Reason.unknownInstrument;
    if (reason === Reason.none && order.terms.clientId !== '') {
      const name = `${strategy}/${order.terms.clientId}`;
      if (this.#clientIds.has(name)) reason = Reason.duplicateId;
      else this.#clientIds.add(name);
    }
    const { parent } = order.terms;
    if (reason === Reason.none && parent !== undefined && parent.finished && parent.filledLots === 0) {
      reason = Reason.parentEnded;
    }
    if (reason === Reason.none && this.#risk !== undefined) {
      order.detail = this.#risk.submit(order, nowNs);
      if (order.detail !== '') reason = Reason.riskLimit;
    }
    if (reason !== Reason.none) {
      order.status = OrderStatus.rejected;
      order.reason = reason;
      order.leavesLots = 0;
      if (!known) this.#owners[strategy]!.log(`order ${order.id} rejected: ${REASON_TEXTS[reason]}`);
      this.#tell(order, OrderEventKind.rejected, nowNs, Number.NaN, priceTicks, order.qtyLots, false, 0, reason);
      return order;
    }
    this.#orders.set(order.id, order);
    this.#risk?.sent(order);
    this.#tell(order, OrderEventKind.submitted, nowNs, Number.NaN, priceTicks, order.qtyLots, false, 0, Reason.none);
    this.#venue.submit(order, nowNs);
    return order;
  }

  /** `stopTicks`: `NaN` leaves the stop as it is. Returns why it was refused at once, or `Reason.none`. */
  modify(order: Order, priceTicks: number, qtyLots: number, stopTicks: number, nowNs: Nanos): Reason {
    let bad: Reason = Reason.none;
    if (order.type === OrderType.market) bad = Reason.badRequest;
    else if (HAS_LIMIT[order.type] ? !isPrice(priceTicks) : !Number.isNaN(priceTicks)) bad = Reason.badPrice;
    else if (!isQuantity(qtyLots)) bad = Reason.badQuantity;
    else if (!Number.isNaN(stopTicks) && (!HAS_STOP[order.type] || !isPrice(stopTicks))) bad = Reason.badTrigger;
    else if (order.finished) bad = Reason.alreadyFinished;
    else if (this.#risk !== undefined) {
      const detail = this.#risk.modify(order, priceTicks, qtyLots, nowNs, stopTicks);
      if (detail !== '') {
        order.detail = detail;
        bad = Reason.riskLimit;
      }
    }
    if (bad !== Reason.none) {
      this.#tell(order, OrderEventKind.modifyRejected, nowNs, Number.NaN, priceTicks, qtyLots, false, 0, bad);
      return bad;
    }
    order.requestsPending++;
    this.#tell(order, OrderEventKind.modifyRequested, nowNs, Number.NaN, priceTicks, qtyLots, false, 0, Reason.none);
    this.#venue.modify(order, priceTicks, qtyLots, stopTicks, nowNs);
    return Reason.none;
  }

  /** Returns why it was refused at once, or `Reason.none`. */
  cancel(order: Order, nowNs: Nanos): Reason {
    const { priceTicks, qtyLots } = order;
    if (order.finished) {
      const reason = Reason.alreadyFinished;
      this.#tell(order, OrderEventKind.cancelRejected, nowNs, Number.NaN, priceTicks, qtyLots, false, 0, reason);
      return reason;
    }
    order.requestsPending++;
    this.#tell(order, OrderEventKind.cancelRequested, nowNs, Number.NaN, priceTicks, qtyLots, false, 0, Reason.none);
    this.#venue.cancel(order, nowNs);
    return Reason.none;
  }

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
  ): void {
    const flight = this.#flight;
    const slot = flight.free.pop() ?? flight.order.length;
    flight.order[slot] = this.#orders.get(orderId)!;
    flight.kind[slot] = kind;
    flight.exchangeNs[slot] = exchangeNs;
    flight.priceTicks[slot] = priceTicks;
    flight.qtyLots[slot] = qtyLots;
    flight.leavesLots[slot] = leavesLots;
    flight.maker[slot] = maker;
    flight.fee[slot] = fee;
    flight.reason[slot] = reason;
    this.#schedule.add(localNs, Rank.answer, this, slot, true);
  }

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
  ): void {
    const flight = this.#settlements;
    const slot = flight.free.pop() ?? flight.kind.length;
    flight.kind[slot] = kind;
    flight.strategy[slot] = strategy;
    flight.instrument[slot] = instrument;
    flight.exchangeNs[slot] = exchangeNs;
    flight.priceTicks[slot] = priceTicks;
    flight.qtyLots[slot] = qtyLots;
    flight.amount[slot] = amount;
    flight.fee[slot] = fee;
    // One handler for both: account events have negative payloads.
    this.#schedule.add(localNs, Rank.answer, this, -1 - slot, true);
  }

  /** An account event has arrived. */
  #settle(slot: number, nowNs: Nanos): void {
    const flight = this.#settlements;
    const event = this.#settlementEvent;
    const instrument = flight.instrument[slot]!;
    event.kind = flight.kind[slot]!;
    event.strategy = flight.strategy[slot]!;
    event.instrument = instrument < 0 ? undefined : this.#instruments[instrument]!;
    event.localNs = nowNs;
    event.exchangeNs = flight.exchangeNs[slot]!;
    event.priceTicks = flight.priceTicks[slot]!;
    event.qtyLots = flight.qtyLots[slot]!;
    event.amount = flight.amount[slot]!;
    event.fee = flight.fee[slot]!;
    flight.free.push(slot);
    const owner = this.#owners[event.strategy]!;
    book(owner.account, event, instrument);
    this.#risk?.accountEvent(event.strategy, nowNs);
    this.#hash.addSettlement(event);
    for (const observer of this.#settlementObservers) observer.onAccountEvent!(event);
    owner.onSettlement(event);
  }

  /** An answer has arrived. */
  fire(slot: number, nowNs: Nanos): void {
    if (slot < 0) {
      this.#settle(-1 - slot, nowNs);
      return;
    }
    const flight = this.#flight;
    const order = flight.order[slot]!;
    const kind = flight.kind[slot]!;
    const priceTicks = flight.priceTicks[slot]!;
    const qtyLots = flight.qtyLots[slot]!;
    const maker = flight.maker[slot]!;
    const fee = flight.fee[slot]!;
    const reason = flight.reason[slot]!;
    flight.free.push(slot);
    const leftLots = order.leavesLots;
    apply(order, kind, priceTicks, qtyLots, flight.leavesLots[slot]!, reason);
    if (order.finished && order.requestsPending === 0) this.#orders.delete(order.id);
    const owner = this.#owners[order.strategy]!;
    if (kind === OrderEventKind.filled) {
      owner.account.applyFill(order.instrument.index, order.side, priceTicks, qtyLots, fee);
    }
    this.#risk?.answered(order, kind, leftLots, nowNs);
    const exchangeNs = flight.exchangeNs[slot]!;
    this.#tell(order, kind, nowNs, exchangeNs, priceTicks, qtyLots, maker, fee, reason, this.#answerEvent);
    owner.onAnswer(this.#answerEvent);
  }

  #tell(
    order: Order,
    kind: OrderEventKind,
    localNs: Nanos,
    exchangeNs: Nanos,
    priceTicks: number,
    qtyLots: number,
    maker: boolean,
    fee: number,
    reason: Reason,
    event = this.#requestEvent,
  ): void {
    event.kind = kind;
    event.order = order;
    event.localNs = localNs;
    event.exchangeNs = exchangeNs;
    event.priceTicks = priceTicks;
    event.qtyLots = qtyLots;
    event.leavesLots = order.leavesLots;
    event.maker = maker;
    event.fee = fee;
    event.reason = reason;
    this.#hash.add(event);
    // Columns by instrument have no place for an order without one.
    if (order.instrument === UNKNOWN_INSTRUMENT) return;
    for (const observer of this.#observers) observer.onOrderEvent!(event);
  }
}

function blankEvent(): OrderEvent {
  // The fractions make V8 keep these fields as doubles from the start.
  return {
    kind: 0,
    order: undefined as unknown as Order,
    localNs: 0.5,
    exchangeNs: 0.5,
    priceTicks: 0.5,
    qtyLots: 0.5,
    leavesLots: 0.5,
    maker: false,
    fee: 0.5,
    reason: 0,
  };
}

/**
 * Moves an order on by the table of legal transitions; an illegal one is a venue's fault and stops the run. Small, with the
 * rare cases elsewhere, so that V8 inlines it and passes no number in a box.
 */
function apply(
  order: Order,
  kind: OrderEventKind,
  priceTicks: number,
  qtyLots: number,
  leavesLots: number,
  reason: Reason,
): void {
  const next = NEXT_STATUS[order.status]![kind]!;
  if (next < 0) throw illegal(order, kind, qtyLots);
  order.status = next as OrderStatus;
  if (kind === OrderEventKind.filled) {
    if (!(qtyLots > 0 && qtyLots <= order.leavesLots)) throw illegal(order, kind, qtyLots);
    order.filledLots += qtyLots;
    order.filledTickLots += qtyLots * priceTicks;
    order.leavesLots -= qtyLots;
    if (order.leavesLots === 0) order.status = OrderStatus.filled;
  } else if (kind >= OrderEventKind.cancelled && kind <= OrderEventKind.modifyRejected) {
    order.requestsPending--;
  } else if (kind === OrderEventKind.rejected || kind === OrderEventKind.expired) order.reason = reason;
  if (order.finished) order.leavesLots = 0;
  else if (kind === OrderEventKind.modified || kind === OrderEventKind.restated) {
    order.priceTicks = priceTicks;
    order.qtyLots = qtyLots;
    order.leavesLots = leavesLots;
  }
}

function illegal(order: Order, kind: OrderEventKind, qtyLots: number): Error {
  return new Error(
    `the venue answered order ${order.id} (${ORDER_STATUS_NAMES[order.status]}, ${order.leavesLots} lots left) with ` +
      `${ORDER_EVENT_NAMES[kind]} of ${qtyLots} lots, which is not legal`,
  );
}

function isPrice(ticks: number): boolean {
  return Number.isInteger(ticks) && Math.abs(ticks) <= MAX_PRICE_TICKS;
}

function isQuantity(lots: number): boolean {
  return Number.isSafeInteger(lots) && lots > 0;
}

/** Types that name a limit, and types that wait for a price; by type. */
const HAS_LIMIT: readonly boolean[] = [true, false, false, true, false, true, false];
const HAS_STOP: readonly boolean[] = [false, false, true, true, true, true, true];

function refusal(order: Order, strayPrice: boolean, nowNs: Nanos): Reason {
  const { type, timeInForce, terms } = order;
  if (!isQuantity(order.qtyLots)) return Reason.badQuantity;
  const hasLimit = HAS_LIMIT[type];
  if (hasLimit === true && !isPrice(order.priceTicks)) return Reason.badPrice;
  const legal =
    hasLimit !== undefined &&
    !strayPrice &&
    (order.side === Side.buy || order.side === Side.sell) &&
    Number.isInteger(timeInForce) &&
    timeInForce >= TimeInForce.GTC &&
    timeInForce <= TimeInForce.atClose &&
    !(order.postOnly && (!hasLimit || timeInForce === TimeInForce.IOC || timeInForce === TimeInForce.FOK));
  if (!legal) return Reason.badRequest;
  return terms === PLAIN_TERMS ? plainRefusal(type, timeInForce) : termsRefusal(order, terms, nowNs);
}

/** An order without terms of its own cannot have a stop or an end. */
function plainRefusal(type: OrderType, timeInForce: TimeInForce): Reason {
  if (HAS_STOP[type]) return Reason.badTrigger;
  return timeInForce === TimeInForce.GTD ? Reason.badExpiry : Reason.none;
}

function termsRefusal(order: Order, terms: OrderTerms, nowNs: Nanos): Reason {
  const { type, timeInForce, qtyLots } = order;
  const trails = type === OrderType.trailingStop;
  const byTicks = !Number.isNaN(terms.trailTicks);
  const byFraction = !Number.isNaN(terms.trailFraction);
  const stops = HAS_STOP[type] === true;
  // A trailing stop may name where it starts.
  if (stops && !trails && !isPrice(terms.stopTicks)) return Reason.badTrigger;
  if (!Number.isNaN(terms.stopTicks) && !(stops && isPrice(terms.stopTicks))) return Reason.badTrigger;
  if (trails ? byTicks === byFraction : byTicks || byFraction) return Reason.badTrigger;
  if (byTicks && !(isPrice(terms.trailTicks) && terms.trailTicks > 0)) return Reason.badTrigger;
  if (byFraction && !(terms.trailFraction > 0 && terms.trailFraction < 1)) return Reason.badTrigger;
  if (terms.triggerBy !== TriggerBy.trade && terms.triggerBy !== TriggerBy.quote) return Reason.badTrigger;
  if (timeInForce === TimeInForce.GTD) {
    if (!(terms.expiresNs > nowNs && terms.expiresNs < Infinity)) return Reason.badExpiry;
  } else if (terms.expiresNs !== Infinity) return Reason.badExpiry;
  const { displayLots, hidden, selfTrade, allOrNone, parent } = terms;
  const slices = displayLots !== 0;
  if (slices && !(isQuantity(displayLots) && displayLots < qtyLots)) return Reason.badQuantity;
  const waits = timeInForce !== TimeInForce.IOC && timeInForce !== TimeInForce.FOK;
  const rests = HAS_LIMIT[type] === true && waits;
  const legal =
    !((slices || hidden) && !rests) &&
    !(slices && (hidden || allOrNone)) &&
    !(allOrNone && order.postOnly) &&
    Number.isInteger(selfTrade) &&
    selfTrade >= SelfTrade.venue &&
    selfTrade <= SelfTrade.decrement &&
    (parent === undefined || (parent.terms.leads && parent.strategy === order.strategy));
  return legal ? Reason.none : Reason.badRequest;
}

/** Makes the account say what the event says. */
function book(account: Account, event: AccountEvent, instrument: number): void {
  const { kind, qtyLots, priceTicks, amount, fee } = event;
  if (kind === AccountEventKind.split) account.applySplit(kind, instrument, qtyLots, amount);
  else if (
    kind === AccountEventKind.expiry ||
    kind === AccountEventKind.delisting ||
    kind === AccountEventKind.liquidation
  ) {
    account.applyFill(instrument, qtyLots > 0 ? Side.buy : Side.sell, priceTicks, Math.abs(qtyLots), fee);
  } else account.applyCash(kind, instrument, amount);
}
