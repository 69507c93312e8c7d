/**
 * The matching engine against a plain twin on ten thousand random histories: orders of every kind in markets of every kind.
 * The same answers at the same times, the same place in the queue after everything that happens to an order, the same
 * accounts; and nothing is gained or lost on the way.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Account,
  codeOf,
  Flag,
  GroupKind,
  type Kind,
  MemoryTape,
  ORDER_EVENT_NAMES,
  ORDER_STATUS_NAMES,
  type Order,
  type OrderEvent,
  type OrderGroup,
  type OrderRequest,
  OrderType,
  Reason,
  SelfTrade,
  Side,
  Simulation,
  type Strategy,
  type StrategyContext,
  TapeBuilder,
  TimeInForce,
  TriggerBy,
} from '../../core/index.js';
import { consumedUntilUpdated, hftbacktestConsumption, neverReused } from '../../execution/consumption.js';
import {
  levelOneQueue,
  logBackQueue,
  MESSAGE_NAMES,
  makerTakerFees,
  noPartialFill,
  noPriceProtection,
  orderQueue,
  partialFill,
  powerQueue,
  priceProtection,
  type QueuePositionModel,
  riskAverseQueue,
  simulatedVenue,
} from '../../execution/index.js';
import type { PlainPlace } from '../reference/plain-matcher.js';
import {
  type HistoryShape,
  type PlainAct,
  type PlainAction,
  type PlainHistory,
  type PlainRequest,
  plainDelayNs,
  plainHistory,
} from '../reference/plain-matcher-history.js';
import { PlainMatcherRun, type PlainTold } from '../reference/plain-matcher-run.js';

// Every amount of money is a whole number of 2^-16, so that sums are exact and have to agree to the last bit.
const SPEC = { symbol: 'X', tick: '0.5', lot: '0.25' };
/** Money of one tick × lot. */
const VALUE = 0.125;
const FEES = { makerRate: -(2 ** -13), takerRate: 2 ** -11 };
const REASONS = Object.keys(Reason);

/** Every order gets half of every trade at its price: what an exchange without time priority could do. */
const halfOfAll: QueuePositionModel = {
  proRata: true,
  join(orders, slot, levelLots) {
    orders.aheadLots[slot] = levelLots;
    orders.tradedLots[slot] = 0;
  },
  traded(orders, slot, qtyLots) {
    orders.tradedLots[slot]! += qtyLots / 2;
  },
  levelChanged() {},
  reachedLots(orders, slot) {
    const reached = Math.floor(orders.tradedLots[slot]!);
    orders.tradedLots[slot]! -= reached;
    return reached;
  },
};

const QUEUES: Readonly<Record<PlainHistory['queue'], () => QueuePositionModel>> = {
  'risk averse': riskAverseQueue,
  power: () => powerQueue(3),
  logarithm: logBackQueue,
  'level one': levelOneQueue,
  'half of all': () => halfOfAll,
  'order by order': orderQueue,
};
const CONSUMPTION = {
  hftbacktest: hftbacktestConsumption,
  'until updated': consumedUntilUpdated,
  'never reused': neverReused,
};

/** The model, and a note of the order's place after each call. */
function watched(model: QueuePositionModel, places: PlainPlace[]): QueuePositionModel {
  const note = (orders: Parameters<QueuePositionModel['traded']>[0], slot: number) =>
    places.push([orders.orderId[slot]!, orders.aheadLots[slot]!, orders.tradedLots[slot]!]);
  const watch: QueuePositionModel = {
    proRata: model.proRata === true,
    join(orders, slot, levelLots, instrument, improves) {
      model.join(orders, slot, levelLots, instrument, improves);
      note(orders, slot);
    },
    traded(orders, slot, qtyLots) {
      model.traded(orders, slot, qtyLots);
      note(orders, slot);
    },
    levelChanged(orders, slot, beforeLots, afterLots, instrument) {
      model.levelChanged(orders, slot, beforeLots, afterLots, instrument);
      note(orders, slot);
    },
    reachedLots(orders, slot) {
      const reached = model.reachedLots(orders, slot);
      note(orders, slot);
      return reached;
    },
  };
  if (model.orderReduced === undefined) return watch;
  return {
    ...watch,
    orderReduced(orders, slot, ahead, qtyLots, executed) {
      model.orderReduced!(orders, slot, ahead, qtyLots, executed);
      note(orders, slot);
    },
  };
}

