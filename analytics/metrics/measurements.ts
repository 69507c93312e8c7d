/**
 * What the metrics of a run are computed from, each thing computed once and only when somebody asks. Knows nothing of which
 * metrics there are. Called by metrics, the summary and the report.
 */
import type { Account } from '../../core/account.js';
import { DAY, type Nanos } from '../../core/time.js';
import { equitySeries, profitSeries, type Recording, type Series, seriesOf } from '../recording.js';
import { walkRoundTrips } from '../round-trips.js';
import { YEAR_NS } from '../sharpe.js';
import { type Exposure, exposureOf } from './exposure.js';
import { type FillCosts, fillCostsOf } from './fill-costs.js';
import type { MeasuredStrategy } from './measured-strategy.js';
import { OrderPaths } from './order-paths.js';
import { type OrderTimes, orderTimesOf } from './order-times.js';
import { type ProfitSplit, profitSplitOf } from './profit-split.js';
import { PERIOD_RULES, periodEnds, type ReturnPeriod, simpleReturns, valuesUpTo } from './returns.js';
import type { RunSessions } from './run-sessions.js';
import { type Shortfall, shortfallOf } from './shortfall.js';
import { type TripFigures, TripTally } from './trip-figures.js';

export interface MetricOptions {
  /** Return that is to be had without risk, a fraction a year. Default 0. */
  readonly riskFreePerYear?: number;
  /**
   * Length of the periods whose returns are measured. Default: days from 30 days on, or sessions if `sessions` are given; hours
   * from one day on, else minutes.
   */
  readonly period?: Exclude<ReturnPeriod, 'trade'>;
  /** Periods in a year. Default: what fits into 365 days of 24 hours, as the samples do; of sessions, their usual number a year. */
  readonly periodsPerYear?: number;
  /** The sessions of the run, see `runSessions`. */
  readonly sessions?: RunSessions;
  /** When a day begins, ns after midnight UTC. Default 0. */
  readonly dayStartNs?: Nanos;
  /** How many strategies or settings were tried to arrive at this one; for the deflated Sharpe ratio. Default 1. */
  readonly trials?: number;
  /** Standard deviation of the Sharpe ratios per period of those. Default 0: then trials do not matter. */
  readonly trialDeviation?: number;
  /** What the strategy is compared with; times as in the recording. Default: what it traded most, bought and held. */
  readonly benchmark?: Series;
}

/** A finished run as metrics see it. */
export interface MeasuredRun {
  readonly recording: Recording;
  /** One a strategy, as they stood at the end. */
  readonly accounts: readonly Account[];
  readonly startNs: Nanos;
  readonly endNs: Nanos;
}

/** What all strategies of a run share. */
export class RunMeasurements {
  readonly run: MeasuredRun;
  readonly options: MetricOptions;
  readonly #strategies: (Measurements | undefined)[] = [];
  #paths: OrderPaths | undefined;
  #trips: TripTally[] | undefined;

  constructor(run: MeasuredRun, options: MetricOptions = {}) {
    this.run = run;
    this.options = options;
  }

  /** Measurements of one strategy, by its index. */
  of(strategy: number): Measurements {
    this.#strategies[strategy] ??= new Measurements(this, strategy);
    return this.#strategies[strategy];
  }

  /** Every order of the run, from sending to its end. */
  get paths(): OrderPaths {
    this.#paths ??= new OrderPaths(this.run.recording);
    return this.#paths;
  }

  /** Closed round trips, by strategy. */
  get trips(): readonly TripTally[] {
    if (this.#trips === undefined) {
      const { recording, accounts } = this.run;
      this.#trips = accounts.map((account) => new TripTally(account));
      walkRoundTrips(recording, (trip) => this.#trips![trip.strategy]!.add(trip));
    }
    return this.#trips;
  }
}

/** One strategy of a run. Money is in the account's currency at its last rates. */
export class Measurements implements MeasuredStrategy {
  readonly all: RunMeasurements;
  readonly strategy: number;
  readonly account: Account;
  readonly recording: Recording;
  #profit: Series | undefined;
  #equity: Series | undefined;
  #periodProfits: Float64Array | undefined;
  #periodReturns: Float64Array | undefined;
  #benchmarkReturns: Float64Array | undefined;
  #fillCosts: FillCosts | undefined;
  #split: ProfitSplit | undefined;
  #times: OrderTimes | undefined;
  #shortfall: Shortfall | undefined;
  #exposure: Exposure | undefined;

  constructor(all: RunMeasurements, strategy: number) {
    this.all = all;
    this.strategy = strategy;
    this.account = all.run.accounts[strategy]!;
    this.recording = all.run.recording;
  }

  /** Market time from the first event to the last. */
  get durationNs(): Nanos {
    return this.all.run.endNs - this.all.run.startNs;
  }

  /** Sampled profit: equity without capital. */
  get profit(): Series {
    this.#profit ??= profitSeries(this.recording, this.strategy);
    return this.#profit;
  }

