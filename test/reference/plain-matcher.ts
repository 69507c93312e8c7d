/**
 * The matching engine in its plainest form: orders as objects in one list, in the order in which they joined; every
 * question is answered by looking through it. Written from the docstrings of execution/ and core/order.ts; shares no code
 * with either. Knows nothing of travel: `plain-matcher-run.ts` brings rows and requests and takes the answers.
 *
 * Longer than others because it is one exchange: splitting it would need names for what the engine has files for.
 */
import { Kind, Side, Status } from '../../core/index.js';
import { PlainLevels } from './plain-books.js';
import type { MessageName, PlainHistory, PlainMarketRow, PlainSide } from './plain-matcher-history.js';

/** What an order asked for, with nothing left out. */
export interface PlainTerms {
  readonly type: string;
  readonly timeInForce: string;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly allOrNone: boolean;
  readonly hidden: boolean;
  readonly displayLots: number;
  readonly stopTicks: number;
  readonly trailTicks: number;
  readonly trailFraction: number;
  readonly triggerBy: string;
  readonly expiresNs: number;
  readonly selfTrade: string;
  readonly leads: boolean;
  readonly parent: PlainOrder | undefined;
  readonly group: { readonly id: string; readonly kind: 'oco' | 'ouo' } | undefined;
}

/** An order as the exchange has it, and, in `known`, as its strategy does. */
export interface PlainOrder {
  readonly id: number;
  readonly strategy: number;
  readonly side: PlainSide;
  readonly terms: PlainTerms;
  place: 'coming' | 'with parent' | 'waiting' | 'for session' | 'resting' | 'ended';
  /** `NaN`: any price. */
  price: number;
  /** What works; `held`: what its parent has not set free. */
  leaves: number;
  held: number;
  /** What the parent's fills set free in all, and what fills of its group took off. */
  freed: number;
  takenOff: number;
  filled: number;
  stop: number;
  triggered: boolean;
  /** Larger: began to wait later. */
  turn: number;
  // While it rests.
  shown: number;
  ahead: number;
  traded: number;
  /** Nobody knows what stands at its price. */
  unknown: boolean;
  /** Orders of the market that joined before this moment are ahead. */
  joined: number;
  /** The event it last heard of. */
  heard: number;
  readonly known: { status: string; price: number; qty: number; leaves: number; filled: number; requests: number };
}

export interface PlainAnswer {
  readonly message: MessageName;
  readonly order: PlainOrder;
  readonly kind: string;
  readonly price: number;
  readonly qty: number;
  readonly leaves: number;
  readonly reason: string;
  readonly maker: boolean;
}

/** An order's place in its line after something happened to it. */
export type PlainPlace = readonly [order: number, ahead: number, traded: number];

/** What of a level of the book can be taken by the order that is taking now. */
interface Offer {
  readonly tick: number;
  left: number;
  /** Lots of it that own orders took, from its front. */
  ours: number;
}

interface Leader {
  filled: number;
  ended: boolean;
  readonly children: PlainOrder[];
}

export interface PlainSurroundings {
  answer(answer: PlainAnswer, nowNs: number): void;
  /** Something of the exchange's own at a time; does not keep the run going. */
  later(atNs: number, run: (nowNs: number) => void): void;
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const opposite = (side: PlainSide): PlainSide => (side === 'buy' ? 'sell' : 'buy');
const isStop = ({ type }: PlainTerms) => type !== 'limit' && type !== 'market';
const forSession = ({ timeInForce }: PlainTerms) => timeInForce === 'atOpen' || timeInForce === 'atClose';
const atOnce = ({ timeInForce }: PlainTerms) => timeInForce === 'IOC' || timeInForce === 'FOK';
/** Beyond every price: where market orders stand that wait for the other side. */
const BEYOND = 2 ** 31 - 2;
const tickOf = ({ side, price }: PlainOrder) => (Number.isNaN(price) ? (side === 'buy' ? BEYOND : -BEYOND) : price);
/** How far an order may go: any price is beyond all others. */
const limitOf = (side: PlainSide, price: number) =>
  Number.isNaN(price) ? (side === 'buy' ? Infinity : -Infinity) : price;
/** Whether a buy (sell) at `limit` reaches a price of the other side. */
const reaches = (side: PlainSide, limit: number, tick: number) => (side === 'buy' ? tick <= limit : tick >= limit);
/** Whether `a` is a better price than `b` for orders of a side to rest at. */
const better = (side: PlainSide, a: number, b: number) => (side === 'buy' ? a > b : a < b);

/** The market's orders one by one, in the order in which they joined. */
class PlainQueue {
  readonly orders: { id: number; side: number; tick: number; lots: number; joined: number }[] = [];
  next = 1;

  levels(side: PlainSide): Map<number, number> {
    const levels = new Map<number, number>();
    for (const order of this.orders) {
      if (order.side !== Side[side]) continue;
      levels.set(order.tick, (levels.get(order.tick) ?? 0) + order.lots);
    }
    return levels;
  }
}

export class PlainMatcher {
  readonly places: PlainPlace[] = [];
  /** Signed lots by strategy. */
  readonly positions: number[] = [0, 0, 0];
  /** Trades of own orders with each other. */
  readonly ownTrades: { maker: PlainOrder; taker: PlainOrder; price: number; lots: number }[] = [];
  readonly #history: PlainHistory;
  readonly #out: PlainSurroundings;
  readonly #hasStatus: boolean;
  readonly #levels = new PlainLevels();
  readonly #queue = new PlainQueue();
  /** All that arrived and are not ended, in order of arrival. */
  #living: PlainOrder[] = [];
  /** The resting ones in the order in which they joined their lines. */
  #line: PlainOrder[] = [];
  #waiting: PlainOrder[] = [];
  /** Waiting for the opening or the close. */
  #forSession: PlainOrder[] = [];
  #turn = 0;
  #lastTrade = Number.NaN;
  /** Prices of trades between own orders that waiting orders have not heard of. */
  #ownPrices: number[] = [];
  /** Lots of displayed levels that own orders took, by `bids 99`. */
  readonly #taken = new Map<string, number>();
  readonly #groups = new Map<string, { members: PlainOrder[]; filled: number }>();
  readonly #leaders = new Map<PlainOrder, Leader>();
  #due: Leader[] = [];
  #settling = false;
  #status: number = Status.open;
  /** Between an opening and a close. */
  #opened = true;
  /** Orders for the opening wait for the first trade. */
  #opening = false;
  #dayEnds = false;
  #event = 0;
  /** What better priced own orders took of the execution that is being told. */
  #usedOfExecution = 0;

