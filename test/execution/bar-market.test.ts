/**
 * Orders on instruments of which only bars are recorded, through whole runs: tables worked out by hand, the defects of others
 * by name, and random histories against a twin that walks tick by tick.
 */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  codeOf,
  GroupKind,
  Kind,
  MemoryTape,
  ORDER_EVENT_NAMES,
  type Order,
  type OrderEvent,
  OrderEventKind,
  type OrderRequest,
  OrderType,
  Reason,
  type RunResult,
  Side,
  Simulation,
  type SimulationOptions,
  Status,
  type Strategy,
  type StrategyContext,
  TapeBuilder,
  TimeInForce,
} from '../../core/index.js';
import {
  type BarOptions,
  closeOnly,
  constantBpsImpact,
  constantLatency,
  type LatencyModel,
  makerTakerFees,
  nearerExtremeFirst,
  openHighLowClose,
  openLowHighClose,
  rateMargin,
  type SimulatedVenueOptions,
  simulatedVenue,
  volumeShareImpact,
} from '../../execution/index.js';
import { type PlainFill, type PlainOrder, plainFills } from '../reference/plain-bars.js';
import { PlainRun } from '../reference/plain-run.js';

const { buy, sell } = Side;
const { stop, stopLimit, trailingStop, limitIfTouched, marketIfTouched } = OrderType;
const { GTC, IOC, FOK, GTD, DAY, atOpen, atClose } = TimeInForce;
/** The n-th bar closes at n minutes and begins a minute before. */
const MINUTE = 60e9;
const REASONS = Object.keys(Reason);

type Bar = readonly [open: number, high: number, low: number, close: number, volume?: number];
type Row = readonly [kind: Kind, minute: number, priceTicks: number, value: number];
type Request = Omit<OrderRequest, 'instrument'>;
type Act = (context: StrategyContext, orders: Order[]) => void;

interface Play {
  readonly bars: readonly Bar[];
  readonly options?: BarOptions;
  readonly venue?: SimulatedVenueOptions;
  /** What happens when, in minutes. */
  readonly acts: readonly (readonly [minute: number, act: Request | Act])[];
  /** Other rows, before the bars of their times. */
  readonly rows?: readonly Row[];
  readonly everything?: boolean;
}

/** Up 100 → 110, down to 95, up to 105: places 0, 10, 25, 35. */
const UP_FIRST: Bar = [100, 110, 95, 105, 1000];
const FLAT: Bar = [100, 100, 100, 100, 1000];

function tapeOf(bars: readonly Bar[], rows: readonly Row[] = []): MemoryTape {
  const builder = new TapeBuilder({ bars: true, value: true });
  const add = (minute: number, kind: Kind, priceTicks: number, lots: number) => {
    const timeNs = Math.round(minute * MINUTE);
    return builder.add(timeNs, timeNs, codeOf(kind, Side.none), 0, 0, priceTicks, lots);
  };
  // The tape's origin is its smallest time: a row of no meaning keeps it at 0.
  add(0, Kind.custom, 0, 0);
  for (const [kind, minute, priceTicks, value] of rows.filter(([, minute]) => minute === 0)) {
    builder.columns.value![add(minute, kind, priceTicks, 0)] = value;
  }
  bars.forEach(([open, high, low, close, volume = 1000], index) => {
    for (const [kind, minute, priceTicks, value] of rows) {
      if (minute > index && minute <= index + 1) builder.columns.value![add(minute, kind, priceTicks, 0)] = value;
    }
    const row = add(index + 1, Kind.bar, close, volume);
    const { openTicks, highTicks, lowTicks } = builder.columns;
    openTicks![row] = open;
    highTicks![row] = high;
    lowTicks![row] = low;
  });
  const instruments = [{ symbol: 'X', tick: '1', lot: '1' }];
  return new MemoryTape(builder.build().columns, { instruments, originNs: 0n, provenance: {}, corrections: [] });
}

const OPEN: BarOptions = { path: openHighLowClose, limit: 'touched', maxVolumeShare: 1, barNs: MINUTE };

function strategyOf(acts: Play['acts'], orders: Order[]): Strategy {
  return {
    onStart: (context) => {
      acts.forEach(([minute], index) => {
        context.at(String(index), Math.round(minute * MINUTE));
      });
    },
    onTimer: (name, context) => {
      const act = acts[Number(name)]![1];
      if (typeof act === 'function') act(context, orders);
      else orders.push(context.submit({ instrument: context.instruments[0]!, ...act }));
    },
  };
}

function run({ bars, options = {}, venue = {}, acts, rows = [] }: Play, seen: (event: OrderEvent) => void): RunResult {
  return new Simulation({
    tapes: [tapeOf(bars, rows)],
    strategies: [{ name: 'one', strategy: strategyOf(acts, []) }],
    venue: simulatedVenue({ bars: { ...OPEN, ...options }, ...venue }),
    observers: [{ onOrderEvent: seen }],
  }).run();
}

/** `order@minute what`: fills, and what ended without one. */
function told(play: Play): string[] {
  const lines: string[] = [];
  run(play, ({ kind, order, qtyLots, priceTicks, maker, reason, localNs }) => {
    const head = `#${order.id} ${Number((localNs / MINUTE).toFixed(4))}:`;
    if (kind === OrderEventKind.filled) lines.push(`${head} ${qtyLots} at ${priceTicks}${maker ? ' maker' : ''}`);
    else if (reason !== Reason.none) lines.push(`${head} ${ORDER_EVENT_NAMES[kind]} ${REASONS[reason]}`);
    else if (play.everything) lines.push(`${head} ${ORDER_EVENT_NAMES[kind]}`);
  });
  return lines;
}

/** What becomes of one order that is there before the first bar. */
const fate = (request: Request, bars: readonly Bar[], options: BarOptions = {}) =>
  told({ bars, options, acts: [[0, request]] });

const limit = (side: Side, priceTicks: number, more: Partial<Request> = {}): Request => ({
  side,
  qtyLots: 5,
  priceTicks,
  ...more,
});
const market = (side: Side, more: Partial<Request> = {}): Request => ({ side, qtyLots: 5, ...more });

