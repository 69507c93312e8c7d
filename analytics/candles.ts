/**
 * The bars of a run as candles, few enough to draw however long it is. Knows nothing of charts. Called by the recorder and the report.
 */
import type { MarketView } from '../core/market.js';
import type { Recording } from './recording.js';

/** Candles of an instrument at most, an even number: as many as the widest screens have columns for. */
export const MOST_CANDLES = 2000;

export interface Candle {
  /** When the first and the last of its bars arrived, ns since the run's origin. */
  firstNs: number;
  lastNs: number;
  openTicks: number;
  highTicks: number;
  lowTicks: number;
  closeTicks: number;
  volumeLots: number;
  /** Bars it is made of. */
  bars: number;
}

/** Puts `next`, which follows, into `candle`: exact, as if the bars had been one. */
function extend(candle: Candle, next: Readonly<Candle>): void {
  candle.lastNs = next.lastNs;
  candle.highTicks = Math.max(candle.highTicks, next.highTicks);
  candle.lowTicks = Math.min(candle.lowTicks, next.lowTicks);
  candle.closeTicks = next.closeTicks;
  candle.volumeLots += next.volumeLots;
  candle.bars += next.bars;
}

/** Every `count` candles behind each other as one; the last one may be of fewer. */
export function mergeCandles(candles: readonly Readonly<Candle>[], count: number): Candle[] {
  const merged: Candle[] = [];
  for (const [at, candle] of candles.entries()) {
    if (at % count === 0) merged.push({ ...candle });
    else extend(merged[merged.length - 1]!, candle);
  }
  return merged;
}

/**
 * Collects bars by instrument in the order in which they arrive. While there are no more than 2,000 of an instrument a candle is a
 * bar; then two neighbours become one, and so on each time it is full: candles are of 1, 2, 4, 8 … bars, the last one of as many
 * as there are. Memory: at most 2,000 candles an instrument, whatever the run.
 */
export class CandleTally {
  readonly #instruments: { candles: Candle[]; barsEach: number }[] = [];
  /** The bar that is being added: one object for all. */
  readonly #bar: Candle = {
    ...{ firstNs: 0.5, lastNs: 0.5, openTicks: 0.5, highTicks: 0.5, lowTicks: 0.5, closeTicks: 0.5 },
    ...{ volumeLots: 0.5, bars: 1 },
  };

  add(bar: MarketView): void {
    const { index } = bar.instrument;
    this.#instruments[index] ??= { candles: [], barsEach: 1 };
    const own = this.#instruments[index];
    const next = this.#bar;
    next.firstNs = bar.localNs;
    next.lastNs = bar.localNs;
    next.openTicks = bar.openTicks;
    next.highTicks = bar.highTicks;
    next.lowTicks = bar.lowTicks;
    next.closeTicks = bar.priceTicks;
    next.volumeLots = bar.qtyLots;
    const last = own.candles[own.candles.length - 1];
    if (last !== undefined && last.bars < own.barsEach) {
      extend(last, next);
      return;
    }
    if (own.candles.length === MOST_CANDLES) {
      own.candles = mergeCandles(own.candles, 2);
      own.barsEach *= 2;
    }
    own.candles.push({ ...next });
  }

  /** All candles so far, in place of what the table holds. */
  writeInto(table: Recording['candles']): void {
    for (const column of Object.values(table)) column.truncate(0);
    this.#instruments.forEach(({ candles }, instrument) => {
      for (const candle of candles) {
        table.instrument.push(instrument);
        for (const name of Object.keys(candle) as (keyof Candle)[]) table[name].push(candle[name]);
      }
    });
  }
}

/** The candles of one instrument. */
export function candlesOf({ candles: table }: Recording, instrument: number): Candle[] {
  const candles: Candle[] = [];
  for (let row = 0; row < table.bars.length; row++) {
    if (table.instrument.at(row) !== instrument) continue;
    candles.push({
      ...{ firstNs: table.firstNs.at(row), lastNs: table.lastNs.at(row), openTicks: table.openTicks.at(row) },
      ...{ highTicks: table.highTicks.at(row), lowTicks: table.lowTicks.at(row), closeTicks: table.closeTicks.at(row) },
      ...{ volumeLots: table.volumeLots.at(row), bars: table.bars.at(row) },
    });
  }
  return candles;
}
