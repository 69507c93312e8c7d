/**
 * Closed round trips of one strategy told apart by side, hour and instrument, as plain figures that JSON can hold. Knows nothing of
 * how trips are found. Called by the summary; shown by the report.
 */
import { Side } from '../../core/market.js';
import type { Measurements } from './measurements.js';
import { type TripGroup, type TripSums, tripsBy } from './trip-figures.js';

/** What the trips of one group come to; money in the account's currency at its last rates, `null` = no such number. */
export interface TripGroupFigures {
  /** `long` or `short`; the hour as `00` … `23`; the symbol. */
  readonly name: string;
  readonly trips: number;
  /** Sum of the trips' profits, after fees and flows. */
  readonly profit: number;
  /** Trips with a profit above 0 ÷ trips, 0 … 1. */
  readonly winRate: number | null;
  /** Mean gain of a win ÷ mean loss of a loss. */
  readonly payoff: number | null;
  /** All gains ÷ all losses. */
  readonly profitFactor: number | null;
  /** Mean profit of a trip. */
  readonly expectancy: number | null;
  /** Mean of −(lowest profit on the way), and of the highest. */
  readonly meanAdverse: number | null;
  readonly meanFavourable: number | null;
  /** Mean time from opening to closing, ns. */
  readonly meanHoldingNs: number | null;
}

/** Every trip is once in each list; groups without trips are left out. */
export interface TripGroups {
  /** All of them, by the strategy's name. */
  readonly strategy: TripGroupFigures;
  /** By the side that opened. */
  readonly side: readonly TripGroupFigures[];
  /** By the hour of the day in UTC in which they were opened, rising. */
  readonly hour: readonly TripGroupFigures[];
  /** In the order of the run's instruments. */
  readonly instrument: readonly TripGroupFigures[];
}

export function tripGroupsOf({ trips, recording, strategy }: Measurements): TripGroups {
  const { originNs, instruments, strategies } = recording;
  const by = (group: TripGroup, nameOf: (key: number) => string) =>
    Array.from(tripsBy(trips, group, originNs), ([key, sums]) => tripGroupFigures(nameOf(key), sums));
  return {
    strategy: tripGroupFigures(strategies[strategy]!, trips.sums),
    side: by('side', (side) => (side === Side.buy ? 'long' : 'short')),
    hour: by('hour', (hour) => String(hour).padStart(2, '0')),
    instrument: by('instrument', (instrument) => instruments[instrument]!.symbol),
  };
}

function tripGroupFigures(name: string, sums: TripSums): TripGroupFigures {
  const mean = ({ mean }: { mean: number }) => (sums.count === 0 ? null : finite(mean));
  return {
    ...{ name, trips: sums.count, profit: sums.gained - sums.lost },
    winRate: finite(sums.winRate),
    payoff: finite(sums.payoff),
    profitFactor: finite(sums.profitFactor),
    expectancy: mean(sums.profit),
    meanAdverse: mean(sums.adverse),
    meanFavourable: mean(sums.favourable),
    meanHoldingNs: mean(sums.holdingNs),
  };
}

/** No −0, which files do not keep. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value + 0 : null;
}
