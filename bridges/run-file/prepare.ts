/**
 * Makes a checked run file into a simulation that is ready to run: tapes opened, plug-ins loaded, venue put together.
 * Knows nothing of the terminal or of run folders. Called by the command line and by users.
 */
import { createHash } from 'node:crypto';
import { Recorder } from '../../analytics/recorder.js';
import { Account } from '../../core/account.js';
import { LevelBook } from '../../core/book/levels.js';
import { computeTime } from '../../core/compute-time.js';
import { CurrencyRates } from '../../core/currency.js';
import { type Decimal, parseDecimal } from '../../core/decimal.js';
import { withClockOffset, withFeedLatency } from '../../core/feed-latency.js';
import { Instrument, type InstrumentSpec, instrumentSpec } from '../../core/instrument.js';
import { MarketRates } from '../../core/market-rates.js';
import { mergeTapes } from '../../core/merge.js';
import { Simulation, type StrategyEntry } from '../../core/simulation.js';
import { syntheticTape } from '../../core/synthetic.js';
import type { TapeInfo, TapeSource } from '../../core/tape.js';
import type { VenueFactory } from '../../core/venue.js';
import { idleVenue } from '../../execution/simulated-venue.js';
import { severalVenues, type VenueEntry } from '../../execution/venues.js';
import type { StrategyRegistry } from '../../strategies/registry.js';
import { createStrategy, loadStrategyPlugin } from '../plugin-loader.js';
import { openTape } from '../tape/tape-file.js';
import { ConfigError, within } from './config-error.js';
import { nearestName } from './nearest-name.js';
import { pathIn, type RunFile } from './read.js';
import { riskOf } from './risk-config.js';
import type { RunConfig } from './schema.js';
import { delayOf } from './venue/delay-config.js';
import type { LatencySources } from './venue/latency-config.js';
import { readLatencyFile } from './venue/latency-file.js';
import { venueOf } from './venue/venue-config.js';

export interface PreparedRun {
  readonly simulation: Simulation;
  /** Observes the simulation. */
  readonly recorder: Recorder;
  /** What the run folder's manifest says of the tapes. */
  readonly tapes: readonly (TapeInfo & { readonly path?: string })[];
}

export interface PrepareOptions {
  /** Strategies by name; default: the built-in ones. */
  readonly registry?: StrategyRegistry;
  /** Where packages are looked for; default: the working directory. */
  readonly packagesFrom?: string;
}

