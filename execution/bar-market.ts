/**
 * Instruments of which the tape has bars and nothing finer: orders wait for the next bar and meet its path.
 * Knows nothing of books, queues or travel. Called by the simulated venue for bar rows, and by the session for orders.
 *
 * How orders meet a bar is said in bar-matching.ts. What is decided here:
 * - A bar is known when it closes, so its fills happen then: nobody hears of a fill before its bar has closed.
 * - An order meets what was left of the bar when it arrived: all of it when it was there as the bar began (see
 *   {@link BarOptions.barNs} and {@link BarOptions.openGraceNs}), else the path from the share of the time on that had passed.
 *   When it is not known when a bar began, an order that waits for it meets its close alone. A modify that costs an order its
 *   place counts as an arrival. What a bar had for an order before that was cancelled or changed inside it is lost.
 * - Orders that take any price and those that are marketable where they begin are takers: impact, and the taker's fee. All
 *   others are makers at their own price.
 * - Good till cancelled waits bar after bar, whatever a bar's volume left over. Immediate or cancel and fill or kill (so, unless
 *   told otherwise, market orders) get what there is where they begin or go off, and no later place. Orders for the opening
 *   and the close mean those of the next bar that begins and closes with them there; the rest of them expires.
 * - Post-only expires when the first bar it meets has it marketable where it begins. Once it rests it is a maker at its own price.
 * - A child meets the rest of the bar in which its parent filled. What was reached and had nothing to fill yet counts from there.
 * - While nothing trades (halts) bars fill nothing; a status row that stands before a bar of the same time counts for it. A
 *   second bar of the same time is the same bar again: it fills nothing.
 * - Own orders share the volume and do not trade with each other; hidden and displayed are the same; all stops go by trades.
 *
 * Longer than others because of its options' docstrings and because every turn of an order works on the one bar that is met.
 */
import { Kind, type MarketView, Side } from '../core/market.js';
import { OrderType, Reason, TimeInForce } from '../core/order.js';
import { type Nanos, SECOND } from '../core/time.js';
import type { VenueEnvironment } from '../core/venue.js';
import { BarAgenda, BarTurn } from './bar-agenda.js';
import { BarMatcher } from './bar-matching.js';
import { type BarPath, nearerExtremeFirst } from './bar-path.js';
import { BarStatistics } from './bar-statistics.js';
import { type ImpactModel, ImpactOutcome, ImpactPricer } from './impact.js';
import type { MatchingEngine } from './matching-engine.js';
import type { ModelRun } from './model-run.js';
import { Place, type SpecialOrder } from './special-order.js';

/** How orders fill where the tape has bars and nothing finer. What is left out is what the docstring says. */
export interface BarOptions {
  /** The way of the price inside a bar. Default: the extreme nearer to the open comes first (`nearerExtremeFirst`). */
  readonly path?: BarPath;
  /**
   * What a limit needs to fill at its own price. Default `traded-through`, the careful one: a touch says that somebody
   * traded there, and whoever was in line before us went first.
   */
  readonly limit?: 'touched' | 'traded-through';
  /**
   * Share (above 0, at most 1) of a bar's volume that all own orders together may have. Default 0.025, zipline's.
   * `'unlimited'` is for data without volume; otherwise a bar without volume fills nothing.
   */
  readonly maxVolumeShare?: number | 'unlimited';
  /**
   * How long a bar is, ns > 0: bar rows carry the time of their close alone. A bar never begins before the previous one has
   * closed. Left out: it begins where the previous one closed, so what arrives over night meets a later part of the next day.
   */
  readonly barNs?: Nanos;
  /**
   * How long after its beginning an order may arrive and still get a bar's open, ns ≥ 0, below `barNs`. It is look-ahead of
   * that much, and what an answer to the previous close needs: it travels. Default: a hundredth of the bar, at most 1 s.
   */
  readonly openGraceNs?: Nanos;
  /** What takers pay on top of the path's price. Default: nothing (as `noImpact`). */
  readonly impact?: ImpactModel;
  /**
   * Of how many past bars the impact model's volume (mean) and volatility (close to close) are, whole, ≥ 2; default 20. Until
   * there are as many it is told that it does not know. Its quantity is all that was taken of the bar on that side so far.
   */
  readonly statisticsBars?: number;
}

/** Throws `RangeError` naming the option and its value. */
export function checkBarOptions(options: BarOptions = {}): void {
  const { barNs, openGraceNs } = options;
  if (barNs !== undefined && !(barNs > 0 && barNs < Infinity)) {
    throw new RangeError(`bars: barNs ${barNs} is not a time above 0`);
  }
  if (openGraceNs !== undefined && !(openGraceNs >= 0 && openGraceNs < (barNs ?? Infinity))) {
    throw new RangeError(
      `bars: openGraceNs ${openGraceNs} is not at least 0 and below barNs (${barNs ?? 'not given'})`,
    );
  }
  matcherOf(options, options.path ?? nearerExtremeFirst);
  statisticsOf(options, 1);
}

