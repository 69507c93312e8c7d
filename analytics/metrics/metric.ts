/**
 * What a metric is: one number of one strategy, with all that is needed to know what it says. Knows nothing of which there are.
 * Called by the summary, the report and users who add their own.
 * contract: Metric.
 */
import type { Measurements } from './measurements.js';

/** What a value is in, and so how it is written. */
export type MetricUnit =
  /** Money in the account's currency. */
  | 'money'
  /** 0.01 = 1 %. */
  | 'fraction'
  /** A plain number. */
  | 'ratio'
  /** 1/10,000 of the value of what traded, or was ordered. */
  | 'bps'
  /** Nanoseconds of market time. */
  | 'ns'
  | 'lots'
  | 'count'
  /** Per second of market time. */
  | '1/s';

/** Under which head it is shown. */
export type MetricGroup = 'returns' | 'risk' | 'benchmark' | 'trades' | 'execution' | 'profit' | 'exposure';

/**
 * Decides what one figure of a strategy is. `compute` is called once a strategy when a run is over, in any order with other
 * metrics; it gives `NaN` (or an infinity) where there is no such number, which is shown as none. It reads what it needs from the
 * measurements, which compute each thing once and share it, and must not change them nor keep them. It is pure: equal runs
 * give equal numbers. Read `ratio-metrics.ts` first. Conformance: test/contracts/metric.contract.ts.
 */
export interface Metric {
  /** Unique, in camelCase: the key in `summary.json`. */
  readonly name: string;
  /** A few words for people. */
  readonly label: string;
  readonly group: MetricGroup;
  readonly unit: MetricUnit;
  /** In mathematical signs, one line. */
  readonly formula: string;
  /** What it takes for granted (annualisation, risk-free rate, sampling …), and when it is wrong. */
  readonly assumptions: string;
  /** Who defined it: author and year, or a system; `own` for those that are ours. */
  readonly source: string;
  compute(measurements: Measurements): number;
}

/** Values by name, in the order of the metrics; `null` = no such number. */
export type MetricValues = Readonly<Record<string, number | null>>;

/** Throws `RangeError` for two metrics of one name. */
export function computeMetrics(metrics: readonly Metric[], measurements: Measurements): MetricValues {
  const values: Record<string, number | null> = {};
  for (const metric of metrics) {
    if (Object.hasOwn(values, metric.name)) throw new RangeError(`two metrics are named "${metric.name}"`);
    const value = metric.compute(measurements);
    // No −0, which files do not keep.
    values[metric.name] = Number.isFinite(value) ? value + 0 : null;
  }
  return values;
}
