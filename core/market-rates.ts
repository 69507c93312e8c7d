/**
 * Exchange rates as the market of the run itself quotes them: the mid price (without a book: the last trade or close) of the
 * instrument that trades one currency for the other. Knows nothing of accounts. Called by the simulation.
 */
import type { Book } from './book/book.js';
import type { CurrencyRates } from './currency.js';
import type { Instrument } from './instrument.js';

/** Where the rate of one currency comes from. */
interface Source {
  readonly currency: string;
  readonly book: Book;
  /** The instrument's price is units of `currency` for one of the account's, rather than the other way round. */
  readonly inverted: boolean;
}

export class MarketRates {
  readonly #rates: CurrencyRates;
  readonly #sources: Source[] = [];
  readonly #lastTicks: ArrayLike<number>;

  /**
   * Throws `RangeError` naming the currency when neither `rates` has it from the start nor an instrument of the run trades it
   * for the account's currency. `lastTicks`: the last trade or close of instruments without a book, `NaN` before the first.
   */
  constructor(
    rates: CurrencyRates,
    instruments: readonly Instrument[],
    books: readonly Book[],
    lastTicks: ArrayLike<number>,
  ) {
    this.#rates = rates;
    this.#lastTicks = lastTicks;
    const own = rates.currency;
    for (const currency of new Set(instruments.map(({ settle }) => settle))) {
      if (currency === own || !Number.isNaN(rates.rate(currency))) continue;
      const pair = instruments.find(({ base, quote }) =>
        base === currency ? quote === own : quote === currency && base === own,
      );
      if (pair === undefined) {
        throw new RangeError(
          `currency "${currency}": no instrument of the run trades it for "${own}"; add such a tape, or give its rate`,
        );
      }
      this.#sources.push({ currency, book: books[pair.index]!, inverted: pair.quote === currency });
    }
  }

  /** Takes the rates of this moment; where a side of a book is missing the last one stays. */
  update(): void {
    for (const { currency, book, inverted } of this.#sources) {
      const { instrument, midTicks } = book;
      const mid = instrument.price(Number.isNaN(midTicks) ? this.#lastTicks[instrument.index]! : midTicks);
      if (mid > 0) this.#rates.set(currency, inverted ? 1 / mid : mid);
    }
  }
}
