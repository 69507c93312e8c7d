/**
 * How much of an account's equity a position ties up: to be opened, and to be kept. Knows nothing of accounts, orders or
 * liquidation. Called by the venue's margin check: before orders, and when prices move.
 * contract: MarginModel.
 */
import type { Instrument } from '../core/instrument.js';

/**
 * Decides the margin of one whole position, in the instrument's settle currency.
 *
 * `positionLots`: whole lots, negative when short: for `initial` the position as it would be after the order, for
 * `maintenance` as it is. `priceTicks`: the mark, perhaps half a tick; above 0 for inverse contracts, any sign for linear
 * ones. Both give 0 for no position and else a number ≥ 0, which may be `Infinity`: such a position is not allowed. Never
 * `NaN`; the maintenance is never more than the initial margin, and neither falls when a position grows. The same question
 * always has the same answer: nothing is remembered. Called for every order and at marks, so it must not allocate.
 *
 * Orders that only make a position smaller are no matter for a model: whoever calls lets them pass.
 * Read {@link rateMargin} first. Conformance: test/contracts/margin.contract.ts.
 * One of your own: docs/how-to/margin-model.md.
 */
export interface MarginModel {
  initial(instrument: Instrument, positionLots: number, priceTicks: number): number;
  maintenance(instrument: Instrument, positionLots: number, priceTicks: number): number;
}

export interface MarginRates {
  /** Fraction of the position's value that it takes to open, ≥ the other one; beyond 1 is more than its value. */
  readonly initialRate: number;
  /** Fraction of the position's value that it takes to keep, ≥ 0. */
  readonly maintenanceRate: number;
}

/** Nothing is ever tied up: the do-nothing model. */
export const noMargin: MarginModel = { initial: () => 0, maintenance: () => 0 };

/** Fixed fractions of the position's value. Throws `RangeError` unless 0 ≤ maintenanceRate ≤ initialRate, both finite. */
export function rateMargin(rates: MarginRates): MarginModel {
  const { initialRate, maintenanceRate } = checkRates('rateMargin', '', rates);
  return new RateMargin(initialRate, maintenanceRate);
}

/**
 * As exchanges word it: a position may be worth `leverage` times what it ties up. Throws `RangeError` unless leverage > 0 and
 * 0 ≤ maintenanceRate ≤ 1 / leverage.
 */
export function leverageMargin(options: { leverage: number; maintenanceRate: number }): MarginModel {
  const { leverage, maintenanceRate } = options;
  if (!(leverage > 0 && leverage < Infinity)) {
    throw new RangeError(`leverageMargin: leverage ${leverage} is not a number above 0`);
  }
  checkRates('leverageMargin', '', { initialRate: 1 / leverage, maintenanceRate });
  return new RateMargin(1 / leverage, maintenanceRate);
}

class RateMargin implements MarginModel {
  readonly #initialRate: number;
  readonly #maintenanceRate: number;

  constructor(initialRate: number, maintenanceRate: number) {
    this.#initialRate = initialRate;
    this.#maintenanceRate = maintenanceRate;
  }

  initial(instrument: Instrument, positionLots: number, priceTicks: number): number {
    return worth(instrument, positionLots, priceTicks) * this.#initialRate;
  }

  maintenance(instrument: Instrument, positionLots: number, priceTicks: number): number {
    return worth(instrument, positionLots, priceTicks) * this.#maintenanceRate;
  }
}

/**
 * What is bought is paid for in full: a long position ties up its whole value, and nothing afterwards (it cannot be called).
 * Short positions are not allowed (`Infinity`), so that only what is owned can be sold; unless `shorts` says what they tie
 * up beyond the proceeds of the sale: `{ initialRate: 0.5, maintenanceRate: 0.3 }` are the rates of Regulation T and FINRA
 * 4210. Throws `RangeError` as {@link rateMargin}.
 */
export function cashAccount({ shorts }: { shorts?: MarginRates } = {}): MarginModel {
  return new CashAccount(shorts === undefined ? undefined : checkRates('cashAccount', 'shorts.', shorts));
}

class CashAccount implements MarginModel {
  readonly #shortInitial: number;
  readonly #shortMaintenance: number;

  constructor(shorts: MarginRates | undefined) {
    this.#shortInitial = shorts?.initialRate ?? Infinity;
    this.#shortMaintenance = shorts?.maintenanceRate ?? Infinity;
  }

