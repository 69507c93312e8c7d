/**
 * One strategy in a run: its context, account and timers, and who is told what went wrong where.
 * Knows nothing of venues or tapes. Called by the router and by the strategy itself.
 */
import { Account, type AccountOptions } from './account.js';
import type { AccountEvent } from './account-event.js';
import type { BarRequest, BarSeries } from './bars/bar-options.js';
import { LiveBars } from './bars/bar-series.js';
import type { Book } from './book/book.js';
import { type Clock, HANDLERS, NOBODY } from './clock.js';
import { Busy, type ComputeTimeModel } from './compute-time.js';
import type { Instrument } from './instrument.js';
import { Side } from './market.js';
import type { Observer } from './observer.js';
import {
  GroupKind,
  type Order,
  type OrderEvent,
  OrderEventKind,
  type OrderGroup,
  type OrderRequest,
  OrderType,
  type Reason,
} from './order.js';
import type { OrderDesk, OrderOwner } from './order-desk.js';
import type { Schedule } from './queue.js';
import type { RandomSource, RandomStream } from './random.js';
import type { Bracket, BracketExits, OrderChange, Strategy, StrategyContext } from './strategy.js';
import type { Nanos } from './time.js';
import { Timers } from './timers.js';

const ON_START = HANDLERS.indexOf('onStart');
const ON_TIMER = HANDLERS.indexOf('onTimer');

/** What all hosts of a run share. */
export interface HostEnvironment {
  readonly clock: Clock;
  readonly originNs: bigint;
  readonly instruments: readonly Instrument[];
  readonly books: readonly Book[];
  /** The last trade or close of instruments that have no book; `NaN` where there is none. */
  readonly lastTicks: Float64Array;
  readonly desk: OrderDesk;
  readonly schedule: Schedule;
  readonly random: RandomSource;
  readonly observers: readonly Observer[];
  /** Lets what gathers rows for a strategy hear those of an instrument. */
  readonly listen: (host: StrategyHost, instrument: number, gatherer: Strategy) => void;
}

export class StrategyHost implements StrategyContext, OrderOwner {
  readonly name: string;
  readonly index: number;
  readonly strategy: Strategy;
  readonly instruments: readonly Instrument[];
  readonly account: Account;
  readonly originNs: bigint;
  readonly #environment: HostEnvironment;
  readonly #clock: Clock;
  readonly #timers: Timers;

  /** What the call that is running costs in computing time: its requests leave that much later than now. */
  #thinkNs: Nanos = 0;

