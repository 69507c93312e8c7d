/**
 * What taking liquidity costs where there is no depth to walk: on bars, trades and quotes. Knows nothing of orders, books or
 * paths. Called by a venue for each fill that takes, in place of the levels of a book.
 * contract: ImpactModel.
 */
import { MAX_PRICE_TICKS } from '../core/instrument.js';
import { Side } from '../core/market.js';
import type { ModelRun } from './model-run.js';
import { wholeAbove } from './whole-numbers.js';

/**
 * Decides by how much a taker's price is worse than the reference price.
 *
 * Called once per taking fill; must not allocate. `canPrice` is asked first: false means that the model does not know
 * enough of the market, and then nothing fills (it is never filled without impact instead). Units:
 * - `qtyLots` > 0: what moves the price. The order's own (LEAN), or all that we took of this bar so far with it (zipline).
 * - `priceTicks`: reference price before impact, whole ticks of any sign.
 * - `volumeLots`: what the market trades in one period (this bar, or an average of past ones); 0 or NaN = not known.
 * - `sigma`: standard deviation of returns over one such period, as a fraction (0.02 = 2 %); NaN = not known.
 * Period is one and the same for both; models with published coefficients say which they were measured for.
 *
 * `slippageTicks` gives ticks against the taker, ≥ 0, finite, *not* rounded; {@link ImpactPricer} rounds. Models that draw or
 * remember implement `forRun`. Read {@link constantBpsImpact} first. Conformance: test/contracts/impact.contract.ts.
 * One of your own: docs/how-to/impact-model.md.
 */
export interface ImpactModel {
  canPrice(volumeLots: number, sigma: number): boolean;
  slippageTicks(side: Side, qtyLots: number, priceTicks: number, volumeLots: number, sigma: number): number;
  /** A fresh instance for one run. Left out by models that are the same for all. */
  forRun?(run: ModelRun): ImpactModel;
}

/**
 * What to do where the market's volume or volatility is not known: fill nothing, or take this many basis points of the
 * price. There is no default, as either is wrong for somebody.
 */
export type UnknownMarket = 'refuse' | { readonly bps: number };

/** Everything fills at the reference price: the do-nothing model. */
export const noImpact: ImpactModel = { canPrice: () => true, slippageTicks: () => 0 };

/**
 * price × bps / 10 000, whatever the size (zipline's `FixedBasisPointsSlippage`, 5 bps there; LEAN's `ConstantSlippageModel`).
 * Throws `RangeError` unless 0 ≤ bps < 10 000.
 */
export function constantBpsImpact({ bps }: { bps: number }): ImpactModel {
  return new ConstantBps(fractionOf('constantBpsImpact', 'bps', bps));
}

class ConstantBps implements ImpactModel {
  readonly #fraction: number;

  constructor(fraction: number) {
    this.#fraction = fraction;
  }

  canPrice(): boolean {
    return true;
  }

  slippageTicks(_side: Side, _qtyLots: number, priceTicks: number): number {
    return Math.abs(priceTicks) * this.#fraction;
  }
}

/**
 * price × impact × min(qty / volume, maxShare)²: zipline's `VolumeShareSlippage` (2.5 % and 0.1 by default) and LEAN's
 * `VolumeShareSlippageModel` (the same). Volume is the bar's. The model only caps the price; that no more than `maxShare` of the
 * bar fills is the bar matcher's `maxVolumeShare` (zipline does both, LEAN only this). LEAN takes the greatest slippage where
 * volume is 0: `unknown: { bps: 0.625 }`. Throws `RangeError` unless 0 < maxShare ≤ 1 and 0 ≤ impact, impact × maxShare² < 1.
 */
export function volumeShareImpact(options: {
  /** Share of the volume (a fraction) beyond which the price gets no worse. */
  maxShare: number;
  /** Fraction of the price that an order as large as the volume would move it by. */
  impact: number;
  unknown: UnknownMarket;
}): ImpactModel {
  const { maxShare, impact, unknown } = options;
  inRange('volumeShareImpact', 'maxShare', maxShare, maxShare > 0 && maxShare <= 1, 'above 0 and at most 1');
  inRange(
    'volumeShareImpact',
    'impact',
    impact,
    impact >= 0 && impact * maxShare ** 2 < 1,
    '≥ 0, with impact × maxShare² < 1',
  );
  return new VolumeShare(maxShare, impact, fallbackOf('volumeShareImpact', unknown));
}