  initial(instrument: Instrument, positionLots: number, priceTicks: number): number {
    if (positionLots >= 0) return worth(instrument, positionLots, priceTicks);
    return shortOf(instrument, positionLots, priceTicks, this.#shortInitial);
  }

  maintenance(instrument: Instrument, positionLots: number, priceTicks: number): number {
    if (positionLots >= 0) return 0;
    return shortOf(instrument, positionLots, priceTicks, this.#shortMaintenance);
  }
}

export interface ContractMargin {
  /** For a quantity of 1, in the settle currency. */
  readonly initialAmount: number;
  readonly maintenanceAmount: number;
}

/**
 * So much for each contract, whatever its price, by symbol, long or short: the outright margins of futures exchanges.
 * `{ ES: { initialAmount: 13_200, maintenanceAmount: 12_000 } }`. Throws `RangeError` naming symbol and value unless
 * 0 ≤ maintenanceAmount ≤ initialAmount, both finite; `initial` and `maintenance` throw it for a symbol that is not listed.
 */
export function perContractMargin(amounts: Readonly<Record<string, ContractMargin>>): MarginModel {
  for (const [symbol, { initialAmount, maintenanceAmount }] of Object.entries(amounts)) {
    need('perContractMargin', `${symbol}.initialAmount`, initialAmount, initialAmount >= 0, 'a number from 0');
    const fine = maintenanceAmount >= 0 && maintenanceAmount <= initialAmount;
    const allowed = `from 0 to the initial margin of ${initialAmount}`;
    need('perContractMargin', `${symbol}.maintenanceAmount`, maintenanceAmount, fine, allowed);
  }
  return new PerContract(new Map(Object.entries(amounts)));
}

class PerContract implements MarginModel {
  readonly #amounts: ReadonlyMap<string, ContractMargin>;

  constructor(amounts: ReadonlyMap<string, ContractMargin>) {
    this.#amounts = amounts;
  }

  initial(instrument: Instrument, positionLots: number): number {
    return Math.abs(instrument.qty(positionLots)) * this.#of(instrument).initialAmount;
  }

  maintenance(instrument: Instrument, positionLots: number): number {
    return Math.abs(instrument.qty(positionLots)) * this.#of(instrument).maintenanceAmount;
  }

  #of(instrument: Instrument): ContractMargin {
    const found = this.#amounts.get(instrument.symbol);
    if (found === undefined) throw new RangeError(`perContractMargin: there is no margin for ${instrument.symbol}`);
    return found;
  }
}

export interface MarginTier extends MarginRates {
  /** The tier is of positions worth more than this, settle currency. */
  readonly fromValue: number;
}

/**
 * Rates that rise with the position's value, as perpetuals have them (Binance "leverage and margin brackets"). A position
 * worth V is in the last tier with `fromValue` < V (in the first for 0). Initial: its tier's rate of all of V. Maintenance:
 * each slice of V at the rate of its own tier, so that it does not jump (what exchanges list as "maintenance amount", to be
 * taken off the highest tier's rate × V, follows from the tiers).
 *
 * Throws `RangeError` naming tier and value: no tiers, the first not from 0, values that do not rise, rates that fall, a
 * maintenance rate below 0 or above the initial one.
 */
export function tieredMargin(tiers: readonly MarginTier[]): MarginModel {
  if (tiers.length === 0) throw new RangeError('tieredMargin: there are no tiers');
  tiers.forEach((tier, at) => {
    const { fromValue, initialRate, maintenanceRate } = tier;
    const before = tiers[at - 1];
    const rises = before === undefined ? fromValue === 0 : fromValue > before.fromValue;
    const wanted = before === undefined ? '0' : `a number above ${before.fromValue}`;
    need('tieredMargin', `tiers.${at}.fromValue`, fromValue, rises, wanted);
    checkRates('tieredMargin', `tiers.${at}.`, tier);
    if (before === undefined) return;
    const { initialRate: initial, maintenanceRate: maintenance } = before;
    need('tieredMargin', `tiers.${at}.initialRate`, initialRate, initialRate >= initial, `${initial} or more`);
    const fine = maintenanceRate >= maintenance;
    need('tieredMargin', `tiers.${at}.maintenanceRate`, maintenanceRate, fine, `${maintenance} or more`);
  });
  return new TieredMargin(tiers);
}

class TieredMargin implements MarginModel {
  readonly #tiers: readonly MarginTier[];
  /** By tier, what its maintenance rate × value is too much. */
  readonly #tooMuch: readonly number[];

  constructor(tiers: readonly MarginTier[]) {
    this.#tiers = tiers;
    let sum = 0;
    this.#tooMuch = tiers.map(({ fromValue, maintenanceRate }, at) => {
      sum += fromValue * (maintenanceRate - (tiers[at - 1]?.maintenanceRate ?? 0));
      return sum;
    });
  }

  initial(instrument: Instrument, positionLots: number, priceTicks: number): number {
    const value = worth(instrument, positionLots, priceTicks);
    return value * this.#tiers[this.#tierOf(value)]!.initialRate;
  }

  maintenance(instrument: Instrument, positionLots: number, priceTicks: number): number {
    const value = worth(instrument, positionLots, priceTicks);
    const tier = this.#tierOf(value);
    return value * this.#tiers[tier]!.maintenanceRate - this.#tooMuch[tier]!;
  }

  #tierOf(value: number): number {
    let tier = this.#tiers.length - 1;
    while (tier > 0 && value <= this.#tiers[tier]!.fromValue) tier--;
    return tier;
  }
}

/** What a position is worth without its sign, in the settle currency. */
function worth(instrument: Instrument, positionLots: number, priceTicks: number): number {
  return positionLots === 0 ? 0 : Math.abs(instrument.notional(priceTicks, positionLots));
}

/** At a price of 0 a position that is not allowed is still not allowed: Infinity × 0 would be no number. */
function shortOf(instrument: Instrument, positionLots: number, priceTicks: number, rate: number): number {
  return rate === Infinity ? Infinity : worth(instrument, positionLots, priceTicks) * rate;
}

function checkRates(model: string, place: string, rates: MarginRates): MarginRates {
  const { initialRate, maintenanceRate } = rates;
  need(model, `${place}initialRate`, initialRate, initialRate >= 0, 'a number from 0');
  const fine = maintenanceRate >= 0 && maintenanceRate <= initialRate;
  need(model, `${place}maintenanceRate`, maintenanceRate, fine, `from 0 to the initial rate of ${initialRate}`);
  return rates;
}

/** Written so that NaN fails it. */
function need(model: string, name: string, value: number, fine: boolean, allowed: string): void {
  if (!(fine && value < Infinity)) throw new RangeError(`${model}: ${name} ${value} is not ${allowed}`);
}
