/**
 * A run over bars of a synthetic market, kept for good: a strategy that uses every kind of order that bars can fill, its
 * hash and end state, and each of its fills against the twin that walks tick by tick.
 */
import { describe, expect, it } from 'vitest';
import {
  type Columns,
  codeOf,
  countKinds,
  type InstrumentSpec,
  Kind,
  type MarketView,
  ORDER_TYPE_NAMES,
  type Order,
  OrderEventKind,
  type OrderRequest,
  OrderType,
  REASON_TEXTS,
  Reason,
  Side,
  type Strategy,
  type StrategyContext,
  syntheticTape,
  type TapeInfo,
  TapeBuilder,
  TIME_IN_FORCE_NAMES,
  TimeInForce,
} from '../../core/index.js';
import { constantLatency, makerTakerFees, openHighLowClose, simulatedVenue } from '../../execution/index.js';
import { type PlainFill, type PlainOrder, plainFills } from '../reference/plain-bars.js';
import { columnsOf, fillsOf, goldenContract, type Played } from './execution-golden.js';

const BAR_NS = 5e9;
const FEED_NS = 2e6;
const ENTRY_NS = 1e6;
/** A hundredth of a bar. */
const GRACE_NS = BAR_NS / 100;
const SHARE_PERCENT = 8;
const { buy, sell } = Side;

/** Bars of the trades of two synthetic instruments, as they happened at the venue; a bar without a trade is none. */
function barTape(): { columns: Columns; info: TapeInfo } {
  const trades = syntheticTape({ seed: 5, rows: 120_000, instruments: 2, rowsPerSecond: 60 });
  const columns = columnsOf(trades);
  const rows = new TapeBuilder({ bars: true });
  const open = trades.info.instruments.map(() => ({ from: -1, open: 0, high: 0, low: 0, close: 0, volume: 0 }));
  const end = (instrument: number) => {
    const bar = open[instrument]!;
    if (bar.from < 0) return;
    const closeNs = (bar.from + 1) * BAR_NS;
    const row = rows.add(closeNs, closeNs + FEED_NS, codeOf(Kind.bar, Side.none), 1, instrument, bar.close, bar.volume);
    const { openTicks, highTicks, lowTicks } = rows.columns;
    openTicks![row] = bar.open;
    highTicks![row] = bar.high;
    lowTicks![row] = bar.low;
    bar.from = -1;
  };
  for (let row = 0; row < columns.length; row++) {
    const code = columns.code[row]!;
    if ((code & 15) !== Kind.trade || (code & 64) === 0) continue;
    const from = Math.floor(columns.exchangeNs[row]! / BAR_NS);
    const price = columns.priceTicks[row]!;
    open.forEach((bar, instrument) => {
      if (bar.from >= 0 && from > bar.from) end(instrument);
    });
    const bar = open[columns.instrument[row]!]!;
    if (bar.from < 0) Object.assign(bar, { from, open: price, high: price, low: price, volume: 0 });
    bar.high = Math.max(bar.high, price);
    bar.low = Math.min(bar.low, price);
    bar.close = price;
    bar.volume += columns.qtyLots[row]!;
  }
  const built = rows.build().columns;
  const { originNs } = trades.info;
  const instruments: readonly InstrumentSpec[] = trades.info.instruments;
  const info = { instruments, originNs, provenance: {}, corrections: [], rows: built.length };
  const set = { orderId: false, bars: true, value: false };
  return { columns: built, info: { ...info, columns: set, counts: countKinds(built, instruments.length) } };
}

let made: ReturnType<typeof barTape> | undefined;
const tape = () => {
  made ??= barTape();
  return made;
};

/** Every few bars a family of orders around the close, shapes in turns; what is left of a position goes at a later close. */
class Families implements Strategy {
  readonly #bars: number[] = [];

