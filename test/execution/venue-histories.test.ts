/**
 * The simulated venue against a plain twin on thousands of random histories: the same answers at the same times with the
 * same fees, and the same place in the queue after everything that happens to an order.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codeOf,
  Kind,
  MemoryTape,
  ORDER_EVENT_NAMES,
  ORDER_STATUS_NAMES,
  type Order,
  type OrderEvent,
  Reason,
  Side,
  Simulation,
  type Strategy,
  type StrategyContext,
  TapeBuilder,
  TimeInForce,
} from '../../core/index.js';
import {
  HFTBACKTEST_RULES,
  logBackQueue,
  logQueue,
  makerTakerFees,
  powerBackQueue,
  powerFrontQueue,
  powerQueue,
  type QueuePositionModel,
  riskAverseQueue,
  simulatedVenue,
} from '../../execution/index.js';
import {
  type Action,
  type History,
  type Place,
  PlainVenue,
  type TimedRow,
  type Told,
} from '../reference/plain-venue.js';

const SPEC = { symbol: 'X', tick: '0.1', lot: '0.01' };
const REASONS = Object.keys(Reason);
const FEES = { makerRate: 0.0002, takerRate: 0.0005 };

/** Models, and the formulas of FIELD notes: b = quantity behind, f = in front. */
const QUEUES: readonly [QueuePositionModel, History['behind']][] = [
  [riskAverseQueue(), undefined],
  [powerQueue(1), (b, f) => b / (b + f)],
  [powerQueue(3), (b, f) => (b * b * b) / (b * b * b + f * f * f)],
  [powerBackQueue(3), (b, f) => b ** 3 / (b + f) ** 3],
  [powerFrontQueue(3), (b, f) => 1 - (f / (f + b)) ** 3],
  [logQueue(), (b, f) => Math.log(1 + b) / (Math.log(1 + b) + Math.log(1 + f))],
  [logBackQueue(), (b, f) => Math.log(1 + b) / Math.log(1 + b + f)],
];

/** The model, and a note of the order's place after each call. */
function watched(model: QueuePositionModel, places: Place[]): QueuePositionModel {
  const note = (orders: Parameters<QueuePositionModel['traded']>[0], slot: number) =>
    places.push([orders.orderId[slot]!, orders.aheadLots[slot]!, orders.tradedLots[slot]!]);
  return {
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
}

/** Does the actions of one strategy at their times. Orders are shared, so that all can be named by number. */
class Script implements Strategy {
  readonly #actions: readonly Action[];
  readonly #orders: Order[];

  constructor(actions: readonly Action[], orders: Order[]) {
    this.#actions = actions;
    this.#orders = orders;
  }

  onStart(context: StrategyContext): void {
    this.#actions.forEach(({ atNs }, index) => {
      context.at(String(index), atNs);
    });
  }

  onTimer(name: string, context: StrategyContext): void {
    const action = this.#actions[Number(name)]!;
    if (action.act === 'submit') {
      const [instrument] = context.instruments;
      const side = action.side === 'buy' ? Side.buy : Side.sell;
      const base = { instrument: instrument!, side, qtyLots: action.qty };
      if (action.price === undefined) this.#orders.push(context.submit(base));
      else {
        const postOnly = action.terms === 'post-only';
        const timeInForce = action.terms === 'post-only' ? TimeInForce.GTC : TimeInForce[action.terms];
        this.#orders.push(context.submit({ ...base, priceTicks: action.price, timeInForce, postOnly }));
      }
      return;
    }
    const order = this.#orders[action.order];
    if (order === undefined || context.name !== `s${order.strategy}`) return;
    if (action.act === 'cancel') context.cancel(order);
    else context.modify(order, { priceTicks: action.price, qtyLots: action.qty });
  }
}

function simulated(history: History, model: QueuePositionModel, seen: Set<string>): { told: Told[]; places: Place[] } {
  const builder = new TapeBuilder();
  for (const { exchangeNs, localNs, kind, side, priceTicks, qtyLots } of history.rows) {
    builder.add(exchangeNs, localNs, codeOf(kind as Kind, side as Side), 0, 0, priceTicks, qtyLots);
  }
  const info = { instruments: [SPEC], originNs: 0n, provenance: {}, corrections: [] };
  const told: Told[] = [];
  const places: Place[] = [];
  const orders: Order[] = [];
  const onOrderEvent = (event: OrderEvent) => {
    const { order } = event;
    const kind = ORDER_EVENT_NAMES[event.kind]!;
    if (kind === 'filled' && order.requestPending) seen.add('filled with a request on its way');
    const refusedAtVenue = kind === 'cancelRejected' && !Number.isNaN(event.exchangeNs);
    told.push({
      kind,
      order: order.id,
      strategy: order.strategy,
      localNs: event.localNs,
      exchangeNs: event.exchangeNs,
      // A refused cancel names no price of its own.
      price: refusedAtVenue ? 0 : event.priceTicks,
      qty: event.qtyLots,
      leaves: event.leavesLots,
      maker: event.maker,
      fee: event.fee,
      reason: REASONS[event.reason]!,
      status: ORDER_STATUS_NAMES[order.status],
    });
  };
  new Simulation({
    tapes: [new MemoryTape(builder.build().columns, info, { blockRows: 5 })],
    strategies: [0, 1].map((index) => ({
      name: `s${index}`,
      strategy: new Script(
        history.actions.filter(({ strategy }) => strategy === index),
        orders,
      ),
    })),
    venue: simulatedVenue({
      ...HFTBACKTEST_RULES,
      latency: {
        leastEntryNs: 0,
        leastResponseNs: 0,
        entryNs: (_kind, sentNs) => history.entryNs(sentNs),
        responseNs: (_kind, answeredNs) => history.responseNs(answeredNs),
      },
      queue: watched(model, places),
      fees: makerTakerFees(FEES),
    }),
    observers: [{ onOrderEvent }],
  }).run();
  return { told, places };
}

