/**
 * A market of orders without intentions, order by order: market orders, limit orders at random distances, cancellations, as its
 * parameters say. Knows nothing of files, venues or strategies. Called by `tickwright synth`, the zero-intelligence market and tests.
 *
 * With Poisson arrivals and even distances: E. Smith, J. D. Farmer, L. Gillemot, S. Krishnamurthy, "Statistical theory of the
 * continuous double auction", Quantitative Finance 3, 2003. Distances as observed: S. Mike, J. D. Farmer, "An empirical behavioral
 * model of liquidity and volatility", Journal of Economic Dynamics and Control 32, 2008.
 */
import { type Columns, Kind, Side } from '../market.js';
import { RandomSource, type RandomStream } from '../random.js';
import { emptyCounts, type TapeInfo } from '../tape.js';
import { type Nanos, SECOND } from '../time.js';
import { DistanceCounts } from './distance-counts.js';
import { type ByDistance, checkFlow, type FlowParameters, widthOf } from './flow-parameters.js';
import { HawkesProcess, stationaryRates } from './hawkes.js';
import { OrderFeed } from './order-feed.js';
import { SizeDraw, WeightedDraw } from './order-sizes.js';
import { RestingOrders } from './resting-orders.js';

export interface OrderMarketOptions {
  /** Whole number 0 … 2^53−1. */
  readonly seed: number;
  /** Market time, ns, ≥ 1. */
  readonly durationNs: Nanos;
  readonly flow: FlowParameters;
}

/** 2024-01-01 00:00 UTC. */
const ORIGIN_NS = 1_704_067_200_000_000_000n;

/** What is known of the tape before its rows are made. `provenance` goes to it as it is. */
export function orderMarketInfo(options: OrderMarketOptions, provenance: TapeInfo['provenance']): TapeInfo {
  const { flow } = checked(options);
  return {
    ...{ instruments: [flow.instrument], originNs: ORIGIN_NS, rows: 0, corrections: [], counts: emptyCounts(1) },
    ...{ columns: { orderId: flow.feed.detail === 'orders', bars: false, value: false }, provenance },
  };
}

/**
 * The market block by block, in bounded memory. A block's buffers are used again. Throws `RangeError` naming an option that is
 * wrong, or the time at which the price left its range.
 */
export function* orderMarketBlocks(options: OrderMarketOptions): Generator<Columns, void, undefined> {
  const all = checked(options);
  const market = new OrderMarket(all.flow, new RandomSource(all.seed).stream('synthetic/order-market'));
  while (market.step(all.durationNs)) {
    const { block } = market.feed;
    if (!market.feed.full) continue;
    yield block;
    block.length = 0;
  }
  if (market.feed.block.length > 0) yield market.feed.block;
}

class OrderMarket {
  readonly feed: OrderFeed;
  readonly #flow: FlowParameters;
  readonly #random: RandomStream;
  readonly #arrivals: HawkesProcess;
  /** Cancellations a second of each side in the long run, by its code. */
  readonly #usualCancels: readonly number[];
  readonly #orders: RestingOrders;
  /** Orders by distance, of each side by its code. */
  readonly #distances: readonly DistanceCounts[];
  readonly #placement: DistanceDraw;
  readonly #marketLots: SizeDraw;
  readonly #limitLots: readonly { readonly to: number; readonly draw: SizeDraw }[];
  /** Prices are below this, in steps. */
  readonly #endStep: number;
  #nowNs: Nanos = 0;
  #nextId = 1;

  constructor(flow: FlowParameters, random: RandomStream) {
    const { stepTicks, startTicks, cancelRate } = flow;
    const startStep = Math.floor(startTicks / stepTicks);
    this.#flow = flow;
    this.#random = random;
    this.#arrivals = new HawkesProcess(flow.arrivals, random);
    const usual = stationaryRates(flow.arrivals);
    this.#usualCancels = [0, usual[4]!, usual[5]!];
    this.#endStep = 2 * startStep;
    this.#orders = new RestingOrders(this.#endStep);
    this.#distances = [Side.none, Side.buy, Side.sell].map(
      (side) => new DistanceCounts(this.#orders, side, cancelRate, side === Side.sell ? startStep - 1 : startStep),
    );
    this.#placement = new DistanceDraw(flow.placement);
    this.#marketLots = new SizeDraw(flow.marketLots);
    this.#limitLots = flow.limitLots.map(({ to, lots }) => ({ to, draw: new SizeDraw(lots) }));
    this.feed = new OrderFeed(flow.feed, stepTicks, this.#orders);
    this.#open(startStep);
    this.#next();
  }

  /** The book to begin with: as many orders at each distance as make its mean lots. */
  #open(startStep: number): void {
    const { depth } = this.#flow;
    const orders = {
      to: depth.to,
      values: depth.values.map((lots, at) => (lots * widthOf(depth, at)) / this.#meanLots(depth.to[at]!)),
    };
    const count = Math.max(1, Math.round(orders.values.reduce((sum, value) => sum + value, 0)));
    const draw = new DistanceDraw(orders);
    for (let each = 0; each < count; each++) {
      this.#place(Side.buy, startStep, draw.draw(this.#random));
      this.#place(Side.sell, startStep - 1, draw.draw(this.#random));
    }
    this.feed.opened();
  }

  /** The next message; `false` when there is none up to `endNs`. */
  step(endNs: Nanos): boolean {
    const { seconds, type } = this.#arrivals;
    // The venue gives every message a nanosecond of its own.
    this.#nowNs = Math.max(this.#nowNs + 1, Math.floor(seconds * SECOND));
    if (this.#nowNs > endNs) {
      this.feed.begin(endNs);
      return false;
    }
    this.feed.begin(this.#nowNs);
    const side = type % 2 === 0 ? Side.buy : Side.sell;
    if (type < 2) this.#take(side);
    else if (type < 4) this.#limit(side);
    else this.#cancel(side);
    this.feed.end();
    this.#next();
    return true;
  }

  /** An order's chance to be cancelled goes with its distance: so does that of all together. */
  #next(): void {
    const { factors } = this.#arrivals;
    for (const [type, side] of [
      [4, Side.buy],
      [5, Side.sell],
    ] as const) {
      // The last order of a side stays: distances are reckoned from it.
      factors[type] = this.#orders.count[side]! > 1 ? this.#distances[side]!.rate / this.#usualCancels[side]! : 0;
    }
    this.#arrivals.advance();
  }

  #limitDraw(distance: number): SizeDraw {
    let at = 0;
    while (at + 1 < this.#limitLots.length && distance > this.#limitLots[at]!.to) at++;
    return this.#limitLots[at]!.draw;
  }

  #meanLots(distance: number): number {
    return this.#limitDraw(distance).mean;
  }

