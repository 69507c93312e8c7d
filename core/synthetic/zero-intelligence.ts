/**
 * A market of orders without intentions, order by order: limit orders at random distances, market orders, cancellations at a
 * rate for each standing order. Knows nothing of files, venues or strategies. Called by `tickwright synth` and tests.
 *
 * With Poisson arrivals: E. Smith, J. D. Farmer, L. Gillemot, S. Krishnamurthy, "Statistical theory of the continuous double
 * auction", Quantitative Finance 3, 2003. With `branching`, market and limit orders arrive as a Hawkes process.
 */
import type { InstrumentSpec } from '../instrument.js';
import { allocateColumns, type Columns, codeOf, Flag, Kind, Side } from '../market.js';
import { RandomSource, type RandomStream } from '../random.js';
import { emptyCounts, type TapeInfo } from '../tape.js';
import { type Nanos, SECOND } from '../time.js';
import { HawkesProcess } from './hawkes.js';
import { RestingOrders } from './resting-orders.js';

/** Types of arrivals, as rows and columns of `branching` mean them. */
export const ARRIVALS = ['market buy', 'market sell', 'limit buy', 'limit sell'] as const;

export interface ZeroIntelligenceOptions {
  /** Whole number 0 … 2^53−1. */
  readonly seed: number;
  /** Market time, ns, ≥ 1. */
  readonly durationNs: Nanos;
  readonly instrument?: InstrumentSpec;
  /** Where the first ask stands about; prices between 1 and twice this. Default 10,000. */
  readonly startTicks?: number;
  /** Market orders of each side a second that nothing brings about. Default 1. */
  readonly marketRate?: number;
  /** Limit orders of each side a second, over all distances. Default 20. */
  readonly limitRate?: number;
  /** A limit order stands 1 … this many ticks behind the opposite touch, each as often. Default 40. */
  readonly reachTicks?: number;
  /** Cancellations a second for each order that stands. Default 0.1. */
  readonly cancelRate?: number;
  /** Mean lots of an order: 1 … twice this less 1, each as often. Default 5. */
  readonly orderLots?: number;
  /** Of {@link ARRIVALS}, see `HawkesParameters`; default: none, Poisson. */
  readonly branching?: readonly (readonly number[])[];
  /** How fast excitement fades, per second. Default 5. */
  readonly decay?: number;
  /** Order by order (the default), or what a feed of levels or of best quotes would say of the same market, with trades. */
  readonly detail?: 'orders' | 'levels' | 'quotes';
  /** From the venue to the machine, ns, the same for all rows. Default 1 ms. */
  readonly latencyNs?: Nanos;
}

const BLOCK_ROWS = 65_536;
/** 2024-01-01 00:00 UTC. */
const ORIGIN_NS = 1_704_067_200_000_000_000n;
const QUIET = [0, 0, 0, 0].map(() => [0, 0, 0, 0]);
const USUAL = {
  instrument: { symbol: 'SYN-ZI', tick: '0.01', lot: '1' },
  ...{ startTicks: 10_000, marketRate: 1, limitRate: 20, reachTicks: 40, cancelRate: 0.1, orderLots: 5 },
  ...{ branching: QUIET, decay: 5, latencyNs: 1e6, detail: 'orders' as const },
};

/** What is known of the tape before its rows are made. */
export function zeroIntelligenceInfo(options: ZeroIntelligenceOptions): TapeInfo {
  const { instrument, ...all } = checked(options);
  const words = Object.entries(all).map(([name, value]) => [name, JSON.stringify(value)]);
  return {
    ...{ instruments: [instrument], originNs: ORIGIN_NS, rows: 0, corrections: [], counts: emptyCounts(1) },
    columns: { orderId: all.detail === 'orders', bars: false, value: false },
    provenance: { source: 'zero-intelligence market', ...Object.fromEntries(words) },
  };
}

/**
 * The market block by block, in bounded memory. A block's buffers are used again. It begins with the book in its long-run state
 * far from the touch. Throws `RangeError` naming an option that is wrong, or the time at which the price left its range.
 */
