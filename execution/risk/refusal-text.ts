/**
 * The words that refusals and options share. Knows nothing of limits. Called by the stock risk checks, only when they refuse
 * or are made.
 */
import { Side } from '../../core/market.js';
import type { RiskState } from '../../core/risk-state.js';

/** `this order to buy 10 lots of BTCUSDT at 61800.5`, or `this change …`. */
export function attemptText(state: RiskState): string {
  const { instrument, limitTicks, side, qtyLots } = state;
  const what = state.change ? 'this change' : 'this order';
  const price = Number.isNaN(limitTicks) ? 'market' : instrument.priceText(limitTicks);
  return `${what} to ${side === Side.buy ? 'buy' : 'sell'} ${qtyLots} lots of ${instrument.symbol} at ${price}`;
}

/** Money without the last bits of its sums, with its currency if it has a name. */
export function moneyText(amount: number, currency: string): string {
  const text = String(Number(amount.toPrecision(12)));
  return currency === '' ? text : `${text} ${currency}`;
}

/** A number above 0. Throws `RangeError` naming check, option and value. */
export function aboveZero(check: string, option: string, value: number): number {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${check}: ${option} ${value} is not a number above 0`);
  return value;
}

/** A whole number of at least `least`. Throws `RangeError` naming check, option and value. */
export function wholeFrom(check: string, option: string, least: number, value: number): number {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw new RangeError(`${check}: ${option} ${value} is not a whole number of ${least} or more`);
  }
  return value;
}
