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
import { FlowStress, type StressedMarket } from './flow-stress.js';
import { HawkesProcess, stationaryRates } from './hawkes.js';
import { OrderFeed } from './order-feed.js';
import { SizeDraw, WeightedDraw } from './order-sizes.js';
import { RestingOrders } from './resting-orders.js';
import { checkStress, hasHalts, type StressOptions, StressTally } from './stress-plan.js';
import { stressedFeed, stressesFeed } from './stressed-feed.js';

export interface OrderMarketOptions extends StressOptions {
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
  const { flow, stress = [] } = checked(options);
  return {
    ...{ instruments: [flow.instrument], originNs: ORIGIN_NS, rows: 0, corrections: [], counts: emptyCounts(1) },
    columns: { orderId: flow.feed.detail === 'orders', bars: false, value: hasHalts(stress) },
    provenance: { ...provenance, ...(stress.length > 0 && { stress: JSON.stringify(stress) }) },
  };
}

/**
 * The market block by block, in bounded memory. A block's buffers are used again. Throws `RangeError` naming an option that is
 * wrong, or the time at which the price left its range.
 */
export function orderMarketBlocks(options: OrderMarketOptions): Generator<Columns, void, undefined> {
  const { stress = [], flow } = checked(options);
  const tally = options.stressTally ?? new StressTally();
  const blocks = marketBlocks(options, tally);
  if (!stressesFeed(stress)) return blocks;
  const { detail } = flow.feed;
  const columns = { orderId: detail === 'orders', value: hasHalts(stress) };
  return stressedFeed(blocks, { instruments: [flow.instrument], columns, book: detail }, stress, tally);
}

function* marketBlocks(all: OrderMarketOptions, tally: StressTally): Generator<Columns, void, undefined> {
  const { flow, stress = [] } = all;
  const source = new RandomSource(all.seed);
  const { symbol } = flow.instrument;
  const under =
    stress.length === 0 ? undefined : new FlowStress(stress, symbol, source.stream('synthetic/stress'), tally);
  const market = new OrderMarket(flow, source.stream('synthetic/order-market'), under, hasHalts(stress));
  while (market.step(all.durationNs)) {
    const { block } = market.feed;
    if (!market.feed.full) continue;
    yield block;
    block.length = 0;
  }
  if (market.feed.block.length > 0) yield market.feed.block;
}

class OrderMarket implements StressedMarket {
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
  readonly #stress: FlowStress | undefined;
  #nowNs: Nanos = 0;
  #nextId = 1;

  constructor(flow: FlowParameters, random: RandomStream, stress: FlowStress | undefined, hasStatus: boolean) {
    const { stepTicks, startTicks, cancelRate } = flow;
    const startStep = Math.floor(startTicks / stepTicks);
    this.#flow = flow;
    this.#random = random;
    this.#stress = stress;
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
    this.feed = new OrderFeed(flow.feed, stepTicks, this.#orders, hasStatus);
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
    const stress = this.#stress;
    if (stress !== undefined && stress.nextNs <= seconds * SECOND) {
      this.#underStress(stress);
      return true;
    }
    const before = this.feed.block.length;
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
    stress?.watch(this.bid, this.ask, this.feed.block.length - before);
    this.#next();
    return true;
  }

  /** A message of the stress, which may be without rows. Whoever comes in a halt is turned away. */
  #underStress(stress: FlowStress): void {
    this.#nowNs = Math.max(this.#nowNs + 1, stress.nextNs);
    this.feed.begin(this.#nowNs);
    const before = this.feed.block.length;
    stress.act(this, this.#nowNs);
    this.feed.end();
    stress.watch(this.bid, this.ask, this.feed.block.length - before);
    if (!stress.halted) return;
    for (; this.#arrivals.seconds * SECOND < stress.nextNs; this.#next()) stress.turnedAway++;
  }

  get bid(): number {
    return this.#orders.bid * this.#flow.stepTicks;
  }

  get ask(): number {
    return this.#orders.ask * this.#flow.stepTicks;
  }

  sweep(aggressor: Side, limitTicks: number): number {
    const orders = this.#orders;
    const sells = aggressor === Side.sell;
    const side = sells ? Side.buy : Side.sell;
    let lots = 0;
    while (orders.count[side]! > 1 && (sells ? this.bid > limitTicks : this.ask < limitTicks)) {
      const slot = orders.firstAt(sells ? orders.bid : orders.ask);
      lots += this.#remove(Kind.orderExecute, side, slot, Number.POSITIVE_INFINITY);
    }
    return lots;
  }

  withdrawBids(share: number, limitTicks: number): number {
    const orders = this.#orders;
    const going: number[] = [];
    for (let step = orders.bid; step * this.#flow.stepTicks > limitTicks; step--) {
      for (let ahead = 0; ahead < orders.orders[step]!; ahead++) {
        if (this.#random.uniform() < share) going.push(orders.slotAt(step, ahead));
      }
    }
    let lots = 0;
    for (const slot of going) {
      if (orders.count[Side.buy]! > 1) lots += this.#remove(Kind.orderCancel, Side.buy, slot, Number.POSITIVE_INFINITY);
    }
    return lots;
  }

  /** These traders think of nothing. */
  lean(): void {}

  status(value: number): void {
    this.feed.status(value);
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
    const distance = this.#placement.draw(this.#random);
    const most = this.#stress?.mostBidTicks ?? Number.POSITIVE_INFINITY;
    if (side === Side.sell) this.#place(side, bid, distance);
    else if ((ask - distance) * this.#flow.stepTicks <= most) this.#place(side, ask, distance);
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
    // Stress may have left one order since this cancellation was drawn.
    if (this.#orders.count[side] === 1) return;
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
  checkStress(options.stress ?? [], [flow.instrument.symbol], durationNs);
  return options;
}
