/**
 * How a strategy's orders went, counted: sent, filled, and for the others how they ended and why.
 * Knows nothing of money in accounts. Called by the summary.
 */
import type { Account } from '../core/account.js';
import { OrderEventKind, REASON_TEXTS, Reason } from '../core/order.js';
import type { Recording } from './recording.js';

/** Orders that ended in one way for one reason. */
export interface OrderEnd {
  readonly end: 'cancelled' | 'rejected' | 'expired';
  /** The venue's reason in words, as in `orders.parquet`; empty for orders cancelled on request. */
  readonly reason: string;
  readonly orders: number;
  /** Those of them that had no fill at all. */
  readonly unfilled: number;
}

export interface OrderTally {
  sent: number;
  /** Orders with at least one fill. */
  filled: number;
  cancelled: number;
  rejected: number;
  expired: number;
  /** Ends and changes by which an order was kept from trading with another of its strategy. */
  selfTradesPrevented: number;
  /** Value of all fills, and of those where the order was resting, in the account's currency at its last rates. */
  value: number;
  makerValue: number;
  /** Order events and fills by instrument. */
  readonly eventsOf: Float64Array;
  readonly fillsOf: Float64Array;
  /** Most frequent first. */
  ends: readonly OrderEnd[];
}

const ENDS = [
  ['cancelled', OrderEventKind.cancelled],
  ['rejected', OrderEventKind.rejected],
  ['expired', OrderEventKind.expired],
] as const;

/** Reasons are bytes; a venue of somebody's own may have more of them than there are texts. */
const REASONS = 256;

/** One tally a strategy; one pass over each table. Throws as {@link Account.converted} does. */
export function tallyOrders(recording: Recording, accounts: readonly Account[]): OrderTally[] {
  const { orders, instruments } = recording;
  const tallies = accounts.map(() => emptyTally(instruments.length));
  const hasFilled = tallyFills(recording, accounts, tallies);
  // Counts by strategy, kind of event and reason, all orders and those without a fill.
  const cells = ENDS.length * REASONS;
  const all = new Float64Array(accounts.length * cells);
  const unfilled = new Float64Array(accounts.length * cells);
  const endOf = new Int8Array(256).fill(-1);
  for (const [end, [, kind]] of ENDS.entries()) endOf[kind] = end;
  for (let row = 0; row < orders.localNs.length; row++) {
    const strategy = orders.strategy.at(row);
    const tally = tallies[strategy]!;
    const kind = orders.kind.at(row);
    const reason = orders.reason.at(row);
    tally.eventsOf[orders.instrument.at(row)]! += 1;
    if (kind === OrderEventKind.submitted) tally.sent++;
    if (reason === Reason.selfTrade) tally.selfTradesPrevented++;
    const end = endOf[kind]!;
    if (end < 0) continue;
    const cell = strategy * cells + end * REASONS + reason;
    all[cell]! += 1;
    if (hasFilled[orders.orderId.at(row)] !== 1) unfilled[cell]! += 1;
  }
  for (const [strategy, tally] of tallies.entries()) {
    const ends: OrderEnd[] = [];
    for (const [index, [end]] of ENDS.entries()) {
      for (let reason = 0; reason < REASONS; reason++) {
        const cell = strategy * cells + index * REASONS + reason;
        if (all[cell] === 0) continue;
        tally[end] += all[cell]!;
        ends.push({
          end,
          reason: REASON_TEXTS[reason] ?? `code ${reason}`,
          orders: all[cell]!,
          unfilled: unfilled[cell]!,
        });
      }
    }
    // Stable, so equal counts stand in the order of the codes.
    tally.ends = ends.sort((a, b) => b.orders - a.orders);
  }
  return tallies;
}

function emptyTally(instruments: number): OrderTally {
  return {
    sent: 0,
    filled: 0,
    cancelled: 0,
    rejected: 0,
    expired: 0,
    selfTradesPrevented: 0,
    value: 0,
    makerValue: 0,
    eventsOf: new Float64Array(instruments),
    fillsOf: new Float64Array(instruments),
    ends: [],
  };
}

/** Counts fills; returns a 1 for each order that has any, by id. */
function tallyFills(
  { fills, instruments }: Recording,
  accounts: readonly Account[],
  tallies: readonly OrderTally[],
): Uint8Array {
  // What 1 of each instrument's settle currency is worth; asked for only where there are fills.
  const rates = new Float64Array(accounts.length * instruments.length).fill(Number.NaN);
  let highestId = 0;
  for (let row = 0; row < fills.localNs.length; row++) highestId = Math.max(highestId, fills.orderId.at(row));
  const hasFilled = new Uint8Array(highestId + 1);
  for (let row = 0; row < fills.localNs.length; row++) {
    const strategy = fills.strategy.at(row);
    const tally = tallies[strategy]!;
    const instrument = fills.instrument.at(row);
    const pair = strategy * instruments.length + instrument;
    if (Number.isNaN(rates[pair]!)) rates[pair] = accounts[strategy]!.converted(instrument, 1);
    const notional = instruments[instrument]!.notional(fills.priceTicks.at(row), fills.qtyLots.at(row));
    const value = Math.abs(notional) * rates[pair]!;
    tally.fillsOf[instrument]! += 1;
    tally.value += value;
    if (fills.maker.at(row) === 1) tally.makerValue += value;
    const id = fills.orderId.at(row);
    if (hasFilled[id] === 0) tally.filled++;
    hasFilled[id] = 1;
  }
  return hasFilled;
}
