/** The door of `tickwright/execution`: re-exports only. */
export * from './fees.js';
export * from './latency.js';
export * from './matching.js';
export * from './queue-position.js';
export * from './simulated-venue.js';
export * from './working-orders.js';
