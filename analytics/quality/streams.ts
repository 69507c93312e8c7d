/**
 * The streams that an instrument's rows belong to. Knows nothing of what is checked. Called by the checks and the repairs.
 */
import { Kind } from '../../core/market.js';

export const STREAMS = ['trades', 'book', 'quotes', 'bars', 'other'] as const;
export type StreamName = (typeof STREAMS)[number];
export const STREAM_COUNT = STREAMS.length;

export const TRADES = 0;
export const BOOK = 1;
const QUOTES = 2;
export const BARS = 3;
export const OTHER = 4;

const STREAM_OF = Uint8Array.from({ length: 16 }, (_, kind) => {
  if (kind === Kind.trade) return TRADES;
  if (kind === Kind.quote) return QUOTES;
  if (kind === Kind.bar) return BARS;
  const ofBook = kind === Kind.depth || kind === Kind.depthClear || isOrderKind(kind);
  return ofBook ? BOOK : OTHER;
});

/** Place in {@link STREAMS}. Orders and their executions are of the book. */
export function streamOf(kind: number): number {
  return STREAM_OF[kind]!;
}

export function isBookKind(kind: number): boolean {
  return STREAM_OF[kind] === BOOK;
}

export function isOrderKind(kind: number): boolean {
  return kind >= Kind.orderAdd && kind <= Kind.orderExecute;
}
