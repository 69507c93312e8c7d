/**
 * The figures of a run as plain data that JSON can hold; equal runs give equal summaries.
 * Knows nothing of files, terminals or the clock. Called by the run folder, the report and the command line.
 *
 * Money is in the quote currency, times are ISO 8601 in UTC with nanoseconds, `null` means there is no such number.
 */
import { OrderEventKind } from '../core/order.js';
import type { RunResult } from '../core/simulation.js';
import { DAY, formatEpoch, type Nanos, toEpoch } from '../core/time.js';
import { drawdownOf } from './drawdown.js';
import { equitySeries, type Recording } from './recording.js';
import { type RoundTrips, roundTripsOf } from './round-trips.js';
import { sharpeRatio } from './sharpe.js';

export interface RunSummary {
  readonly status: 'completed' | 'failed';
  /** Only in failed runs. */
  readonly failure?: FailureSummary | undefined;
  readonly runHash: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly durationNs: number | null;
  readonly rows: number;
  readonly orderEvents: number;
  readonly fills: number;
  /** Order rows that named an order the book did not hold: they changed nothing. */
  readonly unknownOrders: number;
  /** Levels that the books took away because another one crossed them. */
  readonly crossedLevels: number;
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
  readonly cash: number;
  /** Value of all fills, buys and sells added. */
  readonly volume: number;
  /** Number of fills. */
  readonly trades: number;
  /** Share of traded value (absolute price × quantity) where the order was resting, 0 … 1. */
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
  readonly instruments: readonly InstrumentSummary[];
}

/** Numbers of orders (not of events). */
export interface OrderCounts {
  readonly sent: number;
  /** With at least one fill. */
  readonly filled: number;
  readonly cancelled: number;
  readonly rejected: number;
  readonly expired: number;
}

/** One instrument that the strategy sent orders for. */
export interface InstrumentSummary {
  readonly symbol: string;
  /** Order events. */
  readonly orderEvents: number;
  readonly trades: number;
  /** Decimal quantity at the end, negative when short. */
  readonly position: number;
  readonly positionLots: number;
  readonly realised: number;
  readonly unrealised: number | null;
  readonly fees: number;
  readonly volume: number;
}

/** The figures of a finished (or failed) run. One pass over each table. */
export function summarise(recording: Recording, outcome: RunResult): RunSummary {
  const { failure, startNs, endNs } = outcome;
  const timeText = (time: Nanos | undefined) => timeOf(recording.originNs, time);
  const trips = roundTripsOf(recording);
  const tallies = tallyOrders(recording);
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
    rows: outcome.rows,
    orderEvents: outcome.orderEvents,
    fills: outcome.fills,
    unknownOrders: outcome.unknownOrders,
    crossedLevels: outcome.crossedLevels,
    strategies: outcome.strategies.map((strategy, index) =>
      summariseStrategy(recording, outcome, strategy, index, trips[index]!, tallies[index]!),
    ),
  };
}

function summariseStrategy(
  recording: Recording,
  { startNs, endNs }: RunResult,
  { name, account }: RunResult['strategies'][number],
  index: number,
  trips: RoundTrips,
  tally: OrderTally,
): StrategySummary {
  const equity = equitySeries(recording, index);
  const { amount, peakNs, troughNs, recoveryNs, longestNs } = drawdownOf(equity, startNs);
  const timeText = (time: Nanos | undefined) => timeOf(recording.originNs, time);
  const { sent, filled, cancelled, rejected, expired } = tally;
  return {
    name,
    profit: finite(account.equity - account.capital),
    realised: account.realised,
    unrealised: finite(account.unrealised),
    fees: account.fees,
    cash: account.cash,
    volume: account.volume,
    trades: account.trades,
    makerShare: finite(tally.makerValue / tally.value),
    orders: { sent, filled, cancelled, rejected, expired },
    fillRatio: finite(filled / sent),
    drawdown: {
      amount,
      peak: timeText(peakNs),
      trough: timeText(troughNs),
      recovery: timeText(recoveryNs),
      longestNs,
    },
    // Annualised from minutes the ratio is a number in the thousands that means nothing.
    sharpe: endNs - startNs < DAY ? null : finite(sharpeRatio(equity, recording.sampleNs) ?? Number.NaN),
    roundTrips: trips.count,
    winRate: finite(trips.wins / trips.count),
    instruments: recording.instruments
      .filter((instrument) => tally.eventsOf[instrument.index]! > 0)
      .map((instrument) => ({
        symbol: instrument.symbol,
        orderEvents: tally.eventsOf[instrument.index]!,
        trades: tally.fillsOf[instrument.index]!,
        position: account.position(instrument.index),
        positionLots: account.positionLots(instrument.index),
        realised: account.realisedOf(instrument.index),
        unrealised: finite(account.unrealisedOf(instrument.index)),
        fees: account.feesOf(instrument.index),
        volume: account.volumeOf(instrument.index),
      })),
  };
}

interface OrderTally {
  sent: number;
  filled: number;
  cancelled: number;
  rejected: number;
  expired: number;
  value: number;
  makerValue: number;
  /** Order events and fills by instrument. */
  readonly eventsOf: Float64Array;
  readonly fillsOf: Float64Array;
}

function tallyOrders({ orders, fills, instruments, strategies }: Recording): OrderTally[] {
  const tallies = strategies.map(
    (): OrderTally => ({
      sent: 0,
      filled: 0,
      cancelled: 0,
      rejected: 0,
      expired: 0,
      value: 0,
      makerValue: 0,
      eventsOf: new Float64Array(instruments.length),
      fillsOf: new Float64Array(instruments.length),
    }),
  );
  let highestId = 0;
  for (let row = 0; row < orders.localNs.length; row++) {
    const tally = tallies[orders.strategy.at(row)]!;
    const kind = orders.kind.at(row);
    tally.eventsOf[orders.instrument.at(row)]! += 1;
    if (kind === OrderEventKind.submitted) tally.sent++;
    else if (kind === OrderEventKind.cancelled) tally.cancelled++;
    else if (kind === OrderEventKind.rejected) tally.rejected++;
    else if (kind === OrderEventKind.expired) tally.expired++;
    highestId = Math.max(highestId, orders.orderId.at(row));
  }
  const hasFilled = new Uint8Array(highestId + 1);
  for (let row = 0; row < fills.localNs.length; row++) {
    const tally = tallies[fills.strategy.at(row)]!;
    const instrument = fills.instrument.at(row);
    const value = Math.abs(instruments[instrument]!.notional(fills.priceTicks.at(row), fills.qtyLots.at(row)));
    tally.fillsOf[instrument]! += 1;
    tally.value += value;
    if (fills.maker.at(row) === 1) tally.makerValue += value;
    const id = fills.orderId.at(row);
    if (hasFilled[id] === 0) tally.filled++;
    hasFilled[id] = 1;
  }
  return tallies;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function timeOf(originNs: bigint, time: Nanos | undefined): string | null {
  return time !== undefined && Number.isFinite(time) ? formatEpoch(toEpoch(originNs, time)) : null;
}
