/**
 * Carries requests to a venue and its answers back: latency, the order in which messages arrive, the gateway's refusals.
 * Knows nothing of books or of what becomes of orders. Called by the simulated venue.
 */
import { type Order, OrderEventKind, Reason } from '../core/order.js';
import type { Handler } from '../core/queue.js';
import type { RandomStream } from '../core/random.js';
import { Rank } from '../core/rank.js';
import type { Nanos } from '../core/time.js';
import type { AnswerSink, VenueEnvironment } from '../core/venue.js';
import { type Gateway, openGateway } from './gateway.js';
import { type LatencyModel, Message } from './latency.js';
import type { ModelRun } from './model-run.js';

/** Takes requests when they arrive. */
export interface Recipient {
  submitted(order: Order, priceTicks: number, qtyLots: number, nowNs: Nanos): void;
  modified(order: Order, priceTicks: number, qtyLots: number, stopTicks: number, nowNs: Nanos): void;
  cancelled(order: Order, nowNs: Nanos): void;
}

/** Requests on their way, as columns; a slot is free again once its request arrived. */
class RequestsInFlight {
  readonly kind: Message[] = [];
  readonly order: Order[] = [];
  readonly priceTicks: number[] = [];
  readonly qtyLots: number[] = [];
  readonly stopTicks: number[] = [];
  readonly sentNs: Nanos[] = [];
  readonly free: number[] = [];
}

export interface CourierOptions {
  readonly latency: LatencyModel;
  readonly gateway: Gateway;
  /** Whether a request may arrive before one that the same strategy sent earlier. Answers always come in order. */
  readonly overtaking: boolean;
}

export class Courier implements Handler {
  readonly leastEntryNs: Nanos;
  readonly leastResponseNs: Nanos;
  readonly #environment: VenueEnvironment;
  readonly #latency: LatencyModel;
  readonly #gateway: Gateway;
  readonly #open: boolean;
  readonly #overtaking: boolean;
  readonly #recipient: Recipient;
  readonly #flight = new RequestsInFlight();
  /** Where requests overtake each other: orders that have not arrived yet, of which the venue knows nothing. */
  readonly #unknown = new Set<number>();
  readonly #entryRandom: RandomStream;
  readonly #responseRandom: RandomStream;
  readonly #answers: AnswerSink;
  readonly #gatewayRandom: RandomStream;
  /** When the last request of each strategy arrives and its last answer is delivered: none overtakes another. */
  readonly #lastEntryNs: Nanos[] = [];
  readonly #lastResponseNs: Nanos[] = [];
  /** The latest time a delay was asked for: strategies that think send at times that go back and forth. */
  #askedNs: Nanos = 0;
  #batching = false;
  /** Arrival of the batch that is being sent; `NaN` before its first request. */
  #batchNs: Nanos = Number.NaN;

  constructor(environment: VenueEnvironment, run: ModelRun, options: CourierOptions, recipient: Recipient) {
    const { latency, gateway } = options;
    this.#environment = environment;
    this.#answers = environment.answers;
    this.#latency = latency.forRun?.(run) ?? latency;
    this.#gateway = gateway.forRun?.(run) ?? gateway;
    this.#open = gateway === openGateway;
    this.#overtaking = options.overtaking;
    this.#recipient = recipient;
    this.leastEntryNs = latency.leastEntryNs;
    const refusal = gateway.refusalNs === undefined ? Infinity : (gateway.leastRefusalNs ?? 0);
    this.leastResponseNs = Math.min(latency.leastResponseNs, refusal);
    if (!keeps(this.leastEntryNs, 0) || !keeps(this.leastResponseNs, 0)) {
      throw new RangeError(
        `latency model: leastEntryNs ${this.leastEntryNs} or leastResponseNs ${this.leastResponseNs} is not a time ≥ 0`,
      );
    }
    this.#entryRandom = run.random.stream(`${run.streamPrefix}/entry-latency`);
    this.#responseRandom = run.random.stream(`${run.streamPrefix}/response-latency`);
    this.#gatewayRandom = run.random.stream(`${run.streamPrefix}/gateway`);
  }

  /** Requests sent until `batch(false)` arrive together. */
  batch(on: boolean): void {
    this.#batching = on;
    this.#batchNs = Number.NaN;
  }

