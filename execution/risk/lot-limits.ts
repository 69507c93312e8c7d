/**
 * A limit in lots, the same for all instruments or each its own. Knows nothing of orders. Called by risk checks on size and
 * position.
 */
import type { Instrument } from '../../core/instrument.js';
import type { RiskRun } from '../../core/risk.js';
import { wholeFrom } from './refusal-text.js';

/** Whole lots: for every instrument, or by symbol; an instrument that is not named has no limit. */
export type LotLimits = number | Readonly<Record<string, number>>;

/** By instrument; `Infinity` for none. */
export class LotLimit {
  readonly #limits: LotLimits;
  readonly #check: string;
  #byInstrument: Float64Array | undefined;

  /** Throws `RangeError` naming check, option and value. */
  constructor(check: string, least: number, limits: LotLimits) {
    if (typeof limits === 'number') wholeFrom(check, 'lots', least, limits);
    else {
      for (const [symbol, lots] of Object.entries(limits)) wholeFrom(check, `lots of ${symbol}`, least, lots);
    }
    this.#check = check;
    this.#limits = limits;
  }

  lots({ symbol, index }: Instrument): number {
    if (typeof this.#limits === 'number') return this.#limits;
    if (this.#byInstrument !== undefined) return this.#byInstrument[index]!;
    return Object.hasOwn(this.#limits, symbol) ? this.#limits[symbol]! : Infinity;
  }

  /** The limits by index. Throws `RangeError` naming a symbol that is not one of the run's. */
  forRun({ instruments }: RiskRun): LotLimit {
    const limits = this.#limits;
    if (typeof limits === 'number') return this;
    for (const symbol of Object.keys(limits)) {
      if (instruments.some((instrument) => instrument.symbol === symbol)) continue;
      const known = instruments.map((instrument) => instrument.symbol).join(', ');
      throw new RangeError(`${this.#check}: instrument "${symbol}" is not one of the run's: ${known}`);
    }
    const bound = new LotLimit(this.#check, 0, limits);
    bound.#byInstrument = Float64Array.from(instruments, ({ symbol }) => limits[symbol] ?? Infinity);
    return bound;
  }
}