export function* zeroIntelligenceBlocks(options: ZeroIntelligenceOptions): Generator<Columns, void, undefined> {
  const all = checked(options);
  const flow = new ZeroIntelligence(all, new RandomSource(all.seed).stream('synthetic/zero-intelligence'));
  flow.open();
  while (flow.step(all.durationNs)) {
    // The longest message is a market order: for each lot a row or two, and two quotes.
    if (flow.block.length < BLOCK_ROWS - 4 * all.orderLots - 2) continue;
    yield flow.block;
    flow.block.length = 0;
  }
  if (flow.block.length > 0) yield flow.block;
}

type Settled = Required<ZeroIntelligenceOptions>;

class ZeroIntelligence {
  readonly block: Columns;
  readonly #options: Settled;
  readonly #random: RandomStream;
  readonly #arrivals: HawkesProcess;
  readonly #orders: RestingOrders;
  #nowNs: Nanos = 0;
  #nextId = 1;
  #flag = Flag.snapshot as number;
  /** Best ticks and lots of each side as quotes last said. */
  readonly #quoted = { [Side.buy]: [0, 0], [Side.sell]: [0, 0] };

  constructor(options: Settled, random: RandomStream) {
    const { marketRate, limitRate, branching, decay, startTicks, reachTicks, cancelRate, orderLots } = options;
    this.#options = options;
    this.#random = random;
    const base = [marketRate, marketRate, limitRate, limitRate];
    this.#arrivals = new HawkesProcess({ base, branching, decay }, random);
    this.#orders = new RestingOrders(2 * startTicks);
    const opening = Math.ceil((4 * limitRate) / cancelRate) + 4 * reachTicks;
    this.block = allocateColumns(BLOCK_ROWS + opening + 4 * orderLots, { orderId: options.detail === 'orders' });
  }

  /** Orders as many as come to stand where nothing but cancellations takes them: limitRate / cancelRate a side. */
  open(): void {
    const { limitRate, cancelRate, startTicks, reachTicks } = this.#options;
    const orders = Math.max(1, Math.round(limitRate / cancelRate));
    for (let each = 0; each < orders; each++) {
      this.#place(Side.buy, startTicks - 1 - this.#random.integer(reachTicks));
      this.#place(Side.sell, startTicks + this.#random.integer(reachTicks));
    }
    this.#arrivals.advance();
    this.#end();
    this.#flag = 0;
  }

  /** The next message; `false` when there is none up to `endNs`. */
  step(endNs: Nanos): boolean {
    const { count } = this.#orders;
    const standing = count[Side.buy]! + count[Side.sell]!;
    // Exponential times have no memory: drawn anew after each message.
    const cancelNs = this.#nowNs + this.#random.exponential(SECOND / (this.#options.cancelRate * standing));
    const arrivalNs = this.#arrivals.seconds * SECOND;
    // The venue gives every message a nanosecond of its own.
    this.#nowNs = Math.max(this.#nowNs + 1, Math.floor(Math.min(cancelNs, arrivalNs)));
    if (this.#nowNs > endNs) return false;
    if (cancelNs < arrivalNs) this.#cancel(this.#random.integer(standing));
    else {
      const { type } = this.#arrivals;
      const side = type % 2 === 0 ? Side.buy : Side.sell;
      if (type < 2) this.#take(side);
      else this.#limit(side);
      this.#arrivals.advance();
    }
    this.#end();
    return true;
  }

  #lots(): number {
    return 1 + this.#random.integer(2 * this.#options.orderLots - 1);
  }

