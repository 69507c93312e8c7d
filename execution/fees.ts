/**
 * What a fill costs. Knows nothing of accounts. Called by the simulated venue, once per fill.
 * contract: FeeModel.
 */
import type { Instrument } from '../core/instrument.js';

/**
 * Decides the fee of one fill. Called once per fill; must not allocate. Quote currency, positive = paid, negative =
 * rebate. Read {@link makerTakerFees} first. Conformance: test/contracts/fee.contract.ts.
 */
export interface FeeModel {
  fee(instrument: Instrument, priceTicks: number, qtyLots: number, maker: boolean): number;
}

/** A fraction of the traded value, by who was resting: 0.0002 = 2 bps. Throws `RangeError` outside (−1, 1). */
export function makerTakerFees({ makerRate, takerRate }: { makerRate: number; takerRate: number }): FeeModel {
  for (const [name, rate] of Object.entries({ makerRate, takerRate })) {
    if (!(Math.abs(rate) < 1)) throw new RangeError(`fees: ${name} ${rate} is not a fraction between −1 and 1`);
  }
  return {
    fee: (instrument, priceTicks, qtyLots, maker) =>
      instrument.value(priceTicks * qtyLots) * (maker ? makerRate : takerRate),
  };
}

/** Every fill is free: the do-nothing model. */
export const noFees: FeeModel = { fee: () => 0 };