const price = fc.integer({ min: 97, max: 103 });
/** Steps of time: many things happen at the same moment. */
const step = fc.constantFrom(0, 0, 1, 1, 2, 5);
const row = fc.record({
  step,
  feedNs: fc.constantFrom(0, 1, 3),
  kind: fc.constantFrom(Kind.trade, Kind.trade, Kind.depth, Kind.depth, Kind.depth, Kind.depthClear),
  side: fc.constantFrom(Side.none, Side.buy, Side.buy, Side.sell, Side.sell),
  away: fc.integer({ min: -1, max: 4 }),
  qtyLots: fc.integer({ min: 0, max: 12 }),
});
const strategy = fc.nat(1);
const action = fc.record({
  step,
  act: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        act: fc.constant('submit' as const),
        strategy,
        side: fc.constantFrom('buy' as const, 'sell' as const),
        qty: fc.integer({ min: 1, max: 3 }),
        price: fc.option(price, { nil: undefined, freq: 8 }),
        terms: fc.constantFrom(
          'GTC' as const,
          'GTC' as const,
          'post-only' as const,
          'post-only' as const,
          'IOC' as const,
          'FOK' as const,
        ),
      }),
    },
    { weight: 3, arbitrary: fc.record({ act: fc.constant('cancel' as const), strategy, order: fc.nat(7) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        act: fc.constant('modify' as const),
        strategy,
        order: fc.nat(5),
        price,
        qty: fc.integer({ min: 1, max: 3 }),
      }),
    },
  ),
});

const histories = fc
  .record({
    rows: fc.array(row, { minLength: 1, maxLength: 40, size: 'max' }),
    actions: fc.array(action, { minLength: 1, maxLength: 14, size: 'max' }),
    latencyNs: fc.constantFrom(0, 0, 1, 4, 10),
    wavers: fc.boolean(),
    model: fc.nat(QUEUES.length - 1),
  })
  .map(({ rows, actions, latencyNs, wavers, model }) => {
    let rowNs = 0;
    let actionNs = 0;
    const [queue, behind] = QUEUES[model]!;
    // Bids from 100 down and asks from 100 up, reaching over by a tick at times.
    const middle = (side: Side, away: number) => 100 + (side === Side.buy ? -away : away);
    const history: History = {
      rows: rows.map(({ step: after, feedNs, kind, side: drawn, away, qtyLots }, index): TimedRow => {
        // The first row is the run's first moment.
        rowNs += index === 0 ? 0 : after;
        const side = drawn === Side.none && kind !== Kind.trade ? Side.buy : drawn;
        const priceTicks = middle(side, away);
        const lots = kind === Kind.trade ? 1 + qtyLots : qtyLots;
        const times = { exchangeNs: rowNs, localNs: rowNs + feedNs };
        return { ...times, kind, side, flags: 0, priceTicks, qtyLots: lots, orderId: 0 };
      }),
      actions: actions.map(({ step: after, act }): Action => {
        actionNs += 2 * after;
        return { ...act, atNs: actionNs };
      }),
      entryNs: (sentNs) => latencyNs + (wavers ? (sentNs * 7) % 5 : 0),
      responseNs: (answeredNs) => latencyNs + (wavers ? (answeredNs * 3) % 7 : 0),
      behind,
      lotsPerUnit: 100,
      value: 0.001,
      ...FEES,
    };
    return { history, queue };
  });

describe('the simulated venue', () => {
  it('does the same as its plain twin on random histories', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(histories, ({ history, queue }) => {
        const ours = simulated(history, queue, seen);
        const plain = new PlainVenue(history).run();
        expect(ours.told.map(({ fee, ...rest }) => rest)).toEqual(plain.told.map(({ fee, ...rest }) => rest));
        expect(ours.places).toEqual(plain.places);
        ours.told.forEach(({ fee }, index) => {
          expect(Math.abs(fee - plain.told[index]!.fee)).toBeLessThan(1e-12);
        });
        for (const { kind, reason, maker, exchangeNs } of ours.told) {
          seen.add(`${kind} ${reason}${maker ? ' maker' : ''}${Number.isNaN(exchangeNs) ? ' at home' : ''}`);
        }
      }),
      { numRuns: 3_000 },
    );
    // Each way an order can go must have been among them.
    expect([...seen].sort()).toEqual([
      'accepted none',
      'cancelRejected alreadyFinished',
      'cancelRejected alreadyFinished at home',
      'cancelRequested none at home',
      'cancelled none',
      'expired immediateRemainder',
      'expired noOppositeQuote',
      'expired notFullyFillable',
      'expired postOnlyWouldTake',
      'filled none',
      'filled none maker',
      'filled with a request on its way',
      'modified none',
      'modifyRejected alreadyFinished',
      'modifyRejected alreadyFinished at home',
      'modifyRejected badRequest at home',
      'modifyRejected postOnlyWouldTake',
      'modifyRequested none at home',
      'submitted none at home',
    ]);
  });
});
