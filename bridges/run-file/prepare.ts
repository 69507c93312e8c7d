/**
 * Makes a checked run file into a simulation that is ready to run: tapes opened, plug-ins loaded, venue put together.
 * Knows nothing of the terminal or of run folders. Called by the command line, by environments and by users.
 */
import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { Recorder } from '../../analytics/recorder.js';
import { Account } from '../../core/account.js';
import { LevelBook } from '../../core/book/levels.js';
import { computeTime } from '../../core/compute-time.js';
import { CurrencyRates } from '../../core/currency.js';
import { Instrument, type InstrumentSpec } from '../../core/instrument.js';
import { MarketRates } from '../../core/market-rates.js';
import { mergeTapes } from '../../core/merge.js';
import type { Observer } from '../../core/observer.js';
import type { SessionCalendar } from '../../core/session-calendar.js';
import { Simulation, type StrategyEntry } from '../../core/simulation.js';
import type { Strategy, StrategyPlugin } from '../../core/strategy.js';
import type { TapeSource } from '../../core/tape.js';
import type { VenueFactory } from '../../core/venue.js';
import { idleVenue } from '../../execution/simulated-venue.js';
import { severalVenues, type VenueEntry } from '../../execution/venues.js';
import type { StrategyRegistry } from '../../strategies/registry.js';
import { createStrategy, loadStrategyPlugin } from '../plugin-loader.js';
import { PythonStrategies } from '../python/python-strategies.js';
import { ConfigError, within } from './config-error.js';
import { checkInstruments, matching, openMarket, type TapeOrigin } from './market.js';
import { type PythonOptions, remoteEntries, targetName } from './python-config.js';
import { pathIn, type RunFile } from './read.js';
import { riskOf } from './risk-config.js';
import { calendarOf } from './sessions-config.js';
import { delayOf } from './venue/delay-config.js';
import type { LatencySources } from './venue/latency-config.js';
import { readLatencyFile } from './venue/latency-file.js';
import { venueOf } from './venue/venue-config.js';

export interface PreparedRun {
  readonly simulation: Simulation;
  /** Observes the simulation. */
  readonly recorder: Recorder;
  /** What the run folder's manifest says of the tapes. */
  readonly tapes: readonly TapeOrigin[];
  /** The strategies in Python; `close` it when the run is over, however it ended. Without any of them it is empty. */
  readonly python: PythonStrategies;
  /** The calendar that the run file names. */
  readonly sessions: SessionCalendar | undefined;
}

export interface PrepareOptions {
  /** Strategies by name; default: the built-in ones. */
  readonly registry?: StrategyRegistry;
  /** Where packages are looked for; default: the working directory. */
  readonly packagesFrom?: string;
  /** Journals, attached strategies. */
  readonly python?: PythonOptions;
}

/**
 * Throws {@link ConfigError} where the run file is at fault, `TapeError` where a tape is, `BridgeError` where a Python strategy
 * is.
 */
export async function prepareRun(file: RunFile, options: PrepareOptions = {}): Promise<PreparedRun> {
  const { python: pythonOptions = {} } = options;
  const run = await openRun(file, options);
  const entries = await remoteEntries(file, run.specs, run.owns, pythonOptions);
  const { journalIn, replay, check } = pythonOptions;
  const python = await PythonStrategies.connect(entries, {
    name: basename(file.path, extname(file.path)),
    seed: file.config.seed,
    originNs: run.originNs,
    ...(file.config.record.journal ? { journalIn } : {}),
    ...{ replay, check },
  });
  try {
    const recorder = new Recorder();
    const simulation = simulationOf(run, python.strategies, file.config.seed, [recorder]);
    return { simulation, recorder, tapes: run.origins, python, sessions: run.sessions };
  } catch (error) {
    python.close();
    throw error;
  }
}

