/**
 * The market of a run as its file says it: tapes opened, instruments checked, contract terms replaced, patterns resolved.
 * Knows nothing of strategies and venues. Called when a run is prepared.
 */
import { type Decimal, parseDecimal } from '../../core/decimal.js';
import { withClockOffset, withFeedLatency } from '../../core/feed-latency.js';
import { Instrument, type InstrumentSpec, instrumentSpec } from '../../core/instrument.js';
import { syntheticTape } from '../../core/synthetic.js';
import type { TapeInfo, TapeSource } from '../../core/tape.js';
import { openCatalog } from '../catalog/catalog.js';
import { openTape } from '../tape/tape-file.js';
import { ConfigError, within } from './config-error.js';
import { nearestName } from './nearest-name.js';
import { pathIn, type RunFile } from './read.js';
import type { RunConfig } from './schema.js';
import { delayOf } from './venue/delay-config.js';

/** What the manifest of a run folder says of a tape. */
export type TapeOrigin = TapeInfo & { readonly path?: string };

export interface RunMarket {
  /** With the run file's contract terms. `seed`: of what a feed latency draws. */
  readonly tapesFor: (seed: number) => readonly TapeSource[];
  /** Whether the tapes are the same for every seed. */
  readonly seedless: boolean;
  /** As the run file's own seed makes them. */
  readonly origins: readonly TapeOrigin[];
  /** The last time on the tapes that are files, int64 ns since 1970 UTC; the first one of those that are not. */
  readonly lastNs: bigint;
}

/** Opens the tapes of a run. Throws {@link ConfigError} or `TapeError`. */
export function openMarket(file: RunFile): RunMarket {
  const { config, path } = file;
  const sources = config.tape.map((tape) => openSource(file, tape));
  return {
    tapesFor: (seed) => sources.map(({ tapeFor }) => withTerms(tapeFor(seed), config.instruments, path)),
    seedless: config.tape.every(({ feedLatency }) => feedLatency === undefined),
    origins: sources.map(({ tapeFor, given }) => ({ ...tapeFor(config.seed).info, ...given })),
    lastNs: sources.map(({ lastNs }) => lastNs).sort((a, b) => (a < b ? -1 : 1))[sources.length - 1]!,
  };
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

interface OpenSource {
  readonly tapeFor: (seed: number) => TapeSource;
  /** What the manifest says of where the tape came from. */
  readonly given: { readonly path?: string };
  readonly lastNs: bigint;
}

function openSource(file: RunFile, tape: RunConfig['tape'][number]): OpenSource {
  const { feedLatency } = tape;
  const delayed = (source: TapeSource) => (seed: number) =>
    feedLatency === undefined ? source : withFeedLatency(source, delayOf(feedLatency), seed);
  if ('synthetic' in tape) {
    const source = syntheticTape(tape.synthetic);
    return { tapeFor: delayed(source), given: {}, lastNs: source.info.originNs };
  }
  const { clockOffset = 0 } = tape;
  if ('catalog' in tape) {
    const { catalog: folder, from, to, instruments, venue } = tape;
    const catalog = openCatalog(pathIn(file, folder));
    const range = catalog.tape({ from, to, instruments, venue });
    return { tapeFor: delayed(withClockOffset(range, clockOffset)), given: { path: folder }, lastNs: range.lastNs };
  }
  const recorded = openTape(pathIn(file, tape.path));
  const { exchangeNs, localNs } = recorded.metadata;
  const lastNs = localNs?.[1] ?? exchangeNs?.[1] ?? recorded.info.originNs;
  return { tapeFor: delayed(withClockOffset(recorded, clockOffset)), given: { path: tape.path }, lastNs };
}

/** Holds what the run file expects against what the tapes have; returns the symbols of the run. */
export function checkInstruments(
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
export function matching(patterns: readonly string[] | undefined, symbols: readonly string[], place: string): string[] {
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
