/**
 * First in, first out from order by order data: GOOG's day (../shared/truth/lobster, which a clone may not have; then this
 * is skipped and says so). Each fill is found again by walking the rows plainly, with the orders ahead of ours by their ids,
 * and in the messages of the raw file; and the same orders under models that see levels alone fill about as much.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { importLobster } from '../../bridges/import/lobster.js';
import type { ImportedTape } from '../../bridges/import/row-collector.js';
import {
  Kind,
  MemoryTape,
  type OrderEvent,
  OrderEventKind,
  Reason,
  Side,
  type Strategy,
  TimeInForce,
} from '../../core/index.js';
import {
  constantLatency,
  fittedQueue,
  makerTakerFees,
  orderQueue,
  powerQueue,
  type QueuePositionModel,
  riskAverseQueue,
  simulatedVenue,
} from '../../execution/index.js';
import { touch } from '../../strategies/touch.js';
import { gzipLines, rowsOf, truthFolder } from '../import/tape-rows.js';
import { atVenue, fillsOf, type GoldenOptions, goldenContract, play } from './execution-golden.js';

const folder = truthFolder('lobster') ?? '';
const file = join(folder, 'GOOG_2012-06-21_34200000_57600000_message_10.csv.gz');

const venue = (queue: QueuePositionModel) =>
  simulatedVenue({
    latency: constantLatency({ entryNs: 1e6, responseNs: 1e6 }),
    queue,
    fees: makerTakerFees({ makerRate: -0.00002, takerRate: 0.00003 }),
  });

const touching = (): GoldenOptions => ({
  strategies: [
    { name: 'touch', strategy: touch.create(touch.params.parse({ step: '1s', qty: 120, maxPosition: 600 })) },
  ],
  venue: venue(orderQueue()),
});

/** Twice a minute 100 shares a side at the touch, for 29 seconds: the same orders whatever fills. */
const passerBy = (): Strategy => ({
  onStart: (context) => context.every('look', 30e9),
  onTimer(_name, context) {
    const instrument = context.instruments[0]!;
    const { bestBidTicks, bestAskTicks } = context.book(instrument);
    if (!(bestBidTicks < bestAskTicks)) return;
    const terms = { instrument, qtyLots: 100, postOnly: true, timeInForce: TimeInForce.GTD };
    const expiresNs = context.nowNs + 29e9;
    context.submit({ ...terms, side: Side.buy, priceTicks: bestBidTicks, expiresNs });
    context.submit({ ...terms, side: Side.sell, priceTicks: bestAskTicks, expiresNs });
  },
});
const passing = (queue: QueuePositionModel): GoldenOptions => ({
  strategies: [{ name: 'passer-by', strategy: passerBy() }],
  venue: venue(queue),
});

/** Why an order filled: an order behind it was executed, a hidden one with nobody ahead, or the market came through. */
type Cause = 'behind' | 'hidden' | 'through' | 'crossed';

interface Fill {
  readonly order: number;
  readonly ns: number;
  readonly ticks: number;
  readonly lots: number;
  readonly cause: Cause;
}

interface Own {
  readonly id: number;
  readonly side: Side;
  readonly ticks: number;
  left: number;
  /** Shares of the orders that stood at the price when ours joined, by id. */
  readonly ahead: Map<number, number>;
}

