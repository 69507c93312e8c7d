/**
 * How much may be lost in a day. Knows nothing of orders. Called by the risk desk.
 */
import type { RiskCheck, RiskRun } from '../../core/risk.js';
import type { RiskScope, RiskState } from '../../core/risk-state.js';
import { DAY, type Nanos } from '../../core/time.js';
import { aboveZero, attemptText, moneyText } from './refusal-text.js';

export interface DailyLossOptions {
  /** In the account's currency, > 0. */
  readonly loss: number;
  /** When a new day begins, ns after midnight UTC, 0 ≤ resetNs < 24 h. Default 0. */
  readonly resetNs?: Nanos;
}

/**
 * Once equity (fees and open profit at the reference prices counted) has fallen by `loss` since the day's reset, only what
 * reduces a position leaves until the next reset, even if equity recovers. The day's first equity is taken at the reset, that
 * of the first day before its first order. Looked at when something wants to leave, and after each answer and account event; a
 * fall between two of these that has passed goes unnoticed. Throws `RangeError` naming option and value.
 */
export function maxDailyLoss(options: DailyLossOptions): RiskCheck {
  const { loss, resetNs = 0 } = options;
  if (!(resetNs >= 0 && resetNs < DAY)) {
    throw new RangeError(`${NAME}: resetNs ${resetNs} is not a time of day, from 0 to less than 24 hours`);
  }
  return new DailyLoss(aboveZero(NAME, 'loss', loss), resetNs);
}

const NAME = 'max-daily-loss';
const DAY_NS = 86_400_000_000_000n;

class DailyLoss implements RiskCheck {
  readonly #loss: number;
  readonly #resetNs: Nanos;
  /** From the last reset before the origin to the origin. */
  #originNs = Number.NaN;
  #nextResetNs = Number.NEGATIVE_INFINITY;
  #startEquity = 0;
  #lowestEquity = 0;
  #breached = false;

  constructor(loss: number, resetNs: Nanos) {
    this.#loss = loss;
    this.#resetNs = resetNs;
  }

  check(state: RiskState): string {
    this.looked(state);
    if (!this.#breached || state.reduces) return '';
    const { currency } = state;
    return (
      `${NAME}: ${moneyText(this.#loss, currency)} since ${clockText(this.#resetNs)} UTC; equity fell from ` +
      `${moneyText(this.#startEquity, currency)} to ${moneyText(this.#lowestEquity, currency)}; ` +
      `${attemptText(state)} does not reduce a position`
    );
  }

  looked(scope: RiskScope): void {
    const equity = scope.equity;
    if (scope.nowNs >= this.#nextResetNs) {
      this.#nextResetNs = this.lookNs(scope.nowNs);
      this.#startEquity = equity;
      this.#lowestEquity = equity;
      this.#breached = false;
    }
    if (equity < this.#lowestEquity) this.#lowestEquity = equity;
    if (this.#startEquity - equity >= this.#loss) this.#breached = true;
  }

  lookNs(nowNs: Nanos): Nanos {
    const days = Math.floor((nowNs + this.#originNs) / DAY) + 1;
    return days * DAY - this.#originNs;
  }

  forRun({ originNs }: RiskRun): RiskCheck {
    const check = new DailyLoss(this.#loss, this.#resetNs);
    const timeOfDay = Number(((originNs % DAY_NS) + DAY_NS) % DAY_NS);
    check.#originNs = (timeOfDay - this.#resetNs + DAY) % DAY;
    return check;
  }
}

function clockText(ofDayNs: Nanos): string {
  const seconds = Math.floor(ofDayNs / 1e9);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
