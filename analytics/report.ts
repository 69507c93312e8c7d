/**
 * What a report shows, as plain data: figures, and curves thinned so that their extremes stay.
 * Knows nothing of HTML or files. Called by the run folder; drawn by report-page.ts.
 */
import type { Instrument } from '../core/instrument.js';
import { Side } from '../core/market.js';
import { keptRows } from './decimation.js';
import { drawdownSeries } from './drawdown.js';
import { profitSeries, type Recording, type Series, seriesOf, walkTrades } from './recording.js';
import type { InstrumentSummary, RunSummary } from './summary.js';

/** Slices of time a curve is thinned to; four points each at most. Wider than most screens show. */
const BUCKETS = 600;
/** Charts of one strategy and instrument; the rest is named, not drawn. */
const MAX_PAIRS = 24;
const MAX_METRICS = 24;

/** A curve: `value` at `timeMs`, ms since the run's origin (to the µs, for drawing only). */
export interface Curve {
  readonly name: string;
  readonly timeMs: readonly number[];
  readonly value: readonly number[];
}

/** Fills of one side, drawn as marks. */
export interface Marks extends Curve {
  /** Decimal quantity of each. */
  readonly qty: readonly number[];
}

/** One strategy in one instrument. */
export interface PairReport {
  readonly strategy: string;
  readonly symbol: string;
  readonly figures: InstrumentSummary;
  /** Local mid price at the samples. */
  readonly mid: Curve;
  readonly buys: Marks;
  readonly sells: Marks;
  /** Fills drawn, which may be fewer than there were. */
  readonly shownFills: number;
  /** After every fill, split and closing by the venue; a step curve that starts at 0 with the run. */
  readonly position: Curve;
}

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
  readonly tapes: readonly {
    readonly path?: string | undefined;
    readonly hash?: string | undefined;
    readonly rows: number;
    readonly provenance: Readonly<Record<string, string>>;
    readonly corrections: readonly { readonly name: string; readonly count: number; readonly note: string }[];
  }[];
}

export interface Report {
  readonly summary: RunSummary;
  readonly description: RunDescription;
  /** The run's origin, ms since 1970 UTC, to the µs or so. */
  readonly originMs: number;
  /** Equity without capital: one curve a strategy. */
  readonly profit: readonly Curve[];
  /** Fall from the peak so far, drawn downwards: values ≤ 0. */
  readonly drawdown: readonly Curve[];
  readonly pairs: readonly PairReport[];
  /** The strategies' own values. */
  readonly metrics: readonly Curve[];
  /** What was left out of the page, and where it is. */
  readonly notes: readonly string[];
}

/** `recording` needs the tables of fills, account events, equity, positions and metrics; the orders are not looked at. */
export function buildReport(recording: Recording, summary: RunSummary, description: RunDescription): Report {
  const { strategies } = recording;
  const profit = strategies.map((name, strategy) => ({
    name,
    series: fromZero(profitSeries(recording, strategy), description),
  }));
  const notes: string[] = [];
  return {
    summary,
    description,
    originMs: Number(recording.originNs) / 1e6,
    profit: profit.map(({ name, series }) => curveOf(name, series)),
    drawdown: profit.map(({ name, series }) => {
      const fall = drawdownSeries(series);
      return curveOf(name, { timeNs: fall.timeNs, value: fall.value.map((value) => -value) });
    }),
    pairs: pairsOf(recording, summary, description, notes),
    metrics: metricsOf(recording, notes),
    notes,
  };
}

/** Profit is 0 when the run starts, which no sample says. */
function fromZero({ timeNs, value }: Series, { startNs }: RunDescription): Series {
  if (startNs === null || (timeNs.length > 0 && timeNs[0]! <= startNs)) return { timeNs, value };
  return { timeNs: withEnds(timeNs, startNs), value: withEnds(value, 0) };
}

function pairsOf(
  recording: Recording,
  summary: RunSummary,
  description: RunDescription,
  notes: string[],
): PairReport[] {
  const all = summary.strategies.flatMap(({ instruments }, strategy) =>
    instruments.map((figures) => ({ strategy, figures })),
  );
  if (all.length > MAX_PAIRS) {
    all.sort((a, b) => b.figures.volume - a.figures.volume);
    notes.push(
      `Charts show the ${MAX_PAIRS} strategy and instrument pairs of largest volume, of ${all.length}; all are in fills.parquet and positions.parquet.`,
    );
  }
  return all.slice(0, MAX_PAIRS).map(({ strategy, figures }) => pairOf(recording, description, strategy, figures));
}

