/**
 * Bars of one instrument, the slow way: all events first, then groups of them. Written from the definitions in
 * core/bars/bar-options.ts and the heads of the bars' files; shares no code with them. Called by the property tests.
 */
import { CODE_EXCHANGE, CODE_KIND, CODE_LOCAL, type Columns, Flag, Kind, Side } from '../../core/index.js';
import { rowsOf } from '../import/tape-rows.js';
import { PlainMarket } from './plain-market.js';

export interface PlainBar {
  startNs: number;
  endNs: number;
  open: number;
  high: number;
  low: number;
  close: number;
  lots: number;
  /** Ticks; `NaN` without volume. */
  vwap: number;
  trades: number;
}

export interface PlainEvent {
  readonly what: 'trade' | 'mid' | 'close';
  readonly timeNs: number;
  /** Of mids: half ticks, `NaN` without one. */
  readonly ticks: number;
  readonly lots: number;
  readonly aggressor: number;
}

export interface PlainOptions {
  readonly originNs: bigint;
  /** The time of the last row of the tape. */
  readonly lastNs: number;
  /** When hearing began; default 0. */
  readonly startNs?: number;
  readonly flat?: boolean;
  /** Relative to the origin. */
  readonly sessions?: readonly (readonly [openNs: number, closeNs: number])[] | undefined;
  readonly signs?: 'tick-rule' | 'aggressor';
  readonly span?: number;
  readonly within?: readonly [number, number];
}

export interface PlainResult {
  readonly bars: PlainBar[];
  readonly empty: number;
  readonly outside: number;
  readonly bounded: number;
  /** Trades in no bar at the end. */
  readonly left: number;
}

/** What one clock sees of one instrument. */
export function plainEvents(columns: Columns, instrument: number, clock: 'exchange' | 'local', from: 'trades' | 'mid') {
  const events: PlainEvent[] = [];
  const kinds = new Set<number>();
  let lastNs = 0;
  for (let row = 0; row < columns.length; row++) {
    if (columns.instrument[row] === instrument) kinds.add(columns.code[row]! & CODE_KIND);
    const seen = clock === 'exchange' ? CODE_EXCHANGE : CODE_LOCAL;
    const timeNs = clock === 'exchange' ? columns.exchangeNs[row]! : columns.localNs[row]!;
    if ((columns.code[row]! & seen) !== 0) lastNs = timeNs;
  }
  const market = new PlainMarket(kinds);
  const best = (side: Side) => Number(market.side(side)[0]?.split('@')[1] ?? Number.NaN);
  for (const row of rowsOf(columns, clock)) {
    if (columns.instrument[row.row] !== instrument) continue;
    const timeNs = clock === 'exchange' ? row.exchangeNs : row.localNs;
    const { kind, side, priceTicks: ticks, qtyLots: lots } = row;
    const none = { ticks: 0, lots: 0, aggressor: 0 };
    if (kind === Kind.status && columns.value![row.row]! >= 3) events.push({ what: 'close', timeNs, ...none });
    if (from === 'trades') {
      if (kind === Kind.trade) events.push({ what: 'trade', timeNs, ticks, lots, aggressor: side });
      if (kind === Kind.orderExecute) events.push({ what: 'trade', timeNs, ticks, lots, aggressor: 3 - side });
      continue;
    }
    const changes = kind >= Kind.depth && kind <= Kind.orderExecute;
    if (changes) market.apply(row);
    if (!changes || (row.flags & Flag.last) === 0) continue;
    events.push({ what: 'mid', timeNs, ...none, ticks: best(Side.buy) + best(Side.sell) });
  }
  return { events, lastNs };
}

/** Events that may be in one bar: of one session, between two closes. Mids: changes alone, `NaN` where one went. */
interface Stretch {
  readonly fromNs: number;
  /** When it is over; `Infinity` if it is still on when the tape ends. */
  readonly untilNs: number;
  /** What the grid counts from. */
  readonly anchorNs: number;
  readonly sessionCloseNs: number;
  readonly events: PlainEvent[];
}

