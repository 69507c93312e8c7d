/**
 * Makes a checked run file into a simulation that is ready to run: tapes opened, plug-ins loaded, venue put together.
 * Knows nothing of the terminal or of run folders. Called by the command line and by users.
 */
import { createHash } from 'node:crypto';
import { Recorder } from '../../analytics/recorder.js';
import { type Decimal, parseDecimal } from '../../core/decimal.js';
import type { InstrumentSpec } from '../../core/instrument.js';
import { mergeTapes } from '../../core/merge.js';
import { Simulation, type StrategyEntry } from '../../core/simulation.js';
import { syntheticTape } from '../../core/synthetic.js';
import type { TapeInfo, TapeSource } from '../../core/tape.js';
import type { VenueFactory } from '../../core/venue.js';
import { makerTakerFees } from '../../execution/fees.js';
import { constantLatency } from '../../execution/latency.js';
import {
  logBackQueue,
  logQueue,
  powerBackQueue,
  powerFrontQueue,
  powerQueue,
  type QueuePositionModel,
  riskAverseQueue,
} from '../../execution/queue-position.js';
import { HFTBACKTEST_RULES, simulatedVenue } from '../../execution/simulated-venue.js';
import type { StrategyRegistry } from '../../strategies/registry.js';
import { createStrategy, loadStrategyPlugin } from '../plugin-loader.js';
import { openTape } from '../tape/tape-file.js';
import { ConfigError } from './config-error.js';
import { nearestName } from './nearest-name.js';
import { pathIn, type RunFile } from './read.js';
import type { RunConfig, VenueConfig } from './schema.js';

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
  const { instruments } = mergeTapes(sources.map(({ tape }) => tape)).info;
  const symbols = checkInstruments(config.instruments, instruments, path);
  const strategies = makers.map(({ name, strategy }, index) => ({
    name,
    strategy,
    instruments: matching(config.strategies[index]!.instruments, symbols, `${path}: strategies.${index}.instruments`),
  }));
  const recorder = new Recorder();
  const simulation = new Simulation({
    tapes: sources.map(({ tape }) => tape),
    strategies,
    venue: venueOf(config.venue),
    observers: [recorder],
    seed: config.seed,
    sampleNs: config.record.sample,
    // Node's own is several times faster than the built-in one, and gives the same.
    sha256: createHash('sha256'),
  });
  return { simulation, recorder, tapes: sources.map(({ tape, given }) => ({ ...tape.info, ...given })) };
}

/** A venue of the models that a run file names. */
export function venueOf({ latency, queue, fees }: VenueConfig): VenueFactory {
  return simulatedVenue({
    ...HFTBACKTEST_RULES,
    latency: constantLatency({ entryNs: latency.entry, responseNs: latency.response }),
    queue: queueOf(queue),
    fees: makerTakerFees({ makerRate: fees.maker, takerRate: fees.taker }),
  });
}

function queueOf(queue: VenueConfig['queue']): QueuePositionModel {
  switch (queue.model) {
    case 'risk-averse':
      return riskAverseQueue();
    case 'power':
      return powerQueue(queue.exponent);
    case 'power-back':
      return powerBackQueue(queue.exponent);
    case 'power-front':
      return powerFrontQueue(queue.exponent);
    case 'log':
      return logQueue();
    case 'log-back':
      return logBackQueue();
  }
}

/** `given`: what the manifest says of where the tape came from. */
function openSource(file: RunFile, tape: RunConfig['tape'][number]): { tape: TapeSource; given: { path?: string } } {
  if ('synthetic' in tape) return { tape: syntheticTape(tape.synthetic), given: {} };
  return { tape: openTape(pathIn(file, tape.path)), given: { path: tape.path } };
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
