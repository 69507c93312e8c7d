/** The door of `tickwright/execution`: re-exports only. */
export * from './bar-agenda.js';
export * from './bar-matching.js';
export * from './bar-path.js';
export * from './bar-statistics.js';
export * from './fees.js';
export * from './gateway.js';
export * from './impact.js';
export * from './latency.js';
export * from './latency-table.js';
export * from './matching.js';
export * from './model-run.js';
export * from './price-protection.js';
export * from './queue-position.js';
export * from './simulated-venue.js';
export * from './working-orders.js';
