/**
 * How many fields the lines of LEAN's files have, by kind, and where those stand that not all have.
 * Knows nothing of lines or rows. Called by lean-rows.
 */
import type { LeanFile, LeanSecurity } from './lean-path.js';

export interface LeanShape {
  /** None: LEAN has no such files. */
  readonly widths: readonly number[];
  /** Place of a tick's exchange. */
  readonly exchange: number;
}

/** A place that there is not. */
export const NOWHERE = -1;

const SIZED = { widths: [3, 4], exchange: NOWHERE };
const SIZED_QUOTES = { widths: [5, 6], exchange: NOWHERE };
const BARE_QUOTES = { widths: [3], exchange: NOWHERE };

/** time, price, quantity, … */
const TRADE_TICKS: Readonly<Partial<Record<LeanSecurity, LeanShape>>> = {
  equity: { widths: [6], exchange: 3 },
  future: { widths: [6], exchange: 3 },
  crypto: SIZED,
  cryptofuture: SIZED,
};
/** time, bid, its size, ask, its size, …; or time, bid, ask. */
const QUOTE_TICKS: Readonly<Partial<Record<LeanSecurity, LeanShape>>> = {
  equity: { widths: [8], exchange: 5 },
  future: { widths: [7], exchange: 5 },
  crypto: SIZED_QUOTES,
  cryptofuture: SIZED_QUOTES,
  forex: BARE_QUOTES,
  cfd: BARE_QUOTES,
};
/** time, open, high, low, close, volume */
const BARS = { widths: [6], exchange: NOWHERE };
/** time, and for bid and ask open, high, low, close, size */
const QUOTE_BARS = { widths: [11], exchange: NOWHERE };

export function leanShape({ resolution, quotes, security }: LeanFile): LeanShape {
  if (resolution !== 'tick') return quotes ? QUOTE_BARS : BARS;
  return (quotes ? QUOTE_TICKS : TRADE_TICKS)[security] ?? { widths: [], exchange: NOWHERE };
}
