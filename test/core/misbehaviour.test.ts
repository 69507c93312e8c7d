/** Strategies, observers, tapes and venues that misbehave: the run says who, where and when, and keeps what there is. */
import { describe, expect, it } from 'vitest';
import {
  type BlockReader,
  codeOf,
  Kind,
  MemoryTape,
  type Observer,
  type Order,
  type OrderEvent,
  OrderEventKind,
  OrderStatus,
  Reason,
  RunError,
  Side,
  type Strategy,
  type StrategyContext,
  TapeBuilder,
  type TapeSource,
  TimeInForce,
} from '../../core/index.js';
import { constantLatency, type LatencyModel, simulatedVenue } from '../../execution/index.js';
import { ORIGIN_NS, quietTape, runOf, SPEC } from './run-samples.js';

function failureOf(run: () => unknown): RunError {
  try {
    run();
  } catch (error) {
    if (error instanceof RunError) return error;
    throw new Error('not a RunError', { cause: error });
  }
  throw new Error('the run did not fail');
}

/** A tape on which every kind of row occurs, one a microsecond. */
function everyKind(): MemoryTape {
  const builder = new TapeBuilder({ orderId: true, value: true });
  const kinds = [Kind.depth, Kind.trade, Kind.depthClear, Kind.quote, Kind.bar, Kind.funding, Kind.status, Kind.custom];
  kinds.forEach((kind, index) => {
    builder.add(index * 1000, index * 1000, codeOf(kind, Side.buy), 1, 0, 100, 5);
  });
  builder.columns.orderId![builder.add(9000, 9000, codeOf(Kind.orderAdd, Side.sell), 1, 1, 103, 5)] = 1;
  const instruments = [SPEC, { ...SPEC, symbol: 'L3' }];
  return new MemoryTape(builder.build().columns, { instruments, originNs: ORIGIN_NS, provenance: {}, corrections: [] });
}

describe('a strategy that throws', () => {
  it.each([
    ['onStart', 0],
    ['onDepth', 0],
    ['onBook', 0],
    ['onTrade', 1000],
    ['onQuote', 3000],
    ['onBar', 4000],
    ['onFunding', 5000],
    ['onStatus', 6000],
    ['onCustom', 7000],
    ['onOrderRow', 9000],
    ['onTimer', 3],
    ['onOrderEvent', 1010],
    ['onFill', 1010],
    ['onStop', 9000],
  ] as const)('in %s stops the run with its name, the handler and the time', (handler, timeNs) => {
    const told: string[] = [];
    const bad: Strategy = {
      onStart: (context) => {
        context.at('early', 3);
        context.at('order', 1000);
      },
      onTimer: (name, context) => {
        if (name === 'order') context.sell(context.instrument('X'), 1);
      },
    };
    const thrown = new TypeError('no such luck');
    const good = bad[handler] as ((...given: unknown[]) => void) | undefined;
    bad[handler] = (...given: unknown[]) => {
      good?.(...given);
      throw thrown;
    };
    const observer: Observer = { onStop: () => told.push('stopped') };
    // On this tape the bid at 100 is cleared at 2000: the order finds it before.
    const venue = simulatedVenue({ latency: constantLatency({ entryNs: 0, responseNs: 10 }) });
    const error = failureOf(() => runOf([{}, bad], [observer], { tapes: [everyKind()], venue }));
    expect(error.message).toBe(
      `strategy "s1" failed in ${handler} at 2023-11-14T22:13:20.${String(timeNs).padStart(9, '0')}Z: no such luck`,
    );
    expect([error.strategy, error.handler, error.timeNs]).toEqual(['s1', handler, timeNs]);
    expect(error.cause).toBe(thrown);
    expect(error.result.failure?.stack).toContain('TypeError: no such luck');
    expect(error.result.runHash).toMatch(/^[0-9a-f]{64}$/);
    expect(told).toEqual(['stopped']);
  });

  it('keeps what was recorded until then', () => {
    const kinds: number[] = [];
    let timers = 0;
    const strategy: Strategy = {
      onStart: (context) => context.every('beat', 1000),
      onTimer: (_name, context) => {
        if (++timers === 3) throw new Error('enough');
        context.buy(context.instruments[0]!, 1);
      },
    };
    const error = failureOf(() => runOf([strategy], [{ onOrderEvent: ({ kind }) => kinds.push(kind) }]));
    const { submitted, filled } = OrderEventKind;
    expect(kinds).toEqual([submitted, filled, submitted, filled]);
    expect(error.result.fills).toBe(2);
    expect(error.result.strategies[0]!.account.positionLots(0)).toBe(2);
  });

  it('that throws something other than an error is named all the same', () => {
    const error = failureOf(() =>
      runOf([
        {
          onTrade() {
            throw 'just text';
          },
        },
      ]),
    );
    expect(error.message).toMatch(/^strategy "s0" failed in onTrade at .*: just text$/);
  });
});

