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
import { Account, type AccountOptions } from '../../core/account.js';
import { AccountEventKind } from '../../core/account-event.js';
import type { Book } from '../../core/book/book.js';
import { Instrument, type InstrumentSpec } from '../../core/instrument.js';
import type { Lookout } from '../../core/lookout.js';
import { Side } from '../../core/market.js';
import { MatchKind } from '../../core/match-event.js';
import {
  GroupKind,
  Order,
  type OrderEvent,
  OrderEventKind,
  type OrderRequest,
  OrderType,
  Reason,
  SelfTrade,
  TimeInForce,
  termsOf,
} from '../../core/order.js';
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
  readonly venueBooks: readonly QuoteBook[];
  readonly #lookouts: Lookout[] = [];
  readonly names: readonly string[];
  #orders = 0;
  orderEvents = 0;
  fills = 0;

  constructor(
    {
      symbols = ['ABC', ODD_SYMBOL],
      names = ['maker', 'idle'],
      specs = symbols.map((symbol, index) => ({
        symbol,
        tick: index === 0 ? '0.5' : '1',
        lot: index === 0 ? '0.1' : '1',
      })),
      account = {},
    }: { symbols?: string[]; names?: string[]; specs?: InstrumentSpec[]; account?: AccountOptions } = {},
    recorder = new Recorder(),
  ) {
    this.recorder = recorder;
    this.instruments = specs.map((spec, index) => new Instrument(spec, index));
    this.accounts = names.map(() => new Account(this.instruments, account));
    this.books = this.instruments.map((instrument) => new QuoteBook(instrument));
    this.venueBooks = this.instruments.map((instrument) => new QuoteBook(instrument));
    this.names = names;
    recorder.onStart({
      originNs: ORIGIN_NS,
      instruments: this.instruments,
      strategies: names,
      accounts: this.accounts,
      books: this.books,
      sampleNs: 10 * SECOND,
      venueBooks: this.venueBooks,
      watchVenue: (lookout: Lookout) => this.#lookouts.push(lookout),
    });
  }

  /** The venue's quotes from `atNs` on, after all that was to be looked at before. */
  venueQuote(atNs: number, bidTicks: number, askTicks: number, instrument = 0): void {
    for (const lookout of this.#lookouts) if (lookout.nextNs < atNs) lookout.look(atNs);
    this.venueBooks[instrument]!.bestBidTicks = bidTicks;
    this.venueBooks[instrument]!.bestAskTicks = askTicks;
  }

  /** What the venue tells of an order, with its quotes as they are. */
  match(order: Order, kind: MatchKind, exchangeNs: number, aheadLots = Number.NaN): void {
    const book = this.venueBooks[order.instrument.index]!;
    const { bestBidTicks: bidTicks, bestAskTicks: askTicks } = book;
    this.recorder.onMatch({ kind, order, exchangeNs, aheadLots, bidTicks, askTicks });
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

  /** A limit order of the first strategy in the first instrument, with what else it asks for, sent at `sentNs`. */
  special(request: Omit<OrderRequest, 'instrument'>, sentNs: number): Order {
    const { side, qtyLots, priceTicks = Number.NaN, type = OrderType.limit, timeInForce = TimeInForce.GTC } = request;
    const instrument = this.instruments[0]!;
    const terms = termsOf({ ...request, instrument });
    const id = ++this.#orders;
    return new Order(id, 0, instrument, side, type, timeInForce, false, 0, sentNs, priceTicks, qtyLots, terms);
  }

  /** What an engine books and tells when something else than a fill happens to an account. */
  settle(
    kind: AccountEventKind,
    atNs: number,
    { instrument = 0, priceTicks = Number.NaN, qtyLots = 0, amount = 0, fee = 0, strategy = 0 },
  ): void {
    const account = this.accounts[strategy]!;
    const { split, expiry } = AccountEventKind;
    if (kind === split) account.applySplit(kind, instrument, qtyLots, amount);
    else if (kind >= expiry) {
      account.applyFill(instrument, qtyLots > 0 ? Side.buy : Side.sell, priceTicks, Math.abs(qtyLots), fee);
    } else account.applyCash(kind, instrument, amount);
    this.recorder.onAccountEvent({
      kind,
      strategy,
      instrument: this.instruments[instrument],
      localNs: atNs,
      exchangeNs: atNs - 1000,
      priceTicks,
      qtyLots,
      amount,
      fee,
    });
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

  fill(
    order: Order,
    atNs: number,
    priceTicks: number,
    qtyLots: number,
    maker: boolean,
    fee: number,
    exchangeNs = atNs - 1000,
  ): void {
    this.fills++;
    order.leavesLots -= qtyLots;
    this.accounts[order.strategy]!.applyFill(order.instrument.index, order.side, priceTicks, qtyLots, fee);
    this.event(order, OrderEventKind.filled, atNs, {
      ...{ priceTicks, qtyLots, leavesLots: order.leavesLots, maker, fee, exchangeNs },
    });
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

/**
 * A run in which the account changes by more than fills, and orders have terms. One strategy, `holder`, in ABC; it starts
 * with 1,000 USD.
 *   t=5 s   buys 40 lots at 200 ticks (4 × 100 = 400), fee 0.4; iceberg of 10 lots with a client id          position +40
 *   t=10 s  funding −1.5, reckoned at 200.5 ticks
 *   t=15 s  split two for one; 1 lot more than twice is not to be had: +41 lots for 0.25 (cash −0.25)        position +81
 *   t=20 s  dividend +2
 *   t=25 s  liquidation of 31 lots at 90 ticks (3.1 × 45 = 139.5), fee 1                                     position +50
 *   t=30 s  sells 20 lots at 110 ticks (2 × 55 = 110), fee 0.1, and in the same moment, after that, …
 *   t=30 s  … expiry of 30 lots at 120 ticks (3 × 60 = 180)                                                  position 0
 *   t=35 s  interest +0.25, which belongs to no instrument
 * One trip: −400 + 139.5 + 110 + 180 = 29.5; fees 1.5; flows −1.5 − 0.25 + 2 = +0.25 → profit 28.25: won.
 * Realised 29.5, fees 1.5, flows +0.5, profit 28.5, equity 1028.5, volume 829.5, 2 fills and 2 closings.
 * Besides, a stop of a group that expired to prevent a self-trade at 12 s, and two orders that the risk limit refused at 13 s.
 */
export function settledRun(recorder = new Recorder()): HandMadeRun {
  const specs = [{ symbol: 'ABC', tick: '0.5', lot: '0.1', quote: 'USD' }];
  const run = new HandMadeRun({ names: ['holder'], specs, account: { capital: { USD: 1000 } } }, recorder);
  const { submitted, accepted, expired, rejected, modifyRejected } = OrderEventKind;
  const kind = AccountEventKind;
  run.quote(199, 201);
  run.sample(0);
  const bid = run.special(
    { side: Side.buy, priceTicks: 200, qtyLots: 40, displayLots: 10, clientId: 'ice "1"', leads: true },
    4 * SECOND,
  );
  run.event(bid, submitted, 4 * SECOND);
  run.venueQuote(4 * SECOND, 199, 201);
  run.match(bid, MatchKind.rested, 4 * SECOND + 1000, 12.5);
  run.match(bid, MatchKind.filled, 5 * SECOND - 1000, -0.25);
  run.venueQuote(5 * SECOND, 198, 201);
  run.venueQuote(6 * SECOND, 197, 200);
  run.fill(bid, 5 * SECOND, 200, 40, true, 0.4);
  run.settle(kind.funding, 10 * SECOND, { priceTicks: 200.5, amount: -1.5 });
  run.sample(10 * SECOND);
  run.recorder.onLog(11 * SECOND, 0, 'paid');
  run.recorder.onMetric(11 * SECOND, 0, 'rate', 0.0001);
  const stop = run.special(
    {
      ...{ side: Side.sell, qtyLots: 20, priceTicks: 180, stopTicks: 185, type: OrderType.stopLimit },
      ...{ timeInForce: TimeInForce.GTD, expiresNs: 60 * SECOND, reduceOnly: true, selfTrade: SelfTrade.cancelNew },
      ...{ parent: bid, group: { id: 3, kind: GroupKind.ouo } },
    },
    11 * SECOND,
  );
  run.event(stop, submitted, 11 * SECOND);
  run.event(stop, accepted, 11 * SECOND + 2000);
  run.event(stop, expired, 12 * SECOND, { reason: Reason.selfTrade, leavesLots: 0 });
  const large = run.order(Side.buy, 200, 7000);
  large.detail = 'max-order-size: 500 lots; this order to buy 7000 lots of ABC at 100';
  run.event(large, rejected, 13 * SECOND, { reason: Reason.riskLimit, exchangeNs: Number.NaN });
  const worse = run.order(Side.buy, 200, 8000);
  worse.detail = 'max-order-size: 500 lots; this order to buy 8000 lots of ABC at 100';
  run.event(worse, rejected, 13 * SECOND, { reason: Reason.riskLimit, exchangeNs: Number.NaN });
  // A change that was refused leaves its text in the order; what happens to it later has none.
  const changed = run.order(Side.buy, 150, 10);
  run.event(changed, submitted, 14 * SECOND);
  changed.detail = 'max-position: 50 lots; this change to 60 lots of ABC at 75';
  run.event(changed, modifyRejected, 14 * SECOND, { reason: Reason.riskLimit, exchangeNs: Number.NaN });
  run.event(changed, expired, 14 * SECOND, { reason: Reason.dayEnded });
  run.settle(kind.split, 15 * SECOND, { priceTicks: 100, qtyLots: 41, amount: -0.25 });
  run.quote(99, 101);
  run.settle(kind.dividend, 20 * SECOND, { amount: 2 });
  run.sample(20 * SECOND);
  run.settle(kind.liquidation, 25 * SECOND, { priceTicks: 90, qtyLots: -31, fee: 1 });
  const offer = run.order(Side.sell, 110, 20);
  run.event(offer, submitted, 29 * SECOND);
  run.fill(offer, 30 * SECOND, 110, 20, true, 0.1);
  run.settle(kind.expiry, 30 * SECOND, { priceTicks: 120, qtyLots: -30 });
  run.sample(30 * SECOND);
  run.settle(kind.interest, 35 * SECOND, { instrument: -1, amount: 0.25 });
  run.sample(40 * SECOND, true);
  return run;
}
