/** Rows that come in order are written while others are read; whatever comes later, the tape is that of rows that all waited. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it, vi } from 'vitest';
import { RowCollector } from '../../../bridges/import/row-collector.js';
import { Scratch } from '../../../bridges/import/rows/scratch.js';
import { CODE_EXCHANGE, codeOf, Flag, type InstrumentSpec, Kind, Side } from '../../../core/index.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'early-tape-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const target = path.join(folder, 'tape.parquet');
/** Pieces on disk have 8,192 rows, and two of them stay in memory. */
const ROWS = 40_000;

/** What happens besides rows in order, each at a row. */
interface Trouble {
  /** This row happened before the one before it. */
  readonly lateAt?: number;
  /** This row happened before the one before it, and was seen after it. */
  readonly heldAt?: number;
  /** This row is for the exchange's side alone. */
  readonly oneSidedAt?: number;
  /** This row was seen before it happened. */
  readonly earlyAt?: number;
  /** When this row has come, one far before it is marked. */
  readonly markAt?: number;
  /** When this row has come, the times of one far before it are put right. */
  readonly reviseAt?: number;
}

function add(collector: RowCollector, specs: InstrumentSpec[], trouble: Trouble): void {
  const { lateAt, heldAt, oneSidedAt, earlyAt, markAt, reviseAt } = trouble;
  const { rows } = collector;
  for (let row = 0; row < ROWS; row++) {
    // A new instrument every 10,000 rows.
    const instrument = Math.floor(row / 10_000);
    if (instrument === specs.length) specs.push({ symbol: `S${instrument}`, tick: '1', lot: '1' });
    const time = collector.time(1_700_000_000 + Math.floor(row / 100), (row % 100) * 1e6 + 5);
    const happened = time - (row === lateAt || row === heldAt ? 2e9 : 0);
    const seen = (row === lateAt ? happened : time) + (row === earlyAt ? -3 : 1_000);
    const side = row % 2 === 0 ? Side.buy : Side.sell;
    rows.add(
      happened,
      seen,
      row === oneSidedAt ? codeOf(Kind.orderAdd, side, CODE_EXCHANGE) : codeOf(Kind.orderAdd, side),
      0,
      instrument,
      1000 + (row % 17),
      row % 5,
    );
    rows.setOrderId(row, row * 3);
    if (row === markAt) rows.mark(row - 20_000, Flag.last);
    if (row === reviseAt) {
      rows.revise(row - 20_000, row - 19_990, (columns, from, to) => columns.qtyLots.fill(77, from, to));
    }
  }
}

/** The tape's bytes, and how many scratch files it took. */
async function made(trouble: Trouble, early: boolean): Promise<{ bytes: Buffer; opened: number }> {
  const scratch = new Scratch(target);
  const open = vi.spyOn(scratch, 'open');
  const specs: InstrumentSpec[] = [];
  const collector = new RowCollector({ orderId: true }, { scratch }, early ? () => specs : undefined);
  try {
    add(collector, specs, trouble);
    collector.shiftLocalClock();
    const tape = collector.finish({ importer: 'test', version: '1', instruments: specs, files: [] });
    await tape.writeTo(target);
    return { bytes: fs.readFileSync(target), opened: open.mock.calls.length };
  } finally {
    scratch.close();
    expect(fs.readdirSync(folder).filter((name) => name !== 'tape.parquet')).toEqual([]);
  }
}

it('of rows in order nothing waits on disk', async () => {
  const early = await made({}, true);
  const waited = await made({}, false);
  expect(early.bytes.equals(waited.bytes)).toBe(true);
  expect([early.opened, waited.opened]).toEqual([0, 1]);
});

it.each<[string, Trouble]>([
  ['a row that happened before another', { lateAt: 33_000 }],
  ['a row that happened before another and was seen after it', { heldAt: 33_000 }],
  ['a row for one side alone', { oneSidedAt: 33_000 }],
  ['a row seen before it happened, for which all local times move', { earlyAt: 25_000 }],
  ['a mark on a row that was written', { markAt: 39_000 }],
  ['a change of rows that were written', { reviseAt: 39_000 }],
])('%s takes all of them back', async (_name, trouble) => {
  const early = await made(trouble, true);
  const waited = await made(trouble, false);
  expect(early.bytes.equals(waited.bytes)).toBe(true);
  expect(early.opened).toBe(waited.opened);
});

it('wherever the troubles are, the tape is the same', { timeout: 120_000 }, async () => {
  const at = fc.option(fc.integer({ min: 20_000, max: ROWS - 1 }), { nil: undefined, freq: 2 });
  const troubles = fc.record({
    lateAt: at,
    heldAt: at,
    oneSidedAt: at,
    earlyAt: at,
    markAt: at,
    reviseAt: at,
  }) as fc.Arbitrary<Trouble>;
  await fc.assert(
    fc.asyncProperty(troubles, async (trouble) => {
      const early = await made(trouble, true);
      expect(early.bytes.equals((await made(trouble, false)).bytes)).toBe(true);
    }),
    { numRuns: 15 },
  );
});

it('a tape that is not ended is gone when the scratch is closed', () => {
  const scratch = new Scratch(path.join(folder, 'other.parquet'));
  const specs: InstrumentSpec[] = [];
  add(new RowCollector({ orderId: true }, { scratch }, () => specs), specs, {});
  const begun = fs.readdirSync(folder).filter((name) => name.startsWith('other.parquet.tmp-'));
  scratch.close();
  expect(begun).toHaveLength(1);
  expect(fs.readdirSync(folder).filter((name) => name.startsWith('other'))).toEqual([]);
});