function stretches(
  all: readonly PlainEvent[],
  { sessions, lastNs, startNs = 0 }: PlainOptions,
): { list: Stretch[]; outside: number } {
  const list: Stretch[] = [];
  const closes = all.filter(({ what }) => what === 'close').map(({ timeNs }) => timeNs);
  let outside = 0;
  let closed = 0;
  let key = '';
  let standing = Number.NaN;
  for (const event of all) {
    if (event.what === 'close') {
      closed++;
      continue;
    }
    const at = sessions?.findIndex(([open, close]) => open <= event.timeNs && event.timeNs < close) ?? 0;
    if (at < 0) {
      if (event.what === 'trade') outside++;
      continue;
    }
    if (key !== `${closed} ${at}`) {
      key = `${closed} ${at}`;
      standing = Number.NaN;
      const [open, close] = sessions?.[at] ?? [-Infinity, Infinity];
      const until = Math.min(close, closes[closed] ?? Infinity);
      list.push({
        fromNs: Math.max(startNs, open, closes[closed - 1] ?? 0),
        untilNs: until <= lastNs ? until : Infinity,
        anchorNs: open,
        sessionCloseNs: close,
        events: [],
      });
    }
    if (event.what === 'mid') {
      if (Object.is(event.ticks, standing) || event.ticks === standing) continue;
      standing = event.ticks;
    }
    list.at(-1)!.events.push(event);
  }
  return { list, outside };
}

function barOf(
  startNs: number,
  endNs: number,
  events: readonly PlainEvent[],
  standing = Number.NaN,
): PlainBar | undefined {
  const inside = events.filter(({ ticks }) => !Number.isNaN(ticks));
  const prices = [...(Number.isNaN(standing) ? [] : [standing]), ...inside.map(({ ticks }) => ticks)];
  if (prices.length === 0) return undefined;
  const lots = inside.reduce((sum, event) => sum + event.lots, 0);
  const value = inside.reduce((sum, event) => sum + BigInt(event.ticks) * BigInt(event.lots), 0n);
  return {
    ...{ startNs, endNs, open: prices[0]!, high: Math.max(...prices), low: Math.min(...prices), close: prices.at(-1)! },
    ...{ lots, vwap: lots > 0 ? Number(value) / lots : Number.NaN, trades: inside.length },
  };
}

/** When the interval that holds a time begins, by whole numbers of any length. */
function gridStart(timeNs: number, everyNs: number, anchorNs: number, originNs: bigint): number {
  if (anchorNs !== -Infinity) return anchorNs + Math.floor((timeNs - anchorNs) / everyNs) * everyNs;
  const epoch = originNs + BigInt(timeNs);
  return timeNs - Number(epoch % BigInt(everyNs));
}

export function plainTimeBars(all: readonly PlainEvent[], everyNs: number, options: PlainOptions): PlainResult {
  const bars: PlainBar[] = [];
  const { list, outside } = stretches(all, options);
  let empty = 0;
  for (const { fromNs, untilNs, anchorNs, sessionCloseNs, events } of list) {
    const first = events.find(({ ticks }) => !Number.isNaN(ticks));
    if (first === undefined) continue;
    const lastEvent = events.at(-1)!;
    let lastClose = Number.NaN;
    for (let grid = gridStart(first.timeNs, everyNs, anchorNs, options.originNs); ; grid += everyNs) {
      const start = Math.max(grid, fromNs);
      const whole = Math.min(grid + everyNs, sessionCloseNs);
      const end = Math.min(whole, untilNs);
      if (start >= sessionCloseNs || start > Math.max(lastEvent.timeNs, Math.min(untilNs, options.lastNs))) break;
      const inside = events.filter(({ timeNs }) => timeNs >= start && timeNs < whole);
      const before = events.filter(({ timeNs }) => timeNs < start).at(-1);
      const standing = before?.what === 'mid' ? before.ticks : Number.NaN;
      const bar = barOf(start, end, inside, standing);
      // A mid that stands as a close comes at the very beginning of an interval makes no bar.
      if (bar !== undefined && (bar.trades > 0 || end > start)) bars.push(bar);
      else if (bar === undefined && end === whole && end <= Math.min(untilNs, options.lastNs)) {
        empty++;
        const flat = { open: lastClose, high: lastClose, low: lastClose, close: lastClose };
        if (options.flat) bars.push({ startNs: start, endNs: end, ...flat, lots: 0, vwap: Number.NaN, trades: 0 });
      }
      lastClose = bar?.close ?? lastClose;
      if (end === untilNs && lastEvent.timeNs < whole) break;
    }
  }
  return { bars, empty, outside, bounded: 0, left: 0 };
}

