/**
 * The exchange itself: orders are admitted or refused, rest in a queue, wait for a price or a time, and fill.
 * Knows nothing of travel or of strategies' machines. Called by the simulated venue, at exchange time.
 *
 * When an order fills:
 * - On arrival, when its limit reaches the other side of the venue's book, or another own order (post-only: it expires).
 * - A resting buy when an ask at or below its price is recorded, when a sell-aggressor trade prints below its price, or at
 *   its price once the queue model says its turn has come; a resting sell likewise. Always at its own price, as maker.
 * - A trade whose aggressor is unknown counts for both sides.
 * Where it is unrealistic: our orders are not in the recorded market, so nobody reacts to them.
 *
 * Longer than others because everything that moves an order shares the same few steps (enter, take, rest, fill, end):
 * what can be told apart is in files of its own (trigger book, groups, sessions, consumption, queues).
 */
import type { LevelBook } from '../core/book/levels.js';
import { NO_ASK, NO_BID } from '../core/book/levels.js';
import { type Instrument, MAX_PRICE_TICKS } from '../core/instrument.js';
import { Kind, Side } from '../core/market.js';
import { MatchKind, type MatchWitness } from '../core/match-event.js';
import { type Order, OrderEventKind, OrderType, PLAIN_TERMS, Reason, SelfTrade, TimeInForce } from '../core/order.js';
import type { Nanos } from '../core/time.js';
import { NO_TRADE, TradeOrigin, type VenueEnvironment } from '../core/venue.js';
import { BookSide } from './book-side.js';
import type { ConsumptionModel } from './consumption.js';
import type { Courier, Recipient } from './courier.js';
import type { FeeModel } from './fees.js';
import { Message } from './latency.js';
import type { FillSink, MatchingModel } from './matching.js';
import { OrderFamilies } from './order-families.js';
import type { PriceProtection } from './price-protection.js';
import type { QueuePositionModel } from './queue-position.js';
import { Place, SpecialOrder } from './special-order.js';
import type { VenueRules } from './venue-rules.js';
import { WorkingOrders } from './working-orders.js';

/** The models of an engine, each made for this run. */
export interface EngineModels {
  readonly queue: QueuePositionModel;
  readonly matching: MatchingModel;
  readonly consumption: ConsumptionModel;
  readonly protection: PriceProtection;
  readonly fees: FeeModel;
  readonly rules: Required<VenueRules>;
}

/** Bits of `WorkingOrders.flags`. */
const SPECIAL = 1;
const ALL_OR_NONE = 2;
const HIDDEN = 4;
/** A market order that waits for the other side: it stands at a price beyond all others, and trades at theirs. */
const ANY_PRICE = 8;

/** What the engine tells those beside it that follow orders and positions. */
export interface EngineListener {
  /** A strategy's position changed by a fill. */
  onFill(
    strategy: number,
    instrument: number,
    side: Side,
    priceTicks: number,
    qtyLots: number,
    fee: number,
    nowNs: Nanos,
  ): void;
}

export class MatchingEngine implements Recipient, FillSink {
  readonly orders: WorkingOrders;
  /** Orders that are more than limits and markets, by id, in order of arrival. */
  readonly specials = new Map<number, SpecialOrder>();
  /** Signed lots by strategy × instruments + instrument, as of the fills so far. */
  readonly positionLots: Float64Array;
  readonly #environment: VenueEnvironment;
  readonly #instruments: readonly Instrument[];
  readonly #books: readonly LevelBook[];
  readonly #orderBooks: VenueEnvironment['orderBooks'];
  readonly #courier: Courier;
  readonly #queue: QueuePositionModel;
  readonly #proRata: boolean;
  /** The queue model follows single orders where the tape has them, 1 = of an instrument. */
  readonly #byOrder: boolean;
  readonly #followsOrders: Uint8Array;
  readonly #matching: MatchingModel;
  readonly #consumption: ConsumptionModel;
  readonly #protection: PriceProtection;
  readonly #fees: FeeModel;
  readonly #rules: Required<VenueRules>;
  readonly #matchOwn: boolean;
  readonly #shares: boolean;
  readonly #other: BookSide;
  readonly #families: OrderFamilies;
  /** By slot: the order, and the event it last heard of, so that it hears of none twice. */
  readonly #order: Order[] = [];
  readonly #heard: number[] = [];
  #event = 0;
  /** Grows whenever an order leaves its line for another reason than the fill that is being made. */
  #removals = 0;
  /** 1 = all-or-none orders have come; 1 = hidden ones have. */
  readonly #hasAllOrNone: Uint8Array;
  readonly #hasHidden: Uint8Array;
  /** Levels of which we took something, by instrument. */
  readonly #consumedLevels: Uint32Array;
  /** 1 = orders of the instrument go through {@link Doorman}. */
  readonly guarded: Uint8Array;
  /** 1 = best quotes make the book: every row of the instrument is heard. */
  readonly quoted: Uint8Array;
  /** 1 = nothing matches. */
  readonly paused: Uint8Array;
  readonly #witness: MatchWitness | undefined;
  /** Lots ahead of the resting order that is being filled; `NaN` for what does not stand in line. */
  #filledAheadLots = Number.NaN;
  doorman: Doorman | undefined;
  listener: EngineListener | undefined;

  // The order that is taking liquidity right now.
  #taker!: Order;
  #takerSpecial: SpecialOrder | undefined;
  #takerLeft = 0;
  /** Its limit, `NaN` = any price. */
  #takerPriceTicks = 0.5;
  #takerNs: Nanos = 0.5;
  /** What it had traded before, and since; and what a decrement took off it. */
  #takerFilledLots = 0;
  #takerCutLots = 0;
  /** Lots of the taker that are not for taking now, so that what is left of it is reported whole. */
  #reserveLots = 0;
  /** Lots that it took from the book and that the consumption model forgot at once, and those of its last level. */
  #forgottenLots = 0;
  #levelTicks = 0.5;
  #levelLots = 0;