/** Walks the rows with what is known of our orders but their fills: when each came, at which price, and when it left. */
function walk(columns: ImportedTape['columns'], events: readonly OrderEvent[]) {
  const resting = new Map<number, { side: Side; ticks: number; lots: number }>();
  const level = new Map<number, number>();
  const key = (side: Side, ticks: number) => ticks * 2 + (side === Side.buy ? 0 : 1);
  const own = new Map<Side, Own>();
  const fills: Fill[] = [];
  const joinedBehind: number[] = [];
  const requests = events.filter(
    ({ kind, reason }) =>
      kind === OrderEventKind.accepted ||
      kind === OrderEventKind.cancelled ||
      (kind === OrderEventKind.expired && reason !== Reason.postOnlyWouldTake),
  );
  let next = 0;

  const fill = (order: Own, ns: number, offered: number, cause: Cause) => {
    const lots = Math.min(order.left, offered);
    order.left -= lots;
    fills.push({ order: order.id, ns, ticks: order.ticks, lots, cause });
    if (order.left === 0) own.delete(order.side);
  };
  /** `limit`: price of what came, on the side that takes `side`. */
  const through = (side: Side, ticks: number, limit: number) => (side === Side.buy ? ticks > limit : ticks < limit);
  const set = (side: Side, ticks: number, change: number, ns: number) => {
    const lots = (level.get(key(side, ticks)) ?? 0) + change;
    level.set(key(side, ticks), lots);
    const other = own.get(side === Side.buy ? Side.sell : Side.buy);
    if (lots > 0 && other !== undefined && (other.ticks === ticks || through(other.side, other.ticks, ticks))) {
      fill(other, ns, lots, 'crossed');
    }
  };
  const take = (event: OrderEvent) => {
    const { id, side } = event.order;
    const order = own.get(side);
    if (event.kind !== OrderEventKind.accepted) {
      expect(order?.id, 'only what rests is cancelled or expires').toBe(id);
      own.delete(side);
      return;
    }
    expect(order, 'one order a side').toBeUndefined();
    const ahead = new Map<number, number>();
    for (const [other, { side: at, ticks, lots }] of resting) {
      if (at === side && ticks === event.priceTicks) ahead.set(other, lots);
    }
    joinedBehind.push(ahead.size);
    own.set(side, { id, side, ticks: event.priceTicks, left: event.qtyLots, ahead });
  };

  for (const row of rowsOf(columns, 'exchange')) {
    const { kind, exchangeNs: ns, priceTicks: ticks, qtyLots: lots, orderId } = row;
    const side = row.side as Side;
    // Requests meet the market as it is after all rows of their moment.
    while (next < requests.length && requests[next]!.exchangeNs < ns) take(requests[next++]!);
    if (kind === Kind.orderAdd) {
      resting.set(orderId, { side, ticks, lots });
      set(side, ticks, lots, ns);
    } else if (kind === Kind.orderCancel || kind === Kind.orderExecute) {
      const executed = kind === Kind.orderExecute;
      const order = own.get(side);
      if (executed && order !== undefined && through(side, order.ticks, ticks)) fill(order, ns, lots, 'through');
      const other = resting.get(orderId)!;
      if (other.lots < lots || other.side !== side || other.ticks !== ticks)
        throw new Error(`row ${row.row}: no such order`);
      other.lots -= lots;
      if (other.lots === 0) resting.delete(orderId);
      const ours = own.get(side);
      if (ours?.ticks === ticks) {
        const before = ours.ahead.get(orderId);
        if (before === undefined) {
          if (executed) fill(ours, ns, lots, 'behind');
        } else if (before === lots) ours.ahead.delete(orderId);
        else ours.ahead.set(orderId, before - lots);
      }
      set(side, ticks, -lots, ns);
    } else if (kind === Kind.trade) {
      for (const taken of [Side.buy, Side.sell] as const) {
        const order = own.get(taken);
        if (side === taken || order === undefined) continue;
        if (through(taken, order.ticks, ticks)) fill(order, ns, lots, 'through');
        else if (order.ticks === ticks && order.ahead.size === 0) fill(order, ns, lots, 'hidden');
      }
    } else throw new Error(`a row of kind ${kind} is not known here`);
  }
  return { fills, joinedBehind };
}

const plain = (events: readonly OrderEvent[]) =>
  fillsOf(events).map(({ order, exchangeNs, priceTicks, qtyLots }) => ({
    order: order.id,
    ns: exchangeNs,
    ticks: priceTicks,
    lots: qtyLots,
  }));
const causes = (fills: readonly Fill[]) => {
  const lots = { behind: 0, hidden: 0, through: 0, crossed: 0 };
  for (const fill of fills) lots[fill.cause] += fill.lots;
  return lots;
};

/** What each order that was sent got in the end. */
function lotsByOrder(events: readonly OrderEvent[]): Map<number, number> {
  const lots = new Map<number, number>();
  for (const { kind, order } of events) if (kind === OrderEventKind.submitted) lots.set(order.id, order.filledLots);
  return lots;
}
const sumOf = (lots: ReadonlyMap<number, number>) => [...lots.values()].reduce((sum, each) => sum + each, 0);

