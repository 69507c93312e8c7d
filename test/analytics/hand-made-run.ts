/**
 * A run made by hand: the events an engine would send to a recorder, with figures worked out in the comments.
 * Used by the tests of analytics and of the run folder.
 *
 * ABC has tick 0.5 and lot 0.1, so one tick × lot is 0.05. ÄÖ/株 (odd characters on purpose) has tick 1 and lot 1.
 * Strategy `maker`, all in ABC, fees of 0.02 a fill when taking, −0.01 when resting:
 *   t=10 s  buys  40 lots at 200 ticks (4 × 100.0 = 400), resting, fee −0.01      position  +40
 *   t=20 s  sells 10 lots at 210 ticks (1 × 105.0 = 105), resting, fee −0.01      position  +30
 *   t=30 s  sells 50 lots at 190 ticks (5 ×  95.0 = 475), taking,  fee +0.02      position  −20
 *   t=40 s  buys  20 lots at 192 ticks (2 ×  96.0 = 192), taking,  fee +0.02      position    0
 * Trip 1 (closed by 30 of the 50 lots): −400 + 105 + 3 × 95 = −10, fees −0.02 + 0.012 = −0.008 → profit −9.992: lost.
 * Trip 2: 2 × 95 − 192 = −2, fees 0.008 + 0.02 → −2.028: lost.
 * Realised −12, fees 0.02, equity −12.02, volume 1172, maker share (400 + 105) / 1172.
 * Strategy `idle` sends nothing. Samples every 10 s from 0 s to 50 s; mids are 100, 100, 105, 95, 96, 96.
 */
import { Recorder } from '../../analytics/recorder.js';
import { Account } from '../../core/account.js';
import type { Book } from '../../core/book/book.js';
import { Instrument } from '../../core/instrument.js';
import { Side } from '../../core/market.js';
import { Order, type OrderEvent, OrderEventKind, OrderType, Reason, TimeInForce } from '../../core/order.js';
import type { RunFailure, RunResult } from '../../core/simulation.js';
import { SECOND } from '../../core/time.js';

export const ORIGIN_NS = 1_723_161_256_298_000_001n;
export const ODD_SYMBOL = 'ÄÖ/株 </script><b onclick="x">&\'';

/** A book of which only the best quotes are ever asked. */
class QuoteBook implements Book {
  readonly instrument: Instrument;
  bestBidTicks = Number.NaN;
  bestAskTicks = Number.NaN;
  readonly bestBidLots = 0;
  readonly bestAskLots = 0;
  constructor(instrument: Instrument) {
    this.instrument = instrument;
  }
  get midTicks(): number {
    return (this.bestBidTicks + this.bestAskTicks) / 2;
  }
  lotsAt(): number {
    return 0;
  }
  levelsInto(): number {
    return 0;
  }
}

/** The parts of a small engine that an observer sees, to be driven step by step. */
export class HandMadeRun {
  readonly recorder: Recorder;
  readonly instruments: readonly Instrument[];
  readonly accounts: readonly Account[];
  readonly books: readonly QuoteBook[];
  readonly names: readonly string[];
  #orders = 0;
  orderEvents = 0;
  fills = 0;

  constructor(
    { symbols = ['ABC', ODD_SYMBOL], names = ['maker', 'idle'] }: { symbols?: string[]; names?: string[] } = {},
    recorder = new Recorder(),
  ) {
    this.recorder = recorder;
    this.instruments = symbols.map(
      (symbol, index) =>
        new Instrument({ symbol, tick: index === 0 ? '0.5' : '1', lot: index === 0 ? '0.1' : '1' }, index),
    );
    this.accounts = names.map(() => new Account(this.instruments));
    this.books = this.instruments.map((instrument) => new QuoteBook(instrument));
    this.names = names;
    recorder.onStart({
      originNs: ORIGIN_NS,
      instruments: this.instruments,
      strategies: names,
      accounts: this.accounts,
      books: this.books,
      sampleNs: 10 * SECOND,
    });
  }

  quote(bidTicks: number, askTicks: number, instrument = 0): void {
    this.books[instrument]!.bestBidTicks = bidTicks;
    this.books[instrument]!.bestAskTicks = askTicks;
  }

