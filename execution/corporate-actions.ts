/**
 * Splits and dividends: what they do to positions, to cash and to working orders.
 * Knows nothing of matching. Called by settlement for each split and dividend row.
 */
import { AccountEventKind } from '../core/account-event.js';
import type { Nanos } from '../core/time.js';
import type { MarkBoard } from './mark-board.js';
import { DividendRestater, SplitRestater } from './order-restater.js';
import type { SettlementLedger } from './settlement-ledger.js';
import type { SettlementPort } from './settlement-port.js';
import { wholeAbove, wholeBelow } from './whole-numbers.js';

export interface CorporateActionOptions {
  /** Whether dividend rows are paid. False for tapes whose prices are already adjusted for them. Default true. */
  readonly dividends?: boolean;
  /** What is withheld of dividends received, as a fraction, 0 ≤ rate < 1; who is short pays the whole. Default 0. */
  readonly dividendTaxRate?: number;
  /**
   * `reduce` (default): buy limits, sell stops and what else stands below the market are lowered by a dividend of at least a
   * tick, rounded down to the tick (FINRA Rule 5330); sell limits and buy stops stay. `keep`: all stay ("do not reduce").
   */
  readonly dividendOrders?: 'reduce' | 'keep';
  /**
   * Working orders at a split that makes units fewer. `end` (default): they end, as FINRA Rule 5330 has it. `restate`: price
   * and quantity are restated, as always in a split that makes units more.
   */
  readonly reverseSplitOrders?: 'end' | 'restate';
}

export class CorporateActions {
  readonly #port: SettlementPort;
  readonly #ledger: SettlementLedger;
  readonly #marks: MarkBoard;
  readonly #pays: boolean;
  readonly #taxRate: number;
  readonly #reduces: boolean;
  readonly #endsReverse: boolean;
  readonly #splitRestater = new SplitRestater();
  readonly #dividendRestater = new DividendRestater();

  /** Throws `RangeError` naming the option and its value. */
  constructor(port: SettlementPort, ledger: SettlementLedger, marks: MarkBoard, options: CorporateActionOptions) {
    const {
      dividends = true,
      dividendTaxRate = 0,
      dividendOrders = 'reduce',
      reverseSplitOrders: reverse = 'end',
    } = options;
    if (!(dividendTaxRate >= 0 && dividendTaxRate < 1)) {
      throw new RangeError(`settlement: dividendTaxRate ${dividendTaxRate} is not at least 0 and below 1`);
    }
    if (dividendOrders !== 'reduce' && dividendOrders !== 'keep') {
      throw new RangeError(`settlement: dividendOrders "${dividendOrders}" is not reduce or keep`);
    }
    if (reverse !== 'end' && reverse !== 'restate') {
      throw new RangeError(`settlement: reverseSplitOrders "${reverse}" is not end or restate`);
    }
    this.#port = port;
    this.#ledger = ledger;
    this.#marks = marks;
    this.#pays = dividends;
    this.#taxRate = dividendTaxRate;
    this.#reduces = dividendOrders === 'reduce';
    this.#endsReverse = reverse === 'end';
  }

  /**
   * `ratio` new units for each old one. A position of L lots becomes L × ratio, towards 0 in whole lots; the fraction left
   * over is paid in cash at the mark (÷ ratio), to longs and by shorts, so the split itself earns nothing. Then orders.
   * Throws `RangeError` naming the instrument: a ratio not above 0, an inverse contract.
   */
  split(instrument: number, ratio: number, nowNs: Nanos): void {
    const at = this.#port.instruments[instrument]!;
    if (!(ratio > 0 && ratio < Infinity)) throw new RangeError(`split of ${at.symbol} at ${nowNs} ns: ratio ${ratio}`);
    if (at.inverse) throw new RangeError(`split of ${at.symbol} at ${nowNs} ns: an inverse contract cannot be split`);
    if (ratio === 1) return;
    const { accounts } = this.#port;
    for (let strategy = 0; strategy < accounts.length; strategy++) {
      const account = accounts[strategy]!;
      const lots = account.positionLots(instrument);
      if (lots === 0) continue;
      const halfTicks = this.#marks.halfTicks(strategy, instrument);
      account.mark(instrument, halfTicks);
      const exact = Math.abs(lots) * ratio;
      const whole = wholeBelow(exact);
      const left = wholeAbove(exact) === whole ? 0 : exact - whole;
      const priceTicks = halfTicks / 2 / ratio;
      const cash = Math.sign(lots) * at.value(left * priceTicks);
      this.#ledger.split(strategy, instrument, priceTicks, Math.sign(lots) * whole - lots, cash, nowNs);
    }
    this.#marks.split(instrument, ratio);
    this.#splitRestater.prepare(ratio, ratio < 1 && this.#endsReverse);
    this.#port.restateOrders(instrument, this.#splitRestater, nowNs);
  }

  /**
   * `perUnit`: cash in the quote currency for a quantity of 1 × multiplier. Longs receive it (less tax), shorts pay it. Then
   * orders. Throws `RangeError` naming the instrument: an amount below 0 or no number, an inverse contract.
   */
  dividend(instrument: number, perUnit: number, nowNs: Nanos): void {
    const at = this.#port.instruments[instrument]!;
    const what = `dividend of ${at.symbol} at ${nowNs} ns`;
    if (!(perUnit >= 0 && perUnit < Infinity)) throw new RangeError(`${what}: ${perUnit} is no amount ≥ 0`);
    if (at.inverse) throw new RangeError(`${what}: an inverse contract pays none`);
    if (!this.#pays) return;
    const { accounts } = this.#port;
    const perUnitTicks = perUnit * at.ticksPerUnit;
    for (let strategy = 0; strategy < accounts.length; strategy++) {
      const lots = accounts[strategy]!.positionLots(instrument);
      if (lots === 0) continue;
      const kept = lots > 0 ? 1 - this.#taxRate : 1;
      const amount = at.value(lots * perUnitTicks) * kept;
      this.#ledger.cash(strategy, AccountEventKind.dividend, instrument, Number.NaN, amount, nowNs);
    }
    // Rule 5330 leaves orders alone below a cent, the least step of a price.
    if (!this.#reduces || wholeBelow(perUnitTicks) < 1) return;
    this.#dividendRestater.prepare(perUnitTicks);
    this.#port.restateOrders(instrument, this.#dividendRestater, nowNs);
  }
}
