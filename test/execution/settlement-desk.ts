/**
 * A venue's engine reduced to what settlement sees of it: accounts, a book of levels per instrument, working orders in a list.
 * Records whatever settlement does. Called by the settlement tests.
 */

import { ACCOUNT_EVENT_NAMES, AccountEventKind } from '../../core/account-event.js';
import {
  Account,
  type AccountOptions,
  allocateColumns,
  codeOf,
  Instrument,
  type InstrumentSpec,
  type Kind,
  MarketView,
  type OrderType,
  parseEpoch,
  Reason,
  Schedule,
  Side,
} from '../../core/index.js';
import { Settlement, type SettlementOptions } from '../../execution/settlement.js';
import type { CloseTaker, OrderRestater, SettlementPort } from '../../execution/settlement-port.js';

/** What a strategy was told. */
export interface Told {
  strategy: number;
  kind: (typeof ACCOUNT_EVENT_NAMES)[number];
  instrument: number;
  priceTicks: number;
  qtyLots: number;
  amount: number;
  fee: number;
  nowNs: number;
}

export interface Working {
  type: OrderType;
  strategy: number;
  instrument: number;
  side: Side;
  priceTicks: number;
  stopTicks: number;
  leavesLots: number;
}

type Level = [priceTicks: number, qtyLots: number];

export interface DeskOptions {
  instruments: readonly InstrumentSpec[];
  strategies?: number;
  origin?: string;
  account?: AccountOptions;
  settlement?: SettlementOptions;
}

export class Desk implements SettlementPort {
  readonly instruments: readonly Instrument[];
  readonly originNs: bigint;
  readonly strategies: readonly string[];
  readonly accounts: readonly Account[];
  /** What the strategies make of what they are told. */
  readonly twins: readonly Account[];
  readonly schedule = new Schedule();
  readonly settlement: Settlement;
  readonly told: Told[] = [];
  readonly ended: [strategy: number, instrument: number, reason: Reason][] = [];
  readonly closes: [instrument: number, changeLots: number][] = [];
  readonly bids: Level[][];
  readonly asks: Level[][];
  readonly halfTicks: number[];
  working: Working[] = [];
  nowNs = 0;
  readonly #view: MarketView;

  constructor(options: DeskOptions) {
    const { strategies = 1, origin = '2024-01-01T00:00:00Z', account = {} } = options;
    this.instruments = options.instruments.map((spec, index) => new Instrument(spec, index));
    this.originNs = parseEpoch(origin);
    this.strategies = Array.from({ length: strategies }, (_, i) => `s${i}`);
    this.accounts = this.strategies.map(() => new Account(this.instruments, account));
    this.twins = this.strategies.map(() => new Account(this.instruments, account));
    this.bids = this.instruments.map(() => []);
    this.asks = this.instruments.map(() => []);
    this.halfTicks = this.instruments.map(() => Number.NaN);
    this.#view = new MarketView(this.instruments);
    this.settlement = new Settlement(this, options.settlement);
    this.settlement.start();
  }

  /** A fill as the engine books it; on both sides. */
  fill(strategy: number, instrument: number, lots: number, priceTicks: number, fee = 0): void {
    const side = lots > 0 ? Side.buy : Side.sell;
    for (const account of [this.accounts[strategy]!, this.twins[strategy]!]) {
      account.applyFill(instrument, side, priceTicks, Math.abs(lots), fee);
    }
    this.settlement.onFill(strategy, instrument, this.nowNs);
    this.runTo(this.nowNs);
  }

