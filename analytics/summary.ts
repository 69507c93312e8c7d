/**
 * The figures of a run as plain data that JSON can hold; equal runs give equal summaries.
 * Knows nothing of files, terminals or the clock. Called by the run folder, the report and the command line.
 *
 * Money is in the account's currency (of one instrument: in the one it settles in), times are ISO 8601 in UTC with
 * nanoseconds, `null` means there is no such number.
 */
import type { RunResult } from '../core/simulation.js';
import { DAY, formatDate, formatEpoch, type Nanos, toEpoch } from '../core/time.js';
import { type Closings, closingsOf, type FlowFigures, flowsOf } from './account-figures.js';
import { drawdownOf } from './drawdown.js';
import { BUILT_IN_METRICS } from './metrics/built-in.js';
import { type Measurements, type MetricOptions, RunMeasurements } from './metrics/measurements.js';
import { computeMetrics, type Metric, type MetricValues } from './metrics/metric.js';
import { returnsBy } from './metrics/period-returns.js';
import type { RunSessions } from './metrics/run-sessions.js';
import { type TripGroups, tripGroupsOf } from './metrics/trip-groups.js';
import { type OrderEnd, type OrderTally, tallyOrders } from './order-tally.js';
import type { Recording } from './recording.js';
import { sharpeRatio } from './sharpe.js';

export interface RunSummary {
  readonly status: 'completed' | 'failed';
  /** Only in failed runs. */
  readonly failure?: FailureSummary | undefined;
  readonly runHash: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly durationNs: number | null;
  /** What the accounts are kept in; '' = the run's one unnamed currency. */
  readonly currency: string;
  readonly rows: number;
  readonly orderEvents: number;
  readonly fills: number;
  /** Order rows that named an order the book did not hold: they changed nothing. */
  readonly unknownOrders: number;
  /** Levels that the books took away because another one crossed them. */
  readonly crossedLevels: number;
  /** The calendar whose sessions are the periods of returns; only in runs that name one. */
  readonly sessions?: { readonly calendar: string; readonly perYear: number } | undefined;
  readonly strategies: readonly StrategySummary[];
}

/** Who failed, when (market time) and why. */
export interface FailureSummary {
  /** Empty when it was no strategy. */
  readonly strategy: string;
  readonly handler: string;
  readonly time: string | null;
  readonly message: string;
}

/** Who failed, in words. */
export function failedText({ strategy, handler }: FailureSummary): string {
  return strategy === '' ? 'the run failed' : `strategy ${strategy} failed in ${handler}`;
}

export interface StrategySummary {
  readonly name: string;
  /** Equity at the end less capital: realised + unrealised − fees + flows. `null` when an open position never had a mark. */
  readonly profit: number | null;
  readonly realised: number;
  readonly unrealised: number | null;
  readonly fees: number;
  readonly flows: FlowFigures;
  readonly cash: number;
  /** Value of all trades, buys and sells added. */
  readonly volume: number;
  /** Number of fills, and of closings by the venue. */
  readonly trades: number;
  readonly closings: Closings;
  /** Share of the value of fills (absolute price × quantity) where the order was resting, 0 … 1. */
  readonly makerShare: number | null;
  readonly orders: OrderCounts;
  /** Orders with at least one fill ÷ orders sent, 0 … 1. */
  readonly fillRatio: number | null;
  readonly drawdown: {
    readonly amount: number;
    readonly peak: string | null;
    readonly trough: string | null;
    readonly recovery: string | null;
    readonly longestNs: number;
  };
  /** Annualised, see `sharpeRatio` for its assumptions; none for less than a day of market time. */
  readonly sharpe: number | null;
  readonly roundTrips: number;
  /** Closed round trips with a profit above 0 after fees ÷ closed round trips, 0 … 1. */
  readonly winRate: number | null;
  /** Closed round trips told apart; not in folders of before there was this. */
  readonly tripGroups?: TripGroups | undefined;
  /** By name of the metric (`BUILT_IN_METRICS` says what each is), `null` where there is no such number. */
  readonly metrics: MetricValues;
  /** What each session brought, those without a sample left out; only in runs that name a calendar. */
  readonly sessions?: readonly SessionSummary[] | undefined;
  readonly instruments: readonly InstrumentSummary[];
}

/** From the close before to its own; the first from the start of the run, the last to its end. */
export interface SessionSummary {
  /** The day that names it. */
  readonly session: string;
  /** When it was last sampled. */
  readonly end: string;
  /** Money in the account's currency. */
  readonly profit: number;
  /** Of equity as it was before, a fraction; `null` without capital. */
  readonly return: number | null;
}

/** Numbers of orders (not of events). */
export interface OrderCounts {
  readonly sent: number;
  /** With at least one fill. */
  readonly filled: number;
  readonly cancelled: number;
  readonly rejected: number;
  readonly expired: number;
  /** How and why they ended, most frequent first; the sums are `cancelled`, `rejected` and `expired`. */
  readonly ends: readonly OrderEnd[];
  /**
   * How often an order ended or shrank rather than trade with another of its strategy; where both did (`cancelBoth`,
   * `decrement`), both count.
   */
  readonly selfTradesPrevented: number;
}

/** One instrument that the strategy sent orders for, or by which its account changed. */
export interface InstrumentSummary {
  readonly symbol: string;
  /** What its money is in. */
  readonly currency: string;
  /** Order events. */
  readonly orderEvents: number;
  readonly trades: number;
  /** How many of the trades were closings by the venue. */
  readonly closings: number;
  /** Decimal quantity at the end, negative when short. */
  readonly position: number;
  readonly positionLots: number;
  readonly realised: number;
  readonly unrealised: number | null;
  readonly fees: number;
  readonly flows: number;
  readonly volume: number;
}

