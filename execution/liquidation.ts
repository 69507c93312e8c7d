/**
 * Margin that no longer suffices: orders end, positions are closed at what the book gives until it suffices again.
 * Knows nothing of how the requirement comes about. Called by settlement whenever money, positions or marks have changed.
 */
import { AccountEventKind } from '../core/account-event.js';
import { Reason } from '../core/order.js';
import type { Nanos } from '../core/time.js';
import type { MarginModel } from './margin.js';
import { MarginRequirement } from './margin-requirement.js';
import type { MarkBoard } from './mark-board.js';
import type { SettlementLedger } from './settlement-ledger.js';
import type { CloseTaker, SettlementPort } from './settlement-port.js';

export interface MarginOptions {
  /** Asked before each order, and after whatever changes an account. Left out: no margin, no liquidation. */
  readonly margin?: MarginModel;
  /** Fee on the value of what is closed by a liquidation, as a fraction, 0 ≤ rate < 1. Default 0. */
  readonly liquidationFeeRate?: number;
}

/**
 * A strategy is liquidated when its equity at the marks is below its maintenance margin:
 *
 * 1. All its orders end.
 * 2. The position that needs most margin is closed first, by as many lots as would be enough at what closing costs: the fee,
 *    and from the second step on what the step before lost a lot. Until margin suffices, position after position.
 * 3. What the book cannot give stays, and is tried again at every change of book or price of an instrument that it holds, as
 *    long as equity is below maintenance; if the price comes back first, the rest is kept.
 *
 * Where nothing is left and equity is below 0 the strategy is bankrupt: the debt stays in its account, so that no order which
 * raises the requirement is admitted any more. There is no insurance fund, and nobody else is deleveraged.
 */
export class Liquidation implements CloseTaker {
  readonly requirement: MarginRequirement;
  /** Strategies whose liquidation waits for the book to give more. */
  unfinished = 0;
  readonly #port: SettlementPort;
  readonly #ledger: SettlementLedger;
  readonly #marks: MarkBoard;
  readonly #feeRate: number;
  readonly #waits: Uint8Array;
  readonly #bankrupt: Uint8Array;
  /** The mark at which it was checked last, by strategy and instrument. */
  readonly #checkedHalfTicks: Float64Array;
  /** Instruments of which the book gave less than was asked for, in this liquidation. */
  readonly #exhausted: Uint8Array;
  /** What is being closed; −1 when nothing is. */
  #strategy = -1;
  #instrument = -1;
  #sign = 1;
  #takenLots = 0;
  #nowNs: Nanos = 0.5;

  /** Throws `RangeError` naming the option and its value. */
  constructor(
    port: SettlementPort,
    ledger: SettlementLedger,
    marks: MarkBoard,
    margin: MarginModel,
    liquidationFeeRate: number,
  ) {
    if (!(liquidationFeeRate >= 0 && liquidationFeeRate < 1)) {
      throw new RangeError(`settlement: liquidationFeeRate ${liquidationFeeRate} is not at least 0 and below 1`);
    }
    const { strategies, instruments } = port;
    this.#port = port;
    this.#ledger = ledger;
    this.#marks = marks;
    this.#feeRate = liquidationFeeRate;
    this.requirement = new MarginRequirement(port, marks, margin);
    this.#waits = new Uint8Array(strategies.length);
    this.#bankrupt = new Uint8Array(strategies.length);
    this.#checkedHalfTicks = new Float64Array(strategies.length * instruments.length).fill(Number.NaN);
    this.#exhausted = new Uint8Array(instruments.length);
  }

  /** It was left with nothing but debt. */
  bankrupt(strategy: number): boolean {
    return this.#bankrupt[strategy] === 1;
  }

