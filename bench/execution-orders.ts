/**
 * The workload that prices an order: a market that does nothing but trade through own orders, and strategies that send
 * them. Knows nothing of measuring. Called by execution-run; its floor does the same with a Map and nothing around it.
 *
 * A batch of orders, one lot each, rests below the touch (buys) or above it (sells), each in turn; a trade beyond the worst
 * of them fills the whole batch at its own prices, and its print tells the strategy to send the next. Behind stand orders
 * that the market never reaches.
 */
import { createHash } from 'node:crypto';
import {
  allocateColumns,
  CODE_EXCHANGE,
  CODE_LOCAL,
  type Columns,
  codeOf,
  Kind,
  type MarketView,
  Side,
} from '../core/market.js';
import { RandomSource } from '../core/random.js';
import { Simulation } from '../core/simulation.js';
import type { Strategy, StrategyContext } from '../core/strategy.js';
import { MemoryTape } from '../core/tape.js';
import { makerTakerFees } from '../execution/fees.js';
import { constantLatency } from '../execution/latency.js';
import { powerQueue } from '../execution/queue-position.js';
import { simulatedVenue } from '../execution/simulated-venue.js';
import { MAKER_RATE, QUEUE_EXPONENT, TAKER_RATE } from './workloads.js';

export interface OrdersShape {
  /** Orders resting while one is measured, itself among them. */
  readonly working: number;
  /** `single`: one order comes and goes while the others rest; `batch`: all come, and all fill. */
  readonly how: 'single' | 'batch';
  /** A price each, or one price for all of a side. */
  readonly prices: 'levels' | 'one';
}

/** What came out, and the time it took. `orders`: those that filled. */
export interface OrdersOutcome {
  readonly orders: number;
  readonly fills: number;
  readonly positionLots: number;
  /** Money from trades before fees, in ticks × lots. */
  readonly moneyTicks: number;
  readonly wallMs: number;
}

const BID = 1_000_000;
const ASK = BID + 1;
/** Where the orders begin that the market never reaches. */
const FAR = 100_000;
/** Between two prints: requests and answers are long there. */
const STEP_NS = 100_000;
const TRAVEL_NS = 1_000;
const LOTS = 1_000_000;

/** Orders of a batch, and batches of a run of about `orders` orders: an even number, so that the position ends at 0. */
export function batchesOf({ working, how }: OrdersShape, orders: number): { batch: number; batches: number } {
  const batch = how === 'batch' ? working : 1;
  return { batch, batches: Math.max(2, 2 * Math.round(orders / batch / 2)) };
}

/** A quote of either side, a first print, and one for each batch: sellers through the buys, buyers through the sells. */
export function ordersTape(shape: OrdersShape, orders: number): MemoryTape {
  const { batch, batches } = batchesOf(shape, orders);
  const columns = allocateColumns(batches + 3);
  const add = (timeNs: number, kind: Kind, side: Side, tick: number, lots: number) => {
    const row = columns.length++;
    columns.exchangeNs[row] = timeNs;
    columns.localNs[row] = timeNs;
    columns.code[row] = codeOf(kind, side, CODE_EXCHANGE | CODE_LOCAL);
    columns.priceTicks[row] = tick;
    columns.qtyLots[row] = lots;
  };
  add(0, Kind.depth, Side.buy, BID, LOTS);
  add(0, Kind.depth, Side.sell, ASK, LOTS);
  // Time for what rests for good to arrive.
  add(STEP_NS, Kind.trade, Side.buy, ASK, 1);
  for (let at = 0; at < batches; at++) {
    const [side, tick] = at % 2 === 0 ? [Side.sell, BID - batch - 1] : [Side.buy, ASK + batch + 1];
    add((at + 2) * STEP_NS, Kind.trade, side, tick, LOTS);
  }
  return tapeOf(columns);
}

function tapeOf(columns: Columns): MemoryTape {
  return new MemoryTape(columns, {
    instruments: [{ symbol: 'X', tick: '1', lot: '1' }],
    originNs: 0n,
    provenance: {},
    corrections: [],
  });
}

/** How far behind the touch each order of a batch stands, in the order in which they are sent: no order of prices. */
export function offsetsOf({ prices }: OrdersShape, batch: number): Int32Array {
  const offsets = Int32Array.from({ length: batch }, (_, at) => (prices === 'one' ? 0 : at));
  const random = new RandomSource(1).stream('offsets');
  for (let at = batch - 1; at > 0; at--) {
    const other = Math.floor(random.uniform() * (at + 1));
    [offsets[at], offsets[other]] = [offsets[other]!, offsets[at]!];
  }
  return offsets;
}