/** Bars that end with an event: `last(events, from)` is the place of the last one of the bar that begins at `from`; −1: none. */
function countedBars(
  all: readonly PlainEvent[],
  options: PlainOptions,
  last: (events: readonly PlainEvent[], from: number) => number,
  over: (count: number, whole: boolean) => void = () => {},
): PlainResult {
  const bars: PlainBar[] = [];
  let left = 0;
  const { list, outside } = stretches(all, options);
  for (const { untilNs, events } of list) {
    const real = events.filter(({ ticks }) => !Number.isNaN(ticks));
    for (let from = 0; from < real.length; ) {
      const found = last(real, from);
      const to = found < 0 ? real.length - 1 : found;
      const before = events[events.indexOf(real[from]!) - 1];
      const standing = before?.what === 'mid' ? before.ticks : Number.NaN;
      const ends = found < 0 ? untilNs : real[to]!.timeNs;
      if (ends === Infinity) left += to - from + 1;
      else {
        bars.push(barOf(real[from]!.timeNs, ends, real.slice(from, to + 1), standing)!);
        over(to - from + 1, found >= 0);
      }
      from = to + 1;
    }
  }
  return { bars, empty: 0, outside, bounded: 0, left };
}

const weightOf = (of: string, { ticks, lots }: PlainEvent) =>
  of === 'ticks' || of === 'tick' ? 1 : of === 'volume' ? lots : Math.abs(ticks) * lots;

export function plainSumBars(all: readonly PlainEvent[], of: string, size: number, options: PlainOptions): PlainResult {
  return countedBars(all, options, (events, from) =>
    events.findIndex(
      (_, at) => at >= from && events.slice(from, at + 1).reduce((sum, event) => sum + weightOf(of, event), 0) >= size,
    ),
  );
}

