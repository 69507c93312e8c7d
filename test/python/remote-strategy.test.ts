/** What a remote strategy asks, when, and what it does with the answers; the peer is a function, the engine is the real one. */
import { describe, expect, test } from 'vitest';
import { type Announcement, attentionOf } from '../../bridges/python/attention.js';
import { packMeta } from '../../bridges/python/frame.js';
import { RemoteStrategy, RunReset } from '../../bridges/python/remote-strategy.js';
import { FrameType, Operation } from '../../bridges/python/wire-layout.js';
import {
  codeOf,
  Flag,
  Kind,
  MemoryTape,
  type Observer,
  OrderEventKind,
  Reason,
  RunError,
  type RunResult,
  Side,
  type Strategy,
  TapeBuilder,
  TimeInForce,
} from '../../core/index.js';
import { FeatureSet } from '../../strategies/features/feature-set.js';
import { ORIGIN_NS, quietRows, quietTape, runOf, SPEC } from '../core/run-samples.js';
import { type Asked, type Script, ScriptedLine } from './scripted-line.js';

interface Conversation {
  readonly asked: Asked[];
  readonly result: RunResult;
  readonly line: ScriptedLine;
}

interface Talk {
  readonly announce?: Partial<Announcement>;
  readonly features?: readonly string[];
  readonly script?: Script;
  readonly others?: readonly Strategy[];
  readonly observers?: readonly Observer[];
}

function talk({ announce = {}, features = [], script, others = [], observers = [] }: Talk): Conversation {
  const line = new ScriptedLine(script);
  const strategy = new RemoteStrategy({
    line,
    attention: attentionOf({ handlers: [], ...announce }),
    features: features.length === 0 ? undefined : new FeatureSet(features),
  });
  const result = runOf([strategy, ...others], observers);
  return { asked: line.asked, result, line };
}

const START = ORIGIN_NS;
const eventsOf = (asked: readonly Asked[]) =>
  asked.map(({ now, events }) => [Number(now - START), ...events.map(([code]) => code)]);
/** Operations at the first request only. */
const first =
  (...operations: unknown[]): Script =>
  ({ seq }) =>
    seq === 1 ? operations : undefined;