describe('which part of a bar an order meets', () => {
  it('is all of it when it arrived by its beginning: a market order fills at the open, and hears of it at the close', () => {
    expect(told({ bars: [FLAT, UP_FIRST], acts: [[1, market(buy)]], everything: true })).toEqual([
      '#1 1: submitted',
      '#1 1: accepted',
      '#1 2: 5 at 100',
    ]);
  });

  it('is what was left when it arrived inside: half of the time is half of the way, and on to the next tick', () => {
    const from = (minute: number, options: BarOptions = {}) =>
      told({ bars: [FLAT, UP_FIRST], options, acts: [[minute, market(buy)]] });
    // 17.5 of 35 ticks: the 18th, eight below the top.
    expect(from(1.5)).toEqual(['#1 2: 5 at 102']);
    expect(from(1.999999)).toEqual(['#1 2: 5 at 105']);
    // On the way it went through 110 (place 10): a sell limit at 108 that arrives at 0.5 has missed it, one at 0.25 has not.
    expect(told({ bars: [FLAT, UP_FIRST], acts: [[1.5, limit(sell, 108)]] })).toEqual([]);
    expect(told({ bars: [FLAT, UP_FIRST], acts: [[1.25, limit(sell, 108)]] })).toEqual(['#1 2: 5 at 109']);
    expect(told({ bars: [FLAT, UP_FIRST], acts: [[1.1, limit(sell, 108)]] })).toEqual(['#1 2: 5 at 108 maker']);
  });

  it('is all of it within the grace: a hundredth of the bar, or what was asked for', () => {
    const from = (ns: number, options: BarOptions = {}) =>
      told({ bars: [FLAT, UP_FIRST], options, acts: [[1 + ns / MINUTE, market(buy)]] });
    expect(from(0.6e9)).toEqual(['#1 2: 5 at 100']);
    expect(from(0.6e9 + 1)).toEqual(['#1 2: 5 at 101']);
    expect(from(1000, { openGraceNs: 0 })).toEqual(['#1 2: 5 at 101']);
    expect(from(29e9, { openGraceNs: 29e9 })).toEqual(['#1 2: 5 at 100']);
    // Of an hour it is 1 s.
    const hour = (ns: number) =>
      told({
        bars: [FLAT, ...new Array<Bar>(59).fill(FLAT), UP_FIRST],
        options: { barNs: 60 * MINUTE },
        acts: [[60 + ns / MINUTE, market(buy)]],
      });
    expect(hour(0.6e9)).toEqual(['#1 61: 5 at 100']);
  });

  it('is reckoned from the previous close where no length is given; of a bar without a beginning it is the close', () => {
    const options = { barNs: undefined as unknown as number };
    const bars = [UP_FIRST, UP_FIRST];
    expect(told({ bars, options, acts: [[0, market(buy)]] })).toEqual(['#1 1: 5 at 105']);
    expect(told({ bars, options, acts: [[0, limit(buy, 104)]] })).toEqual(['#1 2: 5 at 100']);
    expect(told({ bars, options, acts: [[1, market(buy)]] })).toEqual(['#1 2: 5 at 100']);
    expect(told({ bars, options, acts: [[1.5, market(buy)]] })).toEqual(['#1 2: 5 at 102']);
  });

  it('is all of a bar that begins after a night in which it arrived, once its length is known', () => {
    // Bars of half a minute, a minute apart: what arrives at 1.4 is there when the bar of 1.5 to 2 begins.
    const play = (barNs: number | undefined) =>
      told({ bars: [FLAT, UP_FIRST], options: { barNs: barNs as number }, acts: [[1.4, market(buy)]] });
    expect(play(MINUTE / 2)).toEqual(['#1 2: 5 at 100']);
    // 14 of 35 ticks.
    expect(play(undefined)).toEqual(['#1 2: 5 at 106']);
  });

  it('never is before its close: a bar that is shorter than said begins where the previous one closed', () => {
    const options = { barNs: 3 * MINUTE };
    expect(told({ bars: [FLAT, UP_FIRST], options, acts: [[1.5, market(buy)]] })).toEqual(['#1 2: 5 at 102']);
  });
});

test('a strategy that only watches bars hears of a fill before the bar after it', () => {
  const held: number[] = [];
  const strategy: Strategy = {
    onStart: (context) => void context.buy(context.instruments[0]!, 5, 100),
    onBar: ({ instrument }, context) => void held.push(context.positionLots(instrument)),
  };
  new Simulation({
    tapes: [tapeOf([[103, 103, 103, 103], UP_FIRST, FLAT])],
    strategies: [{ name: 'one', strategy }],
    venue: simulatedVenue({ bars: OPEN }),
  }).run();
  // Bar 2 fills it; the strategy sees that bar at the same moment, and the answer after it.
  expect(held).toEqual([0, 0, 5]);
});

