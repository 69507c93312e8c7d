/**
 * The simulated exchange: requests travel, are admitted or refused, rest in a queue, fill, and are answered.
 * Knows nothing of strategies or accounts. Called by the lanes (market rows), the order desk (requests) and the schedule.
 *
 * When an order fills:
 * - On arrival, when its limit reaches the opposite best price of the venue's book (post-only: it expires instead).
 * - A resting buy when the best ask falls to its price or below, when a sell-aggressor trade prints below its price, or
 *   at its price once the queue model says its turn has come; a resting sell likewise. Always at its own price, as maker.
 * - A trade whose aggressor is unknown counts for both sides.
 * Where it is unrealistic: our orders are not in the recorded market, so nobody reacts to them, and liquidity that we
 * took is still there for the next taker.
 */
import type { Instrument } from '../core/instrument.js';
import { Side } from '../core/market.js';
import { type Order, OrderEventKind, OrderType, Reason, TimeInForce } from '../core/order.js';
import type { Handler } from '../core/queue.js';
import { Rank } from '../core/rank.js';
import type { Nanos } from '../core/time.js';
import { type Venue, type VenueEnvironment, type VenueFactory, Watch } from '../core/venue.js';
import { type FeeModel, noFees } from './fees.js';
import { constantLatency, type LatencyModel, Message } from './latency.js';
import { type MatchingModel, noPartialFill, reaches } from './matching.js';
import { type QueuePositionModel, riskAverseQueue } from './queue-position.js';
import { WorkingOrders } from './working-orders.js';

/** The models of a venue. What is left out: no latency, risk-averse queue, no partial fills, no fees. */
export interface SimulatedVenueOptions {
  readonly latency?: LatencyModel;
  readonly queue?: QueuePositionModel;
  readonly matching?: MatchingModel;
  readonly fees?: FeeModel;
}

/** Makes a {@link Venue} of models. */
export function simulatedVenue(options: SimulatedVenueOptions = {}): VenueFactory {
  return (environment) => new SimulatedVenue(environment, options);
}

/** A venue that never answers: the do-nothing implementation, for smoke tests and as a benchmark's floor. */
export const idleVenue: VenueFactory = ({ instruments }) => ({
  watch: new Watch(instruments.length),
  working: 0,
  leastEntryNs: 0,
  leastResponseNs: 0,
  submit() {},
  modify() {},
  cancel() {},
  onDepth() {},
  onTrade() {},
});

/** Requests on their way, as columns; a slot is free again once its request arrived. */
class RequestsInFlight {
  readonly kind: number[] = [];
  readonly order: Order[] = [];
  readonly priceTicks: number[] = [];
  readonly qtyLots: number[] = [];
  readonly free: number[] = [];
}

class SimulatedVenue implements Venue, Handler {
  readonly watch: Watch;
  readonly leastEntryNs: Nanos;
  readonly leastResponseNs: Nanos;
  readonly #environment: VenueEnvironment;
  readonly #instruments: readonly Instrument[];
  readonly #latency: LatencyModel;
  readonly #queue: QueuePositionModel;
  readonly #matching: MatchingModel;
  readonly #fees: FeeModel;
  readonly #orders: WorkingOrders;
  readonly #flight = new RequestsInFlight();
  readonly #entryRandom;
  readonly #responseRandom;
  /** When the last request of each strategy arrives and its last answer is delivered: none overtakes another. */
  readonly #lastEntryNs: Nanos[] = [];
  readonly #lastResponseNs: Nanos[] = [];

  constructor(environment: VenueEnvironment, options: SimulatedVenueOptions) {
    this.#environment = environment;
    this.#instruments = environment.instruments;
    this.#latency = options.latency ?? constantLatency({ entryNs: 0, responseNs: 0 });
    this.#queue = options.queue ?? riskAverseQueue();
    this.#matching = options.matching ?? noPartialFill;
    this.#fees = options.fees ?? noFees;
    this.watch = new Watch(environment.instruments.length);
    this.#orders = new WorkingOrders(environment.instruments.length, this.watch);
    this.leastEntryNs = this.#latency.leastEntryNs;
    this.leastResponseNs = this.#latency.leastResponseNs;
    if (!keeps(this.leastEntryNs, 0) || !keeps(this.leastResponseNs, 0)) {
      throw new RangeError(
        `latency model: leastEntryNs ${this.leastEntryNs} or leastResponseNs ${this.leastResponseNs} is not a time ≥ 0`,
      );
    }
    this.#entryRandom = environment.random.stream('venue/entry-latency');
    this.#responseRandom = environment.random.stream('venue/response-latency');
  }

