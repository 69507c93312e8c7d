/**
 * queue_ahead_bid and queue_ahead_ask: how much stands before the oldest own order of a side, guessed from what has arrived
 * here. Know nothing of the venue's truth. Found in the feature registry.
 *
 * The risk-averse rule of execution/queue-position.ts, at local time, for every own order that rests wholly displayed: it
 * joins behind what its level displays when the news arrives that it rests, or that it lost its place (a new price, or more
 * quantity); a trade at its price against its side takes its quantity off what is ahead; a trade beyond its price, or a fill
 * of its own while resting, leaves nothing ahead; at each complete book message ahead = min(ahead, the level).
 * Displayed quantities are those of the recorded market, without own orders. A book of best quotes alone does not show the
 * levels behind its best price: there ahead is not known until the level comes into sight, and stays while it is out of it.
 */
import type { Book } from '../../core/book/book.js';
import { type MarketView, Side } from '../../core/market.js';
import { type Order, type OrderEvent, OrderEventKind, OrderStatus, OrderType, TimeInForce } from '../../core/order.js';
import type { Nanos } from '../../core/time.js';
import { defineFeature, type Feature, type FeatureDefinition, type FeatureSetup } from './feature.js';

const FORMULA =
  'quantity displayed ahead of the oldest own resting SIDE: its level when it joined, less trades at its price, at most what ' +
  'the level displays, 0 after a trade beyond; NaN without such an order';
const SOURCE = 'Rigtorp (2013), Estimating order queue position (the rule that only trades move an order forward)';

function queueAhead(name: string, side: Side): FeatureDefinition {
  return defineFeature({
    name,
    unit: 'quantity',
    formula: FORMULA.replace('SIDE', side === Side.buy ? 'bid' : 'ask'),
    source: SOURCE,
    hears: ['onTrade', 'onBook', 'onOrderEvent'],
    create: (setup) => new QueueAhead(setup, side),
  });
}

export const queueAheadBid = queueAhead('queue_ahead_bid', Side.buy);
export const queueAheadAsk = queueAhead('queue_ahead_ask', Side.sell);

/** An own order that rests. */
interface Standing {
  readonly order: Order;
  priceTicks: number;
  qtyLots: number;
  /** `NaN` while its level is out of sight. */
  aheadLots: number;
}

class QueueAhead implements Feature {
  readonly #setup: FeatureSetup;
  readonly #side: Side;
  readonly #standing: Standing[] = [];
  /** Orders that waited for something and now work, which their status does not say. */
  readonly #triggered = new WeakSet<Order>();
  readonly #ticks = new Int32Array(2);
  readonly #lots = new Float64Array(2);

  constructor(setup: FeatureSetup, side: Side) {
    this.#setup = setup;
    this.#side = side;
  }

  onTrade({ priceTicks, qtyLots }: MarketView, _nowNs: Nanos, aggressor: Side): void {
    if (aggressor === this.#side) return;
    const standing = this.#standing;
    for (let i = 0; i < standing.length; i++) {
      const own = standing[i]!;
      const beyondTicks = this.#side === Side.buy ? own.priceTicks - priceTicks : priceTicks - own.priceTicks;
      if (beyondTicks > 0) own.aheadLots = 0;
      // Math.max keeps NaN.
      else if (beyondTicks === 0) own.aheadLots = Math.max(0, own.aheadLots - qtyLots);
    }
  }

  onBook(book: Book): void {
    const standing = this.#standing;
    for (let i = 0; i < standing.length; i++) {
      const own = standing[i]!;
      const levelLots = this.#levelLots(book, own.priceTicks);
      if (Number.isNaN(own.aheadLots)) own.aheadLots = levelLots;
      else if (levelLots < own.aheadLots) own.aheadLots = levelLots;
    }
  }

  onOrderEvent({ kind, order, maker }: OrderEvent): void {
    if (order.side !== this.#side) return;
    if (kind === OrderEventKind.triggered) this.#triggered.add(order);
    const at = this.#standing.findIndex((each) => each.order === order);
    const own = at < 0 ? this.#newcomer(order) : this.#standing[at];
    if (own === undefined) return;
    if (order.finished) this.#standing.splice(at, 1);
    else if (kind === OrderEventKind.filled && maker) own.aheadLots = 0;
    // Written so that the NaN of a newcomer counts as another price.
    else if (!(order.priceTicks === own.priceTicks) || order.qtyLots > own.qtyLots) this.#join(own);
    own.qtyLots = order.qtyLots;
  }

  value(): number {
    const standing = this.#standing;
    let oldest: Standing | undefined;
    for (let i = 0; i < standing.length; i++) {
      const own = standing[i]!;
      if (oldest === undefined || own.order.id < oldest.order.id) oldest = own;
    }
    return oldest === undefined ? Number.NaN : this.#setup.instrument.qty(oldest.aheadLots);
  }

  /** An order that rests and was not known to; `undefined` for one that does not, or not wholly displayed. */
  #newcomer(order: Order): Standing | undefined {
    const { terms, type, timeInForce, status, priceTicks, qtyLots } = order;
    if (status !== OrderStatus.open || Number.isNaN(priceTicks) || terms.hidden || terms.displayLots > 0)
      return undefined;
    if (timeInForce === TimeInForce.atOpen || timeInForce === TimeInForce.atClose) return undefined;
    const waits = type !== OrderType.limit || terms.parent !== undefined;
    if (waits && !this.#triggered.has(order)) return undefined;
    const own: Standing = { order, priceTicks: Number.NaN, qtyLots, aheadLots: Number.NaN };
    this.#standing.push(own);
    return own;
  }

  /** Sends an order to the back of its level. */
  #join(own: Standing): void {
    const { context, instrument } = this.#setup;
    own.priceTicks = own.order.priceTicks;
    own.aheadLots = this.#levelLots(context.book(instrument), own.priceTicks);
  }

  /** What a level displays; `NaN` where the book shows but one level of the side, and that is better. */
  #levelLots(book: Book, priceTicks: number): number {
    const lots = book.lotsAt(this.#side, priceTicks);
    if (lots > 0) return lots;
    const better = this.#side === Side.buy ? book.bestBidTicks > priceTicks : book.bestAskTicks < priceTicks;
    return better && book.levelsInto(this.#side, 2, this.#ticks, this.#lots) === 1 ? Number.NaN : 0;
  }
}
