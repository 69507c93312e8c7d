/**
 * Orders that wait for a price, on a seeded market: stops, stop-limits, trailing stops and if-touched orders, by trades and
 * by quotes. A walk over the rows, which shares nothing with the engine, says which of them goes off when, and what there was
 * to take at that moment.
 */
import { describe, expect, it } from 'vitest';
import {
  Kind,
  MemoryTape,
  type Order,
  type OrderEvent,
  OrderEventKind,
  type OrderRequest,
  OrderType,
  Side,
  type Strategy,
  syntheticTape,
  TimeInForce,
  TriggerBy,
} from '../../core/index.js';
import { constantLatency, makerTakerFees, riskAverseQueue, simulatedVenue } from '../../execution/index.js';
import type { PlainLevels } from '../reference/plain-books.js';
import { atVenue, columnsOf, type GoldenOptions, goldenContract } from './execution-golden.js';
import { type Row, takenBy, walkMarket } from './execution-market.js';

const market = syntheticTape({ seed: 21, rows: 80_000 });
const columns = columnsOf(market);
const { info } = new MemoryTape(columns, market.info);

const TYPES = [
  OrderType.stop,
  OrderType.stopLimit,
  OrderType.trailingStop,
  OrderType.limitIfTouched,
  OrderType.marketIfTouched,
] as const;

/** One waiting order after the other: of every kind, near and far, some of them where the market already is. */
const waiter = (): Strategy => {
  let turn = 0;
  return {
    onStart: (context) => context.every('another', 25e6),
    onTimer(_name, context) {
      const random = context.random('stops');
      const instrument = context.instruments[turn % context.instruments.length]!;
      const { bestBidTicks, bestAskTicks, bestAskLots } = context.book(instrument);
      if (!(bestBidTicks < bestAskTicks)) return;
      const type = TYPES[Math.floor(turn / 3) % TYPES.length]!;
      turn++;
      const side = random.uniform() < 0.5 ? Side.buy : Side.sell;
      const distance = random.integer(30) - 1;
      const touched = type === OrderType.limitIfTouched || type === OrderType.marketIfTouched;
      const rising = (side === Side.buy) !== touched;
      const stopTicks = rising ? bestAskTicks + distance : bestBidTicks - distance;
      const limited = type === OrderType.stopLimit || type === OrderType.limitIfTouched;
      const byFraction = random.uniform() < 0.5;
      const trail = byFraction ? { trailFraction: (1 + distance) * 1e-5 } : { trailTicks: 2 + distance };
      const request: OrderRequest = {
        instrument,
        side,
        type,
        qtyLots: 1 + Math.floor(random.uniform() * 2 * bestAskLots),
        timeInForce: TimeInForce.GTD,
        expiresNs: context.nowNs + 2e9,
        triggerBy: random.uniform() < 0.5 ? TriggerBy.trade : TriggerBy.quote,
        ...(type === OrderType.trailingStop ? trail : { stopTicks }),
        ...(limited ? { priceTicks: stopTicks + (side === Side.buy ? 2 : -2) } : {}),
      };
      context.submit(request);
    },
  };
};

const options = (): GoldenOptions => ({
  strategies: [{ name: 'waiter', strategy: waiter() }],
  venue: simulatedVenue({
    latency: constantLatency({ entryNs: 2e6, responseNs: 1e6 }),
    queue: riskAverseQueue(),
    fees: makerTakerFees({ makerRate: 0.0001, takerRate: 0.0003 }),
  }),
  seed: 3,
});

interface Waiting {
  readonly order: Order;
  readonly rising: boolean;
  stopTicks: number;
  moves: number;
}

interface Off {
  readonly order: Order;
  readonly ns: number;
  readonly ticks: number;
  readonly atOnce: boolean;
  readonly moves: number;
  /** What the other side showed then, best first, and how much of its front a trade of that moment had taken. */
  readonly levels: readonly (readonly [ticks: number, lots: number])[];
  readonly goneLots: number;
}

/** Says by hand which orders go off. Of their lives it is told only when they come and when they leave untriggered. */
class Witness {
  readonly off = new Map<number, Off>();
  readonly told: OrderEvent[] = [];
  readonly fills: OrderEvent[] = [];
  readonly #waiting = new Map<number, Waiting>();
  /** By instrument. */
  readonly #lastTrade = new Map<number, number>();

