/**
 * The venue as settlement sees it: what it may do to orders, and how strategies hear of it.
 * Knows nothing of what is settled. Called by settlement; acts on the matching engine.
 */
import type { Account } from '../core/account.js';
import type { AccountEventKind } from '../core/account-event.js';
import type { Instrument } from '../core/instrument.js';
import { Kind, Side } from '../core/market.js';
import { OrderType, Reason } from '../core/order.js';
import type { Schedule } from '../core/queue.js';
import type { Nanos } from '../core/time.js';
import type { VenueEnvironment } from '../core/venue.js';
import { BookSide } from './book-side.js';
import type { ConsumptionModel } from './consumption.js';
import type { Courier } from './courier.js';
import { Message } from './latency.js';
import type { MatchingEngine } from './matching-engine.js';
import type { Session } from './session.js';
import type { CloseTaker, OrderRestater, SettlementPort } from './settlement-port.js';
import { Place, type SpecialOrder } from './special-order.js';

export class SettlementDesk implements SettlementPort {
  readonly instruments: readonly Instrument[];
  readonly here: Uint8Array | undefined;
  readonly originNs: bigint;
  readonly strategies: readonly string[];
  readonly accounts: readonly Account[];
  readonly schedule: Schedule;
  readonly #environment: VenueEnvironment;
  readonly #engine: MatchingEngine;
  readonly #session: Session;
  readonly #courier: Courier;
  readonly #other: BookSide;
  /** Whether the tape has nothing that makes a book, by instrument. */
  readonly #bookless: readonly boolean[];

