/**
 * Round trips: from flat, through a position, back to flat. Knows nothing of runs or files. Called by the summary.
 */
import { Side } from '../core/market.js';
import type { Recording } from './recording.js';

/** Closed round trips of one strategy. */
export interface RoundTrips {
  /** Closed ones; a position still open at the end is none. */
  count: number;
  /** Closed with a profit above 0 after fees. */
  wins: number;
}

/**
 * Closed round trips of each strategy, over all its instruments. A round trip begins when a position leaves 0 and ends
 * when it is 0 again or changes sign; a fill that turns a position round belongs to both trips, its fee in proportion
 * to quantity. Profit = money in − money out − fees, summed in ticks × lots
 * (of inverse contracts, whose price works as −1 / price, in lots / ticks), in the instrument's settle currency.
 */
export function roundTripsOf({ fills, instruments, strategies }: Recording): RoundTrips[] {
  const trips = strategies.map(() => ({ count: 0, wins: 0 }));
  const pairs = strategies.length * instruments.length;
  const position = new Float64Array(pairs);
  const cashTickLots = new Float64Array(pairs);
  const fees = new Float64Array(pairs);
  for (let row = 0; row < fills.localNs.length; row++) {
    const instrument = fills.instrument.at(row);
    const strategy = fills.strategy.at(row);
    const pair = strategy * instruments.length + instrument;
    const at = instruments[instrument]!;
    const price = at.inverse ? -1 / fills.priceTicks.at(row) : fills.priceTicks.at(row);
    const qty = fills.qtyLots.at(row);
    const signed = fills.side.at(row) === Side.buy ? qty : -qty;
    const before = position[pair]!;
    const after = before + signed;
    position[pair] = after;
    if (before === 0 || (after !== 0 && after > 0 === before > 0)) {
      cashTickLots[pair]! -= price * signed;
      fees[pair]! += fills.fee.at(row);
      continue;
    }
    // The fill closes the trip with `before`; whatever is left opens the next one.
    const closingFee = (fills.fee.at(row) * Math.abs(before)) / qty;
    const earned = cashTickLots[pair]! + price * before;
    const profit = (at.inverse ? at.inverseValue(earned) : at.value(earned)) - (fees[pair]! + closingFee);
    trips[strategy]!.count++;
    if (profit > 0) trips[strategy]!.wins++;
    cashTickLots[pair] = -price * after;
    fees[pair] = fills.fee.at(row) - closingFee;
  }
  return trips;
}
