/**
 * What an instrument is in files of ours, for zod: steps as decimal texts, contract terms left out where they are the usual ones
 * (`linear`, 1, '' and never). Whether the texts make sense is for `Instrument` to say. Knows nothing of the files. Called by the
 * readers of tapes, run folders, catalogues and flow files.
 */
import { z } from 'zod';
import { CONTRACTS } from '../core/instrument.js';

export const instrumentFields = {
  symbol: z.string(),
  tick: z.string(),
  lot: z.string(),
  contract: z.enum(CONTRACTS).exactOptional(),
  multiplier: z.string().exactOptional(),
  base: z.string().exactOptional(),
  quote: z.string().exactOptional(),
  expiry: z.string().exactOptional(),
};