  constructor(
    environment: VenueEnvironment,
    engine: MatchingEngine,
    session: Session,
    courier: Courier,
    consumption: ConsumptionModel,
  ) {
    this.instruments = environment.instruments;
    this.here = environment.here;
    this.originNs = environment.originNs;
    this.strategies = environment.strategies;
    this.accounts = environment.accounts;
    this.schedule = environment.schedule;
    this.#environment = environment;
    this.#engine = engine;
    this.#session = session;
    this.#courier = courier;
    this.#other = new BookSide(consumption);
    this.#bookless = environment.counts.map((kinds) =>
      [Kind.depth, Kind.quote, Kind.orderAdd].every((kind) => (kinds[kind] ?? 0) === 0),
    );
  }

  settle(
    strategy: number,
    kind: AccountEventKind,
    instrument: number,
    priceTicks: number,
    qtyLots: number,
    amount: number,
    fee: number,
    nowNs: Nanos,
  ): void {
    if (instrument >= 0) this.#engine.positionLots[strategy * this.instruments.length + instrument]! += qtyLots;
    const localNs = this.#courier.arrivalNs(Message.fill, strategy, nowNs);
    const { answers } = this.#environment;
    answers.settle(localNs, nowNs, strategy, kind, instrument, priceTicks, qtyLots, amount, fee);
  }

  endOrders(strategy: number, instrument: number, reason: Reason, nowNs: Nanos): void {
    const engine = this.#engine;
    const concerns = (of: number, at: number) => of === strategy && (instrument < 0 || at === instrument);
    for (const special of [...engine.specials.values()]) {
      if (concerns(special.order.strategy, special.instrument)) engine.endSpecial(special, reason, nowNs);
    }
    const { orders } = engine;
    for (const slot of [...orders.slots()]) {
      if (concerns(orders.strategy[slot]!, orders.instrument[slot]!)) engine.endResting(slot, reason, nowNs);
    }
    engine.settleFamilies(nowNs);
  }

  closeAtMarket(_strategy: number, instrument: number, changeLots: number, taker: CloseTaker): number {
    if (this.#session.inBars(instrument)) return this.#closeAtLast(instrument, changeLots, taker);
    const other = this.#other;
    const side = changeLots > 0 ? Side.sell : Side.buy;
    other.point(this.#environment.books[instrument]!, side);
    let left = Math.abs(changeLots);
    for (let level = 0; left > 0 && other.has(level); level++) {
      const lots = Math.min(left, other.lots(level));
      left -= lots;
      this.#engine.consume(instrument, side, other.tick(level), lots);
      taker.take(other.tick(level), lots);
    }
    // Where there never is a book, the last trade or close is all that is known of the price.
    const last = this.#session.lastTradeTicks(instrument);
    if (left === 0 || Number.isNaN(last) || !this.#bookless[instrument]) return left;
    taker.take(last, left);
    return 0;
  }

  /** There is no book where only bars are recorded: all of it, at the last price that is known. */
  #closeAtLast(instrument: number, changeLots: number, taker: CloseTaker): number {
    const ticks = this.#session.lastTradeTicks(instrument);
    if (Number.isNaN(ticks)) return Math.abs(changeLots);
    taker.take(ticks, Math.abs(changeLots));
    return 0;
  }

  restateOrders(instrument: number, restater: OrderRestater, nowNs: Nanos): void {
    const engine = this.#engine;
    const { orders } = engine;
    const slots = [...orders.slots()].filter((slot) => orders.instrument[slot] === instrument);
    for (const slot of slots) {
      const order = engine.orderAt(slot);
      if (orders.slotOf(order.id) !== slot) continue;
      const special = engine.specials.get(order.id);
      const { side } = order;
      const stays = restater.restate(
        OrderType.limit,
        side,
        orders.priceTicks[slot]!,
        Number.NaN,
        orders.leavesLots[slot]!,
      );
      if (stays && special !== undefined) scaleDisplay(special, restater.ratio);
      if (stays) engine.restateResting(slot, special, restater.priceTicks, restater.leavesLots, nowNs);
      else engine.endResting(slot, Reason.corporateAction, nowNs);
    }
    for (const special of [...engine.specials.values()]) {
      if (special.instrument === instrument && special.place !== Place.resting)
        this.#restateWaiting(special, restater, nowNs);
    }
    engine.settleFamilies(nowNs);
  }

  #restateWaiting(special: SpecialOrder, restater: OrderRestater, nowNs: Nanos): void {
    const engine = this.#engine;
    const { order, side, priceTicks, leavesLots, heldLots } = special;
    const stop = special.waits && Number.isFinite(special.stopTicks) ? special.stopTicks : Number.NaN;
    const type = special.triggered ? (Number.isNaN(priceTicks) ? OrderType.market : OrderType.limit) : order.type;
    if (!restater.restate(type, side, priceTicks, stop, leavesLots + heldLots)) {
      engine.endSpecial(special, Reason.corporateAction, nowNs);
      return;
    }
    const { place } = special;
    // Out of its place while what it is sorted by changes.
    if (place === Place.waitingForPrice) this.#session.triggers.remove(special);
    special.priceTicks = restater.priceTicks;
    if (!Number.isNaN(stop)) special.stopTicks = restater.stopTicks;
    special.heldLots = Math.min(restater.leavesLots, Math.round(heldLots * restater.ratio));
    special.leavesLots = restater.leavesLots - special.heldLots;
    special.freedLots = Math.round(special.freedLots * restater.ratio);
    special.trailTicks /= restater.ratio;
    scaleDisplay(special, restater.ratio);
    if (place === Place.waitingForPrice) this.#session.triggers.add(special);
    const total = special.leavesLots + special.heldLots;
    engine.restate(order, special.priceTicks, special.filledLots + total, total, Reason.corporateAction, nowNs);
  }

  workingLots(strategy: number, instrument: number, side: Side): number {
    const engine = this.#engine;
    const { orders } = engine;
    let lots = 0;
    for (const slot of orders.slots()) {
      if (orders.strategy[slot] !== strategy || orders.instrument[slot] !== instrument) continue;
      if (orders.side[slot] === side && !engine.orderAt(slot).terms.reduceOnly) lots += orders.leavesLots[slot]!;
    }
    for (const special of engine.specials.values()) {
      const { order } = special;
      if (special.place === Place.resting || order.terms.reduceOnly || order.strategy !== strategy) continue;
      if (special.instrument === instrument && special.side === side) lots += special.leavesLots + special.heldLots;
    }
    return lots;
  }

  markHalfTicks(instrument: number): number {
    const book = this.#environment.books[instrument]!;
    const twice = book.bestBidTicks + book.bestAskTicks;
    return Number.isNaN(twice) ? 2 * this.#session.lastTradeTicks(instrument) : twice;
  }
}

/** The slice that an iceberg shows, in new lots; at least one. */
function scaleDisplay(special: SpecialOrder, ratio: number): void {
  if (special.displayLots > 0) special.displayLots = Math.max(1, Math.round(special.displayLots * ratio));
}
