/**
 * Stretches of time that something lasted: how many, how long, and the longest of them by place. Knows nothing of what
 * lasted. Called by the checks.
 */
import type { Nanos } from '../../core/time.js';

/** One stretch; times are ns since the tape's origin. */
export interface Span {
  readonly fromNs: Nanos;
  readonly toNs: Nanos;
  /** Row of the tape, from 0, that began it; of a gap, the row that ended it. */
  readonly row: number;
}

/** Stretches kept by place; all are counted. */
const KEPT = 100;

export class Spans {
  count = 0;
  totalNs: Nanos = 0;
  longestNs: Nanos = 0;
  #kept: Span[] = [];

  add(fromNs: Nanos, toNs: Nanos, row: number): void {
    const lengthNs = toNs - fromNs;
    this.count++;
    this.totalNs += lengthNs;
    this.longestNs = Math.max(this.longestNs, lengthNs);
    this.#kept.push({ fromNs, toNs, row });
    // Sorted only now and then, so that many stretches cost little.
    if (this.#kept.length >= 4 * KEPT) this.#kept = longestOf(this.#kept);
  }

  /** The longest hundred at most, longest first, earlier ones before later ones of the same length. */
  longest(): readonly Span[] {
    return longestOf(this.#kept);
  }
}

function longestOf(spans: readonly Span[]): Span[] {
  return spans.toSorted((a, b) => b.toNs - b.fromNs - (a.toNs - a.fromNs) || a.row - b.row).slice(0, KEPT);
}

/** A stretch that may be going on. */
export class OpenSpan {
  #fromNs = Number.NaN;
  #row = 0;

  get open(): boolean {
    return !Number.isNaN(this.#fromNs);
  }

  begin(timeNs: Nanos, row: number): void {
    if (this.open) return;
    this.#fromNs = timeNs;
    this.#row = row;
  }

  end(timeNs: Nanos, spans: Spans): void {
    if (!this.open) return;
    spans.add(this.#fromNs, timeNs, this.#row);
    this.#fromNs = Number.NaN;
  }
}
