/**
 * Closed round trips of one strategy as columns, and what they come to; also by side, hour and instrument.
 * Knows nothing of how trips are found. Called by the measurements, the metrics and the report.
 */
import type { Account } from '../../core/account.js';
import { HOUR } from '../../core/time.js';
import { emptyTable } from '../column.js';
import type { RoundTrip } from '../round-trips.js';
import { Moments } from './moments.js';

/** Money in the account's currency at its last rates; times in ns since the origin. */
const TRIP_CELLS = {
  instrument: Int32Array,
  side: Uint8Array,
  openNs: Float64Array,
  closeNs: Float64Array,
  maxLots: Float64Array,
  profit: Float64Array,
  fees: Float64Array,
  /** Lowest and highest profit on the way; see `RoundTrip`. */
  worst: Float64Array,
  best: Float64Array,
} as const;

/** Sums over some trips; streaming. */
export class TripSums {
  count = 0;
  /** With a profit above 0, and below. */
  wins = 0;
  losses = 0;
  /** Σ of profits above 0, and of losses as a number ≥ 0. */
  gained = 0;
  lost = 0;
  longestWins = 0;
  longestLosses = 0;
  readonly profit = new Moments();
  readonly holdingNs = new Moments();
  readonly adverse = new Moments();
  readonly favourable = new Moments();
  #winsInARow = 0;
  #lossesInARow = 0;

  add(profit: number, holdingNs: number, worst: number, best: number): void {
    this.count++;
    this.profit.add(profit);
    this.holdingNs.add(holdingNs);
    this.adverse.add(-worst);
    this.favourable.add(best);
    this.#winsInARow = profit > 0 ? this.#winsInARow + 1 : 0;
    this.#lossesInARow = profit < 0 ? this.#lossesInARow + 1 : 0;
    this.longestWins = Math.max(this.longestWins, this.#winsInARow);
    this.longestLosses = Math.max(this.longestLosses, this.#lossesInARow);
    if (profit > 0) {
      this.wins++;
      this.gained += profit;
    } else if (profit < 0) {
      this.losses++;
      this.lost -= profit;
    }
  }

  /** Wins ÷ trips. */
  get winRate(): number {
    return this.wins / this.count;
  }

  /** Mean gain of a win ÷ mean loss of a loss. */
  get payoff(): number {
    return this.gained / this.wins / (this.lost / this.losses);
  }

  /** All gains ÷ all losses. */
  get profitFactor(): number {
    return this.gained / this.lost;
  }
}

export interface TripFigures {
  /** One row a trip, in order of closing. */
  readonly table: ReturnType<typeof emptyTable<keyof typeof TRIP_CELLS>>;
  readonly sums: TripSums;
}

/** Collects trips of one strategy. */
export class TripTally {
  readonly figures: TripFigures = { table: emptyTable(TRIP_CELLS), sums: new TripSums() };
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  add(trip: Readonly<RoundTrip>): void {
    const { table, sums } = this.figures;
    const { instrument } = trip;
    const rate = this.#account.converted(instrument, 1);
    table.instrument.push(instrument);
    table.side.push(trip.side);
    table.openNs.push(trip.openNs);
    table.closeNs.push(trip.closeNs);
    table.maxLots.push(trip.maxLots);
    table.profit.push(trip.profit * rate);
    table.fees.push(trip.fees * rate);
    table.worst.push(trip.worst * rate);
    table.best.push(trip.best * rate);
    sums.add(trip.profit * rate, trip.closeNs - trip.openNs, trip.worst * rate, trip.best * rate);
  }
}

/** What trips may be told apart by. `hour`: of the day in UTC in which they were opened, 0 … 23. */
export type TripGroup = 'side' | 'hour' | 'instrument';

/** Sums by group: key = `Side`, hour, or index of the instrument, in rising order. */
export function tripsBy({ table }: TripFigures, group: TripGroup, originNs: bigint): Map<number, TripSums> {
  const groups = new Map<number, TripSums>();
  const startNs = Number(originNs % BigInt(24 * HOUR));
  for (let row = 0; row < table.profit.length; row++) {
    const openNs = table.openNs.at(row);
    const key = group === 'hour' ? Math.floor((startNs + openNs) / HOUR) % 24 : table[group].at(row);
    if (!groups.has(key)) groups.set(key, new TripSums());
    groups.get(key)!.add(table.profit.at(row), table.closeNs.at(row) - openNs, table.worst.at(row), table.best.at(row));
  }
  return new Map([...groups].sort(([a], [b]) => a - b));
}
