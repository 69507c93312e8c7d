/**
 * Whether an order or a change may leave: the chains of checks of each strategy and of all together, and the desk that asks
 * them. Knows nothing of venues, nor of any particular limit. Called by the order desk.
 * contract: RiskCheck.
 */
import type { Account } from './account.js';
import type { Book } from './book/book.js';
import { CurrencyRates } from './currency.js';
import type { Instrument } from './instrument.js';
import type { MarketRates } from './market-rates.js';
import { OpenExposure } from './open-exposure.js';
import type { Order, OrderEventKind } from './order.js';
import type { Handler, Schedule } from './queue.js';
import { Rank } from './rank.js';
import { type RiskScope, RiskState } from './risk-state.js';
import type { Nanos } from './time.js';

/** What a check may know of the run it is used in, before anything happens in it; the same object for all checks of a run. */
export interface RiskRun {
  readonly originNs: bigint;
  readonly instruments: readonly Instrument[];
}

/**
 * Decides one thing about every new order and every change of an order, before it leaves. Cancels are never asked about.
 *
 * Checks stand in chains, one for each strategy and one for all together, which is asked after the strategy's own; the first
 * refusal wins, and nothing after it is asked. `check` is called at local time with a borrowed state, must not change anything
 * that an order could see, and must not allocate unless it refuses. It returns '' when the order may leave, else a text that
 * names the limit, its value and the attempt: `max-order-size: 5 lots; this order to buy 7 lots of X at market`. What
 * cannot be known (a price, a rate) comes as `NaN`; write comparisons so that `NaN` refuses. Prices in ticks, quantities in
 * lots, times in ns since the origin, money in `state.currency`.
 *
 * A check that throws stops the run. One that remembers anything implements `forRun`, which is called once for every chain it
 * stands in, so that runs and strategies share nothing. Read `maxOrderSize` in execution/risk first; `allowAll` does nothing.
 * Conformance: test/contracts/risk-check.contract.ts.
 * One of your own: docs/how-to/risk-check.md.
 */
export interface RiskCheck {
  check(state: RiskState): string;
  /** What was just asked about passed every check and leaves now. */
  sent?(state: RiskState): void;
  /** A check, perhaps of another chain, refused what was just asked about. */
  refused?(state: RiskState, text: string): void;
  /** Something happened in the scope: an answer or an account event was booked, or the time came that `lookNs` named. */
  looked?(scope: RiskScope): void;
  /** The next time after `nowNs` at which `looked` shall be called whatever happens; `Infinity` for none. */
  lookNs?(nowNs: Nanos): Nanos;
  /** A fresh instance for one chain of one run; may refuse the run with a `RangeError`. Left out by checks that remember nothing. */
  forRun?(run: RiskRun): RiskCheck;
}

export interface RiskDeskOptions {
  /** Each strategy's own checks, in the order they are asked. */
  readonly checks: readonly (readonly RiskCheck[])[];
  /** Checks of all strategies together. */
  readonly overall: readonly RiskCheck[];
  /** By strategy, as the strategies know them. All in one currency. */
  readonly accounts: readonly Account[];
  readonly instruments: readonly Instrument[];
  /** By instrument, as the strategies see them. */
  readonly books: readonly Book[];
  readonly originNs: bigint;
  /** Rates that the accounts share. Default: all instruments settle in the accounts' currency. */
  readonly rates?: CurrencyRates;
  /** Brought up to date before anything is looked at. */
  readonly marketRates?: MarketRates;
  /** Last trade or close known locally, ticks, by instrument; used where a book has no mid. */
  readonly lastTicks?: ArrayLike<number>;
  /** For checks that look at a certain time. Without it they look with the first order, answer or account event after it. */
  readonly schedule?: Schedule;
}

/** A scope with its checks, those that want to hear of more apart, so that the others cost nothing. */
class Chain {
  readonly state: RiskState;
  readonly checks: readonly RiskCheck[];
  readonly hearSent: readonly RiskCheck[];
  readonly hearRefused: readonly RiskCheck[];
  /** Those with `looked`. */
  readonly look: readonly RiskCheck[];
  readonly #name: string;

  constructor(name: string, state: RiskState, checks: readonly RiskCheck[], run: RiskRun) {
    this.#name = name;
    this.state = state;
    this.checks = checks.map((check) => check.forRun?.(run) ?? check);
    this.hearSent = this.checks.filter((check) => check.sent !== undefined);
    this.hearRefused = this.checks.filter((check) => check.refused !== undefined);
    this.look = this.checks.filter((check) => check.looked !== undefined);
  }

  ask(): string {
    const { checks, state } = this;
    for (let i = 0; i < checks.length; i++) {
      const text = checks[i]!.check(state);
      if (text !== '') return `${this.#name}${text}`;
    }
    return '';
  }

  /** When the first check wants to look after `nowNs`. */
  nextLookNs(nowNs: Nanos): Nanos {
    let nextNs = Number.POSITIVE_INFINITY;
    for (const check of this.look) {
      const wantedNs = check.lookNs?.(nowNs) ?? Number.POSITIVE_INFINITY;
      if (!(wantedNs > nowNs)) throw new RangeError(`risk check: lookNs ${wantedNs} is not after now, ${nowNs}`);
      nextNs = Math.min(nextNs, wantedNs);
    }
    return nextNs;
  }
}

/**
 * Asks the chains and keeps what they look at. `submit` and `modify` answer with '' or the refusal; what passed `submit` must
 * be reported with `sent`, what passed `modify` counts as sent. Every answer must be reported after it was booked.
 */
export class RiskDesk implements Handler {
  readonly #exposure: OpenExposure;
  readonly #own: readonly Chain[];
  readonly #overall: Chain;
  readonly #marketRates: MarketRates | undefined;
  readonly #schedule: Schedule | undefined;
  #nowNs: Nanos = 0;

