/**
 * What deciding on paper would have earned more than trading did: slippage against the mid when orders were sent and when they
 * arrived, and the implementation shortfall. Knows nothing of how orders fill. Called by the measurements.
 *
 * With s the sign of an order's side (+1 buys), q what filled at prices p, u what did not, m the local mid when it was sent, a the
 * venue's mid when it arrived, e the local mid when it ended (for orders that have not: at the last sample):
 *   slippage to decision = Σ s q (p − m)      to arrival = Σ s q (p − a)      opportunity = Σ s u (e − m)
 *   implementation shortfall = slippage to decision + fees of the fills + opportunity.
 * > 0 = cost. Orders without m are left out, and those that never stood in the market (refused, or expired on arrival); of the
 * opportunity also those without e.
 * Source: A. Perold, "The Implementation Shortfall: Paper versus Reality", Journal of Portfolio Management 14 (1988), 4–9.
 */
import { Side } from '../../core/market.js';
import type { MeasuredStrategy } from './measured-strategy.js';
import { Moments } from './moments.js';

/** Money in the account's currency at its last rates. */
export interface Shortfall {
  /** Orders that count. */
  readonly orders: number;
  /** Σ |value| at the decision mid of all that was ordered, and of what filled. */
  readonly orderedValue: number;
  readonly filledValue: number;
  readonly decisionSlippage: number;
  /** Over fills of orders with an arrival mid, and their value at it. */
  readonly arrivalSlippage: number;
  readonly arrivalValue: number;
  readonly fees: number;
  readonly opportunity: number;
  /** Slippage to arrival of fills that took, ≥ 0 in most markets: what a larger order would pay more of. */
  readonly takerSlippage: number;
  /** How much of an order filled, by its size in lots: shares of orders whose size is in [2^k, 2^(k+1)). */
  readonly fillShareBySize: ReadonlyMap<number, Moments>;
}

export function shortfallOf({ paths, recording, strategy, account }: MeasuredStrategy): Shortfall {
  const { instruments, fills } = recording;
  const rates = instruments.map(() => Number.NaN);
  const rateOf = (index: number) => {
    if (Number.isNaN(rates[index]!)) rates[index] = account.converted(index, 1);
    return rates[index]!;
  };
  const sums = { orders: 0, orderedValue: 0, filledValue: 0, opportunity: 0 };
  const costs = { decisionSlippage: 0, arrivalSlippage: 0, arrivalValue: 0, fees: 0, takerSlippage: 0 };
  const fillShareBySize = new Map<number, Moments>();
  const counts = (id: number) => paths.arrivalNs[id]! >= 0 || paths.filledLots[id]! > 0 || paths.cancelled[id] === 1;
  const lastMids = lastMidsOf(recording, strategy);
  for (let id = 1; id < paths.strategy.length; id++) {
    if (paths.strategy[id] !== strategy || !counts(id) || Number.isNaN(paths.decisionTicks[id]!)) continue;
    const index = paths.instrument[id]!;
    const instrument = instruments[index]!;
    const decision = paths.decisionTicks[id]!;
    const lots = paths.lots[id]!;
    const left = Math.max(0, lots - paths.filledLots[id]!);
    const signed = paths.side[id] === Side.buy ? left : -left;
    const end = Number.isNaN(paths.endNs[id]!) ? lastMids[index]! : paths.endTicks[id]!;
    const rate = rateOf(index);
    sums.orders++;
    sums.orderedValue += Math.abs(instrument.notional(decision, lots)) * rate;
    sums.filledValue += Math.abs(instrument.notional(decision, paths.filledLots[id]!)) * rate;
    if (left > 0 && !Number.isNaN(end)) sums.opportunity += instrument.profit(signed, decision, end) * rate;
    const size = 2 ** Math.floor(Math.log2(lots));
    if (!fillShareBySize.has(size)) fillShareBySize.set(size, new Moments());
    fillShareBySize.get(size)!.add(Math.min(1, paths.filledLots[id]! / lots));
  }
  for (let row = 0; row < fills.localNs.length; row++) {
    const id = fills.orderId.at(row);
    if (fills.strategy.at(row) !== strategy || !(paths.filledLots[id]! > 0)) continue;
    const index = fills.instrument.at(row);
    const instrument = instruments[index]!;
    const rate = rateOf(index);
    const lots = fills.qtyLots.at(row);
    const signed = fills.side.at(row) === Side.buy ? lots : -lots;
    const price = fills.priceTicks.at(row);
    if (!Number.isNaN(paths.decisionTicks[id]!)) {
      costs.decisionSlippage += instrument.profit(signed, paths.decisionTicks[id]!, price) * rate;
      costs.fees += fills.fee.at(row) * rate;
    }
    const arrival = paths.arrivalTicks[id]!;
    if (Number.isNaN(arrival)) continue;
    const slippage = instrument.profit(signed, arrival, price) * rate;
    costs.arrivalSlippage += slippage;
    costs.arrivalValue += Math.abs(instrument.notional(arrival, lots)) * rate;
    if (fills.maker.at(row) === 0) costs.takerSlippage += slippage;
  }
  return { ...sums, ...costs, fillShareBySize: new Map([...fillShareBySize].sort(([a], [b]) => a - b)) };
}

/** Local mids by instrument at the last sample that has one. */
function lastMidsOf({ positions, instruments }: MeasuredStrategy['recording'], strategy: number): Float64Array {
  const mids = new Float64Array(instruments.length).fill(Number.NaN);
  for (let row = 0; row < positions.localNs.length; row++) {
    if (positions.strategy.at(row) !== strategy) continue;
    const mid = (positions.bidTicks.at(row) + positions.askTicks.at(row)) / 2;
    if (!Number.isNaN(mid)) mids[positions.instrument.at(row)] = mid;
  }
  return mids;
}
