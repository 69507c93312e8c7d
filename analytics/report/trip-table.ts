/**
 * The round trips that the page lists: all of them, or the telling ones of many. Knows nothing of the page.
 * Called by the report.
 */
import { Side } from '../../core/market.js';
import type { Recording } from '../recording.js';
import { type RoundTrip, walkRoundTrips } from '../round-trips.js';
import type { Span } from './curves.js';
import { packed, packedBy, packedTimes } from './packing.js';
import type { TripsData } from './page-data.js';

/** Trips on the page at most. */
const MOST = 4000;

export interface TripTable {
  readonly data: TripsData;
  readonly shown: number;
  readonly all: number;
}

/**
 * Of more than 4,000 trips: of each strategy its 250 largest gains and 250 largest losses at least, and the rest evenly over
 * the run. In order of closing.
 */
export function tripTable(recording: Recording, span: Span): TripTable {
  const trips: RoundTrip[] = [];
  walkRoundTrips(recording, (trip) => trips.push({ ...trip }));
  const kept = trips.length <= MOST ? trips : tellingOf(trips, recording.strategies.length);
  const column = (of: (trip: RoundTrip) => number) => Float64Array.from(kept, of);
  const { instruments } = recording;
  const data: TripsData = {
    strategy: packedBy(
      column(({ strategy }) => strategy),
      1,
    ),
    instrument: packedBy(
      column(({ instrument }) => instrument),
      1,
    ),
    long: packedBy(
      column(({ side }) => (side === Side.buy ? 1 : 0)),
      1,
    ),
    open: packedTimes(
      column(({ openNs }) => openNs),
      span,
    ),
    close: packedTimes(
      column(({ closeNs }) => closeNs),
      span,
    ),
    qty: packed(column(({ instrument, maxLots }) => instruments[instrument]!.qty(maxLots))),
    profit: packed(column(({ profit }) => profit)),
    fees: packed(column(({ fees }) => fees)),
    worst: packed(column(({ worst }) => worst)),
    best: packed(column(({ best }) => best)),
  };
  return { data, shown: kept.length, all: trips.length };
}

function tellingOf(trips: readonly RoundTrip[], strategies: number): RoundTrip[] {
  const extremes = Math.max(1, Math.min(250, Math.floor(MOST / 4 / strategies)));
  const kept = new Set<RoundTrip>();
  for (let strategy = 0; strategy < strategies; strategy++) {
    const own = trips.filter((trip) => trip.strategy === strategy).sort((a, b) => a.profit - b.profit);
    for (const trip of [...own.slice(0, extremes), ...own.slice(-extremes)]) kept.add(trip);
  }
  const step = trips.length / (MOST - kept.size);
  for (let at = 0; at < trips.length; at += step) kept.add(trips[Math.floor(at)]!);
  return trips.filter((trip) => kept.has(trip));
}