  send(kind: Message, order: Order, priceTicks: number, qtyLots: number, stopTicks: number, nowNs: Nanos): void {
    const flight = this.#flight;
    const slot = flight.free.pop() ?? flight.order.length;
    flight.kind[slot] = kind;
    flight.order[slot] = order;
    flight.priceTicks[slot] = priceTicks;
    flight.qtyLots[slot] = qtyLots;
    flight.stopTicks[slot] = stopTicks;
    if (!this.#open) flight.sentNs[slot] = nowNs;
    if (this.#overtaking && kind === Message.submit) this.#unknown.add(order.id);
    this.#environment.schedule.add(this.#entry(kind, order, nowNs), Rank.request, this, slot, true);
  }

  #entry(kind: Message, order: Order, nowNs: Nanos): Nanos {
    if (this.#batching && !Number.isNaN(this.#batchNs)) return this.#batchNs;
    if (nowNs > this.#askedNs) this.#askedNs = nowNs;
    const delayNs = this.#latency.entryNs(kind, this.#askedNs, this.#entryRandom);
    if (!keeps(delayNs, this.leastEntryNs)) throw brokenPromise('entryNs', delayNs, this.leastEntryNs);
    let arrivalNs = nowNs + delayNs;
    if (!this.#overtaking) arrivalNs = Math.max(arrivalNs, this.#lastEntryNs[order.strategy] ?? 0);
    this.#lastEntryNs[order.strategy] = arrivalNs;
    if (this.#batching) this.#batchNs = arrivalNs;
    return arrivalNs;
  }

  /** A request has arrived. */
  fire(slot: number, nowNs: Nanos): void {
    const flight = this.#flight;
    const kind = flight.kind[slot]!;
    const order = flight.order[slot]!;
    const priceTicks = flight.priceTicks[slot]!;
    const qtyLots = flight.qtyLots[slot]!;
    flight.free.push(slot);
    if (this.#overtaking && kind === Message.submit) this.#unknown.delete(order.id);
    if (!this.#open && !this.#gateway.admits(kind, flight.sentNs[slot]!, nowNs, this.#gatewayRandom)) {
      this.#turnAway(kind, order, priceTicks, qtyLots, flight.sentNs[slot]!, nowNs);
    } else if (this.#overtaking && kind !== Message.submit && this.#unknown.has(order.id)) {
      const outcome = kind === Message.cancel ? OrderEventKind.cancelRejected : OrderEventKind.modifyRejected;
      this.answer(kind, order, outcome, priceTicks, qtyLots, 0, Reason.unknownOrder, nowNs);
    } else if (kind === Message.submit) this.#recipient.submitted(order, priceTicks, qtyLots, nowNs);
    else if (kind === Message.cancel) this.#recipient.cancelled(order, nowNs);
    else this.#recipient.modified(order, priceTicks, qtyLots, flight.stopTicks[slot]!, nowNs);
  }

  #turnAway(kind: Message, order: Order, priceTicks: number, qtyLots: number, sentNs: Nanos, nowNs: Nanos): void {
    const gateway = this.#gateway;
    const outcome =
      kind === Message.submit
        ? OrderEventKind.rejected
        : kind === Message.cancel
          ? OrderEventKind.cancelRejected
          : OrderEventKind.modifyRejected;
    const reason = Reason.gatewayOverloaded;
    const { answers } = this.#environment;
    const delayNs =
      gateway.refusalNs === undefined
        ? this.#latency.responseNs(kind, nowNs, this.#responseRandom)
        : gateway.refusalNs(kind, sentNs, nowNs);
    const localNs = this.#delivery(order.strategy, delayNs, nowNs);
    answers.answer(localNs, nowNs, order.id, outcome, priceTicks, qtyLots, 0, false, 0, reason);
  }

  /** An answer to a request of this kind, or something that the venue does by itself (`Message.fill`). */
  answer(
    message: Message,
    order: Order,
    kind: OrderEventKind,
    priceTicks: number,
    qtyLots: number,
    leavesLots: number,
    reason: Reason,
    nowNs: Nanos,
  ): void {
    const localNs = this.arrivalNs(message, order.strategy, nowNs);
    this.#answers.answer(localNs, nowNs, order.id, kind, priceTicks, qtyLots, leavesLots, false, 0, reason);
  }

  fill(
    order: Order,
    priceTicks: number,
    qtyLots: number,
    leavesLots: number,
    maker: boolean,
    fee: number,
    nowNs: Nanos,
  ): void {
    const localNs = this.arrivalNs(Message.fill, order.strategy, nowNs);
    const kind = OrderEventKind.filled;
    this.#answers.answer(localNs, nowNs, order.id, kind, priceTicks, qtyLots, leavesLots, maker, fee, Reason.none);
  }

  /** When what the venue says now reaches the strategy. */
  arrivalNs(message: Message, strategy: number, nowNs: Nanos): Nanos {
    return this.#delivery(strategy, this.#latency.responseNs(message, nowNs, this.#responseRandom), nowNs);
  }

  #delivery(strategy: number, delayNs: Nanos, nowNs: Nanos): Nanos {
    if (!keeps(delayNs, this.leastResponseNs)) throw brokenPromise('responseNs', delayNs, this.leastResponseNs);
    const arrivalNs = Math.max(nowNs + delayNs, this.#lastResponseNs[strategy] ?? 0);
    this.#lastResponseNs[strategy] = arrivalNs;
    return arrivalNs;
  }
}

/** Written so that NaN fails. */
function keeps(delayNs: Nanos, leastNs: Nanos): boolean {
  return delayNs >= leastNs && delayNs < Infinity;
}

/** The engine runs ahead by what a latency model promises: a shorter delay would be a look into the future. */
function brokenPromise(method: string, delayNs: Nanos, leastNs: Nanos): RangeError {
  return new RangeError(
    `latency model: ${method} gave ${delayNs}, not a time of at least ${leastNs} ns, as it promises`,
  );
}
