/**
 * What one unit of each currency is worth in an account's currency, as last recorded.
 * Knows nothing of instruments or of where rates come from. Called by accounts, and by whoever records rates.
 */

/**
 * Rates into `currency`, set as the run goes on. One table may serve all accounts of a run, so that a rate is recorded once.
 * Names become ids once, so that reading a rate is an array access.
 */
export class CurrencyRates {
  /** What everything is converted into; '' is a run's one unnamed currency. */
  readonly currency: string;
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #rates: number[] = [];

  /** `rates`: those known from the start. Throws `RangeError` as {@link set} does. */
  constructor(currency = '', rates: Readonly<Record<string, number>> = {}) {
    this.currency = currency;
    this.#rates[this.id(currency)] = 1;
    for (const [name, rate] of Object.entries(rates)) this.set(name, rate);
  }

  /** The number of a currency, the same for the life of the table; new ones get the next. */
  id(currency: string): number {
    let id = this.#ids.get(currency);
    if (id === undefined) {
      id = this.#names.length;
      this.#ids.set(currency, id);
      this.#names.push(currency);
      this.#rates.push(Number.NaN);
    }
    return id;
  }

  name(id: number): string {
    return this.#names[id]!;
  }

  /**
   * From now on one unit of `currency` is worth `rate` units of the account's. Throws `RangeError` naming currency and rate
   * unless it is a number above 0, and 1 for the account's own currency.
   */
  set(currency: string, rate: number): void {
    if (!(rate > 0 && rate < Infinity)) {
      throw new RangeError(`rate of ${quoted(currency)} in ${quoted(this.currency)}: ${rate} is not a number above 0`);
    }
    if (currency === this.currency && rate !== 1) {
      throw new RangeError(`rate of ${quoted(currency)} in itself: ${rate} is not 1`);
    }
    this.#rates[this.id(currency)] = rate;
  }

  /** The last rate; `NaN` while there is none. */
  rate(currency: string): number {
    const id = this.#ids.get(currency);
    return id === undefined ? Number.NaN : this.#rates[id]!;
  }

  /** An amount of the currency with this id in the account's. 0 needs no rate; else throws `RangeError` naming the currency. */
  convert(amount: number, id: number): number {
    if (amount === 0) return 0;
    const rate = this.#rates[id]!;
    // Written so that NaN fails it.
    if (!(rate > 0)) {
      throw new RangeError(
        `${amount} of ${quoted(this.#names[id]!)} cannot be had in ${quoted(this.currency)}: no rate was recorded yet`,
      );
    }
    return amount * rate;
  }
}

/** Neumaier's compensated sum: thousands of amounts of 1e-5 on top of 1e6 lose nothing. */
export class MoneySum {
  #total = 0;
  #error = 0;

  add(amount: number): void {
    const before = this.#total;
    const total = before + amount;
    this.#error += Math.abs(before) >= Math.abs(amount) ? before - total + amount : amount - total + before;
    this.#total = total;
  }

  get value(): number {
    return this.#total + this.#error;
  }
}

function quoted(currency: string): string {
  return currency === '' ? 'the unnamed currency' : currency;
}
