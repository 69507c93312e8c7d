/**
 * Where settlement changes accounts: the venue's account first, then the strategy is told. Also counts open positions.
 * Knows nothing of why. Called by everything that settles.
 */
import { AccountEventKind } from '../core/account-event.js';
import { Side } from '../core/market.js';
import type { Nanos } from '../core/time.js';
import type { SettlementPort } from './settlement-port.js';

export class SettlementLedger {
  /** Positions that are not 0, of all strategies. */
  open = 0;
  readonly #port: SettlementPort;
  readonly #instruments: number;
  /** 1 where there is a position, by strategy and instrument. */
  readonly #held: Uint8Array;

  constructor(port: SettlementPort) {
    this.#port = port;
    this.#instruments = port.instruments.length;
    this.#held = new Uint8Array(port.strategies.length * this.#instruments);
  }

  /** The position may have become 0 or no longer be it. */
  note(strategy: number, instrument: number): void {
    const at = strategy * this.#instruments + instrument;
    const held = this.#port.accounts[strategy]!.positionLots(instrument) === 0 ? 0 : 1;
    this.open += held - this.#held[at]!;
    this.#held[at] = held;
  }

  /** Money without a change of position; nothing is said of none. `amount` in the instrument's settle currency. */
  cash(
    strategy: number,
    kind: AccountEventKind,
    instrument: number,
    priceTicks: number,
    amount: number,
    nowNs: Nanos,
  ): void {
    if (amount === 0) return;
    this.#port.accounts[strategy]!.applyCash(kind, instrument, amount);
    this.#port.settle(strategy, kind, instrument, priceTicks, 0, amount, 0, nowNs);
  }

  /** A position of other units. The mark must be up to date: the account moves it along. */
  split(
    strategy: number,
    instrument: number,
    priceTicks: number,
    changeLots: number,
    amount: number,
    nowNs: Nanos,
  ): void {
    this.#port.accounts[strategy]!.applySplit(AccountEventKind.split, instrument, changeLots, amount);
    this.note(strategy, instrument);
    this.#port.settle(strategy, AccountEventKind.split, instrument, priceTicks, changeLots, amount, 0, nowNs);
  }

  /** A position closed, wholly or in part, by no order of its own: expiry, delisting, liquidation. */
  close(
    strategy: number,
    kind: AccountEventKind,
    instrument: number,
    priceTicks: number,
    changeLots: number,
    fee: number,
    nowNs: Nanos,
  ): void {
    const side = changeLots > 0 ? Side.buy : Side.sell;
    this.#port.accounts[strategy]!.applyFill(instrument, side, priceTicks, Math.abs(changeLots), fee);
    this.note(strategy, instrument);
    this.#port.settle(strategy, kind, instrument, priceTicks, changeLots, 0, fee, nowNs);
  }
}