  get working(): number {
    return this.#orders.size;
  }

  submit(order: Order, nowNs: Nanos): void {
    this.#send(Message.submit, order, order.priceTicks, order.qtyLots, nowNs);
  }

  modify(order: Order, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    this.#send(Message.modify, order, priceTicks, qtyLots, nowNs);
  }

  cancel(order: Order, nowNs: Nanos): void {
    this.#send(Message.cancel, order, 0, 0, nowNs);
  }

  #send(kind: Message, order: Order, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    const flight = this.#flight;
    const slot = flight.free.pop() ?? flight.order.length;
    flight.kind[slot] = kind;
    flight.order[slot] = order;
    flight.priceTicks[slot] = priceTicks;
    flight.qtyLots[slot] = qtyLots;
    const delayNs = this.#latency.entryNs(kind, nowNs, this.#entryRandom);
    if (!keeps(delayNs, this.leastEntryNs)) throw brokenPromise('entryNs', delayNs, this.leastEntryNs);
    const arrivalNs = Math.max(nowNs + delayNs, this.#lastEntryNs[order.strategy] ?? 0);
    this.#lastEntryNs[order.strategy] = arrivalNs;
    this.#environment.schedule.add(arrivalNs, Rank.request, this, slot, true);
  }

  /** A request has arrived. */
  fire(slot: number, nowNs: Nanos): void {
    const flight = this.#flight;
    const order = flight.order[slot]!;
    const priceTicks = flight.priceTicks[slot]!;
    const qtyLots = flight.qtyLots[slot]!;
    flight.free.push(slot);
    switch (flight.kind[slot]) {
      case Message.submit:
        this.#admit(order, priceTicks, qtyLots, nowNs);
        break;
      case Message.modify:
        this.#change(order, priceTicks, qtyLots, nowNs);
        break;
      default:
        this.#withdraw(order, nowNs);
    }
  }

