/** The door of `tickwright/strategies`: re-exports only. */

export * from './built-in.js';
export * from './features/built-in.js';
export * from './features/feature.js';
export * from './features/feature-set.js';
export * from './features/registry.js';
export * from './features/rolling-sum.js';
export * from './features/with-features.js';
export * from './market-maker.js';
export * from './momentum.js';
export * from './noop.js';
export * from './parameter.js';
export * from './quote-slot.js';
export * from './registry.js';
export * from './touch.js';
