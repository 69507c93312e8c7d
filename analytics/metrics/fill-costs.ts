/**
 * What fills cost or earned against the market at the venue: when they happened, and a while after.
 * Knows nothing of orders. Called by the measurements.
 */
import { Side } from '../../core/market.js';
import { Column } from '../column.js';
import { MARKOUT_COLUMNS, MARKOUT_HORIZONS_NS } from '../markouts.js';
import type { MeasuredStrategy } from './measured-strategy.js';

/**
 * Sums over a strategy's fills, money in the account's currency at its last rates; > 0 = earned. Per fill, with s = +1 for buys
 * and −1 for sells, q its quantity, p its price, m the venue's mid when it happened and mₕ a time h later, money is
 * s × q × (to − from) × multiplier (of inverse contracts s × q × multiplier × (1 / from − 1 / to)).
 */
export interface FillCosts {
  readonly fills: number;
  readonly makerFills: number;
  /** Σ |value| at m, and s q (m − p), over fills with a mid at the venue. */
  readonly value: number;
  readonly capture: number;
  /** The same over fills that rested, and those that took. */
  readonly makerCapture: number;
  readonly takerCapture: number;
  /** Of fills that took: the way from mid to touch (best price of the other side), ≥ 0 = cost; and from the touch to the price. */
  readonly takerSpread: number;
  readonly takerImpact: number;
  /** By horizon, over fills with a mid at both times: Σ |value| at m, s q (mₕ − p), s q (mₕ − m). */
  readonly markouts: readonly MarkoutSum[];
  /** Lots that were ahead in line when fills of resting orders happened, one a fill that has them. */
  readonly aheadLots: Float64Array;
}

export interface MarkoutSum {
  readonly horizonNs: number;
  readonly fills: number;
  readonly value: number;
  readonly fromPrice: number;
  readonly fromMid: number;
}

export function fillCostsOf({ recording, strategy, account }: MeasuredStrategy): FillCosts {
  const { fills, instruments } = recording;
  const rates = instruments.map(() => Number.NaN);
  const sums = { fills: 0, makerFills: 0, value: 0, makerCapture: 0, takerCapture: 0, takerSpread: 0, takerImpact: 0 };
  const markouts = MARKOUT_HORIZONS_NS.map((horizonNs) => ({
    horizonNs,
    fills: 0,
    value: 0,
    fromPrice: 0,
    fromMid: 0,
  }));
  const ahead = new Column(Float64Array);
  for (let row = 0; row < fills.localNs.length; row++) {
    if (fills.strategy.at(row) !== strategy) continue;
    const maker = fills.maker.at(row) === 1;
    sums.fills++;
    if (maker) sums.makerFills++;
    const aheadLots = fills.aheadLots.at(row);
    if (!Number.isNaN(aheadLots)) ahead.push(aheadLots);
    const [bid, ask] = [fills.venueBidTicks.at(row), fills.venueAskTicks.at(row)];
    const mid = (bid + ask) / 2;
    if (Number.isNaN(mid)) continue;
    const index = fills.instrument.at(row);
    if (Number.isNaN(rates[index]!)) rates[index] = account.converted(index, 1);
    const rate = rates[index]!;
    const instrument = instruments[index]!;
    const price = fills.priceTicks.at(row);
    const lots = fills.qtyLots.at(row);
    const buys = fills.side.at(row) === Side.buy;
    const signed = buys ? lots : -lots;
    const value = Math.abs(instrument.notional(mid, lots)) * rate;
    const capture = instrument.profit(signed, price, mid) * rate;
    sums.value += value;
    if (maker) sums.makerCapture += capture;
    else {
      const touch = buys ? ask : bid;
      sums.takerCapture += capture;
      sums.takerSpread -= instrument.profit(signed, touch, mid) * rate;
      sums.takerImpact -= instrument.profit(signed, price, touch) * rate;
    }
    for (const [horizon, sum] of markouts.entries()) {
      const later = fills[MARKOUT_COLUMNS[horizon]!].at(row);
      if (Number.isNaN(later)) continue;
      sum.fills++;
      sum.value += value;
      sum.fromPrice += instrument.profit(signed, price, later) * rate;
      sum.fromMid += instrument.profit(signed, mid, later) * rate;
    }
  }
  const capture = sums.makerCapture + sums.takerCapture;
  return { ...sums, capture, markouts, aheadLots: ahead.slice() };
}
