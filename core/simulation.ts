/**
 * Wires tapes, strategies, a venue and observers into one run, checks everything at the door, runs it, and says what
 * came of it. Knows nothing of files. Called by users and by the command line.
 */
import { EventEmitter } from 'eventemitter3';
import { Account, type Costing } from './account.js';
import type { Book } from './book/book.js';
import { Clock, HANDLERS, NOBODY } from './clock.js';
import type { ComputeTimeModel } from './compute-time.js';
import { CurrencyRates } from './currency.js';
import { ExchangeLane } from './exchange-lane.js';
import { Feed } from './feed.js';
import { Instrument } from './instrument.js';
import { Kernel } from './kernel.js';
import { LocalLane } from './local-lane.js';
import { Lookouts } from './lookout.js';
import { Kind } from './market.js';
import { MarketBooks } from './market-books.js';
import { MarketRates } from './market-rates.js';
import { MatchWitness } from './match-event.js';
import { mergeTapes } from './merge.js';
import type { Observer, RunOutline } from './observer.js';
import { OrderDesk } from './order-desk.js';
import { type Handler, Schedule } from './queue.js';
import { RandomSource } from './random.js';
import { Rank } from './rank.js';
import { type RiskCheck, RiskDesk } from './risk.js';
import { Router } from './router.js';
import { RunHash, type Sha256 } from './run-hash.js';
import type { Strategy } from './strategy.js';
import { type HostEnvironment, StrategyHost } from './strategy-host.js';
import type { TapeSource } from './tape.js';
import { formatEpoch, type Nanos, SECOND, toEpoch } from './time.js';
import { type VenueFactory, Watch } from './venue.js';

/** What a run is made of. */
export interface SimulationOptions {
  /** One tape, or several that are merged as they are read: at equal times the one named first goes first. */
  readonly tapes: readonly TapeSource[];
  readonly strategies: readonly StrategyEntry[];
  readonly venue: VenueFactory;
  readonly observers?: readonly Observer[];
  /** Whole number 0 … 2^53−1; default 1. */
  readonly seed?: number;
  /** Market time between two samples of the accounts for observers; default 1 s, 0 = none. */
  readonly sampleNs?: Nanos;
  /** What computes the run hash; default: a SHA-256 in plain JavaScript. The hash is the same with every one. */
  readonly sha256?: Sha256;
  /** Asked in this order before any order leaves, for all strategies together; after the strategy's own checks. */
  readonly risk?: readonly RiskCheck[];
  /** What accounts are in; needed when instruments settle in several currencies. */
  readonly currency?: string;
  /** What one unit of a currency is worth in `currency`, for those that no instrument of the run quotes. */
  readonly rates?: Readonly<Record<string, number>>;
}

export interface StrategyEntry {
  /** Unique in the run. */
  readonly name: string;
  readonly strategy: Strategy;
  /** Symbols it hears of and may see; default all. */
  readonly instruments?: readonly string[];
  /** Money by currency that its account starts with; default none. */
  readonly capital?: Readonly<Record<string, number>>;
  /** How realised profit is reckoned; default average cost. */
  readonly costing?: Costing;
  /** Asked in this order before any order of this strategy leaves. */
  readonly risk?: readonly RiskCheck[];
  /** How long it thinks; default no time. */
  readonly computeTime?: ComputeTimeModel;
}

export interface RunResult {
  /** SHA-256 over every order event in order, 64 hex digits. */
  readonly runHash: string;
  /** Tape rows processed (a row that stands twice counts twice). */
  readonly rows: number;
  readonly originNs: bigint;
  /** Time of the first event and of the last, ns since the origin. */
  readonly startNs: Nanos;
  readonly endNs: Nanos;
  readonly orderEvents: number;
  readonly fills: number;
  readonly strategies: readonly { readonly name: string; readonly account: Account }[];
  /** Order rows that named an order the book did not hold, and levels removed because another crossed them. */
  readonly unknownOrders: number;
  readonly crossedLevels: number;
  readonly failure?: RunFailure;
}

