/**
 * The strategies that come with the package, as a registry. Knows nothing of what is in them.
 * Called by the plug-in loader and the command line.
 */
import type { StrategyPlugin } from '../core/strategy.js';
import { marketMaker } from './market-maker.js';
import { momentum } from './momentum.js';
import { noop } from './noop.js';
import { StrategyRegistry } from './registry.js';
import { touch } from './touch.js';

/** A fresh registry that holds the built-in strategies; add your own with `register`. */
export function builtInStrategies(): StrategyRegistry {
  return new StrategyRegistry([marketMaker, momentum, noop, touch] as StrategyPlugin[]);
}