  #admit(order: Order, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    const { side, timeInForce } = order;
    const book = this.#environment.books[order.instrument.index]!;
    const market = order.type === OrderType.market;
    const limitTicks = market ? (side === Side.buy ? Infinity : -Infinity) : priceTicks;
    if (!reaches(book, side, limitTicks)) {
      if (market) this.#end(order, Reason.noOppositeQuote, priceTicks, qtyLots, nowNs);
      else if (timeInForce === TimeInForce.IOC) this.#end(order, Reason.immediateRemainder, priceTicks, qtyLots, nowNs);
      else if (timeInForce === TimeInForce.FOK) this.#end(order, Reason.notFullyFillable, priceTicks, qtyLots, nowNs);
      else {
        this.#rest(order, priceTicks, qtyLots, 0);
        this.#answer(order, OrderEventKind.accepted, priceTicks, qtyLots, qtyLots, Reason.none, nowNs);
      }
    } else if (order.postOnly) {
      this.#end(order, Reason.postOnlyWouldTake, priceTicks, qtyLots, nowNs);
    } else if (
      timeInForce === TimeInForce.FOK &&
      this.#matching.availableLots(book, side, limitTicks, qtyLots) < qtyLots
    ) {
      this.#end(order, Reason.notFullyFillable, priceTicks, qtyLots, nowNs);
    } else {
      this.#take(order, limitTicks, qtyLots, 0, false, nowNs);
    }
  }

  /**
   * Takes liquidity; what is left rests (GTC) or expires. `filledLots`: what it had traded before. `answered`: the
   * strategy knows already that the order works; a fill tells it the same.
   */
  #take(
    order: Order,
    limitTicks: number,
    leavesLots: number,
    filledLots: number,
    answered: boolean,
    nowNs: Nanos,
  ): void {
    const book = this.#environment.books[order.instrument.index]!;
    let left = leavesLots;
    this.#matching.take(book, order.side, limitTicks, leavesLots, (priceTicks, qtyLots) => {
      left -= qtyLots;
      this.#fill(order, priceTicks, qtyLots, left, false, nowNs);
    });
    if (left === 0) return;
    if (order.timeInForce === TimeInForce.GTC) {
      this.#rest(order, limitTicks, left, filledLots + leavesLots - left);
      if (answered || left < leavesLots) return;
      this.#answer(order, OrderEventKind.accepted, limitTicks, left, left, Reason.none, nowNs);
    } else {
      this.#end(order, Reason.immediateRemainder, order.priceTicks, left, nowNs);
    }
  }

  #rest(order: Order, priceTicks: number, leavesLots: number, filledLots: number): void {
    const { side, instrument, id, strategy, postOnly } = order;
    const slot = this.#orders.add(id, strategy, instrument.index, side, priceTicks, leavesLots, filledLots, postOnly);
    this.#order[slot] = order;
    const displayed = this.#environment.books[instrument.index]!.lotsAt(side, priceTicks);
    this.#queue.join(this.#orders, slot, displayed, instrument);
  }

  readonly #order: Order[] = [];

  #change(order: Order, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    const orders = this.#orders;
    const slot = orders.slotOf(order.id);
    if (slot < 0) {
      this.#answer(order, OrderEventKind.modifyRejected, priceTicks, qtyLots, 0, Reason.alreadyFinished, nowNs);
      return;
    }
    const filledLots = orders.filledLots[slot]!;
    const leavesLots = qtyLots - filledLots;
    const samePrice = orders.priceTicks[slot] === priceTicks;
    const book = this.#environment.books[order.instrument.index]!;
    const takes = !samePrice && reaches(book, order.side, priceTicks);
    if (leavesLots <= 0) {
      orders.remove(slot);
      this.#answer(order, OrderEventKind.cancelled, priceTicks, qtyLots, 0, Reason.none, nowNs);
    } else if (takes && order.postOnly) {
      const reason = Reason.postOnlyWouldTake;
      this.#answer(order, OrderEventKind.modifyRejected, priceTicks, qtyLots, orders.leavesLots[slot]!, reason, nowNs);
    } else {
      this.#answer(order, OrderEventKind.modified, priceTicks, qtyLots, leavesLots, Reason.none, nowNs);
      if (samePrice && leavesLots <= orders.leavesLots[slot]!) {
        // Less at the same price keeps its place in the queue.
        orders.leavesLots[slot] = leavesLots;
      } else {
        orders.remove(slot);
        if (takes) this.#take(order, priceTicks, leavesLots, filledLots, true, nowNs);
        else this.#rest(order, priceTicks, leavesLots, filledLots);
      }
    }
  }

  #withdraw(order: Order, nowNs: Nanos): void {
    const slot = this.#orders.slotOf(order.id);
    if (slot < 0) {
      this.#answer(order, OrderEventKind.cancelRejected, order.priceTicks, 0, 0, Reason.alreadyFinished, nowNs);
      return;
    }
    const priceTicks = this.#orders.priceTicks[slot]!;
    const leavesLots = this.#orders.leavesLots[slot]!;
    this.#orders.remove(slot);
    this.#answer(order, OrderEventKind.cancelled, priceTicks, leavesLots, 0, Reason.none, nowNs);
  }

  onDepth(
    instrument: number,
    side: Side,
    priceTicks: number,
    beforeLots: number,
    afterLots: number,
    nowNs: Nanos,
  ): void {
    const orders = this.#orders;
    const queue = this.#queue;
    for (let slot = orders.firstAt(instrument, side, priceTicks); slot >= 0; slot = orders.next[slot]!) {
      queue.levelChanged(orders, slot, beforeLots, afterLots, this.#instruments[instrument]!);
    }
    if (afterLots === 0) return;
    // By the row's own price rather than the best one, so that only rows which `watch` lets through can fill.
    if (side === Side.buy) {
      while (orders.bestTick(instrument, Side.sell) <= priceTicks) this.#passed(instrument, Side.sell, nowNs);
    } else {
      while (orders.bestTick(instrument, Side.buy) >= priceTicks) this.#passed(instrument, Side.buy, nowNs);
    }
  }

  onTrade(instrument: number, aggressor: Side, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    const orders = this.#orders;
    if (aggressor !== Side.buy) {
      while (orders.bestTick(instrument, Side.buy) > priceTicks) this.#passed(instrument, Side.buy, nowNs);
      this.#tradedAt(instrument, Side.buy, priceTicks, qtyLots, nowNs);
    }
    if (aggressor !== Side.sell) {
      while (orders.bestTick(instrument, Side.sell) < priceTicks) this.#passed(instrument, Side.sell, nowNs);
      this.#tradedAt(instrument, Side.sell, priceTicks, qtyLots, nowNs);
    }
  }

  /** A trade printed at a price where own orders may rest: each hears of the whole of it (hftbacktest's way). */
  #tradedAt(instrument: number, side: Side, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    const orders = this.#orders;
    let slot = orders.firstAt(instrument, side, priceTicks);
    while (slot >= 0) {
      const next = orders.next[slot]!;
      this.#queue.traded(orders, slot, qtyLots);
      const reached = this.#queue.reachedLots(orders, slot);
      const fillLots = reached > 0 ? this.#matching.restingLots(orders.leavesLots[slot]!, reached) : 0;
      if (fillLots > 0) this.#fillResting(slot, fillLots, nowNs);
      slot = next;
    }
  }

  /** The market has moved through the best own price of a side: first in line there fills. */
  #passed(instrument: number, side: Side, nowNs: Nanos): void {
    const slot = this.#orders.bestSlot(instrument, side);
    this.#fillResting(slot, this.#orders.leavesLots[slot]!, nowNs);
  }

  #fillResting(slot: number, qtyLots: number, nowNs: Nanos): void {
    const orders = this.#orders;
    const order = this.#order[slot]!;
    const priceTicks = orders.priceTicks[slot]!;
    const left = orders.leavesLots[slot]! - qtyLots;
    orders.leavesLots[slot] = left;
    orders.filledLots[slot]! += qtyLots;
    if (left === 0) orders.remove(slot);
    this.#fill(order, priceTicks, qtyLots, left, true, nowNs);
  }

  #fill(order: Order, priceTicks: number, qtyLots: number, leavesLots: number, maker: boolean, nowNs: Nanos): void {
    const fee = this.#fees.fee(order.instrument, priceTicks, qtyLots, maker);
    const kind = OrderEventKind.filled;
    const localNs = this.#arrival(order, nowNs);
    const { answers } = this.#environment;
    answers.answer(localNs, nowNs, order.id, kind, priceTicks, qtyLots, leavesLots, maker, fee, Reason.none);
  }

  #end(order: Order, reason: Reason, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    this.#answer(order, OrderEventKind.expired, priceTicks, qtyLots, 0, reason, nowNs);
  }

  #answer(
    order: Order,
    kind: OrderEventKind,
    priceTicks: number,
    qtyLots: number,
    leavesLots: number,
    reason: Reason,
    nowNs: Nanos,
  ): void {
    const localNs = this.#arrival(order, nowNs);
    this.#environment.answers.answer(localNs, nowNs, order.id, kind, priceTicks, qtyLots, leavesLots, false, 0, reason);
  }

  /** When an answer given now reaches the strategy. */
  #arrival(order: Order, nowNs: Nanos): Nanos {
    const delayNs = this.#latency.responseNs(Message.submit, nowNs, this.#responseRandom);
    if (!keeps(delayNs, this.leastResponseNs)) throw brokenPromise('responseNs', delayNs, this.leastResponseNs);
    const arrivalNs = Math.max(nowNs + delayNs, this.#lastResponseNs[order.strategy] ?? 0);
    this.#lastResponseNs[order.strategy] = arrivalNs;
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
