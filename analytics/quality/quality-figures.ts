/**
 * The figures made of what the check of a tape found: names, meanings, how they add up over instruments, thresholds.
 * Knows nothing of how things are found. Called by the check's table, JSON, page and command.
 */
import type { InstrumentFindings, QualityFindings } from './findings.js';

export interface QualityFigure {
  /** Kebab-case, as `--max` takes it. */
  readonly name: string;
  readonly unit: 'count' | 'ns' | 'ppm';
  /** One sentence. */
  readonly meaning: string;
  /** Of one instrument; `NaN` where only the tape as a whole has it. */
  readonly of: (findings: InstrumentFindings) => number;
  /** Of the whole tape; `NaN` where it was not asked for. */
  readonly overall: (findings: QualityFindings) => number;
}

const gapsOf = ({ streams }: InstrumentFindings) => streams.map(({ gaps }) => gaps);

export const QUALITY_FIGURES: readonly QualityFigure[] = [
  marked(
    'sequence-gaps',
    'gaps in the feed’s own numbers, as the importer counted them',
    /(?<!-(?:after|before))-gap$/,
  ),
  sum('gaps', 'silences of a stream longer than --gap while the instrument traded', (found) =>
    gapsOf(found).reduce((all, { count }) => all + count, 0),
  ),
  most('longest-gap', 'ns', 'the longest of these silences', (found) =>
    Math.max(0, ...gapsOf(found).map(({ longestNs }) => longestNs)),
  ),
  sum('crossed', 'spells with the best bid above the best ask', ({ crossed }) => crossed.count),
  sum('crossed-time', 'how long these spells lasted together', ({ crossed }) => crossed.totalNs, 'ns'),
  sum('locked', 'spells with the best bid equal to the best ask', ({ locked }) => locked.count),
  sum('locked-time', 'how long these spells lasted together', ({ locked }) => locked.totalNs, 'ns'),
  sum('stale', 'spells of a touch that stood for --stale while trades printed outside it', ({ stale }) => stale.count),
  marked('negative-latency', 'rows whose local times the importer or a repair moved as a whole', /^negative-latency$/),
  sum('slow-rows', 'rows whose delay is outlying, or more than --latency', ({ latency }) => latency.outliers),
  sum('late-rows', 'rows received after a row that happened later', ({ latency }) => latency.late),
  sum('lost-rows', 'rows that happened and never reached the machine', ({ lostRows }) => lostRows),
  sum('outages', 'spells longer than --gap in which rows happened and none arrived', ({ outages }) => outages.count),
  most('drift', 'ppm', 'how fast the two clocks run apart, either way, in parts per million', ({ latency }) =>
    Math.abs(latency.driftPpm || 0),
  ),
  sum('duplicates', 'rows of messages, trades apart, equal to the message before', (found) => found.duplicateRows),
  sum('duplicate-trades', 'trades equal to the trade before, exchange time included', (found) => found.duplicateTrades),
  sum('spikes', 'prices that jump away from their neighbours and back', ({ spikes }) => spikes),
  sum('zero-sizes', 'trades and order rows with quantity 0', ({ zeroSizes }) => zeroSizes),
  sum('low-prices', 'trades, quotes, levels, orders, bars and marks with a price of 0 or less', (f) => f.lowPrices),
  sum('no-snapshot', 'rows of the book before its first snapshot', ({ rowsBeforeSnapshot }) => rowsBeforeSnapshot),
  sum(
    'unknown-orders',
    'rows that name an order which does not rest, and adds of one that does',
    (found) => found.unknownOrders + found.replacedOrders,
  ),
  sum('halts', 'spells in which the instrument was halted', ({ halts }) => halts.count),
  sum('trades-while-shut', 'trades during a halt or after a close', ({ tradesWhileShut }) => tradesWhileShut),
  sum('outside-sessions', 'rows outside the sessions of --calendar', ({ sessions }) => sessions?.outside ?? Number.NaN),
  sum('missed-sessions', 'sessions of --calendar without a row', ({ sessions }) => sessions?.missed ?? Number.NaN),
  most(
    'late-open',
    'ns',
    'the longest wait from an open to the first row of its session',
    ({ sessions }) => sessions?.latestOpenNs ?? Number.NaN,
  ),
  most(
    'early-end',
    'ns',
    'the longest wait from the last row of a session to its close',
    ({ sessions }) => sessions?.earliestEndNs ?? Number.NaN,
  ),
];

type Of = QualityFigure['of'];

function sum(name: string, meaning: string, of: Of, unit: QualityFigure['unit'] = 'count'): QualityFigure {
  const overall = ({ instruments }: QualityFindings) => instruments.reduce((all, each) => all + of(each), 0);
  return { name, unit, meaning, of, overall };
}

function most(name: string, unit: QualityFigure['unit'], meaning: string, of: Of): QualityFigure {
  const overall = ({ instruments }: QualityFindings) => instruments.reduce((all, each) => Math.max(all, of(each)), 0);
  return { name, unit, meaning, of, overall };
}

/** What rows cannot show any more, because the importer counted and changed it. */
function marked(name: string, meaning: string, corrections: RegExp): QualityFigure {
  const overall = ({ corrections: all }: QualityFindings) =>
    all.reduce((count, correction) => count + (corrections.test(correction.name) ? correction.count : 0), 0);
  return { name, unit: 'count', meaning, of: () => Number.NaN, overall };
}

/** What is larger than a threshold allows. */
export interface Excess {
  readonly figure: QualityFigure;
  readonly value: number;
  readonly most: number;
}

/** `most`: by the figures’ names. */
export function excesses(findings: QualityFindings, most: ReadonlyMap<string, number>): Excess[] {
  return QUALITY_FIGURES.flatMap((figure) => {
    const limit = most.get(figure.name);
    const value = figure.overall(findings);
    return limit !== undefined && value > limit ? [{ figure, value, most: limit }] : [];
  });
}
