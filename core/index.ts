/** The door of `tickwright/core`: re-exports only. */
export * from './decimal.js';
export * from './instrument.js';
export * from './market.js';
export * from './random.js';
export * from './rank.js';
export * from './tape.js';
export * from './tape-builder.js';
export * from './time.js';
