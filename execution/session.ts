/**
 * The venue's door and clock: trading status, openings and closes, orders that wait for a price or a time, days and dates.
 * Knows nothing of queues or books' insides. Called by the matching engine for orders that are not simply limits or
 * markets in an open market, and by the simulated venue for the rows that matter here.
 *
 * What it does where the tape says nothing:
 * - Status: everything is open until the tape says otherwise.
 * - At-open orders take part in prints while an opening auction lasts; without such a print they get the first trade after the
 *   opening, at its price, as far as its quantity goes. What is left then expires.
 * - At-close orders take part in prints of a closing auction; what is left fills at the last trade before the close, because
 *   that is the closing price the tape has, or expires when there was none.
 * - An auction print fills own orders with a better limit, as far as its quantity goes, those for the opening or close before
 *   resting ones; resting orders at its very price it leaves out, because nobody knows who of them was served.
 * - An instrument without status rows has days all the same: they end at the rules' `dayEndNs`, and the next begins at once.
 * - A stop whose price was passed before it arrived (by the last trade, or the quote) goes off at once.
 */
import { MAX_PRICE_TICKS } from '../core/instrument.js';
import { Kind, type MarketView, Side, Status } from '../core/market.js';
import { type Order, OrderType, Reason, TimeInForce, TriggerBy } from '../core/order.js';
import type { Handler } from '../core/queue.js';
import { Rank } from '../core/rank.js';
import { DAY, type Nanos } from '../core/time.js';
import { NO_TRADE, TradeOrigin, type VenueEnvironment } from '../core/venue.js';
import type { BarMarket } from './bar-market.js';
import type { Doorman, MatchingEngine } from './matching-engine.js';
import type { Settlement } from './settlement.js';
import { Place, type SpecialOrder } from './special-order.js';
import { TriggerBook } from './trigger-book.js';
import type { VenueRules } from './venue-rules.js';

/** Payload of the schedule entry that ends a day; others are ids of orders that reach their time. */
const DAY_END = 0;

export class Session implements Doorman, Handler {
  readonly triggers = new TriggerBook();
  /** 1 = trades and rows of the instrument matter here. */
  readonly hears: Uint8Array;
  #bars: BarMarket | undefined;
  #settlement: Settlement | undefined;
  #checksMargin = false;
  readonly #engine: MatchingEngine;
  readonly #environment: VenueEnvironment;
  readonly #rules: Required<VenueRules>;
  /** By instrument: {@link Status} code. */
  readonly #status: Uint8Array;
  /** 1 = between an opening and a close. Instruments without status rows always are. */
  readonly #opened: Uint8Array;
  /** 1 = at-open orders wait for the first trade. */
  readonly #opening: Uint8Array;
  /** Orders that wait for the opening or the close. */
  readonly #waiting: SpecialOrder[] = [];
  /** Instrument and price of trades between own orders that are still to be looked at, in turns. */
  readonly #ownTrades: number[] = [];
  #dayEnds = false;

  constructor(engine: MatchingEngine, environment: VenueEnvironment, rules: Required<VenueRules>) {
    const count = environment.instruments.length;
    this.#engine = engine;
    this.#environment = environment;
    this.#rules = rules;
    this.hears = new Uint8Array(count);
    this.#status = new Uint8Array(count);
    this.#opening = new Uint8Array(count);
    this.#opened = Uint8Array.from(environment.counts, (kinds) => ((kinds[Kind.status] ?? 0) === 0 ? 1 : 0));
  }

