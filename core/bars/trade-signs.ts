/**
 * Who took in a trade, by the tick rule or as the tape says. Knows nothing of bars. Called by the rules of imbalances and runs.
 *
 * Lee and Ready (1991), Inferring trade direction from intraday data, Journal of Finance 46, for the tick rule.
 */
import { Side } from '../market.js';

/** The rule of {@link file://./bar-options.ts BarShape.signs}. Remembers the trade before. */
export class TradeSigns {
  readonly #byTicks: boolean;
  #lastTicks = Number.NaN;
  #sign = 0;

  constructor(signs: 'tick-rule' | 'aggressor' = 'tick-rule') {
    this.#byTicks = signs === 'tick-rule';
  }

  /** +1 bought, −1 sold, 0 not known yet. */
  of(ticks: number, side: Side): number {
    if (this.#byTicks) {
      if (ticks > this.#lastTicks) this.#sign = 1;
      else if (ticks < this.#lastTicks) this.#sign = -1;
      this.#lastTicks = ticks;
    } else if (side === Side.buy) this.#sign = 1;
    else if (side === Side.sell) this.#sign = -1;
    return this.#sign;
  }
}
