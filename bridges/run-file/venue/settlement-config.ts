/**
 * How a run file names what a venue settles besides trades: funding, carry, corporate actions, the end of instruments, margin.
 * Called by the venue's config.
 */
import { z } from 'zod';
import { DAY_COUNTS, type DayCount } from '../../../execution/carry.js';
import {
  cashAccount,
  leverageMargin,
  type MarginModel,
  perContractMargin,
  rateMargin,
  tieredMargin,
} from '../../../execution/margin.js';
import type { SettlementOptions } from '../../../execution/settlement.js';
import { period } from '../../../strategies/parameter.js';

const fraction = z.number({ error: 'a fraction' });
const rates = z.union([fraction, z.record(z.string(), fraction)], { error: 'a rate, or one for each name' });
const rate = fraction.min(0);
const price = z.union([z.enum(['last', 'zero']), z.string().regex(/^\d+(\.\d+)?$/), z.record(z.string(), z.string())], {
  error: 'last, zero, a decimal price, or one of these for each symbol',
});

const margin = z.discriminatedUnion('model', [
  z.strictObject({ model: z.literal('rates'), initial: rate, maintenance: rate }),
  z.strictObject({ model: z.literal('leverage'), leverage: z.number().gt(0), maintenance: rate }),
  z.strictObject({
    model: z.literal('cash'),
    shorts: z.strictObject({ initial: rate, maintenance: rate }).optional(),
  }),
  z.strictObject({
    model: z.literal('per-contract'),
    amounts: z.record(z.string(), z.strictObject({ initial: rate, maintenance: rate })),
  }),
  z.strictObject({
    model: z.literal('tiers'),
    tiers: z.array(z.strictObject({ from: rate, initial: rate, maintenance: rate })).min(1),
  }),
]);

export const settlement = z.strictObject({
  funding: z.boolean().optional(),
  borrowRate: rates.optional(),
  interestRate: rates.optional(),
  debitRate: rates.optional(),
  contracts: z.union([z.literal('all'), z.array(z.string().min(1))]).optional(),
  accrual: period.optional(),
  dayCount: z.enum(Object.keys(DAY_COUNTS) as [DayCount, ...DayCount[]]).optional(),
  dividends: z.boolean().optional(),
  dividendTaxRate: rate.lt(1).optional(),
  dividendOrders: z.enum(['reduce', 'keep']).optional(),
  reverseSplitOrders: z.enum(['end', 'restate']).optional(),
  delisting: price.optional(),
  expiry: price.optional(),
  margin: margin.optional(),
  liquidationFeeRate: rate.lt(1).optional(),
});
export type SettlementConfig = z.output<typeof settlement>;

export function settlementOf({ accrual, margin: named, ...config }: SettlementConfig): SettlementOptions {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  return {
    ...given,
    ...(accrual === undefined ? {} : { accrualNs: accrual }),
    ...(named === undefined ? {} : { margin: marginOf(named) }),
  };
}

function marginOf(config: z.output<typeof margin>): MarginModel {
  switch (config.model) {
    case 'rates':
      return rateMargin(ratesOf(config));
    case 'leverage':
      return leverageMargin({ leverage: config.leverage, maintenanceRate: config.maintenance });
    case 'cash':
      return cashAccount(config.shorts === undefined ? {} : { shorts: ratesOf(config.shorts) });
    case 'per-contract':
      return perContractMargin(
        Object.fromEntries(
          Object.entries(config.amounts).map(([symbol, { initial, maintenance }]) => [
            symbol,
            { initialAmount: initial, maintenanceAmount: maintenance },
          ]),
        ),
      );
    case 'tiers':
      return tieredMargin(config.tiers.map((tier) => ({ fromValue: tier.from, ...ratesOf(tier) })));
  }
}

function ratesOf({ initial, maintenance }: { readonly initial: number; readonly maintenance: number }) {
  return { initialRate: initial, maintenanceRate: maintenance };
}
