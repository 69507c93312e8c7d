/**
 * How a run file names what is checked before an order leaves. Called by the run file's schema and preparation.
 */
import { z } from 'zod';
import { Instrument, type InstrumentSpec } from '../../core/instrument.js';
import type { RiskCheck } from '../../core/risk.js';
import { maxDailyLoss } from '../../execution/risk/daily-loss.js';
import { maxGrossExposure, maxNetExposure } from '../../execution/risk/exposure.js';
import { killSwitch } from '../../execution/risk/kill-switch.js';
import { maxOrderRate } from '../../execution/risk/order-rate.js';
import { maxOrderSize } from '../../execution/risk/order-size.js';
import { maxOpenPositions, maxPosition } from '../../execution/risk/position.js';
import { priceCollar } from '../../execution/risk/price-collar.js';
import { period, positiveDecimal } from '../../strategies/parameter.js';
import { timeOfDay } from './venue/delay-config.js';

const money = z.number({ error: 'an amount of money above 0' }).gt(0);
const count = z.int({ error: 'a whole number above 0' }).min(1);
/** A decimal quantity for every instrument, or one by symbol. */
const quantity = z.union([positiveDecimal, z.record(z.string(), positiveDecimal)], {
  error: 'a decimal quantity, or one for each symbol',
});

export const riskCheck = z.discriminatedUnion('limit', [
  z
    .strictObject({ limit: z.literal('order-size'), qty: quantity.optional(), value: money.optional() })
    .refine(({ qty, value }) => qty !== undefined || value !== undefined, { error: 'qty, value or both' }),
  z.strictObject({ limit: z.literal('position'), qty: quantity }),
  z.strictObject({ limit: z.literal('gross-exposure'), value: money }),
  z.strictObject({ limit: z.literal('net-exposure'), value: money }),
  z.strictObject({ limit: z.literal('open-positions'), count }),
  /** `reset`: time since midnight UTC at which the day begins. */
  z.strictObject({ limit: z.literal('daily-loss'), loss: money, reset: timeOfDay.default(0) }),
  z
    .strictObject({
      limit: z.literal('price-collar'),
      ticks: count.optional(),
      bps: z.number().gt(0).optional(),
      noReference: z.enum(['refuse', 'pass']).default('refuse'),
    })
    .refine(({ ticks, bps }) => (ticks === undefined) !== (bps === undefined), { error: 'ticks or bps, one of them' }),
  z.strictObject({ limit: z.literal('order-rate'), messages: count, per: period.default(1e9) }),
  z
    .strictObject({ limit: z.literal('kill-switch'), loss: money.optional(), refusals: count.optional() })
    .refine(({ loss, refusals }) => loss !== undefined || refusals !== undefined, { error: 'loss, refusals or both' }),
]);
export type RiskConfig = z.output<typeof riskCheck>;

/** Throws `RangeError` for what a check refuses, and for quantities that are no whole number of an instrument's lots. */
export function riskOf(config: RiskConfig, instruments: readonly InstrumentSpec[]): RiskCheck {
  switch (config.limit) {
    case 'order-size': {
      const { qty, value } = config;
      return maxOrderSize({
        ...(qty === undefined ? {} : { lots: lotsOf(qty, instruments) }),
        ...(value === undefined ? {} : { value }),
      });
    }
    case 'position':
      return maxPosition({ lots: lotsOf(config.qty, instruments) });
    case 'gross-exposure':
      return maxGrossExposure({ value: config.value });
    case 'net-exposure':
      return maxNetExposure({ value: config.value });
    case 'open-positions':
      return maxOpenPositions({ count: config.count });
    case 'daily-loss':
      return maxDailyLoss({ loss: config.loss, resetNs: config.reset });
    case 'price-collar': {
      const { ticks, bps, noReference } = config;
      return priceCollar({
        ...(ticks === undefined ? {} : { ticks }),
        ...(bps === undefined ? {} : { bps }),
        noReference,
      });
    }
    case 'order-rate':
      return maxOrderRate({ messages: config.messages, perNs: config.per });
    case 'kill-switch': {
      const { loss, refusals } = config;
      return killSwitch({
        ...(loss === undefined ? {} : { maxLoss: loss }),
        ...(refusals === undefined ? {} : { refusals }),
      });
    }
  }
}

function lotsOf(
  quantities: string | number | Readonly<Record<string, string | number>>,
  instruments: readonly InstrumentSpec[],
): Record<string, number> {
  const of = (spec: InstrumentSpec, quantity: string | number) => {
    try {
      return new Instrument(spec, 0).qtyLots(quantity);
    } catch {
      throw new RangeError(`qty: ${quantity} is not a whole multiple of the lot of ${spec.symbol}, ${spec.lot}`);
    }
  };
  if (typeof quantities !== 'object') {
    return Object.fromEntries(instruments.map((spec) => [spec.symbol, of(spec, quantities)]));
  }
  return Object.fromEntries(
    Object.entries(quantities).map(([symbol, quantity]) => {
      const spec = instruments.find((each) => each.symbol === symbol);
      if (spec === undefined) {
        const known = instruments.map((each) => each.symbol).join(', ');
        throw new RangeError(`qty: "${symbol}" is not one of the instruments: ${known}`);
      }
      return [symbol, of(spec, quantity)];
    }),
  );
}