  #limit(side: Side): void {
    const { bid, ask } = this.#orders;
    this.#place(side, side === Side.buy ? ask : bid, this.#placement.draw(this.#random));
  }

  /** A limit order so many steps from `from`. */
  #place(side: Side, from: number, distance: number): void {
    const step = side === Side.buy ? from - distance : from + distance;
    if (step < 1 || step >= this.#endStep) {
      const { startTicks, stepTicks } = this.#flow;
      throw new RangeError(
        `order market: at ${this.#nowNs} ns a price of ${step * stepTicks} ticks left ${stepTicks} to ${(this.#endStep - 1) * stepTicks}; give larger startTicks than ${startTicks}`,
      );
    }
    const [lots, id] = [this.#limitDraw(distance).draw(this.#random), this.#nextId++];
    this.#orders.add(side, step, lots, id);
    this.#distances[side]!.change(step, 1);
    this.#touch(side);
    this.feed.changed(Kind.orderAdd, side, step, lots, id);
  }

  /** Distances of the other side are reckoned from the best price of this one. */
  #touch(side: Side): void {
    const { bid, ask } = this.#orders;
    if (side === Side.buy) this.#distances[Side.sell]!.move(bid);
    else this.#distances[Side.buy]!.move(ask);
  }

  #cancel(side: Side): void {
    this.#remove(Kind.orderCancel, side, this.#distances[side]!.draw(this.#random), Number.POSITIVE_INFINITY);
  }

  /** Takes up to so many lots of an order away. Returns how many. */
  #remove(kind: Kind, side: Side, slot: number, most: number): number {
    const orders = this.#orders;
    const lots = Math.min(most, orders.qty[slot]!);
    const [step, id] = [orders.ticks[slot]!, orders.ids[slot]!];
    if (lots === orders.qty[slot]) this.#distances[side]!.change(step, -1);
    orders.reduce(side, slot, lots);
    this.#touch(side);
    this.feed.changed(kind, side, step, lots, id);
    return lots;
  }

  /** From the best price on; the last order of the side stays. */
  #take(aggressor: Side): void {
    const orders = this.#orders;
    const side = aggressor === Side.buy ? Side.sell : Side.buy;
    let at = side === Side.buy ? orders.bid : orders.ask;
    for (let left = this.#marketLots.draw(this.#random); left > 0 && orders.count[side]! > 1; ) {
      const step = side === Side.buy ? orders.bid : orders.ask;
      if (step !== at && this.#random.uniform() >= this.#flow.sweep) return;
      at = step;
      left -= this.#remove(Kind.orderExecute, side, orders.firstAt(step), left);
    }
  }
}

/** Draws a distance: a range by its value, a step within it evenly. */
class DistanceDraw {
  readonly #to: readonly number[];
  readonly #ranges: WeightedDraw;

  constructor({ to, values }: ByDistance) {
    this.#to = to;
    this.#ranges = new WeightedDraw(values);
  }

  draw(random: RandomStream): number {
    const range = this.#ranges.draw(random);
    const from = range === 0 ? 0 : this.#to[range - 1]!;
    return from + 1 + random.integer(this.#to[range]! - from);
  }
}

function checked(options: OrderMarketOptions): OrderMarketOptions {
  const { durationNs, flow } = options;
  if (!(Number.isSafeInteger(durationNs) && durationNs >= 1)) {
    throw new RangeError(
      `order market: durationNs ${durationNs} is not a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`,
    );
  }
  checkFlow(flow);
  return options;
}