  #limit(side: Side): void {
    const { startTicks, reachTicks } = this.#options;
    const behind = 1 + this.#random.integer(reachTicks);
    const { bid, ask } = this.#orders;
    const tick = side === Side.buy ? ask - behind : bid + behind;
    if (tick < 1 || tick >= 2 * startTicks) {
      throw new RangeError(
        `zero-intelligence market: at ${this.#nowNs} ns a price of ${tick} ticks left 1 to ${2 * startTicks - 1}; give larger startTicks`,
      );
    }
    this.#place(side, tick);
  }

  #place(side: Side, tick: number): void {
    const [lots, id] = [this.#lots(), this.#nextId++];
    this.#orders.add(side, tick, lots, id);
    this.#changed(Kind.orderAdd, side, tick, lots, id);
  }

  /** The last order of a side stays: prices are reckoned from it. */
  #cancel(at: number): void {
    const orders = this.#orders;
    const bids = orders.count[Side.buy]!;
    const side = at < bids ? Side.buy : Side.sell;
    if (orders.count[side] === 1) return;
    const slot = orders.slotAt(side, at < bids ? at : at - bids);
    const lots = orders.qty[slot]!;
    const [tick, id] = [orders.ticks[slot]!, orders.ids[slot]!];
    orders.reduce(side, slot, lots);
    this.#changed(Kind.orderCancel, side, tick, lots, id);
  }

  /** From the best price on; the last order of the side stays. */
  #take(aggressor: Side): void {
    const orders = this.#orders;
    const side = aggressor === Side.buy ? Side.sell : Side.buy;
    for (let left = this.#lots(); left > 0 && orders.count[side]! > 1; ) {
      const tick = side === Side.buy ? orders.bid : orders.ask;
      const slot = orders.firstAt(tick);
      const lots = Math.min(left, orders.qty[slot]!);
      const id = orders.ids[slot]!;
      orders.reduce(side, slot, lots);
      this.#changed(Kind.orderExecute, side, tick, lots, id);
      left -= lots;
    }
  }

  /** An order has come, gone or been executed: what the feed says of it. */
  #changed(kind: Kind, side: Side, tick: number, lots: number, id: number): void {
    const { detail } = this.#options;
    if (detail === 'orders') {
      this.block.orderId![this.block.length] = id;
      this.#row(kind, side, tick, lots);
      return;
    }
    if (kind === Kind.orderExecute) this.#row(Kind.trade, side === Side.buy ? Side.sell : Side.buy, tick, lots);
    if (detail === 'levels') this.#row(Kind.depth, side, tick, this.#orders.lots[tick]!);
  }

  #quote(side: typeof Side.buy | typeof Side.sell, tick: number): void {
    const lots = this.#orders.lots[tick]!;
    const quoted = this.#quoted[side];
    if (quoted[0] === tick && quoted[1] === lots) return;
    quoted[0] = tick;
    quoted[1] = lots;
    this.#row(Kind.quote, side, tick, lots);
  }

  #row(kind: Kind, side: Side, tick: number, lots: number): void {
    const { block } = this;
    const row = block.length++;
    block.exchangeNs[row] = this.#nowNs;
    block.localNs[row] = this.#nowNs + this.#options.latencyNs;
    block.code[row] = codeOf(kind, side);
    block.flags[row] = this.#flag;
    block.instrument[row] = 0;
    block.priceTicks[row] = tick;
    block.qtyLots[row] = lots;
  }

  /** The last row of the message says so; a message without rows has none. */
  #end(): void {
    const { block } = this;
    if (this.#options.detail === 'quotes') {
      this.#quote(Side.buy, this.#orders.bid);
      this.#quote(Side.sell, this.#orders.ask);
    }
    const row = block.length - 1;
    if (row >= 0 && block.exchangeNs[row] === this.#nowNs) block.flags[row]! |= Flag.last;
  }
}

function checked(options: ZeroIntelligenceOptions): Settled {
  const all = { ...USUAL, ...options };
  const need = (name: keyof typeof all, fine: boolean, allowed: string) => {
    if (!fine) throw new RangeError(`zero-intelligence market: ${name} ${String(all[name])} is not ${allowed}`);
  };
  const whole = (
    name: 'durationNs' | 'startTicks' | 'reachTicks' | 'orderLots' | 'latencyNs',
    least: number,
    most: number,
  ) =>
    need(
      name,
      Number.isInteger(all[name]) && all[name] >= least && all[name] <= most,
      `a whole number from ${least} to ${most}`,
    );
  whole('durationNs', 1, 2 ** 53 - 1);
  whole('reachTicks', 1, 10_000);
  whole('startTicks', 2 * all.reachTicks, 5_000_000);
  whole('orderLots', 1, 10_000);
  whole('latencyNs', 0, 60 * SECOND);
  need('detail', ['orders', 'levels', 'quotes'].includes(all.detail), 'orders, levels or quotes');
  for (const name of ['marketRate', 'limitRate', 'cancelRate'] as const) {
    need(name, all[name] > 0 && all[name] <= 1e6, 'above 0 and at most 1000000');
  }
  need('limitRate', all.limitRate / all.cancelRate <= 1e6, 'at most 1000000 times cancelRate');
  return all;
}
