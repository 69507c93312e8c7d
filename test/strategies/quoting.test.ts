/** What the built-in market maker and momentum strategy promise, on a synthetic market through the real engine. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Instrument } from '../../core/instrument.js';
import { Side } from '../../core/market.js';
import type { Observer, RunOutline } from '../../core/observer.js';
import { type OrderEvent, OrderEventKind, TimeInForce } from '../../core/order.js';
import { Simulation } from '../../core/simulation.js';
import type { StrategyPlugin } from '../../core/strategy.js';
import { syntheticTape } from '../../core/synthetic.js';
import type { MemoryTape } from '../../core/tape.js';
import { constantLatency } from '../../execution/latency.js';
import { simulatedVenue } from '../../execution/simulated-venue.js';
import { builtInStrategies } from '../../strategies/built-in.js';

let tape: MemoryTape;
beforeAll(() => {
  tape = syntheticTape({ seed: 21, rows: 60_000, instruments: 2 });
});

/** Numbers of an order event that outlive the call. */
interface Seen {
  readonly kind: OrderEventKind;
  readonly nowNs: number;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly priceTicks: number;
  readonly postOnly: boolean;
  readonly timeInForce: TimeInForce;
  readonly bidTicks: number;
  readonly askTicks: number;
  readonly positionLots: number;
  /** Orders of this instrument and side that are not finished, this one included. */
  readonly working: number;
}

class Watcher implements Observer {
  readonly seen: Seen[] = [];
  #run!: RunOutline;
  readonly #live = new Map<string, Set<number>>();

  onStart(run: RunOutline): void {
    this.#run = run;
  }

  onOrderEvent({ kind, order, localNs, priceTicks }: OrderEvent): void {
    const { instrument, side, postOnly, timeInForce } = order;
    const key = `${instrument.symbol}/${side}`;
    const live = this.#live.get(key) ?? new Set();
    this.#live.set(key, live);
    if (kind === OrderEventKind.submitted) live.add(order.id);
    if (order.finished) live.delete(order.id);
    const book = this.#run.books[instrument.index]!;
    this.seen.push({
      ...{ kind, nowNs: localNs, instrument, side, priceTicks, postOnly, timeInForce, working: live.size },
      bidTicks: book.bestBidTicks,
      askTicks: book.bestAskTicks,
      positionLots: this.#run.accounts[0]!.positionLots(instrument.index),
    });
  }
}

function run(name: string, params: object): Seen[] {
  const plugin: StrategyPlugin = builtInStrategies().find(name);
  const watcher = new Watcher();
  new Simulation({
    tapes: [tape],
    strategies: [{ name, strategy: plugin.create(plugin.params.parse(params)) }],
    venue: simulatedVenue({ latency: constantLatency({ entryNs: 2e6, responseNs: 3e6 }) }),
    observers: [watcher],
  }).run();
  return watcher.seen;
}

const of = (seen: Seen[], kind: OrderEventKind) => seen.filter((each) => each.kind === kind);

describe('the market maker', () => {
  const params = { interval: '10ms', qty: 0.1, maxPosition: 0.3, halfSpreadTicks: 1, skewTicks: 3 };

  test('quotes post-only, never inside the touch, one order a side', () => {
    const sent = of(run('market-maker', params), OrderEventKind.submitted);
    expect(sent.length).toBeGreaterThan(100);
    for (const { side, priceTicks, bidTicks, askTicks, postOnly, working } of sent) {
      expect(postOnly).toBe(true);
      expect(working).toBe(1);
      if (side === Side.buy) expect(priceTicks).toBeLessThanOrEqual(bidTicks);
      else expect(priceTicks).toBeGreaterThanOrEqual(askTicks);
    }
  });

  test('stays within its position limit, and reaches it', () => {
    const fills = of(run('market-maker', { ...params, skewTicks: 0 }), OrderEventKind.filled);
    const limits = new Set(fills.map(({ instrument, positionLots }) => positionLots / instrument.qtyLots('0.1')));
    expect(Math.max(...limits)).toBe(3);
    expect(Math.min(...limits)).toBe(-3);
  });

  test('replaces less the more it tolerates, and nothing off its timer', () => {
    const tight = of(run('market-maker', params), OrderEventKind.cancelRequested);
    const loose = of(run('market-maker', { ...params, toleranceTicks: 5 }), OrderEventKind.cancelRequested);
    expect(loose.length).toBeLessThan(tight.length / 2);
    const first = tight[0]!.nowNs % 10e6;
    for (const { nowNs } of tight) expect(nowNs % 10e6).toBe(first);
  });

  test('leans: a long position moves its quotes down', () => {
    const sent = of(run('market-maker', { ...params, skewTicks: 20 }), OrderEventKind.submitted);
    const distance = (long: boolean) => {
      const asks = sent.filter(
        (each) => each.side === Side.sell && (long ? each.positionLots > 0 : each.positionLots < 0),
      );
      return asks.reduce((sum, { priceTicks, askTicks }) => sum + priceTicks - askTicks, 0) / asks.length;
    };
    expect(distance(true)).toBeLessThan(distance(false));
  });
});

describe('the momentum strategy', () => {
  const params = { window: '500ms', threshold: 0.5, qty: 0.1, maxPosition: 0.3, cooldown: '100ms' };

  test('takes at the touch with immediate orders', () => {
    const sent = of(run('momentum', params), OrderEventKind.submitted);
    expect(sent.length).toBeGreaterThan(20);
    for (const { side, priceTicks, bidTicks, askTicks, timeInForce } of sent) {
      expect(timeInForce).toBe(TimeInForce.IOC);
      expect(priceTicks).toBe(side === Side.buy ? askTicks : bidTicks);
    }
  });

  test('waits for its cooldown between two orders in one instrument', () => {
    const last = new Map<string, number>();
    for (const { instrument, nowNs } of of(run('momentum', params), OrderEventKind.submitted)) {
      expect(nowNs - (last.get(instrument.symbol) ?? -Infinity)).toBeGreaterThanOrEqual(100e6);
      last.set(instrument.symbol, nowNs);
    }
  });

  test('stays within its position limit when answers come before the next order', () => {
    const fills = of(run('momentum', params), OrderEventKind.filled);
    for (const { instrument, positionLots } of fills) {
      expect(Math.abs(positionLots)).toBeLessThanOrEqual(instrument.qtyLots('0.3'));
    }
  });

  test('does less the more one-sided trading must be', () => {
    const sent = (threshold: number) => of(run('momentum', { ...params, threshold }), OrderEventKind.submitted).length;
    expect(sent(0.9)).toBeLessThan(sent(0.3));
  });
});

test('noop does nothing', () => {
  expect(run('noop', {})).toEqual([]);
});
