/** The door of `tickwright`: everything of every wing. */
export * from './analytics/index.js';
export * from './bridges/index.js';
export * from './core/index.js';
// The recorder knows only part of it; this is the whole.
export type { RunFailure } from './core/simulation.js';
export * from './execution/index.js';
export * from './strategies/index.js';
