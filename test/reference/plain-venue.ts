/**
 * The simulated exchange in its plainest form: orders as objects in arrays, everything still to come in one list that is
 * searched for the earliest. Written from the reference's rules (../shared/truth/README.md, "Venue", "Books", "Clock") and
 * the docstring of execution/simulated-venue.ts; shares no code with execution/.
 * Covers level-2 rows of one instrument, no partial fills. Called by test/execution/venue-histories.test.ts.
 */
import { PlainLevels, type PlainRow } from './plain-books.js';

export interface TimedRow extends PlainRow {
  readonly exchangeNs: number;
  readonly localNs: number;
}

/** What a strategy does at a moment, whatever it knows by then. `order` counts all submissions of the run from 0. */
export type Action = { readonly atNs: number; readonly strategy: number } & (
  | {
      readonly act: 'submit';
      readonly side: 'buy' | 'sell';
      readonly qty: number;
      /** No price: a market order. */
      readonly price: number | undefined;
      readonly terms: 'GTC' | 'IOC' | 'FOK' | 'post-only';
    }
  | { readonly act: 'cancel'; readonly order: number }
  | { readonly act: 'modify'; readonly order: number; readonly price: number; readonly qty: number }
);

export interface History {
  readonly rows: readonly TimedRow[];
  readonly actions: readonly Action[];
  readonly entryNs: (sentNs: number) => number;
  readonly responseNs: (answeredNs: number) => number;
  /** Share of a level's decrease that happened behind an order, from (behind, ahead) in units; none = risk averse. */
  readonly behind: ((behind: number, ahead: number) => number) | undefined;
  readonly lotsPerUnit: number;
  /** Money of one tick × lot. */
  readonly value: number;
  readonly makerRate: number;
  readonly takerRate: number;
}

/** One line of what the strategies learn, in words. */
export interface Told {
  readonly kind: string;
  readonly order: number;
  readonly strategy: number;
  readonly localNs: number;
  readonly exchangeNs: number;
  readonly price: number;
  readonly qty: number;
  readonly leaves: number;
  readonly maker: boolean;
  readonly fee: number;
  readonly reason: string;
  readonly status: string;
}

/** An order's place in its queue after something happened to it. */
export type Place = readonly [order: number, ahead: number, traded: number];

interface PlainOrder {
  readonly id: number;
  readonly strategy: number;
  readonly side: 'buy' | 'sell';
  readonly market: boolean;
  readonly terms: string;
  // As the venue has it.
  price: number;
  qty: number;
  ahead: number;
  traded: number;
  // As its strategy knows it.
  status: string;
  knownPrice: number;
  knownQty: number;
  knownLeaves: number;
}

type Coming = { readonly atNs: number; readonly rank: number } & ({ row: TimedRow } | { run: () => void });

/** At equal time: market data at the strategy, answers, market data at the venue, requests, timers. */
const RANK = { localData: 0, answer: 1, exchangeData: 2, request: 3, timer: 4 };

export class PlainVenue {
  readonly told: Told[] = [];
  readonly places: Place[] = [];
  readonly #history: History;
  readonly #book = new PlainLevels();
  #coming: Coming[] = [];
  readonly #orders: PlainOrder[] = [];
  /** Resting orders in the order in which they joined. */
  #resting: PlainOrder[] = [];
  readonly #lastArrival: number[] = [];
  readonly #lastAnswer: number[] = [];

  constructor(history: History) {
    this.#history = history;
    for (const row of history.rows) {
      this.#coming.push({ atNs: row.exchangeNs, rank: RANK.exchangeData, row });
      this.#coming.push({ atNs: row.localNs, rank: RANK.localData, run: () => {} });
    }
    // Both strategies set their timers before the run, the first strategy first.
    for (const strategy of [0, 1]) {
      for (const action of history.actions.filter((each) => each.strategy === strategy)) {
        this.#coming.push({ atNs: action.atNs, rank: RANK.timer, run: () => this.#act(action) });
      }
    }
  }

  run(): this {
    // Timers alone keep nothing going.
    while (this.#coming.some(({ rank }) => rank !== RANK.timer)) {
      // Array.reduce keeps the earlier entry among equals: first come, first served.
      const next = this.#coming.reduce((a, b) => (b.atNs < a.atNs || (b.atNs === a.atNs && b.rank < a.rank) ? b : a));
      this.#coming = this.#coming.filter((each) => each !== next);
      if ('run' in next) next.run();
      else this.#happen(next.row);
    }
    return this;
  }

  // ---- the strategy's side ----

