/**
 * Features of the trades of the last T: volume_T, signed_volume_T, trades_T, vwap_T. Know nothing of books. Found in the
 * feature registry.
 *
 * What traded before the strategy started was not heard: until T after its start they are NaN.
 */
import { type MarketView, Side } from '../../core/market.js';
import type { Nanos } from '../../core/time.js';
import { defineFeature, type Feature, type FeatureDefinition, type FeatureSetup } from './feature.js';
import { RollingSum } from './rolling-sum.js';

/** A feature that is the sum of one number of each trade. */
function tradeSum(
  description: Pick<FeatureDefinition, 'name' | 'unit' | 'formula' | 'source'>,
  term: (trade: MarketView, aggressor: Side) => number,
  inUnits: (sum: number, setup: FeatureSetup) => number,
): FeatureDefinition {
  return defineFeature({
    ...description,
    argument: 'duration',
    hears: ['onTrade'],
    create: (setup) => new TradeSum(setup, term, inUnits),
  });
}

class TradeSum implements Feature {
  readonly #setup: FeatureSetup;
  readonly #term: (trade: MarketView, aggressor: Side) => number;
  readonly #inUnits: (sum: number, setup: FeatureSetup) => number;
  readonly #sum: RollingSum;

  constructor(
    setup: FeatureSetup,
    term: (trade: MarketView, aggressor: Side) => number,
    inUnits: (sum: number, setup: FeatureSetup) => number,
  ) {
    this.#setup = setup;
    this.#term = term;
    this.#inUnits = inUnits;
    this.#sum = new RollingSum(setup.argument);
  }

  onTrade(trade: MarketView, nowNs: Nanos, aggressor: Side): void {
    this.#sum.add(this.#term(trade, aggressor), nowNs);
  }

  value(nowNs: Nanos): number {
    const { startNs, argument } = this.#setup;
    return startNs <= nowNs - argument ? this.#inUnits(this.#sum.at(nowNs), this.#setup) : Number.NaN;
  }
}

export const volume = tradeSum(
  {
    name: 'volume',
    unit: 'quantity',
    formula: 'Σ quantity of the trades in (now − T, now]; NaN until T after the start',
  },
  ({ qtyLots }) => qtyLots,
  (lots, { instrument }) => instrument.qty(lots),
);

/** Signs as the tape has them; nothing is inferred from quotes. */
export const signedVolume = tradeSum(
  {
    name: 'signed_volume',
    unit: 'quantity',
    formula:
      'Σ ±quantity of the trades in (now − T, now]: + the buyer took, − the seller, 0 not known; NaN until T after the start',
    source: 'Hasbrouck (1991), Measuring the information content of stock trades, Journal of Finance 46',
  },
  ({ qtyLots }, aggressor) => (aggressor === Side.buy ? qtyLots : aggressor === Side.sell ? -qtyLots : 0),
  (lots, { instrument }) => instrument.qty(lots),
);

export const trades = tradeSum(
  { name: 'trades', unit: '1', formula: 'number of trades in (now − T, now]; NaN until T after the start' },
  () => 1,
  (count) => count,
);

export const vwap = defineFeature({
  name: 'vwap',
  argument: 'duration',
  unit: 'price',
  formula:
    'Σ price × quantity / Σ quantity of the trades in (now − T, now]; NaN until T after the start, and where nothing traded',
  source: 'Berkowitz, Logue, Noser (1988), The total cost of transactions on the NYSE, Journal of Finance 43',
  hears: ['onTrade'],
  create: (setup) => new Vwap(setup),
});

class Vwap implements Feature {
  readonly #setup: FeatureSetup;
  readonly #tickLots: RollingSum;
  readonly #lots: RollingSum;

  constructor(setup: FeatureSetup) {
    this.#setup = setup;
    this.#tickLots = new RollingSum(setup.argument);
    this.#lots = new RollingSum(setup.argument);
  }

  onTrade({ priceTicks, qtyLots }: MarketView, nowNs: Nanos): void {
    this.#tickLots.add(priceTicks * qtyLots, nowNs);
    this.#lots.add(qtyLots, nowNs);
  }

  value(nowNs: Nanos): number {
    const { instrument, startNs, argument } = this.#setup;
    if (!(startNs <= nowNs - argument)) return Number.NaN;
    return instrument.price(this.#tickLots.at(nowNs) / this.#lots.at(nowNs));
  }
}
