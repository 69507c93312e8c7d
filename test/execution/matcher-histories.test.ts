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
import type { PlainOrder, PlainPlace } from '../reference/plain-matcher.js';
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

const SPEC = { symbol: 'X', tick: '0.1', lot: '0.01' };
const REASONS = Object.keys(Reason);
const FEES = { makerRate: -0.0001, takerRate: 0.0005 };
/** Money of one tick × lot. */
const VALUE = 0.001;

const QUEUES: Readonly<Record<PlainHistory['queue'], () => QueuePositionModel>> = {
  'risk averse': riskAverseQueue,
  power: () => powerQueue(3),
  logarithm: logBackQueue,
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
}

function simulated(history: PlainHistory): Outcome {
  const { byOrder, rows, strategies, actions, ownOrders, ownVolume, whileHalted, dayEndNs } = history;
  const builder = new TapeBuilder({ orderId: byOrder, value: true }, rows.length);
  for (const { exchangeNs, localNs, kind, side, priceTicks, qtyLots, orderId, value, hidden } of rows) {
    const code = codeOf(kind as Kind, side as Side);
    const at = builder.add(exchangeNs, localNs, code, hidden ? Flag.hidden : 0, 0, priceTicks, qtyLots);
    builder.columns.value![at] = value;
    if (byOrder) builder.columns.orderId![at] = orderId;
  }
  const info = { instruments: [SPEC], originNs: 0n, provenance: {}, corrections: [] };
  const told: Outcome['told'] = [];
  const places: PlainPlace[] = [];
  const orders: Order[] = [];
  const onOrderEvent = (event: OrderEvent) => {
    const { order } = event;
    const kind = ORDER_EVENT_NAMES[event.kind]!;
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
  return { told, places, orders, accounts: result.strategies.map(({ account }) => account) };
}

/** Compares a history's two outcomes; throws what differs. */
function compare(history: PlainHistory, count: (name: string, order?: PlainOrder) => void): void {
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
  for (const { kind, reason, maker, exchangeNs, order } of plain.told) {
    const home = Number.isNaN(exchangeNs) ? ' at home' : '';
    count(`${kind}${reason === 'none' ? '' : ` ${reason}`}${maker ? ' as maker' : ''}${home}`);
    if (kind === 'filled') count('fills');
    if (kind === 'filled' && plain.orders[order - 1]!.known.requests > 0) count('answered in a race');
  }
  count('own trades', undefined);
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
      expect(Math.abs(fee - due)).toBeLessThan(1e-12);
      fees += due;
    }
    const account = accounts[strategy]!;
    expect(account.positionLots(0)).toBe(position);
    expect(plain.matcher.positions[strategy]).toBe(position);
    expect(Math.abs(account.fees - fees)).toBeLessThan(1e-9);
    expect(Math.abs(account.cash - (cashTickLots * VALUE - fees))).toBeLessThan(1e-9);
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
    console.log(`matcher histories: seed ${seed}, ${numRuns} histories\n  ${table.join('\n  ')}`);
  });
});
