/**
 * imbalance_N: how one-sided the best N levels of the book are. Knows nothing of time or trades. Found in the feature
 * registry.
 */
import { Side } from '../../core/market.js';
import { defineFeature, type Feature, type FeatureSetup } from './feature.js';

/** +1: only bids; −1: only asks. A side with fewer levels counts with what it has. */
export const imbalance = defineFeature({
  name: 'imbalance',
  argument: 'count',
  unit: '1',
  formula: '(B − A) / (B + A), quantities displayed at the best N bids and asks; −1 … 1; NaN while the book is empty',
  source: 'Cao, Hansch, Wang (2009), The information content of an open limit-order book',
  hears: [],
  create: (setup) => new Imbalance(setup),
});

class Imbalance implements Feature {
  readonly #setup: FeatureSetup;
  readonly #ticks: Int32Array;
  readonly #lots: Float64Array;

  constructor(setup: FeatureSetup) {
    this.#setup = setup;
    this.#ticks = new Int32Array(setup.argument);
    this.#lots = new Float64Array(setup.argument);
  }

  value(): number {
    const bidLots = this.#sideLots(Side.buy);
    const askLots = this.#sideLots(Side.sell);
    return (bidLots - askLots) / (bidLots + askLots);
  }

  #sideLots(side: Side): number {
    const { context, instrument, argument } = this.#setup;
    const lots = this.#lots;
    const found = context.book(instrument).levelsInto(side, argument, this.#ticks, lots);
    let sum = 0;
    for (let level = 0; level < found; level++) sum += lots[level]!;
    return sum;
  }
}
