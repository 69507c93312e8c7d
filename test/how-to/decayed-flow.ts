/** A feature of one's own, how one-sided trading has been, and a strategy that follows it where the book agrees. */
import { type MarketView, type Nanos, Side, type Strategy, type StrategyContext } from 'tickwright/core';
import { defineFeature, type Feature, type FeatureSet, withFeatures } from 'tickwright/strategies';

export const decayedFlow = defineFeature({
  name: 'decayed_flow',
  argument: 'duration',
  unit: '1',
  formula: 'Σ ±lots / Σ lots of all trades, each weighted with exp(−age / T); −1 … 1; NaN before the first',
  hears: ['onTrade'],
  create: ({ argument }) => new DecayedFlow(argument),
});

class DecayedFlow implements Feature {
  readonly #timeConstantNs: Nanos;
  /** Signed and all lots, as of the last trade. In an array, so that nothing is boxed. */
  readonly #sums = new Float64Array(2);
  #lastNs = 0;

  constructor(timeConstantNs: Nanos) {
    this.#timeConstantNs = timeConstantNs;
  }

  onTrade({ qtyLots }: MarketView, nowNs: Nanos, aggressor: Side): void {
    const decay = Math.exp((this.#lastNs - nowNs) / this.#timeConstantNs);
    const sign = aggressor === Side.buy ? 1 : aggressor === Side.sell ? -1 : 0;
    this.#sums[0] = this.#sums[0]! * decay + sign * qtyLots;
    this.#sums[1] = this.#sums[1]! * decay + qtyLots;
    this.#lastNs = nowNs;
  }

  // Both sums fade alike, so that their ratio stays between two trades; 0 / 0 is NaN.
  value(): number {
    return this.#sums[0]! / this.#sums[1]!;
  }
}

const follow = (features: FeatureSet): Strategy => ({
  onStart: (context) => context.every('look', 100e6),
  onTimer(_name: string, context: StrategyContext) {
    const [flow = Number.NaN, imbalance = Number.NaN, inventory = 0] = features.read();
    const [instrument] = context.instruments;
    // NaN, not known yet, is neither above nor below.
    if (flow > 0.3 && imbalance > 0.2 && inventory <= 0) context.buy(instrument!, 1);
    if (flow < -0.3 && imbalance < -0.2 && inventory >= 0) context.sell(instrument!, 1);
  },
});

/** To be returned from a plug-in's `create`. */
export function flowFollower(): Strategy {
  return withFeatures(['decayed_flow_2s', 'imbalance_5', 'inventory'], follow, [decayedFlow]);
}