function matcherOf({ limit = 'traded-through', maxVolumeShare = 0.025 }: BarOptions, path: BarPath): BarMatcher {
  return new BarMatcher({ path, limit, maxVolumeShare });
}

function statisticsOf({ statisticsBars = 20 }: BarOptions, instruments: number): BarStatistics {
  return new BarStatistics(instruments, statisticsBars);
}

/** An order that waits for bars. */
class BarOrder {
  readonly special: SpecialOrder;
  /** Of those reached together, whose turn comes first. */
  arrival: number;
  /** Since when it waits as it is. */
  sinceNs: Nanos;
  /** Has not met a bar as what it is now. */
  fresh = true;
  /** The bar being met counts for it; an order for the opening misses the bar that it came too late for. */
  meets = false;
  /** Where it was reached. */
  fillTicks = 0.5;
  atOnce = false;

  constructor(special: SpecialOrder, arrival: number, sinceNs: Nanos) {
    this.special = special;
    this.arrival = arrival;
    this.sinceNs = sinceNs;
  }
}

export class BarMarket {
  /** Orders that wait for bars: bar rows may cause answers. */
  waiting = 0;
  readonly #only: Uint8Array;
  readonly #engine: MatchingEngine;
  readonly #lastTradeTicks: Int32Array;
  readonly #matcher: BarMatcher;
  readonly #agenda = new BarAgenda();
  readonly #pricer: ImpactPricer | undefined;
  readonly #statistics: BarStatistics;
  readonly #barNs: Nanos;
  readonly #graceNs: Nanos | undefined;
  /** By instrument: orders by id. */
  readonly #orders: readonly Map<number, BarOrder>[];
  /** By instrument: when the last bar closed; `NaN` before the first. */
  readonly #closedNs: Float64Array;
  #arrivals = 0;
  /** The instrument whose bar is being met; −1 between bars. */
  #walking = -1;
  /** When it began (`NaN`: not known), until when orders are in time for all of it, and its close. */
  #beginNs: Nanos = 0.5;
  #inTimeNs: Nanos = 0.5;
  #nowNs: Nanos = 0.5;
  /** What takers had of it, by side. */
  readonly #taken = new Float64Array(3);
  /** Orders that were reached in this bar when they had nothing to fill yet. */
  readonly #empty: BarOrder[] = [];