  get equity(): Series {
    this.#equity ??= equitySeries(this.recording, this.strategy);
    return this.#equity;
  }

  /** Money it began with, at the last rates; `NaN` where it was given none: then there are no returns, only profit. */
  get capital(): number {
    const { capital } = this.account;
    return capital > 0 ? capital : Number.NaN;
  }

  get period(): Exclude<ReturnPeriod, 'trade'> {
    const { period, sessions } = this.all.options;
    if (period !== undefined) return period;
    if (this.durationNs >= 30 * DAY) return sessions === undefined ? 'day' : 'session';
    return this.durationNs >= DAY ? 'hour' : 'minute';
  }

  /** `NaN` for less than a day of market time: scaled up from minutes a figure is in the thousands and means nothing. */
  get periodsPerYear(): number {
    if (this.durationNs < DAY) return Number.NaN;
    const { periodsPerYear, sessions } = this.all.options;
    if (periodsPerYear !== undefined) return periodsPerYear;
    const { period } = this;
    return period === 'session' ? (sessions?.perYear ?? Number.NaN) : YEAR_NS / PERIOD_RULES[period].lengthNs;
  }

  get riskFreePerPeriod(): number {
    const yearly = this.all.options.riskFreePerYear ?? 0;
    return yearly === 0 ? 0 : (1 + yearly) ** (1 / this.periodsPerYear) - 1;
  }

  /** A curve at the ends of the periods. Throws `RangeError` where these are sessions, and none are given. */
  atPeriodEnds(series: Series): Series {
    const { period } = this;
    const { sessions, dayStartNs = 0 } = this.all.options;
    if (period !== 'session') {
      return periodEnds(series, this.recording.originNs, { lengthNs: PERIOD_RULES[period].lengthNs, dayStartNs });
    }
    if (sessions === undefined) throw new RangeError('period "session": the options have no sessions');
    return valuesUpTo(series, sessions.endNs);
  }

  /** Money earned in each period. */
  get periodProfits(): Float64Array {
    this.#periodProfits ??= differences(this.atPeriodEnds(this.profit).value);
    return this.#periodProfits;
  }

  /** Return of equity in each period; empty without capital. */
  get periodReturns(): Float64Array {
    this.#periodReturns ??= Number.isNaN(this.capital)
      ? new Float64Array(0)
      : simpleReturns(this.atPeriodEnds(this.equity).value);
    return this.#periodReturns;
  }

  /** Instrument of the largest volume; −1 without trades. */
  get mainInstrument(): number {
    let main = -1;
    let most = 0;
    for (const { index } of this.recording.instruments) {
      const volume = Math.abs(this.account.converted(index, this.account.volumeOf(index)) || 0);
      if (volume > most) {
        main = index;
        most = volume;
      }
    }
    return main;
  }

  /** Returns of the benchmark, period by period as the strategy's; empty where there is none. */
  get benchmarkReturns(): Float64Array {
    this.#benchmarkReturns ??= this.#benchmark();
    return this.#benchmarkReturns;
  }

  #benchmark(): Float64Array {
    const { positions, instruments } = this.recording;
    const given = this.all.options.benchmark;
    const main = this.mainInstrument;
    if (given === undefined && main < 0) return new Float64Array(0);
    const mids =
      given ??
      seriesOf(
        positions.localNs,
        (row) => positions.strategy.at(row) === this.strategy && positions.instrument.at(row) === main,
        (row) => instruments[main]!.price((positions.bidTicks.at(row) + positions.askTicks.at(row)) / 2),
      );
    const ends = this.atPeriodEnds(this.equity).timeNs;
    return simpleReturns(valuesAt(mids, ends));
  }

  get paths(): OrderPaths {
    return this.all.paths;
  }

  get trips(): TripFigures {
    return this.all.trips[this.strategy]!.figures;
  }

  get fillCosts(): FillCosts {
    this.#fillCosts ??= fillCostsOf(this);
    return this.#fillCosts;
  }

  get split(): ProfitSplit {
    this.#split ??= profitSplitOf(this);
    return this.#split;
  }

  get times(): OrderTimes {
    this.#times ??= orderTimesOf(this);
    return this.#times;
  }

  get shortfall(): Shortfall {
    this.#shortfall ??= shortfallOf(this);
    return this.#shortfall;
  }

  get exposure(): Exposure {
    this.#exposure ??= exposureOf(this);
    return this.#exposure;
  }
}

function differences(values: Float64Array): Float64Array {
  const out = new Float64Array(Math.max(0, values.length - 1));
  for (let i = 1; i < values.length; i++) out[i - 1] = values[i]! - values[i - 1]!;
  return out;
}

/** The last value of a curve that is a number, at each of some rising times; `NaN` before the first. */
function valuesAt({ timeNs, value }: Series, times: Float64Array): Float64Array {
  let at = 0;
  let last = Number.NaN;
  return times.map((until) => {
    for (; at < value.length && timeNs[at]! <= until; at++) if (!Number.isNaN(value[at]!)) last = value[at]!;
    return last;
  });
}
