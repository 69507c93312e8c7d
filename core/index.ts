/** The door of `tickwright/core`: re-exports only. */
export * from './account.js';
export * from './account-event.js';
export type { BarRequest, BarSeries, BarShape, SessionSpan } from './bars/bar-options.js';
export { BAR_FORMS, barsEvery, barsText } from './bars/bar-rule.js';
export { TapeBars, type TapeBarsOptions } from './bars/tape-bars.js';
export * from './book/book.js';
export * from './book/levels.js';
export * from './book/orders.js';
export { HANDLERS } from './clock.js';
export * from './compute-time.js';
export * from './currency.js';
export * from './decimal.js';
export * from './delay.js';
export * from './feed-latency.js';
export * from './instrument.js';
export * from './lookout.js';
export * from './market.js';
export * from './market-books.js';
export * from './match-event.js';
export * from './merge.js';
export * from './observer.js';
export * from './order.js';
export * from './queue.js';
export * from './random.js';
export * from './rank.js';
export * from './risk.js';
export * from './risk-state.js';
export type { Sha256 } from './run-hash.js';
export * from './session-calendar.js';
export * from './simulation.js';
export * from './strategy.js';
export * from './synthetic/correlation.js';
export * from './synthetic/flow-parameters.js';
export * from './synthetic/hawkes.js';
export * from './synthetic/order-market.js';
export {
  type LogNormalSizes,
  meanLots,
  type Sizes,
  type TabledSizes,
  type UniformSizes,
} from './synthetic/order-sizes.js';
export * from './synthetic/stress-plan.js';
export * from './synthetic/stressed-feed.js';
export * from './synthetic/zero-intelligence.js';
export * from './synthetic.js';
export * from './tape.js';
export * from './tape-builder.js';
export * from './time.js';
export * from './venue.js';
