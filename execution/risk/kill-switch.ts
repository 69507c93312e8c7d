/**
 * Stops trading at once, by hand or by itself. Knows nothing of how open orders are cancelled. Called by the risk desk, and by
 * whoever holds it.
 */
import type { RiskCheck, RiskRun } from '../../core/risk.js';
import type { RiskScope, RiskState } from '../../core/risk-state.js';
import { aboveZero, attemptText, moneyText, wholeFrom } from './refusal-text.js';

export interface KillSwitchOptions {
  /** Trips when equity has fallen by this since the first look of the run or since `reset`; account's currency, > 0. Default never. */
  readonly maxLoss?: number;
  /** Trips with the refusal of this number (by any check) since the start of the run or since `reset`; whole, ≥ 1. Default never. */
  readonly refusals?: number;
}

/**
 * While it is tripped nothing leaves but what reduces a position, and cancels. It trips by `trip`, and by itself as its options
 * say, looking at equity when something wants to leave and after each answer and account event. It cancels nothing: a
 * strategy that is to end with no orders calls `cancelAll`.
 *
 * One object may serve many runs and stand in several chains. Every run begins as the object was left before its first one;
 * from then on `trip` and `reset` act on all chains of the run that was put together last. What trips it by itself is each
 * chain's own affair: the loss of one strategy does not stop the others, unless the switch stands in the chain of all.
 */
export interface KillSwitch extends RiskCheck {
  /** Throws `RangeError` when the reason is empty. A second reason changes nothing. */
  trip(reason: string): void;
  reset(): void;
  /** Why it is tripped, in the first chain in which it is; '' when it is in none. */
  readonly tripped: string;
}

/** Throws `RangeError` naming option and value. */
export function killSwitch(options: KillSwitchOptions = {}): KillSwitch {
  const { maxLoss, refusals } = options;
  return new Switch(
    maxLoss === undefined ? Infinity : aboveZero(NAME, 'maxLoss', maxLoss),
    refusals === undefined ? Infinity : wholeFrom(NAME, 'refusals', 1, refusals),
  );
}

const NAME = 'kill-switch';

class Switch implements KillSwitch {
  readonly #maxLoss: number;
  readonly #refusals: number;
  #reason = '';
  #refused = 0;
  /** `NaN` until the first look. */
  #startEquity = Number.NaN;
  /** The run that was put together last, and what stands in its chains; on the object that the user holds. */
  #run: RiskRun | undefined;
  #chains: Switch[] = [];

  constructor(maxLoss: number, refusals: number) {
    this.#maxLoss = maxLoss;
    this.#refusals = refusals;
  }

  get tripped(): string {
    if (this.#run === undefined) return this.#reason;
    for (const chain of this.#chains) if (chain.#reason !== '') return chain.#reason;
    return '';
  }

  trip(reason: string): void {
    if (reason === '') throw new RangeError(`${NAME}: a reason is needed to trip it, not ""`);
    if (this.#run === undefined) this.#reason ||= reason;
    for (const chain of this.#chains) chain.trip(reason);
  }

  reset(): void {
    for (const chain of this.#chains) chain.reset();
    if (this.#run !== undefined) return;
    this.#reason = '';
    this.#refused = 0;
    this.#startEquity = Number.NaN;
  }

  check(state: RiskState): string {
    this.looked(state);
    if (this.#reason === '' || state.reduces) return '';
    return `${NAME}: ${this.#reason}; ${attemptText(state)} does not reduce a position`;
  }

  refused(): void {
    this.#refused++;
    if (this.#refused >= this.#refusals) this.#reason ||= `${this.#refusals} refusals`;
  }

  looked(scope: RiskScope): void {
    if (this.#maxLoss === Infinity) return;
    const { equity } = scope;
    if (Number.isNaN(this.#startEquity)) this.#startEquity = equity;
    if (this.#startEquity - equity < this.#maxLoss) return;
    const [limit, from, to] = [this.#maxLoss, this.#startEquity, equity].map((amount) =>
      moneyText(amount, scope.currency),
    );
    this.#reason ||= `a loss of ${limit}, from ${from} to ${to}`;
  }

  forRun(run: RiskRun): RiskCheck {
    if (this.#run !== run) {
      this.#run = run;
      this.#chains = [];
    }
    const chain = new Switch(this.#maxLoss, this.#refusals);
    chain.#reason = this.#reason;
    this.#chains.push(chain);
    return chain;
  }
}
