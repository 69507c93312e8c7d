/**
 * What all DBN records that can be trades have in common: the aggressor's side, and prices between two ticks.
 * Knows nothing of rows. Called by dbn-order-rows and dbn-price-rows.
 */
import { Side } from '../../core/index.js';
import type { DbnInstrument } from './dbn-instrument.js';
import { ASCII_ASK, ASCII_BID, ASCII_NONE } from './dbn-layout.js';
import type { DbnRows } from './dbn-rows.js';

/** What is done with trades at prices off the tick. */
export type OffTickPrints = 'refuse' | 'drop';

/** Stands for "no size". */
export const NO_SIZE = 0xffff_ffff;

/** Throws `RangeError` for what is no side. */
export function sideOf(ascii: number): Side {
  if (ascii === ASCII_BID) return Side.buy;
  if (ascii === ASCII_ASK) return Side.sell;
  if (ascii === ASCII_NONE) return Side.none;
  throw new RangeError(`side is 0x${ascii.toString(16).padStart(2, '0')}, none of A, B, N`);
}

/** Ticks of a trade's price; `NaN`: it is off the tick, and dropped. */
export function tradeTicks(rows: DbnRows, instrument: DbnInstrument, word: number, offTick: OffTickPrints): number {
  const ticks = instrument.ticksOrNaN(rows.words, word);
  if (!Number.isNaN(ticks)) return ticks;
  const fault = instrument.fault(rows.words, word, 'trade price');
  if (offTick === 'refuse') throw fault;
  rows.collector.tally.count('off-tick-prints', 'trades at prices off the tick were left out');
  return ticks;
}