/** What all runs of one run file share: opened once, simulated as often as wanted. */
export interface OpenRun {
  readonly file: RunFile;
  /** Made once, unless the seed has a part in it. */
  readonly marketFor: (seed: number) => MarketOfRun;
  readonly origins: readonly TapeOrigin[];
  readonly originNs: bigint;
  /** All instruments on the tapes. */
  readonly specs: readonly InstrumentSpec[];
  /** Symbols of the run; and of each strategy. */
  readonly symbols: readonly string[];
  readonly owns: readonly (readonly string[])[];
  readonly plugins: readonly NamedPlugin[];
  readonly sessions: SessionCalendar | undefined;
}

/** What is traded, and where. The factory makes a venue of its own for each simulation. */
interface MarketOfRun {
  readonly tapes: readonly TapeSource[];
  readonly venue: VenueFactory;
}

/** `plugin` is missing for a strategy in Python. */
interface NamedPlugin {
  readonly name: string;
  readonly plugin?: StrategyPlugin | undefined;
}

/** Opens tapes and loads plug-ins, checks all that can be checked before anything runs. Throws as {@link prepareRun}. */
export async function openRun(file: RunFile, options: PrepareOptions = {}): Promise<OpenRun> {
  const { config, path } = file;
  const plugins = await loadPlugins(file, options);
  const { tapesFor, seedless, origins, lastNs } = openMarket(file);
  const tapes = tapesFor(config.seed);
  const { instruments: specs, originNs } = mergeTapes(tapes).info;
  const sessions = config.sessions === undefined ? undefined : calendarOf(config.sessions, originNs, lastNs, path);
  const symbols = checkInstruments(config.instruments, specs, path);
  const owns = config.strategies.map(({ instruments: patterns }, index) =>
    matching(patterns, symbols, `${path}: strategies.${index}.instruments`),
  );
  checkMoney(file, specs);
  const marketOf = (of: readonly TapeSource[]): MarketOfRun => ({
    tapes: of,
    venue: within(path, () => venueFrom(file, of, symbols)),
  });
  const first = marketOf(tapes);
  const marketFor = (seed: number) => (seedless || seed === config.seed ? first : marketOf(tapesFor(seed)));
  return { file, marketFor, origins, originNs, specs, symbols, owns, plugins, sessions };
}

/** A fresh simulation. `remote`: the strategies in Python, in the order of the run file. */
export function simulationOf(
  run: OpenRun,
  remote: readonly Strategy[],
  seed: number,
  observers: readonly Observer[],
): Simulation {
  const { file, symbols, specs } = run;
  const { config, path } = file;
  const { tapes, venue } = run.marketFor(seed);
  const specsOf = (wanted: readonly string[]) => specs.filter(({ symbol }) => wanted.includes(symbol));
  const strategies = strategiesOf(run, remote).map(({ name, strategy }, index): StrategyEntry => {
    const { capital, costing, risk, computeTime: thinks } = config.strategies[index]!;
    const place = `${path}: strategies.${index}`;
    const own = run.owns[index]!;
    return {
      name,
      strategy,
      instruments: own,
      costing,
      risk: risk.map((check, at) => within(`${place}.risk.${at}`, () => riskOf(check, specsOf(own)))),
      ...(capital === undefined ? {} : { capital }),
      ...(thinks === undefined
        ? {}
        : { computeTime: within(`${place}.computeTime`, () => computeTime(delayOf(thinks))) }),
    };
  });
  const { currency, rates } = config;
  return within(path, () => {
    return new Simulation({
      tapes,
      strategies,
      venue,
      observers,
      seed,
      sampleNs: config.record.sample,
      risk: config.risk.map((check, at) => within(`${path}: risk.${at}`, () => riskOf(check, specsOf(symbols)))),
      ...(currency === undefined ? {} : { currency }),
      ...(rates === undefined ? {} : { rates }),
      // Node's own is several times faster than the built-in one, and gives the same.
      sha256: createHash('sha256'),
    });
  });
}

