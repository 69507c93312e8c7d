/**
 * Limits on a single order, and the check that refuses nothing. Knows nothing of positions. Called by the risk desk.
 */
import type { RiskCheck, RiskRun } from '../../core/risk.js';
import type { RiskState } from '../../core/risk-state.js';
import { LotLimit, type LotLimits } from './lot-limits.js';
import { aboveZero, attemptText, moneyText } from './refusal-text.js';

/** Everything may leave: the do-nothing check. */
export const allowAll: RiskCheck = { check: () => '' };

export interface OrderSizeOptions {
  /** Largest total quantity, whole lots > 0: of every instrument, or by symbol (those not named have no such limit). */
  readonly lots?: LotLimits;
  /**
   * Largest value in the account's currency, > 0: quantity × price × multiplier (inverse: quantity × multiplier / price) at
   * the limit; without one at the stop; else at the opposite best, the mid, the last price. An order whose value cannot be
   * known is refused.
   */
  readonly value?: number;
}

/**
 * Refuses an order, or a change to one, that is larger than `lots` or worth more than `value`. Orders that close a position too.
 * Throws `RangeError` naming option and value; at the start of a run for a symbol that is not one of its.
 */
export function maxOrderSize(options: OrderSizeOptions): RiskCheck {
  const { lots, value } = options;
  if (lots === undefined && value === undefined) throw new RangeError(`${NAME}: neither lots nor value is given`);
  const limit = lots === undefined ? undefined : new LotLimit(NAME, 1, lots);
  return new OrderSize(limit, value === undefined ? Infinity : aboveZero(NAME, 'value', value));
}

const NAME = 'max-order-size';

class OrderSize implements RiskCheck {
  readonly #lots: LotLimit | undefined;
  readonly #value: number;

  constructor(lots: LotLimit | undefined, value: number) {
    this.#lots = lots;
    this.#value = value;
  }

  check(state: RiskState): string {
    const { instrument } = state;
    const lots = this.#lots === undefined ? Infinity : this.#lots.lots(instrument);
    if (state.qtyLots > lots) return `${NAME}: ${lots} lots of ${instrument.symbol}; ${attemptText(state)}`;
    if (this.#value === Infinity) return '';
    const value = state.notional;
    if (value <= this.#value) return '';
    const limit = moneyText(this.#value, state.currency);
    const worth = Number.isNaN(value)
      ? 'has no price or rate to be valued at'
      : `is worth ${moneyText(value, state.currency)}`;
    return `${NAME}: ${limit}; ${attemptText(state)} ${worth}`;
  }

  forRun(run: RiskRun): RiskCheck {
    return new OrderSize(this.#lots?.forRun(run), this.#value);
  }
}
