/**
 * Limits on positions: how large one may become, and how many there may be. Knows nothing of prices. Called by the risk desk.
 */
import { Side } from '../../core/market.js';
import type { RiskCheck, RiskRun } from '../../core/risk.js';
import type { RiskState } from '../../core/risk-state.js';
import { LotLimit, type LotLimits } from './lot-limits.js';
import { attemptText, wholeFrom } from './refusal-text.js';

/**
 * Refuses what could bring the position of an instrument beyond `lots` (whole, ≥ 0; for every instrument, or by symbol, those
 * not named having no limit) if it fills together with everything else that is open on its side: whatever fills in whatever
 * order, orders that passed never exceed the limit. What brings a position nearer to zero, and changes that add no quantity,
 * always pass. Of all strategies together the positions are netted. A split may lift a position over the limit.
 * Throws `RangeError` naming option and value; at the start of a run for a symbol that is not one of its.
 */
export function maxPosition({ lots }: { readonly lots: LotLimits }): RiskCheck {
  return new Position(new LotLimit('max-position', 0, lots));
}

class Position implements RiskCheck {
  readonly #limit: LotLimit;

  constructor(limit: LotLimit) {
    this.#limit = limit;
  }

  check(state: RiskState): string {
    if (state.addedLots === 0) return '';
    const { instrument, side } = state;
    const limit = this.#limit.lots(instrument);
    const reached = state.reachedLots;
    if (side === Side.buy ? reached <= limit : reached >= -limit) return '';
    const buys = side === Side.buy;
    const standing = buys ? state.highestLots(instrument) : state.lowestLots(instrument);
    // Reduce-only orders may grow and not make a difference.
    if (reached === standing) return '';
    const position = state.positionLots(instrument);
    const open = `open ${buys ? 'buys' : 'sells'} ${Math.abs(standing - position)}`;
    return (
      `max-position: ${limit} lots of ${instrument.symbol}; position ${position} and ${open} would become ${reached} ` +
      `with ${attemptText(state)}`
    );
  }

  forRun(run: RiskRun): RiskCheck {
    return new Position(this.#limit.forRun(run));
  }
}

/**
 * Refuses what could make more than `count` (whole, ≥ 0) positions different from zero at the same time, those counted that
 * open orders could still open. Orders in an instrument that is counted already pass. Of all strategies together each
 * strategy's positions count for themselves. Throws `RangeError` naming option and value.
 */
export function maxOpenPositions({ count }: { readonly count: number }): RiskCheck {
  return new OpenPositions(wholeFrom('max-open-positions', 'count', 0, count));
}

class OpenPositions implements RiskCheck {
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  check(state: RiskState): string {
    const reached = state.openPositions(true);
    if (reached <= this.#count) return '';
    const standing = state.openPositions(false);
    if (reached === standing) return '';
    return (
      `max-open-positions: ${this.#count}; ${standing} open or being opened would become ${reached} ` +
      `with ${attemptText(state)}`
    );
  }
}