function strategiesOf({ file, plugins }: OpenRun, remote: readonly Strategy[]): { name: string; strategy: Strategy }[] {
  let next = 0;
  return plugins.map(({ name, plugin }, index) => {
    if (plugin === undefined) return { name, strategy: remote[next++]! };
    const { params } = file.config.strategies[index]!;
    return { name, strategy: createStrategy(plugin, params, file.path, ['strategies', index, 'params']) };
  });
}

async function loadPlugins(file: RunFile, options: PrepareOptions): Promise<NamedPlugin[]> {
  const { config, path, directory } = file;
  const places = { ...options, directory, packagesFrom: options.packagesFrom ?? process.cwd() };
  const entries: NamedPlugin[] = [];
  for (const [index, { use, python, name }] of config.strategies.entries()) {
    const plugin =
      use === undefined ? undefined : await loadStrategyPlugin(use, places, `${path}: strategies.${index}.use`);
    const given = name ?? plugin?.name ?? targetName(python!, `${path}: strategies.${index}.python`);
    if (entries.some((entry) => entry.name === given)) {
      throw new ConfigError(
        `${path}: strategies.${index}.name: "${given}" is taken; give each strategy a name of its own`,
      );
    }
    entries.push({ name: given, plugin });
  }
  return entries;
}

/** The venue, or all of them. */
function venueFrom(file: RunFile, tapes: readonly TapeSource[], symbols: readonly string[]): VenueFactory {
  const { config, path } = file;
  const tape = mergeTapes(tapes);
  const { originNs, instruments } = tape.info;
  const readTable = (table: string) => readLatencyFile(pathIn(file, table), originNs);
  if (config.venue !== undefined) {
    const sources: LatencySources = { tape, originNs, readTable };
    return venueOf(config.venue, sources, `${path}: venue`);
  }
  const entries = config.venues!.map(({ name, instruments: patterns, ...venue }, index): VenueEntry => {
    const place = `${path}: venues.${index}`;
    const own = matching(patterns, symbols, `${place}.instruments`);
    // Its feed is what its instruments come with.
    const feeds = tapes.filter(({ info }) => info.instruments.some(({ symbol }) => own.includes(symbol)));
    const sources: LatencySources = { tape: mergeTapes(feeds), originNs, readTable };
    return { name, instruments: own, venue: venueOf(venue, sources, place, `venue/${name}`) };
  });
  // What is on the tape but not in the run trades nowhere.
  const rest = instruments.map(({ symbol }) => symbol).filter((symbol) => !symbols.includes(symbol));
  if (rest.length > 0) entries.push({ name: '', instruments: rest, venue: closedVenue });
  const make = severalVenues(entries);
  return (environment) => within(`${path}: venues`, () => make(environment));
}

/** Nothing is ever sent there: it keeps no other venue from running ahead. */
const closedVenue: VenueFactory = (environment) => ({
  ...idleVenue(environment),
  leastEntryNs: Number.POSITIVE_INFINITY,
  leastResponseNs: Number.POSITIVE_INFINITY,
});

/** Refuses money that cannot be reckoned, before anything runs. */
function checkMoney({ config, path }: RunFile, specs: readonly InstrumentSpec[]): void {
  const { currency, rates: given = {} } = config;
  const instruments = specs.map((spec, index) => new Instrument(spec, index));
  const books = instruments.map((instrument) => new LevelBook(instrument));
  const rates = within(`${path}: rates`, () =>
    currency === undefined ? undefined : new CurrencyRates(currency, given),
  );
  if (rates !== undefined) within(`${path}: currency`, () => new MarketRates(rates, instruments, books, []));
  config.strategies.forEach(({ capital }, index) => {
    const place = `${path}: strategies.${index}.capital`;
    const own = within(path, () => new Account(instruments, rates === undefined ? {} : { rates }).currency);
    for (const [name, amount] of Object.entries(capital ?? {})) {
      if (name === own || amount === 0 || given[name] !== undefined) continue;
      const known = own === '' ? "''" : own;
      throw new ConfigError(
        `${place}: ${amount} of "${name}" is worth nothing known in ${known}; give its rate in rates`,
      );
    }
  });
}
