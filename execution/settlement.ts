/**
 * The money events of a venue: funding, borrowing and interest, splits and dividends, expiry and delisting, margin and
 * liquidation. Hands each to what knows it, in a stated order, and looks at margin after all of them.
 * Knows nothing of matching or latency. Called by the venue's engine, at exchange time.
 */
import { Kind, type MarketView, type Side, Status } from '../core/market.js';
import type { Handler } from '../core/queue.js';
import { Rank } from '../core/rank.js';
import type { Nanos } from '../core/time.js';
import { Carry, type CarryOptions } from './carry.js';
import { type CorporateActionOptions, CorporateActions } from './corporate-actions.js';
import { type ClosingOptions, Expiry } from './expiry.js';
import { Funding } from './funding.js';
import { Liquidation, type MarginOptions } from './liquidation.js';
import { MarkBoard } from './mark-board.js';
import { SettlementLedger } from './settlement-ledger.js';
import type { SettlementPort } from './settlement-port.js';

/** What a venue settles besides trades. Everything left out: funding, splits and dividends as on the tape, and nothing else. */
export interface SettlementOptions extends CarryOptions, CorporateActionOptions, ClosingOptions, MarginOptions {
  /** Whether funding rows are paid. Default true. */
  readonly funding?: boolean;
}

/**
 * One per venue and run. The engine calls `start` before the first row; `onRow` for rows of the kinds funding, split,
 * dividend, mark and status, after its own book and status follow them (others are ignored); `onTrade` and `onDepth` while
 * `wantsTrades` and `wantsDepth`, after the book has changed. These may end orders and trade. `onFill`, after a fill was booked
 * in the account, does neither: a liquidation that it brings about comes later in the same moment, through the schedule, so
 * that an engine may call it amid its matching.
 *
 * Everything is reckoned at the mark: the last mark row, else the venue's mid, else its last trade ({@link MarkBoard}).
 * Where nothing is held, a row costs a comparison per strategy and allocates nothing.
 */
export class Settlement implements Handler {
  readonly #port: SettlementPort;
  readonly #ledger: SettlementLedger;
  readonly #marks: MarkBoard;
  readonly #funding: Funding | undefined;
  readonly #corporateActions: CorporateActions;
  readonly #carry: Carry;
  readonly #expiry: Expiry;
  readonly #liquidation: Liquidation | undefined;
  /** 1 = margin is looked at later in this moment, by strategy. */
  readonly #due: Uint8Array;

  /** Throws `RangeError` naming the option and its value. */
  constructor(port: SettlementPort, options: SettlementOptions = {}) {
    const ledger = new SettlementLedger(port);
    const marks = new MarkBoard(port);
    const { funding = true, margin, liquidationFeeRate } = options;
    if (margin === undefined && liquidationFeeRate !== undefined) {
      throw new RangeError(`settlement: liquidationFeeRate ${liquidationFeeRate} without margin`);
    }
    this.#port = port;
    this.#due = new Uint8Array(port.strategies.length);
    this.#ledger = ledger;
    this.#marks = marks;
    this.#funding = funding ? new Funding(port, ledger, marks) : undefined;
    this.#corporateActions = new CorporateActions(port, ledger, marks, options);
    this.#carry = new Carry(port, ledger, marks, options);
    this.#expiry = new Expiry(port, ledger, marks, options);
    this.#liquidation =
      margin === undefined ? undefined : new Liquidation(port, ledger, marks, margin, liquidationFeeRate ?? 0);
  }

  /** Positions that are not 0, of all strategies: while there are any, a row can cause an answer. */
  get openPositions(): number {
    return this.#ledger.open;
  }

  /** Trades can matter: margin is on and something is held. */
  get wantsTrades(): boolean {
    return this.#liquidation !== undefined && this.#ledger.open > 0;
  }

  /** A liquidation waits for the book to give more. */
  get wantsDepth(): boolean {
    return this.#liquidation !== undefined && this.#liquidation.unfinished > 0;
  }

  /** The instrument expired or is delisted: no order may be admitted, {@link Reason.notTraded}. */
  ended(instrument: number): boolean {
    return this.#expiry.ended(instrument);
  }

