/**
 * What settlement needs of the venue that it works for. Knows nothing of what is settled. Implemented by the venue's engine;
 * called by everything that settles.
 * contract: SettlementPort, OrderRestater, CloseTaker.
 */
import type { Account } from '../core/account.js';
import type { AccountEventKind } from '../core/account-event.js';
import type { Instrument } from '../core/instrument.js';
import type { Side } from '../core/market.js';
import type { OrderType, Reason } from '../core/order.js';
import type { Schedule } from '../core/queue.js';
import type { Nanos } from '../core/time.js';

/** The venue as settlement sees it. All times are the venue's, ns since the run's origin. */
export interface SettlementPort {
  readonly instruments: readonly Instrument[];
  /** 1 = the instrument trades at this venue, which settles no other; left out: all do. */
  readonly here?: Uint8Array | undefined;
  /** The run's origin as int64 ns since 1970 UTC. */
  readonly originNs: bigint;
  readonly strategies: readonly string[];
  /** Each strategy's account at exchange time. The engine books fills in it, settlement everything else. */
  readonly accounts: readonly Account[];
  readonly schedule: Schedule;

  /**
   * Tells the strategy, after the response latency; its account at the venue already counts it. `instrument` −1: the whole
   * account, and then `amount` is in the account's currency. `priceTicks`: at which a position was closed or reckoned, perhaps
   * half a tick; `NaN` for none. `qtyLots`: change of the position, signed. `amount`: money received besides that of closing
   * a position, which follows from price and quantity.
   */
  settle(
    strategy: number,
    kind: AccountEventKind,
    instrument: number,
    priceTicks: number,
    qtyLots: number,
    amount: number,
    fee: number,
    nowNs: Nanos,
  ): void;

  /** Ends all working orders of a strategy for an instrument (−1: for all) with this reason. */
  endOrders(strategy: number, instrument: number, reason: Reason, nowNs: Nanos): void;

  /**
   * Changes a position by `changeLots` (negative: sells) at what the venue's book gives now, and tells the taker of each
   * price; it books nothing itself. Returns how many lots (≥ 0) the book could not give.
   */
  closeAtMarket(strategy: number, instrument: number, changeLots: number, taker: CloseTaker, nowNs: Nanos): number;

  /** Shows every working order of an instrument, of all strategies, to the restater and does what it says. */
  restateOrders(instrument: number, restater: OrderRestater, nowNs: Nanos): void;

  /**
   * Lots that working orders of this strategy may still add on one side; those that never open or enlarge a position
   * (reduce-only) left out. Asked for every order under margin, so it should not walk the orders.
   */
  workingLots(strategy: number, instrument: number, side: Side): number;

  /** The venue's mid price as twice the ticks, without a mid twice the last trade, `NaN` when there was neither. */
  markHalfTicks(instrument: number): number;
}

/** Hears of the fills of {@link SettlementPort.closeAtMarket}. */
export interface CloseTaker {
  /** `qtyLots` > 0. */
  take(priceTicks: number, qtyLots: number): void;
}

/** Says what becomes of a working order in a corporate action. One object, reused: its fields hold the last answer. */
export interface OrderRestater {
  /** The order as it shall be from now on: whole ticks and lots, `NaN` where the order has no such price. */
  priceTicks: number;
  stopTicks: number;
  leavesLots: number;
  /** New lots per old one, for what else of an order is a quantity (displayed part) or a distance (of trailing stops: ÷). */
  readonly ratio: number;
  /**
   * `type`: as what the order works now, so a triggered stop-limit is a limit order. `stopTicks`: the price that sets it
   * off, of a trailing stop the present one. False: the order ends, {@link Reason.corporateAction}.
   */
  restate(type: OrderType, side: Side, priceTicks: number, stopTicks: number, leavesLots: number): boolean;
}
