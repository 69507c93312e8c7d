/** The door of `tickwright/analytics`: re-exports only. */

export * from './account-figures.js';
export * from './column.js';
export * from './decimation.js';
export * from './drawdown.js';
export * from './markouts.js';
export * from './metrics/benchmark.js';
export * from './metrics/moments.js';
export * from './metrics/ratios.js';
export * from './metrics/return-drawdowns.js';
export * from './metrics/returns.js';
export * from './metrics/rolling.js';
export * from './metrics/sharpe-significance.js';
export * from './metrics/tail-risk.js';
export * from './order-ends.js';
export * from './order-tally.js';
export * from './recorder.js';
export * from './recording.js';
export * from './report/report.js';
export * from './report/page.js';
export * from './round-trips.js';
export * from './sharpe.js';
export * from './summary.js';
export * from './summary-table.js';