describe('a run that fails outside of strategies', () => {
  /** Hands out one block, then breaks. */
  function breakingTape(): TapeSource {
    const tape = quietTape(60, 20);
    return {
      info: tape.info,
      open(originNs): BlockReader {
        const reader = tape.open(originNs);
        let blocks = 0;
        return {
          next() {
            if (++blocks > 2) throw new Error('tape x.parquet row 40: damaged');
            return reader.next();
          },
          release: (block) => reader.release(block),
          close: () => reader.close(),
        };
      },
    };
  }

  it('for a damaged tape blames no strategy', () => {
    const error = failureOf(() =>
      runOf([{ onTrade() {}, onBook() {}, onTimer() {}, onStart: (context) => context.every('beat', 70) }], [], {
        tapes: [breakingTape()],
      }),
    );
    expect(error.message).toMatch(/^the run failed at .*: tape x\.parquet row 40: damaged$/);
    expect(error.strategy).toBe('');
  });

  it('for an observer that throws blames no strategy', () => {
    const observer: Observer = {
      onSample(nowNs) {
        if (nowNs >= 1000) throw new Error('disk full');
      },
    };
    const error = failureOf(() => runOf([{ onTrade() {} }], [observer], { sampleNs: 500 }));
    expect(error.message).toMatch(/^the run failed at .*: disk full$/);
  });

  it('for an observer that throws at the end tells every other observer once', () => {
    const told: string[] = [];
    const observers: Observer[] = [
      { onStop: () => told.push('first') },
      {
        onStop: () => {
          throw new Error('cannot write');
        },
      },
      { onStop: () => told.push('third') },
    ];
    const error = failureOf(() => runOf([{}], observers));
    expect(error.message).toMatch(/^the run failed at .*: cannot write$/);
    expect(told).toEqual(['first', 'third']);
  });

  it('says so when an observer throws on top of a strategy', () => {
    const observer: Observer = {
      onStop() {
        throw new Error('cannot write');
      },
    };
    const strategy: Strategy = {
      onTrade() {
        throw new Error('bad idea');
      },
    };
    const error = failureOf(() => runOf([strategy], [observer]));
    expect(error.message).toMatch(
      /^strategy "s0" failed in onTrade at .*: bad idea \(and then an observer: cannot write\)$/,
    );
  });

  it.each<[name: string, latency: Partial<LatencyModel>]>([
    ['shorter than promised', { leastEntryNs: 5, entryNs: () => 4 }],
    ['negative', { entryNs: () => -1 }],
    ['no number', { responseNs: () => Number.NaN }],
    ['endless', { responseNs: () => Number.POSITIVE_INFINITY }],
  ])('for a latency that is %s, instead of looking ahead', (_name, latency) => {
    const model: LatencyModel = {
      leastEntryNs: 0,
      leastResponseNs: 0,
      entryNs: () => 5,
      responseNs: () => 5,
      ...latency,
    };
    const strategy: Strategy = { onTrade: (trade, context) => void context.buy(trade.instrument, 1) };
    const error = failureOf(() => runOf([strategy], [], { venue: simulatedVenue({ latency: model }) }));
    expect(error.message).toMatch(
      /latency model: (?:entry|response)Ns gave (?:4|-1|NaN|Infinity), not a time of at least/,
    );
  });
});

