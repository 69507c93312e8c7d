/**
 * Funding of perpetual contracts: what longs pay shorts, or the other way round, at the times on the tape.
 * Knows nothing of orders. Called by settlement for each funding row.
 */
import { AccountEventKind } from '../core/account-event.js';
import type { Nanos } from '../core/time.js';
import type { MarkBoard } from './mark-board.js';
import type { SettlementLedger } from './settlement-ledger.js';
import type { SettlementPort } from './settlement-port.js';

/**
 * Everyone who holds the contract at that moment receives −position × mark × multiplier × rate in the settle currency, of an
 * inverse contract −position × multiplier / mark × rate in its base currency: longs pay while the rate is above 0. The rate
 * is for the whole interval since the last funding, however long the position was held (as Binance, BitMEX and Bybit do).
 * Throws `RangeError` naming the instrument for a rate that is no number.
 */
export class Funding {
  readonly #port: SettlementPort;
  readonly #ledger: SettlementLedger;
  readonly #marks: MarkBoard;

  constructor(port: SettlementPort, ledger: SettlementLedger, marks: MarkBoard) {
    this.#port = port;
    this.#ledger = ledger;
    this.#marks = marks;
  }

  pay(instrument: number, rate: number, nowNs: Nanos): void {
    const at = this.#port.instruments[instrument]!;
    if (!Number.isFinite(rate)) throw new RangeError(`funding of ${at.symbol} at ${nowNs} ns: rate ${rate}`);
    const { accounts } = this.#port;
    for (let strategy = 0; strategy < accounts.length; strategy++) {
      const lots = accounts[strategy]!.positionLots(instrument);
      if (lots === 0) continue;
      const priceTicks = this.#marks.halfTicks(strategy, instrument) / 2;
      const amount = -at.notional(priceTicks, lots) * rate;
      this.#ledger.cash(strategy, AccountEventKind.funding, instrument, priceTicks, amount, nowNs);
    }
  }
}
