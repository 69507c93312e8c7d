/** Rows put in order in bounded memory, against the same rows sorted in memory by core, the twin. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { pieceBytes, RowFile } from '../../../bridges/import/rows/row-file.js';
import { RowIntake } from '../../../bridges/import/rows/row-intake.js';
import { type OrderingLimits, orderedBlocks, segmentStarts } from '../../../bridges/import/rows/row-ordering.js';
import { AdjustedRows, AS_GIVEN, measureTimes, Spread, worstLatency } from '../../../bridges/import/rows/row-times.js';
import { type ByteStore, MemoryBytes, Scratch } from '../../../bridges/import/rows/scratch.js';
import {
  allocateColumns,
  CODE_EXCHANGE,
  CODE_LOCAL,
  COLUMN_NAMES,
  type ColumnSet,
  type Columns,
  copyRows,
  Flag,
  Kind,
  TapeBuilder,
} from '../../../core/index.js';

const BOTH = CODE_EXCHANGE | CODE_LOCAL;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'row-ordering-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

interface Received {
  readonly happened: number;
  /** ns from there to the local time; below 0 where the local clock runs behind. */
  readonly travel: number;
  /** Without exchange time. */
  readonly untimed: boolean;
  /** Bits of the sides that see it. */
  readonly seen: number;
}

interface Case {
  readonly rows: readonly Received[];
  readonly set: ColumnSet;
  readonly pieceRows: number;
  readonly limits: OrderingLimits;
  readonly onDisk: boolean;
  /** Rows that are changed after others came, and by how far they then happened earlier. */
  readonly late: readonly { readonly row: number; readonly earlier: number }[];
}

/** Times in all sorts of disorder: at random, nearly in order, several streams one after the other, with outliers. */
const times: fc.Arbitrary<number[]> = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 120 }),
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 150 })
    .map((steps) => {
      let now = 10;
      return steps.map(([step, back]) => {
        now += step;
        return now - (back === 9 ? 7 : back > 6 ? 1 : 0);
      });
    }),
  fc
    .array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 8 })
    .map((streams) => streams.flatMap((steps) => steps.map((_, at) => steps.slice(0, at + 1).reduce((a, b) => a + b)))),
  fc
    .array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 100 })
    .map((outliers) => outliers.map((roll, at) => (roll === 60 ? 100_000 : roll === 0 ? 1 : 50 + at))),
);

const cases: fc.Arbitrary<Case> = fc.record({
  rows: fc.tuple(times, fc.boolean(), fc.boolean()).chain(([list, some, oneSided]) =>
    fc.tuple(
      ...list.map((happened) =>
        fc.record({
          happened: fc.constant(happened),
          travel: fc.integer({ min: -3, max: 12 }),
          untimed: some ? fc.boolean() : fc.constant(false),
          seen: oneSided ? fc.constantFrom(BOTH, BOTH, CODE_EXCHANGE, CODE_LOCAL) : fc.constant(BOTH),
        }),
      ),
    ),
  ),
  set: fc.record({ orderId: fc.boolean(), bars: fc.boolean(), value: fc.boolean() }),
  pieceRows: fc.constantFrom(8, 16),
  limits: fc.record({
    windowPieces: fc.integer({ min: 0, max: 3 }),
    streams: fc.integer({ min: 0, max: 4 }),
    runPieces: fc.integer({ min: 1, max: 3 }),
    fanIn: fc.integer({ min: 2, max: 4 }),
  }),
  onDisk: fc.boolean(),
  late: fc.array(fc.record({ row: fc.nat({ max: 150 }), earlier: fc.integer({ min: 1, max: 30 }) }), { maxLength: 4 }),
});

const UNTIMED_DELAY = 5;