  onBar(bar: MarketView, context: StrategyContext): void {
    const { instrument, priceTicks } = bar;
    const count = (this.#bars[instrument.index] ?? 0) + 1;
    this.#bars[instrument.index] = count;
    if (count % 4 === 1) this.#family(context, instrument.symbol, count >> 2, priceTicks);
    // Inside the next bar, at a number of eighths of it.
    const insideNs = context.nowNs - FEED_NS - ENTRY_NS + (BAR_NS * (1 + (count % 7))) / 8;
    if (count % 6 === 3) context.at(`inside ${instrument.symbol} ${count} ${priceTicks}`, insideNs);
    const held = context.positionLots(instrument);
    if (count % 12 === 10 && held !== 0) {
      const side = held > 0 ? sell : buy;
      const qtyLots = Math.abs(held);
      context.submit({ instrument, side, qtyLots, reduceOnly: true, timeInForce: TimeInForce.atClose });
    }
  }

  onTimer(name: string, context: StrategyContext): void {
    const [, symbol, count, ticks] = name.split(' ');
    const instrument = context.instrument(symbol!);
    const side = Number(count) % 2 === 0 ? buy : sell;
    const sign = side === buy ? 1 : -1;
    const shape = Math.floor(Number(count) / 6) % 4;
    const request: OrderRequest = { instrument, side, qtyLots: 300 };
    if (shape === 0) context.submit(request);
    if (shape === 1) context.submit({ ...request, timeInForce: TimeInForce.atOpen });
    if (shape === 2) context.submit({ ...request, priceTicks: Number(ticks) - sign * 10, postOnly: true });
    if (shape === 3) context.submit({ ...request, priceTicks: Number(ticks) + sign * 5, timeInForce: TimeInForce.FOK });
  }

  /** An entry in two ways of which one comes first, each with its exits. */
  #family(context: StrategyContext, symbol: string, turn: number, close: number): void {
    const instrument = context.instrument(symbol);
    const side = turn % 2 === 0 ? buy : sell;
    const sign = side === buy ? 1 : -1;
    const qtyLots = 200 * (1 + (turn % 5));
    const base = { instrument, side, qtyLots, leads: true };
    const { stop, stopLimit, trailingStop, limitIfTouched, marketIfTouched } = OrderType;
    const away = 20 + 5 * (turn % 4);
    const better: OrderRequest[] = [
      { ...base, priceTicks: close - sign * away },
      { ...base, type: marketIfTouched, stopTicks: close - sign * away },
      { ...base, type: limitIfTouched, stopTicks: close - sign * away, priceTicks: close - sign * (away + 2) },
    ];
    const worse: OrderRequest[] = [
      { ...base, type: stop, stopTicks: close + sign * away },
      { ...base, type: stopLimit, stopTicks: close + sign * away, priceTicks: close + sign * (away + 3) },
      { ...base, type: trailingStop, trailTicks: away },
      { ...base, allOrNone: true, type: stop, stopTicks: close + sign * (away + 1) },
    ];
    context.together(() => {
      const entries = context.oco(better[turn % 3]!, worse[turn % 4]!);
      for (const parent of entries) {
        const exit = { instrument, side: side === buy ? sell : buy, qtyLots, parent };
        const profit = parent.type === OrderType.limit ? away : 2 * away;
        context.oco(
          { ...exit, priceTicks: close + sign * profit },
          turn % 3 === 0
            ? { ...exit, type: trailingStop, trailFraction: 0.0001 }
            : { ...exit, type: stop, stopTicks: close - sign * 3 * away },
        );
      }
    });
  }
}

const options = () => ({
  strategies: [{ name: 'families', strategy: new Families() }],
  venue: simulatedVenue({
    bars: { path: openHighLowClose, maxVolumeShare: SHARE_PERCENT / 100, barNs: BAR_NS },
    latency: constantLatency({ entryNs: ENTRY_NS, responseNs: 3e6 }),
    fees: makerTakerFees({ makerRate: 0.0001, takerRate: 0.0004 }),
  }),
});

/** How many fills the orders of each kind had, and what ended the others. */
function tally({ events }: Played) {
  const fills: Record<string, number> = {};
  const ends: Record<string, number> = {};
  let makers = 0;
  for (const { kind, order, maker, reason } of events) {
    if (kind === OrderEventKind.filled) {
      const name = `${ORDER_TYPE_NAMES[order.type]} ${TIME_IN_FORCE_NAMES[order.timeInForce]}`;
      fills[name] = (fills[name] ?? 0) + 1;
      if (maker) makers++;
    } else if (kind === OrderEventKind.expired || kind === OrderEventKind.rejected) {
      const name = REASON_TEXTS[reason]!;
      ends[name] = (ends[name] ?? 0) + 1;
    }
  }
  const sorted = (counts: Record<string, number>) => Object.fromEntries(Object.entries(counts).sort());
  return { bars: tape().columns.length, fillsOf: sorted(fills), makers, ends: sorted(ends) };
}

interface Bar {
  readonly closeNs: number;
  readonly points: readonly number[];
  readonly volume: number;
}

