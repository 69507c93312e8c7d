/**
 * What surrounds the plain matcher: strategies that do what the history says, requests and answers on their way, all still
 * to come in one list that is searched for the earliest. Shares no code with core/ or execution/.
 * Called by test/execution/matcher-histories.test.ts.
 */
import { type PlainAnswer, PlainMatcher, type PlainOrder, type PlainTerms } from './plain-matcher.js';
import {
  type MessageName,
  type PlainAct,
  type PlainHistory,
  type PlainRequest,
  plainDelayNs,
} from './plain-matcher-history.js';

/** One line of what the strategies learn, in words. */
export interface PlainTold {
  readonly kind: string;
  readonly order: number;
  readonly strategy: number;
  readonly localNs: number;
  readonly exchangeNs: number;
  readonly price: number;
  readonly qty: number;
  readonly leaves: number;
  readonly maker: boolean;
  readonly reason: string;
  readonly status: string;
}

interface Coming {
  readonly atNs: number;
  readonly rank: number;
  readonly keepsRunning: boolean;
  readonly run: (nowNs: number) => void;
}

/** At equal time: market data at the strategy, answers, market data at the venue, requests, timers. */
const RANK = { localData: 0, answer: 1, exchangeData: 2, request: 3, timer: 4 };

const FINISHED = ['filled', 'cancelled', 'rejected', 'expired'];
const isWhole = (value: number) => Number.isInteger(value) && Math.abs(value) <= 2 ** 31 - 2;
const isQuantity = (value: number) => Number.isSafeInteger(value) && value > 0;

export class PlainMatcherRun {
  readonly told: PlainTold[] = [];
  readonly matcher: PlainMatcher;
  readonly orders: PlainOrder[] = [];
  readonly #history: PlainHistory;
  #coming: Coming[] = [];
  readonly #lastArrival: number[] = [];
  readonly #lastAnswer: number[] = [];
  readonly #clientIds = new Set<string>();
  /** Groups a strategy made by calling for two or three orders at once. */
  #madeGroups = 0;
  #together = false;
  #togetherNs: number | undefined;

  constructor(history: PlainHistory) {
    this.#history = history;
    this.matcher = new PlainMatcher(history, {
      answer: (answer, nowNs) => this.#answer(answer, nowNs),
      later: (atNs, run) => this.#add(atNs, RANK.request, run, false),
    });
    for (const row of history.rows) {
      this.#add(row.exchangeNs, RANK.exchangeData, () => this.matcher.happen(row));
      this.#add(row.localNs, RANK.localData, () => {});
    }
    // All strategies set their timers before the run, the first strategy first.
    for (let strategy = 0; strategy < history.strategies; strategy++) {
      for (const action of history.actions.filter((each) => each.strategy === strategy)) {
        this.#add(action.atNs, RANK.timer, (now) => this.#act(action, strategy, now), false);
      }
    }
  }

