/**
 * What time costs: borrowing what is sold short, and interest on cash. Knows nothing of schedules. Called by settlement when
 * an accrual is due.
 */
import { AccountEventKind } from '../core/account-event.js';
import { DAY, type Nanos } from '../core/time.js';
import type { MarkBoard } from './mark-board.js';
import type { SettlementLedger } from './settlement-ledger.js';
import type { SettlementPort } from './settlement-port.js';

/** Days of a year by name: 365 (sterling, crypto), 360 (US and euro money markets). */
export const DAY_COUNTS = { 'ACT/365': 365, 'ACT/360': 360 } as const;
export type DayCount = keyof typeof DAY_COUNTS;

export interface CarryOptions {
  /**
   * Cost of borrowing what is sold short, a fraction of its value per year, 0 ≤ rate ≤ 10: one for every instrument that is
   * not a contract, or by symbol (0 for those left out). Default 0.
   */
  readonly borrowRate?: number | Readonly<Record<string, number>>;
  /** Interest on cash, a fraction per year, |rate| < 1: for every currency, or by currency (0 for those left out). Default 0. */
  readonly interestRate?: number | Readonly<Record<string, number>>;
  /** The same for cash below 0, paid. Default (also for currencies left out): `interestRate`. */
  readonly debitRate?: number | Readonly<Record<string, number>>;
  /**
   * Symbols of contracts, for which nothing is paid when they are traded: they need not be borrowed, and of them only
   * realised profit, fees and flows count as cash. Inverse and expiring instruments are contracts anyway; name linear
   * perpetuals here. Default: none besides.
   */
  readonly contracts?: 'all' | readonly string[];
  /** How often it accrues, whole ns > 0, counted from 1970 UTC. Default a day: at 00:00 UTC. */
  readonly accrualNs?: Nanos;
  /** Default `ACT/365`. */
  readonly dayCount?: DayCount;
}

const NONE: Readonly<Record<string, number>> = {};

/**
 * At the end of each period, for the time of the period (the first began with the run; the last, unfinished one is not
 * charged): interest on the cash there is, then rate × |position at the mark| of each short position. As brokers do, what
 * was held between two accruals costs nothing, and what was opened just before one costs a whole period.
 */
export class Carry {
  /** When the first accrual is due; `Infinity` when nothing accrues. */
  readonly firstNs: Nanos;
  readonly accrualNs: Nanos;
  readonly #port: SettlementPort;
  readonly #ledger: SettlementLedger;
  readonly #marks: MarkBoard;
  readonly #yearNs: Nanos;
  /** By instrument. */
  readonly #contract: Uint8Array;
  readonly #borrowRate: Float64Array;
  /** Cash by currency, with an instrument that settles in it; −1 for the accounts' own. */
  readonly #currencies: { name: string; instrument: number; creditRate: number; debitRate: number }[] = [];