/** NaN as a fallback: refuse. */
abstract class ByVolume implements ImpactModel {
  readonly #fallback: number;

  constructor(fallback: number) {
    this.#fallback = fallback;
  }

  canPrice(volumeLots: number, sigma: number): boolean {
    return this.#fallback >= 0 || this.known(volumeLots, sigma);
  }

  slippageTicks(_side: Side, qtyLots: number, priceTicks: number, volumeLots: number, sigma: number): number {
    const known = this.known(volumeLots, sigma);
    return Math.abs(priceTicks) * (known ? this.fraction(qtyLots, volumeLots, sigma) : this.#fallback);
  }

  protected abstract known(volumeLots: number, sigma: number): boolean;
  protected abstract fraction(qtyLots: number, volumeLots: number, sigma: number): number;
}

class VolumeShare extends ByVolume {
  readonly #maxShare: number;
  readonly #impact: number;

  constructor(maxShare: number, impact: number, fallback: number) {
    super(fallback);
    this.#maxShare = maxShare;
    this.#impact = impact;
  }

  protected known(volumeLots: number): boolean {
    return volumeLots > 0 && volumeLots < Infinity;
  }

  protected fraction(qtyLots: number, volumeLots: number): number {
    const share = Math.min(qtyLots / volumeLots, this.#maxShare);
    return this.#impact * share * share;
  }
}

/**
 * The square-root law: Y × σ × √(qty / volume), a fraction of the price. Y, the `coefficient`, is near 1 for the price at the
 * end of an order, in markets of all kinds (Tóth, Lempérière, Deremble, de Lataillade, Kockelkoren, Bouchaud 2011, "Anomalous
 * price impact and the critical nature of liquidity in financial markets", Phys. Rev. X 1, 021006); the average price of an
 * order that moves the market so is 2/3 of that away. The period of volume and σ drops out when σ grows with the root of
 * time, so any will do. zipline's `VolatilityVolumeShare` has the same form. Throws `RangeError` unless 0 ≤ coefficient < ∞.
 */
export function squareRootImpact(options: { coefficient: number; unknown: UnknownMarket }): ImpactModel {
  const { coefficient, unknown } = options;
  inRange('squareRootImpact', 'coefficient', coefficient, coefficient >= 0 && coefficient < Infinity, 'a number ≥ 0');
  return new PowerLaw(coefficient, 0.5, 0, 1, fallbackOf('squareRootImpact', unknown));
}

/**
 * Almgren, Thum, Hauptmann, Li (2005), "Direct estimation of equity market impact", Risk 18(7), 58–62: what an order of X
 * shares pays on average over the price before it, as a fraction,
 *
 *   temporary η × σ × (X / (V T))^β  +  half of the permanent γ × σ × (X / V)^α × L
 *
 * Volume V and σ are of one *trading day*; T is the part of a day's volume over which the order is worked (LEAN uses its
 * latency of 75 ms); L = (shares outstanding / V)^¼, in the paper's fit of US shares 2001–2003, and 1 where nothing of the
 * kind is known (as in LEAN). η = 0.142, β = 0.6, γ = 0.314, α = 1 are the paper's and are taken when left out; LEAN pairs the
 * same γ with α = 0.891, and adds noise and a uniform factor, which this does not. Throws `RangeError` unless all are finite,
 * durationDays > 0, the others ≥ 0.
 */
export function almgrenImpact(options: {
  durationDays: number;
  unknown: UnknownMarket;
  liquidityFactor?: number;
  eta?: number;
  beta?: number;
  gamma?: number;
  alpha?: number;
}): ImpactModel {
  const { durationDays, unknown, liquidityFactor = 1, eta = 0.142, beta = 0.6, gamma = 0.314, alpha = 1 } = options;
  for (const [name, value] of Object.entries({ liquidityFactor, eta, beta, gamma, alpha })) {
    inRange('almgrenImpact', name, value, value >= 0 && value < Infinity, 'a number ≥ 0');
  }
  inRange('almgrenImpact', 'durationDays', durationDays, durationDays > 0 && durationDays < Infinity, 'above 0');
  const fallback = fallbackOf('almgrenImpact', unknown);
  return new PowerLaw(eta / durationDays ** beta, beta, (gamma * liquidityFactor) / 2, alpha, fallback);
}

/** σ × (a × share^m + b × share^n). */
class PowerLaw extends ByVolume {
  readonly #first: number;
  readonly #firstExponent: number;
  readonly #second: number;
  readonly #secondExponent: number;