  /** `instruments`: what it subscribed to. */
  constructor(
    index: number,
    entry: { readonly name: string; readonly strategy: Strategy; readonly computeTime?: ComputeTimeModel },
    instruments: readonly Instrument[],
    environment: HostEnvironment,
    accountOptions: AccountOptions,
  ) {
    const { name, strategy, computeTime } = entry;
    this.name = name;
    this.index = index;
    this.strategy = computeTime === undefined ? strategy : this.#thinking(strategy, computeTime, environment);
    this.instruments = instruments;
    this.account = new Account(environment.instruments, accountOptions);
    this.originNs = environment.originNs;
    this.#environment = environment;
    this.#clock = environment.clock;
    this.#timers = new Timers(environment.schedule, (timer, nowNs) => {
      environment.clock.nowNs = nowNs;
      environment.clock.strategy = index;
      environment.clock.handler = ON_TIMER;
      this.strategy.onTimer?.(timer, this);
      environment.clock.strategy = NOBODY;
    });
  }

  get nowNs(): Nanos {
    return this.#clock.nowNs;
  }

  instrument(symbol: string): Instrument {
    const found = this.instruments.find((instrument) => instrument.symbol === symbol);
    if (found === undefined) {
      const known = this.instruments.map((instrument) => instrument.symbol).join(', ');
      throw new RangeError(`instrument "${symbol}" is not among this strategy's: ${known}`);
    }
    return found;
  }

  book(instrument: Instrument): Book {
    return this.#environment.books[instrument.index]!;
  }

  bars(instrument: Instrument, bars: string, options: BarRequest = {}): BarSeries {
    const { clock, schedule, originNs, listen } = this.#environment;
    if (clock.strategy !== this.index || clock.handler !== ON_START) {
      throw new TypeError(`bars "${bars}": ask for them in onStart`);
    }
    if (this.strategy.onBar === undefined) throw new TypeError(`bars "${bars}": strategy "${this.name}" has no onBar`);
    const own = this.instrument(instrument.symbol);
    const series = new LiveBars(this, own, bars, options, { clock, schedule, originNs });
    listen(this, own.index, series.hears);
    return series;
  }

  orders(): IterableIterator<Order> {
    return this.#environment.desk.ordersOf(this.index);
  }

  positionLots(instrument: Instrument): number {
    return this.account.positionLots(instrument.index);
  }

  get cash(): number {
    return this.account.cash;
  }

  get equity(): number {
    this.markToMid();
    return this.account.equity;
  }

  /**
   * Values the account at the local mid prices, instruments without a book at their last trade or bar's close; where a side
   * is missing the last mark stays.
   */
  markToMid(): void {
    const { books, lastTicks } = this.#environment;
    for (const book of books) {
      const { index } = book.instrument;
      const last = lastTicks[index]!;
      const twice = Number.isNaN(last) ? book.bestBidTicks + book.bestAskTicks : 2 * last;
      if (!Number.isNaN(twice)) this.account.mark(index, twice);
    }
  }

  submit(request: OrderRequest): Order {
    return this.#environment.desk.submit(this.index, request, this.#clock.nowNs + this.#thinkNs);
  }

  buy(instrument: Instrument, qtyLots: number, priceTicks?: number, postOnly = false): Order {
    return this.submit(requestOf(instrument, Side.buy, qtyLots, priceTicks, postOnly));
  }

  sell(instrument: Instrument, qtyLots: number, priceTicks?: number, postOnly = false): Order {
    return this.submit(requestOf(instrument, Side.sell, qtyLots, priceTicks, postOnly));
  }

  modify(order: Order, change: OrderChange): Reason {
    this.#own(order, 'modify');
    const { priceTicks = order.priceTicks, qtyLots = order.qtyLots, stopTicks = Number.NaN } = change;
    return this.#environment.desk.modify(order, priceTicks, qtyLots, stopTicks, this.#clock.nowNs + this.#thinkNs);
  }

  group(kind: GroupKind): OrderGroup {
    return { id: this.#environment.desk.newGroup(), kind };
  }

  oco(...requests: OrderRequest[]): Order[] {
    const group = this.group(GroupKind.oco);
    const orders: Order[] = [];
    this.together(() => {
      for (const request of requests) orders.push(this.submit({ ...request, group }));
    });
    return orders;
  }

  bracket(entry: OrderRequest, exits: BracketExits): Bracket {
    const { instrument, qtyLots } = entry;
    const side = entry.side === Side.buy ? Side.sell : Side.buy;
    const { takeProfitTicks, stopTicks, stopLimitTicks } = exits;
    const group = this.group(GroupKind.ouo);
    const desk = this.#environment.desk;
    desk.batch(true);
    try {
      const parent = this.submit({ ...entry, leads: true });
      const exit = { instrument, side, qtyLots, reduceOnly: true, group, parent } as const;
      const takeProfit = this.submit({ ...exit, priceTicks: takeProfitTicks });
      const stopLoss = this.submit(
        stopLimitTicks === undefined
          ? { ...exit, type: OrderType.stop, stopTicks }
          : { ...exit, type: OrderType.stopLimit, stopTicks, priceTicks: stopLimitTicks },
      );
      return { entry: parent, takeProfit, stopLoss };
    } finally {
      desk.batch(false);
    }
  }

  together(send: () => void): void {
    const { desk } = this.#environment;
    desk.batch(true);
    try {
      send();
    } finally {
      desk.batch(false);
    }
  }

  cancel(order: Order): Reason {
    this.#own(order, 'cancel');
    return this.#environment.desk.cancel(order, this.#clock.nowNs + this.#thinkNs);
  }

  cancelAll(instrument?: Instrument): void {
    this.together(() => {
      for (const order of this.orders()) {
        if (!order.requestPending && (instrument === undefined || order.instrument === instrument)) this.cancel(order);
      }
    });
  }

  every(name: string, periodNs: Nanos, firstNs = this.#clock.nowNs + periodNs): void {
    if (!(periodNs >= 1 && periodNs < Infinity) || !Number.isInteger(periodNs)) {
      throw new RangeError(`timer "${name}": period ${periodNs} ns is not a whole number of nanoseconds above 0`);
    }
    this.#timers.set(name, this.#notBeforeNow(name, firstNs), periodNs);
  }

  at(name: string, timeNs: Nanos): void {
    this.#timers.set(name, this.#notBeforeNow(name, timeNs), 0);
  }

  clearTimer(name: string): void {
    this.#timers.clear(name);
  }

  random(name: string): RandomStream {
    return this.#environment.random.stream(`strategy/${this.name}/${name}`);
  }

  log(message: string): void {
    for (const observer of this.#environment.observers) observer.onLog?.(this.#clock.nowNs, this.index, message);
  }

  metric(name: string, value: number): void {
    for (const observer of this.#environment.observers) {
      observer.onMetric?.(this.#clock.nowNs, this.index, name, value);
    }
  }

  onAnswer(event: OrderEvent): void {
    this.#clock.nowNs = event.localNs;
    const { strategy } = this;
    if (strategy.onOrderEvent !== undefined) {
      this.#clock.enter(this.index, 'onOrderEvent');
      strategy.onOrderEvent(event, this);
    }
    if (strategy.onFill !== undefined && event.kind === OrderEventKind.filled) {
      this.#clock.enter(this.index, 'onFill');
      strategy.onFill(event, this);
    }
    this.#clock.strategy = NOBODY;
  }

  onSettlement(event: AccountEvent): void {
    const { strategy } = this;
    if (strategy.onAccountEvent === undefined) return;
    this.#clock.nowNs = event.localNs;
    this.#clock.enter(this.index, 'onAccountEvent');
    strategy.onAccountEvent(event, this);
    this.#clock.strategy = NOBODY;
  }

  /**
   * The strategy as a machine that does one thing at a time: what arrives while it thinks waits, in order, and what it sends
   * leaves when it is done. Its books are those of the moment of arrival, as it works through its line one by one.
   */
  #thinking(strategy: Strategy, model: ComputeTimeModel, environment: HostEnvironment): Strategy {
    const busy = new Busy();
    const times = model.forRun?.() ?? model;
    const random = environment.random.stream(`strategy/${this.name}/compute-time`);
    const { clock } = environment;
    const slow: Record<string, unknown> = {};
    HANDLERS.forEach((name, handler) => {
      if (strategy[name] === undefined) return;
      slow[name] = (argument: never, context: never) => {
        const arrivedNs = clock.nowNs;
        const startNs = busy.startNs(arrivedNs);
        const costNs = times.costNs(handler, startNs, random);
        clock.nowNs = startNs;
        this.#thinkNs = costNs;
        (strategy[name] as (argument: never, context: never) => void)(argument, context);
        this.#thinkNs = 0;
        if (strategy.thought !== false) busy.work(startNs, costNs);
        clock.nowNs = arrivedNs;
      };
    });
    return slow as Strategy;
  }

  #own(order: Order, verb: string): void {
    if (order.strategy !== this.index) throw new TypeError(`${verb}: order ${order.id} belongs to another strategy`);
  }

  #notBeforeNow(name: string, timeNs: Nanos): Nanos {
    if (!(timeNs >= this.#clock.nowNs && timeNs < Infinity)) {
      throw new RangeError(
        `timer "${name}": time ${timeNs} ns lies before now (${this.#clock.nowNs} ns) or never comes`,
      );
    }
    return timeNs;
  }
}

function requestOf(
  instrument: Instrument,
  side: Side,
  qtyLots: number,
  priceTicks: number | undefined,
  postOnly: boolean,
): OrderRequest {
  return priceTicks === undefined ? { instrument, side, qtyLots } : { instrument, side, qtyLots, priceTicks, postOnly };
}