  /** The market of an instrument moved: looks at those who hold it, if its mark is another or there is something to retry. */
  onMarket(instrument: number, nowNs: Nanos): void {
    const { accounts, instruments } = this.#port;
    for (let strategy = 0; strategy < accounts.length; strategy++) {
      if (accounts[strategy]!.positionLots(instrument) === 0) continue;
      const at = strategy * instruments.length + instrument;
      const halfTicks = this.#marks.halfTicks(strategy, instrument);
      if (halfTicks === this.#checkedHalfTicks[at]! && this.#waits[strategy] === 0) continue;
      this.#checkedHalfTicks[at] = halfTicks;
      this.check(strategy, nowNs);
    }
  }

  /**
   * Whether a look at the account would have consequences; changes nothing. False while it is being liquidated, as the fills
   * of a liquidation come back here.
   */
  presses(strategy: number): boolean {
    if (this.#strategy !== -1) return false;
    return this.#short(strategy) || this.#waits[strategy] === 1 || this.#inDebt(strategy);
  }

  /** The account of a strategy changed. */
  check(strategy: number, nowNs: Nanos): void {
    if (!this.#short(strategy)) {
      this.#wait(strategy, false);
      this.#seeDebt(strategy, nowNs);
      return;
    }
    this.#strategy = strategy;
    this.#nowNs = nowNs;
    this.#exhausted.fill(0);
    this.#port.endOrders(strategy, -1, Reason.liquidation, nowNs);
    while (this.#short(strategy)) {
      this.#instrument = this.#largest(strategy);
      if (this.#instrument < 0) break;
      this.#reduce();
    }
    this.#strategy = -1;
    this.#wait(strategy, this.#short(strategy));
    this.#seeDebt(strategy, nowNs);
  }

  /** Bankrupt: nothing is held and equity is below 0. Such an account has no orders either. */
  #seeDebt(strategy: number, nowNs: Nanos): void {
    if (!this.#inDebt(strategy)) return;
    this.#bankrupt[strategy] = 1;
    this.#port.endOrders(strategy, -1, Reason.liquidation, nowNs);
  }

  /** It is bankrupt, and nobody has noticed yet. */
  #inDebt(strategy: number): boolean {
    return this.#bankrupt[strategy] === 0 && !this.#holds(strategy) && this.requirement.equity(strategy) < 0;
  }

  /** A fill of what is being closed. */
  take(priceTicks: number, qtyLots: number): void {
    const instrument = this.#instrument;
    const fee = Math.abs(this.#port.instruments[instrument]!.notional(priceTicks, qtyLots)) * this.#feeRate;
    const changeLots = this.#sign * qtyLots;
    this.#takenLots += qtyLots;
    this.#ledger.close(
      this.#strategy,
      AccountEventKind.liquidation,
      instrument,
      priceTicks,
      changeLots,
      fee,
      this.#nowNs,
    );
  }

  /**
   * Closes one position step by step, until margin suffices, all is closed or the book gives no more. Few steps: what one
   * falls short by is only how much worse its prices were than those of the step before.
   */
  #reduce(): void {
    const strategy = this.#strategy;
    const instrument = this.#instrument;
    const account = this.#port.accounts[strategy]!;
    const at = this.#port.instruments[instrument]!;
    const priceTicks = this.#marks.halfTicks(strategy, instrument) / 2;
    let costPerLot = account.converted(instrument, Math.abs(at.notional(priceTicks, 1)) * this.#feeRate);
    while (this.#short(strategy)) {
      const lots = account.positionLots(instrument);
      if (lots === 0) return;
      const askedLots = this.#enoughLots(lots, costPerLot);
      const equity = this.requirement.equity(strategy);
      this.#sign = -Math.sign(lots);
      this.#takenLots = 0;
      const left = this.#port.closeAtMarket(strategy, instrument, this.#sign * askedLots, this, this.#nowNs);
      if (!(left >= 0 && this.#takenLots + left === askedLots)) {
        throw new RangeError(
          `liquidation of ${at.symbol}: asked for ${askedLots} lots, the venue gave ${this.#takenLots} and left ${left}`,
        );
      }
      if (left > 0) {
        this.#exhausted[instrument] = 1;
        return;
      }
      costPerLot = Math.max(0, equity - this.requirement.equity(strategy)) / askedLots;
    }
  }

  /** The fewest lots of the position to close that make margin suffice at this cost a lot; all if none do. */
  #enoughLots(positionLots: number, costPerLot: number): number {
    const { requirement } = this;
    const strategy = this.#strategy;
    const instrument = this.#instrument;
    const equity = requirement.equity(strategy);
    const elsewhere = requirement.maintenance(strategy, instrument);
    const sign = Math.sign(positionLots);
    let enough = Math.abs(positionLots);
    let few = 0;
    while (enough - few > 1) {
      const middle = few + Math.floor((enough - few) / 2);
      const left = positionLots - sign * middle;
      const suffices =
        equity - middle * costPerLot >= elsewhere + requirement.maintenanceOf(strategy, instrument, left);
      if (suffices) enough = middle;
      else few = middle;
    }
    return enough;
  }

  /** Whether it holds anything, for more than its equity can bear. */
  #short(strategy: number): boolean {
    return this.#holds(strategy) && this.requirement.equity(strategy) < this.requirement.maintenance(strategy);
  }

  #holds(strategy: number): boolean {
    const { accounts, instruments } = this.#port;
    for (let i = 0; i < instruments.length; i++) if (accounts[strategy]!.positionLots(i) !== 0) return true;
    return false;
  }

  /** The position that needs most margin and that the book may still give; −1 if there is none. */
  #largest(strategy: number): number {
    const account = this.#port.accounts[strategy]!;
    let largest = -1;
    let most = -1;
    for (let i = 0; i < this.#port.instruments.length; i++) {
      const lots = account.positionLots(i);
      if (lots === 0 || this.#exhausted[i] === 1) continue;
      const margin = this.requirement.maintenanceOf(strategy, i, lots);
      if (margin > most) {
        most = margin;
        largest = i;
      }
    }
    return largest;
  }

  #wait(strategy: number, waits: boolean): void {
    const now = waits ? 1 : 0;
    this.unfinished += now - this.#waits[strategy]!;
    this.#waits[strategy] = now;
  }
}
