/**
 * Order by order markets and 200 own orders in them: what is replayed, and by whom. Knows nothing of measuring.
 * Called by execution-run.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { importLobster } from '../bridges/import/lobster.js';
import { OrderBook } from '../core/book/orders.js';
import { Instrument } from '../core/instrument.js';
import { CODE_KIND, CODE_SIDE_SHIFT, type Columns, codeOf, Kind, Side } from '../core/market.js';
import { type Order, type OrderEvent, OrderStatus } from '../core/order.js';
import { RandomSource } from '../core/random.js';
import { Simulation } from '../core/simulation.js';
import type { Strategy, StrategyContext } from '../core/strategy.js';
import { MemoryTape } from '../core/tape.js';
import { TapeBuilder } from '../core/tape-builder.js';
import { constantLatency } from '../execution/latency.js';
import { orderQueue } from '../execution/order-queue.js';
import { simulatedVenue } from '../execution/simulated-venue.js';
import { BLOCK_ROWS } from './bench-tapes.js';
import { ORDER_LATENCY_NS } from './workloads.js';

/** GOOG on 2012-06-21, 10 levels (see ../shared/truth/README.md); a clone does not have it. */
const DAY = new URL(
  '../../../shared/truth/lobster/GOOG_2012-06-21_34200000_57600000_message_10.csv.gz',
  import.meta.url,
);

/** Own orders of a side. */
const A_SIDE = 100;
/** Market time between two looks at where they stand. */
const LOOK_NS = 600e9;

export type L3Market = 'synthetic-l3' | 'goog';

export interface L3Tape {
  readonly columns: Columns;
  readonly tape: MemoryTape;
  /** Between two own prices: five cents (so 200 orders reach five dollars either way), or a tick. */
  readonly stepTicks: number;
}

export function hasLobsterDay(): boolean {
  return fs.existsSync(DAY);
}

/** `rows`: of the synthetic market only. */
export async function l3Tape(market: L3Market, rows: number): Promise<L3Tape> {
  const { columns, info } = market === 'goog' ? await importLobster({ messages: DAY.pathname }) : syntheticOrders(rows);
  return {
    columns,
    tape: new MemoryTape(columns, info, { blockRows: BLOCK_ROWS }),
    stepTicks: market === 'goog' ? 500 : 1,
  };
}

/**
 * Orders around a fair price that walks: of 100 steps 50 bring an order (one that would cross executes what it meets
 * instead) and 50 take one away, some 2,000 resting. As many rows a second as the recorded day has: 6.6.
 */
function syntheticOrders(rows: number) {
  const random = new RandomSource(3).stream('synthetic-l3');
  const instrument = { symbol: 'SYN', tick: '0.01', lot: '1' };
  const book = new OrderBook(new Instrument(instrument, 0));
  const builder = new TapeBuilder({ orderId: true }, rows);
  const columns = () => builder.columns;
  /** Ids at a price in order of time, gone ones too; and those that rest, in no order. */
  const queues = new Map<number, number[]>();
  const resting: number[] = [];
  const placeOf = new Map<number, number>();
  const tickOf = new Map<number, number>();
  let nowNs = 0;
  let fair = 100_000;
  let id = 0;
  const row = (kind: Kind, side: Side, tick: number, lots: number, order: number) => {
    const at = builder.add(nowNs, nowNs, codeOf(kind, side), 0, 0, tick, lots);
    columns().orderId![at] = order;
  };
  const takeOff = (kind: Kind, order: number, lots: number) => {
    row(kind, book.sideOf(order), tickOf.get(order)!, lots, order);
    book.reduce(order, lots);
    if (book.has(order)) return;
    const place = placeOf.get(order)!;
    const last = resting.pop()!;
    if (last !== order) {
      resting[place] = last;
      placeOf.set(last, place);
    }
    placeOf.delete(order);
    tickOf.delete(order);
  };
  while (builder.length < rows) {
    nowNs += 1 + Math.floor(-Math.log(1 - random.uniform()) * 150e6);
    fair += (random.uniform() - 0.5) * 0.6;
    if (resting.length > 2000 && random.uniform() < 0.5) {
      const order = resting[Math.floor(random.uniform() * resting.length)]!;
      takeOff(Kind.orderCancel, order, random.uniform() < 0.8 ? book.lotsOf(order) : Math.ceil(book.lotsOf(order) / 2));
      continue;
    }
    const buys = random.uniform() < 0.5;
    const side = buys ? Side.buy : Side.sell;
    const away = Math.floor(2 / (1.02 - random.uniform())) - 2;
    const tick = Math.round(fair) + (buys ? -away : away);
    const best = buys ? book.levels.bestAskTicks : book.levels.bestBidTicks;
    const lots = 1 + Math.floor(random.uniform() * 20);
    if (buys ? tick >= best : tick <= best) {
      const queue = queues.get(best * 2 + (buys ? 1 : 0))!;
      while (!book.has(queue[0]!) || tickOf.get(queue[0]!) !== best) queue.shift();
      takeOff(Kind.orderExecute, queue[0]!, Math.min(lots, book.lotsOf(queue[0]!)));
      continue;
    }
    row(Kind.orderAdd, side, tick, lots, ++id);
    book.add(id, side, tick, lots);
    placeOf.set(id, resting.push(id) - 1);
    tickOf.set(id, tick);
    const key = tick * 2 + (buys ? 0 : 1);
    const queue = queues.get(key);
    if (queue === undefined) queues.set(key, [id]);
    else queue.push(id);
  }
  return { columns: columns(), info: { instruments: [instrument], originNs: 0n, provenance: {}, corrections: [] } };
}

