/**
 * One chart over time, drawn by uPlot: curves, the marks of fills, a cursor that all charts share. Knows nothing of which
 * charts there are. Called by the page's charts.
 */
import type uPlotType from 'uplot';
import type { CurveData, MarksData } from '../page-data.js';
import { momentText, numberText } from './figures.js';
import { type FillMarks, fillMarks, markHooks } from './fill-marks.js';
import { page, unpackCurve, type Values } from './page-block.js';
import { colorOf } from './theme.js';
import { timeLabels } from './time-axis.js';

declare const uPlot: typeof uPlotType;

export interface Line {
  readonly name: string;
  readonly curve: CurveData;
  /** Name of a colour of the style sheet. */
  readonly color: string;
  readonly dash?: number[];
  readonly width?: number;
  readonly filled?: boolean;
  readonly stepped?: boolean;
  /** Behind the others. */
  readonly faint?: boolean;
  /** Named under the cursor and held by the scale, but drawn by somebody else. */
  readonly unseen?: boolean;
}

export interface ChartPlan {
  readonly lines: readonly Line[];
  readonly height: number;
  /** Whether 0 is always in view. */
  readonly zero: boolean;
  readonly marks?: { readonly buys: MarksData; readonly sells: MarksData };
  /** Draws behind the lines. */
  readonly drawBehind?: (plot: uPlotType) => void;
  /** A click on a fill. */
  readonly onFill?: (order: number) => void;
  readonly value?: (value: number | null) => string;
}

/** The same for all charts that stand above each other, so that equal times do too. */
const AXIS_WIDTH = 74;
const NARROW_AXIS_WIDTH = 56;

/** All curves on one column of times that reaches from the start to the end of the run. */
function columnsOf(lines: readonly Line[]): uPlotType.AlignedData {
  const tables = lines.map(({ curve }) => unpackCurve(curve));
  const joined =
    tables.length === 1 ? tables[0]! : (uPlot.join(tables as uPlotType.AlignedData[]) as unknown as Values[]);
  const columns = joined.map((column) => [...column]) as (number | null | undefined)[][];
  const [start, end] = wholeRange();
  const add = (ms: number, way: 'push' | 'unshift') => {
    columns.forEach((column, index) => {
      column[way](index === 0 ? ms : undefined);
    });
  };
  if (!(columns[0]![0]! <= start)) add(start, 'unshift');
  if (!(columns[0]!.at(-1)! >= end)) add(end, 'push');
  return columns as uPlotType.AlignedData;
}

/** First and last moment of the run, ms since 1970; a second around a run of one moment. */
export function wholeRange(): [number, number] {
  const lone = page.startMs === page.endMs ? 500 : 0;
  return [page.originMs + page.startMs - lone, page.originMs + page.endMs + lone];
}

/** All that is drawn between the times in view, fills included, with some room. */
function valueRange(plan: ChartPlan, marks: FillMarks | undefined): uPlotType.Range.Function {
  return (plot, low, high) => {
    // The scale of x still holds the range before a zoom; the rows in view are known already.
    const [from, to] = (plot.series[0] as { idxs?: [number, number] }).idxs ?? [0, 0];
    const [start, end] = [plot.data[0][from]!, plot.data[0][to]!];
    let [least, most] = [low ?? Number.POSITIVE_INFINITY, high ?? Number.NEGATIVE_INFINITY];
    marks?.between(start, end, ({ price }) => {
      least = Math.min(least, price);
      most = Math.max(most, price);
    });
    if (least > most) return [0, 1];
    if (plan.zero) [least, most] = [Math.min(0, least), Math.max(0, most)];
    const space = most > least ? (most - least) * 0.07 : Math.abs(least) * 0.01 || 1;
    return [least - space, most + space];
  };
}

function seriesOf(
  { name, color, dash, width = 1.6, filled, stepped, faint, unseen, curve }: Line,
  plan: ChartPlan,
): uPlotType.Series {
  const stroke = colorOf(color);
  const text = plan.value ?? numberText;
  return {
    label: name,
    stroke: faint === true ? `${stroke}90` : stroke,
    width,
    ...(dash === undefined ? {} : { dash }),
    ...(filled === true ? { fill: `${stroke}1f` } : {}),
    ...(stepped === true ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {}),
    ...(unseen === true ? { paths: () => null } : {}),
    points: { show: curve.time.steps.length === 1 && unseen !== true, size: 7 },
    value: (_plot, value) => text(value),
  };
}

/** Draws into an empty place. */
export function drawChart(place: HTMLElement, plan: ChartPlan): uPlotType {
  place.replaceChildren();
  const line = { stroke: colorOf('line'), width: 1 };
  const axis = {
    stroke: colorOf('muted'),
    grid: line,
    ticks: { ...line, size: 4 },
    font: '12px system-ui, sans-serif',
  };
  const narrow = place.clientWidth < 560;
  const marks = plan.marks && fillMarks(plan.marks.buys, plan.marks.sells);
  const options: uPlotType.Options = {
    width: place.clientWidth,
    height: narrow ? Math.round(plan.height * 0.85) : plan.height,
    ms: 1,
    tzDate: (ms) => uPlot.tzDate(new Date(ms), 'Etc/UTC'),
    // Half of the last time's label stands to the right of the chart.
    padding: [8, narrow ? 12 : 28, 0, 0],
    cursor: { sync: { key: 'run', setSeries: false }, points: { size: 7 }, drag: { x: true, y: false, dist: 4 } },
    scales: { y: { range: valueRange(plan, marks) } },
    axes: [
      { ...axis, values: timeLabels, space: 84, size: 44 },
      {
        ...axis,
        values: (_plot, values) => values.map(axisText),
        size: narrow ? NARROW_AXIS_WIDTH : AXIS_WIDTH,
        space: 34,
      },
    ],
    series: [
      { label: 'UTC', value: (_plot, ms) => (ms == null ? '–' : momentText(ms)) },
      ...plan.lines.map((each) => seriesOf(each, plan)),
    ],
    hooks: {
      ...(marks === undefined ? {} : markHooks(marks, plan.onFill)),
      ...(plan.drawBehind === undefined ? {} : { drawAxes: [plan.drawBehind] }),
    },
  };
  return new uPlot(options, columnsOf(plan.lines), place);
}

function axisText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e7) return `${numberText(Number((value / 1e6).toPrecision(6)))} M`;
  return numberText(value);
}
