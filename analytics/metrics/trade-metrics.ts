/**
 * Metrics of closed round trips. Knows nothing of how trips are found. Called by the list of built-in metrics.
 */
import type { Metric, MetricUnit } from './metric.js';
import { quantile } from './tail-risk.js';
import type { TripSums } from './trip-figures.js';

const TRIPS =
  'Round trips first in, first out, closed ones only; profit after fees and flows, in the account’s currency at its last rates.';
const EXCURSIONS = `${TRIPS} Looked at at the samples and at the trip’s own trades, by local mids: excursions between them are not seen.`;

function ofTrips(
  name: string,
  label: string,
  unit: MetricUnit,
  formula: string,
  of: (sums: TripSums) => number,
  assumptions = TRIPS,
  source = 'usual',
): Metric {
  return { name, label, group: 'trades', unit, formula, assumptions, source, compute: (m) => of(m.trips.sums) };
}

export const TRADE_METRICS: readonly Metric[] = [
  ofTrips('trips', 'round trips', 'count', 'number of closed round trips', ({ count }) => count),
  ofTrips('tripWinRate', 'win rate', 'fraction', 'trips with profit > 0 ÷ trips', ({ winRate }) => winRate),
  ofTrips('payoff', 'payoff', 'ratio', 'mean gain of wins ÷ mean loss of losses', ({ payoff }) => payoff),
  ofTrips('profitFactor', 'profit factor', 'ratio', 'Σ gains ÷ Σ losses', ({ profitFactor }) => profitFactor),
  ofTrips('expectancy', 'expectancy', 'money', 'mean profit of a trip', (sums) => mean(sums, sums.profit.mean)),
  ofTrips('tripDeviation', 'deviation of trips', 'money', 'sd of the profit of trips', (s) => s.profit.deviation),
  ofTrips('meanHolding', 'mean holding time', 'ns', 'mean(closed − opened)', (s) => mean(s, s.holdingNs.mean)),
  {
    ...{ name: 'medianHolding', label: 'median holding time', group: 'trades', unit: 'ns' },
    ...{ formula: 'median(closed − opened)', assumptions: TRIPS, source: 'usual' },
    compute: ({ trips: { table } }) => {
      const opened = table.openNs.slice();
      return quantile(
        table.closeNs.slice().map((closed, row) => closed - opened[row]!),
        0.5,
      );
    },
  },
  ofTrips(
    'meanAdverse',
    'mean adverse excursion',
    'money',
    'mean of −(lowest profit on the way)',
    (s) => mean(s, s.adverse.mean),
    EXCURSIONS,
    'J. Sweeney 1996',
  ),
  ofTrips(
    'meanFavourable',
    'mean favourable excursion',
    'money',
    'mean of the highest profit on the way',
    (s) => mean(s, s.favourable.mean),
    EXCURSIONS,
    'J. Sweeney 1996',
  ),
  ofTrips('longestWins', 'most wins in a row', 'count', 'longest run of trips with profit > 0', (s) => s.longestWins),
  ofTrips(
    'longestLosses',
    'most losses in a row',
    'count',
    'longest run of trips with profit < 0',
    (s) => s.longestLosses,
  ),
];

/** The mean of nothing is no number. */
function mean({ count }: TripSums, value: number): number {
  return count === 0 ? Number.NaN : value;
}
