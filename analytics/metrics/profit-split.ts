/**
 * Where a strategy's profit comes from: prices better or worse than the mid, holding a position while the mid moves, fees, flows.
 * Knows nothing of orders. Called by the measurements.
 *
 * With s q the signed quantity of a trade, p its price and m the mid then (the venue's; where nobody saw that, the local one when
 * the strategy learnt of it; where there is none, p itself), and the position x worth the mark M at the end:
 *   spread capture = Σ s q (m − p)          inventory = x M − Σ s q m
 * so that capture + inventory = x M − Σ s q p = realised + unrealised, and with fees and flows the profit, but for rounding. Inventory
 * is the sum of position × change of mid from trade to trade, written shorter. Positions that the venue closed trade at their price. A
 * split changes x and M, not its worth.
 * Source of the two terms: market-making literature, e.g. H. Stoll, "The Supply of Dealer Services", Journal of Finance 33 (1978).
 */
import { AccountEventKind } from '../../core/account-event.js';
import { Side } from '../../core/market.js';
import type { MeasuredStrategy } from './measured-strategy.js';

/** Money in the account's currency at its last rates. */
export interface ProfitSplit {
  readonly capture: number;
  /** `NaN` when an open position has no mark. */
  readonly inventory: number;
  /** Paid. */
  readonly fees: number;
  /** Funding, borrowing, interest, dividends and cash of splits, received. */
  readonly flows: number;
}

export function profitSplitOf({ recording, strategy, account }: MeasuredStrategy): ProfitSplit {
  const { fills, accountEvents, instruments } = recording;
  // In ticks × lots, so that sums are exact; of inverse contracts in −lots / ticks.
  const capture = new Float64Array(instruments.length);
  const atMid = new Float64Array(instruments.length);
  const trade = (index: number, signed: number, price: number, mid: number) => {
    const { inverse } = instruments[index]!;
    const [paid, worth] = inverse ? [-1 / price, -1 / mid] : [price, mid];
    capture[index]! += signed * (worth - paid);
    atMid[index]! += signed * worth;
  };
  for (let row = 0; row < fills.localNs.length; row++) {
    if (fills.strategy.at(row) !== strategy) continue;
    const price = fills.priceTicks.at(row);
    const lots = fills.qtyLots.at(row);
    let mid = (fills.venueBidTicks.at(row) + fills.venueAskTicks.at(row)) / 2;
    if (Number.isNaN(mid)) mid = (fills.bidTicks.at(row) + fills.askTicks.at(row)) / 2;
    if (Number.isNaN(mid)) mid = price;
    trade(fills.instrument.at(row), fills.side.at(row) === Side.buy ? lots : -lots, price, mid);
  }
  for (let row = 0; row < accountEvents.localNs.length; row++) {
    if (accountEvents.strategy.at(row) !== strategy || accountEvents.kind.at(row) < AccountEventKind.expiry) continue;
    const price = accountEvents.priceTicks.at(row);
    trade(accountEvents.instrument.at(row), accountEvents.qtyLots.at(row), price, price);
  }
  let captured = 0;
  let held = 0;
  for (const { index, inverse } of instruments) {
    if (capture[index] === 0 && atMid[index] === 0 && account.positionLots(index) === 0) continue;
    const at = instruments[index]!;
    const money = (sum: number) => account.converted(index, inverse ? at.inverseValue(sum) : at.value(sum));
    const lots = account.positionLots(index);
    const mark = account.markTicks(index);
    captured += money(capture[index]!);
    held += money((lots === 0 ? 0 : lots * (inverse ? -1 / mark : mark)) - atMid[index]!);
  }
  return { capture: captured, inventory: held, fees: account.fees, flows: account.flows };
}
