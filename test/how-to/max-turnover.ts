/** A risk check of one's own: what a strategy sends in a run may be worth so much in all, filled or not. */
import { type RiskCheck, type RiskState, Side } from 'tickwright/core';

/** `value`: in the account's currency, above 0. */
export function maxTurnover({ value }: { readonly value: number }): RiskCheck {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`max-turnover: value ${value} is not a number above 0`);
  return new Turnover(value);
}

// A class rather than closures over `value`: it is asked about every order.
class Turnover implements RiskCheck {
  readonly #value: number;
  #sent = 0;

  constructor(value: number) {
    this.#value = value;
  }

  check(state: RiskState): string {
    const reached = this.#sent + this.#added(state);
    // Written so that NaN, an order that nobody can value, is refused.
    if (reached <= this.#value || state.reduces) return '';
    const { qtyLots, instrument } = state;
    const verb = state.side === Side.buy ? 'buy' : 'sell';
    return (
      `max-turnover: ${this.#value}; ${this.#sent} sent so far would become ${reached} ` +
      `with this ${state.change ? 'change' : 'order'} to ${verb} ${qtyLots} lots of ${instrument.symbol} at ${priceOf(state)}`
    );
  }

  /** Only what every check let pass counts. */
  sent(state: RiskState): void {
    this.#sent += this.#added(state);
  }

  // It remembers, so every chain of every run gets its own.
  forRun(): RiskCheck {
    return new Turnover(this.#value);
  }

  /** A change counts with what it adds. Without a price it is NaN, which no later order gets past either. */
  #added(state: RiskState): number {
    return state.addedLots === 0 ? 0 : (state.notional * state.addedLots) / state.qtyLots;
  }
}

function priceOf({ limitTicks, instrument }: RiskState): string {
  return Number.isNaN(limitTicks) ? 'market' : instrument.priceText(limitTicks);
}
