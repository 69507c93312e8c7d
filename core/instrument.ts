/**
 * What can be traded: its name, price step, quantity step and contract terms, the exact way between decimals and whole
 * numbers, and what a trade is worth. Knows nothing of books, orders or accounts. Called by tapes, books, accounts and
 * importers.
 */
import { type Decimal, formatUnits, parseDecimal, unitsOf } from './decimal.js';
import { parseEpoch } from './time.js';

/** Prices inside the engine: whole ticks, int32; the very ends stand for "no bid" and "no ask" in books. */
export const MAX_PRICE_TICKS = 2 ** 31 - 2;

export const CONTRACTS = ['linear', 'inverse'] as const;
/**
 * `linear`: worth price × quantity × multiplier, in the quote currency (spot, FX, shares, most futures and perpetuals).
 * `inverse`: worth quantity × multiplier / price, in the base currency (coin-margined contracts, such as BitMEX XBTUSD).
 */
export type Contract = (typeof CONTRACTS)[number];

/** The plain description, as tapes store it and run files write it. Decimals are text, so that they are exact. */
export interface InstrumentSpec {
  /** Unique within a run, any Unicode text without control characters, e.g. `BTCUSDT`. */
  readonly symbol: string;
  /** Smallest price step in the quote currency, e.g. `0.1`. */
  readonly tick: string;
  /** Smallest quantity step in the base unit (or in contracts, see `multiplier`), e.g. `0.001`. */
  readonly lot: string;
  /** `linear` where left out. */
  readonly contract?: Contract;
  /**
   * A decimal above 0, `1` where left out. Linear: units of the underlying in a quantity of 1 (50 for the E-mini S&P).
   * Inverse: how much quote currency a quantity of 1 stands for (100 for a contract of 100 USD).
   */
  readonly multiplier?: string;
  /** Currency codes, any text without control characters; left out or '' = the one unnamed currency of a run. */
  readonly base?: string;
  readonly quote?: string;
  /** When the contract ends: ISO 8601 in UTC to the ns, e.g. `2024-12-27T08:00:00Z`. Left out where it never does. */
  readonly expiry?: string;
}

/** An instrument of a run. `index` is its place in the tape's list and in every per-instrument column. */
export class Instrument implements InstrumentSpec {
  readonly symbol: string;
  readonly tick: string;
  readonly lot: string;
  readonly contract: Contract;
  readonly multiplier: string;
  readonly base: string;
  readonly quote: string;
  readonly expiry?: string;
  readonly index: number;
  /** Whether `contract` is `inverse`. */
  readonly inverse: boolean;
  /** The currency that profit, fees and margin are in: the quote of linear contracts, the base of inverse ones. */
  readonly settle: string;
  /** When it expires, int64 ns since 1970 UTC (run-relative: minus the run's origin); `undefined` if never. */
  readonly expiryNs: bigint | undefined;
  /** Whole ticks in one unit of price when the tick is a decimal fraction such as 0.1 → 10; else 1 / tick. */
  readonly ticksPerUnit: number;
  readonly lotsPerUnit: number;
  readonly #tick: Decimal;
  readonly #lot: Decimal;
  /** Linear: money of one tick × lot as a fraction. Inverse: money of one lot / tick. */
  readonly #valueScale: number;
  readonly #valueDigits: number;