describe('a request', () => {
  test('is made at the start, at every period, and at the end', () => {
    const { asked, line } = talk({ announce: { decide: { every: 2000 } } });
    expect(eventsOf(asked)).toEqual([[0, 0], [2000], [4000], [5910]]);
    expect(asked.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(asked.map(({ type }) => type)).toEqual([16, 16, 16, FrameType.stop]);
    expect(line.finished).toBe(true);
  });

  test('tells time, money, positions and features in the order of the protocol', () => {
    const { asked } = talk({
      announce: { decide: { every: 3000 } },
      features: ['bid', 'mid'],
      script: first([Operation.submit, 1, 0, Side.buy, 3, null, 0], [Operation.submit, 2, 0, Side.buy, 3, 102, 0]),
    });
    expect(asked[0]!.events).toEqual([[0, ['bid', 'mid']]]);
    const [cash, equity, fees, position, bid, mid] = asked[1]!.numbers(1, 6);
    // 3 lots of 0.01 at 10.2, valued at the mid of 10.1.
    expect([position, bid, mid, fees]).toEqual([0.03, 10, 10.1, 0]);
    expect(cash).toBeCloseTo(-0.306, 12);
    expect(equity).toBeCloseTo(-0.306 + 0.303, 12);
    expect(asked[1]!.payload.byteLength).toBe(8 * 7);
  });

  test('carries int64 time exactly, whatever the halves', () => {
    const { asked } = talk({ announce: { decide: { every: 999 } } });
    expect(asked.slice(0, -1).map(({ now }) => now)).toEqual(
      [0n, 999n, 1998n, 2997n, 3996n, 4995n].map((at) => START + at),
    );
  });

  test('carries it over the edge of the low half', () => {
    const line = new ScriptedLine();
    const originNs = 4_000_000n * 2n ** 32n - 3000n;
    const strategy = new RemoteStrategy({ line, attention: attentionOf({ handlers: [], decide: { every: 1000 } }) });
    const info = { instruments: [SPEC], originNs, provenance: {}, corrections: [] };
    runOf([strategy], [], { tapes: [new MemoryTape(quietRows(60).build().columns, info)] });
    expect(line.asked.slice(0, -1).map(({ now }) => now - originNs)).toEqual([0n, 1000n, 2000n, 3000n, 4000n, 5000n]);
  });

  test('shows only the books that changed since the last one', () => {
    const line = new ScriptedLine();
    const announce: Announcement = { handlers: ['book'], decide: { every: 1000 } };
    const strategy = new RemoteStrategy({ line, attention: attentionOf(announce) });
    const rows = new TapeBuilder();
    const bid = (timeNs: number, instrument: number) =>
      rows.add(timeNs, timeNs, codeOf(Kind.depth, Side.buy), Flag.last, instrument, 100, 5);
    bid(0, 0);
    bid(1500, 1);
    bid(1600, 1);
    bid(2500, 0);
    bid(2600, 1);
    bid(4500, 0);
    const instruments = [SPEC, { ...SPEC, symbol: 'Y' }];
    const info = { instruments, originNs: ORIGIN_NS, provenance: {}, corrections: [] };
    runOf([strategy], [], { tapes: [new MemoryTape(rows.build().columns, info)] });
    const books = line.asked.map(({ events }) =>
      events.filter(([code]) => code === 6).map(([, at, bids]) => [at, bids]),
    );
    expect(books.slice(1, 5)).toEqual([
      [[0, 1]],
      [[1, 1]],
      [
        [0, 1],
        [1, 1],
      ],
      [],
    ]);
  });

  test('brings trades as columns, as many as came since the last one', () => {
    const { asked } = talk({ announce: { handlers: ['trades'], decide: { every: 1500 } } });
    expect(asked[1]!.events).toEqual([[4, 5]]);
    const at = 5;
    expect(asked[1]!.numbers(at, 5)).toEqual([210, 510, 810, 1110, 1410]);
    expect(asked[1]!.numbers(at + 5, 5)).toEqual([200, 500, 800, 1100, 1400]);
    expect(asked[1]!.numbers(at + 10, 5)).toEqual([10, 10.2, 10, 10.2, 10]);
    expect(asked[1]!.numbers(at + 15, 5)).toEqual([0.12, 0.1, 0.13, 0.11, 0.14]);
    const bytes = (from: number) =>
      Array.from({ length: 5 }, (_, row) => asked[1]!.payload.getUint8((at + from) * 8 + row));
    expect(bytes(22)).toEqual([1, 1, 1, 1, 1].map(() => Kind.trade));
    expect(bytes(23)).toEqual([1, 2, 1, 2, 1]);
  });

  test('brings only the columns that are wanted', () => {
    const { asked } = talk({ announce: { handlers: ['trades'], decide: { every: 1500 }, columns: ['side', 'px'] } });
    expect(asked[1]!.payload.byteLength).toBe(8 * (5 + 5 + 1));
    expect(asked[1]!.numbers(5, 5)).toEqual([10, 10.2, 10, 10.2, 10]);
  });

  test('is made when so many rows wait, and at each trade or book if that was said', () => {
    expect(
      eventsOf(talk({ announce: { handlers: ['batch'], batch: ['trade', 'depth'], decide: { rows: 25 } } }).asked),
    ).toEqual([
      [0, 0],
      [2410, 4],
      [4910, 4],
      [5910, 4],
    ]);
    const trades = talk({ announce: { handlers: ['trades'], decide: { on: ['trade'] } } }).asked;
    expect(trades).toHaveLength(2 + 20);
    expect(trades.slice(1, -1).every(({ events }) => events[0]![1] === 1)).toBe(true);
    expect(talk({ announce: { handlers: ['book'], decide: { on: ['book'] } } }).asked).toHaveLength(2 + 40);
  });

  test('shows the changed book, best level first', () => {
    const { asked } = talk({ announce: { handlers: ['book'], decide: { every: 1000 }, depth: 3 } });
    expect(asked[1]!.events).toEqual([[6, 0, 1, 1]]);
    // Row 6 is the last bid before, row 9 the last ask.
    expect(asked[1]!.numbers(5, 4)).toEqual([10, 0.11, 10.2, 0.14]);
  });

  test('tells what happened to orders, in order, with the ids of the peer', () => {
    const { asked } = talk({
      announce: { handlers: ['fill'], decide: { every: 1000 } },
      script: first([Operation.submit, 1, 0, Side.sell, 2, 103, 0], [Operation.submit, 2, 0, Side.buy, 1.5, 100, 0]),
    });
    expect(asked[1]!.events.map(([code, id, kind, status]) => [code, id, kind, status])).toEqual([
      [2, 2, OrderEventKind.rejected, 4],
      [2, 1, OrderEventKind.accepted, 1],
    ]);
    const [rejected, accepted] = asked[1]!.events;
    expect(rejected!.slice(4)).toEqual([100, 1.5, 0, 0, false, 0, Reason.badQuantity, '', 0, null]);
    expect(accepted!.slice(4)).toEqual([103, 2, 2, 0, false, 0, 0, '', 10, 5]);
  });

  test('tells what could not be changed or cancelled, though it never left', () => {
    const { asked } = talk({
      script: first(
        [Operation.submit, 1, 0, Side.buy, 4, 90, 0],
        [Operation.modify, 1, null, 2.5, null],
        [Operation.submit, 2, 0, Side.buy, 0, 90, 0],
        [Operation.cancel, 2],
        [Operation.modify, 2, 91, null, null],
      ),
    });
    const told = asked.at(-1)!.events.map(([, id, kind, , , , , , , , reason]) => [id, kind, reason]);
    const { modifyRejected, rejected, cancelRejected, accepted } = OrderEventKind;
    expect(told).toEqual([
      [1, modifyRejected, Reason.badQuantity],
      [2, rejected, Reason.badQuantity],
      [2, cancelRejected, Reason.alreadyFinished],
      [2, modifyRejected, Reason.badQuantity],
      [1, accepted, Reason.none],
    ]);
  });

  test('is made at once for a fill, and for a reject of the venue, but not for what was refused before it left', () => {
    const script: Script = ({ seq }) =>
      seq < 400
        ? [
            [Operation.submit, seq, 0, Side.buy, 0, null, 0],
            [Operation.cancel, seq],
          ]
        : undefined;
    const { asked } = talk({ announce: { handlers: ['reject'] }, script });
    // A strategy that answers each refusal with nonsense is asked at the start and at the end, not for ever.
    expect(eventsOf(asked)).toEqual([
      [0, 0],
      [5910, 2, 2],
    ]);
    const fills = talk({
      announce: { handlers: ['fill'] },
      script: ({ seq }) =>
        seq === 1
          ? [[Operation.every, 'go', 1000, null]]
          : seq === 2
            ? [[Operation.submit, 1, 0, Side.buy, 1, null, 0]]
            : undefined,
    });
    expect(eventsOf(fills.asked).slice(0, 3)).toEqual([
      [0, 0],
      [1000, 1],
      [1010, 2],
    ]);
  });
});

describe('what a strategy is asked by itself', () => {
  test.each<[name: string, announce: Partial<Announcement>]>([
    ['features', { handlers: ['features'] }],
    ['trades, book', { handlers: ['trades', 'book'] }],
    ['batch', { handlers: ['batch'] }],
  ])('is not known where only %s are handled: it must say when', (names, announce) => {
    const [one] = names.split(', ');
    expect(() => talk({ announce })).toThrow(new RegExp(`on_${one}.*nothing says when: set decide`));
  });

  test('is what has a handler of its own', () => {
    expect(attentionOf({ handlers: ['fill', 'bar', 'timer'] }).times).toMatchObject({
      everyNs: 0,
      on: { fill: true, bar: true, reject: false, trade: false },
    });
  });

  test('is what the run file says, if it says something', () => {
    const { times } = attentionOf({ handlers: ['features'], decide: { every: 5 } }, { on: ['trade'] });
    expect(times).toMatchObject({ everyNs: 0, on: { trade: true, fill: false } });
  });

  test('may not be batches of bars or of what there is not', () => {
    expect(() => attentionOf({ handlers: ['batch'], batch: ['bar'], decide: { rows: 1 } })).toThrow(
      /names "bar"; rows in batches are of trade/,
    );
    expect(() => attentionOf({ handlers: ['batch'], batch: ['trad'], decide: { rows: 1 } })).toThrow(/names "trad"/);
  });
});

describe('an answer', () => {
  const outcome = (...operations: unknown[]) => {
    const lines: string[] = [];
    const observer: Observer = {
      onOrderEvent: ({ kind, order, localNs, reason }) =>
        lines.push(
          `${localNs} order ${order.id} ${Object.keys(OrderEventKind)[kind]}${reason === 0 ? '' : ` ${reason}`}`,
        ),
      onLog: (nowNs, _strategy, message) => lines.push(`${nowNs} log ${message}`),
      onMetric: (nowNs, _strategy, name, value) => lines.push(`${nowNs} ${name} = ${value}`),
    };
    talk({ script: first(...operations), observers: [observer] });
    return lines;
  };

  test('sends, cancels and changes orders as a TypeScript strategy would', () => {
    expect(
      outcome(
        [Operation.submit, 1, 0, Side.buy, 4, 90, 1 | ((TimeInForce.GTC + 1) << 1)],
        [Operation.modify, 1, 91, null, null],
        [Operation.submit, 2, 0, Side.sell, 4, 110, 0, { tag: 7, clientId: 'x', reduceOnly: false, hidden: true }],
        [Operation.cancel, 2],
        [Operation.modify, 1, null, 2.5, null],
      ),
    ).toEqual([
      '0 order 1 submitted',
      '0 order 1 modifyRequested',
      '0 order 2 submitted',
      '0 order 2 cancelRequested',
      `0 order 1 modifyRejected ${Reason.badQuantity}`,
      '10 order 1 accepted',
      '10 order 1 modified',
      '10 order 2 accepted',
      '10 order 2 cancelled',
    ]);
  });

  test('cancels all, logs, records, and sends several as one message', () => {
    expect(
      outcome(
        [Operation.together],
        [Operation.submit, 1, 0, Side.buy, 4, 90, 0],
        [Operation.submit, 2, 0, Side.buy, 4, 91, 0],
        [Operation.apart],
        [Operation.log, 'Grüße 東京'],
        [Operation.metric, 'size', 65000.5],
        [Operation.cancelAll, null],
        [Operation.cancelAll, 0],
      ),
    ).toEqual([
      '0 order 1 submitted',
      '0 order 2 submitted',
      '0 log Grüße 東京',
      '0 size = 65000.5',
      '0 order 1 cancelRequested',
      '0 order 2 cancelRequested',
      '10 order 1 accepted',
      '10 order 2 accepted',
      '10 order 1 cancelled',
      '10 order 2 cancelled',
    ]);
  });

  test('sets timers, which are asked with their names, and clears them', () => {
    const { asked } = talk({
      script: first(
        [Operation.every, 'a', 2000, 500],
        [Operation.at, 'b', 1000],
        [Operation.every, 'c', 100, null],
        [Operation.clearTimer, 'c'],
        [Operation.clearTimer, 'never set'],
      ),
    });
    expect(asked.slice(1, -1).map(({ now, events }) => [Number(now - START), events])).toEqual([
      [500, [[1, 'a']]],
      [1000, [[1, 'b']]],
      [2500, [[1, 'a']]],
      [4500, [[1, 'a']]],
    ]);
  });

  test.each<[name: string, operations: unknown, message: RegExp]>([
    ['is no list', { a: 1 }, /the operations are \{"a":1\}, not a list/],
    ['holds what is no list', [5], /operation 0 is 5, not a list/],
    ['has an unknown code', [[11]], /operation 0 has the code 11/],
    ['has no code', [[]], /operation 0 has the code undefined/],
    ['skips an id', [[0, 2, 0, 1, 1, 100, 0]], /operation 0: the next order has the id 1, not 2/],
    [
      'uses an id twice',
      [
        [0, 1, 0, 1, 1, 100, 0],
        [0, 1, 0, 1, 1, 100, 0],
      ],
      /operation 1: the next order has the id 2, not 1/,
    ],
    ['names an instrument that is not there', [[0, 1, 1, 1, 1, 100, 0]], /operation 0: instrument 1 is not 0 to 0/],
    ['names none', [[0, 1, null, 1, 1, 100, 0]], /instrument null is not/],
    ['has no side', [[0, 1, 0, 0, 1, 100, 0]], /side 0 is not 1 or 2/],
    ['has a text for a quantity', [[0, 1, 0, 1, 'all', 100, 0]], /field 4 is "all", not a number/],
    ['has a text for a price', [[0, 1, 0, 1, 1, '100', 0]], /field 5 is "100", not a number/],
    ['has flags that are not known', [[0, 1, 0, 1, 1, 100, 16]], /flags 16 are not known/],
    ['has flags below 0', [[0, 1, 0, 1, 1, 100, -1]], /flags -1 are not known/],
    ['has terms that are no map', [[0, 1, 0, 1, 1, 100, 0, [1]]], /terms \[1\] are no map/],
    ['has an unknown term', [[0, 1, 0, 1, 1, 100, 0, { colour: 1 }]], /term colour 1 is not known/],
    [
      'has a term of the wrong kind',
      [[0, 1, 0, 1, 1, 100, 0, { hidden: 1 }]],
      /term hidden 1 is not known, or of the wrong kind/,
    ],
    ['has an unknown order type', [[0, 1, 0, 1, 1, 100, 0, { type: 7 }]], /order type 7 is not known/],
    ['cancels what there is not', [[1, 1]], /there is no order 1/],
    ['cancels a text', [[1, '1']], /there is no order "1"/],
    ['modifies what there is not', [[2, 9, 1, null, null]], /there is no order 9/],
    ['logs a number', [[4, 5]], /field 1 is 5, not a text/],
    ['records a text', [[5, 'x', 'y']], /field 2 is "y", not a number/],
    ['has a timer without a period', [[6, 'x', null, null]], /field 2 is null, not a number/],
    ['has a timer of 0 ns', [[6, 'x', 0, null]], /timer "x": period 0 ns is not a whole number/],
    ['has a timer in the past', [[7, 'x', -5]], /timer "x": time -5 ns lies before now/],
    ['begins a message that never ends', [[9], [4, 'x']], /begins a message that never ends/],
    ['begins one inside another', [[9], [9], [10], [10]], /one inside another/],
    ['ends a message that never began', [[10]], /operation 0 has the code 10/],
    [
      'has too many',
      Array.from({ length: 10_001 }, () => [4, 'x']),
      /10001 operations in one reply; 10000 are allowed/,
    ],
  ])('that %s ends the run and says so', (_name, operations, message) => {
    const failed = failureOf(() => talk({ script: ({ seq }) => (seq === 1 ? wrapped(operations) : undefined) }));
    expect(failed.message).toMatch(message);
    expect(failed.cause).toMatchObject({ name: 'BridgeError', code: 'BAD_ACTIONS' });
    expect(failed.message).not.toContain('\n');
  });

  test('of another type, or with a payload, ends the run', () => {
    const reply =
      (type: number, bytes: number): Script =>
      () => ({ type, meta: new Uint8Array(0), payload: new Uint8Array(bytes) });
    expect(failureOf(() => talk({ script: reply(FrameType.ready, 0) })).message).toMatch(
      /reply to request 1 has the type 3/,
    );
    expect(failureOf(() => talk({ script: reply(FrameType.actions, 8) })).message).toMatch(/payload of 8 bytes/);
  });

  test('that asks for another run is thrown as that', () => {
    const script: Script = () => ({
      type: FrameType.reset,
      meta: new Uint8Array([0x81, 0xa4, 0x73, 0x65, 0x65, 0x64, 7]),
      payload: new Uint8Array(0),
    });
    const { cause } = failureOf(() => talk({ script }));
    expect(cause).toBeInstanceOf(RunReset);
    expect((cause as RunReset).request).toEqual({ seed: 7 });
  });

  test('to a row that nobody wants is never asked for', () => {
    const line = new ScriptedLine();
    const strategy = new RemoteStrategy({ line, attention: attentionOf({ handlers: ['fill', 'reject', 'order'] }) });
    const wanted: (keyof RemoteStrategy)[] = [
      'onTrade',
      'onDepth',
      'onQuote',
      'onOrderRow',
      'onBook',
      'onBar',
      'onAccountEvent',
      'onFunding',
      'onMark',
    ];
    expect(wanted.filter((handler) => strategy[handler] !== undefined)).toEqual([]);
  });
});

describe('bars that are built in the run', () => {
  const wish = (name: string, options: object = {}) => ({
    name,
    instrument: 0,
    bars: '1us',
    options: { name, ...options },
  });
  /** Trades at 100 + n ticks every 400 ns, and a bar of the tape at 2000. */
  function tape() {
    const rows = new TapeBuilder({ bars: true, value: true });
    for (let at = 0; at < 12; at++) {
      rows.add(400 * at, 400 * at, codeOf(Kind.trade, Side.buy), Flag.last, 0, 100 + at, 1 + at);
      if (at !== 5) continue;
      const row = rows.add(2000, 2000, codeOf(Kind.bar, Side.none), Flag.last, 0, 2, 7);
      const { openTicks, highTicks, lowTicks, value } = rows.columns;
      [openTicks![row], highTicks![row], lowTicks![row], value![row]] = [1, 3, 1, 0.15];
    }
    const info = { instruments: [SPEC], originNs: ORIGIN_NS, provenance: {}, corrections: [] };
    return new MemoryTape(rows.build().columns, info);
  }
  function asked(announce: Announcement, bars: Parameters<typeof wish>[0][], features?: FeatureSet) {
    const line = new ScriptedLine();
    const strategy = new RemoteStrategy({
      line,
      attention: attentionOf(announce),
      features,
      bars: bars.map((name) => wish(name, name === 'flat' ? { empty: 'flat' } : {})),
    });
    runOf([strategy], [], { tapes: [tape()] });
    return line.asked;
  }

  test('are told with those of the tape, in one table that says which is which', () => {
    const all = asked({ handlers: ['bar'] }, ['1us', 'flat']);
    expect(all[0]!.events).toEqual([
      [
        0,
        [],
        [
          ['1us', 0],
          ['flat', 0],
        ],
      ],
    ]);
    const told = all.slice(1, -1).map(({ now, events, numbers, payload }) => {
      expect(events).toEqual([[5, 1]]);
      // Behind now, cash, equity, fees and a position; then 11 columns of one number, and two of 16 bits.
      expect(payload.byteLength).toBe((5 + 13) * 8);
      const codes = [payload.getUint16(16 * 8, true), payload.getUint16(17 * 8, true)];
      return [Number(now - START), ...numbers(5, 11), ...codes];
    });
    const built = (end: number, first: number, count: number, series: number) => {
      const last = first + count - 1;
      const lots = Array.from({ length: count }, (_, at) => first + at);
      const volume = lots.reduce((sum, at) => sum + 1 + at, 0);
      const vwap = lots.reduce((sum, at) => sum + (100 + at) * (1 + at), 0) / volume / 10;
      const prices = [first, last, first, last].map((at) => (100 + at) / 10);
      return [end, end, end, ...prices, volume / 100, vwap, count, end - 1000, end, 0, series];
    };
    const nan = Number.NaN;
    const expected = [
      built(1000, 0, 3, 1),
      built(1000, 0, 3, 2),
      built(2000, 3, 2, 1),
      built(2000, 3, 2, 2),
      [2000, 2000, 2000, 0.1, 0.3, 0.1, 0.2, 0.07, 0.15, nan, nan, nan, 0, 0],
      // What is certain to end is in the schedule first: flat bars, whether or not there is a trade.
      built(3000, 5, 3, 2),
      built(3000, 5, 3, 1),
      built(4000, 8, 2, 1),
      built(4000, 8, 2, 2),
    ];
    expect(told.length).toBe(expected.length);
    const rounded = (value: number) => Number(value.toFixed(9));
    expect(told.map((row) => row.map(rounded))).toEqual(expected.map((row) => row.map(rounded)));
    expect(all.at(-1)!.events).toEqual([
      [
        7,
        [
          [4, 0, 0, 0, 0, 0, 0, 0],
          [4, 0, 0, 0, 0, 0, 0, 0],
        ],
      ],
    ]);
  });

  test('are nothing to features, which are of what is on the tape', () => {
    let heard = 0;
    const features = new FeatureSet(
      ['counted'],
      [
        {
          name: 'counted',
          unit: '1',
          formula: 'n',
          hears: ['onBar'],
          create: () => ({
            onBar: () => {
              heard++;
            },
            value: () => heard,
          }),
        },
      ],
    );
    asked({ handlers: ['bar'] }, ['1us'], features);
    expect(heard).toBe(1);
  });
});

describe('several remote strategies', () => {
  /** Every line's own order of asking and answering, all in one list. */
  function play(
    together: boolean,
    announce: Partial<Announcement> | readonly Partial<Announcement>[],
    operations: (seq: number) => unknown,
  ) {
    const order: string[] = [];
    const group: RemoteStrategy[] = [];
    const strategies = ['a', 'b', 'c'].map((name, index) => {
      const own = Array.isArray(announce) ? announce[index] : announce;
      const line = new ScriptedLine(({ seq }) => operations(seq));
      const { ask, answer } = { ask: line.ask.bind(line), answer: line.answer.bind(line) };
      line.ask = (frame) => {
        order.push(`ask ${name}`);
        ask(frame);
      };
      line.answer = () => {
        order.push(`answer ${name}`);
        return answer();
      };
      const attention = attentionOf({ handlers: [], ...own });
      return {
        line,
        strategy: new RemoteStrategy({
          line,
          attention,
          features: new FeatureSet(['mid']),
          group: together ? group : [],
        }),
      };
    });
    const result = runOf(strategies.map(({ strategy }) => strategy));
    return { order, result, asked: strategies.map(({ line }) => line.asked) };
  }

  const quoting = (seq: number) =>
    seq % 2 === 1
      ? [[Operation.submit, (seq + 1) / 2, 0, Side.buy, 1, 99 + (seq % 3), 0]]
      : [[Operation.cancel, seq / 2]];

  test.each<[name: string, announce: Partial<Announcement>]>([
    ['periods', { decide: { every: 500 } }],
    ['trades', { handlers: ['trades'], decide: { on: ['trade'] } }],
    ['books', { handlers: ['book'], decide: { on: ['book'] } }],
    ['rows that fill a table', { handlers: ['batch'], decide: { rows: 7 } }],
    [
      'all of these',
      { handlers: ['book', 'trades', 'fill'], decide: { every: 300, on: ['trade', 'book', 'fill', 'reject'] } },
    ],
  ])('are asked together at %s, and the run is the same as by turns', (_name, announce) => {
    const together = play(true, announce, quoting);
    const byTurns = play(false, announce, quoting);
    expect(together.result.runHash).toBe(byTurns.result.runHash);
    expect(together.result.orderEvents).toBeGreaterThan(20);
    const contents = ({ asked }: typeof together) =>
      asked.map((each) => each.map(({ now, events, payload }) => [now, events, new Uint8Array(payload.buffer)]));
    expect(contents(together)).toEqual(contents(byTurns));
    expect(byTurns.order.join()).not.toContain('ask a,ask b');
    expect(together.order.join()).toContain('ask a,ask b,ask c,answer a,answer b,answer c');
  });

  test('are asked together at every common period, not at the first alone', () => {
    const { order } = play(true, { decide: { every: 500 } }, () => undefined);
    const common = order.join().split('ask a,ask b,ask c,answer a,answer b,answer c').length - 1;
    expect(common).toBe(11);
  });

  test('with periods of their own meet where they meet', () => {
    const announce = [{ decide: { every: 1000 } }, { decide: { every: 500 } }, { decide: { every: 700 } }];
    const together = play(true, announce, quoting);
    const byTurns = play(false, announce, quoting);
    expect(together.result.runHash).toBe(byTurns.result.runHash);
    expect(together.order.join()).toContain('ask a,ask b,answer a');
    const times = ({ asked }: typeof together) => asked.map((each) => each.map(({ now, seq }) => [now, seq]));
    expect(times(together)).toEqual(times(byTurns));
  });

  test('are told of a timer of their own in its turn, also between the periods of two', () => {
    const announce = [{ decide: { every: 1000 } }, { decide: { every: 500 } }, { decide: { every: 500 } }];
    const operations = (seq: number) => (seq === 1 ? [[Operation.every, 'own', 1000, 1000]] : undefined);
    const together = play(true, announce, operations);
    const byTurns = play(false, announce, operations);
    const contents = ({ asked }: typeof together) => asked.map((each) => each.map(({ now, events }) => [now, events]));
    expect(contents(together)).toEqual(contents(byTurns));
  });

  test('with timers of their own still are the same as by turns', () => {
    const operations = (seq: number) => (seq === 1 ? [[Operation.every, 'own', 500, 500]] : quoting(seq - 1));
    const announce = { decide: { every: 500 } };
    expect(play(true, announce, operations).result.runHash).toBe(play(false, announce, operations).result.runHash);
  });
});

test('a request that would be larger than a frame may be says what to do', () => {
  const line = new ScriptedLine();
  const strategy = new RemoteStrategy({
    line,
    attention: attentionOf({
      handlers: ['batch'],
      batch: ['trade', 'depth'],
      decide: { every: 1e15 },
    }),
  });
  const failed = failureOf(() => runOf([strategy], [], { tapes: [quietTape(2_000_000)] }));
  expect(failed.message).toMatch(/request 2 would have .* bytes of events and .* of rows.*decide more often/);
});

function wrapped(operations: unknown): unknown {
  return Array.isArray(operations) ? operations : replyOf(operations);
}

function replyOf(meta: unknown) {
  return { type: FrameType.actions, meta: packMeta(meta), payload: new Uint8Array(0) };
}

function failureOf(run: () => unknown): RunError {
  try {
    run();
  } catch (error) {
    if (error instanceof RunError) return error;
    throw error;
  }
  throw new Error('the run did not fail');
}