  constructor(environment: VenueEnvironment, models: EngineModels, courier: (engine: MatchingEngine) => Courier) {
    const { instruments, strategies } = environment;
    this.#environment = environment;
    this.#witness = environment.witness;
    this.#instruments = instruments;
    this.#books = environment.books;
    this.#orderBooks = environment.orderBooks;
    this.#queue = models.queue;
    this.#proRata = models.queue.proRata === true;
    this.#byOrder = models.queue.orderReduced !== undefined;
    this.#followsOrders = Uint8Array.from(instruments, (_, index) =>
      this.#byOrder && environment.orderBooks[index] !== undefined ? 1 : 0,
    );
    this.#matching = models.matching;
    this.#consumption = models.consumption;
    this.#protection = models.protection;
    this.#fees = models.fees;
    this.#rules = models.rules;
    this.#matchOwn = models.rules.ownOrders === 'match';
    this.#shares = models.rules.ownVolume === 'shared';
    this.#other = new BookSide(models.consumption);
    this.orders = new WorkingOrders(instruments.length, environment.watch);
    this.positionLots = new Float64Array(instruments.length * strategies.length);
    this.#hasAllOrNone = new Uint8Array(instruments.length);
    this.#hasHidden = new Uint8Array(instruments.length);
    this.#consumedLevels = new Uint32Array(instruments.length);
    this.guarded = new Uint8Array(instruments.length);
    this.paused = new Uint8Array(instruments.length);
    this.quoted = Uint8Array.from(environment.counts, (kinds) =>
      (kinds[Kind.quote] ?? 0) > 0 && (kinds[Kind.depth] ?? 0) === 0 && (kinds[Kind.orderAdd] ?? 0) === 0 ? 1 : 0,
    );
    this.quoted.forEach((quoted, instrument) => {
      if (quoted !== 0) this.orders.watching.watchAll(instrument, true);
    });
    this.#courier = courier(this);
    this.#families = new OrderFamilies({
      reject: (order, reason, priceTicks, qtyLots, nowNs) => this.reject(order, reason, priceTicks, qtyLots, nowNs),
      endSpecial: (special, reason, nowNs) => this.endSpecial(special, reason, nowNs),
      shrinkResting: (special, lots, reason, nowNs) =>
        this.shrinkResting(this.orders.slotOf(special.order.id), lots, reason, nowNs),
      growResting: (special, lots, nowNs) => this.#growResting(special, lots, nowNs),
      release: (special, nowNs) => this.doorman!.release(special, nowNs),
      holdBack: (special) => {
        this.doorman!.withdraw(special);
        special.place = Place.withParent;
      },
      forget: (special) => this.specials.delete(special.order.id),
      tellTriggered: (special, priceTicks, nowNs) => this.tellTriggered(special, priceTicks, nowNs),
      restate: (order, priceTicks, qtyLots, leavesLots, reason, nowNs) =>
        this.restate(order, priceTicks, qtyLots, leavesLots, reason, nowNs),
    });
  }

  // ── requests ────────────────────────────────────────────────────────────────────────────────────────────────────────

  submitted(order: Order, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    const plain = order.terms === PLAIN_TERMS && order.type <= OrderType.market && order.timeInForce <= TimeInForce.FOK;
    if (plain && this.guarded[order.instrument.index] === 0) {
      this.enter(order, undefined, priceTicks, qtyLots, 0, false, 0, nowNs);
      if (this.#matchOwn) this.settleFamilies(nowNs);
      return;
    }
    const refused = this.doorman!.refuses(order, priceTicks, qtyLots, nowNs);
    if (refused !== Reason.none) {
      this.reject(order, refused, priceTicks, qtyLots, nowNs);
      return;
    }
    const special = new SpecialOrder(order, priceTicks, qtyLots);
    special.arrivedNs = nowNs;
    this.specials.set(order.id, special);
    this.#families.join(special, nowNs);
    if (special.place !== Place.ended) this.doorman!.admit(special, nowNs);
    this.settleFamilies(nowNs);
  }

  /**
   * An order meets the market: it takes what its limit reaches, and then rests, or expires, as its time in force says.
   * `filledLots`: what it had traded before. `answered`: the strategy knows already that it works. `skipLots`: lots at the
   * front of the other side that a trade has just taken.
   */
  enter(
    order: Order,
    special: SpecialOrder | undefined,
    priceTicks: number,
    leavesLots: number,
    filledLots: number,
    answered: boolean,
    skipLots: number,
    nowNs: Nanos,
  ): void {
    const { side, timeInForce, instrument } = order;
    const { index } = instrument;
    const book = this.#books[index]!;
    const buys = side === Side.buy;
    const other = this.#other;
    const otherSide = buys ? Side.sell : Side.buy;
    const anyPrice = Number.isNaN(priceTicks);
    let limitTicks = anyPrice ? (buys ? Infinity : -Infinity) : priceTicks;
    let reachesBook = buys
      ? book.ask !== NO_ASK && limitTicks >= book.ask
      : book.bid !== NO_BID && limitTicks <= book.bid;
    if (reachesBook) {
      other.point(book, otherSide, skipLots);
      reachesBook = other.has(0) && other.within(0, limitTicks);
      if (anyPrice && reachesBook) limitTicks = this.#protection.limitTicks(side, other.tick(0));
    }
    // A market order that was told to wait, or a stop that became one, stands until there is somebody to trade with.
    const waits = timeInForce !== TimeInForce.IOC && timeInForce !== TimeInForce.FOK;
    const heldLots = special?.heldLots ?? 0;
    const workingLots = leavesLots + heldLots;
    if (!reachesBook && !(this.#matchOwn && this.#reachesOwn(index, otherSide, limitTicks))) {
      if (anyPrice && !waits) this.expire(order, special, Reason.noOppositeQuote, priceTicks, workingLots, nowNs);
      else if (timeInForce === TimeInForce.IOC) {
        this.expire(order, special, Reason.immediateRemainder, priceTicks, workingLots, nowNs);
      } else if (timeInForce === TimeInForce.FOK) {
        this.expire(order, special, Reason.notFullyFillable, priceTicks, workingLots, nowNs);
      } else {
        this.rest(order, special, priceTicks, leavesLots, filledLots, nowNs);
        if (!answered) this.accept(order, priceTicks, workingLots, nowNs);
      }
      return;
    }
    if (order.postOnly) {
      this.expire(order, special, Reason.postOnlyWouldTake, priceTicks, workingLots, nowNs);
      return;
    }
    let wantedLots = leavesLots;
    if (special !== undefined && order.terms.reduceOnly) {
      wantedLots = Math.min(wantedLots, this.reducibleLots(order));
    }
    const allOrNone = special !== undefined && order.terms.allOrNone;
    if (timeInForce === TimeInForce.FOK || allOrNone) {
      const available = this.#availableLots(order, limitTicks, wantedLots, reachesBook);
      if (available < wantedLots) {
        if (!waits) this.expire(order, special, Reason.notFullyFillable, priceTicks, workingLots, nowNs);
        else {
          this.rest(order, special, priceTicks, leavesLots, filledLots, nowNs);
          if (!answered) this.accept(order, priceTicks, workingLots, nowNs);
        }
        return;
      }
    }
    this.#witness?.tell(MatchKind.entered, order, Number.NaN, nowNs);
    this.#takerPriceTicks = priceTicks;
    this.#takerFilledLots = filledLots;
    const stopped = this.#take(order, special, limitTicks, wantedLots, leavesLots, skipLots, nowNs);
    const left = leavesLots - (wantedLots - this.#takerLeft);
    if (special !== undefined) {
      special.leavesLots = left;
      if (special.place === Place.ended) return;
    }
    if (left === 0) {
      // Its last lots met an order of the same strategy, without a trade.
      if (stopped && heldLots === 0) {
        this.expire(order, special, Reason.selfTrade, priceTicks, this.#takerCutLots, nowNs);
      } else if (special !== undefined) this.#emptied(special, nowNs);
      return;
    }
    const total = this.#takerFilledLots;
    if (stopped) this.expire(order, special, Reason.selfTrade, priceTicks, left + heldLots, nowNs);
    else if (special !== undefined && order.terms.reduceOnly && this.reducibleLots(order) === 0) {
      this.expire(order, special, Reason.reduceOnly, priceTicks, left + heldLots, nowNs);
    } else if (waits && !(anyPrice && Number.isFinite(limitTicks))) {
      this.rest(order, special, priceTicks, left, total, nowNs);
      if (!answered && left === leavesLots) this.accept(order, priceTicks, left + heldLots, nowNs);
      // It rests at a price that the other side reaches: what stands there takes all or nothing.
      if (this.#hasAllOrNone[index] !== 0) this.#retryAllOrNone(index, otherSide, nowNs);
    } else {
      const reason = this.#remainderReason(order, anyPrice, limitTicks, skipLots);
      this.expire(order, special, reason, priceTicks, left + heldLots, nowNs);
    }
  }

  /** Why what is left of an order that cannot wait found nothing more. */
  #remainderReason(order: Order, anyPrice: boolean, limitTicks: number, skipLots: number): Reason {
    if (!anyPrice) return Reason.immediateRemainder;
    const book = this.#books[order.instrument.index]!;
    this.#other.point(book, order.side === Side.buy ? Side.sell : Side.buy, skipLots + this.#forgottenLots);
    return Number.isFinite(limitTicks) && this.#other.has(0) && !this.#other.within(0, limitTicks)
      ? Reason.priceProtection
      : Reason.bookEnd;
  }

  // ── taking ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Takes up to `wantedLots` from the recorded book and from own orders, best price first; what is left stands in
   * `#takerLeft`. Returns true when self-trade prevention stops the rest.
   */
  #take(
    order: Order,
    special: SpecialOrder | undefined,
    limitTicks: number,
    wantedLots: number,
    leavesLots: number,
    skipLots: number,
    nowNs: Nanos,
  ): boolean {
    this.#taker = order;
    this.#takerSpecial = special;
    this.#takerLeft = wantedLots;
    this.#reserveLots = leavesLots - wantedLots + (special?.heldLots ?? 0);
    this.#takerNs = nowNs;
    this.#takerCutLots = 0;
    this.#forgottenLots = 0;
    this.#levelLots = 0;
    const { side } = order;
    const index = order.instrument.index;
    const book = this.#books[index]!;
    const otherSide = side === Side.buy ? Side.sell : Side.buy;
    const { orders } = this;
    // What is hidden stands behind all that is displayed at its price, also behind what joined later.
    let concealed = 0;
    let tick = this.#matchOwn ? orders.bestTick(index, otherSide) : Number.NaN;
    while (this.#takerLeft > 0 && within(side, tick, limitTicks)) {
      let slot = orders.firstAt(index, otherSide, tick);
      while (slot >= 0 && this.#takerLeft > 0) {
        const next = orders.next[slot]!;
        if ((orders.flags[slot]! & HIDDEN) !== concealed) {
          slot = next;
          continue;
        }
        const removals = this.#removals;
        // What stands before this own order: better prices, and the part of its own level that is ahead of it.
        this.#takeBook(book, otherSide, side === Side.buy ? tick - 1 : tick + 1, Infinity, skipLots);
        if (this.#removals === removals) {
          this.#takeBook(book, otherSide, tick, this.#aheadLots(slot, otherSide, tick), skipLots);
        }
        if (this.#takerLeft > 0 && this.#removals === removals && this.#meet(slot, nowNs)) return true;
        // Where others left their places the line is walked anew, without those that are filled.
        slot = this.#removals === removals ? next : orders.firstAt(index, otherSide, tick);
      }
      if (concealed === 0 && this.#hasHidden[index] !== 0) concealed = HIDDEN;
      else {
        concealed = 0;
        tick = orders.nextTick(index, otherSide, tick);
      }
    }
    this.#takeBook(book, otherSide, limitTicks, Infinity, skipLots);
    return false;
  }

  /** Lots of its level that stand before a resting order and that nobody of us took yet. */
  #aheadLots(slot: number, side: Side, tick: number): number {
    const { orders } = this;
    if (orders.flags[slot]! & HIDDEN) return Infinity;
    const taken = this.#consumption.takenLots(orders.instrument[slot]!, side, tick, Infinity);
    return Math.round(orders.aheadLots[slot]!) - Math.max(taken, this.#levelTicks === tick ? this.#levelLots : 0);
  }

  #takeBook(book: LevelBook, otherSide: Side, limitTicks: number, mostLots: number, skipLots: number): void {
    const wanted = Math.min(this.#takerLeft, mostLots);
    if (!(wanted > 0)) return;
    this.#other.point(book, otherSide, skipLots + this.#forgottenLots);
    this.#matching.take(this.#other, limitTicks, wanted, this);
  }

  /** A fill of the taker against the recorded book. */
  take(priceTicks: number, qtyLots: number): void {
    if (!(qtyLots > 0 && qtyLots <= this.#takerLeft && Number.isSafeInteger(qtyLots))) {
      throw new RangeError(`matching model: a fill of ${qtyLots} lots for an order with ${this.#takerLeft} left`);
    }
    const order = this.#taker;
    const index = order.instrument.index;
    const otherSide = order.side === Side.buy ? Side.sell : Side.buy;
    this.consume(index, otherSide, priceTicks, qtyLots);
    // One order never takes the same lots twice, whatever the model says of the next one.
    if (this.#consumption.takenLots(index, otherSide, priceTicks, Infinity) === 0) this.#forgottenLots += qtyLots;
    if (this.#levelTicks !== priceTicks) this.#levelLots = 0;
    this.#levelTicks = priceTicks;
    this.#levelLots += qtyLots;
    this.#takerFilled(priceTicks, qtyLots);
  }

  #takerFilled(priceTicks: number, qtyLots: number): void {
    this.#takerLeft -= qtyLots;
    this.#takerFilledLots += qtyLots;
    const left = this.#takerLeft + this.#reserveLots;
    this.#report(this.#taker, this.#takerSpecial, priceTicks, qtyLots, left, false, this.#takerNs);
  }

  /** The taker meets a resting own order. Returns true when it goes no further. */
  #meet(slot: number, nowNs: Nanos): boolean {
    const { orders } = this;
    const taker = this.#taker;
    const resting = this.#order[slot]!;
    const tick = orders.priceTicks[slot]!;
    const leaves = orders.leavesLots[slot]!;
    if (resting.strategy === taker.strategy) {
      const rule = this.#selfTradeRule(taker, resting);
      if (rule === SelfTrade.cancelNew) return true;
      if (rule === SelfTrade.cancelOld || rule === SelfTrade.cancelBoth) {
        this.endResting(slot, Reason.selfTrade, nowNs);
        return rule === SelfTrade.cancelBoth;
      }
      if (rule === SelfTrade.decrement) {
        const lots = Math.min(this.#takerLeft, leaves);
        this.#takerLeft -= lots;
        this.#takerCutLots = lots;
        this.shrinkResting(slot, lots, Reason.selfTrade, nowNs);
        const left = this.#takerLeft + this.#reserveLots;
        if (left > 0) {
          this.restate(taker, this.#takerPriceTicks, this.#takerFilledLots + left, left, Reason.selfTrade, nowNs);
        }
        return this.#takerLeft === 0;
      }
    }
    if (orders.flags[slot]! & ALL_OR_NONE && this.#takerLeft < leaves) return false;
    const price = orders.flags[slot]! & ANY_PRICE ? this.#priceForMarket(taker.instrument.index) : tick;
    if (Number.isNaN(price)) return false;
    // Behind the slice that an iceberg shows stand the others at its price.
    const offered = resting.terms.displayLots > 0 ? orders.shownLots[slot]! : leaves;
    const lots = this.#fillResting(slot, Math.min(this.#takerLeft, offered), nowNs, price);
    if (lots > 0) {
      this.#takerFilled(price, lots);
      this.#environment.watch.lastTradeTicks[taker.instrument.index] = price;
      this.doorman!.ownTrade(taker.instrument.index, price);
    }
    return false;
  }

  /** What happens between two orders of a strategy. Those of one group never trade with each other. */
  #selfTradeRule(taker: Order, resting: Order): SelfTrade {
    const { group, selfTrade, parent } = taker.terms;
    if (group !== undefined && group === resting.terms.group) return SelfTrade.cancelNew;
    if (selfTrade !== SelfTrade.venue) return selfTrade;
    const rule = this.#rules.selfTrade;
    // A stop that goes off must not die of the rest of the very entry that it protects.
    return parent === resting && rule !== SelfTrade.allow ? SelfTrade.cancelOld : rule;
  }

  /** At what a market order that waited trades with one that arrives: at its limit, without one at the last trade. */
  #priceForMarket(instrument: number): number {
    if (!Number.isNaN(this.#takerPriceTicks)) return this.#takerPriceTicks;
    const ticks = this.#environment.watch.lastTradeTicks[instrument]!;
    return ticks === NO_TRADE ? Number.NaN : ticks;
  }

  #reachesOwn(index: number, otherSide: Side, limitTicks: number): boolean {
    const tick = this.orders.bestTick(index, otherSide);
    return otherSide === Side.sell ? tick <= limitTicks : tick >= limitTicks;
  }

  /** All-or-none orders of a side look again whether there is now enough for them, also of several others together. */
  #retryAllOrNone(index: number, side: Side, nowNs: Nanos): void {
    const { orders } = this;
    for (const special of [...this.specials.values()]) {
      const { order } = special;
      if (!order.terms.allOrNone || special.instrument !== index || special.side !== side) continue;
      if (special.place !== Place.resting) continue;
      const slot = orders.slotOf(order.id);
      const priceTicks = this.limitOf(slot);
      const leaves = orders.leavesLots[slot]!;
      const limitTicks = Number.isNaN(priceTicks) ? (side === Side.buy ? Infinity : -Infinity) : priceTicks;
      this.#other.point(this.#books[index]!, side === Side.buy ? Side.sell : Side.buy);
      if (this.#availableLots(order, limitTicks, leaves, true) < leaves) continue;
      const filled = orders.filledLots[slot]!;
      orders.remove(slot);
      this.#removals++;
      this.enter(order, special, priceTicks, leaves, filled, true, 0, nowNs);
    }
  }

  /**
   * What an order could take at once for certain, own orders included. Where self-trade prevention would stop it or shrink
   * it, it gets no further; what is to be had behind does not count. Nor do own orders that may end while it takes: those
   * that only reduce a position, or belong to a group; nor those that are all or none, unless whatever comes first leaves
   * enough for them. `#other` points at the other side, if the order reaches it.
   */
  #availableLots(order: Order, limitTicks: number, qtyLots: number, reachesBook: boolean): number {
    const { orders } = this;
    const { instrument, side } = order;
    const { index } = instrument;
    const otherSide = side === Side.buy ? Side.sell : Side.buy;
    let own = 0;
    // What others may take before, without being certain.
    let perhaps = 0;
    // Slices that icebergs will show: they come after all that stands at their price now.
    let slices = 0;
    let concealed = 0;
    let tick = this.#matchOwn ? orders.bestTick(index, otherSide) : Number.NaN;
    while (own < qtyLots && within(side, tick, limitTicks)) {
      for (let slot = orders.firstAt(index, otherSide, tick); slot >= 0; slot = orders.next[slot]!) {
        if ((orders.flags[slot]! & HIDDEN) !== concealed) continue;
        const leaves = orders.leavesLots[slot]!;
        if (orders.strategy[slot] === order.strategy) {
          const rule = this.#selfTradeRule(order, this.#order[slot]!);
          if (rule === SelfTrade.cancelOld) continue;
          if (rule !== SelfTrade.allow) return own + this.#bookLotsBefore(slot, order, tick, qtyLots, reachesBook);
        }
        if (this.#isCertain(slot, order, qtyLots - own - perhaps, reachesBook)) {
          const first = this.#order[slot]!.terms.displayLots > 0 ? orders.shownLots[slot]! : leaves;
          own += first;
          slices += leaves - first;
        } else perhaps += leaves;
      }
      own += slices;
      slices = 0;
      if (concealed === 0 && this.#hasHidden[index] !== 0) concealed = HIDDEN;
      else {
        concealed = 0;
        tick = orders.nextTick(index, otherSide, tick);
      }
    }
    return own + (reachesBook ? this.#matching.availableLots(this.#other, limitTicks, qtyLots) : 0);
  }

  /** Whether a resting own order, met with `lots` left at least (less what of the book comes first), fills for certain. */
  #isCertain(slot: number, order: Order, lots: number, reachesBook: boolean): boolean {
    const { orders } = this;
    const flags = orders.flags[slot]!;
    if (flags & SPECIAL) {
      const { reduceOnly, group } = this.#order[slot]!.terms;
      if (reduceOnly || group !== undefined) return false;
    }
    if (flags & ANY_PRICE && Number.isNaN(order.priceTicks)) {
      // Two orders without a price trade at the last one.
      if (this.#environment.watch.lastTradeTicks[order.instrument.index] === NO_TRADE) return false;
    }
    if (!(flags & ALL_OR_NONE)) return true;
    const before = reachesBook ? this.#matching.availableLots(this.#other, orders.priceTicks[slot]!, Infinity) : 0;
    return lots - before >= orders.leavesLots[slot]!;
  }

  /** Lots of the recorded book that an order would take before it meets a resting own one. */
  #bookLotsBefore(slot: number, order: Order, tick: number, qtyLots: number, reachesBook: boolean): number {
    if (!reachesBook) return 0;
    const other = this.#other;
    const better = this.#matching.availableLots(other, order.side === Side.buy ? tick - 1 : tick + 1, qtyLots);
    const upTo = this.#matching.availableLots(other, tick, Infinity);
    this.#levelLots = 0;
    return better + Math.max(0, Math.min(upTo - better, this.#aheadLots(slot, other.side, tick)));
  }

  // ── resting ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Puts an order at the end of the line at its price. */
  rest(
    order: Order,
    special: SpecialOrder | undefined,
    priceTicks: number,
    leavesLots: number,
    filledLots: number,
    nowNs: Nanos,
  ): void {
    const { side, instrument, id, strategy, postOnly } = order;
    const { index } = instrument;
    const { orders } = this;
    const book = this.#books[index]!;
    const anyPrice = Number.isNaN(priceTicks);
    const tick = anyPrice ? (side === Side.buy ? MAX_PRICE_TICKS : -MAX_PRICE_TICKS) : priceTicks;
    const displayed = book.lotsAt(side, tick);
    const improves = side === Side.buy ? tick > book.bid : tick < book.ask;
    const slot = orders.add(id, strategy, index, side, tick, leavesLots, filledLots, postOnly);
    if (anyPrice) orders.flags[slot] = ANY_PRICE;
    this.#order[slot] = order;
    this.#heard[slot] = this.#event;
    const orderBook = this.#orderBooks[index];
    if (orderBook !== undefined) orders.joinSequence[slot] = orderBook.nextSequence;
    if (special === undefined) {
      this.#queue.join(orders, slot, displayed, instrument, improves);
    } else {
      const { hidden, allOrNone } = order.terms;
      const { displayLots } = special;
      special.place = Place.resting;
      special.priceTicks = priceTicks;
      orders.flags[slot] = orders.flags[slot]! | SPECIAL | (allOrNone ? ALL_OR_NONE : 0) | (hidden ? HIDDEN : 0);
      if (allOrNone) this.#hasAllOrNone[index] = 1;
      if (hidden) this.#hasHidden[index] = 1;
      if (hidden) orders.shownLots[slot] = 0;
      else if (displayLots > 0 && displayLots < leavesLots) orders.shownLots[slot] = displayLots;
      if (!hidden) this.#queue.join(orders, slot, displayed, instrument, improves);
    }
    const concealed = orders.flags[slot]! & HIDDEN;
    this.#witness?.tell(MatchKind.rested, order, concealed ? Number.NaN : orders.aheadLots[slot]!, nowNs);
    if (!concealed) this.#follow(slot, nowNs);
  }

  /** Tells who follows an order how many lots are ahead of it. */
  #follow(slot: number, nowNs: Nanos): void {
    const { orders } = this;
    if (this.#witness === undefined) return;
    orders.tellAtLots[slot] = this.#witness.follow(this.#order[slot]!, orders.aheadLots[slot]!, nowNs);
  }

  /** Fills up to `wantedLots` of a resting order at its own price; returns how many it was. */
  #fillResting(
    slot: number,
    wantedLots: number,
    nowNs: Nanos,
    priceTicks: number = this.orders.priceTicks[slot]!,
  ): number {
    const { orders } = this;
    const order = this.#order[slot]!;
    const flags = orders.flags[slot]!;
    const leaves = orders.leavesLots[slot]!;
    let lots = wantedLots;
    let special: SpecialOrder | undefined;
    if (flags & SPECIAL) {
      special = this.specials.get(order.id)!;
      if (flags & ALL_OR_NONE && lots < leaves) return 0;
      if (order.terms.reduceOnly) {
        lots = Math.min(lots, this.reducibleLots(order));
        if (lots === 0) {
          this.shrinkResting(slot, leaves, Reason.reduceOnly, nowNs);
          return 0;
        }
      }
    }
    const left = leaves - lots;
    this.#filledAheadLots = flags & HIDDEN ? Number.NaN : orders.aheadLots[slot]!;
    orders.filledLots[slot]! += lots;
    if (left === 0) orders.remove(slot);
    else {
      const shown = orders.shownLots[slot]! - lots;
      orders.setLeaves(slot, left);
      if (special !== undefined && special.displayLots > 0) this.#showNext(slot, shown, special.displayLots, nowNs);
    }
    this.#report(order, special, priceTicks, lots, left + (special?.heldLots ?? 0), true, nowNs);
    this.#filledAheadLots = Number.NaN;
    if (special !== undefined) {
      special.leavesLots = left;
      if (left === 0) {
        if (special.place !== Place.ended) this.#emptied(special, nowNs);
      } else if (order.terms.reduceOnly && this.reducibleLots(order) === 0) {
        // Nothing is left to close: what its parent has not set free yet waits on.
        this.shrinkResting(orders.slotOf(order.id), left, Reason.reduceOnly, nowNs);
      }
    }
    return lots;
  }

  /** What an iceberg shows after a fill; when its slice is used up the next one goes to the back of the line. */
  #showNext(slot: number, shownLots: number, displayLots: number, nowNs: Nanos): void {
    const { orders } = this;
    if (shownLots > 0) {
      orders.shownLots[slot] = shownLots;
      return;
    }
    orders.shownLots[slot] = Math.min(displayLots, orders.leavesLots[slot]!);
    orders.moveToBack(slot);
    const instrument = this.#instruments[orders.instrument[slot]!]!;
    const displayed = this.#books[instrument.index]!.lotsAt(orders.side[slot]!, orders.priceTicks[slot]!);
    const orderBook = this.#orderBooks[instrument.index];
    if (orderBook !== undefined) orders.joinSequence[slot] = orderBook.nextSequence;
    this.#queue.join(orders, slot, displayed, instrument, false);
    this.#follow(slot, nowNs);
    this.#removals++;
  }

  /** A special order has nothing left that works: it is filled, unless its parent's fills set more free. */
  #emptied(special: SpecialOrder, nowNs: Nanos): void {
    if (special.heldLots > 0) special.place = Place.withParent;
    else this.#forget(special, nowNs);
  }

  #forget(special: SpecialOrder, nowNs: Nanos): void {
    special.place = Place.ended;
    this.specials.delete(special.order.id);
    this.#families.ended(special, nowNs);
  }

  // ── ends and changes ────────────────────────────────────────────────────────────────────────────────────────────────

  modified(order: Order, priceTicks: number, qtyLots: number, stopTicks: number, nowNs: Nanos): void {
    const { orders } = this;
    const special = this.specials.get(order.id);
    const slot = orders.slotOf(order.id);
    if (slot < 0) {
      if (special === undefined) {
        this.#refuseChange(order, priceTicks, qtyLots, 0, Reason.alreadyFinished, nowNs);
      } else this.doorman!.change(special, priceTicks, qtyLots, stopTicks, nowNs);
      return;
    }
    const filledLots = orders.filledLots[slot]!;
    const working = qtyLots - filledLots;
    // Of a child, no more works than its parent's fills have set free.
    const leavesLots = special === undefined ? working : Math.min(working, this.mostWorkingLots(special));
    const samePrice = Object.is(this.limitOf(slot), priceTicks);
    const index = order.instrument.index;
    const resting = orders.leavesLots[slot]! + (special?.heldLots ?? 0);
    if (working <= 0) {
      orders.remove(slot);
      this.#answer(Message.modify, order, OrderEventKind.cancelled, priceTicks, qtyLots, 0, Reason.none, nowNs);
      if (special !== undefined) {
        this.#forget(special, nowNs);
        this.settleFamilies(nowNs);
      }
      return;
    }
    if (!Number.isNaN(stopTicks) && stopTicks !== special?.stopTicks) {
      // It went off already: there is no stop left to move.
      this.#refuseChange(order, priceTicks, qtyLots, resting, Reason.badRequest, nowNs);
      return;
    }
    if (special !== undefined && working > leavesLots && this.parentEnded(special)) {
      this.#refuseChange(order, priceTicks, qtyLots, resting, Reason.parentEnded, nowNs);
      return;
    }
    if (!samePrice && order.postOnly && this.wouldTake(order, priceTicks)) {
      this.#refuseChange(order, priceTicks, qtyLots, resting, Reason.postOnlyWouldTake, nowNs);
      return;
    }
    const more = leavesLots - orders.leavesLots[slot]!;
    if (more > 0 && this.guarded[index] !== 0 && !this.doorman!.allowsMore(order, priceTicks, more)) {
      this.#refuseChange(order, priceTicks, qtyLots, resting, Reason.insufficientMargin, nowNs);
      return;
    }
    const kind = OrderEventKind.modified;
    this.#answer(Message.modify, order, kind, priceTicks, qtyLots, working, Reason.none, nowNs);
    if (special !== undefined) this.divide(special, working);
    if (samePrice && leavesLots <= orders.leavesLots[slot]!) {
      // Less at the same price keeps its place in the queue.
      orders.setLeaves(slot, leavesLots);
      if (special !== undefined) {
        special.leavesLots = leavesLots;
        if (order.terms.allOrNone && this.paused[index] === 0) {
          this.#retryAllOrNone(index, order.side, nowNs);
          this.settleFamilies(nowNs);
        }
      }
      return;
    }
    orders.remove(slot);
    if (special !== undefined) {
      special.leavesLots = leavesLots;
      special.priceTicks = priceTicks;
    }
    if (this.paused[index] !== 0) this.rest(order, special, priceTicks, leavesLots, filledLots, nowNs);
    else this.enter(order, special, priceTicks, leavesLots, filledLots, true, 0, nowNs);
    if (special !== undefined || this.#matchOwn) this.settleFamilies(nowNs);
  }

  /** Lots of an order that may work now: of a child, what its parent's fills set free and nothing has used. */
  mostWorkingLots(special: SpecialOrder): number {
    return this.#families.allowedLots(special);
  }

  /** Of the new quantity of an order as much works as may; the rest is held. */
  divide(special: SpecialOrder, workingLots: number): void {
    special.leavesLots = Math.min(workingLots, this.mostWorkingLots(special));
    special.heldLots = workingLots - special.leavesLots;
    special.freedLots = Math.max(special.freedLots, special.leavesLots + special.filledLots + special.takenOffLots);
  }

  /** Whether an order's parent sets no more of it free. */
  parentEnded(special: SpecialOrder): boolean {
    return this.#families.parentEnded(special);
  }

  #refuseChange(order: Order, priceTicks: number, qtyLots: number, left: number, reason: Reason, nowNs: Nanos): void {
    this.#answer(Message.modify, order, OrderEventKind.modifyRejected, priceTicks, qtyLots, left, reason, nowNs);
  }

  /** Whether an order would take something at this limit (`NaN` = any price) rather than rest. */
  wouldTake(order: Order, priceTicks: number): boolean {
    const index = order.instrument.index;
    if (this.paused[index] !== 0) return false;
    const buys = order.side === Side.buy;
    const otherSide = buys ? Side.sell : Side.buy;
    const limitTicks = Number.isNaN(priceTicks) ? (buys ? Infinity : -Infinity) : priceTicks;
    if (this.#matchOwn && this.#reachesOwn(index, otherSide, limitTicks)) return true;
    this.#other.point(this.#books[index]!, otherSide);
    return this.#other.has(0) && this.#other.within(0, limitTicks);
  }

  cancelled(order: Order, nowNs: Nanos): void {
    const { orders } = this;
    const slot = orders.slotOf(order.id);
    if (slot >= 0 && orders.flags[slot] === 0) {
      // The frequent case.
      const tick = orders.priceTicks[slot]!;
      const left = orders.leavesLots[slot]!;
      orders.remove(slot);
      this.#answer(Message.cancel, order, OrderEventKind.cancelled, tick, left, 0, Reason.none, nowNs);
      return;
    }
    const special = this.specials.get(order.id);
    if (slot < 0 && special === undefined) {
      const kind = OrderEventKind.cancelRejected;
      this.#answer(Message.cancel, order, kind, order.priceTicks, 0, 0, Reason.alreadyFinished, nowNs);
      return;
    }
    const priceTicks = slot >= 0 ? this.limitOf(slot) : special!.priceTicks;
    const leavesLots = (slot >= 0 ? orders.leavesLots[slot]! : special!.leavesLots) + (special?.heldLots ?? 0);
    if (slot >= 0) orders.remove(slot);
    else this.doorman!.withdraw(special!);
    this.#answer(Message.cancel, order, OrderEventKind.cancelled, priceTicks, leavesLots, 0, Reason.none, nowNs);
    if (special === undefined) return;
    this.#forget(special, nowNs);
    this.settleFamilies(nowNs);
  }

  /** The venue ends a resting order by itself. */
  endResting(slot: number, reason: Reason, nowNs: Nanos): void {
    const { orders } = this;
    const order = this.#order[slot]!;
    const special = (orders.flags[slot]! & SPECIAL) === 0 ? undefined : this.specials.get(order.id);
    const left = orders.leavesLots[slot]! + (special?.heldLots ?? 0);
    const priceTicks = this.limitOf(slot);
    orders.remove(slot);
    this.#removals++;
    this.expire(order, special, reason, priceTicks, left, nowNs);
  }

  /** The venue ends a special order wherever it is. */
  endSpecial(special: SpecialOrder, reason: Reason, nowNs: Nanos): void {
    if (special.place === Place.ended) return;
    if (special.place === Place.resting) {
      this.endResting(this.orders.slotOf(special.order.id), reason, nowNs);
      return;
    }
    this.doorman!.withdraw(special);
    const left = special.leavesLots + special.heldLots;
    this.expire(special.order, special, reason, special.priceTicks, left, nowNs);
  }

  /** The venue takes lots off a resting order by itself; at 0 it ends. */
  shrinkResting(slot: number, lots: number, reason: Reason, nowNs: Nanos): void {
    const { orders } = this;
    const left = Math.max(0, orders.leavesLots[slot]! - lots);
    const special = (orders.flags[slot]! & SPECIAL) === 0 ? undefined : this.specials.get(orders.orderId[slot]!);
    if (lots >= orders.leavesLots[slot]! + (special?.heldLots ?? 0)) {
      this.endResting(slot, reason, nowNs);
      return;
    }
    if (special !== undefined) {
      // First what works, then what is still held.
      special.takenOffLots += Math.min(lots, orders.leavesLots[slot]!);
      special.heldLots -= Math.max(0, lots - orders.leavesLots[slot]!);
    }
    const order = this.#order[slot]!;
    const priceTicks = this.limitOf(slot);
    const total = left + (special?.heldLots ?? 0);
    const filled = orders.filledLots[slot]!;
    if (left <= 0) {
      orders.remove(slot);
      this.#removals++;
      special!.leavesLots = 0;
      special!.place = Place.withParent;
    } else {
      orders.setLeaves(slot, left);
      if (special !== undefined) special.leavesLots = left;
    }
    this.restate(order, priceTicks, filled + total, total, reason, nowNs);
  }

  /** An order is over without a (further) fill: by its own terms or by a rule of the venue. */
  expire(
    order: Order,
    special: SpecialOrder | undefined,
    reason: Reason,
    priceTicks: number,
    qtyLots: number,
    nowNs: Nanos,
  ): void {
    this.#answer(Message.fill, order, OrderEventKind.expired, priceTicks, qtyLots, 0, reason, nowNs);
    if (special !== undefined && special.place !== Place.ended) this.#forget(special, nowNs);
  }

  reject(order: Order, reason: Reason, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    this.#answer(Message.submit, order, OrderEventKind.rejected, priceTicks, qtyLots, 0, reason, nowNs);
  }

  accept(order: Order, priceTicks: number, leavesLots: number, nowNs: Nanos): void {
    const kind = OrderEventKind.accepted;
    this.#answer(Message.submit, order, kind, priceTicks, leavesLots, leavesLots, Reason.none, nowNs);
  }

  /** Tells of a change that the venue made by itself. `qtyLots`: the new total. */
  restate(order: Order, priceTicks: number, qtyLots: number, leavesLots: number, reason: Reason, nowNs: Nanos): void {
    this.#answer(Message.fill, order, OrderEventKind.restated, priceTicks, qtyLots, leavesLots, reason, nowNs);
  }

  /** Tells that a stop was reached, or that a parent set an order free. */
  tellTriggered(special: SpecialOrder, priceTicks: number, nowNs: Nanos): void {
    const left = special.leavesLots + special.heldLots;
    this.#answer(Message.fill, special.order, OrderEventKind.triggered, priceTicks, left, left, Reason.none, nowNs);
  }

  refuseChange(special: SpecialOrder, priceTicks: number, qtyLots: number, reason: Reason, nowNs: Nanos): void {
    this.#refuseChange(special.order, priceTicks, qtyLots, special.leavesLots, reason, nowNs);
  }

  /** Answers a modify of a special order that does not rest; `special` already has the new values. */
  changed(special: SpecialOrder, qtyLots: number, nowNs: Nanos): void {
    const left = special.leavesLots + special.heldLots;
    const kind = OrderEventKind.modified;
    this.#answer(Message.modify, special.order, kind, special.priceTicks, qtyLots, left, Reason.none, nowNs);
  }

  /** Answers a modify that left nothing. */
  changedToNothing(special: SpecialOrder, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    const kind = OrderEventKind.cancelled;
    this.#answer(Message.modify, special.order, kind, priceTicks, qtyLots, 0, Reason.none, nowNs);
    this.#forget(special, nowNs);
    this.settleFamilies(nowNs);
  }

  /** More of a resting order works now; the increase costs it its place. */
  #growResting(special: SpecialOrder, lots: number, nowNs: Nanos): void {
    const { orders } = this;
    const slot = orders.slotOf(special.order.id);
    const leaves = orders.leavesLots[slot]! + lots;
    const filled = orders.filledLots[slot]!;
    orders.remove(slot);
    this.#removals++;
    special.leavesLots = leaves;
    this.rest(special.order, special, special.priceTicks, leaves, filled, nowNs);
  }

  /** The venue changes price and quantity of a resting order by itself; it goes to the end of the line. */
  restateResting(
    slot: number,
    special: SpecialOrder | undefined,
    priceTicks: number,
    leavesLots: number,
    nowNs: Nanos,
  ): void {
    const { orders } = this;
    const order = this.#order[slot]!;
    const filled = orders.filledLots[slot]!;
    orders.remove(slot);
    this.#removals++;
    if (special !== undefined) special.leavesLots = leavesLots;
    this.rest(order, special, priceTicks, leavesLots, filled, nowNs);
    const total = leavesLots + (special?.heldLots ?? 0);
    this.restate(order, priceTicks, filled + total, total, Reason.corporateAction, nowNs);
  }

  /** Somebody took displayed liquidity. `side`: of the book. */
  consume(instrument: number, side: Side, priceTicks: number, qtyLots: number): void {
    this.#consumption.took(instrument, side, priceTicks, qtyLots);
    if (this.#consumption.takenLots(instrument, side, priceTicks, Infinity) > 0)
      this.#hold(instrument, side, priceTicks);
  }

  /** Sets off what the last event left to do in groups and families. */
  settleFamilies(nowNs: Nanos): void {
    // What is set off may end in here again: it waits its turn.
    if (this.#settling) return;
    this.#settling = true;
    do this.#families.settle(nowNs);
    while (this.doorman!.settle(nowNs));
    this.#settling = false;
  }

  #settling = false;

  // ── the market ──────────────────────────────────────────────────────────────────────────────────────────────────────

  onDepth(
    instrument: number,
    side: Side,
    priceTicks: number,
    beforeLots: number,
    afterLots: number,
    nowNs: Nanos,
  ): void {
    // Called for most rows near own orders, so what is rare stands elsewhere: then V8 inlines this and boxes no number.
    if (this.#consumedLevels[instrument]! > 0) this.#recordedAnew(instrument, side, priceTicks, beforeLots, afterLots);
    const { orders } = this;
    if (this.#followsOrders[instrument] === 0) {
      const queue = this.#queue;
      for (let slot = orders.firstAt(instrument, side, priceTicks); slot >= 0; slot = orders.next[slot]!) {
        if (!(orders.flags[slot]! & HIDDEN)) {
          queue.levelChanged(orders, slot, beforeLots, afterLots, this.#instruments[instrument]!);
          if (orders.aheadLots[slot]! <= orders.tellAtLots[slot]!) this.#follow(slot, nowNs);
        }
      }
    }
    if (afterLots === 0) {
      if (this.quoted[instrument] !== 0) this.#quoteFellBack(instrument, side, nowNs);
      return;
    }
    // By the row's own price rather than the best one, so that only rows which `watch` lets through can fill.
    const ownSide = side === Side.buy ? Side.sell : Side.buy;
    const best = orders.bestTick(instrument, ownSide);
    if (side === Side.buy ? best <= priceTicks : best >= priceTicks) {
      this.#levelReached(instrument, side, ownSide, priceTicks, afterLots, nowNs);
    }
  }

  /** A level of the other side stands at or beyond the best own price. */
  #levelReached(
    instrument: number,
    side: Side,
    ownSide: Side,
    priceTicks: number,
    afterLots: number,
    nowNs: Nanos,
  ): void {
    if (this.paused[instrument] !== 0) return;
    const taken = this.#consumption.takenLots(instrument, side, priceTicks, afterLots);
    this.#event++;
    const used = this.#passed(instrument, ownSide, priceTicks, afterLots - taken, priceTicks, nowNs);
    if (used > 0) {
      this.#consumption.took(instrument, side, priceTicks, used);
      if (this.#consumption.takenLots(instrument, side, priceTicks, afterLots) > 0) {
        this.#hold(instrument, side, priceTicks);
      }
    }
    if (this.#hasAllOrNone[instrument] !== 0) this.#retryAllOrNone(instrument, ownSide, nowNs);
    this.settleFamilies(nowNs);
  }

  /** Of best quotes alone: own orders at better prices than the quote that is left stand alone. */
  #quoteFellBack(instrument: number, side: Side, nowNs: Nanos): void {
    const { orders } = this;
    const book = this.#books[instrument]!;
    const best = side === Side.buy ? book.bid : book.ask;
    const spec = this.#instruments[instrument]!;
    let tick = orders.bestTick(instrument, side);
    for (; side === Side.buy ? tick > best : tick < best; tick = orders.nextTick(instrument, side, tick)) {
      for (let slot = orders.firstAt(instrument, side, tick); slot >= 0; slot = orders.next[slot]!) {
        if (orders.flags[slot]! & HIDDEN) continue;
        this.#queue.levelChanged(orders, slot, 0, 0, spec);
        if (orders.aheadLots[slot]! <= orders.tellAtLots[slot]!) this.#follow(slot, nowNs);
      }
    }
  }

  onTrade(
    instrument: number,
    aggressor: Side,
    priceTicks: number,
    qtyLots: number,
    origin: TradeOrigin,
    nowNs: Nanos,
  ): void {
    this.#usedOfExecution = 0;
    if (this.paused[instrument] !== 0) return;
    // Most trades reach no own order; comparisons with NaN are false.
    const { orders } = this;
    const intoBids = aggressor !== Side.buy && orders.bestTick(instrument, Side.buy) >= priceTicks;
    const intoAsks = aggressor !== Side.sell && orders.bestTick(instrument, Side.sell) <= priceTicks;
    if (!intoBids && !intoAsks) return;
    this.#event++;
    if (intoBids) this.#tradedInto(instrument, Side.buy, priceTicks, qtyLots, origin, nowNs);
    if (intoAsks) this.#tradedInto(instrument, Side.sell, priceTicks, qtyLots, origin, nowNs);
    this.settleFamilies(nowNs);
  }

  /** A trade that took orders of `side`: first own ones at better prices, which it must have passed, then those at its price. */
  #tradedInto(
    instrument: number,
    side: Side,
    priceTicks: number,
    qtyLots: number,
    origin: TradeOrigin,
    nowNs: Nanos,
  ): void {
    const { orders } = this;
    const best = orders.bestTick(instrument, side);
    const better = side === Side.buy ? best > priceTicks : best < priceTicks;
    const used = better
      ? this.#passed(instrument, side, side === Side.buy ? priceTicks + 1 : priceTicks - 1, qtyLots, priceTicks, nowNs)
      : 0;
    if (origin === TradeOrigin.order && this.#byOrder) {
      this.#usedOfExecution = used;
      return;
    }
    // What was hidden executed after all that was displayed at its price, so where something is, it took none of that.
    if (origin === TradeOrigin.hidden && this.#books[instrument]!.lotsAt(side, priceTicks) > 0) return;
    const left = this.#shares ? qtyLots - used : qtyLots;
    if (left > 0) this.#tradedAt(instrument, side, priceTicks, left, nowNs);
  }

  /** A trade printed at a price where own orders may rest: displayed ones first, then hidden ones. */
  #tradedAt(instrument: number, side: Side, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    const { orders } = this;
    const queue = this.#queue;
    let left = qtyLots;
    let hidden = false;
    if (this.#proRata) {
      // All hear of the trade before any fills, because each share depends on all.
      for (let at = orders.firstAt(instrument, side, priceTicks); at >= 0; at = orders.next[at]!) {
        if (!(orders.flags[at]! & HIDDEN)) queue.traded(orders, at, qtyLots);
      }
    }
    let slot = orders.firstAt(instrument, side, priceTicks);
    while (slot >= 0) {
      const next = orders.next[slot]!;
      if (orders.flags[slot]! & HIDDEN) hidden = true;
      else if (this.#heard[slot] !== this.#event) {
        this.#heard[slot] = this.#event;
        if (!this.#proRata) queue.traded(orders, slot, left);
        const filled = this.#reached(slot, this.#proRata || this.#shares ? left : Infinity, nowNs);
        if (filled === 0 && orders.aheadLots[slot]! <= orders.tellAtLots[slot]!) this.#follow(slot, nowNs);
        if (this.#shares) {
          left -= filled;
          if (left <= 0) return;
        }
        if (this.#moved) {
          // Others left their places: the line is walked anew, and nobody hears of the trade twice.
          slot = orders.firstAt(instrument, side, priceTicks);
          continue;
        }
      }
      slot = next;
    }
    if (hidden) this.#tradedIntoHidden(instrument, side, priceTicks, left, nowNs);
  }

  #moved = false;
  /** What own orders at better prices took of the execution of which `onOrderReduced` tells next. */
  #usedOfExecution = 0;

  /** What the queue model says has reached an order fills; at most `mostLots`: no trade gives more than it traded. */
  #reached(slot: number, mostLots: number, nowNs: Nanos): number {
    const { orders } = this;
    const reached = Math.min(this.#queue.reachedLots(orders, slot), mostLots);
    this.#moved = false;
    if (!(reached > 0)) return 0;
    let lots = this.#matching.restingLots(orders.leavesLots[slot]!, reached);
    if (!(lots > 0)) return 0;
    // Behind the slice that an iceberg shows stand the others at its price.
    if (orders.flags[slot]! & SPECIAL) lots = Math.min(lots, orders.shownLots[slot]!);
    const removals = this.#removals;
    const filled = this.#fillResting(slot, lots, nowNs);
    this.#moved = this.#removals !== removals;
    return filled;
  }

  /** Hidden orders get what a trade at their price left after all that is displayed there. */
  #tradedIntoHidden(instrument: number, side: Side, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    const { orders } = this;
    let left = qtyLots - this.#books[instrument]!.lotsAt(side, priceTicks);
    let slot = orders.firstAt(instrument, side, priceTicks);
    while (slot >= 0 && left > 0) {
      const next = orders.next[slot]!;
      if (orders.flags[slot]! & HIDDEN && this.#heard[slot] !== this.#event) {
        this.#heard[slot] = this.#event;
        const removals = this.#removals;
        const lots = this.#matching.restingLots(orders.leavesLots[slot]!, left);
        const filled = lots > 0 ? this.#fillResting(slot, lots, nowNs) : 0;
        if (this.#shares) left -= filled;
        slot = this.#removals === removals ? next : orders.firstAt(instrument, side, priceTicks);
      } else slot = next;
    }
  }

  /** The market came through own orders at prices as good as `limitTicks` or better; returns the lots that filled. */
  #passed(
    instrument: number,
    side: Side,
    limitTicks: number,
    offeredLots: number,
    eventTicks: number,
    nowNs: Nanos,
  ): number {
    const { orders } = this;
    let left = offeredLots;
    let used = 0;
    let concealed = 0;
    let tick = orders.bestTick(instrument, side);
    while (side === Side.buy ? tick >= limitTicks : tick <= limitTicks) {
      let slot = orders.firstAt(instrument, side, tick);
      while (slot >= 0) {
        const next = orders.next[slot]!;
        if (this.#heard[slot] === this.#event || (orders.flags[slot]! & HIDDEN) !== concealed) {
          slot = next;
          continue;
        }
        this.#heard[slot] = this.#event;
        const lots = this.#matching.passedLots(orders.leavesLots[slot]!, left);
        if (!(lots > 0) && left <= 0) return used;
        const removals = this.#removals;
        if (lots > 0) {
          const market = orders.flags[slot]! & ANY_PRICE;
          const filled = this.#fillResting(slot, lots, nowNs, market ? eventTicks : tick);
          used += filled;
          if (this.#shares) left = Math.max(0, left - filled);
        }
        // Where others left their places the line is walked anew, and nobody gets of one event twice.
        slot = this.#removals === removals ? next : orders.firstAt(instrument, side, tick);
      }
      if (concealed === 0 && this.#hasHidden[instrument] !== 0) concealed = HIDDEN;
      else {
        concealed = 0;
        tick = orders.nextTick(instrument, side, tick);
      }
    }
    return used;
  }

  /** Order by order data: an order at this level lost lots. */
  onOrderReduced(
    instrument: number,
    side: Side,
    priceTicks: number,
    sequence: number,
    qtyLots: number,
    executed: boolean,
    nowNs: Nanos,
  ): void {
    if (!this.#byOrder) return;
    const { orders } = this;
    let slot = orders.firstAt(instrument, side, priceTicks);
    if (slot < 0) return;
    const queue = this.#queue;
    this.#event++;
    // While nothing matches an execution is somebody else's affair, as an auction's is.
    const fills = executed && this.paused[instrument] === 0;
    let left = fills && this.#shares ? qtyLots - this.#usedOfExecution : qtyLots;
    while (slot >= 0) {
      const next = orders.next[slot]!;
      if (this.#heard[slot] !== this.#event && !(orders.flags[slot]! & HIDDEN)) {
        this.#heard[slot] = this.#event;
        const ahead = sequence < orders.joinSequence[slot]!;
        if (ahead || left > 0) queue.orderReduced!(orders, slot, ahead, ahead ? qtyLots : left, fills);
        if (ahead && orders.aheadLots[slot]! <= orders.tellAtLots[slot]!) this.#follow(slot, nowNs);
        if (fills && !ahead) {
          const filled = this.#reached(slot, Infinity, nowNs);
          if (this.#shares) left -= filled;
          if (this.#moved) {
            slot = orders.firstAt(instrument, side, priceTicks);
            continue;
          }
        }
      }
      slot = next;
    }
    this.settleFamilies(nowNs);
  }

  // ── small steps ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #recordedAnew(instrument: number, side: Side, tick: number, beforeLots: number, afterLots: number): void {
    const { watching } = this.orders;
    if (watching.holds(instrument, side, tick) === 0) return;
    this.#consumption.levelChanged(instrument, side, tick, beforeLots, afterLots);
    if (this.#consumption.takenLots(instrument, side, tick, Infinity) > 0) return;
    watching.release(instrument, side, tick);
    this.#consumedLevels[instrument]!--;
  }

  /** From now on the venue hears of every row of a level of which we took something. */
  #hold(instrument: number, side: Side, tick: number): void {
    const { watching } = this.orders;
    if (watching.holds(instrument, side, tick) > 0) return;
    watching.hold(instrument, side, tick);
    this.#consumedLevels[instrument]!++;
  }

  #report(
    order: Order,
    special: SpecialOrder | undefined,
    priceTicks: number,
    qtyLots: number,
    leavesLots: number,
    maker: boolean,
    nowNs: Nanos,
  ): void {
    const { instrument, side, strategy } = order;
    const fee = this.#fees.fee(instrument, side, priceTicks, qtyLots, maker, strategy, order.id, nowNs);
    this.positionLots[strategy * this.#instruments.length + instrument.index]! +=
      side === Side.buy ? qtyLots : -qtyLots;
    this.#witness?.tell(MatchKind.filled, order, this.#filledAheadLots, nowNs);
    this.#courier.fill(order, priceTicks, qtyLots, leavesLots, maker, fee, nowNs);
    this.listener?.onFill(strategy, instrument.index, side, priceTicks, qtyLots, fee, nowNs);
    if (special !== undefined) {
      special.filledLots += qtyLots;
      this.#families.filled(special, qtyLots, nowNs);
    }
  }

  /** A fill of a special order that neither took from the book nor rested: in an auction, at a close, in a bar. */
  fillWaiting(special: SpecialOrder, priceTicks: number, qtyLots: number, maker: boolean, nowNs: Nanos): void {
    special.leavesLots -= qtyLots;
    const left = special.leavesLots + special.heldLots;
    this.#report(special.order, special, priceTicks, qtyLots, left, maker, nowNs);
    if (special.leavesLots === 0 && special.place !== Place.ended) this.#emptied(special, nowNs);
  }

  /** A fill of a resting order at another price than its own, which in an auction is everybody's. Returns the lots. */
  fillInAuction(slot: number, priceTicks: number, wantedLots: number, nowNs: Nanos): number {
    return this.#fillResting(slot, Math.min(wantedLots, this.orders.leavesLots[slot]!), nowNs, priceTicks);
  }

  orderAt(slot: number): Order {
    return this.#order[slot]!;
  }

  /** The limit of a resting order; `NaN` of a market order that waits. */
  limitOf(slot: number): number {
    return this.orders.flags[slot]! & ANY_PRICE ? Number.NaN : this.orders.priceTicks[slot]!;
  }

  /** Lots of a position that an order of this side could close; 0 when there is none. */
  reducibleLots(order: Order): number {
    const lots = this.positionLots[order.strategy * this.#instruments.length + order.instrument.index]!;
    return Math.max(0, order.side === Side.buy ? -lots : lots);
  }

  #answer(
    message: Message,
    order: Order,
    kind: OrderEventKind,
    priceTicks: number,
    qtyLots: number,
    leavesLots: number,
    reason: Reason,
    nowNs: Nanos,
  ): void {
    this.#courier.answer(message, order, kind, priceTicks, qtyLots, leavesLots, reason, nowNs);
  }
}

/** Whether a price of the other side is within an order's limit; false for NaN. */
function within(side: Side, tick: number, limitTicks: number): boolean {
  return side === Side.buy ? tick <= limitTicks : tick >= limitTicks;
}

/** Lets in orders that are more than limits and markets, and those of instruments that are not simply open. */
export interface Doorman {
  /** Why an order may not come in; `Reason.none` when it may. */
  refuses(order: Order, priceTicks: number, qtyLots: number, nowNs: Nanos): Reason;
  /** Whether the account can bear so much more of an order. */
  allowsMore(order: Order, priceTicks: number, qtyLots: number): boolean;
  /** Sends it to where it waits, or into the market. It is not placed yet, and answered only if it says so. */
  admit(special: SpecialOrder, nowNs: Nanos): void;
  /** Its parent has set it free: as `admit`, for an order that was answered. */
  release(special: SpecialOrder, nowNs: Nanos): void;
  /** Takes an order that waits out of where it waits. */
  withdraw(special: SpecialOrder): void;
  /** Own orders traded with each other; nothing happens before `settle`. */
  ownTrade(instrument: number, priceTicks: number): void;
  /** The event is over: what the next own trade sets off goes off. False when there is none. */
  settle(nowNs: Nanos): boolean;
  /** A modify of an order that does not rest. */
  change(special: SpecialOrder, priceTicks: number, qtyLots: number, stopTicks: number, nowNs: Nanos): void;
}