/** Does the actions of one strategy at their times. Orders are shared, so that all can be named by number. */
class Script implements Strategy {
  readonly #actions: readonly PlainAction[];
  readonly #orders: Order[];
  readonly #groups = new Map<number, OrderGroup>();

  constructor(actions: readonly PlainAction[], orders: Order[]) {
    this.#actions = actions;
    this.#orders = orders;
  }

  onStart(context: StrategyContext): void {
    this.#actions.forEach(({ atNs }, index) => {
      context.at(String(index), atNs);
    });
  }

  onTimer(name: string, context: StrategyContext): void {
    this.#act(this.#actions[Number(name)]!, context);
  }

  #act(act: PlainAct, context: StrategyContext): void {
    switch (act.act) {
      case 'submit':
        this.#orders.push(context.submit(this.#request(act.request, context)));
        break;
      case 'cancel':
      case 'modify': {
        const order = this.#orders[act.order];
        if (order === undefined || context.name !== `s${order.strategy}`) return;
        if (act.act === 'cancel') context.cancel(order);
        else {
          const { act: _act, order: _order, ...change } = act;
          context.modify(order, change);
        }
        break;
      }
      case 'cancelAll':
        context.cancelAll();
        break;
      case 'oco':
        this.#orders.push(...context.oco(...act.requests.map((request) => this.#request(request, context))));
        break;
      case 'bracket': {
        const { entry, act: _act, ...exits } = act;
        const { entry: first, takeProfit, stopLoss } = context.bracket(this.#request(entry, context), exits);
        this.#orders.push(first, takeProfit, stopLoss);
        break;
      }
      case 'together':
        context.together(() => {
          for (const each of act.acts) this.#act(each, context);
        });
        break;
    }
  }

  #request(request: PlainRequest, context: StrategyContext): OrderRequest {
    const { side, type, timeInForce, triggerBy, selfTrade, parent, group, ...rest } = request;
    const leader = parent === undefined ? undefined : this.#orders[parent];
    return {
      ...rest,
      instrument: context.instruments[0]!,
      side: Side[side],
      ...(type === undefined ? {} : { type: OrderType[type] }),
      ...(timeInForce === undefined ? {} : { timeInForce: TimeInForce[timeInForce] }),
      ...(triggerBy === undefined ? {} : { triggerBy: TriggerBy[triggerBy] }),
      ...(selfTrade === undefined ? {} : { selfTrade: SelfTrade[selfTrade] }),
      ...(leader === undefined ? {} : { parent: leader }),
      ...(group === undefined ? {} : { group: this.#group(group, context) }),
    };
  }

  #group(name: number, context: StrategyContext): OrderGroup {
    const group = this.#groups.get(name) ?? context.group(name % 2 === 0 ? GroupKind.oco : GroupKind.ouo);
    this.#groups.set(name, group);
    return group;
  }
}

interface Outcome {
  readonly told: (PlainTold & { readonly fee: number })[];
  readonly places: PlainPlace[];
  readonly orders: Order[];
  readonly accounts: readonly Account[];
  /** Fills that a strategy heard of while a request of its own for the order was on its way. */
  readonly races: number;
}

