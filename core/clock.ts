/**
 * The present moment of a run: the local time of the event being handled, and whose handler it is (for errors).
 * Knows nothing else. Set by the router and the strategies' hosts, read by contexts and by the simulation.
 */
import type { Strategy } from './strategy.js';
import type { Nanos } from './time.js';

/** Handlers by number: a small number is cheaper to note per event than a string or a closure. */
export const HANDLERS = [
  'onStart',
  'onTrade',
  'onQuote',
  'onDepth',
  'onBook',
  'onOrderRow',
  'onBar',
  'onFunding',
  'onStatus',
  'onCustom',
  'onCorporateAction',
  'onMark',
  'onOrderEvent',
  'onFill',
  'onTimer',
  'onStop',
  'onAccountEvent',
] as const satisfies readonly (keyof Strategy)[];

/** No strategy's handler is running. */
export const NOBODY = -1;

export class Clock {
  nowNs: Nanos = 0.5;
  /** Index of the strategy whose handler is running, or {@link NOBODY}. */
  strategy = NOBODY;
  /** Index in {@link HANDLERS}. */
  handler = 0;

  /** A handler is about to be called. */
  enter(strategy: number, handler: (typeof HANDLERS)[number]): void {
    this.strategy = strategy;
    this.handler = HANDLERS.indexOf(handler);
  }
}
