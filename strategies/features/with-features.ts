/**
 * A strategy with features: they are brought up to date before each of its handlers is called. Knows nothing of which
 * features or strategies there are. Called by strategies' `create`.
 */
import { HANDLERS } from '../../core/clock.js';
import type { Strategy, StrategyContext } from '../../core/strategy.js';
import type { FeatureDefinition } from './feature.js';
import { FeatureSet } from './feature-set.js';

/**
 * `create` makes the strategy and gets the set, which can be read from `onStart` on. `names` and `definitions` as in
 * {@link FeatureSet}, and the same errors.
 */
export function withFeatures(
  names: readonly string[],
  create: (features: FeatureSet) => Strategy,
  definitions: readonly FeatureDefinition[] = [],
): Strategy {
  const features = new FeatureSet(names, definitions);
  const strategy = create(features);
  const together: Record<string, unknown> = {};
  for (const handler of HANDLERS) {
    const own = strategy[handler]?.bind(strategy) as ((thing: never, context: StrategyContext) => void) | undefined;
    const hook = features.handlers.find((heard) => heard === handler);
    const update = hook === undefined ? undefined : (features[hook].bind(features) as (thing: never) => void);
    if (update !== undefined && own !== undefined) {
      together[handler] = (thing: never, context: StrategyContext) => {
        update(thing);
        own(thing, context);
      };
    } else if (update !== undefined || own !== undefined) together[handler] = update ?? own;
  }
  together.onStart = (context: StrategyContext) => {
    features.start(context);
    strategy.onStart?.(context);
  };
  return together as Strategy;
}