function simulated(history: PlainHistory): Outcome {
  const { feed, rows, strategies, actions, ownOrders, ownVolume, whileHalted, dayEndNs } = history;
  const builder = new TapeBuilder({ orderId: feed === 'orders', value: true }, rows.length);
  for (const { exchangeNs, localNs, kind, side, priceTicks, qtyLots, orderId, value, hidden } of rows) {
    const code = codeOf(kind as Kind, side as Side);
    const at = builder.add(exchangeNs, localNs, code, hidden ? Flag.hidden : 0, 0, priceTicks, qtyLots);
    builder.columns.value![at] = value;
    if (feed === 'orders') builder.columns.orderId![at] = orderId;
  }
  const info = { instruments: [SPEC], originNs: 0n, provenance: {}, corrections: [] };
  const told: Outcome['told'] = [];
  const places: PlainPlace[] = [];
  const orders: Order[] = [];
  let races = 0;
  const onOrderEvent = (event: OrderEvent) => {
    const { order } = event;
    const kind = ORDER_EVENT_NAMES[event.kind]!;
    if (kind === 'filled' && order.requestPending) races++;
    // A refused cancel names no price of its own.
    const nameless = kind === 'cancelRejected' && !Number.isNaN(event.exchangeNs);
    told.push({
      kind,
      order: order.id,
      strategy: order.strategy,
      localNs: event.localNs,
      exchangeNs: event.exchangeNs,
      price: nameless ? 0 : event.priceTicks,
      qty: event.qtyLots,
      leaves: event.leavesLots,
      maker: event.maker,
      reason: REASONS[event.reason]!,
      status: ORDER_STATUS_NAMES[order.status],
      fee: event.fee,
    });
  };
  const { protectionTicks: ticks } = history;
  const result = new Simulation({
    tapes: [new MemoryTape(builder.build().columns, info, { blockRows: 7 })],
    strategies: Array.from({ length: strategies }, (_, index) => ({
      name: `s${index}`,
      strategy: new Script(
        actions.filter(({ strategy }) => strategy === index),
        orders,
      ),
    })),
    venue: simulatedVenue({
      latency: {
        leastEntryNs: 0,
        leastResponseNs: 0,
        entryNs: (kind, sentNs) => plainDelayNs(history, 'entry', MESSAGE_NAMES[kind]!, sentNs),
        responseNs: (kind, answeredNs) => plainDelayNs(history, 'response', MESSAGE_NAMES[kind]!, answeredNs),
      },
      queue: watched(QUEUES[history.queue](), places),
      matching: history.matching === 'partial' ? partialFill : noPartialFill,
      consumption: CONSUMPTION[history.consumption],
      protection: ticks === Infinity ? noPriceProtection : priceProtection({ ticks }),
      fees: makerTakerFees(FEES),
      rules: { ownOrders, ownVolume, whileHalted, dayEndNs, selfTrade: SelfTrade[history.selfTrade] },
    }),
    observers: [{ onOrderEvent }],
  }).run();
  return { told, places, orders, races, accounts: result.strategies.map(({ account }) => account) };
}

/** Compares a history's two outcomes; throws what differs. */
function compare(history: PlainHistory, count: (name: string) => void): void {
  const ours = simulated(history);
  const plain = new PlainMatcherRun(history).run();
  same(
    'told',
    ours.told.map(({ fee, ...rest }) => JSON.stringify(rest)),
    plain.told.map((line) => JSON.stringify(line)),
  );
  same(
    'places',
    ours.places.map((place) => place.join(' ')),
    plain.matcher.places.map((place) => place.join(' ')),
  );
  conserves(ours, history, plain);
  keepsItsWord(ours);
  tally(history, plain, count);
  for (let race = 0; race < ours.races; race++) count('fill in a race');
}

/** What of all there is has happened. */
function tally(history: PlainHistory, plain: PlainMatcherRun, count: (name: string) => void): void {
  const { feed, queue, consumption, matching, ownOrders, ownVolume } = history;
  for (const of of [feed, `queue ${queue}`, `taken ${consumption}`, matching]) count(`market ${of}`);
  count(`market own orders ${ownOrders}`);
  count(`market own volume ${ownVolume}`);
  for (const { kind, reason, maker, exchangeNs } of plain.told) {
    const home = Number.isNaN(exchangeNs) ? ' at home' : '';
    count(`told ${kind}${reason === 'none' ? '' : ` ${reason}`}${maker ? ' as maker' : ''}${home}`);
  }
  for (const { maker, taker } of plain.matcher.ownTrades) {
    count(`own trade ${maker.strategy === taker.strategy ? 'with oneself' : 'between strategies'}`);
  }
  for (const { terms, filled, strategy } of plain.orders.filter(({ place }) => place !== 'coming')) {
    const done = filled > 0 ? ', filled' : '';
    count(`type ${terms.type}${done}`);
    count(`in force ${terms.timeInForce}${done}`);
    for (const flag of ['postOnly', 'reduceOnly', 'allOrNone', 'hidden', 'leads'] as const) {
      if (terms[flag]) count(`flag ${flag}${done}`);
    }
    if (terms.displayLots > 0) count(`flag iceberg${done}${filled > terms.displayLots ? ' by slices' : ''}`);
    if (terms.type === 'trailingStop')
      count(`trails by ${Number.isNaN(terms.trailTicks) ? 'fraction' : 'ticks'}${done}`);
    if (terms.type !== 'limit' && terms.type !== 'market') count(`set off by ${terms.triggerBy}${done}`);
    if (terms.group !== undefined) count(`group ${terms.group.kind}${done}`);
    if (terms.parent !== undefined) count(`child${done}`);
    if (terms.selfTrade !== 'venue') count(`self-trade ${terms.selfTrade}`);
    count(`strategy ${strategy}${done}`);
  }
}