/** What the bounded path makes of a case. */
function bounded({ rows, set, pieceRows, limits, onDisk, late }: Case) {
  const scratch = new Scratch(path.join(folder, 'tape.parquet'));
  const openStore = (chunkBytes: number): ByteStore => (onDisk ? scratch.open() : new MemoryBytes(chunkBytes));
  try {
    const intake = new RowIntake(new RowFile(set, pieceRows, () => openStore(pieceBytes(set, pieceRows))));
    rows.forEach(({ happened, travel, untimed, seen }, at) => {
      const number = intake.add(
        untimed ? Number.NaN : happened,
        happened + travel,
        seen | Kind.trade,
        0,
        at % 3,
        at,
        at * 2,
      );
      expect(number).toBe(at);
      if (set.orderId) intake.setOrderId(at, at * 7);
      if (set.value) intake.setValue(at, at / 4);
      if (set.bars) intake.setBar(at, at + 1, at + 2, at + 3);
    });
    for (const change of late) {
      if (change.row >= rows.length) continue;
      intake.mark(change.row, Flag.last);
      intake.revise(change.row, change.row + 1, ({ exchangeNs }, at) => {
        exchangeNs[at]! -= change.earlier;
      });
    }
    const file = intake.end();
    const { worst, early } = worstLatency(file);
    const adjustment = { ...AS_GIVEN, shiftNs: -worst, untimedDelayNs: UNTIMED_DELAY };
    const measure = measureTimes(file, adjustment);
    const source = new AdjustedRows(file, { ...adjustment, originNs: measure.originNs });
    const columns = allocateColumns(rows.length * 2, set);
    for (const block of orderedBlocks(source, measure, openStore, limits)) {
      expect(block.length).toBeGreaterThan(0);
      copyRows(block, 0, block.length, columns, columns.length);
      columns.length += block.length;
    }
    return {
      ...{ worst: -worst, early, originNs: measure.originNs, columns },
      disorder: [measure.exchangeNs.disorder, measure.localNs.disorder],
    };
  } finally {
    scratch.close();
  }
}

/** The same, all in memory. */
function plain({ rows, set, late }: Case) {
  const builder = new TapeBuilder(set, 1);
  rows.forEach(({ happened, travel, untimed, seen }, at) => {
    builder.add(untimed ? Number.NaN : happened, happened + travel, seen | Kind.trade, 0, at % 3, at, at * 2);
    if (set.orderId) builder.columns.orderId![at] = at * 7;
    if (set.value) builder.columns.value![at] = at / 4;
    if (!set.bars) return;
    builder.columns.openTicks![at] = at + 1;
    builder.columns.highTicks![at] = at + 2;
    builder.columns.lowTicks![at] = at + 3;
  });
  const { exchangeNs, localNs, flags } = builder.columns;
  for (const change of late) {
    if (change.row >= rows.length) continue;
    flags[change.row]! |= Flag.last;
    exchangeNs[change.row]! -= change.earlier;
  }
  let worst = 0;
  let early = 0;
  for (let at = 0; at < rows.length; at++) {
    const latency = localNs[at]! - exchangeNs[at]!;
    if (latency < 0) early++;
    if (latency < worst) worst = latency;
  }
  for (let at = 0; at < rows.length; at++) {
    localNs[at]! -= worst;
    if (Number.isNaN(exchangeNs[at])) exchangeNs[at] = localNs[at]! - UNTIMED_DELAY;
  }
  const { columns, exchangeDisorder, localDisorder } = builder.build();
  let originNs = Infinity;
  for (let at = 0; at < columns.length; at++) {
    originNs = Math.min(originNs, columns.exchangeNs[at]!, columns.localNs[at]!);
  }
  for (let at = 0; at < columns.length; at++) {
    columns.exchangeNs[at]! -= originNs;
    columns.localNs[at]! -= originNs;
  }
  return { worst: -worst, early, originNs, columns, disorder: [exchangeDisorder, localDisorder] };
}

function listed(columns: Columns): Record<string, number[] | undefined> {
  return Object.fromEntries(
    COLUMN_NAMES.map((name) => [name, columns[name] && [...columns[name].subarray(0, columns.length)]]),
  );
}