function barsOf(instrument: number): Bar[] {
  const { columns } = tape();
  const bars: Bar[] = [];
  for (let row = 0; row < columns.length; row++) {
    if (columns.instrument[row] !== instrument || (columns.code[row]! & 64) === 0) continue;
    const points = [
      columns.openTicks![row]!,
      columns.highTicks![row]!,
      columns.lowTicks![row]!,
      columns.priceTicks[row]!,
    ];
    bars.push({ closeNs: columns.exchangeNs[row]!, points, volume: columns.qtyLots[row]! });
  }
  return bars;
}

const KINDS: readonly PlainOrder['kind'][] = [
  'limit',
  'market',
  'stop',
  'stop-limit',
  'trailing',
  'touch-limit',
  'touch',
];
const UNTIL = [undefined, 'immediate', 'kill', undefined, undefined, 'open', 'close'] as const;

/** An order as the twin knows it. `limitTicks`: as it was sent. */
function plainOf(order: Order, limitTicks: number, bars: readonly Bar[], numbers: Map<Order, number>): PlainOrder {
  const { type, terms, side, timeInForce, sentNs, id } = order;
  const arrivesNs = sentNs + ENTRY_NS;
  const found = bars.findIndex(({ closeNs }) => closeNs > arrivesNs);
  const bar = found < 0 ? bars.length : found;
  const beginNs = (bars[bar]?.closeNs ?? 0) - BAR_NS;
  const eighths = arrivesNs <= beginNs + GRACE_NS ? 0 : ((arrivesNs - beginNs) * 8) / BAR_NS;
  const buys = side === buy;
  const until = UNTIL[timeInForce];
  const unset = buys ? Infinity : -Infinity;
  return {
    kind: KINDS[type]!,
    buy: buys,
    price: type === OrderType.limit ? limitTicks : Number.isNaN(terms.stopTicks) ? unset : terms.stopTicks,
    limit: limitTicks,
    offset: Number.isNaN(terms.trailTicks) ? terms.trailFraction : terms.trailTicks,
    lots: order.qtyLots,
    group: terms.group === undefined ? -id : terms.group.id,
    arrives: [bar, eighths],
    ...(until === undefined ? {} : { until }),
    ...(order.postOnly ? { term: 'postOnly' as const } : {}),
    ...(terms.reduceOnly ? { term: 'reduceOnly' as const } : {}),
    ...(terms.allOrNone ? { term: 'whole' as const } : {}),
    ...(terms.parent === undefined ? {} : { parent: numbers.get(terms.parent)! }),
  };
}

describe('a run over bars', () => {
  const { first } = goldenContract('bars', tape, options, tally);

  it('fills every order as the twin does that walks tick by tick', () => {
    const { events } = first();
    const summary = tally(first());
    console.log(`bars: ${summary.bars} rows, ${fillsOf(events).length} fills`, summary.fillsOf);
    let compared = 0;
    for (const { symbol } of tape().info.instruments) {
      const instrument = tape().info.instruments.findIndex((each) => each.symbol === symbol);
      const bars = barsOf(instrument);
      const numbers = new Map<Order, number>();
      const plain: PlainOrder[] = [];
      const mine = events.filter(({ order }) => order.instrument.index === instrument);
      for (const { kind, order, priceTicks, qtyLots } of mine) {
        if (kind !== OrderEventKind.submitted) continue;
        // The order has been restated since, perhaps: its event says what was asked for.
        plain.push({ ...plainOf(order, priceTicks, bars, numbers), lots: qtyLots });
        numbers.set(order, numbers.size);
      }
      const fills = fillsOf(mine).map(({ exchangeNs, order, priceTicks, qtyLots }): PlainFill => {
        const bar = bars.findIndex(({ closeNs }) => closeNs === exchangeNs);
        return { bar, order: numbers.get(order)!, price: priceTicks, lots: qtyLots };
      });
      expect(fills, symbol).toEqual(plainFills(plain, bars, { through: true, percent: SHARE_PERCENT }));
      compared += fills.length;
    }
    expect(compared).toBe(first().result.fills);
  });

  it('is one in which everything happens', () => {
    const { fillsOf: byKind, makers, ends } = tally(first());
    const total = first().result.fills;
    expect(total).toBeGreaterThan(200);
    expect(Math.min(makers, total - makers)).toBeGreaterThan(50);
    for (const type of ORDER_TYPE_NAMES) {
      expect(Object.keys(byKind).some((name) => name.startsWith(`${type} `)), type).toBe(true);
    }
    const { groupFilled, immediateRemainder, auctionMissed, notFullyFillable } = Reason;
    for (const reason of [groupFilled, immediateRemainder, auctionMissed, notFullyFillable]) {
      expect(ends[REASON_TEXTS[reason]!], REASON_TEXTS[reason]).toBeGreaterThan(0);
    }
  });
});