/** What must have happened among ten thousand histories, in the words of {@link tally}. */
const EXERCISED = [
  ...['levels', 'orders', 'quotes', 'partial', 'whole', 'own orders match', 'own orders ignore'].map(inMarket),
  ...['own volume shared', 'own volume each', ...Object.keys(QUEUES).map((name) => `queue ${name}`)].map(inMarket),
  ...Object.keys(CONSUMPTION).map((name) => inMarket(`taken ${name}`)),
  ...Object.keys(OrderType).map((name) => `type ${name}, filled`),
  ...Object.keys(TimeInForce).map((name) => `in force ${name}, filled`),
  ...['postOnly', 'reduceOnly', 'allOrNone', 'hidden', 'leads', 'iceberg'].map((name) => `flag ${name}, filled`),
  ...['flag iceberg, filled by slices', 'trails by ticks, filled', 'trails by fraction, filled', 'child, filled'],
  ...['set off by trade, filled', 'set off by quote, filled', 'group oco, filled', 'group ouo, filled'],
  ...['fill in a race', 'own trade with oneself', 'own trade between strategies'],
  ...['allow', 'cancelNew', 'cancelOld', 'cancelBoth', 'decrement'].map((name) => `self-trade ${name}`),
  ...[
    ...[
      'accepted',
      'filled',
      'filled as maker',
      'triggered',
      'modified',
      'cancelled',
      'cancelRejected alreadyFinished',
    ],
    ...['modifyRejected alreadyFinished', 'modifyRejected postOnlyWouldTake', 'modifyRejected parentEnded'],
    ...['modifyRejected badRequest', 'restated groupFilled', 'restated parentEnded', 'restated selfTrade'],
    ...['restated reduceOnly', 'rejected tradingHalted', 'rejected timeReached', 'rejected reduceOnly'],
    ...['rejected groupFilled', 'rejected parentEnded', 'rejected badRequest', 'expired postOnlyWouldTake'],
    ...['expired immediateRemainder', 'expired notFullyFillable', 'expired noOppositeQuote', 'expired selfTrade'],
    ...['expired reduceOnly', 'expired groupFilled', 'expired parentEnded', 'expired timeReached', 'expired dayEnded'],
    ...['expired priceProtection', 'expired bookEnd', 'expired auctionMissed', 'expired tradingHalted'],
    ...['badQuantity', 'badPrice', 'badRequest', 'badTrigger', 'badExpiry', 'duplicateId', 'parentEnded'].map(
      (reason) => `rejected ${reason} at home`,
    ),
  ].map((name) => `told ${name}`),
];

function inMarket(name: string): string {
  return `market ${name}`;
}

/** What each order promised, seen from outside. Answers to a strategy come in the order in which they happened. */
function keepsItsWord({ told, orders }: Outcome): void {
  const positions = [0, 0, 0];
  const fills = told.filter(({ kind }) => kind === 'filled');
  for (const { order: id, strategy, price, qty, maker } of fills) {
    const { side, terms, postOnly, priceTicks } = orders[id - 1]!;
    const before = positions[strategy]!;
    const after = before + (side === Side.buy ? qty : -qty);
    positions[strategy] = after;
    if (postOnly) expect(maker, `order ${id} is post-only`).toBe(true);
    if (terms.reduceOnly && (Math.abs(after) >= Math.abs(before) || before * after < 0)) {
      throw new Error(`reduce-only order ${id} took the position from ${before} to ${after}`);
    }
    const changed = told.some(({ kind, order }) => order === id && kind === 'modified');
    if (!changed && (side === Side.buy ? price > priceTicks : price < priceTicks)) {
      throw new Error(`order ${id} filled at ${price}, beyond its limit of ${priceTicks}`);
    }
  }
  for (const { id, timeInForce, terms, filledLots, qtyLots } of orders) {
    const whole = timeInForce === TimeInForce.FOK || terms.allOrNone;
    if (!whole || filledLots === 0 || terms.reduceOnly || terms.parent !== undefined) continue;
    const moments = new Set(fills.filter(({ order }) => order === id).map(({ exchangeNs }) => exchangeNs));
    expect([filledLots, moments.size], `order ${id} fills all at once`).toEqual([qtyLots, 1]);
  }
}