  #act(action: Action): void {
    const { atNs, strategy } = action;
    if (action.act === 'submit') {
      const order: PlainOrder = {
        id: this.#orders.length + 1,
        strategy,
        side: action.side,
        market: action.price === undefined,
        terms: action.price === undefined ? 'IOC' : action.terms,
        price: action.price ?? Number.NaN,
        qty: action.qty,
        ahead: 0,
        traded: 0,
        status: 'pending',
        knownPrice: action.price ?? Number.NaN,
        knownQty: action.qty,
        knownLeaves: action.qty,
      };
      this.#orders.push(order);
      this.#tell(order, 'submitted', atNs, Number.NaN, order.knownPrice, order.qty);
      this.#send(order, atNs, (now) => this.#arrive(order, now));
      return;
    }
    const order = this.#orders[action.order];
    if (order === undefined || order.strategy !== strategy) return;
    const finished = order.status !== 'pending' && order.status !== 'open';
    if (action.act === 'cancel') {
      const { knownPrice, knownQty } = order;
      if (finished) this.#tell(order, 'cancelRejected', atNs, Number.NaN, knownPrice, knownQty, 'alreadyFinished');
      else {
        this.#tell(order, 'cancelRequested', atNs, Number.NaN, knownPrice, knownQty);
        this.#send(order, atNs, (now) => this.#cancel(order, now));
      }
    } else {
      const refused = order.market ? 'badRequest' : finished ? 'alreadyFinished' : undefined;
      if (refused !== undefined)
        this.#tell(order, 'modifyRejected', atNs, Number.NaN, action.price, action.qty, refused);
      else {
        this.#tell(order, 'modifyRequested', atNs, Number.NaN, action.price, action.qty);
        this.#send(order, atNs, (now) => this.#modify(order, action.price, action.qty, now));
      }
    }
  }

  #send(order: PlainOrder, sentNs: number, arrive: (nowNs: number) => void): void {
    const { strategy } = order;
    const atNs = Math.max(sentNs + this.#history.entryNs(sentNs), this.#lastArrival[strategy] ?? 0);
    this.#lastArrival[strategy] = atNs;
    this.#coming.push({ atNs, rank: RANK.request, run: () => arrive(atNs) });
  }

  #tell(
    order: PlainOrder,
    kind: string,
    localNs: number,
    exchangeNs: number,
    price: number,
    qty: number,
    reason = 'none',
    maker = false,
    fee = 0,
  ): void {
    const { id, strategy, status, knownLeaves: leaves } = order;
    this.told.push({ kind, order: id, strategy, localNs, exchangeNs, price, qty, leaves, maker, fee, reason, status });
  }

  // ---- the venue's side ----

  /** The answer travels; the order changes, as its strategy knows it, when it arrives. */
  #answer(
    order: PlainOrder,
    kind: string,
    nowNs: number,
    price: number,
    qty: number,
    reason = 'none',
    maker = false,
    fee = 0,
  ): void {
    const { strategy } = order;
    const atNs = Math.max(nowNs + this.#history.responseNs(nowNs), this.#lastAnswer[strategy] ?? 0);
    this.#lastAnswer[strategy] = atNs;
    const run = () => {
      if (kind === 'accepted') order.status = 'open';
      if (kind === 'filled' || kind === 'cancelled' || kind === 'expired') {
        order.status = kind;
        order.knownLeaves = 0;
      }
      if (kind === 'modified') {
        order.knownPrice = price;
        order.knownQty = qty;
        order.knownLeaves = qty;
      }
      this.#tell(order, kind, atNs, nowNs, price, qty, reason, maker, fee);
    };
    this.#coming.push({ atNs, rank: RANK.answer, run });
  }

  /** The best opposite price that this limit reaches; `undefined` when it reaches none. */
  #reached({ side, market }: PlainOrder, price: number): number | undefined {
    const [best] = side === 'buy' ? this.#book.bestAsk : this.#book.bestBid;
    if (Number.isNaN(best)) return undefined;
    return market || (side === 'buy' ? price >= best : price <= best) ? best : undefined;
  }

  #fill(order: PlainOrder, nowNs: number, price: number, maker: boolean): void {
    const { value, makerRate, takerRate } = this.#history;
    const fee = price * order.qty * value * (maker ? makerRate : takerRate);
    this.#resting = this.#resting.filter((each) => each !== order);
    this.#answer(order, 'filled', nowNs, price, order.qty, 'none', maker, fee);
  }

  #rest(order: PlainOrder): void {
    const own = order.side === 'buy' ? this.#book.bids : this.#book.asks;
    order.ahead = own.get(order.price) ?? 0;
    order.traded = 0;
    this.#resting.push(order);
    this.#note(order);
  }

  #note({ id, ahead, traded }: PlainOrder): void {
    this.places.push([id, ahead, traded]);
  }

  #arrive(order: PlainOrder, nowNs: number): void {
    const reached = this.#reached(order, order.price);
    const refuse = (reason: string) => this.#answer(order, 'expired', nowNs, order.price, order.qty, reason);
    if (reached !== undefined) {
      if (order.terms === 'post-only') refuse('postOnlyWouldTake');
      else this.#fill(order, nowNs, reached, false);
    } else if (order.market) refuse('noOppositeQuote');
    else if (order.terms === 'IOC') refuse('immediateRemainder');
    else if (order.terms === 'FOK') refuse('notFullyFillable');
    else {
      this.#rest(order);
      this.#answer(order, 'accepted', nowNs, order.price, order.qty);
    }
  }

  #cancel(order: PlainOrder, nowNs: number): void {
    if (!this.#resting.includes(order)) this.#answer(order, 'cancelRejected', nowNs, 0, 0, 'alreadyFinished');
    else {
      this.#resting = this.#resting.filter((each) => each !== order);
      this.#answer(order, 'cancelled', nowNs, order.price, order.qty);
    }
  }

  #modify(order: PlainOrder, price: number, qty: number, nowNs: number): void {
    if (!this.#resting.includes(order)) {
      this.#answer(order, 'modifyRejected', nowNs, price, qty, 'alreadyFinished');
      return;
    }
    const reached = price === order.price ? undefined : this.#reached(order, price);
    if (reached !== undefined && order.terms === 'post-only') {
      this.#answer(order, 'modifyRejected', nowNs, price, qty, 'postOnlyWouldTake');
      return;
    }
    this.#answer(order, 'modified', nowNs, price, qty);
    const keepsPlace = price === order.price && qty <= order.qty;
    order.price = price;
    order.qty = qty;
    if (keepsPlace) return;
    this.#resting = this.#resting.filter((each) => each !== order);
    if (reached !== undefined) this.#fill(order, nowNs, reached, false);
    else this.#rest(order);
  }

  #happen(row: TimedRow): void {
    const side = (['none', 'buy', 'sell'] as const)[row.side as 0 | 1 | 2];
    if (row.kind === 1) {
      if (side !== 'buy') this.#trade(row, 'buy');
      if (side !== 'sell') this.#trade(row, 'sell');
      return;
    }
    if (side === 'none') throw new Error('a depth row without a side');
    const levels = side === 'buy' ? this.#book.bids : this.#book.asks;
    const before = levels.get(row.priceTicks) ?? 0;
    this.#book.apply(row);
    // Clears and what a crossing level removes are not told to the queues.
    if (row.kind !== 2) return;
    for (const order of this.#resting) {
      if (order.side === side && order.price === row.priceTicks) this.#levelChanged(order, before, row.qtyLots);
    }
    if (row.qtyLots === 0) return;
    const [bid] = this.#book.bestBid;
    const [ask] = this.#book.bestAsk;
    if (side === 'buy') this.#fillAll('sell', (price) => price <= bid, row.exchangeNs);
    else this.#fillAll('buy', (price) => price >= ask, row.exchangeNs);
  }

  /** A trade that may reach resting orders of this side. */
  #trade({ priceTicks, qtyLots, exchangeNs }: TimedRow, side: 'buy' | 'sell'): void {
    this.#fillAll(side, (price) => (side === 'buy' ? price > priceTicks : price < priceTicks), exchangeNs);
    for (const order of this.#resting.filter((each) => each.side === side && each.price === priceTicks)) {
      order.ahead -= qtyLots;
      if (this.#history.behind !== undefined) order.traded += qtyLots;
      this.#note(order);
      // round(−ahead) > 0, halves away from zero.
      const reached = -order.ahead >= 0.5;
      if (reached) order.ahead = 0;
      this.#note(order);
      if (reached) this.#fill(order, exchangeNs, order.price, true);
    }
  }

  /** Fills resting orders of a side at their own prices, best price first, at one price first come first served. */
  #fillAll(side: 'buy' | 'sell', reached: (price: number) => boolean, nowNs: number): void {
    const orders = this.#resting.filter((order) => order.side === side && reached(order.price));
    orders.sort((a, b) => (side === 'buy' ? b.price - a.price : a.price - b.price));
    for (const order of orders) this.#fill(order, nowNs, order.price, true);
  }

  #levelChanged(order: PlainOrder, before: number, after: number): void {
    const { behind: probability, lotsPerUnit } = this.#history;
    const { ahead } = order;
    if (probability === undefined) order.ahead = Math.min(ahead, after);
    else {
      const change = before - after - order.traded;
      order.traded = 0;
      if (change < 0) order.ahead = Math.min(ahead, after);
      else {
        const back = before - ahead;
        let share = probability(back / lotsPerUnit, ahead / lotsPerUnit);
        if (Math.abs(share) === Infinity) share = 1;
        const estimate = ahead - (1 - share) * change + Math.min(back - share * change, 0);
        order.ahead = Number.isNaN(estimate) ? after : Math.min(estimate, after);
      }
    }
    this.#note(order);
  }
}
