/**
 * What a report shows, as plain data: the verdict, tables of figures, and what the page's script draws and lists.
 * Knows nothing of HTML or files. Called by the run folder; written by the page.
 */

import { MatchKind } from '../../core/match-event.js';
import { Column } from '../column.js';
import type { Recording } from '../recording.js';
import type { StressTable } from '../stress.js';
import type { RunSummary } from '../summary.js';
import { candleData } from './candle-data.js';
import { curveData, fallOf, ownValues, profitFromZero, type Span } from './curves.js';
import { type MarkoutCurve, type MarkoutPoint, markoutCurves, markoutFigures } from './markout-curves.js';
import { type MetricGroup, metricGroups } from './metric-table.js';
import { orderTable } from './order-journeys.js';
import { OwnQuotes } from './own-quotes.js';
import type { PageData } from './page-data.js';
import { PairRows, pairData } from './pair-curves.js';
import {
  type HeatMap,
  type Histogram,
  heatMapOf,
  histogramOf,
  periodFor,
  periodProfits,
  rollingOf,
} from './periods.js';
import { type ProfitPart, profitParts } from './profit-parts.js';
import { sessionMapOf, sessionProfits } from './session-map.js';
import { tripTable } from './trip-table.js';
import { type Answer, type Evidence, verdictOf } from './verdict.js';

/** Slices of time that a curve is thinned to; four points each at most. Wider than most screens show. */
const BUCKETS = 800;
/** Of the curves of all pairs together, so that many pairs do not make a large page. */
const PAIR_BUCKETS = 6000;
/** Pairs of strategy and instrument with curves, and own values drawn; the rest is named. */
const MOST_PAIRS = 60;
const MOST_OWN_VALUES = 24;
/** From so many on, histogram, verdict and rolling curves are of sessions: as for the periods of the clock. */
const ENOUGH_SESSIONS = 40;

/** What the run was, as the manifest tells it. */
export interface RunDescription {
  readonly config: unknown;
  readonly seed: string | number;
  readonly versions: Readonly<Record<string, string>>;
  readonly sampleNs: number;
  readonly startNs: number | null;
  readonly endNs: number | null;
  readonly failure?: { readonly stack: string } | undefined;
  readonly droppedLogLines: number;
  /** How it goes under other assumptions, if that was tried. */
  readonly stress?: StressTable | undefined;
  readonly tapes: readonly {
    readonly path?: string | undefined;
    readonly hash?: string | undefined;
    readonly rows: number;
    readonly provenance: Readonly<Record<string, string>>;
    readonly corrections: readonly { readonly name: string; readonly count: number; readonly note: string }[];
  }[];
}

/** One strategy's own part of the report. */
export interface StrategyReport {
  readonly name: string;
  readonly verdict: readonly Answer[];
  readonly parts: readonly ProfitPart[];
  /** Profit by period: how often how much. */
  readonly period: string;
  readonly histogram: Histogram | undefined;
  readonly heatMap: HeatMap | undefined;
  /** Profit by session, where the run names a calendar. */
  readonly sessions: HeatMap | undefined;
  readonly markouts: readonly MarkoutCurve[];
  /** The metrics of markouts, of all fills by value. */
  readonly markoutFigures: readonly Pick<MarkoutPoint, 'horizonNs' | 'mean'>[];
}

export interface Report {
  readonly summary: RunSummary;
  readonly description: RunDescription;
  readonly strategies: readonly StrategyReport[];
  readonly metrics: readonly MetricGroup[];
  readonly trips: { readonly shown: number; readonly all: number };
  readonly orders: { readonly shown: number; readonly all: number };
  readonly data: PageData;
  /** What was left out of the page, and where it is. */
  readonly notes: readonly string[];
}