/** Compares line by line; shows what led to the first difference. */
function same(what: string, ours: readonly string[], plain: readonly string[]): void {
  const at = ours.findIndex((line, index) => line !== plain[index]);
  const first = at >= 0 ? at : ours.length;
  if (at < 0 && ours.length === plain.length) return;
  const until = plain.slice(Math.max(0, first - 6), first).map((line) => `  both  ${line}`);
  const then = (name: string, lines: readonly string[]) =>
    lines.slice(first, first + 3).map((line) => `  ${name} ${line}`);
  throw new Error([`${what} ${first}`, ...until, ...then('ours ', ours), ...then('plain', plain)].join('\n'));
}

/** Cash, quantity and fees, to the last unit. */
function conserves({ told, orders, accounts }: Outcome, history: PlainHistory, plain: PlainMatcherRun): void {
  for (let strategy = 0; strategy < history.strategies; strategy++) {
    let position = 0;
    let cashTickLots = 0;
    let fees = 0;
    for (const { kind, order, price, qty, maker, fee } of told) {
      if (kind !== 'filled' || orders[order - 1]!.strategy !== strategy) continue;
      const signed = orders[order - 1]!.side === Side.buy ? qty : -qty;
      position += signed;
      cashTickLots -= price * signed;
      const due = price * qty * VALUE * (maker ? FEES.makerRate : FEES.takerRate);
      expect(fee).toBe(due);
      fees += due;
    }
    const account = accounts[strategy]!;
    expect(account.positionLots(0)).toBe(position);
    expect(plain.matcher.positions[strategy]).toBe(position);
    expect(account.fees).toBe(fees);
    expect(account.cash).toBe(cashTickLots * VALUE - fees);
  }
  for (const order of orders) {
    const filled = told.filter(({ kind, order: id }) => kind === 'filled' && id === order.id);
    expect(order.filledLots).toBe(filled.reduce((all, { qty }) => all + qty, 0));
    if (!order.finished) expect(order.filledLots + order.leavesLots).toBe(order.qtyLots);
    else expect(order.leavesLots).toBe(0);
    const { filled: known } = plain.orders[order.id - 1]!;
    expect(order.filledLots).toBe(known);
  }
}

/** The smallest history with the same trouble, found by leaving out one row or action after another. */
function smallest(history: PlainHistory): PlainHistory {
  const fails = (candidate: PlainHistory) => {
    try {
      compare(candidate, () => {});
      return false;
    } catch {
      return true;
    }
  };
  let least = history;
  for (let before = Infinity; before > least.rows.length + least.actions.length; ) {
    before = least.rows.length + least.actions.length;
    for (let i = least.rows.length - 1; i > 0; i--) {
      // The first row says when the run begins.
      const fewer = { ...least, rows: least.rows.filter((_, at) => at !== i) };
      if (fails(fewer)) least = fewer;
    }
    for (let i = least.actions.length - 1; i >= 0; i--) {
      // Later orders keep their numbers only if a submission goes; that is found out by trying.
      const fewer = { ...least, actions: least.actions.filter((_, at) => at !== i) };
      if (fails(fewer)) least = fewer;
    }
  }
  return least;
}

const shapes: fc.Arbitrary<HistoryShape> = fc.record({
  seed: fc.nat(2 ** 31 - 1),
  rows: fc.integer({ min: 10, max: 60 }),
  actions: fc.integer({ min: 3, max: 24 }),
});

describe('the matching engine', () => {
  it('does the same as its plain twin on random histories of orders of every kind', () => {
    const counts = new Map<string, number>();
    const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
    const seed = Number(process.env.MATCHER_SEED ?? 20_261_121);
    const numRuns = Number(process.env.MATCHER_RUNS ?? 10_000);
    fc.assert(
      fc.property(shapes, (shape) => {
        const history = plainHistory(shape);
        try {
          compare(history, count);
        } catch (error) {
          const { rows, actions, ...rules } = smallest(history);
          const lines = [rules, ...rows, ...actions].map((line) => JSON.stringify(line));
          try {
            compare({ ...rules, rows, actions }, () => {});
          } catch (least) {
            throw new Error(`${JSON.stringify(shape)}\n${lines.join('\n')}\n${(least as Error).message}`);
          }
          throw error;
        }
        return true;
      }),
      { seed, numRuns, endOnFailure: true },
    );
    const table = [...counts].sort().map(([name, times]) => `${name} ${times}`);
    const lines = table.join('; ').match(/.{1,150}(; |$)/g)!;
    console.log(`matcher histories: seed ${seed}, ${numRuns} histories\n  ${lines.join('\n  ')}`);
    expect(EXERCISED.filter((name) => !counts.has(name))).toEqual([]);
  });
});