  after({ kind, instrument, exchangeNs, side, priceTicks, qtyLots }: Row, book: PlainLevels): void {
    if (kind === Kind.trade) this.#lastTrade.set(instrument, priceTicks);
    else if (kind !== Kind.depth) return;
    for (const waiting of [...this.#waiting.values()]) {
      const { order } = waiting;
      if (order.instrument.index !== instrument) continue;
      if ((order.terms.triggerBy === TriggerBy.trade) !== (kind === Kind.trade)) continue;
      // What an aggressor of our side took is not there for us, though the book still shows it.
      const gone = kind === Kind.trade && side === order.side ? qtyLots : 0;
      this.#look(waiting, kind === Kind.trade ? priceTicks : quoteFor(order, book), exchangeNs, gone, false, book);
    }
  }

  own(event: OrderEvent, book: PlainLevels): void {
    const { kind, order, exchangeNs } = event;
    if (kind === OrderEventKind.triggered) this.told.push(event);
    else if (kind === OrderEventKind.filled) this.fills.push(event);
    else if (kind === OrderEventKind.expired) this.#waiting.delete(order.id);
    else if (kind === OrderEventKind.accepted) {
      const touched = order.type === OrderType.limitIfTouched || order.type === OrderType.marketIfTouched;
      const rising = (order.side === Side.buy) !== touched;
      const trails = order.type === OrderType.trailingStop;
      const stopTicks = trails ? (rising ? Infinity : -Infinity) : order.terms.stopTicks;
      const waiting = { order, rising, stopTicks, moves: 0 };
      this.#waiting.set(order.id, waiting);
      const byTrade = order.terms.triggerBy === TriggerBy.trade;
      const ticks = byTrade ? (this.#lastTrade.get(order.instrument.index) ?? Number.NaN) : quoteFor(order, book);
      this.#look(waiting, ticks, exchangeNs, 0, true, book);
    } else throw new Error(`order ${order.id}: an event of kind ${kind} is not known here`);
  }

  #look(waiting: Waiting, ticks: number, ns: number, goneLots: number, atOnce: boolean, book: PlainLevels): void {
    const { order, rising, stopTicks, moves } = waiting;
    if (Number.isNaN(ticks)) return;
    if (rising ? ticks >= stopTicks : ticks <= stopTicks) {
      this.#waiting.delete(order.id);
      this.off.set(order.id, { order, ns, ticks, atOnce, moves, levels: takenBy(book, order.side), goneLots });
    } else if (order.type === OrderType.trailingStop) {
      const { trailTicks, trailFraction } = order.terms;
      const distance = Number.isNaN(trailTicks) ? ticks * trailFraction : trailTicks;
      const stop = rising ? Math.ceil(ticks + distance) : Math.floor(ticks - distance);
      if (rising ? stop >= stopTicks : stop <= stopTicks) return;
      waiting.stopTicks = stop;
      waiting.moves++;
    }
  }
}

const quoteFor = ({ side }: Order, book: PlainLevels) => (side === Side.buy ? book.bestAsk[0] : book.bestBid[0]);

describe('stop orders', () => {
  const { first } = goldenContract('stop-orders', () => ({ columns, info }), options);
  const witnessed = () => {
    const witness = new Witness();
    walkMarket(columns, info.instruments.length, atVenue(first().events), witness);
    return witness;
  };

  it('go off at the first trade or quote at or through their stop, and never otherwise', () => {
    const { off, told } = witnessed();
    const byId = (a: { order: number }, b: { order: number }) => a.order - b.order;
    const ours = told.map(({ order, exchangeNs, priceTicks }) => ({
      order: order.id,
      ns: exchangeNs,
      ticks: priceTicks,
    }));
    const byHand = [...off.values()].map(({ order, ns, ticks }) => ({ order: order.id, ns, ticks }));
    expect(ours.sort(byId)).toEqual(byHand.sort(byId));
    for (const type of TYPES) {
      for (const triggerBy of [TriggerBy.trade, TriggerBy.quote]) {
        const some = [...off.values()].filter(
          ({ order }) => order.type === type && order.terms.triggerBy === triggerBy,
        );
        expect(some.length, `type ${type} by ${triggerBy}`).toBeGreaterThan(10);
      }
    }
    expect([...off.values()].filter(({ atOnce }) => atOnce).length).toBeGreaterThan(10);
    expect([...off.values()].filter(({ moves }) => moves > 1).length).toBeGreaterThan(10);
    const sent = first().events.filter(({ kind }) => kind === OrderEventKind.submitted);
    expect(sent.length - off.size, 'some never go off').toBeGreaterThan(100);
  });

  it('fill after they went off, within their limit, and no better than what the book then had', () => {
    const { off, fills } = witnessed();
    const filled = new Map<number, OrderEvent[]>();
    let skipped = 0;
    for (const fill of fills) {
      const { order, exchangeNs, priceTicks, maker } = fill;
      const { ns, levels, goneLots } = off.get(order.id)!;
      expect(exchangeNs).toBeGreaterThanOrEqual(ns);
      const buys = order.side === Side.buy;
      const limit = order.priceTicks;
      if (!Number.isNaN(limit)) expect(buys ? priceTicks <= limit : priceTicks >= limit, 'limit').toBe(true);
      if (maker) {
        expect(priceTicks).toBe(limit);
        continue;
      }
      expect(exchangeNs, 'takers take when they go off').toBe(ns);
      const all = [...(filled.get(order.id) ?? []), fill];
      filled.set(order.id, all);
      // Of the levels up to this price, less what the trade took that set it off.
      const there = levels.filter(([ticks]) => (buys ? ticks <= priceTicks : ticks >= priceTicks));
      expect(there.at(-1)?.[0], 'a price that the book showed').toBe(priceTicks);
      const had = there.reduce((sum, [, lots]) => sum + lots, -goneLots);
      expect(all.reduce((sum, { qtyLots }) => sum + qtyLots, 0)).toBeLessThanOrEqual(had);
      if (goneLots > 0 && there.length > 1) skipped++;
    }
    expect(filled.size).toBeGreaterThan(300);
    expect(fills.filter(({ maker }) => maker).length).toBeGreaterThan(10);
    expect(skipped, 'fills behind what a trade had taken').toBeGreaterThan(5);
  });
});