/** `recording` needs all tables but the orders' terms; without orders there are no journeys and no own quotes. */
export function buildReport(recording: Recording, summary: RunSummary, description: RunDescription): Report {
  const { strategies, instruments, originNs } = recording;
  const startNs = description.startNs ?? 0;
  const endNs = description.endNs ?? startNs;
  const span: Span = { startNs, endNs, durationNs: endNs - startNs };
  const notes: string[] = [];
  const profits = strategies.map((_, strategy) => profitFromZero(recording, strategy, span));
  const length = periodFor(span.durationNs, description.sampleNs);
  const bySession = summary.strategies.map(({ sessions }) => sessions ?? []);
  const periods = profits.map((profit, strategy) =>
    bySession[strategy]!.length >= ENOUGH_SESSIONS
      ? sessionProfits(bySession[strategy]!, originNs, summary.sessions!.perYear)
      : periodProfits(profit, originNs, length),
  );
  const trips = tripTable(recording, span);
  const orders = orderTable(recording, span);
  const own = ownValues(recording, span, BUCKETS / 2, MOST_OWN_VALUES);
  if (own.leftOut > 0) {
    notes.push(
      `Charts show the first ${MOST_OWN_VALUES} of ${MOST_OWN_VALUES + own.leftOut} values that strategies recorded; all are in metrics.parquet.`,
    );
  }
  const markouts = markoutCurves(recording);
  const ahead = aheadMedians(recording);
  const pairs = pairsOf(recording, summary, span, notes);
  return {
    summary,
    description,
    strategies: summary.strategies.map((figures, strategy) => {
      const parts = profitParts(figures);
      const { currency, durationNs } = summary;
      const evidence = {
        ...{ summary: figures, currency, durationNs, parts, periods: periods[strategy]! },
        ...{ markouts: markouts[strategy]!, aheadMedian: ahead[strategy], config: description.config },
        ...{ stress: stressOf(description.stress, strategy) },
      };
      return {
        name: figures.name,
        verdict: verdictOf(evidence),
        parts,
        period: periods[strategy]!.name,
        sessions: sessionMapOf(bySession[strategy]!),
        histogram: histogramOf(periods[strategy]!.profit),
        heatMap: heatMapOf(profits[strategy]!, originNs, span, description.sampleNs),
        markouts: markouts[strategy]!,
        markoutFigures: markoutFigures(figures),
      };
    }),
    metrics: metricGroups(summary),
    trips: { shown: trips.shown, all: trips.all },
    orders: { shown: orders.shown, all: orders.all },
    data: {
      originMs: Number(originNs) / 1e6,
      startMs: startNs / 1e6,
      endMs: endNs / 1e6,
      currency: summary.currency,
      strategies: [...strategies],
      symbols: instruments.map(({ symbol }) => symbol),
      profit: profits.map((profit) => curveData(profit, span, BUCKETS)),
      drawdown: profits.map((profit) => curveData(fallOf(profit), span, BUCKETS)),
      rolling: periods.map((period) => rollingOf(period, span)),
      pairs,
      candles: candleData(recording, pairs, span),
      own: own.curves,
      trips: trips.data,
      orders: orders.data,
    },
    notes,
  };
}

function pairsOf(recording: Recording, summary: RunSummary, span: Span, notes: string[]): PageData['pairs'] {
  const { instruments } = recording;
  const bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
  const all = summary.strategies.flatMap(({ instruments: own }, strategy) =>
    own.map(({ symbol, volume }) => ({ strategy, instrument: bySymbol.get(symbol)!, volume })),
  );
  all.push(...untraded(recording, all));
  if (all.length > MOST_PAIRS) {
    all.sort((a, b) => b.volume - a.volume);
    notes.push(
      `Charts show the ${MOST_PAIRS} pairs of strategy and instrument with the largest volume, of ${all.length}; all are in fills.parquet and positions.parquet.`,
    );
  }
  const shown = all.slice(0, MOST_PAIRS);
  const buckets = Math.min(BUCKETS, Math.floor(PAIR_BUCKETS / Math.max(1, shown.length)));
  const rows = new PairRows(recording);
  const quotes = new OwnQuotes(recording);
  return shown.map(({ strategy, instrument }) =>
    pairData(recording, strategy, instrument, rows, quotes, span, buckets),
  );
}

/** Strategies that did nothing see the candles of what there was. */
function untraded({ strategies, instruments, candles }: Recording, pairs: readonly { readonly strategy: number }[]) {
  const idle = [...strategies.keys()].filter((strategy) => pairs.every((pair) => pair.strategy !== strategy));
  const withBars = new Set<number>();
  for (let row = 0; row < candles.instrument.length; row++) withBars.add(candles.instrument.at(row));
  return idle.flatMap((strategy) =>
    instruments.filter(({ index }) => withBars.has(index)).map((instrument) => ({ strategy, instrument, volume: 0 })),
  );
}

/** Lots ahead when orders came to rest, the median by strategy; `undefined` where none did or nobody saw it. */
function aheadMedians({ entries, strategies }: Recording): (number | undefined)[] {
  const ahead = strategies.map(() => new Column(Float64Array));
  for (let row = 0; row < entries.exchangeNs.length; row++) {
    const lots = entries.aheadLots.at(row);
    if (entries.kind.at(row) === MatchKind.rested && !Number.isNaN(lots)) ahead[entries.strategy.at(row)]!.push(lots);
  }
  return ahead.map((lots) => lots.slice().sort()[Math.floor(lots.length / 2)]);
}

/** Profit of one strategy under each change. */
function stressOf(table: StressTable | undefined, strategy: number): Evidence['stress'] {
  return (table ?? [])
    .slice(1)
    .map(({ change, strategies }) => ({ change, profit: strategies[strategy]?.profit ?? null }));
}
