/**
 * What all bars have in common: sessions, trades that come late or outside, what is due when. Knows nothing of what ends a bar
 * inside a session, nor of where rows come from. Called by bar series (in a run) and by the bar tape (files); the kinds of bars
 * extend it.
 *
 * Times are of one clock, ns since the run's origin. They may fall back: what belongs before `fromNs` is late.
 */
import type { Side } from '../market.js';
import type { Nanos } from '../time.js';
import { Bar } from './bar.js';
import type { SessionSpan } from './bar-options.js';

/** Takes a bar that has ended. It is borrowed for the length of the call. */
export type BarSink = (bar: Bar) => void;

/** What every builder is made of. */
export interface BarBuilderSetup {
  readonly sink: BarSink;
  /** Int64 ns since 1970 that times count from. */
  readonly originNs: bigint;
  /** Nothing before it was heard. */
  readonly startNs: Nanos;
  readonly sessions?: readonly SessionSpan[] | undefined;
}

export abstract class BarBuilder {
  empty = 0;
  cut = 0;
  lateTrades = 0;
  lateLots = 0;
  outsideTrades = 0;
  outsideLots = 0;
  bounded = 0;
  /** What stood unfinished when the rows were over. */
  unfinishedTrades = 0;
  unfinishedLots = 0;
  protected readonly bar = new Bar();
  /** The session at hand or the next one. */
  protected openNs: Nanos = Number.NEGATIVE_INFINITY;
  protected closeNs: Nanos = Number.POSITIVE_INFINITY;
  /** What was before it has been told. */
  protected fromNs: Nanos;
  /** Nothing ends by time before it. */
  protected nextNs: Nanos = Number.POSITIVE_INFINITY;
  readonly #sink: BarSink;
  readonly #opensNs: Float64Array;
  readonly #closesNs: Float64Array;
  #session = -1;

  /** Throws `RangeError` for sessions that are empty, out of order or overlap. */
  constructor({ sink, originNs, startNs, sessions }: BarBuilderSetup) {
    this.#sink = sink;
    this.fromNs = startNs;
    const spans = sessions ?? [];
    checkSessions(spans);
    this.#opensNs = Float64Array.from(spans, ({ openNs }) => Number(openNs - originNs));
    this.#closesNs = Float64Array.from(spans, ({ closeNs }) => Number(closeNs - originNs));
    if (sessions !== undefined) this.#nextSession(startNs);
  }

  /** A trade. `ticks`, `lots`: whole; `side`: who took. */
  trade(ticks: number, lots: number, side: Side, timeNs: Nanos): void {
    if (timeNs >= this.nextNs) this.advance(timeNs);
    if (timeNs < this.fromNs) {
      this.lateTrades++;
      this.lateLots += lots;
    } else if (timeNs < this.openNs) {
      this.outsideTrades++;
      this.outsideLots += lots;
    } else this.take(ticks, lots, side, timeNs);
  }

  /** The mid is now this, which stands until it is another one; `NaN` when there is none. Times never fall. */
  mid(ticks: number, timeNs: Nanos): void {
    if (timeNs >= this.nextNs) this.advance(timeNs);
    this.takeMid(ticks, timeNs);
  }

  /** What ends at or before this time ends. */
  advance(timeNs: Nanos): void {
    while (timeNs >= this.closeNs) {
      const { closeNs } = this;
      this.pass(closeNs);
      this.cutShort(closeNs);
      this.fromNs = closeNs;
      this.#nextSession(closeNs);
      this.nextNs = this.closeNs;
    }
    this.pass(timeNs);
  }

  /** Bars that end at or before this time are over for good, whether or not they were begun. */
  settle(timeNs: Nanos): void {
    if (timeNs >= this.nextNs) this.advance(timeNs);
  }

  /** Trading ended: nothing of before and after it is in one bar. */
  boundary(timeNs: Nanos): void {
    if (timeNs >= this.nextNs) this.advance(timeNs);
    if (timeNs < this.fromNs) return;
    this.cutShort(timeNs);
    this.fromNs = timeNs;
  }

  /** The time at which {@link BarBuilder.advance} must be called, whether or not there is a trade; `Infinity`: none. */
  get dueNs(): Nanos {
    return this.running ? this.nextNs : Number.POSITIVE_INFINITY;
  }

  /** No more rows come. */
  abstract finish(): void;
  /** Whether there is anything that the time can end. */
  protected abstract readonly running: boolean;
  /** A trade that belongs to the bar at hand or begins one. */
  protected abstract take(ticks: number, lots: number, side: Side, timeNs: Nanos): void;
  protected abstract takeMid(ticks: number, timeNs: Nanos): void;
  /** Time passes inside a session, up to its close. */
  protected abstract pass(timeNs: Nanos): void;
  /** What is unfinished ends here. */
  protected abstract cutShort(timeNs: Nanos): void;

  /** Whether a mid at this time is outside the sessions. */
  protected outside(timeNs: Nanos): boolean {
    return timeNs < this.openNs;
  }

  protected emit(endNs: Nanos): void {
    const { bar } = this;
    bar.endNs = endNs;
    bar.check();
    if (bar.cut) this.cut++;
    this.#sink(bar);
  }

  protected leaveUnfinished(): void {
    this.unfinishedTrades += this.bar.trades;
    this.unfinishedLots += this.bar.qtyLots;
  }

  /** The first session that has not closed at `timeNs`. */
  #nextSession(timeNs: Nanos): void {
    do this.#session++;
    while (this.#session < this.#closesNs.length && this.#closesNs[this.#session]! <= timeNs);
    this.openNs = this.#opensNs[this.#session] ?? Number.POSITIVE_INFINITY;
    this.closeNs = this.#closesNs[this.#session] ?? Number.POSITIVE_INFINITY;
    this.nextNs = this.closeNs;
  }
}

function checkSessions(spans: readonly SessionSpan[]): void {
  spans.forEach(({ openNs, closeNs }, at) => {
    if (openNs >= closeNs) throw new RangeError(`session ${at} opens at ${openNs} and closes at ${closeNs} ns`);
    const before = spans[at - 1];
    if (before !== undefined && openNs < before.closeNs) {
      throw new RangeError(`session ${at} opens at ${openNs} ns, before the one before it closes (${before.closeNs})`);
    }
  });
}
