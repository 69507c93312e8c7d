/**
 * The stylised facts that are single numbers, by name, and as a table for a terminal. Knows nothing of how they are reckoned.
 * Called by the page and the command line.
 */
import { formatDuration } from '../../core/time.js';
import { countText, NO_FIGURE } from '../figure-text.js';
import { alignedLines, withoutControls } from '../text-table.js';
import type { GapFacts } from './arrival-gaps.js';
import type { StylisedFacts } from './instrument-facts.js';

/** One market: an instrument of a tape. */
export interface FactsColumn {
  /** What it is called beside others, e.g. file and symbol. */
  readonly label: string;
  readonly facts: StylisedFacts;
}

export interface FactsFigure {
  readonly name: string;
  readonly meaning: string;
  /** `NaN` where the tape does not say. */
  readonly of: (facts: StylisedFacts) => number;
  readonly text: (value: number) => string;
}

/** Four digits of it are enough. */
const duration = (nanos: number) => formatDuration(Math.round(Number(nanos.toPrecision(4))));
const number = (value: number) => String(Number(value.toPrecision(4)));
const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
const total = (lots: readonly number[]) => lots.reduce((sum, each) => sum + each, 0);
const at = (intervalNs: number) => (facts: StylisedFacts) =>
  facts.volatility.find((each) => each.intervalNs === intervalNs)!.bpsPerRootSecond;
const zeroShare = ({ events, histogram }: GapFacts) =>
  (histogram[0]?.from === 0 ? histogram[0].count : 0) / (events - 1);
const first = (lags: StylisedFacts['signs']) => lags[0]!.value;

export const FACTS_FIGURES: readonly FactsFigure[] = [
  figure(
    'time',
    'from the first two-sided book to the end of the tape',
    ({ fromNs, endNs }) => endNs - fromNs,
    duration,
  ),
  figure('spread', 'mean over time, ticks', ({ spread }) => spread.meanTicks, number),
  figure('spread-median', 'not exceeded for half of the time, ticks', ({ spread }) => spread.medianTicks, number),
  figure('spread-p95', 'not exceeded for 95 % of the time, ticks', ({ spread }) => spread.p95Ticks, number),
  figure(
    'no-spread',
    'share of the time with a side missing or the book crossed',
    ({ spread }) => spread.missingNs / (spread.missingNs + spread.standingNs),
    percent,
  ),
  figure(
    'touch',
    'mean lots at the best bid and ask',
    ({ depth }) => (depth.bidLots[0]! + depth.askLots[0]!) / 2,
    number,
  ),
  figure(
    'depth',
    'mean lots of the ten best levels, both sides together',
    ({ depth }) => total(depth.bidLots) + total(depth.askLots),
    number,
  ),
  figure('trades', 'trade rows', ({ tradeRows }) => tradeRows, countText),
  figure(
    'market-orders',
    'trades of one time and one aggressor as one',
    ({ tradeGaps }) => tradeGaps.events,
    countText,
  ),
  figure('trade-gap', 'mean time between market orders', ({ tradeGaps }) => tradeGaps.meanNs, duration),
  figure(
    'trade-clustering',
    'standard deviation of the time between market orders by its mean; a Poisson process has 1',
    ({ tradeGaps }) => tradeGaps.variation,
    number,
  ),
  figure(
    'trade-same-time',
    'share of market orders at the very time of the one before, in the other direction',
    ({ tradeGaps }) => zeroShare(tradeGaps),
    percent,
  ),
  figure('updates', 'messages that change the book', ({ bookGaps }) => bookGaps.events, countText),
  figure('update-gap', 'mean time between them', ({ bookGaps }) => bookGaps.meanNs, duration),
  figure('update-clustering', 'as for trades', ({ bookGaps }) => bookGaps.variation, number),
  figure(
    'update-same-time',
    'share of these messages at the very time of the one before',
    ({ bookGaps }) => zeroShare(bookGaps),
    percent,
  ),
  figure('volatility-1s', 'of the mid over 1 s, basis points per √second', at(1e9), number),
  figure('volatility-1m', 'of the mid over 1 min, basis points per √second', at(60e9), number),
  figure('sign-memory', 'autocorrelation of the signs of market orders at lag 1', ({ signs }) => first(signs), number),
  figure('return-memory', 'of the mid’s returns over 1 s at lag 1', ({ returns }) => first(returns), number),
  figure('size-memory', 'of the sizes of these at lag 1', ({ absoluteReturns }) => first(absoluteReturns), number),
];

/** All figures, a column a market. */
export function formatFacts(columns: readonly FactsColumn[]): string {
  const table = [
    ['', ...columns.map(({ label }) => withoutControls(label))],
    ...FACTS_FIGURES.map(({ name, of, text }) => [name, ...columns.map(({ facts }) => text(of(facts)))]),
  ];
  return `${alignedLines(table, (column) => column > 0).join('\n')}\n`;
}

function figure(name: string, meaning: string, of: FactsFigure['of'], text: (value: number) => string): FactsFigure {
  return { name, meaning, of, text: (value) => (Number.isFinite(value) ? text(value) : NO_FIGURE) };
}
