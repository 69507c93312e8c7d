/** The door of `tickwright/core`: re-exports only. */

export * from './account.js';
export * from './book/book.js';
export * from './decimal.js';
export * from './instrument.js';
export * from './market.js';
export * from './observer.js';
export * from './order.js';
export * from './random.js';
export * from './rank.js';
export * from './strategy.js';
export * from './tape.js';
export * from './tape-builder.js';
export * from './time.js';