  /** Throws `RangeError` naming the option and its value. */
  constructor(port: SettlementPort, ledger: SettlementLedger, marks: MarkBoard, options: CarryOptions) {
    const { accrualNs = DAY, dayCount = 'ACT/365', borrowRate = 0, interestRate = 0 } = options;
    const { debitRate = NONE, contracts = [] } = options;
    if (!(Number.isSafeInteger(accrualNs) && accrualNs > 0)) {
      throw new RangeError(`settlement: accrualNs ${accrualNs} is not a whole number above 0`);
    }
    if (!Object.hasOwn(DAY_COUNTS, dayCount)) {
      throw new RangeError(`settlement: dayCount "${dayCount}" is not ${Object.keys(DAY_COUNTS).join(' or ')}`);
    }
    const { instruments } = port;
    const symbols = instruments.map(({ symbol }) => symbol);
    if (contracts !== 'all') known('contracts', contracts, symbols);
    this.#port = port;
    this.#ledger = ledger;
    this.#marks = marks;
    this.accrualNs = accrualNs;
    this.#yearNs = DAY_COUNTS[dayCount] * DAY;
    this.#contract = Uint8Array.from(instruments, ({ symbol, inverse, expiryNs }) =>
      contracts === 'all' || inverse || expiryNs !== undefined || contracts.includes(symbol) ? 1 : 0,
    );
    if (typeof borrowRate === 'object') known('borrowRate', Object.keys(borrowRate), symbols);
    this.#borrowRate = Float64Array.from(instruments, ({ symbol, index }) => {
      const rate = rateOf(borrowRate, symbol);
      if (!(rate >= 0 && rate <= 10)) throw new RangeError(`settlement: borrowRate ${rate} is not from 0 to 10`);
      if (port.here?.[index] === 0) return 0;
      if (this.#contract[index] === 0) return rate;
      if (typeof borrowRate === 'object' && rate !== 0) {
        throw new RangeError(`settlement: borrowRate ${rate} of ${symbol}: a contract is not borrowed`);
      }
      return 0;
    });
    this.#setInterest(interestRate, debitRate);
    const accrues = this.#currencies.length > 0 || this.#borrowRate.some((rate) => rate !== 0);
    const period = BigInt(accrualNs);
    const into = ((port.originNs % period) + period) % period;
    this.firstNs = accrues ? Number(period - into) : Number.POSITIVE_INFINITY;
  }

  #setInterest(credit: NonNullable<CarryOptions['interestRate']>, debit: NonNullable<CarryOptions['debitRate']>): void {
    const { accounts, instruments } = this.#port;
    const own = accounts[0]?.currency;
    if (own === undefined) return;
    const names = [...new Set([own, ...instruments.map(({ settle }) => settle)])];
    for (const [option, rates] of Object.entries({ interestRate: credit, debitRate: debit })) {
      if (typeof rates === 'object') known(option, Object.keys(rates), names);
      for (const rate of typeof rates === 'object' ? Object.values(rates) : [rates]) {
        if (!(Math.abs(rate) < 1)) throw new RangeError(`settlement: ${option} ${rate} is not between −1 and 1`);
      }
    }
    for (const name of names) {
      const creditRate = rateOf(credit, name);
      const debitRate = typeof debit === 'object' ? (debit[name] ?? creditRate) : debit;
      if (creditRate === 0 && debitRate === 0) continue;
      const instrument = name === own ? -1 : instruments.findIndex(({ settle }) => settle === name);
      this.#currencies.push({ name, instrument, creditRate, debitRate });
    }
  }

  /** Throws `RangeError` when the instrument pays funding, and so is a contract, but its trades would count as cash. */
  funded(instrument: number): void {
    if (this.#contract[instrument] === 1 || this.firstNs === Infinity) return;
    const { symbol } = this.#port.instruments[instrument]!;
    throw new RangeError(
      `settlement: ${symbol} pays funding, so it is a contract: name it in contracts, or interest and borrowing go wrong`,
    );
  }

  /** The accrual of all accounts for the last `elapsedNs`. */
  accrue(elapsedNs: Nanos, nowNs: Nanos): void {
    const years = elapsedNs / this.#yearNs;
    for (let strategy = 0; strategy < this.#port.accounts.length; strategy++) {
      this.#payInterest(strategy, years, nowNs);
      this.#payBorrowing(strategy, years, nowNs);
    }
  }

  #payInterest(strategy: number, years: number, nowNs: Nanos): void {
    for (const { name, instrument, creditRate, debitRate } of this.#currencies) {
      const cash = this.#cash(strategy, name);
      const amount = cash * (cash < 0 ? debitRate : creditRate) * years;
      this.#ledger.cash(strategy, AccountEventKind.interest, instrument, Number.NaN, amount, nowNs);
    }
  }

  /** Cash in one currency, with the realised profit of contracts in place of what was never paid for them. */
  #cash(strategy: number, currency: string): number {
    const account = this.#port.accounts[strategy]!;
    let cash = account.cashIn(currency);
    for (const { index, settle } of this.#port.instruments) {
      if (this.#contract[index] === 1 && settle === currency) {
        cash += account.realisedOf(index) - account.tradeCash(index);
      }
    }
    return cash;
  }

  #payBorrowing(strategy: number, years: number, nowNs: Nanos): void {
    const account = this.#port.accounts[strategy]!;
    for (const at of this.#port.instruments) {
      const rate = this.#borrowRate[at.index]!;
      const lots = account.positionLots(at.index);
      if (rate === 0 || lots >= 0) continue;
      const priceTicks = this.#marks.halfTicks(strategy, at.index) / 2;
      const amount = -Math.abs(at.notional(priceTicks, lots)) * rate * years;
      this.#ledger.cash(strategy, AccountEventKind.borrow, at.index, priceTicks, amount, nowNs);
    }
  }
}

function rateOf(rates: number | Readonly<Record<string, number>>, name: string): number {
  return typeof rates === 'number' ? rates : Object.hasOwn(rates, name) ? rates[name]! : 0;
}

function known(option: string, given: readonly string[], names: readonly string[]): void {
  for (const name of given) {
    if (!names.includes(name))
      throw new RangeError(`settlement: ${option} names "${name}"; there is ${names.join(', ')}`);
  }
}
