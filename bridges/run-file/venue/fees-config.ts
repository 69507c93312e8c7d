/**
 * How a run file names fees. Called by the venue's config.
 */
import { z } from 'zod';
import { boundedFees, sumFees } from '../../../execution/fee-composition.js';
import { type FeeModel, flatFees, makerTakerFees, perQuantityFees, transactionTax } from '../../../execution/fees.js';
import { tieredFees } from '../../../execution/tiered-fees.js';
import { period } from '../../../strategies/parameter.js';

const rate = z.number({ error: 'a fraction of the value, e.g. 0.0002 for 2 basis points' }).gt(-1).lt(1);
const amount = z.number({ error: 'an amount of money' });

const tax = z.number({ error: 'a fraction of the value from 0 to below 1' }).min(0).lt(1);
const taxes = z
  .strictObject({ sell: tax.optional(), buy: tax.optional() })
  .refine(({ sell, buy }) => sell !== undefined || buy !== undefined, { error: 'sell, buy or both' });

const part = z.union(
  [
    /** Fractions of the traded value; negative = rebate. */
    z.strictObject({ maker: rate, taker: rate }),
    /** Amounts for each unit of quantity; negative = rebate. */
    z.strictObject({ perQuantity: z.strictObject({ maker: amount, taker: amount }) }),
    /** The same for every fill. */
    z.strictObject({ flat: amount }),
    /** On the value of sells, and of buys. */
    z.strictObject({ tax: taxes }),
    /** By what the strategy traded in the window. */
    z.strictObject({
      tiers: z.array(z.strictObject({ from: z.number().min(0), maker: rate, taker: rate })).min(1),
      window: period,
      initialVolume: z.number().min(0).default(0),
    }),
  ],
  { error: '{ maker, taker }, { perQuantity }, { flat }, { tax } or { tiers, window }' },
);

const bounds = z
  .strictObject({
    per: z.enum(['fill', 'order']),
    minimum: amount.optional(),
    maximum: amount.optional(),
    maximumRate: z.number().min(0).lt(1).optional(),
  })
  .refine((all) => Object.values(all).filter((value) => value !== undefined).length > 1, {
    error: 'per with minimum, maximum or maximumRate',
  });

/** One kind of fee, or several that add up within bounds. */
export const fees = z.union([part, z.strictObject({ sum: z.array(part).min(1), within: bounds.optional() })], {
  error: '{ maker, taker }, { perQuantity }, { flat }, { tax }, { tiers, window } or { sum: [ … ], within }',
});
export type FeesConfig = z.output<typeof fees>;

export function feesOf(config: FeesConfig): FeeModel {
  if (!('sum' in config)) return partOf(config);
  const sum = config.sum.length === 1 ? partOf(config.sum[0]!) : sumFees(...config.sum.map(partOf));
  if (config.within === undefined) return sum;
  const { per, minimum, maximum, maximumRate } = config.within;
  return boundedFees(sum, {
    per,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(maximumRate === undefined ? {} : { maximumRate }),
  });
}

function partOf(config: z.output<typeof part>): FeeModel {
  if ('maker' in config) return makerTakerFees({ makerRate: config.maker, takerRate: config.taker });
  if ('perQuantity' in config) {
    return perQuantityFees({ makerAmount: config.perQuantity.maker, takerAmount: config.perQuantity.taker });
  }
  if ('flat' in config) return flatFees({ amount: config.flat });
  if ('tax' in config) {
    const { sell, buy } = config.tax;
    return transactionTax({
      ...(sell === undefined ? {} : { sellRate: sell }),
      ...(buy === undefined ? {} : { buyRate: buy }),
    });
  }
  return tieredFees({
    windowNs: config.window,
    tiers: config.tiers.map(({ from, maker, taker }) => ({ fromVolume: from, makerRate: maker, takerRate: taker })),
    initialVolume: config.initialVolume,
  });
}
