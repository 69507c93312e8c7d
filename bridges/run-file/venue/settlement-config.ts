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
import { period, positiveDecimal } from '../../../strategies/parameter.js';

const rate = z.number({ error: 'a fraction from 0' }).min(0);
const yearly = z.number({ error: 'a fraction a year, above -1 and below 1' }).gt(-1).lt(1);
const borrowing = z.number({ error: 'a fraction a year, from 0 to 10' }).min(0).max(10);
const interest = z.union([yearly, z.record(z.string(), yearly)], {
  error: 'a fraction a year, or one for each currency',
});
/** Text, as settlement takes it; a number in a run file is as good. */
const onePrice = z
  .union([z.string(), z.number()], { error: 'last, zero or a decimal price' })
  .refine((price) => price === 'last' || price === 'zero' || positiveDecimal.safeParse(price).success, {
    error: 'last, zero or a decimal price',
  })
  .transform(String);
const price = z.union([onePrice, z.record(z.string(), onePrice)], {
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
  borrowRate: z
    .union([borrowing, z.record(z.string(), borrowing)], { error: 'a fraction a year, or one for each symbol' })
    .optional(),
  interestRate: interest.optional(),
  debitRate: interest.optional(),
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

/** `symbols`: of the run. Throws `RangeError` for what a margin model refuses. */
export function settlementOf(
  { accrual, margin: named, ...config }: SettlementConfig,
  symbols: readonly string[],
): SettlementOptions {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  return {
    ...given,
    ...(accrual === undefined ? {} : { accrualNs: accrual }),
    ...(named === undefined ? {} : { margin: marginOf(named, symbols) }),
  };
}

function marginOf(config: z.output<typeof margin>, symbols: readonly string[]): MarginModel {
  switch (config.model) {
    case 'rates':
      return rateMargin(ratesOf(config));
    case 'leverage':
      return leverageMargin({ leverage: config.leverage, maintenanceRate: config.maintenance });
    case 'cash':
      return cashAccount(config.shorts === undefined ? {} : { shorts: ratesOf(config.shorts) });
    case 'per-contract':
      for (const symbol of Object.keys(config.amounts)) {
        if (symbols.includes(symbol)) continue;
        throw new RangeError(`margin.amounts: "${symbol}" is not on the tape; there are ${symbols.join(', ')}`);
      }
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
