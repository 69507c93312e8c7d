/**
 * What came to accounts besides their orders' fills, summed: money (funding, interest …), and positions that the venue
 * closed. Knows nothing of orders. Called by the summary.
 */
import type { Account } from '../core/account.js';
import { AccountEventKind } from '../core/account-event.js';
import type { Recording } from './recording.js';

/** Money that no trade made, positive = received, in the account's currency at its last rates. */
export interface FlowFigures {
  /** All of it: profit = realised + unrealised − fees + total. */
  readonly total: number;
  readonly funding: number;
  /** For what was sold short. */
  readonly borrow: number;
  readonly interest: number;
  readonly dividend: number;
  /** Cash for the parts of a lot that splits left over. */
  readonly split: number;
}

export function flowsOf(account: Account): FlowFigures {
  const { funding, borrow, interest, dividend, split } = AccountEventKind;
  return {
    total: account.flows,
    funding: account.flowsOf(funding),
    borrow: account.flowsOf(borrow),
    interest: account.flowsOf(interest),
    dividend: account.flowsOf(dividend),
    split: account.flowsOf(split),
  };
}

/** Positions (or parts of them) that the venue closed for one reason; their profit is in `realised`. */
export interface ClosingFigures {
  readonly count: number;
  /** At the prices they were closed at, in the account's currency at its last rates; prices below 0 count as above. */
  readonly value: number;
  /** Part of the strategy's fees. */
  readonly fees: number;
}

export interface Closings {
  readonly expiry: ClosingFigures;
  readonly delisting: ClosingFigures;
  readonly liquidation: ClosingFigures;
}

/** Of one strategy; and how many there were by instrument. */
export function closingsOf(
  { accountEvents, instruments }: Recording,
  strategy: number,
  account: Account,
): Closings & { readonly countOf: Float64Array } {
  const sums = {
    [AccountEventKind.expiry]: { count: 0, value: 0, fees: 0 },
    [AccountEventKind.delisting]: { count: 0, value: 0, fees: 0 },
    [AccountEventKind.liquidation]: { count: 0, value: 0, fees: 0 },
  };
  const countOf = new Float64Array(instruments.length);
  for (let row = 0; row < accountEvents.localNs.length; row++) {
    const sum = sums[accountEvents.kind.at(row) as keyof typeof sums];
    if (sum === undefined || accountEvents.strategy.at(row) !== strategy) continue;
    const instrument = accountEvents.instrument.at(row);
    const value = instruments[instrument]!.notional(accountEvents.priceTicks.at(row), accountEvents.qtyLots.at(row));
    sum.count++;
    sum.value += account.converted(instrument, Math.abs(value));
    sum.fees += account.converted(instrument, accountEvents.fee.at(row));
    countOf[instrument]! += 1;
  }
  const { expiry, delisting, liquidation } = AccountEventKind;
  return { expiry: sums[expiry], delisting: sums[delisting], liquidation: sums[liquidation], countOf };
}
