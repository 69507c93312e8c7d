/**
 * What is replayed: the strategies of the benches and the run around them. Knows nothing of measuring.
 * Called by the scripts that measure; bench/peers/quoting.py follows the rules of {@link Quoting} word by word.
 */
import { createHash } from 'node:crypto';
import type { MarketView } from '../core/market.js';
import type { Observer } from '../core/observer.js';
import { type Order, OrderStatus } from '../core/order.js';
import { Simulation } from '../core/simulation.js';
import type { Strategy, StrategyContext } from '../core/strategy.js';
import type { TapeSource } from '../core/tape.js';
import type { Nanos } from '../core/time.js';
import { makerTakerFees } from '../execution/fees.js';
import { constantLatency } from '../execution/latency.js';
import { powerQueue } from '../execution/queue-position.js';
import { HFTBACKTEST_RULES, simulatedVenue } from '../execution/simulated-venue.js';

/** Every request and every answer travels this long. */
export const ORDER_LATENCY_NS = 5e6;
/** Market time between two looks of the market maker. */
export const LOOK_NS = 10e6;
/** The market maker stops adding to a position of as many lots. */
export const MOST_LOTS = 10;
/**
 * An order stays while it is at most so many ticks from its side's best price: `quoting` has 0.08 bps of patience (at
 * 60,000 with ticks of 0.1), `quotingTouch` follows every move of the touch, so it measures orders more than rows.
 */
export const KEEP_TICKS = { quoting: 5, quotingTouch: 0 } as const;
export const QUEUE_EXPONENT = 3;
export const MAKER_RATE = 0.0002;
export const TAKER_RATE = 0.0005;

export const ENGINE_WORKLOADS = ['books', 'quoting', 'quotingTouch', 'everyEvent'] as const;
export type EngineWorkload = (typeof ENGINE_WORKLOADS)[number];

/**
 * A market maker that looks at each instrument every 10 ms. For the bid, then the ask, at the best price of its side: an
 * order that is finished is forgotten; one that works with no request on its way and is more than `keepTicks` from
 * that price is cancelled; then, if there is none and the position allows, one lot is rested there, post-only. (The touch
 * strategy's rules, but for the ticks of patience that keep a place in the queue.)
 */
export class Quoting implements Strategy {
  readonly #keepTicks: number;
  readonly #bids: (Order | undefined)[] = [];
  readonly #asks: (Order | undefined)[] = [];

  /** `keepTicks`: see {@link KEEP_TICKS}. */
  constructor(keepTicks: number) {
    this.#keepTicks = keepTicks;
  }

  onStart(context: StrategyContext): void {
    for (const _ of context.instruments) {
      this.#bids.push(undefined);
      this.#asks.push(undefined);
    }
    context.every('look', LOOK_NS);
  }

  onTimer(_name: string, context: StrategyContext): void {
    const { instruments } = context;
    for (let index = 0; index < instruments.length; index++) {
      const instrument = instruments[index]!;
      const book = context.book(instrument);
      const bidTicks = book.bestBidTicks;
      const askTicks = book.bestAskTicks;
      // False when a side is missing: its price is NaN.
      if (!(bidTicks < askTicks)) continue;
      const positionLots = context.positionLots(instrument);
      const bid = kept(this.#bids[index], bidTicks, this.#keepTicks, context);
      this.#bids[index] =
        bid === undefined && positionLots < MOST_LOTS ? context.buy(instrument, 1, bidTicks, true) : bid;
      const ask = kept(this.#asks[index], askTicks, this.#keepTicks, context);
      this.#asks[index] =
        ask === undefined && positionLots > -MOST_LOTS ? context.sell(instrument, 1, askTicks, true) : ask;
    }
  }
}

/** The order when it still takes its place; asks to cancel it when it is too far from the price. */
function kept(
  order: Order | undefined,
  priceTicks: number,
  keepTicks: number,
  context: StrategyContext,
): Order | undefined {
  if (order === undefined || order.finished) return undefined;
  const far = Math.abs(order.priceTicks - priceTicks) > keepTicks;
  if (far && order.status !== OrderStatus.pending && !order.requestPending) context.cancel(order);
  return order;
}

/** Reads every local event and sends an order at every 1,024th, 3 ticks from the touch; from 9 on it takes all back. */
export class EveryEvent implements Strategy {
  #events = 0;
  /** So that reading a row cannot be optimised away. */
  #sum = 0.5;
  #buys = false;

  onDepth(level: MarketView, context: StrategyContext): void {
    this.#hear(level, context);
  }

  onTrade(trade: MarketView, context: StrategyContext): void {
    this.#hear(trade, context);
  }

  #hear(view: MarketView, context: StrategyContext): void {
    this.#sum += view.priceTicks;
    if ((++this.#events & 1023) === 0) this.#act(view, context);
  }

  #act(view: MarketView, context: StrategyContext): void {
    const { instrument } = view;
    const book = context.book(instrument);
    if (!(book.bestBidTicks < book.bestAskTicks)) return;
    this.#buys = !this.#buys;
    if (this.#buys) context.buy(instrument, 1, book.bestBidTicks - 3, true);
    else context.sell(instrument, 1, book.bestAskTicks + 3, true);
    let resting = 0;
    for (const _ of context.orders()) resting++;
    if (resting > 8) context.cancelAll();
  }

  onStop(context: StrategyContext): void {
    context.metric('sum', this.#sum);
  }
}

export function strategyOf(workload: EngineWorkload): Strategy | undefined {
  if (workload === 'books') return undefined;
  return workload === 'everyEvent' ? new EveryEvent() : new Quoting(KEEP_TICKS[workload]);
}

/** A run of the named strategies as the command line would set it up, without a recorder. */
export function simulationOf(
  tape: TapeSource,
  strategies: Readonly<Record<string, Strategy>>,
  observers: readonly Observer[] = [],
  sampleNs: Nanos = 0,
): Simulation {
  return new Simulation({
    tapes: [tape],
    strategies: Object.entries(strategies).map(([name, strategy]) => ({ name, strategy })),
    venue: simulatedVenue({
      ...HFTBACKTEST_RULES,
      latency: constantLatency({ entryNs: ORDER_LATENCY_NS, responseNs: ORDER_LATENCY_NS }),
      queue: powerQueue(QUEUE_EXPONENT),
      fees: makerTakerFees({ makerRate: MAKER_RATE, takerRate: TAKER_RATE }),
    }),
    observers,
    sampleNs,
    sha256: createHash('sha256'),
  });
}

/** Best prices of a run's local books, read at its end; `null` where a side is empty. */
export class LastPrices implements Observer {
  bids: (number | null)[] = [];
  asks: (number | null)[] = [];
  positions: number[] = [];
  #run: Parameters<NonNullable<Observer['onStart']>>[0] | undefined;

  onStart(run: Parameters<NonNullable<Observer['onStart']>>[0]): void {
    this.#run = run;
  }

  onStop(): void {
    const { books, accounts, instruments } = this.#run!;
    this.bids = books.map((book) => finiteOrNull(book.bestBidTicks));
    this.asks = books.map((book) => finiteOrNull(book.bestAskTicks));
    this.positions = instruments.map(({ index }) =>
      accounts.reduce((lots, account) => lots + account.positionLots(index), 0),
    );
  }
}

function finiteOrNull(ticks: number): number | null {
  return Number.isNaN(ticks) ? null : ticks;
}