  #add(atNs: number, rank: number, run: (nowNs: number) => void, keepsRunning = true): void {
    this.#coming.push({ atNs, rank, run, keepsRunning });
  }

  run(): this {
    while (this.#coming.some(({ keepsRunning }) => keepsRunning)) {
      // Array.reduce keeps the earlier entry among equals: first come, first served.
      const next = this.#coming.reduce((a, b) => (b.atNs < a.atNs || (b.atNs === a.atNs && b.rank < a.rank) ? b : a));
      this.#coming.splice(this.#coming.indexOf(next), 1);
      next.run(next.atNs);
    }
    return this;
  }

  // ── the strategy's side ───────────────────────────────────────────────────────────────────────────────────────────

  #act(act: PlainAct, strategy: number, nowNs: number): void {
    switch (act.act) {
      case 'submit':
        this.#submit(strategy, act.request, nowNs);
        break;
      case 'cancel':
      case 'modify': {
        const order = this.orders[act.order];
        if (order === undefined || order.strategy !== strategy) return;
        if (act.act === 'cancel') this.#cancel(order, nowNs);
        else {
          const { priceTicks = order.known.price, qtyLots = order.known.qty, stopTicks = Number.NaN } = act;
          this.#modify(order, priceTicks, qtyLots, stopTicks, nowNs);
        }
        break;
      }
      case 'cancelAll':
        this.#atOnce(() => {
          for (const order of this.orders) {
            const { status, requests } = order.known;
            if (order.strategy === strategy && !FINISHED.includes(status) && requests === 0) this.#cancel(order, nowNs);
          }
        });
        break;
      case 'oco': {
        const group = { id: `made ${++this.#madeGroups}`, kind: 'oco' as const };
        this.#atOnce(() => {
          for (const request of act.requests) this.#submit(strategy, request, nowNs, { group });
        });
        break;
      }
      case 'bracket': {
        const { entry, takeProfitTicks, stopTicks, stopLimitTicks } = act;
        const group = { id: `made ${++this.#madeGroups}`, kind: 'ouo' as const };
        const side = entry.side === 'buy' ? 'sell' : 'buy';
        const exit = { side, qtyLots: entry.qtyLots, reduceOnly: true } as const;
        this.#atOnce(() => {
          const parent = this.#submit(strategy, { ...entry, leads: true }, nowNs);
          this.#submit(strategy, { ...exit, priceTicks: takeProfitTicks }, nowNs, { group, parent });
          const stop: PlainRequest =
            stopLimitTicks === undefined
              ? { ...exit, type: 'stop', stopTicks }
              : { ...exit, type: 'stopLimit', stopTicks, priceTicks: stopLimitTicks };
          this.#submit(strategy, stop, nowNs, { group, parent });
        });
        break;
      }
      case 'together':
        this.#atOnce(() => {
          for (const each of act.acts) this.#act(each, strategy, nowNs);
        });
        break;
    }
  }

  /** What is sent meanwhile travels as one message. */
  #atOnce(send: () => void): void {
    if (this.#together) {
      send();
      return;
    }
    this.#together = true;
    send();
    this.#together = false;
    this.#togetherNs = undefined;
  }

  #submit(
    strategy: number,
    request: PlainRequest,
    nowNs: number,
    family: { group?: PlainTerms['group']; parent?: PlainOrder } = {},
  ): PlainOrder {
    const priced = request.priceTicks !== undefined;
    const type = request.type ?? (priced ? 'limit' : 'market');
    const hasLimit = ['limit', 'stopLimit', 'limitIfTouched'].includes(type);
    const named = request.group;
    const group =
      named === undefined
        ? undefined
        : { id: `${strategy} ${named}`, kind: named % 2 === 0 ? ('oco' as const) : ('ouo' as const) };
    const terms: PlainTerms = {
      type,
      timeInForce: request.timeInForce ?? (type === 'market' ? 'IOC' : 'GTC'),
      postOnly: request.postOnly === true,
      reduceOnly: request.reduceOnly === true,
      allOrNone: request.allOrNone === true,
      hidden: request.hidden === true,
      displayLots: request.displayLots ?? 0,
      stopTicks: request.stopTicks ?? Number.NaN,
      trailTicks: request.trailTicks ?? Number.NaN,
      trailFraction: request.trailFraction ?? Number.NaN,
      triggerBy: request.triggerBy ?? 'trade',
      expiresNs: request.expiresNs ?? Infinity,
      selfTrade: request.selfTrade ?? 'venue',
      leads: request.leads === true,
      parent: family.parent ?? (request.parent === undefined ? undefined : this.orders[request.parent]),
      group: family.group ?? group,
    };
    const price = hasLimit ? (request.priceTicks ?? Number.NaN) : Number.NaN;
    const qty = request.qtyLots;
    const rises = (request.side === 'buy') !== type.endsWith('IfTouched');
    const unsetTrail = type === 'trailingStop' && Number.isNaN(terms.stopTicks);
    const order: PlainOrder = {
      id: this.orders.length + 1,
      strategy,
      side: request.side,
      terms,
      place: 'coming',
      price,
      leaves: qty,
      held: 0,
      freed: 0,
      takenOff: 0,
      filled: 0,
      stop: unsetTrail ? (rises ? Infinity : -Infinity) : terms.stopTicks,
      triggered: false,
      turn: 0,
      shown: 0,
      ahead: 0,
      traded: 0,
      unknown: false,
      joined: 0,
      heard: 0,
      known: { status: 'pending', price, qty, leaves: qty, filled: 0, requests: 0 },
    };
    this.orders.push(order);
    let reason = refusal(order, qty, priced && !hasLimit, hasLimit, nowNs);
    const name = `${strategy} ${request.clientId}`;
    if (reason === undefined && request.clientId !== undefined) {
      if (this.#clientIds.has(name)) reason = 'duplicateId';
      this.#clientIds.add(name);
    }
    const known = terms.parent?.known;
    if (known !== undefined && FINISHED.includes(known.status) && known.filled === 0) reason ??= 'parentEnded';
    if (reason !== undefined) {
      order.place = 'ended';
      order.known.status = 'rejected';
      order.known.leaves = 0;
      this.#tell(order, 'rejected', nowNs, Number.NaN, price, qty, reason);
      return order;
    }
    this.#tell(order, 'submitted', nowNs, Number.NaN, price, qty);
    this.#send(order, 'submit', nowNs, (now) => this.matcher.arrive(order, now));
    return order;
  }

  #cancel(order: PlainOrder, nowNs: number): void {
    const { price, qty, status } = order.known;
    if (FINISHED.includes(status)) {
      this.#tell(order, 'cancelRejected', nowNs, Number.NaN, price, qty, 'alreadyFinished');
      return;
    }
    order.known.requests++;
    this.#tell(order, 'cancelRequested', nowNs, Number.NaN, price, qty);
    this.#send(order, 'cancel', nowNs, (now) => this.matcher.cancel(order, now));
  }

  #modify(order: PlainOrder, price: number, qty: number, stop: number, nowNs: number): void {
    const { type } = order.terms;
    const hasLimit = ['limit', 'stopLimit', 'limitIfTouched'].includes(type);
    const badStop = !Number.isNaN(stop) && (type === 'limit' || !isWhole(stop));
    const reason =
      type === 'market'
        ? 'badRequest'
        : (hasLimit ? !isWhole(price) : !Number.isNaN(price))
          ? 'badPrice'
          : !isQuantity(qty)
            ? 'badQuantity'
            : badStop
              ? 'badTrigger'
              : FINISHED.includes(order.known.status)
                ? 'alreadyFinished'
                : undefined;
    if (reason !== undefined) {
      this.#tell(order, 'modifyRejected', nowNs, Number.NaN, price, qty, reason);
      return;
    }
    order.known.requests++;
    this.#tell(order, 'modifyRequested', nowNs, Number.NaN, price, qty);
    this.#send(order, 'modify', nowNs, (now) => this.matcher.modify(order, price, qty, stop, now));
  }

  // ── travel ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #send({ strategy }: PlainOrder, kind: MessageName, sentNs: number, arrive: (nowNs: number) => void): void {
    const delayNs = plainDelayNs(this.#history, 'entry', kind, sentNs);
    const atNs = this.#togetherNs ?? Math.max(sentNs + delayNs, this.#lastArrival[strategy] ?? 0);
    if (this.#together) this.#togetherNs = atNs;
    this.#lastArrival[strategy] = atNs;
    this.#add(atNs, RANK.request, arrive);
  }

  /** The answer travels; the order changes, as its strategy knows it, when it arrives. */
  #answer({ message, order, kind, price, qty, leaves, reason, maker }: PlainAnswer, nowNs: number): void {
    const { strategy, known } = order;
    const delayNs = plainDelayNs(this.#history, 'response', message, nowNs);
    const atNs = Math.max(nowNs + delayNs, this.#lastAnswer[strategy] ?? 0);
    this.#lastAnswer[strategy] = atNs;
    this.#add(atNs, RANK.answer, () => {
      if (kind === 'accepted' || kind === 'restated') known.status = 'open';
      if (kind === 'cancelled' || kind === 'expired' || kind === 'rejected') known.status = kind;
      if (kind === 'modified' || kind === 'restated') {
        known.price = price;
        known.qty = qty;
        known.leaves = leaves;
      }
      if (kind === 'filled') {
        known.leaves -= qty;
        known.filled += qty;
        known.status = known.leaves === 0 ? 'filled' : 'open';
      }
      if (FINISHED.includes(known.status)) known.leaves = 0;
      if (message === 'cancel' || message === 'modify') known.requests--;
      this.#tell(order, kind, atNs, nowNs, price, qty, reason, maker);
    });
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
  ): void {
    const { id, strategy, known } = order;
    const { status, leaves } = known;
    this.told.push({ kind, order: id, strategy, localNs, exchangeNs, price, qty, leaves, maker, reason, status });
  }
}