  constructor(first: number, firstExponent: number, second: number, secondExponent: number, fallback: number) {
    super(fallback);
    this.#first = first;
    this.#firstExponent = firstExponent;
    this.#second = second;
    this.#secondExponent = secondExponent;
  }

  protected known(volumeLots: number, sigma: number): boolean {
    return volumeLots > 0 && volumeLots < Infinity && sigma >= 0 && sigma < Infinity;
  }

  protected fraction(qtyLots: number, volumeLots: number, sigma: number): number {
    const share = qtyLots / volumeLots;
    return sigma * (this.#first * share ** this.#firstExponent + this.#second * share ** this.#secondExponent);
  }
}

/** What came of pricing a fill. */
export const ImpactOutcome = {
  priced: 0,
  /** The model does not know the market's volume or volatility, and was told to refuse then. */
  marketUnknown: 1,
  /** With impact, the price would be worse than the order's limit (zipline: such a fill is left out). */
  worseThanLimit: 2,
  /** The price would leave the range of prices, or a sell at a positive price would end at 0 or below. */
  noSuchPrice: 3,
} as const;
export type ImpactOutcome = (typeof ImpactOutcome)[keyof typeof ImpactOutcome];

/**
 * Prices fills with an impact model. Anything but {@link ImpactOutcome.priced} means: no fill at this time, for that reason.
 * On bars the price may leave the bar's range: the range is of a market that did not have our order. Allocates nothing.
 */
export class ImpactPricer {
  /** Price of the fill: the reference and the slippage rounded against the taker, up to the next whole tick. */
  fillTicks = 0;
  /** The same before rounding. */
  unroundedTicks = 0;
  readonly #model: ImpactModel;

  constructor(model: ImpactModel) {
    this.#model = model;
  }

  /**
   * `limitTicks`: ±Infinity for orders without. Others as for {@link ImpactModel}. Throws `RangeError` when the model gives
   * what is no slippage.
   */
  price(
    side: Side,
    qtyLots: number,
    priceTicks: number,
    volumeLots: number,
    sigma: number,
    limitTicks: number,
  ): ImpactOutcome {
    if (!this.#model.canPrice(volumeLots, sigma)) return ImpactOutcome.marketUnknown;
    const slippageTicks = this.#model.slippageTicks(side, qtyLots, priceTicks, volumeLots, sigma);
    if (!(slippageTicks >= 0 && slippageTicks < Infinity)) {
      throw new RangeError(`impact model: slippage ${slippageTicks} ticks for ${qtyLots} lots at ${priceTicks} ticks`);
    }
    const sign = side === Side.buy ? 1 : -1;
    const fillTicks = priceTicks + sign * wholeAbove(slippageTicks);
    this.unroundedTicks = priceTicks + sign * slippageTicks;
    this.fillTicks = fillTicks;
    if (Math.abs(fillTicks) > MAX_PRICE_TICKS || (priceTicks > 0 && fillTicks <= 0)) return ImpactOutcome.noSuchPrice;
    return sign * (limitTicks - fillTicks) >= 0 ? ImpactOutcome.priced : ImpactOutcome.worseThanLimit;
  }
}

function inRange(model: string, name: string, value: number, holds: boolean, range: string): void {
  if (!holds) throw new RangeError(`${model}: ${name} ${value} is not ${range}`);
}

function fractionOf(model: string, name: string, bps: number): number {
  inRange(model, name, bps, bps >= 0 && bps < 10_000, 'at least 0 and below 10000');
  return bps / 10_000;
}

function fallbackOf(model: string, unknown: UnknownMarket): number {
  if (unknown === 'refuse') return Number.NaN;
  if (typeof unknown !== 'object' || unknown === null) {
    throw new RangeError(`${model}: unknown ${JSON.stringify(unknown)} is neither "refuse" nor { bps }`);
  }
  return fractionOf(model, 'unknown.bps', unknown.bps);
}