describe('a limit order', () => {
  const through = { limit: 'traded-through' } as const;

  test.each<[string, Request, BarOptions, string[]]>([
    ['opened better: at the open, as a taker', limit(buy, 103), {}, ['#1 1: 5 at 100']],
    ['touched: at its price, as a maker', limit(buy, 95), {}, ['#1 1: 5 at 95 maker']],
    ['not reached', limit(buy, 94), {}, []],
    ['touched only, must be traded through', limit(buy, 95), through, []],
    ['traded through: at its own price', limit(buy, 96), through, ['#1 1: 5 at 96 maker']],
    ['a sell, by a tick', limit(sell, 109), through, ['#1 1: 5 at 109 maker']],
    ['opened at it, came through it later', limit(buy, 100), through, ['#1 1: 5 at 100 maker']],
  ])('%s', (_name, request, options, expected) => {
    expect(fate(request, [UP_FIRST], options)).toEqual(expected);
  });

  it('must be traded through unless told otherwise', () => {
    const bars = { path: openHighLowClose, maxVolumeShare: 1, barNs: MINUTE } as const;
    const lines = (price: number) => told({ bars: [UP_FIRST], venue: { bars }, acts: [[0, limit(buy, price)]] });
    expect([lines(95), lines(96)]).toEqual([[], ['#1 1: 5 at 96 maker']]);
  });

  it('never fills better than its price unless the bar opened better, and then at the open (LEAN #5337)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 90, max: 110 }), { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 85, max: 115 }),
        fc.boolean(),
        (prices, price, buys) => {
          const bar: Bar = [prices[0]!, Math.max(...prices), Math.min(...prices), prices[1]!];
          const paid: number[] = [];
          run({ bars: [bar], acts: [[0, limit(buys ? buy : sell, price)]] }, ({ kind, priceTicks }) => {
            if (kind === OrderEventKind.filled) paid.push(priceTicks);
          });
          const better = buys ? bar[0] < price : bar[0] > price;
          const reached = buys ? bar[2] <= price : bar[1] >= price;
          expect(paid).toEqual(reached ? [better ? bar[0] : price] : []);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('does not fill by a bar that closed before it arrived (LEAN: data not newer than the order)', () => {
    // Sent at the close of a bar that went to 95; the next never does.
    expect(told({ bars: [UP_FIRST, [105, 106, 104, 105]], acts: [[1, limit(buy, 95)]] })).toEqual([]);
  });

  it('waits bar after bar', () => {
    expect(fate(limit(buy, 95), [FLAT, FLAT, FLAT, UP_FIRST])).toEqual(['#1 4: 5 at 95 maker']);
  });
});

describe('orders that are set off', () => {
  test.each<[string, Request, readonly Bar[], string[]]>([
    ['a stop at its price', market(sell, { type: stop, stopTicks: 97 }), [UP_FIRST], ['#1 1: 5 at 97']],
    ['a stop gapped over at the open', market(sell, { type: stop, stopTicks: 102 }), [UP_FIRST], ['#1 1: 5 at 100']],
    ['a buy stop at the very top', market(buy, { type: stop, stopTicks: 110 }), [UP_FIRST], ['#1 1: 5 at 110']],
    ['a stop never reached', market(buy, { type: stop, stopTicks: 111 }), [UP_FIRST, FLAT], []],
    // Set off on the way up at 108; 104 was passed before that, and again on the way down.
    [
      'a stop-limit whose limit is met after its trigger',
      limit(buy, 104, { type: stopLimit, stopTicks: 108 }),
      [UP_FIRST],
      ['#1 1: 5 at 104 maker'],
    ],
    // LEAN fills where the close is inside the limit: here it would take 105 at most.
    [
      'a stop-limit by its path, not by the close (LEAN)',
      limit(sell, 106, { type: stopLimit, stopTicks: 107 }),
      [[110, 112, 95, 96]],
      ['#1 1: 5 at 107'],
    ],
    [
      'a stop-limit that was not met goes on as a limit',
      limit(sell, 107, { type: stopLimit, stopTicks: 96 }),
      [UP_FIRST, FLAT, UP_FIRST],
      ['#1 3: 5 at 107 maker'],
    ],
    ['market if touched', market(buy, { type: marketIfTouched, stopTicks: 97 }), [UP_FIRST], ['#1 1: 5 at 97']],
    ['limit if touched', limit(buy, 96, { type: limitIfTouched, stopTicks: 98 }), [UP_FIRST], ['#1 1: 5 at 96 maker']],
    // 6 behind: from 94 to 104 at the top.
    ['a trailing stop', market(sell, { type: trailingStop, trailTicks: 6 }), [UP_FIRST], ['#1 1: 5 at 104']],
    // 16 behind: 94 after the first bar, met by the second.
    [
      'a trailing stop over two bars',
      market(sell, { type: trailingStop, trailTicks: 16 }),
      [UP_FIRST, [100, 101, 90, 91]],
      ['#1 2: 5 at 94'],
    ],
    // 7 % of 110 is 7.7: 102.3, rounded away from the price to 102.
    [
      'a trailing stop by a fraction',
      market(sell, { type: trailingStop, trailFraction: 0.07 }),
      [UP_FIRST],
      ['#1 1: 5 at 102'],
    ],
    // Above a low of 95: 6.65 → 101.65, up to 102; before that 107 from the open.
    [
      'a trailing buy by a fraction',
      market(buy, { type: trailingStop, trailFraction: 0.07 }),
      [[100, 104, 95, 104]],
      ['#1 1: 5 at 102'],
    ],
  ])('%s', (_name, request, bars, expected) => {
    expect(fate(request, bars)).toEqual(expected);
  });

  it('say so before they fill', () => {
    const play = {
      bars: [UP_FIRST],
      acts: [[0, market(sell, { type: stop, stopTicks: 97 })]],
      everything: true,
    } as const;
    expect(told(play)).toEqual(['#1 0: submitted', '#1 0: accepted', '#1 1: triggered', '#1 1: 5 at 97']);
  });
});

describe('time in force', () => {
  it('immediate means where the order begins, not later in the bar', () => {
    expect(fate(limit(buy, 98, { timeInForce: IOC }), [UP_FIRST])).toEqual(['#1 1: expired immediateRemainder']);
    expect(fate(limit(buy, 101, { timeInForce: IOC }), [UP_FIRST])).toEqual(['#1 1: 5 at 100']);
    expect(fate(limit(buy, 98, { timeInForce: FOK }), [UP_FIRST])).toEqual(['#1 1: expired notFullyFillable']);
  });

  it('what a bar cannot give to an immediate order expires; fill or kill takes all or nothing', () => {
    const thin: Bar = [100, 100, 100, 100, 3];
    expect(fate(market(buy), [thin, thin])).toEqual(['#1 1: 3 at 100', '#1 1: expired immediateRemainder']);
    expect(fate(market(buy, { timeInForce: FOK }), [thin, thin])).toEqual(['#1 1: expired notFullyFillable']);
    expect(fate(market(buy, { timeInForce: FOK }), [FLAT])).toEqual(['#1 1: 5 at 100']);
    expect(fate(market(buy), [[100, 100, 100, 100, 0]])).toEqual(['#1 1: expired immediateRemainder']);
  });

  it('an immediate stop waits for its price, and then takes what there is', () => {
    const request = market(sell, { type: stop, stopTicks: 97, timeInForce: IOC });
    expect(fate(request, [FLAT, [100, 100, 96, 96, 2]])).toEqual(['#1 2: 2 at 97', '#1 2: expired immediateRemainder']);
  });

  it('for the opening: the next open and nothing else; one that comes too late means the bar after', () => {
    expect(fate(limit(buy, 99, { timeInForce: atOpen }), [UP_FIRST])).toEqual(['#1 1: expired auctionMissed']);
    expect(fate(market(buy, { timeInForce: atOpen }), [UP_FIRST])).toEqual(['#1 1: 5 at 100']);
    const late = market(buy, { timeInForce: atOpen });
    expect(told({ bars: [FLAT, FLAT, UP_FIRST], acts: [[1.5, late]] })).toEqual(['#1 3: 5 at 100']);
  });

  it('for the close: the next close and nothing else', () => {
    expect(fate(market(buy, { timeInForce: atClose }), [UP_FIRST])).toEqual(['#1 1: 5 at 105']);
    expect(fate(limit(buy, 104, { timeInForce: atClose }), [UP_FIRST])).toEqual(['#1 1: expired auctionMissed']);
    const late = limit(buy, 105, { timeInForce: atClose });
    expect(told({ bars: [FLAT, UP_FIRST], acts: [[1.9, late]] })).toEqual(['#1 2: 5 at 105']);
  });

  it('a day and a date end what waits for bars', () => {
    const dated = limit(buy, 95, { timeInForce: GTD, expiresNs: 1.5 * MINUTE });
    expect(fate(dated, [FLAT, UP_FIRST])).toEqual(['#1 1.5: expired timeReached']);
    const venue = { rules: { dayEndNs: 1.5 * MINUTE } };
    const acts = [[0, limit(buy, 95, { timeInForce: DAY })]] as const;
    expect(told({ bars: [FLAT, UP_FIRST], venue, acts })).toEqual(['#1 1.5: expired dayEnded']);
    expect(told({ bars: [UP_FIRST, FLAT], venue, acts })).toEqual(['#1 1: 5 at 95 maker']);
  });
});

describe('the volume of a bar', () => {
  const thin: Bar = [100, 101, 99, 100, 100];

  it('is shared by all own orders, in order of place and arrival; the rest waits', () => {
    const play = {
      bars: [thin, thin, thin],
      options: { maxVolumeShare: 0.1 },
      acts: [
        [0, limit(sell, 101, { qtyLots: 8 })],
        [0, limit(sell, 100, { qtyLots: 9 })],
        [0, limit(sell, 100, { qtyLots: 2 })],
      ],
    } as const;
    expect(told(play)).toEqual(['#2 1: 9 at 100', '#3 1: 1 at 100', '#3 2: 1 at 100', '#1 2: 8 at 101 maker']);
  });

  it('is a fortieth unless told otherwise', () => {
    const bars = { path: openHighLowClose, barNs: MINUTE };
    const acts = [[0, market(buy, { qtyLots: 30, timeInForce: GTC })]] as const;
    expect(told({ bars: [FLAT, FLAT], venue: { bars }, acts })).toEqual(['#1 1: 25 at 100', '#1 2: 5 at 100']);
  });

  it('one bar never fills an order twice (LEAN #4445)', () => {
    // Set off and met again and again on the path, with volume to spare: once.
    const zigzag: Bar = [100, 110, 90, 100, 1000];
    const request = limit(buy, 104, { type: stopLimit, stopTicks: 105, qtyLots: 700 });
    expect(fate(request, [zigzag, zigzag], { maxVolumeShare: 0.5 })).toEqual([
      '#1 1: 500 at 104 maker',
      '#1 2: 200 at 100',
    ]);
    // Bar 2 opens at the child's price, which gives all that is free, then falls to the parent's, which sets four more free,
    // and rises to the child's price again: those wait for another bar.
    const play: Play = {
      bars: [[100, 100, 98, 98, 10], [101, 102, 97, 101], FLAT, [101, 101, 101, 101]],
      options: { path: openLowHighClose },
      acts: [
        [
          0,
          (context, orders) => {
            const base = { instrument: context.instruments[0]!, qtyLots: 14 };
            context.together(() => {
              orders.push(context.submit({ ...base, side: buy, priceTicks: 98, leads: true }));
              orders.push(context.submit({ ...base, side: sell, priceTicks: 101, parent: orders[0]! }));
            });
          },
        ],
      ],
    };
    expect(told(play)).toEqual(['#1 1: 10 at 98 maker', '#2 2: 10 at 101', '#1 2: 4 at 98 maker', '#2 4: 4 at 101']);
  });

  it('a bar that stands on the tape twice fills once', () => {
    const builder = new TapeBuilder({ bars: true });
    for (const minute of [1, 2, 2, 3]) {
      const row = builder.add(minute * MINUTE, minute * MINUTE, codeOf(Kind.bar, Side.none), 0, 0, 100, 10);
      const { openTicks, highTicks, lowTicks } = builder.columns;
      openTicks![row] = highTicks![row] = lowTicks![row] = 100;
    }
    const instruments = [{ symbol: 'X', tick: '1', lot: '1' }];
    const fills: number[] = [];
    new Simulation({
      tapes: [new MemoryTape(builder.build().columns, { instruments, originNs: 0n, provenance: {}, corrections: [] })],
      strategies: [{ name: 'one', strategy: strategyOf([[1, limit(buy, 100, { qtyLots: 15 })]], []) }],
      venue: simulatedVenue({ bars: OPEN }),
      observers: [{ onOrderEvent: ({ kind, localNs }) => kind === OrderEventKind.filled && fills.push(localNs) }],
    }).run();
    expect(fills).toEqual([2 * MINUTE, 3 * MINUTE]);
  });

  it('all or none waits for a bar that has it all', () => {
    const request = limit(buy, 100, { qtyLots: 50, allOrNone: true });
    expect(fate(request, [[100, 100, 100, 100, 49], FLAT])).toEqual(['#1 2: 50 at 100']);
  });
});

describe('post-only', () => {
  const postOnly = { postOnly: true };

  it('expires where it would take', () => {
    expect(fate(limit(buy, 100, postOnly), [UP_FIRST])).toEqual(['#1 1: expired postOnlyWouldTake']);
    expect(told({ bars: [FLAT, UP_FIRST], acts: [[1.5, limit(buy, 103, postOnly)]] })).toEqual([
      '#1 2: expired postOnlyWouldTake',
    ]);
  });

  it('is a maker at its own price once it rests, whatever the next bar opens at', () => {
    expect(fate(limit(buy, 97, postOnly), [UP_FIRST])).toEqual(['#1 1: 5 at 97 maker']);
    expect(fate(limit(buy, 97, postOnly), [FLAT, [90, 92, 88, 91]])).toEqual(['#1 2: 5 at 97 maker']);
  });

  it('is looked at anew after a modify', () => {
    const acts = [
      [0, limit(buy, 90, postOnly)],
      [1, (context: StrategyContext, [order]: Order[]) => context.modify(order!, { priceTicks: 101 })],
    ] as const;
    expect(told({ bars: [FLAT, FLAT], acts })).toEqual(['#1 2: expired postOnlyWouldTake']);
  });
});

describe('reduce-only', () => {
  it('closes what is there and no more', () => {
    const reduce = limit(sell, 101, { qtyLots: 9, reduceOnly: true });
    const play = {
      bars: [FLAT, UP_FIRST],
      acts: [
        [0, market(buy)],
        [1, reduce],
      ],
    } as const;
    expect(told(play)).toEqual(['#1 1: 5 at 100', '#2 2: 5 at 101 maker', '#2 2: expired reduceOnly']);
  });

  it('ends when another order of the same bar closed the position first', () => {
    const play = {
      bars: [FLAT, UP_FIRST],
      acts: [
        [0, market(buy)],
        [1, limit(sell, 101, { reduceOnly: true })],
        [1, limit(sell, 102, { reduceOnly: true })],
      ],
    } as const;
    expect(told(play)).toEqual(['#1 1: 5 at 100', '#2 2: 5 at 101 maker', '#3 2: expired reduceOnly']);
  });
});

describe('brackets and groups inside one bar', () => {
  const bracket =
    (entryTicks: number | undefined, takeProfitTicks: number, stopTicks: number, qtyLots = 5): Act =>
    (context) => {
      const [instrument] = context.instruments;
      const entry = { instrument: instrument!, side: buy, qtyLots };
      context.bracket(entryTicks === undefined ? entry : { ...entry, priceTicks: entryTicks }, {
        takeProfitTicks,
        stopTicks,
      });
    };

  it('end as the path has it, never at both exits', () => {
    const play = (options: BarOptions) => told({ bars: [UP_FIRST], options, acts: [[0, bracket(undefined, 108, 96)]] });
    expect(play({ path: openHighLowClose })).toEqual([
      '#1 1: 5 at 100',
      '#2 1: 5 at 108 maker',
      '#3 1: expired groupFilled',
    ]);
    expect(play({ path: openLowHighClose })).toEqual(['#1 1: 5 at 100', '#3 1: 5 at 96', '#2 1: expired groupFilled']);
  });

  it('exits only after its entry: what the path had before does not count', () => {
    // Up to 110 first, then down to 97, where the entry is; the rest reaches 105 only.
    expect(told({ bars: [UP_FIRST], acts: [[0, bracket(97, 108, 90)]] })).toEqual(['#1 1: 5 at 97 maker']);
    expect(told({ bars: [UP_FIRST], acts: [[0, bracket(97, 104, 90)]] })).toEqual([
      '#1 1: 5 at 97 maker',
      '#2 1: 5 at 104 maker',
      '#3 1: expired groupFilled',
    ]);
    // Its stop is below the entry and on the way.
    expect(told({ bars: [UP_FIRST], acts: [[0, bracket(97, 108, 96)]] })).toEqual([
      '#1 1: 5 at 97 maker',
      '#3 1: 5 at 96',
      '#2 1: expired groupFilled',
    ]);
  });

  it('a child that arrives after its parent filled on the path begins where it arrived', () => {
    const child: Act = (context, [parent]) => {
      context.submit({ instrument: context.instruments[0]!, side: sell, qtyLots: 5, parent: parent!, priceTicks: 101 });
    };
    const play = (minute: number) =>
      told({
        bars: [FLAT, UP_FIRST],
        acts: [
          [1, limit(buy, 100, { leads: true })],
          [minute, child],
        ],
      });
    // With it: at 101 on the way up. At half of the time the price is at 102.
    expect(play(1)).toEqual(['#1 2: 5 at 100', '#2 2: 5 at 101 maker']);
    expect(play(1.5)).toEqual(['#1 2: 5 at 100', '#2 2: 5 at 102']);
  });

  it('one cancels the other, whichever the path comes to first', () => {
    const oco: Act = (context) => {
      const [instrument] = context.instruments;
      const of = (priceTicks: number, side: Side) => ({ instrument: instrument!, side, qtyLots: 5, priceTicks });
      context.oco(of(96, buy), of(108, sell));
    };
    expect(told({ bars: [UP_FIRST], acts: [[0, oco]] })).toEqual(['#2 1: 5 at 108 maker', '#1 1: expired groupFilled']);
  });

  it('exits follow what of the entry has filled, over several bars', () => {
    // 10 lots a bar. The entry of 15 gets 10, the exits work for 10.
    const bars: Bar[] = [
      [100, 100, 99, 99, 10],
      [99, 99, 99, 99, 0],
      [99, 104, 99, 104, 12],
      [104, 104, 100, 104, 10],
    ];
    expect(told({ bars, acts: [[0, bracket(100, 103, 90, 15)]], everything: true })).toEqual([
      '#1 0: submitted',
      '#2 0: submitted',
      '#3 0: submitted',
      '#1 0: accepted',
      '#2 0: accepted',
      '#3 0: accepted',
      '#1 1: 10 at 100',
      '#2 1: triggered',
      '#3 1: triggered',
      // The rest of the entry at the open, which sets five more free; of the target there is volume for seven.
      '#1 3: 5 at 99',
      '#2 3: 7 at 103 maker',
      '#3 3: restated groupFilled',
      '#2 4: 8 at 104',
      '#3 4: expired groupFilled',
    ]);
  });

  it('a stop that was reached while another exit had all of it counts again when more is set free', () => {
    const child = (context: StrategyContext, orders: Order[], more: Partial<Request>) =>
      orders.push(
        context.submit({ instrument: context.instruments[0]!, side: sell, qtyLots: 20, parent: orders[0]!, ...more }),
      );
    const all: Act = (context, orders) => {
      const group = context.group(GroupKind.ouo);
      context.together(() => {
        orders.push(
          context.submit({ instrument: context.instruments[0]!, side: buy, qtyLots: 20, priceTicks: 100, leads: true }),
        );
        child(context, orders, { priceTicks: 101, group });
        child(context, orders, { type: stop, stopTicks: 98, group });
      });
    };
    // Bar 1: 10 in. Bar 2 opens at 101: 10 out, the stop shrinks to nothing but waits for the parent's rest. Bar 3 opens
    // below the stop at 97: reached with nothing to fill; then the entry gets its last 10 there, and the stop acts on them.
    const bars: Bar[] = [
      [100, 100, 100, 100, 10],
      [101, 101, 101, 101, 10],
      [97, 97, 97, 97, 20],
    ];
    expect(told({ bars, acts: [[0, all]] })).toEqual([
      '#1 1: 10 at 100',
      '#2 2: 10 at 101',
      '#3 2: restated groupFilled',
      '#1 3: 10 at 97',
      '#3 3: 10 at 97',
      '#2 3: expired groupFilled',
    ]);
  });
});

describe('changes while it waits', () => {
  const change =
    (to: { priceTicks?: number; qtyLots?: number }): Act =>
    (context, [order]) =>
      context.modify(order!, to);

  it('a new price inside a bar meets what is left of it; less at the same price keeps its place', () => {
    const play = (to: Parameters<typeof change>[0]) =>
      told({
        bars: [FLAT, UP_FIRST],
        acts: [
          [0, limit(sell, 108)],
          [1.5, change(to)],
        ],
      });
    // 109 was passed before half of the time.
    expect(play({ priceTicks: 109 })).toEqual([]);
    expect(play({ priceTicks: 104 })).toEqual(['#1 2: 5 at 104 maker']);
    expect(play({ priceTicks: 101 })).toEqual(['#1 2: 5 at 102']);
    expect(play({ qtyLots: 3 })).toEqual(['#1 2: 3 at 108 maker']);
    expect(play({ qtyLots: 9 })).toEqual([]);
  });

  it('a cancel inside a bar ends it, although the bar came to its price before that', () => {
    const cancel: Act = (context, [order]) => context.cancel(order!);
    const play = {
      bars: [FLAT, UP_FIRST],
      acts: [
        [0, limit(sell, 108)],
        [1.5, cancel],
      ],
      everything: true,
    } as const;
    expect(told(play).slice(-2)).toEqual(['#1 1.5: cancelRequested', '#1 1.5: cancelled']);
  });

  it('a cancel that arrives after the close crosses the fill', () => {
    const cancel: Act = (context, [order]) => context.cancel(order!);
    const venue = { bars: OPEN, latency: constantLatency({ entryNs: 1e9, responseNs: 2e9 }) };
    const acts = [
      [0, limit(sell, 108)],
      [1.999, cancel],
    ] as const;
    expect(told({ bars: [FLAT, UP_FIRST], venue, acts })).toEqual([
      '#1 2.0333: 5 at 108 maker',
      '#1 2.049: cancelRejected alreadyFinished',
    ]);
  });
});

describe('impact and fees', () => {
  it('takers pay the impact, rounded against them; makers do not', () => {
    const impact = constantBpsImpact({ bps: 150 });
    expect(fate(market(buy), [UP_FIRST], { impact })).toEqual(['#1 1: 5 at 102']);
    expect(fate(market(sell, { type: stop, stopTicks: 97 }), [UP_FIRST], { impact })).toEqual(['#1 1: 5 at 95']);
    expect(fate(limit(buy, 103), [UP_FIRST], { impact })).toEqual(['#1 1: 5 at 102']);
    expect(fate(limit(buy, 97), [UP_FIRST], { impact })).toEqual(['#1 1: 5 at 97 maker']);
  });

  it('what would be worse than the limit with it does not fill in this bar', () => {
    const impact = constantBpsImpact({ bps: 150 });
    expect(fate(limit(buy, 101), [UP_FIRST, [99, 99, 99, 99]], { impact })).toEqual(['#1 2: 5 at 101']);
  });

  it('is by the volume of past bars and by all that was taken of this one', () => {
    // (20 / 100)² × 25 % × 100 is 1 tick for the first, (40 / 100)² × … 4 for the second.
    const impact = volumeShareImpact({ maxShare: 1, impact: 0.25, unknown: 'refuse' });
    const bars: Bar[] = [
      [100, 100, 100, 100, 150],
      [100, 100, 100, 100, 50],
      [100, 100, 100, 100, 9999],
    ];
    const twenty = market(buy, { qtyLots: 20 });
    const play = (minute: number) =>
      told({
        bars,
        options: { impact, statisticsBars: 2 },
        acts: [
          [minute, twenty],
          [minute, twenty],
        ],
      });
    expect(play(2)).toEqual(['#1 3: 20 at 101', '#2 3: 20 at 104']);
    // Not known yet: it does not fill without.
    expect(play(1)).toEqual(['#1 2: expired immediateRemainder', '#2 2: expired immediateRemainder']);
  });

  it('fees are by who took', () => {
    const fees: number[] = [];
    const venue = { bars: OPEN, fees: makerTakerFees({ makerRate: 0.001, takerRate: 0.01 }) };
    run(
      {
        bars: [UP_FIRST],
        venue,
        acts: [
          [0, market(buy)],
          [0, limit(sell, 108)],
        ],
      },
      ({ kind, fee }) => {
        if (kind === OrderEventKind.filled) fees.push(Number(fee.toFixed(9)));
      },
    );
    expect(fees).toEqual([5, 0.54]);
  });
});

describe('trading status', () => {
  it('bars fill nothing while trading is halted; what cannot wait expires', () => {
    const rows: Row[] = [
      [Kind.status, 0, 0, Status.open],
      [Kind.status, 0.5, 0, Status.halt],
      [Kind.status, 1.5, 0, Status.open],
    ];
    const acts = [
      [0, limit(buy, 95)],
      [0, market(buy)],
      [0, market(buy, { timeInForce: atOpen })],
    ] as const;
    expect(told({ bars: [UP_FIRST, UP_FIRST], rows, acts })).toEqual([
      '#2 1: expired tradingHalted',
      '#3 2: 5 at 100',
      '#1 2: 5 at 95 maker',
    ]);
  });
});

describe('what positions are worth', () => {
  const watching = (context: StrategyContext, seen: number[]) => seen.push(context.equity);

  it('follows the closes as they are seen', () => {
    const seen: number[] = [];
    const bars: Bar[] = [FLAT, [100, 110, 95, 105], [105, 120, 100, 103], FLAT];
    const acts = [
      [0, market(buy, { qtyLots: 2 })],
      ...[1.5, 2, 2.5, 3].map((minute) => [minute, (context: StrategyContext) => watching(context, seen)] as const),
    ] as const;
    run({ bars, acts: [...acts] }, () => {});
    // At the very time of a close the bar has been seen.
    expect(seen).toEqual([0, 10, 10, 6]);
  });

  it('follows trades where there is no book', () => {
    const seen: number[] = [];
    const builder = new TapeBuilder();
    for (const [timeNs, price] of [
      [1, 100],
      [2, 100],
      [3, 107],
      [4, 99],
    ] as const) {
      builder.add(timeNs, timeNs, codeOf(Kind.trade, Side.sell), 0, 0, price, 9);
    }
    const strategy: Strategy = {
      onStart: (context) => {
        context.buy(context.instruments[0]!, 2, 101);
        context.at('late', 3);
      },
      onTimer: (_name, context) => watching(context, seen),
    };
    const instruments = [{ symbol: 'X', tick: '1', lot: '1' }];
    new Simulation({
      tapes: [new MemoryTape(builder.build().columns, { instruments, originNs: 0n, provenance: {}, corrections: [] })],
      strategies: [{ name: 'one', strategy }],
      venue: simulatedVenue(),
    }).run();
    // Bought at its own price of 101.
    expect(seen).toEqual([12]);
  });

  it('at the venue is by the closes, too: funding is paid on them, and a liquidation closes at them', () => {
    const fund = run(
      { bars: [FLAT, UP_FIRST], acts: [[0, market(buy)]], rows: [[Kind.funding, 1.5, 0, 0.01]] },
      () => {},
    );
    expect(fund.strategies[0]!.account.flows).toBeCloseTo(-5, 9);

    const bars: Bar[] = [FLAT, [100, 100, 60, 60], [60, 60, 50, 50]];
    const capital = { '': 150 };
    const strategy = strategyOf([[1, market(buy)]], []);
    const margin = rateMargin({ initialRate: 0.3, maintenanceRate: 0.25 });
    const liquidated = new Simulation({
      tapes: [tapeOf(bars)],
      strategies: [{ name: 'one', strategy, capital }],
      venue: simulatedVenue({ bars: OPEN, settlement: { margin } }),
    }).run();
    const { account } = liquidated.strategies[0]!;
    // 150 − 5 × 40 = −50 at 60: everything is closed there.
    expect([account.positionLots(0), account.equity]).toEqual([0, -50]);
  });
});

test.each<[BarOptions, string]>([
  [{ barNs: 0 }, 'barNs 0'],
  [{ barNs: Number.NaN }, 'barNs NaN'],
  [{ barNs: Infinity }, 'barNs Infinity'],
  [{ openGraceNs: -1 }, 'openGraceNs -1'],
  [{ barNs: MINUTE, openGraceNs: MINUTE }, `openGraceNs ${MINUTE}`],
  [{ openGraceNs: Infinity }, 'openGraceNs Infinity'],
  [{ statisticsBars: 1 }, '1 bars'],
  [{ maxVolumeShare: 0 }, 'maxVolumeShare 0'],
  [{ limit: 'crossed' as 'touched' }, 'limit "crossed"'],
])('options %o are refused before a run', (bars, message) => {
  expect(() => simulatedVenue({ bars })).toThrow(RangeError);
  expect(() => simulatedVenue({ bars })).toThrow(message);
});

describe('random histories through a whole run', () => {
  const BAR_NS = 80_000;
  const price = fc.integer({ min: 88, max: 122 });
  const kinds = ['market', 'limit', 'stop', 'stop-limit', 'touch', 'touch-limit', 'trailing'] as const;
  const TYPES: Record<PlainOrder['kind'], OrderType> = {
    market: OrderType.market,
    limit: OrderType.limit,
    stop,
    'stop-limit': stopLimit,
    touch: marketIfTouched,
    'touch-limit': limitIfTouched,
    trailing: trailingStop,
  };
  const TIMES = { immediate: IOC, kill: FOK, open: atOpen, close: atClose };

  const drawn = fc.record({
    kind: fc.constantFrom(...kinds),
    buy: fc.boolean(),
    price,
    limit: price,
    offset: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(0.01, 0.043, 0.1)),
    unset: fc.boolean(),
    lots: fc.integer({ min: 1, max: 30 }),
    group: fc.nat(14),
    bar: fc.nat(3),
    eighths: fc.oneof(fc.constant(0), fc.nat(7)),
    until: fc.option(fc.constantFrom('immediate', 'kill', 'open', 'close'), { nil: undefined, freq: 2 }),
    term: fc.option(fc.constantFrom('postOnly', 'reduceOnly', 'whole'), { nil: undefined, freq: 2 }),
    parent: fc.option(fc.nat(5), { nil: undefined, freq: 3 }),
  });
  const orders = fc.array(drawn, { minLength: 3, maxLength: 12, size: 'max' }).map((all) =>
    all
      .sort((a, b) => a.bar - b.bar || a.eighths - b.eighths)
      .map((each, index): PlainOrder => {
        const { kind, bar, eighths, until, term, parent, unset, ...rest } = each;
        const priced = kind === 'limit' || kind.endsWith('-limit');
        const waits = until !== 'immediate' && until !== 'kill';
        return {
          ...rest,
          kind,
          price: kind === 'trailing' && unset ? (rest.buy ? Infinity : -Infinity) : rest.price,
          arrives: [bar, eighths],
          ...(until === undefined ? {} : { until }),
          ...(term === undefined || (term === 'postOnly' && !(priced && waits)) ? {} : { term }),
          ...(parent === undefined || parent >= index ? {} : { parent }),
        };
      }),
  );
  const bar = fc
    .tuple(fc.array(fc.integer({ min: 90, max: 120 }), { minLength: 4, maxLength: 4 }), fc.nat(300))
    .map(
      ([prices, volume]): Required<Bar> => [prices[0]!, Math.max(...prices), Math.min(...prices), prices[1]!, volume],
    );

  /** A request for what the twin calls an order. */
  function requestOf(order: PlainOrder, parents: ReadonlySet<number>, number: number, made: readonly Order[]): Request {
    const { kind, buy: buys, lots, price: first, limit: second, offset, until, term, parent } = order;
    const stops = kind !== 'market' && kind !== 'limit';
    return {
      side: buys ? buy : sell,
      qtyLots: lots,
      type: TYPES[kind],
      timeInForce: until === undefined ? GTC : TIMES[until],
      ...(kind === 'limit' ? { priceTicks: first } : kind.endsWith('-limit') ? { priceTicks: second } : {}),
      ...(stops && Number.isFinite(first) ? { stopTicks: first } : {}),
      ...(kind === 'trailing' ? (offset < 1 ? { trailFraction: offset } : { trailTicks: offset }) : {}),
      ...(term === 'postOnly' ? { postOnly: true } : {}),
      ...(term === 'reduceOnly' ? { reduceOnly: true } : {}),
      ...(term === 'whole' ? { allOrNone: true } : {}),
      ...(parents.has(number) ? { leads: true } : {}),
      ...(parent === undefined ? {} : { parent: made[parent]! }),
    };
  }

  function setUp(
    all: readonly PlainOrder[],
    bars: readonly Required<Bar>[],
    options: BarOptions,
    onOrderEvent: (event: OrderEvent) => void,
    latency = constantLatency({ entryNs: 0, responseNs: 0 }),
  ): SimulationOptions {
    const parents = new Set(all.map(({ parent }) => parent ?? -1));
    const groups = new Map<number, ReturnType<StrategyContext['group']>>();
    const made: Order[] = [];
    const minute = MINUTE / BAR_NS;
    const acts = all.map((order, number): Play['acts'][number] => [
      (order.arrives![0] + order.arrives![1] / 8) / minute,
      (context) => {
        if (!groups.has(order.group)) groups.set(order.group, context.group(GroupKind.oco));
        const request = requestOf(order, parents, number, made);
        const group = groups.get(order.group)!;
        made.push(context.submit({ ...request, instrument: context.instruments[0]!, group }));
      },
    ]);
    const builder = new TapeBuilder({ bars: true });
    builder.add(0, 0, codeOf(Kind.custom, Side.none), 0, 0, 0, 0);
    bars.forEach(([open, high, low, close, volume], index) => {
      const timeNs = (index + 1) * BAR_NS;
      const row = builder.add(timeNs, timeNs, codeOf(Kind.bar, Side.none), 0, 0, close, volume);
      const { openTicks, highTicks, lowTicks } = builder.columns;
      openTicks![row] = open;
      highTicks![row] = high;
      lowTicks![row] = low;
    });
    const info = { instruments: [{ symbol: 'X', tick: '1', lot: '1' }], originNs: 0n, provenance: {}, corrections: [] };
    return {
      tapes: [new MemoryTape(builder.build().columns, info)],
      strategies: [{ name: 'one', strategy: strategyOf(acts, []) }],
      venue: simulatedVenue({ bars: { ...options, barNs: BAR_NS, openGraceNs: 0 }, latency }),
      observers: [{ onOrderEvent }],
    };
  }

  function simulated(
    all: readonly PlainOrder[],
    bars: readonly Required<Bar>[],
    options: BarOptions,
    seen: Map<string, number>,
  ): PlainFill[] {
    const fills: PlainFill[] = [];
    const onOrderEvent = ({ kind, order, localNs, priceTicks, qtyLots, reason }: OrderEvent) => {
      const name = REASONS[reason]!;
      seen.set(name, (seen.get(name) ?? 0) + 1);
      if (kind !== OrderEventKind.filled) return;
      fills.push({ bar: localNs / BAR_NS - 1, order: order.id - 1, price: priceTicks, lots: qtyLots });
    };
    new Simulation(setUp(all, bars, options, onOrderEvent)).run();
    return fills;
  }

  it('fill as those of a twin that walks tick by tick', () => {
    const seen = new Map<string, number>();
    let count = 0;
    let children = 0;
    let inside = 0;
    fc.assert(
      fc.property(
        orders,
        fc.array(bar, { minLength: 2, maxLength: 5 }),
        fc.constantFrom(openHighLowClose, openLowHighClose, nearerExtremeFirst, closeOnly),
        fc.boolean(),
        fc.integer({ min: 1, max: 100 }),
        (all, bars, path, through, percent) => {
          const points = bars.map(([open, high, low, close]) => {
            const into = new Int32Array(4);
            return [...into.subarray(0, path.path(open, high, low, close, into))];
          });
          const twin = plainFills(
            all,
            bars.map(([, , , , volume], index) => ({ points: points[index]!, volume })),
            { through, percent },
          );
          const options: BarOptions = {
            path,
            limit: through ? 'traded-through' : 'touched',
            maxVolumeShare: percent / 100,
          };
          const fills = simulated(all, bars, options, seen);
          expect(fills).toEqual(twin);
          count += fills.length;
          for (const { order, bar: index } of fills) {
            if (all[order]!.parent !== undefined) children++;
            if (all[order]!.arrives![0] === index && all[order]!.arrives![1] > 0) inside++;
          }
        },
      ),
      { numRuns: 2500 },
    );
    // The histories do hold what this test is about.
    expect(count).toBeGreaterThan(3000);
    expect(Math.min(children, inside)).toBeGreaterThan(300);
    for (const reason of ['groupFilled', 'immediateRemainder', 'notFullyFillable', 'auctionMissed', 'reduceOnly']) {
      expect(seen.get(reason), reason).toBeGreaterThan(50);
    }
    expect(seen.get('postOnlyWouldTake')).toBeGreaterThan(50);
  });

  const latencies = fc
    .tuple(fc.constantFrom(0, 1, 700), fc.constantFrom(0, 3, 50_000, 200_000))
    .map(([entryNs, responseNs]) => constantLatency({ entryNs, responseNs }));

  it('do not depend on bars that close later', () => {
    const told = (
      all: readonly PlainOrder[],
      bars: readonly Required<Bar>[],
      latency: LatencyModel,
      untilNs: number,
    ) => {
      const lines: string[] = [];
      const note = ({ kind, order, localNs, exchangeNs, priceTicks, qtyLots, reason }: OrderEvent) => {
        if (localNs < untilNs) lines.push([kind, order.id, localNs, exchangeNs, priceTicks, qtyLots, reason].join());
      };
      new Simulation(setUp(all, bars, { maxVolumeShare: 0.5 }, note, latency)).run();
      return lines;
    };
    const histories = fc.array(bar, { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(orders, histories, histories, fc.nat(4), latencies, (all, bars, others, same, latency) => {
        const untilNs = (same + 1) * BAR_NS;
        const future = bars.map((each, index) => (index < same ? each : others[index]!));
        expect(told(all, future, latency, untilNs)).toEqual(told(all, bars, latency, untilNs));
      }),
      { numRuns: 300 },
    );
  });

  /** What it sends, at some bars only, depends on all that it has heard of by then. */
  const reacting: Strategy = {
    onBar: (view, context) => {
      if (Math.round(context.nowNs / BAR_NS) % 3 !== 1) return;
      const held = context.positionLots(view.instrument);
      const qtyLots = 1 + (Math.abs(held + Math.round(context.equity)) % 7);
      const request = { instrument: view.instrument, side: held > 0 ? sell : buy, qtyLots };
      context.submit({ ...request, priceTicks: view.priceTicks });
    },
  };

  it('are the same in a run that takes one event at a time', () => {
    let fills = 0;
    fc.assert(
      fc.property(orders, fc.array(bar, { minLength: 4, maxLength: 8 }), latencies, (all, bars, latency) => {
        const options = (): SimulationOptions => {
          const made = setUp(all, bars, { maxVolumeShare: 0.5 }, () => {}, latency);
          return { ...made, strategies: [...made.strategies, { name: 'two', strategy: reacting }] };
        };
        const ours = new Simulation(options()).run();
        const plain = new PlainRun(options()).run();
        expect([ours.runHash, ours.orderEvents, ours.fills]).toEqual([plain.runHash, plain.orderEvents, plain.fills]);
        fills += ours.fills;
      }),
      { numRuns: 300 },
    );
    expect(fills).toBeGreaterThan(300);
  });
});
