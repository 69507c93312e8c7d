/**
 * Counts what an importer corrected, so that no correction is silent.
 * Knows nothing of the corrections themselves. Called by the importers.
 */
import type { Correction } from '../../core/index.js';

/** Corrections by name, in the order they first occurred. */
export class CorrectionTally {
  readonly #counts = new Map<string, number>();
  readonly #notes = new Map<string, string>();

  /** `note` is one sentence; the first one given for a name stays unless {@link CorrectionTally.note} replaces it. */
  count(name: string, note: string, by = 1): void {
    if (by === 0) return;
    this.#counts.set(name, this.countOf(name) + by);
    if (!this.#notes.has(name)) this.#notes.set(name, note);
  }

  countOf(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Replaces the sentence of a correction that has been counted; does nothing for one that has not. */
  note(name: string, note: string): void {
    if (this.#counts.has(name)) this.#notes.set(name, note);
  }

  list(): Correction[] {
    return [...this.#counts].map(([name, count]) => ({ name, count, note: this.#notes.get(name) ?? '' }));
  }
}
