/**
 * Rows for the tape tests: seeded long ones, and fast-check's short ones with every extreme that a tape may hold.
 * Knows nothing of files. Called by the tests of this folder and by the tape source contract.
 */
import fc from 'fast-check';
import { allocateColumns, type ColumnSet, type Columns, codeOf, type Kind, type Side } from '../../core/market.js';
import { COLUMN_NAMES, orderColumns } from '../../core/tape-builder.js';

export const ORIGIN_NS = 1_723_161_256_298_000_001n;
export const ALL_PARTS = { orderId: true, bars: true, value: true } as const;
const FAR = Number.MAX_SAFE_INTEGER;

export function instrumentsOf(count: number) {
  return Array.from({ length: count }, (_, i) => ({ symbol: `SYM${i}`, tick: '0.1', lot: '0.001' }));
}

/** A small generator of its own (mulberry32), so that rows stay the same whatever the libraries do. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Market-like rows in tape order, some standing twice, with runs and changes of every column. */
export function marketRows(count: number, instruments = 3, set: ColumnSet = {}, seed = 7): Columns {
  const random = seeded(seed);
  const rows = allocateColumns(count, set);
  let time = 0;
  for (let row = 0; row < count; row++) {
    if (random() < 0.4) time += Math.floor(random() ** 8 * 5e10);
    const quiet = (row >> 12) % 3 === 0;
    const kind = (quiet ? 2 : 1 + Math.floor(random() * 12)) as Kind;
    rows.exchangeNs[row] = time;
    rows.localNs[row] = time + 1e6 + Math.floor(random() * 1e6);
    rows.code[row] = codeOf(kind, (quiet ? 1 : Math.floor(random() * 3)) as Side);
    rows.flags[row] = quiet ? 0 : Math.floor(random() * 8);
    rows.instrument[row] = Math.floor(random() * instruments);
    rows.priceTicks[row] = 60_000 + Math.floor(random() * 300) - 150;
    rows.qtyLots[row] = Math.floor(random() ** 4 * 1e5);
    if (rows.orderId) rows.orderId[row] = 9e15 - row;
    if (rows.openTicks) rows.openTicks[row] = row;
    if (rows.highTicks) rows.highTicks[row] = -row;
    if (rows.lowTicks) rows.lowTicks[row] = row * 7;
    if (rows.value) rows.value[row] = random() - 0.5;
  }
  rows.length = count;
  return orderColumns(rows).columns;
}

const extremeTicks = fc.oneof(
  fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31 - 1)),
  fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }),
  fc.integer({ min: 100, max: 120 }),
);
const extremeLots = fc.oneof(fc.constantFrom(0, 1, FAR, FAR - 1, 2 ** 32, 2 ** 32 - 1), fc.maxSafeNat(), fc.nat(300));
const extremeStep = fc.oneof(
  fc.constantFrom(0, 0, 1, 255, 256, 65_535, 65_536, 2 ** 24, 2 ** 32 - 1, 2 ** 32, 2 ** 40, 2 ** 48),
  fc.nat(1000),
);

const rowArbitrary = fc.record({
  step: extremeStep,
  latency: extremeStep,
  kind: fc.integer({ min: 1, max: 12 }),
  side: fc.integer({ min: 0, max: 2 }),
  flags: fc.integer({ min: 0, max: 255 }),
  instrument: fc.nat(2),
  price: extremeTicks,
  lots: extremeLots,
  order: fc.maxSafeInteger(),
  ticks: extremeTicks,
  value: fc.double(),
});

/** Rows in tape order for three instruments, 0 to 700 of them, with or without the optional columns. */
export const columnsArbitrary: fc.Arbitrary<Columns> = fc
  .tuple(
    fc.array(rowArbitrary, { maxLength: 700, size: 'max' }),
    fc.record({ orderId: fc.boolean(), bars: fc.boolean(), value: fc.boolean() }),
  )
  .map(([rows, set]) => {
    const columns = allocateColumns(rows.length, set);
    let time = 0;
    rows.forEach((row, at) => {
      // Times end at 2^53 − 1, the last that a tape can hold.
      time = Math.min(FAR, time + row.step);
      columns.exchangeNs[at] = time;
      columns.localNs[at] = Math.min(FAR, time + row.latency);
      columns.code[at] = codeOf(row.kind as Kind, row.side as Side);
      columns.flags[at] = row.flags;
      columns.instrument[at] = row.instrument;
      columns.priceTicks[at] = row.price;
      columns.qtyLots[at] = row.lots;
      if (columns.orderId) columns.orderId[at] = row.order === 0 ? 0 : row.order;
      if (columns.openTicks) columns.openTicks[at] = row.ticks;
      if (columns.highTicks) columns.highTicks[at] = -row.ticks;
      if (columns.lowTicks) columns.lowTicks[at] = row.price ^ row.ticks;
      if (columns.value) columns.value[at] = row.value;
    });
    columns.length = rows.length;
    return orderColumns(columns).columns;
  });

/** Where two sets of columns differ first, in words; `undefined` where they are the same to the last bit. */
export function differenceOf(found: Columns, expected: Columns): string | undefined {
  if (found.length !== expected.length) return `${found.length} rows instead of ${expected.length}`;
  for (const name of COLUMN_NAMES) {
    const left = found[name];
    const right = expected[name];
    if ((left === undefined) !== (right === undefined)) return `${name} is ${left ? 'there' : 'missing'}`;
    if (left === undefined || right === undefined) continue;
    for (let row = 0; row < expected.length; row++) {
      if (!Object.is(left[row], right[row])) return `${name} row ${row}: ${left[row]} instead of ${right[row]}`;
    }
  }
  return undefined;
}
