/** The DBN files of test/fixtures/import as rows: what the committed bytes were made of. Called by databento.test. */
import {
  bar,
  DAY,
  dbn,
  definition,
  imbalance,
  type Level,
  mbo,
  message,
  NO_PRICE,
  OPEN,
  priced,
  SECOND,
  statistic,
  status,
} from './dbn-writer.js';

const SNAPSHOT = 0x28;
const snap = { recv: DAY, flags: SNAPSHOT };

/** One instrument by order: a snapshot, an execution with its change, a hidden part, an auction, and what is not right. */
const orders = [
  mbo({ action: 'R', side: 'N', price: NO_PRICE, size: 0, event: DAY - 9n * SECOND, ...snap }),
  mbo({ order: 1, price: 100, size: 5, side: 'B', event: DAY - 8n * SECOND, ...snap }),
  mbo({ order: 2, price: 100.5, size: 4, side: 'A', event: DAY - 7n * SECOND, ...snap, flags: SNAPSHOT | 0x80 }),
  // 3 joins behind 1; a seller takes all of 1 and one of 3.
  mbo({ order: 3, price: 100, size: 2, event: 1_000 }),
  mbo({ action: 'T', order: 9, price: 100, size: 6, side: 'A', event: 2_000, flags: 0 }),
  mbo({ action: 'F', order: 1, price: 100, size: 5, side: 'B', event: 2_000, flags: 0 }),
  mbo({ action: 'F', order: 3, price: 100, size: 1, side: 'B', event: 2_000, flags: 0 }),
  mbo({ action: 'C', order: 1, price: 100, size: 5, side: 'B', event: 2_000, delay: 1_100, flags: 0 }),
  mbo({ action: 'M', order: 3, price: 100, size: 1, side: 'B', event: 2_000, delay: 1_100 }),
  // 2 shows 4 and gives 6: two of them were hidden; it comes back with 3.
  mbo({ action: 'T', order: 10, price: 100.5, size: 6, side: 'B', event: 3_000, flags: 0 }),
  mbo({ action: 'F', order: 2, price: 100.5, size: 6, side: 'A', event: 3_000, flags: 0 }),
  mbo({ action: 'M', order: 2, price: 100.5, size: 3, side: 'A', event: 3_000 }),
  // An auction: no aggressor, both sides rest.
  mbo({ action: 'T', order: 0, price: 100.25, size: 1, side: 'N', event: 4_000, flags: 0 }),
  mbo({ action: 'F', order: 3, price: 100.25, size: 1, side: 'N', event: 4_000, flags: 0 }),
  mbo({ action: 'F', order: 2, price: 100.25, size: 1, side: 'N', event: 4_000, flags: 0 }),
  mbo({ action: 'C', order: 3, price: 100, size: 1, side: 'B', event: 4_000, flags: 0 }),
  mbo({ action: 'C', order: 2, price: 100.5, size: 1, side: 'A', event: 4_000 }),
  // A price change; less; the other side; an add of what rests; one repeated; a fill that no change follows.
  mbo({ order: 4, price: 99, size: 3, event: 5_000 }),
  mbo({ action: 'M', order: 4, price: 99.25, size: 3, event: 6_000 }),
  mbo({ action: 'M', order: 4, price: 99.25, size: 2, event: 7_000 }),
  mbo({ action: 'M', order: 4, price: 101, size: 2, side: 'A', event: 8_000 }),
  mbo({ order: 4, price: 101.25, size: 2, side: 'A', event: 9_000 }),
  mbo({ order: 4, price: 101.25, size: 2, side: 'A', event: 10_000 }),
  mbo({ action: 'T', order: 11, price: 100.5, size: 1, side: 'B', event: 11_000, flags: 0 }),
  mbo({ action: 'F', order: 2, price: 100.5, size: 1, side: 'A', event: 11_000, flags: 0 }),
  mbo({ order: 5, price: 98, size: 1, event: 12_000, delay: -500 }),
  mbo({ action: 'C', order: 77, price: 98, size: 1, event: 13_000 }),
  mbo({ action: 'M', order: 6, price: 98.25, size: 7, event: 14_000 }),
  mbo({ action: 'C', order: 6, price: 98.25, size: 9, event: 15_000 }),
  mbo({ order: 2n ** 60n + 1n, price: 97, size: 1, event: 16_000, flags: 0x8c }),
  mbo({ action: 'C', order: 2n ** 60n + 1n, price: 97, size: 1, event: 17_000 }),
];

const one: Level[] = [[99.75, 3, 100.25, 4]];
const ten = (bid: number, levels: number): Level[] =>
  Array.from({ length: levels }, (_, at) => [bid - at, at + 1, bid + 1 + at, at + 2]);

/** What a live session may record: everything else, of two instruments. */
const mixed = [
  message(2, 0x17, 'heartbeat'),
  definition(2, { id: 42, symbol: 'ABC', unitQuantity: 50n * SECOND, expiration: DAY + 40n * 86_400n * SECOND }),
  definition(2, { id: 43, symbol: 'XYZ', tick: 1_000_000_000n, instrumentClass: 'K', currency: '' }),
  status(7, { id: 42, event: 100 }, 'Y'),
  status(14, { id: 42, event: 110 }),
  priced(0x00, [], { action: 'T', side: 'A', price: 100, size: 2, event: 200, flags: 0 }),
  priced(0x01, one, { action: 'T', side: 'B', price: 100.25, size: 1, event: 300, flags: 0 }),
  priced(0x01, [[99.75, 3, 100.25, 3]], { action: 'C', side: 'A', price: 100.25, size: 1, event: 300 }),
  priced(0x01, [[undefined, 0, 100.25, 3]], { action: 'C', side: 'B', price: 99.75, size: 3, event: 400 }),
  priced(0x0a, ten(50, 10), { id: 43, event: 500 }),
  priced(0x0a, ten(51, 10), { id: 43, event: 600 }),
  priced(0x0a, [], { id: 43, action: 'R', side: 'N', price: NO_PRICE, event: 700 }),
  priced(0xc3, [[100, 1, 100.5, 2]], { event: OPEN, recv: OPEN + SECOND }),
  statistic(2, 3, { price: 100.5, event: 800 }),
  statistic(2, 3, { price: 100.6, event: 900 }),
  statistic(2, 9, { event: 1_000 }),
  imbalance({ event: 1_100 }),
  bar(0x21, [100, 101, 99.5, 100.25], 1_234n, { event: OPEN }),
];

export const FILES: Readonly<Record<string, Buffer>> = {
  'databento-mbo.dbn': dbn({ schema: 'mbo' }, orders),
  'databento-mixed.dbn': dbn({ version: 2, mappings: [], stypeOut: 1 }, mixed),
  'databento-definition.dbn': dbn({ version: 1, schema: 'definition' }, [
    definition(1, { event: DAY, symbol: 'ABC', tick: 500_000_000n, unitQuantity: 50n * SECOND }),
    definition(1, { event: OPEN, symbol: 'ABC', tick: 250_000_000n, unitQuantity: 50n * SECOND }),
    definition(1, { event: OPEN, symbol: 'ABC', tick: 250_000_000n, unitQuantity: 50n * SECOND }),
    definition(1, { id: 44, event: OPEN, symbol: 'GONE', update: 'D' }),
  ]),
};
