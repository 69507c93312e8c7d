/**
 * The strategy that does nothing: smoke test and the floor of every measurement.
 * Knows nothing. Found in the registry as `noop`.
 */
import { z } from 'zod';
import { defineStrategy } from '../core/strategy.js';

export const noop = defineStrategy({
  name: 'noop',
  description: 'Does nothing: the floor of every measurement',
  params: z.strictObject({}),
  create: () => ({}),
});
