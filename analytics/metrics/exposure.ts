/**
 * What a strategy held, from the samples of positions: gross and net value, its share of equity, and how positions were spread.
 * Knows nothing of trades. Called by the measurements.
 *
 * Values are at local mids, in the account's currency at its last rates. Samples are equally far apart, so that their mean is one over
 * time; what happens between two of them is not seen. A sample with an open position and no mid is left out.
 */

import type { MeasuredStrategy } from './measured-strategy.js';
import { Moments } from './moments.js';
import { quantile } from './tail-risk.js';

export interface Exposure {
  /** Σ |position × mid| over instruments, at the samples. */
  readonly gross: Moments;
  readonly maxGross: number;
  /** Σ position × mid. */
  readonly net: Moments;
  /** Largest gross ÷ equity of the same sample; `NaN` without capital. */
  readonly maxLeverage: number;
  readonly meanLeverage: number;
  /** Share of samples without any position. */
  readonly flatShare: number;
}

export function exposureOf({ recording, strategy, account, equity, capital }: MeasuredStrategy): Exposure {
  const { positions, instruments } = recording;
  const rates = instruments.map(() => Number.NaN);
  const gross = new Moments();
  const net = new Moments();
  const leverage = new Moments();
  let [maxGross, maxLeverage, flat, samples, sample] = [0, Number.NaN, 0, 0, 0];
  let [sumGross, sumNet] = [0, 0];
  let nowNs = Number.NaN;
  const close = () => {
    if (Number.isNaN(nowNs)) return;
    while (sample < equity.timeNs.length && equity.timeNs[sample]! < nowNs) sample++;
    if (Number.isNaN(sumGross)) return;
    samples++;
    gross.add(sumGross);
    net.add(sumNet);
    if (sumGross === 0) flat++;
    maxGross = Math.max(maxGross, sumGross);
    if (Number.isNaN(capital) || equity.timeNs[sample] !== nowNs) return;
    const share = sumGross / equity.value[sample]!;
    leverage.add(share);
    maxLeverage = Number.isNaN(maxLeverage) ? share : Math.max(maxLeverage, share);
  };
  for (let row = 0; row < positions.localNs.length; row++) {
    if (positions.strategy.at(row) !== strategy) continue;
    if (positions.localNs.at(row) !== nowNs) {
      close();
      nowNs = positions.localNs.at(row);
      [sumGross, sumNet] = [0, 0];
    }
    const lots = positions.positionLots.at(row);
    if (lots === 0) continue;
    const index = positions.instrument.at(row);
    if (Number.isNaN(rates[index]!)) rates[index] = account.converted(index, 1);
    const mid = (positions.bidTicks.at(row) + positions.askTicks.at(row)) / 2;
    const value = Number.isNaN(mid) ? mid : instruments[index]!.notional(mid, lots) * rates[index]!;
    sumGross += Math.abs(value);
    sumNet += value;
  }
  close();
  return {
    gross,
    maxGross,
    net,
    maxLeverage,
    meanLeverage: leverage.count === 0 ? Number.NaN : leverage.mean,
    flatShare: flat / samples,
  };
}

/** Quantiles of a strategy's sampled positions in one instrument, lots, negative when short; `NaN` where it has no samples. */
export function inventoryQuantiles(
  { recording: { positions }, strategy }: MeasuredStrategy,
  instrument: number,
  at: readonly number[],
): number[] {
  const lots: number[] = [];
  for (let row = 0; row < positions.localNs.length; row++) {
    if (positions.strategy.at(row) === strategy && positions.instrument.at(row) === instrument) {
      lots.push(positions.positionLots.at(row));
    }
  }
  return at.map((share) => quantile(lots, share));
}

/**
 * How many times its size a strategy could trade before what larger orders cost eats its profit: ((P + I) / I)², where P is its
 * profit and I what its takers paid against the mid when they arrived (slippage). Assumes that slippage per unit grows with
 * the square root of size, so that profit at k times the size is k (P + I − I √k); that fills of resting orders grow along, which in a
 * queue they do not; and that size changes nothing else. An order of magnitude, and an upper bound for who rests orders. `NaN`
 * where there is no profit, or no slippage to judge by.
 * Source of the square root: R. Almgren et al., "Direct Estimation of Equity Market Impact", Risk 18 (2005), 58–62; B. Tóth et al.,
 * "Anomalous Price Impact and the Critical Nature of Liquidity in Financial Markets", Physical Review X 1 (2011), 021006.
 */
export function capacityMultiple(profit: number, takerSlippage: number): number {
  return profit > 0 && takerSlippage > 0 ? ((profit + takerSlippage) / takerSlippage) ** 2 : Number.NaN;
}