describe.skipIf(folder === '')('first in, first out on the day of GOOG', () => {
  let day: ImportedTape;
  beforeAll(async () => {
    day = await importLobster({ messages: file });
  });
  const tape = () => ({ columns: day.columns, info: new MemoryTape(day.columns, day.info).info });

  const { first } = goldenContract('l3-fifo', tape, touching, ({ events }) => ({
    lotsByCause: causes(walk(day.columns, atVenue(events)).fills),
  }));

  it('fills when, where and as much as a plain walk with the ids of the orders ahead says', () => {
    const events = atVenue(first().events);
    const { fills, joinedBehind } = walk(day.columns, events);
    expect(fills.map(({ cause: _, ...fill }) => fill)).toEqual(plain(events));
    // It is a walk in which something happens.
    expect(joinedBehind.filter((orders) => orders > 1).length).toBeGreaterThan(500);
    expect(new Set(fills.map(({ cause }) => cause)).size).toBe(4);
  });

  it('fills because of a message of the raw file that is of that moment, side, price and size', () => {
    const midnightNs = BigInt(Date.UTC(2012, 5, 21, 4)) * 1_000_000n;
    const sinceMidnight = Number(day.info.originNs - midnightNs);
    const messages = new Map<number, { type: number; size: number; ticks: number; side: Side }[]>();
    for (const line of gzipLines(file)) {
      const [time, type, , size, price, direction] = line.split(',').map(Number) as number[];
      const ns = Math.round(time! * 1e9) - sinceMidnight;
      const message = { type: type!, size: size!, ticks: price!, side: direction === 1 ? Side.buy : Side.sell };
      messages.set(ns, [...(messages.get(ns) ?? []), message]);
    }
    const { fills } = walk(day.columns, atVenue(first().events));
    const sides = new Map(first().events.map(({ order }) => [order.id, order.side]));
    for (const { order, ns, ticks, lots, cause } of fills) {
      const side = sides.get(order)!;
      const said = (messages.get(ns) ?? []).some((message) => {
        const beyond = side === Side.buy ? message.ticks < ticks : message.ticks > ticks;
        const executes = message.type === 4 || message.type === 5;
        if (cause === 'behind')
          return message.type === 4 && message.side === side && message.ticks === ticks && message.size >= lots;
        if (cause === 'hidden')
          return message.type === 5 && message.side === side && message.ticks === ticks && message.size >= lots;
        if (cause === 'through') return executes && message.side === side && beyond && message.size >= lots;
        return message.side !== side && (beyond || message.ticks === ticks);
      });
      expect(said, `order ${order} at ${ns} ns: ${lots} at ${ticks}, ${cause}`).toBe(true);
    }
  });

  it('the same orders fill as the walk says, and within 1 % as much under models that see levels alone', async () => {
    const whole = new MemoryTape(day.columns, day.info);
    const { events } = play(whole, passing(orderQueue()));
    const ordered = atVenue(events);
    expect(walk(day.columns, ordered).fills.map(({ cause: _, ...fill }) => fill)).toEqual(plain(ordered));
    const exact = lotsByOrder(events);
    const models = {
      riskAverse: riskAverseQueue(),
      power2: powerQueue(2),
      power3: powerQueue(3),
      fitted: fittedQueue(),
    };
    const found = Object.entries(models).map(([model, queue]) => {
      const other = lotsByOrder(play(whole, passing(queue)).events);
      expect([...other.keys()], 'the same orders').toEqual([...exact.keys()]);
      const unlike = [...exact].filter(([order, lots]) => other.get(order) !== lots).length;
      return { model, lots: sumOf(other), unlike };
    });
    for (const { model, lots } of found) expect(Math.abs(lots / sumOf(exact) - 1), model).toBeLessThan(0.01);
    // Who believes that all who cancel stood behind us fills too little.
    for (const { model, lots } of found) {
      if (model === 'riskAverse') expect(lots).toBeLessThan(sumOf(exact));
      else expect(lots, model).toBeGreaterThan(found[0]!.lots);
    }
    const text = JSON.stringify({ orders: exact.size, exact: sumOf(exact), found }, null, 2);
    await expect(`${text}\n`).toMatchFileSnapshot('./execution-l3-fifo-models.json');
  });
});
