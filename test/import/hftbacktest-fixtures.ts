/** The hftbacktest arrays of test/fixtures/import: what the committed bytes were made of. Called by the hftbacktest tests. */
import { BOTH, BUY, type Event, EXCHANGE, events, LOCAL, npz, SELL, table } from './npy-writer.js';

export const START = 1_723_161_256_000_000_000n;
const at = (ns: number) => START + BigInt(ns);

/** A snapshot, changes, trades, a split row in both halves, rows of one side alone, quotes, a custom event. */
export const LEVELS: readonly Event[] = [
  [3 + BUY + BOTH, at(0), at(1_000), 99.8, 0],
  [4 + BUY + BOTH, at(0), at(1_000), 100, 1.5],
  [4 + BUY + BOTH, at(0), at(1_000), 99.9, 2],
  [3 + SELL + BOTH, at(0), at(1_000), Number.POSITIVE_INFINITY, 0],
  [4 + SELL + BOTH, at(0), at(1_000), 100.1, 0.25],
  [1 + SELL + BOTH, at(2_000), at(3_000), 100.1, 0],
  [1 + SELL + BOTH, at(2_000), at(3_000), 100.2, 0.1 + 0.2],
  // It happened before the next and was seen after it.
  [2 + BUY + EXCHANGE, at(3_000), at(9_000), 100.2, 0.1],
  [2 + SELL + BOTH, at(4_000), at(5_000), 100, 0.5],
  [2 + BUY + LOCAL, at(3_000), at(9_000), 100.2, 0.1],
  [1 + BUY + EXCHANGE, at(10_000), at(11_000), 100, 1],
  [1 + BUY + LOCAL, at(11_000), at(12_000), 100, 0.9],
  [5 + BUY + BOTH, at(12_000), at(13_000), 100, 1],
  [5 + SELL + BOTH, at(12_000), at(13_000), Number.NaN, 0],
  [101 + BOTH, at(13_000), at(14_000), 100.05, 0],
  [3 + BOTH, at(15_000), at(16_000), 0, 0],
  [2 + BOTH, at(17_000), at(18_000), 100, 0],
  [2 + BOTH, at(17_000), at(18_000), 100, 0.001],
];

const LAST = 0x80n;

/** Orders as hftbacktest makes them of Databento's: the flags stand in ival. */
export const ORDERS: readonly Event[] = [
  [3 + BOTH, at(0), at(0), Number.NaN, 0, 0n, LAST],
  [10 + BUY + BOTH, at(1_000), at(2_000), 100, 5, 1n, LAST],
  [10 + SELL + BOTH, at(2_000), at(3_000), 100.5, 4, 2n, LAST],
  [10 + BUY + BOTH, at(3_000), at(4_000), 100, 2, 3n, LAST],
  // A seller takes all of 1 and one of 3.
  [2 + SELL + BOTH, at(5_000), at(6_000), 100, 6, 9n, 0n],
  [13 + BUY + BOTH, at(5_000), at(6_000), 100, 5, 1n, 0n],
  [13 + BUY + BOTH, at(5_000), at(6_000), 100, 1, 3n, 0n],
  [11 + BUY + BOTH, at(5_000), at(6_000), 100, 5, 1n, 0n],
  [12 + BUY + BOTH, at(5_000), at(6_000), 100, 1, 3n, LAST],
  // Happened before what was seen first.
  [12 + SELL + EXCHANGE, at(6_000), at(9_000), 100.25, 3, 2n, LAST],
  [10 + BUY + BOTH, at(7_000), at(8_000), 99.75, 1, 4n, LAST],
  [12 + SELL + LOCAL, at(6_000), at(9_000), 100.25, 3, 2n, LAST],
  [11 + BUY + BOTH, at(10_000), at(11_000), 99.75, 1, 4n, LAST],
];

/** Version 1: event, exch_ts, local_ts, side, px, qty; microseconds. */
export const TABLE: readonly (readonly number[])[] = [
  [3, 1.7e15, 1.7e15 + 5, 1, 99.9, 0],
  [4, 1.7e15, 1.7e15 + 5, 1, 100, 1],
  [1, 1.7e15 + 10, -1, -1, 100.1, 2],
  [2, 1.7e15 + 11, 1.7e15 + 12, -1, 100, 0.5],
  [1, -1, 1.7e15 + 13, -1, 100.1, 2],
];

export const FILES: Readonly<Record<string, Buffer>> = {
  'hftbacktest-levels.npz': npz(events(LEVELS), true),
  'hftbacktest-orders.npy': events(ORDERS),
  'hftbacktest-v1.npz': npz(table(TABLE), false),
};