/** Throws {@link ConfigError} where the run file is at fault, `TapeError` where a tape is. */
export async function prepareRun(file: RunFile, options: PrepareOptions = {}): Promise<PreparedRun> {
  const { config, path } = file;
  const makers = await loadStrategies(file, options);
  const sources = config.tape.map((tape) => openSource(file, tape));
  const tapes = sources.map(({ tape }) => withTerms(tape, config.instruments, path));
  const merged = mergeTapes(tapes);
  const { instruments } = merged.info;
  const symbols = checkInstruments(config.instruments, instruments, path);
  const specsOf = (wanted: readonly string[]) => instruments.filter(({ symbol }) => wanted.includes(symbol));
  const strategies = makers.map(({ name, strategy }, index): StrategyEntry => {
    const { instruments: patterns, capital, costing, risk, computeTime: thinks } = config.strategies[index]!;
    const place = `${path}: strategies.${index}`;
    const own = matching(patterns, symbols, `${place}.instruments`);
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
  checkMoney(file, instruments);
  const recorder = new Recorder();
  const { currency, rates } = config;
  const simulation = within(path, () => {
    return new Simulation({
      tapes,
      strategies,
      venue: venueFrom(file, tapes, symbols),
      observers: [recorder],
      seed: config.seed,
      sampleNs: config.record.sample,
      risk: config.risk.map((check, at) => within(`${path}: risk.${at}`, () => riskOf(check, specsOf(symbols)))),
      ...(currency === undefined ? {} : { currency }),
      ...(rates === undefined ? {} : { rates }),
      // Node's own is several times faster than the built-in one, and gives the same.
      sha256: createHash('sha256'),
    });
  });
  return { simulation, recorder, tapes: sources.map(({ tape, given }) => ({ ...tape.info, ...given })) };
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

/** The tape with the contract terms that the run file gives. */
function withTerms(tape: TapeSource, wanted: RunConfig['instruments'], path: string): TapeSource {
  if (wanted === undefined) return tape;
  const instruments = tape.info.instruments.map((spec) => {
    const index = wanted.findIndex(({ symbol }) => symbol === spec.symbol);
    const found = wanted[index];
    if (
      found === undefined ||
      !('multiplier' in found || 'contract' in found || 'base' in found || 'quote' in found || 'expiry' in found)
    ) {
      return spec;
    }
    const { contract, multiplier, base, quote, expiry } = found;
    const changed = instrumentSpec({
      ...spec,
      ...(contract === undefined ? {} : { contract }),
      ...(multiplier === undefined ? {} : { multiplier: String(multiplier) }),
      ...(base === undefined ? {} : { base }),
      ...(quote === undefined ? {} : { quote }),
      ...(expiry === undefined ? {} : { expiry }),
    });
    // A spec is only what was said; an instrument checks it.
    within(`${path}: instruments.${index}`, () => new Instrument(changed, index));
    return changed;
  });
  return { info: { ...tape.info, instruments }, open: (originNs) => tape.open(originNs) };
}

/** `given`: what the manifest says of where the tape came from. */
function openSource(file: RunFile, tape: RunConfig['tape'][number]): { tape: TapeSource; given: { path?: string } } {
  const { seed } = file.config;
  const delayed = (source: TapeSource) =>
    tape.feedLatency === undefined ? source : withFeedLatency(source, delayOf(tape.feedLatency), seed);
  if ('synthetic' in tape) return { tape: delayed(syntheticTape(tape.synthetic)), given: {} };
  const recorded = openTape(pathIn(file, tape.path));
  const { clockOffset = 0 } = tape;
  const right = withClockOffset(recorded, clockOffset);
  return { tape: delayed(right), given: { path: tape.path } };
}

async function loadStrategies(file: RunFile, options: PrepareOptions): Promise<StrategyEntry[]> {
  const { config, path, directory } = file;
  const places = { ...options, directory, packagesFrom: options.packagesFrom ?? process.cwd() };
  const entries: StrategyEntry[] = [];
  for (const [index, { use, name, params }] of config.strategies.entries()) {
    const plugin = await loadStrategyPlugin(use, places, `${path}: strategies.${index}.use`);
    const given = name ?? plugin.name;
    if (entries.some((entry) => entry.name === given)) {
      throw new ConfigError(
        `${path}: strategies.${index}.name: "${given}" is taken; give each strategy a name of its own`,
      );
    }
    const strategy = createStrategy(plugin, params, path, ['strategies', index, 'params']);
    entries.push({ name: given, strategy });
  }
  return entries;
}

/** Holds what the run file expects against what the tapes have; returns the symbols of the run. */
function checkInstruments(
  expected: RunConfig['instruments'],
  there: readonly InstrumentSpec[],
  path: string,
): string[] {
  if (expected === undefined) return there.map(({ symbol }) => symbol);
  return expected.map((wanted, index) => {
    const place = `${path}: instruments.${index}`;
    const found = there.find(({ symbol }) => symbol === wanted.symbol);
    if (found === undefined) {
      throw new ConfigError(
        `${place}: ${notThere(
          wanted.symbol,
          there.map(({ symbol }) => symbol),
          'on the tape',
        )}`,
      );
    }
    for (const field of ['tick', 'lot'] as const) {
      const value = 'tick' in wanted || 'lot' in wanted ? wanted[field] : undefined;
      if (value !== undefined && !same(parseDecimal(value), parseDecimal(found[field]))) {
        throw new ConfigError(
          `${place}.${field}: given ${value}; the tape has ${found.symbol} with a ${field} of ${found[field]}`,
        );
      }
    }
    return wanted.symbol;
  });
}

function same(a: Decimal, b: Decimal): boolean {
  return a.digits * 10n ** BigInt(b.scale) === b.digits * 10n ** BigInt(a.scale);
}

/** The symbols that the patterns name, each of which must name one; all of them without patterns. */
function matching(patterns: readonly string[] | undefined, symbols: readonly string[], place: string): string[] {
  if (patterns === undefined) return [...symbols];
  const wanted = patterns.flatMap((pattern, index) => {
    const parts = pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
    const expression = new RegExp(`^${parts.join('.*')}$`, 'su');
    const found = symbols.filter((symbol) => expression.test(symbol));
    if (found.length === 0) throw new ConfigError(`${place}.${index}: ${notThere(pattern, symbols, 'in this run')}`);
    return found;
  });
  return [...new Set(wanted)];
}

function notThere(symbol: string, symbols: readonly string[], where: string): string {
  const nearest = nearestName(symbol, symbols);
  const some =
    symbols.length > 10 ? `${symbols.slice(0, 10).join(', ')} and ${symbols.length - 10} more` : symbols.join(', ');
  return `"${symbol}" is not ${where}${nearest === undefined ? '' : ` (did you mean "${nearest}"?)`}; there are: ${some}`;
}
