/**
 * All orders of a run as their strategies know them: takes requests, passes them to the venue, applies its answers when
 * they arrive, and tells accounts, observers and owners in that order.
 * Knows nothing of how a venue decides. Called by strategies' contexts and by the schedule.
 */
import type { Account } from './account.js';
import { MAX_PRICE_TICKS } from './instrument.js';
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
  OrderType,
  Reason,
  TimeInForce,
} from './order.js';
import type { Handler, Schedule } from './queue.js';
import { Rank } from './rank.js';
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
}

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

export class OrderDesk implements AnswerSink, Handler {
  readonly #schedule: Schedule;
  readonly #observers: readonly Observer[];
  readonly #hash: RunHash;
  readonly #owners: OrderOwner[] = [];
  /** Orders that can still be answered: not finished, or with a request on its way. */
  readonly #orders = new Map<number, Order>();
  readonly #flight = new AnswersInFlight();
  /** Requests and answers have an event each: a handler of an answer may send requests. */
  readonly #requestEvent = blankEvent();
  readonly #answerEvent = blankEvent();
  #venue!: Venue;
  #nextId = 1;

  constructor(schedule: Schedule, observers: readonly Observer[], hash: RunHash) {
    this.#schedule = schedule;
    this.#observers = observers.filter((observer) => observer.onOrderEvent !== undefined);
    this.#hash = hash;
  }

  connect(venue: Venue, owners: readonly OrderOwner[]): void {
    this.#venue = venue;
    this.#owners.push(...owners);
  }