export interface RunFailure {
  /** The strategy whose handler threw; empty when it was not a strategy. */
  readonly strategy: string;
  readonly handler: string;
  readonly timeNs: Nanos;
  readonly message: string;
  readonly stack: string;
}

/** A run that stopped because something threw. `result` holds what had happened until then. */
export class RunError extends Error {
  readonly result: RunResult;
  readonly strategy: string;
  readonly handler: string;
  readonly timeNs: Nanos;

  constructor(message: string, result: RunResult, cause: unknown) {
    super(message, { cause });
    this.name = 'RunError';
    this.result = result;
    this.strategy = result.failure?.strategy ?? '';
    this.handler = result.failure?.handler ?? '';
    this.timeNs = result.failure?.timeNs ?? 0;
  }
}

/** Life-cycle events for user interfaces; never per market event. */
export interface SimulationEvents {
  started: [];
  /** About once per block of 65,536 rows. */
  progress: [{ readonly rows: number; readonly totalRows: number; readonly nowNs: Nanos }];
  finished: [RunResult];
}

export class Simulation {
  readonly events = new EventEmitter<SimulationEvents>();
  readonly originNs: bigint;
  readonly instruments: readonly Instrument[];
  readonly #options: SimulationOptions;
  readonly #tape: TapeSource;
  readonly #seed: number;
  readonly #sampleNs: Nanos;
  #used = false;