function pairOf(
  recording: Recording,
  { startNs, endNs }: RunDescription,
  strategy: number,
  figures: InstrumentSummary,
): PairReport {
  const { fills, positions, instruments, strategies } = recording;
  const instrument = instruments.find(({ symbol }) => symbol === figures.symbol)!;
  const ofPair = (table: typeof fills | typeof positions) => (row: number) =>
    table.strategy.at(row) === strategy && table.instrument.at(row) === instrument.index;
  const mid = seriesOf(positions.localNs, ofPair(positions), (row) =>
    instrument.price((positions.bidTicks.at(row) + positions.askTicks.at(row)) / 2),
  );
  const ownFills = ofPair(fills);
  const marks = (name: string, side: Side): Marks => {
    const own = (row: number) => ownFills(row) && fills.side.at(row) === side;
    const prices = seriesOf(fills.localNs, own, (row) => instrument.price(fills.priceTicks.at(row)));
    const qty = seriesOf(fills.localNs, own, (row) => instrument.qty(fills.qtyLots.at(row))).value;
    const rows = keptRows(prices, BUCKETS);
    return { ...pick(name, prices, rows), qty: rows.map((row) => brief(qty[row]!)) };
  };
  const held = positionSeries(recording, strategy, instrument);
  const position: Series = {
    timeNs: withEnds(held.timeNs, startNs ?? 0, endNs ?? startNs ?? 0),
    value: withEnds(held.value, 0, held.value[held.value.length - 1] ?? 0),
  };
  const buys = marks('buys', Side.buy);
  const sells = marks('sells', Side.sell);
  return {
    strategy: strategies[strategy]!,
    symbol: instrument.symbol,
    figures,
    mid: curveOf('mid', mid),
    buys,
    sells,
    shownFills: buys.timeMs.length + sells.timeMs.length,
    position: curveOf('position', position),
  };
}

/** What a strategy held after each change. */
function positionSeries(recording: Recording, strategy: number, instrument: Instrument): Series {
  const { fills, accountEvents } = recording;
  const timeNs: number[] = [];
  const value: number[] = [];
  const add = (table: typeof fills | typeof accountEvents, row: number) => {
    if (table.strategy.at(row) !== strategy || table.instrument.at(row) !== instrument.index) return;
    if (table.qtyLots.at(row) === 0) return;
    timeNs.push(table.localNs.at(row));
    value.push(instrument.qty(table.positionLots.at(row)));
  };
  walkTrades(
    recording,
    (row) => add(fills, row),
    (row) => add(accountEvents, row),
  );
  return { timeNs: Float64Array.from(timeNs), value: Float64Array.from(value) };
}

function metricsOf({ metrics, metricNames, strategies }: Recording, notes: string[]): Curve[] {
  const curves: Curve[] = [];
  const groups = new Map<number, number[]>();
  for (let row = 0; row < metrics.localNs.length; row++) {
    const group = metrics.name.at(row) * strategies.length + metrics.strategy.at(row);
    const rows = groups.get(group);
    if (rows === undefined) groups.set(group, [row]);
    else rows.push(row);
  }
  for (const [group, rows] of groups) {
    const strategy = group % strategies.length;
    const name = metricNames[(group - strategy) / strategies.length]!;
    const series = {
      timeNs: Float64Array.from(rows, (row) => metrics.localNs.at(row)),
      value: Float64Array.from(rows, (row) => metrics.value.at(row)),
    };
    curves.push(curveOf(strategies.length === 1 ? name : `${strategies[strategy]}: ${name}`, series));
  }
  if (curves.length > MAX_METRICS) {
    notes.push(`Charts show the first ${MAX_METRICS} of ${curves.length} recorded values; all are in metrics.parquet.`);
  }
  return curves.slice(0, MAX_METRICS);
}

function withEnds(values: Float64Array, first: number, last?: number): Float64Array {
  const out = new Float64Array(values.length + (last === undefined ? 1 : 2));
  out[0] = first;
  out.set(values, 1);
  if (last !== undefined) out[out.length - 1] = last;
  return out;
}

function curveOf(name: string, series: Series): Curve {
  return pick(name, series, keptRows(series, BUCKETS));
}

function pick(name: string, { timeNs, value }: Series, rows: readonly number[]): Curve {
  return {
    name,
    timeMs: rows.map((row) => Math.round(timeNs[row]! / 1000) / 1000),
    value: rows.map((row) => brief(value[row]!)),
  };
}

/** Ten digits are more than a chart shows and keep the page small. */
function brief(value: number): number {
  return Number(value.toPrecision(10));
}
