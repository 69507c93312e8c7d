/**
 * Doubles → whole ticks or lots: those that are the nearest double of a multiple, and those that arithmetic left a few units in the
 * last place beside one. Knows nothing of fields or files. Called by the importers of binary formats.
 */
import { parseDecimal } from '../../core/index.js';

/** What multiplying or adding up a few numbers makes of a multiple at most, as a fraction. */
const NOISE = 2 ** -48;

export class DoubleSteps {
  /** Numbers that were beside a multiple by no more than noise. */
  noisy = 0;
  readonly #digits: number;
  readonly #scale: number;

  /** `step`: a positive decimal such as `0.1`. */
  constructor(step: string) {
    const { digits, scale } = parseDecimal(step);
    this.#digits = Number(digits);
    this.#scale = 10 ** scale;
  }

  /** How many steps the number is; `NaN` where it is no number, between two steps, or beyond ±2^53 steps. */
  units(value: number): number {
    const units = this.nearest(value);
    const exact = (units * this.#digits) / this.#scale;
    if (exact === value) return units;
    if (!(Math.abs(exact - value) <= Math.abs(value) * NOISE)) return Number.NaN;
    this.noisy++;
    return units;
  }

  /** The nearest whole number of steps; `NaN` for what is no number or beyond ±2^53 steps. */
  nearest(value: number): number {
    const units = Math.round((value * this.#scale) / this.#digits);
    return Number.isSafeInteger(units) ? units + 0 : Number.NaN;
  }
}
