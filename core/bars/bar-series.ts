/**
 * Bars that a strategy asked for in a run: hears the rows that they are made of as the strategy receives them, and tells the
 * strategy of each bar. Knows nothing of venues or tapes. Made by the strategy's host; called by the router and by the schedule.
 *
 * No look-ahead by construction: it hears rows as any handler at local time does, before the strategy's own handler for the
 * row, and a bar holds nothing else. What time alone ends is told by an entry of the schedule at that local time.
 */
import type { Book } from '../book/book.js';
import { type Clock, NOBODY } from '../clock.js';
import type { Instrument } from '../instrument.js';
import { Kind, type MarketView, Side, Status } from '../market.js';
import type { Handler, Schedule } from '../queue.js';
import { Rank } from '../rank.js';
import type { Strategy, StrategyContext } from '../strategy.js';
import { type Nanos, SECOND } from '../time.js';
import type { Bar } from './bar.js';
import type { BarBuilder } from './bar-builder.js';
import { barBuilder } from './bar-kinds.js';
import type { BarRequest, BarSeries } from './bar-options.js';
import { type BarRule, barRule } from './bar-rule.js';
import { BuiltBar } from './built-bar.js';

/** Who asked: a strategy's host. */
export interface BarListener extends StrategyContext {
  readonly index: number;
  readonly strategy: Strategy;
}

/** What all series of a run share. */
export interface BarEnvironment {
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly originNs: bigint;
}

export class LiveBars implements BarSeries, Handler {
  readonly name: string;
  readonly instrument: Instrument;
  /** What it hears, under the names of a strategy's handlers. */
  readonly hears: Strategy;
  count = 0;
  readonly #listener: BarListener;
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  readonly #builder: BarBuilder;
  readonly #byExchange: boolean;
  readonly #timed: boolean;
  readonly #graceNs: Nanos;
  #bar: BuiltBar | undefined;
  readonly #perTick: 1 | 2;
  /** Exchange time of the row at hand; `NaN` while the schedule calls. */
  #rowNs: Nanos = Number.NaN;
  /** Local time of the entry of the schedule; `Infinity` without one. */
  #armedNs: Nanos = Number.POSITIVE_INFINITY;

  /** Throws `RangeError` naming the option, its value and what is allowed. */
  constructor(
    listener: BarListener,
    instrument: Instrument,
    bars: string,
    options: BarRequest,
    { clock, schedule, originNs }: BarEnvironment,
  ) {
    const { name = bars, from = 'trades', clock: cutBy = 'local', graceNs, ...shape } = options;
    checkClock(options);
    const perTick = from === 'mid' ? 2 : 1;
    const rule: BarRule = barRule(bars, instrument, perTick);
    this.name = name;
    this.instrument = instrument;
    this.#listener = listener;
    this.#clock = clock;
    this.#schedule = schedule;
    this.#byExchange = cutBy === 'exchange';
    this.#timed = rule.by === 'time';
    this.#graceNs = this.#byExchange ? (graceNs ?? SECOND) : 0;
    this.#perTick = perTick;
    this.#builder = barBuilder(
      rule,
      { from, ...shape },
      { originNs, startNs: this.#byExchange ? Number.NEGATIVE_INFINITY : clock.nowNs, sink: (bar) => this.#tell(bar) },
    );
    const rows = from === 'mid' ? { onBook: this.#onBook } : { onTrade: this.#onTrade, onOrderRow: this.#onOrderRow };
    this.hears = { ...rows, onStatus: this.#onStatus };
  }

  get empty(): number {
    return this.#builder.empty;
  }
  get cut(): number {
    return this.#builder.cut;
  }
  get lateTrades(): number {
    return this.#builder.lateTrades;
  }
  get lateLots(): number {
    return this.#builder.lateLots;
  }
  get outsideTrades(): number {
    return this.#builder.outsideTrades;
  }
  get outsideLots(): number {
    return this.#builder.outsideLots;
  }
  get bounded(): number {
    return this.#builder.bounded;
  }

  /** Something was to end by now. */
  fire(_payload: number, timeNs: Nanos): void {
    // Something nearer came since, and has been told.
    if (timeNs !== this.#armedNs) return;
    this.#armedNs = Number.POSITIVE_INFINITY;
    this.#clock.nowNs = timeNs;
    this.#rowNs = Number.NaN;
    this.#builder.advance(timeNs - this.#graceNs);
    this.#arm();
    this.#clock.strategy = NOBODY;
  }

  readonly #onTrade = (trade: MarketView): void => this.#take(trade, trade.side);

  readonly #onOrderRow = (row: MarketView): void => {
    if (row.kind === Kind.orderExecute) this.#take(row, row.side === Side.buy ? Side.sell : Side.buy);
  };

  readonly #onBook = (book: Book): void => {
    this.#rowNs = this.#clock.nowNs;
    this.#builder.mid(book.bestBidTicks + book.bestAskTicks, this.#clock.nowNs);
    this.#arm();
  };

  readonly #onStatus = (row: MarketView): void => {
    if (row.value !== Status.close && row.value !== Status.delisted) return;
    this.#rowNs = row.exchangeNs;
    this.#builder.boundary(this.#byExchange ? row.exchangeNs : row.localNs);
    this.#arm();
  };

  #take(row: MarketView, aggressor: Side): void {
    this.#rowNs = row.exchangeNs;
    // What was to end before this moment has ended, also where there was nothing to tell.
    if (this.#byExchange) this.#builder.settle(row.localNs - this.#graceNs - 1);
    this.#builder.trade(row.priceTicks, row.qtyLots, aggressor, this.#byExchange ? row.exchangeNs : row.localNs);
    this.#arm();
  }

  /** Sees to it that what is due next is told in time. */
  #arm(): void {
    const dueNs = Math.max(this.#builder.dueNs + this.#graceNs, this.#clock.nowNs);
    if (!(dueNs < this.#armedNs)) return;
    this.#armedNs = dueNs;
    this.#schedule.add(dueNs, Rank.bar, this, 0, false);
  }

  #tell(bar: Bar): void {
    this.count++;
    this.#bar ??= new BuiltBar(bar, this.instrument, this.name, this.#perTick);
    const { nowNs } = this.#clock;
    const byTime = this.#timed || bar.cut || Number.isNaN(this.#rowNs);
    this.#bar.tellAt(Math.min(byTime ? bar.endNs : this.#rowNs, nowNs), nowNs);
    const listener = this.#listener;
    this.#clock.enter(listener.index, 'onBar');
    listener.strategy.onBar!(this.#bar, listener);
  }
}

/** Throws `RangeError` where the clock, or what goes with it, makes no sense. */
export function checkClock({ clock, graceNs, from }: BarRequest): void {
  if (clock !== undefined && clock !== 'local' && clock !== 'exchange') {
    throw new RangeError(`bars: clock ${JSON.stringify(clock)} is not local or exchange`);
  }
  if (clock === 'exchange' && from === 'mid') {
    throw new RangeError('bars: clock "exchange": the mid that a strategy sees is that of its own clock');
  }
  if (graceNs === undefined) return;
  if (clock !== 'exchange') throw new RangeError(`bars: graceNs ${graceNs} is only for clock "exchange"`);
  if (!(Number.isSafeInteger(graceNs) && graceNs >= 0))
    throw new RangeError(`bars: graceNs ${graceNs} is no whole number of ns ≥ 0`);
}
