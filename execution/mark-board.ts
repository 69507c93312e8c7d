/**
 * At which price each position is reckoned: the mark row recorded last, else the venue's mid, else its last trade, else the
 * account's own mark (of a position that never saw a market: the price of its first fill). Knows nothing of what it is
 * reckoned for. Called by everything that settles.
 */
import type { SettlementPort } from './settlement-port.js';

/** Prices as twice the ticks, so that a mid is whole. An open position always has one. */
export class MarkBoard {
  readonly #port: SettlementPort;
  /** By instrument; `NaN` while no mark row was seen. */
  readonly #recorded: Float64Array;
  /** What the venue said when the instrument split, and how many new units each old one has become since. */
  readonly #staleHalfTicks: Float64Array;
  readonly #staleRatio: Float64Array;

  constructor(port: SettlementPort) {
    const count = port.instruments.length;
    this.#port = port;
    this.#recorded = new Float64Array(count).fill(Number.NaN);
    this.#staleHalfTicks = new Float64Array(count).fill(Number.NaN);
    this.#staleRatio = new Float64Array(count).fill(1);
  }

  /** A mark row. */
  record(instrument: number, priceTicks: number): void {
    this.#recorded[instrument] = 2 * priceTicks;
  }

  /** For a position of this strategy; `NaN` if it has none and nothing is known of the market. */
  halfTicks(strategy: number, instrument: number): number {
    const recorded = this.#recorded[instrument]!;
    if (!Number.isNaN(recorded)) return recorded;
    const halfTicks = this.#port.markHalfTicks(instrument);
    if (Number.isNaN(halfTicks)) return 2 * this.#port.accounts[strategy]!.markTicks(instrument);
    // Until the market moves, the venue's price is still that of the old units.
    if (halfTicks === this.#staleHalfTicks[instrument]!) return halfTicks / this.#staleRatio[instrument]!;
    this.#staleHalfTicks[instrument] = Number.NaN;
    return halfTicks;
  }

  /** From now on `ratio` units are what one was: prices known so far are restated. */
  split(instrument: number, ratio: number): void {
    this.#recorded[instrument]! /= ratio;
    const halfTicks = this.#port.markHalfTicks(instrument);
    const again = halfTicks === this.#staleHalfTicks[instrument]!;
    this.#staleRatio[instrument] = again ? this.#staleRatio[instrument]! * ratio : ratio;
    this.#staleHalfTicks[instrument] = halfTicks;
  }
}