  /** The strategy was left with nothing but debt. Without margin nobody is. */
  bankrupt(strategy: number): boolean {
    return this.#liquidation?.bankrupt(strategy) ?? false;
  }

  start(): void {
    const { schedule, instruments } = this.#port;
    for (let i = 0; i < instruments.length; i++) {
      const expiryNs = this.#expiry.expiryNs(i);
      if (expiryNs >= 0 && expiryNs < Infinity) schedule.add(expiryNs, Rank.request, this, i, false);
    }
    if (this.#carry.firstNs < Infinity) schedule.add(this.#carry.firstNs, Rank.request, this, -1, false);
  }

  /**
   * An instrument's expiry, or (−1 − n) the n-th accrual, or (instruments + strategy) margin after a fill. After the market
   * data of the moment.
   */
  fire(payload: number, nowNs: Nanos): void {
    const count = this.#port.instruments.length;
    if (payload >= count) {
      this.#due[payload - count] = 0;
      this.#liquidation?.check(payload - count, nowNs);
      return;
    }
    if (payload >= 0) {
      this.#expiry.expire(payload, nowNs);
      this.#checkAll(nowNs);
      return;
    }
    const { firstNs, accrualNs } = this.#carry;
    const next = -payload;
    this.#carry.accrue(next === 1 ? firstNs : accrualNs, nowNs);
    this.#port.schedule.add(firstNs + next * accrualNs, Rank.request, this, -1 - next, false);
    this.#checkAll(nowNs);
  }

  /** `row` is borrowed. Throws `RangeError` naming the instrument for a value that cannot be. */
  onRow(row: MarketView, nowNs: Nanos): void {
    const instrument = row.instrument.index;
    const held = this.#ledger.open > 0;
    switch (row.kind) {
      case Kind.mark:
        this.#marks.record(instrument, row.priceTicks);
        // The tape may end with this row, and the run before what is scheduled.
        if (nowNs >= this.#expiry.expiryNs(instrument)) this.#expiry.expire(instrument, nowNs);
        this.#liquidation?.onMarket(instrument, nowNs);
        return;
      case Kind.funding:
        if (this.#funding === undefined) return;
        this.#carry.funded(instrument);
        this.#funding.pay(instrument, row.value, nowNs);
        break;
      case Kind.split:
        this.#corporateActions.split(instrument, row.value, nowNs);
        break;
      case Kind.dividend:
        this.#corporateActions.dividend(instrument, row.value, nowNs);
        break;
      case Kind.status:
        if (row.value === Status.delisted) this.#expiry.delist(instrument, row.priceTicks, nowNs);
        else if (row.value === Status.open || row.value === Status.auction) this.#expiry.list(instrument);
        break;
      default:
        return;
    }
    if (held) this.#checkAll(nowNs);
  }

  onTrade(instrument: number, _priceTicks: number, nowNs: Nanos): void {
    this.#liquidation?.onMarket(instrument, nowNs);
  }

  onDepth(instrument: number, nowNs: Nanos): void {
    this.#liquidation?.onMarket(instrument, nowNs);
  }

  onFill(strategy: number, instrument: number, nowNs: Nanos): void {
    this.#ledger.note(strategy, instrument);
    if (this.#liquidation === undefined || this.#due[strategy] === 1) return;
    if (!this.#liquidation.presses(strategy)) return;
    this.#due[strategy] = 1;
    this.#port.schedule.add(nowNs, Rank.request, this, this.#port.instruments.length + strategy, true);
  }

  /**
   * Whether the account can bear one more order; of a modify, `qtyLots` is what it adds (at least 0) at the new price.
   * `priceTicks`: the limit, `NaN` without one. See {@link MarginRequirement.allows}.
   */
  initialMarginAllows(strategy: number, instrument: number, side: Side, priceTicks: number, qtyLots: number): boolean {
    return this.#liquidation?.requirement.allows(strategy, instrument, side, priceTicks, qtyLots) ?? true;
  }

  /** Margin after something other than a fill. */
  #checkAll(nowNs: Nanos): void {
    if (this.#liquidation === undefined) return;
    for (let strategy = 0; strategy < this.#port.strategies.length; strategy++) {
      this.#liquidation.check(strategy, nowNs);
    }
  }
}
