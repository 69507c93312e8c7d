/** The ITCH file of test/fixtures/import as messages: what the committed bytes were made of. Called by the itch tests. */
import {
  action,
  add,
  broken,
  cancel,
  cross,
  directory,
  event,
  executed,
  executedAt,
  imbalance,
  operationalHalt,
  others,
  remove,
  replace,
  trade,
} from './itch-writer.js';

const other = { locate: 8, stock: 'XYZ' };

/** A day of ABC, with XYZ between: every type of message, an execution that a cross prints, a halt, what is not right. */
export const DAY: readonly Buffer[] = [
  event('O'),
  directory('ABC'),
  directory('XYZ', other),
  action('T'),
  action('T', other),
  event('S'),
  ...others(),
  add({ ref: 1, shares: 300, price: 1_000_000, at: 1_000 }),
  add({ ref: 2, side: 'S', shares: 200, price: 1_000_500, at: 2_000 }, 'MMKR'),
  add({ ...other, ref: 3, price: 55_500, at: 2_500 }),
  imbalance({ at: 3_000 }),
  // An opening cross takes 100 of each side; its volume is printed once.
  executedAt('N', { ref: 1, shares: 100, price: 1_000_200, at: 4_000 }),
  executedAt('N', { ref: 2, shares: 100, price: 1_000_200, at: 4_000 }),
  cross({ shares: 100, price: 1_000_200, at: 4_000 }),
  cross({ shares: 0, price: 0, at: 4_100 }),
  event('Q', { at: 5_000 }),
  executed({ ref: 1, shares: 50, at: 6_000 }),
  executedAt('Y', { ref: 1, shares: 50, price: 1_000_100, at: 7_000 }),
  cancel({ ref: 2, shares: 40, at: 8_000 }),
  cancel({ ...other, ref: 3, shares: 40, at: 8_100 }),
  replace(4, { ref: 1, shares: 500, price: 999_900, at: 9_000 }),
  trade({ side: 'B', shares: 7, price: 1_000_300, at: 10_000 }),
  broken({ at: 11_000 }),
  // Nasdaq halts, the regulator does, Nasdaq resumes, trading resumes.
  operationalHalt('X', 'H', { at: 12_000 }),
  operationalHalt('Q', 'H', { at: 12_000 }),
  action('H', { at: 13_000 }),
  operationalHalt('Q', 'T', { at: 14_000 }),
  action('Q', { at: 15_000 }),
  action('T', { at: 16_000 }),
  cancel({ ref: 2, shares: 70, at: 17_000 }),
  executed({ ref: 99, shares: 1, at: 18_000 }),
  add({ ref: 2n ** 60n, side: 'S', shares: 5, price: 1_000_600, at: 19_000 }),
  remove({ ref: 2n ** 60n, at: 20_000 }),
  event('M', { at: 21_000 }),
  remove({ ref: 4, at: 22_000 }),
  event('E', { at: 23_000 }),
  event('C', { at: 24_000 }),
];

export const FILE = Buffer.concat(DAY);