  row(kind: Kind, instrument: number, value: number, priceTicks = 0): void {
    const columns = allocateColumns(1, { value: true });
    columns.length = 1;
    columns.code[0] = codeOf(kind, Side.none);
    columns.instrument[0] = instrument;
    columns.exchangeNs[0] = this.nowNs;
    columns.priceTicks[0] = priceTicks;
    columns.value![0] = value;
    this.#view.attach(columns);
    this.#view.moveTo(0);
    this.settlement.onRow(this.#view, this.nowNs);
  }

  /** Fires what is scheduled up to and including this time. */
  runTo(ns: number): void {
    while (this.schedule.headNs <= ns) {
      this.nowNs = this.schedule.headNs;
      this.schedule.fireHead();
    }
    this.nowNs = ns;
  }

  /** The market is one price, without a spread, and gives any quantity. */
  quote(instrument: number, priceTicks: number): void {
    this.halfTicks[instrument] = 2 * priceTicks;
    this.bids[instrument] = [[priceTicks, 1e12]];
    this.asks[instrument] = [[priceTicks, 1e12]];
    if (this.settlement.wantsTrades) this.settlement.onTrade(instrument, priceTicks, this.nowNs);
  }

  settle(
    strategy: number,
    kind: AccountEventKind,
    instrument: number,
    priceTicks: number,
    qtyLots: number,
    amount: number,
    fee: number,
    nowNs: number,
  ): void {
    this.told.push({
      ...{ strategy, kind: ACCOUNT_EVENT_NAMES[kind]!, instrument, priceTicks, qtyLots, amount, fee, nowNs },
    });
    const twin = this.twins[strategy]!;
    if (kind === AccountEventKind.split) twin.applySplit(kind, instrument, qtyLots, amount);
    else if (kind >= AccountEventKind.expiry) {
      twin.applyFill(instrument, qtyLots > 0 ? Side.buy : Side.sell, priceTicks, Math.abs(qtyLots), fee);
    } else twin.applyCash(kind, instrument, amount);
  }

  endOrders(strategy: number, instrument: number, reason: Reason): void {
    this.ended.push([strategy, instrument, reason]);
    this.working = this.working.filter(
      (order) => order.strategy !== strategy || (instrument !== -1 && order.instrument !== instrument),
    );
  }

  closeAtMarket(strategy: number, instrument: number, changeLots: number, taker: CloseTaker, nowNs: number): number {
    this.closes.push([instrument, changeLots]);
    const levels = changeLots > 0 ? this.asks[instrument]! : this.bids[instrument]!;
    let left = Math.abs(changeLots);
    while (left > 0 && levels.length > 0) {
      const [priceTicks, qtyLots] = levels[0]!;
      const taken = Math.min(left, qtyLots);
      left -= taken;
      if (taken === qtyLots) levels.shift();
      else levels[0] = [priceTicks, qtyLots - taken];
      taker.take(priceTicks, taken);
      // As an engine does for each fill: it must not start another liquidation.
      this.settlement.onFill(strategy, instrument, nowNs);
    }
    return left;
  }

  restateOrders(instrument: number, restater: OrderRestater): void {
    this.working = this.working.filter((order) => {
      if (order.instrument !== instrument) return true;
      const { type, side, priceTicks, stopTicks, leavesLots } = order;
      const stays = restater.restate(type, side, priceTicks, stopTicks, leavesLots);
      if (!stays) this.ended.push([order.strategy, instrument, Reason.corporateAction]);
      order.priceTicks = restater.priceTicks;
      order.stopTicks = restater.stopTicks;
      order.leavesLots = restater.leavesLots;
      return stays;
    });
  }

  workingLots(strategy: number, instrument: number, side: Side): number {
    return this.working
      .filter((order) => order.strategy === strategy && order.instrument === instrument && order.side === side)
      .reduce((sum, { leavesLots }) => sum + leavesLots, 0);
  }

  markHalfTicks(instrument: number): number {
    return this.halfTicks[instrument]!;
  }

  amounts(kind: Told['kind'], strategy = 0): number[] {
    return this.told.filter((each) => each.kind === kind && each.strategy === strategy).map(({ amount }) => amount);
  }

  /** Equity with every position at this price. */
  equity(strategy: number, halfTicks: readonly number[] = this.halfTicks): number {
    const account = this.accounts[strategy]!;
    halfTicks.forEach((each, i) => {
      if (!Number.isNaN(each)) account.mark(i, each);
    });
    return account.equity;
  }
}