  /** Puts it together with those that it shares instruments with. `checksMargin`: no order gets in without margin. */
  connect(settlement: Settlement, checksMargin: boolean, bars: BarMarket): void {
    this.#settlement = settlement;
    this.#checksMargin = checksMargin;
    this.#bars = bars;
    this.#environment.instruments.forEach(({ index }) => {
      if (this.#alwaysGuarded(index)) this.#engine.guarded[index] = 1;
    });
  }

  /** The last trade at the venue; `NaN` when there was none. */
  lastTradeTicks(instrument: number): number {
    const ticks = this.#environment.watch.lastTradeTicks[instrument]!;
    return ticks === NO_TRADE ? Number.NaN : ticks;
  }

  /** Orders of the instrument meet bars, of which the last trade is the close. */
  inBars(instrument: number): boolean {
    return this.#bars?.trades(instrument) === true;
  }

  /** Orders that wait here for a price or a time: rows of their instruments may cause answers. */
  get waiting(): number {
    return this.triggers.size + this.#waiting.length;
  }

  // ── the door ────────────────────────────────────────────────────────────────────────────────────────────────────────

  refuses(order: Order, priceTicks: number, qtyLots: number, nowNs: Nanos): Reason {
    const { terms, timeInForce } = order;
    const index = order.instrument.index;
    if (this.#status[index] === Status.delisted) return Reason.notTraded;
    if (this.#engine.paused[index] !== 0) {
      const waits = order.type !== OrderType.market || timeInForce >= TimeInForce.atOpen;
      const atOnce = timeInForce === TimeInForce.IOC || timeInForce === TimeInForce.FOK;
      if (this.#rules.whileHalted === 'reject' || !waits || atOnce) return Reason.tradingHalted;
    }
    if (terms.expiresNs <= nowNs) return Reason.timeReached;
    // An opening or a close has one price, which comes at once: there is no price to wait for first. (A bar has a path.)
    if (timeInForce >= TimeInForce.atOpen && order.type >= OrderType.stop && !this.inBars(index))
      return Reason.badRequest;
    if (terms.reduceOnly && terms.parent === undefined && this.#engine.reducibleLots(order) === 0) {
      return Reason.reduceOnly;
    }
    const settlement = this.#settlement;
    if (settlement?.ended(index) === true) return Reason.notTraded;
    if (settlement !== undefined && this.#checksMargin && terms.parent === undefined && !terms.reduceOnly) {
      const { strategy, side } = order;
      if (!settlement.initialMarginAllows(strategy, index, side, priceTicks, qtyLots)) return Reason.insufficientMargin;
    }
    return Reason.none;
  }

  allowsMore(order: Order, priceTicks: number, qtyLots: number): boolean {
    if (!this.#checksMargin || order.terms.reduceOnly) return true;
    const { strategy, side, instrument } = order;
    return this.#settlement!.initialMarginAllows(strategy, instrument.index, side, priceTicks, qtyLots);
  }

  admit(special: SpecialOrder, nowNs: Nanos): void {
    const { order } = special;
    const { timeInForce, terms } = order;
    if (timeInForce === TimeInForce.GTD) {
      this.#environment.schedule.add(terms.expiresNs, Rank.request, this, order.id, false);
    } else if (timeInForce === TimeInForce.DAY || timeInForce >= TimeInForce.atOpen) this.#expectDayEnd(order, nowNs);
    if (special.leavesLots > 0) this.#route(special, special.answered, 0, nowNs);
    else if (!special.answered) this.#engine.accept(order, special.priceTicks, special.heldLots, nowNs);
  }

  release(special: SpecialOrder, nowNs: Nanos): void {
    this.#route(special, true, 0, nowNs);
  }

  /** To where it waits for its price, or into the market. */
  #route(special: SpecialOrder, answered: boolean, skipLots: number, nowNs: Nanos): void {
    const engine = this.#engine;
    const { order, instrument } = special;
    const inBars = this.inBars(instrument);
    const { timeInForce } = order;
    const forSession = timeInForce >= TimeInForce.atOpen;
    if (special.waits && !inBars && !forSession) {
      if (!answered) this.#accept(special, nowNs);
      special.place = Place.waitingForPrice;
      this.triggers.add(special);
      this.#listen(instrument);
      this.#offAtOnce(special, nowNs);
    } else if (inBars) {
      if (!answered) this.#accept(special, nowNs);
      special.place = Place.waitingForSession;
      this.#bars!.add(special, nowNs);
    } else if (forSession) {
      if (!answered) this.#accept(special, nowNs);
      special.place = Place.waitingForSession;
      this.#waiting.push(special);
      this.#listen(instrument);
    } else if (engine.paused[instrument] !== 0) {
      if (Number.isNaN(special.priceTicks) || timeInForce === TimeInForce.IOC || timeInForce === TimeInForce.FOK) {
        const left = special.leavesLots + special.heldLots;
        engine.expire(order, special, Reason.tradingHalted, special.priceTicks, left, nowNs);
        return;
      }
      engine.rest(order, special, special.priceTicks, special.leavesLots, special.filledLots, nowNs);
      if (!answered) this.#accept(special, nowNs);
    } else {
      const { priceTicks, leavesLots, filledLots } = special;
      engine.enter(order, special, priceTicks, leavesLots, filledLots, answered, skipLots, nowNs);
    }
  }

  /** An order that waits for a price which the market is beyond already goes off now. */
  #offAtOnce(special: SpecialOrder, nowNs: Nanos): void {
    const { instrument, triggerBy, side } = special;
    if (this.#engine.paused[instrument] !== 0) return;
    if (triggerBy === TriggerBy.quote) {
      const { bestAskTicks, bestBidTicks } = this.#environment.books[instrument]!;
      this.#price(instrument, triggerBy, side, side === Side.buy ? bestAskTicks : bestBidTicks, 0, nowNs);
    } else this.#price(instrument, triggerBy, side, this.lastTradeTicks(instrument), 0, nowNs);
  }

  #accept(special: SpecialOrder, nowNs: Nanos): void {
    this.#engine.accept(special.order, special.priceTicks, special.leavesLots + special.heldLots, nowNs);
  }

  withdraw(special: SpecialOrder): void {
    if (special.place === Place.waitingForPrice) this.triggers.remove(special);
    else if (special.place === Place.waitingForSession) {
      const at = this.#waiting.indexOf(special);
      if (at >= 0) this.#waiting.splice(at, 1);
      else this.#bars?.remove(special);
    }
    this.#listen(special.instrument);
  }

  ownTrade(instrument: number, priceTicks: number): void {
    this.#ownTrades.push(instrument, priceTicks);
  }

  settle(nowNs: Nanos): boolean {
    // A trade may set off orders whose trades set off others; each goes off once, so this ends.
    if (this.#ownTrades.length === 0) return false;
    const instrument = this.#ownTrades.shift()!;
    const priceTicks = this.#ownTrades.shift()!;
    this.#price(instrument, TriggerBy.trade, Side.buy, priceTicks, 0, nowNs);
    this.#price(instrument, TriggerBy.trade, Side.sell, priceTicks, 0, nowNs);
    this.#listen(instrument);
    return true;
  }

  change(special: SpecialOrder, priceTicks: number, qtyLots: number, stopTicks: number, nowNs: Nanos): void {
    const engine = this.#engine;
    const working = qtyLots - special.filledLots;
    const { place } = special;
    if (working <= 0) {
      this.withdraw(special);
      engine.changedToNothing(special, priceTicks, qtyLots, nowNs);
      return;
    }
    const more = working - special.leavesLots - special.heldLots;
    if (more > 0 && !this.allowsMore(special.order, priceTicks, more)) {
      engine.refuseChange(special, priceTicks, qtyLots, Reason.insufficientMargin, nowNs);
      return;
    }
    const otherStop = !Number.isNaN(stopTicks) && stopTicks !== special.stopTicks;
    const most = engine.mostWorkingLots(special);
    if (otherStop && special.triggered) {
      // It went off already: there is no stop left to move.
      engine.refuseChange(special, priceTicks, qtyLots, Reason.badRequest, nowNs);
      return;
    }
    if (working > most && engine.parentEnded(special)) {
      engine.refuseChange(special, priceTicks, qtyLots, Reason.parentEnded, nowNs);
      return;
    }
    if (otherStop || !Object.is(priceTicks, special.priceTicks) || working > special.leavesLots + special.heldLots) {
      special.arrivedNs = nowNs;
      this.#bars?.changed(special, nowNs);
    }
    // What its parent set free stays free; the rest is held.
    engine.divide(special, working);
    special.priceTicks = priceTicks;
    engine.changed(special, qtyLots, nowNs);
    if (!otherStop) return;
    if (place === Place.waitingForPrice) this.triggers.remove(special);
    special.stopTicks = stopTicks;
    if (place !== Place.waitingForPrice) return;
    this.triggers.add(special);
    this.#offAtOnce(special, nowNs);
    engine.settleFamilies(nowNs);
  }

  // ── prices ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A trade printed and has filled what it fills. */
  onTrade(
    instrument: number,
    aggressor: Side,
    priceTicks: number,
    qtyLots: number,
    origin: TradeOrigin,
    nowNs: Nanos,
  ): void {
    const status = this.#status[instrument];
    if (status === Status.auction) {
      this.#auctionPrint(instrument, priceTicks, qtyLots, nowNs);
      this.#engine.settleFamilies(nowNs);
    }
    if (this.#engine.paused[instrument] !== 0) return;
    if (this.#opening[instrument] !== 0) this.#openingTrade(instrument, priceTicks, qtyLots, nowNs);
    // The trade took liquidity that the book still shows: who takes on the same side finds it gone.
    const shownLots = origin === TradeOrigin.hidden ? 0 : qtyLots;
    this.#price(instrument, TriggerBy.trade, Side.buy, priceTicks, aggressor === Side.sell ? 0 : shownLots, nowNs);
    this.#price(instrument, TriggerBy.trade, Side.sell, priceTicks, aggressor === Side.buy ? 0 : shownLots, nowNs);
    this.#listen(instrument);
    this.#engine.settleFamilies(nowNs);
  }

  /** The best quote of an instrument may have changed. */
  onQuote(instrument: number, nowNs: Nanos): void {
    if (this.#engine.paused[instrument] !== 0 || !this.triggers.waits(instrument, TriggerBy.quote)) return;
    const { bestAskTicks, bestBidTicks } = this.#environment.books[instrument]!;
    this.#price(instrument, TriggerBy.quote, Side.buy, bestAskTicks, 0, nowNs);
    this.#price(instrument, TriggerBy.quote, Side.sell, bestBidTicks, 0, nowNs);
    this.#listen(instrument);
    this.#engine.settleFamilies(nowNs);
  }

  #price(
    instrument: number,
    triggerBy: TriggerBy,
    side: Side,
    priceTicks: number,
    skipLots: number,
    nowNs: Nanos,
  ): void {
    if (Number.isNaN(priceTicks)) return;
    const { triggers } = this;
    for (;;) {
      const special = triggers.due(instrument, triggerBy, side, priceTicks);
      if (special === undefined) break;
      special.triggered = true;
      this.#engine.tellTriggered(special, priceTicks, nowNs);
      this.#route(special, true, skipLots, nowNs);
    }
    triggers.trail(instrument, triggerBy, side, priceTicks);
  }

  // ── status ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A status row. */
  onStatus(row: MarketView, nowNs: Nanos): void {
    const instrument = row.instrument.index;
    const engine = this.#engine;
    const status = row.value;
    this.#status[instrument] = status;
    engine.paused[instrument] = status === Status.open ? 0 : 1;
    engine.guarded[instrument] = status === Status.open && !this.#alwaysGuarded(instrument) ? 0 : 1;
    if (status === Status.open) this.#open(instrument, nowNs);
    else if (status === Status.close) this.#close(instrument, nowNs);
    else if (status === Status.delisted) this.#endAll(instrument, nowNs);
    this.#listen(instrument);
    engine.settleFamilies(nowNs);
  }

  #alwaysGuarded(instrument: number): boolean {
    // After its expiry nothing gets in any more.
    const expires = this.#environment.instruments[instrument]!.expiryNs !== undefined;
    return this.#checksMargin || expires || this.inBars(instrument);
  }

  #open(instrument: number, nowNs: Nanos): void {
    this.#opened[instrument] = 1;
    const waits = this.#waiting.some((special) => waitsFor(special, instrument, TimeInForce.atOpen));
    this.#opening[instrument] = waits ? 1 : 0;
    this.#uncross(instrument, nowNs);
  }

  /** Trading goes on: orders that rested meanwhile and now reach the other side take it. */
  #uncross(instrument: number, nowNs: Nanos): void {
    const engine = this.#engine;
    const { orders } = engine;
    const resting: Order[] = [];
    for (const slot of orders.slots()) if (orders.instrument[slot] === instrument) resting.push(engine.orderAt(slot));
    for (const order of resting) {
      const slot = orders.slotOf(order.id);
      if (slot < 0) continue;
      const limitTicks = engine.limitOf(slot);
      if (!engine.wouldTake(order, limitTicks)) continue;
      const special = engine.specials.get(order.id);
      const leaves = orders.leavesLots[slot]!;
      const filled = orders.filledLots[slot]!;
      orders.remove(slot);
      engine.enter(order, special, limitTicks, leaves, filled, true, 0, nowNs);
    }
  }

  #auctionPrint(instrument: number, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    const engine = this.#engine;
    const phase = this.#opened[instrument] === 0 ? TimeInForce.atOpen : TimeInForce.atClose;
    for (const side of [Side.buy, Side.sell] as const) {
      let left = this.#fillWaiting(instrument, phase, side, priceTicks, qtyLots, nowNs);
      for (const order of this.#betterThan(instrument, side, priceTicks)) {
        if (left <= 0) break;
        // The fill of another may have ended it.
        const slot = engine.orders.slotOf(order.id);
        if (slot >= 0) left -= engine.fillInAuction(slot, priceTicks, left, nowNs);
      }
    }
  }

  /** Resting orders with a better limit than a price, in the order in which they trade: what is hidden stands behind. */
  #betterThan(instrument: number, side: Side, priceTicks: number): Order[] {
    const engine = this.#engine;
    const { orders } = engine;
    const line: Order[] = [];
    let tick = orders.bestTick(instrument, side);
    for (; side === Side.buy ? tick > priceTicks : tick < priceTicks; tick = orders.nextTick(instrument, side, tick)) {
      for (const hidden of [false, true]) {
        for (let slot = orders.firstAt(instrument, side, tick); slot >= 0; slot = orders.next[slot]!) {
          const order = engine.orderAt(slot);
          if (order.terms.hidden === hidden) line.push(order);
        }
      }
    }
    return line;
  }

  #openingTrade(instrument: number, priceTicks: number, qtyLots: number, nowNs: Nanos): void {
    this.#opening[instrument] = 0;
    for (const side of [Side.buy, Side.sell] as const) {
      this.#fillWaiting(instrument, TimeInForce.atOpen, side, priceTicks, qtyLots, nowNs);
    }
    this.#missed(instrument, TimeInForce.atOpen, nowNs);
  }

  /**
   * Fills orders of one side that wait for an opening or close, at its price: those without a limit first, then the better
   * limit, then who came first. Returns what is left of the quantity.
   */
  #fillWaiting(
    instrument: number,
    phase: TimeInForce,
    side: Side,
    priceTicks: number,
    qtyLots: number,
    nowNs: Nanos,
  ): number {
    let left = qtyLots;
    const line = this.#waiting.filter((one) => waitsFor(one, instrument, phase) && one.side === side);
    line.sort((a, b) => (side === Side.buy ? worst(b) - worst(a) : worst(a) - worst(b)));
    for (const special of line) {
      if (left <= 0) break;
      // The fill of another of its group may have ended it.
      if (special.place !== Place.waitingForSession) continue;
      const limit = special.priceTicks;
      if (side === Side.buy ? limit < priceTicks : limit > priceTicks) continue;
      const most = special.order.terms.reduceOnly ? this.#engine.reducibleLots(special.order) : Infinity;
      const lots = Math.min(left, special.leavesLots, most);
      if (lots <= 0 || (special.order.terms.allOrNone && lots < special.leavesLots)) continue;
      left -= lots;
      this.#engine.fillWaiting(special, priceTicks, lots, true, nowNs);
      if (special.place !== Place.waitingForSession) this.#drop(special);
    }
    return left;
  }

  #drop(special: SpecialOrder): void {
    const at = this.#waiting.indexOf(special);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #missed(instrument: number, phase: TimeInForce, nowNs: Nanos): void {
    for (const special of this.#waiting.filter((one) => waitsFor(one, instrument, phase))) {
      this.#engine.endSpecial(special, Reason.auctionMissed, nowNs);
    }
  }

  #close(instrument: number, nowNs: Nanos): void {
    this.#opened[instrument] = 0;
    this.#endDay(instrument, nowNs);
  }

  #endDay(instrument: number, nowNs: Nanos): void {
    const engine = this.#engine;
    const last = this.lastTradeTicks(instrument);
    if (!Number.isNaN(last)) {
      for (const side of [Side.buy, Side.sell] as const) {
        this.#fillWaiting(instrument, TimeInForce.atClose, side, last, Infinity, nowNs);
      }
    }
    this.#missed(instrument, TimeInForce.atClose, nowNs);
    for (const special of [...engine.specials.values()]) {
      if (special.instrument !== instrument || special.order.timeInForce !== TimeInForce.DAY) continue;
      engine.endSpecial(special, Reason.dayEnded, nowNs);
    }
  }

  #endAll(instrument: number, nowNs: Nanos): void {
    const engine = this.#engine;
    for (const special of [...engine.specials.values()]) {
      if (special.instrument === instrument) engine.endSpecial(special, Reason.notTraded, nowNs);
    }
    for (const slot of [...engine.orders.slots()]) {
      if (engine.orders.instrument[slot] === instrument) engine.endResting(slot, Reason.notTraded, nowNs);
    }
  }

  // ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A day, or the time of an order, ends. */
  fire(payload: number, nowNs: Nanos): void {
    const engine = this.#engine;
    if (payload === DAY_END) {
      this.#dayEnds = false;
      this.#environment.counts.forEach((kinds, instrument) => {
        if ((kinds[Kind.status] ?? 0) > 0) return;
        this.#endDay(instrument, nowNs);
        const waits = this.#waiting.some((special) => waitsFor(special, instrument, TimeInForce.atOpen));
        this.#opening[instrument] = waits ? 1 : 0;
      });
    } else {
      const special = engine.specials.get(payload);
      if (special !== undefined) engine.endSpecial(special, Reason.timeReached, nowNs);
    }
    engine.settleFamilies(nowNs);
  }

  #expectDayEnd(order: Order, nowNs: Nanos): void {
    const kinds = this.#environment.counts[order.instrument.index]!;
    if (this.#dayEnds || (kinds[Kind.status] ?? 0) > 0) return;
    this.#dayEnds = true;
    const sinceMidnight = (Number(this.#environment.originNs % BigInt(DAY)) + nowNs) % DAY;
    const untilEnd = (this.#rules.dayEndNs - sinceMidnight + DAY) % DAY;
    this.#environment.schedule.add(nowNs + (untilEnd === 0 ? DAY : untilEnd), Rank.request, this, DAY_END, false);
  }

  /** Asks for all rows of an instrument while anything here depends on them. */
  #listen(instrument: number): void {
    const wants =
      this.triggers.waits(instrument, TriggerBy.trade) ||
      this.triggers.waits(instrument, TriggerBy.quote) ||
      this.#opening[instrument] !== 0 ||
      this.#status[instrument] === Status.auction ||
      this.#waiting.some((special) => special.instrument === instrument) ||
      this.#settlement?.wantsTrades === true;
    if (wants === (this.hears[instrument] !== 0)) return;
    this.hears[instrument] = wants ? 1 : 0;
    this.#engine.orders.watching.watchAll(instrument, wants || this.#engine.quoted[instrument] !== 0);
  }

  /** Something beside the session wants to hear an instrument, or no longer. */
  listen(instrument: number): void {
    this.#listen(instrument);
  }
}

/** The worst price an order bears, as a number that compares: beyond all others without a limit. */
function worst({ priceTicks, side }: SpecialOrder): number {
  if (!Number.isNaN(priceTicks)) return priceTicks;
  return side === Side.buy ? MAX_PRICE_TICKS + 1 : -MAX_PRICE_TICKS - 1;
}

function waitsFor(special: SpecialOrder, instrument: number, phase: TimeInForce): boolean {
  return special.instrument === instrument && special.order.timeInForce === phase;
}
