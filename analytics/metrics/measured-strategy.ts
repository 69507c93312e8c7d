/**
 * One strategy of a run as the figures see it, without the figures themselves. Knows nothing of metrics.
 * Implemented by the measurements; called by what they are made of.
 */
import type { Account } from '../../core/account.js';
import type { Recording, Series } from '../recording.js';
import type { OrderPaths } from './order-paths.js';

export interface MeasuredStrategy {
  readonly recording: Recording;
  /** Its index in the run. */
  readonly strategy: number;
  /** As it stood at the end; its rates are those of all figures. */
  readonly account: Account;
  /** Of all orders of the run. */
  readonly paths: OrderPaths;
  /** Sampled equity, capital included. */
  readonly equity: Series;
  /** Money it began with; `NaN` where it was given none. */
  readonly capital: number;
}