/** Sends a batch at every print. */
class Sender implements Strategy {
  fills = 0;
  startMs = 0;
  stopMs = 0;
  readonly #shape: OrdersShape;
  readonly #offsets: Int32Array;
  readonly #batches: number;
  #sent = 0;

  constructor(shape: OrdersShape, orders: number) {
    const { batch, batches } = batchesOf(shape, orders);
    this.#shape = shape;
    this.#offsets = offsetsOf(shape, batch);
    this.#batches = batches;
  }

  onStart(context: StrategyContext): void {
    // Not at the very start, when the venue's book is empty as well.
    context.at('settle', STEP_NS / 2);
  }

  onTimer(_name: string, context: StrategyContext): void {
    const { working, how, prices } = this.#shape;
    const behind = how === 'batch' ? 0 : working - 1;
    const instrument = context.instruments[0]!;
    for (let at = 0; at < behind; at++) {
      const away = FAR + (prices === 'one' ? 0 : at >> 1);
      if (at % 2 === 0) context.buy(instrument, 1, BID - away, true);
      else context.sell(instrument, 1, ASK + away, true);
    }
  }

  onTrade(_trade: MarketView, context: StrategyContext): void {
    if (this.#sent === 0) this.startMs = performance.now();
    if (this.#sent === this.#batches) {
      this.stopMs = performance.now();
      return;
    }
    const instrument = context.instruments[0]!;
    const offsets = this.#offsets;
    if (this.#sent++ % 2 === 0) {
      for (let at = 0; at < offsets.length; at++) context.buy(instrument, 1, BID - offsets[at]!, true);
    } else {
      for (let at = 0; at < offsets.length; at++) context.sell(instrument, 1, ASK + offsets[at]!, true);
    }
  }

  onFill(): void {
    this.fills++;
  }
}

/** Timed from the first order to the last print, so without what rests for good. */
export function runOrders(tape: MemoryTape, shape: OrdersShape, orders: number): OrdersOutcome {
  const { batch, batches } = batchesOf(shape, orders);
  const sender = new Sender(shape, orders);
  const simulation = new Simulation({
    tapes: [tape],
    strategies: [{ name: 'sender', strategy: sender }],
    venue: simulatedVenue({
      latency: constantLatency({ entryNs: TRAVEL_NS, responseNs: TRAVEL_NS }),
      queue: powerQueue(QUEUE_EXPONENT),
      fees: makerTakerFees({ makerRate: MAKER_RATE, takerRate: TAKER_RATE }),
    }),
    sampleNs: 0,
    sha256: createHash('sha256'),
  });
  const { account } = simulation.run().strategies[0]!;
  return {
    orders: batch * batches,
    fills: sender.fills,
    positionLots: account.positionLots(0),
    moneyTicks: Math.round(account.cash + account.fees),
    wallMs: sender.stopMs - sender.startMs,
  };
}

interface PlainOrder {
  readonly id: number;
  readonly buys: boolean;
  readonly tick: number;
  readonly lots: number;
}

/** The least work imaginable: an object and a place in a Map for each order, gone when it fills, which is added up. */
export function floorOrders(shape: OrdersShape, orders: number): OrdersOutcome {
  const { batch, batches } = batchesOf(shape, orders);
  const offsets = offsetsOf(shape, batch);
  const working = new Map<number, PlainOrder>();
  const total = { fills: 0, positionLots: 0, moneyTicks: 0 };
  let id = 0;
  const start = performance.now();
  for (let sent = 0; sent < batches; sent++) {
    const buys = sent % 2 === 0;
    const first = id + 1;
    for (let at = 0; at < batch; at++) {
      id++;
      working.set(id, { id, buys, tick: buys ? BID - offsets[at]! : ASK + offsets[at]!, lots: 1 });
    }
    for (let filled = first; filled <= id; filled++) {
      const order = working.get(filled)!;
      working.delete(filled);
      const lots = order.buys ? order.lots : -order.lots;
      total.fills++;
      total.positionLots += lots;
      total.moneyTicks -= lots * order.tick;
    }
  }
  const wallMs = performance.now() - start;
  return { orders: batch * batches, ...total, wallMs };
}
