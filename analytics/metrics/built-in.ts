/**
 * The metrics that come along, in the order in which they are shown. Knows nothing of what each is.
 * Called by the summary and the report.
 */
import { EXECUTION_METRICS } from './execution-metrics.js';
import type { Metric } from './metric.js';
import { EXPOSURE_METRICS, PROFIT_METRICS } from './profit-metrics.js';
import { RETURN_METRICS } from './ratio-metrics.js';
import { TRADE_METRICS } from './trade-metrics.js';

export const BUILT_IN_METRICS: readonly Metric[] = [
  ...PROFIT_METRICS,
  ...RETURN_METRICS,
  ...TRADE_METRICS,
  ...EXECUTION_METRICS,
  ...EXPOSURE_METRICS,
];
