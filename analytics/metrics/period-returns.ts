/**
 * A strategy's profit and return by trade, minute, hour, day or session. Knows nothing of what is made of them.
 * Called by the report and by users.
 */
import type { Nanos } from '../../core/time.js';
import type { Measurements } from './measurements.js';
import { PERIOD_RULES, periodEnds, type ReturnPeriod, valuesUpTo } from './returns.js';

export interface PeriodOptions {
  /** Ends of sessions as ns since the run's origin, rising, for the period `session`; default: those of the options' `sessions`. */
  readonly sessionEndsNs?: ArrayLike<Nanos>;
}

/** `endNs` ns since the run's origin; `returns` are `NaN` without capital. */
export interface PeriodReturns {
  readonly endNs: Float64Array;
  /** Money in the account's currency. */
  readonly profits: Float64Array;
  /** Fraction of equity as it was before. */
  readonly returns: Float64Array;
}

/**
 * `trade`: each closed round trip, upon capital and the profit of those before; its profit alone, at the last rates. `minute`, `hour`,
 * `day`: of the clock in UTC (days begin at the options' `dayStartNs`), from sampled equity; periods without a sample are left out, and
 * the last one ends with the run. `session`: from one given end to the next, likewise, the first from the start of the run. Throws
 * `RangeError` where sessions are asked for and none are known.
 */
export function returnsBy(
  measurements: Measurements,
  period: ReturnPeriod,
  { sessionEndsNs = measurements.all.options.sessions?.endNs }: PeriodOptions = {},
): PeriodReturns {
  if (period === 'trade') return byTrade(measurements);
  const { profit, capital, recording, all } = measurements;
  let ends = profit;
  if (period === 'session') {
    if (sessionEndsNs === undefined) throw new RangeError('returns by session: no ends of sessions were given');
    ends = valuesUpTo(profit, sessionEndsNs);
  } else {
    const { lengthNs } = PERIOD_RULES[period];
    ends = periodEnds(profit, recording.originNs, { lengthNs, dayStartNs: all.options.dayStartNs ?? 0 });
  }
  const profits = new Float64Array(Math.max(0, ends.value.length - 1));
  const returns = new Float64Array(profits.length);
  for (let i = 0; i < profits.length; i++) {
    profits[i] = ends.value[i + 1]! - ends.value[i]!;
    returns[i] = profits[i]! / (capital + ends.value[i]!);
  }
  return { endNs: ends.timeNs.slice(1), profits, returns };
}

function byTrade({ trips: { table }, capital }: Measurements): PeriodReturns {
  const profits = table.profit.slice();
  let equity = capital;
  const returns = profits.map((value) => {
    const before = equity;
    equity += value;
    return value / before;
  });
  return { endNs: table.closeNs.slice(), profits, returns };
}