  /** Throws `RangeError` for an empty or contradictory setup, naming what is wrong. */
  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#tape = mergeTapes(options.tapes);
    this.#seed = options.seed ?? 1;
    this.#sampleNs = options.sampleNs ?? SECOND;
    if (!(this.#sampleNs >= 0)) throw new RangeError(`sampleNs ${this.#sampleNs} is negative or no number`);
    this.originNs = this.#tape.info.originNs;
    this.instruments = this.#tape.info.instruments.map((spec, index) => new Instrument(spec, index));
    const names = new Set<string>();
    for (const { name, instruments } of options.strategies) {
      if (names.has(name)) throw new RangeError(`two strategies are named "${name}"; give each its own name`);
      names.add(name);
      for (const symbol of instruments ?? []) this.#find(symbol, name);
    }
  }

  /** Runs from the first event to the last. Once per simulation. Throws {@link RunError} when something in it threw. */
  run(): RunResult {
    if (this.#used) throw new Error('this simulation has run; make a new one to run again');
    this.#used = true;
    const { instruments, originNs } = this;
    const observers = this.#options.observers ?? [];
    const schedule = new Schedule();
    const clock = new Clock();
    const random = new RandomSource(this.#seed);
    const hash = new RunHash(this.#options.sha256);
    const desk = new OrderDesk(schedule, instruments, observers, hash);
    const venueBooks = new MarketBooks(instruments, this.#tape.info.counts);
    const localBooks = new MarketBooks(instruments, this.#tape.info.counts);
    const books = localBooks.levels;
    const { lastTicks } = localBooks;
    const environment: HostEnvironment = {
      ...{ clock, originNs, instruments, books, lastTicks, desk, schedule, random, observers },
      listen: (host, instrument, gatherer) => router.listen(host, instrument, gatherer),
    };
    const entries = this.#options.strategies;
    const { currency } = this.#options;
    const rates = currency === undefined ? undefined : new CurrencyRates(currency, this.#options.rates);
    const marketRates = rates === undefined ? undefined : new MarketRates(rates, instruments, books, lastTicks);
    const accountOptions = ({ capital, costing }: StrategyEntry) => ({
      ...(capital === undefined ? {} : { capital }),
      ...(costing === undefined ? {} : { costing }),
      ...(rates === undefined ? {} : { rates }),
    });
    const hosts = entries.map(
      (entry, index) =>
        new StrategyHost(index, entry, this.#subscribed(entry.instruments, entry.name), environment, {
          ...accountOptions(entry),
        }),
    );
    const watch = new Watch(instruments.length);
    const lookouts = new Lookouts();
    const matchListeners = observers.filter(({ onMatch, onQueue }) => onMatch !== undefined || onQueue !== undefined);
    const venue = this.#options.venue({
      originNs,
      instruments,
      strategies: entries.map(({ name }) => name),
      accounts: entries.map((entry) => new Account(instruments, accountOptions(entry))),
      counts: this.#tape.info.counts,
      watch,
      books: venueBooks.levels,
      orderBooks: venueBooks.orders,
      schedule,
      answers: desk,
      random,
      ...(matchListeners.length > 0 && { witness: new MatchWitness(matchListeners, venueBooks.levels, lookouts) }),
    });
    desk.connect(venue, hosts, this.#riskDesk(hosts, books, lastTicks, schedule, rates, marketRates));
    const router = new Router(instruments, books, hosts, clock);
    for (const observer of observers) if (observer.onBar !== undefined) this.#showBars(router, observer);

    const totalRows = this.#tape.info.rows;
    const reader = this.#tape.open(originNs);
    let startNs = 0;
    let rows = 0;
    const result = (failure?: RunFailure): RunResult => ({
      runHash: hash.digest(),
      rows,
      originNs,
      startNs,
      endNs: clock.nowNs,
      orderEvents: hash.events,
      fills: hash.fills,
      strategies: hosts.map(({ name, account }) => ({ name, account })),
      unknownOrders: localBooks.orders.reduce((sum, book) => sum + (book?.unknown ?? 0), 0),
      crossedLevels: books.reduce((sum, book) => sum + book.crossed, 0),
      ...(failure === undefined ? {} : { failure }),
    });
    // A tape that cannot be read fails before anyone heard of the run.
    let observed = false;
    /** Tells every observer once, also when one of them throws; then throws what the first of them threw. */
    const finish = () => {
      if (!observed) return;
      observed = false;
      marketRates?.update();
      for (const host of hosts) host.markToMid();
      const thrown: unknown[] = [];
      for (const observer of observers) {
        try {
          observer.onStop?.(clock.nowNs);
        } catch (error) {
          thrown.push(error);
        }
      }
      if (thrown.length > 0) throw thrown[0];
    };
    try {
      const feed = new Feed(reader, 2, (read) => {
        rows = read;
        this.events.emit('progress', { rows, totalRows, nowNs: clock.nowNs });
      });
      const exchange = new ExchangeLane(feed, venueBooks, venue, watch, instruments, schedule, lookouts);
      const local = new LocalLane(feed, localBooks, router, schedule, venue.leastEntryNs);
      startNs = Math.min(exchange.nextNs, local.nextNs);
      if (startNs === Infinity) startNs = 0;
      clock.nowNs = startNs;
      this.events.emit('started');
      const accounts = hosts.map((host) => host.account);
      const strategies = hosts.map((host) => host.name);
      const outline: RunOutline = {
        ...{ originNs, instruments, strategies, accounts, books, sampleNs: this.#sampleNs },
        venueBooks: venueBooks.levels,
        watchVenue: (lookout) => lookouts.add(lookout),
      };
      observed = true;
      for (const observer of observers) observer.onStart?.(outline);
      this.#sample(schedule, clock, hosts, observers, startNs, marketRates);
      for (const host of hosts) {
        clock.enter(host.index, 'onStart');
        host.strategy.onStart?.(host);
      }
      clock.strategy = NOBODY;
      new Kernel(schedule, exchange, local).run();
      clock.nowNs = Math.max(clock.nowNs, exchange.lastNs, local.lastNs);
      // After the last row the books stand as they do until the end.
      lookouts.look(clock.nowNs + 1);
      for (const host of hosts) {
        clock.enter(host.index, 'onStop');
        host.strategy.onStop?.(host);
      }
      clock.strategy = NOBODY;
      finish();
    } catch (error) {
      throw this.#failed(error, clock, finish, result);
    } finally {
      reader.close();
    }
    const done = result();
    this.events.emit('finished', done);
    return done;
  }

  #showBars(router: Router, observer: Observer): void {
    this.#tape.info.counts.forEach((kinds, instrument) => {
      if (kinds[Kind.bar]! > 0) router.watchBars(instrument, (bar) => observer.onBar!(bar));
    });
  }

  #sample(
    schedule: Schedule,
    clock: Clock,
    hosts: readonly StrategyHost[],
    observers: readonly Observer[],
    startNs: Nanos,
    rates: MarketRates | undefined,
  ): void {
    const listeners = observers.filter((observer) => observer.onSample !== undefined);
    if (this.#sampleNs === 0 || listeners.length === 0) return;
    const step = this.#sampleNs;
    const sampler: Handler = {
      fire(_payload, nowNs) {
        clock.nowNs = nowNs;
        rates?.update();
        for (const host of hosts) host.markToMid();
        for (const observer of listeners) observer.onSample!(nowNs);
        schedule.add(nowNs + step, Rank.observation, sampler, 0, false);
      },
    };
    schedule.add(startNs, Rank.observation, sampler, 0, false);
  }

  #riskDesk(
    hosts: readonly StrategyHost[],
    books: readonly Book[],
    lastTicks: Float64Array,
    schedule: Schedule,
    rates: CurrencyRates | undefined,
    marketRates: MarketRates | undefined,
  ): RiskDesk | undefined {
    const { risk = [], strategies } = this.#options;
    if (risk.length === 0 && strategies.every((entry) => (entry.risk ?? []).length === 0)) return undefined;
    return new RiskDesk({
      checks: strategies.map((entry) => entry.risk ?? []),
      overall: risk,
      accounts: hosts.map(({ account }) => account),
      instruments: this.instruments,
      books,
      originNs: this.originNs,
      schedule,
      lastTicks,
      ...(rates === undefined ? {} : { rates }),
      ...(marketRates === undefined ? {} : { marketRates }),
    });
  }

  #failed(error: unknown, clock: Clock, finish: () => void, result: (failure: RunFailure) => RunResult): RunError {
    let message = error instanceof Error ? error.message : String(error);
    const { strategy } = clock;
    try {
      finish();
    } catch (another) {
      message += ` (and then an observer: ${another instanceof Error ? another.message : String(another)})`;
    }
    const failure: RunFailure = {
      strategy: this.#options.strategies[strategy]?.name ?? '',
      handler: strategy === NOBODY ? '' : HANDLERS[clock.handler]!,
      timeNs: clock.nowNs,
      message,
      stack: error instanceof Error ? (error.stack ?? message) : message,
    };
    const time = formatEpoch(toEpoch(this.originNs, clock.nowNs));
    const who = failure.strategy === '' ? 'the run' : `strategy "${failure.strategy}"`;
    const where = failure.strategy === '' ? '' : ` in ${failure.handler}`;
    return new RunError(`${who} failed${where} at ${time}: ${message}`, result(failure), error);
  }

  #subscribed(symbols: readonly string[] | undefined, strategy: string): readonly Instrument[] {
    if (symbols === undefined) return this.instruments;
    const wanted = new Set(symbols.map((symbol) => this.#find(symbol, strategy)));
    return this.instruments.filter((instrument) => wanted.has(instrument));
  }

  #find(symbol: string, strategy: string): Instrument {
    const found = this.instruments.find((instrument) => instrument.symbol === symbol);
    if (found === undefined) {
      const known = this.instruments.map((instrument) => instrument.symbol).join(', ');
      throw new RangeError(`strategy "${strategy}": instrument "${symbol}" is not on the tape, which has ${known}`);
    }
    return found;
  }
}