  /** Throws `RangeError` when the accounts are in several currencies, or where a check refuses the run. */
  constructor(options: RiskDeskOptions) {
    const { accounts, instruments, books, originNs, checks, lastTicks } = options;
    const rates = options.rates ?? new CurrencyRates(accounts[0]?.currency ?? '');
    for (const { currency } of accounts) {
      if (currency !== rates.currency) {
        throw new RangeError(`risk: an account is in "${currency}", not in "${rates.currency}" as the others are`);
      }
    }
    this.#exposure = new OpenExposure(accounts.length, instruments.length);
    const ground = { originNs, instruments, accounts, exposure: this.#exposure, books, rates, lastTicks };
    // One object for all chains: it is how a check knows that they are of one run.
    const run: RiskRun = { originNs, instruments };
    const strategies = accounts.map((_, strategy) => strategy);
    this.#own = strategies.map(
      (strategy) => new Chain('', new RiskState(ground, [strategy]), checks[strategy] ?? [], run),
    );
    this.#overall = new Chain('all strategies: ', new RiskState(ground, strategies), options.overall, run);
    this.#marketRates = options.marketRates;
    this.#schedule = options.schedule;
    for (let i = 0; i <= strategies.length; i++) this.#arm(i, -1);
  }

  /** Whether a new order may leave at `nowNs`: '' or the refusal. */
  submit(order: Order, nowNs: Nanos): string {
    const { qtyLots, leavesLots, priceTicks, terms } = order;
    return this.#ask(order, false, priceTicks, terms.stopTicks, qtyLots, leavesLots, false, nowNs);
  }

  /** Whether a change to this price, total quantity and (unless `NaN`) stop may leave: '', and it counts as sent; or the refusal. */
  modify(order: Order, priceTicks: number, qtyLots: number, nowNs: Nanos, stopTicks = Number.NaN): string {
    const added = this.#exposure.addedBy(order, qtyLots);
    const stopMoves = !Number.isNaN(stopTicks);
    const stop = stopMoves ? stopTicks : order.terms.stopTicks;
    const text = this.#ask(order, true, priceTicks, stop, qtyLots, added, stopMoves, nowNs);
    if (text !== '') return text;
    this.#tellSent(order);
    this.#exposure.changeSent(order, qtyLots);
    return '';
  }

  /** An order that passed leaves. */
  sent(order: Order): void {
    this.#tellSent(order);
    this.#exposure.sent(order);
  }

  /** An answer was applied to the order, which had `leavesBefore` left, and a fill booked in its account. */
  answered(order: Order, kind: OrderEventKind, leavesBefore: number, nowNs = this.#nowNs): void {
    this.#exposure.answered(order, kind, leavesBefore);
    this.#look(order.strategy, nowNs);
  }

  /** Something else was booked in the strategy's account. */
  accountEvent(strategy: number, nowNs = this.#nowNs): void {
    this.#look(strategy, nowNs);
  }

  /** Lots of one side that may still fill, as the strategy knows: Σ leaves of its orders not finished. */
  openLots(strategy: number, instrument: Instrument, side: Order['side']): number {
    return this.#exposure.openLots(strategy, instrument.index, side);
  }

  /** The time has come at which a check of a chain wants to look. */
  fire(chain: number, nowNs: Nanos): void {
    this.#marketRates?.update();
    this.#lookAt(this.#own[chain] ?? this.#overall, nowNs);
    this.#arm(chain, nowNs);
  }

  #arm(chain: number, nowNs: Nanos): void {
    const nextNs = (this.#own[chain] ?? this.#overall).nextLookNs(nowNs);
    if (nextNs < Infinity) this.#schedule?.add(nextNs, Rank.observation, this, chain, false);
  }

  #ask(
    order: Order,
    change: boolean,
    limitTicks: number,
    stopTicks: number,
    qtyLots: number,
    addedLots: number,
    stopMoves: boolean,
    nowNs: Nanos,
  ): string {
    this.#marketRates?.update();
    this.#nowNs = nowNs;
    const own = this.#own[order.strategy]!;
    const overall = this.#overall;
    for (let i = 0; i < 2; i++) {
      const { state } = i === 0 ? own : overall;
      state.nowNs = nowNs;
      state.order = order;
      state.change = change;
      state.limitTicks = limitTicks;
      state.stopTicks = stopTicks;
      state.stopMoves = stopMoves;
      state.qtyLots = qtyLots;
      state.addedLots = addedLots;
    }
    const ownText = own.ask();
    const text = ownText === '' ? overall.ask() : ownText;
    if (text !== '') {
      for (const check of own.hearRefused) check.refused!(own.state, text);
      for (const check of overall.hearRefused) check.refused!(overall.state, text);
    }
    return text;
  }

  #tellSent(order: Order): void {
    const own = this.#own[order.strategy]!;
    const overall = this.#overall;
    for (let i = 0; i < own.hearSent.length; i++) own.hearSent[i]!.sent!(own.state);
    for (let i = 0; i < overall.hearSent.length; i++) overall.hearSent[i]!.sent!(overall.state);
  }

  #look(strategy: number, nowNs: Nanos): void {
    this.#nowNs = nowNs;
    const own = this.#own[strategy]!;
    if (own.look.length === 0 && this.#overall.look.length === 0) return;
    this.#marketRates?.update();
    this.#lookAt(own, nowNs);
    this.#lookAt(this.#overall, nowNs);
  }

  #lookAt(chain: Chain, nowNs: Nanos): void {
    chain.state.nowNs = nowNs;
    for (let i = 0; i < chain.look.length; i++) chain.look[i]!.looked!(chain.state);
  }
}