  /** Orders not finished, of one strategy, oldest first. */
  *ordersOf(strategy: number): IterableIterator<Order> {
    for (const order of this.#orders.values()) if (order.strategy === strategy && !order.finished) yield order;
  }

  submit(strategy: number, request: OrderRequest, nowNs: Nanos): Order {
    const priced = request.priceTicks !== undefined;
    const type = request.type ?? (priced ? OrderType.limit : OrderType.market);
    const market = type === OrderType.market;
    const timeInForce = request.timeInForce ?? (market ? TimeInForce.IOC : TimeInForce.GTC);
    const priceTicks = market ? Number.NaN : (request.priceTicks ?? Number.NaN);
    const order = new Order(
      this.#nextId++,
      strategy,
      request.instrument,
      request.side,
      type,
      timeInForce,
      request.postOnly ?? false,
      request.tag ?? 0,
      nowNs,
      priceTicks,
      request.qtyLots,
    );
    const reason = refusal(order, priced);
    if (reason !== Reason.none) {
      order.status = OrderStatus.rejected;
      order.reason = reason;
      order.leavesLots = 0;
      this.#tell(order, OrderEventKind.rejected, nowNs, Number.NaN, priceTicks, order.qtyLots, false, 0, reason);
      return order;
    }
    this.#orders.set(order.id, order);
    this.#tell(order, OrderEventKind.submitted, nowNs, Number.NaN, priceTicks, order.qtyLots, false, 0, Reason.none);
    this.#venue.submit(order, nowNs);
    return order;
  }

  modify(order: Order, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    const bad =
      order.type === OrderType.market
        ? Reason.badRequest
        : !isPrice(priceTicks)
          ? Reason.badPrice
          : !isQuantity(qtyLots)
            ? Reason.badQuantity
            : order.finished
              ? Reason.alreadyFinished
              : Reason.none;
    if (bad !== Reason.none) {
      this.#tell(order, OrderEventKind.modifyRejected, nowNs, Number.NaN, priceTicks, qtyLots, false, 0, bad);
      return;
    }
    order.requestsPending++;
    this.#tell(order, OrderEventKind.modifyRequested, nowNs, Number.NaN, priceTicks, qtyLots, false, 0, Reason.none);
    this.#venue.modify(order, priceTicks, qtyLots, nowNs);
  }

  cancel(order: Order, nowNs: Nanos): void {
    const { priceTicks, qtyLots } = order;
    if (order.finished) {
      const reason = Reason.alreadyFinished;
      this.#tell(order, OrderEventKind.cancelRejected, nowNs, Number.NaN, priceTicks, qtyLots, false, 0, reason);
      return;
    }
    order.requestsPending++;
    this.#tell(order, OrderEventKind.cancelRequested, nowNs, Number.NaN, priceTicks, qtyLots, false, 0, Reason.none);
    this.#venue.cancel(order, nowNs);
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

  /** An answer has arrived. */
  fire(slot: number, nowNs: Nanos): void {
    const flight = this.#flight;
    const order = flight.order[slot]!;
    const kind = flight.kind[slot]!;
    const priceTicks = flight.priceTicks[slot]!;
    const qtyLots = flight.qtyLots[slot]!;
    const maker = flight.maker[slot]!;
    const fee = flight.fee[slot]!;
    const reason = flight.reason[slot]!;
    flight.free.push(slot);
    apply(order, kind, priceTicks, qtyLots, flight.leavesLots[slot]!, reason);
    if (order.finished && order.requestsPending === 0) this.#orders.delete(order.id);
    const owner = this.#owners[order.strategy]!;
    if (kind === OrderEventKind.filled) {
      owner.account.applyFill(order.instrument.index, order.side, priceTicks, qtyLots, fee);
    }
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

/** Moves an order on by the table of legal transitions; an illegal one is a venue's fault and stops the run. */
function apply(
  order: Order,
  kind: OrderEventKind,
  priceTicks: number,
  qtyLots: number,
  leavesLots: number,
  reason: Reason,
): void {
  const next = NEXT_STATUS[order.status]![kind]!;
  if (next < 0 || (kind === OrderEventKind.filled && !(qtyLots > 0 && qtyLots <= order.leavesLots))) {
    throw new Error(
      `the venue answered order ${order.id} (${ORDER_STATUS_NAMES[order.status]}, ${order.leavesLots} lots left) with ` +
        `${ORDER_EVENT_NAMES[kind]} of ${qtyLots} lots, which is not legal`,
    );
  }
  switch (kind) {
    case OrderEventKind.filled:
      order.filledLots += qtyLots;
      order.filledTickLots += qtyLots * priceTicks;
      order.leavesLots -= qtyLots;
      break;
    case OrderEventKind.modified:
      order.requestsPending--;
      order.priceTicks = priceTicks;
      order.qtyLots = qtyLots;
      order.leavesLots = leavesLots;
      break;
    case OrderEventKind.cancelled:
    case OrderEventKind.cancelRejected:
    case OrderEventKind.modifyRejected:
      order.requestsPending--;
      break;
  }
  order.status = (kind === OrderEventKind.filled && order.leavesLots === 0 ? OrderStatus.filled : next) as OrderStatus;
  if (kind === OrderEventKind.rejected || kind === OrderEventKind.expired) order.reason = reason;
  if (order.finished) order.leavesLots = 0;
}

function isPrice(ticks: number): boolean {
  return Number.isInteger(ticks) && Math.abs(ticks) <= MAX_PRICE_TICKS;
}

function isQuantity(lots: number): boolean {
  return Number.isSafeInteger(lots) && lots > 0;
}

function refusal(order: Order, priced: boolean): Reason {
  const market = order.type === OrderType.market;
  if (!isQuantity(order.qtyLots)) return Reason.badQuantity;
  if (!market && !isPrice(order.priceTicks)) return Reason.badPrice;
  const legal =
    (order.side === Side.buy || order.side === Side.sell) &&
    (order.type === OrderType.limit || market) &&
    (order.timeInForce === TimeInForce.GTC ||
      order.timeInForce === TimeInForce.IOC ||
      order.timeInForce === TimeInForce.FOK) &&
    !(market && (priced || order.postOnly || order.timeInForce === TimeInForce.GTC)) &&
    !(order.postOnly && order.timeInForce !== TimeInForce.GTC);
  return legal ? Reason.none : Reason.badRequest;
}
