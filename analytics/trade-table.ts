/**
 * Closed round trips as a table of columns. Knows nothing of files or of how trips are found. Called by the run folder.
 */
import { emptyTable, type Table } from './column.js';
import type { Recording } from './recording.js';
import { walkRoundTrips } from './round-trips.js';

/** One row a closed round trip, in order of closing; everything as in {@link RoundTrip}, money in the settle currency. */
const TRADE_CELLS = {
  strategy: Int32Array,
  instrument: Int32Array,
  side: Uint8Array,
  openNs: Float64Array,
  closeNs: Float64Array,
  openExchangeNs: Float64Array,
  closeExchangeNs: Float64Array,
  openFill: Float64Array,
  closeFill: Float64Array,
  closedBy: Int32Array,
  trades: Float64Array,
  maxLots: Float64Array,
  entryLots: Float64Array,
  entryTicks: Float64Array,
  exitTicks: Float64Array,
  gross: Float64Array,
  fees: Float64Array,
  flows: Float64Array,
  profit: Float64Array,
  worst: Float64Array,
  best: Float64Array,
} as const;

type TradeColumn = keyof typeof TRADE_CELLS;
export type TradeTable = Table<TradeColumn>;

/** The closed round trips of all strategies. `recording` needs fills, account events and positions. */
export function tradeTable(recording: Recording): TradeTable {
  const table = emptyTable(TRADE_CELLS);
  const names = Object.keys(TRADE_CELLS) as TradeColumn[];
  walkRoundTrips(recording, (trip) => {
    for (const name of names) table[name].push(trip[name]);
  });
  return table;
}
