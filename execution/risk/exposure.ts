/**
 * Limits on what all positions together are worth. Knows nothing of single instruments. Called by the risk desk.
 */
import { Side } from '../../core/market.js';
import type { RiskCheck } from '../../core/risk.js';
import type { RiskState } from '../../core/risk-state.js';
import { aboveZero, attemptText, moneyText } from './refusal-text.js';

/**
 * Refuses what could bring Σ |value| over all positions beyond `value` (account's currency, > 0), each instrument at the worst
 * that its position and open orders can become, at the reference price (local mid, else last). Of all strategies together the
 * strategies are added up, not netted. What does not raise the figure passes, also while prices have carried it over the
 * limit; what cannot be valued is refused. Throws `RangeError` naming option and value.
 */
export function maxGrossExposure({ value }: { readonly value: number }): RiskCheck {
  return new GrossExposure(aboveZero('max-gross-exposure', 'value', value));
}

class GrossExposure implements RiskCheck {
  readonly #value: number;

  constructor(value: number) {
    this.#value = value;
  }

  check(state: RiskState): string {
    if (state.addedLots === 0) return '';
    const reached = state.grossExposure(true);
    if (reached <= this.#value) return '';
    const standing = state.grossExposure(false);
    if (reached <= standing || (state.reduces && Number.isNaN(reached))) return '';
    return exposureText('max-gross-exposure', this.#value, standing, reached, state);
  }
}

/**
 * Refuses a buy that could bring Σ value (longs less shorts) above `value` (account's currency, > 0), and a sell that could bring
 * it below −`value`: worst cases, prices and passing as for {@link maxGrossExposure}, but the strategies are netted.
 */
export function maxNetExposure({ value }: { readonly value: number }): RiskCheck {
  return new NetExposure(aboveZero('max-net-exposure', 'value', value));
}

class NetExposure implements RiskCheck {
  readonly #value: number;

  constructor(value: number) {
    this.#value = value;
  }

  check(state: RiskState): string {
    if (state.addedLots === 0) return '';
    const limit = this.#value;
    const highest = state.highestNetExposure(true);
    const lowest = state.lowestNetExposure(true);
    if (highest <= limit && lowest >= -limit) return '';
    if (Number.isNaN(highest) || Number.isNaN(lowest)) {
      if (state.reduces) return '';
      const standing = state.side === Side.buy ? state.highestNetExposure(false) : state.lowestNetExposure(false);
      return exposureText('max-net-exposure', limit, standing, Number.NaN, state);
    }
    const high = state.highestNetExposure(false);
    if (highest > limit && highest > high) return exposureText('max-net-exposure', limit, high, highest, state);
    const low = state.lowestNetExposure(false);
    if (lowest < -limit && lowest < low) return exposureText('max-net-exposure', limit, low, lowest, state);
    return '';
  }
}

function exposureText(name: string, limit: number, standing: number, reached: number, state: RiskState): string {
  const { currency } = state;
  const attempt = attemptText(state);
  const start = `${name}: ${moneyText(limit, currency)}; `;
  if (Number.isNaN(reached)) return `${start}${attempt}: there is a position without a price or rate to value it at`;
  return (
    `${start}positions and open orders of ${moneyText(standing, currency)} would become ` +
    `${moneyText(reached, currency)} with ${attempt}`
  );
}
