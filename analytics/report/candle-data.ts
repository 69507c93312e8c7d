/**
 * The candles that the page draws, by instrument. Knows nothing of charts. Called by the report.
 */
import type { Instrument } from '../../core/instrument.js';
import { type Candle, candlesOf, MOST_CANDLES, mergeCandles } from '../candles.js';
import type { Recording } from '../recording.js';
import type { Span } from './curves.js';
import { packedBy, packedTimes } from './packing.js';
import type { CandlesData, PairData } from './page-data.js';

/** Of all instruments together, so that many instruments do not make a large page; of each at least so many. */
const ALL_CANDLES = 12_000;
const LEAST_CANDLES = 100;

/** Of the instruments of the pairs that are shown; `null` for the others and where there are no bars. */
export function candleData(recording: Recording, pairs: readonly PairData[], span: Span): (CandlesData | null)[] {
  const shown = new Set(pairs.map(({ instrument }) => instrument));
  const most = Math.min(MOST_CANDLES, Math.max(LEAST_CANDLES, Math.floor(ALL_CANDLES / Math.max(1, shown.size))));
  return recording.instruments.map((instrument) => {
    if (!shown.has(instrument.index)) return null;
    const all = candlesOf(recording, instrument.index);
    if (all.length === 0) return null;
    return packedCandles(mergeCandles(all, Math.ceil(all.length / most)), instrument, span);
  });
}

function packedCandles(candles: readonly Candle[], instrument: Instrument, span: Span): CandlesData {
  const column = (of: (candle: Candle) => number) => Float64Array.from(candles, of);
  const prices = (of: (candle: Candle) => number) =>
    packedBy(
      column((candle) => instrument.price(of(candle))),
      instrument.ticksPerUnit,
    );
  return {
    time: packedTimes(
      column(({ lastNs }) => lastNs),
      span,
    ),
    open: prices(({ openTicks }) => openTicks),
    high: prices(({ highTicks }) => highTicks),
    low: prices(({ lowTicks }) => lowTicks),
    close: prices(({ closeTicks }) => closeTicks),
    barsEach: candles.reduce((most, { bars }) => Math.max(most, bars), 0),
  };
}
