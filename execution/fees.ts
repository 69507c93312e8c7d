/**
 * What a fill costs: the contract and the models that remember nothing. Knows nothing of accounts. Called by the simulated
 * venue, once per fill. Bounds and sums are in execution/fee-composition.ts, tiers by volume in execution/tiered-fees.ts.
 * contract: FeeModel.
 */
import type { Instrument } from '../core/instrument.js';
import { Side } from '../core/market.js';
import type { Nanos } from '../core/time.js';
import { amountOf, rateOf } from './fee-options.js';
import type { ModelRun } from './model-run.js';

/**
 * Decides the fee of one fill: an amount in the instrument's settle currency, positive = paid, negative = rebate, always
 * finite; not rounded.
 *
 * Called once per fill, in the order of fills, at exchange time `nowNs` (never less than before); must not allocate but for
 * what it remembers. `maker`: the order was resting. `strategy` and `orderId` are the run's numbers (ids from 1, in order of
 * submission, over all strategies); a modified order keeps its id. `priceTicks` of linear contracts may be 0 or below.
 *
 * Models that remember implement `forRun`. Rates are fractions of the traded value, price × quantity × multiplier without
 * its sign (inverse: quantity × multiplier / price); 0.0002 = 2 bps. Read {@link makerTakerFees} first.
 * Conformance: test/contracts/fee.contract.ts. To write one: docs/how-to/fee-model.md.
 */
export interface FeeModel {
  fee(
    instrument: Instrument,
    side: Side,
    priceTicks: number,
    qtyLots: number,
    maker: boolean,
    strategy: number,
    orderId: number,
    nowNs: Nanos,
  ): number;
  /** A fresh instance for one run. Left out by models that are the same for all. */
  forRun?(run: ModelRun): FeeModel;
}

/** What a fill is worth without its sign, in the settle currency: what rates are of. */
export function tradedValue(instrument: Instrument, priceTicks: number, qtyLots: number): number {
  return Math.abs(instrument.notional(priceTicks, qtyLots));
}

/** Every fill is free: the do-nothing model. */
export const noFees: FeeModel = { fee: () => 0 };

/** A fraction of the traded value, by who was resting; negative = rebate. Throws `RangeError` outside (−1, 1). */
export function makerTakerFees(options: { makerRate: number; takerRate: number }): FeeModel {
  const { makerRate, takerRate } = options;
  return new MakerTaker(rateOf('fees', 'makerRate', makerRate), rateOf('fees', 'takerRate', takerRate));
}

class MakerTaker implements FeeModel {
  readonly #makerRate: number;
  readonly #takerRate: number;

  constructor(makerRate: number, takerRate: number) {
    this.#makerRate = makerRate;
    this.#takerRate = takerRate;
  }

  fee(instrument: Instrument, _side: Side, priceTicks: number, qtyLots: number, maker: boolean): number {
    return tradedValue(instrument, priceTicks, qtyLots) * (maker ? this.#makerRate : this.#takerRate);
  }
}

/**
 * So much for each unit of quantity (share, contract, coin), by who was resting; negative = rebate. In the settle currency:
 * `{ makerAmount: -0.002, takerAmount: 0.003 }` is US shares' 20 and 30 cents for 100. Throws `RangeError` unless finite.
 */
export function perQuantityFees(options: { makerAmount: number; takerAmount: number }): FeeModel {
  const { makerAmount, takerAmount } = options;
  return new PerQuantity(
    amountOf('perQuantityFees', 'makerAmount', makerAmount),
    amountOf('perQuantityFees', 'takerAmount', takerAmount),
  );
}

class PerQuantity implements FeeModel {
  readonly #makerAmount: number;
  readonly #takerAmount: number;

  constructor(makerAmount: number, takerAmount: number) {
    this.#makerAmount = makerAmount;
    this.#takerAmount = takerAmount;
  }

  fee(instrument: Instrument, _side: Side, _priceTicks: number, qtyLots: number, maker: boolean): number {
    return instrument.qty(qtyLots) * (maker ? this.#makerAmount : this.#takerAmount);
  }
}

/**
 * The same amount for every fill, whatever its size, in the settle currency. Once for a whole order instead:
 * `boundedFees(noFees, { per: 'order', minimum })`. Throws `RangeError` unless finite.
 */
export function flatFees({ amount }: { amount: number }): FeeModel {
  return new Flat(amountOf('flatFees', 'amount', amount));
}

class Flat implements FeeModel {
  readonly #amount: number;

  constructor(amount: number) {
    this.#amount = amount;
  }

  fee(): number {
    return this.#amount;
  }
}

/**
 * A fraction of the traded value by side: tax on sales (`{ sellRate: 0.001 }`), stamp duty on purchases (`buyRate`), or
 * both. A side that is left out pays nothing. Throws `RangeError` outside [0, 1), and when neither is given.
 */
export function transactionTax({ sellRate, buyRate }: { sellRate?: number; buyRate?: number }): FeeModel {
  if (sellRate === undefined && buyRate === undefined) {
    throw new RangeError('transactionTax: neither sellRate nor buyRate is given');
  }
  for (const [name, rate] of Object.entries({ sellRate, buyRate })) {
    if (rate !== undefined && !(rate >= 0 && rate < 1)) {
      throw new RangeError(`transactionTax: ${name} ${rate} is not a fraction from 0 to below 1`);
    }
  }
  return new SideTax(sellRate ?? 0, buyRate ?? 0);
}

class SideTax implements FeeModel {
  readonly #sellRate: number;
  readonly #buyRate: number;

  constructor(sellRate: number, buyRate: number) {
    this.#sellRate = sellRate;
    this.#buyRate = buyRate;
  }

  fee(instrument: Instrument, side: Side, priceTicks: number, qtyLots: number): number {
    const rate = side === Side.buy ? this.#buyRate : this.#sellRate;
    return rate === 0 ? 0 : tradedValue(instrument, priceTicks, qtyLots) * rate;
  }
}
