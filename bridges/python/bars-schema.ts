/**
 * How bars that are built in the run are asked for, in run files and by Python strategies.
 * Knows nothing of how they are built. Called by the run file's schema and by the handshake.
 */
import { z } from 'zod';
import { duration } from '../../strategies/parameter.js';

const text = z.string().min(1);
const every = z
  .string({ error: 'a duration such as 1m, or a size and what it counts, as in 100 ticks' })
  .min(1)
  .refine((written) => written.trim() !== '', { error: 'a duration such as 1m, or 100 ticks' });

const within = z.tuple([z.number().min(1), z.number().min(1)], {
  error: 'the least and the most expected number of trades',
});

/** One kind of bars, of as many instruments as are named. What is left out is as in core/bars/bar-options.ts. */
export const barsSchema = z.union(
  [
    every.transform((written) => ({ every: written })),
    z.strictObject({
      every,
      /** What strategies call them; default: `every`. */
      name: text.optional(),
      /** Default: all that the strategy hears of. */
      instruments: z.array(text).min(1).optional(),
      from: z.enum(['trades', 'mid']).optional(),
      empty: z.enum(['none', 'flat']).optional(),
      sessions: text.optional(),
      clock: z.enum(['local', 'exchange']).optional(),
      /** How long bars of the exchange's clock wait for what is on its way. */
      grace: duration.optional(),
      signs: z.enum(['tick-rule', 'aggressor']).optional(),
      span: z.number().min(1).optional(),
      expectedTicksWithin: within.optional(),
    }),
  ],
  { error: 'bars such as 1m or 100 ticks, or { every, name, instruments … }' },
);
/** As they were written, the short form made long. */
export interface BarsWanted extends Partial<Omit<Extract<z.output<typeof barsSchema>, { name?: unknown }>, 'every'>> {
  readonly every: string;
}