/**
 * Keeps 100 bids and 100 asks, a step apart: at first from each side's best price on, and one that fills is replaced
 * behind the last of its side. Once in ten minutes of market time those more than 120 steps away come back to the front.
 */
class TwoLadders implements Strategy {
  readonly #stepTicks: number;
  readonly #orders = new Set<Order>();
  #lowestBid = 0;
  #highestAsk = 0;
  /** Own orders found resting, added up over the looks but the first. */
  resting = 0;
  looks = 0;
  sent = 0;

  constructor(stepTicks: number) {
    this.#stepTicks = stepTicks;
  }

  onStart(context: StrategyContext): void {
    context.every('look', LOOK_NS, 1e9);
  }

  onTimer(_name: string, context: StrategyContext): void {
    const step = this.#stepTicks;
    const { bestBidTicks, bestAskTicks } = context.book(context.instruments[0]!);
    if (!(bestBidTicks < bestAskTicks)) return;
    if (this.#orders.size > 0) this.looks++;
    let bids = 0;
    let asks = 0;
    for (const order of this.#orders) {
      if (order.status !== OrderStatus.pending) this.resting++;
      const away = order.side === Side.buy ? bestBidTicks - order.priceTicks : order.priceTicks - bestAskTicks;
      if (away > 120 * step) {
        this.#orders.delete(order);
        context.cancel(order);
      } else if (order.side === Side.buy) bids++;
      else asks++;
    }
    for (let at = 1; bids < A_SIDE; at++, bids++) this.#send(Side.buy, bestBidTicks - at * step, context);
    for (let at = 1; asks < A_SIDE; at++, asks++) this.#send(Side.sell, bestAskTicks + at * step, context);
    this.#lowestBid = bestBidTicks;
    this.#highestAsk = bestAskTicks;
    for (const { side, priceTicks } of this.#orders) {
      if (side === Side.buy) this.#lowestBid = Math.min(this.#lowestBid, priceTicks);
      else this.#highestAsk = Math.max(this.#highestAsk, priceTicks);
    }
  }

  onOrderEvent({ order }: OrderEvent, context: StrategyContext): void {
    if (!order.finished || !this.#orders.delete(order)) return;
    if (order.side === Side.buy) {
      this.#lowestBid -= this.#stepTicks;
      this.#send(Side.buy, this.#lowestBid, context);
    } else {
      this.#highestAsk += this.#stepTicks;
      this.#send(Side.sell, this.#highestAsk, context);
    }
  }

  #send(side: Side, tick: number, context: StrategyContext): void {
    const instrument = context.instruments[0]!;
    this.sent++;
    this.#orders.add(
      side === Side.buy ? context.buy(instrument, 1, tick, true) : context.sell(instrument, 1, tick, true),
    );
  }
}

export interface L3Outcome {
  readonly rows: number;
  readonly bid: number;
  readonly ask: number;
  /** Own orders resting on average, sent, and filled. */
  readonly resting: number;
  readonly sent: number;
  readonly fills: number;
  readonly wallMs: number;
}

/** `own` = false: the same without a strategy. */
export function runL3({ tape, stepTicks }: L3Tape, own: boolean): L3Outcome {
  const strategy = new TwoLadders(stepTicks);
  const books: { bestBidTicks: number; bestAskTicks: number }[] = [];
  const simulation = new Simulation({
    tapes: [tape],
    strategies: own ? [{ name: 'ladders', strategy }] : [],
    venue: simulatedVenue({
      latency: constantLatency({ entryNs: ORDER_LATENCY_NS, responseNs: ORDER_LATENCY_NS }),
      queue: orderQueue(),
    }),
    observers: [{ onStart: (run) => void books.push(...run.books) }],
    sampleNs: 0,
    sha256: createHash('sha256'),
  });
  const start = performance.now();
  const { rows, fills } = simulation.run();
  const wallMs = performance.now() - start;
  const { looks, sent } = strategy;
  return {
    rows,
    bid: books[0]!.bestBidTicks,
    ask: books[0]!.bestAskTicks,
    resting: looks === 0 ? 0 : Math.round(strategy.resting / looks),
    sent,
    fills,
    wallMs,
  };
}

/** The floor: the rows into a book of orders for either side, and nothing else. */
export function floorL3({ columns, tape }: L3Tape): L3Outcome {
  const instrument = new Instrument(tape.info.instruments[0]!, 0);
  const venue = new OrderBook(instrument);
  const local = new OrderBook(instrument);
  const start = performance.now();
  for (let from = 0; from < columns.length; from += BLOCK_ROWS) {
    const to = Math.min(columns.length, from + BLOCK_ROWS);
    applyRows(columns, from, to, venue);
    applyRows(columns, from, to, local);
  }
  const wallMs = performance.now() - start;
  const { bestBidTicks, bestAskTicks } = local.levels;
  return { rows: columns.length, bid: bestBidTicks, ask: bestAskTicks, resting: 0, sent: 0, fills: 0, wallMs };
}

function applyRows(columns: Columns, from: number, to: number, book: OrderBook): void {
  const { code, priceTicks, qtyLots } = columns;
  const orderId = columns.orderId!;
  for (let row = from; row < to; row++) {
    const bits = code[row]!;
    const kind = bits & CODE_KIND;
    if (kind === Kind.orderAdd) {
      book.add(orderId[row]!, ((bits >> CODE_SIDE_SHIFT) & 3) as Side, priceTicks[row]!, qtyLots[row]!);
    } else if (kind === Kind.orderCancel || kind === Kind.orderExecute) {
      book.reduce(orderId[row]!, qtyLots[row]!);
    }
  }
}