describe('an order that makes no sense', () => {
  const limit = { side: Side.buy, qtyLots: 1, priceTicks: 100 };
  const { badQuantity, badPrice, badRequest } = Reason;
  it.each<[name: string, request: object, reason: Reason]>([
    ...[Number.NaN, 0, -1, 1.5, 1e308, Number.POSITIVE_INFINITY, 2 ** 53, '3', undefined, null].map(
      (qtyLots) => [`quantity ${qtyLots}`, { ...limit, qtyLots }, badQuantity] as [string, object, Reason],
    ),
    ...[Number.NaN, 0.5, 1e308, -1e308, Number.POSITIVE_INFINITY, 2 ** 31, '100', null].map(
      (priceTicks) => [`price ${priceTicks}`, { ...limit, priceTicks }, badPrice] as [string, object, Reason],
    ),
    ['market with a price', { ...limit, type: 1 }, badRequest],
    ['market, post-only', { side: Side.buy, qtyLots: 1, postOnly: true }, badRequest],
    ['limit without a price', { side: Side.buy, qtyLots: 1, type: 0 }, badPrice],
    ['post-only IOC', { ...limit, postOnly: true, timeInForce: TimeInForce.IOC }, badRequest],
    ['post-only FOK', { ...limit, postOnly: true, timeInForce: TimeInForce.FOK }, badRequest],
    ['no side', { ...limit, side: Side.none }, badRequest],
    ['side 7', { ...limit, side: 7 }, badRequest],
    ['type 9', { ...limit, type: 9 }, badRequest],
    ['time in force 9', { ...limit, timeInForce: 9 }, badRequest],
  ])('is refused with a reason and the run goes on: %s', (_name, request, reason) => {
    const events: number[][] = [];
    let later = 0;
    const strategy: Strategy = {
      onTrade(trade, context) {
        if (later++ > 0) return;
        const order = context.submit({ instrument: trade.instrument, ...request } as never);
        expect([order.status, order.reason, order.leavesLots, order.finished]).toEqual([4, reason, 0, true]);
        expect([...context.orders()]).toEqual([]);
      },
    };
    const result = runOf([strategy], [{ onOrderEvent: (event) => events.push([event.kind, event.reason]) }]);
    expect(events).toEqual([[OrderEventKind.rejected, reason]]);
    expect(later).toBeGreaterThan(5);
    expect(result.runHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['quantity 0', { qtyLots: 0 }, badQuantity],
    ['quantity NaN', { qtyLots: Number.NaN }, badQuantity],
    ['price 0.5', { priceTicks: 0.5 }, badPrice],
    ['price 1e308', { priceTicks: 1e308 }, badPrice],
  ])('asked for by a modify is refused, and the order stays: %s', (_name, change, reason) => {
    const reasons: number[] = [];
    const strategy: Strategy = {
      onOrderEvent(event: OrderEvent, context: StrategyContext) {
        if (event.kind === OrderEventKind.accepted) context.modify(event.order, change);
      },
      onStart: (context) => context.at('buy', 1000),
      onTimer: (_name, context) => void context.buy(context.instruments[0]!, 2, 90),
      onStop(context) {
        expect([...context.orders()].map(({ priceTicks, qtyLots }) => [priceTicks, qtyLots])).toEqual([[90, 2]]);
      },
    };
    runOf([strategy], [{ onOrderEvent: (event) => reasons.push(event.reason) }]);
    expect(reasons).toEqual([0, 0, reason]);
  });

  it('for an instrument that is not of this run is refused, shown in the log, and the run goes on', () => {
    const stranger = { ...SPEC, index: 0 };
    for (const instrument of [stranger, undefined, null, { index: 5 }]) {
      const orders: Order[] = [];
      const log: string[] = [];
      const strategy: Strategy = {
        onTrade: (_trade, context) => void orders.push(context.submit({ instrument, ...limit } as never)),
      };
      runOf([strategy], [{ onLog: (_nowNs, _strategy, message) => void log.push(message) }]);
      expect(orders.length).toBeGreaterThan(0);
      for (const order of orders) {
        expect(order.status).toBe(OrderStatus.rejected);
        expect(order.reason).toBe(Reason.unknownInstrument);
      }
      expect(log).toHaveLength(orders.length);
    }
  });

  it('of another strategy cannot be cancelled or modified', () => {
    for (const verb of ['cancel', 'modify'] as const) {
      let other: Parameters<StrategyContext['cancel']>[0] | undefined;
      const owner: Strategy = {
        onTrade: (trade, context) => {
          other ??= context.buy(trade.instrument, 1, 90);
        },
      };
      const thief: Strategy = { onBook: (_book, context) => void (other && context[verb](other, {})) };
      expect(failureOf(() => runOf([owner, thief])).message).toMatch(`${verb}: order 1 belongs to another strategy`);
    }
  });
});

describe('a timer', () => {
  it.each([
    ['in the past', (context: StrategyContext) => context.at('t', context.nowNs - 1)],
    ['at no time', (context: StrategyContext) => context.at('t', Number.NaN)],
    ['that never comes', (context: StrategyContext) => context.at('t', Number.POSITIVE_INFINITY)],
    ['that starts in the past', (context: StrategyContext) => context.every('t', 10, context.nowNs - 10)],
    ['with period 0', (context: StrategyContext) => context.every('t', 0)],
    ['with a negative period', (context: StrategyContext) => context.every('t', -5)],
    ['with period 0.5', (context: StrategyContext) => context.every('t', 0.5)],
    ['with an endless period', (context: StrategyContext) => context.every('t', Number.POSITIVE_INFINITY)],
  ])('%s is refused by name', (_name, set) => {
    const error = failureOf(() => runOf([{ onTrade: (_trade, context) => set(context) }]));
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(error.message).toMatch(/failed in onTrade at .*: timer "t": (?:time|period) /);
  });

  it('now is fine, and fires after everything else of the moment', () => {
    const heard: string[] = [];
    const strategy: Strategy = {
      onTrade(trade, context) {
        if (trade.localNs > 300) return;
        heard.push(`trade ${context.nowNs}`);
        context.at('now', context.nowNs);
      },
      onTimer: (_name, context) => void heard.push(`timer ${context.nowNs}`),
    };
    runOf([strategy]);
    expect(heard).toEqual(['trade 210', 'timer 210']);
  });
});