/** López de Prado's imbalance and run bars, from the formulas at the head of core/bars/imbalance-rule.ts. */
export function plainSignedBars(
  all: readonly PlainEvent[],
  by: 'imbalance' | 'runs',
  of: string,
  expectedTicks: number,
  options: PlainOptions,
): PlainResult {
  const { signs = 'tick-rule', span = 20, within: [least, most] = [1, Infinity] } = options;
  const alpha = 2 / (span * expectedTicks + 1);
  // Signs hang on trades inside sessions alone.
  const counted = stretches(all, options).list.flatMap(({ events }) => events);
  const signOf = new Map<PlainEvent, number>();
  let before = 0;
  counted.forEach((event, at) => {
    const last = counted[at - 1]?.ticks ?? Number.NaN;
    const moved = Math.sign(event.ticks - last) || 0;
    const took = event.aggressor === Side.buy ? 1 : event.aggressor === Side.sell ? -1 : 0;
    before = (signs === 'tick-rule' ? moved : took) || before;
    signOf.set(event, before);
  });
  let expected = expectedTicks;
  let bounded = 0;
  let warm = false;
  let barEvents: PlainEvent[] = [];
  const ewma = { signed: Number.NaN, buys: Number.NaN, bought: Number.NaN, sold: Number.NaN };
  const move = (name: keyof typeof ewma, value: number) => {
    ewma[name] = Number.isNaN(ewma[name]) ? value : ewma[name] + alpha * (value - ewma[name]);
  };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const part = () =>
    by === 'imbalance'
      ? Math.abs(ewma.signed)
      : Math.max(
          Number.isNaN(ewma.bought) ? 0 : ewma.buys * ewma.bought,
          Number.isNaN(ewma.sold) ? 0 : (1 - ewma.buys) * ewma.sold,
        );
  const bound = () => {
    const inside = Math.min(most, Math.max(least, expected));
    if (inside !== expected) bounded++;
    expected = inside;
  };
  const result = countedBars(
    all,
    options,
    (events, from) => {
      barEvents = events.slice(from);
      if (!warm) {
        barEvents = barEvents.slice(0, expectedTicks);
        return barEvents.length < expectedTicks ? -1 : from + expectedTicks - 1;
      }
      const threshold = expected * part();
      const found = barEvents.findIndex((_, at) => {
        const sums = [1, -1].map((sign) =>
          barEvents
            .slice(0, at + 1)
            .reduce((sum, event) => sum + (signOf.get(event) === sign ? weightOf(of, event) : 0), 0),
        );
        const [up, down] = sums as [number, number];
        return (by === 'imbalance' ? Math.abs(up - down) : Math.max(up, down)) >= threshold;
      });
      if (found >= 0) barEvents = barEvents.slice(0, found + 1);
      return found < 0 ? -1 : from + found;
    },
    (count, whole) => {
      const of1 = (sign: number) => barEvents.filter((event) => signOf.get(event) === sign).map((e) => weightOf(of, e));
      if (warm) {
        for (const event of barEvents) {
          const sign = signOf.get(event)!;
          move('signed', sign * weightOf(of, event));
          if (sign === 0) continue;
          move('buys', sign > 0 ? 1 : 0);
          move(sign > 0 ? 'bought' : 'sold', weightOf(of, event));
        }
        if (whole) expected += (2 / (span + 1)) * (count - expected);
        if (whole) bound();
      } else if (whole) {
        warm = true;
        ewma.signed = mean(barEvents.map((event) => signOf.get(event)! * weightOf(of, event)));
        ewma.buys = of1(1).length / (of1(1).length + of1(-1).length);
        ewma.bought = mean(of1(1));
        ewma.sold = mean(of1(-1));
        bound();
      }
    },
  );
  return { ...result, bounded };
}

export function plainRenko(all: readonly PlainEvent[], size: number, options: PlainOptions): PlainResult {
  const bars: PlainBar[] = [];
  let left = 0;
  const { list, outside } = stretches(all, options);
  for (const { untilNs, events } of list) {
    const real = events.filter(({ ticks }) => !Number.isNaN(ticks));
    // The rungs that were reached, each a brick from the one before (or, at a turn, from the other edge).
    let edges: [number, number] | undefined;
    let waiting: PlainEvent[] = [];
    for (const event of real) {
      edges ??= [event.ticks, event.ticks];
      waiting.push(event);
      for (;;) {
        const low: number = edges[0];
        const high: number = edges[1];
        const up: boolean = event.ticks - high >= size;
        if (!up && low - event.ticks < size) break;
        const [open, close]: [number, number] = up ? [high, high + size] : [low, low - size];
        edges = [Math.min(open, close), Math.max(open, close)];
        const lots = waiting.reduce((sum, one) => sum + one.lots, 0);
        const value = waiting.reduce((sum, one) => sum + one.lots * one.ticks, 0);
        bars.push({
          ...{ startNs: waiting[0]?.timeNs ?? event.timeNs, endNs: event.timeNs },
          ...{ open, high: edges[1], low: edges[0], close, lots, vwap: lots > 0 ? value / lots : Number.NaN },
          trades: waiting.length,
        });
        waiting = [];
      }
    }
    if (waiting.length === 0) continue;
    if (untilNs === Infinity) left += waiting.length;
    else bars.push(barOf(waiting[0]!.timeNs, untilNs, waiting)!);
  }
  return { bars, empty: 0, outside, bounded: 0, left };
}