/** Why a request makes no sense; `undefined` when it does. `stray`: it names a limit that its type does not have. */
function refusal(
  { side, strategy, terms, price }: PlainOrder,
  qty: number,
  stray: boolean,
  hasLimit: boolean,
  nowNs: number,
): string | undefined {
  const { type, timeInForce, postOnly, displayLots, hidden, allOrNone, parent } = terms;
  const market = type === 'market';
  const stops = !market && type !== 'limit';
  const atOnce = timeInForce === 'IOC' || timeInForce === 'FOK';
  if (!isQuantity(qty)) return 'badQuantity';
  if (hasLimit && !isWhole(price)) return 'badPrice';
  if (stray || (side !== 'buy' && side !== 'sell')) return 'badRequest';
  if (postOnly && (!hasLimit || atOnce)) return 'badRequest';
  const { stopTicks, trailTicks, trailFraction } = terms;
  const [hasStop, byTicks, byFraction] = [stopTicks, trailTicks, trailFraction].map((value) => !Number.isNaN(value));
  if (type === 'trailingStop') {
    if (byTicks === byFraction) return 'badTrigger';
    if (byTicks && !(isWhole(trailTicks) && trailTicks > 0)) return 'badTrigger';
    if (byFraction && !(trailFraction > 0 && trailFraction < 1)) return 'badTrigger';
  } else if (byTicks || byFraction || (stops && !hasStop)) return 'badTrigger';
  if (hasStop && !(stops && isWhole(stopTicks))) return 'badTrigger';
  const dated = terms.expiresNs !== Infinity;
  if (dated !== (timeInForce === 'GTD') || terms.expiresNs <= nowNs) return 'badExpiry';
  if (displayLots !== 0 && !(isQuantity(displayLots) && displayLots < qty)) return 'badQuantity';
  const rests = hasLimit && !atOnce;
  if ((displayLots !== 0 || hidden) && !rests) return 'badRequest';
  if (displayLots !== 0 && (hidden || allOrNone)) return 'badRequest';
  if (allOrNone && postOnly) return 'badRequest';
  if (parent !== undefined && !(parent.terms.leads && parent.strategy === strategy)) return 'badRequest';
  return undefined;
}
