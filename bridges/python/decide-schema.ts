/**
 * How `decide` is written, in run files and by Python strategies: when the clock of the run waits for a strategy.
 * Knows nothing of what is done with it. Called by the run file's schema and by the handshake.
 */
import { z } from 'zod';
import { period } from '../../strategies/parameter.js';

export const DECIDE_EVENTS = ['fill', 'reject', 'order', 'account', 'trade', 'book', 'bar'] as const;
export type DecideEvent = (typeof DECIDE_EVENTS)[number];

/** As run files and READY write it. */
export const decideSchema = z.strictObject({
  /** A request each time this much market time has passed. */
  every: period.optional(),
  /** A request as soon as one of these reached the strategy. */
  on: z.array(z.enum(DECIDE_EVENTS)).optional(),
  /** A request each time so many rows wait. */
  rows: z.int().min(1).max(1_000_000).optional(),
});
export type Decide = z.output<typeof decideSchema>;
