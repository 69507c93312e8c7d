/**
 * The zod schemas that strategy parameters are made of: lengths of time and decimal quantities as people write them.
 * Knows nothing of any strategy. Called by strategies and by the run file's schema.
 */
import { z } from 'zod';
import { parseDecimal } from '../core/decimal.js';
import type { Instrument } from '../core/instrument.js';
import { parseDuration } from '../core/time.js';

/** A length of time as text with its unit (`100ms`), or 0; becomes nanoseconds. Never negative. */
export const duration = z
  .union([z.string(), z.number()], { error: 'a duration such as 250us, 10ms, 1.5s or 0' })
  .transform((text, context) => {
    try {
      const nanos = parseDuration(text);
      if (nanos >= 0) return nanos;
    } catch {
      // The message below says what is allowed; the formatter adds what was given.
    }
    context.addIssue({ code: 'custom', message: 'a duration such as 250us, 10ms, 1.5s or 0' });
    return z.NEVER;
  })
  .meta({ unit: 'ns' });

/** A length of time above 0, for periods. */
export const period = duration.refine((nanos) => nanos > 0, { error: 'a duration above 0, such as 250us, 10ms, 1.5s' });

/** An exact decimal above 0, as number or text; stays as given, for `Instrument.qtyLots` or `priceTicks`. */
export const positiveDecimal = z
  .union([z.string(), z.number()], { error: 'a decimal above 0, such as 0.01' })
  .refine(isPositive, { error: 'a decimal above 0, such as 0.01' });

/** A quantity parameter as lots of an instrument. Throws `RangeError` naming both where it is not a whole number. */
export function lotsOf(instrument: Instrument, quantity: string | number, parameter: string): number {
  try {
    return instrument.qtyLots(quantity);
  } catch {
    const { symbol, lot } = instrument;
    throw new RangeError(`parameter ${parameter}: ${quantity} is not a whole multiple of the lot of ${symbol}, ${lot}`);
  }
}

function isPositive(value: string | number): boolean {
  try {
    return parseDecimal(value).digits > 0n;
  } catch {
    return false;
  }
}