  constructor(environment: VenueEnvironment, run: ModelRun, engine: MatchingEngine, options: BarOptions = {}) {
    checkBarOptions(options);
    const { path = nearerExtremeFirst, impact, barNs = Infinity, openGraceNs } = options;
    const { counts } = environment;
    this.#engine = engine;
    this.#lastTradeTicks = environment.watch.lastTradeTicks;
    this.#matcher = matcherOf(options, path.forRun?.(run) ?? path);
    this.#pricer = impact === undefined ? undefined : new ImpactPricer(impact.forRun?.(run) ?? impact);
    this.#statistics = statisticsOf(options, counts.length);
    this.#barNs = barNs;
    this.#graceNs = openGraceNs;
    this.#orders = counts.map(() => new Map<number, BarOrder>());
    this.#closedNs = new Float64Array(counts.length).fill(Number.NaN);
    this.#only = Uint8Array.from(counts, (kinds) => (onlyBars(kinds) ? 1 : 0));
    this.#only.forEach((only, instrument) => {
      if (only !== 0) engine.guarded[instrument] = 1;
    });
  }

  /** Orders of the instrument meet bars rather than a book. */
  trades(instrument: number): boolean {
    return this.#only[instrument] === 1;
  }

  /** Waits for the next bar; set free by its parent inside a bar, it meets the rest of that. */
  add(special: SpecialOrder, nowNs: Nanos): void {
    const order = new BarOrder(special, ++this.#arrivals, nowNs);
    this.#orders[special.instrument]!.set(special.order.id, order);
    this.waiting++;
    if (this.#walking === special.instrument) this.#meetFromHere(order);
  }

  remove(special: SpecialOrder): void {
    const { id } = special.order;
    if (!this.#orders[special.instrument]!.delete(id)) return;
    this.waiting--;
    if (this.#walking === special.instrument) this.#agenda.remove(id);
  }

  /** A modify took its place from an order, which may wait elsewhere. */
  changed(special: SpecialOrder, nowNs: Nanos): void {
    const order = this.#orders[special.instrument]!.get(special.order.id);
    if (order === undefined) return;
    order.arrival = ++this.#arrivals;
    order.sinceNs = nowNs;
    order.fresh = true;
  }

  onBar(row: MarketView, nowNs: Nanos): void {
    const instrument = row.instrument.index;
    const closedNs = this.#closedNs[instrument]!;
    if (this.#only[instrument] === 0 || nowNs === closedNs) return;
    this.#closedNs[instrument] = nowNs;
    this.#nowNs = nowNs;
    if (this.#orders[instrument]!.size > 0) {
      if (this.#engine.paused[instrument] !== 0) this.#endImmediate(instrument, Reason.tradingHalted);
      else this.#walk(row, instrument, closedNs);
      this.#engine.settleFamilies(nowNs);
    }
    this.#statistics.add(instrument, row.priceTicks, row.qtyLots);
    this.#lastTradeTicks[instrument] = row.priceTicks;
  }

  #walk(row: MarketView, instrument: number, closedNs: Nanos): void {
    const matcher = this.#matcher;
    const agenda = this.#agenda;
    const orders = this.#orders[instrument]!;
    const nowNs = this.#nowNs;
    matcher.begin(row.openTicks, row.highTicks, row.lowTicks, row.priceTicks, row.qtyLots);
    agenda.clear();
    this.#taken.fill(0);
    this.#empty.length = 0;
    const earliestNs = nowNs - this.#barNs;
    const beginNs = closedNs < earliestNs || (Number.isNaN(closedNs) && earliestNs > -Infinity) ? earliestNs : closedNs;
    this.#beginNs = beginNs;
    this.#inTimeNs = beginNs + (this.#graceNs ?? Math.min(SECOND, (nowNs - beginNs) / 100));
    this.#walking = instrument;
    for (const order of orders.values()) this.#meet(order, this.#placeOf(order.sinceNs), this.#inTime(order.sinceNs));
    for (let id = agenda.next(); id >= 0; id = agenda.next()) this.#turn(orders.get(id)!);
    this.#walking = -1;
    this.#endImmediate(instrument, Reason.none);
  }

  #inTime(sinceNs: Nanos): boolean {
    return sinceNs <= this.#inTimeNs;
  }

  /** The place on the path from which an order meets it. */
  #placeOf(sinceNs: Nanos): number {
    if (this.#inTime(sinceNs)) return 0;
    const beginNs = this.#beginNs;
    return this.#matcher.placeAfter(Number.isNaN(beginNs) ? 1 : (sinceNs - beginNs) / (this.#nowNs - beginNs));
  }

  /** As of the place where the bar is now, or where it was when the order arrived, if that is later. */
  #meetFromHere(order: BarOrder): void {
    const { arrivedNs } = order.special;
    const place = Math.max(this.#agenda.placeTicks, this.#placeOf(arrivedNs));
    this.#meet(order, place, place === 0 && this.#inTime(arrivedNs));
  }

  /** Puts an order on the agenda where it is reached, if it is. */
  #meet(order: BarOrder, fromTicks: number, inTime: boolean): void {
    const { special } = order;
    const { timeInForce } = special.order;
    order.meets = inTime || timeInForce !== TimeInForce.atOpen;
    if (!order.meets) return;
    const from = timeInForce === TimeInForce.atClose ? this.#matcher.lengthTicks : fromTicks;
    const place = this.#reach(special, from);
    order.fillTicks = this.#matcher.fillTicks;
    order.atOnce = this.#matcher.atOnce;
    if (place !== from && (timeInForce === TimeInForce.atOpen || isImmediate(special))) return;
    const turn = special.waits || Number.isNaN(special.priceTicks) ? BarTurn.trigger : BarTurn.limit;
    this.#agenda.add(special.order.id, place, turn, order.arrival);
  }

  #reach(special: SpecialOrder, fromTicks: number): number {
    const matcher = this.#matcher;
    const { side, stopTicks, priceTicks, order } = special;
    if (!special.waits) {
      return Number.isNaN(priceTicks)
        ? matcher.reachMarket(fromTicks)
        : matcher.reachLimit(side, priceTicks, fromTicks);
    }
    if (special.trails) {
      const { trailTicks, trailFraction } = order.terms;
      const place = matcher.reachTrailing(side, stopTicks, trailTicks, fromTicks, trailFraction);
      special.stopTicks = matcher.trailedTicks;
      return place;
    }
    return order.type === OrderType.stop || order.type === OrderType.stopLimit
      ? matcher.reachStop(side, stopTicks, fromTicks)
      : matcher.reachTouch(side, stopTicks, fromTicks);
  }

  #turn(order: BarOrder): void {
    const { special } = order;
    if (special.leavesLots === 0) {
      this.#empty.push(order);
      return;
    }
    if (special.waits) {
      special.triggered = true;
      order.fresh = true;
      this.#engine.tellTriggered(special, order.fillTicks, this.#nowNs);
      if (!Number.isNaN(special.priceTicks)) {
        this.#meet(order, this.#agenda.placeTicks, true);
        return;
      }
    }
    this.#fill(order);
  }

  #fill(order: BarOrder): void {
    const engine = this.#engine;
    const nowNs = this.#nowNs;
    const { special } = order;
    const { leavesLots, side, priceTicks, instrument } = special;
    const { postOnly, terms, timeInForce } = special.order;
    if (postOnly && order.atOnce && order.fresh) {
      engine.endSpecial(special, Reason.postOnlyWouldTake, nowNs);
      return;
    }
    const mostLots = terms.reduceOnly ? engine.reducibleLots(special.order) : Infinity;
    if (mostLots === 0) {
      engine.endSpecial(special, Reason.reduceOnly, nowNs);
      return;
    }
    const lots = special.filledBar === this.#matcher.bar ? 0 : Math.min(leavesLots, mostLots, this.#matcher.leftLots);
    const whole = terms.allOrNone || timeInForce === TimeInForce.FOK;
    if (lots === 0 || (whole && lots < leavesLots)) return;
    const anyPrice = Number.isNaN(priceTicks);
    const takes = anyPrice || (order.atOnce && !postOnly);
    let fillTicks = postOnly ? priceTicks : order.fillTicks;
    if (takes && this.#pricer !== undefined) {
      const limitTicks = anyPrice ? (side === Side.buy ? Infinity : -Infinity) : priceTicks;
      if (!this.#priced(instrument, side, lots, fillTicks, limitTicks)) return;
      fillTicks = this.#pricer.fillTicks;
    }
    if (takes) this.#taken[side]! += lots;
    this.#matcher.take(lots, special.filledBar);
    special.filledBar = this.#matcher.bar;
    this.#lastTradeTicks[instrument] = order.fillTicks;
    engine.fillWaiting(special, fillTicks, lots, !takes, nowNs);
    if (special.place !== Place.waitingForSession) this.remove(special);
    else if (terms.reduceOnly && engine.reducibleLots(special.order) === 0) {
      engine.endSpecial(special, Reason.reduceOnly, nowNs);
    }
    engine.settleFamilies(nowNs);
    this.#meetFilled();
  }

  /** False when the impact model or the order's limit allows no fill. */
  #priced(instrument: number, side: Side, lots: number, priceTicks: number, limitTicks: number): boolean {
    const statistics = this.#statistics;
    const volumeLots = statistics.volumeLots(instrument);
    const qtyLots = this.#taken[side]! + lots;
    const sigma = statistics.sigma(instrument);
    const outcome = this.#pricer!.price(side, qtyLots, priceTicks, volumeLots, sigma, limitTicks);
    return outcome === ImpactOutcome.priced;
  }

  /** Orders that had nothing to fill when they were reached, and have something now. */
  #meetFilled(): void {
    const empty = this.#empty;
    for (let i = empty.length - 1; i >= 0; i--) {
      const order = empty[i]!;
      const { place, leavesLots } = order.special;
      if (place === Place.waitingForSession && leavesLots === 0) continue;
      empty.splice(i, 1);
      if (place === Place.waitingForSession) this.#meetFromHere(order);
    }
  }

  /** The bar is over: what is for it alone expires. `halted`: there was none for them, for that reason. */
  #endImmediate(instrument: number, halted: Reason): void {
    const engine = this.#engine;
    for (const order of this.#orders[instrument]!.values()) {
      const { special } = order;
      const { timeInForce } = special.order;
      if (isImmediate(special)) {
        const kills = timeInForce === TimeInForce.FOK;
        const reason = kills ? Reason.notFullyFillable : Reason.immediateRemainder;
        engine.endSpecial(special, halted === Reason.none ? reason : halted, this.#nowNs);
      } else if (halted === Reason.none && order.meets) {
        order.fresh = false;
        if (timeInForce >= TimeInForce.atOpen) engine.endSpecial(special, Reason.auctionMissed, this.#nowNs);
      }
    }
  }
}

/** Fills where it begins or goes off, or not at all. */
function isImmediate(special: SpecialOrder): boolean {
  const { timeInForce } = special.order;
  return (timeInForce === TimeInForce.IOC || timeInForce === TimeInForce.FOK) && !special.waits;
}

function onlyBars(kinds: readonly number[]): boolean {
  const finer = [Kind.trade, Kind.depth, Kind.quote, Kind.orderAdd];
  return kinds[Kind.bar]! > 0 && finer.every((kind) => (kinds[kind] ?? 0) === 0);
}
