/**
 * What can be traded: its name, price step and quantity step, and the exact way between decimals and whole numbers.
 * Knows nothing of books or orders. Called by tapes, books, accounts and importers.
 */
import { type Decimal, formatUnits, parseDecimal, unitsOf } from './decimal.js';

/** Prices inside the engine: whole ticks, int32; the very ends stand for "no bid" and "no ask" in books. */
export const MAX_PRICE_TICKS = 2 ** 31 - 2;

/** The plain description, as tapes store it and run files write it. Decimals are text, so that they are exact. */
export interface InstrumentSpec {
  /** Unique within a run, any Unicode text without control characters, e.g. `BTCUSDT`. */
  readonly symbol: string;
  /** Smallest price step in the quote currency, e.g. `0.1`. */
  readonly tick: string;
  /** Smallest quantity step in the base unit, e.g. `0.001`. */
  readonly lot: string;
}

/** An instrument of a run. `index` is its place in the tape's list and in every per-instrument column. */
export class Instrument implements InstrumentSpec {
  readonly symbol: string;
  readonly tick: string;
  readonly lot: string;
  readonly index: number;
  /** Whole ticks in one unit of price when the tick is a decimal fraction such as 0.1 → 10; else 1 / tick. */
  readonly ticksPerUnit: number;
  readonly lotsPerUnit: number;
  readonly #tick: Decimal;
  readonly #lot: Decimal;
  readonly #valueScale: number;
  readonly #valueDigits: number;

  /** Throws `RangeError` naming the field when tick or lot is not a positive decimal or the symbol is empty. */
  constructor(spec: InstrumentSpec, index: number) {
    if (spec.symbol === '' || /\p{Cc}/u.test(spec.symbol)) {
      throw new RangeError(`instrument symbol ${JSON.stringify(spec.symbol)} is empty or holds a control character`);
    }
    this.symbol = spec.symbol;
    this.tick = spec.tick;
    this.lot = spec.lot;
    this.index = index;
    this.#tick = positive(spec.symbol, 'tick', spec.tick);
    this.#lot = positive(spec.symbol, 'lot', spec.lot);
    this.ticksPerUnit = 10 ** this.#tick.scale / Number(this.#tick.digits);
    this.lotsPerUnit = 10 ** this.#lot.scale / Number(this.#lot.digits);
    this.#valueScale = 10 ** (this.#tick.scale + this.#lot.scale);
    this.#valueDigits = Number(this.#tick.digits) * Number(this.#lot.digits);
  }

  /** Decimal price → ticks. Throws `RangeError` when off the tick or beyond ±(2^31 − 2) ticks. */
  priceTicks(price: string | number): number {
    const ticks = unitsOf(price, this.#tick);
    if (Math.abs(ticks) > MAX_PRICE_TICKS) {
      throw new RangeError(`price ${price} of ${this.symbol} is beyond ${MAX_PRICE_TICKS} ticks of ${this.tick}`);
    }
    return ticks;
  }

  /** Decimal quantity → lots. Throws `RangeError` when off the lot. */
  qtyLots(qty: string | number): number {
    return unitsOf(qty, this.#lot);
  }

  /** Ticks → the nearest double of the decimal price. */
  price(ticks: number): number {
    return ticks / this.ticksPerUnit;
  }

  /** Lots → the nearest double of the decimal quantity. */
  qty(lots: number): number {
    return lots / this.lotsPerUnit;
  }

  /** Ticks → the exact decimal text. */
  priceText(ticks: number): string {
    return formatUnits(ticks, this.#tick);
  }

  /** Lots → the exact decimal text. */
  qtyText(lots: number): string {
    return formatUnits(lots, this.#lot);
  }

  /** ticks × lots → money in the quote currency. The sum is exact in ticks × lots; only this last step rounds. */
  value(tickLots: number): number {
    return (tickLots * this.#valueDigits) / this.#valueScale;
  }
}

function positive(symbol: string, field: string, text: string): Decimal {
  const decimal = parseDecimal(text);
  if (decimal.digits <= 0n) throw new RangeError(`instrument ${symbol}: ${field} "${text}" is not above 0`);
  return decimal;
}