export interface SummaryOptions {
  /** Default: the built-in ones. Spread them to add some. */
  readonly metrics?: readonly Metric[];
  readonly metricOptions?: MetricOptions;
}

/**
 * The figures of a finished (or failed) run. Throws `RangeError` naming a currency of which an account holds something, but
 * no rate was recorded.
 */
export function summarise(
  recording: Recording,
  outcome: RunResult,
  { metrics = BUILT_IN_METRICS, metricOptions = {} }: SummaryOptions = {},
): RunSummary {
  const { failure, startNs, endNs } = outcome;
  const accounts = outcome.strategies.map(({ account }) => account);
  const measured = new RunMeasurements({ recording, accounts, startNs, endNs }, metricOptions);
  const timeText = (time: Nanos | undefined) => timeOf(recording.originNs, time);
  const tallies = tallyOrders(recording, accounts);
  const { sessions } = metricOptions;
  return {
    status: failure === undefined ? 'completed' : 'failed',
    ...(failure && {
      failure: {
        strategy: failure.strategy,
        handler: failure.handler,
        time: timeText(failure.timeNs),
        message: failure.message,
      },
    }),
    runHash: outcome.runHash,
    start: timeText(startNs),
    end: timeText(endNs),
    durationNs: finite(endNs - startNs),
    currency: recording.currency,
    rows: outcome.rows,
    orderEvents: outcome.orderEvents,
    fills: outcome.fills,
    unknownOrders: outcome.unknownOrders,
    crossedLevels: outcome.crossedLevels,
    ...(sessions && { sessions: { calendar: sessions.calendar, perYear: sessions.perYear } }),
    strategies: outcome.strategies.map((strategy, index) =>
      summariseStrategy(measured.of(index), outcome, strategy.name, tallies[index]!, metrics),
    ),
  };
}

function summariseStrategy(
  measurements: Measurements,
  { startNs, endNs }: RunResult,
  name: string,
  tally: OrderTally,
  metrics: readonly Metric[],
): StrategySummary {
  const { recording, strategy: index, account, profit } = measurements;
  const trips = measurements.trips.sums;
  const { amount, peakNs, troughNs, recoveryNs, longestNs } = drawdownOf(profit, startNs);
  const { countOf, ...closings } = closingsOf(recording, index, account);
  const timeText = (time: Nanos | undefined) => timeOf(recording.originNs, time);
  const { sent, filled, cancelled, rejected, expired, ends, selfTradesPrevented } = tally;
  const { realised, unrealised, fees } = account;
  const flows = flowsOf(account);
  const changes = changesOf(recording, index);
  const { sessions } = measurements.all.options;
  return {
    name,
    // What equity is without capital; not as a difference, which would round.
    profit: finite(realised + unrealised - fees + flows.total),
    realised,
    unrealised: finite(unrealised),
    fees,
    flows,
    cash: account.cash,
    volume: account.volume,
    trades: account.trades,
    closings,
    makerShare: finite(tally.makerValue / tally.value),
    orders: { sent, filled, cancelled, rejected, expired, ends, selfTradesPrevented },
    fillRatio: finite(filled / sent),
    drawdown: {
      amount,
      peak: timeText(peakNs),
      trough: timeText(troughNs),
      recovery: timeText(recoveryNs),
      longestNs,
    },
    // Annualised from minutes the ratio is a number in the thousands that means nothing.
    sharpe: endNs - startNs < DAY ? null : finite(sharpeRatio(profit, recording.sampleNs) ?? Number.NaN),
    roundTrips: trips.count,
    winRate: finite(trips.winRate),
    tripGroups: tripGroupsOf(measurements),
    metrics: computeMetrics(metrics, measurements),
    ...(sessions && { sessions: sessionsOf(measurements, sessions) }),
    instruments: recording.instruments
      .filter(({ index: at }) => tally.eventsOf[at]! > 0 || changes[at] === 1)
      .map((instrument) => ({
        symbol: instrument.symbol,
        currency: instrument.settle,
        orderEvents: tally.eventsOf[instrument.index]!,
        trades: tally.fillsOf[instrument.index]! + countOf[instrument.index]!,
        closings: countOf[instrument.index]!,
        position: account.position(instrument.index),
        positionLots: account.positionLots(instrument.index),
        realised: account.realisedOf(instrument.index),
        unrealised: finite(account.unrealisedOf(instrument.index)),
        fees: account.feesOf(instrument.index),
        flows: account.flowsOfInstrument(instrument.index),
        volume: account.volumeOf(instrument.index),
      })),
  };
}

function sessionsOf(measurements: Measurements, { day, endNs }: RunSessions): SessionSummary[] {
  const { endNs: seenNs, profits, returns } = returnsBy(measurements, 'session');
  let at = 0;
  return Array.from(profits, (profit, period) => {
    while (endNs[at]! < seenNs[period]!) at++;
    return {
      session: formatDate(day[at]!),
      end: formatEpoch(toEpoch(measurements.recording.originNs, seenNs[period]!)),
      profit,
      return: finite(returns[period]!),
    };
  });
}

/** A 1 for each instrument by which a strategy's account changed without an order. */
function changesOf({ accountEvents, instruments }: Recording, strategy: number): Uint8Array {
  const changes = new Uint8Array(instruments.length);
  for (let row = 0; row < accountEvents.localNs.length; row++) {
    const instrument = accountEvents.instrument.at(row);
    if (instrument >= 0 && accountEvents.strategy.at(row) === strategy) changes[instrument] = 1;
  }
  return changes;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function timeOf(originNs: bigint, time: Nanos | undefined): string | null {
  return time !== undefined && Number.isFinite(time) ? formatEpoch(toEpoch(originNs, time)) : null;
}
