/** A venue of one's own: what is marketable on arrival fills at once and whole, at the opposite best; all else expires. */
import {
  type Handler,
  type Order,
  OrderEventKind,
  OrderType,
  Rank,
  Reason,
  Side,
  type Venue,
  type VenueEnvironment,
  type VenueFactory,
} from 'tickwright/core';

export const instantVenue: VenueFactory = (environment) => new InstantVenue(environment);

class InstantVenue implements Venue, Handler {
  /** Nothing rests, so market rows cause no answers, and `environment.watch` stays as it is: rows do not even come. */
  readonly working = 0;
  readonly leastEntryNs = 0;
  readonly leastResponseNs = 0;
  readonly #environment: VenueEnvironment;
  readonly #sent: [order: Order, refused: OrderEventKind][] = [];

  constructor(environment: VenueEnvironment) {
    this.#environment = environment;
  }

  submit = (order: Order, nowNs: number) => this.#send(order, OrderEventKind.expired, nowNs);
  modify = (order: Order, _ticks: number, _lots: number, _stopTicks: number, nowNs: number) =>
    this.#send(order, OrderEventKind.modifyRejected, nowNs);
  cancel = (order: Order, nowNs: number) => this.#send(order, OrderEventKind.cancelRejected, nowNs);
  batch() {}
  onDepth() {}
  onTrade() {}
  onOrderReduced() {}
  onRow() {}

  /** A request arrives in its turn, after the market data of the moment. */
  #send(order: Order, refused: OrderEventKind, nowNs: number): void {
    this.#environment.schedule.add(nowNs, Rank.request, this, this.#sent.push([order, refused]) - 1, true);
  }

  fire(request: number, nowNs: number): void {
    const [order, refused] = this.#sent[request]!;
    const { answers, books } = this.#environment;
    const { id, side, qtyLots, priceTicks: limit } = order;
    const { bestBidTicks, bestAskTicks } = books[order.instrument.index]!;
    const best = side === Side.buy ? bestAskTicks : bestBidTicks;
    const inReach = !Number.isNaN(best) && !(side === Side.buy ? limit < best : limit > best);
    const submits = refused === OrderEventKind.expired;
    if (submits && inReach && !order.postOnly && order.type <= OrderType.market) {
      answers.answer(nowNs, nowNs, id, OrderEventKind.filled, best, qtyLots, 0, false, 0, Reason.none);
    } else {
      const reason = submits ? Reason.immediateRemainder : Reason.alreadyFinished;
      answers.answer(nowNs, nowNs, id, refused, limit, qtyLots, 0, false, 0, reason);
    }
  }
}