  order(side: Side, priceTicks: number, qtyLots: number, strategy = 0, instrument = 0): Order {
    const { limit } = OrderType;
    const { GTC } = TimeInForce;
    const subject = this.instruments[instrument]!;
    return new Order(++this.#orders, strategy, subject, side, limit, GTC, true, 7, 0, priceTicks, qtyLots);
  }

  event(order: Order, kind: OrderEventKind, atNs: number, change: Partial<OrderEvent> = {}): void {
    const request = kind === OrderEventKind.submitted;
    this.orderEvents++;
    this.recorder.onOrderEvent({
      kind,
      order,
      localNs: atNs,
      exchangeNs: request ? Number.NaN : atNs - 1000,
      priceTicks: order.priceTicks,
      qtyLots: order.qtyLots,
      leavesLots: order.leavesLots,
      maker: false,
      fee: 0,
      reason: Reason.none,
      ...change,
    });
  }

  fill(order: Order, atNs: number, priceTicks: number, qtyLots: number, maker: boolean, fee: number): void {
    this.fills++;
    order.leavesLots -= qtyLots;
    this.accounts[order.strategy]!.applyFill(order.instrument.index, order.side, priceTicks, qtyLots, fee);
    this.event(order, OrderEventKind.filled, atNs, { priceTicks, qtyLots, leavesLots: order.leavesLots, maker, fee });
  }

  /** Marks every account at the mids, then samples. */
  sample(atNs: number, stop = false): void {
    for (const account of this.accounts) {
      for (const book of this.books) account.mark(book.instrument.index, 2 * book.midTicks);
    }
    if (stop) this.recorder.onStop(atNs);
    else this.recorder.onSample(atNs);
  }

  outcome(startNs: number, endNs: number, failure?: RunFailure): RunResult {
    return {
      runHash: 'ab'.repeat(32),
      rows: 1234,
      originNs: ORIGIN_NS,
      startNs,
      endNs,
      orderEvents: this.orderEvents,
      fills: this.fills,
      unknownOrders: 5,
      crossedLevels: 0,
      strategies: this.names.map((name, index) => ({ name, account: this.accounts[index]! })),
      ...(failure && { failure }),
    };
  }
}

/** The run of the head comment, told to its end. */
export function fourFills(recorder = new Recorder()): HandMadeRun {
  const run = new HandMadeRun({}, recorder);
  const { submitted, accepted, cancelled, rejected, expired } = OrderEventKind;
  const send = (side: Side, priceTicks: number, qtyLots: number, atNs: number) => {
    const order = run.order(side, priceTicks, qtyLots);
    run.event(order, submitted, atNs);
    run.event(order, accepted, atNs + 2000);
    return order;
  };
  run.quote(199, 201);
  run.sample(0);
  run.recorder.onLog(SECOND, 0, 'hello\nworld');
  const bid = send(Side.buy, 200, 40, 5 * SECOND);
  const offer = send(Side.sell, 210, 30, 5 * SECOND);
  run.fill(bid, 10 * SECOND, 200, 40, true, -0.01);
  run.sample(10 * SECOND);
  run.quote(209, 211);
  run.fill(offer, 20 * SECOND, 210, 10, true, -0.01);
  run.event(offer, cancelled, 20 * SECOND, { leavesLots: 0 });
  run.sample(20 * SECOND);
  run.recorder.onMetric(25 * SECOND, 0, 'spread', 1.5);
  run.recorder.onMetric(25 * SECOND, 1, 'mood', Number.NaN);
  run.quote(189, 191);
  run.fill(send(Side.sell, 190, 50, 29 * SECOND), 30 * SECOND, 190, 50, false, 0.02);
  run.sample(30 * SECOND);
  const nonsense = run.order(Side.buy, 1.5, Number.NaN);
  run.event(nonsense, submitted, 31 * SECOND);
  run.event(nonsense, rejected, 31 * SECOND, { reason: Reason.badPrice, exchangeNs: Number.NaN });
  run.event(run.order(Side.buy, 300, 10), expired, 32 * SECOND, { reason: Reason.postOnlyWouldTake });
  run.quote(191, 193);
  run.fill(send(Side.buy, 192, 20, 39 * SECOND), 40 * SECOND, 192, 20, false, 0.02);
  run.sample(40 * SECOND);
  run.sample(50 * SECOND);
  run.sample(50 * SECOND, true);
  return run;
}