  constructor(history: PlainHistory, out: PlainSurroundings) {
    this.#history = history;
    this.#out = out;
    this.#hasStatus = history.rows.some(({ kind }) => kind === Kind.status);
    this.#opened = !this.#hasStatus;
  }

  get #halted(): boolean {
    return this.#status !== Status.open;
  }

  get resting(): readonly PlainOrder[] {
    return this.#line;
  }

  // ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────────

  arrive(order: PlainOrder, nowNs: number): void {
    const refusal = this.#refusal(order, nowNs);
    if (refusal !== undefined) {
      order.place = 'ended';
      this.#tell(order, 'submit', 'rejected', order.price, order.leaves, 0, nowNs, refusal);
      return;
    }
    this.#living.push(order);
    const told = this.#joinFamily(order, nowNs);
    if (order.place !== 'ended') {
      if (order.terms.timeInForce === 'GTD') {
        this.#out.later(order.terms.expiresNs, (now) => {
          this.#end(order, 'timeReached', now);
          this.#settle(now);
        });
      }
      if (order.terms.timeInForce === 'DAY' || forSession(order.terms)) this.#expectDayEnd(nowNs);
      if (order.leaves > 0) this.#route(order, told, 0, nowNs);
      else if (!told) this.#accept(order, nowNs);
    }
    this.#settle(nowNs);
  }

  #refusal({ terms, side, strategy }: PlainOrder, nowNs: number): string | undefined {
    const cannotWait = (terms.type === 'market' && !forSession(terms)) || atOnce(terms);
    if (this.#halted && (this.#history.whileHalted === 'reject' || cannotWait)) return 'tradingHalted';
    if (terms.expiresNs <= nowNs) return 'timeReached';
    // An opening or a close has one price, which comes at once: there is no price to wait for first.
    if (forSession(terms) && isStop(terms)) return 'badRequest';
    if (terms.reduceOnly && terms.parent === undefined && this.#reducible(strategy, side) === 0) return 'reduceOnly';
    return undefined;
  }

  cancel(order: PlainOrder, nowNs: number): void {
    if (!this.#living.includes(order)) {
      this.#tell(order, 'cancel', 'cancelRejected', 0, 0, 0, nowNs, 'alreadyFinished');
      return;
    }
    const { price, leaves, held } = order;
    this.#leave(order);
    this.#tell(order, 'cancel', 'cancelled', price, leaves + held, 0, nowNs);
    this.#forget(order);
    this.#settle(nowNs);
  }

  modify(order: PlainOrder, price: number, qty: number, stop: number, nowNs: number): void {
    const refuse = (reason: string) => this.#tell(order, 'modify', 'modifyRejected', price, qty, 0, nowNs, reason);
    if (!this.#living.includes(order)) {
      refuse('alreadyFinished');
      return;
    }
    const working = qty - order.filled;
    if (working <= 0) {
      this.#leave(order);
      this.#tell(order, 'modify', 'cancelled', price, qty, 0, nowNs);
      this.#forget(order);
      this.#settle(nowNs);
      return;
    }
    const leader = this.#leaders.get(order.terms.parent!);
    const most = leader === undefined ? Infinity : Math.max(0, leader.filled - order.filled - order.takenOff);
    if (!Number.isNaN(stop) && stop !== order.stop && (!isStop(order.terms) || order.triggered)) {
      refuse('badRequest');
      return;
    }
    if (working > most && leader!.ended) {
      refuse('parentEnded');
      return;
    }
    const rested = order.place === 'resting';
    const samePrice = Object.is(order.price, price);
    if (rested && !samePrice && order.terms.postOnly && this.#wouldTake(order.side, price)) {
      refuse('postOnlyWouldTake');
      return;
    }
    const before = order.leaves;
    order.leaves = Math.min(working, most);
    order.held = working - order.leaves;
    order.freed = Math.max(order.freed, order.leaves + order.filled + order.takenOff);
    order.price = price;
    this.#tell(order, 'modify', 'modified', price, qty, working, nowNs);
    if (rested) {
      if (samePrice && order.leaves <= before) {
        order.shown = Math.min(order.shown, order.leaves);
        if (order.terms.allOrNone && !this.#halted) this.#retryAllOrNone(order.side, nowNs);
      } else {
        this.#leave(order);
        if (this.#halted) this.#rest(order);
        else this.#enter(order, true, 0, nowNs);
      }
    } else {
      if (!Number.isNaN(stop)) this.#moveStop(order, stop, nowNs);
    }
    this.#settle(nowNs);
  }

  #moveStop(order: PlainOrder, stop: number, nowNs: number): void {
    if (order.stop === stop) return;
    order.stop = stop;
    if (order.place !== 'waiting') return;
    order.turn = this.#turn++;
    this.#offAtOnce(order, nowNs);
  }

  // ── into the market ───────────────────────────────────────────────────────────────────────────────────────────────

  /** To where it waits for its price, or into the market. `skip`: lots of the other side that a trade has just taken. */
  #route(order: PlainOrder, answered: boolean, skip: number, nowNs: number): void {
    const { terms } = order;
    if (isStop(terms) && !order.triggered) {
      if (!answered) this.#accept(order, nowNs);
      order.place = 'waiting';
      order.turn = this.#turn++;
      this.#waiting.push(order);
      this.#offAtOnce(order, nowNs);
    } else if (forSession(terms)) {
      if (!answered) this.#accept(order, nowNs);
      order.place = 'for session';
      this.#forSession.push(order);
    } else if (this.#halted) {
      if (Number.isNaN(order.price) || atOnce(terms)) this.#expire(order, 'tradingHalted', nowNs);
      else {
        this.#rest(order);
        if (!answered) this.#accept(order, nowNs);
      }
    } else this.#enter(order, answered, skip, nowNs);
  }

  #accept(order: PlainOrder, nowNs: number): void {
    const working = order.leaves + order.held;
    this.#tell(order, 'submit', 'accepted', order.price, working, working, nowNs);
  }

  /** Levels of the other side, best first, less what was taken of them and less the first `skip` lots. */
  #offers(side: PlainSide, skip: number): Offer[] {
    const book = this.#book(side);
    const ticks = [...book.keys()].sort((a, b) => (better(side, a, b) ? -1 : 1));
    let skipped = skip;
    return ticks.map((tick) => {
      const displayed = book.get(tick)!;
      const ours = Math.min(displayed, this.#taken.get(`${side} ${tick}`) ?? 0);
      const skips = Math.min(skipped, displayed - ours);
      skipped -= skips;
      return { tick, left: displayed - ours - skips, ours };
    });
  }

  #book(side: PlainSide): Map<number, number> {
    if (this.#history.feed === 'orders') return this.#queue.levels(side);
    return side === 'buy' ? this.#levels.bids : this.#levels.asks;
  }

  #wouldTake(side: PlainSide, price: number): boolean {
    if (this.#halted) return false;
    const limit = limitOf(side, price);
    const offered = this.#offers(opposite(side), 0).some(({ tick, left }) => left > 0 && reaches(side, limit, tick));
    return offered || this.#ownReached(side, limit).length > 0;
  }

  /** Own orders that an order of this side and limit could trade with, first come first: price, displayed, joined. */
  #ownReached(side: PlainSide, limit: number): PlainOrder[] {
    if (this.#history.ownOrders === 'ignore') return [];
    return this.#inLine(opposite(side)).filter((order) => reaches(side, limit, tickOf(order)));
  }

  /** Resting orders of a side in the order in which they would trade. */
  #inLine(side: PlainSide): PlainOrder[] {
    const orders = this.#line.filter((order) => order.side === side);
    return orders.sort((a, b) => {
      const [first, second] = [tickOf(a), tickOf(b)];
      return first !== second ? (better(side, first, second) ? -1 : 1) : +a.terms.hidden - +b.terms.hidden;
    });
  }

  #enter(order: PlainOrder, answered: boolean, skip: number, nowNs: number): void {
    const { side, terms } = order;
    const offers = this.#offers(opposite(side), skip);
    const anyPrice = Number.isNaN(order.price);
    const sign = side === 'buy' ? 1 : -1;
    let limit = limitOf(side, order.price);
    const best = offers.find(({ left }) => left > 0)?.tick;
    const reachesBook = best !== undefined && reaches(side, limit, best);
    if (anyPrice && reachesBook) limit = best + sign * this.#history.protectionTicks;
    const waits = !atOnce(terms);
    const restAnswered = () => {
      this.#rest(order);
      if (!answered) this.#accept(order, nowNs);
    };
    if (!reachesBook && this.#ownReached(side, limit).length === 0) {
      if (waits) restAnswered();
      else {
        const { timeInForce } = terms;
        const reason = anyPrice ? 'noOppositeQuote' : timeInForce === 'IOC' ? 'immediateRemainder' : 'notFullyFillable';
        this.#expire(order, reason, nowNs);
      }
      return;
    }
    if (terms.postOnly) {
      this.#expire(order, 'postOnlyWouldTake', nowNs);
      return;
    }
    const before = order.leaves;
    const wanted = terms.reduceOnly ? Math.min(before, this.#reducible(order.strategy, side)) : before;
    const whole = terms.timeInForce === 'FOK' || terms.allOrNone;
    if (whole && this.#certainLots(order, limit, wanted, offers) < wanted) {
      if (waits) restAnswered();
      else this.#expire(order, 'notFullyFillable', nowNs);
      return;
    }
    const stopped = this.#take(order, limit, wanted, offers, nowNs);
    if (order.place === 'ended') return;
    if (order.leaves === 0) this.#emptied(order);
    else if (stopped) this.#expire(order, 'selfTrade', nowNs);
    else if (terms.reduceOnly && this.#reducible(order.strategy, side) === 0) this.#expire(order, 'reduceOnly', nowNs);
    else if (waits && !(anyPrice && Math.abs(limit) < Infinity)) {
      this.#rest(order);
      if (!answered && order.leaves === before) this.#accept(order, nowNs);
      this.#retryAllOrNone(opposite(side), nowNs);
    } else {
      const beyond = offers.find(({ left }) => left > 0);
      const protects = anyPrice && Math.abs(limit) < Infinity && beyond !== undefined;
      const isProtected = protects && !reaches(side, limit, beyond.tick);
      this.#expire(order, anyPrice ? (isProtected ? 'priceProtection' : 'bookEnd') : 'immediateRemainder', nowNs);
    }
  }

  /** All-or-none orders of a side look again whether there is now enough for them. */
  #retryAllOrNone(side: PlainSide, nowNs: number): void {
    for (const order of this.#living.filter(({ terms }) => terms.allOrNone)) {
      if (order.side !== side || order.place !== 'resting') continue;
      const offers = this.#offers(opposite(side), 0);
      if (this.#certainLots(order, limitOf(side, order.price), order.leaves, offers) < order.leaves) continue;
      this.#leave(order);
      this.#enter(order, true, 0, nowNs);
    }
  }

  /** What of the book stands before an own order: at better prices, and at its own. */
  #before(own: PlainOrder, offers: readonly Offer[]): { better: number; ahead: number } {
    const tick = tickOf(own);
    const betterLots = sum(offers.filter((offer) => better(own.side, offer.tick, tick)).map(({ left }) => left));
    const level = offers.find((offer) => offer.tick === tick);
    if (level === undefined || level.left === 0) return { better: betterLots, ahead: 0 };
    // Who takes all at the best price asks for as much as is ahead, whatever is displayed.
    const there = this.#history.matching === 'whole' ? Infinity : level.left;
    if (own.terms.hidden) return { better: betterLots, ahead: there };
    return { better: betterLots, ahead: Math.min(there, Math.max(0, Math.round(own.ahead) - level.ours)) };
  }

  /** Lots that an order which fills whole or not at all can be sure of. */
  #certainLots(order: PlainOrder, limit: number, wanted: number, offers: readonly Offer[]): number {
    const inReach = offers.filter(({ tick }) => reaches(order.side, limit, tick));
    const whole = this.#history.matching === 'whole';
    const bookLots = sum(inReach.map(({ left }) => left));
    // Where a taker gets all at the best price, the book has no end.
    const all = whole && bookLots > 0 ? wanted : bookLots;
    let own = 0;
    let perhaps = 0;
    // What icebergs do not show yet comes after all that stands at their price now.
    let slices = 0;
    let last: PlainOrder | undefined;
    for (const other of this.#ownReached(order.side, limit)) {
      if (last !== undefined && (tickOf(last) !== tickOf(other) || last.terms.hidden !== other.terms.hidden)) {
        own += slices;
        slices = 0;
      }
      last = other;
      if (own >= wanted) return wanted;
      const { better: ofBetter, ahead } = this.#before(other, offers);
      const before = whole && ofBetter > 0 ? wanted : ofBetter + ahead;
      if (this.#sameGroup(order, other)) return own + before;
      if (other.strategy === order.strategy) {
        const rule = this.#selfTradeRule(order, other);
        if (rule === 'cancelOld') continue;
        if (rule !== 'allow') return own + before;
      }
      // What these give depends on what else happens meanwhile.
      const depends = other.terms.reduceOnly || other.terms.group !== undefined;
      const priceless = Number.isNaN(other.price) && Number.isNaN(order.price) && Number.isNaN(this.#lastTrade);
      // Whatever comes first must leave enough for an all-or-none order.
      const first = sum(offers.filter(({ tick }) => reaches(order.side, tickOf(other), tick)).map(({ left }) => left));
      const tooMuch = other.terms.allOrNone && wanted - own - perhaps - first < other.leaves;
      if (depends || priceless || tooMuch) perhaps += other.leaves;
      else {
        const first = other.terms.displayLots > 0 ? other.shown : other.leaves;
        own += first;
        slices += other.leaves - first;
      }
    }
    return own + slices + all;
  }

  #selfTradeRule({ terms }: PlainOrder, met: PlainOrder): string {
    if (terms.selfTrade !== 'venue') return terms.selfTrade;
    const { selfTrade } = this.#history;
    // An exit goes before the rest of its entry.
    return terms.parent === met && selfTrade !== 'allow' ? 'cancelOld' : selfTrade;
  }

  #sameGroup(a: PlainOrder, b: PlainOrder): boolean {
    return a.terms.group !== undefined && a.terms.group.id === b.terms.group?.id;
  }

  /** Takes up to `wanted` lots, best price first; true when the order must go no further. */
  #take(order: PlainOrder, limit: number, wanted: number, offers: Offer[], nowNs: number): boolean {
    const declined = new Set<PlainOrder>();
    const goal = { left: wanted };
    while (goal.left > 0) {
      const own = this.#ownReached(order.side, limit).find((each) => !declined.has(each));
      if (own === undefined) {
        this.#takeBook(order, goal, limit, Infinity, offers, nowNs);
        return false;
      }
      // What is at better prices comes as one, what is ahead at its own price as another.
      const betterThan = tickOf(own) + (order.side === 'buy' ? -1 : 1);
      this.#takeBook(order, goal, betterThan, Infinity, offers, nowNs);
      // Each fill may end others of the order's group: then it is looked anew who is next.
      if (own.place !== 'resting') continue;
      this.#takeBook(order, goal, tickOf(own), this.#before(own, offers).ahead, offers, nowNs);
      if (own.place !== 'resting') continue;
      if (goal.left <= 0) return false;
      const met = this.#meet(order, own, goal, nowNs);
      if (met === 'stopped') return true;
      if (met === 'declined') declined.add(own);
    }
    return false;
  }

  #takeBook(
    order: PlainOrder,
    goal: { left: number },
    limit: number,
    most: number,
    offers: Offer[],
    nowNs: number,
  ): void {
    const whole = this.#history.matching === 'whole';
    let can = Math.min(goal.left, most);
    for (const offer of offers) {
      if (can <= 0 || !reaches(order.side, limit, offer.tick)) return;
      if (offer.left <= 0) continue;
      const lots = whole ? can : Math.min(can, offer.left);
      can -= lots;
      offer.left = Math.max(0, offer.left - lots);
      offer.ours += lots;
      this.#consume(opposite(order.side), offer.tick, lots);
      goal.left -= lots;
      this.#takerFill(order, offer.tick, lots, nowNs);
    }
  }

  #consume(side: PlainSide, tick: number, lots: number): void {
    if (this.#history.consumption === 'hftbacktest') return;
    this.#taken.set(`${side} ${tick}`, (this.#taken.get(`${side} ${tick}`) ?? 0) + lots);
  }

  #takerFill(order: PlainOrder, price: number, lots: number, nowNs: number): void {
    order.leaves -= lots;
    this.#fill(order, price, lots, false, nowNs);
  }

  #meet(taker: PlainOrder, own: PlainOrder, goal: { left: number }, nowNs: number): 'went on' | 'declined' | 'stopped' {
    if (this.#sameGroup(taker, own)) return 'stopped';
    const rule = own.strategy === taker.strategy ? this.#selfTradeRule(taker, own) : 'allow';
    if (rule === 'cancelNew') return 'stopped';
    if (rule === 'cancelOld' || rule === 'cancelBoth') {
      this.#end(own, 'selfTrade', nowNs);
      return rule === 'cancelBoth' ? 'stopped' : 'went on';
    }
    if (rule === 'decrement') {
      const lots = Math.min(goal.left, own.leaves);
      goal.left -= lots;
      this.#shrinkResting(own, lots, 'selfTrade', nowNs);
      taker.leaves -= lots;
      const left = taker.leaves + taker.held;
      if (left === 0) {
        this.#tell(taker, 'fill', 'expired', taker.price, lots, 0, nowNs, 'selfTrade');
        this.#forget(taker);
      } else this.#tell(taker, 'fill', 'restated', taker.price, taker.filled + left, left, nowNs, 'selfTrade');
      return goal.left === 0 ? 'stopped' : 'went on';
    }
    // With a market order that waited it trades at its own limit; where it has none, at the last trade.
    const price = !Number.isNaN(own.price) ? own.price : Number.isNaN(taker.price) ? this.#lastTrade : taker.price;
    if (Number.isNaN(price)) return 'declined';
    const offered = own.terms.displayLots > 0 ? own.shown : own.leaves;
    const lots = this.#fillResting(own, Math.min(goal.left, offered), nowNs, price);
    if (lots === 0) return 'declined';
    this.ownTrades.push({ maker: own, taker, price, lots });
    this.#lastTrade = price;
    this.#ownPrices.push(price);
    goal.left -= lots;
    this.#takerFill(taker, price, lots, nowNs);
    return 'went on';
  }

  // ── resting ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #rest(order: PlainOrder): void {
    order.place = 'resting';
    order.heard = this.#event;
    const { hidden, displayLots } = order.terms;
    order.shown = hidden ? 0 : displayLots > 0 ? Math.min(displayLots, order.leaves) : order.leaves;
    this.#join(order);
  }

  /** To the end of its line. */
  #join(order: PlainOrder, renews = false): void {
    this.#line = [...this.#line.filter((each) => each !== order), order];
    order.joined = this.#queue.next;
    if (order.terms.hidden) return;
    this.#queueJoin(order, renews);
  }

  #note({ id, ahead, traded }: PlainOrder): void {
    this.places.push([id, ahead, traded]);
  }

  /** Fills a resting order up to `wanted` lots, at its price if it has one; returns the lots. */
  #fillResting(order: PlainOrder, wanted: number, nowNs: number, price = order.price): number {
    const { terms, strategy, side } = order;
    if (terms.allOrNone && wanted < order.leaves) return 0;
    const most = terms.reduceOnly ? Math.min(order.leaves, this.#reducible(strategy, side)) : order.leaves;
    if (most === 0) {
      this.#shrinkResting(order, order.leaves, 'reduceOnly', nowNs);
      return 0;
    }
    const lots = Math.min(wanted, most);
    order.leaves -= lots;
    if (order.leaves === 0) this.#leave(order);
    else if (terms.displayLots > 0) {
      order.shown -= lots;
      if (order.shown <= 0) {
        order.shown = Math.min(terms.displayLots, order.leaves);
        this.#join(order, true);
      }
    } else if (!terms.hidden) order.shown = order.leaves;
    this.#fill(order, price, lots, true, nowNs);
    if (order.leaves === 0) this.#emptied(order);
    else if (terms.reduceOnly && this.#reducible(strategy, side) === 0) {
      // What its parent has not set free yet waits on.
      this.#shrinkResting(order, order.leaves, 'reduceOnly', nowNs);
    }
    return lots;
  }

  #fill(order: PlainOrder, price: number, lots: number, maker: boolean, nowNs: number): void {
    order.filled += lots;
    this.positions[order.strategy]! += order.side === 'buy' ? lots : -lots;
    const leaves = order.leaves + order.held;
    this.#out.answer(
      { message: 'fill', order, kind: 'filled', price, qty: lots, leaves, reason: 'none', maker },
      nowNs,
    );
    const group = this.#groups.get(order.terms.group?.id ?? '');
    if (group?.members.includes(order)) {
      group.filled += lots;
      for (const other of group.members.filter((each) => each !== order)) {
        if (order.terms.group!.kind === 'oco') this.#end(other, 'groupFilled', nowNs);
        else this.#shrink(other, lots, nowNs);
      }
    }
    const leader = this.#leaders.get(order);
    if (leader === undefined) return;
    leader.filled += lots;
    this.#due.push(leader);
  }

  /** Nothing of it works: it is over, unless more may be set free. */
  #emptied(order: PlainOrder): void {
    if (order.held > 0) order.place = 'with parent';
    else this.#forget(order);
  }

  #reducible(strategy: number, side: PlainSide): number {
    const lots = this.positions[strategy]!;
    return Math.max(0, side === 'buy' ? -lots : lots);
  }

  // ── ends ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Out of its line or from where it waits. */
  #leave(order: PlainOrder): void {
    this.#line = this.#line.filter((each) => each !== order);
    this.#waiting = this.#waiting.filter((each) => each !== order);
    this.#forSession = this.#forSession.filter((each) => each !== order);
  }

  #forget(order: PlainOrder): void {
    order.place = 'ended';
    this.#living = this.#living.filter((each) => each !== order);
    const group = this.#groups.get(order.terms.group?.id ?? '');
    if (group !== undefined) group.members = group.members.filter((each) => each !== order);
    const leader = this.#leaders.get(order);
    if (leader === undefined) return;
    leader.ended = true;
    this.#due.push(leader);
  }

  /** The exchange ends an order, wherever it is. */
  #end(order: PlainOrder, reason: string, nowNs: number): void {
    if (order.place === 'ended') return;
    this.#leave(order);
    this.#expire(order, reason, nowNs);
  }

  #expire(order: PlainOrder, reason: string, nowNs: number): void {
    this.#tell(order, 'fill', 'expired', order.price, order.leaves + order.held, 0, nowNs, reason);
    this.#forget(order);
  }

  /** Lots are taken off an order that rests. */
  #shrinkResting(order: PlainOrder, lots: number, reason: string, nowNs: number): void {
    const working = order.leaves + order.held - lots;
    order.takenOff += Math.min(lots, order.leaves);
    if (working <= 0) {
      this.#end(order, reason, nowNs);
      return;
    }
    order.leaves = Math.max(0, order.leaves - lots);
    order.held = working - order.leaves;
    if (order.leaves === 0) {
      this.#leave(order);
      order.place = 'with parent';
    } else order.shown = Math.min(order.shown, order.leaves);
    this.#tell(order, 'fill', 'restated', order.price, order.filled + working, working, nowNs, reason);
  }

  #shrink(order: PlainOrder, lots: number, nowNs: number): void {
    if (order.place === 'resting') {
      this.#shrinkResting(order, lots, 'groupFilled', nowNs);
      return;
    }
    order.takenOff += Math.min(lots, order.leaves);
    const working = order.leaves + order.held - lots;
    if (working <= 0) {
      this.#end(order, 'groupFilled', nowNs);
      return;
    }
    order.leaves = Math.max(0, order.leaves - lots);
    order.held = working - order.leaves;
    if (order.leaves === 0) {
      this.#leave(order);
      order.place = 'with parent';
    }
    this.#tell(order, 'fill', 'restated', order.price, order.filled + working, working, nowNs, 'groupFilled');
  }

  // ── families ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Finds its parent and its group; true when that was told already. */
  #joinFamily(order: PlainOrder, nowNs: number): boolean {
    const { parent, group: named, leads } = order.terms;
    if (leads) this.#leaders.set(order, { filled: 0, ended: false, children: [] });
    const turnAway = (reason: string) => {
      this.#tell(order, 'submit', 'rejected', order.price, order.leaves + order.held, 0, nowNs, reason);
      this.#forget(order);
      return true;
    };
    if (parent !== undefined) {
      const leader = this.#leaders.get(parent);
      const free = Math.min(order.leaves, leader?.filled ?? 0);
      if (leader === undefined || (leader.ended && free === 0)) return turnAway('parentEnded');
      order.held = order.leaves - free;
      if (leader.ended && order.held > 0) this.#due.push(leader);
      order.freed = free;
      order.leaves = free;
      order.place = 'with parent';
      leader.children.push(order);
    }
    if (named === undefined) return false;
    const group = this.#groups.get(named.id) ?? { members: [], filled: 0 };
    this.#groups.set(named.id, group);
    if (group.filled > 0 && (named.kind === 'oco' || group.filled >= order.leaves + order.held)) {
      return turnAway('groupFilled');
    }
    group.members.push(order);
    if (group.filled === 0) return false;
    this.#shrink(order, group.filled, nowNs);
    return true;
  }

  /** What is left to do when an event is over: children of parents that filled or ended, then prices of own trades. */
  #settle(nowNs: number): void {
    if (this.#settling) return;
    this.#settling = true;
    while (this.#due.length + this.#ownPrices.length > 0) {
      const leader = this.#due.shift();
      if (leader !== undefined) {
        for (const child of leader.children) if (child.place !== 'ended') this.#pass(leader, child, nowNs);
        continue;
      }
      const price = this.#ownPrices.shift()!;
      this.#price('trade', 'buy', price, 0, nowNs);
      this.#price('trade', 'sell', price, 0, nowNs);
    }
    this.#settling = false;
  }

  #pass(leader: Leader, child: PlainOrder, nowNs: number): void {
    const more = Math.min(child.held, leader.filled - child.freed);
    if (more > 0) {
      const first = child.freed === 0;
      child.freed += more;
      child.held -= more;
      child.leaves += more;
      if (child.place === 'resting') this.#rest(child);
      else if (child.place === 'with parent') {
        if (first) {
          const working = child.leaves + child.held;
          this.#tell(child, 'fill', 'triggered', child.price, working, working, nowNs);
        }
        this.#route(child, true, 0, nowNs);
      }
    }
    // It may have ended on its way into the market.
    if (!leader.ended || child.held === 0 || (child.place as string) === 'ended') return;
    if (child.leaves === 0) {
      this.#end(child, 'parentEnded', nowNs);
      return;
    }
    child.held = 0;
    const { price, filled, leaves } = child;
    this.#tell(child, 'fill', 'restated', price, filled + leaves, leaves, nowNs, 'parentEnded');
  }

  // ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #expectDayEnd(nowNs: number): void {
    if (this.#dayEnds || this.#hasStatus) return;
    this.#dayEnds = true;
    const DAY_NS = 86_400e9;
    const { dayEndNs } = this.#history;
    let atNs = dayEndNs;
    while (atNs <= nowNs) atNs += DAY_NS;
    this.#out.later(atNs, (now) => {
      this.#dayEnds = false;
      this.#endDay(now);
      this.#opening = this.#forSession.some(({ terms }) => terms.timeInForce === 'atOpen');
      this.#settle(now);
    });
  }

  #endDay(nowNs: number): void {
    // The last trade is the closing price.
    if (!Number.isNaN(this.#lastTrade)) {
      for (const side of ['buy', 'sell'] as const) {
        this.#fillForSession('atClose', side, this.#lastTrade, Infinity, nowNs);
      }
    }
    this.#missed('atClose', nowNs);
    for (const order of this.#living.filter(({ terms }) => terms.timeInForce === 'DAY')) {
      this.#end(order, 'dayEnded', nowNs);
    }
  }

  #missed(phase: string, nowNs: number): void {
    for (const order of this.#forSession.filter(({ terms }) => terms.timeInForce === phase)) {
      this.#end(order, 'auctionMissed', nowNs);
    }
  }

  /** Orders for the opening or close get its price: markets first, then the better limit. Returns what is left. */
  #fillForSession(phase: string, side: PlainSide, price: number, lots: number, nowNs: number): number {
    let left = lots;
    const line = this.#forSession.filter((order) => order.terms.timeInForce === phase && order.side === side);
    line.sort((a, b) => (tickOf(a) === tickOf(b) ? 0 : better(side, tickOf(a), tickOf(b)) ? -1 : 1));
    for (const order of line) {
      const { terms, strategy } = order;
      if (left <= 0 || order.place !== 'for session') continue;
      if (!Number.isNaN(order.price) && !reaches(side, order.price, price)) continue;
      const most = terms.reduceOnly ? this.#reducible(strategy, side) : Infinity;
      const filled = Math.min(left, order.leaves, most);
      if (filled <= 0 || (terms.allOrNone && filled < order.leaves)) continue;
      left -= filled;
      order.leaves -= filled;
      this.#fill(order, price, filled, true, nowNs);
      if (order.leaves > 0) continue;
      this.#leave(order);
      this.#emptied(order);
    }
    return left;
  }

  /** A print of an auction: orders for it, then resting ones with a better limit, all at its price. */
  #auctionPrint(tick: number, lots: number, nowNs: number): void {
    for (const side of ['buy', 'sell'] as const) {
      let left = this.#fillForSession(this.#opened ? 'atClose' : 'atOpen', side, tick, lots, nowNs);
      for (const order of this.#inLine(side).filter((each) => better(side, tickOf(each), tick))) {
        if (left <= 0 || order.place !== 'resting') continue;
        left -= this.#fillResting(order, Math.min(left, order.leaves), nowNs, tick);
      }
    }
    this.#settle(nowNs);
  }

  // ── prices that set orders off ────────────────────────────────────────────────────────────────────────────────────

  #quote(nowNs: number): void {
    if (this.#halted || !this.#waiting.some(({ terms }) => terms.triggerBy === 'quote')) return;
    this.#price('quote', 'buy', this.#bestFor('buy'), 0, nowNs);
    this.#price('quote', 'sell', this.#bestFor('sell'), 0, nowNs);
    this.#settle(nowNs);
  }

  /** The quote that an order of this side would take; `NaN` where there is none. */
  #bestFor(side: PlainSide): number {
    const ticks = [...this.#book(opposite(side)).keys()];
    return ticks.reduce((a, b) => (Number.isNaN(a) || better(opposite(side), b, a) ? b : a), Number.NaN);
  }

  /** An order that waits for a price which the market is beyond already goes off now. */
  #offAtOnce({ side, terms }: PlainOrder, nowNs: number): void {
    if (this.#halted) return;
    const price = terms.triggerBy === 'quote' ? this.#bestFor(side) : this.#lastTrade;
    this.#price(terms.triggerBy, side, price, 0, nowNs);
  }

  #rises({ side, terms }: PlainOrder): boolean {
    return (side === 'buy') !== (terms.type === 'limitIfTouched' || terms.type === 'marketIfTouched');
  }

  /** A price that moves waiting orders of one side. */
  #price(by: string, side: PlainSide, price: number, skip: number, nowNs: number): void {
    if (Number.isNaN(price)) return;
    const concerned = () => this.#waiting.filter((order) => order.terms.triggerBy === by && order.side === side);
    for (;;) {
      const due = concerned().filter((order) => (this.#rises(order) ? price >= order.stop : price <= order.stop));
      // Rising ones first; of those the nearest, then who has waited longest.
      due.sort((a, b) => {
        const [rises, alsoRises] = [this.#rises(a), this.#rises(b)];
        if (rises !== alsoRises) return rises ? -1 : 1;
        return a.stop !== b.stop ? (rises ? a.stop - b.stop : b.stop - a.stop) : a.turn - b.turn;
      });
      const [order] = due;
      if (order === undefined) break;
      this.#leave(order);
      order.triggered = true;
      const working = order.leaves + order.held;
      this.#tell(order, 'fill', 'triggered', price, working, working, nowNs);
      this.#route(order, true, skip, nowNs);
    }
    for (const order of concerned()) {
      const { type, trailTicks, trailFraction } = order.terms;
      if (type !== 'trailingStop') continue;
      const distance = Number.isNaN(trailTicks) ? price * trailFraction : trailTicks;
      order.stop = this.#rises(order)
        ? Math.min(order.stop, Math.ceil(price + distance))
        : Math.max(order.stop, Math.floor(price - distance));
    }
  }

  // ── the market ────────────────────────────────────────────────────────────────────────────────────────────────────

  happen(row: PlainMarketRow): void {
    const { kind, exchangeNs: nowNs, priceTicks: tick, qtyLots: lots } = row;
    const side = row.side === Side.buy ? 'buy' : row.side === Side.sell ? 'sell' : undefined;
    if (kind === Kind.trade) this.#trade(side, tick, lots, row.hidden ? 'hidden' : 'plain', nowNs);
    else if (kind === Kind.status) this.#statusRow(row.value, nowNs);
    else if (kind === Kind.depth || kind === Kind.depthClear) {
      const before = this.#book(side!).get(tick) ?? 0;
      this.#levels.apply({ ...row, flags: 0 });
      // Clears and what a crossing level removes are told to nobody.
      if (kind === Kind.depth) this.#depth(side!, tick, before, lots, nowNs);
    } else if (kind === Kind.quote) this.#quoteRow(side!, tick, lots, nowNs);
    else this.#orderRow(row, side!, nowNs);
  }

  /** A best quote is all that is known of its side. What it fell back from is gone; what it rose above is out of sight. */
  #quoteRow(side: PlainSide, tick: number, lots: number, nowNs: number): void {
    const book = this.#book(side);
    const [best] = [...book.keys()];
    const bestLots = book.get(best!) ?? 0;
    const before = book.get(tick) ?? 0;
    book.clear();
    if (lots > 0)
      this.#levels.apply({ kind: Kind.depth, side: Side[side], flags: 0, priceTicks: tick, qtyLots: lots, orderId: 0 });
    const fellBack = best !== undefined && (lots === 0 ? tick !== best : better(side, best, tick));
    if (fellBack) this.#depth(side, best, bestLots, 0, nowNs);
    this.#depth(side, tick, before, lots, nowNs);
  }

  #orderRow(row: PlainMarketRow, side: PlainSide, nowNs: number): void {
    const { kind, orderId: id, priceTicks: tick, qtyLots: lots } = row;
    const executed = kind === Kind.orderExecute;
    if (executed) this.#trade(opposite(side), tick, lots, 'order', nowNs);
    const known = this.#queue.orders.find((order) => order.id === id);
    const add = () => {
      const before = this.#book(side).get(tick) ?? 0;
      this.#queue.orders.push({ id, side: row.side, tick, lots, joined: this.#queue.next++ });
      this.#depth(side, tick, before, before + lots, nowNs);
    };
    const reduce = (by: number) => {
      const order = known!;
      const before = this.#book(side).get(order.tick)!;
      const taken = Math.min(by, order.lots);
      order.lots -= taken;
      if (order.lots === 0) this.#queue.orders.splice(this.#queue.orders.indexOf(order), 1);
      if (taken > 0) this.#reduced(side, order.tick, order.joined, taken, executed, nowNs);
      this.#depth(side, order.tick, before, before - taken, nowNs);
    };
    if (kind === Kind.orderAdd) add();
    else if (kind === Kind.orderModify) {
      if (known !== undefined && known.tick === tick && lots <= known.lots) reduce(known.lots - lots);
      else {
        if (known !== undefined) reduce(known.lots);
        add();
      }
    } else if (known !== undefined) reduce(lots);
  }

  #statusRow(status: number, nowNs: number): void {
    this.#status = status;
    if (status === Status.close) {
      this.#opened = false;
      this.#endDay(nowNs);
    }
    if (status === Status.open) {
      this.#opened = true;
      this.#opening = this.#forSession.some(({ terms }) => terms.timeInForce === 'atOpen');
      for (const order of [...this.#line].sort((a, b) => a.id - b.id)) {
        if (order.place !== 'resting' || !this.#wouldTake(order.side, order.price)) continue;
        this.#leave(order);
        this.#enter(order, true, 0, nowNs);
      }
    }
    this.#settle(nowNs);
  }

  #trade(
    aggressor: PlainSide | undefined,
    tick: number,
    lots: number,
    origin: 'plain' | 'order' | 'hidden',
    nowNs: number,
  ): void {
    this.#lastTrade = tick;
    this.#usedOfExecution = 0;
    if (this.#status === Status.auction) this.#auctionPrint(tick, lots, nowNs);
    if (this.#halted) return;
    this.#event++;
    for (const side of ['buy', 'sell'] as const) {
      if (aggressor === side) continue;
      const used = this.#passed(side, (price) => better(side, price, tick), lots, tick, nowNs);
      this.#usedOfExecution = used;
      if (origin === 'order' && this.#history.queue === 'order by order') continue;
      // What was hidden traded after all that was displayed: where something is, it took none of that.
      if (origin === 'hidden' && this.#book(side).has(tick)) continue;
      this.#tradedAt(side, tick, this.#history.ownVolume === 'shared' ? lots - used : lots, nowNs);
    }
    this.#settle(nowNs);
    if (this.#opening) {
      this.#opening = false;
      this.#fillForSession('atOpen', 'buy', tick, lots, nowNs);
      this.#fillForSession('atOpen', 'sell', tick, lots, nowNs);
      this.#missed('atOpen', nowNs);
    }
    // The trade took liquidity that the book still shows: who takes on the same side finds it gone.
    const skip = origin === 'hidden' ? 0 : lots;
    this.#price('trade', 'buy', tick, aggressor === 'sell' ? 0 : skip, nowNs);
    this.#price('trade', 'sell', tick, aggressor === 'buy' ? 0 : skip, nowNs);
    this.#settle(nowNs);
  }

  /** The market came through own orders of a side: each gets what is left of it, at its own price. */
  #passed(
    side: PlainSide,
    isPassed: (price: number) => boolean,
    offered: number,
    eventPrice: number,
    nowNs: number,
  ): number {
    const { matching, ownVolume } = this.#history;
    let left = offered;
    let used = 0;
    for (const order of this.#inLine(side).filter((each) => isPassed(tickOf(each)))) {
      if (order.place !== 'resting') continue;
      const lots = matching === 'whole' ? order.leaves : Math.min(order.leaves, left);
      if (lots <= 0) break;
      const filled = this.#fillResting(order, lots, nowNs, Number.isNaN(order.price) ? eventPrice : order.price);
      used += filled;
      if (ownVolume === 'shared') left = Math.max(0, left - filled);
    }
    return used;
  }

  #tradedAt(side: PlainSide, tick: number, lots: number, nowNs: number): void {
    if (lots <= 0) return;
    const { matching, ownVolume } = this.#history;
    let left = lots;
    const here = this.#inLine(side).filter(({ price }) => price === tick);
    const displayed = here.filter(({ terms }) => !terms.hidden);
    const shares = this.#history.queue === 'half of all';
    // Where all share in a trade, all hear of the whole of it before any fills.
    if (shares) for (const order of displayed) this.#queueTraded(order, lots);
    for (const order of displayed) {
      if (order.place !== 'resting' || order.heard === this.#event) continue;
      order.heard = this.#event;
      if (!shares) this.#queueTraded(order, left);
      // A queue model may count more than traded; nobody gets more than was left of the trade.
      const filled = this.#reached(order, ownVolume === 'shared' || shares ? left : Infinity, nowNs);
      if (ownVolume === 'shared') left -= filled;
      if (left <= 0) return;
    }
    left -= this.#book(side).get(tick) ?? 0;
    for (const order of here.filter(({ terms }) => terms.hidden)) {
      if (left <= 0) return;
      if (order.place !== 'resting') continue;
      const filled = this.#fillResting(
        order,
        matching === 'whole' ? order.leaves : Math.min(order.leaves, left),
        nowNs,
      );
      if (ownVolume === 'shared') left -= filled;
    }
  }

  /** Fills what has traded past an order, as far as it is shown. */
  #reached(order: PlainOrder, mostLots: number, nowNs: number): number {
    const lots = Math.min(this.#queueReached(order), mostLots);
    if (lots <= 0) return 0;
    const most = this.#history.matching === 'whole' ? order.leaves : Math.min(order.leaves, lots);
    return this.#fillResting(order, Math.min(most, order.shown), nowNs);
  }

  /** An order of the market lost lots. */
  #reduced(side: PlainSide, tick: number, joined: number, lots: number, executed: boolean, nowNs: number): void {
    if (this.#history.queue !== 'order by order') return;
    this.#event++;
    const fills = executed && !this.#halted;
    let left = lots - (executed && this.#history.ownVolume === 'shared' ? this.#usedOfExecution : 0);
    for (const order of this.#inLine(side).filter(({ price, terms }) => price === tick && !terms.hidden)) {
      if (order.place !== 'resting' || order.heard === this.#event) continue;
      order.heard = this.#event;
      const isAhead = joined < order.joined;
      if (isAhead) order.ahead -= lots;
      else if (left > 0 && fills) order.traded += left;
      if (isAhead || left > 0) this.#note(order);
      if (isAhead || !fills) continue;
      const filled = this.#reached(order, Infinity, nowNs);
      if (this.#history.ownVolume === 'shared') left -= filled;
    }
    this.#settle(nowNs);
  }

  #depth(side: PlainSide, tick: number, before: number, after: number, nowNs: number): void {
    const { consumption, queue, feed } = this.#history;
    const key = `${side} ${tick}`;
    const taken = this.#taken.get(key);
    if (taken !== undefined) {
      if (after === 0 || (consumption === 'until updated' && after !== before)) this.#taken.delete(key);
      else this.#taken.set(key, Math.min(taken, after));
    }
    if (queue !== 'order by order') {
      for (const order of this.#line) {
        if (order.side === side && order.price === tick && !order.terms.hidden) {
          this.#queueLevel(order, before, after);
        }
      }
    }
    if (after === 0 && feed === 'quotes') {
      // Own orders at better prices than the quote that is left stand alone.
      const [best] = [...this.#book(side).keys()];
      for (const order of this.#inLine(side).filter(({ terms }) => !terms.hidden)) {
        if (best === undefined || better(side, tickOf(order), best)) this.#queueLevel(order, 0, 0);
      }
    }
    if (after > 0 && !this.#halted) {
      const own = opposite(side);
      const offered = after - Math.min(after, this.#taken.get(key) ?? 0);
      // An own order is passed when a level of the other side stands at its price or beyond.
      const concerns = this.#line.some((order) => order.side === own && reaches(side, tick, tickOf(order)));
      const used = this.#passed(own, (price) => reaches(side, tick, price), offered, tick, nowNs);
      if (used > 0) this.#consume(side, tick, used);
      if (concerns) this.#retryAllOrNone(own, nowNs);
      this.#settle(nowNs);
    }
    this.#quote(nowNs);
  }

  // ── queue models ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** `renews`: the next slice of an iceberg. */
  #queueJoin(order: PlainOrder, renews: boolean): void {
    const book = this.#book(order.side);
    const displayed = book.get(tickOf(order)) ?? 0;
    const improves = !renews && ![...book.keys()].some((tick) => !better(order.side, tickOf(order), tick));
    order.ahead = displayed;
    order.traded = 0;
    if (this.#history.queue === 'level one') {
      // Behind the best quote nobody knows what stands there.
      order.unknown = displayed === 0 && !improves;
      if (order.unknown) order.ahead = 1e15;
    }
    this.#note(order);
  }

  #queueTraded(order: PlainOrder, lots: number): void {
    const { queue } = this.#history;
    if (queue === 'half of all') order.traded += lots / 2;
    else if (queue === 'order by order') {
      if (order.ahead === 0) order.traded += lots;
    } else {
      order.ahead -= lots;
      if (queue === 'power' || queue === 'logarithm') order.traded += lots;
    }
    this.#note(order);
  }

  #queueReached(order: PlainOrder): number {
    let reached = 0;
    if (this.#history.queue === 'order by order') {
      reached = order.traded;
      order.traded = 0;
    } else if (this.#history.queue === 'half of all') {
      reached = Math.floor(order.traded);
      order.traded -= reached;
    } else if (order.ahead <= -0.5) {
      // Halves away from zero.
      reached = Math.floor(-order.ahead + 0.5);
      order.ahead = 0;
    }
    this.#note(order);
    return order.unknown ? 0 : reached;
  }

  #queueLevel(order: PlainOrder, before: number, after: number): void {
    const { queue } = this.#history;
    const { ahead } = order;
    if (queue === 'level one' && (after === 0 || order.unknown)) {
      // Seen for the first time, or seen empty.
      order.unknown = false;
      order.ahead = after;
      order.traded = 0;
    } else if (queue === 'risk averse' || queue === 'level one') order.ahead = Math.min(ahead, after);
    else if (queue !== 'half of all') {
      const change = before - after - order.traded;
      order.traded = 0;
      if (change < 0) order.ahead = Math.min(ahead, after);
      else {
        const back = before - ahead;
        // In units, of which a lot is a quarter.
        const [b, f] = [back / 4, ahead / 4];
        let share = queue === 'power' ? (b * b * b) / (b * b * b + f * f * f) : Math.log(1 + b) / Math.log(1 + b + f);
        if (Math.abs(share) === Infinity) share = 1;
        const estimate = ahead - (1 - share) * change + Math.min(back - share * change, 0);
        order.ahead = Number.isNaN(estimate) ? after : Math.min(estimate, after);
      }
    }
    this.#note(order);
  }

  #tell(
    order: PlainOrder,
    message: MessageName,
    kind: string,
    price: number,
    qty: number,
    leaves: number,
    nowNs: number,
    reason = 'none',
  ): void {
    this.#out.answer({ message, order, kind, price, qty, leaves, reason, maker: false }, nowNs);
  }
}