  /**
   * Throws `RangeError` naming symbol, field and value: tick, lot or multiplier no positive decimal, symbol or currency with
   * control characters, no settle currency where the other one is named, an expiry that is no time in UTC.
   */
  constructor(spec: InstrumentSpec, index: number) {
    const { symbol, tick, lot, contract = 'linear', multiplier = '1', base = '', quote = '', expiry } = spec;
    if (symbol === '' || /\p{Cc}/u.test(symbol)) {
      throw new RangeError(`instrument symbol ${JSON.stringify(symbol)} is empty or holds a control character`);
    }
    if (!CONTRACTS.includes(contract)) {
      throw new RangeError(
        `instrument ${symbol}: contract ${JSON.stringify(contract)} is not ${CONTRACTS.join(' or ')}`,
      );
    }
    this.symbol = symbol;
    this.tick = tick;
    this.lot = lot;
    this.contract = contract;
    this.multiplier = multiplier;
    this.base = currency(symbol, 'base', base);
    this.quote = currency(symbol, 'quote', quote);
    if (expiry !== undefined) this.expiry = expiry;
    this.index = index;
    this.inverse = contract === 'inverse';
    this.settle = this.inverse ? base : quote;
    if (this.settle === '' && base + quote !== '') {
      const [missing, there] = this.inverse ? ['base', 'quote'] : ['quote', 'base'];
      throw new RangeError(`instrument ${symbol}: ${missing} "" is the currency it settles in; name it as ${there} is`);
    }
    this.expiryNs = expiry === undefined ? undefined : expiryOf(symbol, expiry);
    this.#tick = positive(symbol, 'tick', tick);
    this.#lot = positive(symbol, 'lot', lot);
    this.ticksPerUnit = 10 ** this.#tick.scale / Number(this.#tick.digits);
    this.lotsPerUnit = 10 ** this.#lot.scale / Number(this.#lot.digits);
    const times = positive(symbol, 'multiplier', multiplier);
    if (this.inverse) {
      const digits = this.#lot.digits * times.digits * 10n ** BigInt(this.#tick.scale);
      const scale = this.#tick.digits * 10n ** BigInt(this.#lot.scale + times.scale);
      const common = commonDivisor(digits, scale);
      this.#valueDigits = Number(digits / common);
      this.#valueScale = Number(scale / common);
    } else {
      this.#valueScale = 10 ** (this.#tick.scale + this.#lot.scale + times.scale);
      this.#valueDigits = Number(this.#tick.digits) * Number(this.#lot.digits) * Number(times.digits);
    }
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

  /**
   * ticks × lots → money in the settle currency, multiplier included. The sum is exact in ticks × lots; only this last step
   * rounds. Throws `TypeError` for inverse contracts, whose money is no sum of ticks × lots: use `notional` or `profit`.
   */
  value(tickLots: number): number {
    if (this.inverse) throw new TypeError(`instrument ${this.symbol} is inverse: it has no value of ticks × lots`);
    return (tickLots * this.#valueDigits) / this.#valueScale;
  }

  /** lots / ticks → money in the settle currency, multiplier included: the same for inverse contracts. */
  inverseValue(lotsPerTick: number): number {
    if (!this.inverse) throw new TypeError(`instrument ${this.symbol} is linear: it has no value of lots / ticks`);
    return (lotsPerTick * this.#valueDigits) / this.#valueScale;
  }

  /**
   * What `qtyLots` are worth at a price, in the settle currency: linear price × qty × multiplier (below 0 where the price or
   * the quantity is), inverse qty × multiplier / price. Throws `RangeError` for an inverse contract at a price of 0 or less.
   */
  notional(priceTicks: number, qtyLots: number): number {
    if (!this.inverse) return this.value(priceTicks * qtyLots);
    this.#checkInverse(priceTicks);
    return (qtyLots * this.#valueDigits) / (priceTicks * this.#valueScale);
  }

  /**
   * What a position (lots, negative when short) earns while the price goes from one to the other, in the settle currency:
   * linear position × (to − from) × multiplier, inverse position × multiplier × (1 / from − 1 / to). Prices may be fractions
   * of ticks, such as mids and average costs. Throws `RangeError` for an inverse contract at a price of 0 or less.
   */
  profit(positionLots: number, fromTicks: number, toTicks: number): number {
    if (!this.inverse) return this.value(positionLots * (toTicks - fromTicks));
    this.#checkInverse(Math.min(fromTicks, toTicks));
    return this.inverseValue((positionLots * (toTicks - fromTicks)) / (fromTicks * toTicks));
  }

  /** Written so that NaN fails it. */
  #checkInverse(priceTicks: number): void {
    if (!(priceTicks > 0)) {
      throw new RangeError(`instrument ${this.symbol} is inverse: it has no value at a price of ${priceTicks} ticks`);
    }
  }
}

/** The plain description of an instrument or of anything that has its fields; terms that are left out stay left out. */
export function instrumentSpec(spec: InstrumentSpec): InstrumentSpec {
  const { symbol, tick, lot, contract = 'linear', multiplier = '1', base = '', quote = '', expiry } = spec;
  return {
    ...{ symbol, tick, lot },
    ...(contract !== 'linear' && { contract }),
    ...(multiplier !== '1' && { multiplier }),
    ...(base !== '' && { base }),
    ...(quote !== '' && { quote }),
    ...(expiry !== undefined && { expiry }),
  };
}

function positive(symbol: string, field: string, text: string): Decimal {
  const decimal = decimalOf(symbol, field, text);
  if (decimal.digits <= 0n) throw new RangeError(`instrument ${symbol}: ${field} "${text}" is not above 0`);
  return decimal;
}

function decimalOf(symbol: string, field: string, text: string): Decimal {
  try {
    return parseDecimal(text);
  } catch (error) {
    throw new RangeError(`instrument ${symbol}: ${field} ${(error as Error).message}`);
  }
}

function currency(symbol: string, field: string, code: string): string {
  if (!/\p{Cc}/u.test(code)) return code;
  throw new RangeError(`instrument ${symbol}: ${field} ${JSON.stringify(code)} holds a control character`);
}

function expiryOf(symbol: string, text: string): bigint {
  try {
    return parseEpoch(text);
  } catch (error) {
    throw new RangeError(`instrument ${symbol}: expiry ${(error as Error).message}`);
  }
}

function commonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
