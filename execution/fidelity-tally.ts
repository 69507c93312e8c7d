/**
 * How well a queue model foretold what became of real orders, summed up. Knows nothing of queues. Called by the measurements
 * of queue models; read by the bench and the command line.
 */
import type { Nanos } from '../core/time.js';

export class FidelityTally {
  /** How tables call the model. */
  readonly name: string;
  /** Orders compared. */
  orders = 0;
  /** Those that truly filled, in part at least; those that the model filled; those that both did. */
  filled = 0;
  predicted = 0;
  hits = 0;
  filledLots = 0;
  predictedLots = 0;
  /** |predicted − true| of the filled quantity, summed over the orders. */
  wrongLots = 0;
  /** Level changes after which the quantity ahead was compared, and the sums over them. */
  comparisons = 0;
  aheadLots = 0;
  absoluteErrorLots = 0;
  errorLots = 0;
  /** |first fill predicted − first fill| of the hits. */
  readonly #delaysNs: number[] = [];
  #sorted = true;

  constructor(name: string) {
    this.name = name;
  }

  /** An order ended. Times of first fills are `NaN` where there was none, or where it is not known. */
  order(predictedLots: number, filledLots: number, predictedNs: Nanos, filledNs: Nanos): void {
    this.orders++;
    this.filledLots += filledLots;
    this.predictedLots += predictedLots;
    this.wrongLots += Math.abs(predictedLots - filledLots);
    if (filledLots > 0) this.filled++;
    if (predictedLots > 0) this.predicted++;
    if (filledLots === 0 || predictedLots === 0) return;
    this.hits++;
    const delay = Math.abs(predictedNs - filledNs);
    if (Number.isNaN(delay)) return;
    this.#delaysNs.push(delay);
    this.#sorted = false;
  }

  /** The quantity ahead, as the model has it (less than none counts as none) and as it is. */
  position(guessLots: number, aheadLots: number): void {
    const error = Math.max(0, guessLots) - aheadLots;
    this.comparisons++;
    this.aheadLots += aheadLots;
    this.absoluteErrorLots += Math.abs(error);
    this.errorLots += error;
  }

  /** Orders that the model filled and the market did not, and the other way round. */
  get wrongFills(): number {
    return this.predicted + this.filled - 2 * this.hits;
  }

  /** Share of the model's fills that were true; `NaN` without any. */
  get precision(): number {
    return this.hits / this.predicted;
  }

  /** Share of the true fills that the model foretold. */
  get recall(): number {
    return this.hits / this.filled;
  }

  /** Total quantity filled, predicted / true. */
  get quantityRatio(): number {
    return this.predictedLots / this.filledLots;
  }

  /** The smallest fill-time error that the share `rank` of the hits does not exceed, ns; `NaN` without hits. */
  delayNs(rank: number): Nanos {
    if (!this.#sorted) this.#delaysNs.sort((a, b) => a - b);
    this.#sorted = true;
    return this.#delaysNs[Math.max(0, Math.ceil(this.#delaysNs.length * rank) - 1)] ?? Number.NaN;
  }
}
