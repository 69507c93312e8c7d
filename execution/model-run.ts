/**
 * What a model may know of the run it is used in. Knows nothing of venues. Called by the simulated venue.
 */
import type { Instrument } from '../core/instrument.js';
import type { RandomSource } from '../core/random.js';

/**
 * A model that remembers or draws implements `forRun` and returns a fresh instance of itself, so that one object may serve
 * many runs and each of them starts alike. Draws come from a stream named after the model, so that none shifts another's.
 */
export interface ModelRun {
  readonly instruments: readonly Instrument[];
  readonly random: RandomSource;
  /** What distinguishes the streams of several venues: `venue` or `venue/NAME`. */
  readonly streamPrefix: string;
}
