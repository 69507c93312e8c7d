/**
 * Curves of a run as the page draws them: thinned so that their extremes stay, and packed. Knows nothing of charts.
 * Called by the report and its other parts.
 */

import { keptRows } from '../decimation.js';
import { drawdownSeries } from '../drawdown.js';
import { profitSeries, type Recording, type Series } from '../recording.js';
import { packed, packedBy, packedTimes } from './packing.js';
import type { CurveData, OwnValueData } from './page-data.js';

/** First and last moment of a run, ns since its origin. */
export interface Span {
  readonly startNs: number;
  readonly endNs: number;
  readonly durationNs: number;
}

/** `scale`: what makes values whole numbers, where they are exact; default: a millionth of their range. */
export function curveData(series: Series, span: Span, buckets: number, scale?: number): CurveData {
  const rows = keptRows(series, buckets);
  const value = Float64Array.from(rows, (row) => series.value[row]!);
  return {
    time: packedTimes(
      Float64Array.from(rows, (row) => series.timeNs[row]!),
      span,
    ),
    value: scale === undefined ? packed(value) : packedBy(value, scale),
  };
}

/** Profit is 0 when the run starts, which no sample says. */
export function profitFromZero(recording: Recording, strategy: number, { startNs }: Span): Series {
  const { timeNs, value } = profitSeries(recording, strategy);
  if (timeNs.length > 0 && timeNs[0]! <= startNs) return { timeNs, value };
  return { timeNs: withEnds(timeNs, startNs), value: withEnds(value, 0) };
}

/** Fall from the peak so far, drawn downwards: values ≤ 0. */
export function fallOf(profit: Series): Series {
  const { timeNs, value } = drawdownSeries(profit);
  return { timeNs, value: value.map((fall) => -fall) };
}

/** A value before and, if given, one behind the others. */
export function withEnds(values: Float64Array, first: number, last?: number): Float64Array {
  const out = new Float64Array(values.length + (last === undefined ? 1 : 2));
  out[0] = first;
  out.set(values, 1);
  if (last !== undefined) out[out.length - 1] = last;
  return out;
}

/** The strategies' own values, in the order in which they first appear; those after the `most` first are counted. */
export function ownValues(
  { metrics, metricNames, strategies }: Recording,
  span: Span,
  buckets: number,
  most: number,
): { curves: OwnValueData[]; leftOut: number } {
  const groups = new Map<number, number[]>();
  for (let row = 0; row < metrics.localNs.length; row++) {
    const group = metrics.name.at(row) * strategies.length + metrics.strategy.at(row);
    const rows = groups.get(group);
    if (rows === undefined) groups.set(group, [row]);
    else rows.push(row);
  }
  const curves = [...groups].slice(0, most).map(([group, rows]): OwnValueData => {
    const strategy = group % strategies.length;
    const series = {
      timeNs: Float64Array.from(rows, (row) => metrics.localNs.at(row)),
      value: Float64Array.from(rows, (row) => metrics.value.at(row)),
    };
    const name = metricNames[(group - strategy) / strategies.length]!;
    return { strategy, name, curve: curveData(series, span, buckets) };
  });
  return { curves, leftOut: groups.size - curves.length };
}
