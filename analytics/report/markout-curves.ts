/**
 * Where the market stood before and after a strategy's fills, on the average: the markout curves, of resting orders and of
 * those that took. Knows nothing of charts. Called by the report.
 */
import { Side } from '../../core/market.js';
import { formatDuration } from '../../core/time.js';
import { MARKOUT_COLUMNS, MARKOUT_HORIZONS_NS } from '../markouts.js';
import { Moments } from '../metrics/moments.js';
import type { Recording } from '../recording.js';
import type { StrategySummary } from '../summary.js';

export interface MarkoutPoint {
  /** After the fill; 0 = at the moment of the fill. */
  readonly horizonNs: number;
  readonly fills: number;
  /** Basis points of the price; > 0 = the market stands better than the price paid. */
  readonly mean: number;
  /** Standard error of the mean, as if fills were independent. */
  readonly error: number;
}

export interface MarkoutCurve {
  readonly name: 'maker' | 'taker';
  readonly points: readonly MarkoutPoint[];
}

/**
 * For each fill and horizon h: s × (mid(h) − price) ÷ |price| × 10⁴, s = 1 for buys, −1 for sells, the mid that of the venue's
 * book; every fill counts the same. Fills without a mid at the time (the run was over, nobody looked) are left out.
 * By strategy; curves without a point are left out.
 */
export function markoutCurves({ fills, strategies }: Recording): MarkoutCurve[][] {
  const horizons = [0, ...MARKOUT_HORIZONS_NS];
  const columns = MARKOUT_COLUMNS.map((name) => fills[name]);
  const moments = strategies.map(() => [0, 1].map(() => horizons.map(() => new Moments())));
  for (let row = 0; row < fills.localNs.length; row++) {
    const price = fills.priceTicks.at(row);
    if (price === 0) continue;
    const sign = (fills.side.at(row) === Side.buy ? 1e4 : -1e4) / Math.abs(price);
    const of = moments[fills.strategy.at(row)]![fills.maker.at(row)]!;
    const mid = (fills.venueBidTicks.at(row) + fills.venueAskTicks.at(row)) / 2;
    if (!Number.isNaN(mid)) of[0]!.add(sign * (mid - price));
    for (let h = 0; h < columns.length; h++) {
      const later = columns[h]!.at(row);
      if (!Number.isNaN(later)) of[h + 1]!.add(sign * (later - price));
    }
  }
  const names = ['taker', 'maker'] as const;
  return moments.map((of) =>
    [1, 0]
      .map((maker) => ({
        name: names[maker]!,
        points: of[maker]!.map((each, h) => ({
          horizonNs: horizons[h]!,
          fills: each.count,
          mean: each.mean,
          error: each.deviation / Math.sqrt(each.count),
        })).filter((point) => point.fills > 0),
      }))
      .filter(({ points }) => points.length > 0),
  );
}

/**
 * The metrics `markout1ms` … `markout60s` as a curve: of all fills together, each counting by its value, where
 * {@link markoutCurves} counts each fill the same. Horizons without a figure are left out.
 */
export function markoutFigures({ metrics }: StrategySummary): Pick<MarkoutPoint, 'horizonNs' | 'mean'>[] {
  return MARKOUT_HORIZONS_NS.flatMap((horizonNs) => {
    const mean = metrics[`markout${formatDuration(horizonNs)}`];
    return mean == null ? [] : [{ horizonNs, mean }];
  });
}