describe('rows in tape order', () => {
  it('are those that sorting in memory gives, whatever their disorder and however little memory there is', () => {
    let merged = 0;
    fc.assert(
      fc.property(cases, (one) => {
        const [ours, theirs] = [bounded(one), plain(one)];
        expect({ ...ours, columns: listed(ours.columns) }).toEqual({ ...theirs, columns: listed(theirs.columns) });
        if (theirs.columns.length > one.rows.length) merged++;
      }),
      { numRuns: 1_500 },
    );
    expect(merged, 'cases with rows that stand twice').toBeGreaterThan(200);
  });

  it('in order from the start are handed on as they are', () => {
    const rows = Array.from({ length: 40 }, (_, at) => ({ happened: at, travel: 2, untimed: false, seen: BOTH }));
    const limits = { windowPieces: 0, streams: 0, runPieces: 1, fanIn: 2 };
    const { columns } = bounded({ rows, set: {}, pieceRows: 8, limits, onDisk: true, late: [] });
    expect(columns.length).toBe(40);
    expect(new Set(columns.code.subarray(0, 40))).toEqual(new Set([0b1100_0001]));
  });

  it('are merged on disk in several turns where a merge may have few runs only', () => {
    const intake = new RowIntake(new RowFile({}, 8, () => new MemoryBytes(8 * 32)));
    for (let at = 0; at < 800; at++) intake.add((at * 7_919) % 800, 1_000, BOTH | Kind.trade, 0, 0, at, 1);
    const measure = measureTimes(intake.end(), AS_GIVEN);
    let stores = 0;
    const openStore = (chunkBytes: number) => {
      stores++;
      return new MemoryBytes(chunkBytes);
    };
    const source = new AdjustedRows(intake.end(), AS_GIVEN);
    const limits = { windowPieces: 0, streams: 1, runPieces: 1, fanIn: 3 };
    const happened: number[] = [];
    for (const { length, code, exchangeNs } of orderedBlocks(source, measure, openStore, limits)) {
      for (let at = 0; at < length; at++) if ((code[at]! & CODE_EXCHANGE) !== 0) happened.push(exchangeNs[at]!);
    }
    expect(happened).toEqual(Array.from({ length: 800 }, (_, at) => at));
    // 100 runs, then 34, 12, 4 and 2, which are merged for the tape.
    expect(stores).toBe(5);
  });

  it('are refused where their origin cannot be taken off exactly', () => {
    const intake = new RowIntake(new RowFile({}, 8, () => new MemoryBytes(8 * 32)));
    for (const time of [-1, 3, 2 ** 53]) intake.add(time, time, 0b1100_0001, 0, 0, 0, 1);
    expect(() => measureTimes(intake.end(), AS_GIVEN)).toThrow(/times 9007199254740992 ns and -1 ns lie more than 104/);
  });
});

describe('segments', () => {
  const spreadOf = (pieces: readonly (readonly [number, number])[]) => {
    const spread = new Spread('exchangeNs', pieces.length);
    for (const [piece, pair] of pieces.entries()) {
      const columns = allocateColumns(2);
      columns.exchangeNs.set(pair);
      columns.code.fill(BOTH);
      spread.take(piece, { ...columns, length: 2 });
    }
    return spread;
  };

  it('are one where a few pieces overlap, and begin anew where time goes back further', () => {
    const overlapping = spreadOf([
      [0, 12],
      [8, 22],
      [13, 30],
      [23, 40],
    ]);
    expect(segmentStarts(overlapping, 1)).toEqual([0]);
    expect(segmentStarts(overlapping, 0)).toEqual([0, 1, 2, 3]);
    const twoStreams = spreadOf([
      [0, 10],
      [10, 20],
      [20, 30],
      [1, 9],
      [9, 30],
    ]);
    expect(segmentStarts(twoStreams, 2)).toEqual([0, 3]);
    expect(segmentStarts(twoStreams, 4)).toEqual([0]);
  });
});
